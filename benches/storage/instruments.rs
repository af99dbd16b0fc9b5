//! A cluster with instruments, and clients that append to it.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use rama::{
    AckLevel, AppendFuture, ClusterEvent, DepotClient, InProcessCluster, Microbatch, Module,
    Record, StorageOptions,
};

use crate::counting_disk::{CountingDisk, Traffic};
use crate::{LEAST_CHECKPOINTS, THREADS};

/// Groups of acknowledged records that a client may be ahead of a topology.
const LEAD: usize = 4;

/// Calls with which a group is appended.
const CALLS: usize = 8;

/// How long a client waits for anything.
const PATIENCE: Duration = Duration::from_secs(300);

/// What has happened in a cluster.
#[derive(Debug, Default)]
struct Happened {
    microbatches: AtomicU64,
    checkpoints: AtomicU64,
    rows: AtomicU64,
    checkpoint_nanos: AtomicU64,
    begun: Mutex<Option<Instant>>,
    /// Notified, under the lock of `begun`, when there is one checkpoint more.
    made: Condvar,
    /// How long clients have waited for checkpoints.
    waited_nanos: AtomicU64,
}

impl Happened {
    fn note(&self, event: &ClusterEvent) {
        match event {
            ClusterEvent::Committed { .. } => {
                self.microbatches.fetch_add(1, Ordering::Relaxed);
            }
            ClusterEvent::CheckpointBegun { .. } => {
                *self.begun.lock().expect("a lock") = Some(Instant::now());
            }
            ClusterEvent::Checkpointed { rows, .. } => {
                let mut begun = self.begun.lock().expect("a lock");
                self.checkpoints.fetch_add(1, Ordering::Relaxed);
                self.rows.fetch_add(*rows, Ordering::Relaxed);
                self.made.notify_all();
                if let Some(begun) = begun.take() {
                    let nanos = begun.elapsed().as_nanos() as u64;
                    self.checkpoint_nanos.fetch_add(nanos, Ordering::Relaxed);
                }
            }
            ClusterEvent::AttemptFailed { failure } => eprintln!("an attempt failed: {failure}"),
            _ => {}
        }
    }
}

/// What happened between two looks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Doings {
    pub microbatches: u64,
    pub checkpoints: u64,
    /// Rows that checkpoints wrote.
    pub rows: u64,
    /// Seconds in which a checkpoint was under way.
    pub checkpoint_seconds: f64,
    /// Seconds in which clients waited for checkpoints.
    pub waited: f64,
    pub traffic: Traffic,
}

/// A checkpoint at every so many bytes of log.
pub fn checkpoint_at(log_bytes: u64) -> StorageOptions {
    StorageOptions::default().checkpoint_log_bytes(log_bytes)
}

/// So large that no checkpoint is ever made.
pub fn no_checkpoints() -> StorageOptions {
    checkpoint_at(u64::MAX).overlay_bytes(usize::MAX)
}

/// How often a run has checkpoints at least: as often as it must, or never.
pub fn least_checkpoints(storage: &StorageOptions) -> u64 {
    if storage.checkpoint_log_bytes == u64::MAX { 0 } else { LEAST_CHECKPOINTS }
}

/// A launched cluster.
pub struct Instrumented {
    pub cluster: InProcessCluster,
    happened: Arc<Happened>,
    disk: Arc<CountingDisk>,
}

impl Instrumented {
    /// Launches a module over a directory. `records` is the most of one depot partition in one
    /// microbatch.
    pub fn launch<M: Module>(
        module: M,
        dir: &Path,
        records: usize,
        storage: StorageOptions,
    ) -> Instrumented {
        let (happened, disk) = (Arc::<Happened>::default(), Arc::<CountingDisk>::default());
        let hook = Arc::clone(&happened);
        let cluster = InProcessCluster::builder()
            .data_dir(dir)
            .disk(Arc::clone(&disk) as Arc<_>)
            .client_timeout(PATIENCE)
            .microbatch_max_records(records as u64)
            .storage_options(storage)
            .event_hook(move |event| hook.note(event))
            .build()
            .expect("a cluster");
        cluster.launch(module, THREADS, THREADS).expect("launch");
        Instrumented { cluster, happened, disk }
    }

