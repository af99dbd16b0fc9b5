//! What a checkpoint is of.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::log::Position;
use crate::store::database::{DatabaseError, STATE, Snapshot};

/// The record that is committed with the rows of a checkpoint. Objects are named by their catalogue
/// ids, see the manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CheckpointRecord {
    /// It holds exactly what the log up to here says.
    pub(crate) position: Position,
    /// Recovery needs the log from here on.
    pub(crate) replay_from: Position,
    /// When it was committed, in milliseconds since 1970.
    pub(crate) unix_millis: u64,
    pub(crate) topologies: Vec<TopologyRecord>,
    pub(crate) depots: Vec<DepotRecord>,
    /// Where the last of the log's segments begins that is kept for records of depots.
    pub(crate) kept_log: Option<Position>,
    pub(crate) counters: Vec<StructureCounter>,
}

/// How far a topology is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TopologyRecord {
    pub(crate) id: u32,
    /// Last committed microbatch.
    pub(crate) committed: u64,
    /// Next offset, by source, then partition.
    pub(crate) positions: Vec<Vec<u64>>,
}

/// How far a depot is in what checkpoints have of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DepotRecord {
    pub(crate) id: u32,
    /// By partition.
    pub(crate) partitions: Vec<PartitionEnd>,
}

/// The end of a depot partition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PartitionEnd {
    /// Offset of the next record.
    pub(crate) end: u64,
    /// Append time of the last record, in milliseconds since 1970.
    pub(crate) last_append_millis: u64,
}

/// The counter of structure ids of a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StructureCounter {
    pub(crate) pstate: u32,
    pub(crate) task: u32,
    pub(crate) next: u64,
}

impl CheckpointRecord {
    /// The record as it is stored: a version, then postcard.
    pub(crate) fn encode(&self) -> Vec<u8> {
        postcard::to_extend(self, vec![VERSION]).expect("integers and lists of them serialize")
    }

    /// Nothing if the bytes are no record of this version.
    pub(crate) fn decode(bytes: &[u8]) -> Option<CheckpointRecord> {
        let (version, bytes) = bytes.split_first()?;
        if *version != VERSION {
            return None;
        }
        postcard::from_bytes(bytes).ok()
    }

    /// The record of the checkpoint that a snapshot of a directory's database shows, if there was one.
    pub(crate) fn read(
        snapshot: &Snapshot,
        dir: &Path,
    ) -> Result<Option<CheckpointRecord>, DatabaseError> {
        let Some(bytes) = snapshot.metadata()? else { return Ok(None) };
        let record = CheckpointRecord::decode(&bytes);
        record.map(Some).ok_or_else(|| DatabaseError::damaged_record(&dir.join(STATE)))
    }
}

const VERSION: u8 = 2;
