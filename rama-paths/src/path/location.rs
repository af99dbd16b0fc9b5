//! What a path has reached, as types: the place, whether something is there, how often it emits.

use super::entries::Entries;
use super::nav::ClearTop;
use crate::record::Record;
use crate::schema::{Keyed, PMap, Schema};
use crate::store::ReadPlace;

/// Where a path can be: at a schema, or at a [`ReadOnly`] value.
pub trait Location: Sized + 'static {
    /// What is held at the place: for a schema, what the row of its parent holds.
    #[doc(hidden)]
    type Slot;
    /// The tables of everything beneath it.
    #[doc(hidden)]
    type Tables: ClearTop;
    /// The map that it is, or is a range of. What is neither has a stand-in here, so that a navigator of maps on it is
    /// one error: the missing [`Keyed`](crate::schema::Keyed) at the navigator.
    #[doc(hidden)]
    type Map: Keyed;
    /// For editors: what has the names that may follow a path `P` to this place, which is its fixed
    /// keys or else the path itself with the navigators.
    #[doc(hidden)]
    type Names<P>;

    /// The place as that of a map, if it is one.
    #[doc(hidden)]
    fn as_map(_place: ReadPlace<'_, Self>) -> Option<ReadPlace<'_, Self::Map>> {
        None
    }

    /// The entries of the place, if it is a map or a range of one.
    #[doc(hidden)]
    fn entries(_place: ReadPlace<'_, Self>) -> Option<Entries<'_, Self::Map>> {
        None
    }
}

/// A value that is computed, not stored at a place: it can be selected only.
#[derive(Debug)]
pub struct ReadOnly<T>(T);

impl<T: 'static> Location for ReadOnly<T> {
    type Slot = T;
    type Tables = ();
    type Map = PMap<(), ()>;
    type Names<P> = P;
}

/// Whether something is at the place.
pub trait Presence: 'static {
    /// What is selected of a value `V`.
    type Of<V>;

    /// The selected value of a stored one, if it is there.
    #[doc(hidden)]
    fn of<V>(stored: Option<V>) -> Option<Self::Of<V>>;
}

/// At the top of a PState. A value there may be absent.
#[derive(Debug)]
pub struct Top;

/// There may be nothing.
#[derive(Debug)]
pub struct Maybe;

/// There is something.
#[derive(Debug)]
pub struct Present;

impl Presence for Top {
    type Of<V> = Option<V>;

    fn of<V>(stored: Option<V>) -> Option<Option<V>> {
        Some(stored)
    }
}

impl Presence for Maybe {
    type Of<V> = Option<V>;

    fn of<V>(stored: Option<V>) -> Option<Option<V>> {
        Some(stored)
    }
}

impl Presence for Present {
    type Of<V> = V;

    fn of<V>(stored: Option<V>) -> Option<V> {
        stored
    }
}

/// There may be nothing here, so a default makes sense.
#[diagnostic::on_unimplemented(
    message = "`.nil_to_val(…)` needs a value that may be absent, and here one is always present",
    label = "already present"
)]
pub trait IsMaybe {}

impl IsMaybe for Maybe {}
impl IsMaybe for Top {}

/// The place can be removed from what holds it.
#[diagnostic::on_unimplemented(
    message = "`.none()` cannot remove the top of a PState; navigate to an element first",
    label = "nothing holds this"
)]
pub trait Removable {}

impl Removable for Maybe {}
impl Removable for Present {}

/// How often a path emits.
pub trait Emits: 'static {
    /// Whether it is exactly once.
    const SINGLE: bool;
}

/// Exactly once.
#[derive(Debug)]
pub struct Single;

/// Any number of times.
#[derive(Debug)]
pub struct Many;

impl Emits for Single {
    const SINGLE: bool = true;
}

impl Emits for Many {
    const SINGLE: bool = false;
}

/// The path emits exactly once.
#[diagnostic::on_unimplemented(
    message = "this needs a path that emits exactly once, and the path may emit any number of times",
    label = "may emit any number of times",
    note = "use `select`, or say with `.one()` that there is exactly one"
)]
pub trait IsSingle: Emits {}

impl IsSingle for Single {}

/// What can be selected.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is stored element by element and cannot be selected as a whole; navigate into it: `.all()`, `.key(…)`, `.map_keys()`, `.map_vals()`, `.field(…)` or `.count()`",
    label = "the path ends at a structure"
)]
pub trait Selectable: Location {
    /// The type of the value.
    type Value;
    /// What is selected of it, by whether it is there.
    type Selected<P: Presence>;

    /// Takes it out of the place.
    #[doc(hidden)]
    fn take<P: Presence>(place: ReadPlace<'_, Self>) -> Option<Self::Selected<P>>;
}

#[diagnostic::do_not_recommend]
impl<V: Record> Selectable for V {
    type Value = V;
    type Selected<P: Presence> = P::Of<V>;

    #[inline]
    fn take<P: Presence>(place: ReadPlace<'_, V>) -> Option<P::Of<V>> {
        P::of(place.slot.into_owned())
    }
}

impl<T: 'static> Selectable for ReadOnly<T> {
    type Value = T;
    type Selected<P: Presence> = T;

    fn take<P: Presence>(place: ReadPlace<'_, Self>) -> Option<T> {
        place.slot.into_value()
    }
}

/// One stored value, not a structure of elements.
#[diagnostic::on_unimplemented(
    message = "a navigator here needs one stored value, and at this place of the path there is `{Self}`",
    label = "not one stored value",
    note = "`.nil_to_val(…)`, `.term(…)`, `.termval(…)`, `.all()` and aggregators work on values; navigate into a structure with `.key(…)`, `.field(…)` or `.map_vals()`; what `.count()`, `.map_keys()` and `.all()` emit can only be read"
)]
pub trait Value: Record + Schema<Slot = Self, Tables = ()> {}

#[diagnostic::do_not_recommend]
impl<V: Record> Value for V {}
