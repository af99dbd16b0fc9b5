//! The side of the log that writes.

use std::collections::VecDeque;
use std::io;
use std::mem;
use std::sync::Arc;
use std::time::Duration;

use super::repair::Recovered;
use super::segment::{Fault, Segment};
use super::shared::Shared;
use super::{Position, format};
use crate::disk::Disk;
use crate::exec::{Component, Step};

/// Bytes of memory of each of the two buffers that are kept: what comes while the disk is busy.
const KEPT_BUFFER: usize = 16 << 20;

/// The only one that writes the log. It is stepped by one thread or executor, which steps it again
/// when it is woken ([`Log::set_writer_waker`](super::Log::set_writer_waker)).
///
/// Dropping it closes the log as it is, without writing: waiters get
/// [`LogError::Closed`](super::LogError::Closed).
#[derive(Debug)]
pub struct LogWriter {
    shared: Arc<Shared>,
    disk: Arc<dyn Disk>,
    segment: Segment,
    /// Where the segments start, the oldest first; the last is the one that is written.
    starts: VecDeque<u64>,
    /// A removal failed and is tried again then.
    cut_again_at: Option<Duration>,
    /// Sealed entries being written, and how much of them is durable. Appenders fill the other
    /// buffer meanwhile.
    writing: Vec<u8>,
    written: usize,
    /// When what is appended has to be written, unasked.
    timer: Option<Duration>,
    /// The disk is full until then.
    retry_at: Option<Duration>,
}

impl LogWriter {
    pub(super) fn new(shared: Arc<Shared>, disk: Arc<dyn Disk>, recovered: Recovered) -> Self {
        LogWriter {
            shared,
            disk,
            segment: recovered.segment,
            starts: recovered.starts.into(),
            cut_again_at: None,
            writing: Vec::new(),
            written: 0,
            timer: None,
            retry_at: None,
        }
    }

    /// Writes and syncs what was appended, if it is time: somebody waits for it, it is old or large,
    /// or the log is closing. `now` is monotonic, from any start. Waits for nothing but the disk.
    pub fn step(&mut self, now: Duration) -> Step {
        match self.write_step(now) {
            // Removals give way to whoever waits for a sync.
            Step::Worked => Step::Worked,
            step => match self.cut_step(now) {
                Some(Step::IdleUntil(time)) => match step {
                    Step::IdleUntil(earlier) => Step::IdleUntil(earlier.min(time)),
                    _ => Step::IdleUntil(time),
                },
                Some(cut) => cut,
                None => step,
            },
        }
    }

