//! Data: values of Rust there and back, through JSON and postcard.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Debug;
use std::net::IpAddr;
use std::time::Duration;

use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::super::tests::any_datum;
use super::{Datum, compare};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Shape {
    Point,
    Circle(f64),
    Line(i64, i64),
    Box { width: i64, height: Option<i64> },
    Nested(std::boxed::Box<Shape>),
}

#[derive(Debug, Clone, PartialEq, PartialOrd, Eq, Ord, Serialize, Deserialize)]
struct Id(i64);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Unit;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Flat {
    name: String,
    #[serde(flatten)]
    rest: BTreeMap<String, i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
enum Tagged {
    A { n: i64 },
    B,
}

/// The value as a datum and back: at once, through JSON, through postcard.
fn there_and_back<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let datum = Datum::of(value).expect("the value is data");
    assert_eq!(datum.to::<T>().as_ref(), Ok(value), "{datum}");
    let bytes = postcard::to_stdvec(&datum).expect("the datum is written");
    let found: Datum = postcard::from_bytes(&bytes).expect("the datum is read");
    assert_eq!(found.to::<T>().as_ref(), Ok(value), "{datum}");
    let json = serde_json::to_string(&datum).expect("the datum is written");
    let found: Datum = serde_json::from_str(&json).expect("the datum is read");
    assert_eq!(found.to::<T>().as_ref(), Ok(value), "{json}");
}

#[test]
fn values_of_all_kinds() {
    there_and_back(&(i8::MIN, i16::MIN, i32::MIN, i64::MIN, i128::MIN));
    there_and_back(&(u8::MAX, u16::MAX, u32::MAX, u64::MAX, u128::MAX, usize::MAX));
    there_and_back(&(1.5_f32, -0.1_f64, 0.1_f32, f64::MAX, 2.0_f64));
    there_and_back(&('x', 'é', "text".to_owned(), String::new()));
    there_and_back(&(true, (), Unit, Some(1), None::<i64>));
    there_and_back(&[Some(Id(1)), None]);
    there_and_back(&(vec![1_u8, 2], [1, 2, 3], BTreeSet::from([3, 1])));
    there_and_back(&(Uuid::from_u128(7), Duration::from_millis(1500)));
    there_and_back(&(
        "::1".parse::<IpAddr>().expect("an address"),
        "1.2.3.4".parse::<IpAddr>().expect("an address"),
    ));
    for shape in [
        Shape::Point,
        Shape::Circle(1.0),
        Shape::Line(1, -2),
        Shape::Box { width: 3, height: None },
        Shape::Nested(Box::new(Shape::Nested(Box::new(Shape::Point)))),
    ] {
        there_and_back(&shape);
    }
    there_and_back(&Flat { name: "n".into(), rest: BTreeMap::from([("x".into(), 1)]) });
    there_and_back(&vec![Tagged::A { n: 1 }, Tagged::B]);
}

#[test]
fn maps_with_any_keys() {
    there_and_back(&BTreeMap::from([("a".to_owned(), 1)]));
    there_and_back(&BTreeMap::from([(1_i64, 'x'), (-2, 'y')]));
    there_and_back(&BTreeMap::from([(u128::MAX, 1)]));
    there_and_back(&BTreeMap::from([(i128::MIN, 1)]));
    there_and_back(&BTreeMap::from([(true, 1)]));
    there_and_back(&BTreeMap::from([(Id(4), Id(5))]));
    there_and_back(&BTreeMap::from([((1, "x".to_owned()), 1), ((2, String::new()), 2)]));
    there_and_back(&BTreeMap::from([(None, 1), (Some(3), 2)]));
    there_and_back(&BTreeMap::from([(vec![1], BTreeMap::from([(vec!['a'], 2)]))]));
    there_and_back(&BTreeMap::<(i64, i64), i64>::new());
    there_and_back(&HashMap::from([(Some(1), vec![1])]));
}

