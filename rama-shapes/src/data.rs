//! Random values, and what the closures of paths do with values: the same for the library and for
//! the model, and known to neither.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use fastrand::Rng;

use crate::model::{Model, Modeled};
use crate::path::Param;
use crate::ty::Type;

/// Texts whose encodings are near each other.
const TEXTS: [&str; 7] = ["", "a", "a\0", "a\0b", "ab", "b", "é"];

/// A value of a type: of few, so that they meet.
///
/// # Panics
///
/// When the type is a structure.
pub fn value(rng: &mut Rng, ty: &Type) -> Model {
    let size = |rng: &mut Rng| rng.usize(0..4);
    match ty {
        Type::Int => Model::Int(rng.i64(-2..5)),
        Type::Usize => Model::Int(rng.i64(0..6)),
        Type::Char => Model::Char(['a', 'b', 'é', '\0'][rng.usize(0..4)]),
        Type::Str => Model::Str(TEXTS[rng.usize(0..TEXTS.len())].to_owned()),
        Type::Vec(of) | Type::Deque(of) => {
            Model::List((0..size(rng)).map(|_| value(rng, of)).collect())
        }
        Type::BTreeSet(of) | Type::HashSet(of) => {
            let items: BTreeSet<Model> = (0..size(rng)).map(|_| value(rng, of)).collect();
            Model::Set(items)
        }
        Type::BTreeMap(key, of) | Type::HashMap(key, of) => {
            let entries: BTreeMap<Model, Model> =
                (0..size(rng)).map(|_| (value(rng, key), value(rng, of))).collect();
            Model::Map(entries)
        }
        Type::Opt(of) => Model::Opt(rng.bool().then(|| Box::new(value(rng, of)))),
        Type::Tuple(of) => Model::Tuple(of.iter().map(|of| value(rng, of)).collect()),
        _ => panic!("no value: {ty:?}"),
    }
}

/// The default of a type.
///
/// # Panics
///
/// When the type is a structure.
pub fn default(ty: &Type) -> Model {
    match ty {
        Type::Int | Type::Usize => Model::Int(0),
        Type::Char => Model::Char('\0'),
        Type::Opt(_) => Model::Opt(None),
        Type::Tuple(of) => Model::Tuple(of.iter().map(default).collect()),
        _ => empty(ty),
    }
}

/// An empty collection of a type.
///
/// # Panics
///
/// When it is no collection.
pub fn empty(ty: &Type) -> Model {
    match ty {
        Type::Range(of) => empty(of),
        Type::Fixed(..) => Model::Fixed(BTreeMap::new()),
        Type::Str => Model::Str(String::new()),
        _ if ty.as_list().is_some() => Model::List(Vec::new()),
        _ if ty.as_set().is_some() => Model::Set(BTreeSet::new()),
        _ if ty.as_map().is_some() => Model::Map(BTreeMap::new()),
        _ => panic!("no collection: {ty:?}"),
    }
}

/// What a path is given.
#[derive(Clone, Debug)]
pub struct Args(pub Vec<Model>);

/// Random arguments.
pub fn args(rng: &mut Rng, params: &[Param]) -> Args {
    let one = |param: &Param| match param {
        Param::Value(ty) => value(rng, ty),
        Param::Several(ty) => {
            let count = rng.usize(0..4);
            Model::List((0..count).map(|_| value(rng, ty)).collect())
        }
        Param::Index => Model::Int(rng.i64(0..5)),
        Param::Amount => Model::Int(rng.i64(0..4)),
        Param::Salt => Model::Int(rng.i64(0..1000)),
    };
    Args(params.iter().map(one).collect())
}

fn seed(of: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// Another value of a type, made of an `input`, whose last part is the old one if values were
/// `collected`.
pub fn altered(ty: &Type, input: &Model, collected: bool, salt: i64) -> Model {
    let mut rng = Rng::with_seed(seed((input, salt)));
    let old = match input {
        Model::Tuple(parts) if collected => parts.last().unwrap_or(input),
        _ => input,
    };
    // Often of the same length, which `subselect` needs.
    match (old, rng.u32(0..8)) {
        (_, 0) => old.clone(),
        (Model::List(items), 1 | 2) => Model::List(items.iter().rev().cloned().collect()),
        (Model::List(items), 3 | 4) => {
            let mut items = items.clone();
            if let (Some(item), Some(of)) = (items.last_mut(), ty.as_list()) {
                *item = value(&mut rng, of);
            }
            Model::List(items)
        }
        _ => value(&mut rng, ty),
    }
}

/// A condition on a value.
pub fn passes(value: &Model, salt: i64) -> bool {
    !seed((value, salt)).is_multiple_of(3)
}

/// A number made of a value.
pub fn number(value: &Model, salt: i64) -> i64 {
    (seed((value, salt)) % 7) as i64
}

/// Some numbers made of a value.
pub fn numbers(value: &Model, salt: i64) -> Vec<i64> {
    let seed = seed((value, salt));
    (0..seed % 4).map(|at| ((seed >> (at * 8)) % 7) as i64).collect()
}

/// What the source of paths calls. Arguments of another type are mistakes of the generator.
#[allow(clippy::missing_panics_doc, reason = "see above")]
impl Args {
    /// An argument.
    pub fn v<T: Modeled>(&self, at: usize) -> T {
        T::of(&self.0[at]).unwrap_or_else(|| panic!("no {:?}: {:?}", T::ty(), self.0[at]))
    }

    fn salt(&self, at: usize) -> i64 {
        self.v(at)
    }

    /// What `term` makes of a value.
    pub fn altered<T: Modeled>(&self, salt: usize, old: &T) -> T {
        let new = altered(&T::ty(), &old.model(), false, self.salt(salt));
        T::of(&new).unwrap_or_else(|| panic!("no {:?}: {new:?}", T::ty()))
    }

    /// What `term` makes of collected values and a value.
    pub fn folded<C: Modeled, T: Modeled>(&self, salt: usize, input: &C) -> T {
        let new = altered(&T::ty(), &input.model(), true, self.salt(salt));
        T::of(&new).unwrap_or_else(|| panic!("no {:?}: {new:?}", T::ty()))
    }

    /// What `update` does to a value.
    pub fn update<T: Modeled>(&self, salt: usize, value: &mut T) {
        *value = self.altered(salt, value);
    }

    /// A condition.
    pub fn passes<T: Modeled>(&self, salt: usize, value: &T) -> bool {
        passes(&value.model(), self.salt(salt))
    }

    /// A view.
    pub fn number<T: Modeled>(&self, salt: usize, value: &T) -> i64 {
        number(&value.model(), self.salt(salt))
    }

    /// A view that is a list.
    pub fn numbers<T: Modeled>(&self, salt: usize, value: &T) -> Vec<i64> {
        numbers(&value.model(), self.salt(salt))
    }
}
