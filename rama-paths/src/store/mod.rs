//! The rows of one partition of a PState, its write set and its deltas.
//!
//! A row is (structure id, element key) -> slot. Each place of the schema where elements lie (a
//! *node*) has typed rows of its own. The slot of a leaf is its value, that of a nested structure
//! its [`Handle`]: id and size. Structure 0 is the one at the top; every other one gets an id that
//! the partition never hands out again, so that a structure made again under the same key never
//! meets the rows of the old one.
//!
//! The owner's running attempt has a private **write set**. A commit *seals* it: it becomes a layer
//! of the committed rows, with the commit's position. Readers on other threads see committed rows as
//! of one position, see [`Horizon`]. What is beneath the layers in memory is the last checkpoint, a
//! [`Backing`]; see `rows` for the layers.
//!
//! [`AnyPartition::encode_delta`] writes the write set down, [`AnyPartition::replay`] does from a
//! written delta what [`AnyPartition::seal`] did live, and [`AnyPartition::discard`] forgets it.

mod backing;
mod committed;
mod costs;
mod deferred;
mod delta;
mod frozen;
mod frozen_sets;
mod horizon;
mod listed;
mod marks;
mod node;
mod page;
mod partition;
mod place;
mod resident;
mod rows;
mod sorted;
mod writes;

#[cfg(test)]
mod tests;

pub use backing::{Backing, BackingError};
pub use committed::Committed;
pub use costs::Costs;
pub use delta::DELTA_VERSION;
#[doc(hidden)]
pub use delta::{Op, OpChange, Reader};
pub use frozen::FrozenChange;
pub use horizon::{AsOf, Horizon, Memory, Pin};
pub(crate) use listed::hash as rows_hash;
#[doc(hidden)]
pub use node::{FieldNode, FrozenSink, Node, NodeWrites, Tables};
pub use node::{NodeInfo, elements_node, field_node, structure_of_slot};
pub(crate) use page::Stretch;
pub use partition::{AnyPartition, AnyRows, Partition};
#[doc(hidden)]
pub use place::{
    Change, Current, Held, ReadPlace, View, WritePlace, WriteView, Written, insert_row, modify_row,
};
pub use rows::structure_range;

use serde::{Deserialize, Serialize};

/// What the row of a parent holds of a nested structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handle {
    /// The id of the structure.
    pub(crate) id: u64,
    /// The number of its elements, where it is tracked.
    pub(crate) size: u64,
}

impl Handle {
    /// The structure at the top of a PState. It is always there, and its size is not tracked.
    pub(crate) const TOP: Self = Self { id: 0, size: 0 };

    /// The handle of the structure at the top of a PState.
    #[doc(hidden)]
    pub fn top() -> &'static Self {
        &Self::TOP
    }
}

/// The write set over the tables of a schema.
#[doc(hidden)]
pub type WritesOf<S> = <<S as crate::path::Location>::Tables as Tables>::Writes;

/// The counter of structure ids.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Ids {
    /// The next id to hand out.
    next: u64,
    /// The next id as committed: ids from here on exist in the write set only.
    base: u64,
}

impl Ids {
    fn new() -> Self {
        Self { next: 1, base: 1 }
    }

    /// For values in memory, in which there are no structures.
    pub(crate) fn none() -> Self {
        Self::new()
    }

    /// An id that was never handed out.
    pub(crate) fn fresh(&mut self) -> u64 {
        let id = self.next;
        self.next += 1;
        id
    }

    /// Whether the structure has no committed rows.
    pub(crate) fn is_new(&self, id: u64) -> bool {
        id >= self.base
    }
}
