//! The database of checkpoints on a disk without crashes.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rama_paths::Backing;

use super::partition::CheckpointedRows;
use super::*;
use crate::disk::{Disk, MemDisk, OpenMode};

pub(super) const DIR: &str = "/data";
pub(super) const CACHE: usize = 1 << 20;
/// So little that pages are written before the commit, and read again.
pub(super) const TIGHT_CACHE: usize = 1 << 14;
/// Behind all keys of the tests.
pub(super) const END: &[u8] = &[0xff; 9];

pub(super) type Rows = BTreeMap<Vec<u8>, Vec<u8>>;

/// All that a checkpoint shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    pub(super) metadata: Option<Vec<u8>>,
    /// Tables without rows are left out.
    pub(super) tables: BTreeMap<RowTable, Rows>,
}

impl State {
    pub(super) fn of(snapshot: &Snapshot) -> Result<State, String> {
        let mut tables = BTreeMap::new();
        for table in snapshot.row_tables().map_err(text)? {
            let mut rows = Rows::new();
            let partition =
                snapshot.partition(table.pstate, table.task, &[table.node]).map_err(text)?;
            partition
                .scan(table.node, &[], END, &mut |key, value| {
                    rows.insert(key.to_vec(), value.to_vec());
                    true
                })
                .map_err(text)?;
            assert_eq!(snapshot.rows_in(table).map_err(text)?, rows.len() as u64);
            if !rows.is_empty() {
                tables.insert(table, rows);
            }
        }
        Ok(State { metadata: snapshot.metadata().map_err(text)?, tables })
    }
}

/// Short forms of changes.
pub(super) trait Changes {
    fn put(&self, table: RowTable, key: &[u8], value: &[u8]) -> Result<(), DatabaseError> {
        self.change(table, |rows| rows.put(key, value))
    }

