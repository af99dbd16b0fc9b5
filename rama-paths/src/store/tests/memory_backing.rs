//! A checkpoint in memory, written as a checkpoint is.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use crate::StoreError;
use crate::store::{
    AnyRows, Backing, BackingError, FrozenChange, NodeInfo, structure_of_slot, structure_range,
};

/// Rows by node and row key.
#[derive(Debug, Clone, Default)]
pub(super) struct MemoryBacking {
    rows: BTreeMap<(u32, Vec<u8>), Vec<u8>>,
}

impl MemoryBacking {
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// These rows, with all that is frozen; fails at change number `fail_at`.
    pub(super) fn checkpoint(
        &self,
        frozen: &dyn AnyRows,
        nodes: &[NodeInfo],
        mut fail_at: usize,
    ) -> Result<MemoryBacking, StoreError> {
        let mut next = self.clone();
        let mut dropped = Vec::new();
        let mut last: Option<(u32, Vec<u8>)> = None;
        frozen.write_frozen(&mut |change| {
            if fail_at == 0 {
                return Err(StoreError::Sink);
            }
            fail_at -= 1;
            let mut in_order = |node: u32, key: &[u8]| {
                let row = (node, key.to_vec());
                let is_behind = last.as_ref().is_none_or(|last| last.0 != node || *last < row);
                assert!(is_behind, "rows come in order, each once");
                last = Some(row.clone());
                row
            };
            match change {
                FrozenChange::Put { node, key, value } => {
                    next.rows.insert(in_order(node, key), value.to_vec());
                }
                FrozenChange::Remove { node, key } => {
                    next.rows.remove(&in_order(node, key));
                }
                FrozenChange::Drop { node, structure } => dropped.push((node, structure)),
            }
            Ok(())
        })?;
        while let Some((node, structure)) = dropped.pop() {
            next.drop_structure(node, structure, nodes, &mut dropped);
        }
        Ok(next)
    }

    fn drop_structure(
        &mut self,
        node: u32,
        structure: u64,
        nodes: &[NodeInfo],
        dropped: &mut Vec<(u32, u64)>,
    ) {
        let (start, end) = structure_range(structure);
        let range = (node, start.to_vec())..(node, end.to_vec());
        let keys: Vec<_> = self.rows.range(range).map(|(key, _)| key.clone()).collect();
        let info = nodes.iter().find(|info| info.id == node).expect("the node is known");
        for key in keys {
            let slot = self.rows.remove(&key).expect("it was just there");
            for nested in &info.nested {
                let structure = structure_of_slot(&slot).expect("it is a handle");
                dropped.push((*nested, structure));
            }
        }
    }
}

impl Backing for MemoryBacking {
    fn get(&self, node: u32, key: &[u8], f: &mut dyn FnMut(&[u8])) -> Result<bool, BackingError> {
        let found = self.rows.get(&(node, key.to_vec()));
        Ok(found.map(|value| f(value)).is_some())
    }

    fn scan(
        &self,
        node: u32,
        start: &[u8],
        end: &[u8],
        f: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), BackingError> {
        let range = (node, start.to_vec())..(node, end.to_vec());
        let _ = self.rows.range(range).all(|((_, key), value)| f(key, value));
        Ok(())
    }
}

/// A backing that cannot be read.
#[derive(Debug)]
pub(super) struct BrokenBacking;

#[derive(Debug, thiserror::Error)]
#[error("broken")]
struct Broken;

impl Backing for BrokenBacking {
    fn get(&self, _: u32, _: &[u8], _: &mut dyn FnMut(&[u8])) -> Result<bool, BackingError> {
        Err(BackingError::new(Broken))
    }

    fn scan(
        &self,
        _: u32,
        _: &[u8],
        _: &[u8],
        _: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), BackingError> {
        Err(BackingError::new(Broken))
    }
}

/// A backing whose rows are no slots.
#[derive(Debug)]
pub(super) struct GarbledBacking(pub(super) Arc<MemoryBacking>);

impl Backing for GarbledBacking {
    fn get(&self, node: u32, key: &[u8], f: &mut dyn FnMut(&[u8])) -> Result<bool, BackingError> {
        self.0.get(node, key, &mut |_| f(&[]))
    }

    fn scan(
        &self,
        node: u32,
        start: &[u8],
        end: &[u8],
        f: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), BackingError> {
        self.0.scan(node, start, end, &mut |key, _| f(key, &[]))
    }
}

/// A backing that does something, once, behind the first read of a row of one node.
pub(super) struct InterruptedBacking {
    pub(super) rows: Arc<MemoryBacking>,
    pub(super) node: u32,
    pub(super) interruption: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl fmt::Debug for InterruptedBacking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InterruptedBacking").finish_non_exhaustive()
    }
}

impl Backing for InterruptedBacking {
    fn get(&self, node: u32, key: &[u8], f: &mut dyn FnMut(&[u8])) -> Result<bool, BackingError> {
        let found = self.rows.get(node, key, f);
        let take = || self.interruption.lock().ok()?.take();
        if let Some(interrupt) = (node == self.node).then(take).flatten() {
            interrupt();
        }
        found
    }

    fn scan(
        &self,
        node: u32,
        start: &[u8],
        end: &[u8],
        f: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), BackingError> {
        self.rows.scan(node, start, end, f)
    }
}
