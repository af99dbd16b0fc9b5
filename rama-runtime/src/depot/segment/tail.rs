//! The segment that is being written.

use std::path::{Path, PathBuf};

use super::block_ref::{BlockRef, Place};
use super::error::SegmentError;
use super::format::{self, BLOCK_HEADER};
use super::names::SegmentId;
use super::remove;
use crate::disk::{Disk, DiskFile, OpenMode};

/// Bytes of memory that the buffer keeps when it is written.
const KEPT: usize = 2 << 20;

/// The last segment of a partition, open at its end. What is pushed lies in memory until it is
/// written. After an error it is of no use.
#[derive(Debug)]
pub(super) struct Tail {
    id: SegmentId,
    path: PathBuf,
    file: Box<dyn DiskFile>,
    /// Where in the file the next write goes.
    written: u64,
    /// What it will write: closed blocks, and the open one at their end.
    buffer: Vec<u8>,
    /// The open block; its `bytes` are told when it is closed.
    open: Option<BlockRef>,
    /// The file's name is not durable yet.
    is_new: bool,
    is_synced: bool,
}

impl Tail {
    /// A new segment. There must be no file of its name.
    pub(super) fn create(
        disk: &dyn Disk,
        data_dir: &Path,
        id: SegmentId,
    ) -> Result<Tail, SegmentError> {
        let dir = id.dir(data_dir);
        disk.create_dir_all(&dir).map_err(SegmentError::io("create the directory", &dir))?;
        let path = id.path(data_dir);
        let file = disk.open(&path, OpenMode::Create).map_err(SegmentError::io("create", &path))?;
        let buffer = format::header(&id).to_vec();
        Ok(Tail { id, path, file, written: 0, buffer, open: None, is_new: true, is_synced: false })
    }

    /// The segment of the last indexed block that is in one, cut behind it.
    pub(super) fn resume(
        disk: &dyn Disk,
        data_dir: &Path,
        id: SegmentId,
        end: &BlockRef,
    ) -> Result<Tail, SegmentError> {
        let path = id.path(data_dir);
        let file = remove::open_cut(disk, &path, &id, end)?;
        Ok(Tail {
            id,
            path,
            file,
            written: end.end_position(),
            buffer: Vec::new(),
            open: None,
            is_new: false,
            is_synced: true,
        })
    }

    /// The length of the file once everything is written.
    #[inline]
    pub(super) fn len(&self) -> u64 {
        self.written + self.buffer.len() as u64
    }

    /// Bytes that are not written yet.
    pub(super) fn buffered(&self) -> usize {
        self.buffer.len()
    }

    /// Bytes of entries in the open block; `None` if there is none.
    #[inline]
    pub(super) fn open_bytes(&self) -> Option<usize> {
        // What is buffered behind the block's beginning fits into memory.
        self.open.map(|block| (self.len() - block.position) as usize - BLOCK_HEADER)
    }

    /// Appends a record to the open block, or to a new one.
    #[inline]
    pub(super) fn push(&mut self, offset: u64, millis: u64, record: &[u8]) {
        let position = self.len();
        let block = self.open.get_or_insert_with(|| {
            self.buffer.extend_from_slice(&[0; BLOCK_HEADER]);
            BlockRef {
                depot: self.id.depot,
                partition: self.id.partition,
                first_offset: offset,
                place: Place::Segment(self.id.start),
                position,
                bytes: 0,
                count: 0,
                first_millis: millis,
                last_millis: millis,
            }
        });
        format::push_entry(millis - block.last_millis, record, &mut self.buffer);
        block.count += 1;
        block.last_millis = millis;
    }

    /// Closes the open block, if there is one.
    pub(super) fn close_block(&mut self) -> Option<BlockRef> {
        let mut block = self.open.take()?;
        // It is open, so it begins in the buffer.
        let bytes = &mut self.buffer[(block.position - self.written) as usize..];
        // The writer's limits keep it below 32 bits.
        block.bytes = bytes.len() as u32;
        format::seal_block(bytes, &block, self.id.start);
        Some(block)
    }

    /// Writes what is buffered. No block may be open.
    pub(super) fn write(&mut self) -> Result<(), SegmentError> {
        debug_assert!(self.open.is_none());
        if self.buffer.is_empty() {
            return Ok(());
        }
        self.is_synced = false;
        self.file
            .write_all_at(&self.buffer, self.written)
            .map_err(SegmentError::io("write", &self.path))?;
        self.written = self.len();
        self.buffer.clear();
        // After one large record its memory would be kept.
        self.buffer.shrink_to(KEPT);
        Ok(())
    }

    /// Writes what is buffered and makes the segment durable, with its name.
    pub(super) fn sync(&mut self, disk: &dyn Disk, data_dir: &Path) -> Result<(), SegmentError> {
        self.write()?;
        if self.is_synced {
            return Ok(());
        }
        if self.is_new {
            self.file.sync_all().map_err(SegmentError::io("sync", &self.path))?;
            let dir = self.id.dir(data_dir);
            disk.sync_dir(&dir).map_err(SegmentError::io("sync the directory", &dir))?;
        } else {
            self.file.sync_data().map_err(SegmentError::io("sync", &self.path))?;
        }
        self.is_new = false;
        self.is_synced = true;
        Ok(())
    }
}
