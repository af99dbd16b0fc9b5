//! Typed paths: chains of navigators into a PState.
//!
//! A path starts at the top of a schema and is built by methods, one per navigator. It is data: it
//! does nothing until it is read or written. What a navigator does in a select and in a transform
//! is told at its method on [`PStatePath`].
//!
//! | navigator | at | selects | emits |
//! |---|---|---|---|
//! | [`key(k)`](PStatePath::key) | map | the element, maybe absent | once |
//! | [`must(k)`](PStatePath::must) | map | the element | 0 or 1 times |
//! | [`field(\|f\| f.x)`](PStatePath::field) | fixed keys | the field, maybe absent | once |
//! | [`nil_to_val(v)`](PStatePath::nil_to_val) | maybe absent value | the value or `v` | once |
//! | [`sorted_map_range(a, b)`](PStatePath::sorted_map_range), [`…_with(a, b, options)`](PStatePath::sorted_map_range_with) | map | the range between two keys | once |
//! | [`sorted_map_range_from(k)`](PStatePath::sorted_map_range_from), [`…_with(k, options)`](PStatePath::sorted_map_range_from_with) | map | the range from a key on | once |
//! | [`sorted_map_range_to(k)`](PStatePath::sorted_map_range_to), [`…_with(k, options)`](PStatePath::sorted_map_range_to_with) | map | the range up to a key | once |
//! | [`sorted_map_range_from_start(n)`](PStatePath::sorted_map_range_from_start) | map | the range of the first `n` entries | once |
//! | [`sorted_map_range_to_end(n)`](PStatePath::sorted_map_range_to_end) | map | the range of the last `n` entries | once |
//! | [`all()`](PStatePath::all) | map of values, or a range of one | `(key, value)` | any number of times |
//! | [`map_keys()`](PStatePath::map_keys) | map or range | the key | any number of times |
//! | [`map_vals()`](PStatePath::map_vals) | map or range | the element | any number of times |
//! | [`count()`](PStatePath::count) | map or range | the number of elements | once |
//! | [`one()`](PStatePath::one) | anything | the same | once, or an error |
//! | [`term(f)`](PStatePath::term), [`termval(v)`](PStatePath::termval), [`none()`](PStatePath::none) | end of a write | | |
//! | [`clear()`](PStatePath::clear) | the top, as end of a write | | |

mod collected;
mod entries;
mod list;
mod location;
pub mod nav;
mod on;
mod plain;
mod run;
mod sorted_range;
mod sub;
mod visit;

#[cfg(test)]
mod cost_tests;
#[cfg(test)]
mod model_tests;
#[cfg(test)]
mod range_tests;
#[cfg(test)]
mod tests;

pub use collected::Collected;
pub use entries::HasEntries;
#[doc(hidden)]
pub use entries::{Entries, Span};
pub use location::{
    Emits, FilledTop, IsMaybe, IsSingle, Location, Many, Maybe, Presence, Present, ReadOnly,
    Removable, Selectable, Single, Top, Value, ValueAt,
};
pub use plain::{StdMap, StdSeq, StdSet};
pub use run::{AggregatePath, SelectPath, SinglePath, WritePath};
#[doc(hidden)]
pub use sorted_range::RangeSlot;
pub use sorted_range::{
    SortedRange, SortedRangeFromOptions, SortedRangeOptions, SortedRangeToOptions,
};
pub use sub::SubPath;
pub(crate) use visit::to_the_end;
#[doc(hidden)]
pub use visit::{Halt, Visit};

use std::marker::PhantomData;

use crate::key::KeyHash;
use crate::schema::{Ordered, Schema};
use crate::store::{Change, ReadPlace, WritePlace, Written};

/// A path into a PState. `O` is the tag of the PState's owner, `N` the navigators so far.
#[derive(Debug)]
#[must_use = "a path does nothing until it is selected or transformed"]
pub struct PStatePath<O, N> {
    pub(crate) nav: N,
    /// Which PState of a module it is a path into; 0 where there is only one.
    pstate: u32,
    owner: PhantomData<fn() -> O>,
}

impl<O, N: Copy> Copy for PStatePath<O, N> {}

impl<O, N: Clone> Clone for PStatePath<O, N> {
    fn clone(&self) -> Self {
        Self { nav: self.nav.clone(), pstate: self.pstate, owner: PhantomData }
    }
}

impl<O, N> PStatePath<O, N> {
    pub(crate) fn at_root(nav: N, pstate: u32) -> Self {
        Self { nav, pstate, owner: PhantomData }
    }

    /// The path with one navigator more.
    pub(crate) fn then<M>(self, extend: impl FnOnce(N) -> M) -> PStatePath<O, M> {
        PStatePath { nav: extend(self.nav), pstate: self.pstate, owner: PhantomData }
    }

