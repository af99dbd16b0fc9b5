//! Depots: durable partitioned logs of records, through which all data enters a module.

mod append_times;
mod files;
mod handle;
mod partitioning;
mod records;
mod runtime;
pub(crate) mod segment;

pub use files::DepotFileError;
pub(crate) use files::{DepotFiles, last_block};
pub use handle::Depot;
pub(crate) use partitioning::Choice;
pub use partitioning::{
    DepotPartitioning, Disallow, Global, HashBy, Random, disallow, global, hash_by, random,
};
pub use runtime::DepotContext;
pub(crate) use runtime::{AnyDepot, DepotRuntime};
pub use segment::SegmentError;
