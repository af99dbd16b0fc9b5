//! Launching a module: open its directory, recover, and set its components going.

use std::any::TypeId;
use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rama_paths::Record;
use rama_paths::data::{AnyCommitted, PathFunctions};

use super::LaunchError;
use super::builder::ClusterBuilder;
use super::shared::{InFlight, Shared, worker_of};
use super::storage::{self, Storage};
use crate::depot::{AnyDepot, DepotContext, DepotRuntime};
use crate::disk::DiskLock;
use crate::exec::{Clock, Component, Driver, OnPanic, Progress, Signal, Simulation, Threads};
use crate::log::LogError;
use crate::module::{Module, ModuleDefinition};
use crate::pstate::Placement;
use crate::store::checkpoint::{Checkpointer, CheckpointerParts};
use crate::store::{
    self, CheckpointTrigger, Commits, OpenedDirectory, Recovered, TopologyProgress,
};
use crate::task::{
    AlignmentLog, CallQueue, Calls, CallsLimits, CallsParts, Inbox, ModuleFacts, PlacedPState,
    TaskState, Worker, WorkerLimits, WorkerParts,
};
use crate::topology::{Coordinator, CoordinatorLimits, StopCause, TopologyStatus};

/// Seed of the random partitioner's streams; depots differ by their ids.
const RANDOM_SEED: u64 = 0x5241_4d41;
/// Threads that write the rows of a checkpoint. With more of them a checkpoint is done sooner and takes
/// more of the processor from those who work.
const CHECKPOINT_WRITERS: usize = 2;

/// A running module.
pub(crate) struct Launched {
    pub(crate) shared: Arc<Shared>,
    pub(crate) driver: Driver,
    pub(crate) clock: Clock,
    pub(crate) module_type: TypeId,
    pub(crate) pstates: Vec<LaunchedPState>,
    /// What paths as data can call.
    pub(crate) path_functions: PathFunctions,
    /// Raised for the coordinators.
    coordinator_signal: Arc<Signal>,
    /// Given back when the module has shut down.
    lock: Mutex<Option<Box<dyn DiskLock>>>,
}

/// What clients of a PState need.
pub(crate) struct LaunchedPState {
    pub(crate) name: &'static str,
    pub(crate) owner_type: TypeId,
    pub(crate) is_private: bool,
    pub(crate) placement: Arc<Placement>,
    /// A `rama_paths::Committed<S>` per partition.
    pub(crate) committed: Vec<Box<dyn AnyCommitted>>,
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
    /// Whether it has to be closed and opened again.
    pub(super) fn has_failed(&self) -> bool {
        self.shared.failed.load(Ordering::SeqCst)
    }

    pub(super) fn is_simulated(&self) -> bool {
        matches!(self.driver, Driver::Simulation(_))
    }

    /// The depot at `index`, if its records are of type `T`.
    pub(crate) fn depot<T: Record>(&self, index: u32) -> Option<&DepotRuntime<T>> {
        self.shared.depots.get(index as usize)?.as_any().downcast_ref()
    }

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
            // A full disk would keep the log open: what is not acknowledged is given up. It may have
            // closed just now.
            closed
                .or_else(|| log.closed())
                .unwrap_or_else(|| Err(self.shared.obstacle().unwrap_or(LogError::Timeout)))
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
    failed_signal: Arc<Signal>,
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

    let partition_count = (tasks * manifest.depot_count()).max(1);
    let segments = storage::segment_options(&settings.storage);
    let kept_bytes = settings.storage.depot_cache_bytes / partition_count;
    let depots: Vec<Arc<dyn AnyDepot>> = std::mem::take(&mut definition.depots)
        .into_iter()
        .zip(&depot_ids)
        .map(|(depot, id)| {
            let seed = RANDOM_SEED ^ settings.seed.unwrap_or_else(|| fastrand::u64(..));
            let seed = seed ^ u64::from(*id);
            (depot.new)(DepotContext { id: *id, kept_bytes, segments, tasks: task_count, seed })
        })
        .collect();
    let ids = storage::Ids { depots: &depot_ids, topologies: &topology_ids, pstates: &pstate_ids };
    let Storage { log, writer, recovered, horizon, database, files, records, rows, checkpoint } =
        storage::open(settings, dir, &definition, &depots, &ids, task_count)?;

    manifest.note_log(&settings.disk, dir)?;

