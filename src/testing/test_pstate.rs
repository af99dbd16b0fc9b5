//! One partition of a PState, without a cluster.

use std::fmt;
use std::sync::Arc;

use rama_paths::data::{DataPath, DataPathError, Datum, PathFunctions};
use rama_paths::path::AggregatePath;
use rama_paths::{
    Aggregator, AnyPartition, PStatePath, Partition, PathError, Root, Schema, SelectPath,
    StoreError, WritePath,
};

use super::backing::MemoryBacking;

/// One partition of a PState with schema `S`, as the topology that owns it sees it.
///
/// Writes go to a write set that reads see at once; [`commit`](Self::commit) makes them rows,
/// [`discard`](Self::discard) forgets them, as a failed attempt does. Rows can be written down as a
/// checkpoint does and read back, to see that a schema survives it.
///
/// ```
/// use rama::PMap;
/// use rama::aggregate::sum;
/// use rama::testing::TestPState;
///
/// let mut funds = TestPState::<PMap<i64, i64>>::new();
/// funds.transform(funds.path().key(1).termval(100))?;
/// funds.transform(funds.path().key(1).term(|curr| curr - 30))?;
/// funds.aggregate(&funds.path().key(2), sum(5))?;
/// assert_eq!(funds.select(&funds.path().all())?, [(1, 70), (2, 5)]);
/// assert_eq!(funds.select_one(&funds.path().key(3))?, None);
/// # Ok::<(), rama::paths::PathError>(())
/// ```
pub struct TestPState<S: Schema> {
    partition: Partition<S>,
    checkpoint: Arc<MemoryBacking>,
    /// The structure counter that goes with the checkpoint, if there is one.
    counter: Option<u64>,
    /// What was committed behind the checkpoint.
    deltas: Vec<Vec<u8>>,
}

impl<S: Schema> Default for TestPState<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Schema> fmt::Debug for TestPState<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestPState").finish_non_exhaustive()
    }
}

impl<S: Schema> TestPState<S> {
    /// An empty partition.
    ///
    /// # Panics
    ///
    /// When two fields of the schema have the same id.
    pub fn new() -> Self {
        TestPState {
            partition: Partition::new(),
            checkpoint: Arc::default(),
            counter: None,
            deltas: Vec::new(),
        }
    }

    /// The path to the top.
    pub fn path(&self) -> PStatePath<(), Root<S>> {
        PStatePath::new()
    }

    /// Selects everything that a path leads to, in order, written or committed.
    ///
    /// # Errors
    ///
    /// Those of the path's navigators.
    pub fn select<P: SelectPath<Schema = S>>(&self, path: &P) -> Result<Vec<P::Value>, PathError> {
        self.partition.select(path)
    }

    /// Selects the one value that a path leads to.
    ///
    /// # Errors
    ///
    /// [`PathError::NotOne`] if there is none or more than one, and those of the path's navigators.
    ///
    /// ```
    /// use rama::PMap;
    /// use rama::paths::PathError;
    /// use rama::testing::TestPState;
    ///
    /// let mut funds = TestPState::<PMap<i64, i64>>::new();
    /// funds.transform(funds.path().key(1).termval(100))?;
    /// assert_eq!(funds.select_one(&funds.path().map_keys())?, 1);
    /// let missing = funds.select_one(&funds.path().must(2));
    /// assert_eq!(missing, Err(PathError::NotOne { found: 0 }));
    /// # Ok::<(), PathError>(())
    /// ```
    pub fn select_one<P: SelectPath<Schema = S>>(&self, path: &P) -> Result<P::Value, PathError> {
        one(self.select(path)?)
    }

