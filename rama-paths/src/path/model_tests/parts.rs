//! Parts of values that are written as one.

use std::collections::BTreeMap;

use crate::path::{PStatePath, nav::Root};

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
