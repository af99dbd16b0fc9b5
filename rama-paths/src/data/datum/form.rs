//! How a datum is written and read: as the value itself in formats that people read, else with a tag.

use std::fmt;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap as _, SerializeSeq as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Datum, Nested};

/// The tags, in formats that people do not read. They never change.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Datum", rename_all = "snake_case")]
enum Tagged {
    Null,
    Bool(bool),
    Int(i128),
    UInt(u128),
    Float(f64),
    Text(String),
    Bytes(Vec<u8>),
    List(Vec<Datum>),
    Map(Vec<(Datum, Datum)>),
}

/// As [`Tagged`], of what is borrowed.
#[derive(Serialize)]
#[serde(rename = "Datum", rename_all = "snake_case")]
enum TaggedRef<'a> {
    Null,
    Bool(bool),
    Int(i128),
    UInt(u128),
    Float(f64),
    Text(&'a str),
    Bytes(&'a [u8]),
    List(&'a [Datum]),
    Map(&'a [(Datum, Datum)]),
}

impl Serialize for Datum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return natural(self, serializer);
        }
        let tagged = match self {
            Datum::Null => TaggedRef::Null,
            Datum::Bool(value) => TaggedRef::Bool(*value),
            Datum::Int(value) => TaggedRef::Int(*value),
            Datum::UInt(value) => TaggedRef::UInt(*value),
            Datum::Float(value) => TaggedRef::Float(*value),
            Datum::Text(text) => TaggedRef::Text(text),
            Datum::Bytes(bytes) => TaggedRef::Bytes(bytes),
            Datum::List(items) => TaggedRef::List(items),
            Datum::Map(entries) => TaggedRef::Map(entries),
        };
        tagged.serialize(serializer)
    }
}

fn natural<S: Serializer>(datum: &Datum, serializer: S) -> Result<S::Ok, S::Error> {
    match datum {
        Datum::Null => serializer.serialize_unit(),
        Datum::Bool(value) => serializer.serialize_bool(*value),
        Datum::Int(value) => match (i64::try_from(*value), u64::try_from(*value)) {
            (Ok(value), _) => serializer.serialize_i64(value),
            (_, Ok(value)) => serializer.serialize_u64(value),
            // JSON's numbers are read as floats beyond that.
            _ => serializer.collect_str(value),
        },
        Datum::UInt(value) => serializer.collect_str(value),
        Datum::Float(value) => serializer.serialize_f64(*value),
        Datum::Text(text) => serializer.serialize_str(text),
        Datum::Bytes(bytes) => serializer.serialize_bytes(bytes),
        Datum::List(items) => {
            let mut seq = serializer.serialize_seq(Some(items.len()))?;
            items.iter().try_for_each(|item| seq.serialize_element(item))?;
            seq.end()
        }
        Datum::Map(entries) if entries.iter().all(|(key, _)| is_name(key)) => {
            let mut map = serializer.serialize_map(Some(entries.len()))?;
            entries.iter().try_for_each(|(key, value)| map.serialize_entry(key, value))?;
            map.end()
        }
        Datum::Map(entries) => serializer.collect_seq(entries),
    }
}

/// Whether JSON can have it as a key.
fn is_name(key: &Datum) -> bool {
    match key {
        Datum::Bool(_) | Datum::Int(_) | Datum::UInt(_) | Datum::Text(_) => true,
        Datum::Float(value) => value.is_finite(),
        Datum::Null | Datum::Bytes(_) | Datum::List(_) | Datum::Map(_) => false,
    }
}

impl<'de> Deserialize<'de> for Datum {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Datum, D::Error> {
        let _nested = Nested::enter::<D::Error>()?;
        if deserializer.is_human_readable() {
            return deserializer.deserialize_any(Natural);
        }
        Ok(match Tagged::deserialize(deserializer)? {
            Tagged::Null => Datum::Null,
            Tagged::Bool(value) => Datum::Bool(value),
            Tagged::Int(value) => Datum::Int(value),
            // What is an `i128` is always kept as one.
            Tagged::UInt(value) => Datum::from(value),
            Tagged::Float(value) => Datum::Float(value),
            Tagged::Text(text) => Datum::Text(text),
            Tagged::Bytes(bytes) => Datum::Bytes(bytes),
            Tagged::List(items) => Datum::List(items),
            Tagged::Map(entries) => Datum::Map(entries),
        })
    }
}

struct Natural;

macro_rules! visit {
    ($($method:ident $t:ty;)*) => {$(
        fn $method<E: Error>(self, value: $t) -> Result<Datum, E> {
            Ok(value.into())
        }
    )*};
}

impl<'de> Visitor<'de> for Natural {
    type Value = Datum;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    visit! {
        visit_bool bool;
        visit_i64 i64;
        visit_i128 i128;
        visit_u64 u64;
        visit_u128 u128;
        visit_f64 f64;
        visit_str &str;
        visit_string String;
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Datum, E> {
        Ok(Datum::Bytes(bytes.to_owned()))
    }

    fn visit_unit<E: Error>(self) -> Result<Datum, E> {
        Ok(Datum::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Datum, E> {
        Ok(Datum::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Datum, D::Error> {
        Datum::deserialize(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Datum, D::Error> {
        Datum::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Datum, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Datum::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Datum, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Datum::Map(entries))
    }
}
