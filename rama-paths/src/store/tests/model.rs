//! Random writes, applies, discards and replays beside plain maps.

use std::collections::BTreeMap;
use std::fmt::Debug;

use proptest::prelude::*;

use crate::error::PathError;
use crate::path::{PStatePath, SelectPath, nav::Root};
use crate::schema::{PMap, Schema, Untracked};
use crate::store::{AnyPartition, Committed, Partition, Pin};

/// Something to read: the owner's view or the committed rows.
pub(super) enum Source<'a, S: Schema> {
    Owner(&'a Partition<S>),
    Committed(Committed<S>),
    Pinned(Committed<S>, &'a Pin),
}

impl<S: Schema> Source<'_, S> {
    fn select<P: SelectPath<Schema = S>>(&self, path: P) -> Vec<P::Value> {
        match self {
            Self::Owner(partition) => partition.select(&path),
            Self::Committed(committed) => committed.select(&path),
            Self::Pinned(committed, pin) => committed.select_as_of(pin, &path),
        }
        .expect("the path can be followed")
    }
}

#[derive(Debug, Clone)]
enum Step<W> {
    Write(W),
    Apply,
    Discard,
    Recover,
}

fn steps<W: Debug + Clone + 'static>(
    write: impl Strategy<Value = W> + 'static,
) -> impl Strategy<Value = Vec<Step<W>>> {
    let step = prop_oneof![
        12 => write.prop_map(Step::Write),
        2 => Just(Step::Apply),
        1 => Just(Step::Discard),
        1 => Just(Step::Recover),
    ];
    prop::collection::vec(step, 1..80)
}

/// A schema beside a model of it.
pub(super) trait Case {
    type Schema: Schema;
    type Model: Clone + Default + PartialEq + Debug;
    type Write: Debug + Clone;

    fn write(partition: &mut Partition<Self::Schema>, write: &Self::Write);
    fn model(model: &mut Self::Model, write: &Self::Write);
    fn read(source: &Source<'_, Self::Schema>) -> Self::Model;
    fn rows(model: &Self::Model) -> usize;
    /// Whether a read as of the pin says that it has expired.
    fn is_expired(committed: &Committed<Self::Schema>, pin: &Pin) -> bool;
}

fn run<C: Case>(steps: Vec<Step<C::Write>>) {
    let mut partition = Partition::<C::Schema>::new();
    let mut replica = Partition::<C::Schema>::new();
    let mut log: Vec<Vec<u8>> = Vec::new();
    let mut live = C::Model::default();
    let mut committed = C::Model::default();
    for step in steps.into_iter().chain([Step::Apply, Step::Recover]) {
        match step {
            Step::Write(write) => {
                C::write(&mut partition, &write);
                C::model(&mut live, &write);
            }
            Step::Apply => {
                let mut delta = Vec::new();
                partition.encode_delta(&mut delta).expect("it serializes");
                partition.apply();
                replica.apply_delta(&delta).expect("it replays");
                log.push(delta);
                committed = live.clone();
            }
            Step::Discard => {
                partition.discard();
                live = committed.clone();
            }
            Step::Recover => {
                partition = Partition::new();
                for delta in &log {
                    partition.apply_delta(delta).expect("it replays");
                }
                live = committed.clone();
            }
        }
        assert_eq!(C::read(&Source::Owner(&partition)), live);
        for copy in [&partition, &replica] {
            assert_eq!(C::read(&Source::Committed(copy.committed())), committed);
            assert_eq!(
                copy.row_count().expect("the rows are counted"),
                C::rows(&committed),
                "garbage rows"
            );
        }
    }
}

pub(super) struct Flat;

#[derive(Debug, Clone)]
pub(super) enum FlatWrite {
    Set(i64, i64),
    Add(i64, i64),
    AddIfThere(i64, i64),
    Remove(i64),
    Double,
    Clear,
}

pub(super) type FlatSchema = PMap<i64, i64>;

fn flat() -> PStatePath<(), Root<FlatSchema>> {
    PStatePath::new()
}

impl Case for Flat {
    type Schema = FlatSchema;
    type Model = BTreeMap<i64, i64>;
    type Write = FlatWrite;

