//! What the database of checkpoints says.

use std::collections::BTreeMap;
use std::path::Path;

use super::Problem;
use super::directory::Directory;
use super::node_paths::node_paths;
use super::report::{
    CheckpointReport, DroppedStructure, DroppedStructures, NodePartitionReport, NodeReport,
};
use crate::depot::segment::{BlockRef, Place};
use crate::store::checkpoint::CheckpointRecord;
use crate::store::database::{DatabaseError, Inspection, STATE, Snapshot};

/// Dropped structures that are named.
const NAMED: usize = 10;
/// Behind all keys of the index of blocks.
const INDEX_END: [u8; BlockRef::KEY + 1] = [0xff; BlockRef::KEY + 1];

/// What checkpoints have of one partition.
#[derive(Clone, Copy, Default)]
pub(super) struct Indexed {
    pub(super) start: u64,
    pub(super) blocks: u64,
    pub(super) bytes: u64,
    /// Those of them that are entries of the log.
    pub(super) log_bytes: u64,
}

/// What the database of a directory holds.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) file_bytes: Option<u64>,
    pub(super) record: Option<CheckpointRecord>,
    /// By PState.
    pub(super) nodes: BTreeMap<u32, Vec<NodeReport>>,
    /// By depot and partition.
    pub(super) indexed: BTreeMap<(u32, u32), Indexed>,
    pub(super) dropped: DroppedStructures,
}

impl Contents {
    /// Reads what can be read.
    pub(super) fn read(directory: &Directory<'_>, problems: &mut Vec<Problem>) -> Contents {
        let mut contents = Contents::default();
        if let Err(error) = contents.fill(directory, problems) {
            problems.push(error.into());
        }
        contents
    }

    fn fill(
        &mut self,
        directory: &Directory<'_>,
        problems: &mut Vec<Problem>,
    ) -> Result<(), DatabaseError> {
        let Some(inspection) = Inspection::find(directory.disk, directory.dir)? else {
            return Ok(());
        };
        self.file_bytes = Some(inspection.file_bytes());
        inspection.guard(|| {
            let snapshot = inspection.snapshot()?;
            self.record = CheckpointRecord::read(&snapshot, directory.dir)?;
            self.indexed = indexed(&snapshot, directory.dir, problems)?;
            self.dropped = dropped(&snapshot, directory)?;
            self.nodes = nodes(&snapshot, directory)?;
            Ok(())
        })
    }

    pub(super) fn checkpoint(&self) -> Option<CheckpointReport> {
        self.record.as_ref().map(|record| CheckpointReport {
            position: record.position,
            replay_from: record.replay_from,
            unix_millis: record.unix_millis,
        })
    }
}

fn indexed(
    snapshot: &Snapshot,
    dir: &Path,
    problems: &mut Vec<Problem>,
) -> Result<BTreeMap<(u32, u32), Indexed>, DatabaseError> {
    let mut indexed = BTreeMap::new();
    each_block(snapshot, &[], dir, problems, &mut |block| {
        let first = Indexed { start: block.first_offset, ..Indexed::default() };
        let partition = indexed.entry((block.depot, block.partition)).or_insert(first);
        partition.blocks += 1;
        partition.bytes += u64::from(block.bytes);
        if let Place::Log { .. } = block.place {
            partition.log_bytes += u64::from(block.bytes);
        }
        true
    })?;
    Ok(indexed)
}

/// Hands the entries of the index from a key on, in order, to `f` until it answers `false`.
pub(super) fn each_block(
    snapshot: &Snapshot,
    from: &[u8],
    dir: &Path,
    problems: &mut Vec<Problem>,
    f: &mut dyn FnMut(BlockRef) -> bool,
) -> Result<(), DatabaseError> {
    snapshot.blocks(from, &INDEX_END, &mut |key, value| match BlockRef::decode(key, value) {
        Some(block) => f(block),
        None => {
            problems.push(Problem::IndexEntry { path: dir.join(STATE) });
            true
        }
    })
}

fn dropped(
    snapshot: &Snapshot,
    directory: &Directory<'_>,
) -> Result<DroppedStructures, DatabaseError> {
    let first = snapshot.first_garbage(NAMED)?.into_iter().map(|garbage| DroppedStructure {
        pstate: directory.pstate_name(garbage.pstate),
        task: garbage.task,
        node: garbage.node,
        structure: garbage.structure,
    });
    Ok(DroppedStructures { count: snapshot.garbage_len()?, first: first.collect() })
}

fn nodes(
    snapshot: &Snapshot,
    directory: &Directory<'_>,
) -> Result<BTreeMap<u32, Vec<NodeReport>>, DatabaseError> {
    let mut nodes: BTreeMap<u32, Vec<NodeReport>> = BTreeMap::new();
    for table in snapshot.row_tables()? {
        let stats = snapshot.stats(table)?;
        let of_pstate = nodes.entry(table.pstate).or_default();
        let known = of_pstate.iter().position(|node| node.id == table.node);
        let node = known.unwrap_or_else(|| {
            of_pstate.push(NodeReport { id: table.node, path: None, partitions: Vec::new() });
            of_pstate.len() - 1
        });
        of_pstate[node].partitions.push(NodePartitionReport {
            task: table.task,
            rows: stats.rows,
            stored_bytes: stats.stored_bytes,
            metadata_bytes: stats.metadata_bytes,
            fragmented_bytes: stats.fragmented_bytes,
            height: stats.height,
        });
    }
    for (pstate, nodes) in &mut nodes {
        let Some(row) = directory.manifest.pstates.get(*pstate as usize) else { continue };
        let paths = node_paths(&row.shape);
        let place = |id| paths.iter().position(|(node, _)| *node == id);
        nodes.sort_by_key(|node| (place(node.id).unwrap_or(usize::MAX), node.id));
        for node in nodes {
            node.path = place(node.id).map(|place| paths[place].1.clone());
        }
    }
    Ok(nodes)
}
