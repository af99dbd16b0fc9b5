//! What can go wrong with the database of checkpoints.

use std::io;
use std::path::{Path, PathBuf};

/// An error of the database of checkpoints.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// The disk is full.
    #[error("the disk of {} is full", .path.display())]
    Full {
        /// The file.
        path: PathBuf,
    },
    /// The disk failed.
    #[error("the disk failed at {}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The disk's error.
        source: io::Error,
    },
    /// The database cannot be used.
    #[error("the database of checkpoints {} cannot be read or written", .path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// The database's error.
        source: Box<redb::Error>,
    },
    /// The database was written in a format that this program does not know.
    #[error("{} has format version {found}, this program reads version {known}", .path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u64,
        /// The version that is known.
        known: u64,
    },
    /// A record in the database does not decode.
    #[error("{} is damaged: {what} cannot be decoded", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Which record.
        what: &'static str,
    },
}

impl DatabaseError {
    /// Whether only space is missing.
    pub(crate) fn is_full(&self) -> bool {
        matches!(self, DatabaseError::Full { .. })
    }

    /// Names the file.
    pub(super) fn in_file(self, file: &Path) -> DatabaseError {
        let path = file.to_owned();
        match self {
            DatabaseError::Database { source, .. } => match *source {
                redb::Error::Io(source) => from_io(path, source),
                source => DatabaseError::Database { path, source: Box::new(source) },
            },
            DatabaseError::Io { source, .. } => from_io(path, source),
            error => error,
        }
    }
}

fn from_io(path: PathBuf, source: io::Error) -> DatabaseError {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => DatabaseError::Full { path },
        _ => DatabaseError::Io { path, source },
    }
}

macro_rules! from_redb {
    ($($error:ident)*) => {$(
        impl From<redb::$error> for DatabaseError {
            fn from(error: redb::$error) -> Self {
                let source = Box::new(redb::Error::from(error));
                DatabaseError::Database { path: PathBuf::new(), source }
            }
        }
    )*};
}

from_redb!(DatabaseError TransactionError TableError StorageError CommitError SetDurabilityError);
