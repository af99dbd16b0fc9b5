//! `filter_selected(path)` and `filter_not_selected(path)`: only where a path leads anywhere, or
//! nowhere.

use crate::key::KeyHash;
use crate::path::plain::{Fate, Fated, SeenOf, SpotOf};
use crate::path::sub::{SubPath, leads_anywhere, leads_anywhere_in, navigators};
use crate::path::{Many, Navigator, PStatePath, Visit, WriteNavigator};
use crate::store::{Change, ReadPlace, WritePlace, Written};

/// See [`PStatePath::filter_selected`] and [`PStatePath::filter_not_selected`].
#[derive(Debug, Clone)]
pub struct FilterSelected<N, Q, const ANYWHERE: bool> {
    prev: N,
    sub: Q,
}

impl<O, N: Navigator> PStatePath<O, N> {
    /// Stays where it is if a path from there leads anywhere, else leads nowhere.
    ///
    /// - *Select* and *transform*: what is at the place, 0 or 1 times.
    /// - *Cost*: what the path reads up to the first place that it leads to.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, PStatePath, Root};
    ///
    /// let mut tags = Partition::<PMap<i64, PMap<String, u8>>>::new();
    /// let path = || PStatePath::<(), Root<PMap<i64, PMap<String, u8>>>>::new();
    /// tags.transform(path().key(5).key("red").termval(1))?;
    /// tags.transform(path().key(6).key("blue").termval(2))?;
    /// let red = path().map_vals().filter_selected(|tags| tags.must("red"));
    /// assert_eq!(tags.select(&red.map_keys())?, ["red"]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn filter_selected<G, Q>(self, path: G) -> PStatePath<O, FilterSelected<N, Q, true>>
    where
        G: FnOnce(SubPath<O, N>) -> PStatePath<O, Q>,
        Q: Navigator<Schema = N::Here>,
    {
        let sub = navigators::<O, N, Q>(path);
        self.then(|nav| FilterSelected { prev: nav, sub })
    }

    /// Stays where it is if a path from there leads nowhere: the contrary of
    /// [`filter_selected`](Self::filter_selected).
    ///
    /// ```
    /// use rama_paths::{PStatePath, Root};
    ///
    /// let path = PStatePath::<(), Root<Vec<Vec<i64>>>>::new();
    /// let lists = vec![vec![1], vec![], vec![2]];
    /// assert_eq!(path.all().filter_not_selected(|list| list.first()).select_from(&lists)?, [[]; 1]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn filter_not_selected<G, Q>(self, path: G) -> PStatePath<O, FilterSelected<N, Q, false>>
    where
        G: FnOnce(SubPath<O, N>) -> PStatePath<O, Q>,
        Q: Navigator<Schema = N::Here>,
    {
        let sub = navigators::<O, N, Q>(path);
        self.then(|nav| FilterSelected { prev: nav, sub })
    }
}

impl<N, Q, const ANYWHERE: bool> Navigator for FilterSelected<N, Q, ANYWHERE>
where
    N: Navigator,
    Q: Navigator<Schema = N::Here>,
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
            if leads_anywhere(&self.sub, place.again())? == ANYWHERE {
                f(collected, place)
            } else {
                Ok(())
            }
        })
    }

    #[inline(always)]
    fn read_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, SeenOf<'_, Self::Here>) -> Visit,
    {
        self.prev.read_in(top, &mut |collected: &N::Collected, seen: SeenOf<'_, N::Here>| {
            if leads_anywhere_in(&self.sub, seen.again())? == ANYWHERE {
                f(collected, seen)
            } else {
                Ok(())
            }
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.prev.leading_key()
    }
}

impl<N, Q, const ANYWHERE: bool> WriteNavigator for FilterSelected<N, Q, ANYWHERE>
where
    N: WriteNavigator,
    Q: Navigator<Schema = N::Here>,
{
    #[inline(always)]
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.prev.write(top, &mut |collected: &N::Collected, place: WritePlace<'_, N::Here>| {
            if leads_anywhere(&self.sub, place.reading()?)? == ANYWHERE {
                f(collected, place)
            } else {
                Ok(Change::Keep)
            }
        })
    }

    #[inline(always)]
    fn write_in<F>(&self, top: SpotOf<'_, N::Schema>, f: &mut F) -> Fated
    where
        F: FnMut(&N::Collected, SpotOf<'_, Self::Here>) -> Fated,
    {
        self.prev.write_in(top, &mut |collected: &N::Collected, spot: SpotOf<'_, N::Here>| {
            if leads_anywhere_in(&self.sub, spot.seen())? == ANYWHERE {
                f(collected, spot)
            } else {
                Ok(Fate::Kept)
            }
        })
    }
}
