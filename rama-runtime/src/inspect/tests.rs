//! Directories made by hand, on a disk in memory: what is told of them, of their damage, and that
//! nothing is changed.
#![allow(clippy::unwrap_used)]

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::report::DepotPartitionReport;
use super::*;
use crate::depot::segment::{PartitionWriter, SegmentOptions};
use crate::disk::{Disk, MemDisk, OpenMode};
use crate::exec::Step;
use crate::log::{Log, LogError, LogOptions, LogWriter, Position};
use crate::store::checkpoint::{CheckpointRecord, DepotRecord, PartitionEnd, TopologyRecord};
use crate::store::database::{CheckpointDatabase, Garbage, RowTable, STATE};
use crate::store::{DepotRow, Entry, Manifest, ManifestError, PStateRow, TopologyRow};

const DIR: &str = "data";
/// Append time of the record at offset 0.
const START: u64 = 1_000_000;

fn dir() -> &'static Path {
    Path::new(DIR)
}

/// A module with a depot of two partitions, a topology that reads it, and a PState.
fn manifest(disk: &MemDisk) {
    let disk: Arc<dyn Disk> = Arc::new(disk.clone());
    disk.create_dir_all(dir()).unwrap();
    let mut manifest = Manifest {
        module: "M".to_owned(),
        tasks: 2,
        has_log: false,
        key_encoding: 1,
        routing: 1,
        delta: 1,
        depots: vec![DepotRow {
            name: "numbers".to_owned(),
            shape: "i64".to_owned(),
            partitioning: "hash_by".to_owned(),
        }],
        topologies: vec![TopologyRow {
            name: "counting".to_owned(),
            sources: vec!["numbers".to_owned()],
        }],
        pstates: vec![PStateRow {
            placement: "hash".to_owned(),
            name: "counts".to_owned(),
            shape: "PMap<i64, i64>".to_owned(),
            owner: "counting".to_owned(),
        }],
    };
    manifest.note_log(&disk, dir()).unwrap();
}

fn open_log(disk: &MemDisk) -> (Log, LogWriter) {
    let options = LogOptions::default().segment_bytes(120).preallocate(64);
    let disk = Arc::new(disk.clone());
    Log::open(disk, &dir().join("log"), options, Position::ZERO, &mut |_, _| {
        Ok::<(), Infallible>(())
    })
    .unwrap()
}

fn flush(log: &Log, writer: &mut LogWriter) {
    log.want_durable(log.sequenced());
    while writer.step(Duration::ZERO) == Step::Worked {}
}

fn append(log: &Log, entry: &Entry, payload: &[u8]) -> Position {
    log.append_with(|buffer| entry.encode(payload, buffer)).unwrap()
}

fn record(offset: u64) -> Entry {
    Entry::Append { depot: 0, partition: 1, offset, append_millis: START + offset }
}

/// Appends a microbatch of partition 1's records from `start` to `end`, without its commit.
fn prepare(log: &Log, microbatch: u64, attempt: u32, start: u64, end: u64) {
    let plan = Entry::Plan { topology: 0, microbatch, attempt };
    let ranges = vec![vec![(0, 0), (start, end)]];
    log.append_with(|buffer| plan.encode_plan(&ranges, buffer)).unwrap();
    let mut payload = Vec::new();
    // One structure dropped: version, counter, operation, node, structure.
    let delta = [1, 1, 3, 0, 0, 0, 0, 5];
    Entry::encode_delta(0, &mut payload, |out| {
        out.extend_from_slice(&delta);
        Ok::<(), Infallible>(())
    })
    .unwrap();
    append(log, &Entry::Prepare { topology: 0, microbatch, attempt, task: 0 }, &payload);
}

fn commit(log: &Log, microbatch: u64, attempt: u32) -> Position {
    append(log, &Entry::Commit { topology: 0, microbatch, attempt }, b"")
}

