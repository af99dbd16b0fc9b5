//! Rows are fetched ahead by the hashes of their keys; nothing else comes of it.

use std::sync::Arc;

use super::memory_backing::BrokenBacking;
use crate::path::{PStatePath, nav::Root};
use crate::schema::PMap;
use crate::store::{AnyPartition, Costs, Horizon, Partition};
use crate::{Key, key_hash};

type Nested = PMap<String, PMap<i64, i64>>;

fn nested() -> PStatePath<(), Root<Nested>> {
    PStatePath::new()
}

fn hashes<K: Key>(keys: impl IntoIterator<Item = K>) -> Vec<u64> {
    keys.into_iter().map(|key| key_hash(&key).rows()).collect()
}

#[test]
fn a_row_is_found_by_the_hash_of_its_key_wherever_it_lies() {
    let keys = |range: std::ops::Range<i64>| range.map(|key| format!("key {key}"));
    let mut partition = Partition::<Nested>::new();
    for key in keys(0..100) {
        partition.transform(nested().key(key).key(1).termval(1)).expect("a write");
    }
    partition.apply();
    for key in keys(100..200) {
        partition.transform(nested().key(key).key(1).termval(1)).expect("a write");
    }
    let (node, writes) = partition.top();
    let (mut resident, mut unwritten) = (0, 0);
    node.rows.prefetch_top(&hashes(keys(0..100)), |slot| resident += usize::from(slot.is_some()));
    assert_eq!(resident, 100);
    writes.rows.prefetch_top(&hashes(keys(100..200)), |_| unwritten += 1);
    assert_eq!(unwritten, 0);
}

#[test]
fn fetching_ahead_changes_nothing_costs_nothing_and_reads_no_disk() {
    let mut partition = Partition::<Nested>::over(Arc::new(Horizon::new(1, 1 << 20)));
    partition.attach(Arc::new(BrokenBacking), 7);
    let keys = || (0..1_000).map(|key| format!("key {key}"));
    let ((), costs) = Costs::of(|| partition.prefetch(&hashes(keys())));
    assert_eq!(costs, Costs::default());
    assert!(!partition.has_writes());
    let path = nested().key("key 1").key(1);
    assert!(partition.select(&path).is_err(), "it was not fetched from the checkpoint");
}
