//! Copies depot records from the log into depot segments.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{DepotRecord, PartitionEnd};
use crate::depot::segment::{BlockRef, PartitionWriter, SegmentError, SegmentOptions};
use crate::disk::Disk;
use crate::log::{Log, LogReader, OpenError, Position};
use crate::store::{Appended, Entry, RecoveryError};

/// Bytes of log copied in one step.
const STEP: usize = 1 << 20;

/// Copies the records of the log, in order, up to each checkpoint.
pub(crate) struct RecordCopier {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    settings: SegmentOptions,
    log: Log,
    reader: LogReader,
    /// By depot and partition; only those that got records.
    writers: FxHashMap<(u32, u32), PartitionWriter>,
    /// As of the last checkpoint, and as of what is copied.
    committed: Committed,
    ends: Vec<DepotRecord>,
}

struct Committed {
    position: Position,
    ends: Vec<DepotRecord>,
    /// The last block of each partition.
    last: FxHashMap<(u32, u32), BlockRef>,
}

/// Why records cannot be copied.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CopyError {
    #[error(transparent)]
    Log(#[from] OpenError<RecordError>),
    #[error(transparent)]
    Segment(#[from] SegmentError),
}

/// An entry that cannot be copied.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecordError {
    #[error(transparent)]
    Entry(#[from] RecoveryError),
    #[error(transparent)]
    Segment(#[from] SegmentError),
}

impl CopyError {
    pub(crate) fn is_full(&self) -> bool {
        match self {
            CopyError::Log(OpenError::Replay(RecordError::Segment(error)))
            | CopyError::Segment(error) => error.is_full(),
            CopyError::Log(_) => false,
        }
    }
}

impl RecordCopier {
    /// Goes on behind a checkpoint at `position`, when depots had these ends and last blocks.
    pub(crate) fn new(
        disk: Arc<dyn Disk>,
        dir: &Path,
        settings: SegmentOptions,
        log: Log,
        position: Position,
        ends: Vec<DepotRecord>,
        last: FxHashMap<(u32, u32), BlockRef>,
    ) -> RecordCopier {
        RecordCopier {
            disk,
            dir: dir.to_owned(),
            settings,
            reader: log.reader(position),
            log,
            writers: FxHashMap::default(),
            ends: ends.clone(),
            committed: Committed { position, ends, last },
        }
    }

    /// Copies some records; says whether all up to `position` are.
    pub(crate) fn step(&mut self, position: Position) -> Result<bool, CopyError> {
        let RecordCopier { reader, writers, committed, ends, disk, dir, settings, .. } = self;
        let done = reader.read_up_to(position, STEP, &mut |_, bytes| {
            let (entry, payload) = Entry::decode(bytes)?;
            let Some(appended) = entry.appended(payload) else { return Ok(()) };
            let Appended { depot, partition, append_millis, .. } = appended;
            let writer = writers.entry((depot, partition)).or_insert_with(|| {
                let last = committed.last.get(&(depot, partition)).copied();
                PartitionWriter::new(Arc::clone(disk), dir, depot, partition, *settings, last)
            });
            appended.each(|offset, record| {
                writer.push(offset, append_millis, record).map_err(RecordError::from)
            })?;
            let end = PartitionEnd { end: appended.end(), last_append_millis: append_millis };
            let known = ends.iter_mut().find(|record| record.id == depot);
            if let Some(known) =
                known.and_then(|known| known.partitions.get_mut(partition as usize))
            {
                *known = end;
            }
            Ok(())
        })?;
        Ok(done)
    }

    /// Makes what was copied durable; where its blocks are.
    pub(crate) fn finish(&mut self) -> Result<Vec<BlockRef>, CopyError> {
        let mut blocks = Vec::new();
        for writer in self.writers.values_mut() {
            blocks.extend(writer.finish()?);
        }
        // In order, whatever the order of the map.
        blocks.sort_unstable_by_key(BlockRef::key);
        Ok(blocks)
    }

    /// The ends of the depots as of what is copied.
    pub(crate) fn ends(&self) -> &[DepotRecord] {
        &self.ends
    }

    /// The checkpoint that these blocks belong to is durable.
    pub(crate) fn commit(&mut self, position: Position, blocks: &[BlockRef]) {
        self.committed.position = position;
        self.committed.ends.clone_from(&self.ends);
        let last = blocks.iter().map(|block| ((block.depot, block.partition), *block));
        self.committed.last.extend(last);
    }

    /// Forgets what was copied since the last checkpoint.
    pub(crate) fn rewind(&mut self) {
        self.writers.clear();
        self.ends.clone_from(&self.committed.ends);
        self.reader = self.log.reader(self.committed.position);
    }
}
