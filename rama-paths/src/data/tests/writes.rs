//! What `transformed` makes of values: as the typed writes do.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{DataPath, Datum};
use super::functions;
use crate::path::{PStatePath, Value, WritePath, nav::Root};

fn assert_same<V, W>(value: &V, typed: W, data: DataPath, text: &str)
where
    V: Value,
    W: WritePath<Schema = V> + Clone,
{
    let typed = PStatePath::<(), Root<V>>::new().transformed(|_| typed.clone());
    let expected = typed.select_from(value).expect("the typed write succeeds");
    let expected: Vec<Datum> = expected.iter().map(|v| Datum::of(v).expect("data")).collect();
    let path = DataPath::new().transformed(|_| data);
    let datum = Datum::of(value).expect("data");
    assert_eq!(path.select_from(&datum, &functions()), Ok(expected), "{text}");
}

/// Writes that are written alike in both forms, or in one and then in the other.
macro_rules! same {
    ($value:expr, $v:ty;) => {};
    ($value:expr, $v:ty; [$($typed:tt)*] = [$($data:tt)*]; $($rest:tt)*) => {
        assert_same(
            $value,
            PStatePath::<(), Root<$v, crate::path::Present>>::at_root(Root::new(), 0) $($typed)*,
            DataPath::new() $($data)*,
            stringify!($($data)*),
        );
        same!($value, $v; $($rest)*);
    };
    ($value:expr, $v:ty; [$($both:tt)*]; $($rest:tt)*) => {
        same!($value, $v; [$($both)*] = [$($both)*]; $($rest)*);
    };
}

fn path() -> DataPath {
    DataPath::new()
}

#[test]
fn of_lists() {
    for list in [vec![], vec![4], vec![1, 2, 4, 3, 6, 8, 5]] {
        same!(&list, Vec<i64>;
            [.termval(vec![1])];
            [.all().term(|n| n * 2)] = [.all().term("double")];
            [.all().filter_greater_than(3).none()];
            [.first().termval(9)];
            [.last().none()];
            [.nth(2).term(|n| n * 2)] = [.nth(2).term("double")];
            [.nth(1).none()];
            [.index(1).termval(0)];
            [.index(0).termval(99)];
            [.index(0).none()];
            [.before_elem().termval(7)];
            [.after_elem().termval(7)];
            [.before_index(2).termval(7)];
            [.beginning().termval(vec![7, 8])];
            [.end().termval(vec![7, 8])];
            [.sublist(1, 3).termval(vec![9])];
            [.sublist(1, 3).none()];
            [.sublist(1, 5).all().term(|n| n * 2)] = [.sublist(1, 5).all().term("double")];
            [.sublist_dynamic(|list| list.len() / 2, |list, _| list.len()).none()]
                = [.sublist_dynamic("half", "behind").none()];
            [.continuous_subseqs(|n| n % 2 == 0).none()] = [.continuous_subseqs("is_even").none()];
            [.continuous_subseqs(|n| n % 2 == 0).termval(vec![0, 0, 0])]
                = [.continuous_subseqs("is_even").termval(vec![0, 0, 0])];
            [.filtered_list(|n| n.filter_greater_than(2)).term(|mut list| { list.sort(); list })]
                = [.filtered_list(|n| n.filter_greater_than(2)).term("sorted")];
            [.filtered_list(|n| n.filter_greater_than(2)).termval(vec![0])];
            [.filtered_list(|n| n.filter_greater_than(2)).termval(vec![0; 9])];
            [.filtered_list(|n| n.filter_greater_than(2)).none()];
            [.subselect(|p| p.all().filter_greater_than(2)).term(|mut list| { list.sort(); list })]
                = [.subselect(|p| p.all().filter_greater_than(2)).term("sorted")];
            [.subselect(|p| p.all().filter_greater_than(2)).none()];
            [.indexed_vals().filter_equal((1, 2)).termval((3, 20))];
            [.indexed_vals().filter_not_equal((1, 2)).none()];
            [.indexed_vals().term(|(at, n)| (6 - at, n))] = [.indexed_vals().term("turned")];
            [.all().if_path(|n| n.filter_greater_than(3), |n| n.stay()).termval(0)];
            [.all().if_path_else(|n| n.filter_greater_than(3), |n| n.stay(), |n| n.stop()).termval(0)];
            [.all().cond_path(|n| ((n.filter_equal(1), n.stay()), (n.filter_equal(2), n.stop()))).termval(0)]
                = [.all().cond_path([(path().filter_equal(1), path()), (path().filter_equal(2), path().stop())]).termval(0)];
            [.multi_path(|p| (p.first(), p.all())).term(|n| n * 2)]
                = [.multi_path([path().first(), path().all()]).term("double")];
            [.all().continue_then_stay(|n| n.filter_greater_than(3)).term(|n| n * 2)]
                = [.all().continue_then_stay(|n| n.filter_greater_than(3)).term("double")];
            [.all().stay_then_continue(|n| n.filter_less_than(3)).term(|n| n * 2)]
                = [.all().stay_then_continue(|n| n.filter_less_than(3)).term("double")];
            [.filter_selected(|p| p.nth(2)).first().termval(0)];
            [.filter_not_selected(|p| p.nth(2)).first().termval(0)];
            [.put_collected(1).all().term(|(one, n)| one + n)]
                = [.put_collected(1).all().term("sum")];
            [.put_collected(1).all().is_collected(|(first,)| *first == 1).none()]
                = [.put_collected(1).all().is_collected("first_is_one").none()];
            [.put_collected(1).dispense().all().term(|n| n * 2)]
                = [.put_collected(1).dispense().all().term("double")];
            [.all().multi_transform(|n| (n.filter_pred(|n| n % 2 == 0).termval(1), n.term(|n| n * 2)))]
                = [.all().multi_transform([path().filter_pred("is_even").termval(1), path().term("double")])];
            [.all().stop().none()];
        );
    }
}

