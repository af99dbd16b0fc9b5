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

/// The database of checkpoints of a directory that nobody has open, for looking at it.
///
/// The file is opened for reading only. What redb has to put in order after a crash is put in order
/// in memory.
pub(crate) struct Inspection {
    redb: redb::Database,
    errors: Errors,
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
        let overlay = disk
            .open(&path, OpenMode::Read)
            .and_then(Overlay::new)
            .map_err(|error| DatabaseError::io("open", &path, error))?;
        let errors = Errors::new(&path, None);
        let redb = open_redb(overlay, CACHE_BYTES, &errors)?;
        Ok(Inspection { redb, errors })
    }

    /// As [`Inspection::open`], if there is a file.
    pub(crate) fn find(disk: &dyn Disk, dir: &Path) -> Result<Option<Self>, DatabaseError> {
        let path = dir.join(STATE);
        match disk.exists(&path).map_err(|error| DatabaseError::io("read", &path, error))? {
            true => Self::open(disk, dir).map(Some),
            false => Ok(None),
        }
    }

    /// The last checkpoint.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub(crate) fn snapshot(&self) -> Result<Snapshot, DatabaseError> {
        let transaction = self.redb.begin_read().map_err(self.errors.of("read"))?;
        Ok(Snapshot::new(transaction, self.errors.clone()))
    }

    /// Reads everything and compares all checksums. Answers whether the account of free pages is
    /// right too; if it is not, no row is concerned.
    ///
    /// # Errors
    ///
    /// [`DatabaseError::Damaged`] if a checksum is wrong, [`DatabaseError::Busy`] while a snapshot
    /// is held, or an error of the disk.
    pub(crate) fn verify(&mut self) -> Result<bool, DatabaseError> {
        self.redb.check_integrity().map_err(self.errors.of("verify"))
    }
}
