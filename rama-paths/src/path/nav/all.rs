//! `all()`: every entry of a map of values.

use std::ops::Bound;

use crate::error::PathError;
use crate::key::{Key as _, KeyHash};
use crate::path::{
    ElementAt, Location as _, Many, MapAt, Navigator, Path, Present, ReadOnly, Value,
};
use crate::schema::{Keyed, Schema as _};
use crate::store::ReadPlace;

/// See [`Path::all`].
#[derive(Debug, Clone)]
pub struct All<N>(N);

impl<O, N: Navigator> Path<O, N> {
    /// Navigates to every entry of a map of values, in order of the keys.
    ///
    /// - *Select*: `(K, V)`, any number of times; nothing where the map is absent.
    /// - *Transform*: read only; use [`map_vals`](Self::map_vals).
    /// - *Cost*: every row of the map.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, Path, Root};
    ///
    /// let mut funds = Partition::<PMap<i64, i64>>::new();
    /// let path = || Path::<(), Root<PMap<i64, i64>>>::new();
    /// funds.transform(path().key(2).termval(20))?;
    /// funds.transform(path().key(-1).termval(10))?;
    /// assert_eq!(funds.select(&path().all())?, [(-1, 10), (2, 20)]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    pub fn all(self) -> Path<O, All<N>>
    where
        N::Here: Keyed,
        <N::Here as Keyed>::Value: Value,
    {
        self.then(All)
    }
}

impl<N: Navigator> Navigator for All<N> {
    type Schema = N::Schema;
    type Here = ReadOnly<(<MapAt<N> as Keyed>::Key, ElementAt<N>)>;
    type Presence = Present;
    type Emits = Many;

    fn read<'a, F>(&'a self, top: ReadPlace<'a, N::Schema>, f: &mut F) -> Result<(), PathError>
    where
        F: FnMut(ReadPlace<'a, Self::Here>) -> Result<(), PathError>,
    {
        self.0.read(top, &mut |place: ReadPlace<'a, N::Here>| {
            let Some(place) = N::Here::as_map(place) else {
                return Ok(());
            };
            let Some(handle) = place.slot.get() else {
                return Ok(());
            };
            let mut rows = place.below.range(handle.id, Bound::Unbounded, None);
            while let Some((key, slot)) = rows.next()? {
                let key = <MapAt<N> as Keyed>::Key::from_key_bytes(&key)?;
                if let Some(value) = ElementAt::<N>::from_slot(slot) {
                    f(ReadPlace::computed((key, value)))?;
                }
            }
            Ok(())
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.0.leading_key()
    }
}
