//! Recovery: depots, PStates and progress from the entries of the log behind a checkpoint, in order.

use std::sync::Arc;

use rama_paths::{AnyPartition, Horizon, StoreError};
use rustc_hash::FxHashMap;

use super::{Appended, Entry};
use crate::depot::AnyDepot;
use crate::log::{EntryAt, Position};
use crate::topology::Plan;

/// An entry of the log that does not fit what came before it, or the module.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecoveryError {
    /// An entry's header does not decode.
    #[error("an entry of the log cannot be decoded")]
    Entry {
        /// The decoder's error.
        source: postcard::Error,
    },
    /// An entry has fewer or more records than it says.
    #[error("an entry of the log has fewer or more records than it says")]
    Records,
    /// A prepared delta is cut short.
    #[error("a prepared delta in the log is cut short")]
    Delta,
    /// An entry names an object that the manifest does not have.
    #[error("the log names {what} {id}, which the manifest does not have")]
    Unknown {
        /// Kind of object.
        what: &'static str,
        /// Its catalogue id.
        id: u32,
    },
    /// A record names a partition that the depot does not have.
    #[error("the log holds a record of partition {partition} of depot *{depot}, which has fewer")]
    NoSuchPartition {
        /// The depot's name.
        depot: &'static str,
        /// The partition.
        partition: u32,
    },
    /// Records are missing.
    #[error(
        "depot *{depot}, partition {partition}: the log goes on with record {found}, expected {expected}"
    )]
    OffsetGap {
        /// The depot's name.
        depot: &'static str,
        /// The partition.
        partition: u32,
        /// Next offset of the partition.
        expected: u64,
        /// Offset in the log.
        found: u64,
    },
    /// A record does not decode.
    #[error("record {offset} of depot *{depot}, partition {partition} cannot be decoded")]
    UndecodableRecord {
        /// The depot's name.
        depot: &'static str,
        /// The partition.
        partition: u32,
        /// Offset of the record.
        offset: u64,
        /// The decoder's error.
        source: postcard::Error,
    },
    /// A PState's delta cannot be applied.
    #[error("a delta of PState $${pstate} in the log cannot be applied")]
    PState {
        /// The PState's name.
        pstate: &'static str,
        /// The store's error.
        source: StoreError,
    },
    /// A plan or commit is out of order.
    #[error("topology {topology}: the log goes from microbatch {committed} to {found}")]
    MicrobatchGap {
        /// The topology's name.
        topology: &'static str,
        /// Last committed microbatch.
        committed: u64,
        /// Microbatch in the log.
        found: u64,
    },
}

/// The state of a module as of the end of its log.
pub(crate) struct Recovered {
    /// By task, then PState index.
    pub(crate) partitions: Vec<Vec<Box<dyn AnyPartition>>>,
    /// By topology index.
    pub(crate) progress: Vec<Progress>,
}

/// How far a topology is.
pub(crate) struct Progress {
    /// Next offset, by source, then partition.
    pub(crate) positions: Vec<Vec<u64>>,
    /// Last committed microbatch.
    pub(crate) committed: u64,
    /// Planned and not committed, and where the first plan's entry begins.
    pub(crate) undecided: Option<(Plan, Position)>,
}

/// Applies entries one by one.
pub(crate) struct Recovery {
    state: Recovered,
    depots: Vec<Arc<dyn AnyDepot>>,
    /// Index by catalogue id.
    depot_index: FxHashMap<u32, usize>,
    topology_index: FxHashMap<u32, usize>,
    pstate_index: FxHashMap<u32, usize>,
    topology_names: Vec<&'static str>,
    pstate_names: Vec<&'static str>,
    /// What the undecided microbatch of a topology prepared: attempt, task, payload.
    prepared: Vec<Vec<(u32, u32, Vec<u8>)>>,
    /// What the log says up to here is in the checkpoint; only what is undecided there is taken.
    checkpoint: Position,
    /// By topology index: the last microbatch that the checkpoint has decided.
    checkpointed: Vec<u64>,
    horizon: Arc<Horizon>,
    /// Entries applied so far.
    pub(crate) entries: u64,
}

/// What recovery starts from: a module as of its last checkpoint, and its catalogue.
pub(crate) struct RecoveryParts<'a> {
    pub(crate) state: Recovered,
    /// Position of the checkpoint; the start of the log if there is none.
    pub(crate) checkpoint: Position,
    pub(crate) horizon: Arc<Horizon>,
    pub(crate) depots: Vec<Arc<dyn AnyDepot>>,
    pub(crate) depot_ids: &'a [u32],
    pub(crate) topology_ids: &'a [u32],
    pub(crate) pstate_ids: &'a [u32],
    pub(crate) topology_names: Vec<&'static str>,
    pub(crate) pstate_names: Vec<&'static str>,
}

