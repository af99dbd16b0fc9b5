//! `map_key(k)`: a key of a map itself.

use super::key::{Keyed, encoded, in_structure};
use crate::key::{Key, KeyArg, KeyHash};
use crate::path::moved::MapRows;
use crate::path::plain::{Fate, Fated, Spot, SpotOf, write_part, write_value};
use crate::path::{Many, Navigator, PStatePath, Present, StdMap, ValueAt, Visit, WriteNavigator};
use crate::schema::Ordered;
use crate::store::{AsOf, Handle, Held, ReadPlace, View, WritePlace, Written};

/// See [`PStatePath::map_key`], of a stored map.
#[derive(Debug, Clone)]
pub struct MapKey<N, K> {
    prev: N,
    key: K,
}

/// See [`PStatePath::map_key`], of a map of the standard library.
#[derive(Debug, Clone)]
pub struct StdMapKey<N, K> {
    prev: N,
    key: K,
}

impl<N, K> MapKey<N, K> {
    pub(super) fn new(prev: N, key: K) -> Self {
        Self { prev, key }
    }
}

impl<N, K> StdMapKey<N, K> {
    pub(super) fn new(prev: N, key: K) -> Self {
        Self { prev, key }
    }
}

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to a key of a map itself if it is there, else nowhere.
    ///
    /// - *Select*: the key, 0 or 1 times.
    /// - *Transform*: the entry gets the new key, and takes the place of one that is there; what is
    ///   beneath moves along and is not read. `none` removes the entry.
    /// - *Cost*: one row, and to rename another one.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, PStatePath, Root};
    ///
    /// let mut funds = Partition::<PMap<String, i64>>::new();
    /// let path = || PStatePath::<(), Root<PMap<String, i64>>>::new();
    /// funds.transform(path().key("alice").termval(10))?;
    /// funds.transform(path().map_key("alice").termval("bob".to_owned()))?;
    /// assert_eq!(funds.select(&path().all())?, [("bob".to_owned(), 10)]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn map_key<A, M>(self, key: A) -> PStatePath<O, M>
    where
        N::Here: Keyed<KeyOfNav<N> = M>,
        A: KeyArg<<N::Here as Keyed>::Key>,
    {
        self.then(|nav| N::Here::key_of_nav(nav, key.to_key()))
    }
}

impl<N, K, M> Navigator for MapKey<N, K>
where
    N: Navigator<Here = M>,
    K: Key,
    M: Ordered<Key = K>,
{
    type Schema = N::Schema;
    type Here = K;
    type Presence = Present;
    type Emits = Many;
    type Collected = N::Collected;

    #[inline]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.prev.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, M>| {
            let Some(handle) = place.slot.get() else { return Ok(()) };
            if place.below.get(handle.id, &encoded(&self.key))?.is_some() {
                f(collected, ReadPlace::value(Held::Stored(&self.key)))
            } else {
                Ok(())
            }
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        if N::IS_ROOT {
            Some(KeyHash::of_bytes(&encoded(&self.key)))
        } else {
            self.prev.leading_key()
        }
    }
}

impl<N, K, M> WriteNavigator for MapKey<N, K>
where
    N: WriteNavigator<Here = M>,
    K: Key,
    M: Ordered<Key = K>,
{
    #[inline]
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.prev.write(top, &mut |collected: &N::Collected, place: WritePlace<'_, M>| {
            in_structure(place, |handle, place| {
                let (writes, rows, ids) = (place.below.writes, place.below.rows, place.ids);
                let old = encoded(&self.key);
                let view = View { writes: Some(&*writes), rows, at: AsOf::LATEST };
                let Some(Handle { id, .. }) = *handle else { return Ok(()) };
                let Some(slot) = view.get(id, &old)?.into_owned() else { return Ok(()) };
                let mut key = self.key.clone();
                let fate = write_part(&mut key, ids, |place| f(collected, place))?;
                let new = encoded(&key);
                let mut rows = MapRows { writes, rows, ids, handle, tracked: M::TRACKED };
                match fate {
                    Fate::Changed if new != old => {
                        rows.take(&old);
                        rows.put(&new, slot)
                    }
                    Fate::Kept | Fate::Changed => Ok(()),
                    Fate::Removed => rows.remove(&old),
                }
            })
        })
    }
}

impl<N, K> Navigator for StdMapKey<N, K>
where
    N: Navigator,
    N::Here: ValueAt<Value: StdMap<Key = K>>,
    K: Key,
{
    type Schema = N::Schema;
    type Here = <N::Here as ValueAt>::Part<K>;
    type Presence = Present;
    type Emits = Many;
    type Collected = N::Collected;

    #[inline(always)]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.prev.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            if StdMap::find(place.slot, &self.key).is_some() {
                f(collected, ReadPlace::value(Held::Stored(&self.key)))
            } else {
                Ok(())
            }
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.prev.leading_key()
    }
}

impl<N, K> WriteNavigator for StdMapKey<N, K>
where
    N: WriteNavigator,
    N::Here: StdMap<Key = K>,
    K: Key,
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
                |map, ids| {
                    let Some((mut key, value)) = map.take_entry(&self.key) else {
                        return Ok(false);
                    };
                    let fate = write_part(&mut key, ids, |place| f(collected, place));
                    match fate {
                        Ok(Fate::Removed) => {}
                        Ok(Fate::Kept | Fate::Changed) => map.put(key, value),
                        // The entry goes back.
                        Err(_) => map.put(self.key.clone(), value),
                    }
                    Ok(fate? != Fate::Kept)
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
                |map| {
                    let Some((mut key, value)) = map.take_entry(&self.key) else {
                        return Ok(false);
                    };
                    let fate = f(collected, Spot::there(&mut key));
                    match fate {
                        Ok(Fate::Removed) => {}
                        Ok(Fate::Kept | Fate::Changed) => map.put(key, value),
                        // The entry goes back.
                        Err(_) => map.put(self.key.clone(), value),
                    }
                    Ok(fate? != Fate::Kept)
                },
            )
        })
    }
}
