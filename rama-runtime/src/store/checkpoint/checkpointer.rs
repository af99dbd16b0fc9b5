//! The component that makes checkpoints, beside the work.
//!
//! One checkpoint goes through these phases: every worker freezes its partitions as of one position
//! of the log; records up to there are copied into depot segments, which are synced; changed rows and
//! the index of blocks go into one transaction of the database, with the record of what the
//! checkpoint is of; when that is durable, readers get the new rows and the log is cut.
//!
//! - **Invariant**: a checkpoint holds nothing that was not durable in the log.
//! - **Invariant**: what a crash leaves is the checkpoint before or the one under way, whole, and a log
//!   that holds all that is behind it.
//!
//! A full disk is no failure: the database is opened again and the same checkpoint tried later.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rama_paths::{AnyRows, FrozenChange, NodeInfo, StoreError, structure_of_slot, structure_range};
use rustc_hash::FxHashMap;

use super::records::CopyError;
use super::{CheckpointRecord, Freeze, RecordCopier, StructureCounter, TopologyRecord};
use crate::cluster::{ClusterEvent, Shared};
use crate::depot::DepotFiles;
use crate::depot::segment::BlockRef;
use crate::exec::{Clock, Component, Step};
use crate::log::Position;
use crate::store::commits::CheckpointPoint;
use crate::store::database::{
    CheckpointDatabase, CheckpointWriter, DatabaseError, Garbage, RowTable, RowsMut, Snapshot,
};
use crate::task::Message;
use crate::topology::StopCause;

/// Rows of dropped structures removed with one checkpoint.
const GARBAGE_ROWS: usize = 20_000;
/// Pause between checkpoints that only remove rows of dropped structures.
const GARBAGE_PAUSE: Duration = Duration::from_millis(200);
/// Pause before a full disk is tried again, and between looks at readers that hold a checkpoint up.
const PAUSE: Duration = Duration::from_millis(50);

/// The committed rows of one partition.
pub(crate) struct PartitionRows {
    pub(crate) rows: Arc<dyn AnyRows>,
    pub(crate) nodes: Arc<Vec<NodeInfo>>,
}

/// What a checkpointer is made of.
pub(crate) struct CheckpointerParts {
    pub(crate) shared: Arc<Shared>,
    pub(crate) clock: Clock,
    pub(crate) database: CheckpointDatabase,
    /// By PState index, then task.
    pub(crate) partitions: Vec<Vec<PartitionRows>>,
    pub(crate) records: RecordCopier,
    pub(crate) files: Arc<DepotFiles>,
    /// Rows newer than the last checkpoint may take so many bytes of memory.
    pub(crate) overlay_bytes: usize,
}

/// Makes checkpoints.
pub(crate) struct Checkpointer {
    shared: Arc<Shared>,
    clock: Clock,
    /// None for the moment in which it is opened again.
    database: Option<CheckpointDatabase>,
    partitions: Vec<Vec<PartitionRows>>,
    records: RecordCopier,
    files: Arc<DepotFiles>,
    overlay_bytes: usize,
    /// Rows of dropped structures wait to be removed, not before this.
    garbage_due: Option<Duration>,
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
    /// PState index and task whose rows come next.
    next: (usize, usize),
    rows: u64,
}

/// Why a checkpoint was not made.
enum Failure {
    Database(DatabaseError),
    Copy(CopyError),
    Row(StoreError),
}

impl From<DatabaseError> for Failure {
    fn from(error: DatabaseError) -> Self {
        Failure::Database(error)
    }
}

impl From<CopyError> for Failure {
    fn from(error: CopyError) -> Self {
        Failure::Copy(error)
    }
}

impl Checkpointer {
    pub(crate) fn new(parts: CheckpointerParts) -> Checkpointer {
        let CheckpointerParts {
            shared,
            clock,
            database,
            partitions,
            records,
            files,
            overlay_bytes,
        } = parts;
        Checkpointer {
            shared,
            clock,
            database: Some(database),
            partitions,
            records,
            files,
            overlay_bytes,
            // Rows of dropped structures may be left from before.
            garbage_due: Some(Duration::ZERO),
            is_full: false,
            phase: Phase::Idle,
        }
    }

    fn idle(&mut self, now: Duration) -> (Phase, Step) {
        let memory = self.shared.commits.horizon().memory();
        let is_due = self.shared.checkpoints.is_due(&self.shared.log, memory);
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
        let snapshot = self.database.as_ref().map(CheckpointDatabase::snapshot);
        snapshot.is_some_and(|snapshot| {
            snapshot.and_then(|snapshot| snapshot.garbage()).is_ok_and(|count| count > 0)
        })
    }

