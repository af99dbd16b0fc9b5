//! A disk in memory that knows what was synced and can lose the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::faults::Settings;
use super::inode::Inode;
use super::{Disk, DiskFile, DiskLock, Faults, OpenMode};

/// A disk in memory; clones are the same disk.
///
/// It keeps apart what was written and what was synced, of contents and of names. Its crashes each
/// make a new disk, as found after the restart, and switch the old one off: every operation on its
/// clones, files and locks then fails.
#[derive(Clone)]
pub struct MemDisk(Arc<Mutex<Machine>>);

type InodeRef = Arc<Mutex<Inode>>;

/// The state of one disk from power-on to power-off.
pub(super) struct Machine {
    off: bool,
    dirs: BTreeSet<PathBuf>,
    names: BTreeMap<PathBuf, InodeRef>,
    synced_names: BTreeMap<PathBuf, InodeRef>,
    unsynced_names: Vec<NameChange>,
    locks: BTreeMap<PathBuf, Holders>,
    pub(super) faults: Settings,
}

/// A change to directories that no sync has covered yet.
#[derive(Clone)]
enum NameChange {
    Link { path: PathBuf, inode: InodeRef },
    Unlink { path: PathBuf },
    Rename { from: PathBuf, to: PathBuf, inode: InodeRef },
}

impl fmt::Debug for MemDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let machine = self.machine();
        let files: Vec<_> = machine.names.keys().collect();
        f.debug_struct("MemDisk").field("off", &machine.off).field("files", &files).finish()
    }
}

impl Default for MemDisk {
    fn default() -> Self {
        Self::new()
    }
}

impl MemDisk {
    /// An empty disk without faults.
    pub fn new() -> Self {
        MemDisk(Arc::new(Mutex::new(Machine {
            off: false,
            dirs: BTreeSet::new(),
            names: BTreeMap::new(),
            synced_names: BTreeMap::new(),
            unsynced_names: Vec::new(),
            locks: BTreeMap::new(),
            faults: Settings::new(),
        })))
    }

    /// What can go wrong with this disk.
    pub fn faults(&self) -> Faults {
        Faults(Arc::clone(&self.0))
    }

    /// Cuts the power: a new disk without faults with what may be left, this one is off.
    ///
    /// What was synced is there. Of what was not, each write is kept, dropped or torn (a prefix of
    /// it, or some of its 512-byte sectors), each change of length is kept or dropped, each
    /// creation, rename or removal of a name is kept or lost, independently of one another and of
    /// their order. Directories stay. The same `rng` and history give the same disk.
    pub fn crash(&self, rng: &mut fastrand::Rng) -> MemDisk {
        let mut machine = self.machine();
        let mut names = machine.synced_names.clone();
        for change in &machine.unsynced_names {
            if rng.bool() {
                change.apply(&mut names);
            }
        }
        machine.restart_with(names, |inode| inode.after_power_cut(rng))
    }

    /// Cuts the power and keeps exactly what was synced: a new disk without faults, this one is
    /// off.
    pub fn drop_unsynced(&self) -> MemDisk {
        let mut machine = self.machine();
        let names = machine.synced_names.clone();
        machine.restart_with(names, Inode::only_synced)
    }

    /// Kills the process and lets the machine run on: a new disk without faults with all that was
    /// written (what was not synced still is not), and no locks; this one is off.
    pub fn kill(&self) -> MemDisk {
        let mut machine = self.machine();
        let mut copies = Copies::new(Inode::clone);
        let mut copy = |names: &BTreeMap<PathBuf, InodeRef>| -> BTreeMap<PathBuf, InodeRef> {
            names.iter().map(|(path, inode)| (path.clone(), copies.of(inode))).collect()
        };
        let names = copy(&machine.names);
        let synced_names = copy(&machine.synced_names);
        let unsynced_names =
            machine.unsynced_names.iter().map(|change| change.map(|i| copies.of(i))).collect();
        machine.off = true;
        MemDisk(Arc::new(Mutex::new(Machine {
            off: false,
            dirs: machine.dirs.clone(),
            names,
            synced_names,
            unsynced_names,
            locks: BTreeMap::new(),
            faults: Settings::new(),
        })))
    }