/// A checkpoint with 20 records in segments and three rows, whose end of partition 1 is `end`.
fn checkpoint(disk: &MemDisk, position: Position, end: u64) {
    let disk: Arc<dyn Disk> = Arc::new(disk.clone());
    let settings = SegmentOptions {
        segment_bytes: 100,
        block_bytes: 30,
        write_bytes: 1000,
        ..SegmentOptions::default()
    };
    let mut writer = PartitionWriter::new(Arc::clone(&disk), dir(), 0, 1, settings, None);
    for offset in 0..20 {
        writer.push(offset, START + offset, &[7; 9]).unwrap();
    }
    let (database, _) = CheckpointDatabase::open(&disk, dir(), 1 << 20).unwrap();
    let transaction = database.begin().unwrap();
    let blocks = writer.finish().unwrap();
    transaction.put_blocks(blocks.iter().map(|block| (block.key(), block.value()))).unwrap();
    let node = node_paths::node_paths("PMap<i64, i64>")[1].0;
    let table = RowTable { pstate: 0, task: 1, node };
    for key in 0..3u8 {
        let mut rows = transaction.rows(table).unwrap();
        rows.put(&[key], &[key; 5]).unwrap();
        rows.finish().unwrap();
    }
    for structure in 0..12 {
        transaction.put_garbage(Garbage::new(table, structure)).unwrap();
    }
    let ends = [(0, 0), (end, START + end - 1)];
    let partitions = ends.map(|(end, last_append_millis)| PartitionEnd { end, last_append_millis });
    let record = CheckpointRecord {
        position,
        replay_from: position,
        unix_millis: START + 500,
        topologies: vec![TopologyRecord { id: 0, committed: 1, positions: vec![vec![0, 20]] }],
        depots: vec![DepotRecord { id: 0, partitions: partitions.to_vec() }],
        kept_log: None,
        counters: Vec::new(),
    };
    transaction.commit(&record.encode()).unwrap();
}

/// Twenty records in a checkpoint, ten behind it of which four are committed and three planned; the
/// process was killed.
fn directory_with(end: u64) -> MemDisk {
    let disk = MemDisk::new();
    manifest(&disk);
    let (log, mut writer) = open_log(&disk);
    for offset in 0..20 {
        append(&log, &record(offset), b"record");
    }
    prepare(&log, 1, 1, 0, 20);
    let position = commit(&log, 1, 1);
    flush(&log, &mut writer);
    checkpoint(&disk, position, end);
    for offset in 20..30 {
        append(&log, &record(offset), b"record");
    }
    prepare(&log, 2, 1, 20, 24);
    // A failed attempt: what it prepared does not count.
    prepare(&log, 2, 2, 20, 24);
    commit(&log, 2, 2);
    prepare(&log, 3, 1, 24, 27);
    flush(&log, &mut writer);
    disk.kill()
}

fn directory() -> MemDisk {
    directory_with(20)
}

/// Looks at everything with a disk that ends with the first change.
fn look(disk: &MemDisk) -> (Report, Verification) {
    disk.faults().power_off_after(Some(0));
    let report = inspect(disk, dir()).unwrap();
    let verification = verify(disk, dir()).unwrap();
    disk.faults().power_off_after(None);
    (report, verification)
}

fn flip(disk: &MemDisk, path: &Path, offset: u64) {
    let file = disk.open(path, OpenMode::Write).unwrap();
    let mut byte = [0];
    file.read_full_at(&mut byte, offset).unwrap();
    file.write_all_at(&[byte[0] ^ 1], offset).unwrap();
}

fn log_segments(disk: &MemDisk) -> Vec<PathBuf> {
    let names = disk.list(&dir().join("log")).unwrap();
    names.iter().map(|name| dir().join("log").join(name)).collect()
}

