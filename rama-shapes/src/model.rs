//! Values as data.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::hash::Hash;

use crate::ty::Type;

/// A value, or what a structure holds. Those of one type have the order of the type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each is named after what it is")]
pub enum Model {
    Int(i64),
    Char(char),
    Str(String),
    List(Vec<Model>),
    Tuple(Vec<Model>),
    Opt(Option<Box<Model>>),
    Map(BTreeMap<Model, Model>),
    Set(BTreeSet<Model>),
    /// The fields that are there.
    Fixed(BTreeMap<usize, Model>),
}

/// A value that is also data.
pub trait Modeled: Sized {
    /// The type.
    fn ty() -> Type;
    /// The value as data.
    fn model(&self) -> Model;
    /// The value of data; nothing if it is of another type.
    fn of(model: &Model) -> Option<Self>;
}

macro_rules! plain {
    ($($t:ty, $variant:ident, $model:ident, $to:expr, $from:expr;)*) => {$(
        impl Modeled for $t {
            fn ty() -> Type {
                Type::$variant
            }

            fn model(&self) -> Model {
                Model::$model($to(self))
            }

            fn of(model: &Model) -> Option<Self> {
                if let Model::$model(value) = model { $from(value) } else { None }
            }
        }
    )*};
}

plain! {
    i64, Int, Int, |n: &i64| *n, |n: &i64| Some(*n);
    usize, Usize, Int, |n: &usize| *n as i64, |n: &i64| usize::try_from(*n).ok();
    char, Char, Char, |c: &char| *c, |c: &char| Some(*c);
    String, Str, Str, |text: &String| text.clone(), |text: &String| Some(text.clone());
}

impl<T: Modeled> Modeled for Option<T> {
    fn ty() -> Type {
        Type::Opt(Box::new(T::ty()))
    }

    fn model(&self) -> Model {
        Model::Opt(self.as_ref().map(|value| Box::new(value.model())))
    }

    fn of(model: &Model) -> Option<Self> {
        match model {
            Model::Opt(Some(value)) => T::of(value).map(Some),
            Model::Opt(None) => Some(None),
            _ => None,
        }
    }
}

macro_rules! collections {
    ($($of:ident $variant:ident $model:ident [$($bound:tt)*];)*) => {$(
        impl<T: Modeled $($bound)*> Modeled for $of<T> {
            fn ty() -> Type {
                Type::$variant(Box::new(T::ty()))
            }

            fn model(&self) -> Model {
                Model::$model(self.iter().map(T::model).collect())
            }

            fn of(model: &Model) -> Option<Self> {
                if let Model::$model(items) = model {
                    items.iter().map(T::of).collect()
                } else {
                    None
                }
            }
        }
    )*};
}

collections! {
    Vec Vec List [];
    VecDeque Deque List [];
    BTreeSet BTreeSet Set [+ Ord];
    HashSet HashSet Set [+ Eq + Hash];
}

macro_rules! maps {
    ($($map:ident [$($bound:tt)*];)*) => {$(
        impl<K: Modeled $($bound)*, V: Modeled> Modeled for $map<K, V> {
            fn ty() -> Type {
                Type::$map(Box::new(K::ty()), Box::new(V::ty()))
            }

            fn model(&self) -> Model {
                Model::Map(self.iter().map(|(key, value)| (key.model(), value.model())).collect())
            }

            fn of(model: &Model) -> Option<Self> {
                if let Model::Map(entries) = model {
                    entries.iter().map(|(key, value)| Some((K::of(key)?, V::of(value)?))).collect()
                } else {
                    None
                }
            }
        }
    )*};
}

maps! {
    BTreeMap [+ Ord];
    HashMap [+ Eq + Hash];
}

macro_rules! tuples {
    ($($t:ident $at:tt),+) => {
        impl<$($t: Modeled),+> Modeled for ($($t,)+) {
            fn ty() -> Type {
                Type::Tuple(vec![$($t::ty()),+])
            }

            fn model(&self) -> Model {
                Model::Tuple(vec![$(self.$at.model()),+])
            }

            fn of(model: &Model) -> Option<Self> {
                if let Model::Tuple(items) = model {
                    Some(($($t::of(items.get($at)?)?,)+))
                } else {
                    None
                }
            }
        }
    };
}

tuples!(A 0);
tuples!(A 0, B 1);
tuples!(A 0, B 1, C 2);
tuples!(A 0, B 1, C 2, D 3);
