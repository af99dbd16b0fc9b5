//! What all components of a launched module share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use super::ClusterEvent;
use super::event::EventHook;
use crate::depot::AnyDepot;
use crate::exec::{Progress, Signal};
use crate::log::{Log, LogError};
use crate::store::{CheckpointTrigger, Commits};
use crate::task::{AlignmentLog, CallQueue, Inbox};
use crate::topology::TopologyStatus;

/// A launched module, as its workers and coordinators see it.
pub(crate) struct Shared {
    pub(crate) module: &'static str,
    /// Number of tasks, a power of two.
    pub(crate) tasks: u32,
    /// By depot index.
    pub(crate) depots: Vec<Arc<dyn AnyDepot>>,
    /// By worker.
    pub(crate) inboxes: Vec<Arc<Inbox>>,
    /// By worker.
    pub(crate) worker_signals: Vec<Arc<Signal>>,
    /// By topology index.
    pub(crate) statuses: Vec<Arc<TopologyStatus>>,
    /// Catalogue ids by topology index.
    pub(crate) topology_ids: Vec<u32>,
    /// Catalogue ids by PState index.
    pub(crate) pstate_ids: Vec<u32>,
    pub(crate) log: Log,
    pub(crate) commits: Commits,
    pub(crate) checkpoints: CheckpointTrigger,
    pub(crate) progress: Arc<Progress>,
    pub(crate) in_flight: InFlight,
    /// None if no topology makes asynchronous calls.
    pub(crate) calls: Option<Arc<CallQueue>>,
    pub(crate) hook: Option<EventHook>,
    /// Where misaligned accesses are noted, if they are looked for.
    pub(crate) alignment: Option<Arc<AlignmentLog>>,
    pub(super) failed: AtomicBool,
    /// Raised with `failed`.
    pub(super) failed_signal: Arc<Signal>,
}

impl Shared {
    /// The worker that runs a task: neighbouring tasks share one.
    pub(crate) fn worker_of(&self, task: u32) -> usize {
        worker_of(task, self.tasks, self.inboxes.len())
    }

    /// Frames of so many bytes are done; whoever waits for fewer than `limit` in flight is woken.
    pub(crate) fn frames_done(&self, bytes: usize, limit: usize) {
        if self.in_flight.finished(bytes, limit) {
            for signal in &self.worker_signals {
                signal.raise();
            }
        }
    }

    /// Notes that the module has to be closed and opened again.
    pub(crate) fn fail(&self) {
        self.failed.store(true, Ordering::SeqCst);
        self.failed_signal.raise();
    }

    /// Why nothing becomes durable now: the log has failed, or the disk is full.
    pub(crate) fn obstacle(&self) -> Option<LogError> {
        self.log.failure().or_else(|| match self.log.check() {
            Err(error @ LogError::DiskFull { .. }) => Some(error),
            _ => None,
        })
    }

    /// Tells the event hook, if there is one.
    pub(crate) fn event(&self, event: ClusterEvent) {
        if let Some(hook) = &self.hook {
            (hook.0)(&event);
        }
    }
}

/// See [`Shared::worker_of`].
pub(crate) fn worker_of(task: u32, tasks: u32, workers: usize) -> usize {
    task as usize * workers / tasks as usize
}

/// Bytes of frames between tasks, for admission.
#[derive(Debug, Default)]
pub(crate) struct InFlight(AtomicI64);

impl InFlight {
    pub(crate) fn sent(&self, bytes: usize) {
        self.0.fetch_add(bytes as i64, Ordering::SeqCst);
    }

    /// Takes bytes off; says whether that brought the sum from above `limit` to below it.
    pub(crate) fn finished(&self, bytes: usize, limit: usize) -> bool {
        let before = self.0.fetch_sub(bytes as i64, Ordering::SeqCst);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        before > limit && before - bytes as i64 <= limit
    }

    pub(crate) fn exceeds(&self, limit: usize) -> bool {
        self.0.load(Ordering::SeqCst) > i64::try_from(limit).unwrap_or(i64::MAX)
    }
}