    /// The index of the PState in its module, as given to [`PStatePath::of_pstate`]; else 0.
    pub fn pstate(&self) -> u32 {
        self.pstate
    }
}

impl<O, N: Navigator> PStatePath<O, N> {
    /// The routing hash of the key, if the path's first navigator is `key` or `must`: the partition
    /// that holds what the path leads to.
    ///
    /// ```
    /// use rama_paths::{PMap, PStatePath, Root, key_hash};
    ///
    /// let path = PStatePath::<(), Root<PMap<i64, PMap<String, i64>>>>::new().key(7).key("a");
    /// assert_eq!(path.leading_key(), Some(key_hash(&7_i64)));
    /// ```
    pub fn leading_key(&self) -> Option<KeyHash> {
        self.nav.leading_key()
    }
}

/// A chain of navigators: what [`PStatePath`] is made of. Its methods are called by this crate only.
#[diagnostic::on_unimplemented(
    message = "this path cannot be selected: it ends with `.term(…)`, `.termval(…)` or `.none()`",
    label = "a write path"
)]
pub trait Navigator {
    /// Where the path begins: the schema of a PState, or what another path has reached.
    type Schema: Location;
    /// The schema that the path has reached, or a [`ReadOnly`] value.
    type Here: Location;
    /// Whether something is there: [`Top`], [`Maybe`] or [`Present`].
    type Presence: Presence;
    /// How often the path emits: [`Single`] or [`Many`].
    type Emits: Emits;
    /// What it has collected on its way.
    type Collected: Collected;

    /// Visits every place the path leads to.
    #[doc(hidden)]
    fn read<F>(&self, top: ReadPlace<'_, Self::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&Self::Collected, ReadPlace<'_, Self::Here>) -> Visit;

    /// The routing hash of the leading key.
    #[doc(hidden)]
    fn leading_key(&self) -> Option<KeyHash>;

    /// Whether it is the top itself.
    #[doc(hidden)]
    const IS_ROOT: bool = false;
}

/// A chain of navigators that leads to places which can be written.
#[diagnostic::on_unimplemented(
    message = "what this path leads to can only be read: `.count()`, `.map_keys()`, `.view(…)` and `.all()` of a map give values that are stored nowhere, and a range is not written as a whole",
    label = "this path ends at something that is not written",
    note = "the elements of a range are written behind `.map_vals()`: `.sorted_map_range(a, b).map_vals().none()`"
)]
pub trait WriteNavigator: Navigator<Schema: Schema, Here: Schema> {
    /// Writes every place the path leads to through `f`.
    #[doc(hidden)]
    fn write<F>(&self, top: WritePlace<'_, Self::Schema>, f: &mut F) -> Written<Self::Schema>
    where
        F: FnMut(&Self::Collected, WritePlace<'_, Self::Here>) -> Written<Self::Here>;

    /// Removes every place the path leads to: as [`write`](Self::write) does with
    /// [`Change::Remove`], and where it can be without reading what is removed.
    #[doc(hidden)]
    #[inline]
    fn remove(&self, top: WritePlace<'_, Self::Schema>) -> Written<Self::Schema> {
        self.write(top, &mut |_: &Self::Collected, _: WritePlace<'_, Self::Here>| {
            Ok(Change::Remove)
        })
    }
}

/// A chain of navigators that leads to structures, or ranges of them, whose elements can be written.
#[diagnostic::on_unimplemented(
    message = "what this path leads to can only be read: `.count()`, `.map_keys()`, `.view(…)` and `.all()` of a map give values that are stored nowhere",
    label = "this path ends at something that is not written"
)]
pub trait WriteEntries: Navigator<Schema: Schema> {
    /// The structure.
    #[doc(hidden)]
    type Rows: Ordered;

    /// Writes every structure through `f`, which is told which entries are meant.
    #[doc(hidden)]
    fn write_entries<F>(
        &self,
        top: WritePlace<'_, Self::Schema>,
        f: &mut F,
    ) -> Written<Self::Schema>
    where
        F: FnMut(&Self::Collected, WritePlace<'_, Self::Rows>, &Span) -> Written<Self::Rows>;
}

#[diagnostic::do_not_recommend]
impl<N> WriteEntries for N
where
    N: WriteNavigator,
    N::Here: Ordered,
{
    type Rows = N::Here;

    #[inline]
    fn write_entries<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, N::Here>, &Span) -> Written<N::Here>,
    {
        self.write(top, &mut |collected: &N::Collected, place: WritePlace<'_, N::Here>| {
            f(collected, place, &Span::ALL)
        })
    }
}
