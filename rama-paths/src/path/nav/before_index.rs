//! `before_index(i)`: the place of a new element of a list.

use super::nth::{At, Sequence};
use crate::key::KeyHash;
use crate::path::list::in_list;
use crate::path::plain::{Fated, Spot, SpotOf, new_part, write_value};
use crate::path::{Many, Maybe, Navigator, PStatePath, StdSeq, ValueAt, Visit, WriteNavigator};
use crate::schema::{Ordered, PVec, Schema};
use crate::store::{ReadPlace, WritePlace, Written};

/// See [`PStatePath::before_index`], of a stored list.
#[derive(Debug, Clone)]
pub struct ListInsert<N> {
    prev: N,
    at: At,
}

/// See [`PStatePath::before_index`], of a sequence of the standard library.
#[derive(Debug, Clone)]
pub struct SeqInsert<N> {
    prev: N,
    at: At,
}

impl<N> ListInsert<N> {
    pub(super) fn new(prev: N, at: At) -> Self {
        Self { prev, at }
    }
}

impl<N> SeqInsert<N> {
    pub(super) fn new(prev: N, at: At) -> Self {
        Self { prev, at }
    }
}

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to the place of a new element before the one at an index; behind the last one, if
    /// the list is not that long.
    ///
    /// - *Select*: nothing.
    /// - *Transform*: the element is added, those behind it move; an absent list is made. `none` adds
    ///   nothing.
    /// - *Cost*: the row of the list, and those of all elements behind the new one.
    ///
    /// ```
    /// use rama_paths::{PVec, Partition, PStatePath, Root};
    ///
    /// let mut posts = Partition::<PVec<i64>>::new();
    /// let path = || PStatePath::<(), Root<PVec<i64>>>::new();
    /// for post in [1, 2, 4] {
    ///     posts.transform(path().after_elem().termval(post))?;
    /// }
    /// posts.transform(path().before_index(2).termval(3))?;
    /// assert_eq!(posts.select(&path().all())?, [1, 2, 3, 4]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn before_index<M>(self, index: usize) -> PStatePath<O, M>
    where
        N::Here: Sequence<InsertNav<N> = M>,
    {
        self.then(|nav| N::Here::insert_nav(nav, At::Index(index)))
    }
}

impl<N, T> Navigator for ListInsert<N>
where
    N: Navigator<Here = PVec<T>>,
    T: Schema,
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
        self.prev.leading_key()
    }
}

impl<N, T> WriteNavigator for ListInsert<N>
where
    N: WriteNavigator<Here = PVec<T>>,
    PVec<T>: Ordered<Key = u64, Element = T>,
    T: Schema,
{
    #[inline]
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.prev.write(top, &mut |collected: &N::Collected, place: WritePlace<'_, PVec<T>>| {
            in_list(place, true, |list| {
                let at = match self.at {
                    At::Index(at) => at as u64,
                    At::End => list.handle.size,
                };
                list.insert(at, &mut |place| f(collected, place))
            })
        })
    }
}

impl<N> Navigator for SeqInsert<N>
where
    N: Navigator,
    N::Here: ValueAt<Value: StdSeq>,
{
    type Schema = N::Schema;
    type Here = <N::Here as ValueAt>::Part<<<N::Here as ValueAt>::Value as StdSeq>::Item>;
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
        self.prev.leading_key()
    }
}

impl<N> WriteNavigator for SeqInsert<N>
where
    N: WriteNavigator,
    N::Here: StdSeq,
{
    #[inline(always)]
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.prev.write(top, &mut |collected: &N::Collected, place: WritePlace<'_, N::Here>| {
            write_value(
                place,
                || Some(N::Here::default()),
                |seq, ids| {
                    let Some(item) = new_part(ids, |place| f(collected, place))? else {
                        return Ok(false);
                    };
                    let at = match self.at {
                        At::Index(at) => at.min(seq.length()),
                        At::End => seq.length(),
                    };
                    seq.put_before(at, item);
                    Ok(true)
                },
            )
        })
    }

    #[inline(always)]
    fn write_in<F>(&self, top: SpotOf<'_, N::Schema>, f: &mut F) -> Fated
    where
        F: FnMut(&N::Collected, SpotOf<'_, Self::Here>) -> Fated,
    {
        self.prev.write_in(top, &mut |collected: &N::Collected, spot: SpotOf<'_, N::Here>| {
            spot.change(
                || Some(N::Here::default()),
                |seq| {
                    let mut new = None;
                    let _ = f(collected, Spot::absent(&mut new))?;
                    let Some(item) = new else { return Ok(false) };
                    let at = match self.at {
                        At::Index(at) => at.min(seq.length()),
                        At::End => seq.length(),
                    };
                    seq.put_before(at, item);
                    Ok(true)
                },
            )
        })
    }
}
