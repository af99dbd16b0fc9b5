//! Opening, creating and reopening the database.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use redb::ReadableDatabase;

use super::backend::{Backend, DatabaseFile};
use super::error::{DatabaseError, Errors};
use super::snapshot::Snapshot;
use super::tables::{FORMAT, FORMAT_VERSION, VERSION};
use super::writer::CheckpointWriter;
use crate::disk::{Disk, OpenMode};

/// The file of the database.
pub(crate) const STATE: &str = "state.redb";
/// The same while it is being created. It never holds a checkpoint.
const STATE_NEW: &str = "state.redb.new";
/// A database that is being created needs next to no cache.
const CREATION_CACHE_BYTES: usize = 1 << 16;

/// The database of checkpoints, open for writing.
///
/// Dropping it closes the file, which writes and syncs. Snapshots and a writer that live longer may
/// fail from then on; they do not touch the file any more.
pub(crate) struct CheckpointDatabase {
    // Dropped in this order: closing still writes to the file.
    redb: redb::Database,
    file: Revoked,
    errors: Errors,
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    cache_bytes: usize,
}

/// Takes the file away when it is dropped.
struct Revoked(Arc<DatabaseFile>);

impl Drop for Revoked {
    fn drop(&mut self) {
        self.0.revoke();
    }
}

impl CheckpointDatabase {
    /// Opens the database in a directory, or creates it there, and hands back the metadata of the
    /// last checkpoint, if there was one. What it shows is durable.
    ///
    /// `cache_bytes` bounds the pages kept in memory, those being written included.
    ///
    /// # Errors
    ///
    /// When the disk fails, or when there is a file that is damaged or of another version. It is
    /// not replaced then.
    pub(crate) fn open(
        disk: &Arc<dyn Disk>,
        dir: &Path,
        cache_bytes: usize,
    ) -> Result<(Self, Option<Vec<u8>>), DatabaseError> {
        prepare(&**disk, dir)?;
        let path = dir.join(STATE);
        let file = disk
            .open(&path, OpenMode::Write)
            .map_err(|error| DatabaseError::io("open", &path, error))?;
        let file = Revoked(DatabaseFile::new(file));
        let errors = Errors::new(&path, Some(Arc::clone(&file.0)));
        let redb = open_redb(Backend(Arc::clone(&file.0)), cache_bytes, &errors)?;
        errors.check_space()?;
        let database = CheckpointDatabase {
            redb,
            file,
            errors,
            disk: Arc::clone(disk),
            dir: dir.to_owned(),
            cache_bytes,
        };
        let metadata = database.errors.guard(|| database.snapshot()?.metadata())??;
        Ok((database, metadata))
    }

    /// Opens the same file anew after an error, and hands back the metadata of the last checkpoint:
    /// a commit that failed may have happened all the same.
    ///
    /// From now on this handle and its writer can write no more. Its snapshots show their checkpoint
    /// until the new handle begins one; drop this handle before.
    ///
    /// # Errors
    ///
    /// As [`CheckpointDatabase::open`]; it may be tried again then. Opening writes over what is
    /// there and needs no more space, so on most file systems a full disk does not prevent it.
    pub(crate) fn reopen(&self) -> Result<(Self, Option<Vec<u8>>), DatabaseError> {
        self.file.0.revoke_writes();
        Self::open(&self.disk, &self.dir, self.cache_bytes)
    }

    /// Begins a checkpoint. There is one writer at a time; never waits for it.
    ///
    /// # Errors
    ///
    /// [`DatabaseError::Busy`] if there is a writer, or an error of the disk.
    pub(crate) fn begin(&self) -> Result<CheckpointWriter, DatabaseError> {
        self.errors.check_space()?;
        let transaction = self.redb.try_begin_write().map_err(self.errors.of("write"))?;
        CheckpointWriter::new(transaction, self.errors.clone())
    }

    /// The rows as of the last checkpoint. While it is held, later checkpoints cannot use the space
    /// of what they replace.
    ///
    /// # Errors
    ///
    /// When the storage cannot be read.
    pub(crate) fn snapshot(&self) -> Result<Arc<Snapshot>, DatabaseError> {
        self.errors.check_space()?;
        let transaction = self.redb.begin_read().map_err(self.errors.of("read"))?;
        Ok(Arc::new(Snapshot::new(transaction, self.errors.clone())))
    }

