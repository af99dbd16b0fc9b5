//! The files with records of depots, for an inspector.

use std::io;
use std::path::{Path, PathBuf};

use super::error::SegmentError;
use super::names;
use crate::disk::{Disk, OpenMode};
use crate::log;

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SegmentFile {
    pub(crate) path: PathBuf,
    /// The offset of its first record.
    pub(crate) first_offset: u64,
    /// Its length.
    pub(crate) bytes: u64,
}

/// The segments that lie in a partition's directory, indexed or not, in order. Changes nothing.
pub(crate) fn segment_files(
    disk: &dyn Disk,
    data_dir: &Path,
    depot: u32,
    partition: u32,
) -> Result<Vec<SegmentFile>, SegmentError> {
    let dir = names::partition_dir(data_dir, depot, partition);
    let mut files = Vec::new();
    for name in names_in(disk, &dir)? {
        let Some(first_offset) = names::parse_file_name(&name) else { continue };
        let path = dir.join(name);
        let file = disk.open(&path, OpenMode::Read).map_err(SegmentError::io("open", &path))?;
        let bytes = file.len().map_err(SegmentError::io("read the length of", &path))?;
        files.push(SegmentFile { path, first_offset, bytes });
    }
    Ok(files)
}

/// Lengths of the log's segments that are kept for records of depots. Changes nothing.
pub(crate) fn kept_log_files(disk: &dyn Disk, data_dir: &Path) -> Result<Vec<u64>, SegmentError> {
    let dir = names::kept_log_dir(data_dir);
    let mut lengths = Vec::new();
    for name in names_in(disk, &dir)? {
        if log::parse_file_name(&name).is_some() {
            let path = dir.join(name);
            let file = disk.open(&path, OpenMode::Read).map_err(SegmentError::io("open", &path))?;
            lengths.push(file.len().map_err(SegmentError::io("read the length of", &path))?);
        }
    }
    Ok(lengths)
}

/// The names of files in a directory; none if it is not there.
pub(super) fn names_in(disk: &dyn Disk, dir: &Path) -> Result<Vec<String>, SegmentError> {
    match disk.list(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        names => names.map_err(SegmentError::io("list the directory", dir)),
    }
}
