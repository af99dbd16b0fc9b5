//! Checking all indexed blocks against the files, for an inspector.

use std::ops::ControlFlow;
use std::path::Path;

use super::block_ref::BlockRef;
use super::error::SegmentError;
use super::format::HEADER;
use super::names::SegmentId;
use super::reader::OpenFile;
use crate::disk::Disk;

const NOT_NEXT: &str = "the block does not follow the one that is before it in the index";

/// What was found to be whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Verified {
    /// Segments that could be opened.
    pub(crate) segments: u64,
    /// Blocks that could be read.
    pub(crate) blocks: u64,
    /// Those of them that are entries of the log.
    pub(crate) in_log: u64,
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
    let mut file: Option<OpenFile> = None;
    let mut previous = Previous::default();
    let mut bytes = Vec::new();
    for block in blocks {
        let follows = previous.is_followed_by(&block);
        if file.as_ref().is_none_or(|file| file.id != block.file_id()) {
            file = match OpenFile::open(disk, data_dir, block.file_id()) {
                Ok(opened) => Some(opened),
                Err(error) => {
                    problem(&block, error);
                    None
                }
            };
            if let Some(file) = &file {
                let is_new = previous.segment != block.segment_id();
                verified.segments += u64::from(block.segment_id().is_some() && is_new);
                file.check_header().unwrap_or_else(|error| problem(&block, error));
            }
        }
        previous.advance(&block);
        let Some(file) = &file else { continue };
        if !follows {
            problem(&block, file.damaged(&block, NOT_NEXT));
        }
        match check(file, &block, &mut bytes) {
            Ok(()) => {
                verified.blocks += 1;
                verified.records += u64::from(block.count);
                verified.bytes += u64::from(block.bytes);
                verified.in_log += u64::from(block.segment_id().is_none());
            }
            Err(error) => problem(&block, error),
        }
    }
    verified
}

fn check(file: &OpenFile, block: &BlockRef, bytes: &mut Vec<u8>) -> Result<(), SegmentError> {
    file.load(block, bytes)?;
    let all = 0..u64::MAX;
    file.walk(block, bytes, all, &mut |_, _, _| ControlFlow::Continue(())).map(|_| ())
}

/// What is before a block in the index.
#[derive(Default)]
struct Previous {
    block: Option<BlockRef>,
    /// The last one that is in a segment: its segment, and where it ends there.
    segment: Option<SegmentId>,
    position: u64,
}

impl Previous {
    /// Whether a block can come next.
    fn is_followed_by(&self, block: &BlockRef) -> bool {
        let Some(before) = self.of_partition(block) else { return true };
        let is_placed = match block.segment_id() {
            None => true,
            Some(id) if self.segment == Some(id) => block.position == self.position,
            Some(id) => id.start == block.first_offset && block.position == HEADER as u64,
        };
        is_placed
            && block.first_offset == before.end_offset()
            && block.first_millis >= before.last_millis
    }

    /// The block before this one, if it is of the same partition.
    fn of_partition(&self, block: &BlockRef) -> Option<&BlockRef> {
        let of = |block: &BlockRef| (block.depot, block.partition);
        self.block.as_ref().filter(|before| of(before) == of(block))
    }

    fn advance(&mut self, block: &BlockRef) {
        self.block = Some(*block);
        if let Some(id) = block.segment_id() {
            (self.segment, self.position) = (Some(id), block.end_position());
        }
    }
}
