//! What can be wrong with a data directory that is looked at.

use std::path::PathBuf;

use crate::depot::SegmentError;
use crate::log::{LogError, Position};
use crate::store::{DatabaseError, ManifestError, RecoveryError};

/// A directory that cannot be looked at. Nothing in it was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// There is no such directory.
    #[error("there is no directory {}", .dir.display())]
    NoDirectory {
        /// Where it should be.
        dir: PathBuf,
    },
    /// No module was ever launched over the directory.
    #[error("{} is no data directory: no module was launched over it yet", .dir.display())]
    NeverLaunched {
        /// The directory.
        dir: PathBuf,
    },
    /// It is in use, is not a data directory, or its manifest cannot be read.
    #[error(transparent)]
    Directory(#[from] ManifestError),
}

impl InspectError {
    /// Whether what is there is damaged, rather than not to be looked at.
    pub fn is_damage(&self) -> bool {
        matches!(self, InspectError::Directory(ManifestError::Damaged { .. }))
    }
}

/// Something in a data directory that cannot be read, or does not fit the rest.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// A part is missing.
    #[error(transparent)]
    Directory(#[from] ManifestError),
    /// The database of checkpoints, or its record of what the checkpoint is of.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The index of blocks has an entry that is none.
    #[error("the index of depot records in {} has an entry that cannot be decoded", .path.display())]
    IndexEntry {
        /// The database's file.
        path: PathBuf,
    },
    /// The index of blocks ends elsewhere than the checkpoint that it belongs to.
    #[error(
        "depot *{depot}, partition {partition}: the checkpoint holds records up to {expected}, the \
         index in {} up to {indexed}", .path.display()
    )]
    IndexEnd {
        /// The depot's name.
        depot: String,
        /// The partition.
        partition: u32,
        /// Offset of the next record as of the checkpoint.
        expected: u64,
        /// Offset of the next record by the index.
        indexed: u64,
        /// The database's file.
        path: PathBuf,
    },
    /// Records of a depot cannot be read.
    #[error("depot *{depot}, partition {partition}: records {first} to {last} cannot be read")]
    Records {
        /// The depot's name.
        depot: String,
        /// The partition.
        partition: u32,
        /// Offset of the first of them.
        first: u64,
        /// Offset of the last of them.
        last: u64,
        /// The segment and the place in it.
        source: SegmentError,
    },
    /// The segments of a partition cannot be listed.
    #[error("depot *{depot}, partition {partition}: segments cannot be listed")]
    Segments {
        /// The depot's name.
        depot: String,
        /// The partition.
        partition: u32,
        /// What is in the way.
        source: SegmentError,
    },
    /// The segments of the log that are kept for depots cannot be listed.
    #[error("the segments of the log that are kept for depots cannot be listed")]
    KeptLog {
        /// What is in the way.
        source: SegmentError,
    },
    /// The log, or a segment of it, cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// An entry of the log is as it was written, but it cannot be understood.
    #[error("the entry of the log in {} that ends at position {position} cannot be understood", .dir.display())]
    Entry {
        /// The log's directory.
        dir: PathBuf,
        /// Where the entry ends.
        position: Position,
        /// What is wrong with it.
        source: RecoveryError,
    },
}
