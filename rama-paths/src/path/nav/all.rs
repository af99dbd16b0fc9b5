//! `all()`: every element of a collection, or of a range of one.

use super::key::{encoded, in_structure};
use crate::key::{Key, KeyBytes, KeyHash};
use crate::path::list::{in_list, indexes};
use crate::path::moved::{Entry as Moved, write_entries};
use crate::path::plain::{
    Fate, Fated, Seen, SeenOf, Spot, SpotOf, WhichOf, about, for_std, see, write_part,
};
use crate::path::sub::SelectedBy;
use crate::path::{
    Entries, Entry, HasEntries, HoldsStored, Location, Many, Navigator, PStatePath, Present,
    SortedRange, Span, StdMap, StdSeq, StdSet, Value, ValueAt, Visit, WriteEntries, WriteNavigator,
};
use crate::record::Record;
use crate::schema::{Ordered, PMap, PSet, PVec, Schema, Tracking};
use crate::store::{
    AsOf, Change, Current, Handle, Held, Ids, Node, NodeWrites, ReadPlace, View, WritePlace,
    WriteView, Written, modify_row,
};

/// A collection, or a range of one: stored element by element, or of the standard library.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no elements that `.all()` could lead to: it needs a map of values, a set or a list, or a range of one, at this place of the path",
    label = "there is no collection of values at this place of the path",
    note = "the elements of a map of structures are reached with `.map_vals()`"
)]
pub trait Elements: Location {
    /// The navigator to the elements.
    #[doc(hidden)]
    type AllNav<N>;

    /// Goes on to the elements.
    #[doc(hidden)]
    fn all_nav<N>(prev: N) -> Self::AllNav<N>;
}

macro_rules! elements {
    ($([$($generics:tt)*] $at:ty => $nav:ident;)*) => {$(
        impl<$($generics)*> Elements for $at {
            type AllNav<N> = $nav<N>;

            fn all_nav<N>(prev: N) -> $nav<N> {
                $nav(prev)
            }
        }
    )*};
}

elements! {
    [T: Key, C: Tracking] PSet<T, C> => AllOfSet;
    [T: Key, C: Tracking] SortedRange<PSet<T, C>> => AllOfSet;
    [T: Schema] PVec<T> => AllOfList;
    [T: Schema] SortedRange<PVec<T>> => AllOfList;
}

macro_rules! elements_of_maps {
    ($($at:ty),*) => {$(
        impl<K: Key, V: Schema, C: Tracking> Elements for $at
        where
            V::Kind: HoldsStored<V>,
        {
            // Unknown where the map is one of structures, so that this is the only error.
            type AllNav<N> = <V::Kind as HoldsStored<V>>::Then<All<N>>;

            fn all_nav<N>(prev: N) -> Self::AllNav<N> {
                V::Kind::then(All(prev))
            }
        }
    )*};
}

elements_of_maps!(PMap<K, V, C>, SortedRange<PMap<K, V, C>>);

for_std!(maps: Elements {
    type AllNav<N> = AllOfStdMap<N>;

    fn all_nav<N>(prev: N) -> AllOfStdMap<N> {
        AllOfStdMap(prev)
    }
});

for_std!(sets: Elements {
    type AllNav<N> = AllOfStdSet<N>;

    fn all_nav<N>(prev: N) -> AllOfStdSet<N> {
        AllOfStdSet(prev)
    }
});

for_std!(seqs: Elements {
    type AllNav<N> = AllOfStdSeq<N>;

    fn all_nav<N>(prev: N) -> AllOfStdSeq<N> {
        AllOfStdSeq(prev)
    }
});

/// See [`PStatePath::all`], of a map.
#[derive(Debug, Clone)]
pub struct All<N>(N);

/// See [`PStatePath::all`], of a set.
#[derive(Debug, Clone)]
pub struct AllOfSet<N>(N);

/// See [`PStatePath::all`], of a list.
#[derive(Debug, Clone)]
pub struct AllOfList<N>(N);

/// See [`PStatePath::all`], of a map of the standard library.
#[derive(Debug, Clone)]
pub struct AllOfStdMap<N>(N);

/// See [`PStatePath::all`], of a set of the standard library.
#[derive(Debug, Clone)]
pub struct AllOfStdSet<N>(N);

