//! `sorted_map_range_from_start(n)`: the first entries of a map.

use super::sorted_map_range::SortedMap;
use crate::path::{Navigator, PStatePath, Span};

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to the range of the first `most` entries of a map: always once, and there may be
    /// fewer, or none.
    ///
    /// - *Select* and *transform*: as [`sorted_map_range`](Self::sorted_map_range).
    /// - *Cost*: the rows of the range.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, PStatePath, Root};
    ///
    /// let mut funds = Partition::<PMap<i64, i64>>::new();
    /// let path = || PStatePath::<(), Root<PMap<i64, i64>>>::new();
    /// for account in 0..10 {
    ///     funds.transform(path().key(account).termval(1))?;
    /// }
    /// assert_eq!(funds.select(&path().sorted_map_range_from_start(2).map_keys())?, [0, 1]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn sorted_map_range_from_start<M>(self, most: usize) -> PStatePath<O, M>
    where
        N::Here: SortedMap<RangeNav<N> = M>,
    {
        self.then(|nav| N::Here::range_nav(nav, Span::first(most)))
    }
}
