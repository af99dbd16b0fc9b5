//! Reads and writes of this task's partitions of PStates.

use std::any::TypeId;

use rama_paths::{
    Aggregator, KeyHash, Partition, PathError, Schema, SelectPath, SinglePath, WritePath,
    path::AggregatePath,
};

use super::Cx;
use crate::exec::StatementFailure;
use crate::pstate::PState;

/// A PState with owner tag `Self` may be written by the topology with tag `O`: only by its owner.
#[diagnostic::on_unimplemented(
    message = "topology `{O}` cannot write a PState of topology `{Self}`",
    label = "only topology `{Self}` writes this PState",
    note = "a PState is written only by the topology that declares it; append to a depot that topology `{Self}` reads instead"
)]
pub trait OwnedBy<O> {}

impl<O> OwnedBy<O> for O {}

impl<O: 'static> Cx<'_, O> {
    /// `local_select>` of a path that emits exactly once.
    ///
    /// The topology's own PStates are read with what the running attempt wrote, others as committed.
    #[inline]
    pub fn local_select_one<P>(&mut self, path: P) -> P::Value
    where
        P: SinglePath<Owner: 'static>,
    {
        self.check_alignment(path.pstate(), || path.routing());
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
        self.check_alignment(path.pstate(), || path.routing());
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
        self.check_alignment(path.pstate(), || path.routing());
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
        self.check_alignment(path.pstate(), || path.routing());
        let partition = self.partition::<P::Schema>(path.pstate());
        partition.aggregate(&path, aggregator).unwrap_or_else(|error| fail(error));
    }

    /// `local_clear>`: removes everything of a PState on this task; a value is its initial one again.
    pub fn local_clear<P, S, D>(&mut self, pstate: PState<P, S, D>)
    where
        P: OwnedBy<O>,
        S: Schema,
    {
        self.local_transform(pstate.path().clear());
    }

    /// Notes an access on a task that the leading key does not live on, or that has no part of a
    /// global PState.
    #[inline]
    fn check_alignment(&self, pstate: u32, routing: impl FnOnce() -> Option<KeyHash>) {
        let task = &*self.event.task;
        let Some(log) = &task.module.alignment else { return };
        let (Some(placed), false) = (task.module.pstates.get(pstate as usize), task.is_unaligned)
        else {
            return;
        };
        // A key that has no home is on the wrong task everywhere; whoever hops there is told.
        let Ok(Some(home)) = placed.placement.task(routing().as_ref(), task.module.tasks) else {
            return;
        };
        if home != task.id {
            log.note((task.statement, task.location), pstate, task.id, home);
        }
    }

    #[inline]
    fn partition<S: Schema>(&mut self, pstate: u32) -> &mut Partition<S> {
        self.event.task.reached.add(pstate);
        self.event.task.partitions[pstate as usize]
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
