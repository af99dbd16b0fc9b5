//! What a path has reached, as types: the place, whether something is there, how often it emits.

use super::kind::{ComputedKind, StoredKind};
use super::nav::ClearTop;
use super::plain::SeenOf;
use crate::error::PathError;
use crate::record::Record;
use crate::schema::Schema;
use crate::store::ReadPlace;

/// Where a path can be: at a schema, or at a [`ReadOnly`] value.
pub trait Location: Sized + 'static {
    /// What is held at the place: for a schema, what the row of its parent holds.
    #[doc(hidden)]
    type Slot: Clone;
    /// The tables of everything beneath it.
    #[doc(hidden)]
    type Tables: ClearTop;
    /// Whether it is a structure, a stored value or a computed one.
    #[doc(hidden)]
    type Kind;
    /// For editors: what has the names that may follow a path `P` to this place, which is its fixed
    /// keys or else the path itself with the navigators.
    #[doc(hidden)]
    type Names<P>;
}

/// A value that is computed, not stored at a place: it can be selected only. What is navigated to
/// in it is computed, too.
#[derive(Debug)]
pub struct ReadOnly<T>(T);

impl<T: Clone + 'static> Location for ReadOnly<T> {
    type Slot = T;
    type Tables = ();
    type Kind = ComputedKind<T>;
    type Names<P> = P;
}

/// A place that holds a whole value: a stored one, a part of one, or a computed one.
pub trait ValueAt: Location<Slot = <Self as ValueAt>::Value, Tables = ()> + Selectable {
    /// The type of the value.
    type Value: Clone + 'static;
    /// The place of a part of the value: as this one, stored or computed.
    #[doc(hidden)]
    type Part<U: Record>: ValueAt<Value = U>;

    /// What is selected of a value that is there.
    #[doc(hidden)]
    fn selected<P: Presence>(value: <Self as ValueAt>::Value) -> Self::Selected<P>;

    /// Adds what is selected of values that lie side by side.
    #[doc(hidden)]
    fn select_all(values: &[<Self as ValueAt>::Value], into: &mut Vec<Self::Selected<Present>>);
}

#[diagnostic::do_not_recommend]
impl<V: Record> ValueAt for V {
    type Value = V;
    type Part<U: Record> = U;

    #[inline(always)]
    fn selected<P: Presence>(value: V) -> P::Of<V> {
        P::there(value)
    }

    #[inline(always)]
    fn select_all(values: &[V], into: &mut Vec<V>) {
        into.extend_from_slice(values);
    }
}

impl<T: Clone + 'static> ValueAt for ReadOnly<T> {
    type Value = T;
    type Part<U: Record> = ReadOnly<U>;

    #[inline(always)]
    fn selected<P: Presence>(value: T) -> P::Of<T> {
        P::there(value)
    }

    #[inline(always)]
    fn select_all(values: &[T], into: &mut Vec<T>) {
        into.extend_from_slice(values);
    }
}

/// Whether something is at the place.
pub trait Presence: 'static {
    /// What is selected of a value `V`.
    type Of<V>;
    /// How often a path emits that stops where nothing is.
    type IfPresent<E: Emits>: Emits;
    /// With a default for what is absent.
    type Filled: Presence;
    /// Of a path that may come from here or from there.
    type Or<P: Presence>: Presence;
    /// As `Or`, from a place where something is.
    #[doc(hidden)]
    type OrPresent: Presence;

    /// At a part that cannot be removed from what holds it.
    type Fixed: Presence;

    /// The selected value of a stored one that is there.
    #[doc(hidden)]
    fn there<V>(value: V) -> Self::Of<V>;

    /// The selected value of a stored one, if it is there.
    #[doc(hidden)]
    fn of<V>(stored: Option<V>) -> Option<Self::Of<V>>;

    /// The stored value of a selected one.
    #[doc(hidden)]
    fn stored<V>(selected: Self::Of<V>) -> Option<V>;
}

/// At the top of a PState, or at a field of a value that may be absent: what cannot be removed.
#[derive(Debug)]
pub struct Top;

/// At the top of a PState, with a default for a value that is absent, or at a field of a value.
#[derive(Debug)]
pub struct FilledTop;

/// There may be nothing.
#[derive(Debug)]
pub struct Maybe;

/// There is something.
#[derive(Debug)]
pub struct Present;

impl Presence for FilledTop {
    type Of<V> = V;
    type Filled = FilledTop;
    type IfPresent<E: Emits> = E;
    type Or<P: Presence> = P::OrPresent;
    type OrPresent = FilledTop;
    type Fixed = FilledTop;

    #[inline(always)]
    fn there<V>(value: V) -> V {
        value
    }

    #[inline(always)]
    fn of<V>(stored: Option<V>) -> Option<V> {
        stored
    }

