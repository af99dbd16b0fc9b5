//! Ranges of stored structures that are selected, replaced and removed as one value.

use std::collections::{BTreeMap, BTreeSet};

use crate::path::{PStatePath, nav::Root};
use crate::schema::{PMap, PSet, PVec};
use crate::store::{AnyPartition, Partition};

type Scores = PMap<i64, PMap<i64, i64>>;

fn scores() -> PStatePath<(), Root<Scores>> {
    PStatePath::new()
}

fn filled(keys: impl IntoIterator<Item = i64>, committed: bool) -> Partition<Scores> {
    let mut partition = Partition::new();
    for key in keys {
        partition.transform(scores().key(7).key(key).termval(key * 10)).expect("a write");
    }
    if committed {
        partition.apply();
    }
    partition
}

/// What is there before a commit and after it is `expected`.
fn holds(mut partition: Partition<Scores>, expected: &BTreeMap<i64, i64>) {
    for _ in 0..2 {
        let all = partition.select(&scores().key(7).all()).expect("it is read");
        assert_eq!(all, expected.clone().into_iter().collect::<Vec<_>>());
        assert_eq!(partition.select_one(&scores().key(7).count()), Ok(expected.len()));
        partition.apply();
    }
    let rows = expected.len() + 1;
    assert_eq!(partition.row_count().expect("the rows are counted"), rows);
}

#[test]
fn a_range_of_a_map_is_one_value() {
    for committed in [false, true] {
        let model: BTreeMap<i64, i64> = (0..8).map(|key| (key, key * 10)).collect();
        for (from, to) in [(2, 5), (0, 9), (5, 5), (6, 2), (8, 9)] {
            let range = || scores().key(7).sorted_map_range(from, to);
            let is_in = |key: &i64| from <= *key && *key < to;
            let part: BTreeMap<i64, i64> =
                model.iter().filter(|(key, _)| is_in(key)).map(|(k, v)| (*k, *v)).collect();
            let mut rest = model.clone();
            rest.retain(|key, _| !is_in(key));

            let mut partition = filled(0..8, committed);
            assert_eq!(partition.select_one(&range()), Ok(part.clone()));

            // One key stays, one is new within the range, one is beside it.
            let new = BTreeMap::from([(3, 1), (4, 2), (7, 3), (20, 4)]);
            partition.transform(range().termval(new.clone())).expect("it is replaced");
            let mut expected = rest.clone();
            expected.extend(new);
            holds(partition, &expected);

            let mut partition = filled(0..8, committed);
            let odd = |mut part: BTreeMap<i64, i64>| {
                part.retain(|key, _| key % 2 == 1);
                part.into_iter().map(|(key, value)| (key + 1, value)).collect()
            };
            partition.transform(range().term(odd)).expect("it is replaced");
            let mut expected = rest.clone();
            expected.extend(odd(part.clone()));
            holds(partition, &expected);

            let mut partition = filled(0..8, committed);
            let update = |part: &mut BTreeMap<i64, i64>| {
                part.pop_first();
            };
            partition.transform(range().update(update)).expect("it is replaced");
            let mut expected = rest.clone();
            expected.extend(part.into_iter().skip(1));
            holds(partition, &expected);

            let mut partition = filled(0..8, committed);
            partition.transform(range().none()).expect("it is removed");
            holds(partition, &rest);
        }
    }
}

#[test]
fn some_keys_of_a_map_are_one_value() {
    let mut partition = filled(0..4, true);
    let some = || scores().key(7).sub_map([3, 9, 1]);
    assert_eq!(partition.select_one(&some()), Ok(BTreeMap::from([(1, 10), (3, 30)])));
    partition.transform(some().termval(BTreeMap::from([(1, 1), (2, 2)]))).expect("a write");
    holds(partition, &BTreeMap::from([(0, 0), (1, 1), (2, 2)]));
    let mut partition = filled(0..4, true);
    partition.transform(some().none()).expect("a write");
    holds(partition, &BTreeMap::from([(0, 0), (2, 20)]));
}

#[test]
fn a_range_of_nothing_is_empty_and_is_made_when_something_is_put() {
    let mut partition = Partition::<Scores>::new();
    let range = || scores().key(7).sorted_map_range(0, 9);
    assert_eq!(partition.select_one(&range()), Ok(BTreeMap::new()));
    partition.transform(range().none()).expect("a write");
    partition.transform(range().termval(BTreeMap::new())).expect("a write");
    assert!(!partition.has_writes());
    partition.transform(range().termval(BTreeMap::from([(1, 10)]))).expect("a write");
    holds(partition, &BTreeMap::from([(1, 10)]));
}