    fn write(partition: &mut Partition<FlatSchema>, write: &FlatWrite) {
        match *write {
            FlatWrite::Set(k, v) => partition.transform(flat().key(k).termval(v)),
            FlatWrite::Add(k, v) => {
                partition.transform(flat().key(k).nil_to_val(0).term(|curr| curr + v))
            }
            FlatWrite::AddIfThere(k, v) => partition.transform(flat().must(k).term(|c| c + v)),
            FlatWrite::Remove(k) => partition.transform(flat().key(k).none()),
            FlatWrite::Double => partition.transform(flat().map_vals().term(|c| c * 2)),
            FlatWrite::Clear => partition.transform(flat().map_vals().none()),
        }
        .expect("the write succeeds");
    }

    fn model(model: &mut Self::Model, write: &FlatWrite) {
        match *write {
            FlatWrite::Set(k, v) => drop(model.insert(k, v)),
            FlatWrite::Add(k, v) => *model.entry(k).or_default() += v,
            FlatWrite::AddIfThere(k, v) => model.get_mut(&k).into_iter().for_each(|c| *c += v),
            FlatWrite::Remove(k) => drop(model.remove(&k)),
            FlatWrite::Double => model.values_mut().for_each(|c| *c *= 2),
            FlatWrite::Clear => model.clear(),
        }
    }

    fn read(source: &Source<'_, FlatSchema>) -> Self::Model {
        let all = source.select(flat().all());
        assert!(all.is_sorted());
        assert_eq!(source.select(flat().count()), [all.len()]);
        assert!(source.select(flat().map_keys()).iter().eq(all.iter().map(|(k, _)| k)));
        assert!(source.select(flat().map_vals()).iter().eq(all.iter().map(|(_, v)| v)));
        for key in -4..4 {
            let value = all.iter().find(|(k, _)| *k == key).map(|(_, v)| *v);
            assert_eq!(source.select(flat().key(key)), [value]);
            assert_eq!(source.select(flat().must(key)).pop(), value);
        }
        all.into_iter().collect()
    }

    fn is_expired(committed: &Committed<Self::Schema>, pin: &Pin) -> bool {
        committed.select_as_of(pin, &flat().key(1)) == Err(PathError::Expired)
    }

    fn rows(model: &Self::Model) -> usize {
        model.len()
    }
}

pub(super) fn flat_write() -> impl Strategy<Value = FlatWrite> {
    prop_oneof![
        4 => (-4..4_i64, -9..9_i64).prop_map(|(k, v)| FlatWrite::Set(k, v)),
        4 => (-4..4_i64, -9..9_i64).prop_map(|(k, v)| FlatWrite::Add(k, v)),
        2 => (-4..4_i64, -9..9_i64).prop_map(|(k, v)| FlatWrite::AddIfThere(k, v)),
        3 => (-4..4_i64).prop_map(FlatWrite::Remove),
        1 => Just(FlatWrite::Double),
        1 => Just(FlatWrite::Clear),
    ]
}

pub(super) struct Nested;

#[derive(Debug, Clone)]
pub(super) enum NestedWrite {
    Set(String, i64, String),
    Push(String, i64, String),
    Remove(String, i64),
    Drop(String),
    MustSet(String, i64, String),
    ClearInner(String),
    ClearAll,
}

pub(super) type NestedSchema = PMap<String, PMap<i64, String>>;

fn nested() -> PStatePath<(), Root<NestedSchema>> {
    PStatePath::new()
}

impl Case for Nested {
    type Schema = NestedSchema;
    type Model = BTreeMap<String, BTreeMap<i64, String>>;
    type Write = NestedWrite;