    fn begin(&mut self) -> Phase {
        let point = self.shared.commits.begin_checkpoint();
        let workers = self.shared.inboxes.len();
        let done = Arc::clone(self.shared.checkpoints.signal());
        let freeze = Arc::new(Freeze::new(point.position, workers, done));
        for inbox in &self.shared.inboxes {
            inbox.push(Message::Freeze(Arc::clone(&freeze)));
        }
        self.shared.event(ClusterEvent::CheckpointBegun { position: point.position });
        Phase::Freezing(point, freeze)
    }

    /// While workers wait for readers: ends reads that hold back too much.
    fn wait_for_readers(&self, position: Position) {
        let horizon = self.shared.commits.horizon();
        let is_overdue = self.shared.checkpoints.is_overdue(&self.shared.log);
        if is_overdue || horizon.memory().overlay() > self.overlay_bytes {
            let ended = horizon.revoke_before(position.get());
            if ended > 0 {
                tracing::warn!(
                    reads = ended,
                    overlay_bytes = horizon.memory().overlay(),
                    log_bytes = self.shared.checkpoints.backlog(&self.shared.log),
                    "ended reads that held back a checkpoint"
                );
            }
        }
    }

    fn database(&self) -> Result<&CheckpointDatabase, Failure> {
        self.database.as_ref().ok_or(Failure::Row(StoreError::Sink))
    }

    /// All records are copied: makes them durable and begins the transaction.
    fn begin_rows(&mut self, frozen: Frozen) -> Result<Phase, (Frozen, Failure)> {
        let mut begin = || -> Result<_, Failure> {
            let blocks = self.records.finish()?;
            let mut writer = self.database()?.begin()?;
            for block in &blocks {
                writer.put_block(&block.key(), &block.value())?;
            }
            Ok((writer, blocks))
        };
        match begin() {
            Ok((writer, blocks)) => {
                let writing = Writing { frozen, writer, blocks, next: (0, 0), rows: 0 };
                Ok(Phase::Rows(Box::new(writing)))
            }
            Err(failure) => Err((frozen, failure)),
        }
    }

    /// Writes the rows of one partition; says whether there are more.
    fn write_partition(&self, writing: &mut Writing) -> Result<bool, Failure> {
        let (pstate, task) = writing.next;
        let Some(partitions) = self.partitions.get(pstate) else { return Ok(false) };
        let Some(partition) = partitions.get(task) else {
            writing.next = (pstate + 1, 0);
            return Ok(true);
        };
        let id = self.shared.pstate_ids[pstate];
        let table = |node| RowTable { pstate: id, task: task as u32, node };
        let (mut failed, mut dropped, mut count) = (None, Vec::new(), 0);
        {
            let writer = &writing.writer;
            let mut open: Option<(u32, RowsMut<'_>)> = None;
            let mut change = |change: FrozenChange<'_>| -> Result<(), DatabaseError> {
                let (node, key, value) = match change {
                    FrozenChange::Put { node, key, value } => (node, key, Some(value)),
                    FrozenChange::Remove { node, key } => (node, key, None),
                    FrozenChange::Drop { node, structure } => {
                        dropped.push(Garbage { table: table(node), structure });
                        return Ok(());
                    }
                };
                count += 1;
                let rows = match &mut open {
                    Some((open, rows)) if *open == node => rows,
                    _ => {
                        // Closed first: the next one may be the same.
                        open = None;
                        &mut open.insert((node, writer.rows(table(node))?)).1
                    }
                };
                match value {
                    Some(value) => rows.put(key, value),
                    None => rows.remove(key),
                }
            };
            let written = partition.rows.write_frozen(&mut |frozen| {
                change(frozen).map_err(|error| {
                    failed = Some(error);
                    StoreError::Sink
                })
            });
            match (failed, written) {
                (Some(error), _) => return Err(error.into()),
                (None, Err(error)) => return Err(Failure::Row(error)),
                (None, Ok(())) => {}
            }
        }
        for garbage in dropped {
            writing.writer.add_garbage(garbage)?;
        }
        writing.rows += count;
        writing.next = (pstate, task + 1);
        Ok(true)
    }

