//! The component behind one task thread: it serves its tasks serially and never blocks.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use rama_paths::StoreError;

use super::{Batch, Event, Inbox, Message, Origin, TaskState};
use crate::cluster::Shared;
use crate::exec::{Component, Step, drop_quietly, panic_message};
use crate::log::LogError;
use crate::store::{Entry, Freeze};
use crate::topology::{Attempt, AttemptFailure, RecordAt};

/// Pause before partitions that a running read holds back are looked at again.
const FREEZE_RETRY: Duration = Duration::from_millis(1);
/// Up to so many bytes the memory of deltas is kept for the next microbatch.
const KEPT_DELTAS: usize = 4 << 20;

/// Limits of a worker.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WorkerLimits {
    /// Records emitted from one partition before frames are looked at again.
    pub(crate) records_per_slice: u64,
    /// Emission pauses while more bytes of frames than this are in flight in the module.
    pub(crate) in_flight_bytes: usize,
    /// An attempt whose writes on this worker take more bytes of memory than this fails.
    pub(crate) write_bytes: usize,
    /// Sends a random half of all batches through bytes: for simulations.
    pub(crate) round_trip_seed: Option<u64>,
}

/// What a worker is made of.
pub(crate) struct WorkerParts {
    pub(crate) shared: Arc<Shared>,
    /// Index among the workers.
    pub(crate) index: usize,
    pub(crate) tasks: Vec<TaskState>,
    pub(crate) limits: WorkerLimits,
}

/// Runs the tasks of one task thread.
pub(crate) struct Worker {
    shared: Arc<Shared>,
    index: usize,
    inbox: Arc<Inbox>,
    tasks: Vec<TaskState>,
    /// By task id: its place in `tasks`, if it is here.
    places: Vec<Option<usize>>,
    /// Messages taken from the inbox, and frames between tasks of this worker.
    queue: VecDeque<Message>,
    emissions: VecDeque<Emission>,
    /// Checkpoints that wait for this worker's partitions.
    freezes: Vec<Arc<Freeze>>,
    /// Memory for what tasks have written, encoded.
    deltas: Vec<u8>,
    now: Duration,
    limits: WorkerLimits,
    random: Option<fastrand::Rng>,
}

/// What this worker has yet to emit of one attempt.
struct Emission {
    attempt: Arc<Attempt>,
    slices: VecDeque<Slice>,
}

/// A partition's offsets that are not yet emitted.
struct Slice {
    place: usize,
    source: usize,
    next: u64,
    end: u64,
}

impl Worker {
    pub(crate) fn new(parts: WorkerParts) -> Worker {
        let WorkerParts { shared, index, tasks, limits } = parts;
        let mut places = vec![None; shared.tasks as usize];
        for (place, task) in tasks.iter().enumerate() {
            places[task.id as usize] = Some(place);
        }
        Worker {
            inbox: Arc::clone(&shared.inboxes[index]),
            shared,
            index,
            tasks,
            places,
            queue: VecDeque::new(),
            emissions: VecDeque::new(),
            freezes: Vec::new(),
            deltas: Vec::new(),
            now: Duration::ZERO,
            limits,
            random: limits.round_trip_seed.map(fastrand::Rng::with_seed),
        }
    }

    fn handle(&mut self, message: Message) {
        match message {
            Message::Begin(attempt) => self.begin(attempt),
            Message::Frames { attempt, target, batch } => self.run_frames(&attempt, target, batch),
            Message::Prepare(attempt) => {
                if !attempt.has_failed() {
                    self.prepare(&attempt);
                }
                attempt.finish_one();
            }
            Message::Seal(attempt, position) => {
                self.each_partition(&attempt, |partition| partition.seal(position.get()));
                self.shared.commits.sealed(position);
                self.fold();
                attempt.finish_one();
            }
            Message::Discard(attempt) => {
                self.each_partition(&attempt, |partition| partition.discard());
                attempt.finish_one();
            }
            Message::Freeze(freeze) => self.freezes.push(freeze),
        }
    }

    /// Folds what is visible, as far as running reads and a beginning checkpoint let it.
    fn fold(&mut self) {
        let target = self.shared.commits.fold_target().get();
        for partition in self.tasks.iter_mut().flat_map(|task| &mut task.partitions) {
            partition.fold(target);
        }
    }

    /// Freezes partitions for a checkpoint, if all of them are folded up to it.
    fn freeze(&mut self) -> Step {
        let Some(freeze) = self.freezes.first() else { return Step::Idle };
        let position = freeze.position.get();
        let mut is_folded = true;
        for partition in self.tasks.iter_mut().flat_map(|task| &mut task.partitions) {
            is_folded &= partition.fold(position);
        }
        if !is_folded {
            // A running read is older. It ends before long, or is ended.
            return Step::IdleUntil(self.now + FREEZE_RETRY);
        }
        for task in &mut self.tasks {
            for (pstate, partition) in (0..).zip(&mut task.partitions) {
                freeze.froze(pstate, task.id, partition.freeze());
            }
        }
        freeze.finish_one();
        self.freezes.remove(0);
        Step::Worked
    }

