//! Events of a cluster's inner life, for tests and instruments.

use std::fmt;
use std::sync::Arc;

use super::LaunchError;
use crate::log::Position;
use crate::topology::AttemptFailure;

/// Something that happened to a microbatch, or to the storage. See [`super::ClusterBuilder::event_hook`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ClusterEvent {
    /// An attempt begins; its offsets are fixed.
    Planned {
        /// The topology's name.
        topology: &'static str,
        /// Id of the microbatch.
        microbatch: u64,
        /// Number of the attempt.
        attempt: u32,
        /// Number of depot records it covers.
        records: u64,
    },
    /// All tasks have prepared what the attempt wrote; the commit is not yet in the log.
    Prepared {
        /// The topology's name.
        topology: &'static str,
        /// Id of the microbatch.
        microbatch: u64,
        /// Number of the attempt.
        attempt: u32,
    },
    /// The microbatch is durable, and visible on all tasks.
    Committed {
        /// The topology's name.
        topology: &'static str,
        /// Id of the microbatch.
        microbatch: u64,
        /// Number of the attempt.
        attempt: u32,
    },
    /// A checkpoint begins.
    CheckpointBegun {
        /// It will hold what the log says up to here.
        position: Position,
    },
    /// A checkpoint is durable, and the log before it is about to be cut.
    Checkpointed {
        /// It holds what the log says up to here.
        position: Position,
        /// Rows that were written or removed.
        rows: u64,
    },
    /// A checkpoint could not be made. If the disk is full it is tried again until there is space;
    /// otherwise the module is closed and opened again.
    CheckpointFailed {
        /// Why.
        error: Arc<dyn std::error::Error + Send + Sync>,
    },
    /// The module was closed because its disk had failed, and was opened again. Clients go on.
    Reopened,
    /// The module could not be opened again after its disk had failed. It is tried again before long.
    ReopenFailed {
        /// Why.
        error: Arc<LaunchError>,
    },
    /// Reads from outside were ended, with [`rama_paths::PathError::Expired`], since they held back
    /// a checkpoint and with it too much memory or log.
    ReadsEnded {
        /// Number of reads.
        reads: usize,
        /// Bytes of memory that rows newer than the last checkpoint took.
        overlay_bytes: usize,
        /// Bytes of log behind the last checkpoint.
        log_bytes: u64,
    },
    /// The attempt failed and will be followed by another.
    AttemptFailed {
        /// Why.
        failure: Arc<AttemptFailure>,
    },
}

/// A user's function that hears of events.
#[derive(Clone)]
pub(crate) struct EventHook(pub(crate) Arc<dyn Fn(&ClusterEvent) + Send + Sync>);

impl fmt::Debug for EventHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EventHook")
    }
}