    /// Removes some rows of dropped structures, and remembers the structures nested in them.
    fn collect_garbage(&self, writing: &mut Writing) -> Result<(), Failure> {
        let mut left = GARBAGE_ROWS;
        while left > 0 {
            let Some(garbage) = writing.writer.first_garbage()? else { return Ok(()) };
            let nested = self.nested_nodes(garbage.table);
            let (start, end) = structure_range(garbage.structure);
            let mut found = Vec::new();
            let removed = {
                let mut rows = writing.writer.rows(garbage.table)?;
                rows.drain(&start, &end, left, |slot| {
                    if !nested.is_empty() {
                        found.push(structure_of_slot(slot));
                    }
                })?
            };
            for structure in found {
                let structure = structure.map_err(Failure::Row)?;
                for node in nested {
                    let table = RowTable { node: *node, ..garbage.table };
                    writing.writer.add_garbage(Garbage { table, structure })?;
                }
            }
            if removed < left {
                writing.writer.remove_garbage(garbage)?;
            }
            left -= removed.min(left).max(1);
        }
        Ok(())
    }

    /// The nodes with the elements of structures whose handles lie in this table.
    fn nested_nodes(&self, table: RowTable) -> &[u32] {
        let pstate = self.shared.pstate_ids.iter().position(|id| *id == table.pstate);
        let nodes = pstate.and_then(|pstate| self.partitions[pstate].first());
        nodes
            .and_then(|partition| partition.nodes.iter().find(|node| node.id == table.node))
            .map_or(&[], |node| &node.nested)
    }

    /// Everything is written: makes it durable, and lets go of what it replaces.
    fn commit(&mut self, writing: Writing, now: Duration) -> Result<(), (Frozen, Failure)> {
        let Writing { frozen, writer, blocks, rows, .. } = writing;
        let record = self.record(&frozen);
        if let Err(error) = writer.commit(&record.encode()) {
            return Err((frozen, error.into()));
        }
        if let Err(failure) = self.show() {
            // Durable, but it cannot be read: the same as a failed read later.
            return Err((frozen, failure));
        }
        self.records.commit(record.position, &blocks);
        for depot in &record.depots {
            let index = self.shared.depots.iter().position(|known| known.id() == depot.id);
            let Some(index) = index else { continue };
            for (partition, end) in (0..).zip(&depot.partitions) {
                self.shared.depots[index].checkpointed(partition, end.end);
            }
        }
        self.shared.log.cut(record.replay_from);
        self.shared.checkpoints.reached(record.position);
        self.garbage_due = Some(now + GARBAGE_PAUSE);
        let elapsed = frozen.started.elapsed();
        tracing::info!(
            module = self.shared.module, position = %record.position, rows, ?elapsed,
            "checkpoint"
        );
        self.shared.event(ClusterEvent::Checkpointed { position: record.position, rows });
        // Appends and microbatches may have waited for it.
        self.shared.progress.notify();
        for signal in &self.shared.worker_signals {
            signal.raise();
        }
        Ok(())
    }

    fn record(&self, frozen: &Frozen) -> CheckpointRecord {
        let point = &frozen.point;
        let topologies = point.progress.iter().zip(&self.shared.topology_ids);
        CheckpointRecord {
            position: point.position,
            replay_from: point.replay_from,
            unix_millis: self.clock.unix_millis(),
            topologies: topologies
                .map(|(progress, id)| TopologyRecord {
                    id: *id,
                    committed: progress.committed,
                    positions: progress.positions.clone(),
                })
                .collect(),
            depots: self.records.ends().to_vec(),
            counters: frozen
                .counters
                .iter()
                .map(|(pstate, task, next)| StructureCounter {
                    pstate: self.shared.pstate_ids[*pstate as usize],
                    task: *task,
                    next: *next,
                })
                .collect(),
        }
    }

    /// Gives readers the rows of the last checkpoint.
    fn show(&mut self) -> Result<(), Failure> {
        let snapshot = self.database()?.snapshot()?;
        self.each_backing(&snapshot, |partition, backing| partition.rows.finish(backing))?;
        self.files.show(snapshot);
        Ok(())
    }

    fn each_backing(
        &self,
        snapshot: &Snapshot,
        f: impl Fn(&PartitionRows, Arc<dyn rama_paths::Backing>),
    ) -> Result<(), DatabaseError> {
        for (id, partitions) in self.shared.pstate_ids.iter().zip(&self.partitions) {
            for (task, partition) in (0..).zip(partitions) {
                let nodes = partition.nodes.iter().map(|node| node.id);
                f(partition, snapshot.partition(*id, task, nodes)?);
            }
        }
        Ok(())
    }