    /// What has happened since the launch.
    pub fn doings(&self) -> Doings {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Doings {
            microbatches: read(&self.happened.microbatches),
            checkpoints: read(&self.happened.checkpoints),
            rows: read(&self.happened.rows),
            checkpoint_seconds: read(&self.happened.checkpoint_nanos) as f64 / 1e9,
            waited: read(&self.happened.waited_nanos) as f64 / 1e9,
            traffic: self.disk.traffic(),
        }
    }

    /// What has happened since then.
    pub fn doings_since(&self, before: &Doings) -> Doings {
        let now = self.doings();
        Doings {
            microbatches: now.microbatches - before.microbatches,
            checkpoints: now.checkpoints - before.checkpoints,
            rows: now.rows - before.rows,
            checkpoint_seconds: now.checkpoint_seconds - before.checkpoint_seconds,
            waited: now.waited - before.waited,
            traffic: now.traffic - before.traffic,
        }
    }

    /// Appends all records, some at once, which are acknowledged when they are durable; two groups are
    /// under way at most. `keep_up` is called with how many records are acknowledged, and may wait.
    pub fn feed<T: Record>(
        &self,
        depot: &DepotClient<T>,
        records: impl IntoIterator<Item = T>,
        group: usize,
        keep_up: impl Fn(u64),
    ) {
        let at_once = group.div_ceil(CALLS);
        let mut records = records.into_iter().peekable();
        let mut waiting = VecDeque::with_capacity(2 * CALLS);
        let mut acknowledged = 0;
        while records.peek().is_some() {
            let some = records.by_ref().take(at_once);
            waiting.push_back(depot.append_all_async_with(some, AckLevel::AppendAck));
            if waiting.len() == 2 * CALLS {
                self.wait_for_all(waiting.drain(..CALLS));
                acknowledged += (at_once * CALLS) as u64;
                keep_up(acknowledged);
            }
        }
        self.wait_for_all(waiting.drain(..));
    }

    /// Appends all records to a depot of a topology that has processed `before`, and waits until it
    /// has processed them too. The client is a few groups ahead of the topology, no more, and no
    /// more than two of `checkpoints` parts ahead of the checkpoints: so there are that many, spread
    /// over the run. Where they are made in time, the client does not wait for them.
    pub fn feed_and_process<M: Module, O, T: Record>(
        &self,
        topology: Microbatch<M, O>,
        before: u64,
        depot: &DepotClient<T>,
        records: impl ExactSizeIterator<Item = T>,
        group: usize,
        checkpoints: u64,
    ) {
        let made = self.doings().checkpoints;
        let part = (records.len() as u64 / (checkpoints + 1)).max(1);
        let all = before + records.len() as u64;
        let wait = |count| {
            let cluster = &self.cluster;
            cluster.wait_for_microbatch_processed_count(topology, count).expect("all records");
        };
        self.feed(depot, records, group, |acknowledged| {
            wait(before + acknowledged.saturating_sub((LEAD * group) as u64));
            self.wait_for_checkpoints(made + (acknowledged / part).saturating_sub(1));
        });
        wait(all);
        self.wait_for_checkpoints(made + checkpoints);
    }

    /// Waits until less log is behind the last checkpoint: what an earlier launch left may hold appends
    /// up under the limits of this one.
    pub fn wait_for_backlog_below(&self, bytes: u64) {
        let start = Instant::now();
        let backlog = || {
            let status = self.cluster.storage_status().expect("a launched module");
            status.log_bytes_behind_checkpoint
        };
        while backlog() >= bytes {
            assert!(start.elapsed() < PATIENCE, "no checkpoint in {PATIENCE:?}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until there are so many since the launch. Panics if that takes too long.
    fn wait_for_checkpoints(&self, count: u64) {
        let Happened { begun, made, checkpoints, waited_nanos, .. } = &*self.happened;
        if checkpoints.load(Ordering::Relaxed) >= count {
            return;
        }
        let start = Instant::now();
        let locked = begun.lock().expect("a lock");
        let missing = |_: &mut _| checkpoints.load(Ordering::Relaxed) < count;
        let waited = made.wait_timeout_while(locked, PATIENCE, missing).expect("a lock");
        assert!(!waited.1.timed_out(), "no checkpoint {count} in {PATIENCE:?}");
        waited_nanos.fetch_add(start.elapsed().as_nanos() as u64, Ordering::Relaxed);
    }

    fn wait_for_all(&self, appends: impl Iterator<Item = AppendFuture>) {
        let all = async {
            for append in appends {
                append.await.expect("an append");
            }
        };
        self.cluster.block_on(all).expect("acknowledgements in time");
    }
}
