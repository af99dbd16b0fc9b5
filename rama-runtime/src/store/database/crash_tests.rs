//! The database of checkpoints under crashes and a failing disk, with a model beside it.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use rama_paths::Backing;

use super::tests::{
    Changes, DIR, END, State, TIGHT_CACHE, content, mem_disk, open, open_with, path, put_file,
    table,
};
use super::*;
use crate::disk::{Disk, MemDisk};

/// What the database must show, and what it may.
#[derive(Clone, Default)]
struct Model {
    /// The last checkpoint whose commit succeeded.
    committed: State,
    /// The one whose commit may have happened.
    under_way: Option<State>,
    checkpoints: u32,
}

impl Model {
    /// Judges what the database shows and takes it as the new history.
    fn found(&mut self, database: &CheckpointDatabase, metadata: Option<Vec<u8>>, context: &str) {
        let state = State::of(&database.snapshot().unwrap())
            .unwrap_or_else(|error| panic!("{context}: {error:?}"));
        assert_eq!(state.metadata, metadata, "{context}");
        let under_way = self.under_way.take();
        assert!(
            state == self.committed || Some(&state) == under_way.as_ref(),
            "{context}: shows {:?} after {:?}",
            state.metadata,
            self.committed.metadata
        );
        self.committed = state;
    }

    /// Writes a checkpoint of random changes.
    fn checkpoint(
        &mut self,
        database: &CheckpointDatabase,
        rng: &mut fastrand::Rng,
    ) -> Result<(), DatabaseError> {
        let mut next = self.committed.clone();
        self.checkpoints += 1;
        let metadata = [&self.checkpoints.to_be_bytes()[..], &vec![9; rng.usize(..40)]].concat();
        let writer = database.begin()?;
        for _ in 0..rng.usize(1..4) {
            let table = table(rng.u32(..3));
            let rows = next.tables.entry(table).or_default();
            writer.change(table, |stored| {
                if rng.u8(..6) == 0 {
                    let (start, end) = ([rng.u8(..)], [rng.u8(..)]);
                    let max = rng.usize(..40);
                    return stored
                        .drain_range(&start, &end, max, &mut |key, value| {
                            assert_eq!(rows.remove(key).as_deref(), Some(value));
                        })
                        .map(|_| ());
                }
                for _ in 0..rng.usize(1..60) {
                    let key = vec![rng.u8(..), rng.u8(..8)];
                    if rng.u8(..4) == 0 {
                        assert_eq!(stored.remove(&key)?, rows.remove(&key).is_some());
                    } else {
                        let len = if rng.u8(..30) == 0 { 9000 } else { rng.usize(..90) };
                        let value = vec![rng.u8(..); len];
                        stored.put(&key, &value)?;
                        rows.insert(key, value);
                    }
                }
                Ok(())
            })?;
        }
        next.tables.retain(|_, rows| !rows.is_empty());
        next.metadata = Some(metadata.clone());
        self.under_way = Some(next);
        writer.commit(&metadata)?;
        self.committed = self.under_way.take().unwrap();
        Ok(())
    }
}

fn restart(disk: &MemDisk, rng: &mut fastrand::Rng) -> MemDisk {
    match rng.u8(..5) {
        0 => disk.drop_unsynced(),
        1 => disk.kill(),
        _ => disk.crash(rng),
    }
}

#[test]
fn every_moment_of_two_checkpoints_survives_a_crash() {
    let mut moment = 0;
    loop {
        let mut finished = true;
        for seed in 0..4 {
            let context = format!("moment {moment}, seed {seed}");
            let mut rng = fastrand::Rng::with_seed(seed);
            let disk = mem_disk();
            let mut model = Model::default();
            let (database, _) = open(&disk).unwrap();
            model.checkpoint(&database, &mut rng).unwrap();
            disk.faults().power_off_after(Some(moment));
            let done = (0..2).try_for_each(|_| model.checkpoint(&database, &mut rng));
            drop(database);
            finished &= done.is_ok();
            let disk = match seed {
                0 => disk.drop_unsynced(),
                1 => disk.kill(),
                _ => disk.crash(&mut rng),
            };
            let (database, metadata) =
                open(&disk).unwrap_or_else(|error| panic!("{context}: {error:?}"));
            model.found(&database, metadata, &context);
            // What was shown is durable: it is shown again after another crash.
            let disk = disk.crash(&mut rng);
            let (database, metadata) = open(&disk).unwrap();
            model.found(&database, metadata, &context);
            model.checkpoint(&database, &mut rng).unwrap();
            let (database, metadata) = open(&disk.drop_unsynced()).unwrap();
            model.found(&database, metadata, &context);
        }
        if finished {
            break;
        }
        moment += 1;
    }
    assert!(moment > 20, "only {moment} operations");
}

