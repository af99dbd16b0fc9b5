//! `PSet`: a set stored element by element, in order.

use std::marker::PhantomData;

use super::{Ordered, Schema, Tracked, Tracking};
use crate::key::Key;
use crate::path::{Location, StructureKind};
use crate::record::ShapeBuilder;
use crate::store::{Handle, Node};

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
}

impl<T: Key, C: Tracking> Ordered for PSet<T, C> {
    type Key = T;
    type Element = ();
    const TRACKED: bool = C::TRACKED;
}
