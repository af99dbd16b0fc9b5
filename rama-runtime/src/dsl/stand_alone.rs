//! Stand-alone blocks: dataflow that runs in place, without a module, and returns what it emits.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Cx, TopologyBuilder};
use crate::exec::StatementFailure;
use crate::task::{Event, ModuleFacts, TaskState};

/// The owner tag of stand-alone blocks. They own no PStates.
#[derive(Debug)]
pub struct StandAloneOwner;

/// Runs what a block begins with.
type EntryPoint<'s> = Box<dyn FnOnce(&mut Event<'_>) + 's>;

/// A stand-alone block: a topology with one task and no PStates, made, run once, and dropped.
pub struct StandAlone<'s> {
    builder: TopologyBuilder<'s, StandAloneOwner>,
    entry: Option<EntryPoint<'s>>,
}

impl fmt::Debug for StandAlone<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StandAlone").finish_non_exhaustive()
    }
}

impl Default for StandAlone<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'s> Deref for StandAlone<'s> {
    type Target = TopologyBuilder<'s, StandAloneOwner>;

    fn deref(&self) -> &Self::Target {
        &self.builder
    }
}

impl DerefMut for StandAlone<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.builder
    }
}

impl<'s> StandAlone<'s> {
    /// A block without code yet.
    pub fn new() -> Self {
        StandAlone { builder: TopologyBuilder::new(0), entry: None }
    }

    /// Says what the block begins with.
    pub fn entry<F>(&mut self, body: F)
    where
        F: FnOnce(&mut Cx<'_, StandAloneOwner>) + 's,
    {
        self.entry = Some(Box::new(move |event| {
            let mut cx = Cx::new(event);
            body(&mut cx);
            cx.end_event();
        }));
    }

    /// Runs the block, and every frame that it sends, until none is left.
    ///
    /// # Panics
    ///
    /// With what user code panicked with, or the message of an `assert>` or `throw>`.
    #[track_caller]
    pub fn run(self) {
        let StandAlone { builder, entry } = self;
        builder.states.check();
        let mut task = TaskState::new(0, Vec::new(), Arc::new(ModuleFacts::stand_alone()));
        let states = &builder.states;
        let result = catch_unwind(AssertUnwindSafe(|| {
            task.begin_batch();
            let mut event = Event { task: &mut task, states, topology: 0 };
            if let Some(entry) = entry {
                entry(&mut event);
            }
            while let Some(mut batch) = event.task.outbox.take_first() {
                event.task.begin_batch();
                for run in std::mem::take(&mut batch.runs) {
                    states.run(&mut event, run.label, batch.column(run.label), run.n as usize);
                }
            }
        }));
        if let Err(payload) = result {
            match payload.downcast::<StatementFailure>() {
                Ok(failure) => panic!("{}", failure.message()),
                Err(payload) => resume_unwind(payload),
            }
        }
    }
}

/// Gathers what a stand-alone block emits.
#[derive(Debug)]
pub struct Emitted<T>(Mutex<Vec<T>>);

impl<T> Default for Emitted<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Emitted<T> {
    /// Nothing yet.
    pub fn new() -> Self {
        Emitted(Mutex::new(Vec::new()))
    }

    /// Adds a value.
    pub fn push(&self, value: T) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(value);
    }

    /// All values, in the order they were added.
    pub fn into_vec(self) -> Vec<T> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}
