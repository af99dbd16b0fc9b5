//! Reading PStates from outside.

use std::any::TypeId;
use std::sync::Arc;

use rama_paths::{
    Committed, Key, KeyHash, PStatePath, PathError, Root, Schema, SelectPath, key_hash,
};

use super::Snapshot;
use crate::cluster::{Launched, LaunchedPState, Slot};
use crate::pstate::PState;

/// Why a select failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SelectError {
    /// The module of this PState does not run in this cluster.
    #[error("PState $${pstate} does not belong to a module that runs in this cluster")]
    NotLaunched {
        /// The PState's name.
        pstate: &'static str,
    },
    /// The PState is `private`: only topologies of its module read it.
    #[error("PState $${pstate} is private: only topologies of its module read it")]
    Private {
        /// The PState's name.
        pstate: &'static str,
    },
    /// The PState's `key_partitioner` chose a partition that is not there.
    #[error("{text}")]
    Misplaced {
        /// The PState's name.
        pstate: &'static str,
        /// What was chosen.
        text: String,
    },
    /// The path does not begin with a key, so it does not say which partition to read.
    #[error(
        "PState $${pstate} has {tasks} partitions, and the path has no leading key to choose one: begin \
         it with `.key(…)` or `.must(…)`, or choose with `at_key(…)` or `at_task(…)`"
    )]
    NoPartition {
        /// The PState's name.
        pstate: &'static str,
        /// Number of partitions.
        tasks: usize,
    },
    /// The PState has fewer partitions.
    #[error("PState $${pstate} has partitions 0 to {}, not {task}", .tasks - 1)]
    NoSuchTask {
        /// The PState's name.
        pstate: &'static str,
        /// The partition asked for.
        task: usize,
        /// Number of partitions.
        tasks: usize,
    },
    /// `select_one` of a path that did not emit exactly once.
    #[error(
        "select_one on PState $${pstate} needs exactly one value, and the path selected {found}"
    )]
    NotOne {
        /// The PState's name.
        pstate: &'static str,
        /// Number of values.
        found: usize,
    },
    /// The path cannot be followed.
    #[error("cannot follow the path in PState $${pstate}")]
    Path {
        /// The PState's name.
        pstate: &'static str,
        /// The path's error.
        source: PathError,
    },
}

/// A client of one PState. Reads run on the calling thread.
///
/// A read sees what committed and durable microbatches have written, all or nothing of each on the
/// partition it reads, and a later read never sees less.
///
/// It is of use as long as the cluster, also when the module was closed and opened again because its
/// disk had failed.
pub struct PStateClient<O, S: Schema> {
    pstate: PState<O, S>,
    slot: Arc<Slot>,
    chosen: Option<Chosen>,
    snapshot: Option<Snapshot>,
}

/// A partition chosen by hand.
#[derive(Clone)]
enum Chosen {
    Key(KeyHash),
    Task(usize),
}

impl<O, S: Schema> Clone for PStateClient<O, S> {
    fn clone(&self) -> Self {
        PStateClient {
            pstate: self.pstate,
            slot: Arc::clone(&self.slot),
            chosen: self.chosen.clone(),
            snapshot: self.snapshot.clone(),
        }
    }
}

impl<O, S: Schema> std::fmt::Debug for PStateClient<O, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PStateClient($${})", self.pstate.name)
    }
}

