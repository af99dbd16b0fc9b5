//! The disk seam: everything durable goes through [`Disk`], so that the same code runs on the
//! machine's files ([`RealDisk`]) and, in tests, on a disk in memory that loses power, fills up and
//! fails on command ([`MemDisk`]).
//!
//! The contract is the weak one that file systems really give:
//!
//! - What was written is readable at once, and durable only after a sync of that file.
//! - A file's name (its creation, renaming or removal) is durable only after a sync of the
//!   directory that holds it.
//! - A write that was not synced may survive a power cut wholly, not at all, or in part, and
//!   whatever happened to it says nothing about the writes before or after it.
//! - After a failed sync the state of what it should have made durable is unknown; a later sync
//!   that succeeds proves nothing about it.

mod faults;
mod inode;
mod mem;
mod real;
#[cfg(test)]
mod tests;

use std::fmt::Debug;
use std::io;
use std::path::Path;

pub use faults::Faults;
pub use mem::MemDisk;
pub use real::RealDisk;

/// How a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenMode {
    /// An existing file, for reading only.
    Read,
    /// A new file, for reading and writing; fails with [`io::ErrorKind::AlreadyExists`] if there is
    /// one of that name. Its name is durable after a [`Disk::sync_dir`] of its directory.
    Create,
    /// An existing file, for reading and writing; its content is kept.
    Write,
}

/// A file system: names of files in directories.
///
/// All paths mean what they mean to the operating system; callers use one spelling for one file.
pub trait Disk: Debug + Send + Sync + 'static {
    /// Creates a directory and all its missing parents, and makes their names durable. A directory
    /// that exists already is left as it is.
    fn create_dir_all(&self, dir: &Path) -> io::Result<()>;

    /// The names of the files in a directory (not of the directories in it), sorted. Names that are
    /// not Unicode are left out: nothing here makes such. Fails with [`io::ErrorKind::NotFound`] if
    /// there is no such directory.
    fn list(&self, dir: &Path) -> io::Result<Vec<String>>;

    /// Opens a file.
    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Box<dyn DiskFile>>;

    /// Whether there is a file or directory of this name.
    fn exists(&self, path: &Path) -> io::Result<bool>;

    /// Renames a file, atomically replacing one that has the new name; nothing happens if that is the
    /// same file. Durable after a
    /// [`Disk::sync_dir`] of the directories concerned; until then a power cut leaves either the
    /// old names or the new.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Gives a file a second name, in this or another directory: what is written under one is read
    /// under the other, until both are removed. Durable after a [`Disk::sync_dir`] of the new name's
    /// directory. Fails with [`io::ErrorKind::AlreadyExists`] if there is something of that name, and
    /// with any other kind where files cannot have two names.
    fn link(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file's name. Durable after a [`Disk::sync_dir`] of its directory.
    fn remove_file(&self, path: &Path) -> io::Result<()>;

    /// Makes all creations, renames and removals in a directory durable.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;

    /// Takes an exclusive advisory lock on a file, which is created if it is missing. The lock is
    /// held until it is dropped or the process ends. Fails with [`io::ErrorKind::WouldBlock`] if it
    /// is held elsewhere, by this process or another; never waits.
    fn lock(&self, path: &Path) -> io::Result<Box<dyn DiskLock>>;

    /// As [`Disk::lock`], but shared with others that take it so, and nothing on the disk is written:
    /// fails with [`io::ErrorKind::NotFound`] if there is no such file.
    fn lock_shared(&self, path: &Path) -> io::Result<Box<dyn DiskLock>>;
}

/// An open file. May be used by many threads at once; it has no cursor.
pub trait DiskFile: Debug + Send + Sync {
    /// Reads at most `buf.len()` bytes at a byte offset and says how many; fewer does not mean
    /// that the file ends there, zero does (unless `buf` is empty).
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Writes all of `buf` at a byte offset. Beyond the end the file grows, and a gap reads as
    /// zeros. On an error any part of it may have been written;
    /// [`io::ErrorKind::StorageFull`] may be tried again.
    fn write_all_at(&self, buf: &[u8], offset: u64) -> io::Result<()>;

    /// Makes the content durable, and of the metadata what is needed to read it back (the length,
    /// if the file has grown). An error is final: see the module documentation.
    fn sync_data(&self) -> io::Result<()>;

    /// Makes the content and all metadata durable, also a length that was cut.
    fn sync_all(&self) -> io::Result<()>;

    /// The file's length in bytes.
    fn len(&self) -> io::Result<u64>;

    /// Whether the file has no content.
    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }

    /// Cuts the file to a length in bytes, or extends it with zeros that take no space until they
    /// are written.
    fn set_len(&self, len: u64) -> io::Result<()>;

    /// Reads until `buf` is full or the file ends; says how many bytes were read.
    fn read_full_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buf.len() {
            match self.read_at(&mut buf[filled..], offset + filled as u64) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }
}

/// A lock held on a file; dropping it lets go.
pub trait DiskLock: Debug + Send + Sync {}
