//! Stored structures of several schemas: each navigator in both forms.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{DataPath, FunctionCall};
use super::same;
use crate::path::{
    PStatePath, SortedRangeFromOptions, SortedRangeOptions, SortedRangeToOptions, nav::Root,
};
use crate::schema::{PMap, PSet, PVec, Schema};
use crate::store::Partition;

fn top<S: Schema>() -> PStatePath<(), Root<S>> {
    PStatePath::new()
}

type Funds = PMap<i64, i64>;

fn funds() -> Partition<Funds> {
    let mut funds = Partition::new();
    for account in -3..10 {
        funds.transform(top::<Funds>().key(account).termval(account * 10)).expect("a write");
    }
    funds
}

#[test]
fn a_map_of_values() {
    same!(&mut funds(), top::<Funds>();
        [.key(1)];
        [.key(77)];
        [.must(1)];
        [.must(77)];
        [.map_key(2)];
        [.map_key(77)];
        [.all()];
        [.map_vals()];
        [.map_keys()];
        [.count()];
        [.stay().key(1)];
        [.key(1).stop()];
        [.key(1).one()];
        [.must(1).one().filter_equal(10)];
        [.sub_map(vec![5, 1, 77]).all()];
        [.sub_map(vec![5, 1, 77]).count()];
        [.sorted_map_range(2, 5).all()];
        [.sorted_map_range(5, 2).all()];
        [.sorted_map_range(2, 5)];
        [.sorted_map_range(5, 2)];
        [.sub_map(vec![5, 1, 77])];
        [.sorted_map_range(2, 5).map_keys()];
        [.sorted_map_range(2, 5).map_vals()];
        [.sorted_map_range(2, 5).count()];
        [.sorted_map_range_with(2, 5, SortedRangeOptions::new().exclude_start().include_end()).map_keys()];
        [.sorted_map_range_from(6).map_keys()];
        [.sorted_map_range_from_with(2, SortedRangeFromOptions::new().exclude_start().max_amt(3)).map_keys()];
        [.sorted_map_range_to(-1).map_keys()];
        [.sorted_map_range_to_with(5, SortedRangeToOptions::new().include_end().max_amt(2)).map_keys()];
        [.sorted_map_range_from_start(3).map_vals()];
        [.sorted_map_range_to_end(3).map_vals()];
        [.sorted_map_range_to_end(0).map_vals()];
        [.map_vals().filter_equal(30)];
        [.map_vals().filter_not_equal(30)];
        [.map_vals().filter_less_than(30)];
        [.map_vals().filter_less_than_or_equal(30)];
        [.map_vals().filter_greater_than(30)];
        [.map_vals().filter_greater_than_or_equal(30)];
        [.key(77).filter_not_equal(30)];
        [.map_vals().filter_pred(|n| n % 2 == 0)] = [.map_vals().filter_pred("is_even")];
        [.map_keys().filter_pred(|n| *n < 3)] = [.map_keys().filter_pred(FunctionCall::new("is_below").arg(3))];
        [.key(1).view(|n| n * 2)] = [.key(1).view("double")];
        [.key(77).view(|n| n * 2)] = [.key(77).view("double")];
        [.key(77).nil_to_val(5)];
        [.key(1).nil_to_val(5)];
        [.key(1).transformed(|n| n.term(|n| n * 2))] = [.key(1).transformed(|n| n.term("double"))];
        [.key(77).transformed(|n| n.termval(2))];
        [.filter_selected(|p| p.must(1)).count()];
        [.filter_selected(|p| p.must(77)).count()];
        [.filter_not_selected(|p| p.must(77)).count()];
        [.if_path(|p| p.must(1), |p| p.key(2))];
        [.if_path(|p| p.must(77), |p| p.key(2))];
        [.if_path_else(|p| p.must(77), |p| p.key(2), |p| p.key(3))];
        [.cond_path(|p| ((p.must(77), p.key(1)), (p.must(2), p.key(3))))]
            = [.cond_path([
                (DataPath::new().must(77), DataPath::new().key(1)),
                (DataPath::new().must(2), DataPath::new().key(3)),
            ])];
        [.multi_path(|p| (p.key(1), p.key(77), p.key(2)))]
            = [.multi_path([DataPath::new().key(1), DataPath::new().key(77), DataPath::new().key(2)])];
        [.key(1).nil_to_val(0).continue_then_stay(|n| n.filter_greater_than(5))];
        [.key(1).nil_to_val(0).stay_then_continue(|n| n.filter_greater_than(5))];
        [.subselect(|p| p.map_vals().filter_greater_than(20))];
        [.subselect(|p| p.map_vals()).last()];
        [.collect(|p| p.map_keys()).key(1)];
        [.collect_one(|p| p.key(2)).key(1)];
        [.put_collected(1).put_collected("x").map_vals()];
        [.put_collected(1).map_vals().is_collected(|(first,)| *first == 1)]
            = [.put_collected(1).map_vals().is_collected("first_is_one")];
        [.put_collected(2).map_vals().is_collected(|(first,)| *first == 1)]
            = [.put_collected(2).map_vals().is_collected("first_is_one")];
        [.put_collected(1).dispense().key(1)];
        [.map_vals().filter_selected(|n| n.filter_greater_than(50))];
    );
}

