//! Reading PStates from outside.

use std::any::TypeId;
use std::sync::Arc;

use rama_paths::data::{AnyCommitted, DataPath, DataPathError, Datum, PathFunctions, WrongKey};
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
    /// No PState of this name is there.
    #[error("there is no PState $${name} in this cluster{}", those(.known))]
    Unknown {
        /// The name.
        name: String,
        /// Those that are there and can be read.
        known: Vec<&'static str>,
    },
    /// A partition was to be chosen by a key as data, and no type says what key it is.
    #[error(
        "PState $${pstate} has no map or set at its top, so that a key as data has no type: choose the \
         partition with `at_task(…)`"
    )]
    NoKeyType {
        /// The PState's name.
        pstate: &'static str,
    },
    /// A key as data that was to choose a partition is no key of the PState.
    #[error("a partition of PState $${pstate} cannot be chosen: {source}")]
    KeyOfOtherType {
        /// The PState's name.
        pstate: &'static str,
        /// What is wrong.
        source: WrongKey,
    },
    /// The path as data cannot be followed.
    #[error("cannot follow the path in PState $${pstate}: {source}")]
    Data {
        /// The PState's name.
        pstate: &'static str,
        /// The path's error.
        source: DataPathError,
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

fn those(known: &[&'static str]) -> String {
    let names: Vec<String> = known.iter().map(|name| format!("$${name}")).collect();
    if names.is_empty() { String::new() } else { format!("; there are: {}", names.join(", ")) }
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
pub(super) enum Chosen {
    Key(KeyHash),
    Task(usize),
}

impl LaunchedPState {
    /// The partition to read: that which was chosen, else that of the leading key.
    pub(super) fn partition(
        &self,
        chosen: Option<&Chosen>,
        leading: Option<&KeyHash>,
    ) -> Result<&dyn AnyCommitted, SelectError> {
        let pstate = self.name;
        let LaunchedPState { committed: partitions, placement, .. } = self;
        let tasks = partitions.len();
        let key = match chosen {
            Some(Chosen::Task(_)) => None,
            Some(Chosen::Key(key)) => Some(key),
            None => leading,
        };
        let home = placement.task(key, tasks as u32).map_err(|misplaced| {
            SelectError::Misplaced { pstate, text: misplaced.text(pstate, tasks as u32) }
        })?;
        let task = match (chosen, home) {
            (Some(Chosen::Task(task)), _) => *task,
            (_, Some(home)) => home as usize,
            (_, None) if tasks == 1 => 0,
            (_, None) => return Err(SelectError::NoPartition { pstate, tasks }),
        };
        let partition = partitions.get(task);
        partition.map(|found| &**found).ok_or(SelectError::NoSuchTask { pstate, task, tasks })
    }

    /// Hands everything that a path as data leads to to `f`, as of a snapshot or of now.
    pub(super) fn select_data_each(
        &self,
        running: &Option<Arc<Launched>>,
        chosen: Option<&Chosen>,
        snapshot: Option<&Snapshot>,
        path: &DataPath,
        f: &mut dyn FnMut(Datum),
    ) -> Result<(), SelectError> {
        let pstate = self.name;
        let failed = |source| SelectError::Data { pstate, source };
        let leading = match (chosen, self.committed.first()) {
            (None, Some(any)) => any.leading_key(path).map_err(failed)?,
            _ => None,
        };
        let partition = self.partition(chosen, leading.as_ref())?;
        let none = PathFunctions::new();
        let functions = running.as_ref().map_or(&none, |launched| &launched.path_functions);
        let read = match snapshot {
            None => partition.select_data_each(&partition.pin(), path, functions, f),
            Some(snapshot) if !snapshot.is_of(running) => Err(PathError::Expired.into()),
            Some(snapshot) => partition.select_data_each(&snapshot.pin, path, functions, f),
        };
        read.map_err(failed)
    }
}

/// The one of the values that were selected.
pub(super) fn one<T>(pstate: &'static str, mut values: Vec<T>) -> Result<T, SelectError> {
    match (values.len(), values.pop()) {
        (1, Some(value)) => Ok(value),
        (found, _) => Err(SelectError::NotOne { pstate, found }),
    }
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
        let found = self.launched(running)?;
        let partition = found.partition(self.chosen.as_ref(), leading.as_ref())?;
        partition.as_any().downcast_ref().ok_or(SelectError::NotLaunched { pstate })
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
        one(self.pstate.name, self.select(path)?)
    }

    /// As [`select`](Self::select), by a path as data, which may call the functions that the module
    /// declares with `path_function`.
    ///
    /// # Errors
    ///
    /// See [`SelectError`].
    pub fn select_data(&self, path: &DataPath) -> Result<Vec<Datum>, SelectError> {
        let mut values = Vec::new();
        self.select_data_each(path, |value| values.push(value))?;
        Ok(values)
    }

    /// As [`select_each`](Self::select_each), by a path as data.
    ///
    /// # Errors
    ///
    /// See [`SelectError`]; `f` may have got values before.
    pub fn select_data_each(
        &self,
        path: &DataPath,
        mut f: impl FnMut(Datum),
    ) -> Result<(), SelectError> {
        let running = self.slot.load();
        let (chosen, snapshot) = (self.chosen.as_ref(), self.snapshot.as_ref());
        let found = self.launched(&running)?;
        found.select_data_each(&running, chosen, snapshot, path, &mut f)
    }

    /// As [`select_one`](Self::select_one), by a path as data.
    ///
    /// # Errors
    ///
    /// [`SelectError::NotOne`] if it selects none or more; see [`SelectError`].
    pub fn select_one_data(&self, path: &DataPath) -> Result<Datum, SelectError> {
        one(self.pstate.name, self.select_data(path)?)
    }
}
