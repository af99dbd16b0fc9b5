//! The options of a PState that its handle's type knows.

/// How a PState was declared: whether `global`, and whether `private`.
#[derive(Clone, Copy, Debug)]
pub struct Declared<const GLOBAL: bool = false, const PRIVATE: bool = false>;

/// A PState that clients may read: one that was not declared `private`.
#[diagnostic::on_unimplemented(
    message = "this PState is `private`: only topologies of its module read it",
    label = "not for clients",
    note = "declare it without `private`, or let a topology write what clients may see to another PState"
)]
pub trait ReadByClients {}

impl<const GLOBAL: bool> ReadByClients for Declared<GLOBAL, false> {}

/// A PState that was declared `global`: whoever reads it knows its task without a key.
#[diagnostic::on_unimplemented(
    message = "this path has no leading key, so it does not say which task to go to",
    label = "begin the path with `.key(*key)`",
    note = "only a PState that is declared `global` is found without a key"
)]
pub trait IsGlobal {}

impl<const PRIVATE: bool> IsGlobal for Declared<true, PRIVATE> {}
