//! The top of a PState.

use std::fmt;
use std::marker::PhantomData;

use crate::key::KeyHash;
use crate::path::plain::{Fated, SeenOf, SpotOf};
use crate::path::{Location, Navigator, PStatePath, Presence, Single, Top, Visit, WriteNavigator};
use crate::schema::Schema;
use crate::store::{ReadPlace, WritePlace, Written};

/// Where every path starts: the top of a PState with schema `S`, or the place that another path has
/// reached, where `P` says whether something is.
pub struct Root<S, P = Top>(PhantomData<fn() -> (S, P)>);

impl<S, P> Root<S, P> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<S, P> Copy for Root<S, P> {}

impl<S, P> Clone for Root<S, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S, P> fmt::Debug for Root<S, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Root")
    }
}

impl<S: Location, P: Presence> Navigator for Root<S, P> {
    type Schema = S;
    type Here = S;
    type Presence = P;
    type Emits = Single;
    type Collected = ();

    const IS_ROOT: bool = true;

    #[inline(always)]
    fn read<F>(&self, top: ReadPlace<'_, S>, f: &mut F) -> Visit
    where
        F: FnMut(&(), ReadPlace<'_, S>) -> Visit,
    {
        f(&(), top)
    }

    #[inline(always)]
    fn read_in<F>(&self, top: SeenOf<'_, S>, f: &mut F) -> Visit
    where
        F: FnMut(&(), SeenOf<'_, Self::Here>) -> Visit,
    {
        f(&(), top)
    }

    fn leading_key(&self) -> Option<KeyHash> {
        None
    }
}

impl<S: Schema, P: Presence> WriteNavigator for Root<S, P> {
    #[inline(always)]
    fn write<F>(&self, top: WritePlace<'_, S>, f: &mut F) -> Written<S>
    where
        F: FnMut(&(), WritePlace<'_, S>) -> Written<S>,
    {
        f(&(), top)
    }

    #[inline(always)]
    fn write_in<F>(&self, top: SpotOf<'_, S>, f: &mut F) -> Fated
    where
        F: FnMut(&(), SpotOf<'_, S>) -> Fated,
    {
        f(&(), top)
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
