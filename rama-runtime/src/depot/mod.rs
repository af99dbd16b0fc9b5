//! Depots: durable partitioned logs of records, through which all data enters a module.

mod handle;
mod partitioning;
mod runtime;

pub use handle::Depot;
pub(crate) use partitioning::Choice;
pub use partitioning::{
    DepotPartitioning, Disallow, Global, HashBy, Random, disallow, global, hash_by, random,
};
pub use runtime::DepotContext;
pub(crate) use runtime::{AnyDepot, DepotRuntime};
