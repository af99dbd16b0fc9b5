//! Opening what a data directory holds: the last checkpoint, and the log behind it.

use std::path::Path;
use std::sync::Arc;

use rama_paths::{AnyPartition, Horizon};
use rustc_hash::FxHashMap;

use super::LaunchError;
use super::builder::ClusterBuilder;
use crate::depot::segment::{KeptLog, SegmentOptions};
use crate::depot::{AnyDepot, DepotFiles, last_block};
use crate::log::{Log, LogWriter, OpenError, Position};
use crate::module::ModuleDefinition;
use crate::store::checkpoint::{
    CheckpointRecord, CommittedRecords, DepotRecord, ModuleRows, PartitionEnd, PartitionRows,
    RecordCopier,
};
use crate::store::database::{CheckpointDatabase, Inspection};
use crate::store::{
    self, DatabaseError, Recovered, Recovery, RecoveryParts, Snapshot, StorageOptions,
};

/// The catalogue ids of a module's objects, by index.
pub(super) struct Ids<'a> {
    pub(super) depots: &'a [u32],
    pub(super) topologies: &'a [u32],
    pub(super) pstates: &'a [u32],
}

/// A module's storage, recovered to the end of its log.
pub(super) struct Storage {
    pub(super) log: Log,
    pub(super) writer: LogWriter,
    pub(super) recovered: Recovered,
    pub(super) horizon: Arc<Horizon>,
    pub(super) database: CheckpointDatabase,
    pub(super) files: Arc<DepotFiles>,
    pub(super) records: RecordCopier,
    pub(super) rows: ModuleRows,
    /// Position of the last checkpoint.
    pub(super) checkpoint: Position,
}

/// Opens the last checkpoint and replays the log behind it.
pub(super) fn open(
    settings: &ClusterBuilder,
    dir: &Path,
    definition: &ModuleDefinition,
    depots: &[Arc<dyn AnyDepot>],
    ids: &Ids<'_>,
    tasks: u32,
) -> Result<Storage, LaunchError> {
    let unreadable = |source| LaunchError::Checkpoint { dir: dir.to_owned(), source };
    let started = std::time::Instant::now();
    let options = &settings.storage;
    // Opening the database may change it, and nothing is changed before the whole log was accepted.
    let found = Inspection::find(&*settings.disk, dir).map_err(unreadable)?;
    let snapshot = found.as_ref().map(Inspection::snapshot).transpose().map_err(unreadable)?;
    let snapshot = snapshot.as_ref();
    let record = match snapshot {
        Some(snapshot) => CheckpointRecord::read(snapshot, dir).map_err(unreadable)?,
        None => None,
    };
    let checkpoint = record.as_ref().map_or(Position::ZERO, |record| record.position);
    let replay_from = record.as_ref().map_or(Position::ZERO, |record| record.replay_from);
    let horizon = Arc::new(Horizon::new(checkpoint.get(), options.cache_bytes));
    let files = Arc::new(DepotFiles::new(Arc::clone(&settings.disk), dir.to_owned()));

    let mut partitions: Vec<Vec<Box<dyn AnyPartition>>> = (0..tasks)
        .map(|_| {
            let new = |pstate: &crate::module::PStateDefinition| {
                (pstate.new_partition)(Arc::clone(&horizon))
            };
            definition.pstates.iter().map(new).collect()
        })
        .collect();
    if let (Some(snapshot), Some(record)) = (snapshot, &record) {
        attach(snapshot, record, &mut partitions, ids.pstates).map_err(unreadable)?;
    }
    let (ends, last) =
        restore_depots(snapshot, record.as_ref(), depots, &files).map_err(unreadable)?;
    let rows: Vec<Vec<PartitionRows>> = (0..definition.pstates.len())
        .map(|pstate| {
            let rows = |task: &Vec<Box<dyn AnyPartition>>| PartitionRows {
                rows: task[pstate].rows(),
                nodes: Arc::new(task[pstate].nodes()),
            };
            partitions.iter().map(rows).collect()
        })
        .collect();

    let progress = progress(definition, record.as_ref(), depots, ids.topologies);
    let mut recovery = Recovery::new(RecoveryParts {
        state: Recovered { partitions, progress },
        checkpoint,
        horizon: Arc::clone(&horizon),
        depots: depots.to_vec(),
        depot_ids: ids.depots,
        topology_ids: ids.topologies,
        pstate_ids: ids.pstates,
        topology_names: definition.topologies.iter().map(|topology| topology.name).collect(),
        pstate_names: definition.pstates.iter().map(|pstate| pstate.name).collect(),
    });
    let log_dir = dir.join(store::LOG);
    let opened = Log::open(
        Arc::clone(&settings.disk),
        &log_dir,
        settings.log.clone(),
        replay_from,
        &mut |at, entry: &[u8]| recovery.apply(at, entry),
    );
    let (log, writer) = match opened {
        Ok(opened) => opened,
        Err(OpenError::Replay(source)) => {
            return Err(LaunchError::Recovery { dir: log_dir, source });
        }
        Err(OpenError::Log(source)) => return Err(LaunchError::Log { dir: log_dir, source }),
    };
    if log.durable() > Position::ZERO {
        tracing::info!(
            module = definition.name,
            checkpoint = %checkpoint,
            replayed_from = %replay_from,
            entries = recovery.entries,
            position = %log.durable(),
            elapsed = ?started.elapsed(),
            "recovered from the checkpoint and the log"
        );
    }
    let rows = ModuleRows::new(ids.pstates.to_vec(), rows);
    let (database, _) = CheckpointDatabase::open(&settings.disk, dir, options.database_cache_bytes)
        .map_err(unreadable)?;
    let snapshot = database.snapshot().map_err(unreadable)?;
    if record.is_some() {
        rows.each_backing(&snapshot, |rows, backing| rows.replace_backing(backing))
            .map_err(unreadable)?;
    }
    drop(found);
    files.show(snapshot);
    let kept = record.as_ref().and_then(|record| record.kept_log);
    let kept_log = KeptLog::open(Arc::clone(&settings.disk), dir, &log_dir, kept)
        .map_err(|source| LaunchError::Depots { dir: dir.to_owned(), source })?;
    // What a crash kept from being cut.
    log.cut(replay_from);
    let records = RecordCopier::new(
        Arc::clone(&settings.disk),
        dir,
        segment_options(options),
        log.clone(),
        kept_log,
        CommittedRecords { position: checkpoint, ends, last },
    );
    let recovered = recovery.finish();
    Ok(Storage { log, writer, recovered, horizon, database, files, records, rows, checkpoint })
}

