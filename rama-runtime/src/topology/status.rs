//! What is known of a topology from outside while it runs.

use std::sync::{Arc, Mutex, PoisonError};

use super::AttemptFailure;
use crate::log::LogError;

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
    broken: Mutex<Option<LogError>>,
}

impl TopologyStatus {
    pub(crate) fn get(&self) -> MicrobatchStatus {
        self.status.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn update(&self, change: impl FnOnce(&mut MicrobatchStatus)) {
        change(&mut self.status.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The log's failure that ended this topology, if one did.
    pub(crate) fn broken(&self) -> Option<LogError> {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_broken(&self, error: LogError) {
        *self.broken.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
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
