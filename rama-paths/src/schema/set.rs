//! `PSet`: a set stored element by element, in order.

use std::marker::PhantomData;

use super::{Ordered, Schema, Tracked, Tracking};
use crate::data::cursor::{AtCursor, Cursor, StructureAt, encode_key};
use crate::data::{Datum, StructureKind as Kind, WrongKey};
use crate::key::{Key, KeyBytes};
use crate::path::{Location, StructureKind, Visit};
use crate::record::ShapeBuilder;
use crate::store::{Handle, Node, ReadPlace};

/// A set whose elements are stored each on its own, in order. Its elements are values that can be
/// keys.
///
/// It is a schema, not a value: paths lead into it. A nested `PSet` keeps its size beside it, so
/// that [`count`](crate::PStatePath::count) is one read, unless it is a `PSet<T, Untracked>`; the set at the
/// top of a PState does not.
pub struct PSet<T, C = Tracked>(PhantomData<fn() -> (T, C)>);

impl<T: Key, C: Tracking> Location for PSet<T, C> {
    type Slot = Handle;
    type Tables = Node<()>;
    type Kind = StructureKind;
    type Names<P> = P;
}

impl<T: Key, C: Tracking> Schema for PSet<T, C> {
    const NESTED: bool = true;

    fn shape(shape: &mut ShapeBuilder) {
        shape.text("PSet<").record::<T>().text(C::SHAPE).text(">");
    }

    fn top() -> Option<&'static Handle> {
        Some(&Handle::TOP)
    }

    fn handle(slot: &Handle) -> Option<Handle> {
        Some(*slot)
    }

    fn cursor(place: &ReadPlace<'_, Self>, f: &mut AtCursor<'_>) -> Visit {
        f(Cursor::Structure(&StructureAt::new(place, Kind::Set)))
    }

    fn top_key(of: Kind, key: &Datum) -> Option<Result<KeyBytes, WrongKey>> {
        (of == Kind::Set).then(|| encode_key::<T>(key))
    }
}

impl<T: Key, C: Tracking> Ordered for PSet<T, C> {
    type Key = T;
    type Element = ();
    const TRACKED: bool = C::TRACKED;
}
