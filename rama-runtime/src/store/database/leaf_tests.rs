//! Rows in leaves beside a map in memory.
#![allow(clippy::unwrap_used)]

use std::ops::Bound;
use std::path::Path;

use fastrand::Rng;
use rama_paths::Backing;

use super::leaf::LEAF_BYTES;
use super::tests::{Changes, DIR, END, Rows, State, mem_disk, open, table};
use super::*;
use crate::disk::MemDisk;

/// Few enough that they meet, with common fronts of several lengths.
fn key(random: &mut Rng) -> Vec<u8> {
    let mut key = vec![1; random.usize(0..3)];
    key.extend_from_slice(&random.u16(..2_000).to_be_bytes()[..random.usize(1..=2)]);
    match random.u8(..100) {
        0..=2 => key.extend(std::iter::repeat_n(5, random.usize(..300))),
        // Those of several such keys are larger than a leaf, and nearly all of them is common.
        3 => key = [vec![1; random.usize(..2 * LEAF_BYTES)], key].concat(),
        _ => {}
    }
    key
}

fn value(random: &mut Rng) -> Vec<u8> {
    let bytes = match random.u8(..100) {
        0 => random.usize(..3 * LEAF_BYTES),
        1..=20 => random.usize(..300),
        _ => random.usize(..12),
    };
    vec![random.u8(..); bytes]
}

/// Changes rows as a checkpoint does, and as nobody does it.
fn change(rows: &mut RowsMut<'_>, model: &mut Rows, random: &mut Rng) -> Result<(), DatabaseError> {
    let mut keys: Vec<Vec<u8>> = (0..random.usize(..400)).map(|_| key(random)).collect();
    if random.u8(..4) > 0 {
        keys.sort_unstable();
        keys.dedup();
    }
    let removals = random.u8(..4);
    for key in keys {
        if random.u8(..4) < removals {
            assert_eq!(rows.remove(&key)?, model.remove(&key).is_some());
        } else {
            let value = value(random);
            rows.put(&key, &value)?;
            model.insert(key, value);
        }
    }
    if random.u8(..3) == 0 {
        let (start, end) = (key(random), key(random));
        let max = random.usize(1..300);
        let mut drained = Vec::new();
        let removed = rows.drain_range(&start, &end, max, &mut |key, value| {
            drained.push((key.to_vec(), value.to_vec()));
        })?;
        let expected: Vec<_> = between(model, &start, &end).take(max).collect();
        assert_eq!((removed, &drained), (expected.len(), &expected));
        drained.iter().for_each(|(key, _)| {
            model.remove(key);
        });
    }
    Ok(())
}

fn between(
    model: &Rows,
    start: &[u8],
    end: &[u8],
) -> impl DoubleEndedIterator<Item = (Vec<u8>, Vec<u8>)> {
    let bounds = (Bound::Included(start), Bound::Excluded(end.max(start)));
    let bounds = if start < end { bounds } else { (bounds.0, Bound::Excluded(start)) };
    let is_empty = start >= end;
    model
        .range::<[u8], _>(if is_empty { (Bound::Unbounded, Bound::Unbounded) } else { bounds })
        .filter(move |_| !is_empty)
        .map(|(key, value)| (key.clone(), value.clone()))
}

/// A leaf fits into a page, unless it is one row.
fn check_sizes(snapshot: &Snapshot) {
    for (name, bytes) in snapshot.raw_leaves(table(0)).unwrap() {
        let first = leaf::row_at(&bytes, 0, 0).unwrap().unwrap();
        let len = name.len() + bytes.len();
        assert!(len <= LEAF_BYTES || first.end == bytes.len(), "{len} bytes");
    }
}

fn check_reads(snapshot: &Snapshot, model: &Rows, random: &mut Rng) {
    let rows = snapshot.partition(3, 1, &[0]).unwrap();
    for _ in 0..200 {
        let key = key(random);
        let mut found = None;
        let is_there = rows.get(0, &key, &mut |value| found = Some(value.to_vec())).unwrap();
        assert_eq!((found.as_ref(), is_there), (model.get(&key), model.contains_key(&key)));
    }
    for _ in 0..20 {
        let (start, end, max) = (key(random), key(random), random.usize(1..500));
        let (mut forward, mut back) = (Vec::new(), Vec::new());
        rows.scan(0, &start, &end, &mut |key, value| {
            forward.push((key.to_vec(), value.to_vec()));
            forward.len() < max
        })
        .unwrap();
        rows.scan_back(0, &start, &end, &mut |key, value| {
            back.push((key.to_vec(), value.to_vec()));
            back.len() < max
        })
        .unwrap();
        assert_eq!(forward, between(model, &start, &end).take(max).collect::<Vec<_>>());
        assert_eq!(back, between(model, &start, &end).rev().take(max).collect::<Vec<_>>());
    }
}

