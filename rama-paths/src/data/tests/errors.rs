//! What is said to paths that cannot be followed.

use super::super::{DataPath, DataPathError, Datum, FunctionCall, FunctionFailure, StepPosition};
use super::{failure, functions};
use crate::path::{PStatePath, nav::Root};
use crate::schema::{PMap, PSet, PVec};
use crate::store::Partition;

type Deep = PMap<i64, PMap<String, PVec<String>>>;

fn deep() -> Partition<Deep> {
    let mut deep = Partition::new();
    let path = PStatePath::<(), Root<Deep>>::new().key(1).key("a").after_elem();
    deep.transform(path.termval("x".to_owned())).expect("a write");
    deep
}

fn path() -> DataPath {
    DataPath::new()
}

fn said(path: &DataPath) -> String {
    failure(&deep(), path).to_string()
}

#[test]
fn a_wrong_key_names_the_navigator_its_place_and_the_type() {
    let error = failure(&deep(), &path().key(1).filter_selected(|p| p.must(true)));
    let at = StepPosition { navigator: "must", position: vec![1, 0, 0] };
    let DataPathError::NotAKey { at: found, expected, reason } = &error else { panic!("{error}") };
    assert_eq!((found, expected.as_str()), (&at, "String"));
    assert!(reason.contains("boolean `true`"), "{reason}");
    assert_eq!(
        error.to_string(),
        "step 1.0.0, `must`: this is no key here, which is of type `String`: invalid type: boolean `true`, expected a string"
    );
    assert!(
        said(&path().key("1"))
            .starts_with("step 0, `key`: this is no key here, which is of type `i64`")
    );
    assert!(said(&path().key(i128::MAX)).contains("of type `i64`"));
    assert!(said(&path().key(1.5)).contains("of type `i64`"));
    assert!(said(&path().sorted_map_range(1, "x").map_keys()).contains("`sorted_map_range`"));
    assert!(said(&path().sub_map(vec!["x"]).map_keys()).contains("`sub_map`"));
}

#[test]
fn structures_are_not_selected_as_a_whole() {
    for whole in [
        path(),
        path().key(1),
        path().key(1).key("a"),
        path().sorted_map_range(0, 5),
        path().collect(|p| p.map_vals()).count(),
        path().subselect(|p| p.key(1)),
    ] {
        let text = said(&whole);
        assert!(
            text.contains("stored element by element") && text.contains("`map_vals`"),
            "{text}"
        );
    }
    assert!(said(&path().all()).contains("`map_vals` leads to structures"));
    assert!(said(&path().key(1).filter_equal(1)).contains("needs one value"));
}

#[test]
fn navigators_in_wrong_places() {
    for (wrong, expected) in [
        (path().nth(0), "a list"),
        (path().set_elem(1), "a set"),
        (path().field("x"), "fixed keys or a struct"),
        (path().key(1).key("a").key(1), "a map"),
        (path().key(1).key("a").map_vals(), "a map"),
        (path().key(1).key("a").all().key(1), "a map"),
        (path().key(1).key("a").all().all().nth(0).map_keys(), "a map"),
        (path().key(1).key("a").beginning(), "a list in memory"),
        (path().key(1).key("a").sorted_map_range_to_end(1).count(), "a map"),
        (path().sorted_set_range_to_end(1).count(), "a set"),
        (path().sublist(0, 1).count(), "a list"),
        (path().sorted_map_range_to_end(1).key(1), "a map"),
        (path().count().count(), "a collection"),
        (path().none_elem(), "a set"),
        (path().after_elem(), "a list"),
        (path().some(), "one value"),
    ] {
        let error = failure(&deep(), &wrong);
        assert!(
            matches!(&error, DataPathError::Misplaced { expected: found, .. } if *found == expected),
            "{wrong:?}: {error}"
        );
    }
}

