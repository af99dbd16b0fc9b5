//! Fixed keys: structs with `#[derive(PState)]`, a map with a schema per field.

use std::fmt;
use std::marker::PhantomData;

use super::Schema;
use crate::path::HasFields;
use crate::store::{Handle, Node, NodeWrites, Tables};

/// A struct with `#[derive(PState)]`. The derive implements it.
pub trait FixedKeys: Schema<Slot = Handle> + HasFields {}

/// The field at index `I` of a struct with `#[derive(PState)]`. The derive implements it.
pub trait FieldAt<const I: usize>: FixedKeys {
    /// The schema of the field.
    type Schema: Schema;
    /// The id that the field is stored by: its `#[pstate(id = …)]`, or [`field_id`] of its name.
    const ID: u32;
    /// The rows of the field.
    #[doc(hidden)]
    fn rows(tables: &Self::Tables) -> &Node<Self::Schema>;
    /// The writes of the field.
    #[doc(hidden)]
    fn writes(writes: &<Self::Tables as Tables>::Writes) -> &NodeWrites<Self::Schema>;
    /// The writes of the field, to change.
    #[doc(hidden)]
    fn writes_mut(writes: &mut <Self::Tables as Tables>::Writes) -> &mut NodeWrites<Self::Schema>;
}

/// The token of field `I` of `S`.
pub struct Field<S, const I: usize>(PhantomData<fn() -> S>);

impl<S, const I: usize> Field<S, I> {
    /// The token.
    pub const NEW: Self = Self(PhantomData);
}

impl<S, const I: usize> Clone for Field<S, I> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S, const I: usize> Copy for Field<S, I> {}

impl<S, const I: usize> fmt::Debug for Field<S, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Field({I})")
    }
}

/// The id of a field without an explicit one: 32-bit FNV-1a of its name.
///
/// It is kept in data directories and never changes.
pub const fn field_id(name: &str) -> u32 {
    let bytes = name.as_bytes();
    let mut hash = 0x811c_9dc5_u32;
    let mut at = 0;
    while at < bytes.len() {
        hash ^= bytes[at] as u32;
        hash = hash.wrapping_mul(0x0100_0193);
        at += 1;
    }
    hash
}

/// Whether all ids differ; the derive asserts it at compile time.
#[doc(hidden)]
pub const fn distinct_ids(ids: &[u32]) -> bool {
    let mut a = 0;
    while a < ids.len() {
        let mut b = a + 1;
        while b < ids.len() {
            if ids[a] == ids[b] {
                return false;
            }
            b += 1;
        }
        a += 1;
    }
    true
}