    fn each_partition(
        &mut self,
        attempt: &Attempt,
        mut act: impl FnMut(&mut dyn rama_paths::AnyPartition),
    ) {
        for task in &mut self.tasks {
            for pstate in &attempt.topology.pstates {
                act(task.partitions[*pstate as usize].as_mut());
            }
        }
    }

    fn begin(&mut self, attempt: Arc<Attempt>) {
        self.fold();
        let mut slices = VecDeque::new();
        for (source, ranges) in attempt.ranges.iter().enumerate() {
            for (place, task) in self.tasks.iter().enumerate() {
                // A global depot has one partition, on task 0.
                if let Some(range) = ranges.get(task.id as usize)
                    && !range.is_empty()
                {
                    slices.push_back(Slice { place, source, next: range.start, end: range.end });
                }
            }
        }
        self.emissions.push_back(Emission { attempt, slices });
    }

    /// Emits one slice of the oldest attempt.
    fn emit(&mut self) -> Step {
        let Some(emission) = self.emissions.front_mut() else {
            return Step::Idle;
        };
        let attempt = Arc::clone(&emission.attempt);
        if attempt.has_failed() || emission.slices.is_empty() {
            self.emissions.pop_front();
            // Nobody sends more: it need not wait for the others to be as far.
            if attempt.topology.is_local() && !attempt.has_failed() {
                self.prepare(&attempt);
            }
            attempt.finish_one();
            return Step::Worked;
        }
        if self.shared.in_flight.exceeds(self.limits.in_flight_bytes) {
            return Step::Idle; // whoever brings it below the limit raises our signal
        }
        let Some(mut slice) = emission.slices.pop_front() else {
            return Step::Worked;
        };
        let start = slice.next;
        slice.next = slice.end.min(start.saturating_add(self.limits.records_per_slice));
        let (place, source, offsets) = (slice.place, slice.source, start..slice.next);
        // Sources of one task in turn: records of one partition stay in order, tasks take turns.
        if slice.next < slice.end {
            emission.slices.push_back(slice);
        }
        let definition = &attempt.topology.sources[source];
        let depot = Arc::clone(&self.shared.depots[definition.depot as usize]);
        let origin = Origin {
            depot: definition.depot,
            partition: self.tasks[place].id,
            offset: offsets.start,
        };
        self.guard(&attempt, place, |event| {
            definition.run.run(event, &*depot, origin, offsets);
        });
        self.flush(&attempt, place);
        Step::Worked
    }

    fn run_frames(&mut self, attempt: &Arc<Attempt>, target: u32, mut batch: Batch) {
        let bytes = batch.bytes();
        if attempt.has_failed() {
            drop_quietly(batch);
        } else {
            let place =
                self.places[target as usize].expect("frames are sent to their task's worker");
            self.guard(attempt, place, move |event| {
                for at in 0..batch.runs.len() {
                    let run = batch.runs[at];
                    event.task.origin = run.origin;
                    event.states.run(event, run.label, batch.column(run.label), run.n as usize);
                }
                event.task.outbox.recycle(event.topology, batch);
            });
            self.flush(attempt, place);
        }
        self.shared.frames_done(bytes, self.limits.in_flight_bytes);
        attempt.finish_one();
    }