#[test]
fn rows_in_leaves_are_those_of_a_map_whatever_the_order_of_changes() {
    for seed in 0..24 {
        let mut random = Rng::with_seed(seed);
        let disk = mem_disk();
        let (database, _) = open(&disk).unwrap();
        let mut model = Rows::new();
        for round in 0..12 {
            let writer = database.begin().unwrap();
            let mut changed = model.clone();
            // Several times in one checkpoint, too.
            for _ in 0..random.usize(1..3) {
                writer.change(table(0), |rows| change(rows, &mut changed, &mut random)).unwrap();
            }
            if random.u8(..5) == 0 {
                drop(writer);
            } else {
                writer.commit(&[round]).unwrap();
                model = changed;
            }
            let snapshot = database.snapshot().unwrap();
            let state = State::of(&snapshot).unwrap();
            let shown = state.tables.get(&table(0)).cloned().unwrap_or_default();
            assert_eq!(shown, model, "seed {seed}, round {round}");
            check_sizes(&snapshot);
            check_reads(&snapshot, &model, &mut random);
        }
    }
}

/// Leaves and rows of a table.
fn sizes(database: &CheckpointDatabase) -> (u64, u64) {
    let snapshot = database.snapshot().unwrap();
    (snapshot.leaves_in(table(0)).unwrap(), snapshot.rows_in(table(0)).unwrap())
}

#[test]
fn leaves_are_full_behind_appends_half_full_at_least_among_others_and_vanish_with_their_rows() {
    let disk = mem_disk();
    let (database, _) = open(&disk).unwrap();
    let row = [7; 90];
    let put = |keys: Vec<u32>| {
        let writer = database.begin().unwrap();
        writer
            .change(table(0), |rows| {
                keys.iter().try_for_each(|key| rows.put(&key.to_be_bytes(), &row))
            })
            .unwrap();
        writer.commit(b"").unwrap();
    };
    // 93 to 96 bytes each, 42 in a leaf; appended a few at a time.
    for first in (0..42_000).step_by(500) {
        put((first..first + 500).map(|key| key * 2).collect());
    }
    assert_eq!(sizes(&database), (1_000, 42_000));
    // One more in each leaf: each is split in two, and no more.
    put((0..1_000).map(|leaf| leaf * 84 + 41).collect());
    let (leaves, rows) = sizes(&database);
    assert!((1_999..=2_001).contains(&leaves), "{leaves}");
    assert_eq!(rows, 43_000);
    // Most rows go: small leaves take in those behind them.
    let writer = database.begin().unwrap();
    writer
        .change(table(0), |rows| {
            (0..84_000_u32)
                .filter(|key| key % 100 != 0)
                .try_for_each(|key| rows.remove(&key.to_be_bytes()).map(|_| ()))
        })
        .unwrap();
    writer.commit(b"").unwrap();
    let (leaves, rows) = sizes(&database);
    assert_eq!(rows, 840);
    assert!(leaves <= 84, "{leaves}");
    let writer = database.begin().unwrap();
    let drained = writer
        .change(table(0), |rows| rows.drain_range(b"", END, usize::MAX, &mut |_, _| {}))
        .unwrap();
    writer.commit(b"").unwrap();
    assert_eq!((drained, sizes(&database)), (840, (0, 0)));
}

