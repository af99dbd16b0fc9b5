//! The top of a PState.

use std::fmt;
use std::marker::PhantomData;

use crate::error::PathError;
use crate::key::KeyHash;
use crate::path::{Navigator, PStatePath, Single, Top, WriteNavigator};
use crate::schema::Schema;
use crate::store::{ReadPlace, WritePlace, Written};

/// Where every path starts: the top of a PState with schema `S`.
pub struct Root<S>(PhantomData<fn() -> S>);

impl<S> Root<S> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<S> Clone for Root<S> {
    fn clone(&self) -> Self {
        Self::new()
    }
}

impl<S> fmt::Debug for Root<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Root")
    }
}

impl<S: Schema> Navigator for Root<S> {
    type Schema = S;
    type Here = S;
    type Presence = Top;
    type Emits = Single;

    const IS_ROOT: bool = true;

    #[inline]
    fn read<'a, F>(&'a self, top: ReadPlace<'a, S>, f: &mut F) -> Result<(), PathError>
    where
        F: FnMut(ReadPlace<'a, S>) -> Result<(), PathError>,
    {
        f(top)
    }

    fn leading_key(&self) -> Option<KeyHash> {
        None
    }
}

impl<S: Schema> WriteNavigator for Root<S> {
    #[inline]
    fn write<F>(&self, top: WritePlace<'_, S>, f: &mut F) -> Written<S>
    where
        F: FnMut(WritePlace<'_, S>) -> Written<S>,
    {
        f(top)
    }
}

impl<O, S: Schema> PStatePath<O, Root<S>> {
    /// The path to the top of a PState with schema `S`.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, PStatePath, Root};
    ///
    /// let funds = Partition::<PMap<i64, i64>>::new();
    /// let path = PStatePath::<(), Root<PMap<i64, i64>>>::new();
    /// assert_eq!(funds.select_one(&path.count())?, 0);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Self::at_root(Root::new(), 0)
    }

    /// The same for the PState with this index in its module; the index stays with the path.
    pub fn of_pstate(index: u32) -> Self {
        Self::at_root(Root::new(), index)
    }
}
