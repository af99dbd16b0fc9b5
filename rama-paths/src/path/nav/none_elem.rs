//! `none_elem()`: the place of a new element of a set.

use super::all::put_item;
use super::key::in_structure;
use super::set_elem::SetLike;
use crate::key::{Key, KeyBytes, KeyHash};
use crate::path::plain::{Fated, Spot, SpotOf, new_part, write_value};
use crate::path::{Many, Maybe, Navigator, PStatePath, StdSet, ValueAt, Visit, WriteNavigator};
use crate::schema::Ordered;
use crate::store::{Change, ReadPlace, WritePlace, Written};

/// See [`PStatePath::none_elem`], of a stored set.
#[derive(Debug, Clone)]
pub struct NewElem<N>(pub(super) N);

/// See [`PStatePath::none_elem`], of a set of the standard library.
#[derive(Debug, Clone)]
pub struct StdNewElem<N>(pub(super) N);

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to the place of a new element of a set.
    ///
    /// - *Select*: nothing.
    /// - *Transform*: the element is added, unless it is there; an absent set is made. `none` adds
    ///   nothing.
    /// - *Cost*: one row; at the top of a PState it is not read, in a nested set it is, to keep its
    ///   size.
    ///
    /// ```
    /// use rama_paths::{PSet, Partition, PStatePath, Root};
    ///
    /// let mut seen = Partition::<PSet<i64>>::new();
    /// let path = || PStatePath::<(), Root<PSet<i64>>>::new();
    /// for id in [3, 1, 3] {
    ///     seen.transform(path().none_elem().termval(id))?;
    /// }
    /// assert_eq!(seen.select(&path().all())?, [1, 3]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn none_elem<M>(self) -> PStatePath<O, M>
    where
        N::Here: SetLike<NewNav<N> = M>,
    {
        self.then(N::Here::new_nav)
    }
}

impl<N, T, M> Navigator for NewElem<N>
where
    N: Navigator<Here = M>,
    T: Key,
    M: Ordered<Key = T, Element = ()>,
{
    type Schema = N::Schema;
    type Here = T;
    type Presence = Maybe;
    type Emits = Many;
    type Collected = N::Collected;

    fn read<F>(&self, _top: ReadPlace<'_, N::Schema>, _f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        Ok(())
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.0.leading_key()
    }
}

impl<N, T, M> WriteNavigator for NewElem<N>
where
    N: WriteNavigator<Here = M>,
    T: Key,
    M: Ordered<Key = T, Element = ()>,
{
    #[inline]
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.0.write(top, &mut |collected: &N::Collected, place: WritePlace<'_, M>| {
            in_structure(place, |handle, place| {
                let (writes, rows, ids) = (place.below.writes, place.below.rows, place.ids);
                let Some(item) = new_part(ids, |place| f(collected, place))? else {
                    return Ok(());
                };
                let mut key = KeyBytes::new();
                item.encode_key(&mut key);
                put_item::<M>(writes, rows, ids, handle, &key, Change::Put(()))
            })
        })
    }
}

impl<N> Navigator for StdNewElem<N>
where
    N: Navigator,
    N::Here: ValueAt<Value: StdSet>,
{
    type Schema = N::Schema;
    type Here = <N::Here as ValueAt>::Part<<<N::Here as ValueAt>::Value as StdSet>::Item>;
    type Presence = Maybe;
    type Emits = Many;
    type Collected = N::Collected;

    fn read<F>(&self, _top: ReadPlace<'_, N::Schema>, _f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        Ok(())
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.0.leading_key()
    }
}

impl<N> WriteNavigator for StdNewElem<N>
where
    N: WriteNavigator,
    N::Here: StdSet,
{
    #[inline(always)]
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.0.write(top, &mut |collected: &N::Collected, place: WritePlace<'_, N::Here>| {
            write_value(
                place,
                || Some(N::Here::default()),
                |set, ids| {
                    let item = new_part(ids, |place| f(collected, place))?;
                    let is_new = item.is_some();
                    item.into_iter().for_each(|item| set.put(item));
                    Ok(is_new)
                },
            )
        })
    }

    #[inline(always)]
    fn write_in<F>(&self, top: SpotOf<'_, N::Schema>, f: &mut F) -> Fated
    where
        F: FnMut(&N::Collected, SpotOf<'_, Self::Here>) -> Fated,
    {
        self.0.write_in(top, &mut |collected: &N::Collected, spot: SpotOf<'_, N::Here>| {
            spot.change(
                || Some(N::Here::default()),
                |set| {
                    let mut new = None;
                    let _ = f(collected, Spot::absent(&mut new))?;
                    let is_new = new.is_some();
                    new.into_iter().for_each(|item| set.put(item));
                    Ok(is_new)
                },
            )
        })
    }
}
