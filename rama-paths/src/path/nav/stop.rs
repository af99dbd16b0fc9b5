//! `stay()` and `stop()`: the same place, and none.

use std::marker::PhantomData;

use crate::key::KeyHash;
use crate::path::{Location, Many, Navigator, PStatePath, Presence, Visit, WriteNavigator};
use crate::schema::Schema;
use crate::store::{Change, ReadPlace, WritePlace, Written};

/// See [`PStatePath::stop`].
#[derive(Debug, Clone, Copy)]
pub struct Stop<N>(N);

impl<O, N: Navigator> PStatePath<O, N> {
    /// Stays where it is: a branch of [`multi_path`](Self::multi_path) or
    /// [`if_path`](Self::if_path) that goes on with the place itself.
    #[inline]
    pub fn stay(self) -> Self {
        self
    }

    /// Leads nowhere.
    ///
    /// ```
    /// use rama_paths::{PStatePath, Root};
    ///
    /// let path = PStatePath::<(), Root<Vec<i64>>>::new();
    /// assert!(path.all().stop().select_from(&vec![1, 2])?.is_empty());
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn stop(self) -> PStatePath<O, Stop<N>> {
        self.then(Stop)
    }
}

impl<N: Navigator> Navigator for Stop<N> {
    type Schema = N::Schema;
    type Here = N::Here;
    type Presence = N::Presence;
    type Emits = Many;
    type Collected = N::Collected;

    #[inline(always)]
    fn read<F>(&self, _top: ReadPlace<'_, N::Schema>, _f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, N::Here>) -> Visit,
    {
        Ok(())
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.0.leading_key()
    }
}

impl<N: WriteNavigator> WriteNavigator for Stop<N> {
    fn write<F>(&self, _top: WritePlace<'_, N::Schema>, _f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, N::Here>) -> Written<N::Here>,
    {
        Ok(Change::Keep)
    }
}

/// Leads nowhere, as if to an `H`: the branch of an `if_path` that is not told.
pub struct Nowhere<S, H, P> {
    from: PhantomData<fn() -> S>,
    to: PhantomData<fn() -> (H, P)>,
}

impl<S, H, P> Nowhere<S, H, P> {
    pub(super) fn new() -> Self {
        Self { from: PhantomData, to: PhantomData }
    }
}

impl<S, H, P> Clone for Nowhere<S, H, P> {
    fn clone(&self) -> Self {
        Self::new()
    }
}

impl<S, H, P> std::fmt::Debug for Nowhere<S, H, P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Nowhere")
    }
}

impl<S: Location, H: Location, P: Presence> Navigator for Nowhere<S, H, P> {
    type Schema = S;
    type Here = H;
    type Presence = P;
    type Emits = Many;
    type Collected = ();

    #[inline(always)]
    fn read<F>(&self, _top: ReadPlace<'_, S>, _f: &mut F) -> Visit
    where
        F: FnMut(&(), ReadPlace<'_, H>) -> Visit,
    {
        Ok(())
    }

    fn leading_key(&self) -> Option<KeyHash> {
        None
    }
}

impl<S: Schema, H: Schema, P: Presence> WriteNavigator for Nowhere<S, H, P> {
    fn write<F>(&self, _top: WritePlace<'_, S>, _f: &mut F) -> Written<S>
    where
        F: FnMut(&(), WritePlace<'_, H>) -> Written<H>,
    {
        Ok(Change::Keep)
    }
}
