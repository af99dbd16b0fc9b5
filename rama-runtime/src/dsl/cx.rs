//! The context of a running event: which statement runs, and the continuations it enters.

use std::fmt::Display;
use std::marker::PhantomData;
use std::panic::Location;

use super::Label;
use crate::exec::StatementFailure;
use crate::task::{Event, Origin, Reached};

/// The event that runs on a task, of the topology with owner tag `O`.
pub struct Cx<'a, O> {
    pub(super) event: Event<'a>,
    owner: PhantomData<fn() -> O>,
}

impl<O> std::fmt::Debug for Cx<'_, O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cx(task {}, topology {})", self.event.task.id, self.event.topology)
    }
}

impl<'a, O: 'static> Cx<'a, O> {
    #[inline]
    pub(crate) fn new(event: &'a mut Event<'_>) -> Self {
        Cx {
            event: Event { task: &mut *event.task, states: event.states, topology: event.topology },
            owner: PhantomData,
        }
    }

    /// See [`Event::fetch_ahead`].
    pub(crate) fn fetch_ahead(&self, code: &Reached, keys: &[u64]) {
        self.event.fetch_ahead(code, keys);
    }

    /// A frame begins to run.
    #[inline]
    pub(crate) fn begin_event(&mut self) {
        self.event.task.sent = 0;
        self.event.task.statement = "";
    }

    /// A depot record begins to run.
    #[inline]
    pub(crate) fn begin_record(&mut self, origin: Origin) {
        self.begin_event();
        self.event.task.origin = Some(origin);
    }

    /// Says which statement runs, for errors.
    #[inline]
    #[track_caller]
    pub fn at(&mut self, statement: &'static str) {
        self.event.task.statement = statement;
        self.event.task.location = Some(Location::caller());
        self.event.task.is_unaligned = false;
    }

    /// As [`at`](Self::at), of a statement that means keys which may live on other tasks.
    #[inline]
    #[track_caller]
    pub fn at_unaligned(&mut self, statement: &'static str) {
        self.at(statement);
        self.event.task.is_unaligned = true;
    }

    /// Runs a continuation at once, in this event.
    #[inline]
    pub fn enter<T: 'static>(&mut self, label: Label<T>, frame: T) {
        label.enter(&mut self.event, frame);
    }

    /// `throw>`: the event, and with it the attempt, fails with a message of the user's.
    #[cold]
    pub fn throw(&self, message: impl Display) -> ! {
        StatementFailure::raise(message.to_string())
    }
}
