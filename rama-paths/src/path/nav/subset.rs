//! `subset(items)`: the elements of a set that are among some.

use super::set_elem::SetLike;
use crate::path::{Navigator, PStatePath};

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to the part of a set that is among `items`: always once, and it may be empty.
    ///
    /// - *Select*: the part as one value, a `BTreeSet` of a `PSet`.
    /// - *Transform*: what the part becomes takes its place; `none` removes it. [`all`](Self::all)
    ///   writes its elements.
    /// - *Cost*: one row for each of `items`.
    ///
    /// ```
    /// use rama_paths::{PSet, Partition, PStatePath, Root};
    ///
    /// let mut seen = Partition::<PSet<i64>>::new();
    /// let path = || PStatePath::<(), Root<PSet<i64>>>::new();
    /// for id in 0..5 {
    ///     seen.transform(path().none_elem().termval(id))?;
    /// }
    /// assert_eq!(seen.select(&path().subset([4, 9, 1]).all())?, [1, 4]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn subset<M>(
        self,
        items: impl IntoIterator<Item = <N::Here as SetLike>::Item>,
    ) -> PStatePath<O, M>
    where
        N::Here: SetLike<SubsetNav<N> = M>,
    {
        self.then(|nav| N::Here::subset_nav(nav, items.into_iter().collect()))
    }
}
