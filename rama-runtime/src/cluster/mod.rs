//! The in-process cluster: a whole module in one process, over a data directory.

mod builder;
mod directory;
mod error;
mod event;
mod in_process;
mod launch;
mod shared;
mod slot;
mod status;
mod storage;

pub use crate::store::{DatabaseError, ManifestError, RecoveryError, StorageOptions};
pub use crate::task::MisalignedAccess;
pub use builder::{ClusterBuilder, SpawnedFuture};
pub use error::{ClusterError, LaunchError, WaitError};
pub use event::ClusterEvent;
pub use in_process::InProcessCluster;
pub(crate) use launch::{Launched, LaunchedPState};
pub(crate) use shared::Shared;
pub(crate) use slot::Slot;
pub use status::StorageStatus;
