//! One partition of a PState: what its task reads and writes.

use std::any::Any;
use std::sync::Arc;

use super::committed::{Committed, State};
use super::delta::{self, Reader};
use super::{Ids, NodeWrites, Tables};
use crate::aggregate::Aggregator;
use crate::error::{PathError, StoreError};
use crate::path::{AggregatePath, SelectPath, SinglePath, WritePath};
use crate::schema::Schema;

/// One task's partition of a PState with schema `S`: committed rows and a private write set.
///
/// Reads see the write set over the committed rows; the `_committed` ones, for topologies that do
/// not own the PState, see committed rows only.
pub struct Partition<S: Schema> {
    state: Arc<State<S>>,
    writes: NodeWrites<S>,
    ids: Ids,
}

impl<S: Schema> Default for Partition<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Schema> Partition<S> {
    /// An empty partition.
    ///
    /// # Panics
    ///
    /// When two places of the schema have the same node id, a hash of the fields that lead there.
    pub fn new() -> Self {
        let mut nodes = Vec::new();
        <super::Node<S> as Tables>::nodes(0, &mut nodes);
        let count = nodes.len();
        nodes.sort_unstable();
        nodes.dedup();
        assert!(
            nodes.len() == count,
            "two places of the schema have the same node id: give a field another `#[pstate(id = …)]`"
        );
        Self { state: Arc::new(State::default()), writes: NodeWrites::default(), ids: Ids::new() }
    }

    /// A handle for readers on other threads: committed rows only.
    pub fn committed(&self) -> Committed<S> {
        Committed::new(Arc::clone(&self.state))
    }

    /// Selects everything the path leads to, as of now, in order.
    ///
    /// # Errors
    ///
    /// Those of the path's navigators.
    pub fn select<P: SelectPath<Schema = S>>(&self, path: &P) -> Result<Vec<P::Value>, PathError> {
        self.state.select(Some(&self.writes), path)
    }

    /// Selects the one value of a path that emits exactly once.
    ///
    /// # Errors
    ///
    /// Those of the path's navigators.
    pub fn select_one<P: SinglePath<Schema = S>>(&self, path: &P) -> Result<P::Value, PathError> {
        self.state.select_one(Some(&self.writes), path)
    }

    /// As [`select`](Self::select), on the committed rows only.
    ///
    /// # Errors
    ///
    /// Those of the path's navigators.
    pub fn select_committed<P: SelectPath<Schema = S>>(
        &self,
        path: &P,
    ) -> Result<Vec<P::Value>, PathError> {
        self.state.select(None, path)
    }

    /// As [`select_one`](Self::select_one), on the committed rows only.
    ///
    /// # Errors
    ///
    /// Those of the path's navigators.
    pub fn select_one_committed<P: SinglePath<Schema = S>>(
        &self,
        path: &P,
    ) -> Result<P::Value, PathError> {
        self.state.select_one(None, path)
    }

    /// Runs a write path. A path, or a reference to one that can be cloned.
    ///
    /// # Errors
    ///
    /// Those of the path's navigators. The write set may then hold a part of the writes: the
    /// attempt is to be discarded.
    pub fn transform<P: WritePath<Schema = S>>(&mut self, path: P) -> Result<(), PathError> {
        let (writes, ids) = (&mut self.writes, &mut self.ids);
        self.state.write(writes, ids, |place| path.write(place))
    }

    /// Folds an aggregator into the value that the path leads to.
    ///
    /// # Errors
    ///
    /// As [`transform`](Self::transform).
    ///
    /// # Panics
    ///
    /// When the aggregator does, as `sum` on overflow.
    pub fn aggregate<P, A>(&mut self, path: &P, aggregator: A) -> Result<(), PathError>
    where
        P: AggregatePath<Schema = S>,
        A: Aggregator<P::Value>,
    {
        let (writes, ids) = (&mut self.writes, &mut self.ids);
        self.state.write(writes, ids, |place| path.aggregate(place, aggregator))
    }
}

/// A partition whatever its schema: what the runtime does to it at the end of an attempt.
pub trait AnyPartition: Any + Send {
    /// Whether the attempt has written something.
    fn has_writes(&self) -> bool;

    /// Appends the write set to `out` as a delta; the write set stays.
    ///
    /// # Errors
    ///
    /// When a value does not serialize; `out` then ends with a part of the delta.
    fn encode_delta(&self, out: &mut Vec<u8>) -> Result<(), StoreError>;

    /// Moves the write set into the committed rows: readers see all of it or nothing.
    fn apply(&mut self);

    /// Forgets the write set.
    fn discard(&mut self);

    /// Does to the committed rows what `apply` did when the delta was written.
    ///
    /// # Errors
    ///
    /// When the delta is malformed or of another schema, or the attempt has writes; nothing is
    /// changed then.
    fn replay(&mut self, delta: &[u8]) -> Result<(), StoreError>;

    /// The number of committed rows, of all structures.
    fn row_count(&self) -> usize;

    /// For downcasting to the [`Partition`].
    fn as_any(&self) -> &dyn Any;

    /// For downcasting to the [`Partition`].
    fn as_any_mut(&mut self) -> &mut dyn Any;
}

impl<S: Schema> AnyPartition for Partition<S> {
    fn has_writes(&self) -> bool {
        self.ids.next != self.ids.base || !super::Node::<S>::is_empty(&self.writes)
    }

    fn encode_delta(&self, out: &mut Vec<u8>) -> Result<(), StoreError> {
        delta::encode_head(self.ids.next, out);
        super::Node::<S>::encode(&self.writes, 0, out)
    }

    fn apply(&mut self) {
        self.state.apply(&mut self.writes);
        self.ids.base = self.ids.next;
    }

    fn discard(&mut self) {
        super::Node::<S>::clear(&mut self.writes);
        self.ids.next = self.ids.base;
    }

    fn replay(&mut self, delta: &[u8]) -> Result<(), StoreError> {
        if self.has_writes() {
            return Err(StoreError::PendingWrites);
        }
        let mut writes = NodeWrites::<S>::default();
        let mut reader = Reader::new(delta)?;
        if reader.counter < self.ids.base {
            return Err(StoreError::Counter { found: reader.counter, current: self.ids.base });
        }
        while let Some(op) = reader.next_op()? {
            if !super::Node::<S>::decode(&mut writes, 0, &op)? {
                return Err(StoreError::UnknownNode { node: op.node });
            }
        }
        self.state.apply(&mut writes);
        self.ids = Ids { next: reader.counter, base: reader.counter };
        Ok(())
    }

    fn row_count(&self) -> usize {
        self.state.row_count()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}