    /// The bytes of disk that all files take together.
    pub fn used(&self) -> u64 {
        self.machine().used()
    }

    fn machine(&self) -> MutexGuard<'_, Machine> {
        lock(&self.0)
    }

    /// The machine, if it is on.
    fn running(&self) -> io::Result<MutexGuard<'_, Machine>> {
        running(&self.0)
    }

    /// The machine, for an operation that changes something.
    fn changing(&self) -> io::Result<MutexGuard<'_, Machine>> {
        changing(&self.0)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn running(machine: &Mutex<Machine>) -> io::Result<MutexGuard<'_, Machine>> {
    let machine = lock(machine);
    if machine.off { Err(io::Error::other("the machine is off")) } else { Ok(machine) }
}

fn changing(machine: &Mutex<Machine>) -> io::Result<MutexGuard<'_, Machine>> {
    let mut machine = running(machine)?;
    if machine.faults.power_fails() {
        machine.off = true;
        return Err(io::Error::other("the power was cut"));
    }
    Ok(machine)
}

/// Copies files, each once, however many names it has.
struct Copies<F> {
    made: Vec<(*const Mutex<Inode>, InodeRef)>,
    copy: F,
}

impl<F: FnMut(&Inode) -> Inode> Copies<F> {
    fn new(copy: F) -> Self {
        Copies { made: Vec::new(), copy }
    }

    fn of(&mut self, inode: &InodeRef) -> InodeRef {
        let identity = Arc::as_ptr(inode);
        if let Some((_, made)) = self.made.iter().find(|(of, _)| *of == identity) {
            return Arc::clone(made);
        }
        let made = Arc::new(Mutex::new((self.copy)(&lock(inode))));
        self.made.push((identity, Arc::clone(&made)));
        made
    }
}

impl NameChange {
    fn apply(&self, names: &mut BTreeMap<PathBuf, InodeRef>) {
        match self {
            NameChange::Link { path, inode } => {
                names.insert(path.clone(), Arc::clone(inode));
            }
            NameChange::Unlink { path } => {
                names.remove(path);
            }
            NameChange::Rename { from, to, inode } => {
                names.remove(from);
                names.insert(to.clone(), Arc::clone(inode));
            }
        }
    }

    fn touches(&self, dir: &Path) -> bool {
        match self {
            NameChange::Link { path, .. } | NameChange::Unlink { path } => parent(path) == dir,
            NameChange::Rename { from, to, .. } => parent(from) == dir || parent(to) == dir,
        }
    }

    fn map(&self, mut copy: impl FnMut(&InodeRef) -> InodeRef) -> NameChange {
        match self {
            NameChange::Link { path, inode } => {
                NameChange::Link { path: path.clone(), inode: copy(inode) }
            }
            NameChange::Unlink { path } => NameChange::Unlink { path: path.clone() },
            NameChange::Rename { from, to, inode } => {
                NameChange::Rename { from: from.clone(), to: to.clone(), inode: copy(inode) }
            }
        }
    }
}

fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

impl Machine {
    fn restart_with(
        &mut self,
        names: BTreeMap<PathBuf, InodeRef>,
        copy: impl FnMut(&Inode) -> Inode,
    ) -> MemDisk {
        let mut copies = Copies::new(copy);
        let names: BTreeMap<_, _> =
            names.iter().map(|(path, inode)| (path.clone(), copies.of(inode))).collect();
        self.off = true;
        MemDisk(Arc::new(Mutex::new(Machine {
            off: false,
            dirs: self.dirs.clone(),
            synced_names: names.clone(),
            names,
            unsynced_names: Vec::new(),
            locks: BTreeMap::new(),
            faults: Settings::new(),
        })))
    }

    fn is_dir(&self, path: &Path) -> bool {
        // The root and the working directory are always there.
        path.parent().is_none() || self.dirs.contains(path)
    }

    fn inode(&self, path: &Path) -> io::Result<InodeRef> {
        self.names.get(path).cloned().ok_or_else(|| not_found(path))
    }

    fn change_names(&mut self, change: NameChange) {
        change.apply(&mut self.names);
        self.unsynced_names.push(change);
    }

