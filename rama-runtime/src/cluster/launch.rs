//! Launching a module: open its directory, recover, and set its components going.

use std::any::{Any, TypeId};
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::LaunchError;
use super::builder::ClusterBuilder;
use super::shared::{InFlight, Shared, worker_of};
use crate::depot::{AnyDepot, DepotContext};
use crate::disk::DiskLock;
use crate::exec::{Clock, Component, Driver, OnPanic, Progress, Signal, Simulation, Threads};
use crate::log::{Log, LogError, LogWriter, OpenError};
use crate::module::{Module, ModuleDefinition};
use crate::store::{self, OpenedDirectory, Recovered, Recovery, RecoveryParts};
use crate::task::{Inbox, TaskState, Worker, WorkerLimits, WorkerParts};
use crate::topology::{Coordinator, CoordinatorLimits, StopCause, TopologyStatus};

/// Seed of the random partitioner's streams; depots differ by their ids.
const RANDOM_SEED: u64 = 0x5241_4d41;

/// A running module.
pub(crate) struct Launched {
    pub(crate) shared: Arc<Shared>,
    pub(crate) driver: Driver,
    pub(crate) clock: Clock,
    pub(crate) module_type: TypeId,
    pub(crate) pstates: Vec<LaunchedPState>,
    /// Raised for the coordinators.
    coordinator_signal: Arc<Signal>,
    /// Given back when the module has shut down.
    lock: Mutex<Option<Box<dyn DiskLock>>>,
}

/// What clients of a PState need.
pub(crate) struct LaunchedPState {
    pub(crate) name: &'static str,
    pub(crate) owner_type: TypeId,
    /// A `rama_paths::Committed<S>` per task.
    pub(crate) committed: Vec<Box<dyn Any + Send + Sync>>,
}

impl fmt::Debug for Launched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Launched")
            .field("module", &self.shared.module)
            .field("tasks", &self.shared.tasks)
            .finish_non_exhaustive()
    }
}

impl Launched {
    pub(crate) fn wake_coordinators(&self) {
        self.coordinator_signal.raise();
    }

    /// Stops all components; with `flush`, first makes the whole log durable.
    pub(crate) fn shut_down(&self, flush: bool, timeout: Duration) -> Result<(), LogError> {
        let log = &self.shared.log;
        let result = if flush {
            log.close();
            let mut closed = None;
            self.driver.wait_until(timeout, &mut || {
                closed = log.closed();
                closed.is_some() || self.shared.obstacle().is_some()
            });
            // A full disk would keep the log open: what is not acknowledged is given up.
            closed.unwrap_or_else(|| Err(self.shared.obstacle().unwrap_or(LogError::Timeout)))
        } else {
            Ok(())
        };
        self.driver.stop();
        drop(self.lock.lock().unwrap_or_else(PoisonError::into_inner).take());
        result
    }
}

