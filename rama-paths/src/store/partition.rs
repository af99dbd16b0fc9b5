//! One partition of a PState: what its task reads and writes.

use std::any::Any;
use std::sync::Arc;

use super::backing::Backing;
use super::committed::{Committed, State};
use super::delta::{self, Reader};
use super::horizon::{AsOf, Horizon};
use super::node::{FrozenSink, NodeInfo};
use super::{Ids, Node, NodeWrites, Tables};
use crate::aggregate::Aggregator;
use crate::data::cursor::AtCursor;
use crate::error::{PathError, StoreError};
use crate::path::{AggregatePath, SelectPath, SinglePath, Value, WritePath};
use crate::schema::Schema;

/// Sealed layers kept apart while reads are older; more are merged as far as no read can tell.
const MOST_SEALED: usize = 4;

/// One task's partition of a PState with schema `S`: committed rows and a private write set.
///
/// Reads see the write set over the committed rows; the `_committed` ones, for topologies that do
/// not own the PState, see committed rows only. Both see everything committed, durable or not.
pub struct Partition<S: Schema> {
    state: Arc<State<S>>,
    writes: NodeWrites<S>,
    ids: Ids,
    /// Sealed and not yet folded: positions, and the structure counters behind them.
    sealed: Vec<(u64, u64)>,
    /// The structure counter as of what is folded.
    folded_ids: u64,
}

impl<S: Schema> Default for Partition<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Schema> Partition<S> {
    /// An empty partition with a horizon of its own.
    ///
    /// # Panics
    ///
    /// When two places of the schema have the same node id, a hash of the fields that lead there.
    pub fn new() -> Self {
        Self::over(Arc::new(Horizon::new(0, usize::MAX)))
    }

    /// An empty partition under a horizon that it shares with others.
    ///
    /// # Panics
    ///
    /// As [`new`](Self::new).
    pub fn over(horizon: Arc<Horizon>) -> Self {
        Self::over_initial(horizon, None)
    }

    /// As [`over`](Self::over), of one value that is `initial` until something is written, and again
    /// when it was cleared. The initial value is not stored.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use rama_paths::{Horizon, Partition, PStatePath, Root};
    ///
    /// let horizon = Arc::new(Horizon::new(0, usize::MAX));
    /// let mut next_id = Partition::with_initial(horizon, 100);
    /// let path = || PStatePath::<(), Root<i64>>::new();
    /// assert_eq!(next_id.select_one(&path())?, Some(100));
    /// next_id.transform(path().term(|id| id + 1))?;
    /// assert_eq!(next_id.select_one(&path())?, Some(101));
    /// next_id.transform(path().clear())?;
    /// assert_eq!(next_id.select_one(&path())?, Some(100));
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    pub fn with_initial(horizon: Arc<Horizon>, initial: S) -> Self
    where
        S: Value,
    {
        Self::over_initial(horizon, Some(initial))
    }

    /// The node of the elements of a structure at the top, and what was written of them.
    #[cfg(test)]
    pub(crate) fn top(&self) -> (&S::Tables, &<S::Tables as Tables>::Writes) {
        (&self.state.rows.below, &self.writes.below)
    }

    fn over_initial(horizon: Arc<Horizon>, initial: Option<S::Slot>) -> Self {
        let mut nodes: Vec<u32> = nodes::<S>().iter().map(|node| node.id).collect();
        let count = nodes.len();
        nodes.sort_unstable();
        nodes.dedup();
        assert!(
            nodes.len() == count,
            "two places of the schema have the same node id: give a field another `#[pstate(id = …)]`"
        );
        Self {
            state: Arc::new(State::new(horizon, initial)),
            writes: NodeWrites::default(),
            ids: Ids::new(),
            sealed: Vec::new(),
            folded_ids: Ids::new().base,
        }
    }

    /// A handle for readers on other threads: committed and visible rows only.
    pub fn committed(&self) -> Committed<S> {
        Committed::new(Arc::clone(&self.state))
    }

    /// Selects everything the path leads to, as of now, in order.
    ///
    /// # Errors
    ///
    /// Those of the path's navigators.
    pub fn select<P: SelectPath<Schema = S>>(&self, path: &P) -> Result<Vec<P::Value>, PathError> {
        self.state.select_all(Some(&self.writes), AsOf::LATEST, path)
    }