type Tags = PMap<i64, PMap<String, PSet<(i64, String)>>>;

#[test]
fn maps_of_maps_of_sets() {
    let mut tags = Partition::<Tags>::new();
    for (user, tag, item) in
        [(1, "red", 5), (1, "red", 3), (1, "blue", 9), (2, "red", 1), (2, "red", -1)]
    {
        let item = (item, format!("item {item}"));
        let path = top::<Tags>().key(user).key(tag).none_elem().termval(item);
        tags.transform(path).expect("a write");
    }
    let item = || (3, "item 3".to_owned());
    same!(&mut tags, top::<Tags>();
        [.map_vals().map_vals().all()];
        [.map_vals().map_keys()];
        [.key(1).count()];
        [.key(9).count()];
        [.key(1).key("red").count()];
        [.key(9).key("red").count()];
        [.key(1).key("red").all()];
        [.key(9).key("red").all()];
        [.key(1).must("red").all()];
        [.key(9).must("red").all()];
        [.must(2).map_keys()];
        [.key(1).map_key("blue")];
        [.key(1).key("red").set_elem(item())];
        [.key(1).key("blue").set_elem(item())];
        [.key(1).key("red").subset(vec![item(), (8, String::new())])];
        [.key(1).key("red").sorted_set_range_from_start(1)];
        [.key(1).key("red").subset(vec![item(), (8, String::new())]).all()];
        [.key(1).key("red").none_elem()];
        [.key(1).sub_map(vec!["red".to_owned()]).map_vals().all()];
        [.key(1).key("red").sorted_set_range((0, String::new()), (4, String::new())).all()];
        [.key(1).key("red").sorted_set_range_with((3, "item 3".to_owned()), (5, "item 5".to_owned()), SortedRangeOptions::new().exclude_start().include_end()).all()];
        [.key(1).key("red").sorted_set_range_from((4, String::new())).all()];
        [.key(1).key("red").sorted_set_range_from_with(item(), SortedRangeFromOptions::new().max_amt(1)).all()];
        [.key(1).key("red").sorted_set_range_to((4, String::new())).all()];
        [.key(1).key("red").sorted_set_range_to_with((9, String::new()), SortedRangeToOptions::new().max_amt(1)).all()];
        [.key(1).key("red").sorted_set_range_from_start(1).all()];
        [.key(1).key("red").sorted_set_range_to_end(1).all()];
        [.map_vals().filter_selected(|tags| tags.must("blue")).map_keys()];
        [.map_vals().filter_not_selected(|tags| tags.must("blue")).map_keys()];
        [.map_vals().collect_one(|tags| tags.count()).map_keys()];
        [.sorted_map_range(1, 2).map_vals().map_keys()];
        [.map_vals().if_path_else(|tags| tags.must("blue"), |tags| tags.key("blue").all(), |tags| tags.key("red").all())];
        [.map_vals().multi_path(|tags| (tags.key("blue").count(), tags.count()))]
            = [.map_vals().multi_path([DataPath::new().key("blue").count(), DataPath::new().count()])];
    );
}

type Posts = PMap<String, PVec<Vec<i64>>>;

#[test]
fn lists() {
    let mut posts = Partition::<Posts>::new();
    for post in [vec![1, 2, 4], vec![], vec![7]] {
        let path = top::<Posts>().key("a").after_elem().termval(post);
        posts.transform(path).expect("a write");
    }
    same!(&mut posts, top::<Posts>();
        [.key("a").all()];
        [.key("b").all()];
        [.key("a").nth(0)];
        [.key("a").nth(3)];
        [.key("a").first()];
        [.key("a").last()];
        [.key("b").first()];
        [.key("b").last()];
        [.key("a").index(2)];
        [.key("a").index(3)];
        [.key("b").index(0)];
        [.key("a").indexed_vals()];
        [.key("b").indexed_vals()];
        [.key("a").count()];
        [.key("a").sublist(1, 3)];
        [.key("a").sublist(1, 3).all()];
        [.key("a").sublist(1, 9).count()];
        [.key("a").sublist(2, 1).all()];
        [.key("b").sublist(0, 1).all()];
        [.key("a").before_elem()];
        [.key("a").after_elem()];
        [.key("a").before_index(1)];
        [.key("a").all().all()];
        [.key("a").all().count()];
        [.key("a").all().first()];
        [.key("a").first().sublist(1, 3)];
        [.key("a").first().filtered_list(|n| n.filter_greater_than(1))];
        [.key("a").first().continuous_subseqs(|n| n % 2 == 0)]
            = [.key("a").first().continuous_subseqs("is_even")];
        [.key("a").first().sublist_dynamic(|list| list.len() / 2, |list, _| list.len())]
            = [.key("a").first().sublist_dynamic("half", "behind")];
        [.key("a").first().beginning()];
        [.key("a").first().end()];
        [.key("a").first().indexed_vals()];
        [.key("a").first().index(1)];
        [.subselect(|p| p.map_vals().all().all())];
    );
}