#[test]
fn a_directory_is_told_as_of_the_end_of_its_log_and_its_last_checkpoint() {
    let disk = directory();
    let (mut report, verification) = look(&disk);
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    let module = &report.module;
    assert_eq!((&*module.name, module.tasks, module.format_version), ("M", 2, 3));

    let [unused, used] = &report.depots[0].partitions[..] else { panic!("two partitions") };
    assert_eq!(*unused, DepotPartitionReport::default());
    assert_eq!((used.start, used.end, used.checkpointed), (0, 30, 20));
    assert_eq!(used.last_append_unix_millis, Some(START + 29));
    assert!(used.segments > 1 && used.blocks > used.segments);
    // A header of 32 bytes each, and nothing that is not indexed.
    assert_eq!(used.segment_bytes, used.block_bytes + 32 * used.segments);

    let topology = &report.topologies[0];
    assert_eq!((topology.committed, topology.waiting()), (2, 6));
    assert_eq!(topology.sources[0].partitions[1].position, 24);
    let undecided = UndecidedMicrobatch { microbatch: 3, attempt: 1, records: 3 };
    assert_eq!(topology.undecided, Some(undecided));

    let pstate = &report.pstates[0];
    assert_eq!((pstate.rows(), pstate.stored_bytes(), pstate.changes_in_log), (3, 3 * 8, 1));
    let node = &pstate.nodes[0];
    assert_eq!((node.path.as_deref(), node.partitions[0].task), (Some("[i64]"), 1));
    assert_eq!((report.dropped.count, report.dropped.first.len()), (12, 10));

    let log = report.log;
    let kinds = EntryCounts { appends: 10, plans: 3, prepares: 3, commits: 1 };
    assert_eq!((log.behind_checkpoint, log.torn_bytes), (kinds, 0));
    let checkpoint = report.checkpoint.unwrap();
    assert_eq!(log.end.get() - checkpoint.position.get(), log.behind_checkpoint_bytes);
    assert_eq!(log.segments as usize, log_segments(&disk).len());

    assert!(verification.is_whole(), "{verification}");
    assert_eq!((verification.records, verification.log_entries), (20, 22 + 17 + 1));
    assert_eq!(verification.log_bytes, log.end.get());
    assert_eq!(verification.blocks, used.blocks);

    report.taken_unix_millis = START + 500 + 3 * 3_600_000 + 61_000;
    let text = report.to_string();
    for line in [
        "module M: 2 tasks, format version 3 (keys 1, routing 1, deltas 1)",
        "  microbatch 3 planned, with 3 records, and not committed; last attempt 1",
        "  1 change in the log behind the checkpoint",
        "  made           3 h 1 min ago",
        "  dropped        12 structures to be removed",
        "    structure 9 of $$counts[i64], task 1",
        "    …",
    ] {
        assert!(text.lines().any(|found| found == line), "{line:?} is missing in\n{text}");
    }
    let behind = "17 entries: 10 appends, 3 plans, 3 prepares, 1 commit";
    assert!(text.contains(behind), "{text}");
}

#[test]
fn a_directory_without_checkpoint_is_told_from_its_log() {
    let disk = MemDisk::new();
    manifest(&disk);
    let (log, mut writer) = open_log(&disk);
    for offset in 0..3 {
        append(&log, &record(offset), b"record");
    }
    prepare(&log, 1, 1, 0, 2);
    commit(&log, 1, 1);
    flush(&log, &mut writer);
    let (report, verification) = look(&disk.kill());
    assert!(report.problems.is_empty() && verification.is_whole());
    assert_eq!((report.checkpoint, report.database), (None, None));
    assert_eq!((report.topologies[0].committed, report.topologies[0].waiting()), (1, 1));
    assert_eq!(report.log.behind_checkpoint_bytes, report.log.end.get());
}

#[test]
fn a_torn_end_is_told_and_is_no_damage() {
    let disk = directory();
    let whole = inspect(&disk, dir()).unwrap().log;
    let last = log_segments(&disk).pop().unwrap();
    let file = disk.open(&last, OpenMode::Write).unwrap();
    file.write_all_at(&[9, 0, 0, 0, 1, 2, 3], file.len().unwrap()).unwrap();
    let (report, verification) = look(&disk);
    assert_eq!(report.log.end, whole.end);
    assert!(report.log.torn_bytes >= 7);
    assert!(report.problems.is_empty() && verification.is_whole());
}