#[test]
fn functions_that_fail() {
    let failure = |call: FunctionCall| {
        let one = Datum::from(1);
        let path = path().view(call);
        match path.select_from(&one, &functions()).expect_err("the function fails") {
            DataPathError::FunctionFailed { at, source } => {
                assert_eq!(at, StepPosition { navigator: "view", position: vec![0] });
                source
            }
            other => panic!("{other}"),
        }
    };
    assert!(
        matches!(failure("none".into()), FunctionFailure::Unknown { known, .. } if known.len() == 12)
    );
    assert!(matches!(
        failure("is_below".into()),
        FunctionFailure::WrongCount { expected: 2, found: 1, .. }
    ));
    assert!(matches!(
        failure(FunctionCall::new("double").arg(1)),
        FunctionFailure::WrongCount { expected: 1, found: 2, .. }
    ));
    assert!(matches!(failure("length".into()), FunctionFailure::WrongArgument { index: 0, .. }));
    assert!(matches!(
        failure(FunctionCall::new("is_below").arg("x")),
        FunctionFailure::WrongArgument { index: 1, .. }
    ));
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let panicked = failure("panics".into());
    std::panic::set_hook(hook);
    assert_eq!(panicked.to_string(), "`panics` panicked: no 1");
    let not_a_condition = path().filter_pred("double").select_from(&1.into(), &functions());
    let text = not_a_condition.expect_err("it is no condition").to_string();
    assert!(
        text.ends_with("`double` has to return a truth value, and returned an integer"),
        "{text}"
    );
}

#[test]
fn how_many_values() {
    let list = Datum::from(vec![1, 2]);
    let one = |path: DataPath| path.select_one_from(&list, &functions());
    assert_eq!(one(path().all()), Err(DataPathError::SelectOne { found: 2 }));
    assert_eq!(one(path().nth(9)), Err(DataPathError::SelectOne { found: 0 }));
    assert_eq!(one(path().nth(1)), Ok(2.into()));
    let at = |navigator, at| StepPosition { navigator, position: vec![at] };
    assert_eq!(one(path().all().one()), Err(DataPathError::NotOne { at: at("one", 1), found: 2 }));
    assert_eq!(
        one(path().collect_one(|p| p.all())),
        Err(DataPathError::NotOneCollected { at: at("collect_one", 0), found: 2 })
    );
    let set = Partition::<PSet<i64>>::new();
    let selected = set.select_one_data(&path().all(), &functions());
    assert_eq!(selected, Err(DataPathError::SelectOne { found: 0 }));
}

#[test]
fn writes_stand_at_the_end_of_transformed_alone() {
    let error = |path: DataPath| {
        path.select_from(&vec![1].into(), &functions()).expect_err("it cannot be followed")
    };
    let transformed = |write: DataPath| error(path().transformed(|_| write));
    assert!(matches!(error(path().all().termval(1)), DataPathError::WriteInSelect { .. }));
    assert!(matches!(transformed(path()), DataPathError::NoWrite { .. }));
    assert!(matches!(transformed(path().all()), DataPathError::NoWrite { .. }));
    assert!(matches!(transformed(path().termval(1).none()), DataPathError::BehindWrite { .. }));
    assert!(matches!(
        transformed(path().count().termval(1)),
        DataPathError::CannotBeWritten { .. }
    ));
    let absent = path().all().transformed(|_| path().nil_to_val(1));
    assert!(matches!(error(absent), DataPathError::NoWrite { .. }));
    let wrong = transformed(path().subselect(|p| p.all()).termval(vec![1, 2]));
    assert!(matches!(wrong, DataPathError::OtherLength { expected: 1, found: 2, .. }));
    let map = Datum::Map(vec![("a".into(), 1.into())]);
    let of_map = |write: DataPath| {
        path().transformed(|_| write).select_from(&map, &functions()).expect_err("it fails")
    };
    assert!(matches!(of_map(path().field("a").none()), DataPathError::NotRemovable { .. }));
    assert!(matches!(of_map(path().key("b").term("double")), DataPathError::Absent { .. }));
    assert!(matches!(of_map(path().all().termval(1)), DataPathError::Misplaced { .. }));
    assert!(matches!(of_map(path().all().termval(vec![1])), DataPathError::Misplaced { .. }));
    let text = of_map(path().field("b").termval(1)).to_string();
    assert_eq!(text, "step 0.0.0, `field`: there is no field `b`; there are: a");
}

#[test]
fn values_without_an_order() {
    let error = path().all().filter_less_than("x").select_from(&vec![1].into(), &functions());
    let text = error.expect_err("they have no order").to_string();
    assert_eq!(text, "step 1, `filter_less_than`: an integer cannot be compared with text");
    let list = Datum::from(vec![f64::NAN, 1.0]);
    let below = path().all().filter_less_than(5).select_from(&list, &functions());
    assert_eq!(below, Ok(vec![1.into()]));
}

#[test]
fn paths_of_more_steps_than_there_may_be() {
    let long = (0..DataPath::MOST_STEPS).fold(path(), |path, _| path.stay());
    assert!(long.select_from(&1.into(), &functions()).is_ok());
    assert_eq!(long.stay().select_from(&1.into(), &functions()), Err(DataPathError::TooLong));
    let deep = (0..300).fold(path(), |inner, _| path().filter_selected(|_| inner));
    assert_eq!(deep.select_from(&1.into(), &functions()), Err(DataPathError::TooLong));
}

