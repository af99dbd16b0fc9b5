//! Entries of maps that are written as pairs, and keys that are renamed: every way in which four
//! entries can move, stay and go, beside a plain map.

use std::collections::{BTreeMap, HashMap};

use crate::error::PathError;
use crate::path::{PStatePath, nav::Root};
use crate::path_of;
use crate::schema::{PMap, Untracked};
use crate::store::{AnyPartition, Partition};

/// What becomes of the keys 0 to 3: another key up to 4, or nothing.
type Table = [Option<i64>; 4];

/// Every table.
fn tables() -> impl Iterator<Item = Table> {
    (0..6_i64.pow(4))
        .map(|number| [1, 6, 36, 216].map(|digit| Some(number / digit % 6).filter(|to| *to < 5)))
}

/// The keys 0 to 4, with values that tell where they come from.
fn entries() -> BTreeMap<i64, i64> {
    (0..5).map(|key| (key, key * 10)).collect()
}

fn to(table: &Table, key: i64) -> Option<i64> {
    table.get(usize::try_from(key).expect("a small key")).map_or(Some(key), |to| *to)
}

/// What becomes of a map when the entries within `visited` are put one after the other.
fn expected(table: &Table, visited: std::ops::Range<i64>) -> BTreeMap<i64, i64> {
    let mut map = entries();
    map.retain(|key, _| !visited.contains(key));
    for key in visited.filter(|key| *key < 5) {
        map.extend(to(table, key).map(|to| (to, key * 10)));
    }
    map
}

/// The write of a table's moves at places with pairs.
macro_rules! move_pairs {
    ($path:expr, $table:expr) => {{
        let table = $table;
        $path.all().multi_transform(|pair| {
            (
                pair.filter_pred(move |(key, _)| to(&table, *key).is_none()).none(),
                pair.filter_pred(move |(key, _)| to(&table, *key).is_some_and(|to| to != *key))
                    .term(move |(key, value)| (to(&table, key).unwrap_or(key), value)),
            )
        })
    }};
}

/// The same at places with keys.
macro_rules! move_keys {
    ($path:expr, $table:expr) => {{
        let table = $table;
        $path.map_keys().multi_transform(|key| {
            (
                key.filter_pred(move |key| to(&table, *key).is_none()).none(),
                key.filter_pred(move |key| to(&table, *key).is_some())
                    .term(move |key| to(&table, key).unwrap_or(key)),
            )
        })
    }};
}

#[test]
fn entries_of_a_sorted_map_in_memory_move_as_if_put_one_after_the_other() {
    let path = path_of::<BTreeMap<i64, i64>>;
    for table in tables() {
        let all = expected(&table, 0..5);
        assert_eq!(move_pairs!(path(), table).transform(entries()), Ok(all.clone()), "{table:?}");
        assert_eq!(move_keys!(path(), table).transform(entries()), Ok(all), "{table:?}");
        let range = path().sorted_map_range(1, 3);
        let moved = move_keys!(range, table).transform(entries());
        assert_eq!(moved, Ok(expected(&table, 1..3)), "{table:?}");
        let first = path().sorted_map_range_from_start(3);
        let moved = move_pairs!(first, table).transform(entries());
        assert_eq!(moved, Ok(expected(&table, 0..3)), "{table:?}");
        let last = path().sorted_map_range_to_end(2);
        let moved = move_pairs!(last, table).transform(entries());
        assert_eq!(moved, Ok(expected(&table, 3..5)), "{table:?}");
        let some = path().sub_map([2, 9, 1, 2]);
        let moved = move_pairs!(some, table).transform(entries());
        assert_eq!(moved, Ok(expected(&table, 1..3)), "{table:?}");
    }
}

#[test]
fn entries_of_a_map_in_memory_move_to_keys_of_their_own() {
    let path = path_of::<HashMap<i64, i64>>;
    let is_injective = |table: &Table| {
        expected(table, 0..5).len() == { 4 - table.iter().filter(|to| to.is_none()).count() + 1 }
    };
    let map = || entries().into_iter().collect::<HashMap<i64, i64>>();
    for table in tables().filter(is_injective) {
        let all: HashMap<i64, i64> = expected(&table, 0..5).into_iter().collect();
        assert_eq!(move_pairs!(path(), table).transform(map()), Ok(all.clone()), "{table:?}");
        assert_eq!(move_keys!(path(), table).transform(map()), Ok(all.clone()), "{table:?}");
        let some = path().sub_map([0, 1, 2, 0, 3, 4]);
        assert_eq!(move_pairs!(some, table).transform(map()), Ok(all), "{table:?}");
    }
}

#[test]
fn an_entry_that_moves_to_a_key_of_a_map_in_memory_takes_its_place() {
    let path = path_of::<HashMap<i64, i64>>().sub_map([0]).map_keys().termval(3);
    let map = path.transform(entries().into_iter().collect());
    assert_eq!(map, Ok(HashMap::from([(1, 10), (2, 20), (3, 0), (4, 40)])));
}

