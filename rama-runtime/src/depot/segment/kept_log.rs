//! Segments of the log that are kept for the depot records in them.
//!
//! Such a segment has a second name, `<data dir>/depots/log/<start position, 20 digits>.log`, which
//! stays when the log removes the first. Until then it is one file, and the log may still be writing at
//! its end: what is indexed lies before that, and is durable.
//!
//! - **Invariant**: of the names in the directory those behind the last one of the checkpoint's record
//!   are garbage of a checkpoint that was not committed, and are removed before anything is kept.
//! - **Invariant**: as long as the log has a segment, its second name means the same file. Copying a
//!   data directory makes two of it, so the last one is given its second name again at every opening;
//!   the ones before it do not change any more.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::SegmentError;
use super::files::names_in;
use super::names;
use crate::disk::Disk;
use crate::log::{self, Position};

/// Ends the name of a file that is about to replace another.
const NEW: &str = ".new";

/// Keeps segments of the log.
#[derive(Debug)]
pub(crate) struct KeptLog {
    disk: Arc<dyn Disk>,
    log_dir: PathBuf,
    dir: PathBuf,
    /// The last one that is kept.
    last: Option<Position>,
    /// What was done to names may not be durable.
    is_unsynced: bool,
    /// Files cannot have two names here.
    is_refused: bool,
}

impl KeptLog {
    /// Those of a data directory, when the last one that a checkpoint has is `last`.
    ///
    /// # Errors
    ///
    /// The disk's. That files cannot have two names is none.
    pub(crate) fn open(
        disk: Arc<dyn Disk>,
        data_dir: &Path,
        log_dir: &Path,
        last: Option<Position>,
    ) -> Result<KeptLog, SegmentError> {
        let dir = names::kept_log_dir(data_dir);
        let (log_dir, is_refused) = (log_dir.to_owned(), false);
        // Whoever had it open before may have removed names and been killed.
        let is_unsynced = disk.exists(&dir).map_err(SegmentError::io("look for", &dir))?;
        let mut kept = KeptLog { disk, log_dir, dir, last, is_unsynced, is_refused };
        kept.remove_garbage()?;
        kept.keep_again()?;
        Ok(kept)
    }

    /// The last one that is kept.
    pub(crate) fn last(&self) -> Option<Position> {
        self.last
    }

    /// Keeps the log's segment that begins at `segment`, which is the last one that is kept or one
    /// behind it, from the next [`KeptLog::sync`] on. Says whether that can be done at all.
    ///
    /// # Errors
    ///
    /// A full disk, and what makes the directory unusable.
    pub(crate) fn keep(&mut self, segment: Position) -> Result<bool, SegmentError> {
        if self.is_refused {
            return Ok(false);
        }
        if self.last.is_some_and(|last| segment <= last) {
            return Ok(true);
        }
        let create = SegmentError::io("create the directory", &self.dir);
        self.disk.create_dir_all(&self.dir).map_err(create)?;
        if !self.link(segment)? {
            return Ok(false);
        }
        self.last = Some(segment);
        Ok(true)
    }

    /// Makes what was kept durable.
    pub(crate) fn sync(&mut self) -> Result<(), SegmentError> {
        if self.is_unsynced {
            let sync = SegmentError::io("sync the directory", &self.dir);
            self.disk.sync_dir(&self.dir).map_err(sync)?;
            self.is_unsynced = false;
        }
        Ok(())
    }

    fn remove_garbage(&self) -> Result<(), SegmentError> {
        for name in names_in(&*self.disk, &self.dir)? {
            let (of, is_new) = match name.strip_suffix(NEW) {
                Some(of) => (of, true),
                None => (&*name, false),
            };
            // What has another name is not ours.
            let Some(start) = log::parse_file_name(of).map(Position::new) else { continue };
            if is_new || self.last.is_none_or(|last| start > last) {
                self.remove(&name)?;
            }
        }
        Ok(())
    }

    /// Gives the last one its second name again, if the log still has it.
    fn keep_again(&mut self) -> Result<(), SegmentError> {
        let Some(last) = self.last else { return Ok(()) };
        let path = self.log_dir.join(log::file_name(last.get()));
        if self.disk.exists(&path).map_err(SegmentError::io("look for", &path))? {
            match self.link(last) {
                Ok(_) => self.sync()?,
                // What is indexed is there. No more of it must be.
                Err(error) => self.refuse(&error),
            }
        }
        Ok(())
    }

    /// Gives a segment its second name, whatever had that name before. Says whether it can have one.
    fn link(&mut self, segment: Position) -> Result<bool, SegmentError> {
        let name = log::file_name(segment.get());
        let new = self.dir.join(format!("{name}{NEW}"));
        // From a try that failed.
        self.remove(&format!("{name}{NEW}"))?;
        if let Err(source) = self.disk.link(&self.log_dir.join(&name), &new) {
            let error =
                SegmentError::io("give a second name to a segment of the log, as", &new)(source);
            if error.is_full() {
                return Err(error);
            }
            self.refuse(&error);
            return Ok(false);
        }
        let path = self.dir.join(&name);
        self.disk.rename(&new, &path).map_err(SegmentError::io("rename a file to", &path))?;
        // Nothing was renamed if both are one file already.
        self.remove(&format!("{name}{NEW}"))?;
        self.is_unsynced = true;
        Ok(true)
    }

    fn refuse(&mut self, error: &SegmentError) {
        tracing::info!(
            error = error as &dyn std::error::Error,
            "depot records are copied from the log"
        );
        self.is_refused = true;
    }

    /// Removes a file, if there is one.
    fn remove(&self, name: &str) -> Result<(), SegmentError> {
        let path = self.dir.join(name);
        match self.disk.remove_file(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed.map_err(SegmentError::io("remove", &path)),
        }
    }
}
