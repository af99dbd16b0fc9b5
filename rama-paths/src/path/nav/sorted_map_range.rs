//! `sorted_map_range(from, to)`: the entries of a map between two keys.

use std::collections::BTreeMap;

use super::picked::{Picked, Told, ToldOf};
use crate::key::{KeyArg, KeyHash};
use crate::path::{
    Between, Collection, Location, Navigator, PStatePath, Present, RangeSlot, ReadOnly,
    SortedRange, SortedRangeOptions, Span, StdMap, Visit, WriteEntries, WriteNavigator,
};
use crate::schema::{Ordered, PMap, Schema, Tracking};
use crate::store::{Held, ReadPlace, WritePlace, Written};

/// A map in order of its keys: a `PMap`, of which a range is one seek and a scan, or a `BTreeMap`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not kept in order of its keys: the `.sorted_map_range…(…)` navigators need a `PMap` or a `BTreeMap` at this place of the path",
    label = "there is no sorted map at this place of the path",
    note = "a `HashMap` has no order; a `PMap<K, V>` is stored element by element, in order"
)]
pub trait SortedMap: Location {
    /// The type of the keys.
    type Key: crate::key::Key;
    /// The navigator to a range.
    #[doc(hidden)]
    type RangeNav<N>;

    /// Goes on to a range.
    #[doc(hidden)]
    fn range_nav<N>(prev: N, span: Span) -> Self::RangeNav<N>;
}

impl<K: crate::key::Key, V: Schema, C: Tracking> SortedMap for PMap<K, V, C> {
    type Key = K;
    type RangeNav<N> = StoredRange<N>;

    fn range_nav<N>(prev: N, span: Span) -> StoredRange<N> {
        StoredRange { prev, span }
    }
}

macro_rules! std_maps {
    ($($at:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl<K: crate::key::Key, V> SortedMap for $at
        where
            BTreeMap<K, V>: StdMap + Collection<Range = Between<K>, At = K>,
        {
            type Key = K;
            type RangeNav<N> = Picked<N, ToldOf<BTreeMap<K, V>>>;

            fn range_nav<N>(prev: N, span: Span) -> Self::RangeNav<N> {
                Picked::new(prev, Told::within(&span))
            }
        }
    )*};
}

std_maps!(BTreeMap<K, V>, ReadOnly<BTreeMap<K, V>>);

/// See [`PStatePath::sorted_map_range`], and the other ranges of stored structures: they differ in the span
/// only.
#[derive(Debug, Clone)]
pub struct StoredRange<N> {
    pub(in crate::path) prev: N,
    pub(in crate::path) span: Span,
}

impl<N> StoredRange<N> {
    pub(super) fn new(prev: N, span: Span) -> Self {
        Self { prev, span }
    }
}

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to the range of a map from the key `from` on, up to but without the key `to`:
    /// always once, and there may be no entry. If `to` is not behind `from` there is none.
    ///
    /// - *Select*: the entries as one `BTreeMap`; of a map of structures go on with
    ///   [`map_keys`](Self::map_keys), [`map_vals`](Self::map_vals) or [`count`](Self::count). An
    ///   absent map has no entries.
    /// - *Transform*: another map takes the place of the entries, with any keys; `none` removes them,
    ///   with all that is beneath. [`map_vals`](Self::map_vals), [`map_keys`](Self::map_keys) and
    ///   [`all`](Self::all) write the entries of the range where they are.
    /// - *Cost*: one seek, and the rows of the range, in pages; `count` counts them. To replace, a
    ///   write for each entry that was there or comes.
    ///
    /// On a `BTreeMap` it is the same; other navigators, too, get the part as a value.
    ///
    /// The keys are as for [`key`](Self::key). At the top of a PState it is a range of one partition.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, PStatePath, Root};
    ///
    /// let mut hours = Partition::<PMap<String, PMap<i64, i64>>>::new();
    /// let path = || PStatePath::<(), Root<PMap<String, PMap<i64, i64>>>>::new();
    /// for hour in 0..10 {
    ///     hours.transform(path().key("JFK").key(hour).termval(hour * 10))?;
    /// }
    /// let range = || path().key("JFK").sorted_map_range(3, 5);
    /// assert_eq!(hours.select(&range().all())?, [(3, 30), (4, 40)]);
    /// assert_eq!(hours.select(&range().map_vals())?, [30, 40]);
    /// assert_eq!(hours.select_one(&range().count())?, 2);
    /// assert_eq!(hours.select_one(&range())?, [(3, 30), (4, 40)].into());
    /// hours.transform(range().termval([(3, 33)].into()))?;
    /// assert_eq!(hours.select_one(&path().key("JFK").count())?, 9);
    /// hours.transform(range().none())?;
    /// assert_eq!(hours.select_one(&path().key("JFK").count())?, 8);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn sorted_map_range<A, B, M>(self, from: A, to: B) -> PStatePath<O, M>
    where
        N::Here: SortedMap<RangeNav<N> = M>,
        A: KeyArg<<N::Here as SortedMap>::Key>,
        B: KeyArg<<N::Here as SortedMap>::Key>,
    {
        self.sorted_map_range_with(from, to, SortedRangeOptions::new())
    }

    /// As [`sorted_map_range`](Self::sorted_map_range), with a say in which ends belong to it.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, PStatePath, Root, SortedRangeOptions};
    ///
    /// let mut funds = Partition::<PMap<i64, i64>>::new();
    /// let path = || PStatePath::<(), Root<PMap<i64, i64>>>::new();
    /// for account in 0..10 {
    ///     funds.transform(path().key(account).termval(1))?;
    /// }
    /// let behind = SortedRangeOptions::new().exclude_start().include_end();
    /// let range = path().sorted_map_range_with(3, 5, behind);
    /// assert_eq!(funds.select(&range.map_keys())?, [4, 5]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn sorted_map_range_with<A, B, M>(
        self,
        from: A,
        to: B,
        options: SortedRangeOptions,
    ) -> PStatePath<O, M>
    where
        N::Here: SortedMap<RangeNav<N> = M>,
        A: KeyArg<<N::Here as SortedMap>::Key>,
        B: KeyArg<<N::Here as SortedMap>::Key>,
    {
        self.then(|nav| N::Here::range_nav(nav, options.span(&from, &to)))
    }
}

impl<N> Navigator for StoredRange<N>
where
    N: Navigator,
    N::Here: Ordered,
{
    type Schema = N::Schema;
    type Here = SortedRange<N::Here>;
    type Presence = Present;
    type Emits = N::Emits;
    type Collected = N::Collected;

    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.prev.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            let slot = RangeSlot { handle: place.slot.get().copied(), span: self.span.clone() };
            f(collected, ReadPlace { slot: Held::Owned(slot), below: place.below })
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.prev.leading_key()
    }
}

impl<N> WriteEntries for StoredRange<N>
where
    N: WriteNavigator,
    N::Here: Ordered,
{
    type Rows = N::Here;

    fn write_entries<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, N::Here>, &Span) -> Written<N::Here>,
    {
        self.prev.write(top, &mut |collected: &N::Collected, place: WritePlace<'_, N::Here>| {
            f(collected, place, &self.span)
        })
    }
}