    /// Bytes written to the file since it was opened, by all checkpoints together.
    pub(crate) fn bytes_written(&self) -> u64 {
        self.file.0.bytes_written()
    }

    /// Syncs of the file since it was opened.
    #[cfg(test)]
    pub(crate) fn syncs(&self) -> u64 {
        self.file.0.syncs()
    }

    /// Length of the file in bytes.
    ///
    /// # Errors
    ///
    /// When the disk fails.
    #[cfg(test)]
    pub(crate) fn file_bytes(&self) -> Result<u64, DatabaseError> {
        self.file.0.len().map_err(|error| DatabaseError::io("read", self.errors.path(), error))
    }
}

/// Sees to it that the file is there and its name durable.
fn prepare(disk: &dyn Disk, dir: &Path) -> Result<(), DatabaseError> {
    let path = dir.join(STATE);
    let new = dir.join(STATE_NEW);
    let failed = |action, path| move |error: io::Error| DatabaseError::io(action, path, error);
    // The name without the suffix is only given to a file that is complete and synced.
    if disk.exists(&new).map_err(failed("read", &new))? {
        disk.remove_file(&new).map_err(failed("remove", &new))?;
    }
    if !disk.exists(&path).map_err(failed("read", &path))? {
        create(disk, &new)?;
        disk.rename(&new, &path).map_err(failed("rename", &new))?;
    }
    // Also if it was there: the process that renamed it may have been killed before its sync.
    disk.sync_dir(dir).map_err(failed("sync", dir))
}

/// Makes a database without a checkpoint, and makes it durable.
fn create(disk: &dyn Disk, path: &Path) -> Result<(), DatabaseError> {
    let file = disk
        .open(path, OpenMode::Create)
        .map_err(|error| DatabaseError::io("create", path, error))?;
    let file = Revoked(DatabaseFile::new(file));
    let errors = Errors::new(path, Some(Arc::clone(&file.0)));
    let redb = redb::Builder::new()
        .set_cache_size(CREATION_CACHE_BYTES)
        .create_with_backend(Backend(Arc::clone(&file.0)))
        .map_err(errors.of("create"))?;
    let transaction = redb.begin_write().map_err(errors.of("create"))?;
    {
        let mut format = transaction.open_table(FORMAT).map_err(errors.of("create"))?;
        format.insert(VERSION, FORMAT_VERSION).map_err(errors.of("create"))?;
    }
    transaction.commit().map_err(errors.of("create"))?;
    redb.close().map_err(errors.of("create"))?;
    errors.check_space()?;
    // The name that is given next says that all of it is durable.
    file.0.sync_all().map_err(|error| DatabaseError::io("sync", path, error))
}

/// Opens an existing database and checks its version.
pub(super) fn open_redb(
    backend: impl redb::StorageBackend,
    cache_bytes: usize,
    errors: &Errors,
) -> Result<redb::Database, DatabaseError> {
    // redb would make a new database of an empty file.
    let empty = backend.len().map_err(errors.of("open"))? == 0;
    if empty {
        return Err(errors.damaged("the file is empty"));
    }
    let redb = errors
        .guard(|| redb::Builder::new().set_cache_size(cache_bytes).create_with_backend(backend))?
        .map_err(errors.of("open"))?;
    match errors.guard(|| check_version(&redb, errors)).flatten() {
        Ok(()) => Ok(redb),
        Err(error) => {
            // Closing may panic over damage, too.
            let _ = errors.guard(|| drop(redb));
            Err(error)
        }
    }
}

fn check_version(redb: &redb::Database, errors: &Errors) -> Result<(), DatabaseError> {
    let transaction = redb.begin_read().map_err(errors.of("open"))?;
    let format = transaction.open_table(FORMAT).map_err(errors.of("open"))?;
    let found = format.get(VERSION).map_err(errors.of("open"))?.map(|version| version.value());
    match found {
        Some(FORMAT_VERSION) => Ok(()),
        Some(found) => Err(DatabaseError::Version {
            path: errors.path().to_owned(),
            found,
            known: FORMAT_VERSION,
        }),
        None => Err(errors.damaged("it has no format version")),
    }
}
