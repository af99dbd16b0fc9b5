//! What can go wrong with the log.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Position;

/// An error of the log; cheap to clone, as one failure reaches many waiters.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// The disk is full: the entry was not appended. What was appended before is kept, and appends
    /// work again as soon as it could be written.
    #[error("the disk of the log in {} is full", .dir.display())]
    DiskFull {
        /// The log's directory.
        dir: PathBuf,
    },
    /// A write or sync failed. What was not durable by then may or may not be found when the log
    /// is opened anew; until then nothing is appended.
    #[error("the log in {} failed", .dir.display())]
    Failed {
        /// The log's directory.
        dir: PathBuf,
        /// The disk's error.
        source: Arc<io::Error>,
    },
    /// The log is closed.
    #[error("the log is closed")]
    Closed,
    /// The entry is larger than [`LogOptions::max_entry`](super::LogOptions::max_entry); it was not
    /// appended.
    #[error("an entry of {bytes} bytes is too large for the log, whose limit is {limit} bytes")]
    EntryTooLarge {
        /// Size of the entry.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// The wait ended first. The entry is in its place in the log and may still become durable.
    #[error("the entry was not durable in time; it may still become durable")]
    Timeout,
    /// The log cannot be read or prepared for writing.
    #[error("cannot {action} {}", .path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file or directory.
        path: PathBuf,
        /// The disk's error.
        source: Arc<io::Error>,
    },
    /// A file of the log's directory that is named like a segment is none.
    #[error("{} is not a segment of the log: {problem}", .path.display())]
    NotASegment {
        /// The file.
        path: PathBuf,
        /// What is wrong with its name or header.
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
    /// A segment starts behind the end of the one before it.
    #[error("the log between position {end} and the segment {} is missing", .path.display())]
    Gap {
        /// The segment.
        path: PathBuf,
        /// Where the segment before it ends at the latest.
        end: Position,
    },
    /// The log begins behind, or ends before, the position that it was to be read from.
    #[error("the log in {} does not hold position {wanted}: it holds {start} to {end}", .dir.display())]
    Missing {
        /// The log's directory.
        dir: PathBuf,
        /// Where an entry should end.
        wanted: Position,
        /// Where the log begins.
        start: Position,
        /// Where it ends, as far as it was read.
        end: Position,
    },
    /// Something that had been durable cannot be read back.
    #[error("{} is damaged: no valid entry at byte {offset}, but what is there had been durable", .path.display())]
    Damaged {
        /// The segment.
        path: PathBuf,
        /// Byte offset in the file.
        offset: u64,
    },
}

impl LogError {
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> LogError {
        let path = path.to_owned();
        move |source| LogError::Io { action, path, source: Arc::new(source) }
    }
}

/// Why a log could not be opened. Unless it is an error of a write, nothing on disk has changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError<E> {
    /// The caller refused an entry.
    #[error("an entry of the log was refused")]
    Replay(#[source] E),
    /// The log itself is at fault, or its disk.
    #[error(transparent)]
    Log(#[from] LogError),
}