    #[inline(always)]
    fn stored<V>(selected: V) -> Option<V> {
        Some(selected)
    }
}

impl Presence for Top {
    type Of<V> = Option<V>;
    type Filled = FilledTop;
    type IfPresent<E: Emits> = Many;
    type Or<P: Presence> = Top;
    type OrPresent = Top;
    type Fixed = Top;

    #[inline(always)]
    fn there<V>(value: V) -> Option<V> {
        Some(value)
    }

    #[inline(always)]
    fn of<V>(stored: Option<V>) -> Option<Option<V>> {
        Some(stored)
    }

    #[inline(always)]
    fn stored<V>(selected: Option<V>) -> Option<V> {
        selected
    }
}

impl Presence for Maybe {
    type Of<V> = Option<V>;
    type Filled = Present;
    type IfPresent<E: Emits> = Many;
    type Or<P: Presence> = Maybe;
    type OrPresent = Maybe;
    type Fixed = Top;

    #[inline(always)]
    fn there<V>(value: V) -> Option<V> {
        Some(value)
    }

    #[inline(always)]
    fn of<V>(stored: Option<V>) -> Option<Option<V>> {
        Some(stored)
    }

    #[inline(always)]
    fn stored<V>(selected: Option<V>) -> Option<V> {
        selected
    }
}

impl Presence for Present {
    type Of<V> = V;
    type Filled = Present;
    type IfPresent<E: Emits> = E;
    type Or<P: Presence> = P::OrPresent;
    type OrPresent = Present;
    type Fixed = FilledTop;

    #[inline(always)]
    fn there<V>(value: V) -> V {
        value
    }

    #[inline(always)]
    fn of<V>(stored: Option<V>) -> Option<V> {
        stored
    }

    #[inline(always)]
    fn stored<V>(selected: V) -> Option<V> {
        Some(selected)
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
    message = "`.none()` removes an element from what holds it, and neither the top of a PState nor a field of a value is one",
    label = "this cannot be removed"
)]
pub trait Removable {}

impl Removable for Maybe {}
impl Removable for Present {}

/// How often a path emits.
pub trait Emits: 'static {
    /// Whether it is exactly once.
    const SINGLE: bool;
    /// Of a path that goes on with one that emits so often.
    type Then<E: Emits>: Emits;
}

/// Exactly once.
#[derive(Debug)]
pub struct Single;

/// Any number of times.
#[derive(Debug)]
pub struct Many;

impl Emits for Single {
    type Then<E: Emits> = E;
    const SINGLE: bool = true;
}

impl Emits for Many {
    type Then<E: Emits> = Many;
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
    fn take<P: Presence>(
        place: ReadPlace<'_, Self>,
    ) -> Result<Option<Self::Selected<P>>, PathError>;

    /// Takes it out of a value in memory.
    #[doc(hidden)]
    #[inline]
    fn take_in<P: Presence>(
        seen: SeenOf<'_, Self>,
    ) -> Result<Option<Self::Selected<P>>, PathError> {
        seen.place().map_or(Ok(None), Self::take::<P>)
    }
}

#[diagnostic::do_not_recommend]
impl<V: Record> Selectable for V {
    type Value = V;
    type Selected<P: Presence> = P::Of<V>;

    #[inline(always)]
    fn take<P: Presence>(place: ReadPlace<'_, V>) -> Result<Option<P::Of<V>>, PathError> {
        Ok(P::of(place.slot.into_owned()))
    }

    #[inline(always)]
    fn take_in<P: Presence>(seen: SeenOf<'_, V>) -> Result<Option<P::Of<V>>, PathError> {
        Ok(P::of(seen.into_owned()))
    }
}

impl<T: Clone + 'static> Selectable for ReadOnly<T> {
    type Value = T;
    type Selected<P: Presence> = P::Of<T>;

    #[inline(always)]
    fn take<P: Presence>(place: ReadPlace<'_, Self>) -> Result<Option<P::Of<T>>, PathError> {
        Ok(P::of(place.slot.into_owned()))
    }

    #[inline(always)]
    fn take_in<P: Presence>(seen: SeenOf<'_, Self>) -> Result<Option<P::Of<T>>, PathError> {
        Ok(P::of(seen.into_owned()))
    }
}

/// One stored value, not a structure of elements.
#[diagnostic::on_unimplemented(
    message = "a navigator here needs one stored value, and at this place of the path there is `{Self}`",
    label = "not one stored value",
    note = "`.nil_to_val(…)`, `.term(…)`, `.termval(…)`, `.all()` and aggregators work on values; navigate into a structure with `.key(…)`, `.field(…)` or `.map_vals()`; what `.count()` and `.view(…)` emit can only be read"
)]
pub trait Value: Record + Schema<Slot = Self, Tables = (), Kind = StoredKind<Self>> {}

#[diagnostic::do_not_recommend]
impl<V: Record> Value for V {}