    /// A checkpoint was not made. The same is tried later if only space was missing.
    fn failed(&mut self, frozen: Frozen, failure: Failure, now: Duration) -> Phase {
        self.records.rewind();
        let is_full = match &failure {
            Failure::Database(error) => error.is_full(),
            Failure::Copy(error) => error.is_full(),
            Failure::Row(_) => false,
        };
        let error: Box<dyn std::error::Error + Send + Sync> = match failure {
            Failure::Database(error) => Box::new(error),
            Failure::Copy(error) => Box::new(error),
            Failure::Row(error) => Box::new(error),
        };
        if !is_full {
            return self.broken(error);
        }
        if !std::mem::replace(&mut self.is_full, true) {
            tracing::warn!(%error, "a checkpoint waits for space on the disk");
        }
        match self.reopen() {
            Ok(()) => Phase::Frozen(frozen, now + PAUSE),
            Err(Failure::Database(error)) if error.is_full() => Phase::Frozen(frozen, now + PAUSE),
            Err(Failure::Database(error)) => self.broken(Box::new(error)),
            Err(_) => self.broken(error),
        }
    }

    /// Opens the database again, which does not survive a failed write, and lets readers know.
    fn reopen(&mut self) -> Result<(), Failure> {
        let database = self.database.take().ok_or(Failure::Row(StoreError::Sink))?;
        match database.reopen() {
            Ok(database) => {
                let snapshot = self.database.insert(database).snapshot()?;
                self.each_backing(&snapshot, |partition, backing| {
                    partition.rows.replace_backing(backing);
                })?;
                self.files.show(snapshot);
                Ok(())
            }
            Err((database, error)) => {
                self.database = Some(database);
                Err(error.into())
            }
        }
    }

    fn broken(&mut self, error: Box<dyn std::error::Error + Send + Sync>) -> Phase {
        let error: Arc<dyn std::error::Error + Send + Sync> = error.into();
        tracing::error!(module = self.shared.module, %error, "checkpoints have failed");
        for status in &self.shared.statuses {
            status.stop(StopCause::Checkpoint { source: Arc::clone(&error) });
        }
        self.shared.progress.notify();
        Phase::Broken
    }
}

impl Component for Checkpointer {
    fn step(&mut self, now: Duration) -> Step {
        let (phase, step) = match std::mem::replace(&mut self.phase, Phase::Broken) {
            Phase::Idle if self.shared.log.failure().is_some() => (Phase::Idle, Step::Idle),
            Phase::Idle => self.idle(now),
            Phase::Freezing(point, freeze) if freeze.is_finished() => {
                self.shared.commits.end_freeze();
                let counters = freeze.counters();
                let frozen = Frozen { point, counters, started: Instant::now() };
                (Phase::Records(frozen), Step::Worked)
            }
            Phase::Freezing(point, freeze) => {
                self.wait_for_readers(point.position);
                (Phase::Freezing(point, freeze), Step::IdleUntil(now + PAUSE))
            }
            Phase::Frozen(frozen, not_before) if now < not_before => {
                (Phase::Frozen(frozen, not_before), Step::IdleUntil(not_before))
            }
            Phase::Frozen(frozen, _) => (Phase::Records(frozen), Step::Worked),
            Phase::Records(frozen) => match self.records.step(frozen.point.position) {
                Ok(false) => (Phase::Records(frozen), Step::Worked),
                Ok(true) => match self.begin_rows(frozen) {
                    Ok(phase) => (phase, Step::Worked),
                    Err((frozen, failure)) => (self.failed(frozen, failure, now), Step::Worked),
                },
                Err(error) => (self.failed(frozen, error.into(), now), Step::Worked),
            },
            Phase::Rows(mut writing) => match self.write_partition(&mut writing) {
                Ok(true) => (Phase::Rows(writing), Step::Worked),
                Ok(false) => {
                    let collected = self.collect_garbage(&mut writing);
                    let done = match collected {
                        Ok(()) => self.commit(*writing, now),
                        Err(failure) => Err((writing.frozen, failure)),
                    };
                    match done {
                        Ok(()) => {
                            if std::mem::take(&mut self.is_full) {
                                tracing::info!("there is space for checkpoints again");
                            }
                            (Phase::Idle, Step::Worked)
                        }
                        Err((frozen, failure)) => (self.failed(frozen, failure, now), Step::Worked),
                    }
                }
                Err(failure) => (self.failed(writing.frozen, failure, now), Step::Worked),
            },
            Phase::Broken => (Phase::Broken, Step::Idle),
        };
        self.phase = phase;
        step
    }
}
