//! What paths cost in rows of stored structures.

use std::sync::Arc;

use super::{PStatePath, SortedRangeToOptions, nav::Root};
use crate::key::{Key as _, KeyBytes};
use crate::schema::{PMap, PSet, PVec, Schema};
use crate::store::{
    AnyPartition, Backing, BackingError, Costs, Handle, Partition, elements_node, structure_range,
};

/// Reads, fetches, seeks, steps, writes.
fn costs<R>(f: impl FnOnce() -> R) -> (R, [u64; 5]) {
    let (result, costs) = Costs::of(f);
    (result, [costs.reads, costs.fetched, costs.seeks, costs.steps, costs.writes])
}

const ROWS: u64 = 10_000_000;
/// The structure that has them.
const STRUCTURE: u64 = 1;

/// A checkpoint of ten million rows: one map by numbers, under one key of the map at the top.
struct TenMillion {
    top: KeyBytes,
}

impl TenMillion {
    fn row(at: u64) -> KeyBytes {
        let mut row = structure_range(STRUCTURE).0;
        (at as i64).encode_key(&mut row);
        row
    }

    /// The first row at or behind a key.
    fn first_from(key: &[u8]) -> u64 {
        let (mut low, mut high) = (0, ROWS);
        while low < high {
            let middle = low.midpoint(high);
            if &*Self::row(middle) < key { low = middle + 1 } else { high = middle }
        }
        low
    }
}

impl Backing for TenMillion {
    fn get(&self, node: u32, key: &[u8], f: &mut dyn FnMut(&[u8])) -> Result<bool, BackingError> {
        if node != elements_node(elements_node(0)) || key != &*self.top {
            return Ok(false);
        }
        let handle = Handle { id: STRUCTURE, size: ROWS };
        f(&postcard::to_stdvec(&handle).expect("a handle"));
        Ok(true)
    }

    fn scan(
        &self,
        _: u32,
        start: &[u8],
        end: &[u8],
        f: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), BackingError> {
        let _ = (Self::first_from(start)..Self::first_from(end)).all(|at| f(&Self::row(at), &[2]));
        Ok(())
    }

    fn scan_back(
        &self,
        _: u32,
        start: &[u8],
        end: &[u8],
        f: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), BackingError> {
        let rows = Self::first_from(start)..Self::first_from(end);
        let _ = rows.rev().all(|at| f(&Self::row(at), &[2]));
        Ok(())
    }
}

type Series = PMap<i64, PMap<i64, i64>>;

fn series() -> PStatePath<(), Root<Series>> {
    PStatePath::new()
}

fn ten_million() -> Partition<Series> {
    let mut partition = Partition::new();
    let (mut top, _) = structure_range(0);
    7_i64.encode_key(&mut top);
    partition.attach(Arc::new(TenMillion { top }), STRUCTURE + 1);
    partition
}

#[test]
fn a_range_of_ten_million_is_one_seek_and_its_rows() {
    let partition = ten_million();
    let at = || series().key(7);
    let range = at().sorted_map_range(5_000_000, 5_000_100).map_vals();
    let (selected, spent) = costs(|| partition.select(&range));
    assert_eq!((selected.map(|rows| rows.len()), spent), (Ok(100), [1, 1, 1, 100, 0]));

    let newest = at().sorted_map_range_to_end(50).map_keys();
    let (selected, spent) = costs(|| partition.select(&newest));
    let expected: Vec<i64> = (ROWS as i64 - 50..ROWS as i64).collect();
    // The row of the map is in memory by now.
    assert_eq!((selected, spent), (Ok(expected), [1, 0, 1, 50, 0]));

    let before = SortedRangeToOptions::new().max_amt(50);
    let before = at().sorted_map_range_to_with(1_000, before).map_keys();
    let (selected, spent) = costs(|| partition.select(&before));
    assert_eq!((selected, spent), (Ok((950..1_000).collect()), [1, 0, 1, 50, 0]));
}

#[test]
fn the_size_of_ten_million_is_one_read() {
    let partition = ten_million();
    let (count, spent) = costs(|| partition.select_one(&series().key(7).count()));
    assert_eq!((count, spent), (Ok(ROWS as usize), [1, 1, 0, 0, 0]));
}

