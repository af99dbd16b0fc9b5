//! Ranges of sorted maps: beside a plain map over all layers of rows, and what they read.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;

use super::{
    PStatePath, SelectPath, SortedRangeFromOptions, SortedRangeOptions, SortedRangeToOptions,
    nav::Root,
};
use crate::key::key_hash;
use crate::schema::PMap;
use crate::store::{AnyPartition, Backing, BackingError, FrozenChange, Partition};

type Series = PMap<String, PMap<i64, i64>>;

fn series() -> PStatePath<(), Root<Series>> {
    PStatePath::new()
}

fn jfk<P: SelectPath<Schema = Series>>(partition: &Partition<Series>, path: P) -> Vec<P::Value> {
    partition.select(&path).expect("the path can be followed")
}

fn put(partition: &mut Partition<Series>, hour: i64, value: i64) {
    let path = series().key("JFK").key(hour).termval(value);
    partition.transform(path).expect("the write succeeds");
}

/// The rows of a checkpoint; counts the rows that scans hand out.
#[derive(Default)]
struct Checkpoint {
    rows: BTreeMap<(u32, Vec<u8>), Vec<u8>>,
    handed_out: AtomicUsize,
}

impl Backing for Checkpoint {
    fn get(&self, node: u32, key: &[u8], f: &mut dyn FnMut(&[u8])) -> Result<bool, BackingError> {
        let row = self.rows.get(&(node, key.to_vec()));
        row.inspect(|value| f(value));
        Ok(row.is_some())
    }

    fn scan(
        &self,
        node: u32,
        start: &[u8],
        end: &[u8],
        f: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), BackingError> {
        for ((_, key), value) in self.rows.range((node, start.to_vec())..(node, end.to_vec())) {
            self.handed_out.fetch_add(1, Ordering::Relaxed);
            if !f(key, value) {
                break;
            }
        }
        Ok(())
    }

    fn scan_back(
        &self,
        node: u32,
        start: &[u8],
        end: &[u8],
        f: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), BackingError> {
        let range = (node, start.to_vec())..(node, end.to_vec());
        for ((_, key), value) in self.rows.range(range).rev() {
            self.handed_out.fetch_add(1, Ordering::Relaxed);
            if !f(key, value) {
                break;
            }
        }
        Ok(())
    }
}

/// A partition with these rows in its checkpoint and nothing in memory.
fn checkpointed(
    hours: impl IntoIterator<Item = (i64, i64)>,
) -> (Partition<Series>, Arc<Checkpoint>) {
    let mut first = Partition::<Series>::new();
    for (hour, value) in hours {
        put(&mut first, hour, value);
    }
    first.apply();
    let counter = first.freeze();
    let mut checkpoint = Checkpoint::default();
    let frozen = first.rows().write_frozen(&mut |change| {
        if let FrozenChange::Put { node, key, value } = change {
            checkpoint.rows.insert((node, key.to_vec()), value.to_vec());
        }
        Ok(())
    });
    frozen.expect("the rows are written down");
    let checkpoint = Arc::new(checkpoint);
    let mut partition = Partition::new();
    partition.attach(Arc::clone(&checkpoint) as Arc<dyn Backing>, counter);
    (partition, checkpoint)
}

fn first(rows: &[(i64, i64)], most: usize) -> Vec<(i64, i64)> {
    rows.iter().take(most).copied().collect()
}

fn last(rows: &[(i64, i64)], most: usize) -> Vec<(i64, i64)> {
    rows[rows.len().saturating_sub(most)..].to_vec()
}

