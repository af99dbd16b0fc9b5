//! Typed paths: chains of navigators into a PState.
//!
//! A path starts at the top of a schema and is built by methods, one per navigator. It is data: it
//! does nothing until it is read or written. What a navigator does in a select and in a transform
//! is told at its method on [`PStatePath`].
//!
//! | navigators | at | lead to |
//! |---|---|---|
//! | [`key`](PStatePath::key), [`must`](PStatePath::must), [`map_key`](PStatePath::map_key) | a map | an element, maybe absent; one that is there; a key |
//! | [`map_vals`](PStatePath::map_vals), [`map_keys`](PStatePath::map_keys) | a map or range | each element, each key |
//! | [`field`](PStatePath::field) | fixed keys; a struct or a tuple | a field, maybe absent |
//! | [`some`](PStatePath::some), [`lens`](PStatePath::lens), [`nav`](PStatePath::nav), [`follow`](PStatePath::follow) | a value | what is in an `Option`; a part; parts by a navigator of your own; by a path that follows itself |
//! | [`nth`](PStatePath::nth), [`first`](PStatePath::first), [`last`](PStatePath::last), [`index`](PStatePath::index), [`indexed_vals`](PStatePath::indexed_vals) | a list | elements, indexes, both |
//! | [`before_elem`](PStatePath::before_elem), [`after_elem`](PStatePath::after_elem), [`before_index`](PStatePath::before_index) | a list | the place of a new element |
//! | [`set_elem`](PStatePath::set_elem), [`none_elem`](PStatePath::none_elem) | a set | an element; the place of a new one |
//! | [`all`](PStatePath::all), [`count`](PStatePath::count) | a collection or range | each entry or element; their number |
//! | [`sublist`](PStatePath::sublist), [`sub_map`](PStatePath::sub_map), [`subset`](PStatePath::subset), [`sorted_map_range`](PStatePath::sorted_map_range)…, [`sorted_set_range`](PStatePath::sorted_set_range)… | a list, map or set | a part of it |
//! | [`beginning`](PStatePath::beginning), [`end`](PStatePath::end), [`sublist_dynamic`](PStatePath::sublist_dynamic), [`continuous_subseqs`](PStatePath::continuous_subseqs), [`filtered_list`](PStatePath::filtered_list) | a list in memory | parts of it |
//! | [`filter_pred`](PStatePath::filter_pred), [`filter_equal`](PStatePath::filter_equal)…, [`filter_selected`](PStatePath::filter_selected), [`filter_not_selected`](PStatePath::filter_not_selected) | anything | the same, if it fulfils a condition |
//! | [`nil_to_val`](PStatePath::nil_to_val), [`nil_to_default`](PStatePath::nil_to_default) | a value, maybe absent | the value or a default |
//! | [`view`](PStatePath::view), [`transformed`](PStatePath::transformed) | a value | what is made of it |
//! | [`if_path`](PStatePath::if_path), [`if_path_else`](PStatePath::if_path_else), [`cond_path`](PStatePath::cond_path), [`multi_path`](PStatePath::multi_path), [`subselect`](PStatePath::subselect) | anything | where paths from there lead |
//! | [`stay`](PStatePath::stay), [`stop`](PStatePath::stop), [`continue_then_stay`](PStatePath::continue_then_stay), [`stay_then_continue`](PStatePath::stay_then_continue), [`one`](PStatePath::one) | anything | itself, nothing, both; once or an error |
//! | [`collect`](PStatePath::collect), [`collect_one`](PStatePath::collect_one), [`put_collected`](PStatePath::put_collected), [`is_collected`](PStatePath::is_collected), [`dispense`](PStatePath::dispense) | anything | the same, with values beside it |
//! | [`term`](PStatePath::term), [`termval`](PStatePath::termval), [`update`](PStatePath::update), [`none`](PStatePath::none), [`multi_transform`](PStatePath::multi_transform), [`clear`](PStatePath::clear) | the end of a write | |

mod collected;
mod entries;
mod kind;
mod list;
mod location;
mod moved;
pub mod nav;
mod on;
mod plain;
mod run;
mod sorted_range;
mod sub;
mod visit;
mod whole_range;

