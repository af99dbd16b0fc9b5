//! What a value in memory holds when a write to it fails half way: everything that it held.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

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

/// The lists of one element get a 9, empty ones go, and others are an error.
macro_rules! one_more {
    ($lists:expr) => {
        $lists.multi_transform(|list| {
            (
                list.filter_pred(|list: &Vec<i64>| list.is_empty()).none(),
                list.filter_selected(|list| list.first())
                    .collect_one(|list| list.all())
                    .after_elem()
                    .termval(9),
            )
        })
    };
}

#[test]
fn a_list_of_which_some_are_gone_keeps_those_that_were_not_visited() {
    let lists = || vec![vec![1], vec![], vec![2], vec![3, 4], vec![], vec![5]];
    let left = || vec![vec![1, 9], vec![2, 9], vec![3, 4], vec![], vec![5]];
    let mut list = lists();
    assert_eq!(one_more!(path_of::<Vec<Vec<i64>>>().all()).transform_in(&mut list), TWO);
    assert_eq!(list, left());
    let mut deque = VecDeque::from(lists());
    assert_eq!(one_more!(path_of::<VecDeque<Vec<i64>>>().all()).transform_in(&mut deque), TWO);
    assert_eq!(deque, left());
    let mut list = lists();
    let some = path_of::<Vec<Vec<i64>>>().filtered_list(|list| list.stay()).all();
    assert_eq!(one_more!(some).transform_in(&mut list), TWO);
    assert_eq!(list, left());
}

#[test]
fn a_map_keeps_what_was_not_visited() {
    let map = || BTreeMap::from([(1_i64, vec![1_i64]), (2, vec![3, 4]), (3, vec![])]);
    let mut sorted = map();
    let path = path_of::<BTreeMap<i64, Vec<i64>>>;
    assert_eq!(one_more!(path().map_vals()).transform_in(&mut sorted), TWO);
    assert_eq!(sorted, BTreeMap::from([(1, vec![1, 9]), (2, vec![3, 4]), (3, vec![])]));
    // In whatever order: the one that fails is there.
    let mut hashed: HashMap<i64, Vec<i64>> = map().into_iter().collect();
    let all = path_of::<HashMap<i64, Vec<i64>>>().map_vals();
    assert_eq!(one_more!(all).transform_in(&mut hashed), TWO);
    assert_eq!(hashed.get(&2), Some(&vec![3, 4]));
    assert!(hashed.contains_key(&1));
}
