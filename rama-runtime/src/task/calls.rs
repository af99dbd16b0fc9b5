//! Asynchronous calls: futures that events leave behind, and the component that runs them.
//!
//! A call is one piece of its attempt's outstanding work from the end of the event that made it. What
//! it delivers is a batch of one frame for the task it came from, which takes that piece over.

use std::collections::{BTreeMap, VecDeque};
use std::panic::Location;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::{Batch, Message, Origin};
use crate::cluster::Shared;
use crate::exec::{
    BoxFuture, Component, Ended, Outside, Polled, Pool, Signal, Spawner, Step, drop_quietly,
    panic_message,
};
use crate::topology::{Attempt, AttemptFailure, RecordAt};

/// Most calls of one task that run at once, unless the cluster says otherwise.
pub(crate) const ASYNC_CALLS_LIMIT: usize = 1024;

/// What a call comes to: frames for its task, or the message of its error.
pub(crate) type Delivery = Result<Batch, String>;

/// A call that an event has made and nobody runs yet.
pub(crate) struct AsyncCall {
    pub(crate) future: BoxFuture<Delivery>,
    pub(crate) site: CallSite,
}

/// Where a call was made, for errors.
#[derive(Clone, Copy)]
pub(crate) struct CallSite {
    pub(crate) statement: &'static str,
    pub(crate) location: Option<&'static Location<'static>>,
    pub(crate) origin: Option<Origin>,
}

/// Calls on their way from workers to the component that runs them.
pub(crate) struct CallQueue {
    asked: Mutex<Vec<Asked>>,
    /// Its signal wakes the component.
    outside: Arc<Outside>,
}

/// A call of an attempt.
struct Asked {
    call: AsyncCall,
    known: Known,
}

/// What is known of a call beside its future.
struct Known {
    attempt: Arc<Attempt>,
    task: u32,
    site: CallSite,
    /// Estimated bytes of memory, for admission.
    bytes: usize,
}

impl CallQueue {
    pub(crate) fn new() -> CallQueue {
        CallQueue { asked: Mutex::default(), outside: Arc::default() }
    }

    pub(crate) fn outside(&self) -> &Arc<Outside> {
        &self.outside
    }

    pub(crate) fn signal(&self) -> &Arc<Signal> {
        &self.outside.signal
    }

    /// Takes the calls that an event of `task` left behind.
    pub(crate) fn push(
        &self,
        shared: &Shared,
        attempt: &Arc<Attempt>,
        task: u32,
        calls: &mut Vec<AsyncCall>,
    ) {
        attempt.add_outstanding(calls.len());
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        for call in calls.drain(..) {
            let bytes = size_of_val(&*call.future);
            shared.in_flight.sent(bytes);
            let known = Known { attempt: Arc::clone(attempt), task, site: call.site, bytes };
            asked.push(Asked { call, known });
        }
        drop(asked);
        self.outside.signal.raise();
    }

    fn take(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.asked.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What the component that runs calls is made of.
pub(crate) struct CallsParts {
    pub(crate) shared: Arc<Shared>,
    pub(crate) queue: Arc<CallQueue>,
    pub(crate) spawner: Option<Spawner>,
    pub(crate) limits: CallsLimits,
}

/// Limits of asynchronous calls.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallsLimits {
    /// Most calls of one task that run at once.
    pub(crate) running: usize,
    /// See [`super::WorkerLimits`].
    pub(crate) in_flight_bytes: usize,
    /// See [`super::WorkerLimits`].
    pub(crate) round_trip_seed: Option<u64>,
}

/// Runs the asynchronous calls of a module.
pub(crate) struct Calls {
    shared: Arc<Shared>,
    queue: Arc<CallQueue>,
    pool: Pool<Delivery>,
    /// By their numbers in the pool.
    running: BTreeMap<u64, Known>,
    /// By task id.
    tasks: Vec<TaskCalls>,
    /// Attempts that have calls, and how many.
    attempts: Vec<(Arc<Attempt>, usize)>,
    limits: CallsLimits,
    random: Option<fastrand::Rng>,
}

/// The calls of one task.
#[derive(Default)]
struct TaskCalls {
    running: usize,
    /// Those that wait until fewer run, in order.
    waiting: VecDeque<Asked>,
}

impl Calls {
    pub(crate) fn new(parts: CallsParts) -> Calls {
        let CallsParts { shared, queue, spawner, limits } = parts;
        Calls {
            pool: Pool::new(Arc::clone(&queue.outside), spawner),
            running: BTreeMap::new(),
            tasks: (0..shared.tasks).map(|_| TaskCalls::default()).collect(),
            attempts: Vec::new(),
            random: limits.round_trip_seed.map(fastrand::Rng::with_seed),
            limits,
            queue,
            shared,
        }
    }

    /// Takes new calls; says whether there were any.
    fn take_asked(&mut self) -> bool {
        let asked = self.queue.take();
        let any = !asked.is_empty();
        for asked in asked {
            let attempt = &asked.known.attempt;
            match self.attempts.iter_mut().find(|(known, _)| Arc::ptr_eq(known, attempt)) {
                Some((_, calls)) => *calls += 1,
                None => self.attempts.push((Arc::clone(attempt), 1)),
            }
            let task = asked.known.task;
            self.tasks[task as usize].waiting.push_back(asked);
            self.admit(task);
        }
        any
    }

