//! The manifest of a data directory: format version, module, catalogue, and the lock.
//!
//! The file `MANIFEST` says whose directory it is and under which ids the log knows the module's
//! objects. A directory is only opened by the module it belongs to, with the same shapes and task
//! count; every difference is an error that changes nothing.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::disk::{Disk, DiskLock, OpenMode};
use crate::module::ModuleDefinition;

/// Version of everything in a data directory that is not versioned on its own.
pub(crate) const FORMAT_VERSION: u32 = 3;
const MAGIC: &[u8; 8] = b"RAMADATA";
const MANIFEST: &str = "MANIFEST";
const MANIFEST_NEW: &str = "MANIFEST.new";
const LOCK: &str = "LOCK";
/// The folder of the log.
pub(crate) const LOG: &str = "log";

/// A data directory that cannot be opened by this module. Nothing in it was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// Another process, or another cluster of this one, has the directory open.
    #[error("data directory {} is in use by another process", .dir.display())]
    InUse {
        /// The directory.
        dir: PathBuf,
    },
    /// The directory holds files, but no manifest.
    #[error("{} is not empty and not a data directory: it holds `{found}` but no manifest", .dir.display())]
    NotADataDirectory {
        /// The directory.
        dir: PathBuf,
        /// One of the files in it.
        found: String,
    },
    /// The manifest is there, but the log is not.
    #[error("data directory {} has lost its log: there are no segments in {}", .dir.display(), .log.display())]
    LogMissing {
        /// The directory.
        dir: PathBuf,
        /// Where the log should be.
        log: PathBuf,
    },
    /// The manifest's bytes are damaged.
    #[error("the manifest of data directory {} is damaged", .dir.display())]
    Damaged {
        /// The directory.
        dir: PathBuf,
    },
    /// The directory was written in another format.
    #[error(
        "data directory {} has format version {found}; this program reads and writes version {expected}",
        .dir.display()
    )]
    FormatVersion {
        /// The directory.
        dir: PathBuf,
        /// Its version.
        found: u32,
        /// The version of this program.
        expected: u32,
    },
    /// The directory belongs to another module.
    #[error("data directory {} belongs to module {found}, not to {expected}", .dir.display())]
    AnotherModule {
        /// The directory.
        dir: PathBuf,
        /// The module it belongs to.
        found: String,
        /// The module that was to be launched.
        expected: String,
    },
    /// The task count is fixed when a module is first launched.
    #[error(
        "module {module} in data directory {} has {found} tasks, and the task count cannot be changed to {expected}",
        .dir.display()
    )]
    TaskCount {
        /// The directory.
        dir: PathBuf,
        /// The module.
        module: String,
        /// Tasks at the first launch.
        found: u32,
        /// Tasks asked for now.
        expected: u32,
    },
    /// The encoding of keys or deltas, or the routing, is of another version.
    #[error("data directory {} uses {what} version {found}; this program uses {expected}", .dir.display())]
    EncodingVersion {
        /// The directory.
        dir: PathBuf,
        /// What differs.
        what: &'static str,
        /// The directory's version.
        found: u32,
        /// This program's version.
        expected: u32,
    },
    /// A depot, PState or topology of the module changed.
    #[error("module {module} does not fit data directory {}: {change}", .dir.display())]
    Changed {
        /// The directory.
        dir: PathBuf,
        /// The module.
        module: String,
        /// What changed, with the stored and the declared form.
        change: String,
    },
    /// The disk failed.
    #[error("cannot {action} {}", .path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file or directory.
        path: PathBuf,
        /// The disk's error.
        source: io::Error,
    },
}

