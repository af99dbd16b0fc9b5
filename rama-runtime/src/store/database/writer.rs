//! Writing a checkpoint.

use std::sync::atomic::{AtomicUsize, Ordering};

use redb::{Durability, WriteTransaction};

use super::error::{DatabaseError, Errors};
use super::rows_mut::RowsMut;
use super::tables::{self, BLOCKS, BytesTable, CHECKPOINT, GARBAGE, Garbage, METADATA, RowTable};

/// A checkpoint that is being written. Nothing of it is seen before [`CheckpointWriter::commit`];
/// dropping it undoes everything.
///
/// After an error of the disk only dropping it is of use, and then
/// [`CheckpointDatabase::reopen`](super::CheckpointDatabase::reopen).
pub(crate) struct CheckpointWriter {
    transaction: WriteTransaction,
    errors: Errors,
    /// Tables whose changes are not written yet.
    unfinished: AtomicUsize,
}

impl CheckpointWriter {
    pub(super) fn new(
        mut transaction: WriteTransaction,
        errors: Errors,
    ) -> Result<Self, DatabaseError> {
        transaction.set_durability(Durability::Immediate).map_err(errors.of("write"))?;
        // The new state is durable before the switch to it is written, so a torn commit never
        // needs to be found out by checksums, and opening after a crash reads next to nothing.
        transaction.set_two_phase_commit(true);
        transaction.set_quick_repair(true);
        Ok(CheckpointWriter { transaction, errors, unfinished: AtomicUsize::new(0) })
    }

    /// Opens one table for changes. The table is made if it is not there. Several threads may change
    /// a table each.
    ///
    /// # Errors
    ///
    /// When it cannot be opened, or is open already.
    pub(crate) fn rows(&self, table: RowTable) -> Result<RowsMut<'_>, DatabaseError> {
        self.errors.check_space()?;
        let name = table.name();
        let table =
            self.transaction.open_table(BytesTable::new(&name)).map_err(self.errors.of("write"))?;
        Ok(RowsMut::new(table, &self.errors, &self.unfinished))
    }

    /// Sets the bytes of a leaf, whatever they are.
    #[cfg(test)]
    pub(super) fn put_raw(
        &self,
        table: RowTable,
        name: &[u8],
        leaf: &[u8],
    ) -> Result<(), DatabaseError> {
        let table_name = table.name();
        let table = self.transaction.open_table(BytesTable::new(&table_name));
        table
            .map_err(self.errors.of("write"))?
            .insert(name, leaf)
            .map_err(self.errors.of("write"))?;
        Ok(())
    }

    /// Notes a structure whose rows are to be removed.
    pub(crate) fn put_garbage(&self, garbage: Garbage) -> Result<(), DatabaseError> {
        let mut table = self.transaction.open_table(GARBAGE).map_err(self.errors.of("write"))?;
        table.insert(&garbage.key(), ()).map_err(self.errors.of("write"))?;
        Ok(())
    }

    /// Forgets a structure, as its rows are removed.
    pub(crate) fn remove_garbage(&self, garbage: Garbage) -> Result<(), DatabaseError> {
        let mut table = self.transaction.open_table(GARBAGE).map_err(self.errors.of("write"))?;
        table.remove(&garbage.key()).map_err(self.errors.of("write"))?;
        Ok(())
    }

    /// The first structure to be removed, in order of their fields.
    pub(crate) fn first_garbage(&self) -> Result<Option<Garbage>, DatabaseError> {
        let table = self.transaction.open_table(GARBAGE).map_err(self.errors.of("read"))?;
        Ok(tables::first_garbage(&table, 1, &self.errors)?.pop())
    }

    /// Sets entries of the index of blocks, by key and value. Opening their table costs more than one
    /// of them.
    pub(crate) fn put_blocks<K: AsRef<[u8]>, V: AsRef<[u8]>>(
        &self,
        blocks: impl IntoIterator<Item = (K, V)>,
    ) -> Result<(), DatabaseError> {
        let mut table = self.transaction.open_table(BLOCKS).map_err(self.errors.of("write"))?;
        for (key, value) in blocks {
            table.insert(key.as_ref(), value.as_ref()).map_err(self.errors.of("write"))?;
        }
        Ok(())
    }

    /// Makes the checkpoint durable, with its metadata record, and from now on what snapshots show.
    /// Blocks for as long as writing and syncing take.
    ///
    /// # Errors
    ///
    /// When the disk fails or is full. Whether the checkpoint is there is then known when the
    /// database was opened anew. When some [`RowsMut`] was not finished: the checkpoint would lack its
    /// changes, and is not there.
    pub(crate) fn commit(self, metadata: &[u8]) -> Result<(), DatabaseError> {
        if self.unfinished.load(Ordering::SeqCst) > 0 {
            return Err(self.errors.failed("commit", "changed rows were not finished"));
        }
        self.errors.check_space()?;
        {
            let mut table =
                self.transaction.open_table(CHECKPOINT).map_err(self.errors.of("write"))?;
            table.insert(METADATA, metadata).map_err(self.errors.of("write"))?;
        }
        let CheckpointWriter { transaction, errors, .. } = self;
        errors.guard(|| transaction.commit())?.map_err(errors.of("commit"))?;
        errors.check_space()
    }
}
