//! Takes depot records from the log into depots' own storage.
//!
//! Most are copied into segments. Where most of the log is large entries with records, these stay where
//! they are, so that they are not written twice: the log's segments are kept for them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{DepotRecord, PartitionEnd};
use crate::depot::segment::{
    BlockRef, KeptLog, PartitionWriter, Place, SegmentError, SegmentOptions,
};
use crate::disk::Disk;
use crate::log::{EntryAt, Log, LogReader, OpenError, Position};
use crate::store::{Appended, Entry, MAX_HEADER, RecoveryError};

/// Bytes of log copied in one step.
const STEP: usize = 1 << 20;

/// Records stay in the log if so much of it is entries with records that may: two thirds. What else is
/// in these segments takes space for as long as the records do.
const SHARE: (u64, u64) = (2, 3);

const _: () = assert!(MAX_HEADER <= LogReader::HEAD);

/// Takes the records of the log, in order, up to each checkpoint.
pub(crate) struct RecordCopier {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    settings: SegmentOptions,
    log: Log,
    reader: LogReader,
    kept_log: KeptLog,
    /// Bytes that may stay in the log, over all depots since they were opened, as of the last decision.
    may_stay: u64,
    /// Records of the checkpoint under way stay in the log, if they may.
    stay: bool,
    /// By depot and partition; only those that got records.
    writers: FxHashMap<(u32, u32), PartitionWriter>,
    /// As of the last checkpoint, and as of what is taken.
    committed: CommittedRecords,
    ends: Vec<DepotRecord>,
}

/// What a checkpoint has of depots.
pub(crate) struct CommittedRecords {
    /// Where in the log it is.
    pub(crate) position: Position,
    pub(crate) ends: Vec<DepotRecord>,
    /// The last block of each partition, by depot and partition.
    pub(crate) last: FxHashMap<(u32, u32), BlockRef>,
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
    /// An entry of which only the header was read cannot stay.
    #[error("a segment of the log cannot be kept")]
    NotKept,
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
    /// Goes on behind a checkpoint.
    pub(crate) fn new(
        disk: Arc<dyn Disk>,
        dir: &Path,
        settings: SegmentOptions,
        log: Log,
        kept_log: KeptLog,
        committed: CommittedRecords,
    ) -> RecordCopier {
        RecordCopier {
            disk,
            dir: dir.to_owned(),
            settings,
            reader: log.reader(committed.position),
            log,
            kept_log,
            may_stay: 0,
            stay: false,
            writers: FxHashMap::default(),
            ends: committed.ends.clone(),
            committed,
        }
    }

    /// Decides what becomes of the records up to `position`, once for each checkpoint. `may_stay` is how
    /// many bytes depots have appended so far, since they were opened, in entries that may stay.
    pub(crate) fn begin(&mut self, position: Position, may_stay: u64) {
        let all = position.get().saturating_sub(self.committed.position.get());
        let may = may_stay.saturating_sub(self.may_stay);
        self.may_stay = may_stay;
        self.stay = may.saturating_mul(SHARE.1) >= all.saturating_mul(SHARE.0) && may > 0;
    }

    /// Takes some records; says whether all up to `position` are.
    pub(crate) fn step(&mut self, position: Position) -> Result<bool, CopyError> {
        let RecordCopier { reader, writers, committed, ends, disk, dir, settings, .. } = self;
        let (kept_log, stay) = (&mut self.kept_log, self.stay);
        // Of what may stay the header says enough.
        let large =
            if stay { settings.log_block_bytes.saturating_add(MAX_HEADER) } else { usize::MAX };
        let read = reader.read_heads_up_to(position, STEP, large, &mut |at, bytes| {
            let (entry, payload) = Entry::decode(bytes)?;
            let payload_len = at.payload_len() - (bytes.len() - payload.len());
            let Some(appended) = entry.appended(payload) else { return Ok(()) };
            let Appended { depot, partition, append_millis, .. } = appended;
            let writer = writers.entry((depot, partition)).or_insert_with(|| {
                let last = committed.last.get(&(depot, partition)).copied();
                PartitionWriter::new(Arc::clone(disk), dir, depot, partition, *settings, last)
            });
            let may_stay = stay && settings.may_stay(payload_len);
            if may_stay && kept_log.keep(at.segment)? {
                writer.leave(block(&appended, &at))?;
            } else if payload.len() < payload_len {
                return Err(RecordError::NotKept);
            } else {
                appended.each(|offset, record| {
                    writer.push(offset, append_millis, record).map_err(RecordError::from)
                })?;
            }
            let end = PartitionEnd { end: appended.end(), last_append_millis: append_millis };
            let known = ends.iter_mut().find(|record| record.id == depot);
            if let Some(known) =
                known.and_then(|known| known.partitions.get_mut(partition as usize))
            {
                *known = end;
            }
            Ok(())
        });
        match read {
            Err(OpenError::Replay(RecordError::NotKept)) => {
                // It comes again, whole.
                self.stay = false;
                Ok(false)
            }
            read => Ok(read?),
        }
    }

    /// Makes what was taken durable; where its blocks are.
    pub(crate) fn finish(&mut self) -> Result<Vec<BlockRef>, CopyError> {
        self.kept_log.sync()?;
        let mut blocks = Vec::new();
        for writer in self.writers.values_mut() {
            blocks.extend(writer.finish()?);
        }
        // In order, whatever the order of the map.
        blocks.sort_unstable_by_key(BlockRef::key);
        Ok(blocks)
    }

    /// The last of the log's segments that is kept for records.
    pub(crate) fn kept_log(&self) -> Option<Position> {
        self.kept_log.last()
    }

    /// The ends of the depots as of what is taken.
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

    /// Forgets what was taken since the last checkpoint.
    pub(crate) fn rewind(&mut self) {
        self.writers.clear();
        self.ends.clone_from(&self.committed.ends);
        self.reader = self.log.reader(self.committed.position);
    }
}

/// The block that is this entry of the log.
fn block(appended: &Appended<'_>, at: &EntryAt) -> BlockRef {
    BlockRef {
        depot: appended.depot,
        partition: appended.partition,
        first_offset: appended.offset,
        place: Place::Log { segment: at.segment, end: at.end },
        position: at.offset,
        // Both fit: an entry is smaller than 2 GiB, and each record takes some of it.
        bytes: (at.end.get() - at.start.get()) as u32,
        count: (appended.end() - appended.offset) as u32,
        first_millis: appended.append_millis,
        last_millis: appended.append_millis,
    }
}