#[test]
fn all_damaged_segments_are_named_and_the_rest_is_read() {
    let disk = directory();
    let segments = log_segments(&disk);
    assert!(segments.len() > 4);
    let before = verify(&disk, dir()).unwrap();
    for segment in &segments[1..3] {
        flip(&disk, segment, 50);
    }
    let depot = dir().join("depots/0-1");
    let names = disk.list(&depot).unwrap();
    assert!(names.len() > 2);
    for name in &names[..2] {
        flip(&disk, &depot.join(name), 70);
    }
    let (_, after) = look(&disk);
    let text = after.to_string();
    assert_eq!(after.problems.len(), 4, "{text}");
    let damaged = segments[1..3].iter().cloned().chain(names[..2].iter().map(|n| depot.join(n)));
    for path in damaged {
        assert!(text.contains(&*path.to_string_lossy()), "{} in {text}", path.display());
    }
    assert_eq!(after.blocks, before.blocks - 2);
    // No more entries are lost than those of the two segments.
    assert!(after.log_entries + 2 * 120 / 10 > before.log_entries);
}

#[test]
fn an_index_that_does_not_fit_its_checkpoint_is_a_problem() {
    let (_, verification) = look(&directory_with(21));
    let [Problem::IndexEnd { depot, partition: 1, expected: 21, indexed: 20, .. }] =
        &verification.problems[..]
    else {
        panic!("{verification}");
    };
    assert_eq!(depot, "numbers");
}

#[test]
fn an_entry_that_cannot_be_understood_is_a_problem() {
    let disk = MemDisk::new();
    manifest(&disk);
    let (log, mut writer) = open_log(&disk);
    append(&log, &record(0), b"record");
    let position = log.append_with(|buffer| buffer.push(77)).unwrap();
    append(&log, &record(1), b"record");
    flush(&log, &mut writer);
    let (report, verification) = look(&disk.kill());
    for problems in [&report.problems, &verification.problems] {
        let [Problem::Entry { position: at, .. }] = &problems[..] else { panic!("{problems:?}") };
        assert_eq!(*at, position);
    }
    assert_eq!(report.depots[0].partitions[1].end, 1);
    assert_eq!(verification.log_entries, 2);
}

#[test]
fn a_log_that_begins_behind_what_recovery_needs_is_a_problem() {
    let disk = directory();
    disk.remove_file(&dir().join(STATE)).unwrap();
    disk.remove_file(&log_segments(&disk)[0]).unwrap();
    let (report, verification) = look(&disk);
    for problems in [&report.problems, &verification.problems] {
        let [Problem::Log(LogError::Missing { wanted: Position::ZERO, .. })] = &problems[..] else {
            panic!("{problems:?}");
        };
    }
}

#[test]
fn damage_anywhere_in_the_database_neither_panics_nor_changes_anything() {
    let disk = directory();
    let path = dir().join(STATE);
    let file = disk.open(&path, OpenMode::Read).unwrap();
    let mut found = 0;
    for offset in (0..file.len().unwrap()).step_by(211) {
        flip(&disk, &path, offset);
        let (report, verification) = look(&disk);
        if !verification.is_whole() {
            found += 1;
            let text = verification.to_string();
            assert!(text.contains("data/state.redb"), "byte {offset}: {text}");
        }
        // What cannot even be read is damage too.
        assert!(report.problems.is_empty() || !verification.is_whole(), "byte {offset}");
        flip(&disk, &path, offset);
    }
    assert!(found > 0);
    assert!(verify(&disk, dir()).unwrap().is_whole());
}

#[test]
fn a_directory_in_use_is_refused_and_one_that_is_looked_at_cannot_be_opened() {
    let disk = directory();
    let lock = disk.lock(&dir().join("LOCK")).unwrap();
    for error in [inspect(&disk, dir()).err(), verify(&disk, dir()).err()] {
        let Some(InspectError::Directory(ManifestError::InUse { .. })) = error else {
            panic!("{error:?}");
        };
    }
    drop(lock);
    let held = directory::Directory::hold(&disk, dir()).unwrap();
    inspect(&disk, dir()).unwrap();
    assert!(disk.lock(&dir().join("LOCK")).is_err());
    held.let_go().unwrap();
    drop(disk.lock(&dir().join("LOCK")).unwrap());
}

#[test]
fn a_directory_without_lock_that_is_opened_meanwhile_is_refused() {
    let disk = directory();
    let held = directory::Directory::hold(&disk, dir()).unwrap();
    let _lock = disk.lock(&dir().join("LOCK")).unwrap();
    assert!(matches!(held.let_go(), Err(InspectError::Directory(ManifestError::InUse { .. }))));
}
