//! Fields of values, what is in an `Option`, and lenses are places like any other.
#![allow(missing_docs, clippy::unwrap_used)]

use std::cell::Cell;

use rama::paths::{PStatePath, Partition, PathError, Root};
use rama::{PMap, PState, Record};
use serde::{Deserialize, Serialize};

/// A text that counts its copies.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Copied(String);

thread_local! { static COPIES: Cell<usize> = const { Cell::new(0) }; }

impl Clone for Copied {
    fn clone(&self) -> Self {
        COPIES.set(COPIES.get() + 1);
        Self(self.0.clone())
    }
}

impl Record for Copied {
    fn shape(shape: &mut rama::paths::ShapeBuilder) {
        shape.text("Copied");
    }

    fn take_out(&mut self) -> Self {
        std::mem::take(self)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Record)]
struct Card<T> {
    name: String,
    pub tags: Vec<String>,
    owner: Option<Owner>,
    extra: T,
    r#type: u8,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Record)]
struct Owner(i64, Copied);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Record)]
enum Shape {
    Empty,
    Text(Copied),
    Both { a: Copied, b: i64 },
}

type Cards = PMap<i64, Card<u8>>;
fn path() -> PStatePath<(), Root<Cards>> {
    PStatePath::new()
}

fn cards() -> Partition<Cards> {
    let mut cards = Partition::new();
    let owner = Some(Owner(7, Copied("x".into())));
    let card = Card { name: "a".into(), tags: vec!["t".into()], owner, extra: 1, r#type: 2 };
    cards.transform(path().key(1).termval(card)).unwrap();
    cards
}

#[test]
fn a_field_is_there_whenever_the_value_is() {
    let cards = cards();
    assert_eq!(cards.select_one(&path().key(1).field(|f| f.name)).unwrap(), Some("a".to_owned()));
    assert_eq!(cards.select_one(&path().key(2).field(|f| f.name)).unwrap(), None);
    assert_eq!(cards.select(&path().must(1).field(|f| f.r#type)).unwrap(), [2]);
    assert_eq!(cards.select(&path().map_vals().field(|f| f.tags).all()).unwrap(), ["t"]);
    let owner = || path().key(1).field(|f| f.owner).some();
    assert_eq!(cards.select(&owner().field(|f| f.0)).unwrap(), [7]);
    let view = path().must(1).view(Card::clone).field(|f| f.extra);
    assert_eq!(cards.select(&view).unwrap(), [1]);
}

#[test]
fn a_field_is_written_where_it_is() {
    let mut cards = cards();
    cards.transform(path().key(1).field(|f| f.name).term(|name| name + "b")).unwrap();
    cards.transform(path().key(1).field(|f| f.tags).after_elem().termval("u".into())).unwrap();
    cards.transform(path().key(1).field(|f| f.owner).some().field(|f| f.0).termval(8)).unwrap();
    let card = cards.select_one(&path().key(1)).unwrap().unwrap();
    assert_eq!((&card.name[..], card.tags.len(), card.owner.unwrap().0), ("ab", 2, 8));
}

#[test]
fn a_field_of_what_is_absent_is_written_only_with_a_default() {
    let mut cards = cards();
    let name = || path().key(2).field(|f| f.name);
    assert_eq!(cards.transform(name().termval("b".into())), Err(PathError::AbsentWhole));
    assert_eq!(cards.transform(name().term(|name| name)), Err(PathError::Absent));
    cards.transform(path().must(2).field(|f| f.name).termval("b".into())).unwrap();
    assert_eq!(cards.select_one(&path().key(2)).unwrap(), None);
    cards.transform(path().key(2).nil_to_default().field(|f| f.name).termval("b".into())).unwrap();
    assert_eq!(cards.select_one(&name()).unwrap(), Some("b".to_owned()));
}

#[test]
fn what_is_in_an_option_can_be_removed() {
    let mut cards = cards();
    let owner = || path().key(1).field(|f| f.owner);
    cards.transform(owner().some().none()).unwrap();
    cards.transform(owner().some().termval(Owner::default())).unwrap();
    assert_eq!(cards.select_one(&owner()).unwrap(), Some(None));
    cards.transform(owner().termval(Some(Owner::default()))).unwrap();
    assert_eq!(cards.select(&owner().some().field(|f| f.0)).unwrap(), [0]);
}

#[test]
fn a_lens_is_a_field() {
    let mut cards = cards();
    let extra = || path().key(1).lens(|c: &Card<u8>| &c.extra, |c: &mut Card<u8>| &mut c.extra);
    cards.transform(extra().term(|n| n + 1)).unwrap();
    assert_eq!(cards.select_one(&extra()).unwrap(), Some(2));
}

#[test]
fn what_is_taken_out_of_a_record_is_not_copied() {
    let text = || Copied("x".into());
    COPIES.set(0);
    let mut owner = Owner(1, text());
    assert_eq!(owner.take_out(), Owner(1, text()));
    assert_eq!(owner, Owner(1, Copied::default()));
    for shape in [Shape::Empty, Shape::Text(text()), Shape::Both { a: text(), b: 2 }] {
        let before = format!("{shape:?}");
        let mut left = shape;
        assert_eq!(format!("{:?}", left.take_out()), before);
    }
    let mut card = Card { name: "a".into(), extra: text(), ..Card::default() };
    assert_eq!(card.take_out().extra, text());
    assert_eq!(COPIES.get(), 0);
}

#[test]
fn changing_a_field_of_an_element_copies_no_other() {
    let mut list = Partition::<Vec<Owner>>::new();
    let path = || PStatePath::<(), Root<Vec<Owner>>>::new();
    list.transform(path().termval(vec![Owner(1, Copied("x".into()))])).unwrap();
    COPIES.set(0);
    list.transform(path().term(|list| list)).unwrap();
    let whole = COPIES.replace(0);
    list.transform(path().all().term(|Owner(n, text)| Owner(n + 1, text))).unwrap();
    assert_eq!(COPIES.get(), whole, "more than the copy of the row");
}

#[derive(PState)]
struct Fixed<K: rama::Key, V, const N: usize>
where
    V: rama::Schema,
{
    by_key: PMap<K, V>,
    last: Option<K>,
    bytes: [Vec<u8>; 2],
    cards: std::collections::BTreeMap<String, Card<u8>>,
    nested: Inner<V>,
}

#[derive(PState)]
struct Inner<V> {
    all: rama::paths::PVec<V>,
    names: rama::paths::PSet<String>,
}

#[test]
fn fixed_keys_with_parameters() {
    type S = PMap<i64, Fixed<(u8, String), i64, 3>>;
    let mut state = Partition::<S>::new();
    let path = || PStatePath::<(), Root<S>>::new().key(1);
    state.transform(path().field(|f| f.by_key).key((1, "a")).termval(5)).unwrap();
    state.transform(path().field(|f| f.last).termval(Some((1, "a".into())))).unwrap();
    state.transform(path().field(|f| f.nested).field(|f| f.all).after_elem().termval(6)).unwrap();
    state
        .transform(
            path().field(|f| f.cards).key("c").nil_to_default().field(|f| f.extra).termval(9),
        )
        .unwrap();
    assert_eq!(state.select(&path().field(|f| f.by_key).map_vals()).unwrap(), [5]);
    assert_eq!(state.select(&path().field(|f| f.last).some().field(|f| f.1)).unwrap(), ["a"]);
    assert_eq!(state.select(&path().field(|f| f.nested).field(|f| f.all).all()).unwrap(), [6]);
    let extra = path().field(|f| f.cards).key("c").field(|f| f.extra);
    assert_eq!(state.select_one(&extra).unwrap(), Some(9));
}

mod elsewhere {
    use rama::Record;
    use rama::paths::{PStatePath, Partition, Root};
    use serde::{Deserialize, Serialize};

    #[derive(Clone, Serialize, Deserialize, Record)]
    struct Secret(i64);

    /// Its private field is a place here, and nowhere else.
    #[derive(Clone, Serialize, Deserialize, Record)]
    pub struct Open {
        pub name: String,
        secret: Secret,
        pub(crate) fields: Fields,
    }

    /// A name that is in nobody's way.
    #[derive(Clone, Serialize, Deserialize, Record)]
    pub(crate) struct Fields {
        #[serde(skip)]
        cached: u8,
        #[record(opaque)]
        day: u8,
    }

    #[derive(Clone, Serialize, Deserialize, Record)]
    #[repr(C, packed)]
    #[expect(dead_code, reason = "that its derive compiles is the test")]
    pub struct Packed(u8, u64);

    pub fn secret() -> Vec<i64> {
        let mut open = Partition::<Open>::new();
        let path = || PStatePath::<(), Root<Open>>::new();
        let fields = Fields { cached: 1, day: 2 };
        let value = Open { name: "a".into(), secret: Secret(3), fields };
        open.transform(path().termval(value)).unwrap();
        let secret = path().field(|f| f.secret).field(|f| f.0);
        open.select(&secret).unwrap().into_iter().flatten().collect()
    }
}

#[test]
fn a_private_field_is_a_place_where_it_is_seen() {
    assert_eq!(elsewhere::secret(), [3]);
    let path = PStatePath::<(), Root<elsewhere::Open>>::new();
    let _ = path.field(|f| f.name);
}
