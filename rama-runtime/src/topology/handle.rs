//! The typed name of a microbatch topology.

use std::marker::PhantomData;

/// Microbatch topology of module `M` with owner tag `O`; `defmodule!` makes one constant per topology.
pub struct Microbatch<M, O> {
    pub(crate) name: &'static str,
    pub(crate) index: u32,
    types: PhantomData<fn() -> (M, O)>,
}

impl<M, O> Microbatch<M, O> {
    /// The topology declared as `index`th in its module. For generated code.
    #[doc(hidden)]
    pub const fn new(name: &'static str, index: u32) -> Self {
        Microbatch { name, index, types: PhantomData }
    }

    /// The topology's name.
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

impl<M, O> Clone for Microbatch<M, O> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M, O> Copy for Microbatch<M, O> {}

impl<M, O> std::fmt::Debug for Microbatch<M, O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}