#[cfg(test)]
mod cost_tests;
#[cfg(test)]
mod model_tests;
#[cfg(test)]
mod range_tests;
#[cfg(test)]
mod tests;

pub use collected::Collected;
pub(crate) use entries::Amount;
pub use entries::HasEntries;
#[doc(hidden)]
pub use entries::{Entries, Span};
pub(crate) use kind::KindAt;
pub use kind::{ComputedKind, HoldsStored, HoldsValue, HoldsWhole, StoredKind, StructureKind};
pub use location::{
    Emits, FilledTop, IsMaybe, IsSingle, Location, Many, Maybe, Presence, Present, ReadOnly,
    Removable, Selectable, Single, Top, Value, ValueAt,
};
#[doc(hidden)]
pub use plain::{Between, Entry, Which};
pub use plain::{
    Collection, FieldToken, HasFields, Part, PartAt, PartOf, RecordFields, StdMap, StdSeq, StdSet,
};
pub use run::{AggregatePath, SelectPath, SinglePath, WritePath};
#[doc(hidden)]
pub use sorted_range::RangeSlot;
pub use sorted_range::{
    SortedRange, SortedRangeFromOptions, SortedRangeOptions, SortedRangeToOptions,
};
use sub::SelectedBy;
pub use sub::SubPath;
pub(crate) use visit::to_the_end;
#[doc(hidden)]
pub use visit::{Halt, Visit};
pub use whole_range::{Ranged, WholeRange, WriteValues};

use std::marker::PhantomData;

use self::plain::{Altered, Fate, Fated, Seen, SeenOf, SpotOf, WhichOf, as_spot, see, write_value};
use crate::key::KeyHash;
use crate::schema::{Ordered, Schema};
use crate::store::{Change, Held, Ids, ReadPlace, WritePlace, Written};

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
    #[inline]
    pub(crate) fn at_root(nav: N, pstate: u32) -> Self {
        Self { nav, pstate, owner: PhantomData }
    }

    /// The path with one navigator more.
    #[inline]
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