    fn create(&mut self, path: &Path) -> io::Result<InodeRef> {
        let inode = InodeRef::default();
        self.link(path, Arc::clone(&inode))?;
        Ok(inode)
    }

    /// Gives a file a name that there is not.
    fn link(&mut self, path: &Path, inode: InodeRef) -> io::Result<()> {
        if !self.is_dir(parent(path)) {
            return Err(not_found(parent(path)));
        }
        if self.is_dir(path) || self.names.contains_key(path) {
            return Err(io::Error::new(
                io::ErrorKind::AlreadyExists,
                format!("{} exists", path.display()),
            ));
        }
        self.change_names(NameChange::Link { path: path.to_owned(), inode });
        Ok(())
    }

    fn used(&self) -> u64 {
        let mut files: Vec<&InodeRef> = self.names.values().collect();
        files.sort_unstable_by_key(|inode| Arc::as_ptr(inode));
        files.dedup_by_key(|inode| Arc::as_ptr(inode));
        files.into_iter().map(|inode| lock(inode).allocated() as u64).sum()
    }
}

fn not_found(path: &Path) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, format!("{} does not exist", path.display()))
}

impl Disk for MemDisk {
    fn create_dir_all(&self, dir: &Path) -> io::Result<()> {
        let mut machine = self.changing()?;
        for ancestor in dir.ancestors() {
            if machine.names.contains_key(ancestor) {
                return Err(io::Error::new(
                    io::ErrorKind::NotADirectory,
                    format!("{} is a file", ancestor.display()),
                ));
            }
        }
        machine.dirs.extend(dir.ancestors().map(Path::to_owned));
        Ok(())
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        let machine = self.running()?;
        if !machine.is_dir(dir) {
            return Err(not_found(dir));
        }
        Ok(machine
            .names
            .keys()
            .filter(|path| parent(path) == dir)
            .filter_map(|path| path.file_name()?.to_str().map(str::to_owned))
            .collect())
    }

    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Box<dyn DiskFile>> {
        let inode = match mode {
            OpenMode::Create => self.changing()?.create(path)?,
            OpenMode::Read | OpenMode::Write => self.running()?.inode(path)?,
        };
        Ok(Box::new(MemFile {
            machine: Arc::clone(&self.0),
            path: path.to_owned(),
            inode,
            writable: mode != OpenMode::Read,
        }))
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        let machine = self.running()?;
        Ok(machine.is_dir(path) || machine.names.contains_key(path))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut machine = self.changing()?;
        let inode = machine.inode(from)?;
        if !machine.is_dir(parent(to)) {
            return Err(not_found(parent(to)));
        }
        let is_same = machine.names.get(to).is_some_and(|other| Arc::ptr_eq(other, &inode));
        if !is_same {
            machine.change_names(NameChange::Rename {
                from: from.to_owned(),
                to: to.to_owned(),
                inode,
            });
        }
        Ok(())
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut machine = self.changing()?;
        let inode = machine.inode(from)?;
        if machine.faults.refuse_links {
            return Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "files cannot have two names here (injected)",
            ));
        }
        machine.link(to, inode)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        let mut machine = self.changing()?;
        machine.inode(path)?;
        machine.change_names(NameChange::Unlink { path: path.to_owned() });
        Ok(())
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        let mut machine = self.changing()?;
        if !machine.is_dir(dir) {
            return Err(not_found(dir));
        }
        machine.faults.sync()?;
        let Machine { unsynced_names, synced_names, .. } = &mut *machine;
        unsynced_names.retain(|change| {
            let synced = change.touches(dir);
            if synced {
                change.apply(synced_names);
            }
            !synced
        });
        Ok(())
    }

    fn lock(&self, path: &Path) -> io::Result<Box<dyn DiskLock>> {
        let mut machine = self.changing()?;
        if !machine.names.contains_key(path) {
            machine.create(path)?;
        }
        if machine.locks.contains_key(path) {
            return Err(locked(path));
        }
        machine.locks.insert(path.to_owned(), Holders::One);
        Ok(Box::new(MemLock { machine: Arc::clone(&self.0), path: path.to_owned() }))
    }

    fn lock_shared(&self, path: &Path) -> io::Result<Box<dyn DiskLock>> {
        let mut machine = self.running()?;
        if !machine.names.contains_key(path) {
            return Err(io::ErrorKind::NotFound.into());
        }
        match machine.locks.entry(path.to_owned()).or_insert(Holders::Shared(0)) {
            Holders::One => return Err(locked(path)),
            Holders::Shared(holders) => *holders += 1,
        }
        Ok(Box::new(MemLock { machine: Arc::clone(&self.0), path: path.to_owned() }))
    }
}

