//! The checkpointed rows of one partition.

use rama_paths::{Backing, BackingError};

use super::error::{DatabaseError, Errors};
use super::leaves;
use super::tables::ReadOnlyRows;

/// The rows of one partition as of one checkpoint, with the table of each node held open.
///
/// Keeps that checkpoint's pages from being used again for as long as it is held.
pub(crate) struct CheckpointedRows {
    /// Sorted by node.
    tables: Vec<(u32, ReadOnlyRows)>,
    errors: Errors,
}

impl CheckpointedRows {
    pub(super) fn new(mut tables: Vec<(u32, ReadOnlyRows)>, errors: Errors) -> Self {
        tables.sort_unstable_by_key(|(node, _)| *node);
        CheckpointedRows { tables, errors }
    }

    fn table(&self, node: u32) -> Option<&ReadOnlyRows> {
        let index = self.tables.binary_search_by_key(&node, |(node, _)| *node).ok()?;
        Some(&self.tables[index].1)
    }

    fn read(&self, node: u32, key: &[u8], f: &mut dyn FnMut(&[u8])) -> Result<bool, DatabaseError> {
        let Some(table) = self.table(node) else { return Ok(false) };
        leaves::get(table, key, f, &self.errors)
    }
}

impl Backing for CheckpointedRows {
    fn get(&self, node: u32, key: &[u8], f: &mut dyn FnMut(&[u8])) -> Result<bool, BackingError> {
        self.read(node, key, f).map_err(BackingError::new)
    }

    fn scan(
        &self,
        node: u32,
        start: &[u8],
        end: &[u8],
        f: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), BackingError> {
        match self.table(node) {
            Some(table) => {
                leaves::scan(table, start, end, f, &self.errors).map_err(BackingError::new)
            }
            None => Ok(()),
        }
    }

    fn scan_back(
        &self,
        node: u32,
        start: &[u8],
        end: &[u8],
        f: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), BackingError> {
        match self.table(node) {
            Some(table) => {
                leaves::scan_back(table, start, end, f, &self.errors).map_err(BackingError::new)
            }
            None => Ok(()),
        }
    }
}
