//! What a data directory holds, as plain data.

use std::path::PathBuf;

use super::Problem;
use crate::log::Position;

/// What a data directory holds. Its `Display` is a text for people, of many lines.
#[derive(Debug)]
#[non_exhaustive]
pub struct Report {
    /// The directory.
    pub dir: PathBuf,
    /// When it was looked at, in milliseconds since 1970.
    pub taken_unix_millis: u64,
    /// Whose directory it is.
    pub module: ModuleReport,
    /// The module's depots, in the order of the manifest.
    pub depots: Vec<DepotReport>,
    /// The module's topologies, in the order of the manifest.
    pub topologies: Vec<TopologyReport>,
    /// The module's PStates, in the order of the manifest.
    pub pstates: Vec<PStateReport>,
    /// The last checkpoint, if there is one that can be read.
    pub checkpoint: Option<CheckpointReport>,
    /// The database of checkpoints, if there is one that can be opened.
    pub database: Option<DatabaseReport>,
    /// The write-ahead log.
    pub log: LogReport,
    /// Dropped structures whose rows wait to be removed.
    pub dropped: DroppedStructures,
    /// What could not be read; what depends on it is missing above, or as of an earlier time.
    pub problems: Vec<Problem>,
}

/// Whose directory it is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModuleReport {
    /// The module's name.
    pub name: String,
    /// Number of tasks, fixed at the first launch.
    pub tasks: u32,
    /// Format version of the directory.
    pub format_version: u32,
    /// Version of the encoding of keys.
    pub key_encoding: u32,
    /// Version of the hash that routes keys to tasks.
    pub routing: u32,
    /// Version of the deltas in the log.
    pub delta: u32,
}

/// A depot.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DepotReport {
    /// Its name, without the `*`.
    pub name: String,
    /// The shape of its records, see `rama_paths::shape_of`.
    pub shape: String,
    /// How records find their partition.
    pub partitioning: String,
    /// By partition.
    pub partitions: Vec<DepotPartitionReport>,
}

/// A partition of a depot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DepotPartitionReport {
    /// Offset of the first record.
    pub start: u64,
    /// Offset of the next record, as of the end of the log.
    pub end: u64,
    /// Offset of the next record as of the last checkpoint: those before are in segments, or in files of the log that are kept.
    pub checkpointed: u64,
    /// Append time of the last record, in milliseconds since 1970; `None` if there was none.
    pub last_append_unix_millis: Option<u64>,
    /// Number of segment files.
    pub segments: u64,
    /// Bytes of the segment files.
    pub segment_bytes: u64,
    /// Bytes of those blocks that are entries of the log, whose segments are kept for them.
    pub log_block_bytes: u64,
    /// Number of blocks that the index has.
    pub blocks: u64,
    /// Bytes of these blocks; the rest of the files is headers, and what an unfinished checkpoint left.
    pub block_bytes: u64,
}

/// A microbatch topology, as of the end of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TopologyReport {
    /// Its name.
    pub name: String,
    /// Last committed microbatch; zero before the first.
    pub committed: u64,
    /// The microbatch that was planned and not committed; the next launch processes it again.
    pub undecided: Option<UndecidedMicrobatch>,
    /// By source, in the order of the manifest.
    pub sources: Vec<SourceReport>,
}

impl TopologyReport {
    /// Records that are in its depots and not yet in a committed microbatch.
    pub fn waiting(&self) -> u64 {
        let partitions = self.sources.iter().flat_map(|source| &source.partitions);
        partitions.map(|partition| partition.waiting).sum()
    }
}

/// A microbatch that was planned and not committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UndecidedMicrobatch {
    /// Its id.
    pub microbatch: u64,
    /// Number of the last attempt.
    pub attempt: u32,
    /// Records that it covers.
    pub records: u64,
}

/// A source of a topology.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SourceReport {
    /// Name of the depot.
    pub depot: String,
    /// By partition of the depot.
    pub partitions: Vec<SourcePartitionReport>,
}

/// How far a topology is in a partition of a depot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SourcePartitionReport {
    /// Offset of the first record that is not in a committed microbatch.
    pub position: u64,
    /// Records from there on.
    pub waiting: u64,
}

/// A PState.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PStateReport {
    /// Its name, without the `$$`.
    pub name: String,
    /// Its schema as text, see `rama_paths::schema_shape_of`.
    pub shape: String,
    /// Name of the topology that owns it.
    pub owner: String,
    /// How its keys are spread over the tasks: `hash`, `global` or `key_partitioner(function)`.
    pub placement: String,
    /// The places of the schema that have rows as of the last checkpoint.
    pub nodes: Vec<NodeReport>,
    /// Rows put or removed and structures dropped by microbatches that were committed behind the last
    /// checkpoint. One row may count many times.
    pub changes_in_log: u64,
}

