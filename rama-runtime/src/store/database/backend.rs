//! redb over the disk seam.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use redb::StorageBackend;

use crate::disk::DiskFile;

/// Turns off the writing side of a backend that is being replaced.
#[derive(Clone, Debug, Default)]
pub(super) struct Switch(Arc<AtomicBool>);

impl Switch {
    pub(super) fn off(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    fn check(&self) -> io::Result<()> {
        if self.0.load(Ordering::SeqCst) {
            return Err(io::Error::other("the database was opened again"));
        }
        Ok(())
    }
}

/// A file of the disk.
#[derive(Debug)]
pub(super) struct DiskBackend {
    file: Box<dyn DiskFile>,
    switch: Switch,
    written: Arc<AtomicU64>,
}

impl DiskBackend {
    pub(super) fn new(file: Box<dyn DiskFile>, switch: Switch, written: Arc<AtomicU64>) -> Self {
        DiskBackend { file, switch, written }
    }
}

fn read(file: &dyn DiskFile, offset: u64, out: &mut [u8]) -> io::Result<()> {
    if file.read_full_at(out, offset)? < out.len() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}

impl StorageBackend for DiskBackend {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        read(&*self.file, offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.switch.check()?;
        self.file.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.switch.check()?;
        self.file.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.switch.check()?;
        self.written.fetch_add(data.len() as u64, Ordering::Relaxed);
        self.file.write_all_at(data, offset)
    }
}

/// Bytes kept together by [`OverlayBackend`].
const PAGE: usize = 4096;

/// A file that stays as it is: what is written to it is kept in memory.
#[derive(Debug)]
pub(super) struct OverlayBackend {
    file: Box<dyn DiskFile>,
    state: Mutex<Overlay>,
}

#[derive(Debug)]
struct Overlay {
    len: u64,
    /// Of the file, what still shows.
    file_len: u64,
    pages: BTreeMap<u64, Box<[u8; PAGE]>>,
}

impl OverlayBackend {
    pub(super) fn new(file: Box<dyn DiskFile>) -> io::Result<Self> {
        let len = file.len()?;
        let state = Mutex::new(Overlay { len, file_len: len, pages: BTreeMap::new() });
        Ok(OverlayBackend { file, state })
    }

    fn base_page(&self, file_len: u64, page: u64) -> io::Result<Box<[u8; PAGE]>> {
        let mut bytes = Box::new([0; PAGE]);
        let start = page * PAGE as u64;
        let len = file_len.saturating_sub(start).min(PAGE as u64) as usize;
        self.file.read_full_at(&mut bytes[..len], start)?;
        Ok(bytes)
    }

    /// Visits the pages under a range: page, offset in it, offset in the range, length.
    fn pages(offset: u64, len: usize) -> impl Iterator<Item = (u64, usize, usize, usize)> {
        let mut done = 0;
        std::iter::from_fn(move || {
            if done == len {
                return None;
            }
            let at = offset + done as u64;
            let within = (at % PAGE as u64) as usize;
            let count = (PAGE - within).min(len - done);
            let part = (at / PAGE as u64, within, done, count);
            done += count;
            Some(part)
        })
    }
}

impl StorageBackend for OverlayBackend {
    fn len(&self) -> io::Result<u64> {
        Ok(self.state.lock().unwrap_or_else(PoisonError::into_inner).len)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if offset + out.len() as u64 > state.len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        for (page, within, at, count) in Self::pages(offset, out.len()) {
            let out = &mut out[at..at + count];
            match state.pages.get(&page) {
                Some(bytes) => out.copy_from_slice(&bytes[within..within + count]),
                None => {
                    let bytes = self.base_page(state.file_len, page)?;
                    out.copy_from_slice(&bytes[within..within + count]);
                }
            }
        }
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if len < state.len {
            // Whatever is written behind a cut begins with zeros.
            state.file_len = state.file_len.min(len);
            let cut = len.div_ceil(PAGE as u64);
            state.pages.retain(|page, _| *page < cut);
            let last = len / PAGE as u64;
            if let Some(bytes) = state.pages.get_mut(&last) {
                bytes[(len % PAGE as u64) as usize..].fill(0);
            }
        }
        state.len = len;
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.len = state.len.max(offset + data.len() as u64);
        for (page, within, at, count) in Self::pages(offset, data.len()) {
            if !state.pages.contains_key(&page) {
                let base = self.base_page(state.file_len, page)?;
                state.pages.insert(page, base);
            }
            if let Some(bytes) = state.pages.get_mut(&page) {
                bytes[within..within + count].copy_from_slice(&data[at..at + count]);
            }
        }
        Ok(())
    }
}
