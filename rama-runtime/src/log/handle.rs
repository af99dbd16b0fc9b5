//! The log as its users hold it.

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use super::format::{self, MAX_PAYLOAD, PREFIX};
use super::shared::Shared;
use super::{
    DurableWatcher, LogError, LogOptions, LogReader, LogWriter, OpenError, Position, Replay,
    WriterWaker, repair,
};
use crate::disk::Disk;

/// A handle of an open log; cheap to clone, usable by all threads.
#[derive(Clone, Debug)]
pub struct Log {
    shared: Arc<Shared>,
}

impl Log {
    /// Opens the log in `dir`, which is created if it is missing.
    ///
    /// Every entry behind `from`, which is zero or the end of an entry, is handed to `replay` in order;
    /// what is before it may have been cut off. Only when all of them were read and accepted does
    /// anything change on disk: what a crash left half written at the end is cut off, and what was
    /// replayed is made durable. The caller makes sure that no other process has the log open (see
    /// [`Disk::lock`]).
    ///
    /// Nothing appended becomes durable until the returned writer is stepped.
    ///
    /// # Errors
    ///
    /// The first error of `replay`; damage other than an unfinished end; a log that does not hold
    /// `from`; a format version that is not known; the disk's errors.
    pub fn open<E>(
        disk: Arc<dyn Disk>,
        dir: &Path,
        options: LogOptions,
        from: Position,
        replay: &mut Replay<'_, E>,
    ) -> Result<(Log, LogWriter), OpenError<E>> {
        let recovered = repair::recover(&*disk, dir, &options, from, replay)?;
        let end = Position::new(recovered.segment.end());
        let shared = Shared::new(Arc::clone(&disk), dir.to_owned(), options, end);
        shared.set_start(recovered.starts.first().copied().unwrap_or(end.get()));
        let shared = Arc::new(shared);
        let writer = LogWriter::new(Arc::clone(&shared), disk, recovered);
        Ok((Log { shared }, writer))
    }

    /// Has the writer remove the segments that lie wholly before `below`, the oldest first. Never the
    /// one that is written. It may take a while; a failure is tried again and fails nothing else.
    pub fn cut(&self, below: Position) {
        self.shared.cut(below);
    }

    /// Where the oldest segment that is left begins.
    pub fn start(&self) -> Position {
        self.shared.start()
    }

    /// Reads back what is durable, from an entry's end on.
    pub fn reader(&self, from: Position) -> LogReader {
        LogReader::new(Arc::clone(&self.shared), from)
    }

    /// Appends an entry: `encode` writes its payload, which may be empty, at the end of the buffer
    /// it is given. Entries of several threads get the order in which they enter.
    ///
    /// Only memory is touched, under a lock that holds `encode` too: it should be quick and must not
    /// use the log. The entry becomes durable when somebody waits for it, or by its age.
    ///
    /// # Errors
    ///
    /// [`LogError::DiskFull`], [`LogError::Failed`], [`LogError::Closed`],
    /// [`LogError::EntryTooLarge`]; then nothing was appended.
    ///
    /// # Panics
    ///
    /// If `encode` does, or if it leaves the buffer shorter than it got it; nothing is appended then.
    pub fn append_with(&self, encode: impl FnOnce(&mut Vec<u8>)) -> Result<Position, LogError> {
        let infallible = |buffer: &mut Vec<u8>| {
            encode(buffer);
            Ok::<(), Infallible>(())
        };
        self.try_append_with(infallible).map(|Ok(position)| position)
    }

