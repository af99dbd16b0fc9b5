//! Paths: what their types say, and what they do where nothing is.

use crate::error::PathError;
use crate::key::key_hash;
use crate::path::{PStatePath, nav::Root};
use crate::schema::PMap;
use crate::store::{AnyPartition, Partition};

type Deep = PMap<i64, PMap<String, PMap<u8, i64>>>;

fn deep() -> PStatePath<(), Root<Deep>> {
    PStatePath::new()
}

#[test]
fn only_the_first_key_leads() {
    assert_eq!(deep().leading_key(), None);
    assert_eq!(deep().key(3).key("a").leading_key(), Some(key_hash(&3_i64)));
    assert_eq!(deep().must(3).count().leading_key(), Some(key_hash(&3_i64)));
    assert_eq!(deep().map_vals().key("a").leading_key(), None);
    assert_eq!(deep().map_keys().leading_key(), None);
    let by_name = PStatePath::<(), Root<PMap<String, i64>>>::new();
    assert_eq!(by_name.key("a").one().leading_key(), Some(key_hash(&"a".to_owned())));
}

#[test]
fn absent_structures_are_empty() {
    let partition = Partition::<Deep>::new();
    assert_eq!(partition.select(&deep().key(1).key("a").key(1)), Ok(vec![None]));
    assert_eq!(partition.select(&deep().key(1).key("a").must(1)), Ok(vec![]));
    assert_eq!(partition.select(&deep().key(1).map_keys()), Ok(vec![]));
    assert_eq!(partition.select_one(&deep().key(1).key("a").count()), Ok(0));
}

#[test]
fn writes_to_absent_places_make_nothing() {
    let mut partition = Partition::<Deep>::new();
    let path = deep().must(1).key("a").key(1).termval(1);
    partition.transform(path).expect("it is a no-op");
    let path = deep().key(1).key("a").must(1).termval(1);
    partition.transform(path).expect("it is a no-op");
    partition.transform(deep().key(1).key("a").key(1).none()).expect("it is a no-op");
    partition.transform(deep().key(1).map_vals().none()).expect("it is a no-op");
    assert!(!partition.has_writes());
}

#[test]
fn one_is_checked() {
    let mut partition = Partition::<PMap<i64, i64>>::new();
    let path = PStatePath::<(), Root<PMap<i64, i64>>>::new;
    let none = Err(PathError::NotOne { found: 0 });
    let many = Err(PathError::NotOne { found: 2 });
    assert_eq!(partition.transform(path().must(1).one().term(|v| v)), none);
    partition.transform(path().key(1).termval(1)).expect("the write succeeds");
    assert_eq!(partition.select_one(&path().map_vals().one()), Ok(1));
    partition.transform(path().key(2).termval(2)).expect("the write succeeds");
    assert_eq!(partition.select_one(&path().map_keys().one()), Err(PathError::NotOne { found: 2 }));
    assert_eq!(partition.transform(path().map_vals().one().term(|v| v)), many);
}

#[test]
fn a_value_can_stand_at_the_top() {
    let mut partition = Partition::<String>::new();
    let path = PStatePath::<(), Root<String>>::new;
    assert_eq!(partition.select_one(&path()), Ok(None));
    partition.transform(path().termval("a".to_owned())).expect("the write succeeds");
    partition.apply();
    assert_eq!(partition.committed().select_one(&path()), Ok(Some("a".to_owned())));
    assert_eq!(partition.row_count().expect("the rows are counted"), 1);
}

#[test]
fn a_write_path_can_be_run_by_reference() {
    let mut partition = Partition::<PMap<i64, i64>>::new();
    let path = PStatePath::<(), Root<PMap<i64, i64>>>::new;
    let add = path().key(1).nil_to_val(0).term(|curr| curr + 1);
    partition.transform(&add).expect("the write succeeds");
    partition.transform(&add).expect("the write succeeds");
    assert_eq!(partition.select_one(&path().key(1)), Ok(Some(2)));
}

#[test]
fn clear_removes_committed_and_written_rows() {
    let mut partition = Partition::<Deep>::new();
    for key in 0..300 {
        partition.transform(deep().key(key).key("a").key(1).termval(key)).expect("it is written");
    }
    partition.apply();
    partition.transform(deep().key(300).key("a").key(1).termval(1)).expect("it is written");
    partition.transform(deep().key(7).none()).expect("it is written");
    partition.transform(deep().clear()).expect("it is cleared");
    assert_eq!(partition.select_one(&deep().count()), Ok(0));
    assert_eq!(partition.select_committed(&deep().count()), Ok(vec![300]));
    partition.transform(deep().key(5).key("b").key(2).termval(9)).expect("it is written");
    partition.apply();
    assert_eq!(partition.select(&deep().map_keys()), Ok(vec![5]));
    assert_eq!(partition.select(&deep().key(5).key("a").map_keys()), Ok(vec![]));
    assert_eq!(partition.row_count(), Ok(3));

    let mut value = Partition::<String>::new();
    let path = PStatePath::<(), Root<String>>::new;
    value.transform(path().termval("a".to_owned())).expect("it is written");
    value.apply();
    value.transform(path().clear()).expect("it is cleared");
    value.transform(path().clear()).expect("it is cleared");
    value.apply();
    assert_eq!(value.select_one(&path()), Ok(None));
}
