//! Looking at a database without changing it.

use std::path::Path;

use redb::ReadableDatabase;

use super::error::{DatabaseError, Errors};
use super::open::{STATE, open_redb};
use super::overlay::Overlay;
use super::snapshot::Snapshot;
use crate::disk::{Disk, OpenMode};

/// Pages kept in memory while looking.
const CACHE_BYTES: usize = 16 << 20;
const OPEN: &str = "the database is open until it is dropped";

/// The database of checkpoints of a directory that nobody has open, for looking at it.
///
/// The file is opened for reading only. What redb has to put in order after a crash is put in order
/// in memory.
pub(crate) struct Inspection {
    /// There until it is dropped.
    redb: Option<redb::Database>,
    errors: Errors,
    file_bytes: u64,
}

impl Drop for Inspection {
    fn drop(&mut self) {
        // redb writes when it is closed, here into memory, and may panic over damage then too.
        let redb = self.redb.take();
        let _ = self.errors.guard(|| drop(redb));
    }
}

impl Inspection {
    /// Opens the database of a directory. Must not be used beside a
    /// [`CheckpointDatabase`](super::CheckpointDatabase) of the same directory, whose writing it
    /// would see half done.
    ///
    /// # Errors
    ///
    /// When there is no file, or it cannot be read, is damaged or of another version.
    pub(crate) fn open(disk: &dyn Disk, dir: &Path) -> Result<Self, DatabaseError> {
        let path = dir.join(STATE);
        let (file_bytes, overlay) = disk
            .open(&path, OpenMode::Read)
            .and_then(|file| Ok((file.len()?, Overlay::new(file)?)))
            .map_err(|error| DatabaseError::io("open", &path, error))?;
        let errors = Errors::new(&path, None);
        let redb = open_redb(overlay, CACHE_BYTES, &errors)?;
        Ok(Inspection { redb: Some(redb), errors, file_bytes })
    }

    /// As [`Inspection::open`], if there is a file.
    pub(crate) fn find(disk: &dyn Disk, dir: &Path) -> Result<Option<Self>, DatabaseError> {
        let path = dir.join(STATE);
        match disk.exists(&path).map_err(|error| DatabaseError::io("read", &path, error))? {
            true => Self::open(disk, dir).map(Some),
            false => Ok(None),
        }
    }

    fn redb(&self) -> &redb::Database {
        self.redb.as_ref().expect(OPEN)
    }

    /// The last checkpoint.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub(crate) fn snapshot(&self) -> Result<Snapshot, DatabaseError> {
        let transaction = self.redb().begin_read().map_err(self.errors.of("read"))?;
        Ok(Snapshot::new(transaction, self.errors.clone()))
    }

    /// Length of the file in bytes.
    pub(crate) fn file_bytes(&self) -> u64 {
        self.file_bytes
    }

    /// Runs `read`, which uses a snapshot and may panic over a damaged file.
    pub(crate) fn guard<T>(
        &self,
        read: impl FnOnce() -> Result<T, DatabaseError>,
    ) -> Result<T, DatabaseError> {
        self.errors.guard(read)?
    }

    /// Reads everything, compares all checksums, and checks that rows are in order. Answers whether the account of free pages is
    /// right too; if it is not, no row is concerned.
    ///
    /// # Errors
    ///
    /// [`DatabaseError::Damaged`] if a checksum is wrong, [`DatabaseError::Busy`] while a snapshot
    /// is held, or an error of the disk.
    pub(crate) fn verify(&mut self) -> Result<bool, DatabaseError> {
        let Inspection { redb, errors, .. } = self;
        let redb = redb.as_mut().expect(OPEN);
        let free_pages_are_right =
            errors.guard(|| redb.check_integrity())?.map_err(errors.of("verify"))?;
        let snapshot = self.snapshot()?;
        for table in snapshot.row_tables()? {
            snapshot.stats(table)?;
        }
        Ok(free_pages_are_right)
    }
}
