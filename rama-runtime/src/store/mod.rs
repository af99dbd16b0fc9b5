//! What a data directory holds: the manifest, the entries of the log, and recovery from both.

mod entry;
mod manifest;
mod recovery;

pub(crate) use entry::Entry;
pub use manifest::ManifestError;
pub(crate) use manifest::{LOG, OpenedDirectory, open_directory};
pub use recovery::RecoveryError;
pub(crate) use recovery::{Progress, Recovered, Recovery, RecoveryParts};
