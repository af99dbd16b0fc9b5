//! `PMap`: a map stored element by element, in order of its keys.

use std::marker::PhantomData;

use super::{Ordered, Schema};
use crate::key::Key;
use crate::path::Location;
use crate::record::ShapeBuilder;
use crate::store::{Handle, Node};

/// A map whose elements are stored each on its own, in order of the keys.
///
/// It is a schema, not a value: paths lead into it. `V` is a value type (then an element is read
/// and written as a whole) or another schema. A nested `PMap` keeps its size beside it, so that
/// [`count`](crate::Path::count) is one read; the map at the top of a PState does not.
pub struct PMap<K, V>(PhantomData<fn() -> (K, V)>);

impl<K: Key, V: Schema> Location for PMap<K, V> {
    type Slot = Handle;
    type Tables = Node<V>;
    type Names<P> = P;
}

impl<K: Key, V: Schema> Schema for PMap<K, V> {
    const NESTED: bool = true;

    fn shape(shape: &mut ShapeBuilder) {
        shape.text("PMap<").record::<K>().text(", ").schema::<V>().text(">");
    }

    fn top() -> Option<&'static Handle> {
        Some(&Handle::TOP)
    }

    fn handle(slot: &Handle) -> Option<Handle> {
        Some(*slot)
    }
}

impl<K: Key, V: Schema> Ordered for PMap<K, V> {
    type Key = K;
    type Element = V;
    const TRACKED: bool = true;
}
