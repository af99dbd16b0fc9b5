//! Writes the frozen rows of all partitions into a checkpoint, and removes those of dropped structures.

use std::panic::resume_unwind;
use std::sync::Arc;

use rama_paths::{AnyRows, Backing, FrozenChange, NodeInfo, StoreError};
use rama_paths::{structure_of_slot, structure_range};

use super::failure::Failure;
use crate::store::database::{
    CheckpointWriter, DatabaseError, Garbage, RowTable, RowsMut, Snapshot,
};

/// Rows of dropped structures removed with one checkpoint.
const GARBAGE_ROWS: usize = 20_000;

/// The committed rows of one partition.
pub(crate) struct PartitionRows {
    pub(crate) rows: Arc<dyn AnyRows>,
    pub(crate) nodes: Arc<Vec<NodeInfo>>,
}

/// The committed rows of all partitions of a module.
pub(crate) struct ModuleRows {
    /// Catalogue ids by PState index.
    pstate_ids: Vec<u32>,
    /// By PState index, then task.
    partitions: Vec<Vec<PartitionRows>>,
}

/// PState index and task of the partition that comes next.
pub(super) type Next = (usize, usize);

impl ModuleRows {
    pub(crate) fn new(pstate_ids: Vec<u32>, partitions: Vec<Vec<PartitionRows>>) -> ModuleRows {
        ModuleRows { pstate_ids, partitions }
    }

    pub(super) fn id(&self, pstate: u32) -> u32 {
        self.pstate_ids[pstate as usize]
    }

    /// Hands each partition its rows in a snapshot.
    pub(crate) fn each_backing(
        &self,
        snapshot: &Snapshot,
        f: impl Fn(&dyn AnyRows, Arc<dyn Backing>),
    ) -> Result<(), DatabaseError> {
        let pstates = self.pstate_ids.iter().zip(&self.partitions);
        for (pstate, partitions) in pstates {
            for (task, partition) in (0..).zip(partitions) {
                let nodes: Vec<u32> = partition.nodes.iter().map(|node| node.id).collect();
                f(&*partition.rows, snapshot.partition(*pstate, task, &nodes)?);
            }
        }
        Ok(())
    }

    /// Writes the frozen rows of the partition at `next`, and of the one behind it if there are two
    /// `writers`, each by a thread, and counts them. Says which partition comes then, if there is one.
    pub(super) fn write(
        &self,
        next: Next,
        writer: &CheckpointWriter,
        writers: usize,
        count: &mut u64,
    ) -> Result<Option<Next>, Failure> {
        let Some(first) = self.at_or_behind(next) else { return Ok(None) };
        let behind = (first.0, first.1 + 1);
        let second = self.at_or_behind(behind).filter(|_| writers > 1);
        let Some(second) = second else {
            let written = self.write_one(first, writer)?;
            *count += written.note(writer)?;
            return Ok(Some(behind));
        };
        let (first, rest) = std::thread::scope(|scope| {
            let name = std::thread::current().name().unwrap_or("checkpoints").to_owned();
            let rest = std::thread::Builder::new()
                .name(name + " 2")
                .spawn_scoped(scope, || self.write_one(second, writer));
            let first = self.write_one(first, writer);
            let rest = match rest {
                Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
                // No thread is to be had: one after the other.
                Err(_) => self.write_one(second, writer),
            };
            (first, rest)
        });
        // The table of dropped structures is for one thread at a time.
        for written in [first?, rest?] {
            *count += written.note(writer)?;
        }
        Ok(Some((second.0, second.1 + 1)))
    }

    /// The partition at `next`, or the first one behind it.
    fn at_or_behind(&self, next: Next) -> Option<Next> {
        let (pstate, task) = next;
        if task < self.partitions.get(pstate)?.len() {
            return Some(next);
        }
        let behind =
            (pstate + 1..self.partitions.len()).find(|at| !self.partitions[*at].is_empty());
        behind.map(|pstate| (pstate, 0))
    }

