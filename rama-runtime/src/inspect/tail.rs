//! What the log says, from entry to entry, without the types of the module.

use std::collections::BTreeMap;

use rama_paths::store::Reader;

use super::directory::Directory;
use super::report::EntryCounts;
use crate::log::{EntryAt, Position};
use crate::store::checkpoint::{CheckpointRecord, PartitionEnd};
use crate::store::{Entry, Manifest, RecoveryError};

/// How far depots and topologies are, first as of a checkpoint, then entry by entry further.
pub(super) struct Tail {
    /// By depot, then partition.
    pub(super) ends: Vec<Vec<PartitionEnd>>,
    pub(super) topologies: Vec<TopologyTail>,
    /// Changes of committed microbatches, by PState.
    pub(super) changes: BTreeMap<u32, u64>,
    /// Entries behind the checkpoint.
    pub(super) counts: EntryCounts,
    checkpoint: Position,
}

/// How far a topology is.
#[derive(Default)]
pub(super) struct TopologyTail {
    pub(super) committed: u64,
    /// Next offset, by source, then partition.
    pub(super) positions: Vec<Vec<u64>>,
    pub(super) undecided: Option<Undecided>,
    /// Attempt, PState, changes.
    prepared: Vec<(u32, u32, u64)>,
}

/// A microbatch that is planned and not committed.
pub(super) struct Undecided {
    pub(super) microbatch: u64,
    pub(super) attempt: u32,
    /// Offsets from and to, by source, then partition.
    pub(super) ranges: Vec<Vec<(u64, u64)>>,
}

impl Tail {
    pub(super) fn new(directory: &Directory<'_>, record: Option<&CheckpointRecord>) -> Tail {
        let manifest = &directory.manifest;
        let depots = 0..manifest.depots.len() as u32;
        let ends: Vec<_> = depots.map(|depot| ends(manifest, depot, record)).collect();
        let topologies = (0..).zip(&manifest.topologies).map(|(id, topology)| {
            let known =
                record.and_then(|record| record.topologies.iter().find(|known| known.id == id));
            let (committed, positions) = match known {
                Some(known) => (known.committed, known.positions.clone()),
                None => (0, Vec::new()),
            };
            let mut topology_tail = TopologyTail { committed, positions, ..Default::default() };
            topology_tail.positions.resize(topology.sources.len(), Vec::new());
            for (positions, source) in topology_tail.positions.iter_mut().zip(&topology.sources) {
                let depot = manifest.depots.iter().position(|depot| depot.name == *source);
                let partitions = depot.map_or(0, |depot| ends[depot].len());
                positions.resize(partitions.max(positions.len()), 0);
            }
            topology_tail
        });
        Tail {
            topologies: topologies.collect(),
            ends,
            changes: BTreeMap::new(),
            counts: EntryCounts::default(),
            checkpoint: record.map_or(Position::ZERO, |record| record.position),
        }
    }

    /// Takes the next entry.
    pub(super) fn apply(&mut self, at: EntryAt, bytes: &[u8]) -> Result<(), RecoveryError> {
        let (entry, payload) = Entry::decode(bytes)?;
        if at.end > self.checkpoint {
            self.counts.add(&entry);
        }
        match entry {
            Entry::Append { .. } | Entry::AppendAll { .. } => {
                if let Some(appended) = entry.appended(payload)
                    && at.end > self.checkpoint
                {
                    let partition = appended.partition as usize;
                    let partitions = known(&mut self.ends, "depot", appended.depot)?;
                    let count = partitions.len().max(partition + 1);
                    partitions.resize(count, PartitionEnd::default());
                    partitions[partition] = PartitionEnd {
                        end: appended.end(),
                        last_append_millis: appended.append_millis,
                    };
                }
            }
            Entry::Plan { topology, microbatch, attempt } => {
                let topology = known(&mut self.topologies, "topology", topology)?;
                let ranges = Entry::decode_plan(payload)?;
                if microbatch > topology.committed {
                    topology.prepared.clear();
                    topology.undecided = Some(Undecided { microbatch, attempt, ranges });
                }
            }
            Entry::Prepare { topology, microbatch, attempt, .. } => {
                let topology = known(&mut self.topologies, "topology", topology)?;
                if microbatch > topology.committed {
                    each_delta(payload, &mut |pstate, changes| {
                        topology.prepared.push((attempt, pstate, changes));
                    })?;
                }
            }
            Entry::Commit { topology, microbatch, attempt } => {
                let topology = known(&mut self.topologies, "topology", topology)?;
                if microbatch > topology.committed {
                    for (_, pstate, changes) in
                        topology.prepared.drain(..).filter(|(of, ..)| *of == attempt)
                    {
                        *self.changes.entry(pstate).or_default() += changes;
                    }
                    topology.commit(microbatch);
                }
            }
        }
        Ok(())
    }
}

