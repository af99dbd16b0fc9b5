//! Commits on their way from the log to readers and into checkpoints.
//!
//! A commit is *sequenced* when its entry is in the log, *sealed* when every worker has put what it
//! decides on top of its partitions, *durable* when the log is, and *visible* when all of that holds
//! for it and for all commits before it. Only what is visible is folded into the rows that a
//! checkpoint takes down.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rama_paths::Horizon;

use crate::log::{Log, LogError, Position};

/// The commits of a process.
pub(crate) struct Commits {
    log: Log,
    horizon: Arc<Horizon>,
    workers: usize,
    state: Mutex<State>,
}

struct State {
    /// Sequenced and not yet visible, in order of their positions.
    pending: VecDeque<Pending>,
    /// Visible and not yet in `progress`, in order.
    visible: VecDeque<Decided>,
    /// How far topologies are as of `granted`.
    progress: Vec<TopologyProgress>,
    /// Plans of microbatches that are not decided as of `granted`: topology, microbatch, where the
    /// first plan's entry begins.
    plans: Vec<(usize, u64, Position)>,
    /// Workers may have folded up to here.
    granted: Position,
    /// Workers fold no further, while a checkpoint begins.
    limit: Option<Position>,
}

struct Pending {
    position: Position,
    /// Workers that have not sealed it.
    unsealed: usize,
    decided: Decided,
}

/// What a commit decides for its topology.
struct Decided {
    position: Position,
    topology: usize,
    microbatch: u64,
    ends: Vec<Vec<u64>>,
}

/// How far a topology is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TopologyProgress {
    /// Last committed microbatch.
    pub(crate) committed: u64,
    /// Next offset, by source, then partition.
    pub(crate) positions: Vec<Vec<u64>>,
}

/// What a checkpoint is of.
#[derive(Clone, Debug)]
pub(crate) struct CheckpointPoint {
    /// It holds exactly what the log up to here says.
    pub(crate) position: Position,
    /// Recovery needs the log from here on: an undecided microbatch is older than the checkpoint.
    pub(crate) replay_from: Position,
    /// By topology index.
    pub(crate) progress: Vec<TopologyProgress>,
}

impl Commits {
    /// Commits of a log that was recovered to its end.
    pub(crate) fn new(
        log: Log,
        horizon: Arc<Horizon>,
        workers: usize,
        progress: Vec<TopologyProgress>,
        plans: Vec<(usize, u64, Position)>,
    ) -> Commits {
        let granted = log.durable();
        let state = State {
            pending: VecDeque::new(),
            visible: VecDeque::new(),
            progress,
            plans,
            granted,
            limit: None,
        };
        Commits { log, horizon, workers, state: Mutex::new(state) }
    }

    /// Nothing half done is ever left under this lock.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn horizon(&self) -> &Arc<Horizon> {
        &self.horizon
    }

    /// Appends the plan of a microbatch; the first one of it is remembered.
    pub(crate) fn plan(
        &self,
        topology: usize,
        microbatch: u64,
        encode: impl FnOnce(&mut Vec<u8>),
    ) -> Result<(), LogError> {
        let mut state = self.state();
        // Others append at the same time: the entry begins here or later.
        let start = self.log.sequenced();
        self.log.append_with(encode)?;
        let known = |plan: &&(usize, u64, Position)| (plan.0, plan.1) == (topology, microbatch);
        if !state.plans.iter().any(|plan| known(&plan)) {
            state.plans.push((topology, microbatch, start));
        }
        Ok(())
    }

    /// Appends a commit. It is visible once every worker has sealed it and the log is durable.
    pub(crate) fn commit(
        &self,
        topology: usize,
        microbatch: u64,
        ends: Vec<Vec<u64>>,
        encode: impl FnOnce(&mut Vec<u8>),
    ) -> Result<Position, LogError> {
        // Under the lock, so that commits are pending in the order of their positions.
        let mut state = self.state();
        let position = self.log.append_with(encode)?;
        let decided = Decided { position, topology, microbatch, ends };
        state.pending.push_back(Pending { position, unsealed: self.workers, decided });
        Ok(position)
    }

    /// One worker has sealed the commit at `position`.
    pub(crate) fn sealed(&self, position: Position) {
        let mut state = self.state();
        if let Some(pending) = state.pending.iter_mut().find(|pending| pending.position == position)
        {
            pending.unsealed -= 1;
        }
    }

    /// Makes visible what has become so.
    pub(crate) fn publish(&self) {
        let durable = self.log.durable();
        let mut state = self.state();
        while let Some(pending) = state
            .pending
            .pop_front_if(|pending| pending.unsealed == 0 && pending.position <= durable)
        {
            self.horizon.advance(pending.position.get());
            state.visible.push_back(pending.decided);
        }
    }

    /// How far a worker may fold now.
    pub(crate) fn fold_target(&self) -> Position {
        let mut state = self.state();
        let target = state.limit.unwrap_or(Position::new(self.horizon.visible()));
        state.grant(target);
        target
    }

    /// Everything up to here could be taken down by a checkpoint that begins now.
    pub(crate) fn next_checkpoint(&self) -> Position {
        self.whole(&self.state())
    }

    /// Up to where everything in the log is durable and visible.
    fn whole(&self, state: &State) -> Position {
        let durable = self.log.durable();
        // With nothing under way, all that is durable is visible: also records and plans.
        if state.pending.is_empty() { durable } else { Position::new(self.horizon.visible()) }
    }

    /// Fixes what the next checkpoint is of; workers fold no further until
    /// [`Commits::end_freeze`].
    pub(crate) fn begin_checkpoint(&self) -> CheckpointPoint {
        let mut state = self.state();
        let position = self.whole(&state);
        state.grant(position);
        // Another topology's grant may have gone further.
        let position = position.max(state.granted);
        state.limit = Some(position);
        let undecided = state.plans.iter().map(|(_, _, start)| *start);
        CheckpointPoint {
            position,
            replay_from: undecided.chain([position]).min().unwrap_or(position),
            progress: state.progress.clone(),
        }
    }

    /// All workers have frozen their partitions.
    pub(crate) fn end_freeze(&self) {
        self.state().limit = None;
    }
}

impl State {
    /// Takes into the progress what is visible up to `position`.
    fn grant(&mut self, position: Position) {
        if position <= self.granted {
            return;
        }
        self.granted = position;
        while let Some(decided) = self.visible.pop_front_if(|decided| decided.position <= position)
        {
            self.plans.retain(|(topology, microbatch, _)| {
                *topology != decided.topology || *microbatch > decided.microbatch
            });
            let progress = &mut self.progress[decided.topology];
            progress.committed = decided.microbatch;
            progress.positions = decided.ends;
        }
    }
}
