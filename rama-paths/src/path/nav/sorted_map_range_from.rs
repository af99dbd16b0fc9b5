//! `sorted_map_range_from(k)`: the entries of a map from a key on.

use super::sorted_map_range::SortedMap;
use crate::key::KeyArg;
use crate::path::{Navigator, PStatePath, SortedRangeFromOptions};

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to the range of a map from the key `from` on, up to its end: always once, and
    /// there may be no entry.
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
    /// assert_eq!(names.select(&path().sorted_map_range_from("b").map_keys())?, ["bob", "charlie"]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn sorted_map_range_from<A, M>(self, from: A) -> PStatePath<O, M>
    where
        N::Here: SortedMap<RangeNav<N> = M>,
        A: KeyArg<<N::Here as SortedMap>::Key>,
    {
        self.sorted_map_range_from_with(from, SortedRangeFromOptions::new())
    }

    /// As [`sorted_map_range_from`](Self::sorted_map_range_from), with a say in whether the key
    /// belongs to it and in how many entries there are at most. No more rows are read than that,
    /// so that pages of a long map can be read one by one.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, PStatePath, Root, SortedRangeFromOptions};
    ///
    /// let mut funds = Partition::<PMap<i64, i64>>::new();
    /// let path = || PStatePath::<(), Root<PMap<i64, i64>>>::new();
    /// for account in 0..10 {
    ///     funds.transform(path().key(account).termval(1))?;
    /// }
    /// let next_page = SortedRangeFromOptions::new().exclude_start().max_amt(3);
    /// let range = path().sorted_map_range_from_with(4, next_page);
    /// assert_eq!(funds.select(&range.map_keys())?, [5, 6, 7]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn sorted_map_range_from_with<A, M>(
        self,
        from: A,
        options: SortedRangeFromOptions,
    ) -> PStatePath<O, M>
    where
        N::Here: SortedMap<RangeNav<N> = M>,
        A: KeyArg<<N::Here as SortedMap>::Key>,
    {
        self.then(|nav| N::Here::range_nav(nav, options.span(&from)))
    }
}
