//! Reading PStates from outside by their names, without the types of their module.

use std::fmt;
use std::sync::Arc;

use rama_paths::data::{DataPath, Datum};

use super::Snapshot;
use super::pstate::{Chosen, SelectError, one};
use crate::cluster::{Launched, LaunchedPState, Slot};

/// A client of one PState that is known by its name alone, as those in other processes and other
/// languages know it: paths and keys are data, and so is what is selected.
///
/// See [`InProcessCluster::pstate_by_name`](crate::cluster::InProcessCluster::pstate_by_name). It reads
/// what a [`PStateClient`](super::PStateClient) reads.
#[derive(Clone)]
pub struct DataClient {
    /// Without `$$`.
    name: String,
    slot: Arc<Slot>,
    chosen: Option<ChosenByData>,
    snapshot: Option<Snapshot>,
}

/// A partition chosen by hand. Only the PState knows what key a datum is.
#[derive(Clone)]
enum ChosenByData {
    Key(Datum),
    Task(usize),
}

impl fmt::Debug for DataClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataClient($${})", self.name)
    }
}

impl DataClient {
    pub(crate) fn new(name: &str, slot: Arc<Slot>) -> Self {
        let name = name.strip_prefix("$$").unwrap_or(name).to_owned();
        DataClient { name, slot, chosen: None, snapshot: None }
    }

    /// The PState in the module that runs.
    fn launched<'a>(
        &self,
        running: &'a Option<Arc<Launched>>,
    ) -> Result<&'a LaunchedPState, SelectError> {
        let pstates = running.as_ref().map_or(&[][..], |launched| &launched.pstates);
        match pstates.iter().find(|pstate| pstate.name == self.name) {
            Some(LaunchedPState { name: pstate, is_private: true, .. }) => {
                Err(SelectError::Private { pstate })
            }
            Some(found) => Ok(found),
            None => {
                let readable = pstates.iter().filter(|pstate| !pstate.is_private);
                let known = readable.map(|pstate| pstate.name).collect();
                Err(SelectError::Unknown { name: self.name.clone(), known })
            }
        }
    }

    /// Number of partitions, which is the module's number of tasks, or 1 of a `global` PState.
    ///
    /// # Errors
    ///
    /// [`SelectError::Unknown`], [`SelectError::Private`].
    pub fn num_partitions(&self) -> Result<usize, SelectError> {
        Ok(self.launched(&self.slot.load())?.committed.len())
    }

    /// The same client, reading the partition of this key whatever the path begins with. The key is
    /// one of the map or set at the top of the PState.
    pub fn at_key(&self, key: impl Into<Datum>) -> Self {
        DataClient { chosen: Some(ChosenByData::Key(key.into())), ..self.clone() }
    }

    /// The same client, reading the partition on this task whatever the path begins with.
    pub fn at_task(&self, task: usize) -> Self {
        DataClient { chosen: Some(ChosenByData::Task(task)), ..self.clone() }
    }

    /// The same client, reading the state of a snapshot.
    pub fn as_of(&self, snapshot: &Snapshot) -> Self {
        DataClient { snapshot: Some(snapshot.clone()), ..self.clone() }
    }

    /// Selects all values that a path leads to, in order, as of one instant; see
    /// [`PStateClient::select`](super::PStateClient::select).
    ///
    /// # Errors
    ///
    /// See [`SelectError`].
    pub fn select(&self, path: &DataPath) -> Result<Vec<Datum>, SelectError> {
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
    pub fn select_each(&self, path: &DataPath, f: impl FnMut(Datum)) -> Result<(), SelectError> {
        self.read(path, f).map(drop)
    }

    /// Selects the one value that a path leads to.
    ///
    /// # Errors
    ///
    /// [`SelectError::NotOne`] if there is none or more than one; see [`SelectError`].
    pub fn select_one(&self, path: &DataPath) -> Result<Datum, SelectError> {
        let mut values = Vec::new();
        let name = self.read(path, |value| values.push(value))?;
        one(name, values)
    }

    /// Reads, and says what the PState calls itself.
    fn read(&self, path: &DataPath, mut f: impl FnMut(Datum)) -> Result<&'static str, SelectError> {
        let running = self.slot.load();
        let found = self.launched(&running)?;
        let pstate = found.name;
        let chosen = match &self.chosen {
            None => None,
            Some(ChosenByData::Task(task)) => Some(Chosen::Task(*task)),
            Some(ChosenByData::Key(key)) => {
                let hash = found.committed.first().and_then(|any| any.key_hash(key));
                let hash = hash.ok_or(SelectError::NoKeyType { pstate })?;
                Some(Chosen::Key(
                    hash.map_err(|source| SelectError::KeyOfOtherType { pstate, source })?,
                ))
            }
        };
        let snapshot = self.snapshot.as_ref();
        found.select_data_each(&running, chosen.as_ref(), snapshot, path, &mut f)?;
        Ok(pstate)
    }
}
