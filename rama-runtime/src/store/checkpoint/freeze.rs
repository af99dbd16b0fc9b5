//! The moment a checkpoint is of: every worker freezes its partitions there.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::exec::Signal;
use crate::log::Position;

/// An order to all workers to freeze their partitions, folded up to one position.
pub(crate) struct Freeze {
    pub(crate) position: Position,
    /// Workers that have not frozen theirs.
    outstanding: AtomicUsize,
    /// PState index, task, and the partition's structure counter.
    counters: Mutex<Vec<(u32, u32, u64)>>,
    done: Arc<Signal>,
}

impl Freeze {
    pub(crate) fn new(position: Position, workers: usize, done: Arc<Signal>) -> Freeze {
        let outstanding = AtomicUsize::new(workers);
        Freeze { position, outstanding, counters: Mutex::default(), done }
    }

    /// A partition is frozen.
    pub(crate) fn froze(&self, pstate: u32, task: u32, structure_counter: u64) {
        let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        counters.push((pstate, task, structure_counter));
    }

    /// All partitions of one worker are frozen.
    pub(crate) fn finish_one(&self) {
        if self.outstanding.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.done.raise();
        }
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.outstanding.load(Ordering::SeqCst) == 0
    }

    /// The structure counters of all partitions.
    pub(crate) fn counters(&self) -> Vec<(u32, u32, u64)> {
        self.counters.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