/// What the file `MANIFEST` holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) module: String,
    pub(crate) tasks: u32,
    /// Whether the log was made: from then on it must be there.
    pub(crate) has_log: bool,
    pub(crate) key_encoding: u32,
    pub(crate) routing: u32,
    pub(crate) delta: u32,
    /// Catalogue ids are positions in these lists.
    pub(crate) depots: Vec<DepotRow>,
    pub(crate) topologies: Vec<TopologyRow>,
    pub(crate) pstates: Vec<PStateRow>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DepotRow {
    pub(crate) name: String,
    pub(crate) shape: String,
    pub(crate) partitioning: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TopologyRow {
    pub(crate) name: String,
    /// Names of the depots it reads, in source order.
    pub(crate) sources: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PStateRow {
    pub(crate) name: String,
    pub(crate) shape: String,
    pub(crate) owner: String,
    /// How its keys are spread over the tasks.
    pub(crate) placement: String,
}

impl Manifest {
    fn of(module: &ModuleDefinition, tasks: u32) -> Manifest {
        Manifest {
            module: module.name.to_owned(),
            tasks,
            has_log: false,
            key_encoding: u32::from(rama_paths::KEY_ENCODING_VERSION),
            routing: u32::from(rama_paths::ROUTING_VERSION),
            delta: u32::from(rama_paths::DELTA_VERSION),
            depots: module
                .depots
                .iter()
                .map(|depot| DepotRow {
                    name: depot.name.to_owned(),
                    shape: depot.shape.clone(),
                    partitioning: depot.partitioning.to_owned(),
                })
                .collect(),
            topologies: module
                .topologies
                .iter()
                .map(|topology| TopologyRow {
                    name: topology.name.to_owned(),
                    sources: topology
                        .sources
                        .iter()
                        .map(|source| module.depots[source.depot as usize].name.to_owned())
                        .collect(),
                })
                .collect(),
            pstates: module
                .pstates
                .iter()
                .map(|pstate| PStateRow {
                    name: pstate.name.to_owned(),
                    shape: pstate.shape.clone(),
                    owner: module.topologies[pstate.owner as usize].name.to_owned(),
                    placement: pstate.placement.to_string(),
                })
                .collect(),
        }
    }

    pub(crate) fn depot_count(&self) -> usize {
        self.depots.len()
    }

    /// Catalogue ids of the module's depots, by index.
    pub(crate) fn depot_ids(&self, module: &ModuleDefinition) -> Vec<u32> {
        ids(&self.depots, |row| &row.name, module.depots.iter().map(|depot| depot.name))
    }

    /// Catalogue ids of the module's topologies, by index.
    pub(crate) fn topology_ids(&self, module: &ModuleDefinition) -> Vec<u32> {
        ids(&self.topologies, |row| &row.name, module.topologies.iter().map(|t| t.name))
    }

    /// Catalogue ids of the module's PStates, by index.
    pub(crate) fn pstate_ids(&self, module: &ModuleDefinition) -> Vec<u32> {
        ids(&self.pstates, |row| &row.name, module.pstates.iter().map(|pstate| pstate.name))
    }

    /// Puts the manifest in place of the one before it, at once.
    fn write(&self, disk: &Arc<dyn Disk>, dir: &Path) -> Result<(), ManifestError> {
        let path = dir.join(MANIFEST);
        let new = dir.join(MANIFEST_NEW);
        if disk.exists(&new).map_err(io("look for", &new))? {
            disk.remove_file(&new).map_err(io("remove", &new))?;
        }
        let file = disk.open(&new, OpenMode::Create).map_err(io("create", &new))?;
        file.write_all_at(&self.encode(), 0).map_err(io("write", &new))?;
        file.sync_data().map_err(io("sync", &new))?;
        drop(file);
        disk.rename(&new, &path).map_err(io("rename", &new))?;
        disk.sync_dir(dir).map_err(io("sync", dir))?;
        Ok(())
    }

    /// Notes that the log was made, so that its absence is an error from now on.
    pub(crate) fn note_log(
        &mut self,
        disk: &Arc<dyn Disk>,
        dir: &Path,
    ) -> Result<(), ManifestError> {
        if self.has_log {
            return Ok(());
        }
        self.has_log = true;
        self.write(disk, dir)
    }

    fn encode(&self) -> Vec<u8> {
        let body = postcard::to_stdvec(self).expect("strings and integers always serialize");
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
        bytes.extend_from_slice(&crc32fast::hash(&body).to_le_bytes());
        bytes.extend_from_slice(&body);
        bytes
    }

    /// The manifest of a directory that has one.
    pub(crate) fn read(disk: &dyn Disk, dir: &Path) -> Result<Manifest, ManifestError> {
        let path = dir.join(MANIFEST);
        let file = disk.open(&path, OpenMode::Read).map_err(io("open", &path))?;
        let length = file.len().map_err(io("read", &path))?;
        let mut bytes = vec![0; length as usize];
        let filled = file.read_full_at(&mut bytes, 0).map_err(io("read", &path))?;
        Manifest::decode(&bytes[..filled], dir)
    }

    /// Checks that the log is there, if it was ever made.
    pub(crate) fn check_log(&self, disk: &dyn Disk, dir: &Path) -> Result<(), ManifestError> {
        if self.has_log && !has_segments(disk, &dir.join(LOG))? {
            let (dir, log) = (dir.to_owned(), dir.join(LOG));
            return Err(ManifestError::LogMissing { dir, log });
        }
        Ok(())
    }

    fn decode(bytes: &[u8], dir: &Path) -> Result<Manifest, ManifestError> {
        let damaged = || ManifestError::Damaged { dir: dir.to_owned() };
        let (magic, rest) = bytes.split_at_checked(8).ok_or_else(damaged)?;
        let (version, rest) = rest.split_first_chunk::<4>().ok_or_else(damaged)?;
        if magic != MAGIC {
            return Err(damaged());
        }
        let found = u32::from_le_bytes(*version);
        if found != FORMAT_VERSION {
            let dir = dir.to_owned();
            return Err(ManifestError::FormatVersion { dir, found, expected: FORMAT_VERSION });
        }
        let (crc, body) = rest.split_first_chunk::<4>().ok_or_else(damaged)?;
        if crc32fast::hash(body) != u32::from_le_bytes(*crc) {
            return Err(damaged());
        }
        postcard::from_bytes(body).map_err(|_| damaged())
    }

    /// Checks that a module declared as `declared` may open a directory with this manifest.
    fn check(&self, declared: &Manifest, dir: &Path) -> Result<(), ManifestError> {
        let dir = dir.to_owned();
        if self.module != declared.module {
            return Err(ManifestError::AnotherModule {
                dir,
                found: self.module.clone(),
                expected: declared.module.clone(),
            });
        }
        let module = self.module.clone();
        if self.tasks != declared.tasks {
            let (found, expected) = (self.tasks, declared.tasks);
            return Err(ManifestError::TaskCount { dir, module, found, expected });
        }
        for (what, found, expected) in [
            ("key encoding", self.key_encoding, declared.key_encoding),
            ("routing", self.routing, declared.routing),
            ("delta", self.delta, declared.delta),
        ] {
            if found != expected {
                return Err(ManifestError::EncodingVersion { dir, what, found, expected });
            }
        }
        let change = None
            .or_else(|| {
                changed("depot *", &self.depots, &declared.depots, |r| &r.name, DepotRow::text)
            })
            .or_else(|| {
                let (stored, now) = (&self.topologies, &declared.topologies);
                changed("topology ", stored, now, |r| &r.name, TopologyRow::text)
            })
            .or_else(|| {
                let (stored, now) = (&self.pstates, &declared.pstates);
                changed("PState $$", stored, now, |r| &r.name, PStateRow::text)
            });
        match change {
            Some(change) => Err(ManifestError::Changed { dir, module, change }),
            None => Ok(()),
        }
    }
}

impl DepotRow {
    fn text(&self) -> String {
        format!("records {}, partitioned by {}", self.shape, self.partitioning)
    }
}

impl TopologyRow {
    fn text(&self) -> String {
        format!("sources [{}]", self.sources.join(", "))
    }
}

impl PStateRow {
    fn text(&self) -> String {
        let placed = match &*self.placement {
            "hash" => String::new(),
            placement => format!(", {placement}"),
        };
        format!("{}{placed}, owned by topology {}", self.shape, self.owner)
    }
}

/// The first difference between stored and declared objects, in words.
fn changed<R: PartialEq>(
    kind: &str,
    stored: &[R],
    declared: &[R],
    name: fn(&R) -> &String,
    text: fn(&R) -> String,
) -> Option<String> {
    for row in stored {
        match declared.iter().find(|other| name(other) == name(row)) {
            None => return Some(format!("{kind}{} is no longer declared", name(row))),
            Some(other) if other != row => {
                return Some(format!(
                    "{kind}{} changed: stored as {}, declared as {}",
                    name(row),
                    text(row),
                    text(other)
                ));
            }
            Some(_) => {}
        }
    }
    declared
        .iter()
        .find(|row| !stored.iter().any(|other| name(other) == name(row)))
        .map(|row| format!("{kind}{} is new", name(row)))
}

fn ids<'a, R>(
    rows: &[R],
    name: fn(&R) -> &String,
    declared: impl Iterator<Item = &'a str>,
) -> Vec<u32> {
    declared
        .map(|wanted| {
            rows.iter().position(|row| name(row) == wanted).expect("the manifest was checked")
                as u32
        })
        .collect()
}

/// A locked data directory with its manifest.
#[derive(Debug)]
pub(crate) struct OpenedDirectory {
    pub(crate) manifest: Manifest,
    /// Held while the directory is open.
    pub(crate) lock: Box<dyn DiskLock>,
}

/// Locks the directory and checks its manifest, or makes both if the directory is new.
pub(crate) fn open_directory(
    disk: &Arc<dyn Disk>,
    dir: &Path,
    module: &ModuleDefinition,
    tasks: u32,
) -> Result<OpenedDirectory, ManifestError> {
    let declared = Manifest::of(module, tasks);
    let path = dir.join(MANIFEST);
    if !disk.exists(&path).map_err(io("look for", &path))?
        && disk.exists(dir).map_err(io("look for", dir))?
    {
        check_not_foreign(&**disk, dir)?;
    }
    disk.create_dir_all(dir).map_err(io("create", dir))?;
    let lock = disk.lock(&dir.join(LOCK)).map_err(|source| match source.kind() {
        io::ErrorKind::WouldBlock => ManifestError::InUse { dir: dir.to_owned() },
        _ => ManifestError::Io { action: "lock", path: dir.join(LOCK), source },
    })?;
    // Looked for again: another process may have made it before we had the lock.
    if disk.exists(&path).map_err(io("look for", &path))? {
        let manifest = Manifest::read(&**disk, dir)?;
        manifest.check(&declared, dir)?;
        manifest.check_log(&**disk, dir)?;
        return Ok(OpenedDirectory { manifest, lock });
    }
    declared.write(disk, dir)?;
    Ok(OpenedDirectory { manifest: declared, lock })
}

/// Whether a directory was ever made a data directory: it has a manifest.
///
/// # Errors
///
/// [`ManifestError::NotADataDirectory`] if there are other files instead.
pub(crate) fn has_manifest(disk: &dyn Disk, dir: &Path) -> Result<bool, ManifestError> {
    let path = dir.join(MANIFEST);
    if disk.exists(&path).map_err(io("look for", &path))? {
        return Ok(true);
    }
    check_not_foreign(disk, dir)?;
    Ok(false)
}

/// Checks a directory without a manifest: nothing is in it but what a launch left that was cut short.
fn check_not_foreign(disk: &dyn Disk, dir: &Path) -> Result<(), ManifestError> {
    let files = disk.list(dir).map_err(io("list", dir))?;
    // A manifest that appears meanwhile is another process's; the lock decides.
    let own = [LOCK, MANIFEST_NEW, MANIFEST];
    let log = disk.exists(&dir.join(LOG)).map_err(io("look for", dir))?;
    let foreign = files.into_iter().find(|file| !own.contains(&&**file));
    match foreign.or_else(|| log.then(|| LOG.to_owned())) {
        Some(found) => Err(ManifestError::NotADataDirectory { dir: dir.to_owned(), found }),
        None => Ok(()),
    }
}

/// Takes a directory's lock for looking at it, if there is one; nothing is written. A directory that
/// was ever open has a lock, but a copy may have none.
pub(crate) fn lock_for_reading(
    disk: &dyn Disk,
    dir: &Path,
) -> Result<Option<Box<dyn DiskLock>>, ManifestError> {
    let path = dir.join(LOCK);
    match disk.lock_shared(&path) {
        Ok(lock) => Ok(Some(lock)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
            Err(ManifestError::InUse { dir: dir.to_owned() })
        }
        Err(source) => Err(ManifestError::Io { action: "lock", path, source }),
    }
}

fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> ManifestError + use<> {
    let path = path.to_owned();
    move |source| ManifestError::Io { action, path, source }
}

/// Whether the first segment of a log is there and not empty.
fn has_segments(disk: &dyn Disk, log: &Path) -> Result<bool, ManifestError> {
    if !disk.exists(log).map_err(io("look for", log))? {
        return Ok(false);
    }
    let files = disk.list(log).map_err(io("list", log))?;
    let Some(first) = files.into_iter().find(|file| file.ends_with(".log")) else {
        return Ok(false);
    };
    let path = log.join(first);
    let file = disk.open(&path, OpenMode::Read).map_err(io("open", &path))?;
    Ok(file.len().map_err(io("read", &path))? > 0)
}
