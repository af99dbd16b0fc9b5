//! `sorted_map_range(from, to)`: the entries of a map between two keys.

use crate::error::PathError;
use crate::key::{KeyArg, KeyHash};
use crate::path::{
    Location as _, MapAt, Navigator, PStatePath, Present, RangeSlot, SortedMap, SortedRange,
    SortedRangeOptions, Span, WriteEntries, WriteNavigator,
};
use crate::schema::Schema as _;
use crate::store::{Held, ReadPlace, WritePlace, Written};

/// See [`PStatePath::sorted_map_range`], and the other ranges: they differ in the span only.
#[derive(Debug, Clone)]
pub struct SortedMapRange<N> {
    prev: N,
    span: Span,
}

impl<N> SortedMapRange<N> {
    pub(super) fn new(prev: N, span: Span) -> Self {
        Self { prev, span }
    }
}

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to the range of a map from the key `from` on, up to but without the key `to`:
    /// always once, and there may be no entry. If `to` is not behind `from` there is none.
    ///
    /// - *Select*: nothing by itself; go on with [`all`](Self::all), [`map_keys`](Self::map_keys),
    ///   [`map_vals`](Self::map_vals) or [`count`](Self::count). An absent map has no entries.
    /// - *Transform*: go on with `map_vals`: it writes the elements in the range, and `none` then
    ///   removes them.
    /// - *Cost*: one seek, and the rows of the range, in pages; `count` counts them.
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
    /// hours.transform(range().map_vals().none())?;
    /// assert_eq!(hours.select_one(&path().key("JFK").count())?, 8);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    pub fn sorted_map_range<A, B>(self, from: A, to: B) -> PStatePath<O, SortedMapRange<N>>
    where
        N::Here: SortedMap,
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
    pub fn sorted_map_range_with<A, B>(
        self,
        from: A,
        to: B,
        options: SortedRangeOptions,
    ) -> PStatePath<O, SortedMapRange<N>>
    where
        N::Here: SortedMap,
        A: KeyArg<<N::Here as SortedMap>::Key>,
        B: KeyArg<<N::Here as SortedMap>::Key>,
    {
        self.then(|nav| SortedMapRange::new(nav, options.span(&from, &to)))
    }
}

impl<N: Navigator> Navigator for SortedMapRange<N> {
    type Schema = N::Schema;
    type Here = SortedRange<MapAt<N>>;
    type Presence = Present;
    type Emits = N::Emits;

    fn read<'a, F>(&'a self, top: ReadPlace<'a, N::Schema>, f: &mut F) -> Result<(), PathError>
    where
        F: FnMut(ReadPlace<'a, Self::Here>) -> Result<(), PathError>,
    {
        self.prev.read(top, &mut |place: ReadPlace<'a, N::Here>| {
            let Some(map) = N::Here::as_map(place) else {
                return Ok(());
            };
            let slot = RangeSlot { handle: map.slot.get().copied(), span: self.span.clone() };
            f(ReadPlace { slot: Held::Owned(slot), below: map.below })
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.prev.leading_key()
    }
}

impl<N: WriteNavigator> WriteEntries for SortedMapRange<N> {
    fn write_entries<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(WritePlace<'_, MapAt<Self>>, &Span) -> Written<MapAt<Self>>,
    {
        self.prev.write(top, &mut |place: WritePlace<'_, N::Here>| {
            N::Here::write_map(place, |map| f(map, &self.span))
        })
    }
}