#[test]
fn json_is_natural() {
    let json = |datum: &Datum| serde_json::to_string(datum).expect("it is written");
    let of = |value: &dyn Fn() -> Datum| json(&value());
    assert_eq!(
        of(&|| Datum::of(&Shape::Box { width: 3, height: None }).expect("data")),
        r#"{"Box":{"width":3,"height":null}}"#
    );
    assert_eq!(of(&|| Datum::of(&Shape::Point).expect("data")), r#""Point""#);
    assert_eq!(of(&|| Datum::of(&BTreeMap::from([(1, 2)])).expect("data")), r#"{"1":2}"#);
    assert_eq!(of(&|| Datum::of(&BTreeMap::from([((1, 2), 3)])).expect("data")), "[[[1,2],3]]");
    assert_eq!(of(&|| i128::MAX.into()), format!("\"{}\"", i128::MAX));
    assert_eq!(of(&|| u64::MAX.into()), u64::MAX.to_string());
    assert_eq!(of(&|| f64::NAN.into()), "null");
    assert_eq!(of(&|| Datum::Bytes(vec![1, 2])), "[1,2]");
}

#[test]
fn what_is_no_value_of_a_type_is_an_error() {
    assert!(Datum::from("1").to::<i64>().is_err());
    assert!(Datum::from(300).to::<u8>().is_err());
    assert!(Datum::from(-1).to::<u64>().is_err());
    assert!(Datum::from(1.0).to::<i64>().is_err());
    assert!(Datum::Null.to::<i64>().is_err());
    assert!(Datum::from("xy").to::<char>().is_err());
    assert!(Datum::from(vec![1, 2]).to::<(i64,)>().is_err());
    assert!(Datum::from("Round").to::<Shape>().is_err());
    assert!(Datum::from(vec![1]).to::<BTreeMap<i64, i64>>().is_err());
    // Texts are numbers in the places where JSON cannot have these.
    assert_eq!(Datum::from("1").to::<i128>(), Ok(1));
    assert_eq!(Datum::Map(vec![("1".into(), 2.into())]).to(), Ok(BTreeMap::from([(1, 2)])));
}

#[test]
fn values_nested_too_deep_are_an_error() {
    #[derive(Serialize)]
    struct List(Option<Box<(i64, List)>>);
    let deep = (0..Datum::MOST_NESTED + 1)
        .fold(List(None), |rest, n| List(Some(Box::new((n as i64, rest)))));
    assert!(Datum::of(&deep).is_err());
}

proptest! {
    #[test]
    fn data_travel(datum in any_datum()) {
        let bytes = postcard::to_stdvec(&datum).expect("it is written");
        let found: Datum = postcard::from_bytes(&bytes).expect("it is read");
        prop_assert_eq!(format!("{:?}", found), format!("{:?}", datum));
        // What JSON has, it keeps; the rest is as it is written the first time.
        let json = serde_json::to_string(&datum).expect("it is written");
        let found: Datum = serde_json::from_str(&json).expect("it is read");
        prop_assert_eq!(serde_json::to_string(&found).expect("it is written"), json);
    }

    #[test]
    fn integers_and_floats_compare_exactly(a in any::<i64>(), b in any::<f64>(), n in -4_i64..4) {
        let near = a.wrapping_add(n);
        prop_assert_eq!(compare(&a.into(), &near.into()), a.partial_cmp(&near));
        prop_assert_eq!(compare(&b.into(), &b.into()), b.partial_cmp(&b));
        let small = (a % 1000, n as f64 / 2.0);
        prop_assert_eq!(
            compare(&small.0.into(), &small.1.into()),
            (small.0 as f64).partial_cmp(&small.1)
        );
        prop_assert_eq!(compare(&i64::MAX.into(), &(i64::MAX as f64).into()), Some(std::cmp::Ordering::Less));
    }

    #[test]
    fn a_datum_equals_itself_whatever_the_order_of_its_maps(datum in any_datum()) {
        let turned = turned(&datum);
        let is_itself = datum == datum.clone();
        prop_assert_eq!(datum == turned, is_itself);
    }
}

/// The same with the entries of its maps turned round; each key once.
fn turned(datum: &Datum) -> Datum {
    match datum {
        Datum::List(items) => Datum::List(items.iter().map(turned).collect()),
        Datum::Map(entries)
            if entries
                .iter()
                .enumerate()
                .all(|(at, (key, _))| !entries[..at].iter().any(|(other, _)| other == key)) =>
        {
            Datum::Map(
                entries.iter().rev().map(|(key, value)| (key.clone(), turned(value))).collect(),
            )
        }
        other => other.clone(),
    }
}