/// How records of depots are stored.
pub(super) fn segment_options(options: &StorageOptions) -> SegmentOptions {
    SegmentOptions {
        segment_bytes: options.depot_segment_bytes,
        log_block_bytes: options.log_block_bytes,
        ..SegmentOptions::default()
    }
}

/// Opens the partitions over the checkpoint's rows.
fn attach(
    snapshot: &Snapshot,
    record: &CheckpointRecord,
    partitions: &mut [Vec<Box<dyn AnyPartition>>],
    pstate_ids: &[u32],
) -> Result<(), DatabaseError> {
    for (task, partitions) in (0..).zip(partitions) {
        for (id, partition) in pstate_ids.iter().zip(partitions) {
            let nodes: Vec<u32> = partition.nodes().iter().map(|node| node.id).collect();
            let backing = snapshot.partition(*id, task, &nodes)?;
            let counter = record
                .counters
                .iter()
                .find(|counter| (counter.pstate, counter.task) == (*id, task))
                .map_or(1, |counter| counter.next);
            partition.attach(backing, counter);
        }
    }
    Ok(())
}

type LastBlocks = FxHashMap<(u32, u32), crate::depot::segment::BlockRef>;

/// Tells depots what is in segments; their ends, and the last block of each partition.
fn restore_depots(
    snapshot: Option<&Snapshot>,
    record: Option<&CheckpointRecord>,
    depots: &[Arc<dyn AnyDepot>],
    files: &Arc<DepotFiles>,
) -> Result<(Vec<DepotRecord>, LastBlocks), DatabaseError> {
    let (mut ends, mut last) = (Vec::new(), LastBlocks::default());
    for depot in depots {
        depot.set_files(Arc::clone(files));
        let known = record
            .and_then(|record| record.depots.iter().find(|known| known.id == depot.id()).cloned());
        let known = known.unwrap_or_else(|| DepotRecord {
            id: depot.id(),
            partitions: vec![PartitionEnd::default(); depot.partitions() as usize],
        });
        for (partition, end) in (0..).zip(&known.partitions) {
            depot.restore_end(partition, end.end, end.last_append_millis);
            let block = match snapshot {
                Some(snapshot) => last_block(snapshot, depot.id(), partition)?,
                None => None,
            };
            if let Some(block) = block {
                last.insert((depot.id(), partition), block);
            }
        }
        ends.push(known);
    }
    Ok((ends, last))
}

/// How far topologies are as of the checkpoint.
fn progress(
    definition: &ModuleDefinition,
    record: Option<&CheckpointRecord>,
    depots: &[Arc<dyn AnyDepot>],
    topology_ids: &[u32],
) -> Vec<store::Progress> {
    let topologies = definition.topologies.iter().zip(topology_ids);
    topologies
        .map(|(topology, id)| {
            let known =
                record.and_then(|record| record.topologies.iter().find(|known| known.id == *id));
            match known {
                Some(known) => store::Progress {
                    positions: known.positions.clone(),
                    committed: known.committed,
                    undecided: None,
                },
                None => {
                    let start = |source: &crate::module::SourceDefinition| {
                        vec![0; depots[source.depot as usize].partitions() as usize]
                    };
                    let positions = topology.sources.iter().map(start).collect();
                    store::Progress { positions, committed: 0, undecided: None }
                }
            }
        })
        .collect()
}
