//! What can go wrong with the database of checkpoints.

use std::error::Error;
use std::fmt::Display;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::backend::DatabaseFile;
use crate::exec::panic_message;

type Source = Arc<dyn Error + Send + Sync>;

/// An error of the database of checkpoints; cheap to clone. No checkpoint that was committed is
/// lost by any of them.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// The disk is full. The checkpoint that was being written is not there.
    #[error("the disk of the checkpoints in {} is full", .dir.display())]
    Full {
        /// The directory of the database.
        dir: PathBuf,
    },
    /// The disk failed.
    #[error("cannot {action} {}", .path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file or directory.
        path: PathBuf,
        /// The disk's error.
        source: Arc<io::Error>,
    },
    /// The file is not a database of checkpoints, or is damaged. It was not replaced.
    #[error("the checkpoints in {} are damaged", .path.display())]
    Damaged {
        /// The database's file.
        path: PathBuf,
        /// What is wrong with it.
        source: Source,
    },
    /// The file was written in a format that this version does not know.
    #[error("{} has format version {found}, this program reads and writes version {known}", .path.display())]
    Version {
        /// The database's file.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The version that is known.
        known: u32,
    },
    /// What was asked for cannot be done while another user of the database is at work.
    #[error("the checkpoints in {} are in use", .path.display())]
    Busy {
        /// The database's file.
        path: PathBuf,
    },
    /// The database failed earlier, or was closed or opened anew in the meantime. Nothing can be
    /// read or written through this handle any more.
    #[error("cannot {action} the checkpoints in {}", .path.display())]
    Failed {
        /// What was tried.
        action: &'static str,
        /// The database's file.
        path: PathBuf,
        /// What is known of the reason.
        source: Source,
    },
}

impl DatabaseError {
    /// Whether it is the lack of space on the disk, which may pass.
    pub fn is_full(&self) -> bool {
        matches!(self, DatabaseError::Full { .. })
    }

    /// The record of what the checkpoint is of does not decode.
    pub(crate) fn damaged_record(path: &Path) -> DatabaseError {
        let source: Box<dyn Error + Send + Sync> = "its record does not decode".into();
        DatabaseError::Damaged { path: path.to_owned(), source: source.into() }
    }

    /// An error of an operation on `path`, which is the database's file or its directory.
    pub(super) fn io(action: &'static str, path: &Path, source: io::Error) -> DatabaseError {
        if means_full(source.kind()) {
            return DatabaseError::Full { dir: parent(path) };
        }
        DatabaseError::Io { action, path: path.to_owned(), source: Arc::new(source) }
    }
}

pub(super) fn means_full(kind: io::ErrorKind) -> bool {
    matches!(kind, io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

fn parent(path: &Path) -> PathBuf {
    path.parent().unwrap_or(path).to_owned()
}

/// Makes errors of redb into those of the database, which say what file it is about.
#[derive(Clone, Debug)]
pub(super) struct Errors {
    path: Arc<Path>,
    /// None if the file is only read.
    file: Option<Arc<DatabaseFile>>,
}

impl Errors {
    pub(super) fn new(path: &Path, file: Option<Arc<DatabaseFile>>) -> Self {
        Errors { path: path.into(), file }
    }

    /// For `map_err`: an error met when `action` was tried.
    pub(super) fn of<E: Into<redb::Error>>(
        &self,
        action: &'static str,
    ) -> impl FnOnce(E) -> DatabaseError {
        move |error| self.convert(action, error.into())
    }

    pub(super) fn damaged(
        &self,
        problem: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> DatabaseError {
        let problem: Box<dyn Error + Send + Sync> = problem.into();
        DatabaseError::Damaged { path: self.path.to_path_buf(), source: problem.into() }
    }

    /// Runs code of redb that may panic over a file that was changed behind its back: redb does not
    /// compare checksums when it reads.
    pub(super) fn guard<T>(&self, act: impl FnOnce() -> T) -> Result<T, DatabaseError> {
        // Nothing that was being built or read is looked at again.
        catch_unwind(AssertUnwindSafe(act)).map_err(|payload| self.damaged(panic_message(payload)))
    }

    /// Fails if a write found the disk full, of which redb knows nothing.
    pub(super) fn check_space(&self) -> Result<(), DatabaseError> {
        match &self.file {
            Some(file) if file.is_full() => Err(DatabaseError::Full { dir: parent(&self.path) }),
            _ => Ok(()),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn convert(&self, action: &'static str, error: redb::Error) -> DatabaseError {
        if self.file.as_ref().is_some_and(|file| file.is_revoked()) {
            return self.failed(action, error);
        }
        match error {
            redb::Error::Io(error) => match error.kind() {
                // This is how redb and the backend say that the file's content cannot be.
                io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => self.damaged(error),
                _ => DatabaseError::io(action, &self.path, error),
            },
            redb::Error::Corrupted(_)
            | redb::Error::UpgradeRequired(_)
            | redb::Error::TableTypeMismatch { .. }
            | redb::Error::TypeDefinitionChanged { .. }
            | redb::Error::TableIsMultimap(_)
            | redb::Error::TableDoesNotExist(_) => self.damaged(error.to_string()),
            redb::Error::TransactionInProgress | redb::Error::WouldBlock => {
                DatabaseError::Busy { path: self.path.to_path_buf() }
            }
            redb::Error::PreviousIo if self.failed_for_space() => {
                DatabaseError::Full { dir: parent(&self.path) }
            }
            error => self.failed(action, error),
        }
    }

    fn failed_for_space(&self) -> bool {
        self.file.as_ref().and_then(|file| file.failure()).is_some_and(means_full)
    }

    pub(super) fn failed(&self, action: &'static str, error: impl Display) -> DatabaseError {
        // As text: one variant of redb's error holds a whole transaction.
        let source: Box<dyn Error + Send + Sync> = error.to_string().into();
        DatabaseError::Failed { action, path: self.path.to_path_buf(), source: source.into() }
    }
}
