//! Names of depot segments and of their directories.

use std::path::{Path, PathBuf};

use crate::log::{self, Position};

const DEPOTS: &str = "depots";
const EXTENSION: &str = ".seg";
const DIGITS: usize = 20;

/// The directory of the log's segments that are kept for depots.
pub(super) fn kept_log_dir(data_dir: &Path) -> PathBuf {
    data_dir.join(DEPOTS).join("log")
}

/// The directory of one partition's segments.
pub(super) fn partition_dir(data_dir: &Path, depot: u32, partition: u32) -> PathBuf {
    data_dir.join(DEPOTS).join(format!("{depot}-{partition}"))
}

/// The name of the segment whose first record has this offset.
pub(super) fn file_name(start: u64) -> String {
    format!("{start:020}{EXTENSION}")
}

/// The first offset of the segment of this name; `None` if no segment is named so.
pub(super) fn parse_file_name(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(EXTENSION)?;
    (digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(())?;
    digits.parse().ok()
}

/// Which segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SegmentId {
    pub(super) depot: u32,
    pub(super) partition: u32,
    /// The offset of its first record.
    pub(super) start: u64,
}

impl SegmentId {
    pub(super) fn dir(&self, data_dir: &Path) -> PathBuf {
        partition_dir(data_dir, self.depot, self.partition)
    }

    pub(super) fn path(&self, data_dir: &Path) -> PathBuf {
        self.dir(data_dir).join(file_name(self.start))
    }
}

/// A file that holds records of depots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileId {
    /// A segment of one partition.
    Segment(SegmentId),
    /// A segment of the log, which begins at this position.
    Log(Position),
}

impl FileId {
    pub(super) fn path(&self, data_dir: &Path) -> PathBuf {
        match self {
            FileId::Segment(id) => id.path(data_dir),
            FileId::Log(start) => kept_log_dir(data_dir).join(log::file_name(start.get())),
        }
    }
}
