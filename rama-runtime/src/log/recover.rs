//! Reading a log back, without changing it: checks first, then the entries.

use std::io;
use std::path::{Path, PathBuf};

use super::error::{LogError, OpenError};
use super::format::{self, HEADER, HeaderState, MARK, PREFIX};
use super::{EntryAt, Position, Replay};
use crate::disk::{Disk, DiskFile, OpenMode};

/// How much is read, and written back, at a time.
pub(super) const CHUNK: usize = 1 << 20;

/// A segment as found.
pub(super) struct Found {
    pub(super) path: PathBuf,
    pub(super) start: u64,
    pub(super) len: u64,
    pub(super) header: HeaderState,
}

impl Found {
    /// Opened only while it is read: there may be more segments than a process may have open files.
    fn open(&self, disk: &dyn Disk) -> Result<Box<dyn DiskFile>, LogError> {
        disk.open(&self.path, OpenMode::Read).map_err(LogError::io("open the segment", &self.path))
    }

    fn data_len(&self) -> u64 {
        self.len.saturating_sub(HEADER as u64)
    }
}

/// Where the reading of a segment stopped.
#[derive(Clone, Copy)]
pub(super) struct Stop {
    /// Position of the last valid entry's end.
    pub(super) end: u64,
    /// Byte offset in the file behind the last valid entry or mark.
    pub(super) offset: u64,
    /// A mark, or the header, is the last before it.
    pub(super) marked: bool,
}

/// What is behind the place where the reading of a segment stopped.
struct Tail {
    /// Bytes up to the last that is not zero.
    bytes: u64,
    /// There is a valid mark: what is before it had been durable.
    is_marked: bool,
}

/// What the reading of a whole log found; see [`read`].
pub(super) struct Accepted {
    pub(super) stop: Stop,
    /// Bytes behind the end that a crash left half written.
    pub(super) cut: u64,
}

/// Finds the segments and checks what can be checked without reading entries. Changes nothing.
pub(super) fn find(disk: &dyn Disk, dir: &Path) -> Result<Vec<Found>, LogError> {
    let found = find_segments(disk, dir)?;
    check_chain(disk, &found)?;
    Ok(found)
}

/// Reads the log from `from` on and hands every entry to `replay`. Changes nothing.
pub(super) fn read<E>(
    disk: &dyn Disk,
    dir: &Path,
    found: &[Found],
    from: Position,
    replay: &mut Replay<'_, E>,
) -> Result<Accepted, OpenError<E>> {
    let first = found.first().map_or(0, |segment| segment.start);
    let missing = |end: u64| LogError::Missing {
        dir: dir.to_owned(),
        wanted: from,
        start: Position::new(first),
        end: Position::new(end),
    };
    if first > from.get() || (found.is_empty() && from > Position::ZERO) {
        return Err(missing(first).into());
    }
    let mut stop = Stop { end: first, offset: 0, marked: true };
    let mut cut = 0;
    for (index, segment) in found.iter().enumerate() {
        if segment.header != HeaderState::Valid {
            continue;
        }
        let next = found.get(index + 1);
        if next.is_some_and(|next| next.start <= from.get() && next.header == HeaderState::Valid) {
            continue;
        }
        let is_last = next.is_none_or(|next| next.header != HeaderState::Valid);
        // Reading must come by `from`, or the log is not the one that it is a position of.
        let mut is_known = segment.start >= from.get();
        stop = replay_segment(disk, segment, next.map(|next| next.start), &mut |at, payload| {
            if at.end <= from {
                is_known |= at.end == from;
                return Ok(());
            }
            if !is_known {
                return Err(None);
            }
            replay(EntryAt { sealed: !is_last, ..at }, payload).map_err(Some)
        })
        .map_err(|error| match error {
            OpenError::Log(error) => OpenError::Log(error),
            OpenError::Replay(Some(error)) => OpenError::Replay(error),
            OpenError::Replay(None) => OpenError::Log(missing(from.get())),
        })?;
        if !is_known {
            return Err(missing(stop.end).into());
        }
        let damaged = LogError::Damaged { path: segment.path.clone(), offset: stop.offset };
        match next {
            // Behind the end of a segment may be a mark, or zeros.
            Some(next) if next.start == stop.end => {}
            Some(next) => {
                let is_gap =
                    next.start > stop.end && read_tail(disk, segment, stop.offset)?.bytes == 0;
                return Err(OpenError::Log(if is_gap {
                    LogError::Gap { path: next.path.clone(), end: Position::new(stop.end) }
                } else {
                    damaged
                }));
            }
            // Only the last segment may end anywhere, but not before what had been durable.
            None => {
                let tail = read_tail(disk, segment, stop.offset)?;
                if tail.is_marked {
                    return Err(damaged.into());
                }
                cut = tail.bytes;
            }
        }
    }
    if stop.end < from.get() {
        return Err(missing(stop.end).into());
    }
    Ok(Accepted { stop, cut })
}

/// All segments in order, with their headers judged.
fn find_segments(disk: &dyn Disk, dir: &Path) -> Result<Vec<Found>, LogError> {
    let names = match disk.list(dir) {
        Ok(names) => names,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(LogError::io("list the directory", dir)(error)),
    };
    let mut found = Vec::new();
    for name in names.iter().filter(|name| name.ends_with(".log")) {
        let path = dir.join(name);
        let Some(start) = format::parse_file_name(name) else {
            return Err(LogError::NotASegment {
                path,
                problem: "its name is not a start position",
            });
        };
        let file =
            disk.open(&path, OpenMode::Read).map_err(LogError::io("open the segment", &path))?;
        let len = file.len().map_err(LogError::io("read the length of", &path))?;
        let mut bytes = [0; HEADER];
        let read = file.read_full_at(&mut bytes, 0).map_err(LogError::io("read", &path))?;
        let header = format::check_header(&bytes[..read], start);
        found.push(Found { path, start, len, header });
    }
    Ok(found)
}

