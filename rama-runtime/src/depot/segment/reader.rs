//! Reading indexed blocks.

use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::block_ref::{BlockRef, Place};
use super::error::SegmentError;
use super::format::{self, BLOCK_HEADER, HEADER, HeaderProblem};
use super::log_block;
use super::names::{FileId, SegmentId};
use crate::disk::{Disk, DiskFile, OpenMode};

/// Up to this size a block is kept for the next read.
const MAX_KEPT: usize = 1 << 20;

/// What records are handed to, in order: the offset, the append time in milliseconds since 1970, and
/// the bytes. May stop the reading.
pub(crate) type Visit<'a> = dyn FnMut(u64, u64, &[u8]) -> ControlFlow<()> + 'a;

/// Reads one indexed block and hands out its records. Nothing is handed out of a block whose checksum
/// does not match.
#[cfg(test)]
pub(crate) fn read_block(
    disk: &dyn Disk,
    data_dir: &Path,
    block: &BlockRef,
    visit: &mut Visit<'_>,
) -> Result<ControlFlow<()>, SegmentError> {
    let file = OpenFile::open(disk, data_dir, block.file_id())?;
    let mut bytes = Vec::new();
    file.load(block, &mut bytes)?;
    file.walk(block, &bytes, 0..u64::MAX, visit)
}

/// Reads the blocks of depots, of one file after the other: it keeps open the file it read last, and
/// in memory the block, so that many small reads in a row read each block once.
///
/// For one thread; every reader of a depot has its own. Only blocks whose index entries are committed
/// may be read: others can be overwritten, and what was kept of them would be wrong.
#[derive(Debug)]
pub(crate) struct SegmentReader {
    disk: Arc<dyn Disk>,
    data_dir: PathBuf,
    file: Option<OpenFile>,
    /// The block that `bytes` are all of, checked.
    block: Option<BlockRef>,
    bytes: Vec<u8>,
}

impl SegmentReader {
    /// A reader of any depots in this data directory.
    pub(crate) fn new(disk: Arc<dyn Disk>, data_dir: &Path) -> SegmentReader {
        let data_dir = data_dir.to_owned();
        SegmentReader { disk, data_dir, file: None, block: None, bytes: Vec::new() }
    }

    /// Hands out those records of an indexed block whose offsets lie within `offsets`. Says whether
    /// `visit` has stopped the reading.
    pub(crate) fn read(
        &mut self,
        block: &BlockRef,
        offsets: Range<u64>,
        visit: &mut Visit<'_>,
    ) -> Result<ControlFlow<()>, SegmentError> {
        let id = block.file_id();
        let file = match self.file.take() {
            Some(file) if file.id == id => file,
            _ => OpenFile::open(&*self.disk, &self.data_dir, id)?,
        };
        let file = self.file.insert(file);
        if self.block != Some(*block) {
            self.block = None;
            file.load(block, &mut self.bytes)?;
            self.block = Some(*block);
        }
        let done = file.walk(block, &self.bytes, offsets, visit);
        if self.bytes.capacity() > MAX_KEPT {
            self.block = None;
            self.bytes = Vec::new();
        }
        done
    }
}

/// A segment, or one of the log, open for reading.
#[derive(Debug)]
pub(super) struct OpenFile {
    pub(super) id: FileId,
    path: PathBuf,
    file: Box<dyn DiskFile>,
}

impl OpenFile {
    pub(super) fn open(
        disk: &dyn Disk,
        data_dir: &Path,
        id: FileId,
    ) -> Result<OpenFile, SegmentError> {
        let path = id.path(data_dir);
        let file = disk.open(&path, OpenMode::Read).map_err(SegmentError::io("open", &path))?;
        Ok(OpenFile { id, path, file })
    }

    /// Whether the file begins with the header of this segment. Every entry of the log says by
    /// itself where it belongs.
    pub(super) fn check_header(&self) -> Result<(), SegmentError> {
        match &self.id {
            FileId::Segment(id) => check_header(&*self.file, &self.path, id),
            FileId::Log(_) => Ok(()),
        }
    }

    pub(super) fn damaged(&self, block: &BlockRef, problem: &'static str) -> SegmentError {
        SegmentError::Damaged { path: self.path.clone(), offset: block.position, problem }
    }

    /// Reads a block into `bytes`, whose content is replaced, and checks it.
    pub(super) fn load(&self, block: &BlockRef, bytes: &mut Vec<u8>) -> Result<(), SegmentError> {
        bytes.clear();
        let len = self.file.len().map_err(SegmentError::io("read the length of", &self.path))?;
        if len < block.end_position() {
            return Err(self.damaged(block, "the file ends before the block does"));
        }
        bytes.resize(block.bytes as usize, 0);
        let read = self
            .file
            .read_full_at(bytes, block.position)
            .map_err(SegmentError::io("read", &self.path))?;
        let checked = match block.place {
            Place::Segment(segment) => format::check_block(&bytes[..read], block, segment),
            Place::Log { end, .. } => log_block::check(&bytes[..read], end),
        };
        checked.map_err(|problem| {
            // Another version's block is not valid either, but that is another matter.
            match self.check_header() {
                Err(error @ SegmentError::UnknownVersion { .. }) => error,
                _ => self.damaged(block, problem),
            }
        })
    }

    /// Hands out the records of a block that was loaded.
    pub(super) fn walk(
        &self,
        block: &BlockRef,
        bytes: &[u8],
        offsets: Range<u64>,
        visit: &mut Visit<'_>,
    ) -> Result<ControlFlow<()>, SegmentError> {
        if let Place::Log { .. } = block.place {
            let walked = log_block::walk(block, bytes, offsets, visit);
            return walked.map_err(|problem| self.damaged(block, problem));
        }
        let mut rest = &bytes[BLOCK_HEADER..];
        let mut millis = block.first_millis;
        for offset in block.first_offset..block.end_offset().min(offsets.end) {
            let (delta, record, behind) = format::take_entry(rest)
                .ok_or_else(|| self.damaged(block, "the block has fewer records than it says"))?;
            rest = behind;
            millis = millis.saturating_add(delta);
            if offset >= offsets.start && visit(offset, millis, record).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        if offsets.end >= block.end_offset() && (!rest.is_empty() || millis != block.last_millis) {
            return Err(self.damaged(block, "the records of the block are not as the index says"));
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// Whether the file begins with the header of this segment.
pub(super) fn check_header(
    file: &dyn DiskFile,
    path: &Path,
    id: &SegmentId,
) -> Result<(), SegmentError> {
    let mut bytes = [0; HEADER];
    let read = file.read_full_at(&mut bytes, 0).map_err(SegmentError::io("read", path))?;
    let path = path.to_owned();
    format::check_header(&bytes[..read], id).map_err(|problem| match problem {
        HeaderProblem::UnknownVersion(version) => {
            SegmentError::UnknownVersion { path, version, known: format::VERSION }
        }
        HeaderProblem::Wrong(problem) => SegmentError::Damaged { path, offset: 0, problem },
    })
}
