//! `sorted_map_range_to(k)`: the entries of a map up to a key.

use super::sorted_map_range::SortedMap;
use crate::key::KeyArg;
use crate::path::{Navigator, PStatePath, SortedRangeToOptions};

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to the range of a map from its start up to but without the key `to`: always once,
    /// and there may be no entry.
    ///
    /// - *Select* and *transform*: as [`sorted_map_range`](Self::sorted_map_range).
    /// - *Cost*: one seek, and the rows of the range, in pages; `count` counts them.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, PStatePath, Root};
    ///
    /// let mut names = Partition::<PMap<String, i64>>::new();
    /// let path = || PStatePath::<(), Root<PMap<String, i64>>>::new();
    /// for name in ["alice", "bob", "charlie"] {
    ///     names.transform(path().key(name).termval(1))?;
    /// }
    /// assert_eq!(names.select(&path().sorted_map_range_to("charlie").map_keys())?, ["alice", "bob"]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn sorted_map_range_to<A, M>(self, to: A) -> PStatePath<O, M>
    where
        N::Here: SortedMap<RangeNav<N> = M>,
        A: KeyArg<<N::Here as SortedMap>::Key>,
    {
        self.sorted_map_range_to_with(to, SortedRangeToOptions::new())
    }

    /// As [`sorted_map_range_to`](Self::sorted_map_range_to), with a say in whether the key belongs
    /// to it and in how many entries there are at most: those closest to the key, still in
    /// ascending order.
    ///
    /// Rows are then drawn from the key backward, and no more than that many.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, PStatePath, Root, SortedRangeToOptions};
    ///
    /// let mut funds = Partition::<PMap<i64, i64>>::new();
    /// let path = || PStatePath::<(), Root<PMap<i64, i64>>>::new();
    /// for account in 0..10 {
    ///     funds.transform(path().key(account).termval(1))?;
    /// }
    /// let closest = SortedRangeToOptions::new().include_end().max_amt(3);
    /// let range = path().sorted_map_range_to_with(4, closest);
    /// assert_eq!(funds.select(&range.map_keys())?, [2, 3, 4]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn sorted_map_range_to_with<A, M>(
        self,
        to: A,
        options: SortedRangeToOptions,
    ) -> PStatePath<O, M>
    where
        N::Here: SortedMap<RangeNav<N> = M>,
        A: KeyArg<<N::Here as SortedMap>::Key>,
    {
        self.then(|nav| N::Here::range_nav(nav, options.span(&to)))
    }
}
