//! Writing the records of one partition.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::block_ref::BlockRef;
use super::error::SegmentError;
use super::format::{self, HEADER, MAX_RECORD};
use super::names::SegmentId;
use super::options::SegmentOptions;
use super::remove;
use super::tail::Tail;
use crate::disk::Disk;

/// Keeps the length of a block in 32 bits, whatever the settings.
const MAX_BLOCK: usize = 1 << 30;

/// Writes the records of one partition into its segments, behind the indexed end.
///
/// One checkpoint is any number of [`push`](Self::push) and [`leave`](Self::leave), then one
/// [`finish`](Self::finish), whose blocks go into the index. If the index is not committed with them,
/// [`abandon`](Self::abandon) goes back to the indexed end. Between checkpoints it holds neither files
/// nor buffers. Only one writer of a partition may be in use at a time.
///
/// After a failed write or sync nobody knows what is on disk behind the indexed end. The writer then
/// refuses everything until it is abandoned to that end (or made anew), and all records behind it are
/// pushed again. What is indexed is not touched by that.
#[derive(Debug)]
pub(crate) struct PartitionWriter {
    disk: Arc<dyn Disk>,
    data_dir: PathBuf,
    depot: u32,
    partition: u32,
    options: SegmentOptions,
    /// The last block that was finished.
    end: Option<BlockRef>,
    /// The last of them that is in a segment, as far as it is known: another segment is begun if not.
    segment_end: Option<BlockRef>,
    /// There is no segment behind the end.
    is_clean: bool,
    /// The segment that is being written, if anything was pushed since.
    tail: Option<Tail>,
    /// The closed blocks since.
    closed: Vec<BlockRef>,
    next_offset: u64,
    last_millis: u64,
    failed: bool,
}

impl PartitionWriter {
    /// A writer behind `end`, the partition's last indexed block; `None` means that nothing is
    /// indexed, and the first offset is 0. Does not touch the disk: what is behind the end is removed
    /// when the first record is pushed.
    pub(crate) fn new(
        disk: Arc<dyn Disk>,
        data_dir: &Path,
        depot: u32,
        partition: u32,
        options: SegmentOptions,
        end: Option<BlockRef>,
    ) -> PartitionWriter {
        debug_assert!(end.is_none_or(|end| (end.depot, end.partition) == (depot, partition)));
        let segment_end = end.filter(|end| end.segment_id().is_some());
        PartitionWriter {
            disk,
            data_dir: data_dir.to_owned(),
            depot,
            partition,
            options,
            end,
            segment_end,
            is_clean: false,
            tail: None,
            closed: Vec::new(),
            next_offset: end.map_or(0, |end| end.end_offset()),
            last_millis: end.map_or(0, |end| end.last_millis),
            failed: false,
        }
    }

    /// The offset of the record that has to be pushed next, unless something has failed.
    #[cfg(test)]
    pub(crate) fn next_offset(&self) -> u64 {
        self.next_offset
    }

    /// Takes a record: its offset, which must be [`next_offset`](Self::next_offset), its append time
    /// in milliseconds since 1970, which must not go back, and its bytes. Writes when enough has
    /// gathered; durable with the next [`finish`](Self::finish).
    #[inline]
    pub(crate) fn push(
        &mut self,
        offset: u64,
        millis: u64,
        record: &[u8],
    ) -> Result<(), SegmentError> {
        self.check(offset, millis, record)?;
        self.guard(|writer| writer.take(offset, millis, record))
    }

    /// Takes records that stay where they are: an entry of the log, whose segment the caller keeps.
    /// They must be the next, as with [`push`](Self::push).
    pub(crate) fn leave(&mut self, entry: BlockRef) -> Result<(), SegmentError> {
        debug_assert!(entry.segment_id().is_none());
        self.check(entry.first_offset, entry.first_millis, &[])?;
        self.guard(|writer| {
            writer.close_block()?;
            writer.remove_beyond()
        })?;
        self.closed.push(entry);
        self.next_offset = entry.end_offset();
        self.last_millis = entry.last_millis;
        Ok(())
    }

    /// Writes all that was pushed and makes it durable. Returns its blocks, in order, for the index;
    /// none if nothing was pushed. Nothing is pending afterwards.
    pub(crate) fn finish(&mut self) -> Result<Vec<BlockRef>, SegmentError> {
        self.check_failed()?;
        self.guard(|writer| {
            if let Some(tail) = &mut writer.tail {
                writer.closed.extend(tail.close_block());
                tail.sync(&*writer.disk, &writer.data_dir)?;
            }
            Ok(())
        })?;
        self.tail = None;
        self.end = self.closed.last().copied().or(self.end);
        let in_segment = self.closed.iter().rfind(|block| block.segment_id().is_some());
        self.segment_end = in_segment.copied().or(self.segment_end);
        Ok(std::mem::take(&mut self.closed))
    }

