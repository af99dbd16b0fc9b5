//! Reading back what is durable, while the log is being written.

use std::io;
use std::sync::Arc;

use super::error::{LogError, OpenError};
use super::format::{self, HEADER, MARK, PREFIX};
use super::shared::Shared;
use super::{EntryAt, Position, Replay};
use crate::disk::{DiskFile, OpenMode};

/// How much is read at a time.
const CHUNK: usize = 256 << 10;
/// How much is read behind an entry whose end was not wanted.
const HEAD_CHUNK: usize = 4 << 10;

/// Reads entries in order, from one position on. It keeps its place from call to call.
#[derive(Debug)]
pub struct LogReader {
    shared: Arc<Shared>,
    /// Entries up to here were handed out, or are not wanted.
    position: Position,
    open: Option<OpenSegment>,
    buffer: Buffer,
}

/// A segment, and where in it the next entry begins.
#[derive(Debug)]
struct OpenSegment {
    file: Box<dyn DiskFile>,
    start: u64,
    /// Where the next entry begins, as a position and in the file.
    end: u64,
    offset: u64,
}

impl LogReader {
    /// Bytes of a large entry's payload that [`LogReader::read_heads_up_to`] hands out.
    pub(crate) const HEAD: usize = 56;

    pub(super) fn new(shared: Arc<Shared>, from: Position) -> Self {
        LogReader { shared, position: from, open: None, buffer: Buffer::default() }
    }

    /// Where it is.
    pub fn position(&self) -> Position {
        self.position
    }

    /// Hands the entries up to `up_to` to `f`, in order, but about `max_bytes` at most. Says whether
    /// all were read. `up_to` is the end of an entry, and durable.
    ///
    /// # Errors
    ///
    /// The first error of `f`, after which the same entry comes again; [`LogError::Missing`] if the
    /// log was cut; [`LogError::Damaged`]; the disk's errors.
    pub fn read_up_to<E>(
        &mut self,
        up_to: Position,
        max_bytes: usize,
        f: &mut Replay<'_, E>,
    ) -> Result<bool, OpenError<E>> {
        self.read_heads_up_to(up_to, max_bytes, usize::MAX, f)
    }

    /// As [`LogReader::read_up_to`], but of payloads with at least `large` bytes only the beginning is
    /// read, [`HEAD`](Self::HEAD) bytes, and handed out unchecked.
    ///
    /// # Errors
    ///
    /// As [`LogReader::read_up_to`].
    pub(crate) fn read_heads_up_to<E>(
        &mut self,
        up_to: Position,
        max_bytes: usize,
        large: usize,
        f: &mut Replay<'_, E>,
    ) -> Result<bool, OpenError<E>> {
        // What was read beyond an end may have been overwritten since; before it nothing changes.
        if self.buffer.up_to != Some(up_to) {
            self.buffer = Buffer { up_to: Some(up_to), ..Buffer::default() };
        }
        let read = self.read_some(up_to, max_bytes, large, f);
        if !matches!(read, Ok(false)) {
            self.buffer = Buffer::default();
        }
        read
    }

    fn read_some<E>(
        &mut self,
        up_to: Position,
        max_bytes: usize,
        large: usize,
        f: &mut Replay<'_, E>,
    ) -> Result<bool, OpenError<E>> {
        let mut left = max_bytes;
        while self.position < up_to {
            if left == 0 {
                return Ok(false);
            }
            let LogReader { shared, position, open, buffer } = self;
            let segment = match open {
                Some(segment) => segment,
                None => {
                    buffer.clear();
                    open.insert(open_segment(shared, *position)?)
                }
            };
            let rest = buffer.rest();
            if format::begins_with_mark(rest, segment.start, segment.offset) {
                segment.offset += MARK as u64;
                buffer.used += MARK;
                continue;
            }
            let len = format::entry_len(rest);
            let needed = match len {
                Some(len) if len - PREFIX >= large.max(Self::HEAD) => PREFIX + Self::HEAD,
                Some(len) => len,
                None => PREFIX,
            };
            if let Some(len) = len
                && needed <= rest.len()
            {
                let entry = &rest[..needed];
                let at = segment.entry(len);
                if needed == len && !format::is_valid(entry, at.end) {
                    return Err(segment.damaged(shared).into());
                }
                if at.end > *position {
                    f(at, &entry[PREFIX..]).map_err(OpenError::Replay)?;
                    *position = at.end;
                    left = left.saturating_sub(needed);
                }
                (segment.end, segment.offset) = (at.end.get(), segment.offset + len as u64);
                buffer.skip(len);
                continue;
            }
            let path = segment.path(shared);
            buffer
                .fill(&*segment.file, segment.offset, needed)
                .map_err(LogError::io("read", &path))?;
            let rest = buffer.rest();
            let is_at_end = rest.len() < needed
                || (format::entry_len(rest).is_none()
                    && !format::begins_with_mark(rest, segment.start, segment.offset));
            if is_at_end {
                // The next segment begins where this one's entries end.
                if segment.start == segment.end || segment.end < position.get() {
                    return Err(segment.damaged(shared).into());
                }
                *open = None;
            }
        }
        Ok(true)
    }
}

