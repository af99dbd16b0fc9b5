//! What workers receive: frames from tasks, and orders of a microbatch's coordinator.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::Batch;
use crate::exec::Signal;
use crate::log::Position;
use crate::store::Freeze;
use crate::topology::Attempt;

/// One message to a worker. All messages from one sender arrive in sending order.
pub(crate) enum Message {
    /// Emit the attempt's depot ranges.
    Begin(Arc<Attempt>),
    /// Frames for one of the worker's tasks.
    Frames { attempt: Arc<Attempt>, target: u32, batch: Batch },
    /// Append what the attempt wrote to the log, one entry per task.
    Prepare(Arc<Attempt>),
    /// The attempt's commit is in the log at this position: put its writes on the partitions.
    Seal(Arc<Attempt>, Position),
    /// The attempt failed: forget its writes.
    Discard(Arc<Attempt>),
    /// Freeze all partitions for a checkpoint.
    Freeze(Arc<Freeze>),
}

/// A worker's queue. It is unbounded: what is in flight is bounded where records are admitted,
/// since a bound here would let a cycle of tasks block for ever.
pub(crate) struct Inbox {
    queue: Mutex<VecDeque<Message>>,
    signal: Arc<Signal>,
}

impl Inbox {
    pub(crate) fn new(signal: Arc<Signal>) -> Inbox {
        Inbox { queue: Mutex::new(VecDeque::new()), signal }
    }

    pub(crate) fn push(&self, message: Message) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).push_back(message);
        self.signal.raise();
    }

    /// Moves all queued messages to the end of `into`.
    pub(crate) fn drain_into(&self, into: &mut VecDeque<Message>) {
        into.append(&mut self.queue.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
