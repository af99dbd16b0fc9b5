//! One attempt at a microbatch: its fixed ranges, what is outstanding, and whether it failed.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::AttemptFailure;
use crate::exec::Signal;
use crate::module::TopologyDefinition;

/// An attempt, shared by the coordinator, the workers, and all frames of it.
pub(crate) struct Attempt {
    pub(crate) topology: Arc<TopologyDefinition>,
    /// Id of the microbatch: the same id always has the same ranges.
    pub(crate) id: u64,
    /// Number of the attempt, from 1.
    pub(crate) number: u32,
    /// Offsets to process, by source, then partition.
    pub(crate) ranges: Vec<Vec<Range<u64>>>,
    /// Whether frames carry the record they come from: only after a failure, since it costs.
    pub(crate) trace: bool,
    /// Workers still emitting, batches in flight, asynchronous calls under way, or workers still busy with a phase.
    outstanding: AtomicI64,
    failed: AtomicBool,
    failure: Mutex<Option<AttemptFailure>>,
    coordinator: Arc<Signal>,
    /// Of those who run its asynchronous calls: raised when it fails, so that they are cancelled.
    calls: Option<Arc<Signal>>,
}

impl Attempt {
    pub(crate) fn new(
        topology: Arc<TopologyDefinition>,
        id: u64,
        number: u32,
        ranges: Vec<Vec<Range<u64>>>,
        trace: bool,
        coordinator: Arc<Signal>,
        calls: Option<Arc<Signal>>,
    ) -> Attempt {
        Attempt {
            topology,
            id,
            number,
            ranges,
            trace,
            outstanding: AtomicI64::new(0),
            failed: AtomicBool::new(false),
            failure: Mutex::new(None),
            coordinator,
            calls,
        }
    }

    /// Counts `n` more pieces of work. Whoever adds while work is under way holds a piece itself.
    pub(crate) fn add_outstanding(&self, n: usize) {
        self.outstanding.fetch_add(n as i64, Ordering::SeqCst);
    }

    /// One piece of work is done, all that it caused having been added before.
    pub(crate) fn finish_one(&self) {
        let before = self.outstanding.fetch_sub(1, Ordering::SeqCst);
        debug_assert!(before > 0, "finished more work than was outstanding");
        if before == 1 {
            self.coordinator.raise();
        }
    }

    /// Whether nothing is outstanding.
    pub(crate) fn is_finished(&self) -> bool {
        self.outstanding.load(Ordering::SeqCst) == 0
    }

    /// Fails the attempt; the first failure is kept.
    pub(crate) fn fail(&self, failure: AttemptFailure) {
        let mut slot = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        slot.get_or_insert(failure);
        self.failed.store(true, Ordering::SeqCst);
        if let Some(calls) = &self.calls {
            calls.raise();
        }
    }

    pub(crate) fn has_failed(&self) -> bool {
        self.failed.load(Ordering::SeqCst)
    }

    pub(crate) fn failure(&self) -> Option<AttemptFailure> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Number of records in the ranges.
    pub(crate) fn records(&self) -> u64 {
        self.ranges.iter().flatten().map(|range| range.end - range.start).sum()
    }
}
