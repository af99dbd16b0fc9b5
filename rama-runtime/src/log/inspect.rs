//! Looking at a log that nobody has open, without changing it.

use std::convert::Infallible;
use std::path::{Path, PathBuf};

use super::error::{LogError, OpenError};
use super::format::HeaderState;
use super::recover::{self, Accepted, Found};
use super::{EntryAt, Position, Replay};
use crate::disk::Disk;

/// The segments of a log.
pub(crate) struct LogFiles<'a> {
    disk: &'a dyn Disk,
    dir: PathBuf,
    found: Vec<Found>,
}

/// Where a log ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LogTail {
    /// The end of the last entry.
    pub(crate) end: Position,
    /// Bytes behind it that a crash left half written; opening the log cuts them off.
    pub(crate) torn_bytes: u64,
}

impl<'a> LogFiles<'a> {
    /// Finds the segments and checks their headers. No log is one without segments.
    pub(crate) fn open(disk: &'a dyn Disk, dir: &Path) -> Result<LogFiles<'a>, LogError> {
        Ok(LogFiles { disk, dir: dir.to_owned(), found: recover::find(disk, dir)? })
    }

    /// Where the oldest segment begins.
    pub(crate) fn start(&self) -> Position {
        Position::new(self.found.first().map_or(0, |segment| segment.start))
    }

    /// Paths and lengths of the segments, the oldest first.
    pub(crate) fn segments(&self) -> impl Iterator<Item = (&Path, u64)> {
        self.found.iter().map(|segment| (&*segment.path, segment.len))
    }

    /// Hands every entry behind `from`, which is zero or the end of an entry, to `replay`, as
    /// [`Log::open`](super::Log::open) does, with the same checks.
    pub(crate) fn read<E>(
        &self,
        from: Position,
        replay: &mut Replay<'_, E>,
    ) -> Result<LogTail, OpenError<E>> {
        let Accepted { stop, cut } =
            recover::read(self.disk, &self.dir, &self.found, from, replay)?;
        Ok(LogTail { end: Position::new(stop.end), torn_bytes: cut })
    }

    /// Whether an entry ends at `from`, or the log begins there; opening it from there would fail
    /// otherwise.
    pub(crate) fn holds(&self, from: Position) -> Result<(), LogError> {
        let read = self.read(from, &mut |_, _| Ok::<(), Infallible>(()));
        match read {
            Ok(_) => Ok(()),
            Err(OpenError::Log(error)) => Err(error),
            Err(OpenError::Replay(never)) => match never {},
        }
    }

    /// Reads all segments and hands every entry to `f`, and every damage to `problem`; reading goes on
    /// in the segment behind one that is damaged.
    pub(crate) fn verify(
        &self,
        f: &mut dyn FnMut(EntryAt, &[u8]),
        problem: &mut dyn FnMut(LogError),
    ) {
        let mut from = self.start();
        loop {
            let read = self.read(from, &mut |at, entry| {
                f(at, entry);
                Ok::<(), Infallible>(())
            });
            let error = match read {
                Ok(_) => return,
                Err(OpenError::Replay(never)) => match never {},
                Err(OpenError::Log(error)) => error,
            };
            let damaged = match &error {
                LogError::Damaged { path, .. } | LogError::Io { path, .. } => {
                    self.found.iter().position(|found| found.path == *path)
                }
                _ => None,
            };
            problem(error);
            match damaged.and_then(|damaged| self.found.get(damaged + 1)) {
                Some(next) if next.header == HeaderState::Valid && next.start > from.get() => {
                    from = Position::new(next.start);
                }
                _ => return,
            }
        }
    }
}