/// The type of the value that a path has reached.
type ValueOf<N> = <<N as Navigator>::Here as ValueAt>::Value;

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

    /// Whether it is the top itself.
    #[doc(hidden)]
    const IS_ROOT: bool = false;

    /// Whether it leads to values that lie side by side, or to parts of such: all of them are there,
    /// and [`map_into_in`](Self::map_into_in) adds them at once.
    #[doc(hidden)]
    const SIDE_BY_SIDE: bool = false;

    /// Visits every place the path leads to.
    #[doc(hidden)]
    fn read<F>(&self, top: ReadPlace<'_, Self::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&Self::Collected, ReadPlace<'_, Self::Here>) -> Visit;

    /// As [`read`](Self::read), of a value in memory.
    #[doc(hidden)]
    #[inline]
    fn read_in<F>(&self, top: SeenOf<'_, Self::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&Self::Collected, SeenOf<'_, Self::Here>) -> Visit,
    {
        let Some(top) = top.place() else { return Ok(()) };
        self.read(top, &mut |collected: &Self::Collected, place: ReadPlace<'_, Self::Here>| {
            see(place.slot, |seen| f(collected, seen))
        })
    }

    /// As [`read_in`](Self::read_in), whatever the path collects. A path that branches hands the same `f`
    /// on to its branches, so that one which follows itself at the end of a branch has a single `f`,
    /// however deep.
    #[doc(hidden)]
    #[inline(always)]
    fn carry_in<F>(&self, top: SeenOf<'_, Self::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(SeenOf<'_, Self::Here>) -> Visit,
    {
        self.read_in(top, &mut |_: &Self::Collected, seen: SeenOf<'_, Self::Here>| f(seen))
    }

    /// Visits every collection in memory that the path leads to, with which of its elements are
    /// meant: what leads to a part of a collection shows the collection and where the part is.
    #[doc(hidden)]
    #[inline(always)]
    fn read_parts<F>(&self, top: ReadPlace<'_, Self::Schema>, f: &mut F) -> Visit
    where
        Self::Here: ValueAt<Value: Collection>,
        F: FnMut(&Self::Collected, Held<'_, ValueOf<Self>>, &WhichOf<ValueOf<Self>>) -> Visit,
    {
        self.read(top, &mut |collected: &Self::Collected, place: ReadPlace<'_, Self::Here>| {
            f(collected, place.slot, &Which::All)
        })
    }

    /// As [`read_parts`](Self::read_parts), of a value in memory.
    #[doc(hidden)]
    #[inline(always)]
    fn read_parts_in<F>(&self, top: SeenOf<'_, Self::Schema>, f: &mut F) -> Visit
    where
        Self::Here: ValueAt<Value: Collection>,
        F: FnMut(&Self::Collected, Seen<'_, ValueOf<Self>>, &WhichOf<ValueOf<Self>>) -> Visit,
    {
        self.read_in(top, &mut |collected: &Self::Collected, seen: SeenOf<'_, Self::Here>| {
            f(collected, seen, &Which::All)
        })
    }

    /// As [`select_into`](Self::select_into), of a value in memory.
    #[doc(hidden)]
    #[inline(always)]
    fn select_into_in<T>(
        &self,
        top: SeenOf<'_, Self::Schema>,
        into: &mut Vec<T>,
        make: impl Fn(&Self::Collected, SelectedBy<Self>) -> T,
    ) -> Visit
    where
        Self: Sized,
        Self::Here: Selectable,
    {
        sub::push_each_in(self, top, into, make)
    }

    /// Adds what `make` gives for each value that is there, of a value in memory.
    #[doc(hidden)]
    #[inline(always)]
    fn map_into_in<T>(
        &self,
        top: SeenOf<'_, Self::Schema>,
        into: &mut Vec<T>,
        make: impl Fn(&Self::Collected, &<Self::Here as Location>::Slot) -> T,
    ) -> Visit
    where
        Self: Sized,
    {
        self.read_in(top, &mut |collected: &Self::Collected, seen: SeenOf<'_, Self::Here>| {
            into.extend(seen.get().map(|value| make(collected, value)));
            Ok(())
        })
    }

    /// How many values it leads to in a value in memory, if that is known without a walk; else 0.
    #[doc(hidden)]
    #[inline(always)]
    fn expected_in(&self, _top: SeenOf<'_, Self::Schema>) -> usize {
        0
    }

    /// Adds each value that is selected in a value in memory.
    #[doc(hidden)]
    #[inline(always)]
    fn select_all_in(
        &self,
        top: SeenOf<'_, Self::Schema>,
        into: &mut Vec<SelectedBy<Self>>,
    ) -> Visit
    where
        Self: Sized,
        Self::Here: Selectable,
    {
        self.select_into_in(top, into, |_, value| value)
    }

    /// Adds what `make` gives for each value that is selected; those that lie side by side in memory
    /// are added at once.
    #[doc(hidden)]
    #[inline(always)]
    fn select_into<T>(
        &self,
        top: ReadPlace<'_, Self::Schema>,
        into: &mut Vec<T>,
        make: impl Fn(&Self::Collected, SelectedBy<Self>) -> T,
    ) -> Visit
    where
        Self: Sized,
        Self::Here: Selectable,
    {
        self.read(top, &mut |collected: &Self::Collected, place: ReadPlace<'_, Self::Here>| {
            if let Some(value) = Self::Here::take::<Self::Presence>(place)? {
                into.push(make(collected, value));
            }
            Ok(())
        })
    }

    /// The routing hash of the leading key.
    #[doc(hidden)]
    fn leading_key(&self) -> Option<KeyHash>;
}