    /// Selects the one value of a path that emits exactly once.
    ///
    /// # Errors
    ///
    /// Those of the path's navigators.
    pub fn select_one<P: SinglePath<Schema = S>>(&self, path: &P) -> Result<P::Value, PathError> {
        self.state.select_one(Some(&self.writes), AsOf::LATEST, path)
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
        self.state.select_all(None, AsOf::LATEST, path)
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
        self.state.select_one(None, AsOf::LATEST, path)
    }

    /// Hands the place at the top to `f`, with what was written or as committed.
    pub(crate) fn visit(&self, committed: bool, f: &mut AtCursor<'_>) -> Result<(), PathError> {
        let writes = (!committed).then_some(&self.writes);
        self.state.visit(writes, AsOf::LATEST, f)
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

    /// Commits the write set of a partition that stands alone: readers see it at once.
    pub fn apply(&mut self) {
        let position = self.state.horizon.visible() + 1;
        self.seal(position);
        self.state.horizon.advance(position);
        self.fold(position);
    }

    /// Commits a delta in a partition that stands alone.
    ///
    /// # Errors
    ///
    /// As [`replay`](AnyPartition::replay).
    pub fn apply_delta(&mut self, delta: &[u8]) -> Result<(), StoreError> {
        let position = self.state.horizon.visible() + 1;
        self.replay(delta, position)?;
        self.state.horizon.advance(position);
        self.fold(position);
        Ok(())
    }
}

/// A partition whatever its schema: what the runtime does to it at the end of an attempt.
pub trait AnyPartition: Any + Send {
    /// Whether the attempt has written something.
    fn has_writes(&self) -> bool;

    /// Estimated bytes of memory that the attempt's writes take.
    fn write_bytes(&self) -> usize;

    /// Appends the write set to `out` as a delta; the write set stays.
    ///
    /// # Errors
    ///
    /// When a value does not serialize; `out` then ends with a part of the delta.
    fn encode_delta(&self, out: &mut Vec<u8>) -> Result<(), StoreError>;

    /// Commits the write set at `position`, which is behind those before: the owner sees it from now
    /// on, others once the position is visible.
    fn seal(&mut self, position: u64);

    /// Folds commits up to `position`, which is visible, into the rows that a checkpoint takes down,
    /// as far as running reads let it. Says whether it came that far.
    fn fold(&mut self, position: u64) -> bool;

    /// Fetches rows of a map or set at the top, those of the keys with these [`KeyHash::rows`], and the
    /// last rows of what is nested right in them, into the processor's cache. That is all it does: it
    /// reads no disk, and counts as no read.
    ///
    /// [`KeyHash::rows`]: crate::KeyHash::rows
    fn prefetch(&self, keys: &[u64]);

    /// Forgets the write set.
    fn discard(&mut self);

    /// Does from a delta what [`seal`](Self::seal) did when it was written.
    ///
    /// # Errors
    ///
    /// When the delta is malformed or of another schema, or the attempt has writes; nothing is
    /// changed then.
    fn replay(&mut self, delta: &[u8], position: u64) -> Result<(), StoreError>;

    /// Begins a checkpoint of everything folded; says the structure counter that goes with it. The
    /// one before must be finished.
    fn freeze(&mut self) -> u64;

    /// Opens the partition over the rows of a checkpoint; it is empty before.
    fn attach(&mut self, backing: Arc<dyn Backing>, structure_counter: u64);

    /// The rows, for whoever writes checkpoints.
    fn rows(&self) -> Arc<dyn AnyRows>;

    /// The nodes of the schema.
    fn nodes(&self) -> Vec<NodeInfo>;

    /// The number of committed rows of all structures. Reads them all.
    ///
    /// # Errors
    ///
    /// When the backing cannot be read.
    fn row_count(&self) -> Result<usize, PathError>;

    /// For downcasting to the [`Partition`].
    fn as_any(&self) -> &dyn Any;