    /// Appends as [`Log::append_with`], unless `encode` fails; its error is the inner one.
    ///
    /// # Errors
    ///
    /// As [`Log::append_with`].
    ///
    /// # Panics
    ///
    /// As [`Log::append_with`].
    pub fn try_append_with<E>(
        &self,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<Result<Position, E>, LogError> {
        let shared = &*self.shared;
        let mut pending = shared.pending();
        if let Some(error) = shared.failure() {
            return Err(error);
        }
        if pending.closing {
            return Err(LogError::Closed);
        }
        if pending.full {
            return Err(LogError::DiskFull { dir: shared.dir.clone() });
        }
        let before = pending.buffer.len();
        let mut draft = Draft { start: before, buffer: &mut pending.buffer, keep: false };
        draft.buffer.extend_from_slice(&[0; PREFIX]);
        if let Err(error) = encode(draft.buffer) {
            return Ok(Err(error));
        }
        let len = draft.buffer.len();
        assert!(len >= before + PREFIX, "the encoder of a log entry may only append to its buffer");
        let payload = len - before - PREFIX;
        let limit = self.max_entry();
        if payload > limit {
            return Err(LogError::EntryTooLarge { bytes: payload, limit });
        }
        format::write_length(&mut draft.buffer[before..], payload);
        draft.keep = true;
        drop(draft);

        let position = Position::new(shared.sequenced().get() + (len - before) as u64);
        shared.set_sequenced(position);
        let max = shared.options.max_buffer;
        let wake = (before == 0 && !pending.writer_has_timer) || (before < max && len >= max);
        drop(pending);
        if wake {
            shared.wake_writer();
        }
        Ok(Ok(position))
    }

    /// Most bytes of an entry's payload.
    pub fn max_entry(&self) -> usize {
        self.shared.options.max_entry.min(MAX_PAYLOAD)
    }

    /// The end of the last appended entry.
    pub fn sequenced(&self) -> Position {
        self.shared.sequenced()
    }

    /// Everything up to here survives a crash. Never goes back.
    pub fn durable(&self) -> Position {
        self.shared.durable()
    }

    /// Bytes that are appended and not durable, with 8 bytes of overhead for each entry.
    pub fn buffered_bytes(&self) -> usize {
        // In this order the difference is never negative.
        let durable = self.durable().get();
        (self.sequenced().get() - durable) as usize
    }

    /// Says that somebody waits for `position` and lacks nothing else: the writer syncs as soon as it
    /// can. A position that is not appended yet is synced as soon as it is.
    pub fn want_durable(&self, position: Position) {
        self.shared.want(position);
    }

    /// Blocks the thread until `position` is durable, for at most `timeout`. Wants it as
    /// [`Log::want_durable`] does.
    ///
    /// # Errors
    ///
    /// [`LogError::Timeout`]; [`LogError::Failed`] or [`LogError::Closed`] if the log ended and the
    /// position was not durable by then. In each case the entry may be found after a restart.
    pub fn wait_durable(&self, position: Position, timeout: Duration) -> Result<(), LogError> {
        self.want_durable(position);
        let now = Instant::now();
        // A timeout beyond what the clock can say is as good as a century.
        let century = Duration::from_secs(100 * 365 * 24 * 60 * 60);
        let timeout_at = now.checked_add(timeout).unwrap_or(now + century);
        self.shared.park_until(position, timeout_at).unwrap_or(Err(LogError::Timeout))
    }

    /// Ready when `position` is durable; until then the context's waker is kept, and woken. Wants it
    /// as [`Log::want_durable`] does.
    ///
    /// # Errors
    ///
    /// [`LogError::Failed`] or [`LogError::Closed`], as with [`Log::wait_durable`].
    pub fn poll_durable(
        &self,
        position: Position,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), LogError>> {
        if let Some(arrival) = self.shared.arrival(position) {
            return Poll::Ready(arrival);
        }
        self.want_durable(position);
        match self.shared.register(position, cx.waker()) {
            Some(arrival) => Poll::Ready(arrival),
            None => Poll::Pending,
        }
    }

    /// Whether an append would be refused now, and why: the disk is full, or the log has failed or
    /// was closed.
    ///
    /// # Errors
    ///
    /// [`LogError::DiskFull`], [`LogError::Failed`], [`LogError::Closed`].
    pub fn check(&self) -> Result<(), LogError> {
        let pending = self.shared.pending();
        match self.shared.failure() {
            Some(error) => Err(error),
            None if pending.full => Err(LogError::DiskFull { dir: self.shared.dir.clone() }),
            None if pending.closing => Err(LogError::Closed),
            None => Ok(()),
        }
    }

    /// Why nothing more becomes durable: [`LogError::Failed`], or [`LogError::Closed`] when the
    /// closing is complete. `None` while the log works; a full disk is no failure.
    pub fn failure(&self) -> Option<LogError> {
        self.shared.failure()
    }

    /// Sets whom to tell that the writer has something to do, in place of the one before, and tells
    /// it at once. It is called outside the log's locks, by any thread.
    pub fn set_writer_waker(&self, waker: WriterWaker) {
        self.shared.set_writer_waker(waker);
    }

    /// Adds a watcher, called by the writer outside the log's locks after each advance of
    /// [`Log::durable`], and also when the disk becomes full or has space again, or the log fails or
    /// is closed.
    pub fn subscribe_durable(&self, watcher: DurableWatcher) {
        self.shared.subscribe(watcher);
    }

    /// Refuses further appends and has the writer make everything durable; does not wait for it.
    /// See [`Log::closed`].
    pub fn close(&self) {
        self.shared.pending().closing = true;
        self.shared.wake_writer();
    }

    /// How the closing, or a failure, ended the log; `None` until it has. `Ok` says that everything
    /// that was appended is durable.
    pub fn closed(&self) -> Option<Result<(), LogError>> {
        self.shared.closed()
    }
}

/// An entry being encoded; taken back unless it is kept.
struct Draft<'a> {
    buffer: &'a mut Vec<u8>,
    start: usize,
    keep: bool,
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        if !self.keep {
            // This grows the buffer only if the encoder took away earlier entries; the zeros in their
            // place make the writer fail, instead of writing a log with a hole.
            self.buffer.resize(self.start, 0);
        }
    }
}
