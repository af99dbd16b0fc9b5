//! What appenders, waiters and the writer share.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::mem;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use std::task::Waker;

use super::{LogError, LogOptions, Position};
use crate::disk::Disk;

/// Called when the writer has something to do; it must be quick and must not call the log's writer.
pub type WriterWaker = Arc<dyn Fn() + Send + Sync>;

/// Called with the durable position when that or the state of the log has changed.
pub type DurableWatcher = Arc<dyn Fn(Position) + Send + Sync>;

/// The state behind all handles of one log.
pub(super) struct Shared {
    pub(super) disk: Arc<dyn Disk>,
    pub(super) dir: PathBuf,
    pub(super) options: LogOptions,
    /// Where the oldest segment begins; written by the writer only.
    start: AtomicU64,
    /// Segments wholly before this are to be removed.
    cut_below: AtomicU64,
    /// End of the last appended entry; written under the lock of `pending`.
    sequenced: AtomicU64,
    /// Written by the writer only.
    durable: AtomicU64,
    /// The highest position that anybody waits for.
    wanted: AtomicU64,
    /// Set once, when the log has ended.
    outcome: OnceLock<Outcome>,
    pending: Mutex<Pending>,
    /// Futures that wait, by position.
    wakers: Mutex<BTreeMap<Position, Vec<Waker>>>,
    /// Threads that wait; goes with the lock of `wakers`.
    advanced: Condvar,
    writer_waker: RwLock<Option<WriterWaker>>,
    watchers: RwLock<Arc<Vec<DurableWatcher>>>,
}

/// How the log ended.
#[derive(Debug)]
enum Outcome {
    Failed(Arc<io::Error>),
    Closed,
}

/// What is appended and not yet taken by the writer.
#[derive(Debug, Default)]
pub(super) struct Pending {
    /// Entries without their crc.
    pub(super) buffer: Vec<u8>,
    /// The writer will look at `buffer` before long, unasked.
    pub(super) writer_has_timer: bool,
    /// The disk is full: nothing is appended.
    pub(super) full: bool,
    /// The log is closing: nothing is appended.
    pub(super) closing: bool,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("dir", &self.dir)
            .field("sequenced", &self.sequenced())
            .field("durable", &self.durable())
            .field("outcome", &self.outcome)
            .finish_non_exhaustive()
    }
}

