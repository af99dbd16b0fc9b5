//! `sub_map(keys)`: the entries of a map under some keys.

use super::key::Keyed;
use crate::path::{Navigator, PStatePath};

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to the part of a map that is under some keys: always once, and it may be empty.
    ///
    /// - *Select*: of a `PMap`, go on with [`all`](Self::all), [`map_vals`](Self::map_vals),
    ///   [`map_keys`](Self::map_keys) or [`count`](Self::count); of a map of the standard library, the
    ///   part as one value.
    /// - *Transform*: of a `PMap`, go on with `map_vals`; of a map of the standard library, what the
    ///   part becomes takes its place.
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
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
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
