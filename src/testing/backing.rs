//! A checkpoint in memory.

use std::collections::BTreeMap;

use rama_paths::{
    AnyRows, Backing, BackingError, FrozenChange, NodeInfo, StoreError, structure_of_slot,
    structure_range,
};

/// Rows by node and row key.
#[derive(Clone, Debug, Default)]
pub(super) struct MemoryBacking {
    rows: BTreeMap<(u32, Vec<u8>), Vec<u8>>,
}

impl MemoryBacking {
    /// These rows with all that is frozen.
    pub(super) fn with(
        &self,
        frozen: &dyn AnyRows,
        nodes: &[NodeInfo],
    ) -> Result<MemoryBacking, StoreError> {
        let mut next = self.clone();
        let mut dropped = Vec::new();
        frozen.write_frozen(&mut |change| {
            match change {
                FrozenChange::Put { node, key, value } => {
                    next.rows.insert((node, key.to_vec()), value.to_vec());
                }
                FrozenChange::Remove { node, key } => {
                    next.rows.remove(&(node, key.to_vec()));
                }
                FrozenChange::Drop { node, structure } => dropped.push((node, structure)),
            }
            Ok(())
        })?;
        while let Some((node, structure)) = dropped.pop() {
            next.drop_structure(node, structure, nodes, &mut dropped)?;
        }
        Ok(next)
    }

    /// Removes the rows of a structure, and says which structures are nested in it.
    fn drop_structure(
        &mut self,
        node: u32,
        structure: u64,
        nodes: &[NodeInfo],
        dropped: &mut Vec<(u32, u64)>,
    ) -> Result<(), StoreError> {
        let info =
            nodes.iter().find(|info| info.id == node).ok_or(StoreError::UnknownNode { node })?;
        let (start, end) = structure_range(structure);
        let range = (node, start.to_vec())..(node, end.to_vec());
        let keys: Vec<_> = self.rows.range(range).map(|(key, _)| key.clone()).collect();
        for slot in keys.iter().filter_map(|key| self.rows.remove(key)) {
            for nested in &info.nested {
                dropped.push((*nested, structure_of_slot(&slot)?));
            }
        }
        Ok(())
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
