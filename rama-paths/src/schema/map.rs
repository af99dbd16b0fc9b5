//! `PMap`: a map stored element by element, in order of its keys.

use std::marker::PhantomData;

use super::Schema;
use crate::key::Key;
use crate::path::{Entries, Location};
use crate::record::ShapeBuilder;
use crate::store::{Handle, Node, ReadPlace, WritePlace, Written};

/// A map whose elements are stored each on its own, in order of the keys.
///
/// It is a schema, not a value: paths lead into it. `V` is a value type (then an element is read
/// and written as a whole) or another schema. A nested `PMap` keeps its size beside it, so that
/// [`count`](crate::PStatePath::count) is one read; the map at the top of a PState does not.
pub struct PMap<K, V>(PhantomData<fn() -> (K, V)>);

impl<K: Key, V: Schema> Location for PMap<K, V> {
    type Slot = Handle;
    type Tables = Node<V>;
    type Map = Self;
    type Names<P> = P;

    #[inline]
    fn as_map(place: ReadPlace<'_, Self>) -> Option<ReadPlace<'_, Self>> {
        Some(place)
    }

    #[inline]
    fn entries(place: ReadPlace<'_, Self>) -> Option<Entries<'_, Self>> {
        Some(Entries::of(&place))
    }
}

impl<K: Key, V: Schema> Schema for PMap<K, V> {
    const NESTED: bool = true;

    fn shape(shape: &mut ShapeBuilder) {
        shape.text("PMap<").record::<K>().text(", ").schema::<V>().text(">");
    }

    fn top() -> Option<&'static Handle> {
        Some(&Handle::TOP)
    }

    #[inline]
    fn write_map<F>(place: WritePlace<'_, Self>, f: F) -> Written<Self>
    where
        F: FnOnce(WritePlace<'_, Self>) -> Written<Self>,
    {
        f(place)
    }

    fn handle(slot: &Handle) -> Option<Handle> {
        Some(*slot)
    }
}

/// A structure whose elements are found by key.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no keys: `.key(…)` and `.must(…)` need a `PMap` at this place of the path",
    label = "there is no map at this place of the path"
)]
pub trait Keyed: Schema<Slot = Handle, Tables = Node<Self::Value>> {
    /// The type of the keys.
    type Key: Key;
    /// The schema of the elements.
    type Value: Schema;
    /// Whether the size is kept when the structure is nested.
    #[doc(hidden)]
    const TRACKED: bool;
}

impl<K: Key, V: Schema> Keyed for PMap<K, V> {
    type Key = K;
    type Value = V;
    const TRACKED: bool = true;
}
