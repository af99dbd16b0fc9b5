//! The index's entries: where a block is and what is in it.

use std::ops::Range;
#[cfg(test)]
use std::ops::RangeInclusive;

use super::names::{FileId, SegmentId};
use crate::log::Position;

/// One block of one partition. The index keeps it as a key and a value.
///
/// ```text
/// key    depot u32 | partition u32 | first offset u64                 big-endian
/// value  segment u64 | position u64 | bytes u32 | count u32
///        | first millis u64 | last millis u64                         little-endian
///        | end u64                                                    if it is an entry of the log
/// ```
///
/// Keys are in the order of depots, partitions and offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BlockRef {
    /// The depot's id.
    pub(crate) depot: u32,
    /// The partition.
    pub(crate) partition: u32,
    /// The offset of the block's first record.
    pub(crate) first_offset: u64,
    /// What it is, and which file holds it.
    pub(crate) place: Place,
    /// Where in the file the block begins, in bytes.
    pub(crate) position: u64,
    /// The bytes of the block, its header included.
    pub(crate) bytes: u32,
    /// How many records it has; at least one.
    pub(crate) count: u32,
    /// When its first record was appended, in milliseconds since 1970.
    pub(crate) first_millis: u64,
    /// When its last record was appended, in milliseconds since 1970.
    pub(crate) last_millis: u64,
}

/// Where the records of a block lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a block of the partition's segment whose first record has this offset.
    Segment(u64),
    /// In the entry of the log that ends at `end`; the log's segment that begins at `segment` is kept
    /// for it.
    Log {
        /// Where the log's segment begins.
        segment: Position,
        /// Where the entry ends.
        end: Position,
    },
}

impl BlockRef {
    /// Bytes of a key.
    pub(crate) const KEY: usize = 16;
    /// Bytes of the value of a block in a segment.
    const VALUE: usize = 40;
    /// Bytes of the value of a block that is an entry of the log.
    const LOG_VALUE: usize = 48;

    /// The key of a block that begins at this offset. In the index, the block that holds an offset is
    /// the last one whose key is at most this.
    pub(crate) fn key_at(depot: u32, partition: u32, offset: u64) -> [u8; Self::KEY] {
        let mut key = [0; Self::KEY];
        key[..4].copy_from_slice(&depot.to_be_bytes());
        key[4..8].copy_from_slice(&partition.to_be_bytes());
        key[8..].copy_from_slice(&offset.to_be_bytes());
        key
    }

    /// All keys of a partition.
    #[cfg(test)]
    pub(crate) fn keys(depot: u32, partition: u32) -> RangeInclusive<[u8; Self::KEY]> {
        Self::key_at(depot, partition, 0)..=Self::key_at(depot, partition, u64::MAX)
    }

    /// The key of this block.
    pub(crate) fn key(&self) -> [u8; Self::KEY] {
        Self::key_at(self.depot, self.partition, self.first_offset)
    }

    /// The value of this block.
    pub(crate) fn value(&self) -> Vec<u8> {
        let (segment, end) = match self.place {
            Place::Segment(start) => (start, None),
            Place::Log { segment, end } => (segment.get(), Some(end)),
        };
        let mut value = Vec::with_capacity(Self::LOG_VALUE);
        value.extend_from_slice(&segment.to_le_bytes());
        value.extend_from_slice(&self.position.to_le_bytes());
        value.extend_from_slice(&self.bytes.to_le_bytes());
        value.extend_from_slice(&self.count.to_le_bytes());
        value.extend_from_slice(&self.first_millis.to_le_bytes());
        value.extend_from_slice(&self.last_millis.to_le_bytes());
        value.extend(end.into_iter().flat_map(|end| end.get().to_le_bytes()));
        value
    }

    /// The block with this key and value; `None` if they are none of a block.
    pub(crate) fn decode(key: &[u8], value: &[u8]) -> Option<BlockRef> {
        let key: &[u8; Self::KEY] = key.try_into().ok()?;
        let (value, end) = value.split_first_chunk::<{ Self::VALUE }>()?;
        let segment = u64::from_le_bytes(part(value, 0));
        let place = match end.len() {
            0 => Place::Segment(segment),
            _ => {
                let end = Position::new(u64::from_le_bytes(end.try_into().ok()?));
                Place::Log { segment: Position::new(segment), end }
            }
        };
        Some(BlockRef {
            depot: u32::from_be_bytes(part(key, 0)),
            partition: u32::from_be_bytes(part(key, 4)),
            first_offset: u64::from_be_bytes(part(key, 8)),
            place,
            position: u64::from_le_bytes(part(value, 8)),
            bytes: u32::from_le_bytes(part(value, 16)),
            count: u32::from_le_bytes(part(value, 20)),
            first_millis: u64::from_le_bytes(part(value, 24)),
            last_millis: u64::from_le_bytes(part(value, 32)),
        })
    }

    /// The offset behind the block's last record.
    pub(crate) fn end_offset(&self) -> u64 {
        self.first_offset.saturating_add(u64::from(self.count))
    }

    /// The byte of the file behind the block.
    pub(crate) fn end_position(&self) -> u64 {
        self.position.saturating_add(u64::from(self.bytes))
    }

    /// Which file holds it.
    pub(super) fn file_id(&self) -> FileId {
        match self.place {
            Place::Segment(start) => {
                let (depot, partition) = (self.depot, self.partition);
                FileId::Segment(SegmentId { depot, partition, start })
            }
            Place::Log { segment, .. } => FileId::Log(segment),
        }
    }

    /// The partition's segment that holds it, if it is not in the log.
    pub(super) fn segment_id(&self) -> Option<SegmentId> {
        match self.file_id() {
            FileId::Segment(id) => Some(id),
            FileId::Log(_) => None,
        }
    }
}

/// `N` bytes at a place known to be there.
fn part<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut part = [0; N];
    part.copy_from_slice(&bytes[at..at + N]);
    part
}

/// The first block of one partition with a record that was appended at `millis` or later; `None` if
/// all within `offsets` are older. `block_at` finds the block that holds an offset; it is asked about
/// a logarithmic number of offsets, all within `offsets`.
pub(crate) fn first_block_since<E>(
    millis: u64,
    offsets: Range<u64>,
    block_at: &mut dyn FnMut(u64) -> Result<BlockRef, E>,
) -> Result<Option<BlockRef>, E> {
    let Range { start: mut from, end: mut to } = offsets;
    let mut found = None;
    while from < to {
        let middle = from + (to - from) / 2;
        let block = block_at(middle)?;
        if block.last_millis >= millis {
            to = block.first_offset.min(middle);
            found = Some(block);
        } else {
            from = block.end_offset().max(middle + 1);
        }
    }
    Ok(found)
}