#[test]
fn every_moment_of_creation_survives_a_crash() {
    let mut moment = 0;
    loop {
        let mut finished = true;
        for seed in 0..6 {
            let context = format!("moment {moment}, seed {seed}");
            let mut rng = fastrand::Rng::with_seed(seed);
            let mut model = Model::default();
            let disk = mem_disk();
            disk.faults().power_off_after(Some(moment));
            finished &= open(&disk).is_ok();
            let disk = restart(&disk, &mut rng);
            let (database, metadata) =
                open(&disk).unwrap_or_else(|error| panic!("{context}: {error:?}"));
            assert_eq!(disk.list(Path::new(DIR)).unwrap(), [STATE], "{context}");
            model.found(&database, metadata, &context);
            model.checkpoint(&database, &mut rng).unwrap();
            let (database, metadata) = open(&disk.crash(&mut rng)).unwrap();
            model.found(&database, metadata, &context);
        }
        if finished {
            break;
        }
        moment += 1;
    }
    assert!(moment > 10, "only {moment} operations");
}

#[test]
fn crashes_at_random_show_a_whole_checkpoint() {
    for seed in 0..12 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut disk = mem_disk();
        let mut model = Model::default();
        for life in 0..8 {
            let context = format!("seed {seed}, life {life}");
            disk.faults().seed(rng.u64(..));
            disk.faults().short_reads(rng.bool());
            if rng.u8(..4) > 0 {
                disk.faults().power_off_after(Some(rng.u64(..150)));
            }
            let cache = if rng.bool() { TIGHT_CACHE } else { 1 << 20 };
            match open_with(&disk, cache) {
                Ok((database, metadata)) => {
                    model.found(&database, metadata, &context);
                    for _ in 0..rng.usize(..6) {
                        if model.checkpoint(&database, &mut rng).is_err() {
                            break;
                        }
                    }
                }
                // Only the lack of power may keep it from being opened.
                Err(DatabaseError::Damaged { path, source }) => {
                    panic!("{context}: {} damaged: {source}", path.display());
                }
                Err(_) => {}
            }
            disk = restart(&disk, &mut rng);
        }
        let (database, metadata) = open(&disk).unwrap();
        model.found(&database, metadata, &format!("seed {seed}, at last"));
        drop(database);
        assert!(Inspection::open(&disk, Path::new(DIR)).unwrap().verify().unwrap(), "seed {seed}");
    }
}

#[test]
fn a_full_disk_loses_nothing_and_passes() {
    for seed in 0..12 {
        let context = format!("seed {seed}");
        let mut rng = fastrand::Rng::with_seed(seed);
        let disk = mem_disk();
        let mut model = Model::default();
        // Without room in the cache, the disk is full in the midst of writing; else at the commit.
        let cache = if seed % 2 == 0 { TIGHT_CACHE } else { 1 << 20 };
        let (mut database, _) = open_with(&disk, cache).unwrap();
        for _ in 0..3 {
            model.checkpoint(&database, &mut rng).unwrap();
        }
        let old = database.snapshot().unwrap();
        let committed = State::of(&old).unwrap();
        disk.faults().seed(seed);
        disk.faults().capacity(Some(disk.used() + rng.u64(..12_000)));
        let error = loop {
            if let Err(error) = model.checkpoint(&database, &mut rng) {
                break error;
            }
        };
        assert!(error.is_full(), "{context}: {error:?}");
        assert!(error.to_string().contains(DIR), "{context}: {error}");
        let error = database.begin().map(drop).unwrap_err();
        assert!(error.is_full(), "{context}: {error:?}");
        // Still full: what was committed can be read again.
        let (reopened, metadata) =
            database.reopen().unwrap_or_else(|error| panic!("{context}: {error:?}"));
        model.found(&reopened, metadata, &context);
        // It had all its pages in memory, or has lost them.
        if let Ok(state) = State::of(&old) {
            assert_eq!(state, committed, "{context}");
        }
        database = reopened;
        disk.faults().capacity(None);
        for _ in 0..3 {
            model.checkpoint(&database, &mut rng).unwrap();
        }
        drop(old);
        let (database, metadata) = open(&disk.crash(&mut rng)).unwrap();
        model.found(&database, metadata, &context);
    }
}

