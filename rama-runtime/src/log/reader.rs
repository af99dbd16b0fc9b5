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

/// Reads entries in order, from one position on. It keeps its place from call to call.
#[derive(Debug)]
pub struct LogReader {
    shared: Arc<Shared>,
    /// Entries up to here were handed out, or are not wanted.
    position: Position,
    open: Option<OpenSegment>,
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
    pub(super) fn new(shared: Arc<Shared>, from: Position) -> Self {
        LogReader { shared, position: from, open: None }
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
        let mut left = max_bytes;
        // What was read beyond the last entry may have been overwritten since: it is not kept.
        let mut buffer = Vec::new();
        let mut used = 0;
        while self.position < up_to {
            if left == 0 {
                return Ok(false);
            }
            let segment = match &mut self.open {
                Some(segment) => segment,
                None => {
                    buffer.clear();
                    used = 0;
                    self.open.insert(open_segment(&self.shared, self.position)?)
                }
            };
            let rest = &buffer[used..];
            if format::begins_with_mark(rest, segment.start, segment.offset) {
                segment.offset += MARK as u64;
                used += MARK;
                continue;
            }
            if let Some(len) = format::first_entry(rest) {
                let entry = &rest[..len];
                let (start, end) = (segment.end, segment.end + len as u64);
                if !format::is_valid(entry, Position::new(end)) {
                    return Err(segment.damaged(&self.shared).into());
                }
                let at =
                    EntryAt { start: Position::new(start), end: Position::new(end), sealed: false };
                if at.end > self.position {
                    f(at, &entry[PREFIX..]).map_err(OpenError::Replay)?;
                    self.position = at.end;
                    left = left.saturating_sub(len);
                }
                (segment.end, segment.offset) = (end, segment.offset + len as u64);
                used += len;
                continue;
            }
            let needed = format::entry_len(rest).unwrap_or(PREFIX);
            let have = rest.len();
            buffer.drain(..used);
            used = 0;
            buffer.resize(CHUNK.max(needed).max(have), 0);
            let path = segment.path(&self.shared);
            let read = segment
                .file
                .read_full_at(&mut buffer[have..], segment.offset + have as u64)
                .map_err(LogError::io("read", &path))?;
            buffer.truncate(have + read);
            let is_at_end = buffer.len() < needed
                || (format::entry_len(&buffer).is_none()
                    && !format::begins_with_mark(&buffer, segment.start, segment.offset));
            if is_at_end {
                // The next segment begins where this one's entries end.
                if segment.start == segment.end || segment.end < self.position.get() {
                    return Err(segment.damaged(&self.shared).into());
                }
                self.open = None;
            }
        }
        Ok(true)
    }
}

impl OpenSegment {
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
