//! The component that makes checkpoints, beside the work.
//!
//! One checkpoint goes through these phases: every worker freezes its partitions as of one position
//! of the log; records up to there are copied into depot segments, which are synced, or the segments of
//! the log that hold them are kept; changed rows and the index of blocks go into one transaction of the
//! database, with the record of what the checkpoint is of; when that is durable, readers get the new
//! rows and the log is cut.
//!
//! - **Invariant**: a checkpoint holds nothing that was not durable in the log.
//! - **Invariant**: what a crash leaves is the checkpoint before or the one under way, whole, and a log
//!   that holds all that is behind it.
//!
//! A full disk is no failure: the database is opened again and the same checkpoint tried later.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::failure::Failure;
use super::rows::{ModuleRows, Next};
use super::{CheckpointRecord, Freeze, RecordCopier, StructureCounter, TopologyRecord};
use crate::cluster::{ClusterEvent, Shared};
use crate::depot::DepotFiles;
use crate::depot::segment::BlockRef;
use crate::exec::{Clock, Component, Step};
use crate::log::Position;
use crate::store::commits::CheckpointPoint;
use crate::store::database::{CheckpointDatabase, CheckpointWriter, DatabaseError};
use crate::task::Message;
use crate::topology::StopCause;

/// Pause between checkpoints that only remove rows of dropped structures.
const GARBAGE_PAUSE: Duration = Duration::from_millis(200);
/// Pause before a full disk is tried again, and between looks at readers that hold a checkpoint up.
const PAUSE: Duration = Duration::from_millis(50);

/// What a checkpointer is made of.
pub(crate) struct CheckpointerParts {
    pub(crate) shared: Arc<Shared>,
    pub(crate) clock: Clock,
    pub(crate) database: CheckpointDatabase,
    pub(crate) rows: ModuleRows,
    pub(crate) records: RecordCopier,
    pub(crate) files: Arc<DepotFiles>,
    /// Rows newer than the last checkpoint may take so many bytes of memory.
    pub(crate) overlay_bytes: usize,
    /// Threads that write rows: 1, or 2 where the order in which they do it may be any.
    pub(crate) writers: usize,
}

/// Makes checkpoints.
pub(crate) struct Checkpointer {
    parts: CheckpointerParts,
    /// Rows of dropped structures wait to be removed, not before this.
    garbage_due: Option<Duration>,
    /// The last try failed for want of space.
    is_full: bool,
    phase: Phase,
}

enum Phase {
    Idle,
    Freezing(CheckpointPoint, Arc<Freeze>),
    /// The rest of a checkpoint is begun, or begun again, then.
    Frozen(Frozen, Duration),
    Records(Frozen),
    Rows(Box<Writing>),
    Broken,
}

/// What a checkpoint is of.
struct Frozen {
    point: CheckpointPoint,
    /// PState index, task, structure counter.
    counters: Vec<(u32, u32, u64)>,
    started: Instant,
}

/// A transaction under way.
struct Writing {
    frozen: Frozen,
    writer: CheckpointWriter,
    blocks: Vec<BlockRef>,
    next: Next,
    rows: u64,
}

/// A checkpoint that is durable.
struct Made {
    record: CheckpointRecord,
    blocks: Vec<BlockRef>,
    rows: u64,
    started: Instant,
}

/// A checkpoint that could not be made.
struct Unmade {
    failure: Failure,
    frozen: Frozen,
    /// Its commit was tried: it may be there.
    tried: Option<(CheckpointRecord, Vec<BlockRef>, u64)>,
}

impl Checkpointer {
    pub(crate) fn new(parts: CheckpointerParts) -> Checkpointer {
        Checkpointer {
            parts,
            // Rows of dropped structures may be left from before.
            garbage_due: Some(Duration::ZERO),
            is_full: false,
            phase: Phase::Idle,
        }
    }

    fn shared(&self) -> &Shared {
        &self.parts.shared
    }

    fn idle(&mut self, now: Duration) -> (Phase, Step) {
        let shared = self.shared();
        let memory = shared.commits.horizon().memory();
        // Memory may be full of what is not visible yet, which a checkpoint cannot take down.
        let is_due = shared.checkpoints.is_due(&shared.log, memory)
            && shared.commits.next_checkpoint() > shared.checkpoints.last();
        let garbage_is_due = self.garbage_due.is_some_and(|due| due <= now);
        if is_due || garbage_is_due && self.has_garbage() {
            return (self.begin(), Step::Worked);
        }
        if garbage_is_due {
            self.garbage_due = None;
        }
        (Phase::Idle, self.garbage_due.map_or(Step::Idle, Step::IdleUntil))
    }

    fn has_garbage(&self) -> bool {
        let snapshot = self.parts.database.snapshot();
        snapshot.and_then(|snapshot| snapshot.garbage_len()).is_ok_and(|count| count > 0)
    }