    let clock = if settings.seed.is_some() { Clock::simulated() } else { Clock::real() };
    let progress = Arc::new(Progress::default());
    let signals: Vec<Arc<Signal>> = (0..threads).map(|_| Arc::new(Signal::new())).collect();
    let Recovered { partitions, progress: positions } = recovered;
    let plans = positions
        .iter()
        .enumerate()
        .filter_map(|(topology, progress)| {
            let (plan, start) = progress.undecided.as_ref()?;
            Some((topology, plan.microbatch, *start))
        })
        .collect();
    let as_of_log = positions
        .iter()
        .map(|progress| TopologyProgress {
            committed: progress.committed,
            positions: progress.positions.clone(),
        })
        .collect();
    horizon.advance(log.durable().get());
    let commits = Commits::new(log.clone(), horizon, threads, as_of_log, plans);
    let options = &settings.storage;
    let checkpoints =
        CheckpointTrigger::new(checkpoint, options.checkpoint_log_bytes, options.overlay_bytes);
    let makes_calls = definition.topologies.iter().any(|topology| topology.async_calls);
    let call_queue = makes_calls.then(|| Arc::new(CallQueue::new()));
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
        commits,
        checkpoints,
        progress: Arc::clone(&progress),
        in_flight: InFlight::default(),
        calls: call_queue.clone(),
        hook: settings.hook.clone(),
        alignment: settings.checks_alignment.then(|| {
            let names = definition.pstates.iter().map(|pstate| pstate.name);
            Arc::new(AlignmentLog::new(names.collect()))
        }),
        failed: AtomicBool::new(false),
        failed_signal,
    });
    let checkpointer = Checkpointer::new(CheckpointerParts {
        shared: Arc::clone(&shared),
        clock: clock.clone(),
        database,
        rows,
        records,
        files,
        overlay_bytes: options.overlay_bytes,
        writers: if settings.seed.is_some() { 1 } else { CHECKPOINT_WRITERS },
    });
    let pstates = definition
        .pstates
        .iter()
        .enumerate()
        .map(|(index, pstate)| LaunchedPState {
            name: pstate.name,
            owner_type: pstate.owner_type,
            is_private: pstate.is_private,
            placement: Arc::clone(&pstate.placement),
            committed: partitions
                .iter()
                .take(pstate.placement.partitions(task_count) as usize)
                .map(|task| (pstate.committed)(&*task[index]))
                .collect(),
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
                CoordinatorLimits {
                    records_per_partition: settings.records_per_partition,
                    overlay_bytes: options.overlay_bytes,
                },
                Arc::clone(&coordinator_signal),
                progress,
            )
        })
        .collect();

    let facts = Arc::new(ModuleFacts {
        name: M::NAME,
        tasks: task_count,
        threads: threads as u32,
        depot_partitions: shared.depots.iter().map(|depot| depot.partitions()).collect(),
        pstates: definition
            .pstates
            .iter()
            .map(|pstate| PlacedPState {
                name: pstate.name,
                placement: Arc::clone(&pstate.placement),
            })
            .collect(),
        fan_out_limit: settings.fan_out_limit,
        event_target_time: settings.event_target_time,
        clock: clock.clone(),
        seed: settings.seed,
        alignment: shared.alignment.clone(),
    });
    let mut tasks_by_worker: Vec<Vec<TaskState>> = signals.iter().map(|_| Vec::new()).collect();
    for (task, partitions) in (0..).zip(partitions) {
        tasks_by_worker[worker_of(task, task_count, threads)].push(TaskState::new(
            task,
            partitions,
            Arc::clone(&facts),
        ));
    }
    // Not the scheduler's own stream, nor that of a neighbouring seed.
    let round_trip_seed = |index: usize| {
        let seed = fastrand::Rng::with_seed(settings.seed?).u64(..);
        Some(seed.wrapping_add(index as u64))
    };
    let workers: Vec<Worker> = tasks_by_worker
        .into_iter()
        .enumerate()
        .map(|(index, tasks)| {
            let limits = WorkerLimits {
                records_per_slice: settings.records_per_slice,
                in_flight_bytes: settings.in_flight_bytes,
                write_bytes: options.overlay_bytes / 2,
                round_trip_seed: round_trip_seed(index),
            };
            Worker::new(WorkerParts { shared: Arc::clone(&shared), index, tasks, limits })
        })
        .collect();

    let calls = call_queue.map(|queue| {
        let outside = Arc::clone(queue.outside());
        let calls = Calls::new(CallsParts {
            shared: Arc::clone(&shared),
            queue,
            spawner: settings.spawner.clone(),
            limits: CallsLimits {
                running: settings.async_calls_limit,
                in_flight_bytes: settings.in_flight_bytes,
                round_trip_seed: round_trip_seed(threads),
            },
        });
        (calls, outside)
    });

    let (durable_progress, durable_signal) =
        (Arc::clone(&progress), Arc::clone(&coordinator_signal));
    let durable_shared = Arc::downgrade(&shared);
    log.subscribe_durable(Arc::new(move |_| {
        durable_signal.raise();
        durable_progress.notify();
        if let Some(shared) = durable_shared.upgrade() {
            if let Some(LogError::Failed { .. }) = shared.log.failure() {
                shared.fail();
            }
            if shared.log.check().is_err() {
                shared.checkpoints.wake_held();
            }
            let memory = shared.commits.horizon().memory();
            shared.checkpoints.raise_if_due(&shared.log, memory);
        }
    }));
    let log_signal = Arc::new(Signal::new());
    let waker = Arc::clone(&log_signal);
    log.set_writer_waker(Arc::new(move || waker.raise()));

    let driver = match settings.seed {
        Some(seed) => {
            let mut components: Vec<Box<dyn Component>> = vec![Box::new(writer)];
            components.extend(workers.into_iter().map(|w| Box::new(w) as Box<dyn Component>));
            components.extend(coordinators.into_iter().map(|c| Box::new(c) as Box<dyn Component>));
            components.push(Box::new(checkpointer));
            match calls {
                Some((calls, outside)) => {
                    components.push(Box::new(calls));
                    let simulation = Simulation::new(seed, clock.clone(), components);
                    Driver::Simulation(simulation.with_outside(outside))
                }
                None => Driver::Simulation(Simulation::new(seed, clock.clone(), components)),
            }
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
            started = started.and_then(|()| {
                threads.spawn(
                    format!("{} checkpoints", M::NAME),
                    Arc::clone(shared.checkpoints.signal()),
                    clock.clone(),
                    vec![Box::new(checkpointer)],
                    Arc::clone(&on_panic),
                )
            });
            if let Some((calls, outside)) = calls {
                started = started.and_then(|()| {
                    threads.spawn(
                        format!("{} calls", M::NAME),
                        Arc::clone(&outside.signal),
                        clock.clone(),
                        vec![Box::new(calls)],
                        Arc::clone(&on_panic),
                    )
                });
            }
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
        path_functions: definition.path_functions,
        coordinator_signal,
        lock: Mutex::new(Some(lock)),
    })
}
