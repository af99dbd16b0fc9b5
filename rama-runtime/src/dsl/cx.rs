//! The context of a running event: what statements of the DSL do.

use std::any::TypeId;
use std::marker::PhantomData;
use std::panic::Location;

use rama_paths::{
    Aggregator, Key, Partition, PathError, Schema, SelectPath, SinglePath, WritePath, key_hash,
    path::AggregatePath,
};

use super::label::StateTable;
use super::{Entry, Label};
use crate::exec::StatementFailure;
use crate::task::{Event, Origin, TaskState};

/// A PState with owner tag `Self` may be written by the topology with tag `O`: only by its owner.
#[diagnostic::on_unimplemented(
    message = "topology `{O}` cannot write a PState of topology `{Self}`",
    label = "only topology `{Self}` writes this PState",
    note = "a PState is written only by the topology that declares it; append to a depot that topology `{Self}` reads instead"
)]
pub trait OwnedBy<O> {}

impl<O> OwnedBy<O> for O {}

/// The task that frames go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target(u32);

/// The event that runs on a task, of the topology with owner tag `O`.
pub struct Cx<'a, O> {
    task: &'a mut TaskState,
    states: &'a StateTable,
    topology: u32,
    owner: PhantomData<fn() -> O>,
}

impl<O> std::fmt::Debug for Cx<'_, O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cx(task {}, topology {})", self.task.id, self.topology)
    }
}

impl<'a, O: 'static> Cx<'a, O> {
    pub(crate) fn new(event: &'a mut Event<'_>) -> Self {
        Cx {
            task: &mut *event.task,
            states: event.states,
            topology: event.topology,
            owner: PhantomData,
        }
    }

    /// A frame begins to run.
    #[inline]
    pub(crate) fn begin_event(&mut self) {
        self.task.sent = 0;
        self.task.statement = "";
    }

    /// A depot record begins to run.
    #[inline]
    pub(crate) fn begin_record(&mut self, origin: Origin) {
        self.task.sent = 0;
        self.task.statement = "";
        self.task.origin = Some(origin);
    }

    /// Says which statement runs, for errors.
    #[inline]
    #[track_caller]
    pub fn at(&mut self, statement: &'static str) {
        self.task.statement = statement;
        self.task.location = Some(Location::caller());
    }

    /// `local_select>` of a path that emits exactly once.
    ///
    /// The topology's own PStates are read with what the running attempt wrote, others as committed.
    #[inline]
    pub fn local_select_one<P>(&mut self, path: P) -> P::Value
    where
        P: SinglePath<Owner: 'static>,
    {
        let partition = self.partition::<P::Schema>(path.pstate());
        let value = if owns::<O, P::Owner>() {
            partition.select_one(&path)
        } else {
            partition.select_one_committed(&path)
        };
        value.unwrap_or_else(|error| fail(error))
    }

    /// `local_select>` of a path that emits any number of times: owned values, as of now.
    #[inline]
    pub fn local_select<P>(&mut self, path: P) -> std::vec::IntoIter<P::Value>
    where
        P: SelectPath<Owner: 'static>,
    {
        let partition = self.partition::<P::Schema>(path.pstate());
        let values = if owns::<O, P::Owner>() {
            partition.select(&path)
        } else {
            partition.select_committed(&path)
        };
        values.unwrap_or_else(|error| fail(error)).into_iter()
    }

    /// `local_transform>`.
    #[inline]
    pub fn local_transform<P>(&mut self, path: P)
    where
        P: WritePath<Owner: OwnedBy<O>>,
    {
        let partition = self.partition::<P::Schema>(path.pstate());
        partition.transform(path).unwrap_or_else(|error| fail(error));
    }

    /// Folds an aggregator into the value that a path leads to.
    #[inline]
    pub fn aggregate<P, A>(&mut self, path: P, aggregator: A)
    where
        P: AggregatePath<Owner: OwnedBy<O>>,
        A: Aggregator<P::Value>,
    {
        let partition = self.partition::<P::Schema>(path.pstate());
        partition.aggregate(&path, aggregator).unwrap_or_else(|error| fail(error));
    }

    /// `|hash`: the task of a key.
    #[inline]
    pub fn hash<K: Key>(&self, key: &K) -> Target {
        Target(key_hash(key).task(self.task.tasks))
    }

    /// `|global`: task 0.
    #[inline]
    pub fn global(&self) -> Target {
        Target(0)
    }

    /// `|direct`: the given task. An id that is not below the number of tasks fails the attempt.
    #[inline]
    pub fn direct(&self, task: usize) -> Target {
        if task >= self.task.tasks as usize {
            StatementFailure::raise(format!(
                "`|direct` to task {task}, but the module has tasks 0 to {}",
                self.task.tasks - 1
            ));
        }
        Target(task as u32)
    }

    /// Sends a frame; it is run on the target task after this event, behind all frames that this
    /// task sent there before.
    #[inline]
    pub fn send<T: 'static>(&mut self, target: Target, label: Label<T>, frame: T) {
        self.task.sent += 1;
        if self.task.sent > self.task.fan_out_limit {
            StatementFailure::raise(format!(
                "one event sent more than {} frames",
                self.task.fan_out_limit
            ));
        }
        let origin = if self.task.trace { self.task.origin } else { None };
        self.task.outbox.push(self.states, target.0, label, frame, origin);
    }

    /// `|all`: sends a copy of a frame to every task, this one included.
    #[inline]
    pub fn send_all<T: Clone + 'static>(&mut self, label: Label<T>, frame: T) {
        for task in 1..self.task.tasks {
            self.send(Target(task), label, frame.clone());
        }
        self.send(Target(0), label, frame);
    }

    /// Runs the continuation of a join at once, in this event.
    #[inline]
    pub fn enter<T: 'static>(&mut self, label: Label<T>, frame: T) {
        let states = self.states;
        let Entry(body) = states.entry::<O, T>(label);
        body(self, frame);
    }

    fn partition<S: Schema>(&mut self, pstate: u32) -> &mut Partition<S> {
        self.task.partitions[pstate as usize]
            .as_any_mut()
            .downcast_mut()
            .expect("a PState's handle has the schema it was declared with")
    }
}

/// Whether the owner tags are the same.
fn owns<O: 'static, P: 'static>() -> bool {
    TypeId::of::<O>() == TypeId::of::<P>()
}

/// A path's error fails the attempt.
#[cold]
fn fail(error: PathError) -> ! {
    StatementFailure::raise(error.to_string())
}
