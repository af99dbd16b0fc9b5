//! Keys renamed and removed, at the top and beneath it.

use crate::path::{PStatePath, nav::Root};
use crate::schema::PMap;
use crate::store::{AnyPartition, Partition};

type Deep = PMap<i64, PMap<i64, i64>>;

fn deep() -> PStatePath<(), Root<Deep>> {
    PStatePath::new()
}

fn filled() -> Partition<Deep> {
    let mut partition = Partition::new();
    for (outer, inner) in [(1, 1), (1, 2), (2, 3)] {
        partition.transform(deep().key(outer).key(inner).termval(inner)).expect("it is written");
    }
    partition.apply();
    partition
}

#[test]
fn a_key_of_the_top_is_removed_with_what_is_beneath() {
    let mut partition = filled();
    partition.transform(deep().map_key(1).none()).expect("it is removed");
    partition.apply();
    assert_eq!(partition.select(&deep().map_keys()), Ok(vec![2]));
    assert_eq!(partition.select_one(&deep().count()), Ok(1));
    assert_eq!(partition.row_count().expect("the rows are counted"), 2);
}

#[test]
fn a_key_beneath_the_top_is_removed_and_no_longer_counted() {
    let mut partition = filled();
    partition.transform(deep().key(1).map_key(2).none()).expect("it is removed");
    partition.apply();
    assert_eq!(partition.select(&deep().key(1).map_keys()), Ok(vec![1]));
    assert_eq!(partition.select_one(&deep().key(1).count()), Ok(1));
}

#[test]
fn a_key_renamed_onto_another_takes_its_place_and_leaves_no_rows() {
    let mut partition = filled();
    partition.transform(deep().map_key(1).termval(2)).expect("it is renamed");
    partition.apply();
    assert_eq!(partition.select(&deep().key(2).map_keys()), Ok(vec![1, 2]));
    assert_eq!(partition.select_one(&deep().key(2).count()), Ok(2));
    assert_eq!(partition.row_count().expect("the rows are counted"), 3);
}
