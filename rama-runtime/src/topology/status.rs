//! What is known of a topology from outside while it runs.

use std::sync::{Arc, Mutex, PoisonError};

use super::AttemptFailure;
use crate::log::LogError;

/// Why a topology has stopped for good. Open the data directory again.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StopCause {
    /// The log failed or was closed.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A checkpoint failed for another reason than a full disk. What was acknowledged is in the log.
    #[error("a checkpoint failed: {source}")]
    Checkpoint {
        /// Why.
        source: Arc<dyn std::error::Error + Send + Sync>,
    },
    /// A thread of the cluster panicked outside user code, or in the `Drop` of a user's value.
    #[error("a thread of the cluster ended: {message}")]
    Panicked {
        /// The panic's message.
        message: String,
    },
}

/// A microbatch topology's progress.
#[derive(Clone, Debug, Default)]
pub struct MicrobatchStatus {
    /// Depot records processed ever, over all restarts; their effects are durable and visible.
    pub processed: u64,
    /// Id of the last committed microbatch; 0 if there was none.
    pub committed: u64,
    /// Attempts at the running microbatch that failed in a row.
    pub failed_attempts: u32,
    /// The newest failure, kept until the next commit.
    pub last_failure: Option<Arc<AttemptFailure>>,
    /// Whether no microbatch is under way.
    pub idle: bool,
    /// Whether no new microbatch begins until the topology is resumed.
    pub paused: bool,
}

/// The status with its lock.
#[derive(Debug, Default)]
pub(crate) struct TopologyStatus {
    status: Mutex<MicrobatchStatus>,
    stopped: Mutex<Option<StopCause>>,
}

impl TopologyStatus {
    pub(crate) fn get(&self) -> MicrobatchStatus {
        self.status.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn update(&self, change: impl FnOnce(&mut MicrobatchStatus)) {
        change(&mut self.status.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Why this topology has stopped, if it has.
    pub(crate) fn stopped(&self) -> Option<StopCause> {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Stops the topology; the first cause is kept.
    pub(crate) fn stop(&self, cause: StopCause) {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(cause);
    }

    /// Marks the topology as working, unless it is paused; says whether it may work.
    pub(crate) fn begin(&self) -> bool {
        let mut status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        if !status.paused {
            status.idle = false;
        }
        !status.paused
    }
}