    fn change<R>(
        &self,
        table: RowTable,
        f: impl FnOnce(&mut RowsMut<'_>) -> Result<R, DatabaseError>,
    ) -> Result<R, DatabaseError>;
}

impl Changes for CheckpointWriter {
    fn change<R>(
        &self,
        table: RowTable,
        f: impl FnOnce(&mut RowsMut<'_>) -> Result<R, DatabaseError>,
    ) -> Result<R, DatabaseError> {
        let mut rows = self.rows(table)?;
        let result = f(&mut rows)?;
        rows.finish()?;
        Ok(result)
    }
}

fn text(error: impl std::fmt::Debug) -> String {
    format!("{error:?}")
}

pub(super) fn mem_disk() -> MemDisk {
    let disk = MemDisk::new();
    disk.create_dir_all(Path::new(DIR)).unwrap();
    disk
}

type Opened = Result<(CheckpointDatabase, Option<Vec<u8>>), DatabaseError>;

pub(super) fn open(disk: &MemDisk) -> Opened {
    open_with(disk, CACHE)
}

pub(super) fn open_with(disk: &MemDisk, cache_bytes: usize) -> Opened {
    let disk: Arc<dyn Disk> = Arc::new(disk.clone());
    CheckpointDatabase::open(&disk, Path::new(DIR), cache_bytes)
}

pub(super) fn table(node: u32) -> RowTable {
    RowTable { pstate: 3, task: 1, node }
}

pub(super) fn path() -> PathBuf {
    Path::new(DIR).join(STATE)
}

pub(super) fn content(disk: &MemDisk, path: &Path) -> Vec<u8> {
    let file = disk.open(path, OpenMode::Read).unwrap();
    let mut bytes = vec![0; file.len().unwrap() as usize];
    assert_eq!(file.read_full_at(&mut bytes, 0).unwrap(), bytes.len());
    bytes
}

pub(super) fn put_file(disk: &MemDisk, path: &Path, bytes: &[u8]) {
    let file = disk.open(path, OpenMode::Create).unwrap();
    file.write_all_at(bytes, 0).unwrap();
    file.sync_all().unwrap();
    disk.sync_dir(path.parent().unwrap()).unwrap();
}

fn get(rows: &CheckpointedRows, node: u32, key: &[u8]) -> Option<Vec<u8>> {
    let mut found = None;
    let there = rows.get(node, key, &mut |value| found = Some(value.to_vec())).unwrap();
    assert_eq!(there, found.is_some());
    found
}

/// A checkpoint of one row and a metadata record.
pub(super) fn checkpoint(database: &CheckpointDatabase, key: &[u8], value: &[u8], metadata: &[u8]) {
    let writer = database.begin().unwrap();
    writer.put(table(0), key, value).unwrap();
    writer.commit(metadata).unwrap();
}

/// Shared by threads as the runtime needs it.
#[test]
fn handles_can_be_moved_and_snapshots_shared_between_threads() {
    fn send<T: Send>() {}
    fn shared<T: Send + Sync>() {}
    send::<CheckpointWriter>();
    shared::<CheckpointDatabase>();
    shared::<Snapshot>();
    shared::<CheckpointedRows>();
    shared::<DatabaseError>();
}

#[test]
fn rows_and_metadata_are_read_back_also_after_opening_again() {
    let disk = mem_disk();
    let (database, metadata) = open(&disk).unwrap();
    assert_eq!(metadata, None);
    assert_eq!(database.snapshot().unwrap().metadata().unwrap(), None);
    let writer = database.begin().unwrap();
    writer
        .change(table(0), |rows| {
            for index in 0..500u32 {
                rows.put(&index.to_be_bytes(), format!("value {index}").as_bytes())?;
            }
            rows.remove(&7u32.to_be_bytes())
        })
        .unwrap();
    writer.put(table(u32::MAX), b"", b"").unwrap();
    writer.commit(b"first").unwrap();

    let check = |database: &CheckpointDatabase| {
        let snapshot = database.snapshot().unwrap();
        assert_eq!(snapshot.metadata().unwrap().unwrap(), b"first");
        assert_eq!(snapshot.row_tables().unwrap(), [table(0), table(u32::MAX)]);
        assert_eq!(snapshot.rows_in(table(0)).unwrap(), 499);
        assert_eq!(snapshot.rows_in(table(9)).unwrap(), 0);
        let rows = snapshot.partition(3, 1, &[u32::MAX, 5, 0]).unwrap();
        assert_eq!(get(&rows, 0, &8u32.to_be_bytes()).unwrap(), b"value 8");
        assert_eq!(get(&rows, 0, &7u32.to_be_bytes()), None);
        assert_eq!(get(&rows, u32::MAX, b"").unwrap(), b"");
        assert_eq!(get(&rows, 5, b""), None, "a node without rows");
        assert_eq!(get(&rows, 6, b""), None, "a node that was not asked for");
        let other = snapshot.partition(3, 2, &[0]).unwrap();
        assert_eq!(get(&other, 0, &8u32.to_be_bytes()), None, "another task");
    };
    check(&database);
    drop(database);
    let (database, metadata) = open(&disk).unwrap();
    assert_eq!(metadata.unwrap(), b"first");
    check(&database);
}

#[test]
fn a_scan_keeps_to_its_bounds_and_stops_when_told() {
    let disk = mem_disk();
    let (database, _) = open(&disk).unwrap();
    let writer = database.begin().unwrap();
    for key in ["a", "b", "ba", "c", "d"] {
        writer.put(table(0), key.as_bytes(), b"").unwrap();
    }
    writer.commit(b"").unwrap();
    let rows = database.snapshot().unwrap().partition(3, 1, &[0]).unwrap();
    let scan = |start: &str, end: &str, max: usize| {
        let mut seen = Vec::new();
        rows.scan(0, start.as_bytes(), end.as_bytes(), &mut |key, _| {
            seen.push(String::from_utf8(key.to_vec()).unwrap());
            seen.len() < max
        })
        .unwrap();
        seen
    };
    assert_eq!(scan("b", "d", 9), ["b", "ba", "c"]);
    assert_eq!(scan("", "z", 2), ["a", "b"]);
    assert!(scan("c", "c", 9).is_empty());
    assert!(scan("d", "a", 9).is_empty());
}

#[test]
fn draining_removes_a_range_in_steps_and_nothing_else() {
    let disk = mem_disk();
    let (database, _) = open(&disk).unwrap();
    let writer = database.begin().unwrap();
    writer
        .change(table(0), |rows| (0..100u8).try_for_each(|key| rows.put(&[key], &[key])))
        .unwrap();
    writer.commit(b"").unwrap();
    let mut drained = Vec::new();
    for step in 0..3 {
        let writer = database.begin().unwrap();
        let removed = writer
            .change(table(0), |rows| {
                rows.drain_range(&[20], &[70], 20, &mut |key, value| {
                    assert_eq!(key, value);
                    drained.push(key[0]);
                })
            })
            .unwrap();
        assert_eq!(removed, [20, 20, 10][step]);
        writer.commit(b"").unwrap();
    }
    assert_eq!(drained, (20..70).collect::<Vec<_>>());
    let state = State::of(&database.snapshot().unwrap()).unwrap();
    let left: Vec<u8> = state.tables[&table(0)].keys().map(|key| key[0]).collect();
    assert_eq!(left, (0..20).chain(70..100).collect::<Vec<_>>());
}

#[test]
fn garbage_comes_in_the_order_of_its_fields_and_blocks_by_key() {
    let disk = mem_disk();
    let (database, _) = open(&disk).unwrap();
    let garbage = |pstate, task, node, structure| Garbage { pstate, task, node, structure };
    let sorted = [
        garbage(1, 2, 3, 4),
        garbage(1, 2, 3, 256),
        garbage(1, 300, 0, 0),
        garbage(2, 0, 0, u64::MAX),
    ];
    let snapshot = database.snapshot().unwrap();
    assert_eq!(snapshot.first_garbage(9).unwrap(), []);
    assert_eq!(snapshot.garbage_len().unwrap(), 0);
    let writer = database.begin().unwrap();
    for garbage in sorted.iter().rev() {
        writer.put_garbage(*garbage).unwrap();
    }
    for key in [b"x1", b"x2", b"y1"] {
        writer.put_blocks([(key, b"block")]).unwrap();
    }
    writer.remove_garbage(sorted[1]).unwrap();
    assert_eq!(writer.first_garbage().unwrap(), Some(sorted[0]));
    let mut seen = Vec::new();
    let mut see = |key: &[u8], value: &[u8]| {
        assert_eq!(value, b"block");
        seen.push(key.to_vec());
        true
    };
    writer.commit(b"").unwrap();
    let snapshot = database.snapshot().unwrap();
    snapshot.blocks(b"a", b"z", &mut see).unwrap();
    assert_eq!(seen, [b"x1", b"x2", b"y1"]);
    let mut last = Vec::new();
    for (start, end) in [(b"a", b"y"), (b"x", b"z"), (b"y", b"z"), (b"z", b"a")] {
        let mut see = |key: &[u8], _: &[u8]| last.push(key.to_vec());
        snapshot.last_block(start, end, &mut see).unwrap();
    }
    assert_eq!(last, [b"x2", b"y1", b"y1"]);
    assert_eq!(snapshot.first_garbage(9).unwrap(), [sorted[0], sorted[2], sorted[3]]);
    assert_eq!(snapshot.garbage_len().unwrap(), 3);
}

#[test]
fn a_dropped_writer_leaves_nothing_and_there_is_one_at_a_time() {
    let disk = mem_disk();
    let (database, _) = open(&disk).unwrap();
    checkpoint(&database, b"a", b"1", b"first");
    let before = State::of(&database.snapshot().unwrap()).unwrap();
    let writer = database.begin().unwrap();
    writer.put(table(0), b"a", b"2").unwrap();
    writer.put(table(1), b"b", b"2").unwrap();
    assert!(matches!(database.begin(), Err(DatabaseError::Busy { .. })));
    assert_eq!(State::of(&database.snapshot().unwrap()).unwrap(), before);
    drop(writer);
    assert_eq!(State::of(&database.snapshot().unwrap()).unwrap(), before);
    checkpoint(&database, b"a", b"3", b"second");
    assert_eq!(open(&disk).unwrap().1.unwrap(), b"second");
}

#[test]
fn a_snapshot_goes_on_showing_its_checkpoint_while_others_are_written() {
    let disk = mem_disk();
    let (database, _) = open(&disk).unwrap();
    let mut model = State::default();
    let mut held: Vec<(Arc<Snapshot>, State)> = Vec::new();
    for round in 0..12u8 {
        let writer = database.begin().unwrap();
        writer
            .change(table(0), |rows| {
                for key in 0..200u8 {
                    rows.put(&[key], &[round; 100])?;
                }
                // Seen beside the writing, not only between the commits.
                for (snapshot, state) in &held {
                    assert_eq!(&State::of(snapshot).unwrap(), state);
                }
                Ok(())
            })
            .unwrap();
        writer.commit(&[round]).unwrap();
        model.metadata = Some(vec![round]);
        model.tables.insert(table(0), (0..200).map(|key| (vec![key], vec![round; 100])).collect());
        held.push((database.snapshot().unwrap(), model.clone()));
        if held.len() > 3 {
            held.remove(0);
        }
    }
    for (snapshot, state) in &held {
        assert_eq!(&State::of(snapshot).unwrap(), state);
    }
}

#[test]
fn partitions_are_read_by_other_threads_while_a_checkpoint_is_written() {
    let disk = mem_disk();
    let (database, _) = open(&disk).unwrap();
    checkpoint(&database, b"a", b"old", b"0");
    let rows = database.snapshot().unwrap().partition(3, 1, &[0]).unwrap();
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            for _ in 0..2000 {
                assert_eq!(get(&rows, 0, b"a").unwrap(), b"old");
            }
        });
        for round in 0..5u8 {
            checkpoint(&database, b"a", &[round; 2000], &[round]);
        }
        reader.join().unwrap();
    });
}

/// Both a database that was dropped and one that was opened anew.
#[test]
fn names_of_row_tables_are_read_back_and_others_are_not() {
    for table in [
        RowTable { pstate: 0, task: 0, node: 0 },
        RowTable { pstate: u32::MAX, task: 17, node: 0xabc },
    ] {
        assert_eq!(RowTable::parse(&table.name()), Some(table));
    }
    assert_eq!(table(0xab).name(), "rows/3/1/000000ab");
    for name in
        ["rows", "rows/1/2", "rows/1/2/3", "rows/01/2/00000003", "rows/1/2/00000003/", "row"]
    {
        assert_eq!(RowTable::parse(name), None, "{name}");
    }
}
