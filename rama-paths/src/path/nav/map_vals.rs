//! `map_vals()`: every element of a map, or of a range of one.

use super::key::in_structure;
use crate::error::PathError;
use crate::key::{KeyBytes, KeyHash};
use crate::path::{
    ElementAt, Entries, HasEntries, Location as _, Many, MapAt, Navigator, PStatePath, Present,
    Span, WriteEntries, WriteNavigator,
};
use crate::schema::Keyed;
use crate::store::{AsOf, Held, ReadPlace, View, WritePlace, Written, modify_row};

/// See [`PStatePath::map_vals`].
#[derive(Debug, Clone)]
pub struct MapVals<N>(N);

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to every element of a map, or of a range of one, in order of the keys.
    ///
    /// - *Select*: `V` of values, any number of times; one can go on into nested structures.
    /// - *Transform*: each element that is there at the start; `none` removes them all. An absent
    ///   map stays absent.
    /// - *Cost*: every row of the map or range.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, PStatePath, Root};
    ///
    /// let mut tags = Partition::<PMap<i64, PMap<String, u8>>>::new();
    /// let path = || PStatePath::<(), Root<PMap<i64, PMap<String, u8>>>>::new();
    /// tags.transform(path().key(5).key("red").termval(1))?;
    /// tags.transform(path().key(6).key("blue").termval(2))?;
    /// tags.transform(path().map_vals().map_vals().term(|curr| curr * 10))?;
    /// assert_eq!(tags.select(&path().map_vals().map_vals())?, [10, 20]);
    /// assert_eq!(tags.select(&path().map_vals().count())?, [1, 1]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    pub fn map_vals(self) -> PStatePath<O, MapVals<N>>
    where
        N::Here: HasEntries,
    {
        self.then(MapVals)
    }
}

impl<N: Navigator> Navigator for MapVals<N> {
    type Schema = N::Schema;
    type Here = ElementAt<N>;
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
            let below = entries.below.below();
            entries.each(|_, slot| f(ReadPlace { slot: Held::Owned(slot), below }))
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.0.leading_key()
    }
}

impl<N: WriteEntries> WriteNavigator for MapVals<N> {
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.0.write_entries(top, &mut |map: WritePlace<'_, MapAt<N>>, span: &Span| {
            in_structure(map, |handle, place| {
                let (writes, rows) = (place.below.writes, place.below.rows);
                let below = View { writes: Some(&*writes), rows, at: AsOf::LATEST };
                let mut keys: Vec<KeyBytes> = Vec::new();
                Entries::<MapAt<N>> { handle: *handle, below, span: span.clone() }.each(
                    |key, _| {
                        keys.push(key);
                        Ok(())
                    },
                )?;
                for key in &keys {
                    modify_row(writes, rows, place.ids, handle, MapAt::<N>::TRACKED, key, f)?;
                }
                Ok(())
            })
        })
    }
}