/// See [`PStatePath::all`], of a sequence of the standard library.
#[derive(Debug, Clone)]
pub struct AllOfStdSeq<N>(N);

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to every element of a collection, or of a range of one: to the entries of a map of
    /// values and the elements of a set in their order, to those of a list by index.
    ///
    /// - *Select*: `(K, V)` of a map, else `T`, any number of times; nothing where the collection is
    ///   absent. Elements of a list may be structures, into which one can go on.
    /// - *Transform*: they are replaced, and removed by `none`; equal elements of a set become one. An
    ///   entry of a map that gets another key moves there once all were visited: of entries that end
    ///   at one key, moved or not, the one whose old key comes last stays; of a `HashMap`, which has
    ///   no order, one that moved. An entry beside a range gives way. If the write fails no entry has
    ///   moved.
    /// - *Cost*: every row of the collection or range, and a write for each that changes. The keys of
    ///   a map that is written, and entries that change, are held in memory.
    ///
    /// ```
    /// use rama_paths::{PMap, PSet, Partition, PStatePath, Root};
    ///
    /// let mut funds = Partition::<PMap<i64, i64>>::new();
    /// let path = || PStatePath::<(), Root<PMap<i64, i64>>>::new();
    /// funds.transform(path().key(2).termval(20))?;
    /// funds.transform(path().key(-1).termval(10))?;
    /// assert_eq!(funds.select(&path().all())?, [(-1, 10), (2, 20)]);
    /// funds.transform(path().all().term(|(account, funds)| (account + 1, funds + 1)))?;
    /// assert_eq!(funds.select(&path().all())?, [(0, 11), (3, 21)]);
    ///
    /// let mut tags = Partition::<PSet<String>>::new();
    /// let path = || PStatePath::<(), Root<PSet<String>>>::new();
    /// tags.transform(path().none_elem().termval("red".to_owned()))?;
    /// tags.transform(path().none_elem().termval("blue".to_owned()))?;
    /// tags.transform(path().all().term(|tag| tag.to_uppercase()))?;
    /// assert_eq!(tags.select(&path().all())?, ["BLUE", "RED"]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn all<M>(self) -> PStatePath<O, M>
    where
        N::Here: Elements<AllNav<N> = M>,
    {
        self.then(N::Here::all_nav)
    }
}

/// The key of an element of what a path has reached.
type KeyAt<N> = <<<N as Navigator>::Here as HasEntries>::Rows as Ordered>::Key;
/// An element of it.
type ElementAt<N> = <<<N as Navigator>::Here as HasEntries>::Rows as Ordered>::Element;

impl<N> Navigator for All<N>
where
    N: Navigator,
    N::Here: HasEntries<Rows: Ordered<Element: Value>>,
{
    type Schema = N::Schema;
    type Here = (KeyAt<N>, ElementAt<N>);
    type Presence = Present;
    type Emits = Many;
    type Collected = N::Collected;

    #[inline]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.0.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            N::Here::entries(place).each(|key, value| {
                f(collected, ReadPlace::computed((KeyAt::<N>::from_key_bytes(&key)?, value)))
            })
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.0.leading_key()
    }
}

impl<N> WriteNavigator for All<N>
where
    N: WriteEntries,
    N::Here: HasEntries<Rows = N::Rows>,
    N::Rows: Ordered<Element: Value>,
{
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.0.write_entries(top, &mut |collected, map: WritePlace<'_, N::Rows>, span| {
            write_entries(map, span, |key, value, ids| {
                let mut pair = (KeyAt::<N>::from_key_bytes(key)?, value);
                Ok(match write_part(&mut pair, ids, |place| f(collected, place))? {
                    Fate::Kept => Moved::Kept,
                    Fate::Changed => Moved::Put(encoded(&pair.0), pair.1),
                    Fate::Removed => Moved::Removed,
                })
            })
        })
    }
}

impl<N> Navigator for AllOfSet<N>
where
    N: Navigator,
    N::Here: HasEntries,
{
    type Schema = N::Schema;
    type Here = KeyAt<N>;
    type Presence = Present;
    type Emits = Many;
    type Collected = N::Collected;

    #[inline]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.0.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            N::Here::entries(place)
                .each(|key, _| f(collected, ReadPlace::computed(KeyAt::<N>::from_key_bytes(&key)?)))
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.0.leading_key()
    }
}

