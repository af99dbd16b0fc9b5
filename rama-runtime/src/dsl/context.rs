//! Operations on the context: which task, microbatch and module this is, chance and unique ids.

use uuid::Uuid;

use super::Cx;
use crate::depot::Depot;
use crate::exec::StatementFailure;
use crate::pstate::PState;
use crate::task::RandomSource;

/// In which kind of topology code runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TopologyType {
    /// A microbatch topology.
    Microbatch,
    /// A stand-alone `dataflow!` block, in no module.
    StandAlone,
}

/// A running module, as its code sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModuleInstanceInfo {
    /// The module's name; empty in a stand-alone block.
    pub module_name: &'static str,
    /// Number of tasks.
    pub num_tasks: usize,
    /// Number of task threads.
    pub num_threads: usize,
}

/// A depot or PState, whose partitions frames can be sent to.
pub trait Partitioned {
    /// Which one it is.
    #[doc(hidden)]
    fn object(&self) -> Object;
}

/// A depot or PState of a module, by its index among its kind.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub enum Object {
    /// A depot.
    Depot(u32),
    /// A PState.
    PState(u32),
}

impl<M, T> Partitioned for Depot<M, T> {
    fn object(&self) -> Object {
        Object::Depot(self.index)
    }
}

impl<O, S, D> Partitioned for PState<O, S, D> {
    fn object(&self) -> Object {
        Object::PState(self.index)
    }
}

impl<O: 'static> Cx<'_, O> {
    /// The number of partitions of a depot or PState: 1 of a global one, else one per task.
    pub fn partitions_of(&self, object: impl Partitioned) -> usize {
        let module = &self.event.task.module;
        let partitions = match object.object() {
            Object::Depot(depot) => module.depot_partitions.get(depot as usize).copied(),
            Object::PState(pstate) => {
                module.pstates.get(pstate as usize).map(|placed| placed.partitions(module.tasks))
            }
        };
        partitions.unwrap_or(module.tasks) as usize
    }

    /// Whether the batch of events that runs has taken more than the target time, 5 ms unless the
    /// cluster says otherwise. Under simulation the answer is drawn from the seed: one in four.
    pub fn overtime(&self) -> bool {
        let task = &*self.event.task;
        match task.module.seed {
            Some(_) => task.random.range(0..4_u8) == 0,
            None => task.module.clock.now() - task.began > task.module.event_target_time,
        }
    }

    /// The number of this task; the first is 0.
    #[inline]
    pub fn current_task_id(&self) -> usize {
        self.event.task.id as usize
    }

    /// Id of the microbatch that runs; the first is 1. Outside a microbatch topology this fails the
    /// event.
    pub fn current_microbatch_id(&self) -> u64 {
        self.event.task.microbatch.unwrap_or_else(|| {
            StatementFailure::raise(
                "`%current_microbatch_id()` was called outside a microbatch topology".to_owned(),
            )
        })
    }

    /// In which kind of topology this runs.
    pub fn current_topology_type(&self) -> TopologyType {
        match self.event.task.microbatch {
            Some(_) => TopologyType::Microbatch,
            None => TopologyType::StandAlone,
        }
    }

    /// The module that runs.
    pub fn module_instance_info(&self) -> ModuleInstanceInfo {
        let module = &self.event.task.module;
        ModuleInstanceInfo {
            module_name: module.name,
            num_tasks: module.tasks as usize,
            num_threads: module.threads as usize,
        }
    }

    /// This task's source of random numbers.
    pub fn current_random_source(&self) -> RandomSource {
        self.event.task.random.clone()
    }

    /// A new UUID of version 7: sorted by time, those of one task by the order they were made in.
    /// The time is that of the cluster's clock.
    pub fn random_uuid7(&mut self) -> Uuid {
        let task = &mut *self.event.task;
        task.uuids.next(task.module.clock.unix_millis(), &task.random)
    }
}