    fn write(partition: &mut Partition<NestedSchema>, write: &NestedWrite) {
        use NestedWrite as W;
        match write {
            W::Set(a, b, v) => partition.transform(nested().key(a).key(b).termval(v.clone())),
            W::Push(a, b, v) => {
                let path = nested().key(a.as_str()).key(*b).nil_to_val(String::new());
                partition.transform(path.term(|curr| curr + v))
            }
            W::Remove(a, b) => partition.transform(nested().key(a).key(b).none()),
            W::Drop(a) => partition.transform(nested().key(a).none()),
            W::MustSet(a, b, v) => partition.transform(nested().must(a).key(b).termval(v.clone())),
            W::ClearInner(a) => partition.transform(nested().key(a).map_vals().none()),
            W::ClearAll => partition.transform(nested().map_vals().none()),
        }
        .expect("the write succeeds");
    }

    fn model(model: &mut Self::Model, write: &NestedWrite) {
        use NestedWrite as W;
        match write.clone() {
            W::Set(a, b, v) => drop(model.entry(a).or_default().insert(b, v)),
            W::Push(a, b, v) => model.entry(a).or_default().entry(b).or_default().push_str(&v),
            W::Remove(a, b) => drop(model.get_mut(&a).and_then(|inner| inner.remove(&b))),
            W::Drop(a) => drop(model.remove(&a)),
            W::MustSet(a, b, v) => drop(model.get_mut(&a).and_then(|inner| inner.insert(b, v))),
            W::ClearInner(a) => model.get_mut(&a).into_iter().for_each(BTreeMap::clear),
            W::ClearAll => model.clear(),
        }
    }

    fn read(source: &Source<'_, NestedSchema>) -> Self::Model {
        let keys = source.select(nested().map_keys());
        let counts = source.select(nested().map_vals().count());
        assert!(keys.is_sorted());
        let read = |key: &String| source.select(nested().key(key).all()).into_iter().collect();
        let model: Self::Model = keys.into_iter().map(|key| (key.clone(), read(&key))).collect();
        assert!(counts.into_iter().eq(model.values().map(BTreeMap::len)));
        assert_eq!(source.select(nested().key("none").count()), [0]);
        model
    }

    fn is_expired(committed: &Committed<Self::Schema>, pin: &Pin) -> bool {
        committed.select_as_of(pin, &nested().key("a").count()) == Err(PathError::Expired)
    }

    fn rows(model: &Self::Model) -> usize {
        model.len() + model.values().map(BTreeMap::len).sum::<usize>()
    }
}

pub(super) fn nested_write() -> impl Strategy<Value = NestedWrite> {
    use NestedWrite as W;
    let a = || "[ab]{0,1}";
    let b = || 0..40_i64;
    prop_oneof![
        9 => (a(), b(), "[xy]").prop_map(|(a, b, v)| W::Set(a, b, v)),
        4 => (a(), b(), "[xy]").prop_map(|(a, b, v)| W::Push(a, b, v)),
        2 => (a(), b(), "[xy]").prop_map(|(a, b, v)| W::MustSet(a, b, v)),
        4 => (a(), b()).prop_map(|(a, b)| W::Remove(a, b)),
        2 => a().prop_map(W::Drop),
        1 => a().prop_map(W::ClearInner),
        1 => Just(W::ClearAll),
    ]
}

pub(super) struct Deep;

#[derive(Debug, Clone)]
pub(super) enum DeepWrite {
    Set(i64, i64, u8, i64),
    Add(i64, i64, u8, i64),
    Remove(i64, i64, u8),
    DropInner(i64, i64),
    DropOuter(i64),
    AddAll(i64),
    DropMiddle,
}

pub(super) type DeepSchema = PMap<i64, PMap<i64, PMap<u8, i64>>>;

fn deep() -> PStatePath<(), Root<DeepSchema>> {
    PStatePath::new()
}

impl Case for Deep {
    type Schema = DeepSchema;
    type Model = BTreeMap<i64, BTreeMap<i64, BTreeMap<u8, i64>>>;
    type Write = DeepWrite;

