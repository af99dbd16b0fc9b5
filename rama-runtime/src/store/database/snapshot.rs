//! Reading one checkpoint.

use std::sync::Arc;

use redb::{ReadTransaction, ReadableTableMetadata, TableError, TableHandle};

use super::error::{DatabaseError, Errors};
use super::leaves;
use super::partition::CheckpointedRows;
use super::tables::{
    self, BLOCKS, BytesTable, CHECKPOINT, GARBAGE, Garbage, METADATA, ReadOnlyRows, RowTable,
};

/// The database as of one checkpoint, whatever is written after it.
pub(crate) struct Snapshot {
    transaction: ReadTransaction,
    errors: Errors,
}

/// What a table of rows takes on disk, as of a checkpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RowTableStats {
    /// Number of rows.
    pub(crate) rows: u64,
    /// Bytes of leaves: of keys, without what they have in common with those before them, of values, and
    /// of their lengths.
    pub(crate) stored_bytes: u64,
    /// Bytes of the tree around them.
    pub(crate) metadata_bytes: u64,
    /// Bytes in the tree's pages that nothing uses.
    pub(crate) fragmented_bytes: u64,
    /// Levels of the tree.
    pub(crate) height: u32,
}

impl Snapshot {
    pub(super) fn new(transaction: ReadTransaction, errors: Errors) -> Self {
        Snapshot { transaction, errors }
    }

    /// The metadata record; `None` before the first checkpoint.
    pub(crate) fn metadata(&self) -> Result<Option<Vec<u8>>, DatabaseError> {
        let Some(table) = self.existing(self.transaction.open_table(CHECKPOINT))? else {
            return Ok(None);
        };
        let metadata = table.get(METADATA).map_err(self.errors.of("read"))?;
        Ok(metadata.map(|metadata| metadata.value().to_vec()))
    }

    /// The rows of some nodes of a partition. Other nodes, and those that never had a row, read as
    /// empty. It may be kept without the snapshot.
    pub(crate) fn partition(
        &self,
        pstate: u32,
        task: u32,
        nodes: &[u32],
    ) -> Result<Arc<CheckpointedRows>, DatabaseError> {
        let mut tables = Vec::with_capacity(nodes.len());
        for &node in nodes {
            if let Some(table) = self.rows(RowTable { pstate, task, node })? {
                tables.push((node, table));
            }
        }
        Ok(Arc::new(CheckpointedRows::new(tables, self.errors.clone())))
    }

    /// Number of rows in a table.
    #[cfg(test)]
    pub(crate) fn rows_in(&self, table: RowTable) -> Result<u64, DatabaseError> {
        match self.rows(table)? {
            Some(table) => Ok(leaves::count(&table, &self.errors)?.0),
            None => Ok(0),
        }
    }

    /// Number of leaves in a table.
    #[cfg(test)]
    pub(super) fn leaves_in(&self, table: RowTable) -> Result<u64, DatabaseError> {
        match self.rows(table)? {
            Some(table) => table.len().map_err(self.errors.of("read")),
            None => Ok(0),
        }
    }

    /// Names and bytes of the leaves of a table.
    #[cfg(test)]
    pub(super) fn raw_leaves(&self, table: RowTable) -> Result<super::tests::Rows, DatabaseError> {
        let mut raw = super::tests::Rows::new();
        if let Some(table) = self.rows(table)? {
            let mut take = |name: &[u8], leaf: &[u8]| {
                raw.insert(name.to_vec(), leaf.to_vec());
                true
            };
            tables::scan(&table, b"", &[0xff; 9], &mut take, &self.errors)?;
        }
        Ok(raw)
    }

    /// What a table takes on disk. Reads all of it, and checks that its rows are in order.
    pub(crate) fn stats(&self, table: RowTable) -> Result<RowTableStats, DatabaseError> {
        let Some(table) = self.rows(table)? else { return Ok(RowTableStats::default()) };
        let stats = table.stats().map_err(self.errors.of("read"))?;
        let (rows, stored_bytes) = leaves::count(&table, &self.errors)?;
        Ok(RowTableStats {
            rows,
            stored_bytes,
            metadata_bytes: (stats.stored_bytes() + stats.metadata_bytes())
                .saturating_sub(stored_bytes),
            fragmented_bytes: stats.fragmented_bytes(),
            height: stats.tree_height(),
        })
    }

    /// All tables of rows, in order. One may have become empty.
    pub(crate) fn row_tables(&self) -> Result<Vec<RowTable>, DatabaseError> {
        let names = self.transaction.list_tables().map_err(self.errors.of("read"))?;
        let mut tables: Vec<_> = names.filter_map(|table| RowTable::parse(table.name())).collect();
        tables.sort_unstable();
        Ok(tables)
    }

    /// The first structures whose rows are to be removed, in order of their fields, at most `max`.
    pub(crate) fn first_garbage(&self, max: usize) -> Result<Vec<Garbage>, DatabaseError> {
        match self.existing(self.transaction.open_table(GARBAGE))? {
            Some(table) => tables::first_garbage(&table, max, &self.errors),
            None => Ok(Vec::new()),
        }
    }

    /// Number of structures whose rows are to be removed.
    pub(crate) fn garbage_len(&self) -> Result<u64, DatabaseError> {
        match self.existing(self.transaction.open_table(GARBAGE))? {
            Some(table) => table.len().map_err(self.errors.of("read")),
            None => Ok(0),
        }
    }

    /// Hands the entries of the index of blocks from `start` on and before `end`, in order, to `f`
    /// until it answers `false`.
    pub(crate) fn blocks(
        &self,
        start: &[u8],
        end: &[u8],
        f: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), DatabaseError> {
        match self.existing(self.transaction.open_table(BLOCKS))? {
            Some(table) => tables::scan(&table, start, end, f, &self.errors),
            None => Ok(()),
        }
    }

    /// The last entry of the index of blocks from `start` on and before `end` goes to `f`.
    pub(crate) fn last_block(
        &self,
        start: &[u8],
        end: &[u8],
        f: &mut dyn FnMut(&[u8], &[u8]),
    ) -> Result<(), DatabaseError> {
        match self.existing(self.transaction.open_table(BLOCKS))? {
            Some(table) => tables::last(&table, start, end, f, &self.errors),
            None => Ok(()),
        }
    }

    fn rows(&self, table: RowTable) -> Result<Option<ReadOnlyRows>, DatabaseError> {
        self.existing(self.transaction.open_table(BytesTable::new(&table.name())))
    }

    /// A table is only made when it is first written to.
    fn existing<T>(&self, opened: Result<T, TableError>) -> Result<Option<T>, DatabaseError> {
        match opened {
            Ok(table) => Ok(Some(table)),
            Err(TableError::TableDoesNotExist(_)) => Ok(None),
            Err(error) => Err(self.errors.of("read")(error)),
        }
    }
}
