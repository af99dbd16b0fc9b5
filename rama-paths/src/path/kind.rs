//! What kind of place a location is, for the bounds of methods that need a value.
//!
//! A method that needs a value gives `PStatePath<O, M>`, where `M` is the associated type `Then` of the
//! place's kind. The kinds are types of their own, not whatever fulfils a bound: so where there is no
//! value rustc finds no implementation at all, `M` stays unknown, and the missing value is the only
//! error of the path.

use std::marker::PhantomData;

use super::{Location, Navigator, ReadOnly};
use crate::record::Record;

/// The kind of a structure, or a range of one.
#[derive(Debug)]
pub struct StructureKind;

/// The kind of a stored value, or a part of one.
#[derive(Debug)]
pub struct StoredKind<V>(PhantomData<fn() -> V>);

/// The kind of a value that is computed.
#[derive(Debug)]
pub struct ComputedKind<T>(PhantomData<fn() -> T>);

/// The kind of the place that a path has reached.
pub type KindAt<N> = <<N as Navigator>::Here as Location>::Kind;

/// A kind of place that holds one value, stored or computed.
#[diagnostic::on_unimplemented(
    message = "a navigator here needs one value, and at this place of the path there is `{L}`",
    label = "not one value",
    note = "navigate into a structure with `.key(…)`, `.field(…)`, `.map_vals()` or `.all()`"
)]
pub trait HoldsValue<L> {
    /// The type of the value.
    type Value;
    /// `X` itself.
    #[doc(hidden)]
    type Then<X>;

    /// `X` itself.
    #[doc(hidden)]
    fn then<X>(navigator: X) -> Self::Then<X>;
}

/// A kind of place that holds one stored value, which can be written.
#[diagnostic::on_unimplemented(
    message = "a navigator here needs one stored value, and at this place of the path there is `{L}`",
    label = "not one stored value",
    note = "`.subselect(…)`, `.all()` of a map and aggregators work on stored values; navigate into a structure with `.key(…)`, `.field(…)`, `.map_vals()` or `.all()`; what `.count()` and `.view(…)` emit can only be read"
)]
pub trait HoldsStored<L> {
    /// The type of the value.
    type Value;
    /// `X` itself.
    #[doc(hidden)]
    type Then<X>;

    /// `X` itself.
    #[doc(hidden)]
    fn then<X>(navigator: X) -> Self::Then<X>;
}

/// A kind of place that holds one stored value, or a range of stored values that is written as one.
#[diagnostic::on_unimplemented(
    message = "a navigator here needs one stored value, and at this place of the path there is `{L}`",
    label = "not one stored value",
    note = "`.term(…)`, `.termval(…)` and `.update(…)` work on stored values and ranges of them; navigate into a structure, or a range of structures, with `.key(…)`, `.field(…)`, `.map_vals()` or `.all()`; what `.count()` and `.view(…)` emit can only be read"
)]
pub trait HoldsWhole<L> {
    /// The type of the value.
    type Value;
    /// `X` itself.
    #[doc(hidden)]
    type Then<X>;

    /// `X` itself.
    #[doc(hidden)]
    fn then<X>(navigator: X) -> Self::Then<X>;
}

macro_rules! holds {
    ($([$($bound:tt)*] $kind:ident<$value:ident>, $at:ty: $trait:ident;)*) => {$(
        impl<$value: $($bound)*> $trait<$at> for $kind<$value> {
            type Value = $value;
            type Then<X> = X;

            #[inline(always)]
            fn then<X>(navigator: X) -> X {
                navigator
            }
        }
    )*};
}

holds! {
    [Record] StoredKind<V>, V: HoldsValue;
    [Record] StoredKind<V>, V: HoldsStored;
    [Record] StoredKind<V>, V: HoldsWhole;
    [Clone + 'static] ComputedKind<T>, ReadOnly<T>: HoldsValue;
}