    /// Writes the frozen rows of a partition.
    fn write_one(&self, of: Next, writer: &CheckpointWriter) -> Result<Written, Failure> {
        let (pstate, task) = of;
        let partition = &self.partitions[pstate][task];
        let table = |node| RowTable { pstate: self.pstate_ids[pstate], task: task as u32, node };
        let mut sink =
            FrozenSink { writer, table: &table, open: None, dropped: Vec::new(), count: 0 };
        let mut failed = None;
        let written = partition.rows.write_frozen(&mut |change| {
            sink.take(change).map_err(|error| {
                failed = Some(error);
                StoreError::Sink
            })
        });
        match (failed, written) {
            (Some(error), _) => return Err(error.into()),
            (None, Err(error)) => return Err(Failure::Row(error)),
            (None, Ok(())) => {}
        }
        Ok(Written { count: sink.count, dropped: sink.finish()? })
    }

    /// Removes some rows of dropped structures, and remembers the structures nested in them.
    pub(super) fn collect_garbage(&self, writer: &CheckpointWriter) -> Result<(), Failure> {
        let mut left = GARBAGE_ROWS;
        while left > 0 {
            let Some(garbage) = writer.first_garbage()? else { return Ok(()) };
            let nested = self.nested_nodes(garbage.table());
            let (start, end) = structure_range(garbage.structure);
            let mut found = Vec::new();
            let mut rows = writer.rows(garbage.table())?;
            let removed = rows.drain_range(&start, &end, left, &mut |_, slot| {
                if !nested.is_empty() {
                    found.push(structure_of_slot(slot));
                }
            })?;
            rows.finish()?;
            for structure in found {
                let structure = structure.map_err(Failure::Row)?;
                for node in nested {
                    writer.put_garbage(Garbage { node: *node, structure, ..garbage })?;
                }
            }
            if removed < left {
                writer.remove_garbage(garbage)?;
            }
            // One without rows is work, too.
            left -= removed.max(1);
        }
        Ok(())
    }

    /// The nodes with the elements of structures whose handles lie in this table.
    fn nested_nodes(&self, table: RowTable) -> &[u32] {
        let pstate = self.pstate_ids.iter().position(|id| *id == table.pstate);
        let nodes = pstate.and_then(|pstate| self.partitions[pstate].first());
        nodes
            .and_then(|partition| partition.nodes.iter().find(|node| node.id == table.node))
            .map_or(&[], |node| &node.nested)
    }
}

/// What was written of one partition.
struct Written {
    /// Rows.
    count: u64,
    /// Structures whose rows are to be removed.
    dropped: Vec<Garbage>,
}

impl Written {
    /// Notes the dropped structures; the number of rows.
    fn note(self, writer: &CheckpointWriter) -> Result<u64, Failure> {
        for garbage in self.dropped {
            writer.put_garbage(garbage)?;
        }
        Ok(self.count)
    }
}

/// Takes the changes of one partition.
struct FrozenSink<'a> {
    writer: &'a CheckpointWriter,
    table: &'a dyn Fn(u32) -> RowTable,
    /// The table of the last change: changes come by node.
    open: Option<(u32, RowsMut<'a>)>,
    dropped: Vec<Garbage>,
    /// Rows that were written.
    count: u64,
}

impl<'a> FrozenSink<'a> {
    fn take(&mut self, change: FrozenChange<'_>) -> Result<(), DatabaseError> {
        match change {
            FrozenChange::Put { node, key, value } => {
                self.count += 1;
                self.rows(node)?.put(key, value)
            }
            FrozenChange::Remove { node, key } => {
                self.count += 1;
                self.rows(node)?.remove(key).map(|_| ())
            }
            FrozenChange::Drop { node, structure } => {
                self.dropped.push(Garbage::new((self.table)(node), structure));
                Ok(())
            }
        }
    }

    fn rows(&mut self, node: u32) -> Result<&mut RowsMut<'a>, DatabaseError> {
        if self.open.as_ref().is_none_or(|(open, _)| *open != node) {
            if let Some((_, other)) = self.open.take() {
                // First: a table is open once.
                other.finish()?;
            }
            self.open = Some((node, self.writer.rows((self.table)(node))?));
        }
        Ok(&mut self.open.as_mut().expect("it was opened if it was not open").1)
    }

    /// Writes what was changed; the structures that were dropped.
    fn finish(self) -> Result<Vec<Garbage>, DatabaseError> {
        if let Some((_, rows)) = self.open {
            rows.finish()?;
        }
        Ok(self.dropped)
    }
}