impl PStateReport {
    /// Rows of all nodes and partitions, as of the last checkpoint.
    pub fn rows(&self) -> u64 {
        self.nodes.iter().map(NodeReport::rows).sum()
    }

    /// Bytes of keys and values of all nodes and partitions, as of the last checkpoint. What keys have in
    /// common with the key before counts once; their lengths count.
    pub fn stored_bytes(&self) -> u64 {
        self.nodes.iter().map(NodeReport::stored_bytes).sum()
    }

    /// Bytes that its rows take in the database's file, as of the last checkpoint.
    pub fn file_bytes(&self) -> u64 {
        self.nodes.iter().map(NodeReport::file_bytes).sum()
    }
}

/// A place of a schema where elements lie.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NodeReport {
    /// Its id, a hash of its place.
    pub id: u32,
    /// The path to its elements: `[K]` is a key of a map, `.f` a field; for instance `[i64].posts[u64]`.
    /// `None` if the schema has no such place.
    pub path: Option<String>,
    /// The partitions that have a table for it, by task.
    pub partitions: Vec<NodePartitionReport>,
}

impl NodeReport {
    /// Rows of all partitions.
    pub fn rows(&self) -> u64 {
        self.partitions.iter().map(|partition| partition.rows).sum()
    }

    /// Bytes of keys and values of all partitions. What keys have in common with the key before counts
    /// once; their lengths count.
    pub fn stored_bytes(&self) -> u64 {
        self.partitions.iter().map(|partition| partition.stored_bytes).sum()
    }

    /// Bytes that the rows of all partitions take in the database's file.
    pub fn file_bytes(&self) -> u64 {
        self.partitions.iter().map(NodePartitionReport::file_bytes).sum()
    }
}

/// The rows of one node on one task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct NodePartitionReport {
    /// The task.
    pub task: u32,
    /// Number of rows.
    pub rows: u64,
    /// Bytes of keys and values. What a key has in common with the key before counts once;
    /// their lengths count.
    pub stored_bytes: u64,
    /// Bytes of the tree around them.
    pub metadata_bytes: u64,
    /// Bytes of the tree's pages that nothing uses.
    pub fragmented_bytes: u64,
    /// Levels of the tree.
    pub height: u32,
}

impl NodePartitionReport {
    /// Bytes that the rows take in the database's file.
    pub fn file_bytes(&self) -> u64 {
        self.stored_bytes + self.metadata_bytes + self.fragmented_bytes
    }
}

/// The last checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CheckpointReport {
    /// It holds what the log says up to here.
    pub position: Position,
    /// Recovery needs the log from here on.
    pub replay_from: Position,
    /// When it was made, in milliseconds since 1970.
    pub unix_millis: u64,
}

/// The database of checkpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DatabaseReport {
    /// Length of its file in bytes.
    pub file_bytes: u64,
}

/// The write-ahead log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogReport {
    /// Where its oldest segment begins.
    pub start: Position,
    /// Its end, as far as it could be read.
    pub end: Position,
    /// Number of segment files.
    pub segments: u64,
    /// Bytes of the segment files, with what is written ahead of the entries.
    pub file_bytes: u64,
    /// Number of segment files that are kept for records of depots. The newest may be among
    /// [`LogReport::segments`], too: one file with two names.
    pub kept_segments: u64,
    /// Bytes of the kept segment files.
    pub kept_bytes: u64,
    /// Bytes behind the end that a crash left half written; the next launch cuts them off.
    pub torn_bytes: u64,
    /// Bytes of entries behind the last checkpoint.
    pub behind_checkpoint_bytes: u64,
    /// Entries behind the last checkpoint.
    pub behind_checkpoint: EntryCounts,
}

/// Entries of the log by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct EntryCounts {
    /// Records appended to depots.
    pub appends: u64,
    /// Attempts at microbatches that began.
    pub plans: u64,
    /// What attempts wrote, by task.
    pub prepares: u64,
    /// Microbatches that were committed.
    pub commits: u64,
}

impl EntryCounts {
    /// All entries.
    pub fn total(&self) -> u64 {
        self.appends + self.plans + self.prepares + self.commits
    }
}

/// Dropped structures whose rows wait to be removed from the database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DroppedStructures {
    /// How many there are.
    pub count: u64,
    /// Some of them.
    pub first: Vec<DroppedStructure>,
}

/// A dropped structure whose rows wait to be removed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DroppedStructure {
    /// Name of the PState.
    pub pstate: String,
    /// The task whose partition it was in.
    pub task: u32,
    /// The node of its rows.
    pub node: u32,
    /// Its id.
    pub structure: u64,
}