    /// For downcasting to the [`Partition`].
    fn as_any_mut(&mut self) -> &mut dyn Any;
}

/// The committed rows of a partition, whatever its schema, for whoever writes checkpoints.
pub trait AnyRows: Send + Sync {
    /// Hands every change since the last checkpoint, as frozen, to `sink`.
    ///
    /// # Errors
    ///
    /// When a value does not serialize, and those of `sink`.
    fn write_frozen(&self, sink: &mut FrozenSink<'_>) -> Result<(), StoreError>;

    /// The frozen rows are durable, in `backing`: they may leave memory.
    fn finish(&self, backing: Arc<dyn Backing>);

    /// Another way to the same rows, after a failure of the storage.
    fn replace_backing(&self, backing: Arc<dyn Backing>);
}

impl<S: Schema> AnyRows for State<S> {
    fn write_frozen(&self, sink: &mut FrozenSink<'_>) -> Result<(), StoreError> {
        self.rows.write_frozen(sink)
    }

    fn finish(&self, backing: Arc<dyn Backing>) {
        self.rows.finish(&backing);
        self.rows.age_cache();
    }

    fn replace_backing(&self, backing: Arc<dyn Backing>) {
        self.rows.replace_backing(&backing);
    }
}

fn nodes<S: Schema>() -> Vec<NodeInfo> {
    let mut nodes = Vec::new();
    <Node<S> as Tables>::nodes(0, &mut nodes);
    nodes
}

impl<S: Schema> AnyPartition for Partition<S> {
    fn has_writes(&self) -> bool {
        self.ids.next != self.ids.base || !Node::<S>::is_empty(&self.writes)
    }

    fn write_bytes(&self) -> usize {
        Node::<S>::bytes(&self.writes)
    }

    fn encode_delta(&self, out: &mut Vec<u8>) -> Result<(), StoreError> {
        delta::encode_head(self.ids.next, out);
        Node::<S>::encode(&self.writes, 0, out)
    }

    fn seal(&mut self, position: u64) {
        if !self.has_writes() {
            return;
        }
        self.state.rows.seal(&mut self.writes, position);
        self.ids.base = self.ids.next;
        self.sealed.push((position, self.ids.base));
    }

    fn fold(&mut self, position: u64) -> bool {
        if self.sealed.first().is_none_or(|(sealed, _)| *sealed > position) {
            return true;
        }
        let horizon = &self.state.horizon;
        let oldest = horizon.oldest_pin().unwrap_or(u64::MAX);
        let to = position.min(oldest);
        self.state.rows.fold(to);
        self.sealed.retain(|(sealed, ids)| {
            if *sealed <= to {
                self.folded_ids = *ids;
            }
            *sealed > to
        });
        if self.sealed.len() > MOST_SEALED {
            self.state.rows.merge_sealed(position, &horizon.pins());
        }
        self.sealed.first().is_none_or(|(sealed, _)| *sealed > position)
    }

    fn prefetch(&self, keys: &[u64]) {
        self.state.rows.below.prefetch(&self.writes.below, keys);
    }

    fn discard(&mut self) {
        Node::<S>::clear(&mut self.writes);
        self.ids.next = self.ids.base;
    }

    fn replay(&mut self, delta: &[u8], position: u64) -> Result<(), StoreError> {
        if self.has_writes() {
            return Err(StoreError::PendingWrites);
        }
        let mut writes = NodeWrites::<S>::default();
        let mut reader = Reader::new(delta)?;
        if reader.counter < self.ids.base {
            return Err(StoreError::Counter { found: reader.counter, current: self.ids.base });
        }
        while let Some(op) = reader.next_op()? {
            if !Node::<S>::decode(&mut writes, 0, &op)? {
                return Err(StoreError::UnknownNode { node: op.node });
            }
        }
        self.writes = writes;
        self.ids.next = reader.counter;
        self.seal(position);
        Ok(())
    }

    fn freeze(&mut self) -> u64 {
        self.state.rows.freeze(self.folded_ids);
        self.folded_ids
    }

    fn attach(&mut self, backing: Arc<dyn Backing>, structure_counter: u64) {
        self.state.rows.attach(&backing, structure_counter);
        self.ids = Ids { next: structure_counter, base: structure_counter };
        self.folded_ids = structure_counter;
    }

    fn rows(&self) -> Arc<dyn AnyRows> {
        Arc::clone(&self.state) as Arc<dyn AnyRows>
    }

    fn nodes(&self) -> Vec<NodeInfo> {
        nodes::<S>()
    }

    fn row_count(&self) -> Result<usize, PathError> {
        self.state.rows.total()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}