/// Checks what can be checked without reading entries.
fn check_chain(disk: &dyn Disk, found: &[Found]) -> Result<(), LogError> {
    for (index, segment) in found.iter().enumerate() {
        let path = || segment.path.clone();
        match segment.header {
            HeaderState::Valid => {}
            HeaderState::UnknownVersion(version) => {
                return Err(LogError::UnknownVersion {
                    path: path(),
                    version,
                    known: format::VERSION,
                });
            }
            HeaderState::Wrong(problem) => {
                return Err(LogError::NotASegment { path: path(), problem });
            }
            // Entries are written only after the header was synced, so nothing can follow it.
            HeaderState::Unfinished if index + 1 < found.len() || !is_zero(disk, segment)? => {
                return Err(LogError::NotASegment {
                    path: path(),
                    problem: "its header is incomplete",
                });
            }
            HeaderState::Unfinished => {}
        }
        if let Some(before) = index.checked_sub(1).map(|before| &found[before]) {
            let end = before.start + before.data_len();
            if segment.start > end {
                return Err(LogError::Gap { path: path(), end: Position::new(end) });
            }
        }
    }
    Ok(())
}

/// Whether there are only zeros behind the header, if anything.
fn is_zero(disk: &dyn Disk, segment: &Found) -> Result<bool, LogError> {
    let file = segment.open(disk)?;
    let mut offset = HEADER as u64;
    let mut buffer = vec![0; CHUNK.min(segment.data_len() as usize)];
    while offset < segment.len {
        let read =
            file.read_at(&mut buffer, offset).map_err(LogError::io("read", &segment.path))?;
        if read == 0 || buffer[..read].iter().any(|byte| *byte != 0) {
            return Ok(read == 0);
        }
        offset += read as u64;
    }
    Ok(true)
}

/// Reads what is behind `offset`, byte by byte: nothing in it tells where an entry begins.
fn read_tail(disk: &dyn Disk, segment: &Found, offset: u64) -> Result<Tail, LogError> {
    let file = segment.open(disk)?;
    let mut tail = Tail { bytes: 0, is_marked: false };
    let mut buffer = vec![0; CHUNK.min(segment.len.saturating_sub(offset) as usize)];
    let mut at = offset;
    loop {
        let read =
            file.read_full_at(&mut buffer, at).map_err(LogError::io("read", &segment.path))?;
        let bytes = &buffer[..read];
        if let Some(last) = bytes.iter().rposition(|byte| *byte != 0) {
            tail.bytes = at - offset + last as u64 + 1;
            tail.is_marked |= bytes
                .windows(MARK)
                .zip(at..)
                .any(|(window, at)| format::begins_with_mark(window, segment.start, at));
        }
        if read < MARK || at + read as u64 >= segment.len {
            return Ok(tail);
        }
        // A mark may lie across the end of what was read.
        at += (read - (MARK - 1)) as u64;
    }
}

/// Replays entries up to `limit`, or up to the first invalid one or mark; says where that is.
fn replay_segment<E>(
    disk: &dyn Disk,
    segment: &Found,
    limit: Option<u64>,
    replay: &mut Replay<'_, E>,
) -> Result<Stop, OpenError<E>> {
    let file = segment.open(disk)?;
    let mut stop = Stop { end: segment.start, offset: HEADER as u64, marked: true };
    // What was read, up to `stop.offset` and beyond; `used` bytes of it are behind us.
    let mut buffer: Vec<u8> = Vec::new();
    let mut used = 0;
    loop {
        if limit.is_some_and(|limit| stop.end >= limit) {
            return Ok(stop);
        }
        let rest = &buffer[used..];
        if format::begins_with_mark(rest, segment.start, stop.offset) {
            stop.offset += MARK as u64;
            stop.marked = true;
            used += MARK;
            continue;
        }
        if let Some(len) = format::first_entry(rest) {
            let entry = &rest[..len];
            let start = Position::new(stop.end);
            let end = Position::new(stop.end + len as u64);
            if !format::is_valid(entry, end) {
                return Ok(stop);
            }
            let at = EntryAt {
                start,
                end,
                segment: Position::new(segment.start),
                offset: stop.offset,
                sealed: false,
            };
            replay(at, &entry[PREFIX..]).map_err(OpenError::Replay)?;
            stop.end += len as u64;
            stop.offset += len as u64;
            stop.marked = false;
            used += len;
            continue;
        }
        let needed = if rest.len() < PREFIX {
            PREFIX
        } else if let Some(len) = format::entry_len(rest) {
            len
        } else {
            return Ok(stop);
        };
        buffer.drain(..used);
        used = 0;
        let available = segment.len - stop.offset.min(segment.len);
        if needed as u64 > available {
            return Ok(stop);
        }
        let have = buffer.len();
        // `needed` is within the file, so a wrong length does not take more memory than the file.
        let target = available.min(needed.max(CHUNK) as u64) as usize;
        buffer.resize(target.max(have), 0);
        let read = file
            .read_full_at(&mut buffer[have..], stop.offset + have as u64)
            .map_err(LogError::io("read", &segment.path))?;
        buffer.truncate(have + read);
        if buffer.len() < needed {
            return Ok(stop);
        }
    }
}
