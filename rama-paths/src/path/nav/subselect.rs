//! `subselect(path)`: all that a path leads to, as one list.

use crate::error::PathError;
use crate::key::KeyHash;
use crate::path::plain::{Fate, Seen, SeenOf, write_part};
use crate::path::sub::{SubPath, navigators, select, select_into_in};
use crate::path::{
    HoldsStored, KindAt, Navigator, PStatePath, Present, Value, Visit, WriteNavigator,
};
use crate::store::{Change, ReadPlace, WritePlace, Written};

/// See [`PStatePath::subselect`].
#[derive(Debug, Clone)]
pub struct Subselect<N, Q> {
    prev: N,
    sub: Q,
}

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to all values that a path leads to from here, as one `Vec`: always once.
    ///
    /// - *Select*: the `Vec`.
    /// - *Transform*: what it becomes goes back, one by one, to where the values came from. It is
    ///   [`PathError::Subselect`] if there are more or fewer than before; `none` removes them all.
    /// - *Cost*: that of the path; to write, twice.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, PStatePath, Root};
    ///
    /// let mut funds = Partition::<PMap<i64, PMap<i64, i64>>>::new();
    /// let path = || PStatePath::<(), Root<PMap<i64, PMap<i64, i64>>>>::new();
    /// for (a, b, value) in [(1, 1, 30), (1, 2, 10), (2, 1, 20)] {
    ///     funds.transform(path().key(a).key(b).termval(value))?;
    /// }
    /// let all = || path().subselect(|funds| funds.map_vals().map_vals());
    /// assert_eq!(funds.select_one(&all())?, [30, 10, 20]);
    /// funds.transform(all().term(|mut all| { all.sort(); all }))?;
    /// assert_eq!(funds.select_one(&all())?, [10, 20, 30]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn subselect<G, Q, M>(self, path: G) -> PStatePath<O, M>
    where
        G: FnOnce(SubPath<O, N>) -> PStatePath<O, Q>,
        Q: Navigator<Schema = N::Here, Presence = Present>,
        KindAt<Q>: HoldsStored<Q::Here, Then<Subselect<N, Q>> = M>,
    {
        let sub = navigators::<O, N, Q>(path);
        self.then(|nav| KindAt::<Q>::then(Subselect { prev: nav, sub }))
    }
}

impl<N, Q> Navigator for Subselect<N, Q>
where
    N: Navigator,
    Q: Navigator<Schema = N::Here, Here: Value, Presence = Present>,
{
    type Schema = N::Schema;
    type Here = Vec<Q::Here>;
    type Presence = Present;
    type Emits = N::Emits;
    type Collected = N::Collected;

    #[inline(always)]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.prev.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            f(collected, ReadPlace::computed(select(&self.sub, place)?))
        })
    }

    #[inline(always)]
    fn read_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, SeenOf<'_, Self::Here>) -> Visit,
    {
        self.prev.read_in(top, &mut |collected: &N::Collected, seen: SeenOf<'_, N::Here>| {
            let mut values = Vec::new();
            select_into_in(&self.sub, seen, &mut values)?;
            f(collected, Seen::Made(&mut Some(values)))
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.prev.leading_key()
    }
}

impl<N, Q> WriteNavigator for Subselect<N, Q>
where
    N: WriteNavigator,
    Q: WriteNavigator<Schema = N::Here, Here: Value, Presence = Present>,
{
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.prev.write(top, &mut |collected: &N::Collected, place: WritePlace<'_, N::Here>| {
            let mut values = select(&self.sub, place.reading()?)?;
            let expected = values.len();
            match write_part(&mut values, place.ids, |place| f(collected, place))? {
                Fate::Kept => return Ok(Change::Keep),
                Fate::Removed => return self.sub.remove(place),
                Fate::Changed => {}
            }
            let found = values.len();
            if found != expected {
                return Err(PathError::Subselect { expected, found });
            }
            let mut values = values.into_iter();
            self.sub.write(place, &mut |_: &Q::Collected, _: WritePlace<'_, Q::Here>| {
                Ok(values.next().map_or(Change::Keep, Change::Put))
            })
        })
    }
}
