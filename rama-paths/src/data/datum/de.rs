//! From a datum to a value: a deserializer.

use std::fmt::Display;

use serde::de::{self, DeserializeSeed, Unexpected, Visitor};

use super::{Datum, DatumError};

impl de::Error for DatumError {
    fn custom<T: Display>(message: T) -> Self {
        DatumError(message.to_string())
    }
}

/// Reads a datum as a value.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    datum: &'a Datum,
    /// Of a map: JSON has texts only, so a text may be a number.
    is_key: bool,
}

impl<'a> Reading<'a> {
    pub(super) fn of(datum: &'a Datum) -> Self {
        Reading { datum, is_key: false }
    }

    fn key(datum: &'a Datum) -> Self {
        Reading { datum, is_key: true }
    }

    fn unexpected(self) -> Unexpected<'a> {
        match self.datum {
            Datum::Null => Unexpected::Unit,
            Datum::Bool(value) => Unexpected::Bool(*value),
            Datum::Int(value) => {
                i64::try_from(*value).map_or(Unexpected::Other("integer"), Unexpected::Signed)
            }
            Datum::UInt(_) => Unexpected::Other("integer"),
            Datum::Float(value) => Unexpected::Float(*value),
            Datum::Text(text) => Unexpected::Str(text),
            Datum::Bytes(bytes) => Unexpected::Bytes(bytes),
            Datum::List(_) => Unexpected::Seq,
            Datum::Map(_) => Unexpected::Map,
        }
    }

    /// The text, if this is one that may stand for a number.
    fn number(self, is_wide: bool) -> Option<&'a str> {
        match self.datum {
            Datum::Text(text) if self.is_key || is_wide => Some(text),
            _ => None,
        }
    }
}

fn integer<'de, V: Visitor<'de>>(value: i128, visitor: V) -> Result<V::Value, DatumError> {
    match (i64::try_from(value), u64::try_from(value)) {
        (Ok(value), _) => visitor.visit_i64(value),
        (_, Ok(value)) => visitor.visit_u64(value),
        _ => visitor.visit_i128(value),
    }
}

/// The entries of a list of pairs, which stands for a map whose keys JSON does not have.
fn pairs(items: &[Datum]) -> Option<Vec<(&Datum, &Datum)>> {
    let pair = |item: &'_ Datum| matches!(item, Datum::List(pair) if pair.len() == 2);
    if !items.iter().all(pair) {
        return None;
    }
    let pairs = items.iter().filter_map(|item| match item {
        Datum::List(pair) => Some((&pair[0], &pair[1])),
        _ => None,
    });
    Some(pairs.collect())
}

macro_rules! integers {
    ($($method:ident $wide:literal;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DatumError> {
            match self.number($wide).and_then(|text| text.parse::<i128>().ok()) {
                Some(value) => integer(value, visitor),
                None => self.deserialize_any(visitor),
            }
        }
    )*};
}

macro_rules! floats {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DatumError> {
            match self.number(false).and_then(|text| text.parse::<f64>().ok()) {
                Some(value) => visitor.visit_f64(value),
                None => self.deserialize_any(visitor),
            }
        }
    )*};
}

