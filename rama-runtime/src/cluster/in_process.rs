//! The cluster as its user holds it.

use std::any::TypeId;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::builder::ClusterBuilder;
use super::directory::TemporaryDirectory;
use super::launch::{Launched, launch};
use super::{ClusterError, LaunchError, Slot, StorageStatus, WaitError};
use crate::client::{DataClient, DepotClient, PStateClient, Snapshot};
use crate::depot::Depot;
use crate::exec::Driver;
use crate::log::LogError;
use crate::module::Module;
use crate::pstate::{PState, ReadByClients};
use crate::task::MisalignedAccess;
use crate::topology::{Microbatch, MicrobatchStatus, StopCause, TopologyStatus};
use rama_paths::Schema;

/// Failed attempts in a row after which a waiting client is told.
const TELL_AFTER_FAILURES: u32 = 3;

/// A cluster in this process: one module over one data directory.
///
/// All methods may be called from any thread. Dropping the cluster closes it; see
/// [`InProcessCluster::close`].
#[derive(Debug)]
pub struct InProcessCluster {
    settings: ClusterBuilder,
    dir: PathBuf,
    slot: Arc<Slot>,
    /// Removed last.
    _temporary: Option<TemporaryDirectory>,
}

impl InProcessCluster {
    /// A cluster in a temporary data directory that is removed with it.
    ///
    /// # Errors
    ///
    /// [`ClusterError::TemporaryDirectory`] if it cannot be made.
    pub fn temporary() -> Result<Self, ClusterError> {
        Self::builder().build()
    }

    /// A cluster over a data directory, which is made if it does not exist.
    ///
    /// # Errors
    ///
    /// None now; a directory that does not fit is an error of [`InProcessCluster::launch`].
    pub fn open(data_dir: impl Into<PathBuf>) -> Result<Self, ClusterError> {
        Self::builder().data_dir(data_dir).build()
    }

    /// A cluster with settings of its own.
    pub fn builder() -> ClusterBuilder {
        ClusterBuilder::default()
    }

    pub(crate) fn from_builder(
        settings: ClusterBuilder,
        temporary: Option<TemporaryDirectory>,
    ) -> Self {
        let dir = match (&settings.data_dir, &temporary) {
            (Some(dir), _) if dir.as_os_str().is_empty() => PathBuf::from("."),
            (Some(dir), _) => dir.clone(),
            // One level down, so that the directory is new to the module.
            (None, Some(temporary)) => temporary.path().join("data"),
            (None, None) => PathBuf::new(),
        };
        InProcessCluster { settings, dir, slot: Arc::default(), _temporary: temporary }
    }

    /// The data directory.
    pub fn data_dir(&self) -> &Path {
        &self.dir
    }

    /// Launches a module on `tasks` tasks, run by `threads` task threads. If the data directory
    /// holds the module's state, it goes on from there: everything acknowledged is back, and a
    /// microbatch that was not decided is tried again with the same records.
    ///
    /// The number of tasks is a power of two and fixed for the life of the data directory; the
    /// number of threads may differ at each launch.
    ///
    /// # Errors
    ///
    /// A directory of another module, of changed records or PStates, of another format or task
    /// count, or one in use: each leaves the directory as it was. A log that is damaged other than
    /// at its very end.
    pub fn launch<M: Module>(
        &self,
        module: M,
        tasks: usize,
        threads: usize,
    ) -> Result<(), LaunchError> {
        let _ = module;
        let (settings, dir) = (self.settings.clone(), self.dir.clone());
        self.slot.launch(
            M::NAME,
            Box::new(move |failed| launch::<M>(&settings, &dir, tasks, threads, failed)),
        )
    }

    /// A client of a depot. If the depot's module does not run here, its calls say so.
    pub fn depot<M: Module, T: rama_paths::Record>(&self, depot: Depot<M, T>) -> DepotClient<T> {
        let slot = Arc::clone(&self.slot);
        DepotClient::new(depot, slot, self.settings.client_timeout)
    }

