//! `collect(path)`, `collect_one(path)` and `put_collected(v)`: values that go along.

use crate::error::PathError;
use crate::key::KeyHash;
use crate::path::plain::{Fated, SeenOf, SpotOf};
use crate::path::sub::{
    SelectedBy, SubPath, first_in, navigators, select, select_into, select_into_in,
};
use crate::path::{Collected, Navigator, PStatePath, Selectable, Visit, WriteNavigator};
use crate::store::{ReadPlace, WritePlace, Written};

/// See [`PStatePath::collect`].
#[derive(Debug, Clone)]
pub struct Collect<N, Q> {
    prev: N,
    sub: Q,
}

/// See [`PStatePath::collect_one`].
#[derive(Debug, Clone)]
pub struct CollectOne<N, Q> {
    prev: N,
    sub: Q,
}

/// See [`PStatePath::put_collected`].
#[derive(Debug, Clone)]
pub struct PutCollected<N, C> {
    prev: N,
    value: C,
}

impl<O, N: Navigator> PStatePath<O, N> {
    /// Stays where it is, and collects all that a path from there selects, as a `Vec`: it is selected
    /// before what the path leads to in the end, as a tuple, and `term` gets it so.
    ///
    /// ```
    /// use rama_paths::{PStatePath, Root};
    ///
    /// let path = || PStatePath::<(), Root<Vec<Vec<i64>>>>::new();
    /// let lists = vec![vec![1, 2], vec![3]];
    /// let path = path().all().collect(|list| list.all()).first();
    /// assert_eq!(path.select_from(&lists)?, [(vec![1, 2], 1), (vec![3], 3)]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn collect<G, Q>(self, path: G) -> PStatePath<O, Collect<N, Q>>
    where
        G: FnOnce(SubPath<O, N>) -> PStatePath<O, Q>,
        Q: Navigator<Schema = N::Here, Here: Selectable>,
    {
        let sub = navigators::<O, N, Q>(path);
        self.then(|nav| Collect { prev: nav, sub })
    }

    /// As [`collect`](Self::collect), of a path that selects exactly one value: the value itself is
    /// collected.
    ///
    /// It is [`PathError::CollectOne`] if the path selects none or more.
    ///
    /// ```
    /// use rama_paths::{PStatePath, Root};
    ///
    /// let path = || PStatePath::<(), Root<Vec<Vec<i64>>>>::new();
    /// let mut lists = vec![vec![1, 2], vec![3]];
    /// let path = path().all().collect_one(|list| list.count()).all();
    /// path.term(|(count, n)| n * 10 + count as i64).transform_in(&mut lists)?;
    /// assert_eq!(lists, [vec![12, 22], vec![31]]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn collect_one<G, Q>(self, path: G) -> PStatePath<O, CollectOne<N, Q>>
    where
        G: FnOnce(SubPath<O, N>) -> PStatePath<O, Q>,
        Q: Navigator<Schema = N::Here, Here: Selectable>,
    {
        let sub = navigators::<O, N, Q>(path);
        self.then(|nav| CollectOne { prev: nav, sub })
    }

    /// Stays where it is, and collects a value that is given.
    ///
    /// ```
    /// use rama_paths::{PStatePath, Root};
    ///
    /// let path = PStatePath::<(), Root<Vec<i64>>>::new();
    /// let path = path.put_collected("a").all();
    /// assert_eq!(path.select_from(&vec![1, 2])?, [("a", 1), ("a", 2)]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn put_collected<C: Clone + 'static>(self, value: C) -> PStatePath<O, PutCollected<N, C>> {
        self.then(|nav| PutCollected { prev: nav, value })
    }
}

fn one<T>(mut values: Vec<T>) -> Result<T, PathError> {
    match (values.len(), values.pop()) {
        (1, Some(value)) => Ok(value),
        (found, _) => Err(PathError::CollectOne { found }),
    }
}

/// The one value that a path selects from a value in memory.
#[inline(always)]
fn one_in<Q>(sub: &Q, seen: SeenOf<'_, Q::Schema>) -> Result<SelectedBy<Q>, PathError>
where
    Q: Navigator<Here: Selectable>,
{
    match first_in(sub, seen)? {
        (Some(value), 1) => Ok(value),
        (_, found) => Err(PathError::CollectOne { found }),
    }
}

impl<N, Q> Navigator for Collect<N, Q>
where
    N: Navigator,
    Q: Navigator<Schema = N::Here, Here: Selectable>,
    SelectedBy<Q>: Clone + 'static,
{
    type Schema = N::Schema;
    type Here = N::Here;
    type Presence = N::Presence;
    type Emits = N::Emits;
    type Collected = <N::Collected as Collected>::Push<Vec<SelectedBy<Q>>>;

    #[inline(always)]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&Self::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        // Into the memory of the time before.
        let mut values = Vec::new();
        self.prev.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            values.clear();
            select_into(&self.sub, place.again(), &mut values)?;
            let pushed = collected.push(std::mem::take(&mut values));
            let visit = f(&pushed, place);
            values = N::Collected::pop(pushed);
            visit
        })
    }

    #[inline(always)]
    fn read_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&Self::Collected, SeenOf<'_, Self::Here>) -> Visit,
    {
        let mut values = Vec::new();
        self.prev.read_in(top, &mut |collected: &N::Collected, seen: SeenOf<'_, N::Here>| {
            values.clear();
            select_into_in(&self.sub, seen.again(), &mut values)?;
            let pushed = collected.push(std::mem::take(&mut values));
            let visit = f(&pushed, seen);
            values = N::Collected::pop(pushed);
            visit
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.prev.leading_key()
    }
}

