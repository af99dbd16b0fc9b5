//! Blocks that are entries of the log.

use std::ops::{ControlFlow, Range};

use super::block_ref::BlockRef;
use super::reader::Visit;
use crate::log::{self, Position};
use crate::store::{Entry, RecoveryError};

/// Judges whether `bytes` are the entry of the log that ends at `end`.
pub(super) fn check(bytes: &[u8], end: Position) -> Result<(), &'static str> {
    if log::is_entry(bytes, end) {
        return Ok(());
    }
    Err("the checksum of the entry does not match")
}

/// Why the records of an entry are not gone through to the end.
enum Stop {
    Visitor,
    /// No more are wanted.
    End,
    Damaged,
}

impl From<RecoveryError> for Stop {
    fn from(_: RecoveryError) -> Stop {
        Stop::Damaged
    }
}

/// Hands out the records, within `offsets`, of a block whose entry is all of `bytes`.
pub(super) fn walk(
    block: &BlockRef,
    bytes: &[u8],
    offsets: Range<u64>,
    visit: &mut Visit<'_>,
) -> Result<ControlFlow<()>, &'static str> {
    let (entry, payload) =
        Entry::decode(log::payload(bytes)).map_err(|_| "the entry cannot be decoded")?;
    let of_block = (block.depot, block.partition, block.first_offset, block.end_offset());
    let appended = entry
        .appended(payload)
        .filter(|of| (of.depot, of.partition, of.offset, of.end()) == of_block)
        .filter(|of| of.append_millis == block.first_millis)
        .filter(|of| of.append_millis == block.last_millis)
        .ok_or("the entry is another than the index says")?;
    let walked = appended.each(|offset, record| match offset {
        _ if offset >= offsets.end => Err(Stop::End),
        _ if offset < offsets.start => Ok(()),
        _ if visit(offset, appended.append_millis, record).is_break() => Err(Stop::Visitor),
        _ => Ok(()),
    });
    match walked {
        Ok(()) | Err(Stop::End) => Ok(ControlFlow::Continue(())),
        Err(Stop::Visitor) => Ok(ControlFlow::Break(())),
        Err(Stop::Damaged) => Err("the entry has other records than it says"),
    }
}
