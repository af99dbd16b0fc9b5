//! A checkpoint being written.

use std::path::{Path, PathBuf};

use redb::{Database, Durability, ReadableTable, Table, TableDefinition, WriteTransaction};

use super::{BLOCKS, CHECKPOINT, DatabaseError, GARBAGE, META, RowTable};

/// A dropped structure whose rows are yet to be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Garbage {
    pub(crate) table: RowTable,
    pub(crate) structure: u64,
}

impl Garbage {
    fn encode(self) -> [u8; 20] {
        let mut key = [0; 20];
        key[..4].copy_from_slice(&self.table.pstate.to_be_bytes());
        key[4..8].copy_from_slice(&self.table.task.to_be_bytes());
        key[8..12].copy_from_slice(&self.table.node.to_be_bytes());
        key[12..].copy_from_slice(&self.structure.to_be_bytes());
        key
    }

    fn decode(key: &[u8]) -> Option<Garbage> {
        let (pstate, rest) = key.split_first_chunk()?;
        let (task, rest) = rest.split_first_chunk()?;
        let (node, rest) = rest.split_first_chunk()?;
        let table = RowTable {
            pstate: u32::from_be_bytes(*pstate),
            task: u32::from_be_bytes(*task),
            node: u32::from_be_bytes(*node),
        };
        Some(Garbage { table, structure: u64::from_be_bytes(rest.try_into().ok()?) })
    }
}

/// A checkpoint that is not committed yet; dropping it leaves the one before.
pub(crate) struct CheckpointWriter {
    transaction: WriteTransaction,
    path: PathBuf,
}

/// The rows of one node, to change.
pub(crate) struct RowsMut<'a> {
    rows: Table<'a, &'static [u8], &'static [u8]>,
    path: &'a Path,
}

impl RowsMut<'_> {
    pub(crate) fn put(&mut self, key: &[u8], value: &[u8]) -> Result<(), DatabaseError> {
        match self.rows.insert(key, value) {
            Ok(_) => Ok(()),
            Err(error) => Err(DatabaseError::from(error).in_file(self.path)),
        }
    }

    pub(crate) fn remove(&mut self, key: &[u8]) -> Result<(), DatabaseError> {
        match self.rows.remove(key) {
            Ok(_) => Ok(()),
            Err(error) => Err(DatabaseError::from(error).in_file(self.path)),
        }
    }

    /// Removes up to `max` rows from `start` on and before `end`, in order, and hands their values
    /// to `f`; says how many.
    pub(crate) fn drain(
        &mut self,
        start: &[u8],
        end: &[u8],
        max: usize,
        mut f: impl FnMut(&[u8]),
    ) -> Result<usize, DatabaseError> {
        let rows = &mut self.rows;
        let mut drain = || -> Result<usize, DatabaseError> {
            let mut keys = Vec::new();
            for row in rows.range(start..end)?.take(max) {
                let (key, value) = row?;
                f(value.value());
                keys.push(key.value().to_vec());
            }
            for key in &keys {
                rows.remove(&key[..])?;
            }
            Ok(keys.len())
        };
        drain().map_err(|error| error.in_file(self.path))
    }
}

impl CheckpointWriter {
    pub(super) fn begin(database: &Database, path: PathBuf) -> Result<Self, DatabaseError> {
        let begin = || -> Result<WriteTransaction, DatabaseError> {
            let mut transaction = database.begin_write()?;
            transaction.set_durability(Durability::Immediate)?;
            transaction.set_quick_repair(true);
            Ok(transaction)
        };
        match begin() {
            Ok(transaction) => Ok(CheckpointWriter { transaction, path }),
            Err(error) => Err(error.in_file(&path)),
        }
    }

    /// The rows of one node, which no other handle has open.
    pub(crate) fn rows(&self, table: RowTable) -> Result<RowsMut<'_>, DatabaseError> {
        let name = table.name();
        match self.transaction.open_table(TableDefinition::new(&name)) {
            Ok(rows) => Ok(RowsMut { rows, path: &self.path }),
            Err(error) => Err(DatabaseError::from(error).in_file(&self.path)),
        }
    }

    /// Remembers a dropped structure.
    pub(crate) fn add_garbage(&mut self, garbage: Garbage) -> Result<(), DatabaseError> {
        self.with(|transaction| {
            transaction.open_table(GARBAGE)?.insert(&garbage.encode()[..], ())?;
            Ok(())
        })
    }

    /// Forgets a dropped structure: it has no rows left.
    pub(crate) fn remove_garbage(&mut self, garbage: Garbage) -> Result<(), DatabaseError> {
        self.with(|transaction| {
            transaction.open_table(GARBAGE)?.remove(&garbage.encode()[..])?;
            Ok(())
        })
    }

    /// A dropped structure, if there is one.
    pub(crate) fn first_garbage(&mut self) -> Result<Option<Garbage>, DatabaseError> {
        let path = self.path.clone();
        self.with(|transaction| {
            let garbage = transaction.open_table(GARBAGE)?;
            let Some((key, _)) = garbage.first()? else { return Ok(None) };
            let damaged = DatabaseError::Damaged { path, what: "a dropped structure" };
            Garbage::decode(key.value()).map(Some).ok_or(damaged)
        })
    }

    /// Notes where a block of a depot is.
    pub(crate) fn put_block(&mut self, key: &[u8], value: &[u8]) -> Result<(), DatabaseError> {
        self.with(|transaction| {
            transaction.open_table(BLOCKS)?.insert(key, value)?;
            Ok(())
        })
    }

    /// Makes the checkpoint durable, with the record of what it is of.
    pub(crate) fn commit(mut self, checkpoint: &[u8]) -> Result<(), DatabaseError> {
        self.with(|transaction| {
            transaction.open_table(META)?.insert(CHECKPOINT, checkpoint)?;
            Ok(())
        })?;
        let CheckpointWriter { transaction, path } = self;
        transaction.commit().map_err(|error| DatabaseError::from(error).in_file(&path))
    }

    fn with<R>(
        &mut self,
        f: impl FnOnce(&WriteTransaction) -> Result<R, DatabaseError>,
    ) -> Result<R, DatabaseError> {
        f(&self.transaction).map_err(|error| error.in_file(&self.path))
    }
}