impl<N> WriteNavigator for AllOfSet<N>
where
    N: WriteEntries,
    N::Here: HasEntries<Rows = N::Rows>,
    N::Rows: Ordered<Element = ()>,
{
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.0.write_entries(top, &mut |collected, set: WritePlace<'_, N::Rows>, span| {
            in_structure(set, |handle, place| {
                let (writes, rows, ids) = (place.below.writes, place.below.rows, place.ids);
                let below = View { writes: Some(&*writes), rows, at: AsOf::LATEST };
                let entries = Entries::<N::Rows> { handle: *handle, below, span: span.clone() };
                let keys = entries.keys()?;
                // All are taken out before any is put back, which may equal one that was there.
                let mut new = Vec::new();
                for key in &keys {
                    let item = <N::Rows as Ordered>::Key::from_key_bytes(key)?;
                    let changed = write_item(&item, ids, |place| f(collected, place))?;
                    if let Some(changed) = changed {
                        put_item::<N::Rows>(writes, rows, ids, handle, key, Change::Remove)?;
                        new.extend(changed);
                    }
                }
                for item in new {
                    let mut key = KeyBytes::new();
                    item.encode_key(&mut key);
                    put_item::<N::Rows>(writes, rows, ids, handle, &key, Change::Put(()))?;
                }
                Ok(())
            })
        })
    }
}

/// What `f` makes of an element of a set: another one, none, or no change.
#[expect(clippy::option_option, reason = "no change, or an element that may be none")]
#[inline]
pub(super) fn write_item<T, F>(
    item: &T,
    ids: &mut Ids,
    f: F,
) -> Result<Option<Option<T>>, crate::error::PathError>
where
    T: Value,
    F: FnOnce(WritePlace<'_, T>) -> Written<T>,
{
    let change = f(WritePlace {
        current: Current::known(Some(item)),
        below: WriteView { writes: &mut (), rows: &() },
        ids,
    })?;
    Ok(match change {
        Change::Keep | Change::Changed => None,
        Change::Put(item) => Some(Some(item)),
        Change::Remove => Some(None),
    })
}

/// Puts an element into a stored set, or removes it.
#[inline]
pub(super) fn put_item<M: Ordered<Element = ()>>(
    writes: &mut NodeWrites<()>,
    rows: &Node<()>,
    ids: &mut Ids,
    handle: &mut Option<Handle>,
    key: &KeyBytes,
    change: Change<()>,
) -> Result<(), crate::error::PathError> {
    let mut change = Some(change);
    modify_row(writes, rows, ids, handle, M::TRACKED, key, &mut |_| {
        Ok(change.take().unwrap_or(Change::Keep))
    })
}

impl<N> Navigator for AllOfList<N>
where
    N: Navigator,
    N::Here: HasEntries,
{
    type Schema = N::Schema;
    type Here = ElementAt<N>;
    type Presence = Present;
    type Emits = Many;
    type Collected = N::Collected;

    #[inline]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.0.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            N::Here::entries(place).places(|_, place| f(collected, place))
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.0.leading_key()
    }
}

impl<N, T> WriteNavigator for AllOfList<N>
where
    N: WriteEntries<Rows = PVec<T>>,
    N::Here: HasEntries<Rows = PVec<T>>,
    T: Schema,
{
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, T>) -> Written<T>,
    {
        self.0.write_entries(top, &mut |collected, list: WritePlace<'_, PVec<T>>, span: &Span| {
            in_list(list, false, |list| {
                let range = indexes(span, list.handle.size)?;
                list.write_range(range, |_, place| f(collected, place))
            })
        })
    }
}

