//! `sorted_map_range_to_end(n)`: the last entries of a map.

use super::sorted_map_range::SortedMap;
use crate::path::{Navigator, PStatePath, Span};

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to the range of the last `most` entries of a map, in ascending order: always once,
    /// and there may be fewer, or none.
    ///
    /// - *Select* and *transform*: as [`sorted_map_range`](Self::sorted_map_range).
    /// - *Cost*: one seek, and the rows of the range, drawn from the end.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, PStatePath, Root};
    ///
    /// let mut funds = Partition::<PMap<i64, i64>>::new();
    /// let path = || PStatePath::<(), Root<PMap<i64, i64>>>::new();
    /// for account in 0..10 {
    ///     funds.transform(path().key(account).termval(1))?;
    /// }
    /// assert_eq!(funds.select(&path().sorted_map_range_to_end(2).map_keys())?, [8, 9]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn sorted_map_range_to_end<M>(self, most: usize) -> PStatePath<O, M>
    where
        N::Here: SortedMap<RangeNav<N> = M>,
    {
        self.then(|nav| N::Here::range_nav(nav, Span::last(most)))
    }
}
