//! When a checkpoint is due.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use rama_paths::Memory;

use crate::exec::Signal;
use crate::log::{Log, Position};

/// So many bytes of log, and four times those at which one is due, make a checkpoint overdue.
const OVERDUE_BYTES: u64 = 64 << 20;
/// Asynchronous appends are refused so many bytes of log later: until then their acknowledgements are
/// held back, which slows down clients that wait for them.
const HELD_BYTES: u64 = 64 << 20;

/// Wakes the checkpointer by bytes of log and of rows in memory.
pub(crate) struct CheckpointTrigger {
    signal: Arc<Signal>,
    /// Position of the last checkpoint.
    last: AtomicU64,
    /// Checkpoints that were made since the module was launched.
    count: AtomicU64,
    log_bytes: u64,
    overlay_bytes: usize,
    /// Futures that wait until no checkpoint is overdue.
    held: Mutex<Vec<Waker>>,
}

impl CheckpointTrigger {
    pub(crate) fn new(last: Position, log_bytes: u64, overlay_bytes: usize) -> CheckpointTrigger {
        CheckpointTrigger {
            signal: Arc::new(Signal::new()),
            last: AtomicU64::new(last.get()),
            count: AtomicU64::new(0),
            log_bytes,
            overlay_bytes,
            held: Mutex::default(),
        }
    }

    pub(crate) fn signal(&self) -> &Arc<Signal> {
        &self.signal
    }

    /// Position of the last checkpoint.
    pub(crate) fn last(&self) -> Position {
        Position::new(self.last.load(Ordering::Relaxed))
    }

    /// Bytes of log behind the last checkpoint.
    pub(crate) fn backlog(&self, log: &Log) -> u64 {
        log.durable().get().saturating_sub(self.last.load(Ordering::Relaxed))
    }

    /// Whether so much log waits for a checkpoint that no more should come.
    pub(crate) fn is_overdue(&self, log: &Log) -> bool {
        self.backlog(log) > self.overdue_at()
    }

    /// Whether more has come all the same than clients should have under way.
    pub(crate) fn is_long_overdue(&self, log: &Log) -> bool {
        self.backlog(log) > self.overdue_at().saturating_add(HELD_BYTES)
    }

    fn overdue_at(&self) -> u64 {
        self.log_bytes.saturating_mul(4).saturating_add(OVERDUE_BYTES)
    }

    /// Nothing is ever left half done under this lock.
    fn held(&self) -> MutexGuard<'_, Vec<Waker>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has `waker` woken by [`CheckpointTrigger::wake_held`].
    pub(crate) fn register(&self, waker: &Waker) {
        let mut held = self.held();
        // One that is there twice is woken twice. There may be too many to look at all of them.
        if !held.iter().rev().take(8).any(|other| other.will_wake(waker)) {
            held.push(waker.clone());
        }
    }

    /// Wakes futures that wait for a checkpoint: it was made, or will not be.
    pub(crate) fn wake_held(&self) {
        let held = std::mem::take(&mut *self.held());
        for waker in held {
            waker.wake();
        }
    }

    pub(crate) fn is_due(&self, log: &Log, memory: &Memory) -> bool {
        self.backlog(log) >= self.log_bytes || memory.overlay() >= self.overlay_bytes / 2
    }

    pub(crate) fn raise_if_due(&self, log: &Log, memory: &Memory) {
        if self.is_due(log, memory) {
            self.signal.raise();
        }
    }

    /// Notes a checkpoint.
    pub(crate) fn reached(&self, position: Position) {
        self.last.store(position.get(), Ordering::Relaxed);
        self.count.fetch_add(1, Ordering::Relaxed);
        self.wake_held();
    }

    pub(crate) fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }
}
