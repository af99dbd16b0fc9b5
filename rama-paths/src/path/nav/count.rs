//! `count()`: the number of elements of a map, or of a range of one.

use crate::error::PathError;
use crate::key::KeyHash;
use crate::path::{HasEntries, Location as _, Navigator, PStatePath, Present, ReadOnly};
use crate::store::ReadPlace;

/// See [`PStatePath::count`].
#[derive(Debug, Clone)]
pub struct Count<N>(N);

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to the number of elements of a map, or of a range of one.
    ///
    /// - *Select*: `usize`; 0 where the map is absent.
    /// - *Transform*: read only.
    /// - *Cost*: one row for a nested map. The size of the map at the top of a PState is not kept:
    ///   it is counted, and is that of one partition. A range is counted too.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, PStatePath, Root};
    ///
    /// let mut tags = Partition::<PMap<i64, PMap<String, u8>>>::new();
    /// let path = || PStatePath::<(), Root<PMap<i64, PMap<String, u8>>>>::new();
    /// tags.transform(path().key(5).key("red").termval(1))?;
    /// assert_eq!(tags.select_one(&path().key(5).count())?, 1);
    /// assert_eq!(tags.select_one(&path().key(6).count())?, 0);
    /// assert_eq!(tags.select_one(&path().count())?, 1);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    pub fn count(self) -> PStatePath<O, Count<N>>
    where
        N::Here: HasEntries,
    {
        self.then(Count)
    }
}

impl<N: Navigator> Navigator for Count<N> {
    type Schema = N::Schema;
    type Here = ReadOnly<usize>;
    type Presence = Present;
    type Emits = N::Emits;

    fn read<'a, F>(&'a self, top: ReadPlace<'a, N::Schema>, f: &mut F) -> Result<(), PathError>
    where
        F: FnMut(ReadPlace<'a, Self::Here>) -> Result<(), PathError>,
    {
        self.0.read(top, &mut |place: ReadPlace<'a, N::Here>| match N::Here::entries(place) {
            Some(entries) => f(ReadPlace::computed(entries.count()?)),
            None => Ok(()),
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.0.leading_key()
    }
}