    fn write(partition: &mut Partition<DeepSchema>, write: &DeepWrite) {
        use DeepWrite as W;
        match *write {
            W::Set(a, b, c, v) => partition.transform(deep().key(a).key(b).key(c).termval(v)),
            W::Add(a, b, c, v) => {
                let path = deep().key(a).key(b).key(c);
                partition.aggregate(&path, crate::aggregate::sum(v))
            }
            W::Remove(a, b, c) => partition.transform(deep().key(a).key(b).key(c).none()),
            W::DropInner(a, b) => partition.transform(deep().key(a).key(b).none()),
            W::DropOuter(a) => partition.transform(deep().must(a).none()),
            W::AddAll(v) => {
                let path = deep().map_vals().map_vals().map_vals();
                partition.transform(path.term(|curr| curr + v))
            }
            W::DropMiddle => partition.transform(deep().map_vals().map_vals().none()),
        }
        .expect("the write succeeds");
    }

    fn model(model: &mut Self::Model, write: &DeepWrite) {
        use DeepWrite as W;
        match *write {
            W::Set(a, b, c, v) => {
                model.entry(a).or_default().entry(b).or_default().insert(c, v);
            }
            W::Add(a, b, c, v) => {
                let inner = model.entry(a).or_default().entry(b).or_default();
                *inner.entry(c).or_default() += v;
            }
            W::Remove(a, b, c) => {
                let inner = model.get_mut(&a).and_then(|m| m.get_mut(&b));
                inner.and_then(|inner| inner.remove(&c));
            }
            W::DropInner(a, b) => drop(model.get_mut(&a).and_then(|m| m.remove(&b))),
            W::DropOuter(a) => drop(model.remove(&a)),
            W::AddAll(v) => {
                let inner = model.values_mut().flat_map(BTreeMap::values_mut);
                inner.flat_map(BTreeMap::values_mut).for_each(|c| *c += v);
            }
            W::DropMiddle => model.values_mut().for_each(BTreeMap::clear),
        }
    }

    fn read(source: &Source<'_, DeepSchema>) -> Self::Model {
        let mut model = Self::Model::new();
        for a in source.select(deep().map_keys()) {
            let middle = model.entry(a).or_default();
            for b in source.select(deep().key(a).map_keys()) {
                let inner = source.select(deep().key(a).key(b).all());
                assert_eq!(source.select(deep().key(a).must(b).count()), [inner.len()]);
                middle.insert(b, inner.into_iter().collect());
            }
            assert_eq!(source.select(deep().key(a).count()), [middle.len()]);
        }
        model
    }

    fn is_expired(committed: &Committed<Self::Schema>, pin: &Pin) -> bool {
        committed.select_as_of(pin, &deep().key(1).count()) == Err(PathError::Expired)
    }

    fn rows(model: &Self::Model) -> usize {
        let middle = model.values().flat_map(BTreeMap::values);
        let inner: usize = middle.map(|m| 1 + m.len()).sum();
        model.len() + inner
    }
}

pub(super) fn deep_write() -> impl Strategy<Value = DeepWrite> {
    use DeepWrite as W;
    let key = || (0..2_i64, 0..3_i64, 0..3_u8);
    prop_oneof![
        6 => (key(), -9..9_i64).prop_map(|((a, b, c), v)| W::Set(a, b, c, v)),
        4 => (key(), -9..9_i64).prop_map(|((a, b, c), v)| W::Add(a, b, c, v)),
        3 => key().prop_map(|(a, b, c)| W::Remove(a, b, c)),
        2 => key().prop_map(|(a, b, _)| W::DropInner(a, b)),
        2 => key().prop_map(|(a, _, _)| W::DropOuter(a)),
        1 => (-9..9_i64).prop_map(W::AddAll),
        1 => Just(W::DropMiddle),
    ]
}

/// Maps whose sizes are not tracked, within others: most writes look at nothing that is there.
pub(super) struct Histories;

#[derive(Debug, Clone)]
pub(super) enum HistoryWrite {
    Set(i64, i64, u8, i64),
    Add(i64, i64, u8, i64),
    Remove(i64, i64, u8),
    DropInner(i64, i64),
    DropOuter(i64),
}

pub(super) type HistoriesSchema = PMap<i64, PMap<i64, PMap<u8, i64, Untracked>>>;

fn histories() -> PStatePath<(), Root<HistoriesSchema>> {
    PStatePath::new()
}

impl Case for Histories {
    type Schema = HistoriesSchema;
    type Model = BTreeMap<i64, BTreeMap<i64, BTreeMap<u8, i64>>>;
    type Write = HistoryWrite;

