//! `must(k)`: the element of a map, if it is there.

use super::key::KeyNav;
use crate::error::PathError;
use crate::key::{KeyArg, KeyHash};
use crate::path::{ElementAt, Many, Navigator, PStatePath, Present, WriteNavigator};
use crate::schema::Keyed;
use crate::store::{Change, ReadPlace, WritePlace, Written};

/// See [`PStatePath::must`].
#[derive(Debug, Clone)]
pub struct Must<N>(KeyNav<N>);

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to the element of a map at `key` if it is there, else nowhere.
    ///
    /// - *Select*: `V` of a value, 0 or 1 times.
    /// - *Transform*: an absent element stays absent, and nothing is made; `none` removes a present
    ///   one.
    /// - *Cost*: one row, which is always read.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, PStatePath, Root};
    ///
    /// let mut funds = Partition::<PMap<i64, i64>>::new();
    /// let path = || PStatePath::<(), Root<PMap<i64, i64>>>::new();
    /// funds.transform(path().must(1).termval(10))?;
    /// assert_eq!(funds.select(&path().must(1))?, []);
    /// funds.transform(path().key(1).termval(10))?;
    /// funds.transform(path().must(1).term(|curr| curr + 1))?;
    /// assert_eq!(funds.select(&path().must(1))?, [11]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    pub fn must<A>(self, key: A) -> PStatePath<O, Must<N>>
    where
        N::Here: Keyed,
        A: KeyArg<<N::Here as Keyed>::Key>,
    {
        self.then(|nav| Must(KeyNav::new(nav, key)))
    }
}

impl<N: Navigator> Navigator for Must<N> {
    type Schema = N::Schema;
    type Here = ElementAt<N>;
    type Presence = Present;
    type Emits = Many;

    #[inline]
    fn read<'a, F>(&'a self, top: ReadPlace<'a, N::Schema>, f: &mut F) -> Result<(), PathError>
    where
        F: FnMut(ReadPlace<'a, Self::Here>) -> Result<(), PathError>,
    {
        self.0.read(top, &mut |place: ReadPlace<'a, Self::Here>| {
            if place.slot.get().is_some() { f(place) } else { Ok(()) }
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.0.leading_key()
    }
}

impl<N: WriteNavigator> WriteNavigator for Must<N> {
    #[inline]
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.0.write(top, &mut |place: WritePlace<'_, Self::Here>| {
            if place.current.stored()?.get().is_some() { f(place) } else { Ok(Change::Keep) }
        })
    }
}