impl<N> Navigator for AllOfStdMap<N>
where
    N: Navigator,
    N::Here: ValueAt<Value: StdMap>,
{
    type Schema = N::Schema;
    type Here = <N::Here as ValueAt>::Part<(
        <<N::Here as ValueAt>::Value as StdMap>::Key,
        <<N::Here as ValueAt>::Value as StdMap>::Item,
    )>;
    type Presence = Present;
    type Emits = Many;
    type Collected = N::Collected;

    #[inline(always)]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.0.read_parts(top, &mut |collected: &N::Collected, map, which| {
            StdMap::each(map, which, |key, value| match (key.into_owned(), value.into_owned()) {
                (Some(key), Some(value)) => f(collected, ReadPlace::computed((key, value))),
                _ => Ok(()),
            })
        })
    }

    #[inline(always)]
    fn read_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, SeenOf<'_, Self::Here>) -> Visit,
    {
        self.0.read_parts_in(top, &mut |collected: &N::Collected, map, which| {
            StdMap::each(map.held(), which, |key, value| {
                let mut pair = key.into_owned().zip(value.into_owned());
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
        self.0.read_parts_in(top, &mut |collected: &N::Collected, whole, which| {
            into.reserve(whole.get().map_or(0, |whole| about(whole, which)));
            StdMap::each(whole.held(), which, |key, value| {
                let pair = match (key, value) {
                    (Held::Stored(key), Held::Stored(value)) => (key.clone(), value.clone()),
                    (key, value) => match key.into_owned().zip(value.into_owned()) {
                        Some(pair) => pair,
                        None => return Ok(()),
                    },
                };
                into.push(make(collected, Self::Here::selected(pair)));
                Ok(())
            })
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.0.leading_key()
    }
}

impl<N> WriteNavigator for AllOfStdMap<N>
where
    N: WriteNavigator,
    N::Here: StdMap,
{
    #[inline(always)]
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.0.write_parts(top, &mut |collected: &N::Collected, map, which, ids| {
            map.write_each(which, |key, value| {
                let mut pair = (key.clone(), value.take_out());
                let fate = write_part(&mut pair, ids, |place| f(collected, place));
                *value = pair.1;
                Ok(match fate? {
                    Fate::Kept => Entry::Kept,
                    Fate::Changed => Entry::To(pair.0),
                    Fate::Removed => Entry::Removed,
                })
            })
        })
    }

    #[inline(always)]
    fn write_in<F>(&self, top: SpotOf<'_, N::Schema>, f: &mut F) -> Fated
    where
        F: FnMut(&N::Collected, SpotOf<'_, Self::Here>) -> Fated,
    {
        self.0.write_parts_in(top, &mut |collected: &N::Collected, map, which| {
            map.write_each(which, |key, value| {
                let mut pair = (key.clone(), value.take_out());
                let fate = f(collected, Spot::there(&mut pair));
                *value = pair.1;
                Ok(match fate? {
                    Fate::Kept => Entry::Kept,
                    Fate::Changed => Entry::To(pair.0),
                    Fate::Removed => Entry::Removed,
                })
            })
        })
    }
}

impl<N> Navigator for AllOfStdSet<N>
where
    N: Navigator,
    N::Here: ValueAt<Value: StdSet>,
{
    type Schema = N::Schema;
    type Here = <N::Here as ValueAt>::Part<<<N::Here as ValueAt>::Value as StdSet>::Item>;
    type Presence = Present;
    type Emits = Many;
    type Collected = N::Collected;

    #[inline(always)]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.0.read_parts(top, &mut |collected: &N::Collected, set, which| {
            StdSet::each(set, which, |item| f(collected, ReadPlace::value(item)))
        })
    }

    #[inline(always)]
    fn read_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, SeenOf<'_, Self::Here>) -> Visit,
    {
        self.0.read_parts_in(top, &mut |collected: &N::Collected, set, which| {
            StdSet::each(set.held(), which, |item| see(item, |seen| f(collected, seen)))
        })
    }

    #[inline(always)]
    fn select_into_in<T>(
        &self,
        top: SeenOf<'_, N::Schema>,
        into: &mut Vec<T>,
        make: impl Fn(&N::Collected, SelectedBy<Self>) -> T,
    ) -> Visit {
        self.0.read_parts_in(top, &mut |collected: &N::Collected, whole, which| {
            into.reserve(whole.get().map_or(0, |whole| about(whole, which)));
            StdSet::each(whole.held(), which, |item| {
                into.extend(
                    item.into_owned().map(|value| make(collected, Self::Here::selected(value))),
                );
                Ok(())
            })
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.0.leading_key()
    }
}

impl<N> WriteNavigator for AllOfStdSet<N>
where
    N: WriteNavigator,
    N::Here: StdSet,
{
    #[inline(always)]
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.0.write_parts(top, &mut |collected: &N::Collected, set, which, ids| {
            set.write_each(which, |item| write_item(item, ids, |place| f(collected, place)))
        })
    }

    #[inline(always)]
    fn write_in<F>(&self, top: SpotOf<'_, N::Schema>, f: &mut F) -> Fated
    where
        F: FnMut(&N::Collected, SpotOf<'_, Self::Here>) -> Fated,
    {
        self.0.write_parts_in(top, &mut |collected: &N::Collected, set, which| {
            set.write_each(which, |item| {
                let mut new = None;
                Ok(match f(collected, Spot::instead(item, &mut new))? {
                    Fate::Kept => None,
                    Fate::Changed => Some(new),
                    Fate::Removed => Some(None),
                })
            })
        })
    }
}

impl<N> Navigator for AllOfStdSeq<N>
where
    N: Navigator,
    N::Here: ValueAt<Value: StdSeq>,
{
    type Schema = N::Schema;
    type Here = <N::Here as ValueAt>::Part<<<N::Here as ValueAt>::Value as StdSeq>::Item>;
    type Presence = Present;
    type Emits = Many;
    type Collected = N::Collected;

    const SIDE_BY_SIDE: bool = true;

    #[inline(always)]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.0.read_parts(top, &mut |collected: &N::Collected, list, which| {
            StdSeq::each(list, which, |item| f(collected, ReadPlace::value(item)))
        })
    }

    #[inline(always)]
    fn read_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, SeenOf<'_, Self::Here>) -> Visit,
    {
        self.0.read_parts_in(top, &mut |collected: &N::Collected, list, which| match list {
            Seen::There(list) => list.each_in(which, |item| f(collected, Seen::There(item))),
            made => each_made(made, which, |seen| f(collected, seen)),
        })
    }

    #[inline(always)]
    fn select_into<T>(
        &self,
        top: ReadPlace<'_, N::Schema>,
        into: &mut Vec<T>,
        make: impl Fn(&N::Collected, SelectedBy<Self>) -> T,
    ) -> Visit {
        self.0.read_parts(top, &mut |collected: &N::Collected, list, which| {
            let make = |item| make(collected, Self::Here::selected(item));
            if let Held::Stored(list) = list
                && let Some(items) = list.slice(which)
            {
                into.extend(items.iter().cloned().map(make));
                return Ok(());
            }
            StdSeq::each(list, which, |item| {
                into.extend(item.into_owned().map(make));
                Ok(())
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
        self.0.read_parts_in(top, &mut |collected: &N::Collected, list, which| {
            let make = |item| make(collected, Self::Here::selected(item));
            if let Seen::There(list) = list
                && let Some(items) = list.slice(which)
            {
                into.extend(items.iter().cloned().map(make));
                return Ok(());
            }
            StdSeq::each(list.held(), which, |item| {
                into.extend(item.into_owned().map(make));
                Ok(())
            })
        })
    }

    #[inline(always)]
    fn map_into_in<T>(
        &self,
        top: SeenOf<'_, N::Schema>,
        into: &mut Vec<T>,
        make: impl Fn(&N::Collected, &<Self::Here as Location>::Slot) -> T,
    ) -> Visit {
        self.0.read_parts_in(top, &mut |collected: &N::Collected, list, which| {
            if let Some(items) = list.get().and_then(|list| list.slice(which)) {
                into.extend(items.iter().map(|item| make(collected, item)));
                return Ok(());
            }
            StdSeq::each(list.held(), which, |item| {
                into.extend(item.get().map(|item| make(collected, item)));
                Ok(())
            })
        })
    }

    #[inline(always)]
    fn select_all_in(&self, top: SeenOf<'_, N::Schema>, into: &mut Vec<SelectedBy<Self>>) -> Visit {
        self.0.read_parts_in(top, &mut |_: &N::Collected, list, which| {
            if let Seen::There(list) = list
                && let Some(items) = list.slice(which)
            {
                Self::Here::select_all(items, into);
                return Ok(());
            }
            StdSeq::each(list.held(), which, |item| {
                into.extend(item.into_owned().map(Self::Here::selected));
                Ok(())
            })
        })
    }

    #[inline(always)]
    fn expected_in(&self, top: SeenOf<'_, N::Schema>) -> usize {
        let mut expected = 0;
        if N::IS_ROOT {
            // The walk over one place never fails.
            let _ = self.0.read_parts_in(top, &mut |_: &N::Collected, list, which| {
                let items = list.get().and_then(|list| list.slice(which));
                expected = items.map_or(0, <[_]>::len);
                Ok(())
            });
        }
        expected
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.0.leading_key()
    }
}

/// Visits the elements of a list that has been made. It stands alone, so that what is done with those
/// of others costs little code.
#[cold]
#[inline(never)]
fn each_made<C, F>(list: Seen<'_, C>, which: &WhichOf<C>, mut f: F) -> Visit
where
    C: StdSeq,
    F: FnMut(Seen<'_, C::Item>) -> Visit,
{
    StdSeq::each(list.held(), which, |item| see(item, &mut f))
}

impl<N> WriteNavigator for AllOfStdSeq<N>
where
    N: WriteNavigator,
    N::Here: StdSeq,
{
    #[inline(always)]
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.0.write_parts(top, &mut |collected: &N::Collected, seq, which, ids| {
            seq.write_each(which, |item| write_part(item, ids, |place| f(collected, place)))
        })
    }

    #[inline(always)]
    fn write_in<F>(&self, top: SpotOf<'_, N::Schema>, f: &mut F) -> Fated
    where
        F: FnMut(&N::Collected, SpotOf<'_, Self::Here>) -> Fated,
    {
        self.0.write_parts_in(top, &mut |collected: &N::Collected, seq, which| {
            seq.write_each(which, |item| f(collected, Spot::there(item)))
        })
    }
}
