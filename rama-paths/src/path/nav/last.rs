//! `last()`: the last element of a list.

use super::nth::{At, Sequence};
use crate::path::{Navigator, PStatePath};

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to the last element of a list; nowhere if it is empty or absent.
    ///
    /// - *Select*, *transform* and *cost*: as [`nth`](Self::nth).
    ///
    /// ```
    /// use rama_paths::{PVec, Partition, PStatePath, Root};
    ///
    /// let mut posts = Partition::<PVec<String>>::new();
    /// let path = || PStatePath::<(), Root<PVec<String>>>::new();
    /// assert!(posts.select(&path().last())?.is_empty());
    /// for post in ["a", "b", "c"] {
    ///     posts.transform(path().after_elem().termval(post.to_owned()))?;
    /// }
    /// assert_eq!(posts.select(&path().last())?, ["c"]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn last<M>(self) -> PStatePath<O, M>
    where
        N::Here: Sequence<NthNav<N> = M>,
    {
        self.then(|nav| N::Here::nth_nav(nav, At::End))
    }
}
