//! What can go wrong with a disk in memory, set while it runs.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use super::mem::Machine;

/// The faults of one [`MemDisk`](super::MemDisk); cheap to clone.
///
/// All setters act from the next operation on. Given the same seed and the same operations, the
/// same things go wrong.
#[derive(Clone)]
pub struct Faults(pub(super) Arc<Mutex<Machine>>);

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with(|settings| f.debug_tuple("Faults").field(settings).finish())
    }
}

impl Faults {
    /// Seeds what the faults leave to chance: lengths of short reads and of writes cut by a full
    /// disk, and what becomes of data whose sync failed. The seed is 0 at first.
    pub fn seed(&self, seed: u64) {
        self.with(|settings| settings.rng = fastrand::Rng::with_seed(seed));
    }

    /// Sets how many bytes all files together may take; `None` is no limit. A write that would
    /// take more fails with [`io::ErrorKind::StorageFull`], having written some prefix of what
    /// fits. Holes made by `set_len` take nothing. May be less than what is taken already.
    pub fn capacity(&self, bytes: Option<u64>) {
        self.with(|settings| settings.capacity = bytes);
    }

    /// Makes the `nth` sync from now (1 is the next) fail, of a file or a directory. What becomes
    /// of the data of a file whose sync failed is decided then and there by chance; it stays
    /// readable until a crash, and later syncs do nothing for it. `0` takes the fault back.
    pub fn fail_sync(&self, nth: u64) {
        self.with(|settings| settings.fail_sync = nth);
    }

    /// Makes the `nth` write to a file from now (1 is the next) fail without writing. `0` takes the
    /// fault back.
    pub fn fail_write(&self, nth: u64) {
        self.with(|settings| settings.fail_write = nth);
    }

    /// Makes the disk one on which files cannot have two names: [`Disk::link`](super::Disk::link) fails
    /// with [`io::ErrorKind::Unsupported`].
    pub fn refuse_links(&self, refuse: bool) {
        self.with(|settings| settings.refuse_links = refuse);
    }

    /// Lets reads return fewer bytes than asked for.
    pub fn short_reads(&self, short: bool) {
        self.with(|settings| settings.short_reads = short);
    }

    /// Cuts the power after `operations` more operations that change something (writes, length
    /// changes, syncs, creations, links, renames, removals): the one after them, and everything after it,
    /// fails without effect. `None` takes the fault back, if the power is still on.
    pub fn power_off_after(&self, operations: Option<u64>) {
        self.with(|settings| settings.power_off_after = operations);
    }

    fn with<R>(&self, act: impl FnOnce(&mut Settings) -> R) -> R {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner).faults)
    }
}

/// The settings, inside the machine's lock.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) rng: fastrand::Rng,
    pub(super) capacity: Option<u64>,
    pub(super) short_reads: bool,
    pub(super) refuse_links: bool,
    fail_sync: u64,
    fail_write: u64,
    power_off_after: Option<u64>,
}

impl Settings {
    pub(super) fn new() -> Self {
        Settings {
            rng: fastrand::Rng::with_seed(0),
            capacity: None,
            short_reads: false,
            refuse_links: false,
            fail_sync: 0,
            fail_write: 0,
            power_off_after: None,
        }
    }

    /// Counts a changing operation; true when the power is cut instead.
    pub(super) fn power_fails(&mut self) -> bool {
        match &mut self.power_off_after {
            None => false,
            Some(0) => true,
            Some(left) => {
                *left -= 1;
                false
            }
        }
    }

    /// Counts a sync; an error when this is the one to fail.
    pub(super) fn sync(&mut self) -> io::Result<()> {
        count_down(&mut self.fail_sync, "input/output error during sync (injected)")
    }

    /// Counts a write; an error when this is the one to fail.
    pub(super) fn write(&mut self) -> io::Result<()> {
        count_down(&mut self.fail_write, "input/output error during write (injected)")
    }
}

fn count_down(left: &mut u64, message: &'static str) -> io::Result<()> {
    match *left {
        0 => Ok(()),
        1 => {
            *left = 0;
            Err(io::Error::other(message))
        }
        _ => {
            *left -= 1;
            Ok(())
        }
    }
}