#[test]
fn a_range_of_structures_is_removed_with_all_beneath() {
    for committed in [false, true] {
        let mut partition = Partition::<Scores>::new();
        for key in 0..5 {
            for inner in 0..3 {
                partition.transform(scores().key(key).key(inner).termval(1)).expect("a write");
            }
        }
        if committed {
            partition.apply();
        }
        partition.transform(scores().sorted_map_range(1, 4).none()).expect("a write");
        partition.apply();
        assert_eq!(partition.select(&scores().map_keys()), Ok(vec![0, 4]));
        assert_eq!(partition.row_count().expect("the rows are counted"), 8);
    }
}

#[test]
fn a_range_of_a_set_is_one_value() {
    type Seen = PMap<i64, PSet<i64>>;
    let path = || PStatePath::<(), Root<Seen>>::new().key(1);
    for committed in [false, true] {
        let filled = || {
            let mut partition = Partition::<Seen>::new();
            for id in 0..8 {
                partition.transform(path().none_elem().termval(id)).expect("a write");
            }
            if committed {
                partition.apply();
            }
            partition
        };
        let holds = |mut partition: Partition<Seen>, expected: &[i64]| {
            for _ in 0..2 {
                assert_eq!(partition.select(&path().all()), Ok(expected.to_vec()));
                assert_eq!(partition.select_one(&path().count()), Ok(expected.len()));
                partition.apply();
            }
        };
        let range = || path().sorted_set_range(2, 6);
        assert_eq!(filled().select_one(&range()), Ok(BTreeSet::from([2, 3, 4, 5])));
        let mut partition = filled();
        partition.transform(range().termval(BTreeSet::from([3, 7, 9]))).expect("a write");
        holds(partition, &[0, 1, 3, 6, 7, 9]);
        let mut partition = filled();
        partition.transform(range().none()).expect("a write");
        holds(partition, &[0, 1, 6, 7]);
        let mut partition = filled();
        let some = || path().subset([9, 4, 1]);
        assert_eq!(partition.select_one(&some()), Ok(BTreeSet::from([1, 4])));
        partition.transform(some().none()).expect("a write");
        holds(partition, &[0, 2, 3, 5, 6, 7]);
    }
}

#[test]
fn a_sublist_is_one_value_of_any_length() {
    type Posts = PMap<i64, PVec<i64>>;
    let path = || PStatePath::<(), Root<Posts>>::new().key(1);
    for (start, end) in [(0, 0), (1, 3), (2, 9), (5, 9), (7, 8), (3, 1)] {
        for (len, committed) in [(0, true), (1, false), (2, true), (7, false)] {
            let mut partition = Partition::<Posts>::new();
            let mut model: Vec<i64> = (0..5).collect();
            for post in &model {
                partition.transform(path().after_elem().termval(*post)).expect("a write");
            }
            if committed {
                partition.apply();
            }
            let last = end.min(model.len());
            let within = start.min(last)..last;
            let sublist = || path().sublist(start, end);
            let part = model[within.clone()].to_vec();
            assert_eq!(partition.select_one(&sublist()), Ok(part));
            let new: Vec<i64> = (100..100 + len).collect();
            if len == 0 {
                partition.transform(sublist().none()).expect("a write");
            } else {
                partition.transform(sublist().termval(new.clone())).expect("a write");
            }
            model.splice(within, new);
            for _ in 0..2 {
                assert_eq!(partition.select(&path().all()), Ok(model.clone()));
                assert_eq!(partition.select_one(&path().count()), Ok(model.len()));
                partition.apply();
            }
        }
    }
}

#[test]
fn a_sublist_of_structures_is_removed_with_all_beneath() {
    type Lists = PVec<PSet<i64>>;
    let path = PStatePath::<(), Root<Lists>>::new;
    let mut partition = Partition::<Lists>::new();
    for list in 0..5 {
        partition.transform(path().after_elem().none_elem().termval(list)).expect("a write");
    }
    partition.apply();
    partition.transform(path().sublist(1, 4).none()).expect("a write");
    partition.apply();
    assert_eq!(partition.select(&path().all().all()), Ok(vec![0, 4]));
    // The list itself, two elements, and what they have.
    assert_eq!(partition.row_count().expect("the rows are counted"), 5);
}