#[test]
fn a_list_at_the_top() {
    type List = PVec<i64>;
    let mut list = Partition::<List>::new();
    same!(&mut list, top::<List>(); [.all()]; [.count()]; [.first()]; [.last()];);
    for n in 0..5 {
        list.transform(top::<List>().after_elem().termval(n)).expect("a write");
    }
    same!(&mut list, top::<List>();
        [.all()];
        [.count()];
        [.first()];
        [.last()];
        [.nth(2)];
        [.sublist(1, 3).all()];
        [.indexed_vals()];
    );
}

#[test]
fn a_set_at_the_top() {
    type Seen = PSet<String>;
    let mut seen = Partition::<Seen>::new();
    for item in ["b", "a", "c"] {
        seen.transform(top::<Seen>().none_elem().termval(item.to_owned())).expect("a write");
    }
    same!(&mut seen, top::<Seen>();
        [.all()];
        [.count()];
        [.set_elem("b")];
        [.set_elem("d")];
        [.sorted_set_range("a", "c").all()];
        [.subset(vec!["c".to_owned(), "d".to_owned()]).all()];
        [.all().view(String::len)] = [.all().view("length")];
    );
}

#[test]
fn one_value_at_the_top() {
    type Value = (i64, Option<BTreeMap<i64, BTreeSet<String>>>, String);
    let mut value = Partition::<Value>::new();
    same!(&mut value, top::<Value>();
        [];
        [.field(|f| f.0)] = [.field("0")];
        [.filter_equal((1, None, String::new()))] = [.filter_equal((1, (), ""))];
    );
    let map = BTreeMap::from([
        (1, BTreeSet::from(["x".to_owned(), "y".to_owned()])),
        (2, BTreeSet::new()),
        (7, BTreeSet::from(["z".to_owned()])),
    ]);
    let written = (3, Some(map), "héllo".to_owned());
    value.transform(top::<Value>().termval(written)).expect("a write");
    same!(&mut value, top::<Value>();
        [];
        [.field(|f| f.0)] = [.field("0")];
        [.field(|f| f.2)] = [.field("2")];
        [.field(|f| f.2).nil_to_val(String::new()).all()] = [.field("2").all()];
        [.field(|f| f.2).nil_to_val(String::new()).first()] = [.field("2").first()];
        [.field(|f| f.2).nil_to_val(String::new()).last()] = [.field("2").last()];
        [.field(|f| f.2).nil_to_val(String::new()).nth(1)] = [.field("2").nth(1)];
        [.field(|f| f.2).nil_to_val(String::new()).sublist(1, 3)] = [.field("2").sublist(1, 3)];
        [.field(|f| f.2).nil_to_val(String::new()).count()] = [.field("2").count()];
        [.field(|f| f.1).some()] = [.field("1").some()];
        [.field(|f| f.1).some().all()] = [.field("1").some().all()];
        [.field(|f| f.1).some().key(1)] = [.field("1").some().key(1)];
        [.field(|f| f.1).some().key(9)] = [.field("1").some().key(9)];
        [.field(|f| f.1).some().must(9)] = [.field("1").some().must(9)];
        [.field(|f| f.1).some().must(1).all()] = [.field("1").some().must(1).all()];
        [.field(|f| f.1).some().key(1).set_elem("x")] = [.field("1").some().key(1).set_elem("x")];
        [.field(|f| f.1).some().key(1).set_elem("q")] = [.field("1").some().key(1).set_elem("q")];
        [.field(|f| f.1).some().key(1).subset(vec!["q".to_owned(), "y".to_owned()])]
            = [.field("1").some().key(1).subset(vec!["q", "y"])];
        [.field(|f| f.1).some().key(1).sorted_set_range_from("y")]
            = [.field("1").some().key(1).sorted_set_range_from("y")];
        [.field(|f| f.1).some().key(1).sorted_set_range_to_end(1)]
            = [.field("1").some().key(1).sorted_set_range_to_end(1)];
        [.field(|f| f.1).some().map_keys()] = [.field("1").some().map_keys()];
        [.field(|f| f.1).some().map_vals().count()] = [.field("1").some().map_vals().count()];
        [.field(|f| f.1).some().map_key(7)] = [.field("1").some().map_key(7)];
        [.field(|f| f.1).some().sub_map(vec![7, 1, 5])] = [.field("1").some().sub_map(vec![7, 1, 5])];
        [.field(|f| f.1).some().sorted_map_range(1, 7)] = [.field("1").some().sorted_map_range(1, 7)];
        [.field(|f| f.1).some().sorted_map_range_from_start(2)]
            = [.field("1").some().sorted_map_range_from_start(2)];
        [.field(|f| f.1).some().sorted_map_range_to_with(7, SortedRangeToOptions::new().max_amt(1))]
            = [.field("1").some().sorted_map_range_to_with(7, SortedRangeToOptions::new().max_amt(1))];
        [.field(|f| f.1).some().count()] = [.field("1").some().count()];
    );
}
