//! What a data directory holds: the manifest, the entries of the log, checkpoints, and recovery from
//! all of them.

pub(crate) mod checkpoint;
pub(crate) mod commits;
pub(crate) mod database;
mod entry;
mod manifest;
mod options;
mod recovery;

pub(crate) use checkpoint::{CheckpointTrigger, Freeze};
pub(crate) use commits::{Commits, TopologyProgress};
pub use database::DatabaseError;
pub(crate) use database::Snapshot;
pub(crate) use entry::{Appended, Entry, LENGTH, MAX_HEADER, push_record};
pub use manifest::ManifestError;
#[cfg(test)]
pub(crate) use manifest::{DepotRow, PStateRow, TopologyRow};
pub(crate) use manifest::{
    FORMAT_VERSION, LOG, Manifest, OpenedDirectory, has_manifest, lock_for_reading, open_directory,
};
pub use options::StorageOptions;
pub use recovery::RecoveryError;
pub(crate) use recovery::{Progress, Recovered, Recovery, RecoveryParts};