#[test]
fn after_a_failed_write_or_sync_opening_anew_shows_what_is_durable() {
    for (what, nth) in (1..=8).map(|nth| ("sync", nth)).chain((1..=14).map(|nth| ("write", nth))) {
        for seed in 0..4 {
            let context = format!("{what} {nth}, seed {seed}");
            let mut rng = fastrand::Rng::with_seed(seed);
            let disk = mem_disk();
            let mut model = Model::default();
            let (database, _) = open(&disk).unwrap();
            model.checkpoint(&database, &mut rng).unwrap();
            disk.faults().seed(seed + 1);
            match what {
                "sync" => disk.faults().fail_sync(nth),
                _ => disk.faults().fail_write(nth),
            }
            let failed = (0..6).find_map(|_| model.checkpoint(&database, &mut rng).err());
            let error = failed.unwrap_or_else(|| panic!("{context}: nothing failed"));
            assert!(!error.is_full(), "{context}: {error:?}");
            assert!(matches!(error, DatabaseError::Io { .. }), "{context}: {error:?}");
            let (reopened, metadata) = database.reopen().unwrap();
            model.found(&reopened, metadata, &context);
            drop(database);
            let disk = match seed {
                0 => disk.drop_unsynced(),
                _ => disk.crash(&mut rng),
            };
            // Not the older of the two, if the younger was shown.
            let (database, metadata) = open(&disk).unwrap();
            model.found(&database, metadata, &context);
            model.checkpoint(&database, &mut rng).unwrap();
        }
    }
}

/// Reads all rows in both ways.
fn read_all(database: &CheckpointDatabase) -> Result<(), DatabaseError> {
    let snapshot = database.snapshot()?;
    for table in snapshot.row_tables()? {
        let rows = snapshot.partition(table.pstate, table.task, &[table.node])?;
        let mut keys = Vec::new();
        let _ = rows.scan(table.node, &[], END, &mut |key, _| {
            keys.push(key.to_vec());
            true
        });
        for key in keys {
            let _ = rows.get(table.node, &key, &mut |_| ());
        }
    }
    Ok(())
}

/// A flipped bit is found, or is where nothing is read.
#[test]
fn a_flipped_bit_is_found_or_harmless() {
    let disk = mem_disk();
    let mut rng = fastrand::Rng::with_seed(1);
    let mut model = Model::default();
    let (database, _) = open(&disk).unwrap();
    for _ in 0..4 {
        model.checkpoint(&database, &mut rng).unwrap();
    }
    drop(database);
    let valid = content(&disk, &path());
    let used: Vec<usize> = (0..valid.len()).filter(|&at| valid[at] != 0).collect();
    let mut found = 0;
    for _ in 0..60 {
        let at = *rng.choice(&used).unwrap();
        let mut flipped = valid.clone();
        flipped[at] ^= 1 << rng.u32(..8);
        let disk = mem_disk();
        put_file(&disk, &path(), &flipped);
        match Inspection::open(&disk, Path::new(DIR)) {
            Err(DatabaseError::Damaged { .. }) => found += 1,
            Err(error) => panic!("byte {at}: {error:?}"),
            Ok(mut inspection) => match inspection.verify() {
                Ok(_) => {
                    let state = State::of(&inspection.snapshot().unwrap()).unwrap();
                    assert_eq!(state, model.committed, "byte {at}");
                }
                Err(DatabaseError::Damaged { .. }) => found += 1,
                Err(error) => panic!("byte {at}: {error:?}"),
            },
        }
        assert!(content(&disk, &path()) == flipped, "byte {at}: changed");
        // Not everything is found when it is only read, but nothing may panic.
        if let Ok((database, _)) = open(&disk) {
            let _ = read_all(&database);
        }
    }
    assert!(found > 10, "only {found}");
}
