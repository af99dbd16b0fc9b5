//! The typed name of a depot.

use std::marker::PhantomData;

/// Depot of module `M` with records of type `T`; `defmodule!` makes one constant per depot.
pub struct Depot<M, T> {
    pub(crate) name: &'static str,
    pub(crate) index: u32,
    types: PhantomData<fn() -> (M, T)>,
}

impl<M, T> Depot<M, T> {
    /// The depot declared as `index`th in its module. For generated code.
    #[doc(hidden)]
    pub const fn new(name: &'static str, index: u32) -> Self {
        Depot { name, index, types: PhantomData }
    }

    /// The depot's name, without its sigil.
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

impl<M, T> Clone for Depot<M, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M, T> Copy for Depot<M, T> {}

impl<M, T> std::fmt::Debug for Depot<M, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "*{}", self.name)
    }
}
