//! What a schema adds: a few operations on what is stored at a place.

use crate::error::PathError;
use crate::key::{Key, KeyBytes};
use crate::path::{Entries, Span, Visit};
use crate::record::{Record, shape_of};
use crate::schema::{FieldAt, Ordered, Schema};
use crate::store::{Handle, Held, ReadPlace, View};

use super::{Datum, DatumError};

/// A place of a PState, whatever its schema.
#[derive(Clone, Copy)]
pub enum Cursor<'a> {
    /// One stored value.
    Value(&'a dyn StoredValue),
    /// A map, a set or a list, stored element by element.
    Structure(&'a dyn StoredStructure),
    /// Fixed keys.
    Fields(&'a dyn StoredFields),
}

/// What is called with a place.
pub type AtCursor<'f> = dyn FnMut(Cursor<'_>) -> Visit + 'f;

/// A structure whose elements are rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StructureKind {
    /// A `PMap`.
    Map,
    /// A `PSet`.
    Set,
    /// A `PVec`.
    List,
}

/// A datum that is no key of a type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is no key here, which is of type `{expected}`: {reason}")]
pub struct WrongKey {
    /// The type of the keys.
    pub expected: String,
    /// What is wrong.
    pub reason: String,
}

/// The bytes of a key that is given as data.
pub fn encode_key<K: Key>(key: &Datum) -> Result<KeyBytes, WrongKey> {
    match key.to::<K>() {
        Ok(key) => {
            let mut bytes = KeyBytes::new();
            key.encode_key(&mut bytes);
            Ok(bytes)
        }
        Err(DatumError(reason)) => Err(WrongKey { expected: shape_of::<K>(), reason }),
    }
}

/// One stored value.
pub trait StoredValue {
    /// The value, if there is one.
    fn datum(&self) -> Result<Option<Datum>, DatumError>;
}

