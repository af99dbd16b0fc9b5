//! A data directory, held so that nobody opens it while it is looked at.

use std::path::{Path, PathBuf};

use super::InspectError;
use crate::disk::{Disk, DiskLock};
use crate::store::{self, Manifest, ManifestError};

/// A directory that nobody has open.
pub(super) struct Directory<'a> {
    pub(super) disk: &'a dyn Disk,
    pub(super) dir: &'a Path,
    pub(super) manifest: Manifest,
    /// None if there is no lock: the directory is a copy.
    lock: Option<Box<dyn DiskLock>>,
}

impl<'a> Directory<'a> {
    pub(super) fn hold(disk: &'a dyn Disk, dir: &'a Path) -> Result<Directory<'a>, InspectError> {
        let failed = |source| {
            let path = dir.to_owned();
            InspectError::Directory(ManifestError::Io { action: "look for", path, source })
        };
        if !disk.exists(dir).map_err(failed)? {
            return Err(InspectError::NoDirectory { dir: dir.to_owned() });
        }
        if !store::has_manifest(disk, dir)? {
            return Err(InspectError::NeverLaunched { dir: dir.to_owned() });
        }
        let lock = store::lock_for_reading(disk, dir)?;
        let manifest = Manifest::read(disk, dir)?;
        Ok(Directory { disk, dir, manifest, lock })
    }

    /// Checks that nobody opened the directory since: there may have been no lock to hold.
    pub(super) fn let_go(self) -> Result<(), InspectError> {
        if self.lock.is_none() && store::lock_for_reading(self.disk, self.dir)?.is_some() {
            return Err(ManifestError::InUse { dir: self.dir.to_owned() }.into());
        }
        Ok(())
    }

    pub(super) fn log_dir(&self) -> PathBuf {
        self.dir.join(store::LOG)
    }

    pub(super) fn depot_name(&self, id: u32) -> String {
        let known = self.manifest.depots.get(id as usize);
        known.map_or_else(|| format!("#{id}"), |depot| depot.name.clone())
    }

    pub(super) fn pstate_name(&self, id: u32) -> String {
        let known = self.manifest.pstates.get(id as usize);
        known.map_or_else(|| format!("#{id}"), |pstate| pstate.name.clone())
    }
}