    /// Runs user code of an attempt on a task; a panic fails the attempt.
    fn guard(&mut self, attempt: &Attempt, place: usize, run: impl FnOnce(&mut Event<'_>)) {
        let task = &mut self.tasks[place];
        task.trace = attempt.trace;
        task.microbatch = Some(attempt.id);
        task.begin_batch();
        let mut event =
            Event { task, states: &attempt.topology.states, topology: attempt.topology.index };
        // The task's partial work is dropped with the attempt, so nothing torn is ever seen.
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| run(&mut event))) {
            self.tasks[place].abandon_batch();
            attempt.fail(self.failure(attempt, place, panic_message(payload)));
        } else if self.write_bytes(attempt) > self.limits.write_bytes {
            self.tasks[place].abandon_batch();
            let message = format!(
                "the microbatch's writes take more than {} bytes of memory on one task thread; raise \
                 `StorageOptions::overlay_bytes`, and lower `microbatch_max_records` for later ones",
                self.limits.write_bytes
            );
            let mut failure = self.failure(attempt, place, message);
            (failure.statement, failure.location) = ("", None);
            attempt.fail(failure);
        }
    }

    /// Estimated bytes of memory that an attempt's writes take here.
    fn write_bytes(&self, attempt: &Attempt) -> usize {
        let owned = |task: &TaskState| -> usize {
            let pstates = attempt.topology.pstates.iter();
            pstates.map(|pstate| task.partitions[*pstate as usize].write_bytes()).sum()
        };
        self.tasks.iter().map(owned).sum()
    }

    fn failure(&self, attempt: &Attempt, place: usize, message: String) -> AttemptFailure {
        let task = &self.tasks[place];
        AttemptFailure {
            module: self.shared.module,
            topology: attempt.topology.name,
            microbatch: attempt.id,
            attempt: attempt.number,
            task: task.id,
            statement: task.statement,
            location: task
                .location
                .filter(|_| !task.statement.is_empty())
                .map(|at| format!("{}:{}", at.file(), at.line())),
            record: task.origin.map(|origin| RecordAt {
                depot: self.shared.depots[origin.depot as usize].name(),
                partition: origin.partition,
                offset: origin.offset,
            }),
            message,
        }
    }

    /// Sends what a task's events left in its outbox.
    fn flush(&mut self, attempt: &Arc<Attempt>, place: usize) {
        let task = &mut self.tasks[place];
        for (target, mut batch) in task.outbox.drain() {
            if let Some(random) = &mut self.random
                && random.bool()
            {
                let states = &attempt.topology.states;
                match batch.checked_round_trip(states) {
                    Ok(same) => batch = same,
                    Err(message) => {
                        attempt.fail(AttemptFailure {
                            module: self.shared.module,
                            topology: attempt.topology.name,
                            microbatch: attempt.id,
                            attempt: attempt.number,
                            task: task.id,
                            statement: "",
                            location: None,
                            record: None,
                            message,
                        });
                        continue;
                    }
                }
            }
            attempt.add_outstanding(1);
            self.shared.in_flight.sent(batch.bytes());
            let message = Message::Frames { attempt: Arc::clone(attempt), target, batch };
            let worker = self.shared.worker_of(target);
            if worker == self.index {
                self.queue.push_back(message);
            } else {
                self.shared.inboxes[worker].push(message);
            }
        }
        if !self.tasks[place].calls.is_empty() {
            self.make_calls(attempt, place);
        }
    }

    /// Hands on the asynchronous calls that a task's events left.
    #[cold]
    fn make_calls(&mut self, attempt: &Arc<Attempt>, place: usize) {
        match &self.shared.calls {
            Some(queue) if attempt.topology.async_calls => {
                let task = &mut self.tasks[place];
                queue.push(&self.shared, attempt, task.id, &mut task.calls);
            }
            // Nothing waited for the plan to be durable.
            _ => {
                let message =
                    "the topology makes asynchronous calls and does not say so".to_owned();
                attempt.fail(self.failure(attempt, place, message));
                self.tasks[place].abandon_batch();
            }
        }
    }

    /// Appends one entry per task that wrote.
    fn prepare(&mut self, attempt: &Attempt) {
        let mut deltas = std::mem::take(&mut self.deltas);
        for place in 0..self.tasks.len() {
            let task = &self.tasks[place];
            deltas.clear();
            let encoded = catch_unwind(AssertUnwindSafe(|| -> Result<(), StoreError> {
                for pstate in &attempt.topology.pstates {
                    let partition = &task.partitions[*pstate as usize];
                    if partition.has_writes() {
                        let id = self.shared.pstate_ids[*pstate as usize];
                        Entry::encode_delta(id, &mut deltas, |out| partition.encode_delta(out))?;
                    }
                }
                Ok(())
            }));
            let result = match encoded {
                Err(payload) => Err(panic_message(payload)),
                Ok(Err(error)) => Err(error.to_string()),
                Ok(Ok(())) if deltas.is_empty() => continue,
                Ok(Ok(())) => {
                    let entry = Entry::Prepare {
                        topology: self.shared.topology_ids[attempt.topology.index as usize],
                        microbatch: attempt.id,
                        attempt: attempt.number,
                        task: task.id,
                    };
                    match self.shared.log.append_with(|buffer| entry.encode(&deltas, buffer)) {
                        Ok(_) => Ok(()),
                        // The coordinator meets the same error at its own entry, and stops.
                        Err(LogError::Closed | LogError::Failed { .. }) => return,
                        Err(error) => Err(error.to_string()),
                    }
                }
            };
            if let Err(message) = result {
                let mut failure = self.failure(attempt, place, message);
                (failure.statement, failure.location, failure.record) = ("", None, None);
                attempt.fail(failure);
                return;
            }
        }
        deltas.clear();
        deltas.shrink_to(KEPT_DELTAS);
        self.deltas = deltas;
    }
}

impl Component for Worker {
    fn step(&mut self, now: Duration) -> Step {
        self.now = now;
        // At each step: frames between this worker's own tasks must not keep others waiting.
        self.inbox.drain_into(&mut self.queue);
        let frozen = self.freeze();
        if frozen == Step::Worked {
            return frozen;
        }
        match self.queue.pop_front() {
            Some(message) => {
                self.handle(message);
                Step::Worked
            }
            None => match self.emit() {
                Step::Idle => frozen,
                step => step,
            },
        }
    }
}
