//! PStates: the typed name of one. Their storage is `rama_paths::Partition`, one per task.

use std::marker::PhantomData;

use rama_paths::{PStatePath, Root, Schema};

/// PState with schema `S`, written only by the topology with owner tag `O`; `defmodule!` makes one
/// constant per PState.
pub struct PState<O, S> {
    pub(crate) name: &'static str,
    pub(crate) index: u32,
    types: PhantomData<fn() -> (O, S)>,
}

impl<O, S> PState<O, S> {
    /// The PState declared as `index`th in its module. For generated code.
    #[doc(hidden)]
    pub const fn new(name: &'static str, index: u32) -> Self {
        PState { name, index, types: PhantomData }
    }

    /// The PState's name, without its sigil.
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

impl<O, S: Schema> PState<O, S> {
    /// The path that stays at the top of this PState.
    pub fn path(&self) -> PStatePath<O, Root<S>> {
        PStatePath::of_pstate(self.index)
    }
}

impl<O, S> Clone for PState<O, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<O, S> Copy for PState<O, S> {}

impl<O, S> std::fmt::Debug for PState<O, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "$${}", self.name)
    }
}
