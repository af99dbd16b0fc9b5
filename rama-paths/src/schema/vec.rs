//! `PVec`: a list stored element by element, by index.

use std::marker::PhantomData;

use super::{Ordered, Schema};
use crate::data::StructureKind as Kind;
use crate::data::cursor::{AtCursor, Cursor, StructureAt};
use crate::path::{Location, StructureKind, Visit};
use crate::record::ShapeBuilder;
use crate::store::{Handle, Node, ReadPlace};

/// A list whose elements are stored each on its own, by index. `T` is a value type or another
/// schema.
///
/// It is a schema, not a value: paths lead into it. It always keeps its size. To append and to
/// replace are one element's work; to insert or remove one moves all that are behind it.
pub struct PVec<T>(PhantomData<fn() -> T>);

impl<T: Schema> Location for PVec<T> {
    type Slot = Handle;
    type Tables = Node<T>;
    type Kind = StructureKind;
    type Names<P> = P;
}

impl<T: Schema> Schema for PVec<T> {
    const NESTED: bool = true;

    fn shape(shape: &mut ShapeBuilder) {
        shape.text("PVec<").schema::<T>().text(">");
    }

    // The size has to be kept, so the one at the top has a row.
    fn top() -> Option<&'static Handle> {
        None
    }

    fn handle(slot: &Handle) -> Option<Handle> {
        Some(*slot)
    }

    fn cursor(place: &ReadPlace<'_, Self>, f: &mut AtCursor<'_>) -> Visit {
        f(Cursor::Structure(&StructureAt::new(place, Kind::List)))
    }
}

impl<T: Schema> Ordered for PVec<T> {
    type Key = u64;
    type Element = T;
    const TRACKED: bool = true;
}
