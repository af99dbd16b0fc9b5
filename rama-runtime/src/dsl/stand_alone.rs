//! Stand-alone blocks: dataflow that runs in place, without a module, and returns what it emits.

use std::collections::VecDeque;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Cx, TopologyBuilder};
use crate::exec::{Outside, Polled, Pool, StatementFailure};
use crate::task::{ASYNC_CALLS_LIMIT, AsyncCall, Batch, Delivery, Event, ModuleFacts, TaskState};

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

    /// Runs the block, and every frame that it sends and every asynchronous call that it makes, until
    /// none is left. The thread polls the futures of calls, and sleeps until one is woken if there is
    /// nothing else to do: a future that nobody wakes is waited for without end.
    ///
    /// # Panics
    ///
    /// With what user code or a future panicked with, the message of an `assert>` or `throw>`, or the
    /// text of the error that an asynchronous call came to. Calls that have not ended are cancelled.
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
            run_frames(&mut event);
            if !event.task.calls.is_empty() {
                run_calls(&mut event);
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

/// Runs every frame that events send, until none is left.
fn run_frames(event: &mut Event<'_>) {
    while let Some(batch) = event.task.outbox.take_first() {
        run_batch(event, batch);
    }
}

fn run_batch(event: &mut Event<'_>, mut batch: Batch) {
    event.task.begin_batch();
    let states = event.states;
    for run in std::mem::take(&mut batch.runs) {
        states.run(event, run.label, batch.column(run.label), run.n as usize);
    }
}

/// Runs asynchronous calls and what follows them, until none is left.
fn run_calls(event: &mut Event<'_>) {
    let outside = Arc::new(Outside::default());
    let mut waiting = VecDeque::new();
    let mut pool = Pool::<Delivery>::new(Arc::clone(&outside), None);
    loop {
        waiting.extend(event.task.calls.drain(..));
        while pool.len() < ASYNC_CALLS_LIMIT
            && let Some(AsyncCall { future, .. }) = waiting.pop_front()
        {
            pool.spawn(future);
        }
        match pool.poll_one() {
            Some(Polled::Ended(_, Ok(Ok(batch)))) => {
                run_batch(event, batch);
                run_frames(event);
            }
            Some(Polled::Ended(_, Ok(Err(message)))) => StatementFailure::raise(message),
            Some(Polled::Ended(_, Err(payload))) => resume_unwind(payload),
            Some(Polled::Pending) => {}
            None if pool.len() == 0 => return,
            None => outside.signal.wait(None),
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
