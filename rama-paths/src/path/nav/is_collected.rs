//! `is_collected(f)`: only where the collected values fulfil a condition.

use crate::key::KeyHash;
use crate::path::plain::{Fate, Fated, SeenOf, SpotOf};
use crate::path::{Many, Navigator, PStatePath, Visit, WriteNavigator};
use crate::store::{Change, ReadPlace, WritePlace, Written};

/// See [`PStatePath::is_collected`].
#[derive(Debug, Clone)]
pub struct IsCollected<N, G> {
    prev: N,
    test: G,
}

impl<O, N: Navigator> PStatePath<O, N> {
    /// Stays where it is if the values collected so far, a tuple, fulfil a condition, else leads
    /// nowhere.
    ///
    /// ```
    /// use rama_paths::{PStatePath, Root};
    ///
    /// let path = PStatePath::<(), Root<Vec<Vec<i64>>>>::new();
    /// let lists = vec![vec![1, 2], vec![3]];
    /// let long = path.all().collect_one(|list| list.count()).is_collected(|(count,)| *count > 1);
    /// assert_eq!(long.first().select_from(&lists)?, [(2, 1)]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn is_collected<G>(self, test: G) -> PStatePath<O, IsCollected<N, G>>
    where
        G: Fn(&N::Collected) -> bool,
    {
        self.then(|nav| IsCollected { prev: nav, test })
    }

    /// Stays where it is and forgets the values collected so far.
    ///
    /// ```
    /// use rama_paths::{PStatePath, Root};
    ///
    /// let path = PStatePath::<(), Root<Vec<i64>>>::new();
    /// let path = path.put_collected(1).all().dispense();
    /// assert_eq!(path.select_from(&vec![7])?, [7]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn dispense(self) -> PStatePath<O, Dispense<N>> {
        self.then(Dispense)
    }
}

/// See [`PStatePath::dispense`].
#[derive(Debug, Clone)]
pub struct Dispense<N>(N);

impl<N, G> Navigator for IsCollected<N, G>
where
    N: Navigator,
    G: Fn(&N::Collected) -> bool,
{
    type Schema = N::Schema;
    type Here = N::Here;
    type Presence = N::Presence;
    type Emits = Many;
    type Collected = N::Collected;

    #[inline(always)]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.prev.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            if (self.test)(collected) { f(collected, place) } else { Ok(()) }
        })
    }

    #[inline(always)]
    fn read_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, SeenOf<'_, Self::Here>) -> Visit,
    {
        self.prev.read_in(top, &mut |collected: &N::Collected, seen: SeenOf<'_, N::Here>| {
            if (self.test)(collected) { f(collected, seen) } else { Ok(()) }
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.prev.leading_key()
    }
}

impl<N, G> WriteNavigator for IsCollected<N, G>
where
    N: WriteNavigator,
    G: Fn(&N::Collected) -> bool,
{
    #[inline(always)]
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.prev.write(top, &mut |collected: &N::Collected, place: WritePlace<'_, N::Here>| {
            if (self.test)(collected) { f(collected, place) } else { Ok(Change::Keep) }
        })
    }

    #[inline(always)]
    fn write_in<F>(&self, top: SpotOf<'_, N::Schema>, f: &mut F) -> Fated
    where
        F: FnMut(&N::Collected, SpotOf<'_, Self::Here>) -> Fated,
    {
        self.prev.write_in(top, &mut |collected: &N::Collected, spot: SpotOf<'_, N::Here>| {
            if (self.test)(collected) { f(collected, spot) } else { Ok(Fate::Kept) }
        })
    }
}

impl<N> Navigator for Dispense<N>
where
    N: Navigator,
{
    type Schema = N::Schema;
    type Here = N::Here;
    type Presence = N::Presence;
    type Emits = N::Emits;
    type Collected = ();

    #[inline(always)]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&(), ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.0.read(top, &mut |_: &N::Collected, place: ReadPlace<'_, N::Here>| f(&(), place))
    }

    #[inline(always)]
    fn read_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&(), SeenOf<'_, Self::Here>) -> Visit,
    {
        self.0.read_in(top, &mut |_: &N::Collected, seen: SeenOf<'_, N::Here>| f(&(), seen))
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.0.leading_key()
    }
}

impl<N> WriteNavigator for Dispense<N>
where
    N: WriteNavigator,
{
    #[inline(always)]
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&(), WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.0.write(top, &mut |_: &N::Collected, place: WritePlace<'_, N::Here>| f(&(), place))
    }

    #[inline(always)]
    fn write_in<F>(&self, top: SpotOf<'_, N::Schema>, f: &mut F) -> Fated
    where
        F: FnMut(&(), SpotOf<'_, Self::Here>) -> Fated,
    {
        self.0.write_in(top, &mut |_: &N::Collected, spot: SpotOf<'_, N::Here>| f(&(), spot))
    }
}