impl<O: 'static, S: Schema> PStateClient<O, S> {
    pub(crate) fn new(pstate: PState<O, S>, slot: Arc<Slot>) -> Self {
        PStateClient { pstate, slot, chosen: None, snapshot: None }
    }

    /// The PState in the module that runs.
    fn launched<'a>(
        &self,
        running: &'a Option<Arc<Launched>>,
    ) -> Result<&'a LaunchedPState, SelectError> {
        let pstate = self.pstate.name;
        let found = running
            .as_ref()
            .and_then(|launched| launched.pstates.get(self.pstate.index as usize))
            .filter(|found| found.name == pstate && found.owner_type == TypeId::of::<O>())
            .ok_or(SelectError::NotLaunched { pstate })?;
        if found.is_private { Err(SelectError::Private { pstate }) } else { Ok(found) }
    }

    /// Number of partitions, which is the module's number of tasks, or 1 of a `global` PState.
    ///
    /// # Errors
    ///
    /// [`SelectError::NotLaunched`].
    pub fn num_partitions(&self) -> Result<usize, SelectError> {
        Ok(self.launched(&self.slot.load())?.committed.len())
    }

    /// The same client, reading the partition of this key whatever the path begins with.
    pub fn at_key<K: Key>(&self, key: &K) -> Self {
        PStateClient { chosen: Some(Chosen::Key(key_hash(key))), ..self.clone() }
    }

    /// The same client, reading the partition on this task whatever the path begins with.
    pub fn at_task(&self, task: usize) -> Self {
        PStateClient { chosen: Some(Chosen::Task(task)), ..self.clone() }
    }

    /// The same client, reading the state of a snapshot.
    pub fn as_of(&self, snapshot: &Snapshot) -> Self {
        PStateClient { snapshot: Some(snapshot.clone()), ..self.clone() }
    }

    fn partition<'a>(
        &self,
        running: &'a Option<Arc<Launched>>,
        leading: Option<KeyHash>,
    ) -> Result<&'a Committed<S>, SelectError> {
        let pstate = self.pstate.name;
        let LaunchedPState { committed: partitions, placement, .. } = self.launched(running)?;
        let tasks = partitions.len();
        let key = match &self.chosen {
            Some(Chosen::Task(_)) => None,
            Some(Chosen::Key(key)) => Some(key),
            None => leading.as_ref(),
        };
        let home = placement.task(key, tasks as u32).map_err(|misplaced| {
            SelectError::Misplaced { pstate, text: misplaced.text(pstate, tasks as u32) }
        })?;
        let task = match (&self.chosen, home) {
            (Some(Chosen::Task(task)), _) => *task,
            (_, Some(home)) => home as usize,
            (_, None) if tasks == 1 => 0,
            (_, None) => return Err(SelectError::NoPartition { pstate, tasks }),
        };
        let partition =
            partitions.get(task).ok_or(SelectError::NoSuchTask { pstate, task, tasks })?;
        partition.downcast_ref().ok_or(SelectError::NotLaunched { pstate })
    }

    /// Selects all values that a path leads to, in order, as of one instant.
    ///
    /// The partition is that of the path's leading key, unless one was chosen. A `global` PState has
    /// only one.
    ///
    /// # Errors
    ///
    /// See [`SelectError`].
    pub fn select<P>(
        &self,
        path: impl FnOnce(PStatePath<O, Root<S>>) -> P,
    ) -> Result<Vec<P::Value>, SelectError>
    where
        P: SelectPath<Schema = S>,
    {
        let mut values = Vec::new();
        self.select_each(path, |value| values.push(value))?;
        Ok(values)
    }

    /// Hands all values that a path leads to to `f`, in order, as of one instant. Only some rows are in
    /// memory at a time, however many there are.
    ///
    /// # Errors
    ///
    /// See [`SelectError`]; `f` may have got values before.
    pub fn select_each<P>(
        &self,
        path: impl FnOnce(PStatePath<O, Root<S>>) -> P,
        f: impl FnMut(P::Value),
    ) -> Result<(), SelectError>
    where
        P: SelectPath<Schema = S>,
    {
        let path = path(PStatePath::new());
        let running = self.slot.load();
        let partition = self.partition(&running, path.routing())?;
        let read = match &self.snapshot {
            None => partition.select_each_as_of(&partition.pin(), &path, f),
            Some(snapshot) if !snapshot.is_of(&running) => Err(PathError::Expired),
            Some(snapshot) => partition.select_each_as_of(&snapshot.pin, &path, f),
        };
        read.map_err(|source| SelectError::Path { pstate: self.pstate.name, source })
    }

    /// Selects the one value that a path leads to.
    ///
    /// # Errors
    ///
    /// [`SelectError::NotOne`] if there is none or more than one; see [`SelectError`].
    pub fn select_one<P>(
        &self,
        path: impl FnOnce(PStatePath<O, Root<S>>) -> P,
    ) -> Result<P::Value, SelectError>
    where
        P: SelectPath<Schema = S>,
    {
        let mut values = self.select(path)?;
        match values.pop() {
            Some(value) if values.is_empty() => Ok(value),
            Some(_) => {
                Err(SelectError::NotOne { pstate: self.pstate.name, found: values.len() + 1 })
            }
            None => Err(SelectError::NotOne { pstate: self.pstate.name, found: 0 }),
        }
    }
}
