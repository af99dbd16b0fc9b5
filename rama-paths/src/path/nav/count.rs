//! `count()`: the number of elements of a map.

use std::ops::Bound;

use crate::error::PathError;
use crate::key::KeyHash;
use crate::path::{Location as _, MapAt, Navigator, Path, Present, ReadOnly};
use crate::schema::Keyed;
use crate::store::{Handle, ReadPlace};

/// See [`Path::count`].
#[derive(Debug, Clone)]
pub struct Count<N>(N);

impl<O, N: Navigator> Path<O, N> {
    /// Navigates to the number of elements of a map.
    ///
    /// - *Select*: `usize`; 0 where the map is absent.
    /// - *Transform*: read only.
    /// - *Cost*: one row for a nested map. The size of the map at the top of a PState is not kept:
    ///   it is counted, and is that of one partition.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, Path, Root};
    ///
    /// let mut tags = Partition::<PMap<i64, PMap<String, u8>>>::new();
    /// let path = || Path::<(), Root<PMap<i64, PMap<String, u8>>>>::new();
    /// tags.transform(path().key(5).key("red").termval(1))?;
    /// assert_eq!(tags.select_one(&path().key(5).count())?, 1);
    /// assert_eq!(tags.select_one(&path().key(6).count())?, 0);
    /// assert_eq!(tags.select_one(&path().count())?, 1);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    pub fn count(self) -> Path<O, Count<N>>
    where
        N::Here: Keyed,
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
        self.0.read(top, &mut |place: ReadPlace<'a, N::Here>| {
            let Some(place) = N::Here::as_map(place) else {
                return Ok(());
            };
            let Some(handle) = place.slot.get() else {
                return f(ReadPlace::computed(0));
            };
            if MapAt::<N>::TRACKED && *handle != Handle::TOP {
                // More elements than memory can address are not countable there either.
                let size = usize::try_from(handle.size).unwrap_or(usize::MAX);
                return f(ReadPlace::computed(size));
            }
            let mut rows = place.below.range(handle.id, Bound::Unbounded, None);
            let mut size = 0;
            while rows.next()?.is_some() {
                size += 1;
            }
            f(ReadPlace::computed(size))
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.0.leading_key()
    }
}
