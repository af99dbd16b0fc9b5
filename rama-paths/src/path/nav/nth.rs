//! `nth(i)`: the element of a list at an index.

use crate::key::KeyHash;
use crate::path::list::{element_key, in_list};
use crate::path::plain::{Fated, SeenOf, Spot, SpotOf, WhichOf, for_std, see, write_part};
use crate::path::{
    Location, Many, Navigator, PStatePath, Present, StdSeq, ValueAt, Visit, Which, WriteNavigator,
};
use crate::schema::{Ordered, PVec, Schema};
use crate::store::{ReadPlace, WritePlace, Written};

/// A list: a `PVec`, a `Vec`, a `VecDeque`, or a `String`, which is one of `char`s.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no elements by index: this navigator needs a list at this place of the path",
    label = "there is no list at this place of the path",
    note = "a list is a `PVec`, a `Vec`, a `VecDeque` or a `String`"
)]
pub trait Sequence: Location {
    /// The navigator to an element.
    #[doc(hidden)]
    type NthNav<N>;
    /// The navigator to the place of a new element.
    #[doc(hidden)]
    type InsertNav<N>;
    /// The navigator to an index.
    #[doc(hidden)]
    type IndexNav<N>;

    /// Goes on to an element.
    #[doc(hidden)]
    fn nth_nav<N>(prev: N, at: At) -> Self::NthNav<N>;

    /// Goes on to the place of a new element.
    #[doc(hidden)]
    fn insert_nav<N>(prev: N, at: At) -> Self::InsertNav<N>;

    /// Goes on to an index.
    #[doc(hidden)]
    fn index_nav<N>(prev: N, at: usize) -> Self::IndexNav<N>;
}

/// Where in a list.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub enum At {
    /// At an index.
    Index(usize),
    /// At the last element; a new one comes behind it.
    End,
}

impl At {
    /// The index of an element of a list of `len`.
    #[inline(always)]
    fn of(self, len: usize) -> Option<usize> {
        match self {
            Self::Index(at) => (at < len).then_some(at),
            Self::End => len.checked_sub(1),
        }
    }

    /// The index of an element of a part of a list; of all of a list there may be none at it.
    #[inline(always)]
    fn within<C: StdSeq>(self, list: &C, which: &WhichOf<C>) -> Option<usize> {
        match (which, self) {
            (Which::All, Self::Index(at)) => Some(at),
            (Which::All, Self::End) => list.length().checked_sub(1),
            (Which::Within(range), at) => {
                let end = range.end.min(list.length());
                Some(range.start + at.of(end.saturating_sub(range.start))?)
            }
            (Which::These(places), at) => places.get(at.of(places.len())?).copied(),
        }
    }
}

impl<T: Schema> Sequence for PVec<T> {
    type NthNav<N> = ListNth<N>;
    type InsertNav<N> = super::ListInsert<N>;
    type IndexNav<N> = super::ListIndex<N>;

    fn nth_nav<N>(prev: N, at: At) -> ListNth<N> {
        ListNth { prev, at }
    }

    fn insert_nav<N>(prev: N, at: At) -> super::ListInsert<N> {
        super::ListInsert::new(prev, at)
    }

    fn index_nav<N>(prev: N, at: usize) -> super::ListIndex<N> {
        super::ListIndex::new(prev, at)
    }
}

for_std!(seqs: Sequence {
    type NthNav<N> = SeqNth<N>;
    type InsertNav<N> = super::SeqInsert<N>;
    type IndexNav<N> = super::SeqIndex<N>;

    fn nth_nav<N>(prev: N, at: At) -> SeqNth<N> {
        SeqNth { prev, at }
    }

    fn insert_nav<N>(prev: N, at: At) -> super::SeqInsert<N> {
        super::SeqInsert::new(prev, at)
    }

    fn index_nav<N>(prev: N, at: usize) -> super::SeqIndex<N> {
        super::SeqIndex::new(prev, at)
    }
});

/// See [`PStatePath::nth`], of a stored list.
#[derive(Debug, Clone)]
pub struct ListNth<N> {
    prev: N,
    at: At,
}

