//! Reads of several partitions and PStates as of one position.

use std::fmt;
use std::sync::Arc;

use rama_paths::Pin;

use crate::cluster::Launched;

/// All of a module's state as of one instant, for reads from outside: whatever is read of it, on any
/// partition of any PState, is of the same committed microbatches.
///
/// See [`InProcessCluster::snapshot`](crate::cluster::InProcessCluster::snapshot) and
/// [`PStateClient::as_of`](super::PStateClient::as_of). Clones are the same snapshot.
///
/// While one is held, newer commits are kept in memory beside what they replace, and no checkpoint
/// later than it can be made. When that takes more memory than
/// [`StorageOptions::overlay_bytes`](crate::cluster::StorageOptions::overlay_bytes), or a checkpoint
/// is long overdue, the snapshot is ended: reads of it then fail with
/// [`PathError::Expired`](rama_paths::PathError::Expired), they never show anything else. It also
/// ends when the module does.
#[derive(Clone)]
pub struct Snapshot {
    launched: Arc<Launched>,
    pub(super) pin: Arc<Pin>,
}

impl Snapshot {
    pub(crate) fn new(launched: Arc<Launched>) -> Snapshot {
        let pin = Arc::new(launched.shared.commits.horizon().pin());
        Snapshot { launched, pin }
    }

    /// Whether it is of the module that runs.
    pub(super) fn is_of(&self, running: &Option<Arc<Launched>>) -> bool {
        running.as_ref().is_some_and(|running| Arc::ptr_eq(running, &self.launched))
    }

    /// Commits up to this position of the log are seen. Of two snapshots of a cluster the later one
    /// never has the lower position.
    pub fn position(&self) -> u64 {
        self.pin.position()
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot").field("position", &self.position()).finish_non_exhaustive()
    }
}