#[test]
fn a_leaf_takes_the_same_bytes_whatever_changes_led_to_it() {
    for seed in 0..40 {
        let mut random = Rng::with_seed(seed);
        let disk = mem_disk();
        let (database, _) = open(&disk).unwrap();
        let mut model = Rows::new();
        for _ in 0..6 {
            let writer = database.begin().unwrap();
            writer
                .change(table(0), |rows| {
                    for key in 0..60_u16 {
                        let key = [b"the same front".as_slice(), &(key * 9).to_be_bytes()].concat();
                        match random.u8(..4) {
                            0 => rows.put(&key, b"value").map(|()| {
                                model.insert(key, b"value".to_vec());
                            })?,
                            1 => assert_eq!(rows.remove(&key)?, model.remove(&key).is_some()),
                            _ => {}
                        }
                    }
                    Ok(())
                })
                .unwrap();
            writer.commit(b"").unwrap();
            let at_once = mem_disk();
            let (fresh, _) = open(&at_once).unwrap();
            let writer = fresh.begin().unwrap();
            writer
                .change(table(1), |rows| {
                    model.iter().try_for_each(|(key, value)| rows.put(key, value))
                })
                .unwrap();
            writer.commit(b"").unwrap();
            let bytes = |database: &CheckpointDatabase, node| {
                database.snapshot().unwrap().stats(table(node)).unwrap().stored_bytes
            };
            assert_eq!(bytes(&database, 0), bytes(&fresh, 1), "seed {seed}");
        }
    }
}

#[test]
fn changed_rows_that_are_not_finished_are_not_left_out_of_a_checkpoint() {
    let disk = mem_disk();
    let (database, _) = open(&disk).unwrap();
    let writer = database.begin().unwrap();
    let mut rows = writer.rows(table(0)).unwrap();
    rows.put(b"a", b"1").unwrap();
    drop(rows);
    let error = writer.commit(b"").unwrap_err();
    assert!(matches!(error, DatabaseError::Failed { .. }), "{error}");
    assert_eq!(State::of(&database.snapshot().unwrap()).unwrap(), State::default());
}

#[test]
fn a_damaged_leaf_is_an_error_of_who_reads_it() {
    let disk = mem_disk();
    let (database, _) = open(&disk).unwrap();
    let writer = database.begin().unwrap();
    writer.put_raw(table(0), b"", &[200, 1, 1]).unwrap();
    writer.commit(b"").unwrap();
    let snapshot = database.snapshot().unwrap();
    assert!(matches!(snapshot.stats(table(0)), Err(DatabaseError::Damaged { .. })));
    let rows = snapshot.partition(3, 1, &[0]).unwrap();
    assert!(rows.get(0, b"a", &mut |_| {}).is_err());
    assert!(rows.scan(0, b"", END, &mut |_, _| true).is_err());
    assert!(rows.scan_back(0, b"", END, &mut |_, _| true).is_err());
    let writer = database.begin().unwrap();
    let put = writer.put(table(0), b"a", b"");
    assert!(matches!(put, Err(DatabaseError::Damaged { .. })), "{put:?}");
    drop(writer);
    // In the wrong order, which only those notice who look at all of them.
    let mut leaf = Vec::new();
    for key in [b"b", b"a"] {
        leaf::push_row(0, [key, b""], b"", &mut leaf);
    }
    let writer = database.begin().unwrap();
    writer.put_raw(table(0), b"", &leaf).unwrap();
    writer.commit(b"").unwrap();
    let stats = database.snapshot().unwrap().stats(table(0));
    assert!(matches!(stats, Err(DatabaseError::Damaged { .. })));
    drop(database);
    let mut inspection = Inspection::open(&disk, Path::new(DIR)).unwrap();
    assert!(matches!(inspection.verify(), Err(DatabaseError::Damaged { .. })));
}

/// Everything that may be done with a table, whatever comes of it; whether anything found damage.
fn use_all_of(disk: &MemDisk, random: &mut Rng) -> bool {
    let (database, _) = open(disk).unwrap();
    let snapshot = database.snapshot().unwrap();
    let rows = snapshot.partition(3, 1, &[0]).unwrap();
    let mut found = snapshot.stats(table(0)).is_err();
    for _ in 0..20 {
        let (start, end) = (key(random), key(random));
        found |= rows.get(0, &start, &mut |_| {}).is_err();
        found |= rows.scan(0, &start, &end, &mut |_, _| true).is_err();
        found |= rows.scan_back(0, &start, &end, &mut |_, _| true).is_err();
    }
    let writer = database.begin().unwrap();
    // What it makes of damaged leaves is undone.
    let changed = writer.change(table(0), |rows| {
        let mut keys: Vec<_> = (0..random.usize(1..40)).map(|_| key(random)).collect();
        keys.sort_unstable();
        for key in keys {
            match random.bool() {
                true => rows.put(&key, b"new")?,
                false => rows.remove(&key).map(|_| ())?,
            }
        }
        rows.drain_range(&key(random), END, random.usize(1..50), &mut |_, _| {})
    });
    found | changed.is_err()
}