    /// Lets calls of a task run, as many as may.
    fn admit(&mut self, task: u32) {
        let task = &mut self.tasks[task as usize];
        while task.running < self.limits.running
            && let Some(Asked { call, known }) = task.waiting.pop_front()
        {
            task.running += 1;
            self.running.insert(self.pool.spawn(call.future), known);
        }
    }

    /// Drops the calls of attempts that have failed; says whether there were any.
    fn cancel_failed(&mut self) -> bool {
        let mut any = false;
        while let Some(at) = self.attempts.iter().position(|(attempt, _)| attempt.has_failed()) {
            let attempt = Arc::clone(&self.attempts[at].0);
            self.cancel(&attempt);
            any = true;
        }
        any
    }

    fn cancel(&mut self, attempt: &Arc<Attempt>) {
        let mut ended = Vec::new();
        for task in &mut self.tasks {
            let waiting = std::mem::take(&mut task.waiting);
            for Asked { call, known } in waiting {
                if Arc::ptr_eq(&known.attempt, attempt) {
                    drop_quietly(call);
                    ended.push(known);
                } else {
                    task.waiting.push_back(Asked { call, known });
                }
            }
        }
        let running = self.running.iter();
        let numbers: Vec<u64> = running
            .filter(|(_, known)| Arc::ptr_eq(&known.attempt, attempt))
            .map(|(number, _)| *number)
            .collect();
        for number in numbers {
            self.pool.cancel(number);
            if let Some(known) = self.running.remove(&number) {
                self.tasks[known.task as usize].running -= 1;
                ended.push(known);
            }
        }
        for task in 0..self.shared.tasks {
            self.admit(task);
        }
        for known in ended {
            self.finish(known);
        }
    }

    /// A call's future has ended.
    fn ended(&mut self, number: u64, ended: Ended<Delivery>) {
        let known = self.running.remove(&number).expect("a call runs until it has ended");
        self.tasks[known.task as usize].running -= 1;
        self.admit(known.task);
        let delivery = match ended {
            Ok(Ok(batch)) => self.round_trip(&known.attempt, batch),
            Ok(Err(message)) => Err(message),
            Err(payload) => Err(panic_message(payload)),
        };
        match delivery {
            Err(message) => known.attempt.fail(self.failure(&known, message)),
            Ok(batch) if known.attempt.has_failed() => drop_quietly(batch),
            // Its label leads nowhere.
            Ok(batch) if batch.is_empty() => {}
            Ok(batch) => {
                known.attempt.add_outstanding(1);
                self.shared.in_flight.sent(batch.bytes());
                let attempt = Arc::clone(&known.attempt);
                let message = Message::Frames { attempt, target: known.task, batch };
                self.shared.inboxes[self.shared.worker_of(known.task)].push(message);
            }
        }
        self.finish(known);
    }

    /// In a simulation a random half of all batches goes through bytes.
    fn round_trip(&mut self, attempt: &Attempt, batch: Batch) -> Delivery {
        if self.random.as_mut().is_some_and(fastrand::Rng::bool) {
            batch.checked_round_trip(&attempt.topology.states)
        } else {
            Ok(batch)
        }
    }

    fn failure(&self, known: &Known, message: String) -> AttemptFailure {
        let CallSite { statement, location, origin } = known.site;
        AttemptFailure {
            module: self.shared.module,
            topology: known.attempt.topology.name,
            microbatch: known.attempt.id,
            attempt: known.attempt.number,
            task: known.task,
            statement,
            location: location
                .filter(|_| !statement.is_empty())
                .map(|at| format!("{}:{}", at.file(), at.line())),
            record: origin.map(|origin| RecordAt {
                depot: self.shared.depots[origin.depot as usize].name(),
                partition: origin.partition,
                offset: origin.offset,
            }),
            message,
        }
    }

    /// A call is done, all that it caused having been added before.
    fn finish(&mut self, known: Known) {
        self.shared.frames_done(known.bytes, self.limits.in_flight_bytes);
        let of_it = |(attempt, _): &(Arc<Attempt>, usize)| Arc::ptr_eq(attempt, &known.attempt);
        if let Some(at) = self.attempts.iter().position(of_it) {
            self.attempts[at].1 -= 1;
            if self.attempts[at].1 == 0 {
                self.attempts.swap_remove(at);
            }
        }
        known.attempt.finish_one();
    }
}

impl Component for Calls {
    fn step(&mut self, _: Duration) -> Step {
        let mut worked = self.take_asked();
        worked |= self.cancel_failed();
        match self.pool.poll_one() {
            Some(Polled::Ended(number, ended)) => {
                self.ended(number, ended);
                Step::Worked
            }
            Some(Polled::Pending) => Step::Worked,
            None if worked => Step::Worked,
            None => Step::Idle,
        }
    }
}

impl Drop for Calls {
    /// What a user's value does when it is dropped must not end a thread.
    fn drop(&mut self) {
        for task in &mut self.tasks {
            for asked in std::mem::take(&mut task.waiting) {
                drop_quietly(asked);
            }
        }
        for asked in self.queue.take() {
            drop_quietly(asked);
        }
    }
}