/// A structure whose elements are rows.
pub trait StoredStructure {
    /// What it is.
    fn kind(&self) -> StructureKind;
    /// Whether it is there.
    fn is_there(&self) -> bool;
    /// Whether its elements are structures themselves.
    fn holds_structures(&self) -> bool;
    /// The bytes of a key.
    fn encode_key(&self, key: &Datum) -> Result<KeyBytes, WrongKey>;
    /// The key of some bytes.
    fn decode_key(&self, key: &KeyBytes) -> Result<Result<Datum, DatumError>, PathError>;
    /// Whether it has the element at a key: one row is read.
    fn has(&self, key: &KeyBytes) -> Result<bool, PathError>;
    /// The element at a key: one row is read.
    fn element(&self, key: &KeyBytes, f: &mut AtCursor<'_>) -> Visit;
    /// The elements within a span, with their keys, in order.
    fn entries(&self, span: &Span, f: &mut dyn FnMut(&KeyBytes, Cursor<'_>) -> Visit) -> Visit;
    /// The number of elements within a span.
    fn count(&self, span: &Span) -> Result<usize, PathError>;
}

/// Fixed keys.
pub trait StoredFields {
    /// Whether something is there.
    fn is_there(&self) -> bool;
    /// The names of the fields.
    fn names(&self) -> &'static [&'static str];
    /// A field by its place among them: one row is read.
    fn field(&self, index: usize, f: &mut AtCursor<'_>) -> Visit;
}

/// The place of a stored value.
pub struct ValueIn<'p, 'a, V: Record>(pub &'p ReadPlace<'a, V>);

impl<V: Record> StoredValue for ValueIn<'_, '_, V> {
    fn datum(&self) -> Result<Option<Datum>, DatumError> {
        self.0.slot.get().map(Datum::of).transpose()
    }
}

/// The place of a map, a set or a list.
pub struct StructureAt<'p, 'a, M: Ordered> {
    place: &'p ReadPlace<'a, M>,
    kind: StructureKind,
}

impl<'p, 'a, M: Ordered> StructureAt<'p, 'a, M> {
    pub(crate) fn new(place: &'p ReadPlace<'a, M>, kind: StructureKind) -> Self {
        Self { place, kind }
    }

    fn handle(&self) -> Option<Handle> {
        self.place.slot.get().copied()
    }

    fn of(&self, span: &Span) -> Entries<'_, M> {
        Entries { handle: self.handle(), below: self.place.below, span: span.clone() }
    }
}

impl<M: Ordered> StoredStructure for StructureAt<'_, '_, M> {
    fn kind(&self) -> StructureKind {
        self.kind
    }

    fn is_there(&self) -> bool {
        self.handle().is_some()
    }

    fn holds_structures(&self) -> bool {
        M::Element::NESTED
    }

    fn encode_key(&self, key: &Datum) -> Result<KeyBytes, WrongKey> {
        encode_key::<M::Key>(key)
    }

    fn decode_key(&self, key: &KeyBytes) -> Result<Result<Datum, DatumError>, PathError> {
        Ok(Datum::of(&M::Key::from_key_bytes(key)?))
    }

    fn has(&self, key: &KeyBytes) -> Result<bool, PathError> {
        match self.handle() {
            Some(handle) => Ok(self.place.below.get(handle.id, key)?.is_some()),
            None => Ok(false),
        }
    }

    fn element(&self, key: &KeyBytes, f: &mut AtCursor<'_>) -> Visit {
        let slot = match self.handle() {
            Some(handle) => self.place.below.get(handle.id, key)?,
            None => Held::Nothing,
        };
        M::Element::cursor(&ReadPlace { slot, below: self.place.below.below() }, f)
    }

    fn entries(&self, span: &Span, f: &mut dyn FnMut(&KeyBytes, Cursor<'_>) -> Visit) -> Visit {
        self.of(span).places(|key, place| {
            M::Element::cursor(&place, &mut |cursor: Cursor<'_>| f(&key, cursor))
        })
    }

    fn count(&self, span: &Span) -> Result<usize, PathError> {
        self.of(span).count()
    }
}

/// The place of fixed keys.
struct FieldsAt<'p, 'a, S: Schema<Slot = Handle>> {
    place: &'p ReadPlace<'a, S>,
    names: &'static [&'static str],
    /// Leads to one of them.
    field: fn(&ReadPlace<'_, S>, usize, &mut AtCursor<'_>) -> Visit,
}

impl<S: Schema<Slot = Handle>> StoredFields for FieldsAt<'_, '_, S> {
    fn is_there(&self) -> bool {
        self.place.slot.is_some()
    }

    fn names(&self) -> &'static [&'static str] {
        self.names
    }

    fn field(&self, index: usize, f: &mut AtCursor<'_>) -> Visit {
        (self.field)(self.place, index, f)
    }
}

/// Hands the place of fixed keys to `f`: their names, and how to get to one of them.
pub fn at_fields<S: Schema<Slot = Handle>>(
    place: &ReadPlace<'_, S>,
    names: &'static [&'static str],
    field: fn(&ReadPlace<'_, S>, usize, &mut AtCursor<'_>) -> Visit,
    f: &mut AtCursor<'_>,
) -> Visit {
    f(Cursor::Fields(&FieldsAt { place, names, field }))
}

/// Leads to field `I` of a struct with `#[derive(PState)]`.
pub fn field_at<S: FieldAt<I>, const I: usize>(
    place: &ReadPlace<'_, S>,
    f: &mut AtCursor<'_>,
) -> Visit {
    let view = View {
        writes: place.below.writes.map(S::writes),
        rows: S::rows(place.below.rows),
        at: place.below.at,
    };
    let slot = match place.slot.get() {
        Some(handle) => view.get(handle.id, &KeyBytes::from(&S::ID.to_be_bytes()[..]))?,
        None => Held::Nothing,
    };
    <S as FieldAt<I>>::Schema::cursor(&ReadPlace { slot, below: view.below() }, f)
}
