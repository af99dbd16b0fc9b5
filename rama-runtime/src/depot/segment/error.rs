//! What can go wrong with depot segments.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// An error of depot segments; cheap to clone.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SegmentError {
    /// The disk refused.
    #[error("cannot {action} {}", .path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file or directory.
        path: PathBuf,
        /// The disk's error.
        source: Arc<io::Error>,
    },
    /// Something indexed, and so once durable, cannot be read back.
    #[error("{} is damaged at byte {offset}: {problem}", .path.display())]
    Damaged {
        /// The segment.
        path: PathBuf,
        /// Byte offset in the file of the block, or of the header.
        offset: u64,
        /// What is wrong there.
        problem: &'static str,
    },
    /// A segment was written in a format that this version does not know.
    #[error("{} has format version {version}, this program reads version {known}", .path.display())]
    UnknownVersion {
        /// The segment.
        path: PathBuf,
        /// Its version.
        version: u32,
        /// The version that is known.
        known: u32,
    },
    /// A record was not taken, since it does not belong here; nothing has changed.
    #[error(
        "the record with offset {offset} cannot be stored in partition {partition} of depot \
         {depot}: {problem}"
    )]
    Refused {
        /// The depot's id.
        depot: u32,
        /// The partition.
        partition: u32,
        /// The record's offset.
        offset: u64,
        /// Why.
        problem: &'static str,
    },
    /// A write or sync failed before; the writer has to be abandoned to the indexed end.
    #[error(
        "the segments of partition {partition} of depot {depot} are not written, as that failed \
         before"
    )]
    WriterFailed {
        /// The depot's id.
        depot: u32,
        /// The partition.
        partition: u32,
    },
}

impl SegmentError {
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> SegmentError {
        let path = path.to_owned();
        move |source| SegmentError::Io { action, path, source: Arc::new(source) }
    }

    /// Whether the disk is full, or the quota on it. The same may be tried again when there is space.
    pub(crate) fn is_full(&self) -> bool {
        matches!(self, SegmentError::Io { source, .. } if matches!(
            source.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
        ))
    }
}
