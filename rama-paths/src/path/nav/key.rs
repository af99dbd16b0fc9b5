//! `key(k)`: the element of a map, maybe absent.

use super::picked::{Picked, Told, ToldOf};
use super::sorted_map_range::StoredRange;
use crate::error::PathError;
use crate::key::{Key, KeyArg, KeyBytes, KeyHash};
use crate::path::plain::{
    Fate, Fated, SeenOf, SpotOf, for_std, new_part, see, write_part, write_value,
};
use crate::path::{
    Location, Maybe, Navigator, PStatePath, Span, StdMap, ValueAt, Visit, WriteNavigator,
};
use crate::schema::{Ordered, PMap, Schema, Tracking};
use crate::store::{Change, Handle, Held, ReadPlace, WritePlace, Written, modify_row};

/// A structure whose elements are found by key: a `PMap`, a `HashMap` or a `BTreeMap`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no keys: `.key(…)`, `.must(…)`, `.map_key(…)` and `.sub_map(…)` need a map at this place of the path",
    label = "there is no map at this place of the path"
)]
pub trait Keyed: Location {
    /// The type of the keys.
    type Key: Key;
    /// The navigator to an element.
    #[doc(hidden)]
    type KeyNav<N>;

    /// The navigator to a key.
    #[doc(hidden)]
    type KeyOfNav<N>;
    /// The navigator to some of the entries.
    #[doc(hidden)]
    type SubMapNav<N>;

    /// Goes on to an element.
    #[doc(hidden)]
    fn key_nav<N>(prev: N, key: impl KeyArg<Self::Key>) -> Self::KeyNav<N>;

    /// Goes on to a key.
    #[doc(hidden)]
    fn key_of_nav<N>(prev: N, key: Self::Key) -> Self::KeyOfNav<N>;

    /// Goes on to some of the entries.
    #[doc(hidden)]
    fn sub_map_nav<N>(prev: N, keys: Vec<Self::Key>) -> Self::SubMapNav<N>;
}

/// The bytes of a key.
pub(super) fn encoded<K: Key>(key: &K) -> KeyBytes {
    let mut bytes = KeyBytes::new();
    key.encode_key(&mut bytes);
    bytes
}

impl<K: Key, V: Schema, C: Tracking> Keyed for PMap<K, V, C> {
    type Key = K;
    type KeyNav<N> = KeyNav<N>;
    type KeyOfNav<N> = super::MapKey<N, K>;
    type SubMapNav<N> = StoredRange<N>;

    #[inline]
    fn key_nav<N>(prev: N, key: impl KeyArg<K>) -> KeyNav<N> {
        let mut bytes = KeyBytes::new();
        key.encode(&mut bytes);
        KeyNav { prev, key: bytes }
    }

    fn key_of_nav<N>(prev: N, key: K) -> super::MapKey<N, K> {
        super::MapKey::new(prev, key)
    }

    fn sub_map_nav<N>(prev: N, keys: Vec<K>) -> StoredRange<N> {
        StoredRange::new(prev, Span::of_keys(keys.iter().map(encoded).collect()))
    }
}

for_std!(maps: Keyed {
    type Key = <<Self as ValueAt>::Value as StdMap>::Key;
    type KeyNav<N> = ValueKey<N, Self::Key>;
    type KeyOfNav<N> = super::StdMapKey<N, Self::Key>;
    type SubMapNav<N> = Picked<N, ToldOf<<Self as ValueAt>::Value>>;

    #[inline]
    fn key_nav<N>(prev: N, key: impl KeyArg<Self::Key>) -> ValueKey<N, Self::Key> {
        ValueKey { prev, key: key.to_key() }
    }

    fn key_of_nav<N>(prev: N, key: Self::Key) -> super::StdMapKey<N, Self::Key> {
        super::StdMapKey::new(prev, key)
    }

    fn sub_map_nav<N>(prev: N, keys: Vec<Self::Key>) -> Self::SubMapNav<N> {
        Picked::new(prev, Told::new(<<Self as ValueAt>::Value as StdMap>::under(keys)))
    }
});

/// See [`PStatePath::key`].
#[derive(Debug, Clone)]
pub struct KeyNav<N> {
    prev: N,
    key: KeyBytes,
}

/// See [`PStatePath::key`], of a map of the standard library.
#[derive(Debug, Clone)]
pub struct ValueKey<N, K> {
    prev: N,
    key: K,
}

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to the element of a map at `key`: always once, and there may be nothing.
    ///
    /// - *Select*: `Option<V>` of a value. An absent nested structure is an empty one.
    /// - *Transform*: `termval` makes the element, and the maps above it that are absent. `term` on
    ///   an absent value is an error; `none` removes the element, and makes nothing if the map is
    ///   absent.
    /// - *Cost*: one row. At the top of a PState `termval` and `none` do not read; in a nested map
    ///   they do, to keep its size.
    ///
    /// On a map of the standard library it is the same, and no row is read: an absent map is made when
    /// something is put into it.
    ///
    /// The key is a `K`, a `&K`, or a `&str` where the keys are `String`s; a borrowed one is not
    /// cloned.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, PStatePath, Root};
    ///
    /// let mut tags = Partition::<PMap<i64, PMap<String, u8>>>::new();
    /// let path = || PStatePath::<(), Root<PMap<i64, PMap<String, u8>>>>::new();
    /// assert_eq!(tags.select_one(&path().key(5).key("red"))?, None);
    /// tags.transform(path().key(5).key("red").termval(1))?;
    /// assert_eq!(tags.select_one(&path().key(5).key("red"))?, Some(1));
    /// assert_eq!(tags.select_one(&path().key(5).count())?, 1);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn key<A, M>(self, key: A) -> PStatePath<O, M>
    where
        N::Here: Keyed<KeyNav<N> = M>,
        A: KeyArg<<N::Here as Keyed>::Key>,
    {
        self.then(|nav| N::Here::key_nav(nav, key))
    }
}

