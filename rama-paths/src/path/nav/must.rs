//! `must(k)`: the element of a map, if it is there.

use super::key::Keyed;
use crate::key::{KeyArg, KeyHash};
use crate::path::plain::{Fate, Fated, SeenOf, SpotOf};
use crate::path::{Many, Navigator, PStatePath, Present, Visit, WriteNavigator};
use crate::store::{Change, ReadPlace, WritePlace, Written};

/// See [`PStatePath::must`]; `N` ends with the navigator to the element, maybe absent.
#[derive(Debug, Clone)]
pub struct Must<N>(pub(super) N);

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
    #[inline]
    pub fn must<A, M>(self, key: A) -> PStatePath<O, Must<M>>
    where
        N::Here: Keyed<KeyNav<N> = M>,
        A: KeyArg<<N::Here as Keyed>::Key>,
    {
        self.then(|nav| Must(N::Here::key_nav(nav, key)))
    }
}

impl<N> Navigator for Must<N>
where
    N: Navigator,
{
    type Schema = N::Schema;
    type Here = N::Here;
    type Presence = Present;
    type Emits = Many;
    type Collected = N::Collected;

    #[inline(always)]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.0.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            if place.slot.is_some() { f(collected, place) } else { Ok(()) }
        })
    }

    #[inline(always)]
    fn read_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, SeenOf<'_, Self::Here>) -> Visit,
    {
        self.0.read_in(top, &mut |collected: &N::Collected, seen: SeenOf<'_, N::Here>| {
            if seen.get().is_some() { f(collected, seen) } else { Ok(()) }
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.0.leading_key()
    }
}

impl<N> WriteNavigator for Must<N>
where
    N: WriteNavigator,
{
    #[inline(always)]
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.0.write(top, &mut |collected: &N::Collected, place: WritePlace<'_, N::Here>| {
            if place.current.stored()?.is_some() { f(collected, place) } else { Ok(Change::Keep) }
        })
    }

    #[inline(always)]
    fn write_in<F>(&self, top: SpotOf<'_, N::Schema>, f: &mut F) -> Fated
    where
        F: FnMut(&N::Collected, SpotOf<'_, Self::Here>) -> Fated,
    {
        self.0.write_in(top, &mut |collected: &N::Collected, spot: SpotOf<'_, N::Here>| {
            if spot.is_there() { f(collected, spot) } else { Ok(Fate::Kept) }
        })
    }
}
