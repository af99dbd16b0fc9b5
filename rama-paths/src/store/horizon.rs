//! How far readers see, and what running reads hold back.
//!
//! Every commit has a position. One **visible** position, shared by all partitions of a process,
//! says up to where commits are durable and complete on every partition. A read from outside is as
//! of one position, which it *pins* while it runs: rows that a pinned read may need are not
//! overwritten by newer ones. A pin can be revoked when it holds back too much; the read then fails
//! with [`PathError::Expired`] instead of seeing something else.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use crate::error::PathError;

/// No read uses the slot.
const FREE: u64 = u64::MAX;
/// The read of this slot may not go on.
const REVOKED: u64 = u64::MAX - 1;
/// A read is about to take its position.
const TAKEN: u64 = u64::MAX - 2;

/// The visible position, the pins of running reads, and the memory that rows take; shared by all
/// partitions of a process.
#[derive(Debug, Default)]
pub struct Horizon {
    visible: AtomicU64,
    /// One per running read; slots are kept and used again.
    slots: RwLock<Vec<Arc<AtomicU64>>>,
    memory: Memory,
}

thread_local! {
    /// Where this thread found a free slot last.
    static HINT: Cell<usize> = const { Cell::new(0) };
}

impl Horizon {
    /// A horizon at `visible`, with at most `cache_bytes` of memory for rows that are kept only
    /// because they may be read again.
    pub fn new(visible: u64, cache_bytes: usize) -> Self {
        let memory = Memory { cache_limit: cache_bytes, ..Memory::default() };
        Self { visible: AtomicU64::new(visible), slots: RwLock::default(), memory }
    }

    /// Commits up to here are seen by reads that begin now. Never goes back.
    pub fn visible(&self) -> u64 {
        self.visible.load(Ordering::SeqCst)
    }

    /// Makes commits up to `position` visible: they are durable, and sealed on every partition.
    pub fn advance(&self, position: u64) {
        self.visible.fetch_max(position, Ordering::SeqCst);
    }

    /// Pins the visible position.
    pub fn pin(self: &Arc<Self>) -> Pin {
        let slot = self.take_slot();
        loop {
            // Whoever overwrites rows looks at the pins after the visible position went up. So if it
            // has not moved since we wrote the slot, the slot was seen.
            let position = self.visible();
            slot.store(position, Ordering::SeqCst);
            if self.visible() == position {
                return Pin { slot, position };
            }
        }
    }

    fn take_slot(&self) -> Arc<AtomicU64> {
        {
            let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
            let first = HINT.get();
            for at in 0..slots.len() {
                let at = (first + at) % slots.len();
                let taken =
                    slots[at].compare_exchange(FREE, TAKEN, Ordering::SeqCst, Ordering::Relaxed);
                if taken.is_ok() {
                    HINT.set(at);
                    return Arc::clone(&slots[at]);
                }
            }
        }
        let slot = Arc::new(AtomicU64::new(TAKEN));
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        HINT.set(slots.len());
        slots.push(Arc::clone(&slot));
        slot
    }

    /// The oldest pinned position, if any read runs.
    pub fn oldest_pin(&self) -> Option<u64> {
        let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
        slots.iter().filter_map(pinned).min()
    }

    /// The pinned positions.
    pub(crate) fn pins(&self) -> Vec<u64> {
        let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
        slots.iter().filter_map(pinned).collect()
    }

    /// Ends the reads as of positions before `position`; says how many there were.
    pub fn revoke_before(&self, position: u64) -> usize {
        let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
        let revoke = |slot: &&Arc<AtomicU64>| {
            let at = slot.load(Ordering::SeqCst);
            // One that is about to begin takes a newer position at once.
            at < position
                && slot.compare_exchange(at, REVOKED, Ordering::SeqCst, Ordering::Relaxed).is_ok()
        };
        slots.iter().filter(revoke).count()
    }

    /// The memory that rows take.
    pub fn memory(&self) -> &Memory {
        &self.memory
    }
}

/// What a slot pins.
fn pinned(slot: &Arc<AtomicU64>) -> Option<u64> {
    match slot.load(Ordering::SeqCst) {
        FREE | REVOKED => None,
        // Everything, until it has its position.
        TAKEN => Some(0),
        position => Some(position),
    }
}

/// A position that a running read is as of; dropping it lets go.
#[derive(Debug)]
pub struct Pin {
    slot: Arc<AtomicU64>,
    position: u64,
}

impl Pin {
    /// The position.
    pub fn position(&self) -> u64 {
        self.position
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        self.slot.store(FREE, Ordering::SeqCst);
    }
}

/// What a read sees: commits up to a position.
#[derive(Debug, Clone, Copy)]
pub struct AsOf<'a> {
    position: u64,
    pin: Option<&'a Pin>,
}

impl<'a> AsOf<'a> {
    /// Everything that was committed, durable or not: for the thread that owns the partition.
    pub(crate) const LATEST: Self = Self { position: u64::MAX, pin: None };

    pub(crate) fn pinned(pin: &'a Pin) -> Self {
        Self { position: pin.position, pin: Some(pin) }
    }

    pub(crate) fn position(self) -> u64 {
        self.position
    }

    /// Whether the read may go on. Rows are not overwritten while the caller holds their lock.
    pub(crate) fn check(self) -> Result<(), PathError> {
        match self.pin {
            Some(pin) if pin.slot.load(Ordering::SeqCst) != pin.position => Err(PathError::Expired),
            _ => Ok(()),
        }
    }
}

/// Estimated bytes of memory that rows take.
#[derive(Debug, Default)]
pub struct Memory {
    sealed: AtomicUsize,
    overlay: AtomicUsize,
    cache: AtomicUsize,
    cache_limit: usize,
}

impl Memory {
    /// Rows that are committed and must stay, because they are newer than the last checkpoint.
    pub fn overlay(&self) -> usize {
        self.overlay.load(Ordering::Relaxed) + self.sealed()
    }

    /// The part of [`Memory::overlay`] that is kept apart because it is not durable yet, or because
    /// running reads are older.
    pub fn sealed(&self) -> usize {
        self.sealed.load(Ordering::Relaxed)
    }

    /// Rows that are also in the last checkpoint.
    pub fn cache(&self) -> usize {
        self.cache.load(Ordering::Relaxed)
    }

    /// The limit of [`Memory::cache`].
    pub fn cache_limit(&self) -> usize {
        self.cache_limit
    }

    pub(crate) fn add_sealed(&self, bytes: usize) {
        self.sealed.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn sub_sealed(&self, bytes: usize) {
        self.sealed.fetch_sub(bytes, Ordering::Relaxed);
    }

    pub(crate) fn add_overlay(&self, bytes: usize) {
        self.overlay.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn sub_overlay(&self, bytes: usize) {
        self.overlay.fetch_sub(bytes, Ordering::Relaxed);
    }

    pub(crate) fn add_cache(&self, bytes: usize) {
        self.cache.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn sub_cache(&self, bytes: usize) {
        self.cache.fetch_sub(bytes, Ordering::Relaxed);
    }
}