impl<'de> de::Deserializer<'de> for Reading<'de> {
    type Error = DatumError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DatumError> {
        match self.datum {
            Datum::Null => visitor.visit_unit(),
            Datum::Bool(value) => visitor.visit_bool(*value),
            Datum::Int(value) => integer(*value, visitor),
            Datum::UInt(value) => visitor.visit_u128(*value),
            Datum::Float(value) => visitor.visit_f64(*value),
            Datum::Text(text) => visitor.visit_borrowed_str(text),
            Datum::Bytes(bytes) => visitor.visit_borrowed_bytes(bytes),
            Datum::List(items) => list(items, visitor),
            Datum::Map(entries) => map(entries.iter().map(|(key, value)| (key, value)), visitor),
        }
    }

    integers! {
        deserialize_i8 false;
        deserialize_i16 false;
        deserialize_i32 false;
        deserialize_i64 false;
        deserialize_i128 true;
        deserialize_u8 false;
        deserialize_u16 false;
        deserialize_u32 false;
        deserialize_u64 false;
    }

    fn deserialize_u128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DatumError> {
        match self.number(true).and_then(|text| text.parse::<u128>().ok()) {
            Some(value) => visitor.visit_u128(value),
            None => self.deserialize_any(visitor),
        }
    }

    floats!(deserialize_f32 deserialize_f64);

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DatumError> {
        match self.number(false).and_then(|text| text.parse::<bool>().ok()) {
            Some(value) => visitor.visit_bool(value),
            None => self.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DatumError> {
        match self.datum {
            Datum::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DatumError> {
        match self.datum {
            Datum::Bytes(bytes) => {
                visitor.visit_seq(de::value::SeqDeserializer::new(bytes.iter().copied()))
            }
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, DatumError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, DatumError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DatumError> {
        match self.datum {
            Datum::List(items) => match pairs(items) {
                Some(entries) => map(entries.into_iter(), visitor),
                None => self.deserialize_any(visitor),
            },
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, DatumError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DatumError> {
        match self.datum {
            Datum::Text(_) => visitor.visit_enum(Variant { name: self.datum, content: None }),
            Datum::Map(entries) => match entries.as_slice() {
                [(name, content)] => visitor.visit_enum(Variant { name, content: Some(content) }),
                _ => Err(de::Error::invalid_type(
                    Unexpected::Map,
                    &"the name of a variant, or a map with that as its one key",
                )),
            },
            _ => Err(de::Error::invalid_type(self.unexpected(), &"a variant")),
        }
    }

    serde::forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct struct identifier ignored_any
    }
}

fn list<'de, V: Visitor<'de>>(items: &'de [Datum], visitor: V) -> Result<V::Value, DatumError> {
    let mut seq = de::value::SeqDeserializer::new(items.iter().map(Reading::of));
    let value = visitor.visit_seq(&mut seq)?;
    seq.end()?;
    Ok(value)
}

fn map<'de, V: Visitor<'de>>(
    entries: impl Iterator<Item = (&'de Datum, &'de Datum)>,
    visitor: V,
) -> Result<V::Value, DatumError> {
    let entries = entries.map(|(key, value)| (Reading::key(key), Reading::of(value)));
    let mut map = de::value::MapDeserializer::new(entries);
    let value = visitor.visit_map(&mut map)?;
    map.end()?;
    Ok(value)
}

impl<'de> de::IntoDeserializer<'de, DatumError> for Reading<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// A variant of an enum.
struct Variant<'de> {
    name: &'de Datum,
    content: Option<&'de Datum>,
}

impl<'de> de::EnumAccess<'de> for Variant<'de> {
    type Error = DatumError;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<(T::Value, Self), DatumError> {
        Ok((seed.deserialize(Reading::of(self.name))?, self))
    }
}

impl<'de> Variant<'de> {
    fn content(self) -> Result<Reading<'de>, DatumError> {
        let missing =
            || de::Error::invalid_type(Unexpected::UnitVariant, &"a variant with content");
        self.content.map(Reading::of).ok_or_else(missing)
    }
}

impl<'de> de::VariantAccess<'de> for Variant<'de> {
    type Error = DatumError;

    fn unit_variant(self) -> Result<(), DatumError> {
        match self.content {
            None | Some(Datum::Null) => Ok(()),
            Some(content) => {
                let unexpected = Reading::of(content).unexpected();
                Err(de::Error::invalid_type(unexpected, &"a variant without content"))
            }
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<T::Value, DatumError> {
        seed.deserialize(self.content()?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, DatumError> {
        de::Deserializer::deserialize_seq(self.content()?, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DatumError> {
        de::Deserializer::deserialize_any(self.content()?, visitor)
    }
}
