//! Reading a log back: checks first, then the entries, then the repair of its end.

use std::io;
use std::path::{Path, PathBuf};

use super::error::{LogError, OpenError};
use super::format::{self, HEADER, HeaderState, MARK, PREFIX};
use super::segment::Segment;
use super::{EntryAt, LogOptions, Position, Replay};
use crate::disk::{Disk, DiskFile, OpenMode};

/// How much is read, and written back, at a time.
const CHUNK: usize = 1 << 20;

/// A segment as found.
struct Found {
    path: PathBuf,
    start: u64,
    len: u64,
    header: HeaderState,
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
struct Stop {
    /// Position of the last valid entry's end.
    end: u64,
    /// Byte offset in the file behind the last valid entry or mark.
    offset: u64,
    /// A mark, or the header, is the last before it.
    marked: bool,
}

/// What is behind the place where the reading of a segment stopped.
struct Tail {
    /// Bytes up to the last that is not zero.
    bytes: u64,
    /// There is a valid mark: what is before it had been durable.
    is_marked: bool,
}

/// A log that is ready for writing.
#[derive(Debug)]
pub(super) struct Recovered {
    /// The last segment, durable up to its end.
    pub(super) segment: Segment,
    /// Where the segments start, the oldest first.
    pub(super) starts: Vec<u64>,
}

/// Reads the log from `from` on, hands every entry to `replay`, and when all were accepted makes the
/// log ready for writing.
pub(super) fn recover<E>(
    disk: &dyn Disk,
    dir: &Path,
    options: &LogOptions,
    from: Position,
    replay: &mut Replay<'_, E>,
) -> Result<Recovered, OpenError<E>> {
    let found = find_segments(disk, dir)?;
    check_chain(disk, &found)?;
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
    // Everything was accepted; only now the disk changes.
    let mut starts: Vec<u64> = found.iter().map(|segment| segment.start).collect();
    let last = found.into_iter().next_back();
    let segment = match last {
        Some(last) if last.header == HeaderState::Valid => {
            if cut > 0 {
                tracing::warn!(
                    segment = %last.path.display(), offset = stop.offset, bytes = cut,
                    "cutting off what a crash left half written at the end of the log"
                );
            }
            repair_end(disk, dir, last, stop)?
        }
        last => {
            disk.create_dir_all(dir).map_err(LogError::io("create the directory", dir))?;
            let start = last.map_or(0, |last| last.start);
            let path = dir.join(format::file_name(start));
            Segment::create(disk, dir, start, options)
                .map_err(|fault| LogError::io("create the segment", &path)(fault.into_error()))?
        }
    };
    if starts.is_empty() {
        starts.push(0);
    }
    Ok(Recovered { segment, starts })
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
            replay(EntryAt { start, end, sealed: false }, &entry[PREFIX..])
                .map_err(OpenError::Replay)?;
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

/// Cuts the last segment where the reading stopped and makes what is before that durable.
///
/// Entries and length are written anew: if an earlier process saw a sync fail, the operating system
/// may show us what it no longer intends to write.
fn repair_end(disk: &dyn Disk, dir: &Path, last: Found, stop: Stop) -> Result<Segment, LogError> {
    let Found { path, start, .. } = last;
    let Stop { end, offset: file_end, marked } = stop;
    let failed = LogError::io("repair the end of", &path);
    let repair = || -> io::Result<Box<dyn DiskFile>> {
        let file = disk.open(&path, OpenMode::Write)?;
        file.set_len(file_end + 1)?;
        file.set_len(file_end)?;
        let mut buffer = vec![0; CHUNK.min(file_end as usize)];
        let mut offset = 0;
        while offset < file_end {
            let chunk = CHUNK.min((file_end - offset) as usize);
            let read = file.read_full_at(&mut buffer[..chunk], offset)?;
            if read < chunk {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            file.write_all_at(&buffer[..chunk], offset)?;
            offset += chunk as u64;
        }
        file.sync_all()?;
        disk.sync_dir(dir)?;
        Ok(file)
    };
    let file = repair().map_err(failed)?;
    Ok(Segment::at_end(file, start, end, file_end, marked))
}
