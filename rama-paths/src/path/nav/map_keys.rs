//! `map_keys()`: every key of a map, or of a range of one.

use crate::error::PathError;
use crate::key::{Key as _, KeyHash};
use crate::path::{
    HasEntries, Location as _, Many, MapAt, Navigator, PStatePath, Present, ReadOnly,
};
use crate::schema::Keyed;
use crate::store::ReadPlace;

/// See [`PStatePath::map_keys`].
#[derive(Debug, Clone)]
pub struct MapKeys<N>(N);

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to every key of a map, or of a range of one, in order.
    ///
    /// - *Select*: `K`, any number of times; nothing where the map is absent.
    /// - *Transform*: read only.
    /// - *Cost*: every row of the map or range, but nothing beneath them.
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
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    pub fn map_keys(self) -> PStatePath<O, MapKeys<N>>
    where
        N::Here: HasEntries,
    {
        self.then(MapKeys)
    }
}

impl<N: Navigator> Navigator for MapKeys<N> {
    type Schema = N::Schema;
    type Here = ReadOnly<<MapAt<N> as Keyed>::Key>;
    type Presence = Present;
    type Emits = Many;

    fn read<'a, F>(&'a self, top: ReadPlace<'a, N::Schema>, f: &mut F) -> Result<(), PathError>
    where
        F: FnMut(ReadPlace<'a, Self::Here>) -> Result<(), PathError>,
    {
        self.0.read(top, &mut |place: ReadPlace<'a, N::Here>| {
            let Some(entries) = N::Here::entries(place) else {
                return Ok(());
            };
            entries.each(|key, _| {
                let key = <MapAt<N> as Keyed>::Key::from_key_bytes(&key)?;
                f(ReadPlace::computed(key))
            })
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.0.leading_key()
    }
}
