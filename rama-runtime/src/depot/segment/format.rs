//! The bytes of a segment; the module's documentation describes them.

use super::block_ref::BlockRef;
use super::names::SegmentId;

/// The format written, and the only one read.
pub(super) const VERSION: u32 = 1;
/// Bytes of a segment before its first block.
pub(super) const HEADER: usize = 32;
/// Bytes of a block before its first entry.
pub(super) const BLOCK_HEADER: usize = 28;
/// Largest record. A block with nothing but it has a length in 32 bits.
pub(super) const MAX_RECORD: usize = i32::MAX as usize;

const MAGIC: [u8; 8] = *b"ramaseg\n";
const PREFIX: usize = 8;
const MAX_VARINT: usize = 10;

/// The header of a segment.
pub(super) fn header(id: &SegmentId) -> [u8; HEADER] {
    let mut header = [0; HEADER];
    header[..8].copy_from_slice(&MAGIC);
    header[8..12].copy_from_slice(&VERSION.to_le_bytes());
    header[12..16].copy_from_slice(&id.depot.to_le_bytes());
    header[16..20].copy_from_slice(&id.partition.to_le_bytes());
    header[20..28].copy_from_slice(&id.start.to_le_bytes());
    let crc = crc32fast::hash(&header[..28]);
    header[28..].copy_from_slice(&crc.to_le_bytes());
    header
}

/// What is wrong with a header.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum HeaderProblem {
    UnknownVersion(u32),
    Wrong(&'static str),
}

/// Judges the first bytes (at most [`HEADER`]) of what should be this segment.
pub(super) fn check_header(bytes: &[u8], id: &SegmentId) -> Result<(), HeaderProblem> {
    if bytes == header(id) {
        return Ok(());
    }
    if bytes.len() < HEADER {
        return Err(HeaderProblem::Wrong("its header is not complete"));
    }
    if bytes[..8] != MAGIC {
        return Err(HeaderProblem::Wrong("it does not begin with the magic bytes of a segment"));
    }
    if crc32fast::hash(&bytes[..28]) != read_u32(&bytes[28..]) {
        return Err(HeaderProblem::Wrong("the checksum of its header does not match"));
    }
    let version = read_u32(&bytes[8..]);
    if version != VERSION {
        return Err(HeaderProblem::UnknownVersion(version));
    }
    Err(HeaderProblem::Wrong("its header names another depot, partition or offset than its path"))
}

fn read_u32(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

/// The crc of a block of this segment that is all of `bytes`.
fn checksum(bytes: &[u8], block: &BlockRef, segment: u64) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&VERSION.to_le_bytes());
    hasher.update(&block.depot.to_le_bytes());
    hasher.update(&block.partition.to_le_bytes());
    hasher.update(&segment.to_le_bytes());
    hasher.update(&block.position.to_le_bytes());
    hasher.update(&bytes[..4]);
    hasher.update(&bytes[PREFIX..]);
    hasher.finalize()
}

/// The header of a block, without its crc.
fn block_header(block: &BlockRef) -> [u8; BLOCK_HEADER] {
    let mut header = [0; BLOCK_HEADER];
    header[..4].copy_from_slice(&block.bytes.to_le_bytes());
    header[8..16].copy_from_slice(&block.first_offset.to_le_bytes());
    header[16..20].copy_from_slice(&block.count.to_le_bytes());
    header[20..].copy_from_slice(&block.first_millis.to_le_bytes());
    header
}

/// Fills in the header of a block of this segment that is all of `bytes`.
pub(super) fn seal_block(bytes: &mut [u8], block: &BlockRef, segment: u64) {
    bytes[..BLOCK_HEADER].copy_from_slice(&block_header(block));
    let crc = checksum(bytes, block, segment);
    bytes[4..PREFIX].copy_from_slice(&crc.to_le_bytes());
}

/// Judges whether `bytes` are this block of this segment: its entries and `last_millis` excepted, see
/// [`take_entry`].
pub(super) fn check_block(
    bytes: &[u8],
    block: &BlockRef,
    segment: u64,
) -> Result<(), &'static str> {
    if bytes.len() < BLOCK_HEADER || bytes.len() != block.bytes as usize {
        return Err("the index says that a block of this length is here, but there is none");
    }
    if checksum(bytes, block, segment) != read_u32(&bytes[4..]) {
        return Err("the checksum of the block does not match");
    }
    let header = block_header(block);
    if bytes[..4] != header[..4] || bytes[PREFIX..BLOCK_HEADER] != header[PREFIX..] {
        return Err("the block is another than the index says");
    }
    Ok(())
}

/// The bytes of an entry.
#[inline]
pub(super) fn entry_len(delta: u64, record: &[u8]) -> usize {
    varint_len(record.len() as u64) + varint_len(delta) + record.len()
}

/// Appends an entry.
#[inline]
pub(super) fn push_entry(delta: u64, record: &[u8], buffer: &mut Vec<u8>) {
    push_varint(record.len() as u64, buffer);
    push_varint(delta, buffer);
    buffer.extend_from_slice(record);
}

/// The first entry in `bytes`: its millis since the one before, its record, and what follows.
pub(super) fn take_entry(bytes: &[u8]) -> Option<(u64, &[u8], &[u8])> {
    let (len, rest) = take_varint(bytes)?;
    let (delta, rest) = take_varint(rest)?;
    let (record, rest) = rest.split_at_checked(usize::try_from(len).ok()?)?;
    Some((delta, record, rest))
}

#[inline]
fn varint_len(value: u64) -> usize {
    // Seven bits a byte; zero, too, takes one.
    (u64::BITS - (value | 1).leading_zeros()).div_ceil(7) as usize
}

#[inline]
fn push_varint(mut value: u64, buffer: &mut Vec<u8>) {
    while value >= 0x80 {
        buffer.push(value as u8 | 0x80);
        value >>= 7;
    }
    buffer.push(value as u8);
}

fn take_varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for (index, byte) in bytes.iter().take(MAX_VARINT).enumerate() {
        let bits = u64::from(byte & 0x7f);
        let shift = 7 * index as u32;
        if bits.leading_zeros() < shift {
            return None;
        }
        value |= bits << shift;
        if byte & 0x80 == 0 {
            return Some((value, &bytes[index + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints_have_the_length_that_is_told_and_come_back() {
        let powers = (0..64).flat_map(|bit| [(1u64 << bit) - 1, 1 << bit]);
        for value in powers.chain([u64::MAX]) {
            let mut bytes = Vec::new();
            push_varint(value, &mut bytes);
            assert_eq!(bytes.len(), varint_len(value), "{value}");
            assert_eq!(take_varint(&bytes[..bytes.len() - 1]), None, "{value}");
            bytes.push(7);
            assert_eq!(take_varint(&bytes), Some((value, &[7][..])), "{value}");
        }
    }

    #[test]
    fn varints_beyond_64_bits_are_refused() {
        let mut bytes = vec![0xff; 9];
        bytes.push(2);
        assert_eq!(take_varint(&bytes), None);
        assert_eq!(take_varint(&[0x80; 20]), None);
    }
}