fn same_as_model(
    partition: &Partition<Series>,
    model: &BTreeMap<i64, i64>,
    [a, b]: [i64; 2],
    n: usize,
) {
    let within = |range: (Bound<i64>, Bound<i64>)| -> Vec<(i64, i64)> {
        let is_in = |key: &i64| std::ops::RangeBounds::contains(&range, key);
        model.iter().filter(|(key, _)| is_in(key)).map(|(k, v)| (*k, *v)).collect()
    };
    use Bound::{Excluded, Included, Unbounded};
    let at = || series().key("JFK");

    let rows = within((Included(a), Excluded(b)));
    let range = || at().sorted_map_range(a, b);
    assert_eq!(jfk(partition, range().all()), rows);
    assert!(jfk(partition, range().map_keys()).iter().eq(rows.iter().map(|(key, _)| key)));
    assert!(jfk(partition, range().map_vals()).iter().eq(rows.iter().map(|(_, value)| value)));
    assert_eq!(jfk(partition, range().count()), [rows.len()]);
    let options = SortedRangeOptions::new().exclude_start().include_end();
    let range = at().sorted_map_range_with(a, b, options);
    assert_eq!(jfk(partition, range.all()), within((Excluded(a), Included(b))));

    let rows = within((Included(a), Unbounded));
    assert_eq!(jfk(partition, at().sorted_map_range_from(a).all()), rows);
    let options = SortedRangeFromOptions::new().max_amt(n);
    let range = || at().sorted_map_range_from_with(a, options);
    assert_eq!(jfk(partition, range().all()), first(&rows, n));
    assert_eq!(jfk(partition, range().count()), [rows.len().min(n)]);
    let range = at().sorted_map_range_from_with(a, options.exclude_start());
    assert_eq!(jfk(partition, range.all()), first(&within((Excluded(a), Unbounded)), n));

    let rows = within((Unbounded, Excluded(b)));
    assert_eq!(jfk(partition, at().sorted_map_range_to(b).all()), rows);
    let options = SortedRangeToOptions::new().max_amt(n);
    let range = || at().sorted_map_range_to_with(b, options);
    assert_eq!(jfk(partition, range().all()), last(&rows, n));
    assert_eq!(jfk(partition, range().count()), [rows.len().min(n)]);
    let range = at().sorted_map_range_to_with(b, options.include_end());
    assert_eq!(jfk(partition, range.all()), last(&within((Unbounded, Included(b))), n));

    let rows = within((Unbounded, Unbounded));
    assert_eq!(jfk(partition, at().sorted_map_range_from_start(n).all()), first(&rows, n));
    assert_eq!(jfk(partition, at().sorted_map_range_to_end(n).all()), last(&rows, n));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn ranges_equal_those_of_a_btree_map_over_all_layers(
        checkpoint in prop::collection::btree_map(-20..20_i64, 0..9_i64, 0..30),
        committed in prop::collection::vec((-20..20_i64, prop::option::of(0..9_i64)), 0..20),
        written in prop::collection::vec((-20..20_i64, prop::option::of(0..9_i64)), 0..20),
        reads in prop::collection::vec((prop::array::uniform2(-22..22_i64), 0..12_usize), 8),
        removed in prop::array::uniform2(-22..22_i64),
    ) {
        let (mut partition, _) = checkpointed(checkpoint.clone());
        let mut model = checkpoint;
        for (at, (hour, value)) in committed.iter().chain(&written).enumerate() {
            if at == committed.len() {
                partition.apply();
            }
            let element = series().key("JFK").key(*hour);
            match value {
                Some(value) => {
                    model.insert(*hour, *value);
                    partition.transform(element.termval(*value)).expect("the write succeeds");
                }
                None => {
                    model.remove(hour);
                    partition.transform(element.none()).expect("the write succeeds");
                }
            }
        }
        for (keys, most) in &reads {
            same_as_model(&partition, &model, *keys, *most);
        }
        let [a, b] = removed;
        let range = || series().key("JFK").sorted_map_range(a, b).map_vals();
        partition.transform(range().term(|curr| curr + 100)).expect("the write succeeds");
        let range = || series().key("JFK").sorted_map_range_to_end(2).map_vals();
        partition.transform(range().none()).expect("the write succeeds");
        model.iter_mut().filter(|(key, _)| (a..b).contains(key)).for_each(|(_, v)| *v += 100);
        model.pop_last();
        model.pop_last();
        same_as_model(&partition, &model, [-22, 22], 5);
        prop_assert_eq!(jfk(&partition, series().key("JFK").count()), [model.len()]);
    }
}