    /// Removes the oldest segment, if it is to go; nothing if there is none.
    fn cut_step(&mut self, now: Duration) -> Option<Step> {
        if self.shared.failure().is_some() {
            return None;
        }
        let next = *self.starts.get(1)?;
        if next > self.shared.cut_below() {
            return None;
        }
        if let Some(time) = self.cut_again_at.filter(|time| now < *time) {
            return Some(Step::IdleUntil(time));
        }
        let path = self.shared.dir.join(format::file_name(*self.starts.front()?));
        // One removal is durable before the next, so that a crash leaves no gap.
        let removed = match self.disk.remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => self.disk.sync_dir(&self.shared.dir),
        };
        match removed {
            Ok(()) => {
                self.cut_again_at = None;
                self.starts.pop_front();
                self.shared.set_start(next);
                Some(Step::Worked)
            }
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "a segment of the log cannot be removed");
                let time = now + self.shared.options.retry_full.max(Duration::from_nanos(1));
                self.cut_again_at = Some(time);
                Some(Step::IdleUntil(time))
            }
        }
    }

    fn write_step(&mut self, now: Duration) -> Step {
        if self.shared.failure().is_some() {
            return Step::Idle;
        }
        if let Some(retry_at) = self.retry_at {
            if now < retry_at {
                return Step::IdleUntil(retry_at);
            }
            return self.write(now);
        }
        let due_at = {
            let options = &self.shared.options;
            let mut pending = self.shared.pending();
            if pending.buffer.is_empty() {
                if pending.closing {
                    drop(pending);
                    return self.close();
                }
                match self.timer {
                    Some(time) if now < time => return Step::IdleUntil(time),
                    _ => {
                        // From now on the first entry wakes us.
                        self.timer = None;
                        pending.writer_has_timer = false;
                        return Step::Idle;
                    }
                }
            }
            let due_at = *self.timer.get_or_insert(now + options.max_unsynced);
            pending.writer_has_timer = true;
            let due = now >= due_at
                || pending.closing
                || pending.buffer.len() >= options.max_buffer
                || self.shared.is_more_wanted();
            if due {
                mem::swap(&mut pending.buffer, &mut self.writing);
                // What comes from now on is at least as young as this timer.
                self.timer = Some(now + options.max_unsynced);
                None
            } else {
                Some(due_at)
            }
        };
        match due_at {
            Some(time) => Step::IdleUntil(time),
            None => match self.seal() {
                Ok(()) => self.write(now),
                Err(error) => self.fail(error),
            },
        }
    }

    /// Fills in what appenders left to us.
    fn seal(&mut self) -> io::Result<()> {
        let mut position = self.segment.end();
        let mut rest = &mut self.writing[..];
        while !rest.is_empty() {
            let Some(len) = format::first_entry(rest) else {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "the encoder of a log entry damaged the entries before it",
                ));
            };
            let (entry, behind) = rest.split_at_mut(len);
            position += len as u64;
            format::seal(entry, Position::new(position));
            rest = behind;
        }
        Ok(())
    }

    /// Writes what is left of the buffer, or goes on waiting for space.
    fn write(&mut self, now: Duration) -> Step {
        match self.write_all() {
            Ok(()) => {
                self.writing.clear();
                self.written = 0;
                // One large burst should not keep its memory for ever.
                self.writing.shrink_to(KEPT_BUFFER.max(self.shared.options.max_buffer));
                if self.retry_at.take().is_some() {
                    tracing::info!(dir = %self.shared.dir.display(), "the disk of the log has space again");
                    self.shared.set_full(false);
                }
                Step::Worked
            }
            Err(Fault::Full(error)) => {
                let retry_at = now + self.shared.options.retry_full.max(Duration::from_nanos(1));
                if self.retry_at.replace(retry_at).is_none() {
                    tracing::warn!(dir = %self.shared.dir.display(), %error, "the disk of the log is full");
                    self.shared.set_full(true);
                }
                Step::IdleUntil(retry_at)
            }
            Err(Fault::Fatal(error)) => self.fail(error),
        }
    }

    fn write_all(&mut self) -> Result<(), Fault> {
        let options = &self.shared.options;
        while self.written < self.writing.len() {
            let rest = &self.writing[self.written..];
            let fitting = self.segment.fitting(rest, options.segment_bytes);
            if fitting == 0 {
                // All of the old segment is durable: `append` syncs.
                let start = self.segment.end();
                self.segment = Segment::create(&*self.disk, &self.shared.dir, start, options)?;
                self.starts.push_back(start);
                continue;
            }
            self.segment.append(&rest[..fitting], options)?;
            self.written += fitting;
            self.shared.advance(Position::new(self.segment.end()));
        }
        Ok(())
    }

    fn close(&mut self) -> Step {
        match self.segment.finish() {
            Ok(()) => {
                self.shared.set_closed();
                Step::Worked
            }
            Err(fault) => self.fail(fault.into_error()),
        }
    }

    fn fail(&mut self, error: io::Error) -> Step {
        tracing::error!(dir = %self.shared.dir.display(), %error, "the log failed");
        self.shared.fail(error);
        Step::Worked
    }
}

impl Drop for LogWriter {
    fn drop(&mut self) {
        self.shared.set_closed();
    }
}

impl Component for LogWriter {
    fn step(&mut self, now: Duration) -> Step {
        LogWriter::step(self, now)
    }
}
