//! `map_keys()`: every key of a map, or of a range of one.

use super::key::encoded;
use super::map_vals::MapEntries;
use crate::key::{Key as _, KeyHash};
use crate::path::moved::{Entry as Moved, write_entries};
use crate::path::plain::{Fate, Fated, SeenOf, Spot, SpotOf, about, see, write_part};
use crate::path::sub::SelectedBy;
use crate::path::{
    Entry, HasEntries, Many, Navigator, PStatePath, Present, StdMap, ValueAt, Visit, WriteEntries,
    WriteNavigator,
};
use crate::schema::Ordered;
use crate::store::{ReadPlace, WritePlace, Written};

/// See [`PStatePath::map_keys`].
#[derive(Debug, Clone)]
pub struct MapKeys<N>(pub(super) N);

/// See [`PStatePath::map_keys`], of a map of the standard library.
#[derive(Debug, Clone)]
pub struct ValueKeys<N>(pub(super) N);

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to every key of a map, or of a range of one, in order.
    ///
    /// - *Select*: `K`, any number of times; nothing where the map is absent.
    /// - *Transform*: an entry whose key changes moves, with all that is beneath it, once all were
    ///   visited; `none` removes entries. Where entries end at one key it is as for
    ///   [`all`](Self::all). At the top of a PState they stay in their partition, whatever the key.
    /// - *Cost*: every row of the map or range, and a write for each that moves or goes and for each
    ///   that comes; nothing beneath them is read.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, PStatePath, Root};
    ///
    /// let mut tags = Partition::<PMap<i64, PMap<String, u8>>>::new();
    /// let path = || PStatePath::<(), Root<PMap<i64, PMap<String, u8>>>>::new();
    /// tags.transform(path().key(5).key("red").termval(1))?;
    /// tags.transform(path().key(5).key("blue").termval(2))?;
    /// assert_eq!(tags.select(&path().map_keys())?, [5]);
    /// assert_eq!(tags.select(&path().key(5).map_keys())?, ["blue", "red"]);
    /// tags.transform(path().map_keys().term(|user| user + 1))?;
    /// assert_eq!(tags.select(&path().key(6).map_keys())?, ["blue", "red"]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn map_keys<M>(self) -> PStatePath<O, M>
    where
        N::Here: MapEntries<KeysNav<N> = M>,
    {
        self.then(N::Here::keys_nav)
    }
}

impl<N> Navigator for MapKeys<N>
where
    N: Navigator,
    N::Here: HasEntries,
{
    type Schema = N::Schema;
    type Here = <<N::Here as HasEntries>::Rows as Ordered>::Key;
    type Presence = Present;
    type Emits = Many;
    type Collected = N::Collected;

    #[inline]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.0.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            N::Here::entries(place).each(|key, _| {
                let key = <<N::Here as HasEntries>::Rows as Ordered>::Key::from_key_bytes(&key)?;
                f(collected, ReadPlace::computed(key))
            })
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.0.leading_key()
    }
}

impl<N> WriteNavigator for MapKeys<N>
where
    N: WriteEntries,
    N::Here: HasEntries<Rows = N::Rows>,
{
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.0.write_entries(top, &mut |collected, map: WritePlace<'_, N::Rows>, span| {
            write_entries(map, span, |old, slot, ids| {
                let mut key = Self::Here::from_key_bytes(old)?;
                let fate = write_part(&mut key, ids, |place| f(collected, place))?;
                let new = encoded(&key);
                Ok(match fate {
                    Fate::Changed if new != *old => Moved::Put(new, slot),
                    Fate::Kept | Fate::Changed => Moved::Kept,
                    Fate::Removed => Moved::Removed,
                })
            })
        })
    }
}

impl<N> Navigator for ValueKeys<N>
where
    N: Navigator,
    N::Here: ValueAt<Value: StdMap>,
{
    type Schema = N::Schema;
    type Here = <N::Here as ValueAt>::Part<<<N::Here as ValueAt>::Value as StdMap>::Key>;
    type Presence = Present;
    type Emits = Many;
    type Collected = N::Collected;

    #[inline(always)]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.0.read_parts(top, &mut |collected: &N::Collected, map, which| {
            StdMap::each(map, which, |key, _| f(collected, ReadPlace::value(key)))
        })
    }

    #[inline(always)]
    fn read_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, SeenOf<'_, Self::Here>) -> Visit,
    {
        self.0.read_parts_in(top, &mut |collected: &N::Collected, map, which| {
            StdMap::each(map.held(), which, |key, _| see(key, |seen| f(collected, seen)))
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
            StdMap::each(whole.held(), which, |key, _| {
                into.extend(
                    key.into_owned().map(|value| make(collected, Self::Here::selected(value))),
                );
                Ok(())
            })
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.0.leading_key()
    }
}

impl<N> WriteNavigator for ValueKeys<N>
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
            map.write_each(which, |key, _| {
                let mut key = key.clone();
                Ok(match write_part(&mut key, ids, |place| f(collected, place))? {
                    Fate::Kept => Entry::Kept,
                    Fate::Changed => Entry::To(key),
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
            map.write_each(which, |key, _| {
                let mut new = None;
                Ok(match f(collected, Spot::instead(key, &mut new))? {
                    Fate::Kept => Entry::Kept,
                    Fate::Changed => new.map_or(Entry::Changed, Entry::To),
                    Fate::Removed => Entry::Removed,
                })
            })
        })
    }
}
