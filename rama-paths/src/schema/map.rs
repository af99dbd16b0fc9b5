//! `PMap`: a map stored element by element, in order of its keys.

use std::marker::PhantomData;

use super::{Ordered, Schema, Tracked, Tracking};
use crate::data::cursor::{AtCursor, Cursor, StructureAt, encode_key};
use crate::data::{Datum, StructureKind as Kind, WrongKey};
use crate::key::{Key, KeyBytes};
use crate::path::{Location, StructureKind, Visit};
use crate::record::ShapeBuilder;
use crate::store::{Handle, Node, ReadPlace};

/// A map whose elements are stored each on its own, in order of the keys.
///
/// It is a schema, not a value: paths lead into it. `V` is a value type (then an element is read
/// and written as a whole) or another schema. A nested `PMap` keeps its size beside it, so that
/// [`count`](crate::PStatePath::count) is one read, unless it is a `PMap<K, V, Untracked>`; the map at the
/// top of a PState does not.
pub struct PMap<K, V, C = Tracked>(PhantomData<fn() -> (K, V)>, PhantomData<fn() -> C>);

impl<K: Key, V: Schema, C: Tracking> Location for PMap<K, V, C> {
    type Slot = Handle;
    type Tables = Node<V>;
    type Kind = StructureKind;
    type Names<P> = P;
}

impl<K: Key, V: Schema, C: Tracking> Schema for PMap<K, V, C> {
    const NESTED: bool = true;

    fn shape(shape: &mut ShapeBuilder) {
        shape.text("PMap<").record::<K>().text(", ").schema::<V>().text(C::SHAPE).text(">");
    }

    fn top() -> Option<&'static Handle> {
        Some(&Handle::TOP)
    }

    fn handle(slot: &Handle) -> Option<Handle> {
        Some(*slot)
    }

    fn cursor(place: &ReadPlace<'_, Self>, f: &mut AtCursor<'_>) -> Visit {
        f(Cursor::Structure(&StructureAt::new(place, Kind::Map)))
    }

    fn top_key(of: Kind, key: &Datum) -> Option<Result<KeyBytes, WrongKey>> {
        (of == Kind::Map).then(|| encode_key::<K>(key))
    }
}

impl<K: Key, V: Schema, C: Tracking> Ordered for PMap<K, V, C> {
    type Key = K;
    type Element = V;
    const TRACKED: bool = C::TRACKED;
}
