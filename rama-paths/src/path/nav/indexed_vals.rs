//! `indexed_vals()`: every element of a list, with its index.

use crate::key::KeyHash;
use crate::path::list::in_list;
use crate::path::plain::{
    Altered, Fate, Fated, Seen, SeenOf, Spot, SpotOf, for_std, write_part, write_value,
};
use crate::path::sub::SelectedBy;
use crate::path::{
    Location, Many, Navigator, PStatePath, Present, StdSeq, Value, ValueAt, Visit, Which,
    WriteNavigator,
};
use crate::schema::{Ordered, PVec};
use crate::store::{Change, ReadPlace, WritePlace, Written};

/// A list of values: a `PVec` of them, a `Vec`, a `VecDeque` or a `String`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no list of values: `.indexed_vals()` needs one at this place of the path",
    label = "there is no list of values at this place of the path"
)]
pub trait IndexedList: Location {
    /// The navigator to the elements with their indexes.
    #[doc(hidden)]
    type IndexedNav<N>;

    /// Goes on to the elements.
    #[doc(hidden)]
    fn indexed_nav<N>(prev: N) -> Self::IndexedNav<N>;
}

impl<T: Value> IndexedList for PVec<T> {
    type IndexedNav<N> = IndexedVals<N>;

    fn indexed_nav<N>(prev: N) -> IndexedVals<N> {
        IndexedVals(prev)
    }
}

for_std!(seqs: IndexedList {
    type IndexedNav<N> = StdIndexedVals<N>;

    fn indexed_nav<N>(prev: N) -> StdIndexedVals<N> {
        StdIndexedVals(prev)
    }
});

/// See [`PStatePath::indexed_vals`], of a stored list.
#[derive(Debug, Clone)]
pub struct IndexedVals<N>(N);

/// See [`PStatePath::indexed_vals`], of a sequence of the standard library.
#[derive(Debug, Clone)]
pub struct StdIndexedVals<N>(N);

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to every element of a list together with its index.
    ///
    /// - *Select*: `(usize, T)`, any number of times.
    /// - *Transform*: another value replaces the element; another index moves it, once all elements
    ///   were visited, one move after the other; `none` removes it.
    /// - *Cost*: every row of the list.
    ///
    /// ```
    /// use rama_paths::{PVec, Partition, PStatePath, Root};
    ///
    /// let mut posts = Partition::<PVec<i64>>::new();
    /// let path = || PStatePath::<(), Root<PVec<i64>>>::new();
    /// for post in [10, 20, 30] {
    ///     posts.transform(path().after_elem().termval(post))?;
    /// }
    /// posts.transform(path().indexed_vals().term(|(at, post)| (at, post + at as i64)))?;
    /// assert_eq!(posts.select(&path().indexed_vals())?, [(0, 10), (1, 21), (2, 32)]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn indexed_vals<M>(self) -> PStatePath<O, M>
    where
        N::Here: IndexedList<IndexedNav<N> = M>,
    {
        self.then(N::Here::indexed_nav)
    }
}

/// An element that moves: where it is now, and where to.
type Move = (usize, usize);

/// Where an element is after one was moved.
fn after((from, to): Move, at: usize) -> usize {
    if at == from {
        to
    } else if from < at && at <= to {
        at - 1
    } else if to <= at && at < from {
        at + 1
    } else {
        at
    }
}

/// Does the moves one after the other, each where the ones before have left its element.
fn move_all<E>(
    moves: &[Move],
    mut step: impl FnMut(usize, usize) -> Result<(), E>,
) -> Result<(), E> {
    // Those that are done, from where each element was then.
    let mut done: Vec<Move> = Vec::with_capacity(moves.len());
    for (from, to) in moves {
        let at = done.iter().fold(*from, |at, earlier| after(*earlier, at));
        step(at, *to)?;
        done.push((at, *to));
    }
    Ok(())
}

impl<N, T> Navigator for IndexedVals<N>
where
    N: Navigator<Here = PVec<T>>,
    T: Value,
{
    type Schema = N::Schema;
    type Here = (usize, T);
    type Presence = Present;
    type Emits = Many;
    type Collected = N::Collected;

    #[inline]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.0.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, PVec<T>>| {
            let mut index = 0;
            crate::path::Entries::of(&place).each(|_, value| {
                index += 1;
                f(collected, ReadPlace::computed((index - 1, value)))
            })
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.0.leading_key()
    }
}

