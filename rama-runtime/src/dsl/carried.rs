//! Frames and captures whose type only their label knows: for returns and for operations as values.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, OnceLock};

use rama_paths::Record;
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser};

use crate::exec::StatementFailure;
use crate::task::Event;

/// Hands a value to a label; the `dyn Any` is an `Option` of what the caller adds to what is carried.
pub(super) type Resume = fn(&mut Event<'_>, u32, &mut dyn Any, Carried);

/// A record without its type.
pub(super) trait AnyFrame: Send + Sync {
    fn encode(&self) -> Result<Vec<u8>, postcard::Error>;
    fn as_any(&self) -> &dyn Any;
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
}

impl<E: Record> AnyFrame for E {
    fn encode(&self) -> Result<Vec<u8>, postcard::Error> {
        postcard::to_stdvec(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}

/// A record whose type only its label knows. Clones share it.
#[derive(Clone)]
pub(super) enum Carried {
    /// As it was made.
    Live(Arc<dyn AnyFrame>),
    /// As it came from elsewhere: decoded when it is first needed.
    Bytes(Arc<Undecoded>),
}

/// A record's bytes, and the record once somebody needed it.
pub(super) struct Undecoded {
    bytes: Vec<u8>,
    decoded: OnceLock<Arc<dyn AnyFrame>>,
}

impl Carried {
    pub(super) fn new<E: Record>(value: E) -> Carried {
        Carried::Live(Arc::new(value))
    }

    /// The record; `E` is the type that its label says.
    pub(super) fn get<E: Record>(&self) -> &E {
        let frame = match self {
            Carried::Live(frame) => frame,
            Carried::Bytes(undecoded) => match undecoded.decoded.get() {
                Some(frame) => frame,
                None => {
                    let frame = decode::<E>(&undecoded.bytes);
                    undecoded.decoded.get_or_init(|| Arc::new(frame))
                }
            },
        };
        (**frame).as_any().downcast_ref().expect(WRONG_TYPE)
    }

    /// The record itself, cloned only if others have it, too.
    pub(super) fn into_value<E: Record>(self) -> E {
        match self {
            Carried::Live(frame) => {
                Arc::unwrap_or_clone(frame.into_any().downcast::<E>().expect(WRONG_TYPE))
            }
            Carried::Bytes(undecoded) => match undecoded.decoded.get() {
                Some(frame) => (**frame).as_any().downcast_ref::<E>().expect(WRONG_TYPE).clone(),
                None => decode(&undecoded.bytes),
            },
        }
    }
}

const WRONG_TYPE: &str = "a label knows the type of what is carried to it";

fn decode<E: Record>(bytes: &[u8]) -> E {
    postcard::from_bytes(bytes).unwrap_or_else(|error| {
        StatementFailure::raise(format!("a carried value cannot be read: {error}"))
    })
}

/// A label, and what is carried to it.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) label: u32,
    pub(super) carried: Carried,
}

impl Place {
    /// Leads nowhere.
    pub(super) fn nowhere() -> Place {
        Place { label: super::Label::<()>::nowhere().index, carried: Carried::new(()) }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.label)
    }
}

/// Serialized as the label and the bytes of what is carried.
impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.carried {
            Carried::Live(frame) => {
                let bytes = (**frame).encode().map_err(ser::Error::custom)?;
                (self.label, Bytes(&bytes)).serialize(serializer)
            }
            Carried::Bytes(undecoded) => {
                (self.label, Bytes(&undecoded.bytes)).serialize(serializer)
            }
        }
    }
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (label, OwnedBytes(bytes)) = Deserialize::deserialize(deserializer)?;
        let decoded = OnceLock::new();
        Ok(Place { label, carried: Carried::Bytes(Arc::new(Undecoded { bytes, decoded })) })
    }
}

/// Bytes that are serialized as such, not one by one.
struct Bytes<'a>(&'a [u8]);

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

/// What [`Bytes`] wrote.
struct OwnedBytes(Vec<u8>);

impl<'de> Deserialize<'de> for OwnedBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_byte_buf(BytesVisitor).map(OwnedBytes)
    }
}

struct BytesVisitor;

impl<'de> Visitor<'de> for BytesVisitor {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes")
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
        Ok(bytes.to_vec())
    }

    fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
        Ok(bytes)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<u8>, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = seq.next_element()? {
            bytes.push(byte);
        }
        Ok(bytes)
    }
}

/// Implements what all types around a [`Place`] have: they are records, whatever their parameters.
macro_rules! place_traits {
    ($name:ident<$($param:ident),+>) => {
        impl<$($param),+> Clone for $name<$($param),+> {
            fn clone(&self) -> Self {
                $name { place: self.place.clone(), types: std::marker::PhantomData }
            }
        }

        impl<$($param),+> std::fmt::Debug for $name<$($param),+> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({:?})"), self.place)
            }
        }

        impl<$($param),+> serde::Serialize for $name<$($param),+> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.place.serialize(serializer)
            }
        }

        impl<'de, $($param),+> serde::Deserialize<'de> for $name<$($param),+> {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let place = serde::Deserialize::deserialize(deserializer)?;
                Ok($name { place, types: std::marker::PhantomData })
            }
        }

        impl<$($param: 'static),+> rama_paths::Record for $name<$($param),+> {
            fn shape(shape: &mut rama_paths::ShapeBuilder) {
                shape.text(stringify!($name));
            }
        }
    };
}
pub(super) use place_traits;