/// Writes elements of the structure at `place`, and says what becomes of its own slot.
#[inline(always)]
pub(in crate::path) fn in_structure<M: Schema<Slot = Handle>>(
    place: WritePlace<'_, M>,
    f: impl FnOnce(&mut Option<Handle>, WritePlace<'_, M>) -> Result<(), PathError>,
) -> Result<Change<Handle>, PathError> {
    let before = place.current.stored()?.get().copied();
    let mut handle = before;
    f(&mut handle, place)?;
    Ok(match handle {
        Some(handle) if before != Some(handle) => Change::Put(handle),
        _ => Change::Keep,
    })
}

/// Writes one element of the structure at `place`.
#[inline]
pub(super) fn write_element<M: Ordered>(
    place: WritePlace<'_, M>,
    key: &KeyBytes,
    f: &mut impl FnMut(WritePlace<'_, M::Element>) -> Written<M::Element>,
) -> Written<M> {
    in_structure(place, |handle, place| {
        let (writes, rows) = (place.below.writes, place.below.rows);
        modify_row(writes, rows, place.ids, handle, M::TRACKED, key, f)
    })
}

/// The element of a structure at a key.
#[inline]
pub(super) fn element<'a, M: Ordered>(
    place: &ReadPlace<'a, M>,
    key: &KeyBytes,
) -> Result<ReadPlace<'a, M::Element>, PathError> {
    let slot = match place.slot.get() {
        Some(handle) => place.below.get(handle.id, key)?,
        None => Held::Nothing,
    };
    Ok(ReadPlace { slot, below: place.below.below() })
}

impl<N> Navigator for KeyNav<N>
where
    N: Navigator,
    N::Here: Ordered,
{
    type Schema = N::Schema;
    type Here = <N::Here as Ordered>::Element;
    type Presence = Maybe;
    type Emits = N::Emits;
    type Collected = N::Collected;

    #[inline]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.prev.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            f(collected, element(&place, &self.key)?)
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        if N::IS_ROOT { Some(KeyHash::of_bytes(&self.key)) } else { self.prev.leading_key() }
    }
}

impl<N> WriteNavigator for KeyNav<N>
where
    N: WriteNavigator,
    N::Here: Ordered,
{
    #[inline]
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.prev.write(top, &mut |collected: &N::Collected, place: WritePlace<'_, N::Here>| {
            write_element(place, &self.key, &mut |place| f(collected, place))
        })
    }
}

impl<N, K> Navigator for ValueKey<N, K>
where
    N: Navigator,
    N::Here: ValueAt<Value: StdMap<Key = K>>,
{
    type Schema = N::Schema;
    type Here = <N::Here as ValueAt>::Part<<<N::Here as ValueAt>::Value as StdMap>::Item>;
    type Presence = Maybe;
    type Emits = N::Emits;
    type Collected = N::Collected;

    #[inline(always)]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.prev.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            f(collected, ReadPlace::value(StdMap::find(place.slot, &self.key)))
        })
    }

    #[inline(always)]
    fn read_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, SeenOf<'_, Self::Here>) -> Visit,
    {
        self.prev.read_in(top, &mut |collected: &N::Collected, seen: SeenOf<'_, N::Here>| {
            see(StdMap::find(seen.held(), &self.key), |seen| f(collected, seen))
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        if N::IS_ROOT { None } else { self.prev.leading_key() }
    }
}

impl<N, K> WriteNavigator for ValueKey<N, K>
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
            let make = || Some(N::Here::default());
            write_value(place, make, |map, ids| {
                let Some(value) = map.value_mut(&self.key) else {
                    let new = new_part(ids, |place| f(collected, place))?;
                    let is_new = new.is_some();
                    if let Some(value) = new {
                        map.put(self.key.clone(), value);
                    }
                    return Ok(is_new);
                };
                let fate = write_part(value, ids, |place| f(collected, place))?;
                if fate == Fate::Removed {
                    map.take_entry(&self.key);
                }
                Ok(fate != Fate::Kept)
            })
        })
    }

    #[inline(always)]
    fn write_in<F>(&self, top: SpotOf<'_, N::Schema>, f: &mut F) -> Fated
    where
        F: FnMut(&N::Collected, SpotOf<'_, Self::Here>) -> Fated,
    {
        self.prev.write_in(top, &mut |collected: &N::Collected, spot: SpotOf<'_, N::Here>| {
            let make = || Some(N::Here::default());
            spot.change(make, |map| map.write_key(&self.key, |spot| f(collected, spot)))
        })
    }

    #[inline(always)]
    fn remove_in(&self, top: SpotOf<'_, N::Schema>) -> Fated {
        self.prev.write_in(top, &mut |_: &N::Collected, spot: SpotOf<'_, N::Here>| {
            spot.change(|| None, |map| Ok(map.take_entry(&self.key).is_some()))
        })
    }
}
