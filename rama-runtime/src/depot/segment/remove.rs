//! Removing segments: garbage behind the indexed end, and whole old segments.

use std::path::Path;

use super::block_ref::BlockRef;
use super::error::SegmentError;
use super::files::names_in;
use super::names::{self, SegmentId};
use super::reader::check_header;
use crate::disk::{Disk, DiskFile, OpenMode};

/// Removes what a checkpoint that was not committed has left of one partition: the segments behind the
/// one of `end`, the last indexed block, and what is behind that block in its own segment. `None`
/// means that nothing of the partition is indexed. Returns how many segments were removed.
///
/// A [`PartitionWriter`](super::PartitionWriter) does the same before it writes; calling this at
/// recovery gives the space back at once. It must not be called while a writer has something pending.
/// Fails, too, if the last indexed block cannot be there; then nothing indexed has changed.
#[cfg(test)]
pub(crate) fn remove_unindexed(
    disk: &dyn Disk,
    data_dir: &Path,
    depot: u32,
    partition: u32,
    end: Option<&BlockRef>,
) -> Result<usize, SegmentError> {
    let removed = remove_beyond(disk, data_dir, depot, partition, end)?;
    if let Some(end) = end
        && let Some(id) = end.segment_id()
    {
        open_cut(disk, &id.path(data_dir), &id, end)?;
    }
    Ok(removed)
}

/// Removes the segments that lie wholly before `first_kept`, the first block that the index keeps,
/// oldest first. The segment of `first_kept` and all later ones stay, so the newest always does.
/// Durable when this returns. Returns how many segments were removed.
///
/// The index must have been committed without the blocks before; should the removal be interrupted,
/// calling this again does the rest. The last block of a partition must stay in the index, as its end.
#[cfg(test)]
pub(crate) fn remove_segments_below(
    disk: &dyn Disk,
    data_dir: &Path,
    first_kept: &BlockRef,
) -> Result<usize, SegmentError> {
    let dir = names::partition_dir(data_dir, first_kept.depot, first_kept.partition);
    let names = names_in(disk, &dir)?;
    // The last segment that begins before the block may hold records behind it.
    let starts = names.iter().filter_map(|name| names::parse_file_name(name));
    let last = starts.filter(|start| *start <= first_kept.first_offset).max();
    remove_where(disk, &dir, &|start| last.is_some_and(|last| start < last))
}

/// Removes the segments behind `end`, or all.
pub(super) fn remove_beyond(
    disk: &dyn Disk,
    data_dir: &Path,
    depot: u32,
    partition: u32,
    end: Option<&BlockRef>,
) -> Result<usize, SegmentError> {
    let dir = names::partition_dir(data_dir, depot, partition);
    remove_where(disk, &dir, &|start| end.is_none_or(|end| start >= end.end_offset()))
}

fn remove_where(
    disk: &dyn Disk,
    dir: &Path,
    goes: &dyn Fn(u64) -> bool,
) -> Result<usize, SegmentError> {
    let found = names_in(disk, dir)?;
    let mut removed = 0;
    // Names are sorted, and so are the offsets in them.
    for name in found {
        if names::parse_file_name(&name).is_some_and(goes) {
            let path = dir.join(name);
            disk.remove_file(&path).map_err(SegmentError::io("remove", &path))?;
            removed += 1;
        }
    }
    if removed > 0 {
        disk.sync_dir(dir).map_err(SegmentError::io("sync the directory", dir))?;
    }
    Ok(removed)
}

/// Opens the segment of the last indexed block for writing and cuts it behind that block. The cut is
/// not synced: should it be undone, what comes back is garbage behind the end again.
pub(super) fn open_cut(
    disk: &dyn Disk,
    path: &Path,
    id: &SegmentId,
    end: &BlockRef,
) -> Result<Box<dyn DiskFile>, SegmentError> {
    let file = disk.open(path, OpenMode::Write).map_err(SegmentError::io("open", path))?;
    check_header(&*file, path, id)?;
    let len = file.len().map_err(SegmentError::io("read the length of", path))?;
    if len < end.end_position() {
        return Err(SegmentError::Damaged {
            path: path.to_owned(),
            offset: len,
            problem: "the file ends before its last indexed block does",
        });
    }
    if len > end.end_position() {
        file.set_len(end.end_position()).map_err(SegmentError::io("cut", path))?;
    }
    Ok(file)
}