/// What was read of a segment and is not used yet.
#[derive(Debug, Default)]
struct Buffer {
    /// Those that were used, those that were read behind them, and spare ones.
    bytes: Vec<u8>,
    used: usize,
    read: usize,
    /// What was not read of an entry lies before what is read next.
    skipped: bool,
    /// The end that they were read for.
    up_to: Option<Position>,
}

impl Buffer {
    fn clear(&mut self) {
        (self.used, self.read) = (0, 0);
    }

    /// Goes behind an entry of `len` bytes that begins here.
    fn skip(&mut self, len: usize) {
        self.used += len;
        if self.used > self.read {
            self.clear();
            self.skipped = true;
        }
    }

    fn rest(&self) -> &[u8] {
        &self.bytes[self.used..self.read]
    }

    /// Reads on: `needed` bytes, what is here already included, or more. Of the file, `offset` is
    /// where what is here begins.
    fn fill(&mut self, file: &dyn DiskFile, offset: u64, needed: usize) -> io::Result<()> {
        self.bytes.copy_within(self.used..self.read, 0);
        (self.used, self.read) = (0, self.read - self.used);
        // Behind an entry that was skipped there may be another.
        let chunk = if std::mem::take(&mut self.skipped) { HEAD_CHUNK } else { CHUNK };
        let room = chunk.max(needed).max(self.read);
        if self.bytes.len() < room {
            self.bytes.resize(room, 0);
        }
        let behind = &mut self.bytes[self.read..room];
        self.read += file.read_full_at(behind, offset + self.read as u64)?;
        Ok(())
    }
}

impl OpenSegment {
    /// The next entry, which has `len` bytes.
    fn entry(&self, len: usize) -> EntryAt {
        EntryAt {
            start: Position::new(self.end),
            end: Position::new(self.end + len as u64),
            segment: Position::new(self.start),
            offset: self.offset,
            sealed: false,
        }
    }

    fn path(&self, shared: &Shared) -> std::path::PathBuf {
        shared.dir.join(format::file_name(self.start))
    }

    fn damaged(&self, shared: &Shared) -> LogError {
        LogError::Damaged { path: self.path(shared), offset: self.offset }
    }
}

/// Opens the segment that holds what is behind `position`.
fn open_segment(shared: &Shared, position: Position) -> Result<OpenSegment, LogError> {
    // Mostly the segment before was just read to its end, and this one begins there.
    if let Some(segment) = open_at(shared, position.get())? {
        return Ok(segment);
    }
    let dir = &shared.dir;
    let names = shared.disk.list(dir).map_err(LogError::io("list", dir))?;
    let starts: Vec<u64> = names.iter().filter_map(|name| format::parse_file_name(name)).collect();
    if let Some(start) = starts.iter().copied().filter(|start| *start <= position.get()).max()
        && let Some(segment) = open_at(shared, start)?
    {
        return Ok(segment);
    }
    Err(LogError::Missing {
        dir: dir.clone(),
        wanted: position,
        start: Position::new(starts.iter().copied().min().unwrap_or_default()),
        end: shared.durable(),
    })
}

/// The segment that begins at `start`, if there is one.
fn open_at(shared: &Shared, start: u64) -> Result<Option<OpenSegment>, LogError> {
    let path = shared.dir.join(format::file_name(start));
    match shared.disk.open(&path, OpenMode::Read) {
        Ok(file) => Ok(Some(OpenSegment { file, start, end: start, offset: HEADER as u64 })),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(LogError::io("open", &path)(error)),
    }
}