struct MemFile {
    machine: Arc<Mutex<Machine>>,
    path: PathBuf,
    inode: InodeRef,
    writable: bool,
}

impl fmt::Debug for MemFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MemFile").field(&self.path).finish()
    }
}

impl MemFile {
    fn changing(&self) -> io::Result<MutexGuard<'_, Machine>> {
        if !self.writable {
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                "the file was opened for reading",
            ));
        }
        changing(&self.machine)
    }

    fn sync(&self) -> io::Result<()> {
        // A file opened for reading can be synced too.
        let mut machine = changing(&self.machine)?;
        let mut inode = lock(&self.inode);
        match machine.faults.sync() {
            Ok(()) => {
                inode.sync();
                Ok(())
            }
            Err(error) => {
                inode.fail_sync(&mut machine.faults.rng);
                Err(error)
            }
        }
    }
}

fn to_index(offset: u64) -> io::Result<usize> {
    usize::try_from(offset).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))
}

impl DiskFile for MemFile {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut machine = running(&self.machine)?;
        let inode = lock(&self.inode);
        let rest = usize::try_from(offset)
            .ok()
            .and_then(|offset| inode.current().get(offset..))
            .unwrap_or(&[]);
        let mut len = rest.len().min(buf.len());
        if len > 1 && machine.faults.short_reads {
            len = machine.faults.rng.usize(1..=len);
        }
        buf[..len].copy_from_slice(&rest[..len]);
        Ok(len)
    }

    fn write_all_at(&self, buf: &[u8], offset: u64) -> io::Result<()> {
        let mut machine = self.changing()?;
        machine.faults.write()?;
        let offset = to_index(offset)?;
        let free = machine.faults.capacity.map(|capacity| capacity.saturating_sub(machine.used()));
        let mut inode = lock(&self.inode);
        if let Some(free) = free {
            let free = usize::try_from(free).unwrap_or(usize::MAX);
            let limit = inode.allocated().saturating_add(free);
            if offset + buf.len() > limit.max(inode.allocated()) {
                let fits = limit.saturating_sub(offset).min(buf.len());
                let written = machine.faults.rng.usize(..=fits);
                if written > 0 {
                    inode.write(offset, &buf[..written]);
                }
                return Err(io::Error::new(
                    io::ErrorKind::StorageFull,
                    "no space left on the disk (injected)",
                ));
            }
        }
        if !buf.is_empty() {
            inode.write(offset, buf);
        }
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        self.sync()
    }

    fn sync_all(&self) -> io::Result<()> {
        self.sync()
    }

    fn len(&self) -> io::Result<u64> {
        let _machine = running(&self.machine)?;
        Ok(lock(&self.inode).current().len() as u64)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let _machine = self.changing()?;
        lock(&self.inode).set_len(to_index(len)?);
        Ok(())
    }
}

/// Who holds a lock.
#[derive(Debug)]
enum Holders {
    One,
    Shared(usize),
}

fn locked(path: &Path) -> io::Error {
    io::Error::new(io::ErrorKind::WouldBlock, format!("{} is locked elsewhere", path.display()))
}

struct MemLock {
    machine: Arc<Mutex<Machine>>,
    path: PathBuf,
}

impl fmt::Debug for MemLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MemLock").field(&self.path).finish()
    }
}

impl DiskLock for MemLock {}

impl Drop for MemLock {
    fn drop(&mut self) {
        let mut machine = lock(&self.machine);
        match machine.locks.get_mut(&self.path) {
            Some(Holders::Shared(holders)) if *holders > 1 => *holders -= 1,
            _ => drop(machine.locks.remove(&self.path)),
        }
    }
}
