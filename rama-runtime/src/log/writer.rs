//! The side of the log that writes.

use std::io;
use std::mem;
use std::sync::Arc;
use std::time::Duration;

use super::segment::{Fault, Segment};
use super::shared::Shared;
use super::{Position, format};
use crate::disk::Disk;
use crate::exec::{Component, Step};

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
    pub(super) fn new(shared: Arc<Shared>, disk: Arc<dyn Disk>, segment: Segment) -> Self {
        LogWriter {
            shared,
            disk,
            segment,
            writing: Vec::new(),
            written: 0,
            timer: None,
            retry_at: None,
        }
    }

    /// Writes and syncs what was appended, if it is time: somebody waits for it, it is old or large,
    /// or the log is closing. `now` is monotonic, from any start. Waits for nothing but the disk.
    pub fn step(&mut self, now: Duration) -> Step {
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
                self.writing.shrink_to(4 * self.shared.options.max_buffer);
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
                self.segment =
                    Segment::create(&*self.disk, &self.shared.dir, self.segment.end(), options)?;
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
