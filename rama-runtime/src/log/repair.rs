//! Making a log that was read and accepted ready for writing: the repair of its end.

use std::io;
use std::path::Path;

use super::error::{LogError, OpenError};
use super::format::{self, HeaderState};
use super::recover::{self, Accepted, CHUNK, Found, Stop};
use super::segment::Segment;
use super::{LogOptions, Position, Replay};
use crate::disk::{Disk, DiskFile, OpenMode};

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
    let found = recover::find(disk, dir)?;
    let Accepted { stop, cut } = recover::read(disk, dir, &found, from, replay)?;
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
