//! Errors of clusters.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::depot::SegmentError;
use crate::log::LogError;
use crate::store::{DatabaseError, ManifestError, RecoveryError};
use crate::topology::{AttemptFailure, StopCause};

/// A cluster that cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClusterError {
    /// No temporary directory could be made.
    #[error("cannot make a temporary directory in {}", .parent.display())]
    TemporaryDirectory {
        /// Where it was to be made.
        parent: PathBuf,
        /// The disk's error.
        source: std::io::Error,
    },
}

/// A module that cannot be launched. The data directory is as it was before.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LaunchError {
    /// Tasks, threads, or their relation are impossible.
    #[error(
        "cannot launch on {tasks} tasks and {threads} threads: the number of tasks is a power of two, \
         and threads are between 1 and the number of tasks"
    )]
    Parallelism {
        /// Tasks asked for.
        tasks: usize,
        /// Threads asked for.
        threads: usize,
    },
    /// A cluster's data directory belongs to one module.
    #[error(
        "cannot launch module {module}: a cluster runs one module, and this one runs {running}"
    )]
    AlreadyLaunched {
        /// The running module.
        running: &'static str,
        /// The module that was to be launched.
        module: &'static str,
    },
    /// The data directory does not fit.
    #[error(transparent)]
    Directory(#[from] ManifestError),
    /// The log cannot be opened.
    #[error("cannot open the log in {}", .dir.display())]
    Log {
        /// The log's directory.
        dir: PathBuf,
        /// The log's error.
        source: LogError,
    },
    /// The last checkpoint cannot be read.
    #[error("cannot open the last checkpoint in {}", .dir.display())]
    Checkpoint {
        /// The data directory.
        dir: PathBuf,
        /// Why.
        source: DatabaseError,
    },
    /// The directory of the log's files that are kept for depots cannot be prepared.
    #[error("cannot prepare the files of depots in {}", .dir.display())]
    Depots {
        /// The data directory.
        dir: PathBuf,
        /// Why.
        source: SegmentError,
    },
    /// The log was read, but an entry does not fit.
    #[error("cannot recover from the log in {}", .dir.display())]
    Recovery {
        /// The log's directory.
        dir: PathBuf,
        /// What does not fit.
        source: RecoveryError,
    },
    /// A thread could not be started.
    #[error("cannot start a thread")]
    Thread {
        /// The system's error.
        source: std::io::Error,
    },
}

/// Why waiting for a topology ended early.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WaitError {
    /// The module of this handle does not run in this cluster.
    #[error("topology {topology} does not belong to a module that runs in this cluster")]
    NotLaunched {
        /// The topology's name.
        topology: &'static str,
    },
    /// Attempts at one microbatch keep failing. They go on being made.
    #[error("microbatch attempts of topology {topology} keep failing: {failure}")]
    Failing {
        /// The topology's name.
        topology: &'static str,
        /// The newest failure.
        failure: Arc<AttemptFailure>,
    },
    /// The time is over.
    #[error("topology {topology} has processed {processed} of {wanted} records after {timeout:?}")]
    Timeout {
        /// The topology's name.
        topology: &'static str,
        /// Records processed.
        processed: u64,
        /// Records waited for.
        wanted: u64,
        /// Time waited.
        timeout: Duration,
    },
    /// A paused topology still works on a microbatch; it pauses after that.
    #[error("topology {topology} still works on microbatch {microbatch} after {timeout:?}")]
    NotPaused {
        /// The topology's name.
        topology: &'static str,
        /// The microbatch.
        microbatch: u64,
        /// Time waited.
        timeout: Duration,
    },
    /// The topology has stopped for good. Open the data directory again.
    #[error("topology {topology} has stopped")]
    Stopped {
        /// The topology's name.
        topology: &'static str,
        /// Why.
        source: StopCause,
    },
}