/// See [`PStatePath::nth`], of a sequence of the standard library.
#[derive(Debug, Clone)]
pub struct SeqNth<N> {
    prev: N,
    at: At,
}

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to the element of a list at an index, from 0; nowhere if there is none.
    ///
    /// - *Select*: `T` of a value, 0 or 1 times; one can go on into structures.
    /// - *Transform*: the element is replaced; `none` removes it, and those behind it move up. Where
    ///   no element is nothing happens.
    /// - *Cost*: two rows of a `PVec`, that of the list and that of the element; to remove, those
    ///   behind it too.
    ///
    /// ```
    /// use rama_paths::{PMap, PVec, Partition, PStatePath, Root};
    ///
    /// let mut posts = Partition::<PMap<i64, PVec<String>>>::new();
    /// let path = || PStatePath::<(), Root<PMap<i64, PVec<String>>>>::new();
    /// for post in ["a", "b", "c"] {
    ///     posts.transform(path().key(1).after_elem().termval(post.to_owned()))?;
    /// }
    /// assert_eq!(posts.select(&path().key(1).nth(1))?, ["b"]);
    /// assert!(posts.select(&path().key(1).nth(3))?.is_empty());
    /// posts.transform(path().key(1).nth(1).none())?;
    /// assert_eq!(posts.select(&path().key(1).all())?, ["a", "c"]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn nth<M>(self, index: usize) -> PStatePath<O, M>
    where
        N::Here: Sequence<NthNav<N> = M>,
    {
        self.then(|nav| N::Here::nth_nav(nav, At::Index(index)))
    }
}

impl<N, T> Navigator for ListNth<N>
where
    N: Navigator<Here = PVec<T>>,
    T: Schema,
{
    type Schema = N::Schema;
    type Here = T;
    type Presence = Present;
    type Emits = Many;
    type Collected = N::Collected;

    #[inline]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.prev.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, PVec<T>>| {
            let Some(handle) = place.slot.get() else { return Ok(()) };
            let Some(at) = self.at.of(handle.size as usize) else { return Ok(()) };
            let slot = place.below.get(handle.id, &element_key(at as u64))?;
            f(collected, ReadPlace { slot, below: place.below.below() })
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.prev.leading_key()
    }
}

impl<N, T> WriteNavigator for ListNth<N>
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
            in_list(place, false, |list| match self.at.of(list.handle.size as usize) {
                Some(at) => list.write(at as u64, &mut |place| f(collected, place)),
                None => Ok(()),
            })
        })
    }
}

impl<N> Navigator for SeqNth<N>
where
    N: Navigator,
    N::Here: ValueAt<Value: StdSeq>,
{
    type Schema = N::Schema;
    type Here = <N::Here as ValueAt>::Part<<<N::Here as ValueAt>::Value as StdSeq>::Item>;
    type Presence = Present;
    type Emits = Many;
    type Collected = N::Collected;

    #[inline(always)]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.prev.read_parts(top, &mut |collected: &N::Collected, seq, which| {
            let at = seq.get().and_then(|seq| self.at.within(seq, which));
            let Some(at) = at else { return Ok(()) };
            let item = StdSeq::nth(seq, at);
            if item.is_some() { f(collected, ReadPlace::value(item)) } else { Ok(()) }
        })
    }

    #[inline(always)]
    fn read_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, SeenOf<'_, Self::Here>) -> Visit,
    {
        self.prev.read_parts_in(top, &mut |collected: &N::Collected, seq, which| {
            let at = seq.get().and_then(|seq| self.at.within(seq, which));
            let Some(at) = at else { return Ok(()) };
            let item = StdSeq::nth(seq.held(), at);
            if item.is_some() { see(item, |seen| f(collected, seen)) } else { Ok(()) }
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.prev.leading_key()
    }
}

impl<N> WriteNavigator for SeqNth<N>
where
    N: WriteNavigator,
    N::Here: StdSeq,
{
    #[inline(always)]
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.prev.write_parts(top, &mut |collected: &N::Collected, seq, which, ids| match self
            .at
            .within(seq, which)
        {
            Some(at) => {
                seq.write_nth(at, which, |item| write_part(item, ids, |place| f(collected, place)))
            }
            None => Ok(false),
        })
    }

    #[inline(always)]
    fn write_in<F>(&self, top: SpotOf<'_, N::Schema>, f: &mut F) -> Fated
    where
        F: FnMut(&N::Collected, SpotOf<'_, Self::Here>) -> Fated,
    {
        self.prev.write_parts_in(top, &mut |collected: &N::Collected, seq, which| match self
            .at
            .within(seq, which)
        {
            Some(at) => seq.write_nth(at, which, |item| f(collected, Spot::there(item))),
            None => Ok(false),
        })
    }
}
