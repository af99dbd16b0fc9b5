//! Everything that is in a partition, read by paths.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use rama::paths::path::{Navigator, Value};
use rama::paths::{Key, PMap, PSet, PStatePath, PVec, Schema, Tracking};
use rama_shapes::model::{Model, Modeled};

use super::compiled::{Source, selected, top};

/// A schema whose content can be read as a whole.
pub trait Content: Schema {
    /// What is at the end of a path that leads to one place. Of a value nothing, where none is; an
    /// absent structure is an empty one.
    fn at<S, N>(source: &Source<'_, S>, path: PStatePath<(), N>) -> Option<Model>
    where
        S: Schema,
        N: Navigator<Schema = S, Here = Self, Collected = ()> + Clone;
}

/// What is at the top.
pub fn of<S: Content>(source: &Source<'_, S>) -> Option<Model> {
    S::at(source, top::<S>())
}

/// A value that a schema can have. The trait is of this crate, so that structures are known to be
/// none.
pub trait Leaf: Value + Modeled {}

macro_rules! leaves {
    ($([$($t:ident),*] $leaf:ty;)*) => {$(
        impl<$($t),*> Leaf for $leaf where $leaf: Value + Modeled {}
    )*};
}

leaves! {
    [] i64;
    [] String;
    [T] Option<T>;
    [T] Vec<T>;
    [T] VecDeque<T>;
    [T] BTreeSet<T>;
    [T] HashSet<T>;
    [K, V] BTreeMap<K, V>;
    [K, V] HashMap<K, V>;
    [A, B] (A, B);
    [A, B, C] (A, B, C);
}

impl<V: Leaf> Content for V {
    fn at<S, N>(source: &Source<'_, S>, path: PStatePath<(), N>) -> Option<Model>
    where
        S: Schema,
        N: Navigator<Schema = S, Here = V, Collected = ()> + Clone,
    {
        // Where nothing is a view leads nowhere.
        let mut found = selected(source, &path.view(V::model)).unwrap();
        assert!(found.len() <= 1, "one place");
        found.pop()
    }
}

fn assert_counted(found: &[usize], elements: usize) {
    assert_eq!(found, [elements], "count() beside the number of elements");
}

impl<K: Key + Modeled, V: Content, C: Tracking> Content for PMap<K, V, C> {
    fn at<S, N>(source: &Source<'_, S>, path: PStatePath<(), N>) -> Option<Model>
    where
        S: Schema,
        N: Navigator<Schema = S, Here = Self, Collected = ()> + Clone,
    {
        let keys: Vec<K> = selected(source, &path.clone().map_keys()).unwrap();
        assert_counted(&selected(source, &path.clone().count()).unwrap(), keys.len());
        let entry = |key: K| {
            let value = V::at(source, path.clone().key(&key)).expect("a key has a value");
            (key.model(), value)
        };
        Some(Model::Map(keys.into_iter().map(entry).collect()))
    }
}

impl<T: Key + Modeled, C: Tracking> Content for PSet<T, C> {
    fn at<S, N>(source: &Source<'_, S>, path: PStatePath<(), N>) -> Option<Model>
    where
        S: Schema,
        N: Navigator<Schema = S, Here = Self, Collected = ()> + Clone,
    {
        let items: Vec<T> = selected(source, &path.clone().all()).unwrap();
        assert_counted(&selected(source, &path.count()).unwrap(), items.len());
        Some(Model::Set(items.iter().map(T::model).collect()))
    }
}

impl<T: Content> Content for PVec<T> {
    fn at<S, N>(source: &Source<'_, S>, path: PStatePath<(), N>) -> Option<Model>
    where
        S: Schema,
        N: Navigator<Schema = S, Here = Self, Collected = ()> + Clone,
    {
        let count: usize = selected(source, &path.clone().count()).unwrap()[0];
        let item = |at| T::at(source, path.clone().nth(at)).expect("an element below the size");
        Some(Model::List((0..count).map(item).collect()))
    }
}

/// Reads a struct with `#[derive(PState)]` field by field.
macro_rules! content_of_struct {
    ($name:ident { $($field:ident),* }) => {
        impl Content for $name {
            fn at<T, N>(source: &Source<'_, T>, path: PStatePath<(), N>) -> Option<Model>
            where
                T: Schema,
                N: Navigator<Schema = T, Here = Self, Collected = ()> + Clone,
            {
                let fields = [$(Content::at(source, path.clone().field(|f| f.$field))),*];
                let fields = fields.into_iter().enumerate();
                Some(Model::Fixed(fields.filter_map(|(at, field)| Some((at, field?))).collect()))
            }
        }
    };
}

pub(crate) use content_of_struct;
