//! The records of depots that a checkpoint has, to read from their files.

use std::ops::{ControlFlow, Range};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::segment::{BlockRef, SegmentError, SegmentReader, first_block_since};
use crate::disk::Disk;
use crate::store::{DatabaseError, Snapshot};

/// Readers kept for the next read.
const KEPT_READERS: usize = 8;

/// Takes a record: its offset, its append time, and its bytes.
type Take<'a> = dyn FnMut(u64, u64, &[u8]) -> Result<(), postcard::Error> + 'a;

/// The segments of all depots of a module, as of the last checkpoint.
pub(crate) struct DepotFiles {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    snapshot: RwLock<Option<Arc<Snapshot>>>,
    /// Each has a file and a block at hand. By depot and partition, the one used last at the end.
    readers: Mutex<Vec<((u32, u32), SegmentReader)>>,
}

/// Records that cannot be read from their segments.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DepotFileError {
    /// A segment cannot be read.
    #[error(transparent)]
    Segment(#[from] SegmentError),
    /// The index of blocks cannot be read.
    #[error(transparent)]
    Index(#[from] DatabaseError),
    /// The index does not have the records.
    #[error("no segment holds record {offset} of partition {partition}")]
    NotIndexed {
        /// The partition.
        partition: u32,
        /// Offset of the record.
        offset: u64,
    },
    /// A record does not decode.
    #[error("record {offset} of partition {partition} cannot be decoded")]
    Undecodable {
        /// The partition.
        partition: u32,
        /// Offset of the record.
        offset: u64,
        /// The decoder's error.
        source: postcard::Error,
    },
}

impl DepotFiles {
    /// Before the first checkpoint is shown it holds nothing.
    pub(crate) fn new(disk: Arc<dyn Disk>, dir: PathBuf) -> DepotFiles {
        DepotFiles { disk, dir, snapshot: RwLock::new(None), readers: Mutex::default() }
    }

    /// A later checkpoint.
    pub(crate) fn show(&self, snapshot: Arc<Snapshot>) {
        *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = Some(snapshot);
    }

    fn snapshot(&self) -> Option<Arc<Snapshot>> {
        self.snapshot.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Hands the records at `offsets`, in order, with their append times, to `f`.
    pub(crate) fn read(
        &self,
        depot: u32,
        partition: u32,
        offsets: Range<u64>,
        f: &mut Take<'_>,
    ) -> Result<(), DepotFileError> {
        let mut reader = self.take_reader(depot, partition);
        let result = self.read_with(&mut reader, depot, partition, offsets, f);
        if result.is_ok() {
            self.keep_reader(depot, partition, reader);
        }
        result
    }

    fn keep_reader(&self, depot: u32, partition: u32, reader: SegmentReader) {
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() == KEPT_READERS {
            readers.remove(0);
        }
        readers.push(((depot, partition), reader));
    }

    fn take_reader(&self, depot: u32, partition: u32) -> SegmentReader {
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        match readers.iter().position(|(of, _)| *of == (depot, partition)) {
            Some(at) => readers.remove(at).1,
            None => SegmentReader::new(Arc::clone(&self.disk), &self.dir),
        }
    }

    fn read_with(
        &self,
        reader: &mut SegmentReader,
        depot: u32,
        partition: u32,
        offsets: Range<u64>,
        f: &mut Take<'_>,
    ) -> Result<(), DepotFileError> {
        let mut next = offsets.start;
        for block in self.blocks(depot, partition, &offsets)? {
            let mut failed = None;
            // Blocks follow each other; if not, the records in between are missing.
            if block.first_offset > next {
                break;
            }
            let _ = reader.read(&block, next..offsets.end, &mut |offset, millis, record| {
                next = offset + 1;
                match f(offset, millis, record) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(source) => {
                        failed = Some(DepotFileError::Undecodable { partition, offset, source });
                        ControlFlow::Break(())
                    }
                }
            })?;
            if let Some(failed) = failed {
                return Err(failed);
            }
        }
        if next < offsets.end {
            return Err(DepotFileError::NotIndexed { partition, offset: next });
        }
        Ok(())
    }

    /// The offset of the first of these records that was appended at `millis` or later.
    pub(crate) fn first_since(
        &self,
        depot: u32,
        partition: u32,
        offsets: Range<u64>,
        millis: u64,
    ) -> Result<Option<u64>, DepotFileError> {
        let mut block_at = |offset| -> Result<BlockRef, DepotFileError> {
            let blocks = self.blocks(depot, partition, &(offset..offset + 1))?;
            let holds =
                |block: &&BlockRef| (block.first_offset..block.end_offset()).contains(&offset);
            let block = blocks.iter().find(holds).copied();
            block.ok_or(DepotFileError::NotIndexed { partition, offset })
        };
        let Some(block) = first_block_since(millis, offsets, &mut block_at)? else {
            return Ok(None);
        };
        let mut found = None;
        let mut reader = self.take_reader(depot, partition);
        let _ =
            reader.read(&block, block.first_offset..block.end_offset(), &mut |offset, at, _| {
                if at < millis {
                    return ControlFlow::Continue(());
                }
                found = Some(offset);
                ControlFlow::Break(())
            })?;
        self.keep_reader(depot, partition, reader);
        Ok(found)
    }

    /// The blocks that hold some of these records, in order.
    fn blocks(
        &self,
        depot: u32,
        partition: u32,
        offsets: &Range<u64>,
    ) -> Result<Vec<BlockRef>, DepotFileError> {
        let Some(snapshot) = self.snapshot() else { return Ok(Vec::new()) };
        let mut first = None;
        let start = BlockRef::key_at(depot, partition, 0);
        let behind = BlockRef::key_at(depot, partition, offsets.start.saturating_add(1));
        snapshot.last_block(&start, &behind, &mut |key, value| {
            first = BlockRef::decode(key, value);
        })?;
        let mut blocks: Vec<BlockRef> = first.into_iter().collect();
        let end = BlockRef::key_at(depot, partition, offsets.end);
        if behind < end {
            snapshot.blocks(&behind, &end, &mut |key, value| {
                blocks.extend(BlockRef::decode(key, value));
                true
            })?;
        }
        Ok(blocks)
    }
}

/// The last block of a partition, if it has any.
pub(crate) fn last_block(
    snapshot: &Snapshot,
    depot: u32,
    partition: u32,
) -> Result<Option<BlockRef>, DatabaseError> {
    let mut last = None;
    let start = BlockRef::key_at(depot, partition, 0);
    let end = BlockRef::key_at(depot, partition, u64::MAX);
    snapshot.last_block(&start, &end, &mut |key, value| {
        last = BlockRef::decode(key, value);
    })?;
    Ok(last)
}
