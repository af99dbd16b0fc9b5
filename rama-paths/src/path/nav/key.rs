//! `key(k)`: the element of a map, maybe absent.

use crate::error::PathError;
use crate::key::{KeyArg, KeyBytes, KeyHash};
use crate::path::{ElementAt, Location as _, MapAt, Maybe, Navigator, PStatePath, WriteNavigator};
use crate::schema::{Keyed, Schema};
use crate::store::{Change, Handle, Held, ReadPlace, WritePlace, Written, modify_row};

/// See [`PStatePath::key`].
#[derive(Debug, Clone)]
pub struct KeyNav<N> {
    pub(super) prev: N,
    pub(super) key: KeyBytes,
}

impl<N> KeyNav<N> {
    pub(super) fn new<K: crate::key::Key>(prev: N, key: impl KeyArg<K>) -> Self {
        let mut bytes = KeyBytes::new();
        key.encode(&mut bytes);
        Self { prev, key: bytes }
    }
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
    pub fn key<A>(self, key: A) -> PStatePath<O, KeyNav<N>>
    where
        N::Here: Keyed,
        A: KeyArg<<N::Here as Keyed>::Key>,
    {
        self.then(|nav| KeyNav::new(nav, key))
    }
}

/// The element of a map at a key.
#[inline]
pub(super) fn element<'a, M: Keyed>(
    place: &ReadPlace<'a, M>,
    key: &KeyBytes,
) -> Result<ReadPlace<'a, M::Value>, PathError> {
    let slot = match place.slot.get() {
        Some(handle) => place.below.get(handle.id, key)?,
        None => Held::Nothing,
    };
    Ok(ReadPlace { slot, below: place.below.below() })
}

/// Writes elements of the map at `place`, and says what becomes of the map's own slot.
#[inline]
pub(super) fn in_structure<M: Schema<Slot = Handle>>(
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

impl<N: Navigator> Navigator for KeyNav<N> {
    type Schema = N::Schema;
    type Here = ElementAt<N>;
    type Presence = Maybe;
    type Emits = N::Emits;

    #[inline]
    fn read<'a, F>(&'a self, top: ReadPlace<'a, N::Schema>, f: &mut F) -> Result<(), PathError>
    where
        F: FnMut(ReadPlace<'a, Self::Here>) -> Result<(), PathError>,
    {
        self.prev.read(top, &mut |place: ReadPlace<'a, N::Here>| match N::Here::as_map(place) {
            Some(map) => f(element(&map, &self.key)?),
            None => Ok(()),
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        if N::IS_ROOT { Some(KeyHash::of_bytes(&self.key)) } else { self.prev.leading_key() }
    }
}

impl<N: WriteNavigator> WriteNavigator for KeyNav<N> {
    #[inline]
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.prev.write(top, &mut |place: WritePlace<'_, N::Here>| {
            N::Here::write_map(place, |map| {
                in_structure(map, |handle, place| {
                    modify_row(
                        place.below.writes,
                        place.below.rows,
                        place.ids,
                        handle,
                        MapAt::<N>::TRACKED,
                        &self.key,
                        f,
                    )
                })
            })
        })
    }
}
