//! `index(i)`: an index of a list.

use super::nth::Sequence;
use crate::key::KeyHash;
use crate::path::list::in_list;
use crate::path::plain::{Fate, Fated, Spot, SpotOf, write_part, write_value};
use crate::path::{Many, Navigator, PStatePath, Present, StdSeq, ValueAt, Visit, WriteNavigator};
use crate::schema::{Ordered, PVec, Schema};
use crate::store::{Change, ReadPlace, WritePlace, Written};

/// See [`PStatePath::index`], of a stored list.
#[derive(Debug, Clone)]
pub struct ListIndex<N> {
    prev: N,
    at: usize,
}

/// See [`PStatePath::index`], of a sequence of the standard library.
#[derive(Debug, Clone)]
pub struct SeqIndex<N> {
    prev: N,
    at: usize,
}

impl<N> ListIndex<N> {
    pub(super) fn new(prev: N, at: usize) -> Self {
        Self { prev, at }
    }
}

impl<N> SeqIndex<N> {
    pub(super) fn new(prev: N, at: usize) -> Self {
        Self { prev, at }
    }
}

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to an index of a list itself; nowhere if the list has no element there.
    ///
    /// - *Select*: the index, a `usize`.
    /// - *Transform*: the element moves to the new index, or to the end, and those between move by
    ///   one; `none` removes it.
    /// - *Cost*: the row of the list, and to move an element those of all between.
    ///
    /// ```
    /// use rama_paths::{PVec, Partition, PStatePath, Root};
    ///
    /// let mut posts = Partition::<PVec<i64>>::new();
    /// let path = || PStatePath::<(), Root<PVec<i64>>>::new();
    /// for post in [10, 20, 30, 40] {
    ///     posts.transform(path().after_elem().termval(post))?;
    /// }
    /// posts.transform(path().index(0).termval(2))?;
    /// assert_eq!(posts.select(&path().all())?, [20, 30, 10, 40]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn index<M>(self, index: usize) -> PStatePath<O, M>
    where
        N::Here: Sequence<IndexNav<N> = M>,
    {
        self.then(|nav| N::Here::index_nav(nav, index))
    }
}

impl<N, T> Navigator for ListIndex<N>
where
    N: Navigator<Here = PVec<T>>,
    T: Schema,
{
    type Schema = N::Schema;
    type Here = usize;
    type Presence = Present;
    type Emits = Many;
    type Collected = N::Collected;

    #[inline]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.prev.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, PVec<T>>| {
            let size = place.slot.get().map_or(0, |handle| handle.size);
            if (self.at as u64) < size {
                f(collected, ReadPlace::computed(self.at))
            } else {
                Ok(())
            }
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.prev.leading_key()
    }
}

impl<N, T> WriteNavigator for ListIndex<N>
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
            in_list(place, false, |list| {
                if self.at as u64 >= list.handle.size {
                    return Ok(());
                }
                let mut to = self.at;
                match write_part(&mut to, list.ids, |place| f(collected, place))? {
                    Fate::Kept => Ok(()),
                    Fate::Changed => list.move_to(self.at as u64, to as u64),
                    Fate::Removed => list.write(self.at as u64, &mut |_| Ok(Change::Remove)),
                }
            })
        })
    }
}

impl<N> Navigator for SeqIndex<N>
where
    N: Navigator,
    N::Here: ValueAt<Value: StdSeq>,
{
    type Schema = N::Schema;
    type Here = <N::Here as ValueAt>::Part<usize>;
    type Presence = Present;
    type Emits = Many;
    type Collected = N::Collected;

    #[inline(always)]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.prev.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            if self.at < place.slot.get().map_or(0, StdSeq::length) {
                f(collected, ReadPlace::computed(self.at))
            } else {
                Ok(())
            }
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.prev.leading_key()
    }
}

impl<N> WriteNavigator for SeqIndex<N>
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
                || None,
                |seq, ids| {
                    if self.at >= seq.length() {
                        return Ok(false);
                    }
                    let mut to = self.at;
                    match write_part(&mut to, ids, |place| f(collected, place))? {
                        Fate::Kept => return Ok(false),
                        Fate::Changed => seq.move_item(self.at, to),
                        Fate::Removed => drop(seq.take_nth(self.at)),
                    }
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
                || None,
                |seq| {
                    if self.at >= seq.length() {
                        return Ok(false);
                    }
                    let mut to = self.at;
                    match f(collected, Spot::there(&mut to))? {
                        Fate::Kept => return Ok(false),
                        Fate::Changed => seq.move_item(self.at, to),
                        Fate::Removed => drop(seq.take_nth(self.at)),
                    }
                    Ok(true)
                },
            )
        })
    }
}
