//! One task: its partitions, what it has to send, and the event it is running.

use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use rama_paths::AnyPartition;

use super::loops::Loops;
use super::{AsyncCall, ModuleFacts, Outbox, PStates, RandomSource, UuidSource};
use crate::dsl::StateTable;
use crate::exec::drop_quietly;

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
    pub(crate) module: Arc<ModuleFacts>,
    /// By PState index.
    pub(crate) partitions: Vec<Box<dyn AnyPartition>>,
    pub(crate) outbox: Outbox,
    /// Asynchronous calls that events have made, until somebody runs them.
    pub(crate) calls: Vec<AsyncCall>,
    /// Iterations of loops that have not begun.
    pub(crate) loops: Loops,
    /// What is running, for errors.
    pub(crate) statement: &'static str,
    pub(crate) location: Option<&'static Location<'static>>,
    pub(crate) origin: Option<Origin>,
    /// Whether the running statement means keys that may live on other tasks.
    pub(crate) is_unaligned: bool,
    /// Whether frames carry their origin.
    pub(crate) trace: bool,
    /// Id of the microbatch that runs; none in a stand-alone block.
    pub(crate) microbatch: Option<u64>,
    /// When the batch of events began, by the module's clock.
    pub(crate) began: Duration,
    /// Frames that the running event has sent.
    pub(crate) sent: usize,
    /// The PStates that the running code has reached.
    pub(crate) reached: PStates,
    /// Where on the Rust stack the batch of events began.
    stack_base: usize,
    pub(crate) random: RandomSource,
    pub(crate) uuids: UuidSource,
    /// Tasks that `|shuffle` has yet to send to in this round.
    pub(crate) shuffled: Vec<u32>,
}

impl TaskState {
    pub(crate) fn new(
        id: u32,
        partitions: Vec<Box<dyn AnyPartition>>,
        module: Arc<ModuleFacts>,
    ) -> TaskState {
        TaskState {
            id,
            partitions,
            outbox: Outbox::new(module.tasks),
            calls: Vec::new(),
            loops: Loops::default(),
            statement: "",
            location: None,
            origin: None,
            is_unaligned: false,
            trace: false,
            microbatch: None,
            began: Duration::ZERO,
            sent: 0,
            reached: PStates::default(),
            stack_base: 0,
            random: RandomSource::of_task(module.seed, id),
            uuids: UuidSource::default(),
            shuffled: Vec::new(),
            module,
        }
    }

    /// A batch of events begins to run.
    pub(crate) fn begin_batch(&mut self) {
        self.statement = "";
        self.location = None;
        self.origin = None;
        self.sent = 0;
        self.began = self.module.clock.now();
        self.stack_base = stack_address();
    }

    /// Bytes of stack that continuations entered within each other have taken.
    #[inline]
    pub(crate) fn stack_taken(&self) -> usize {
        self.stack_base.saturating_sub(stack_address())
    }

    /// Forgets what an event that failed had yet to do.
    pub(crate) fn abandon_batch(&mut self) {
        drop_quietly(self.outbox.take());
        drop_quietly(std::mem::take(&mut self.calls));
        self.loops.clear();
    }
}

/// About where the Rust stack is.
#[inline(always)]
fn stack_address() -> usize {
    let marker = 0_u8;
    std::hint::black_box(&raw const marker).addr()
}

/// A task while it runs events of one topology.
pub(crate) struct Event<'a> {
    pub(crate) task: &'a mut TaskState,
    pub(crate) states: &'a StateTable<'a>,
    /// Index of the running topology.
    pub(crate) topology: u32,
}

impl std::fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Event(task {}, topology {})", self.task.id, self.topology)
    }
}