impl<N, Q> WriteNavigator for Collect<N, Q>
where
    N: WriteNavigator,
    Q: Navigator<Schema = N::Here, Here: Selectable>,
    SelectedBy<Q>: Clone + 'static,
{
    #[inline(always)]
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&Self::Collected, WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        let mut values = Vec::new();
        self.prev.write(top, &mut |collected: &N::Collected, place: WritePlace<'_, N::Here>| {
            values.clear();
            select_into(&self.sub, place.reading()?, &mut values)?;
            let pushed = collected.push(std::mem::take(&mut values));
            let written = f(&pushed, place);
            values = N::Collected::pop(pushed);
            written
        })
    }

    #[inline(always)]
    fn write_in<F>(&self, top: SpotOf<'_, N::Schema>, f: &mut F) -> Fated
    where
        F: FnMut(&Self::Collected, SpotOf<'_, Self::Here>) -> Fated,
    {
        let mut values = Vec::new();
        self.prev.write_in(top, &mut |collected: &N::Collected, spot: SpotOf<'_, N::Here>| {
            values.clear();
            select_into_in(&self.sub, spot.seen(), &mut values)?;
            let pushed = collected.push(std::mem::take(&mut values));
            let fate = f(&pushed, spot);
            values = N::Collected::pop(pushed);
            fate
        })
    }
}

impl<N, Q> Navigator for CollectOne<N, Q>
where
    N: Navigator,
    Q: Navigator<Schema = N::Here, Here: Selectable>,
    SelectedBy<Q>: Clone + 'static,
{
    type Schema = N::Schema;
    type Here = N::Here;
    type Presence = N::Presence;
    type Emits = N::Emits;
    type Collected = <N::Collected as Collected>::Push<SelectedBy<Q>>;

    #[inline(always)]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&Self::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.prev.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            let value = one(select(&self.sub, place.again())?)?;
            f(&collected.push(value), place)
        })
    }

    #[inline(always)]
    fn read_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&Self::Collected, SeenOf<'_, Self::Here>) -> Visit,
    {
        self.prev.read_in(top, &mut |collected: &N::Collected, seen: SeenOf<'_, N::Here>| {
            let value = one_in(&self.sub, seen.again())?;
            f(&collected.push(value), seen)
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.prev.leading_key()
    }
}

impl<N, Q> WriteNavigator for CollectOne<N, Q>
where
    N: WriteNavigator,
    Q: Navigator<Schema = N::Here, Here: Selectable>,
    SelectedBy<Q>: Clone + 'static,
{
    #[inline(always)]
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&Self::Collected, WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.prev.write(top, &mut |collected: &N::Collected, place: WritePlace<'_, N::Here>| {
            let value = one(select(&self.sub, place.reading()?)?)?;
            f(&collected.push(value), place)
        })
    }

    #[inline(always)]
    fn write_in<F>(&self, top: SpotOf<'_, N::Schema>, f: &mut F) -> Fated
    where
        F: FnMut(&Self::Collected, SpotOf<'_, Self::Here>) -> Fated,
    {
        self.prev.write_in(top, &mut |collected: &N::Collected, spot: SpotOf<'_, N::Here>| {
            let value = one_in(&self.sub, spot.seen())?;
            f(&collected.push(value), spot)
        })
    }
}

impl<N, C> Navigator for PutCollected<N, C>
where
    N: Navigator,
    C: Clone + 'static,
{
    type Schema = N::Schema;
    type Here = N::Here;
    type Presence = N::Presence;
    type Emits = N::Emits;
    type Collected = <N::Collected as Collected>::Push<C>;

    #[inline(always)]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&Self::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.prev.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            f(&collected.push(self.value.clone()), place)
        })
    }

    #[inline(always)]
    fn read_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&Self::Collected, SeenOf<'_, Self::Here>) -> Visit,
    {
        self.prev.read_in(top, &mut |collected: &N::Collected, seen: SeenOf<'_, N::Here>| {
            f(&collected.push(self.value.clone()), seen)
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.prev.leading_key()
    }
}

impl<N, C> WriteNavigator for PutCollected<N, C>
where
    N: WriteNavigator,
    C: Clone + 'static,
{
    #[inline(always)]
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&Self::Collected, WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.prev.write(top, &mut |collected: &N::Collected, place: WritePlace<'_, N::Here>| {
            f(&collected.push(self.value.clone()), place)
        })
    }

    #[inline(always)]
    fn write_in<F>(&self, top: SpotOf<'_, N::Schema>, f: &mut F) -> Fated
    where
        F: FnMut(&Self::Collected, SpotOf<'_, Self::Here>) -> Fated,
    {
        self.prev.write_in(top, &mut |collected: &N::Collected, spot: SpotOf<'_, N::Here>| {
            f(&collected.push(self.value.clone()), spot)
        })
    }
}
