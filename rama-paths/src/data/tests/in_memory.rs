//! Values in memory, whose types only the data says.

use std::collections::{BTreeMap, HashSet};

use serde_json::json;

use super::super::{DataPath, Datum};
use super::functions;

fn of(json: &serde_json::Value) -> Datum {
    Datum::of(json).expect("JSON is data")
}

fn select(value: &serde_json::Value, path: &serde_json::Value) -> serde_json::Value {
    let path: DataPath = serde_json::from_value(path.clone()).expect("a path");
    let selected = path.select_from(&of(value), &functions()).expect("the path can be followed");
    serde_json::to_value(selected).expect("the values can be written")
}

#[test]
fn json_in_and_out() {
    let value = json!({"teams": {"red": [3, 1, 2], "blue": [8]}, "on": true});
    let cases = [
        (json!([]), json!([value])),
        (json!([{"key": "on"}]), json!([true])),
        (json!([{"key": "off"}]), json!([null])),
        (json!([{"must": "off"}]), json!([])),
        (json!([{"field": "teams"}, "map_vals", "all"]), json!([8, 3, 1, 2])),
        (
            json!([{"field": "teams"}, {"key": "red"}, {"transformed": [{"term": "sorted"}]}]),
            json!([[1, 2, 3]]),
        ),
        (
            json!([{"key": "teams"}, {"collect": ["map_keys"]}, {"key": "blue"}]),
            json!([[["blue", "red"], [8]]]),
        ),
        (json!([{"key": "x"}, "nil_to_list", "count"]), json!([0])),
        (json!([{"key": "x"}, "nil_to_set"]), json!([[]])),
        (json!([{"key": "x"}, "nil_to_map"]), json!([{}])),
        (json!([{"key": "x"}, {"nil_to_val": {"a": [1]}}]), json!([{"a": [1]}])),
        (json!([{"key": "teams"}, {"sub_map": ["blue", "x"]}]), json!([{"blue": [8]}])),
        (json!([{"key": "x"}, {"sublist": {"start": 0, "end": 2}}]), json!([[]])),
        (json!([{"key": "x"}, {"sub_map": [1]}]), json!([{}])),
    ];
    for (path, expected) in cases {
        assert_eq!(select(&value, &path), expected, "{path}");
    }
}

#[test]
fn null_is_absent_to_nil_to_val_and_a_value_to_filters() {
    let value = json!([null, 1]);
    assert_eq!(select(&value, &json!(["all", {"nil_to_val": 0}])), json!([0, 1]));
    assert_eq!(select(&value, &json!(["all", {"filter_equal": null}])), json!([null]));
    assert_eq!(select(&value, &json!(["all", {"filter_less_than": 1}])), json!([null]));
    assert_eq!(select(&value, &json!(["all", "some"])), json!([1]));
}

#[test]
fn numbers_compare_whatever_their_types() {
    let value = json!([1, 2, 2.5, 3]);
    assert_eq!(select(&value, &json!(["all", {"filter_greater_than": 2}])), json!([2.5, 3]));
    assert_eq!(select(&value, &json!(["all", {"filter_equal": 2.0}])), json!([2]));
}

#[test]
fn maps_are_equal_in_any_order_of_their_keys() {
    let value = json!([{"a": 1, "b": [2]}]);
    let path: DataPath =
        serde_json::from_str(r#"["all", {"filter_equal": {"b": [2], "a": 1}}, "count"]"#)
            .expect("a path");
    assert_eq!(path.select_from(&of(&value), &functions()), Ok(vec![2.into()]));
}

#[test]
fn collections_of_the_standard_library() {
    let set = Datum::of(&HashSet::from([5_i64])).expect("data");
    let path = DataPath::new().set_elem(5);
    assert_eq!(path.select_from(&set, &functions()), Ok(vec![5.into()]));
    let bytes = Datum::Bytes(vec![1, 2, 3]);
    let path = DataPath::new().sublist(1, 3);
    assert_eq!(path.select_from(&bytes, &functions()), Ok(vec![Datum::Bytes(vec![2, 3])]));
    let map = Datum::of(&BTreeMap::from([((1, 'x'), 5)])).expect("data");
    let path = DataPath::new().key((1, "x"));
    assert_eq!(path.select_one_from(&map, &functions()), Ok(5.into()));
}

#[test]
fn ranges_of_maps_that_are_not_in_order() {
    let entries = [3, 1, 2].map(|n: i64| (Datum::from(n), Datum::from(n * 10)));
    let map = Datum::Map(entries.to_vec());
    let path = DataPath::new().sorted_map_range_from_start(2).map_keys();
    assert_eq!(path.select_from(&map, &functions()), Ok(vec![1.into(), 2.into()]));
}
