//! The database of checkpoints: one redb file for all partitions of a process.
//!
//! A checkpoint is one transaction: changed rows, the index of depot blocks, dropped structures that
//! are yet to be cleared away, and a record that says what the checkpoint is of. Readers use
//! snapshots of the last one. The file lies on a [`Disk`](crate::disk::Disk), as everything durable
//! does.
//!
//! | table | key | value |
//! |---|---|---|
//! | `rows/{pstate}/{task}/{node}` | structure id and element key | slot in postcard |
//! | `garbage` | PState, task, node, structure | nothing |
//! | `blocks` | depot, partition, first offset | where the block is |
//! | `meta` | `format`, `checkpoint` | format version, record of the checkpoint |

mod backend;
mod error;
mod snapshot;
#[cfg(test)]
mod tests;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use redb::{Builder, Database, ReadableDatabase, TableDefinition};

use crate::disk::{Disk, OpenMode};
use backend::{DiskBackend, Switch};
pub use error::DatabaseError;
pub(crate) use snapshot::Snapshot;
pub(crate) use writer::{CheckpointWriter, Garbage, RowsMut};

/// The file's name in the data directory.
pub(crate) const FILE: &str = "state.redb";
const NEW_FILE: &str = "state.redb.new";
const FORMAT_VERSION: u64 = 1;

type Bytes = &'static [u8];
const META: TableDefinition<'static, &'static str, Bytes> = TableDefinition::new("meta");
const GARBAGE: TableDefinition<'static, Bytes, ()> = TableDefinition::new("garbage");
const BLOCKS: TableDefinition<'static, Bytes, Bytes> = TableDefinition::new("blocks");
const FORMAT: &str = "format";
const CHECKPOINT: &str = "checkpoint";

/// The rows of one node of one partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RowTable {
    /// Catalogue id of the PState.
    pub(crate) pstate: u32,
    pub(crate) task: u32,
    pub(crate) node: u32,
}

impl RowTable {
    fn name(self) -> String {
        format!("rows/{}/{}/{:08x}", self.pstate, self.task, self.node)
    }

    fn parse(name: &str) -> Option<RowTable> {
        let mut parts = name.strip_prefix("rows/")?.split('/');
        let (pstate, task) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let node = u32::from_str_radix(parts.next()?, 16).ok()?;
        parts.next().is_none().then_some(RowTable { pstate, task, node })
    }
}

/// The open database.
pub(crate) struct CheckpointDatabase {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    cache_bytes: usize,
    database: Database,
    switch: Switch,
    written: Arc<AtomicU64>,
}

impl CheckpointDatabase {
    /// Opens the database in a data directory, or makes it. The caller holds the directory's lock.
    pub(crate) fn open(
        disk: &Arc<dyn Disk>,
        dir: &Path,
        cache_bytes: usize,
    ) -> Result<CheckpointDatabase, DatabaseError> {
        let (path, new) = (dir.join(FILE), dir.join(NEW_FILE));
        let io = |source| DatabaseError::Io { path: path.clone(), source };
        if !disk.exists(&path).map_err(io)? {
            create(disk, dir, &new).map_err(|error| error.in_file(&new))?;
            disk.rename(&new, &path).map_err(io)?;
            disk.sync_dir(dir).map_err(io)?;
        }
        Self::open_file(disk, dir, cache_bytes, Arc::default())
    }

    fn open_file(
        disk: &Arc<dyn Disk>,
        dir: &Path,
        cache_bytes: usize,
        written: Arc<AtomicU64>,
    ) -> Result<CheckpointDatabase, DatabaseError> {
        let path = dir.join(FILE);
        let file = disk
            .open(&path, OpenMode::Write)
            .map_err(|source| DatabaseError::Io { path: path.clone(), source })?;
        let switch = Switch::default();
        let backend = DiskBackend::new(file, switch.clone(), Arc::clone(&written));
        let database = open_backend(backend, cache_bytes).map_err(|error| error.in_file(&path))?;
        let opened = CheckpointDatabase {
            disk: Arc::clone(disk),
            dir: dir.to_owned(),
            cache_bytes,
            database,
            switch,
            written,
        };
        opened.snapshot()?.check_format()?;
        Ok(opened)
    }