/// A chain of navigators that leads to places which can be written.
#[diagnostic::on_unimplemented(
    message = "what this path leads to cannot be written here: `.count()` and `.view(…)` give values that are stored nowhere, and a range of a stored structure is one value only right before the end of the path",
    label = "this path ends at something that is not written",
    note = "the elements of a range are written behind `.map_vals()`, `.map_keys()` or `.all()`: `.sorted_map_range(a, b).map_vals().term(f)`"
)]
pub trait WriteNavigator: Navigator<Schema: Schema, Here: Schema> {
    /// Writes every place the path leads to through `f`.
    #[doc(hidden)]
    fn write<F>(&self, top: WritePlace<'_, Self::Schema>, f: &mut F) -> Written<Self::Schema>
    where
        F: FnMut(&Self::Collected, WritePlace<'_, Self::Here>) -> Written<Self::Here>;

    /// As [`write`](Self::write), of a value in memory that is changed where it is.
    #[doc(hidden)]
    #[inline]
    fn write_in<F>(&self, top: SpotOf<'_, Self::Schema>, f: &mut F) -> Fated
    where
        F: FnMut(&Self::Collected, SpotOf<'_, Self::Here>) -> Fated,
    {
        top.into_place::<Self::Schema>(&mut Ids::none(), |top| {
            self.write(
                top,
                &mut |collected: &Self::Collected, place: WritePlace<'_, Self::Here>| {
                    as_spot(place, |spot, _| f(collected, spot))
                },
            )
        })
    }

    /// As [`write_in`](Self::write_in), whatever the path collects: see
    /// [`carry_in`](Navigator::carry_in).
    #[doc(hidden)]
    #[inline(always)]
    fn carry_write_in<F>(&self, top: SpotOf<'_, Self::Schema>, f: &mut F) -> Fated
    where
        F: FnMut(SpotOf<'_, Self::Here>) -> Fated,
    {
        self.write_in(top, &mut |_: &Self::Collected, spot: SpotOf<'_, Self::Here>| f(spot))
    }

    /// Writes every collection in memory that the path leads to where it is, through `f`, which is
    /// told which of its elements are meant and says whether something changed. An absent one stays
    /// so.
    #[doc(hidden)]
    #[inline(always)]
    fn write_parts<F>(&self, top: WritePlace<'_, Self::Schema>, f: &mut F) -> Written<Self::Schema>
    where
        Self::Here: Collection,
        F: FnMut(&Self::Collected, &mut Self::Here, &WhichOf<Self::Here>, &mut Ids) -> Altered,
    {
        self.write(top, &mut |collected: &Self::Collected, place: WritePlace<'_, Self::Here>| {
            write_value(place, || None, |whole, ids| f(collected, whole, &Which::All, ids))
        })
    }

    /// As [`write_parts`](Self::write_parts), of a value in memory.
    #[doc(hidden)]
    #[inline(always)]
    fn write_parts_in<F>(&self, top: SpotOf<'_, Self::Schema>, f: &mut F) -> Fated
    where
        Self::Here: Collection,
        F: FnMut(&Self::Collected, &mut Self::Here, &WhichOf<Self::Here>) -> Altered,
    {
        self.write_in(top, &mut |collected: &Self::Collected, spot: SpotOf<'_, Self::Here>| {
            spot.change(|| None, |whole| f(collected, whole, &Which::All))
        })
    }

    /// Removes every place the path leads to: as [`write`](Self::write) does with
    /// [`Change::Remove`], and where it can be without reading what is removed.
    #[doc(hidden)]
    #[inline(always)]
    fn remove(&self, top: WritePlace<'_, Self::Schema>) -> Written<Self::Schema> {
        self.write(top, &mut |_: &Self::Collected, _: WritePlace<'_, Self::Here>| {
            Ok(Change::Remove)
        })
    }

    /// As [`remove`](Self::remove), of a value in memory.
    #[doc(hidden)]
    #[inline(always)]
    fn remove_in(&self, top: SpotOf<'_, Self::Schema>) -> Fated {
        self.write_in(top, &mut |_: &Self::Collected, _: SpotOf<'_, Self::Here>| Ok(Fate::Removed))
    }
}

/// A chain of navigators that leads to structures, or ranges of them, whose elements can be written.
#[diagnostic::on_unimplemented(
    message = "what this path leads to can only be read: `.count()` and `.view(…)` give values that are stored nowhere",
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

    #[inline(always)]
    fn write_entries<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, N::Here>, &Span) -> Written<N::Here>,
    {
        self.write(top, &mut |collected: &N::Collected, place: WritePlace<'_, N::Here>| {
            f(collected, place, &Span::ALL)
        })
    }
}
