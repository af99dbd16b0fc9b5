//! What a value in memory holds when a write to it fails half way: everything that it held.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::PathError;
use crate::path_of;

const TWO: Result<(), PathError> = Err(PathError::CollectOne { found: 2 });

#[test]
fn a_set_keeps_its_elements() {
    let mut set = BTreeSet::from([vec![1_i64], vec![2, 3], vec![4]]);
    let path = path_of::<BTreeSet<Vec<i64>>>().all().collect_one(|list| list.all()).after_elem();
    assert_eq!(path.termval(9).transform_in(&mut set), TWO);
    assert_eq!(set, BTreeSet::from([vec![1], vec![2, 3], vec![4]]));
}

#[test]
fn an_element_of_a_set_goes_back() {
    let mut set = BTreeSet::from([vec![1_u8, 2], vec![3]]);
    let path = path_of::<BTreeSet<Vec<u8>>>().set_elem(vec![1, 2]);
    let path = path.collect_one(|list| list.all()).after_elem();
    assert_eq!(path.termval(9).transform_in(&mut set), TWO);
    assert_eq!(set, BTreeSet::from([vec![1, 2], vec![3]]));
}

#[test]
fn an_entry_of_a_map_goes_back() {
    let mut map = BTreeMap::from([("ab".to_owned(), 1_i64), ("c".to_owned(), 2)]);
    let path = path_of::<BTreeMap<String, i64>>().map_key("ab");
    let path = path.collect_one(|name| name.all()).after_elem();
    assert_eq!(path.termval('z').transform_in(&mut map), TWO);
    assert_eq!(map, BTreeMap::from([("ab".to_owned(), 1), ("c".to_owned(), 2)]));
}
