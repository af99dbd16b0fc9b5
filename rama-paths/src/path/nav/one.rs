//! `one()`: exactly one place.

use crate::error::PathError;
use crate::key::KeyHash;
use crate::path::{Navigator, PStatePath, Single, WriteNavigator};
use crate::store::{ReadPlace, WritePlace, Written};

/// See [`PStatePath::one`].
#[derive(Debug, Clone)]
pub struct One<N>(N);

impl<O, N: Navigator> PStatePath<O, N> {
    /// Says that the path leads to exactly one place, so that it counts as emitting once.
    ///
    /// - *Select* and *transform*: as before, or [`PathError::NotOne`].
    /// - *Cost*: none of its own.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, PStatePath, PathError, Root};
    ///
    /// let mut funds = Partition::<PMap<i64, i64>>::new();
    /// let path = || PStatePath::<(), Root<PMap<i64, i64>>>::new();
    /// assert_eq!(funds.select_one(&path().must(1).one()), Err(PathError::NotOne { many: false }));
    /// funds.transform(path().key(1).termval(10))?;
    /// assert_eq!(funds.select_one(&path().must(1).one())?, 10);
    /// # Ok::<(), PathError>(())
    /// ```
    pub fn one(self) -> PStatePath<O, One<N>> {
        self.then(One)
    }
}

impl<N: Navigator> Navigator for One<N> {
    type Schema = N::Schema;
    type Here = N::Here;
    type Presence = N::Presence;
    type Emits = Single;

    fn read<'a, F>(&'a self, top: ReadPlace<'a, N::Schema>, f: &mut F) -> Result<(), PathError>
    where
        F: FnMut(ReadPlace<'a, N::Here>) -> Result<(), PathError>,
    {
        let mut found = None;
        self.0.read(top, &mut |place: ReadPlace<'a, N::Here>| match found.replace(place) {
            None => Ok(()),
            Some(_) => Err(PathError::NotOne { many: true }),
        })?;
        f(found.ok_or(PathError::NotOne { many: false })?)
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.0.leading_key()
    }
}

impl<N: WriteNavigator> WriteNavigator for One<N> {
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(WritePlace<'_, N::Here>) -> Written<N::Here>,
    {
        let mut found = false;
        let change = self.0.write(top, &mut |place: WritePlace<'_, N::Here>| {
            if std::mem::replace(&mut found, true) {
                return Err(PathError::NotOne { many: true });
            }
            f(place)
        })?;
        if found { Ok(change) } else { Err(PathError::NotOne { many: false }) }
    }
}
