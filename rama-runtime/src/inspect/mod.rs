//! Looking at a data directory that nobody has open: what is in it ([`inspect`]), and whether all of it
//! can be read ([`verify`]).
//!
//! - **Invariant**: nothing in the directory is changed, created or removed. What opening the module
//!   would put in order after a crash is put in order in memory, or only told.
//! - **Invariant**: a directory that is open is refused. While one is looked at, its lock is shared, so
//!   that no module can be launched over it.
//!
//! What is told of depots and topologies is as of the end of the log; what is told of the rows of
//! PStates is as of the last checkpoint.

mod database;
mod directory;
mod display;
mod error;
mod node_paths;
mod read;
mod report;
mod tail;
#[cfg(test)]
mod tests;
mod text;
mod verification;
mod verify;

pub use error::{InspectError, Problem};
pub use read::inspect;
pub use report::{
    CheckpointReport, DatabaseReport, DepotPartitionReport, DepotReport, DroppedStructure,
    DroppedStructures, EntryCounts, LogReport, ModuleReport, NodePartitionReport, NodeReport,
    PStateReport, Report, SourcePartitionReport, SourceReport, TopologyReport, UndecidedMicrobatch,
};
pub use verification::Verification;
pub use verify::verify;
