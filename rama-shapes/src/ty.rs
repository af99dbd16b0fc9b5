//! The types of schemas and values, as data.

/// A schema, or the type of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is named after the type")]
pub enum Type {
    Int,
    Str,
    Char,
    Usize,
    Vec(Box<Type>),
    Deque(Box<Type>),
    HashMap(Box<Type>, Box<Type>),
    BTreeMap(Box<Type>, Box<Type>),
    HashSet(Box<Type>),
    BTreeSet(Box<Type>),
    Opt(Box<Type>),
    Tuple(Vec<Type>),
    PMap(Box<Type>, Box<Type>),
    PSet(Box<Type>),
    /// A map that does not keep its size.
    UntrackedMap(Box<Type>, Box<Type>),
    /// A set that does not keep its size.
    UntrackedSet(Box<Type>),
    PVec(Box<Type>),
    /// A struct with `#[derive(PState)]`: its name and the schemas of its fields.
    Fixed(String, Vec<Type>),
    /// A range of a stored structure.
    Range(Box<Type>),
}

impl Type {
    /// A list of these.
    pub fn list_of(item: Type) -> Type {
        Type::Vec(Box::new(item))
    }

    /// Whether it is stored as one value.
    pub fn is_value(&self) -> bool {
        use Type::{Fixed, PMap, PSet, PVec, Range, UntrackedMap, UntrackedSet};
        !matches!(
            self,
            PMap(..)
                | PSet(_)
                | UntrackedMap(..)
                | UntrackedSet(_)
                | PVec(_)
                | Fixed(..)
                | Range(_)
        )
    }

    /// The keys and values of a map.
    pub fn as_map(&self) -> Option<(&Type, &Type)> {
        match self {
            Type::PMap(key, value)
            | Type::UntrackedMap(key, value)
            | Type::HashMap(key, value)
            | Type::BTreeMap(key, value) => Some((key, value)),
            _ => None,
        }
    }

    /// The elements of a set.
    pub fn as_set(&self) -> Option<&Type> {
        match self {
            Type::PSet(item)
            | Type::UntrackedSet(item)
            | Type::HashSet(item)
            | Type::BTreeSet(item) => Some(item),
            _ => None,
        }
    }

    /// The elements of a list.
    pub fn as_list(&self) -> Option<&Type> {
        match self {
            Type::PVec(item) | Type::Vec(item) | Type::Deque(item) => Some(item),
            Type::Str => Some(&Type::Char),
            _ => None,
        }
    }

    /// The type of a range of a stored structure as one value, if its elements are values.
    pub fn as_whole(&self) -> Option<Type> {
        match self {
            Type::PMap(key, of) | Type::UntrackedMap(key, of) if of.is_value() => {
                Some(Type::BTreeMap(key.clone(), of.clone()))
            }
            Type::PSet(of) | Type::UntrackedSet(of) => Some(Type::BTreeSet(of.clone())),
            Type::PVec(of) if of.is_value() => Some(Type::Vec(of.clone())),
            _ => None,
        }
    }

    /// Whether its elements are in the order of their keys.
    pub fn is_sorted(&self) -> bool {
        let has_keys = self.as_map().is_some() || self.as_set().is_some();
        has_keys && !self.is_hashed()
    }

    /// Whether its elements come in no order.
    pub fn is_hashed(&self) -> bool {
        matches!(self, Type::HashMap(..) | Type::HashSet(_))
    }

    /// Whether its values have an order.
    pub fn is_comparable(&self) -> bool {
        match self {
            Type::Vec(of) | Type::Deque(of) | Type::BTreeSet(of) | Type::Opt(of) => {
                of.is_comparable()
            }
            Type::BTreeMap(key, value) => key.is_comparable() && value.is_comparable(),
            Type::Tuple(of) => of.iter().all(Type::is_comparable),
            Type::Int | Type::Str | Type::Char | Type::Usize => true,
            _ => false,
        }
    }

    /// The structs in it, those within others first.
    pub fn structs(&self, found: &mut Vec<(String, Vec<Type>)>) {
        match self {
            Type::PMap(_, of) | Type::UntrackedMap(_, of) | Type::PVec(of) => {
                of.structs(found);
            }
            Type::Fixed(name, fields) => {
                fields.iter().for_each(|field| field.structs(found));
                found.push((name.clone(), fields.clone()));
            }
            _ => {}
        }
    }
}
