//! `one()`: exactly one place.

use crate::error::PathError;
use crate::key::KeyHash;
use crate::path::plain::{Fate, Fated, SpotOf};
use crate::path::{Navigator, PStatePath, Single, Visit, WriteNavigator};
use crate::store::{Change, ReadPlace, WritePlace, Written};

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
    /// assert_eq!(funds.select_one(&path().must(1).one()), Err(PathError::NotOne { found: 0 }));
    /// funds.transform(path().key(1).termval(10))?;
    /// assert_eq!(funds.select_one(&path().must(1).one())?, 10);
    /// # Ok::<(), PathError>(())
    /// ```
    #[inline]
    pub fn one(self) -> PStatePath<O, One<N>> {
        self.then(One)
    }
}

impl<N: Navigator> Navigator for One<N> {
    type Schema = N::Schema;
    type Here = N::Here;
    type Presence = N::Presence;
    type Emits = Single;
    type Collected = N::Collected;

    #[inline(always)]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, N::Here>) -> Visit,
    {
        let mut found = 0_usize;
        self.0.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            found += 1;
            // What was selected of the first is thrown away with the error.
            if found == 1 { f(collected, place) } else { Ok(()) }
        })?;
        if found == 1 { Ok(()) } else { Err(PathError::NotOne { found }.into()) }
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.0.leading_key()
    }
}

impl<N: WriteNavigator> WriteNavigator for One<N> {
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, N::Here>) -> Written<N::Here>,
    {
        let mut found = 0_usize;
        let change = self.0.write(
            top,
            &mut |collected: &N::Collected, place: WritePlace<'_, N::Here>| {
                found += 1;
                if found == 1 { f(collected, place) } else { Ok(Change::Keep) }
            },
        )?;
        if found == 1 { Ok(change) } else { Err(PathError::NotOne { found }) }
    }

    #[inline(always)]
    fn write_in<F>(&self, top: SpotOf<'_, N::Schema>, f: &mut F) -> Fated
    where
        F: FnMut(&N::Collected, SpotOf<'_, Self::Here>) -> Fated,
    {
        let mut found = 0_usize;
        let fate =
            self.0.write_in(top, &mut |collected: &N::Collected, spot: SpotOf<'_, N::Here>| {
                found += 1;
                if found == 1 { f(collected, spot) } else { Ok(Fate::Kept) }
            })?;
        if found == 1 { Ok(fate) } else { Err(Box::new(PathError::NotOne { found })) }
    }
}