    fn begin(&self) -> Phase {
        let shared = self.shared();
        let point = shared.commits.begin_checkpoint();
        let done = Arc::clone(shared.checkpoints.signal());
        let freeze = Arc::new(Freeze::new(point.position, shared.inboxes.len(), done));
        for inbox in &shared.inboxes {
            inbox.push(Message::Freeze(Arc::clone(&freeze)));
        }
        shared.event(ClusterEvent::CheckpointBegun { position: point.position });
        Phase::Freezing(point, freeze)
    }

    /// While workers wait for readers: ends reads that hold back too much.
    fn wait_for_readers(&self, position: Position) {
        let shared = self.shared();
        let horizon = shared.commits.horizon();
        let is_overdue = shared.checkpoints.is_overdue(&shared.log);
        let overlay_bytes = horizon.memory().overlay();
        if is_overdue || overlay_bytes > self.parts.overlay_bytes {
            let reads = horizon.revoke_before(position.get());
            if reads > 0 {
                let log_bytes = shared.checkpoints.backlog(&shared.log);
                tracing::warn!(
                    reads,
                    overlay_bytes,
                    log_bytes,
                    "ended reads that held back a checkpoint"
                );
                shared.event(ClusterEvent::ReadsEnded { reads, overlay_bytes, log_bytes });
            }
        }
    }

    /// All records are copied: makes them durable and begins the transaction.
    fn begin_rows(&mut self, frozen: Frozen) -> Result<Phase, Box<Unmade>> {
        let mut begin = || -> Result<_, Failure> {
            let blocks = self.parts.records.finish()?;
            let writer = self.parts.database.begin()?;
            writer.put_blocks(blocks.iter().map(|block| (block.key(), block.value())))?;
            Ok((writer, blocks))
        };
        match begin() {
            Ok((writer, blocks)) => {
                let writing = Writing { frozen, writer, blocks, next: (0, 0), rows: 0 };
                Ok(Phase::Rows(Box::new(writing)))
            }
            Err(failure) => Err(Box::new(Unmade { failure, frozen, tried: None })),
        }
    }

    /// Writes the rows of one partition or two, or commits when there are no more.
    fn write(&mut self, mut writing: Box<Writing>, now: Duration) -> Result<Phase, Box<Unmade>> {
        let Writing { writer, next, rows, .. } = &mut *writing;
        let writers = self.parts.writers;
        let written = self.parts.rows.write(*next, writer, writers, rows).and_then(|next| {
            if next.is_none() {
                self.parts.rows.collect_garbage(writer)?;
            }
            Ok(next)
        });
        match written {
            Ok(Some(next)) => {
                writing.next = next;
                Ok(Phase::Rows(writing))
            }
            Ok(None) => self.commit(*writing, now),
            Err(failure) => Err(Box::new(Unmade { failure, frozen: writing.frozen, tried: None })),
        }
    }

    fn commit(&mut self, writing: Writing, now: Duration) -> Result<Phase, Box<Unmade>> {
        let Writing { frozen, writer, blocks, rows, .. } = writing;
        let record = self.record(&frozen);
        if let Err(error) = writer.commit(&record.encode()) {
            let tried = Some((record, blocks, rows));
            return Err(Box::new(Unmade { failure: error.into(), frozen, tried }));
        }
        let made = Made { record, blocks, rows, started: frozen.started };
        match self.show() {
            Ok(()) => Ok(self.made(made, now)),
            // Durable, but it cannot be read: the same as a failed read later.
            Err(error) => Err(Box::new(Unmade { failure: error.into(), frozen, tried: None })),
        }
    }

    /// Gives readers the new checkpoint in the place of the frozen rows.
    fn show(&self) -> Result<(), DatabaseError> {
        let snapshot = self.parts.database.snapshot()?;
        self.parts.rows.each_backing(&snapshot, |rows, backing| rows.finish(backing))?;
        self.parts.files.show(snapshot);
        Ok(())
    }

    /// A checkpoint is durable and shown: lets go of what it replaces.
    fn made(&mut self, made: Made, now: Duration) -> Phase {
        let Made { record, blocks, rows, started } = made;
        self.parts.records.commit(record.position, &blocks);
        if std::mem::take(&mut self.is_full) {
            tracing::info!("there is space for checkpoints again");
        }
        self.garbage_due = Some(now + GARBAGE_PAUSE);
        let shared = self.shared();
        for depot in &record.depots {
            let Some(known) = shared.depots.iter().find(|known| known.id() == depot.id) else {
                continue;
            };
            for (partition, end) in (0..).zip(&depot.partitions) {
                known.checkpointed(partition, end.end);
            }
        }
        shared.log.cut(record.replay_from);
        shared.checkpoints.reached(record.position);
        tracing::info!(
            module = shared.module,
            position = %record.position,
            rows,
            database_bytes_written = self.parts.database.bytes_written(),
            elapsed = ?started.elapsed(),
            "checkpoint"
        );
        shared.event(ClusterEvent::Checkpointed { position: record.position, rows });
        // Appends and microbatches may have waited for it.
        shared.progress.notify();
        for signal in &shared.worker_signals {
            signal.raise();
        }
        Phase::Idle
    }

