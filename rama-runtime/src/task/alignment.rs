//! Misaligned accesses: a read or write on a task that the path's leading key does not live on. It
//! finds nothing, or writes what nobody will find. Debug builds look at every access.

use std::collections::BTreeMap;
use std::panic::Location;
use std::sync::{Mutex, PoisonError};

/// A statement that read or wrote a key on a task that the key does not live on.
///
/// It is found where [`ClusterBuilder::check_alignment`](crate::cluster::ClusterBuilder::check_alignment)
/// is on. A statement that means it is written `#[unaligned] local_select> …`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MisalignedAccess {
    /// The statement's text.
    pub statement: &'static str,
    /// Its file and line.
    pub location: String,
    /// The PState's name, without its sigil.
    pub pstate: &'static str,
    /// The task on which it ran, the first time.
    pub task: usize,
    /// The task on which that key lives.
    pub home: usize,
    /// How often it happened.
    pub count: u64,
}

/// Where a statement stands; its text alone may be that of another one.
type Place = (&'static str, u32, u32, &'static str);

/// The misaligned accesses of a module.
#[derive(Debug, Default)]
pub(crate) struct AlignmentLog {
    /// By PState index.
    pstates: Vec<&'static str>,
    found: Mutex<BTreeMap<Place, MisalignedAccess>>,
}

impl AlignmentLog {
    pub(crate) fn new(pstates: Vec<&'static str>) -> AlignmentLog {
        AlignmentLog { pstates, found: Mutex::default() }
    }

    /// Notes one; the first of a statement is said in the log, too.
    #[cold]
    pub(crate) fn note(
        &self,
        (statement, location): (&'static str, Option<&'static Location<'static>>),
        pstate: u32,
        task: u32,
        home: u32,
    ) {
        let at = location.map_or(("", 0, 0), |at| (at.file(), at.line(), at.column()));
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let access = found.entry((at.0, at.1, at.2, statement)).or_insert_with(|| {
            let pstate = self.pstates.get(pstate as usize).copied().unwrap_or("");
            tracing::warn!(
                statement,
                file = at.0,
                line = at.1,
                pstate,
                task,
                home,
                "a key was accessed on a task that it does not live on"
            );
            MisalignedAccess {
                statement,
                location: format!("{}:{}", at.0, at.1),
                pstate,
                task: task as usize,
                home: home as usize,
                count: 0,
            }
        });
        access.count += 1;
    }

    /// What was found, in order of the source.
    pub(crate) fn found(&self) -> Vec<MisalignedAccess> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }
}