#[test]
fn no_damage_to_a_leaf_makes_anybody_panic_or_go_on_for_ever() {
    let mut found = 0;
    for seed in 0..60 {
        let mut random = Rng::with_seed(seed);
        let disk = mem_disk();
        let (database, _) = open(&disk).unwrap();
        let writer = database.begin().unwrap();
        writer.change(table(0), |rows| change(rows, &mut Rows::new(), &mut random)).unwrap();
        writer.commit(b"").unwrap();
        let leaves = database.snapshot().unwrap().raw_leaves(table(0)).unwrap();
        let mut leaves: Vec<_> = leaves.into_iter().collect();
        if leaves.is_empty() {
            continue;
        }
        let writer = database.begin().unwrap();
        for _ in 0..random.usize(1..4) {
            let at = random.usize(..leaves.len());
            let (name, bytes) = &mut leaves[at];
            // Near the beginning are lengths, for sure.
            let reach = if random.bool() { bytes.len() } else { bytes.len().min(4) };
            match random.u8(..3) {
                0 => bytes[random.usize(..reach)] = random.u8(..),
                1 => bytes[random.usize(..reach)] ^= 1 << random.u8(..8),
                _ => bytes.truncate(random.usize(1..=bytes.len())),
            }
            writer.put_raw(table(0), name, bytes).unwrap();
        }
        writer.commit(b"").unwrap();
        drop(database);
        found += u32::from(use_all_of(&disk, &mut random));
    }
    assert!(found > 20, "only {found} were noticed");
}

#[test]
fn a_front_that_no_key_has_is_damage_to_whoever_meets_it() {
    let row = |front: usize, rest: &[u8], leaf: &mut Vec<u8>| {
        leaf::push_row(front, [rest, b""], b"value", leaf);
    };
    let mut middle = Vec::new();
    row(0, b"aa", &mut middle);
    row(3, b"b", &mut middle);
    let mut first = Vec::new();
    row(1, b"b", &mut first);
    let mut whole = Vec::new();
    row(0, b"a", &mut whole);
    let damaged = |done: Result<usize, DatabaseError>| {
        assert!(matches!(done, Err(DatabaseError::Damaged { .. })), "{done:?}");
    };
    // Second, it is taken in by the small one before it.
    for leaves in [vec![middle], vec![first.clone()], vec![whole, first]] {
        let disk = mem_disk();
        let (database, _) = open(&disk).unwrap();
        let writer = database.begin().unwrap();
        for (name, leaf) in [&b""[..], b"b"].iter().zip(&leaves) {
            writer.put_raw(table(0), name, leaf).unwrap();
        }
        writer.commit(b"").unwrap();
        let rows = database.snapshot().unwrap().partition(3, 1, &[0]).unwrap();
        assert!(rows.scan(0, b"", END, &mut |_, _| true).is_err());
        assert!(rows.scan_back(0, b"", END, &mut |_, _| true).is_err());
        assert!(rows.get(0, b"bb", &mut |_| {}).is_err());
        damaged(database.snapshot().unwrap().stats(table(0)).map(|_| 0));
        let writer = database.begin().unwrap();
        damaged(writer.change(table(0), |rows| rows.drain_range(b"", END, 9, &mut |_, _| {})));
        drop(writer);
        let writer = database.begin().unwrap();
        damaged(writer.change(table(0), |rows| rows.put(b"ab", b"").map(|()| 0)));
    }
}

#[test]
fn rows_out_of_order_are_not_split_into_leaves_that_hide_it() {
    let disk = mem_disk();
    let (database, _) = open(&disk).unwrap();
    let mut rows = Vec::new();
    for key in (0..90_u8).rev() {
        leaf::push_row(0, [&[key], b""], &[7; 50], &mut rows);
    }
    let writer = database.begin().unwrap();
    writer.put_raw(table(0), b"", &rows).unwrap();
    writer.commit(b"").unwrap();
    let writer = database.begin().unwrap();
    let put = writer.put(table(0), &[200], b"");
    assert!(matches!(put, Err(DatabaseError::Damaged { .. })), "{put:?}");
}
