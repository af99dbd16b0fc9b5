//! Parts of values that are written as one.

use std::collections::{BTreeMap, VecDeque};

use crate::path::{PStatePath, nav::Root};
use crate::path_of;
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

/// The even ones of `0..8` in turn with odd ones, of which some are removed through the list of
/// them: the others move up over their places.
#[test]
fn elements_of_a_filtered_list_are_removed_as_from_a_list() {
    let list = || vec![1, 0, 2, 4, 3, 6, 5, 8];
    let even = || path_of::<Vec<i64>>().filtered_list(|n| n.filter_pred(|n| n % 2 == 0));
    let expected = vec![1, 0, 4, 8, 3, 5];
    let some = even().all().filter_pred(|n| [2, 6].contains(n)).none();
    assert_eq!(some.transform(list()), Ok(expected.clone()));
    let deque = path_of::<VecDeque<i64>>().filtered_list(|n| n.filter_pred(|n| n % 2 == 0));
    let deque = deque.all().filter_pred(|n| [2, 6].contains(n)).none();
    assert_eq!(deque.transform(list().into()), Ok(expected.into()));
    assert_eq!(even().nth(1).none().transform(list()), Ok(vec![1, 0, 4, 6, 3, 8, 5]));
    assert_eq!(even().last().none().transform(list()), Ok(vec![1, 0, 2, 4, 3, 6, 5]));
    assert_eq!(even().nth(1).term(|n| n + 1).transform(list()).map(|list| list[2]), Ok(3));
    assert_eq!(even().nth(5).select_from(&list()), Ok(vec![]));

    let text = || "aXbYcZ".to_owned();
    let upper =
        || path_of::<String>().filtered_list(|c| c.filter_pred(|c: &char| c.is_uppercase()));
    assert_eq!(upper().first().none().transform(text()).as_deref(), Ok("aYbZc"));
    let first = upper().all().filter_equal('X').none();
    assert_eq!(first.transform(text()).as_deref(), Ok("aYbZc"));
}

#[test]
fn elements_of_a_sublist_are_those_of_the_list() {
    let part = |start, end| path_of::<Vec<i64>>().sublist(start, end);
    let list = || vec![0, 1, 2, 3, 4];
    assert_eq!(part(1, 4).first().select_from(&list()), Ok(vec![1]));
    assert_eq!(part(1, 4).last().select_from(&list()), Ok(vec![3]));
    assert_eq!(part(3, 9).nth(1).select_from(&list()), Ok(vec![4]));
    assert_eq!(part(1, 4).nth(3).select_from(&list()), Ok(vec![]));
    assert_eq!(part(2, 2).last().select_from(&list()), Ok(vec![]));
    assert_eq!(part(1, 4).last().none().transform(list()), Ok(vec![0, 1, 2, 4]));
    assert_eq!(part(1, 4).all().filter_equal(2).none().transform(list()), Ok(vec![0, 1, 3, 4]));
}