impl Recovery {
    pub(crate) fn new(parts: RecoveryParts<'_>) -> Recovery {
        let index = |ids: &[u32]| ids.iter().enumerate().map(|(index, id)| (*id, index)).collect();
        Recovery {
            prepared: vec![Vec::new(); parts.topology_names.len()],
            depot_index: index(parts.depot_ids),
            topology_index: index(parts.topology_ids),
            pstate_index: index(parts.pstate_ids),
            checkpoint: parts.checkpoint,
            checkpointed: parts.state.progress.iter().map(|progress| progress.committed).collect(),
            horizon: parts.horizon,
            state: parts.state,
            depots: parts.depots,
            topology_names: parts.topology_names,
            pstate_names: parts.pstate_names,
            entries: 0,
        }
    }

    /// Applies the next entry.
    pub(crate) fn apply(&mut self, at: EntryAt, bytes: &[u8]) -> Result<(), RecoveryError> {
        self.entries += 1;
        let (entry, payload) = Entry::decode(bytes)?;
        match entry {
            Entry::Append { .. } | Entry::AppendAll { .. } => match entry.appended(payload) {
                Some(appended) if at.end > self.checkpoint => self.restore(appended),
                _ => Ok(()),
            },
            Entry::Plan { topology, microbatch, attempt } => {
                let Some(topology) = self.topology_at(topology, microbatch)? else {
                    return Ok(());
                };
                self.prepared[topology].clear();
                let ranges = Entry::decode_plan(payload)?
                    .into_iter()
                    .map(|ranges| ranges.into_iter().map(|(start, end)| start..end).collect())
                    .collect();
                let undecided = &mut self.state.progress[topology].undecided;
                let first = undecided.as_ref().map_or(at.start, |(_, first)| *first);
                *undecided = Some((Plan { microbatch, attempt, ranges }, first));
                Ok(())
            }
            Entry::Prepare { topology, microbatch, attempt, task } => {
                if let Some(topology) = self.topology_at(topology, microbatch)? {
                    self.prepared[topology].push((attempt, task, payload.to_vec()));
                }
                Ok(())
            }
            Entry::Commit { topology, microbatch, attempt } => {
                match self.topology_at(topology, microbatch)? {
                    Some(topology) => self.commit(topology, microbatch, attempt, at.end),
                    None => Ok(()),
                }
            }
        }
    }

    /// Puts records back that the checkpoint does not have.
    fn restore(&self, appended: Appended<'_>) -> Result<(), RecoveryError> {
        let depot = &self.depots[lookup(&self.depot_index, "depot", appended.depot)?];
        appended.each(|offset, record| {
            depot.restore(appended.partition, offset, appended.append_millis, record)
        })
    }

    /// The topology whose next microbatch this is; none if the checkpoint has decided it.
    fn topology_at(&self, id: u32, microbatch: u64) -> Result<Option<usize>, RecoveryError> {
        let topology = lookup(&self.topology_index, "topology", id)?;
        let committed = self.state.progress[topology].committed;
        if microbatch == committed + 1 {
            Ok(Some(topology))
        } else if microbatch <= self.checkpointed[topology] {
            Ok(None)
        } else {
            let topology = self.topology_names[topology];
            Err(RecoveryError::MicrobatchGap { topology, committed, found: microbatch })
        }
    }

    fn commit(
        &mut self,
        topology: usize,
        microbatch: u64,
        attempt: u32,
        position: Position,
    ) -> Result<(), RecoveryError> {
        for (prepared_by, task, payload) in std::mem::take(&mut self.prepared[topology]) {
            if prepared_by != attempt {
                continue;
            }
            let partitions = self
                .state
                .partitions
                .get_mut(task as usize)
                .ok_or(RecoveryError::Unknown { what: "task", id: task })?;
            let mut rest = &payload[..];
            while !rest.is_empty() {
                let (id, delta, behind) = Entry::decode_delta(rest)?;
                rest = behind;
                let index = lookup(&self.pstate_index, "PState", id)?;
                let partition = &mut partitions[index];
                partition.replay(delta, position.get()).map_err(|source| {
                    RecoveryError::PState { pstate: self.pstate_names[index], source }
                })?;
                // Nobody reads yet.
                self.horizon.advance(position.get());
                partition.fold(position.get());
            }
        }
        let progress = &mut self.state.progress[topology];
        progress.committed = microbatch;
        let (plan, _) = progress.undecided.take().ok_or(RecoveryError::MicrobatchGap {
            topology: self.topology_names[topology],
            committed: microbatch - 1,
            found: microbatch,
        })?;
        for (positions, ranges) in progress.positions.iter_mut().zip(plan.ranges) {
            for (position, range) in positions.iter_mut().zip(ranges) {
                *position = range.end;
            }
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> Recovered {
        self.state
    }
}

fn lookup(
    index: &FxHashMap<u32, usize>,
    what: &'static str,
    id: u32,
) -> Result<usize, RecoveryError> {
    index.get(&id).copied().ok_or(RecoveryError::Unknown { what, id })
}