#[test]
fn of_maps() {
    type Map = BTreeMap<i64, Vec<i64>>;
    for map in [Map::new(), Map::from([(1, vec![1, 2]), (3, vec![]), (5, vec![5]), (7, vec![])])] {
        same!(&map, Map;
            [.key(1).termval(vec![9])];
            [.key(2).termval(vec![9])];
            [.key(1).none()];
            [.key(2).none()];
            [.must(2).termval(vec![9])];
            [.must(3).termval(vec![9])];
            [.key(2).after_elem().termval(3)];
            [.key(2).end().termval(vec![3])];
            [.key(2).sublist(0, 1).none()];
            [.key(2).nil_to_val(vec![8]).all().term(|n| n * 2)] = [.key(2).nil_to_val(vec![8]).all().term("double")];
            [.key(2).nil_to_val(vec![8]).all().filter_equal(1).term(|n| n * 2)]
                = [.key(2).nil_to_val(vec![8]).all().filter_equal(1).term("double")];
            [.map_vals().all().term(|n| n * 2)] = [.map_vals().all().term("double")];
            [.map_vals().filter_selected(|list| list.first()).none()];
            [.map_keys().term(|n| n * 2)] = [.map_keys().term("double")];
            [.map_keys().filter_equal(1).termval(5)];
            [.map_keys().filter_equal(5).termval(1)];
            [.map_keys().filter_greater_than(2).termval(3)];
            [.map_keys().filter_pred(|n| n % 2 == 0).none()] = [.map_keys().filter_pred("is_even").none()];
            [.map_keys().filter_less_than(4).none()];
            [.all().termval((3, vec![1]))];
            [.all().filter_equal((1, vec![1, 2])).termval((6, vec![3]))];
            [.all().filter_equal((1, vec![1, 2])).termval((1, vec![3]))];
            [.all().filter_not_equal((1, vec![1, 2])).none()];
            [.map_key(1).termval(4)];
            [.map_key(1).termval(5)];
            [.map_key(1).none()];
            [.map_key(2).termval(5)];
            [.sub_map(vec![1, 2, 5]).none()];
            [.sub_map(vec![1, 2]).termval(Map::from([(2, vec![2])]))]
                = [.sub_map(vec![1, 2]).termval(Datum::of(&Map::from([(2, vec![2])])).expect("data"))];
            [.sorted_map_range(1, 5).none()];
            [.sorted_map_range(1, 5).map_vals().after_elem().termval(0)];
            [.sorted_map_range_to_end(2).termval(Map::from([(0, vec![2])]))]
                = [.sorted_map_range_to_end(2).termval(Datum::of(&Map::from([(0, vec![2])])).expect("data"))];
            [.collect_one(|map| map.count()).map_vals().term(|(n, _)| vec![n as i64])]
                = [.collect_one(|map| map.count()).map_vals().term("counted")];
        );
    }
}

#[test]
fn of_sets_texts_options_and_tuples() {
    let set = BTreeSet::from([1, 3, 5]);
    same!(&set, BTreeSet<i64>;
        [.set_elem(3).termval(4)];
        [.set_elem(3).termval(5)];
        [.set_elem(3).none()];
        [.set_elem(4).none()];
        [.none_elem().termval(2)];
        [.none_elem().termval(3)];
        [.subset(vec![1, 4]).none()];
        [.subset(vec![1, 4]).termval(BTreeSet::from([9]))] = [.subset(vec![1, 4]).termval(vec![9])];
        [.sorted_set_range(1, 4).none()];
        [.all().term(|n| n * 2)] = [.all().term("double")];
    );
    let text = "héllo".to_owned();
    same!(&text, String;
        [.first().termval('H')];
        [.last().none()];
        [.sublist(1, 3).termval("a".to_owned())];
        [.all().filter_equal('l').termval('L')];
        [.end().termval("!".to_owned())];
    );
    let pair = (1, Some(2));
    same!(&pair, (i64, Option<i64>);
        [.field(|f| f.0).term(|n| n * 2)] = [.field("0").term("double")];
        [.field(|f| f.1).some().term(|n| n * 2)] = [.field("1").some().term("double")];
        [.field(|f| f.1).some().none()] = [.field("1").some().none()];
        [.field(|f| f.1).termval(None)] = [.field("1").termval(())];
    );
    same!(&(1, None), (i64, Option<i64>);
        [.field(|f| f.1).some().termval(5)] = [.field("1").some().termval(5)];
    );
}