impl Undecided {
    /// Records that it covers.
    pub(super) fn records(&self) -> u64 {
        let ranges = self.ranges.iter().flatten();
        ranges.map(|(start, end)| end.saturating_sub(*start)).sum()
    }
}

impl TopologyTail {
    fn commit(&mut self, microbatch: u64) {
        self.committed = microbatch;
        let ranges = self.undecided.take().map(|plan| plan.ranges).unwrap_or_default();
        for (positions, ranges) in self.positions.iter_mut().zip(ranges) {
            for (position, (_, end)) in positions.iter_mut().zip(ranges) {
                *position = end;
            }
        }
    }
}

impl EntryCounts {
    /// Counts an entry.
    fn add(&mut self, entry: &Entry) {
        match entry {
            Entry::Append { .. } | Entry::AppendAll { .. } => self.appends += 1,
            Entry::Plan { .. } => self.plans += 1,
            Entry::Prepare { .. } => self.prepares += 1,
            Entry::Commit { .. } => self.commits += 1,
        }
    }
}

/// The ends of a depot's partitions as of the checkpoint.
fn ends(manifest: &Manifest, depot: u32, record: Option<&CheckpointRecord>) -> Vec<PartitionEnd> {
    let known = record.and_then(|record| record.depots.iter().find(|known| known.id == depot));
    match known {
        Some(known) => known.partitions.clone(),
        None => {
            let is_global = manifest.depots[depot as usize].partitioning == "global";
            let partitions = if is_global { 1 } else { manifest.tasks as usize };
            vec![PartitionEnd::default(); partitions]
        }
    }
}

fn known<'a, T>(
    objects: &'a mut [T],
    what: &'static str,
    id: u32,
) -> Result<&'a mut T, RecoveryError> {
    objects.get_mut(id as usize).ok_or(RecoveryError::Unknown { what, id })
}

/// Reads all of what an attempt prepared on a task: hands each PState's id and the number of its
/// changes to `f`.
fn each_delta(mut payload: &[u8], f: &mut dyn FnMut(u32, u64)) -> Result<(), RecoveryError> {
    while !payload.is_empty() {
        let (pstate, delta, rest) = Entry::decode_delta(payload)?;
        payload = rest;
        let mut changes = 0;
        let mut delta = Reader::new(delta).map_err(|_| RecoveryError::Delta)?;
        while delta.next_op().map_err(|_| RecoveryError::Delta)?.is_some() {
            changes += 1;
        }
        f(pstate, changes);
    }
    Ok(())
}

/// Checks that an entry and what is in it can be decoded.
pub(super) fn check_entry(bytes: &[u8]) -> Result<(), RecoveryError> {
    let (entry, payload) = Entry::decode(bytes)?;
    match entry {
        Entry::Append { .. } | Entry::AppendAll { .. } => match entry.appended(payload) {
            Some(appended) => appended.each(|_, _| Ok(())),
            None => Ok(()),
        },
        Entry::Commit { .. } => Ok(()),
        Entry::Plan { .. } => Entry::decode_plan(payload).map(|_| ()),
        Entry::Prepare { .. } => each_delta(payload, &mut |_, _| {}),
    }
}
