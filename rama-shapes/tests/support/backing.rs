//! A checkpoint in memory.

use std::collections::BTreeMap;

use rama::paths::{
    AnyPartition, Backing, BackingError, FrozenChange, NodeInfo, structure_of_slot, structure_range,
};

/// Rows by node and key.
#[derive(Clone, Default)]
pub struct Rows(BTreeMap<(u32, Vec<u8>), Vec<u8>>);

impl Rows {
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// These rows with everything that the partition has frozen; structures that were dropped are
    /// removed with what is nested in them.
    pub fn with_frozen(&self, partition: &dyn AnyPartition) -> Self {
        let (mut next, mut dropped, nodes) = (self.clone(), Vec::new(), partition.nodes());
        let written = partition.rows().write_frozen(&mut |change| {
            match change {
                FrozenChange::Put { node, key, value } => {
                    next.0.insert((node, key.to_vec()), value.to_vec());
                }
                FrozenChange::Remove { node, key } => {
                    next.0.remove(&(node, key.to_vec()));
                }
                FrozenChange::Drop { node, structure } => dropped.push((node, structure)),
            }
            Ok(())
        });
        written.unwrap();
        while let Some((node, structure)) = dropped.pop() {
            next.drop_structure(node, structure, &nodes, &mut dropped);
        }
        next
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
        let keys: Vec<_> = self.0.range(range).map(|(key, _)| key.clone()).collect();
        let info = nodes.iter().find(|info| info.id == node).unwrap();
        for key in keys {
            let slot = self.0.remove(&key).unwrap();
            let nested = info.nested.iter();
            dropped.extend(nested.map(|node| (*node, structure_of_slot(&slot).unwrap())));
        }
    }
}

impl Backing for Rows {
    fn get(&self, node: u32, key: &[u8], f: &mut dyn FnMut(&[u8])) -> Result<bool, BackingError> {
        Ok(self.0.get(&(node, key.to_vec())).map(|value| f(value)).is_some())
    }

    fn scan(
        &self,
        node: u32,
        start: &[u8],
        end: &[u8],
        f: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), BackingError> {
        let range = (node, start.to_vec())..(node, end.to_vec());
        let _ = self.0.range(range).all(|((_, key), value)| f(key, value));
        Ok(())
    }
}
