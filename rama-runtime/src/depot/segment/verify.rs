//! Checking all indexed blocks against the files, for an inspector.

use std::ops::ControlFlow;
use std::path::Path;

use super::block_ref::BlockRef;
use super::error::SegmentError;
use super::format::HEADER;
use super::reader::OpenSegment;
use crate::disk::Disk;

const NOT_NEXT: &str = "the block does not follow the one that is before it in the index";

/// What was found to be whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Verified {
    /// Segments that could be opened.
    pub(crate) segments: u64,
    /// Blocks that could be read.
    pub(crate) blocks: u64,
    /// The records in them.
    pub(crate) records: u64,
    /// Their bytes.
    pub(crate) bytes: u64,
}

/// Reads all of `blocks`, which are entries of the index in the order of their keys, of any number of
/// partitions, and checks them and that they follow each other. Every problem is told with the block
/// at which it showed itself; the checking goes on. Changes nothing.
pub(crate) fn verify(
    disk: &dyn Disk,
    data_dir: &Path,
    blocks: &mut dyn Iterator<Item = BlockRef>,
    problem: &mut dyn FnMut(&BlockRef, SegmentError),
) -> Verified {
    let mut verified = Verified::default();
    let mut segment: Option<OpenSegment> = None;
    let mut previous: Option<BlockRef> = None;
    let mut bytes = Vec::new();
    for block in blocks {
        let before = previous.replace(block);
        if segment.as_ref().is_none_or(|segment| segment.id != block.segment_id()) {
            segment = match OpenSegment::open(disk, data_dir, block.segment_id()) {
                Ok(opened) => Some(opened),
                Err(error) => {
                    problem(&block, error);
                    None
                }
            };
            if let Some(segment) = &segment {
                verified.segments += 1;
                segment.check_header().unwrap_or_else(|error| problem(&block, error));
            }
        }
        let Some(segment) = &segment else { continue };
        if before.is_some_and(|before| !follows(&before, &block)) {
            problem(&block, segment.damaged(&block, NOT_NEXT));
        }
        match check(segment, &block, &mut bytes) {
            Ok(()) => {
                verified.blocks += 1;
                verified.records += u64::from(block.count);
                verified.bytes += u64::from(block.bytes);
            }
            Err(error) => problem(&block, error),
        }
    }
    verified
}

fn check(segment: &OpenSegment, block: &BlockRef, bytes: &mut Vec<u8>) -> Result<(), SegmentError> {
    segment.load(block, bytes)?;
    let all = 0..u64::MAX;
    segment.walk(block, bytes, all, &mut |_, _, _| ControlFlow::Continue(())).map(|_| ())
}

/// Whether a block can stand behind another in the index.
fn follows(before: &BlockRef, block: &BlockRef) -> bool {
    if (before.depot, before.partition) != (block.depot, block.partition) {
        return true;
    }
    let position = if before.segment == block.segment {
        block.position == before.end_position()
    } else {
        block.segment == block.first_offset && block.position == HEADER as u64
    };
    position
        && block.first_offset == before.end_offset()
        && block.first_millis >= before.last_millis
}
