//! `after_elem()`: the place of a new element behind the last element of a list.

use super::nth::{At, Sequence};
use crate::path::{Navigator, PStatePath};

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to the place of a new element behind the last element of a list.
    ///
    /// - *Select*: nothing.
    /// - *Transform*: the element is added; an absent list is made. `none` adds nothing.
    /// - *Cost*: the row of the list and the new one.
    ///
    /// ```
    /// use rama_paths::{PVec, Partition, PStatePath, Root};
    ///
    /// let mut posts = Partition::<PVec<i64>>::new();
    /// let path = || PStatePath::<(), Root<PVec<i64>>>::new();
    /// posts.transform(path().after_elem().termval(1))?;
    /// posts.transform(path().after_elem().termval(2))?;
    /// assert_eq!(posts.select(&path().all())?, [1, 2]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn after_elem<M>(self) -> PStatePath<O, M>
    where
        N::Here: Sequence<InsertNav<N> = M>,
    {
        self.then(|nav| N::Here::insert_nav(nav, At::End))
    }
}