    /// A client of a PState. If the PState's module does not run here, its calls say so.
    ///
    /// One that is declared `private` has no clients, which the compiler says.
    pub fn pstate<O: 'static, S: Schema, D: ReadByClients>(
        &self,
        pstate: PState<O, S, D>,
    ) -> PStateClient<O, S> {
        PStateClient::new(pstate.in_module(), Arc::clone(&self.slot))
    }

    /// A client of a PState that is known by its name, `"$$funds"` or `"funds"`, without the types of
    /// its module: for paths as data. If the module that runs has no such PState, its calls say so.
    pub fn pstate_by_name(&self, name: &str) -> DataClient {
        DataClient::new(name, Arc::clone(&self.slot))
    }

    /// All state as of now, to read several partitions or PStates of the same instant. None if no
    /// module runs here.
    pub fn snapshot(&self) -> Option<Snapshot> {
        self.slot.load().clone().map(Snapshot::new)
    }

    /// What the module's state takes in memory and on disk. None if no module runs here.
    pub fn storage_status(&self) -> Option<StorageStatus> {
        self.slot.load().as_ref().map(|launched| StorageStatus::of(&launched.shared))
    }

    /// Statements that read or wrote a key on a task that the key does not live on, in order of the
    /// source: they find nothing, or write what no client finds. Empty if no module runs here, or if
    /// [`ClusterBuilder::check_alignment`] is off, as it is in release builds.
    ///
    /// A statement that means it is written `#[unaligned] local_select> …`.
    pub fn misaligned_accesses(&self) -> Vec<MisalignedAccess> {
        let launched = self.slot.load().clone();
        launched
            .and_then(|launched| launched.shared.alignment.as_ref().map(|log| log.found()))
            .unwrap_or_default()
    }

    fn topology<M: Module, O>(
        &self,
        topology: Microbatch<M, O>,
    ) -> Result<(Arc<Launched>, Arc<TopologyStatus>), WaitError> {
        let launched = self
            .slot
            .load_as(TypeId::of::<M>())
            .ok_or(WaitError::NotLaunched { topology: topology.name })?;
        let status = Arc::clone(&launched.shared.statuses[topology.index as usize]);
        Ok((launched, status))
    }

    /// Waits until the topology has processed at least `count` depot records since the module was
    /// first launched, and their effects are durable and visible to clients. Waits as long as the
    /// client timeout.
    ///
    /// # Errors
    ///
    /// [`WaitError::Timeout`], [`WaitError::Stopped`], or [`WaitError::Failing`] as soon as three
    /// attempts in a row have failed, one of them during the call.
    pub fn wait_for_microbatch_processed_count<M: Module, O>(
        &self,
        topology: Microbatch<M, O>,
        count: u64,
    ) -> Result<(), WaitError> {
        let timeout = self.settings.client_timeout;
        self.wait_for_microbatch_processed_count_for(topology, count, timeout)
    }

    /// As [`InProcessCluster::wait_for_microbatch_processed_count`], with a timeout of its own.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn wait_for_microbatch_processed_count_for<M: Module, O>(
        &self,
        topology: Microbatch<M, O>,
        count: u64,
        timeout: Duration,
    ) -> Result<(), WaitError> {
        let (launched, status) = self.topology(topology)?;
        let topology = topology.name;
        let done = |now: &MicrobatchStatus| now.processed >= count;
        wait_for(&launched, &status, topology, timeout, done)?.ok_or_else(|| {
            let processed = status.get().processed;
            WaitError::Timeout { topology, processed, wanted: count, timeout }
        })
    }

    /// How far a topology is, and why its last attempt failed if it did.
    ///
    /// # Errors
    ///
    /// [`WaitError::NotLaunched`].
    pub fn microbatch_status<M: Module, O>(
        &self,
        topology: Microbatch<M, O>,
    ) -> Result<MicrobatchStatus, WaitError> {
        Ok(self.topology(topology)?.1.get())
    }

    /// Pauses a topology and waits until its running microbatch is committed.
    ///
    /// # Errors
    ///
    /// [`WaitError::NotPaused`] after the client timeout, [`WaitError::Failing`] and
    /// [`WaitError::Stopped`]; after the first two the topology is still about to pause.
    pub fn pause_microbatch_topology<M: Module, O>(
        &self,
        topology: Microbatch<M, O>,
    ) -> Result<(), WaitError> {
        let (launched, status) = self.topology(topology)?;
        status.update(|status| status.paused = true);
        let timeout = self.settings.client_timeout;
        let topology = topology.name;
        wait_for(&launched, &status, topology, timeout, |now| now.idle)?.ok_or_else(|| {
            let microbatch = status.get().committed + 1;
            WaitError::NotPaused { topology, microbatch, timeout }
        })
    }

    /// Lets a paused topology go on.
    ///
    /// # Errors
    ///
    /// [`WaitError::NotLaunched`].
    pub fn resume_microbatch_topology<M: Module, O>(
        &self,
        topology: Microbatch<M, O>,
    ) -> Result<(), WaitError> {
        let (launched, status) = self.topology(topology)?;
        status.update(|status| status.paused = false);
        launched.wake_coordinators();
        Ok(())
    }

    /// Runs a future of this cluster's clients to its end on the calling thread. Any executor can run
    /// them; under simulation only this one makes the cluster move. `None` after the client timeout,
    /// or when nothing can happen any more.
    pub fn block_on<F: Future>(&self, future: F) -> Option<F::Output> {
        let mut future = pin!(future);
        let mut poll = move || match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        };
        let Some(launched) = self.slot.load().clone() else {
            return poll();
        };
        let mut output = None;
        launched.driver.wait_until(self.settings.client_timeout, &mut || {
            output = poll();
            output.is_some()
        });
        output
    }

    /// Under simulation: makes up to `steps` steps. Does nothing on threads.
    pub fn simulate(&self, steps: usize) {
        if let Some(launched) = &*self.slot.load()
            && let Driver::Simulation(simulation) = &launched.driver
        {
            simulation.run(steps);
        }
    }

    /// Waits until every append so far is durable, whatever its acknowledgement level.
    ///
    /// # Errors
    ///
    /// The log's, if it failed or the disk is full; [`LogError::Timeout`] after the client timeout.
    pub fn sync(&self) -> Result<(), LogError> {
        let Some(launched) = self.slot.load().clone() else {
            return Ok(());
        };
        let (shared, log) = (&launched.shared, &launched.shared.log);
        let position = log.sequenced();
        log.want_durable(position);
        launched.driver.wait_until(self.settings.client_timeout, &mut || {
            log.durable() >= position || shared.obstacle().is_some()
        });
        if log.durable() >= position {
            Ok(())
        } else {
            Err(shared.obstacle().unwrap_or(LogError::Timeout))
        }
    }

    /// Closes the cluster: everything sequenced becomes durable, threads end, and the data directory
    /// is free for others. A microbatch under way is given up; the next launch tries it again.
    ///
    /// # Errors
    ///
    /// The log's, if it could not be made durable to its end: it failed, or the disk is full. What was
    /// acknowledged is durable in any case.
    pub fn close(self) -> Result<(), LogError> {
        self.shut_down(true)
    }

    /// Ends the cluster as a killed process would: what was not yet durable may be lost.
    pub fn kill(self) {
        // Nothing is flushed, so there is nothing to fail.
        let _ = self.shut_down(false);
    }

    fn shut_down(&self, flush: bool) -> Result<(), LogError> {
        self.slot.close(flush, self.settings.client_timeout)
    }
}

/// Waits until `done`; `None` if it is not in time.
fn wait_for(
    launched: &Launched,
    status: &TopologyStatus,
    topology: &'static str,
    timeout: Duration,
    done: impl Fn(&MicrobatchStatus) -> bool,
) -> Result<Option<()>, WaitError> {
    let mut result = None;
    // Failures from before this call say nothing of what the next attempt will do.
    let known = status.get().last_failure;
    launched.driver.wait_until(timeout, &mut || {
        let now = status.get();
        let stopped = || status.stopped().or(launched.shared.log.failure().map(StopCause::Log));
        if done(&now) {
            result = Some(Ok(()));
        } else if let Some(source) = stopped() {
            result = Some(Err(WaitError::Stopped { topology, source }));
        } else if now.failed_attempts >= TELL_AFTER_FAILURES
            && let Some(failure) = now.last_failure
            && !known.as_ref().is_some_and(|known| Arc::ptr_eq(known, &failure))
        {
            result = Some(Err(WaitError::Failing { topology, failure }));
        }
        result.is_some()
    });
    result.transpose()
}

impl Drop for InProcessCluster {
    fn drop(&mut self) {
        if let Err(error) = self.shut_down(true) {
            tracing::error!(%error, "the log could not be closed");
        }
    }
}