impl<N, T> WriteNavigator for IndexedVals<N>
where
    N: WriteNavigator<Here = PVec<T>>,
    PVec<T>: Ordered<Key = u64, Element = T>,
    T: Value,
{
    #[inline]
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.0.write(top, &mut |collected: &N::Collected, place: WritePlace<'_, PVec<T>>| {
            in_list(place, false, |list| {
                let (size, mut moves, mut removed) = (list.handle.size, Vec::new(), 0);
                for at in 0..size {
                    let now = at - removed;
                    let Some(value) = list.get(now)? else { break };
                    let mut pair = (at as usize, value);
                    match write_part(&mut pair, list.ids, |place| f(collected, place))? {
                        Fate::Kept => {}
                        Fate::Changed => {
                            let (to, value) = pair;
                            let mut value = Some(value);
                            list.write(now, &mut |_| {
                                Ok(value.take().map_or(Change::Keep, Change::Put))
                            })?;
                            if to != at as usize {
                                moves.push((now as usize, to));
                            }
                        }
                        Fate::Removed => {
                            list.write(now, &mut |_| Ok(Change::Remove))?;
                            removed += 1;
                        }
                    }
                }
                move_all(&moves, |from, to| list.move_to(from as u64, to as u64))
            })
        })
    }
}

/// Writes every element of a list with its index through `f`; says whether something changed.
#[inline]
fn write_indexed<C: StdSeq>(
    list: &mut C,
    mut f: impl FnMut(&mut (usize, C::Item)) -> Fated,
) -> Altered {
    let (mut index, mut kept, mut moves) = (0, 0, Vec::new());
    let changed = list.write_each(&Which::All, |item| {
        let at = index;
        index += 1;
        let mut pair = (at, item.clone());
        let fate = f(&mut pair)?;
        match fate {
            Fate::Kept => {}
            Fate::Changed => {
                if pair.0 != at {
                    moves.push((kept, pair.0));
                }
                *item = pair.1;
            }
            Fate::Removed => return Ok(fate),
        }
        kept += 1;
        Ok(fate)
    })?;
    let never: Result<(), std::convert::Infallible> = move_all(&moves, |from, to| {
        list.move_item(from, to);
        Ok(())
    });
    let Ok(()) = never;
    Ok(changed)
}

impl<N> Navigator for StdIndexedVals<N>
where
    N: Navigator,
    N::Here: ValueAt<Value: StdSeq>,
{
    type Schema = N::Schema;
    type Here = <N::Here as ValueAt>::Part<(usize, <<N::Here as ValueAt>::Value as StdSeq>::Item)>;
    type Presence = Present;
    type Emits = Many;
    type Collected = N::Collected;

    #[inline(always)]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.0.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            let mut index = 0;
            StdSeq::each(place.slot, &Which::All, |item| {
                index += 1;
                match item.into_owned() {
                    Some(item) => f(collected, ReadPlace::computed((index - 1, item))),
                    None => Ok(()),
                }
            })
        })
    }

    #[inline(always)]
    fn read_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, SeenOf<'_, Self::Here>) -> Visit,
    {
        self.0.read_in(top, &mut |collected: &N::Collected, seen: SeenOf<'_, N::Here>| {
            let mut index = 0;
            StdSeq::each(seen.held(), &Which::All, |item| {
                index += 1;
                let mut pair = item.into_owned().map(|item| (index - 1, item));
                f(collected, Seen::Made(&mut pair))
            })
        })
    }

    #[inline(always)]
    fn select_into_in<T>(
        &self,
        top: SeenOf<'_, N::Schema>,
        into: &mut Vec<T>,
        make: impl Fn(&N::Collected, SelectedBy<Self>) -> T,
    ) -> Visit {
        self.0.read_in(top, &mut |collected: &N::Collected, seen: SeenOf<'_, N::Here>| {
            let make = |(at, item)| make(collected, Self::Here::selected((at, item)));
            if let Seen::There(list) = seen
                && let Some(items) = list.slice(&Which::All)
            {
                into.extend(items.iter().cloned().enumerate().map(make));
                return Ok(());
            }
            let mut index = 0;
            StdSeq::each(seen.held(), &Which::All, |item| {
                index += 1;
                into.extend(item.into_owned().map(|item| make((index - 1, item))));
                Ok(())
            })
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.0.leading_key()
    }
}

impl<N> WriteNavigator for StdIndexedVals<N>
where
    N: WriteNavigator,
    N::Here: StdSeq,
{
    #[inline(always)]
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.0.write(top, &mut |collected: &N::Collected, place: WritePlace<'_, N::Here>| {
            write_value(
                place,
                || None,
                |list, ids| {
                    write_indexed(list, |pair| write_part(pair, ids, |place| f(collected, place)))
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
            spot.change(|| None, |list| write_indexed(list, |pair| f(collected, Spot::there(pair))))
        })
    }
}
