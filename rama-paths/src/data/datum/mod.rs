//! `Datum`: a value that describes itself.

mod de;
mod form;
mod from;
mod nesting;
mod order;
mod ser;

#[cfg(test)]
mod tests;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub(super) use nesting::Nested;
pub(super) use order::compare;

/// A value of any type, as data: what a path as data begins with, and what it selects.
///
/// It stands for values of Rust as serde describes them: a struct is a map from the names of its
/// fields, a tuple and a set are lists, an enum is the name of the variant as text, or a map with that
/// name as its one key. `None`, `()` and what is absent are [`Datum::Null`].
///
/// In formats that people read, such as JSON, it is written as the value itself:
///
/// - Keys of maps that JSON does not have (lists, maps, null, bytes) make the map a list of pairs,
///   numbers as keys are text; read back as a typed value both are what they were.
/// - Integers that do not fit into 64 bits are text.
/// - Bytes are a list of numbers; floats that are no number are null.
///
/// In others, such as postcard, it is written as what it is, and read back the same.
///
/// ```
/// use rama_paths::data::Datum;
///
/// let datum = Datum::of(&(7, "red", [1.5]))?;
/// assert_eq!(datum, Datum::from(vec![Datum::from(7), "red".into(), vec![1.5].into()]));
/// assert_eq!(datum.to::<(i64, String, Vec<f64>)>()?, (7, "red".to_owned(), vec![1.5]));
/// assert!(datum.to::<String>().is_err());
/// assert_eq!(datum.to_string(), r#"[7, "red", [1.5]]"#);
/// # Ok::<(), rama_paths::data::DatumError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub enum Datum {
    /// Nothing.
    #[default]
    Null,
    /// A truth value.
    Bool(bool),
    /// An integer of any type, as far as an `i128` reaches.
    Int(i128),
    /// An integer beyond that.
    UInt(u128),
    /// A float, of 32 or 64 bits.
    Float(f64),
    /// A text or a character.
    Text(String),
    /// Bytes, of types that say that they are bytes: a `Vec<u8>` is a list.
    Bytes(Vec<u8>),
    /// A list, a set, a tuple.
    List(Vec<Datum>),
    /// A map or a struct: its entries in their order.
    Map(Vec<(Datum, Datum)>),
}

/// Why a value is no datum, or a datum no value of a type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DatumError(pub(super) String);

impl Datum {
    /// Lists and maps within each other, at most: what is nested deeper is an error.
    pub const MOST_NESTED: usize = nesting::MOST;

    /// A value as a datum.
    ///
    /// # Errors
    ///
    /// If the value says that it cannot be serialized, or is nested deeper than
    /// [`MOST_NESTED`](Self::MOST_NESTED).
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Datum, DatumError> {
        value.serialize(ser::ToDatum::top())
    }

    /// The datum as a value of a type.
    ///
    /// # Errors
    ///
    /// If it is no value of this type.
    pub fn to<T: DeserializeOwned>(&self) -> Result<T, DatumError> {
        T::deserialize(de::Reading::of(self))
    }

    /// What it is, in words: `a map`, `text`.
    pub fn kind(&self) -> &'static str {
        match self {
            Datum::Null => "null",
            Datum::Bool(_) => "a truth value",
            Datum::Int(_) | Datum::UInt(_) => "an integer",
            Datum::Float(_) => "a float",
            Datum::Text(_) => "text",
            Datum::Bytes(_) => "bytes",
            Datum::List(_) => "a list",
            Datum::Map(_) => "a map",
        }
    }

    /// The value of a key of a map; none if there is no such key, or no map.
    ///
    /// ```
    /// use rama_paths::data::Datum;
    ///
    /// let map = Datum::of(&std::collections::BTreeMap::from([(1, "a"), (2, "b")]))?;
    /// assert_eq!(map.get(&2.into()), Some(&"b".into()));
    /// assert_eq!(map.get(&3.into()), None);
    /// # Ok::<(), rama_paths::data::DatumError>(())
    /// ```
    pub fn get(&self, key: &Datum) -> Option<&Datum> {
        match self {
            Datum::Map(entries) => entries.iter().find(|(k, _)| k == key).map(|(_, value)| value),
            _ => None,
        }
    }
}
