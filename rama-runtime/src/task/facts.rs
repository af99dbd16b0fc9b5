//! What all tasks of a module know of it.

use std::sync::Arc;
use std::time::Duration;

use super::AlignmentLog;
use crate::exec::Clock;
use crate::pstate::Placement;

/// An event that takes longer than this is over time, unless the cluster says otherwise.
pub(crate) const EVENT_TARGET_TIME: Duration = Duration::from_millis(5);

/// Most frames that one event may send, unless the cluster says otherwise.
pub(crate) const FAN_OUT_LIMIT: usize = 10_000_000;

/// A PState's name, and on which tasks its keys live.
pub(crate) struct PlacedPState {
    pub(crate) name: &'static str,
    pub(crate) placement: Arc<Placement>,
}

impl PlacedPState {
    /// The number of its partitions in a module of `tasks` tasks.
    pub(crate) fn partitions(&self, tasks: u32) -> u32 {
        self.placement.partitions(tasks)
    }
}

/// What is the same for all tasks of a module.
pub(crate) struct ModuleFacts {
    pub(crate) name: &'static str,
    /// Number of tasks, a power of two.
    pub(crate) tasks: u32,
    /// Number of task threads.
    pub(crate) threads: u32,
    /// Number of partitions, by depot index.
    pub(crate) depot_partitions: Vec<u32>,
    /// On which tasks the keys of each PState live, by PState index.
    pub(crate) pstates: Vec<PlacedPState>,
    /// More frames than this from one event are an error.
    pub(crate) fan_out_limit: usize,
    /// Events that take longer are over time.
    pub(crate) event_target_time: Duration,
    pub(crate) clock: Clock,
    /// Seed of a simulation: then nothing may depend on real time or chance.
    pub(crate) seed: Option<u64>,
    /// Where misaligned accesses are noted, if they are looked for.
    pub(crate) alignment: Option<Arc<AlignmentLog>>,
}

impl ModuleFacts {
    /// Those of a block that belongs to no module.
    pub(crate) fn stand_alone() -> ModuleFacts {
        ModuleFacts {
            name: "",
            tasks: 1,
            threads: 1,
            depot_partitions: Vec::new(),
            pstates: Vec::new(),
            fan_out_limit: FAN_OUT_LIMIT,
            event_target_time: EVENT_TARGET_TIME,
            clock: Clock::real(),
            seed: None,
            alignment: None,
        }
    }
}
