//! `sub_map(keys)`: the entries of a map under some keys.

use super::key::Keyed;
use crate::path::{Navigator, PStatePath};

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to the part of a map that is under some keys: always once, and it may be empty.
    ///
    /// - *Select*: the part as one value, a `BTreeMap` of a `PMap`; of a `PMap` of structures go on
    ///   with [`map_vals`](Self::map_vals), [`map_keys`](Self::map_keys) or [`count`](Self::count).
    /// - *Transform*: what the part becomes takes its place; `none` removes it.
    ///   [`map_vals`](Self::map_vals), [`map_keys`](Self::map_keys) and [`all`](Self::all) write its
    ///   entries where they are.
    /// - *Cost*: one row for each key.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, PStatePath, Root};
    ///
    /// let mut funds = Partition::<PMap<i64, i64>>::new();
    /// let path = || PStatePath::<(), Root<PMap<i64, i64>>>::new();
    /// for account in 0..5 {
    ///     funds.transform(path().key(account).termval(account * 10))?;
    /// }
    /// assert_eq!(funds.select(&path().sub_map([4, 9, 1]).all())?, [(1, 10), (4, 40)]);
    /// assert_eq!(funds.select_one(&path().sub_map([4, 9, 1]))?, [(1, 10), (4, 40)].into());
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn sub_map<M>(
        self,
        keys: impl IntoIterator<Item = <N::Here as Keyed>::Key>,
    ) -> PStatePath<O, M>
    where
        N::Here: Keyed<SubMapNav<N> = M>,
    {
        self.then(|nav| N::Here::sub_map_nav(nav, keys.into_iter().collect()))
    }
}