#[test]
fn a_row_that_was_fetched_is_not_fetched_again() {
    let partition = ten_million();
    let path = series().key(7).count();
    for fetched in [1, 0, 0] {
        let (_, spent) = costs(|| partition.select_one(&path));
        assert_eq!(spent, [1, fetched, 0, 0, 0]);
    }
}

fn spent<S: Schema, R>(
    partition: &mut Partition<S>,
    f: impl FnOnce(&mut Partition<S>) -> R,
) -> [u64; 5] {
    costs(|| f(partition)).1
}

#[test]
fn writes_at_the_top_that_need_no_value_read_nothing() {
    let mut map = Partition::<PMap<i64, i64>>::new();
    let path = || PStatePath::<(), Root<PMap<i64, i64>>>::new();
    let at = spent(&mut map, |map| map.transform(path().key(1).termval(1)));
    assert_eq!(at, [0, 0, 0, 0, 1]);
    let at = spent(&mut map, |map| map.transform(path().key(1).none()));
    assert_eq!(at, [0, 0, 0, 0, 1]);
    let at = spent(&mut map, |map| map.transform(path().key(1).nil_to_val(0).term(|n| n + 1)));
    assert_eq!(at, [1, 0, 0, 0, 1]);

    let mut set = Partition::<PSet<i64>>::new();
    let path = || PStatePath::<(), Root<PSet<i64>>>::new();
    let at = spent(&mut set, |set| set.transform(path().none_elem().termval(1)));
    assert_eq!(at, [0, 0, 0, 0, 1]);
    let at = spent(&mut set, |set| set.transform(path().set_elem(1).none()));
    assert_eq!(at, [0, 0, 0, 0, 1]);
}

#[test]
fn an_append_to_a_list_is_the_row_of_the_list_and_the_new_one() {
    type Posts = PMap<i64, PVec<String>>;
    let mut posts = Partition::<Posts>::new();
    let path = || PStatePath::<(), Root<Posts>>::new();
    for _ in 0..100 {
        posts.transform(path().key(1).after_elem().termval("a".to_owned())).expect("an append");
    }
    posts.apply();
    let append = path().key(1).after_elem().termval("b".to_owned());
    let at = spent(&mut posts, |posts| posts.transform(append));
    assert_eq!(at, [1, 0, 0, 0, 2]);
    let at = spent(&mut posts, |posts| posts.select(&path().key(1).last()));
    assert_eq!(at, [2, 0, 0, 0, 0]);
}

#[test]
fn a_range_as_one_value_is_one_seek_and_its_rows() {
    let mut partition = ten_million();
    let range = || series().key(7).sorted_map_range(5_000_000, 5_000_100);
    let (selected, at) = costs(|| partition.select_one(&range()));
    assert_eq!((selected.map(|part| part.len()), at), (Ok(100), [1, 1, 1, 100, 0]));
    // Every row of the range, and that of the map.
    let at = spent(&mut partition, |partition| partition.transform(range().none()));
    assert_eq!(at, [1, 0, 1, 100, 101]);
}

#[test]
fn a_range_that_is_replaced_is_one_seek_and_a_write_for_each_row() {
    let mut partition = ten_million();
    let range = || series().key(7).sorted_map_range(5_000_000, 5_000_100);
    let one_more = |mut part: std::collections::BTreeMap<i64, i64>| {
        part.values_mut().for_each(|value| *value += 1);
        part
    };
    let at = spent(&mut partition, |partition| partition.transform(range().term(one_more)));
    assert_eq!(at, [1, 1, 1, 100, 100]);
}

#[test]
fn entries_that_get_other_values_are_one_seek_and_a_write_for_each() {
    let mut partition = ten_million();
    let range = || series().key(7).sorted_map_range(5_000_000, 5_000_100);
    let write = range().all().term(|(key, value)| (key, value + 1));
    let at = spent(&mut partition, |partition| partition.transform(write));
    assert_eq!(at, [1, 1, 1, 100, 100]);
    let mut partition = ten_million();
    let write = range().all().filter_pred(|(key, _)| *key >= 5_000_090).none();
    let at = spent(&mut partition, |partition| partition.transform(write));
    assert_eq!(at, [1, 1, 1, 100, 11]);
}