/// The stack of a thread is 2 MiB, of which others have their part.
#[test]
fn the_longest_paths_take_half_a_stack() {
    let nested = |step: fn(DataPath) -> DataPath, end: DataPath| {
        let most = DataPath::MOST_STEPS - end.steps().len();
        (0..most).fold(end, |inner, _| step(inner))
    };
    let write = path().termval(1);
    let paths = vec![
        nested(|inner| path().filter_selected(|_| inner), path()),
        nested(|inner| path().subselect(|_| inner), path()),
        nested(|inner| path().collect(|_| inner), path()),
        nested(|inner| path().multi_path([inner]), path()),
        nested(|inner| path().if_path(|p| p, |_| inner), path()),
        nested(|inner| path().cond_path([(path(), inner)]), path()),
        nested(|inner| path().filtered_list(|_| inner), path()),
        nested(|inner| path().all().transformed(|_| inner.termval(1)), path()),
        path().transformed(|_| nested(|inner| path().multi_transform([inner]), write.clone())),
        path().transformed(|_| nested(|inner| path().if_path(|p| p, |_| inner), path()).termval(1)),
        path().transformed(|_| {
            nested(|inner| path().subselect(|_| inner).subselect(|p| p), path()).termval(1)
        }),
        nested(|inner| path().key(1).multi_path([inner]), path()),
        (0..DataPath::MOST_STEPS).fold(path(), |path, _| path.stay()),
    ];
    let run = std::thread::Builder::new().stack_size(1 << 20).spawn(move || {
        let (deep, list) = (deep(), Datum::from(vec![vec![vec![1]]]));
        for path in paths {
            // That the stack is large enough is what is asked here.
            let _ = deep.select_data(&path, &functions());
            let _ = path.select_from(&list, &functions());
        }
    });
    run.expect("a thread").join().expect("the stack is large enough");
}

#[test]
fn messages_nested_without_end() {
    let json = "[".repeat(100_000);
    assert!(serde_json::from_str::<Datum>(&json).is_err());
    assert!(serde_json::from_str::<DataPath>(&r#"[{"collect":"#.repeat(100_000)).is_err());
    // A list of one list, and so on.
    let bytes = [7_u8, 1].repeat(100_000);
    let error = postcard::from_bytes::<Datum>(&bytes).expect_err("it is nested too deep");
    assert!(!matches!(error, postcard::Error::DeserializeUnexpectedEnd));
    let collect = path().collect(|p| p.collect(|p| p));
    let bytes = postcard::to_stdvec(&collect).expect("a path");
    // The length and the step, again and again.
    assert!(postcard::from_bytes::<DataPath>(&bytes[..2].repeat(100_000)).is_err());
    // A message that failed has no part in the next.
    assert!(serde_json::from_str::<Datum>(&("[".repeat(100) + &"]".repeat(100))).is_ok());
}

#[test]
fn what_is_no_step() {
    for wrong in [
        r#"[1]"#,
        r#"["id"]"#,
        r#"[["key", 1]]"#,
        r#"[{"key": 1, "must": 2}]"#,
        r#"["key"]"#,
        r#"[{"sublist": {"start": 0, "stop": 1}}]"#,
        r#"[{"sorted_map_range_from": {"from": 0, "maxamt": 1}}]"#,
        r#"[{"nth": -1}]"#,
        r#"[{"filter_pred": {"name": "x", "arguments": []}}]"#,
        r#"{"key": 1}"#,
    ] {
        assert!(serde_json::from_str::<DataPath>(wrong).is_err(), "{wrong}");
    }
    let error = serde_json::from_str::<DataPath>(r#"["map_valls"]"#).expect_err("no such step");
    assert!(error.to_string().contains("unknown variant `map_valls`, expected one of `key`"));
    let path_of = |json| serde_json::from_str::<DataPath>(json).expect("a path");
    assert_eq!(
        path_of(r#"[{"sorted_map_range_from": {"from": 3, "inclusive": true, "max_amt": 10}}]"#),
        path().sorted_map_range_from_with(3, crate::SortedRangeFromOptions::new().max_amt(10))
    );
    assert_eq!(path_of(r#"[{"sorted_map_range_to": {"to": 3}}]"#), path().sorted_map_range_to(3));
    assert_eq!(
        path_of(r#"[{"if_path": {"if": ["first"], "then": ["last"]}}]"#),
        path().if_path(|p| p.first(), |p| p.last())
    );
}