    fn write(partition: &mut Partition<HistoriesSchema>, write: &HistoryWrite) {
        use HistoryWrite as W;
        match *write {
            W::Set(a, b, c, v) => partition.transform(histories().key(a).key(b).key(c).termval(v)),
            W::Add(a, b, c, v) => {
                let path = histories().key(a).key(b).key(c);
                partition.aggregate(&path, crate::aggregate::sum(v))
            }
            W::Remove(a, b, c) => partition.transform(histories().key(a).key(b).key(c).none()),
            W::DropInner(a, b) => partition.transform(histories().key(a).key(b).none()),
            W::DropOuter(a) => partition.transform(histories().must(a).none()),
        }
        .expect("the write succeeds");
    }

    fn model(model: &mut Self::Model, write: &HistoryWrite) {
        use HistoryWrite as W;
        Deep::model(
            model,
            &match *write {
                W::Set(a, b, c, v) => DeepWrite::Set(a, b, c, v),
                W::Add(a, b, c, v) => DeepWrite::Add(a, b, c, v),
                W::Remove(a, b, c) => DeepWrite::Remove(a, b, c),
                W::DropInner(a, b) => DeepWrite::DropInner(a, b),
                W::DropOuter(a) => DeepWrite::DropOuter(a),
            },
        );
    }

    fn read(source: &Source<'_, HistoriesSchema>) -> Self::Model {
        let mut model = Self::Model::new();
        for a in source.select(histories().map_keys()) {
            let middle = model.entry(a).or_default();
            for b in source.select(histories().key(a).map_keys()) {
                let inner = source.select(histories().key(a).key(b).all());
                for c in 0..3 {
                    let value = source.select(histories().key(a).key(b).must(c));
                    let known = inner.iter().find(|(key, _)| *key == c).map(|(_, value)| *value);
                    assert_eq!(value, Vec::from_iter(known));
                }
                middle.insert(b, inner.into_iter().collect());
            }
        }
        model
    }

    fn is_expired(committed: &Committed<Self::Schema>, pin: &Pin) -> bool {
        committed.select_as_of(pin, &histories().key(1).count()) == Err(PathError::Expired)
    }

    fn rows(model: &Self::Model) -> usize {
        Deep::rows(model)
    }
}

pub(super) fn history_write() -> impl Strategy<Value = HistoryWrite> {
    use HistoryWrite as W;
    let key = || (0..2_i64, 0..3_i64, 0..3_u8);
    prop_oneof![
        40 => (key(), -9..9_i64).prop_map(|((a, b, c), v)| W::Set(a, b, c, v)),
        1 => (key(), -9..9_i64).prop_map(|((a, b, c), v)| W::Add(a, b, c, v)),
        3 => key().prop_map(|(a, b, c)| W::Remove(a, b, c)),
        3 => key().prop_map(|(a, b, _)| W::DropInner(a, b)),
        2 => key().prop_map(|(a, _, _)| W::DropOuter(a)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_map_of_values(steps in steps(flat_write())) {
        run::<Flat>(steps);
    }

    #[test]
    fn a_map_of_maps(steps in steps(nested_write())) {
        run::<Nested>(steps);
    }

    #[test]
    fn histories_of_unknown_sizes(steps in steps(history_write())) {
        run::<Histories>(steps);
    }

    #[test]
    fn three_levels(steps in steps(deep_write())) {
        run::<Deep>(steps);
    }
}
