//! The file of the database: opening, closing, damage, inspection.
#![allow(clippy::unwrap_used)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use rama_paths::Backing;

use super::tests::{
    CACHE, Changes, DIR, END, State, checkpoint, content, mem_disk, open, path, put_file, table,
};
use super::*;
use crate::disk::{Disk, OpenMode, RealDisk};

#[test]
fn an_unreadable_file_is_an_error_and_left_alone() {
    let disk = mem_disk();
    let (database, _) = open(&disk).unwrap();
    checkpoint(&database, b"a", b"1", b"first");
    drop(database);
    let valid = content(&disk, &path());
    let mut no_magic = valid.clone();
    no_magic[..9].fill(0);
    let mut both_slots = valid.clone();
    both_slots[64..320].fill(0x5a);
    for (what, bytes) in [
        ("empty", &[][..]),
        ("short", &valid[..100]),
        ("a header only", &valid[..4096]),
        ("half", &valid[..valid.len() / 2]),
        ("something else", b"no database at all"),
        ("zeros", &vec![0; valid.len()]),
        ("without magic number", &no_magic),
        ("without commits", &both_slots),
    ] {
        let disk = mem_disk();
        put_file(&disk, &path(), bytes);
        let error = open(&disk).err().unwrap();
        assert!(matches!(error, DatabaseError::Damaged { .. }), "{what}: {error:?}");
        assert!(error.to_string().contains("/data/state.redb"), "{what}: {error}");
        assert!(content(&disk, &path()) == bytes, "{what}: changed");
        let error = Inspection::open(&disk, Path::new(DIR)).err().unwrap();
        assert!(matches!(error, DatabaseError::Damaged { .. }), "{what}: {error:?}");
    }
}

#[test]
fn another_format_version_is_refused() {
    let disk = mem_disk();
    let (database, _) = open(&disk).unwrap();
    checkpoint(&database, b"a", b"1", b"first");
    drop(database);
    for version in [None, Some(tables::FORMAT_VERSION - 1), Some(tables::FORMAT_VERSION + 1)] {
        let backend = backend::Backend(backend::DatabaseFile::new(
            disk.open(&path(), OpenMode::Write).unwrap(),
        ));
        let redb = redb::Builder::new().create_with_backend(backend).unwrap();
        let transaction = redb.begin_write().unwrap();
        {
            let mut format = transaction.open_table(tables::FORMAT).unwrap();
            match version {
                Some(version) => drop(format.insert(tables::VERSION, version).unwrap()),
                None => drop(format.remove(tables::VERSION).unwrap()),
            }
        }
        transaction.commit().unwrap();
        drop(redb);
        let error = open(&disk).err().unwrap();
        match version {
            Some(version) => {
                let DatabaseError::Version { found, known, .. } = error else {
                    panic!("{error}");
                };
                assert_eq!((found, known), (version, tables::FORMAT_VERSION));
            }
            None => assert!(matches!(error, DatabaseError::Damaged { .. })),
        }
    }
}

#[test]
fn an_inspection_changes_nothing_and_finds_damage() {
    let disk = mem_disk();
    let (database, _) = open(&disk).unwrap();
    for round in 0..4u8 {
        let writer = database.begin().unwrap();
        writer
            .change(table(0), |rows| (0..200u8).try_for_each(|key| rows.put(&[key], &[round; 64])))
            .unwrap();
        writer.commit(&[round]).unwrap();
    }
    let state = State::of(&database.snapshot().unwrap()).unwrap();
    // Not closed: redb has something to put in order.
    let killed = disk.kill();
    let before = content(&killed, &path());
    let mut inspection = Inspection::open(&killed, Path::new(DIR)).unwrap();
    let snapshot = inspection.snapshot().unwrap();
    assert_eq!(State::of(&snapshot).unwrap(), state);
    let stats = snapshot.stats(table(0)).unwrap();
    assert_eq!((stats.rows, stats.stored_bytes), (200, 200 * (3 + 64)));
    assert!(matches!(inspection.verify(), Err(DatabaseError::Busy { .. })));
    drop(snapshot);
    assert!(inspection.verify().unwrap());
    assert_eq!(State::of(&inspection.snapshot().unwrap()).unwrap(), state);
    drop(inspection);
    assert!(content(&killed, &path()) == before);

    // One damaged byte in the middle of a row's value.
    let at = before.windows(64).rposition(|bytes| bytes == [3; 64]).unwrap();
    killed.open(&path(), OpenMode::Write).unwrap().write_all_at(&[4], at as u64 + 30).unwrap();
    let mut inspection = Inspection::open(&killed, Path::new(DIR)).unwrap();
    assert!(matches!(inspection.verify(), Err(DatabaseError::Damaged { .. })));
}

#[test]
fn there_is_nothing_to_inspect_in_an_empty_directory() {
    let disk = mem_disk();
    let error = Inspection::open(&disk, Path::new(DIR)).err().unwrap();
    assert!(matches!(error, DatabaseError::Io { .. }), "{error:?}");
    assert!(disk.list(Path::new(DIR)).unwrap().is_empty());
}

