//! One task: its partitions, what it has to send, and the event it is running.

use std::panic::Location;

use rama_paths::AnyPartition;

use super::Outbox;
use crate::dsl::StateTable;

/// The depot record that an event comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// Index of the depot in its module.
    pub(crate) depot: u32,
    pub(crate) partition: u32,
    pub(crate) offset: u64,
}

/// One task's partition of a module.
pub(crate) struct TaskState {
    pub(crate) id: u32,
    /// Number of tasks, a power of two.
    pub(crate) tasks: u32,
    /// By PState index.
    pub(crate) partitions: Vec<Box<dyn AnyPartition>>,
    pub(crate) outbox: Outbox,
    /// What is running, for errors.
    pub(crate) statement: &'static str,
    pub(crate) location: Option<&'static Location<'static>>,
    pub(crate) origin: Option<Origin>,
    /// Whether frames carry their origin.
    pub(crate) trace: bool,
    /// Frames that the running event has sent.
    pub(crate) sent: usize,
    /// More frames than this from one event are an error.
    pub(crate) fan_out_limit: usize,
}

impl TaskState {
    pub(crate) fn new(
        id: u32,
        tasks: u32,
        partitions: Vec<Box<dyn AnyPartition>>,
        fan_out_limit: usize,
    ) -> TaskState {
        TaskState {
            id,
            tasks,
            partitions,
            outbox: Outbox::new(tasks),
            statement: "",
            location: None,
            origin: None,
            trace: false,
            sent: 0,
            fan_out_limit,
        }
    }
}

/// A task while it runs events of one topology.
pub(crate) struct Event<'a> {
    pub(crate) task: &'a mut TaskState,
    pub(crate) states: &'a StateTable,
    /// Index of the running topology.
    pub(crate) topology: u32,
}

impl std::fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Event(task {}, topology {})", self.task.id, self.topology)
    }
}