    /// Begins a checkpoint. Only one may be under way.
    pub(crate) fn begin(&self) -> Result<CheckpointWriter, DatabaseError> {
        CheckpointWriter::begin(&self.database, self.path())
    }

    /// The last checkpoint.
    pub(crate) fn snapshot(&self) -> Result<Arc<Snapshot>, DatabaseError> {
        let transaction = self
            .database
            .begin_read()
            .map_err(|error| DatabaseError::from(error).in_file(&self.path()))?;
        Ok(Arc::new(Snapshot::new(transaction, self.path())))
    }

    /// Opens the file again after a write or sync has failed, which the database does not survive.
    /// Snapshots of before may fail from now on.
    pub(crate) fn reopen(self) -> Result<CheckpointDatabase, (CheckpointDatabase, DatabaseError)> {
        self.switch.off();
        match Self::open_file(&self.disk, &self.dir, self.cache_bytes, Arc::clone(&self.written)) {
            Ok(opened) => Ok(opened),
            Err(error) => Err((self, error)),
        }
    }

    /// Bytes written to the file since it was opened first.
    pub(crate) fn bytes_written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    fn path(&self) -> PathBuf {
        self.dir.join(FILE)
    }
}

/// The database as it is found. The file stays as it is: what opening it changes, as after a crash,
/// is changed in memory only.
pub(crate) struct FoundDatabase {
    pub(crate) snapshot: Arc<Snapshot>,
    database: Database,
    path: PathBuf,
}

impl FoundDatabase {
    /// Checks the checksums of everything; says whether they are right.
    pub(crate) fn verify(self) -> Result<bool, DatabaseError> {
        let FoundDatabase { snapshot, mut database, path } = self;
        // It is checked only while nobody reads it.
        drop(snapshot);
        database.check_integrity().map_err(|error| DatabaseError::from(error).in_file(&path))
    }
}

/// Looks at the database in a data directory, if there is one.
pub(crate) fn find(
    disk: &Arc<dyn Disk>,
    dir: &Path,
    cache_bytes: usize,
) -> Result<Option<FoundDatabase>, DatabaseError> {
    let path = dir.join(FILE);
    if !disk.exists(&path).map_err(|source| DatabaseError::Io { path: path.clone(), source })? {
        return Ok(None);
    }
    let file = disk
        .open(&path, OpenMode::Read)
        .map_err(|source| DatabaseError::Io { path: path.clone(), source })?;
    let backend = backend::OverlayBackend::new(file)
        .map_err(|source| DatabaseError::Io { path: path.clone(), source })?;
    let database = open_backend(backend, cache_bytes).map_err(|error| error.in_file(&path))?;
    let transaction =
        database.begin_read().map_err(|error| DatabaseError::from(error).in_file(&path))?;
    let snapshot = Arc::new(Snapshot::new(transaction, path.clone()));
    snapshot.check_format()?;
    Ok(Some(FoundDatabase { snapshot, database, path }))
}

fn open_backend(
    backend: impl redb::StorageBackend,
    cache_bytes: usize,
) -> Result<Database, DatabaseError> {
    Ok(Builder::new().set_cache_size(cache_bytes).create_with_backend(backend)?)
}

/// Makes an empty database under another name, so that one under the right name is always whole.
fn create(disk: &Arc<dyn Disk>, dir: &Path, new: &Path) -> Result<(), DatabaseError> {
    let io = |source| DatabaseError::Io { path: new.to_owned(), source };
    if disk.exists(new).map_err(io)? {
        disk.remove_file(new).map_err(io)?;
        disk.sync_dir(dir).map_err(io)?;
    }
    let file = disk.open(new, OpenMode::Create).map_err(io)?;
    let backend = DiskBackend::new(file, Switch::default(), Arc::default());
    let database = open_backend(backend, 1 << 20)?;
    let mut transaction = database.begin_write()?;
    transaction.set_quick_repair(true);
    {
        let mut meta = transaction.open_table(META)?;
        meta.insert(FORMAT, &FORMAT_VERSION.to_le_bytes()[..])?;
        transaction.open_table(GARBAGE)?;
        transaction.open_table(BLOCKS)?;
    }
    transaction.commit()?;
    drop(database);
    let file = disk.open(new, OpenMode::Write).map_err(io)?;
    file.sync_all().map_err(io)
}
