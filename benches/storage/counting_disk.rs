//! A disk that counts what is written to it, by kind of file.

use std::io;
use std::ops::Sub;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rama::disk::{Disk, DiskFile, DiskLock, OpenMode, RealDisk};

/// What a file of a data directory is for.
#[derive(Clone, Copy, Debug)]
enum FileKind {
    Log,
    Database,
    Segments,
    Other,
}

/// Their names, in that order.
pub const KINDS: [&str; 4] = ["log", "database", "segments", "other"];

impl FileKind {
    fn of(path: &Path) -> FileKind {
        let name = |path: &Path| path.file_name().and_then(|name| name.to_str()).map(str::to_owned);
        let file = name(path).unwrap_or_default();
        let parent = path.parent().and_then(name).unwrap_or_default();
        match (&*file, &*parent) {
            (file, _) if file.starts_with("state.redb") => FileKind::Database,
            (_, "log") => FileKind::Log,
            (file, _) if file.ends_with(".seg") => FileKind::Segments,
            _ => FileKind::Other,
        }
    }
}

/// Bytes written and syncs, by kind of file.
#[derive(Clone, Copy, Debug, Default)]
pub struct Traffic {
    pub bytes: [u64; 4],
    pub syncs: [u64; 4],
}

impl Traffic {
    pub fn total_bytes(&self) -> u64 {
        self.bytes.iter().sum()
    }
}

impl Sub for Traffic {
    type Output = Traffic;

    fn sub(mut self, before: Traffic) -> Traffic {
        for kind in 0..KINDS.len() {
            self.bytes[kind] -= before.bytes[kind];
            self.syncs[kind] -= before.syncs[kind];
        }
        self
    }
}

#[derive(Debug, Default)]
struct Counters {
    bytes: [AtomicU64; 4],
    syncs: [AtomicU64; 4],
}

/// The machine's disk, counted.
#[derive(Debug, Default)]
pub struct CountingDisk {
    disk: RealDisk,
    counters: Arc<Counters>,
}

impl CountingDisk {
    /// What was written so far.
    pub fn traffic(&self) -> Traffic {
        let read =
            |counters: &[AtomicU64; 4]| counters.each_ref().map(|n| n.load(Ordering::Relaxed));
        Traffic { bytes: read(&self.counters.bytes), syncs: read(&self.counters.syncs) }
    }
}

impl Disk for CountingDisk {
    fn create_dir_all(&self, dir: &Path) -> io::Result<()> {
        self.disk.create_dir_all(dir)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        self.disk.list(dir)
    }

    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Box<dyn DiskFile>> {
        let file = self.disk.open(path, mode)?;
        let (kind, counters) = (FileKind::of(path), Arc::clone(&self.counters));
        Ok(Box::new(CountingFile { file, kind, counters }))
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        self.disk.exists(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.disk.rename(from, to)
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.disk.link(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.disk.remove_file(path)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.counters.syncs[FileKind::Other as usize].fetch_add(1, Ordering::Relaxed);
        self.disk.sync_dir(dir)
    }

    fn lock(&self, path: &Path) -> io::Result<Box<dyn DiskLock>> {
        self.disk.lock(path)
    }

    fn lock_shared(&self, path: &Path) -> io::Result<Box<dyn DiskLock>> {
        self.disk.lock_shared(path)
    }
}

#[derive(Debug)]
struct CountingFile {
    file: Box<dyn DiskFile>,
    kind: FileKind,
    counters: Arc<Counters>,
}

impl CountingFile {
    fn count_sync(&self) {
        self.counters.syncs[self.kind as usize].fetch_add(1, Ordering::Relaxed);
    }
}

impl DiskFile for CountingFile {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        self.file.read_at(buf, offset)
    }

    fn write_all_at(&self, buf: &[u8], offset: u64) -> io::Result<()> {
        self.counters.bytes[self.kind as usize].fetch_add(buf.len() as u64, Ordering::Relaxed);
        self.file.write_all_at(buf, offset)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.count_sync();
        self.file.sync_data()
    }

    fn sync_all(&self) -> io::Result<()> {
        self.count_sync();
        self.file.sync_all()
    }

    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }
}