#[test]
fn a_panic_while_writing_undoes_the_checkpoint_and_no_more() {
    let disk = mem_disk();
    let (database, _) = open(&disk).unwrap();
    checkpoint(&database, b"a", b"1", b"first");
    let writer = database.begin().unwrap();
    writer.put(table(0), b"b", &[7; 9000]).unwrap();
    // As in a component's step: the writer goes down with the thread.
    let panicked = catch_unwind(AssertUnwindSafe(move || {
        let _: Result<(), _> = writer.change(table(0), |rows| {
            rows.drain_range(b"", END, 1, &mut |_, _| panic!("in the middle"))?;
            Ok(())
        });
    }));
    assert!(panicked.is_err());
    let state = State::of(&database.snapshot().unwrap()).unwrap();
    assert_eq!(state.metadata.unwrap(), b"first");
    assert_eq!(state.tables[&table(0)].len(), 1);
    checkpoint(&database, b"c", b"3", b"second");
    drop(database);
    let (database, metadata) = open(&disk).unwrap();
    assert_eq!(metadata.unwrap(), b"second");
    let state = State::of(&database.snapshot().unwrap()).unwrap();
    assert_eq!(state.tables[&table(0)].len(), 2);
    drop(database);
    assert!(Inspection::open(&disk, Path::new(DIR)).unwrap().verify().unwrap());
}

#[test]
fn what_outlives_its_database_does_not_touch_the_file() {
    for reopen in [false, true] {
        let disk = mem_disk();
        let (database, _) = open(&disk).unwrap();
        checkpoint(&database, b"a", b"1", b"first");
        let snapshot = database.snapshot().unwrap();
        let rows = snapshot.partition(3, 1, &[0]).unwrap();
        let writer = database.begin().unwrap();
        writer.put(table(0), b"b", b"2").unwrap();
        let (new, metadata) = if reopen {
            let reopened = database.reopen().unwrap();
            assert!(database.reopen().is_ok(), "again, as a retry would");
            // The handles above belong to two databases that are gone by now.
            let again = reopened.0.reopen().unwrap();
            drop((database, reopened));
            again
        } else {
            drop(database);
            open(&disk).unwrap()
        };
        assert_eq!(metadata.unwrap(), b"first");
        let before = content(&disk, &path());
        // What is in its cache may be shown, anything else is an error.
        if let Ok(state) = State::of(&snapshot) {
            assert_eq!(state.tables[&table(0)].len(), 1);
        }
        if let Ok(there) = rows.get(0, b"a", &mut |value| assert_eq!(value, b"1")) {
            assert!(there);
        }
        let _ = writer.put(table(1), b"c", &[1; 100_000]);
        let error = writer.commit(b"stray").unwrap_err();
        assert!(matches!(error, DatabaseError::Failed { .. }), "{error:?}");
        drop((snapshot, rows));
        assert!(content(&disk, &path()) == before, "written to");
        checkpoint(&new, b"d", b"4", b"second");
        assert_eq!(State::of(&new.snapshot().unwrap()).unwrap().tables[&table(0)].len(), 2);
    }
}

#[test]
fn what_is_written_and_synced_is_counted() {
    let disk = mem_disk();
    let (database, _) = open(&disk).unwrap();
    let (bytes, syncs) = (database.bytes_written(), database.syncs());
    checkpoint(&database, b"a", &[1; 50_000], b"first");
    assert!(database.bytes_written() - bytes >= 50_000);
    assert!(database.bytes_written() - bytes < 500_000);
    assert!((2..10).contains(&(database.syncs() - syncs)));
    assert_eq!(database.file_bytes().unwrap(), content(&disk, &path()).len() as u64);
}

#[test]
fn it_works_on_the_files_of_the_machine() {
    let dir = tempfile::tempdir().unwrap();
    let disk: Arc<dyn Disk> = Arc::new(RealDisk::new());
    let (database, _) = CheckpointDatabase::open(&disk, dir.path(), CACHE).unwrap();
    checkpoint(&database, b"a", b"1", b"first");
    drop(database);
    let mut inspection = Inspection::open(&*disk, dir.path()).unwrap();
    assert!(inspection.verify().unwrap());
    drop(inspection);
    let (database, metadata) = CheckpointDatabase::open(&disk, dir.path(), CACHE).unwrap();
    assert_eq!(metadata.unwrap(), b"first");
    let (_, metadata) = database.reopen().unwrap();
    assert_eq!(metadata.unwrap(), b"first");
    assert_eq!(disk.list(dir.path()).unwrap(), [STATE]);
}

#[test]
fn a_disk_too_full_to_create_it_is_said_to_be_full_and_tried_again() {
    let disk = mem_disk();
    for capacity in [0, 100, 5_000, 12_000] {
        disk.faults().capacity(Some(capacity));
        let error = open(&disk).err().unwrap();
        assert!(error.is_full(), "{capacity}: {error:?}");
        assert!(!disk.exists(&path()).unwrap(), "{capacity}");
    }
    disk.faults().capacity(None);
    let (database, _) = open(&disk).unwrap();
    checkpoint(&database, b"a", b"1", b"first");
    assert_eq!(open(&disk.drop_unsynced()).unwrap().1.unwrap(), b"first");
}
