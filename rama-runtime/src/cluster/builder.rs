//! How a cluster is configured.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::directory::TemporaryDirectory;
use super::event::EventHook;
use super::{ClusterError, ClusterEvent, InProcessCluster};
use crate::disk::{Disk, RealDisk};
use crate::exec::Spawner;
use crate::log::LogOptions;
use crate::store::StorageOptions;
use crate::task::{ASYNC_CALLS_LIMIT, EVENT_TARGET_TIME, FAN_OUT_LIMIT};

/// What a spawner gets to run; see [`ClusterBuilder::spawner`].
pub type SpawnedFuture = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Configures an [`InProcessCluster`]; every setting has a default.
#[derive(Clone, Debug)]
pub struct ClusterBuilder {
    pub(crate) data_dir: Option<PathBuf>,
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) seed: Option<u64>,
    pub(crate) hook: Option<EventHook>,
    pub(crate) client_timeout: Duration,
    pub(crate) records_per_partition: u64,
    pub(crate) records_per_slice: u64,
    pub(crate) in_flight_bytes: usize,
    pub(crate) fan_out_limit: usize,
    pub(crate) event_target_time: Duration,
    pub(crate) checks_alignment: bool,
    pub(crate) async_calls_limit: usize,
    pub(crate) spawner: Option<Spawner>,
    pub(crate) log: LogOptions,
    pub(crate) storage: StorageOptions,
}

impl Default for ClusterBuilder {
    fn default() -> Self {
        ClusterBuilder {
            data_dir: None,
            disk: Arc::new(RealDisk),
            seed: None,
            hook: None,
            client_timeout: Duration::from_secs(60),
            records_per_partition: 10_000,
            records_per_slice: 1_000,
            in_flight_bytes: 64 << 20,
            fan_out_limit: FAN_OUT_LIMIT,
            event_target_time: EVENT_TARGET_TIME,
            checks_alignment: cfg!(debug_assertions),
            async_calls_limit: ASYNC_CALLS_LIMIT,
            spawner: None,
            log: LogOptions::default(),
            storage: StorageOptions::default(),
        }
    }
}

impl ClusterBuilder {
    /// Keeps data in this directory, which is made if it does not exist. Without this, data lie in a
    /// temporary directory that goes with the cluster.
    pub fn data_dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.data_dir = Some(dir.into());
        self
    }

    /// Keeps data on this disk instead of the machine's; meant for tests of faults.
    pub fn disk(mut self, disk: Arc<dyn Disk>) -> Self {
        self.disk = disk;
        self
    }

    /// Runs the cluster on the calling threads, in an order and a virtual time drawn from `seed`,
    /// instead of on threads of its own: a run can be repeated exactly. Things move only while a
    /// client waits, or in [`InProcessCluster::simulate`].
    pub fn simulated(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Calls `hook` with each event, on the thread that caused it. A hook that blocks holds up its
    /// topology; it must not call back into the cluster.
    pub fn event_hook(mut self, hook: impl Fn(&ClusterEvent) + Send + Sync + 'static) -> Self {
        self.hook = Some(EventHook(Arc::new(hook)));
        self
    }

    /// How long clients wait for an acknowledgement or a microbatch: 60 s unless set.
    pub fn client_timeout(mut self, timeout: Duration) -> Self {
        self.client_timeout = timeout;
        self
    }

    /// Most records of one depot partition in one microbatch: 10,000 unless set, at least 1.
    pub fn microbatch_max_records(mut self, records: u64) -> Self {
        self.records_per_partition = records.max(1);
        self
    }

    /// Records a task emits into a topology before it serves other tasks' frames again: 1,000 unless
    /// set, at least 1.
    pub fn emit_max_records(mut self, records: u64) -> Self {
        self.records_per_slice = records.max(1);
        self
    }

    /// Emission of records pauses while frames of more bytes than this are between tasks, counted
    /// without what they point to: 64 MiB unless set. Frames themselves are never held back.
    pub fn in_flight_bytes(mut self, bytes: usize) -> Self {
        self.in_flight_bytes = bytes;
        self
    }

    /// Most frames that one event may send: 10 million unless set. One more fails the attempt.
    pub fn fan_out_limit(mut self, frames: usize) -> Self {
        self.fan_out_limit = frames;
        self
    }

    /// How long a task may run events before `yield_if_overtime>` lets others go first: 5 ms unless
    /// set. A simulation ignores it and draws from its seed.
    pub fn event_target_time(mut self, time: Duration) -> Self {
        self.event_target_time = time;
        self
    }

    /// Whether every read and write of a PState is checked to be on the task that its key lives on:
    /// in debug builds, unless set. See [`InProcessCluster::misaligned_accesses`].
    pub fn check_alignment(mut self, check: bool) -> Self {
        self.checks_alignment = check;
        self
    }

    /// Most asynchronous calls of one task that run at once: 1,024 unless set, at least 1. Others wait
    /// in the order they were made in.
    pub fn async_calls_limit(mut self, calls: usize) -> Self {
        self.async_calls_limit = calls.max(1);
        self
    }

    /// Runs the futures of asynchronous calls where `spawner` puts them, for example on a runtime
    /// whose sockets and timers they use. Without this, one thread of the cluster polls them all.
    ///
    /// The spawner is called from a thread of the cluster and must not block. A panic of it, or
    /// dropping a future that has not ended, fails the attempt that made the call. The runtime has to
    /// live as long as the cluster. In a simulation it may run futures on threads of its own; such a
    /// run cannot be repeated exactly.
    pub fn spawner(mut self, spawner: Arc<dyn Fn(SpawnedFuture) + Send + Sync>) -> Self {
        self.spawner = Some(Spawner(spawner));
        self
    }

    /// Settings of the write-ahead log.
    pub fn log_options(mut self, options: LogOptions) -> Self {
        self.log = options;
        self
    }

    /// Settings of checkpoints, and of the memory that state takes.
    pub fn storage_options(mut self, options: StorageOptions) -> Self {
        self.storage = options;
        self
    }

    /// Makes the cluster. The data directory is touched only when a module is launched.
    ///
    /// # Errors
    ///
    /// [`ClusterError::TemporaryDirectory`] if one is needed and cannot be made.
    pub fn build(self) -> Result<InProcessCluster, ClusterError> {
        let temporary = match &self.data_dir {
            Some(_) => None,
            None => Some(TemporaryDirectory::new()?),
        };
        Ok(InProcessCluster::from_builder(self, temporary))
    }
}
