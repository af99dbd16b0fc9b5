//! A checkpoint, to read.

use std::path::PathBuf;
use std::sync::Arc;

use rama_paths::{Backing, BackingError};
use redb::{
    ReadOnlyTable, ReadTransaction, ReadableTable, ReadableTableMetadata, TableDefinition,
    TableError, TableHandle,
};

use super::{BLOCKS, CHECKPOINT, DatabaseError, FORMAT, FORMAT_VERSION, GARBAGE, META, RowTable};

/// One checkpoint. It shows the same however many come after it.
pub(crate) struct Snapshot {
    transaction: ReadTransaction,
    blocks: Option<ReadOnlyTable<&'static [u8], &'static [u8]>>,
    path: PathBuf,
}

/// Size of a table, for people.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TableSize {
    pub(crate) table: RowTable,
    pub(crate) rows: u64,
    /// Bytes of keys and values.
    pub(crate) bytes: u64,
}

impl Snapshot {
    pub(super) fn new(transaction: ReadTransaction, path: PathBuf) -> Self {
        // A snapshot without blocks reads as one with none; an error shows itself in the next read.
        let blocks = transaction.open_table(BLOCKS).ok();
        Snapshot { transaction, blocks, path }
    }

    pub(super) fn check_format(&self) -> Result<(), DatabaseError> {
        let found = self.with(|transaction| {
            let meta = transaction.open_table(META)?;
            Ok(meta.get(FORMAT)?.map(|found| found.value().to_vec()))
        })?;
        let damaged = DatabaseError::Damaged { path: self.path.clone(), what: "its format" };
        let found = found.and_then(|found| found.try_into().ok()).ok_or(damaged)?;
        match u64::from_le_bytes(found) {
            FORMAT_VERSION => Ok(()),
            found => {
                let path = self.path.clone();
                Err(DatabaseError::Version { path, found, known: FORMAT_VERSION })
            }
        }
    }

    /// The record of what the checkpoint is of; none if there was no checkpoint yet.
    pub(crate) fn checkpoint(&self) -> Result<Option<Vec<u8>>, DatabaseError> {
        self.with(|transaction| {
            let meta = transaction.open_table(META)?;
            Ok(meta.get(CHECKPOINT)?.map(|record| record.value().to_vec()))
        })
    }

    /// The rows of one partition, in these nodes.
    pub(crate) fn partition(
        &self,
        pstate: u32,
        task: u32,
        nodes: impl IntoIterator<Item = u32>,
    ) -> Result<Arc<dyn Backing>, DatabaseError> {
        let mut tables = Vec::new();
        for node in nodes {
            let name = RowTable { pstate, task, node }.name();
            match self.transaction.open_table(TableDefinition::new(&name)) {
                Ok(table) => tables.push((node, table)),
                Err(TableError::TableDoesNotExist(_)) => {}
                Err(error) => return Err(DatabaseError::from(error).in_file(&self.path)),
            }
        }
        Ok(Arc::new(PartitionRows { tables }))
    }

    /// Hands the index entries of depot blocks from `start` on and before `end` to `f`, in order (or
    /// from the last one back, if `backwards`), until it answers `false`.
    pub(crate) fn blocks(
        &self,
        start: &[u8],
        end: &[u8],
        backwards: bool,
        f: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), DatabaseError> {
        self.with(|_| {
            let Some(blocks) = &self.blocks else { return Ok(()) };
            let mut range = blocks.range(start..end)?;
            while let Some(block) = if backwards { range.next_back() } else { range.next() } {
                let (key, value) = block?;
                if !f(key.value(), value.value()) {
                    break;
                }
            }
            Ok(())
        })
    }

    /// The number of dropped structures that still have rows.
    pub(crate) fn garbage(&self) -> Result<u64, DatabaseError> {
        self.with(|transaction| Ok(transaction.open_table(GARBAGE)?.len()?))
    }

    /// All tables of rows.
    pub(crate) fn row_tables(&self) -> Result<Vec<TableSize>, DatabaseError> {
        self.with(|transaction| {
            let mut sizes = Vec::new();
            for handle in transaction.list_tables()? {
                let Some(table) = RowTable::parse(handle.name()) else { continue };
                let rows =
                    transaction.open_table(TableDefinition::<&[u8], &[u8]>::new(handle.name()))?;
                let bytes = rows.stats()?.stored_bytes();
                sizes.push(TableSize { table, rows: rows.len()?, bytes });
            }
            Ok(sizes)
        })
    }

    fn with<R>(
        &self,
        f: impl FnOnce(&ReadTransaction) -> Result<R, DatabaseError>,
    ) -> Result<R, DatabaseError> {
        f(&self.transaction).map_err(|error| error.in_file(&self.path))
    }
}

/// The rows of one partition.
struct PartitionRows {
    /// A schema has few nodes.
    tables: Vec<(u32, ReadOnlyTable<&'static [u8], &'static [u8]>)>,
}

impl PartitionRows {
    #[inline]
    fn table(&self, node: u32) -> Option<&ReadOnlyTable<&'static [u8], &'static [u8]>> {
        self.tables.iter().find(|(id, _)| *id == node).map(|(_, table)| table)
    }
}

impl Backing for PartitionRows {
    fn get(&self, node: u32, key: &[u8], f: &mut dyn FnMut(&[u8])) -> Result<bool, BackingError> {
        let Some(table) = self.table(node) else { return Ok(false) };
        match table.get(key).map_err(BackingError::new)? {
            Some(value) => {
                f(value.value());
                Ok(true)
            }
            None => Ok(false),
        }
    }

    fn scan(
        &self,
        node: u32,
        start: &[u8],
        end: &[u8],
        f: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), BackingError> {
        let Some(table) = self.table(node) else { return Ok(()) };
        for row in table.range(start..end).map_err(BackingError::new)? {
            let (key, value) = row.map_err(BackingError::new)?;
            if !f(key.value(), value.value()) {
                break;
            }
        }
        Ok(())
    }
}
