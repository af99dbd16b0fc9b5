//! Parts of values that are written as one.

use std::collections::BTreeMap;

use crate::path::{PStatePath, nav::Root};
use crate::schema::PMap;
use crate::store::{AnyPartition, Partition};

type Scores = BTreeMap<i64, i64>;

#[test]
fn what_takes_the_place_of_a_range_replaces_entries_beside_it() {
    let path = || PStatePath::<(), Root<Scores>>::new();
    let scores = || Scores::from([(1, 10), (2, 20), (5, 50)]);
    let part = || Scores::from([(3, 30), (5, 55)]);
    let expected = Scores::from([(3, 30), (5, 55)]);
    let range = path().sorted_map_range(1, 3).termval(part());
    assert_eq!(range.transform(scores()), Ok(expected.clone()));
    let keys = path().sub_map([1, 2]).termval(part());
    assert_eq!(keys.transform(scores()), Ok(expected));
}

#[test]
fn a_part_of_nothing_that_is_removed_leaves_nothing() {
    type Lists = PMap<i64, Vec<i64>>;
    let path = || PStatePath::<(), Root<Lists>>::new().key(1);
    let mut lists = Partition::<Lists>::new();
    for range in [path().sublist(0, 2), path().beginning(), path().end()] {
        lists.transform(range.none()).expect("it is a no-op");
    }
    let filtered = path().filtered_list(|item| item.filter_equal(1));
    lists.transform(filtered.none()).expect("it is a no-op");
    assert!(!lists.has_writes());
    // An empty part is put into a list that is made for it.
    lists.transform(path().end().termval(Vec::new())).expect("it is written");
    assert_eq!(lists.select_one(&path()), Ok(Some(Vec::new())));
}