/// Launches module `M` over `dir`.
pub(crate) fn launch<M: Module>(
    settings: &ClusterBuilder,
    dir: &Path,
    tasks: usize,
    threads: usize,
) -> Result<Launched, LaunchError> {
    if !tasks.is_power_of_two() || threads == 0 || threads > tasks || u32::try_from(tasks).is_err()
    {
        return Err(LaunchError::Parallelism { tasks, threads });
    }
    let task_count = tasks as u32;
    let mut definition = ModuleDefinition::of::<M>();
    let OpenedDirectory { mut manifest, lock } =
        store::open_directory(&settings.disk, dir, &definition, task_count)?;
    let depot_ids = manifest.depot_ids(&definition);
    let topology_ids = manifest.topology_ids(&definition);
    let pstate_ids = manifest.pstate_ids(&definition);

    let depots: Vec<Arc<dyn AnyDepot>> = std::mem::take(&mut definition.depots)
        .into_iter()
        .zip(&depot_ids)
        .map(|(depot, id)| {
            let seed = RANDOM_SEED ^ settings.seed.unwrap_or_else(|| fastrand::u64(..));
            (depot.new)(DepotContext { id: *id, tasks: task_count, seed: seed ^ u64::from(*id) })
        })
        .collect();
    let (log, writer, recovered) = recover(
        settings,
        dir,
        &definition,
        &depots,
        [&depot_ids, &topology_ids, &pstate_ids],
        task_count,
    )?;

    manifest.note_log(&settings.disk, dir)?;

    let clock = if settings.seed.is_some() { Clock::simulated() } else { Clock::real() };
    let progress = Arc::new(Progress::default());
    let signals: Vec<Arc<Signal>> = (0..threads).map(|_| Arc::new(Signal::new())).collect();
    let shared = Arc::new(Shared {
        module: M::NAME,
        tasks: task_count,
        depots,
        inboxes: signals.iter().map(|signal| Arc::new(Inbox::new(Arc::clone(signal)))).collect(),
        worker_signals: signals.clone(),
        statuses: definition
            .topologies
            .iter()
            .map(|_| Arc::new(TopologyStatus::default()))
            .collect(),
        topology_ids,
        pstate_ids,
        log: log.clone(),
        progress: Arc::clone(&progress),
        in_flight: InFlight::default(),
        hook: settings.hook.clone(),
    });
    let Recovered { partitions, progress: positions } = recovered;
    let pstates = definition
        .pstates
        .iter()
        .enumerate()
        .map(|(index, pstate)| LaunchedPState {
            name: pstate.name,
            owner_type: pstate.owner_type,
            committed: partitions.iter().map(|task| (pstate.committed)(&*task[index])).collect(),
        })
        .collect();

    // The coordinators live on the first task thread.
    let coordinator_signal = Arc::clone(&signals[0]);
    let coordinators: Vec<Coordinator> = definition
        .topologies
        .iter()
        .zip(positions)
        .map(|(topology, progress)| {
            for source in &topology.sources {
                shared.depots[source.depot as usize].subscribe(Arc::clone(&coordinator_signal));
            }
            Coordinator::new(
                Arc::clone(&shared),
                Arc::clone(topology),
                CoordinatorLimits { records_per_partition: settings.records_per_partition },
                Arc::clone(&coordinator_signal),
                progress,
            )
        })
        .collect();

    let mut tasks_by_worker: Vec<Vec<TaskState>> = signals.iter().map(|_| Vec::new()).collect();
    for (task, partitions) in (0..).zip(partitions) {
        tasks_by_worker[worker_of(task, task_count, threads)].push(TaskState::new(
            task,
            task_count,
            partitions,
            settings.fan_out_limit,
        ));
    }
    let workers: Vec<Worker> = tasks_by_worker
        .into_iter()
        .enumerate()
        .map(|(index, tasks)| {
            let limits = WorkerLimits {
                records_per_slice: settings.records_per_slice,
                in_flight_bytes: settings.in_flight_bytes,
                // Not the scheduler's own stream, nor that of a neighbouring seed.
                round_trip_seed: settings
                    .seed
                    .map(|seed| fastrand::Rng::with_seed(seed).u64(..).wrapping_add(index as u64)),
            };
            Worker::new(WorkerParts { shared: Arc::clone(&shared), index, tasks, limits })
        })
        .collect();

    let (durable_progress, durable_signal) =
        (Arc::clone(&progress), Arc::clone(&coordinator_signal));
    log.subscribe_durable(Arc::new(move |_| {
        durable_signal.raise();
        durable_progress.notify();
    }));
    let log_signal = Arc::new(Signal::new());
    let waker = Arc::clone(&log_signal);
    log.set_writer_waker(Arc::new(move || waker.raise()));

    let driver = match settings.seed {
        Some(seed) => {
            let mut components: Vec<Box<dyn Component>> = vec![Box::new(writer)];
            components.extend(workers.into_iter().map(|w| Box::new(w) as Box<dyn Component>));
            components.extend(coordinators.into_iter().map(|c| Box::new(c) as Box<dyn Component>));
            Driver::Simulation(Simulation::new(seed, clock.clone(), components))
        }
        None => {
            let threads = Threads::new(Arc::clone(&progress));
            let statuses = shared.statuses.clone();
            let on_panic: OnPanic = Arc::new(move |message: String| {
                tracing::error!(%message, "a thread of the cluster panicked");
                for status in &statuses {
                    status.stop(StopCause::Panicked { message: message.clone() });
                }
                progress.notify();
            });
            let mut coordinators = Some(coordinators);
            let mut started = threads.spawn(
                format!("{} log", M::NAME),
                log_signal,
                clock.clone(),
                vec![Box::new(writer)],
                Arc::clone(&on_panic),
            );
            for (index, (worker, signal)) in workers.into_iter().zip(signals).enumerate() {
                let mut components: Vec<Box<dyn Component>> = vec![Box::new(worker)];
                for coordinator in coordinators.take().into_iter().flatten() {
                    components.push(Box::new(coordinator));
                }
                let name = format!("{} tasks {index}", M::NAME);
                started = started.and_then(|()| {
                    threads.spawn(name, signal, clock.clone(), components, Arc::clone(&on_panic))
                });
            }
            if let Err(source) = started {
                threads.stop();
                return Err(LaunchError::Thread { source });
            }
            Driver::Threads(threads)
        }
    };
    Ok(Launched {
        shared,
        driver,
        clock,
        module_type: definition.type_id,
        pstates,
        coordinator_signal,
        lock: Mutex::new(Some(lock)),
    })
}

/// Opens the log and applies it to an empty module.
fn recover(
    settings: &ClusterBuilder,
    dir: &Path,
    definition: &ModuleDefinition,
    depots: &[Arc<dyn AnyDepot>],
    [depot_ids, topology_ids, pstate_ids]: [&[u32]; 3],
    tasks: u32,
) -> Result<(Log, LogWriter, Recovered), LaunchError> {
    let partitions = (0..tasks)
        .map(|_| definition.pstates.iter().map(|pstate| (pstate.new_partition)()).collect())
        .collect();
    let progress = definition
        .topologies
        .iter()
        .map(|topology| {
            let positions = topology
                .sources
                .iter()
                .map(|source| vec![0; depots[source.depot as usize].partitions() as usize])
                .collect();
            store::Progress { positions, committed: 0, undecided: None }
        })
        .collect();
    let mut recovery = Recovery::new(RecoveryParts {
        state: Recovered { partitions, progress },
        depots: depots.to_vec(),
        depot_ids,
        topology_ids,
        pstate_ids,
        topology_names: definition.topologies.iter().map(|topology| topology.name).collect(),
        pstate_names: definition.pstates.iter().map(|pstate| pstate.name).collect(),
    });
    let log_dir = dir.join(store::LOG);
    let started = std::time::Instant::now();
    let opened = Log::open(
        Arc::clone(&settings.disk),
        &log_dir,
        settings.log.clone(),
        &mut |_, entry: &[u8]| recovery.apply(entry),
    );
    let (log, writer) = match opened {
        Ok(opened) => opened,
        Err(OpenError::Replay(source)) => {
            return Err(LaunchError::Recovery { dir: log_dir, source });
        }
        Err(OpenError::Log(source)) => return Err(LaunchError::Log { dir: log_dir, source }),
    };
    if recovery.entries > 0 {
        tracing::info!(
            module = definition.name,
            entries = recovery.entries,
            position = %log.durable(),
            elapsed = ?started.elapsed(),
            "recovered from the log"
        );
    }
    Ok((log, writer, recovery.finish()))
}