type Flat = PMap<i64, i64>;
type Nested = PMap<i64, Flat>;
type Loose = PMap<i64, PMap<i64, i64, Untracked>>;

/// A map at the top, or within one of which the other entry stays as it is.
macro_rules! stored {
    ($schema:ty, $at:expr) => {{
        let mut partition = Partition::<$schema>::new();
        for (key, value) in entries() {
            let path = $at(PStatePath::<(), Root<$schema>>::new()).key(key).termval(value);
            partition.transform(path).expect("it is written");
        }
        partition
    }};
}

/// Every table in a map that is committed or only written.
macro_rules! moves_in_stored {
    ($schema:ty, $at:expr) => {
        let at = || $at(PStatePath::<(), Root<$schema>>::new());
        for (number, table) in tables().enumerate() {
            let mut partition = stored!($schema, $at);
            if number % 2 == 0 {
                partition.apply();
            }
            let visited = match number % 3 {
                0 => {
                    partition.transform(move_pairs!(at(), table)).expect("they are moved");
                    0..5
                }
                1 => {
                    let range = at().sorted_map_range(1, 3);
                    partition.transform(move_keys!(range, table)).expect("they are moved");
                    1..3
                }
                _ => {
                    let some = at().sub_map([0, 1, 2]);
                    partition.transform(move_pairs!(some, table)).expect("they are moved");
                    0..3
                }
            };
            let expected = expected(&table, visited);
            for _ in 0..2 {
                let all = partition.select(&at().all()).expect("it is read");
                assert_eq!(all, expected.clone().into_iter().collect::<Vec<_>>(), "{table:?}");
                assert_eq!(partition.select_one(&at().count()), Ok(expected.len()), "{table:?}");
                partition.apply();
            }
        }
    };
}

#[test]
fn entries_of_a_stored_map_move_as_if_put_one_after_the_other() {
    moves_in_stored!(Flat, |path| path);
}

#[test]
fn entries_of_a_nested_map_move_and_its_size_is_kept() {
    moves_in_stored!(Nested, |path: PStatePath<(), Root<Nested>>| path.key(7));
    moves_in_stored!(Loose, |path: PStatePath<(), Root<Loose>>| path.key(7));
}

#[test]
fn what_is_beneath_a_key_moves_with_it_and_leaves_no_rows() {
    let path = PStatePath::<(), Root<Nested>>::new;
    for (number, table) in tables().enumerate() {
        let mut partition = Partition::<Nested>::new();
        for (key, value) in entries() {
            for inner in 0..=key {
                let write = path().key(key).key(inner).termval(value);
                partition.transform(write).expect("it is written");
            }
        }
        if number % 2 == 0 {
            partition.apply();
        }
        partition.transform(move_keys!(path(), table)).expect("they are moved");
        let expected = expected(&table, 0..5);
        partition.apply();
        assert_eq!(
            partition.select(&path().map_keys()),
            Ok(expected.keys().copied().collect()),
            "{table:?}"
        );
        let mut rows = expected.len();
        for (key, value) in &expected {
            let inner = vec![*value; usize::try_from(value / 10 + 1).expect("a small value")];
            rows += inner.len();
            assert_eq!(partition.select_one(&path().key(*key).count()), Ok(inner.len()));
            assert_eq!(partition.select(&path().key(*key).map_vals()), Ok(inner), "{table:?}");
        }
        assert_eq!(partition.row_count().expect("the rows are counted"), rows, "{table:?}");
    }
}

#[test]
fn every_entry_is_visited_once() {
    let path = PStatePath::<(), Root<Flat>>::new;
    let mut stored = stored!(Flat, |path| path);
    stored.transform(path().all().term(|(key, value)| (key + 1, value + 1))).expect("they move");
    let moved: Vec<(i64, i64)> = (0..5).map(|key| (key + 1, key * 10 + 1)).collect();
    assert_eq!(stored.select(&path().all()), Ok(moved.clone()));
    let plain = path_of::<BTreeMap<i64, i64>>().all().term(|(key, value)| (key + 1, value + 1));
    assert_eq!(plain.transform(entries()), Ok(moved.into_iter().collect()));
}

#[test]
fn no_key_moves_when_the_write_fails() {
    let table = BTreeMap::from([(vec![1_u8], 1_i64), (vec![2, 3], 2), (vec![4], 3)]);
    let two = Err(PathError::CollectOne { found: 2 });
    let path = || path_of::<BTreeMap<Vec<u8>, i64>>().map_keys().collect_one(|key| key.all());
    let mut map = table.clone();
    assert_eq!(path().after_elem().termval(9).transform_in(&mut map), two);
    assert_eq!(map, table);
    let hashed: HashMap<Vec<u8>, i64> = table.into_iter().collect();
    let mut map = hashed.clone();
    let path = path_of::<HashMap<Vec<u8>, i64>>().map_keys().collect_one(|key| key.all());
    assert_eq!(path.after_elem().termval(9).transform_in(&mut map), two);
    assert_eq!(map, hashed);
}
