//! The segment that is being written.

use std::io;
use std::path::Path;

use super::LogOptions;
use super::format::{self, HEADER, MARK};
use crate::disk::{Disk, DiskFile, OpenMode};

/// Up to this size, entries are copied behind their mark, which is cheaper than another write.
const MAX_COPY: usize = 64 << 10;

/// Why a step of writing did not succeed.
#[derive(Debug)]
pub(super) enum Fault {
    /// No space; the same may be tried again.
    Full(io::Error),
    /// Final.
    Fatal(io::Error),
}

impl Fault {
    /// The disk's error.
    pub(super) fn into_error(self) -> io::Error {
        match self {
            Fault::Full(error) | Fault::Fatal(error) => error,
        }
    }

    fn of_write(error: io::Error) -> Fault {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Fault::Full(error),
            _ => Fault::Fatal(error),
        }
    }
}

/// The last segment of the log, open for writing at its end.
#[derive(Debug)]
pub(super) struct Segment {
    file: Box<dyn DiskFile>,
    /// Position at which it starts.
    start: u64,
    /// Position up to which entries are written and synced.
    end: u64,
    /// Byte offset in the file at `end`.
    file_end: u64,
    /// A mark, or the header, is the last before `end`: there is nothing to mark.
    marked: bool,
    /// The file's length: what is behind `file_end` are zeros.
    allocated: u64,
}

impl Segment {
    /// Makes a segment and its name durable. May be called again after [`Fault::Full`], and for a
    /// segment whose creation a crash cut short. The segment before must be durable to its end.
    pub(super) fn create(
        disk: &dyn Disk,
        dir: &Path,
        start: u64,
        options: &LogOptions,
    ) -> Result<Segment, Fault> {
        let path = dir.join(format::file_name(start));
        let exists = disk.exists(&path).map_err(Fault::Fatal)?;
        let mode = if exists { OpenMode::Write } else { OpenMode::Create };
        let file = disk.open(&path, mode).map_err(Fault::of_write)?;
        file.set_len(0).map_err(Fault::Fatal)?;
        file.write_all_at(&format::header(start), 0).map_err(Fault::of_write)?;
        let mut segment = Segment::at_end(file, start, start, HEADER as u64, true);
        segment.sync_creation(disk, dir, options)?;
        Ok(segment)
    }

    fn sync_creation(
        &mut self,
        disk: &dyn Disk,
        dir: &Path,
        options: &LogOptions,
    ) -> Result<(), Fault> {
        self.file.sync_all().map_err(Fault::Fatal)?;
        disk.sync_dir(dir).map_err(Fault::Fatal)?;
        // Zeros come only behind a durable header: a header cut short has nothing behind it.
        self.preallocate(0, options);
        Ok(())
    }

    /// A segment that was read back, durable and cut at `end`, which is at `file_end` in the file.
    /// `marked` says whether a mark or the header is the last before it.
    pub(super) fn at_end(
        file: Box<dyn DiskFile>,
        start: u64,
        end: u64,
        file_end: u64,
        marked: bool,
    ) -> Segment {
        Segment { file, start, end, file_end, marked, allocated: file_end }
    }

    /// Position up to which entries are written and synced.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// Where the next entry goes, behind the mark that comes first.
    fn entries_offset(&self) -> u64 {
        self.file_end + if self.marked { 0 } else { MARK as u64 }
    }

    /// Writes entries, or none, at the end, behind a mark if there is anything to mark.
    fn write(&self, entries: &[u8]) -> io::Result<()> {
        if !self.marked {
            let mark = format::mark(self.start, self.file_end);
            if entries.len() <= MAX_COPY {
                return self.file.write_all_at(&[&mark[..], entries].concat(), self.file_end);
            }
            self.file.write_all_at(&mark, self.file_end)?;
        }
        self.file.write_all_at(entries, self.entries_offset())
    }

    /// How many bytes of `entries` belong into this segment: all entries that fit, at least one if
    /// there is none yet. Zero means that the next segment has to be begun.
    pub(super) fn fitting(&self, entries: &[u8], segment_bytes: u64) -> usize {
        let room = segment_bytes.saturating_sub(self.entries_offset());
        if entries.len() as u64 <= room {
            return entries.len();
        }
        let mut fitting = 0;
        while let Some(len) = format::first_entry(&entries[fitting..]) {
            let is_first = fitting == 0 && self.end == self.start;
            if (fitting + len) as u64 > room && !is_first {
                break;
            }
            fitting += len;
        }
        fitting
    }

    /// Writes sealed entries behind the last and makes them durable, together with a mark that what
    /// is before them was. After [`Fault::Full`] the same may be tried again.
    pub(super) fn append(&mut self, entries: &[u8], options: &LogOptions) -> Result<(), Fault> {
        let offset = self.entries_offset();
        self.write(entries).map_err(Fault::of_write)?;
        let written = offset + entries.len() as u64;
        if written > self.allocated {
            self.allocated = written;
            self.preallocate(entries.len(), options);
        }
        self.file.sync_data().map_err(Fault::Fatal)?;
        self.end += entries.len() as u64;
        self.file_end = written;
        self.marked = false;
        Ok(())
    }

    /// Writes zeros ahead, to be synced with what was just written. Writes of more than a quarter of
    /// that gain nothing from it. That there is no space for zeros is no error.
    fn preallocate(&mut self, written: usize, options: &LogOptions) {
        let room = options.segment_bytes.saturating_sub(self.allocated);
        let ahead = room.min(options.preallocate as u64) as usize;
        if ahead == 0 || written > options.preallocate / 4 {
            return;
        }
        // An error that matters shows itself again in the next write or sync.
        if self.file.write_all_at(&vec![0; ahead], self.allocated).is_ok() {
            self.allocated += ahead as u64;
        }
    }

    /// Marks that everything is durable and cuts the zeros ahead. That there is no space for the mark
    /// is no error.
    pub(super) fn finish(&mut self) -> Result<(), Fault> {
        let mut changed = false;
        let marked_end = self.entries_offset();
        match self.write(&[]).map_err(Fault::of_write) {
            Ok(()) => {
                changed = marked_end > self.file_end;
                self.file_end = marked_end;
                self.marked = true;
            }
            Err(Fault::Full(_)) => {}
            Err(fault) => return Err(fault),
        }
        // An attempt to write ahead that failed may have left zeros beyond what is known.
        if self.file.len().map_err(Fault::Fatal)? > self.file_end {
            self.file.set_len(self.file_end).map_err(Fault::Fatal)?;
            changed = true;
        }
        self.allocated = self.file_end;
        if changed {
            self.file.sync_all().map_err(Fault::Fatal)?;
        }
        Ok(())
    }
}
