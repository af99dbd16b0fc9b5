//! `all()`: every entry of a map of values, or of a range of one.

use crate::error::PathError;
use crate::key::{Key as _, KeyHash};
use crate::path::{
    ElementAt, HasEntries, Location as _, Many, MapAt, Navigator, PStatePath, Present, ReadOnly,
    Value,
};
use crate::schema::{Keyed, Schema as _};
use crate::store::ReadPlace;

/// See [`PStatePath::all`].
#[derive(Debug, Clone)]
pub struct All<N>(N);

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to every entry of a map of values, or of a range of one, in order of the keys.
    ///
    /// - *Select*: `(K, V)`, any number of times; nothing where the map is absent.
    /// - *Transform*: read only; use [`map_vals`](Self::map_vals).
    /// - *Cost*: every row of the map or range.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, PStatePath, Root};
    ///
    /// let mut funds = Partition::<PMap<i64, i64>>::new();
    /// let path = || PStatePath::<(), Root<PMap<i64, i64>>>::new();
    /// funds.transform(path().key(2).termval(20))?;
    /// funds.transform(path().key(-1).termval(10))?;
    /// assert_eq!(funds.select(&path().all())?, [(-1, 10), (2, 20)]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    pub fn all(self) -> PStatePath<O, All<N>>
    where
        N::Here: HasEntries,
        <N::Here as HasEntries>::Element: Value,
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
            let Some(entries) = N::Here::entries(place) else {
                return Ok(());
            };
            entries.each(|key, slot| {
                let key = <MapAt<N> as Keyed>::Key::from_key_bytes(&key)?;
                match ElementAt::<N>::from_slot(slot) {
                    Some(value) => f(ReadPlace::computed((key, value))),
                    None => Ok(()),
                }
            })
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.0.leading_key()
    }
}
