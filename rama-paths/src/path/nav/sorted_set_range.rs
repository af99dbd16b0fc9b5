//! `sorted_set_range(from, to)` and its kin: the elements of a sorted set within a range.

use std::collections::BTreeSet;

use super::picked::{Picked, Told, ToldOf};
use super::sorted_map_range::StoredRange;
use crate::key::{Key, KeyArg};
use crate::path::{
    Between, Collection, Location, Navigator, PStatePath, ReadOnly, SortedRangeFromOptions,
    SortedRangeOptions, SortedRangeToOptions, Span, StdSet,
};
use crate::schema::{PSet, Tracking};

/// A set in order of its elements: a `PSet`, of which a range is one seek and a scan, or a
/// `BTreeSet`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no set in order: the `.sorted_set_range…(…)` navigators need a `PSet` or a `BTreeSet` at this place of the path",
    label = "there is no sorted set at this place of the path"
)]
pub trait SortedSet: Location {
    /// The type of the elements.
    type Item: Key;
    /// The navigator to a range.
    #[doc(hidden)]
    type RangeNav<N>;

    /// Goes on to a range.
    #[doc(hidden)]
    fn range_nav<N>(prev: N, span: Span) -> Self::RangeNav<N>;
}

impl<T: Key, C: Tracking> SortedSet for PSet<T, C> {
    type Item = T;
    type RangeNav<N> = StoredRange<N>;

    fn range_nav<N>(prev: N, span: Span) -> StoredRange<N> {
        StoredRange::new(prev, span)
    }
}

macro_rules! std_sets {
    ($($at:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T: Key> SortedSet for $at
        where
            BTreeSet<T>: StdSet + Collection<Range = Between<T>, At = T>,
        {
            type Item = T;
            type RangeNav<N> = Picked<N, ToldOf<BTreeSet<T>>>;

            fn range_nav<N>(prev: N, span: Span) -> Self::RangeNav<N> {
                Picked::new(prev, Told::within(&span))
            }
        }
    )*};
}

std_sets!(BTreeSet<T>, ReadOnly<BTreeSet<T>>);

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to the range of a set from the element `from` on, up to but without `to`: always
    /// once, and it may be empty.
    ///
    /// - *Select*: the elements as one `BTreeSet`.
    /// - *Transform*: another set takes their place; `none` removes them. [`all`](Self::all) writes
    ///   the elements of the range.
    /// - *Cost*: one seek, and the rows of the range, in pages.
    ///
    /// ```
    /// use rama_paths::{PSet, Partition, PStatePath, Root};
    ///
    /// let mut seen = Partition::<PSet<i64>>::new();
    /// let path = || PStatePath::<(), Root<PSet<i64>>>::new();
    /// for id in 0..10 {
    ///     seen.transform(path().none_elem().termval(id))?;
    /// }
    /// assert_eq!(seen.select(&path().sorted_set_range(3, 5).all())?, [3, 4]);
    /// assert_eq!(seen.select(&path().sorted_set_range_from(8).all())?, [8, 9]);
    /// assert_eq!(seen.select(&path().sorted_set_range_to(2).all())?, [0, 1]);
    /// assert_eq!(seen.select(&path().sorted_set_range_from_start(1).all())?, [0]);
    /// assert_eq!(seen.select(&path().sorted_set_range_to_end(2).all())?, [8, 9]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn sorted_set_range<A, B, M>(self, from: A, to: B) -> PStatePath<O, M>
    where
        N::Here: SortedSet<RangeNav<N> = M>,
        A: KeyArg<<N::Here as SortedSet>::Item>,
        B: KeyArg<<N::Here as SortedSet>::Item>,
    {
        self.sorted_set_range_with(from, to, SortedRangeOptions::new())
    }

    /// As [`sorted_set_range`](Self::sorted_set_range), with a say in which ends belong to it.
    #[inline]
    pub fn sorted_set_range_with<A, B, M>(
        self,
        from: A,
        to: B,
        options: SortedRangeOptions,
    ) -> PStatePath<O, M>
    where
        N::Here: SortedSet<RangeNav<N> = M>,
        A: KeyArg<<N::Here as SortedSet>::Item>,
        B: KeyArg<<N::Here as SortedSet>::Item>,
    {
        self.then(|nav| N::Here::range_nav(nav, options.span(&from, &to)))
    }

    /// Navigates to the range of a set from the element `from` on, up to its end: as
    /// [`sorted_set_range`](Self::sorted_set_range).
    #[inline]
    pub fn sorted_set_range_from<A, M>(self, from: A) -> PStatePath<O, M>
    where
        N::Here: SortedSet<RangeNav<N> = M>,
        A: KeyArg<<N::Here as SortedSet>::Item>,
    {
        self.sorted_set_range_from_with(from, SortedRangeFromOptions::new())
    }

    /// As [`sorted_set_range_from`](Self::sorted_set_range_from), with a say in whether the element
    /// belongs to it and in how many there are at most, those closest to it.
    #[inline]
    pub fn sorted_set_range_from_with<A, M>(
        self,
        from: A,
        options: SortedRangeFromOptions,
    ) -> PStatePath<O, M>
    where
        N::Here: SortedSet<RangeNav<N> = M>,
        A: KeyArg<<N::Here as SortedSet>::Item>,
    {
        self.then(|nav| N::Here::range_nav(nav, options.span(&from)))
    }

    /// Navigates to the range of a set from its start up to but without the element `to`: as
    /// [`sorted_set_range`](Self::sorted_set_range).
    #[inline]
    pub fn sorted_set_range_to<A, M>(self, to: A) -> PStatePath<O, M>
    where
        N::Here: SortedSet<RangeNav<N> = M>,
        A: KeyArg<<N::Here as SortedSet>::Item>,
    {
        self.sorted_set_range_to_with(to, SortedRangeToOptions::new())
    }

    /// As [`sorted_set_range_to`](Self::sorted_set_range_to), with a say in whether the element
    /// belongs to it and in how many there are at most, those closest to it.
    #[inline]
    pub fn sorted_set_range_to_with<A, M>(
        self,
        to: A,
        options: SortedRangeToOptions,
    ) -> PStatePath<O, M>
    where
        N::Here: SortedSet<RangeNav<N> = M>,
        A: KeyArg<<N::Here as SortedSet>::Item>,
    {
        self.then(|nav| N::Here::range_nav(nav, options.span(&to)))
    }

    /// Navigates to the range of the first `most` elements of a set, in ascending order: as
    /// [`sorted_set_range`](Self::sorted_set_range).
    #[inline]
    pub fn sorted_set_range_from_start<M>(self, most: usize) -> PStatePath<O, M>
    where
        N::Here: SortedSet<RangeNav<N> = M>,
    {
        self.then(|nav| N::Here::range_nav(nav, Span::first(most)))
    }

    /// Navigates to the range of the last `most` elements of a set, in ascending order: as
    /// [`sorted_set_range`](Self::sorted_set_range).
    #[inline]
    pub fn sorted_set_range_to_end<M>(self, most: usize) -> PStatePath<O, M>
    where
        N::Here: SortedSet<RangeNav<N> = M>,
    {
        self.then(|nav| N::Here::range_nav(nav, Span::last(most)))
    }
}
