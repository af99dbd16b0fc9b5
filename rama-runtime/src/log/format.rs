//! The bytes of a segment.
//!
//! A segment is a header, entries, and marks among them, all numbers little-endian:
//!
//! ```text
//! header   magic [8] | format version u32 | start position u64 | crc32 u32 of the 20 bytes before
//! entry    length u32 | crc32 u32 | payload        length counts the crc and the payload
//! mark     "mrk\xff" [4] | crc32 u32
//! ```
//!
//! An entry's crc covers its length, its position (where it ends) and its payload, so an entry is
//! valid in one place only. A length is never zero, so zeros written ahead of the entries are the end
//! of a segment. The next segment starts at the position where its entries end. The file's name is its
//! start position in twenty digits.
//!
//! A mark says that everything before it in its segment had been durable when it was written. Its crc
//! covers its first word, the segment's start and its own offset in the file, so it is valid in one
//! place only and can be found without what is before it; as a length, its first word is none. Every
//! group of entries that is written and synced together begins with a mark, unless it follows the
//! header or another mark, and a clean close ends with one. Marks do not count in positions.
//!
//! What is invalid in the last segment, with no valid mark behind it, is a torn end: the log does not
//! know it to have been durable. With a valid mark behind it, it is damage. So damage to the last group
//! of a log that was not closed cannot be told from a torn end.

use super::Position;

/// The format written, and the only one read.
pub(super) const VERSION: u32 = 1;
/// Bytes of a segment before its first entry.
pub(super) const HEADER: usize = 24;
/// Bytes of an entry before its payload.
pub(super) const PREFIX: usize = 8;
/// Bytes of a mark.
pub(super) const MARK: usize = 8;
/// What fits into a length, leaving room for sums in 32 bits.
pub(super) const MAX_PAYLOAD: usize = i32::MAX as usize - PREFIX;

const MAGIC: [u8; 8] = *b"ramalog\n";
const CRC: usize = 4;
/// Larger than any length.
const MARK_WORD: [u8; 4] = *b"mrk\xff";
const EXTENSION: &str = ".log";
const DIGITS: usize = 20;

/// The name of the segment that starts here.
pub(crate) fn file_name(start: u64) -> String {
    format!("{start:020}{EXTENSION}")
}

/// Where the segment of this name starts; `None` if no segment is named so.
pub(crate) fn parse_file_name(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(EXTENSION)?;
    (digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(())?;
    digits.parse().ok()
}

/// The header of the segment that starts here.
pub(super) fn header(start: u64) -> [u8; HEADER] {
    let mut header = [0; HEADER];
    header[..8].copy_from_slice(&MAGIC);
    header[8..12].copy_from_slice(&VERSION.to_le_bytes());
    header[12..20].copy_from_slice(&start.to_le_bytes());
    let crc = crc32fast::hash(&header[..20]);
    header[20..].copy_from_slice(&crc.to_le_bytes());
    header
}

/// What a header turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum HeaderState {
    Valid,
    /// What a crash leaves of a header being written: its first bytes, then zeros or nothing.
    Unfinished,
    UnknownVersion(u32),
    Wrong(&'static str),
}

/// Judges the first bytes of a file (at most [`HEADER`]) that should start at `start`.
pub(super) fn check_header(bytes: &[u8], start: u64) -> HeaderState {
    let expected = header(start);
    if bytes == expected {
        return HeaderState::Valid;
    }
    let same = bytes.iter().zip(&expected).take_while(|(byte, expected)| byte == expected).count();
    if bytes[same..].iter().all(|byte| *byte == 0) {
        return HeaderState::Unfinished;
    }
    if bytes.len() < HEADER || bytes[..8] != MAGIC {
        return HeaderState::Wrong("it does not begin with the log's magic bytes");
    }
    let version = read_u32(&bytes[8..]);
    if version != VERSION {
        return HeaderState::UnknownVersion(version);
    }
    if crc32fast::hash(&bytes[..20]) != read_u32(&bytes[20..]) {
        return HeaderState::Wrong("the checksum of its header does not match");
    }
    HeaderState::Wrong("its header names another start position than its file name")
}

fn read_u32(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

fn checksum(length: [u8; 4], end: Position, payload: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&length);
    hasher.update(&end.get().to_le_bytes());
    hasher.update(payload);
    hasher.finalize()
}

/// Writes the length into the prefix of an entry whose payload has these many bytes. The crc is
/// filled in by [`seal`].
pub(super) fn write_length(entry: &mut [u8], payload: usize) {
    // `payload` is at most MAX_PAYLOAD.
    entry[..4].copy_from_slice(&((payload + CRC) as u32).to_le_bytes());
}

/// The bytes of the first entry in `entries` by its length, prefix included; `None` if there is no
/// whole one, or zeros.
pub(super) fn first_entry(entries: &[u8]) -> Option<usize> {
    let len = entry_len(entries)?;
    (len <= entries.len()).then_some(len)
}

/// The bytes an entry with this prefix takes, if it is one.
pub(super) fn entry_len(prefix: &[u8]) -> Option<usize> {
    if prefix.len() < PREFIX {
        return None;
    }
    let length = read_u32(prefix) as usize;
    (CRC..=MAX_PAYLOAD + CRC).contains(&length).then_some(length + PREFIX - CRC)
}

/// The mark at this byte offset of the segment that starts here.
pub(super) fn mark(start: u64, offset: u64) -> [u8; MARK] {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&MARK_WORD);
    hasher.update(&start.to_le_bytes());
    hasher.update(&offset.to_le_bytes());
    let mut mark = [0; MARK];
    mark[..4].copy_from_slice(&MARK_WORD);
    mark[4..].copy_from_slice(&hasher.finalize().to_le_bytes());
    mark
}

/// Whether these bytes, at this byte offset of the segment that starts here, begin with a mark.
pub(super) fn begins_with_mark(bytes: &[u8], start: u64, offset: u64) -> bool {
    bytes.starts_with(&MARK_WORD) && bytes.starts_with(&mark(start, offset))
}

/// Fills in the crc of the entry that is all of `entry` and ends at `end`.
pub(super) fn seal(entry: &mut [u8], end: Position) {
    let crc = checksum([entry[0], entry[1], entry[2], entry[3]], end, &entry[PREFIX..]);
    entry[4..PREFIX].copy_from_slice(&crc.to_le_bytes());
}

/// Whether `entry`, all of it, is an entry that ends at `end`.
pub(super) fn is_valid(entry: &[u8], end: Position) -> bool {
    checksum([entry[0], entry[1], entry[2], entry[3]], end, &entry[PREFIX..])
        == read_u32(&entry[4..])
}

/// Whether `bytes` are one whole entry, which ends at `end`.
pub(crate) fn is_entry(bytes: &[u8], end: Position) -> bool {
    first_entry(bytes) == Some(bytes.len()) && is_valid(bytes, end)
}

/// The payload of an entry that is all of `entry`.
pub(crate) fn payload(entry: &[u8]) -> &[u8] {
    &entry[PREFIX..]
}
