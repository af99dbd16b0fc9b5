//! When a checkpoint is due.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rama_paths::Memory;

use crate::exec::Signal;
use crate::log::{Log, Position};

/// So many bytes of log, and four times those at which one is due, make a checkpoint overdue.
const OVERDUE_BYTES: u64 = 64 << 20;

/// Wakes the checkpointer by bytes of log and of rows in memory.
pub(crate) struct CheckpointTrigger {
    signal: Arc<Signal>,
    /// Position of the last checkpoint.
    last: AtomicU64,
    /// Checkpoints that were made since the module was launched.
    count: AtomicU64,
    log_bytes: u64,
    overlay_bytes: usize,
}

impl CheckpointTrigger {
    pub(crate) fn new(last: Position, log_bytes: u64, overlay_bytes: usize) -> CheckpointTrigger {
        CheckpointTrigger {
            signal: Arc::new(Signal::new()),
            last: AtomicU64::new(last.get()),
            count: AtomicU64::new(0),
            log_bytes,
            overlay_bytes,
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
        self.backlog(log) > self.log_bytes.saturating_mul(4).saturating_add(OVERDUE_BYTES)
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
    }

    pub(crate) fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }
}