/// Locks; a panic elsewhere leaves nothing half done under these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub(super) fn new(
        disk: Arc<dyn Disk>,
        dir: PathBuf,
        options: LogOptions,
        end: Position,
    ) -> Self {
        Shared {
            disk,
            dir,
            options,
            start: AtomicU64::new(0),
            cut_below: AtomicU64::new(0),
            sequenced: AtomicU64::new(end.get()),
            durable: AtomicU64::new(end.get()),
            wanted: AtomicU64::new(0),
            outcome: OnceLock::new(),
            pending: Mutex::default(),
            wakers: Mutex::default(),
            advanced: Condvar::new(),
            writer_waker: RwLock::default(),
            watchers: RwLock::default(),
        }
    }

    pub(super) fn start(&self) -> Position {
        Position::new(self.start.load(Ordering::SeqCst))
    }

    pub(super) fn set_start(&self, start: u64) {
        self.start.store(start, Ordering::SeqCst);
    }

    pub(super) fn cut(&self, below: Position) {
        if self.cut_below.fetch_max(below.get(), Ordering::SeqCst) < below.get() {
            self.wake_writer();
        }
    }

    pub(super) fn cut_below(&self) -> u64 {
        self.cut_below.load(Ordering::SeqCst)
    }

    pub(super) fn sequenced(&self) -> Position {
        Position::new(self.sequenced.load(Ordering::SeqCst))
    }

    pub(super) fn durable(&self) -> Position {
        Position::new(self.durable.load(Ordering::SeqCst))
    }

    pub(super) fn pending(&self) -> MutexGuard<'_, Pending> {
        lock(&self.pending)
    }

    /// Call with the lock of `pending` held.
    pub(super) fn set_sequenced(&self, position: Position) {
        self.sequenced.store(position.get(), Ordering::SeqCst);
    }

    /// Whether somebody waits for more than is durable.
    pub(super) fn is_more_wanted(&self) -> bool {
        self.wanted.load(Ordering::SeqCst) > self.durable.load(Ordering::SeqCst)
    }

    /// Remembers that `position` is waited for; wakes the writer if it does not know yet.
    pub(super) fn want(&self, position: Position) {
        if position > self.durable()
            && self.wanted.fetch_max(position.get(), Ordering::SeqCst) < position.get()
        {
            self.wake_writer();
        }
    }

    pub(super) fn wake_writer(&self) {
        let waker = self.writer_waker.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(waker) = waker {
            waker();
        }
    }

    pub(super) fn set_writer_waker(&self, waker: WriterWaker) {
        *self.writer_waker.write().unwrap_or_else(PoisonError::into_inner) = Some(waker);
        // Whatever happened before nobody was told of.
        self.wake_writer();
    }

    pub(super) fn subscribe(&self, watcher: DurableWatcher) {
        let mut watchers = self.watchers.write().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(&mut watchers).push(watcher);
    }

    /// The error that ended the log, if it has ended.
    pub(super) fn failure(&self) -> Option<LogError> {
        self.outcome.get().map(|outcome| match outcome {
            Outcome::Failed(source) => {
                LogError::Failed { dir: self.dir.clone(), source: Arc::clone(source) }
            }
            Outcome::Closed => LogError::Closed,
        })
    }

    /// How the log ended: well, if it was closed with everything durable.
    pub(super) fn closed(&self) -> Option<Result<(), LogError>> {
        let failure = self.failure()?;
        let complete = matches!(failure, LogError::Closed) && self.durable() == self.sequenced();
        Some(if complete { Ok(()) } else { Err(failure) })
    }

    /// What waiting for `position` has come to, or nothing yet.
    pub(super) fn arrival(&self, position: Position) -> Option<Result<(), LogError>> {
        // The end of the log is published after the last advance, so it is read before.
        let failure = self.failure();
        if self.durable() >= position { Some(Ok(())) } else { failure.map(Err) }
    }

    /// Sleeps until the wait for `position` is over; `None` if `timeout_at` came first.
    pub(super) fn park_until(
        &self,
        position: Position,
        timeout_at: std::time::Instant,
    ) -> Option<Result<(), LogError>> {
        let mut wakers = lock(&self.wakers);
        loop {
            if let Some(arrival) = self.arrival(position) {
                return Some(arrival);
            }
            let left = timeout_at.checked_duration_since(std::time::Instant::now())?;
            wakers =
                self.advanced.wait_timeout(wakers, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Registers `waker` unless the wait is over.
    pub(super) fn register(
        &self,
        position: Position,
        waker: &Waker,
    ) -> Option<Result<(), LogError>> {
        let mut wakers = lock(&self.wakers);
        let arrival = self.arrival(position);
        if arrival.is_none() {
            let registered = wakers.entry(position).or_default();
            if !registered.iter().any(|other| other.will_wake(waker)) {
                registered.push(waker.clone());
            }
        }
        arrival
    }

    /// Publishes that everything up to `position` is durable.
    pub(super) fn advance(&self, position: Position) {
        self.durable.store(position.get(), Ordering::SeqCst);
        let ready = {
            let mut wakers = lock(&self.wakers);
            self.advanced.notify_all();
            let later = wakers.split_off(&Position::new(position.get() + 1));
            mem::replace(&mut *wakers, later)
        };
        self.announce(ready);
    }

    /// Ends the log as failed.
    pub(super) fn fail(&self, source: io::Error) {
        self.end(Outcome::Failed(Arc::new(source)));
    }

    /// Ends the log as closed.
    pub(super) fn set_closed(&self) {
        self.end(Outcome::Closed);
    }

    fn end(&self, outcome: Outcome) {
        // The first outcome stays.
        if self.outcome.set(outcome).is_ok() {
            let all = {
                let mut wakers = lock(&self.wakers);
                self.advanced.notify_all();
                mem::take(&mut *wakers)
            };
            self.announce(all);
        }
    }

    /// Says whether the disk is full, and tells the watchers.
    pub(super) fn set_full(&self, full: bool) {
        self.pending().full = full;
        self.announce(BTreeMap::new());
    }

    fn announce(&self, ready: BTreeMap<Position, Vec<Waker>>) {
        for waker in ready.into_values().flatten() {
            waker.wake();
        }
        let watchers = Arc::clone(&self.watchers.read().unwrap_or_else(PoisonError::into_inner));
        let durable = self.durable();
        for watcher in watchers.iter() {
            watcher(durable);
        }
    }
}
