//! A nested structure that is removed and made again within one write.

use crate::path::{PStatePath, nav::Root};
use crate::schema::PMap;
use crate::store::{AnyPartition, Partition};

type Nested = PMap<i64, PMap<i64, i64>>;

fn path() -> PStatePath<(), Root<Nested>> {
    PStatePath::new()
}

/// A map of two entries under 5, committed or only written.
fn with_two(committed: bool) -> Partition<Nested> {
    let mut partition = Partition::new();
    for key in [1, 2] {
        partition.transform(path().key(5).key(key).termval(key)).expect("a write");
    }
    if committed {
        partition.apply();
    }
    partition
}

/// Commits; the rows that are left, here and where the delta was replayed.
fn rows(mut partition: Partition<Nested>, committed: bool) -> (usize, usize) {
    let mut delta = Vec::new();
    partition.encode_delta(&mut delta).expect("a delta");
    partition.apply();
    let mut replayed = with_two(committed);
    if !committed {
        replayed.discard();
    }
    replayed.apply_delta(&delta).expect("the delta fits");
    assert_eq!(
        replayed.select(&path().map_vals().all()),
        partition.select(&path().map_vals().all())
    );
    let count = |partition: &Partition<Nested>| partition.row_count().expect("a count");
    (count(&partition), count(&replayed))
}

#[test]
fn a_structure_that_is_removed_and_made_again_is_a_new_one() {
    for committed in [false, true] {
        let mut partition = with_two(committed);
        let write = path().key(5).multi_transform(|map| (map.none(), map.key(9).termval(9)));
        partition.transform(write).expect("a write");
        assert_eq!(partition.select(&path().key(5).all()), Ok(vec![(9, 9)]));
        assert_eq!(partition.select_one(&path().key(5).count()), Ok(1));
        assert_eq!(rows(partition, committed), (2, 2));
    }
}

#[test]
fn a_structure_that_is_removed_made_again_and_removed_leaves_nothing() {
    for committed in [false, true] {
        let mut partition = with_two(committed);
        let write =
            path().key(5).multi_transform(|map| (map.none(), map.key(9).termval(9), map.none()));
        partition.transform(write).expect("a write");
        assert_eq!(partition.select(&path().map_keys()), Ok(vec![]));
        assert_eq!(rows(partition, committed), (0, 0));
    }
}

#[test]
fn a_structure_that_is_made_and_removed_leaves_nothing() {
    let mut partition = Partition::<Nested>::new();
    let write = path().key(5).multi_transform(|map| (map.key(9).termval(9), map.none()));
    partition.transform(write).expect("a write");
    assert_eq!(partition.select(&path().map_keys()), Ok(vec![]));
    partition.apply();
    assert_eq!(partition.row_count().expect("a count"), 0);
}
