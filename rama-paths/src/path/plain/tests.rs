//! Entries that move, as one visits them one by one.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Entry, StdMap, Which, retain_first};
use crate::error::PathError;

/// Where the entry at a key goes to: to another key, away, or nowhere.
type Plan = fn(i64) -> Option<Option<i64>>;

/// None of them, few, many, and few before many; to keys of others, before and behind.
const PLANS: [Plan; 8] = [
    |_| None,
    |key| (key % 97 == 3).then_some(Some(-key)),
    |key| (key % 97 == 3).then_some(Some(key + 1)),
    |key| (key % 50 == 3).then(|| (key % 100 == 3).then_some(key - 1)),
    |key| Some(Some(key + 1)),
    |key| (key % 2 == 0).then_some(Some(key / 4)),
    |key| (key % 3 != 0).then(|| (key % 3 == 1).then_some(key * 2)),
    |key| (key > 9_000 || key % 80 == 1).then_some(Some(key + 7)),
];

const COUNT: i64 = 10_000;

fn entry(plan: Plan, key: i64) -> Entry<i64> {
    match plan(key) {
        None => Entry::Kept,
        Some(None) => Entry::Removed,
        Some(Some(to)) => Entry::To(to),
    }
}

#[test]
fn entries_of_a_sorted_map_move_as_if_visited_first() {
    for (at, plan) in PLANS.into_iter().enumerate() {
        let map: BTreeMap<i64, i64> = (0..COUNT).map(|n| (n, n)).collect();
        // Of those that end at one key the last of the old order stays.
        let mut expected = BTreeMap::new();
        for (key, value) in &map {
            if let Some(to) = plan(*key).unwrap_or(Some(*key)) {
                expected.insert(to, *value);
            }
        }
        let (mut moved, mut visited) = (map.clone(), Vec::new());
        let changed = StdMap::write_each(&mut moved, &Which::All, |key, _| {
            visited.push(*key);
            Ok(entry(plan, *key))
        });
        assert_eq!(changed, Ok(at > 0), "plan {at}");
        assert!(visited.into_iter().eq(0..COUNT), "plan {at}");
        assert!(moved == expected, "plan {at}");
    }
}

#[test]
fn no_entry_has_moved_when_a_write_fails_or_panics() {
    for (at, plan) in PLANS.into_iter().enumerate() {
        for last in [0, 5, 3_000, 8_999, 9_950] {
            let map: BTreeMap<i64, i64> = (0..COUNT).map(|n| (n, n)).collect();
            let mut written = map.clone();
            let failed =
                StdMap::write_each(&mut written, &Which::All, |key, _| match *key > last {
                    true => Err(Box::new(PathError::Absent)),
                    false => Ok(entry(plan, *key)),
                });
            assert_eq!(failed, Err(Box::new(PathError::Absent)));
            assert!(written == map, "plan {at}, failed behind {last}");

            let panicked = catch_unwind(AssertUnwindSafe(|| {
                StdMap::write_each(&mut written, &Which::All, |key, _| {
                    assert!(*key <= last, "that is the end");
                    Ok(entry(plan, *key))
                })
            }));
            assert!(panicked.is_err());
            assert!(written == map, "plan {at}, panicked behind {last}");
        }
    }
}

#[test]
fn entries_of_a_map_move_once_each() {
    for (at, plan) in PLANS.into_iter().enumerate() {
        let map: HashMap<i64, i64> = (0..COUNT).map(|n| (n, n)).collect();
        let (mut moved, mut visited) = (map.clone(), Vec::new());
        let write = |key: &i64, _: &mut i64| {
            visited.push(*key);
            Ok(entry(plan, *key))
        };
        assert_eq!(StdMap::write_each(&mut moved, &Which::All, write), Ok(at > 0));
        visited.sort_unstable();
        assert!(visited.into_iter().eq(0..COUNT), "plan {at}");
        let mut keys: Vec<i64> =
            (0..COUNT).filter_map(|key| plan(key).unwrap_or(Some(key))).collect();
        keys.sort_unstable();
        keys.dedup();
        let mut found: Vec<i64> = moved.keys().copied().collect();
        found.sort_unstable();
        assert!(found == keys, "plan {at}");
        let moves = |from: i64| plan(from).flatten().filter(|to| *to != from);
        let targets: HashSet<i64> = (0..COUNT).filter_map(moves).collect();
        for (key, value) in moved {
            // One that has moved there, or else the one that was there.
            let from_there = plan(value).unwrap_or(Some(value)) == Some(key);
            let has_moved = targets.contains(&key);
            assert!(from_there && (!has_moved || value != key), "plan {at}, key {key}");
        }
    }
}

#[test]
fn the_first_of_equal_values_is_left() {
    for (count, of) in [(0, 1), (1, 1), (2, 1), (1_000, 7), (1_000, 900), (5_000, 1_000_000)] {
        let values: Vec<u64> = (0..count)
            .map(|n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40)
            .map(|n| n % of)
            .collect();
        let mut expected = Vec::new();
        for value in &values {
            if !expected.contains(value) {
                expected.push(*value);
            }
        }
        let mut left = values;
        retain_first(&mut left);
        assert!(left == expected, "{count} of {of}");
    }
}
