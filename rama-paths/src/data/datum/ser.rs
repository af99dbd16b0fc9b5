//! From a value to a datum: a serializer.

use std::fmt::Display;

use serde::ser::{self, Serialize};

use super::{Datum, DatumError, nesting};

impl ser::Error for DatumError {
    fn custom<T: Display>(message: T) -> Self {
        DatumError(message.to_string())
    }
}

type Made = Result<Datum, DatumError>;

/// Makes the datum of a value that is so many levels deep within another one.
#[derive(Clone, Copy)]
pub(super) struct ToDatum {
    depth: usize,
}

impl ToDatum {
    pub(super) fn top() -> Self {
        ToDatum { depth: 0 }
    }

    fn deeper(self) -> Result<Self, DatumError> {
        if self.depth >= nesting::MOST {
            let most = nesting::MOST;
            return Err(DatumError(format!("the value is nested deeper than {most} levels")));
        }
        Ok(ToDatum { depth: self.depth + 1 })
    }
}

/// The parts of a list, and the name of the variant whose they are.
pub(super) struct Items {
    within: ToDatum,
    variant: Option<&'static str>,
    items: Vec<Datum>,
}

impl Items {
    fn new(of: ToDatum, length: usize, variant: Option<&'static str>) -> Result<Self, DatumError> {
        // What is said of the length is not trusted with all memory.
        let items = Vec::with_capacity(length.min(4096));
        Ok(Items { within: of.deeper()?, variant, items })
    }

    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), DatumError> {
        self.items.push(value.serialize(self.within)?);
        Ok(())
    }

    fn done(self) -> Made {
        Ok(of_variant(self.variant, Datum::List(self.items)))
    }
}

/// The entries of a map, and the name of the variant whose they are.
pub(super) struct Entries {
    within: ToDatum,
    variant: Option<&'static str>,
    entries: Vec<(Datum, Datum)>,
    key: Option<Datum>,
}

impl Entries {
    fn new(of: ToDatum, length: usize, variant: Option<&'static str>) -> Result<Self, DatumError> {
        let entries = Vec::with_capacity(length.min(4096));
        Ok(Entries { within: of.deeper()?, variant, entries, key: None })
    }

    fn field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), DatumError> {
        self.entries.push((name.into(), value.serialize(self.within)?));
        Ok(())
    }

    fn done(self) -> Made {
        Ok(of_variant(self.variant, Datum::Map(self.entries)))
    }
}

fn of_variant(variant: Option<&'static str>, content: Datum) -> Datum {
    match variant {
        Some(name) => Datum::Map(vec![(name.into(), content)]),
        None => content,
    }
}

macro_rules! into {
    ($($method:ident $t:ty;)*) => {$(
        fn $method(self, value: $t) -> Made {
            Ok(value.into())
        }
    )*};
}

impl ser::Serializer for ToDatum {
    type Ok = Datum;
    type Error = DatumError;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Items;
    type SerializeTupleVariant = Items;
    type SerializeMap = Entries;
    type SerializeStruct = Entries;
    type SerializeStructVariant = Entries;

    into! {
        serialize_bool bool;
        serialize_i8 i8;
        serialize_i16 i16;
        serialize_i32 i32;
        serialize_i64 i64;
        serialize_i128 i128;
        serialize_u8 u8;
        serialize_u16 u16;
        serialize_u32 u32;
        serialize_u64 u64;
        serialize_u128 u128;
        serialize_f32 f32;
        serialize_f64 f64;
        serialize_char char;
        serialize_str &str;
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Made {
        Ok(Datum::Bytes(bytes.to_owned()))
    }

    fn serialize_none(self) -> Made {
        Ok(Datum::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Made {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Made {
        Ok(Datum::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Made {
        Ok(Datum::Null)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Made {
        Ok(variant.into())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Made {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Made {
        Ok(of_variant(Some(variant), value.serialize(self.deeper()?)?))
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Items, DatumError> {
        Items::new(self, length.unwrap_or(0), None)
    }

    fn serialize_tuple(self, length: usize) -> Result<Items, DatumError> {
        Items::new(self, length, None)
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<Items, DatumError> {
        Items::new(self, length, None)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Items, DatumError> {
        Items::new(self.deeper()?, length, Some(variant))
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Entries, DatumError> {
        Entries::new(self, length.unwrap_or(0), None)
    }

    fn serialize_struct(self, _: &'static str, length: usize) -> Result<Entries, DatumError> {
        Entries::new(self, length, None)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Entries, DatumError> {
        Entries::new(self.deeper()?, length, Some(variant))
    }
}

macro_rules! items {
    ($($trait:ident $method:ident;)*) => {$(
        impl ser::$trait for Items {
            type Ok = Datum;
            type Error = DatumError;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), DatumError> {
                self.push(value)
            }

            fn end(self) -> Made {
                self.done()
            }
        }
    )*};
}

items! {
    SerializeSeq serialize_element;
    SerializeTuple serialize_element;
    SerializeTupleStruct serialize_field;
    SerializeTupleVariant serialize_field;
}

macro_rules! fields {
    ($($trait:ident;)*) => {$(
        impl ser::$trait for Entries {
            type Ok = Datum;
            type Error = DatumError;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), DatumError> {
                self.field(name, value)
            }

            fn end(self) -> Made {
                self.done()
            }
        }
    )*};
}

fields! {
    SerializeStruct;
    SerializeStructVariant;
}

impl ser::SerializeMap for Entries {
    type Ok = Datum;
    type Error = DatumError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), DatumError> {
        self.key = Some(key.serialize(self.within)?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), DatumError> {
        let key = self.key.take().ok_or_else(|| DatumError("a value without a key".into()))?;
        self.entries.push((key, value.serialize(self.within)?));
        Ok(())
    }

    fn end(self) -> Made {
        self.done()
    }
}
