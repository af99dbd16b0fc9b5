//! PStates: the typed name of one, and what its declaration may ask for. Their storage is
//! `rama_paths::Partition`, one per task.

mod declared;
mod options;
mod placement;

pub use declared::{Declared, IsGlobal, ReadByClients};
pub use options::{InitialValue, KeyedAtTop, PStateOptions};
pub(crate) use placement::Placement;

use std::marker::PhantomData;

use rama_paths::{PStatePath, Root, Schema};

/// No values of these types are held.
type Types<O, S, D> = PhantomData<fn() -> (O, S, D)>;

/// PState with schema `S`, written only by the topology with owner tag `O`; `defmodule!` makes one
/// constant per PState. `D` says which options it was declared with.
pub struct PState<O, S, D = Declared> {
    pub(crate) name: &'static str,
    pub(crate) index: u32,
    types: Types<O, S, D>,
}

impl<O, S, D> PState<O, S, D> {
    /// The PState declared as `index`th in its module. For generated code.
    #[doc(hidden)]
    pub const fn new(name: &'static str, index: u32) -> Self {
        PState { name, index, types: PhantomData }
    }

    /// The same PState for code of its module's topologies, which no option keeps out. For generated
    /// code.
    #[doc(hidden)]
    pub const fn in_module(self) -> PState<O, S> {
        PState::new(self.name, self.index)
    }

    /// The PState's name, without its sigil.
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

impl<O, S: Schema, D> PState<O, S, D> {
    /// The path that stays at the top of this PState.
    pub fn path(&self) -> PStatePath<O, Root<S>> {
        PStatePath::of_pstate(self.index)
    }
}

impl<O, S, D> Clone for PState<O, S, D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<O, S, D> Copy for PState<O, S, D> {}

impl<O, S, D> std::fmt::Debug for PState<O, S, D> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "$${}", self.name)
    }
}