    /// As [`select`](Self::select), by a path as data.
    ///
    /// # Errors
    ///
    /// See [`DataPathError`].
    ///
    /// ```
    /// use rama::testing::TestPState;
    /// use rama::{DataPath, PMap, PathFunctions};
    ///
    /// let mut funds = TestPState::<PMap<i64, i64>>::new();
    /// funds.transform(funds.path().key(1).termval(100))?;
    /// let functions = PathFunctions::new().with("double", |n: i64| n * 2);
    /// let path = DataPath::new().key(1).view("double");
    /// assert_eq!(funds.select_data(&path, &functions)?, [200.into()]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn select_data(
        &self,
        path: &DataPath,
        functions: &PathFunctions,
    ) -> Result<Vec<Datum>, DataPathError> {
        self.partition.select_data(path, functions)
    }

    /// Selects as others than the owner do: only what is committed.
    ///
    /// # Errors
    ///
    /// Those of the path's navigators.
    ///
    /// ```
    /// use rama::PMap;
    /// use rama::testing::TestPState;
    ///
    /// let mut funds = TestPState::<PMap<i64, i64>>::new();
    /// funds.transform(funds.path().key(1).termval(100))?;
    /// assert_eq!(funds.select_committed(&funds.path().all())?, []);
    /// funds.commit();
    /// assert_eq!(funds.select_committed(&funds.path().all())?, [(1, 100)]);
    /// # Ok::<(), rama::paths::PathError>(())
    /// ```
    pub fn select_committed<P: SelectPath<Schema = S>>(
        &self,
        path: &P,
    ) -> Result<Vec<P::Value>, PathError> {
        self.partition.select_committed(path)
    }

    /// Runs a write path.
    ///
    /// # Errors
    ///
    /// Those of the path's navigators. The write set may then hold a part of the writes, which an
    /// attempt of a topology [discards](Self::discard).
    pub fn transform<P: WritePath<Schema = S>>(&mut self, path: P) -> Result<(), PathError> {
        self.partition.transform(path)
    }

    /// Folds an aggregator into the value that a path leads to.
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
        self.partition.aggregate(path, aggregator)
    }

    /// Commits what was written, as a microbatch does.
    ///
    /// # Panics
    ///
    /// When a value does not serialize.
    pub fn commit(&mut self) {
        if !self.partition.has_writes() {
            return;
        }
        let mut delta = Vec::new();
        self.partition.encode_delta(&mut delta).unwrap_or_else(|error| cannot("commit", &error));
        self.deltas.push(delta);
        self.partition.apply();
    }

    /// Forgets what was written and not committed, as a failed attempt does.
    ///
    /// ```
    /// use rama::PMap;
    /// use rama::testing::TestPState;
    ///
    /// let mut funds = TestPState::<PMap<i64, i64>>::new();
    /// funds.transform(funds.path().key(1).termval(100))?;
    /// funds.discard();
    /// assert_eq!(funds.select_one(&funds.path().key(1))?, None);
    /// # Ok::<(), rama::paths::PathError>(())
    /// ```
    pub fn discard(&mut self) {
        self.partition.discard();
    }

    /// Writes all committed rows down, and goes on over them. What is not committed stays in the
    /// write set.
    ///
    /// # Panics
    ///
    /// When a value does not serialize.
    ///
    /// ```
    /// use rama::{PMap, PSet};
    /// use rama::testing::TestPState;
    ///
    /// let mut followers = TestPState::<PMap<i64, PSet<i64>>>::new();
    /// followers.transform(followers.path().key(1).none_elem().termval(7))?;
    /// followers.commit();
    /// followers.checkpoint();
    /// assert_eq!(followers.select(&followers.path().key(1).all())?, [7]);
    /// # Ok::<(), rama::paths::PathError>(())
    /// ```
    pub fn checkpoint(&mut self) {
        let counter = self.partition.freeze();
        let (rows, nodes) = (self.partition.rows(), self.partition.nodes());
        let next = self.checkpoint.with(&*rows, &nodes);
        let next = next.unwrap_or_else(|error| cannot("write a checkpoint of", &error));
        self.checkpoint = Arc::new(next);
        rows.finish(Arc::clone(&self.checkpoint) as _);
        self.counter = Some(counter);
        self.deltas.clear();
    }

    /// What recovery makes of it after a crash: a new partition over the last checkpoint, into which
    /// the commits behind it are replayed. What was not committed is gone.
    ///
    /// # Panics
    ///
    /// When what was committed cannot be read back.
    ///
    /// ```
    /// use rama::PMap;
    /// use rama::testing::TestPState;
    ///
    /// let mut funds = TestPState::<PMap<i64, i64>>::new();
    /// funds.transform(funds.path().key(1).termval(100))?;
    /// funds.commit();
    /// funds.checkpoint();
    /// funds.transform(funds.path().key(2).termval(200))?;
    /// funds.commit();
    /// funds.transform(funds.path().key(3).termval(300))?;
    /// funds.reopen();
    /// assert_eq!(funds.select(&funds.path().all())?, [(1, 100), (2, 200)]);
    /// # Ok::<(), rama::paths::PathError>(())
    /// ```
    pub fn reopen(&mut self) {
        let mut partition = Partition::new();
        if let Some(counter) = self.counter {
            partition.attach(Arc::clone(&self.checkpoint) as _, counter);
        }
        for delta in &self.deltas {
            partition.apply_delta(delta).unwrap_or_else(|error| cannot("reopen", &error));
        }
        self.partition = partition;
    }
}

/// The only one of `values`.
fn one<T>(mut values: Vec<T>) -> Result<T, PathError> {
    let found = values.len();
    match values.pop() {
        Some(value) if found == 1 => Ok(value),
        _ => Err(PathError::NotOne { found }),
    }
}

#[cold]
fn cannot(what: &str, error: &StoreError) -> ! {
    panic!("cannot {what} the test PState: {error}")
}
