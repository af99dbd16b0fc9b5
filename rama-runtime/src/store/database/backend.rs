//! The file of the database, on the disk seam.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use super::error::means_full;
use crate::disk::DiskFile;

/// What may be done with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Access {
    None,
    Read,
    Write,
}

/// An open database file: counts what is written to it, and can be taken away from its user.
#[derive(Debug)]
pub(super) struct DatabaseFile {
    file: Box<dyn DiskFile>,
    /// Held for reading by every operation, so that none is under way once it was lowered.
    access: RwLock<Access>,
    /// The length was changed since the last sync.
    resized: AtomicBool,
    bytes_written: AtomicU64,
    syncs: AtomicU64,
    /// What went wrong first: redb reports it once, and after that only that something did.
    failure: OnceLock<io::ErrorKind>,
    /// A write found the disk full; nothing is written any more.
    is_full: AtomicBool,
    /// What was written after that, for the transaction that is about to be given up.
    left_out: Mutex<Vec<(u64, Vec<u8>)>>,
}

impl DatabaseFile {
    pub(super) fn new(file: Box<dyn DiskFile>) -> Arc<Self> {
        Arc::new(DatabaseFile {
            file,
            access: RwLock::new(Access::Write),
            resized: AtomicBool::new(false),
            bytes_written: AtomicU64::new(0),
            syncs: AtomicU64::new(0),
            failure: OnceLock::new(),
            is_full: AtomicBool::new(false),
            left_out: Mutex::default(),
        })
    }

    /// Takes the file away: every later operation fails, and none is under way any more.
    ///
    /// Reads fail too: the next owner writes over pages that this one still refers to.
    pub(super) fn revoke(&self) {
        self.lower(Access::None);
    }

    /// Takes the right to write away. Reads go on until the next owner begins a transaction.
    pub(super) fn revoke_writes(&self) {
        self.lower(Access::Read);
    }

    fn lower(&self, to: Access) {
        let mut access = self.access.write().unwrap_or_else(PoisonError::into_inner);
        *access = to.min(*access);
    }

    pub(super) fn is_revoked(&self) -> bool {
        *self.access.read().unwrap_or_else(PoisonError::into_inner) < Access::Write
    }

    /// The first error of an operation on the file.
    pub(super) fn failure(&self) -> Option<io::ErrorKind> {
        self.failure.get().copied()
    }

    /// Whether a write found the disk full, see [`Backend`].
    pub(super) fn is_full(&self) -> bool {
        self.is_full.load(Ordering::SeqCst)
    }

    /// Does something that may find the disk full.
    fn change(&self, act: impl FnOnce(&dyn DiskFile) -> io::Result<()>) -> io::Result<()> {
        if self.is_full() {
            return Ok(());
        }
        match self.operate(Access::Write, act) {
            Err(error) if means_full(error.kind()) => {
                self.is_full.store(true, Ordering::SeqCst);
                Ok(())
            }
            done => done,
        }
    }

    fn leave_out(&self, offset: u64, data: &[u8]) {
        let mut left_out = self.left_out.lock().unwrap_or_else(PoisonError::into_inner);
        left_out.push((offset, data.to_vec()));
    }

    /// Puts what was left out over what the file has.
    fn show_left_out(&self, offset: u64, out: &mut [u8]) {
        let end = offset + out.len() as u64;
        for (at, data) in self.left_out.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let (from, to) = (offset.max(*at), end.min(at + data.len() as u64));
            if from < to {
                let written = &data[(from - at) as usize..(to - at) as usize];
                out[(from - offset) as usize..(to - offset) as usize].copy_from_slice(written);
            }
        }
    }

    /// Bytes written to the file since it was opened.
    pub(super) fn bytes_written(&self) -> u64 {
        self.bytes_written.load(Ordering::Relaxed)
    }

    /// Syncs of the file since it was opened.
    #[cfg(test)]
    pub(super) fn syncs(&self) -> u64 {
        self.syncs.load(Ordering::Relaxed)
    }

    /// The file's length in bytes.
    pub(super) fn len(&self) -> io::Result<u64> {
        self.operate(Access::Read, |file| file.len())
    }

    /// Makes everything durable.
    pub(super) fn sync_all(&self) -> io::Result<()> {
        self.operate(Access::Write, |file| file.sync_all())
    }

    fn operate<T>(
        &self,
        needed: Access,
        act: impl FnOnce(&dyn DiskFile) -> io::Result<T>,
    ) -> io::Result<T> {
        let access = self.access.read().unwrap_or_else(PoisonError::into_inner);
        if *access < needed {
            return Err(io::Error::other("the database was opened anew or closed"));
        }
        let result = act(&*self.file);
        if let Err(error) = &result {
            // Only the first is kept.
            let _ = self.failure.set(error.kind());
        }
        result
    }
}

/// What redb sees of the file. The lock methods keep their defaults: redb then takes the file to be
/// its own.
///
/// redb answers no reads any more once a write has failed. A full disk is to stop checkpoints and not
/// reads, so it is not told of one: from the first write that finds no space on, everything that is
/// written is kept in memory only, also the commit, and whoever began it has to ask
/// [`DatabaseFile::is_full`]. What readers need is not touched by that: redb never writes over pages
/// of a checkpoint.
#[derive(Debug)]
pub(super) struct Backend(pub(super) Arc<DatabaseFile>);

impl redb::StorageBackend for Backend {
    fn len(&self) -> io::Result<u64> {
        self.0.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let read = self.0.operate(Access::Read, |file| file.read_full_at(out, offset))?;
        if self.0.is_full() {
            out[read..].fill(0);
            self.0.show_left_out(offset, out);
            return Ok(());
        }
        whole(offset, read, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.change(|file| {
            self.0.resized.store(true, Ordering::Relaxed);
            file.set_len(len)
        })
    }

    fn sync_data(&self) -> io::Result<()> {
        if self.0.is_full() {
            return Ok(());
        }
        self.0.operate(Access::Write, |file| {
            self.0.syncs.fetch_add(1, Ordering::Relaxed);
            // A length that was cut is only made durable by the stronger sync.
            if self.0.resized.swap(false, Ordering::Relaxed) {
                file.sync_all()
            } else {
                file.sync_data()
            }
        })
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.0.change(|file| {
            self.0.bytes_written.fetch_add(data.len() as u64, Ordering::Relaxed);
            file.write_all_at(data, offset)
        })?;
        if self.0.is_full() {
            self.0.leave_out(offset, data);
        }
        Ok(())
    }
}

/// Fills `out`, or fails because the file ends before it is full.
pub(super) fn read_exact_at(file: &dyn DiskFile, offset: u64, out: &mut [u8]) -> io::Result<()> {
    let read = file.read_full_at(out, offset)?;
    whole(offset, read, out)
}

fn whole(offset: u64, read: usize, out: &[u8]) -> io::Result<()> {
    if read < out.len() {
        return Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            format!("the file ends at byte {}", offset + read as u64),
        ));
    }
    Ok(())
}