    /// Forgets everything behind `end`, the partition's last indexed block, whether it was finished or
    /// not: the record behind `end` has to be pushed next. The writer is as good as new.
    #[cfg(test)]
    pub(crate) fn abandon(&mut self, end: Option<BlockRef>) {
        let disk = Arc::clone(&self.disk);
        *self = Self::new(disk, &self.data_dir, self.depot, self.partition, self.options, end);
    }

    fn check_failed(&self) -> Result<(), SegmentError> {
        if !self.failed {
            return Ok(());
        }
        Err(SegmentError::WriterFailed { depot: self.depot, partition: self.partition })
    }

    #[inline]
    fn check(&self, offset: u64, millis: u64, record: &[u8]) -> Result<(), SegmentError> {
        self.check_failed()?;
        let problem = if offset != self.next_offset {
            "it is not the next"
        } else if millis < self.last_millis {
            "it was appended before the one before it"
        } else if record.len() > MAX_RECORD {
            "it is too large"
        } else {
            return Ok(());
        };
        let (depot, partition) = (self.depot, self.partition);
        Err(SegmentError::Refused { depot, partition, offset, problem })
    }

    /// Does something whose errors leave the disk in a state that is not known.
    fn guard(
        &mut self,
        act: impl FnOnce(&mut Self) -> Result<(), SegmentError>,
    ) -> Result<(), SegmentError> {
        let done = act(self);
        if done.is_err() {
            self.failed = true;
            self.tail = None;
            self.closed.clear();
        }
        done
    }

    #[inline]
    fn take(&mut self, offset: u64, millis: u64, record: &[u8]) -> Result<(), SegmentError> {
        let block_bytes = self.options.block_bytes.min(MAX_BLOCK);
        let entry = format::entry_len(millis - self.last_millis, record);
        let open = self.tail.as_mut().and_then(|tail| tail.open_bytes().map(|bytes| (tail, bytes)));
        let bytes = match open {
            // Most records go behind others.
            Some((tail, bytes)) if bytes + entry <= block_bytes => {
                tail.push(offset, millis, record);
                bytes + entry
            }
            open => {
                if open.is_some() {
                    self.close_block()?;
                }
                let tail = self.tail_for(offset)?;
                tail.push(offset, millis, record);
                tail.open_bytes().unwrap_or(0)
            }
        };
        self.next_offset = offset + 1;
        self.last_millis = millis;
        if bytes >= block_bytes { self.close_block() } else { Ok(()) }
    }

    fn close_block(&mut self) -> Result<(), SegmentError> {
        let Some(tail) = &mut self.tail else { return Ok(()) };
        self.closed.extend(tail.close_block());
        if tail.buffered() >= self.options.write_bytes { tail.write() } else { Ok(()) }
    }

    /// The segment that takes the record with this offset.
    fn tail_for(&mut self, offset: u64) -> Result<&mut Tail, SegmentError> {
        let mut tail = match self.tail.take() {
            Some(tail) => tail,
            None => self.open(offset)?,
        };
        // A segment has at least one block.
        let full = self.options.segment_bytes.max(HEADER as u64 + 1);
        if tail.open_bytes().is_none() && tail.len() >= full {
            tail.sync(&*self.disk, &self.data_dir)?;
            tail = self.create(offset)?;
        }
        Ok(self.tail.insert(tail))
    }

    /// The segment to go on in, or a new one, with nothing behind the end.
    fn open(&mut self, offset: u64) -> Result<Tail, SegmentError> {
        self.remove_beyond()?;
        let end = self.segment_end.and_then(|end| Some((end.segment_id()?, end)));
        match end {
            Some((id, end)) => Tail::resume(&*self.disk, &self.data_dir, id, &end),
            None => self.create(offset),
        }
    }

    /// Removes the segments behind the end, once: before anything is behind it.
    fn remove_beyond(&mut self) -> Result<(), SegmentError> {
        if !self.is_clean {
            let (disk, end) = (&*self.disk, self.end.as_ref());
            remove::remove_beyond(disk, &self.data_dir, self.depot, self.partition, end)?;
            self.is_clean = true;
        }
        Ok(())
    }

    fn create(&self, offset: u64) -> Result<Tail, SegmentError> {
        let id = SegmentId { depot: self.depot, partition: self.partition, start: offset };
        Tail::create(&*self.disk, &self.data_dir, id)
    }
}
