//! Keys with `#[derive(Key)]` have the order of derived `Ord`, and are read back behind each other.
#![allow(missing_docs, clippy::unwrap_used)]

use std::cmp::Reverse;

use proptest::prelude::*;
use rama::paths::{KeyBytes, PStatePath, Partition, Root};
use rama::{Key, PMap, Record};
use serde::{Deserialize, Serialize};

macro_rules! keys {
    ($($item:item)*) => {$(
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Record, Key)]
        $item
    )*};
}

keys! {
    struct Named { group: u8, name: String }
    struct Pair(bool, Reverse<i8>);
    struct Unit;
    struct Both<A, B> where B: Clone { a: A, b: B }
    struct Skipping { #[serde(skip)] a: u8, b: u8 }
    struct Bytes<const N: usize>(Wrapped, [u8; 2]);
    struct Wrapped(Option<u8>);
    enum Kind { Nothing, Text(String), Place { x: i8, y: i8 }, Nested(Pair), Last }
    enum Of<T> { One(T), Two(T, T), None }
    #[repr(i8)]
    enum Numbered { Low = -3, Next, High = 7 }
}

fn bytes<K: Key>(key: &K) -> KeyBytes {
    let mut out = KeyBytes::new();
    key.encode_key(&mut out);
    out
}

fn check<K: Key + Ord + std::fmt::Debug>(a: &K, b: &K) {
    assert_eq!(bytes(a).cmp(&bytes(b)), a.cmp(b), "{a:?} {b:?}");
    let mut both = bytes(a);
    both.extend(&bytes(b));
    let mut rest: &[u8] = &both;
    assert_eq!(K::decode_key(&mut rest).unwrap(), *a);
    assert_eq!(K::decode_key(&mut rest).unwrap(), *b);
    assert!(rest.is_empty());
}

fn texts() -> impl Strategy<Value = String> + Clone {
    prop::collection::vec(prop::sample::select(vec!['\0', '\u{1}', 'é']), 0..3)
        .prop_map(String::from_iter)
}

fn pairs() -> impl Strategy<Value = Pair> + Clone {
    (any::<bool>(), -2..2_i8).prop_map(|(a, b)| Pair(a, Reverse(b)))
}

fn kinds() -> impl Strategy<Value = Kind> + Clone {
    prop_oneof![
        Just(Kind::Nothing),
        texts().prop_map(Kind::Text),
        (-2..2_i8, -2..2_i8).prop_map(|(x, y)| Kind::Place { x, y }),
        pairs().prop_map(Kind::Nested),
        Just(Kind::Last),
    ]
}

fn of<T: Clone + std::fmt::Debug + 'static>(
    part: impl Strategy<Value = T> + Clone + 'static,
) -> impl Strategy<Value = Of<T>> {
    prop_oneof![
        part.clone().prop_map(Of::One),
        (part.clone(), part).prop_map(|(a, b)| Of::Two(a, b)),
        Just(Of::None),
    ]
}

proptest! {
    #[test]
    fn structs(a in (0..3_u8, texts()), b in (0..3_u8, texts()), x in pairs(), y in pairs()) {
        let named = |(group, name): (u8, String)| Named { group, name };
        check(&named(a.clone()), &named(b.clone()));
        check(&x, &y);
        check(&Unit, &Unit);
        check(&Both { a: a.1.clone(), b: x.clone() }, &Both { a: b.1.clone(), b: y.clone() });
        check(&Both { a: Unit, b: Both { a: x.clone(), b: a.1 } }, &Both { a: Unit, b: Both { a: y, b: b.1 } });
        check(&Skipping { a: a.0, b: 1 }, &Skipping { a: b.0, b: 1 });
        check(&Bytes::<3>(Wrapped(Some(a.0)), [b.0, 0]), &Bytes::<3>(Wrapped(None), [a.0, 1]));
    }

    #[test]
    fn enums(a in kinds(), b in kinds()) {
        check(&a, &b);
        check(&Reverse(a.clone()), &Reverse(b.clone()));
        check(&(Some(a.clone()), b.clone()), &(Some(b), a));
    }

    #[test]
    fn generic_enums(a in of(kinds()), b in of(kinds())) {
        check(&a, &b);
    }
}

#[test]
fn enums_with_numbers() {
    let all = [Numbered::Low, Numbered::Next, Numbered::High];
    for a in &all {
        for b in &all {
            check(a, b);
        }
    }
    assert!(Numbered::from_key_bytes(&[3]).is_err());
}

#[test]
fn encodings_of_derived_keys_are_fixed() {
    assert_eq!(format!("{:?}", bytes(&Kind::Place { x: 1, y: -1 })), "02817f");
    assert_eq!(format!("{:?}", bytes(&Named { group: 1, name: "a".into() })), "01610000");
}

#[test]
fn newest_first() {
    let mut posts = Partition::<PMap<Both<u8, Reverse<u64>>, String>>::new();
    let path = || PStatePath::<(), Root<PMap<Both<u8, Reverse<u64>>, String>>>::new();
    for at in [3, 9, 5] {
        let key = Both { a: 1, b: Reverse(at) };
        posts.transform(path().key(key).termval(at.to_string())).unwrap();
    }
    assert_eq!(posts.select(&path().map_vals()).unwrap(), ["9", "5", "3"]);
}
