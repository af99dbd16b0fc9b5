//! Reading a data directory into a report.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use super::database::Contents;
use super::directory::Directory;
use super::report::{
    DatabaseReport, DepotPartitionReport, DepotReport, LogReport, ModuleReport, PStateReport,
    Report, SourcePartitionReport, SourceReport, TopologyReport, UndecidedMicrobatch,
};
use super::tail::{Tail, TopologyTail};
use super::{InspectError, Problem};
use crate::depot::segment::{kept_log_files, segment_files};
use crate::disk::Disk;
use crate::log::{LogError, LogFiles, OpenError, Position};
use crate::store::{self, Manifest};

/// Looks at a data directory that nobody has open. Reads the database's index and rows, and the log
/// behind the last checkpoint; depot records and the log before are not read.
///
/// Of what is damaged as much is told as can be read; see [`Report::problems`].
///
/// # Errors
///
/// When there is no data directory, it is open, or its manifest cannot be read.
pub fn inspect(disk: &dyn Disk, dir: &Path) -> Result<Report, InspectError> {
    let directory = Directory::hold(disk, dir)?;
    let mut problems = Vec::new();
    let contents = Contents::read(&directory, &mut problems);
    let mut tail = Tail::new(&directory, contents.record.as_ref());
    let log = read_log(&directory, &contents, &mut tail, &mut problems);
    let depots = depots(&directory, &contents, &tail, &mut problems);
    let manifest = &directory.manifest;
    let report = Report {
        dir: dir.to_owned(),
        taken_unix_millis: now(),
        module: module(manifest),
        topologies: topologies(manifest, &tail),
        pstates: pstates(manifest, &contents, &tail),
        depots,
        checkpoint: contents.checkpoint(),
        database: contents.file_bytes.map(|file_bytes| DatabaseReport { file_bytes }),
        log,
        dropped: contents.dropped,
        problems,
    };
    directory.let_go()?;
    Ok(report)
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

fn module(manifest: &Manifest) -> ModuleReport {
    ModuleReport {
        name: manifest.module.clone(),
        tasks: manifest.tasks,
        format_version: store::FORMAT_VERSION,
        key_encoding: manifest.key_encoding,
        routing: manifest.routing,
        delta: manifest.delta,
    }
}

/// Takes the tail to the end of the log.
fn read_log(
    directory: &Directory<'_>,
    contents: &Contents,
    tail: &mut Tail,
    problems: &mut Vec<Problem>,
) -> LogReport {
    let mut report = LogReport::default();
    let dir = directory.log_dir();
    if let Err(error) = directory.manifest.check_log(directory.disk, directory.dir) {
        problems.push(error.into());
        return report;
    }
    let files = match LogFiles::open(directory.disk, &dir) {
        Ok(files) => files,
        Err(error) => {
            problems.push(error.into());
            return report;
        }
    };
    for (_, bytes) in files.segments() {
        report.segments += 1;
        report.file_bytes += bytes;
    }
    match kept_log_files(directory.disk, directory.dir) {
        Ok(files) => {
            report.kept_segments = files.len() as u64;
            report.kept_bytes = files.iter().sum();
        }
        Err(source) => problems.push(Problem::KeptLog { source }),
    }
    report.start = files.start();
    let record = contents.record.as_ref();
    // Without the checkpoint that the log is behind, all of it is told.
    let from = record.map_or(files.start(), |record| record.replay_from);
    report.end = from;
    let mut at_entry = Position::ZERO;
    let read = files.read(from, &mut |at, bytes| {
        at_entry = at.end;
        tail.apply(at, bytes)?;
        report.end = at.end;
        Ok(())
    });
    match read {
        Ok(found) => {
            report.end = found.end;
            report.torn_bytes = found.torn_bytes;
        }
        Err(OpenError::Log(error)) => problems.push(error.into()),
        Err(OpenError::Replay(source)) => {
            let dir = dir.clone();
            problems.push(Problem::Entry { dir, position: at_entry, source });
        }
    }
    if record.is_none() && problems.is_empty() && report.start > Position::ZERO {
        let (start, end) = (report.start, report.end);
        problems.push(LogError::Missing { dir, wanted: Position::ZERO, start, end }.into());
    }
    let checkpoint = record.map_or(report.start, |record| record.position);
    report.behind_checkpoint_bytes = report.end.get().saturating_sub(checkpoint.get());
    report.behind_checkpoint = tail.counts;
    report
}

fn depots(
    directory: &Directory<'_>,
    contents: &Contents,
    tail: &Tail,
    problems: &mut Vec<Problem>,
) -> Vec<DepotReport> {
    let depots = (0..).zip(&directory.manifest.depots).zip(&tail.ends);
    depots
        .map(|((id, depot), ends)| {
            let mut partitions = Vec::new();
            for (partition, end) in (0..).zip(ends) {
                let mut report = DepotPartitionReport {
                    end: end.end,
                    checkpointed: checkpointed(contents, id, partition),
                    last_append_unix_millis: (end.end > 0).then_some(end.last_append_millis),
                    ..DepotPartitionReport::default()
                };
                if let Some(indexed) = contents.indexed.get(&(id, partition)) {
                    report.start = indexed.start;
                    report.blocks = indexed.blocks;
                    report.block_bytes = indexed.bytes;
                    report.log_block_bytes = indexed.log_bytes;
                }
                match segment_files(directory.disk, directory.dir, id, partition) {
                    Ok(files) => {
                        report.segments = files.len() as u64;
                        report.segment_bytes = files.iter().map(|file| file.bytes).sum();
                    }
                    Err(source) => {
                        let depot = depot.name.clone();
                        problems.push(Problem::Segments { depot, partition, source });
                    }
                }
                partitions.push(report);
            }
            DepotReport {
                name: depot.name.clone(),
                shape: depot.shape.clone(),
                partitioning: depot.partitioning.clone(),
                partitions,
            }
        })
        .collect()
}

/// The end of a partition as of the checkpoint.
fn checkpointed(contents: &Contents, depot: u32, partition: u32) -> u64 {
    let record = contents.record.as_ref();
    let depot = record.and_then(|record| record.depots.iter().find(|known| known.id == depot));
    let end = depot.and_then(|depot| depot.partitions.get(partition as usize));
    end.map_or(0, |end| end.end)
}

fn topologies(manifest: &Manifest, tail: &Tail) -> Vec<TopologyReport> {
    let topologies = manifest.topologies.iter().zip(&tail.topologies);
    topologies
        .map(|(row, topology)| TopologyReport {
            name: row.name.clone(),
            committed: topology.committed,
            undecided: topology.undecided.as_ref().map(|undecided| UndecidedMicrobatch {
                microbatch: undecided.microbatch,
                attempt: undecided.attempt,
                records: undecided.records(),
            }),
            sources: sources(manifest, &row.sources, topology, tail),
        })
        .collect()
}

fn sources(
    manifest: &Manifest,
    depots: &[String],
    topology: &TopologyTail,
    tail: &Tail,
) -> Vec<SourceReport> {
    let sources = depots.iter().zip(&topology.positions);
    sources
        .map(|(depot, positions)| {
            let id = manifest.depots.iter().position(|row| row.name == *depot);
            let ends = id.map_or(&[][..], |id| &tail.ends[id]);
            let partitions = positions.iter().enumerate().map(|(partition, position)| {
                let end = ends.get(partition).map_or(0, |end| end.end);
                let waiting = end.saturating_sub(*position);
                SourcePartitionReport { position: *position, waiting }
            });
            SourceReport { depot: depot.clone(), partitions: partitions.collect() }
        })
        .collect()
}

fn pstates(manifest: &Manifest, contents: &Contents, tail: &Tail) -> Vec<PStateReport> {
    let pstates = (0..).zip(&manifest.pstates);
    pstates
        .map(|(id, pstate)| PStateReport {
            name: pstate.name.clone(),
            shape: pstate.shape.clone(),
            owner: pstate.owner.clone(),
            placement: pstate.placement.clone(),
            nodes: contents.nodes.get(&id).cloned().unwrap_or_default(),
            changes_in_log: tail.changes.get(&id).copied().unwrap_or_default(),
        })
        .collect()
}
