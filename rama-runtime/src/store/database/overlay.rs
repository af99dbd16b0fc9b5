//! A file that is read from disk and written in memory.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::backend::read_exact_at;
use crate::disk::DiskFile;

/// How much of the file is copied at a write; redb writes whole pages of this size.
const PAGE: u64 = 4096;

/// A file whose changes are kept in memory and never reach the disk.
#[derive(Debug)]
pub(super) struct Overlay {
    file: Box<dyn DiskFile>,
    changes: Mutex<Changes>,
}

#[derive(Debug)]
struct Changes {
    len: u64,
    /// What lies beyond this in the file was cut off and is zeros if the length grows again.
    file_len: u64,
    /// By page number.
    pages: BTreeMap<u64, Vec<u8>>,
}

impl Overlay {
    pub(super) fn new(file: Box<dyn DiskFile>) -> io::Result<Self> {
        let len = file.len()?;
        let changes = Mutex::new(Changes { len, file_len: len, pages: BTreeMap::new() });
        Ok(Overlay { file, changes })
    }

    fn changes(&self) -> MutexGuard<'_, Changes> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A page as the file has it.
    fn original(&self, page: u64, file_len: u64) -> io::Result<Vec<u8>> {
        let start = page * PAGE;
        let mut bytes = vec![0; PAGE as usize];
        let there = file_len.saturating_sub(start).min(PAGE) as usize;
        read_exact_at(&*self.file, start, &mut bytes[..there])?;
        Ok(bytes)
    }
}

/// The parts of `len` bytes at `offset` by page: page number, start in the page, start in the
/// bytes, length.
fn by_page(offset: u64, len: usize) -> impl Iterator<Item = (u64, usize, usize, usize)> {
    let mut done = 0;
    std::iter::from_fn(move || {
        if done == len {
            return None;
        }
        let at = offset + done as u64;
        let in_page = (at % PAGE) as usize;
        let part = (PAGE as usize - in_page).min(len - done);
        let from = done;
        done += part;
        Some((at / PAGE, in_page, from, part))
    })
}

impl redb::StorageBackend for Overlay {
    fn len(&self) -> io::Result<u64> {
        Ok(self.changes().len)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let changes = self.changes();
        if offset.checked_add(out.len() as u64).is_none_or(|end| end > changes.len) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        for (page, in_page, from, part) in by_page(offset, out.len()) {
            let out = &mut out[from..from + part];
            match changes.pages.get(&page) {
                Some(bytes) => out.copy_from_slice(&bytes[in_page..in_page + part]),
                None => {
                    let bytes = self.original(page, changes.file_len)?;
                    out.copy_from_slice(&bytes[in_page..in_page + part]);
                }
            }
        }
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut changes = self.changes();
        changes.len = len;
        changes.file_len = changes.file_len.min(len);
        changes.pages.split_off(&len.div_ceil(PAGE));
        if let Some(bytes) = changes.pages.get_mut(&(len / PAGE)) {
            bytes[(len % PAGE) as usize..].fill(0);
        }
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut changes = self.changes();
        for (page, in_page, from, part) in by_page(offset, data.len()) {
            if !changes.pages.contains_key(&page) {
                let bytes = self.original(page, changes.file_len)?;
                changes.pages.insert(page, bytes);
            }
            if let Some(bytes) = changes.pages.get_mut(&page) {
                bytes[in_page..in_page + part].copy_from_slice(&data[from..from + part]);
            }
        }
        changes.len = changes.len.max(offset + data.len() as u64);
        Ok(())
    }
}