    fn record(&self, frozen: &Frozen) -> CheckpointRecord {
        let point = &frozen.point;
        let topologies = point.progress.iter().zip(&self.shared().topology_ids);
        CheckpointRecord {
            position: point.position,
            replay_from: point.replay_from,
            unix_millis: self.parts.clock.unix_millis(),
            topologies: topologies
                .map(|(progress, id)| TopologyRecord {
                    id: *id,
                    committed: progress.committed,
                    positions: progress.positions.clone(),
                })
                .collect(),
            depots: self.parts.records.ends().to_vec(),
            kept_log: self.parts.records.kept_log(),
            counters: frozen
                .counters
                .iter()
                .map(|(pstate, task, next)| StructureCounter {
                    pstate: self.parts.rows.id(*pstate),
                    task: *task,
                    next: *next,
                })
                .collect(),
        }
    }

    /// A checkpoint was not made. The same is tried later if only space was missing.
    fn unmade(&mut self, unmade: Box<Unmade>, now: Duration) -> Phase {
        let Unmade { failure, frozen, tried } = *unmade;
        let is_full = failure.is_full();
        let error = failure.into_error();
        self.shared().event(ClusterEvent::CheckpointFailed { error: Arc::clone(&error) });
        if !is_full {
            return self.broken(error);
        }
        if !std::mem::replace(&mut self.is_full, true) {
            tracing::warn!(%error, "a checkpoint waits for space on the disk");
        }
        let metadata = match self.reopen() {
            Ok(metadata) => metadata,
            Err(failure) if failure.is_full() => None,
            Err(failure) => return self.broken(failure.into_error()),
        };
        // A commit that failed may have happened all the same.
        if let (Some(metadata), Some((record, blocks, rows))) = (metadata, tried)
            && metadata == record.encode()
        {
            if let Err(error) = self.show() {
                return self.broken(Arc::new(error));
            }
            return self.made(Made { record, blocks, rows, started: frozen.started }, now);
        }
        self.parts.records.rewind();
        Phase::Frozen(frozen, now + PAUSE)
    }

    /// Opens the database again, which does not survive a failed write, and hands it to readers. The
    /// record of the checkpoint that it shows.
    fn reopen(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        let parts = &mut self.parts;
        let (database, metadata) = parts.database.reopen()?;
        let snapshot = database.snapshot()?;
        parts.rows.each_backing(&snapshot, |rows, backing| rows.replace_backing(backing))?;
        parts.files.show(snapshot);
        // Nobody begins a read of the old one any more.
        parts.database = database;
        Ok(metadata)
    }

    fn broken(&self, error: Arc<dyn std::error::Error + Send + Sync>) -> Phase {
        let shared = self.shared();
        tracing::error!(module = shared.module, %error, "checkpoints have failed");
        for status in &shared.statuses {
            status.stop(StopCause::Checkpoint { source: Arc::clone(&error) });
        }
        shared.progress.notify();
        shared.fail();
        Phase::Broken
    }
}

impl Component for Checkpointer {
    fn step(&mut self, now: Duration) -> Step {
        // A panic leaves it broken.
        let (next, step) = match std::mem::replace(&mut self.phase, Phase::Broken) {
            Phase::Idle if self.shared().log.failure().is_some() => (Ok(Phase::Idle), Step::Idle),
            Phase::Idle => {
                let (phase, step) = self.idle(now);
                (Ok(phase), step)
            }
            Phase::Freezing(point, freeze) if freeze.is_finished() => {
                self.shared().commits.end_freeze();
                let counters = freeze.counters();
                let frozen = Frozen { point, counters, started: Instant::now() };
                let may_stay = self.shared().depots.iter().map(|depot| depot.may_stay()).sum();
                self.parts.records.begin(frozen.point.position, may_stay);
                (Ok(Phase::Records(frozen)), Step::Worked)
            }
            Phase::Freezing(point, freeze) => {
                self.wait_for_readers(point.position);
                (Ok(Phase::Freezing(point, freeze)), Step::IdleUntil(now + PAUSE))
            }
            Phase::Frozen(frozen, not_before) if now < not_before => {
                (Ok(Phase::Frozen(frozen, not_before)), Step::IdleUntil(not_before))
            }
            Phase::Frozen(frozen, _) => (Ok(Phase::Records(frozen)), Step::Worked),
            Phase::Records(frozen) => {
                let next = match self.parts.records.step(frozen.point.position) {
                    Ok(false) => Ok(Phase::Records(frozen)),
                    Ok(true) => self.begin_rows(frozen),
                    Err(error) => {
                        Err(Box::new(Unmade { failure: error.into(), frozen, tried: None }))
                    }
                };
                (next, Step::Worked)
            }
            Phase::Rows(writing) => (self.write(writing, now), Step::Worked),
            Phase::Broken => (Ok(Phase::Broken), Step::Idle),
        };
        self.phase = next.unwrap_or_else(|unmade| self.unmade(unmade, now));
        step
    }
}