#[test]
fn a_range_reads_its_own_rows_and_not_the_rest_of_the_map() {
    let (partition, checkpoint) = checkpointed((0..100_000).map(|hour| (hour, hour)));
    let read = |rows: usize| {
        assert_eq!(checkpoint.handed_out.swap(0, Ordering::Relaxed), rows);
    };
    let at = || series().key("JFK");
    assert_eq!(jfk(&partition, at().sorted_map_range(50_000, 50_010).count()), [10]);
    read(10);
    let page = SortedRangeFromOptions::new().max_amt(10);
    assert_eq!(jfk(&partition, at().sorted_map_range_from_with(99_000, page).count()), [10]);
    read(10);
    assert_eq!(jfk(&partition, at().sorted_map_range_from_start(3).map_vals()), [0, 1, 2]);
    read(3);
    assert_eq!(jfk(&partition, at().sorted_map_range_to(5).count()), [5]);
    read(5);
    assert_eq!(jfk(&partition, at().sorted_map_range_to_end(4).count()), [4]);
    read(4);
    let closest = SortedRangeToOptions::new().max_amt(7);
    assert_eq!(jfk(&partition, at().sorted_map_range_to_with(500, closest).count()), [7]);
    read(7);
    assert_eq!(jfk(&partition, at().sorted_map_range_from_start(0).count()), [0]);
    assert_eq!(jfk(&partition, at().sorted_map_range_to_end(0).count()), [0]);
    read(0);
}

#[test]
fn ranges_of_absent_maps_are_empty_and_make_nothing() {
    let mut partition = Partition::<Series>::new();
    let range = || series().key("JFK").sorted_map_range(0, 10);
    assert_eq!(partition.select(&range().all()), Ok(vec![]));
    assert_eq!(partition.select_one(&range().count()), Ok(0));
    partition.transform(range().map_vals().termval(1)).expect("it is a no-op");
    partition.transform(range().map_vals().none()).expect("it is a no-op");
    assert!(!partition.has_writes());
}

#[test]
fn a_range_at_the_top_is_of_nested_maps_and_has_no_leading_key() {
    let mut partition = Partition::<Series>::new();
    for origin in ["EWR", "JFK", "LGA"] {
        partition.transform(series().key(origin).key(1).termval(7)).expect("the write succeeds");
    }
    let range = || series().sorted_map_range("F", "LGA");
    assert_eq!(partition.select(&range().map_keys()), Ok(vec!["JFK".to_owned()]));
    assert_eq!(partition.select(&range().map_vals().count()), Ok(vec![1]));
    assert_eq!(range().map_keys().leading_key(), None);
    let below = series().key("JFK").sorted_map_range_from(1).count();
    assert_eq!(below.leading_key(), Some(key_hash(&"JFK".to_owned())));
    partition.transform(range().map_vals().none()).expect("the write succeeds");
    assert_eq!(partition.select(&series().map_keys()), Ok(vec!["EWR".into(), "LGA".into()]));
}

#[test]
fn a_range_without_order_is_empty() {
    let mut partition = Partition::<Series>::new();
    put(&mut partition, 1, 1);
    put(&mut partition, 5, 5);
    assert_eq!(jfk(&partition, series().key("JFK").sorted_map_range(5, 1).count()), [0]);
    assert_eq!(jfk(&partition, series().key("JFK").sorted_map_range(5, 5).count()), [0]);
    let both = SortedRangeOptions::new().include_end();
    assert_eq!(jfk(&partition, series().key("JFK").sorted_map_range_with(5, 5, both).count()), [1]);
}
