//! The coordinator of a microbatch topology: plan, process, prepare, commit, publish.
//!
//! A microbatch is decided by one entry in the log. Its plan fixes the offsets it covers, each task
//! prepares what it wrote, and the commit entry, once durable, makes all of it visible; whatever was
//! prepared without a commit is forgotten. Tasks prepare when all of them have processed theirs; in a
//! topology without partitioners each does it unasked when it has. A failed attempt is followed by
//! another with the same id and the same offsets. The next microbatch begins when the commit has its
//! place in the log: its own entries stand behind it, so a crash that loses the one loses the other.
//! Only what reaches outside the process waits: a topology that makes asynchronous calls begins an
//! attempt when its plan is durable.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use super::{Attempt, AttemptFailure, TopologyStatus};
use crate::cluster::{ClusterEvent, Shared};
use crate::exec::{Component, Signal, Step};
use crate::log::{LogError, Position};
use crate::module::TopologyDefinition;
use crate::store::{Entry, Progress};
use crate::task::Message;

/// Pause after a first failed attempt; it doubles with each, up to [`LONGEST_BACKOFF`].
const FIRST_BACKOFF: Duration = Duration::from_millis(10);
/// Microbatches whose commit is not visible yet, beside the running one.
const MOST_UNPUBLISHED: usize = 2;
/// Microbatches that are not full begin so far apart at least: each has its costs, whatever its size.
const GATHERING: Duration = Duration::from_millis(1);
/// Longest pause between attempts.
const LONGEST_BACKOFF: Duration = Duration::from_secs(1);

/// Limits of a coordinator.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CoordinatorLimits {
    /// Most records per depot partition in one microbatch.
    pub(crate) records_per_partition: u64,
    /// No microbatch begins while rows newer than the last checkpoint take more bytes of memory.
    pub(crate) overlay_bytes: usize,
}

/// Coordinates one topology.
pub(crate) struct Coordinator {
    shared: Arc<Shared>,
    topology: Arc<TopologyDefinition>,
    status: Arc<TopologyStatus>,
    limits: CoordinatorLimits,
    /// Raised when there may be something to do here.
    signal: Arc<Signal>,
    /// Next offset to process, by source, then partition.
    positions: Vec<Vec<u64>>,
    /// Id of the last committed microbatch.
    committed: u64,
    /// Committed and not yet visible.
    unpublished: VecDeque<(Arc<Attempt>, Position)>,
    /// A microbatch that is not full begins then.
    gather_until: Duration,
    phase: Phase,
}

/// Fixed offsets that are not committed yet.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) microbatch: u64,
    /// Number of the last attempt at it.
    pub(crate) attempt: u32,
    pub(crate) ranges: Vec<Vec<Range<u64>>>,
}

enum Phase {
    Idle,
    /// An attempt at this plan starts at the given time.
    Planned {
        plan: Plan,
        trace: bool,
        not_before: Duration,
    },
    /// The attempt starts when the log is durable up to its plan.
    Starting(Arc<Attempt>, Position),
    Processing(Arc<Attempt>),
    Preparing(Arc<Attempt>),
    Discarding(Arc<Attempt>),
    Broken,
}

impl Coordinator {
    /// A coordinator that goes on from `progress`, with the undecided plan if there is one.
    pub(crate) fn new(
        shared: Arc<Shared>,
        topology: Arc<TopologyDefinition>,
        limits: CoordinatorLimits,
        signal: Arc<Signal>,
        progress: Progress,
    ) -> Coordinator {
        let Progress { positions, committed, undecided } = progress;
        let status = Arc::clone(&shared.statuses[topology.index as usize]);
        status.update(|status| {
            status.processed = positions.iter().flatten().sum();
            status.committed = committed;
            status.idle = undecided.is_none();
        });
        let phase = match undecided {
            Some((plan, _)) => Phase::Planned { plan, trace: false, not_before: Duration::ZERO },
            None => Phase::Idle,
        };
        let unpublished = VecDeque::new();
        Coordinator {
            shared,
            topology,
            status,
            limits,
            signal,
            positions,
            committed,
            unpublished,
            gather_until: Duration::ZERO,
            phase,
        }
    }

    /// Offsets that are in the depots and not yet processed, within the limit; none if there are none.
    fn new_ranges(&self) -> Option<Vec<Vec<Range<u64>>>> {
        let mut any = false;
        let ranges = self
            .topology
            .sources
            .iter()
            .zip(&self.positions)
            .map(|(source, positions)| {
                let depot = &self.shared.depots[source.depot as usize];
                (0..)
                    .zip(positions)
                    .map(|(partition, start)| {
                        let most = start.saturating_add(self.limits.records_per_partition);
                        let end = depot.end(partition).min(most).max(*start);
                        any |= end > *start;
                        *start..end
                    })
                    .collect()
            })
            .collect();
        any.then_some(ranges)
    }

    /// Whether a microbatch has as many records of some partition as it may.
    fn is_full(&self, ranges: &[Vec<Range<u64>>]) -> bool {
        let most = self.limits.records_per_partition;
        ranges.iter().flatten().any(|range| range.end - range.start >= most)
    }

    /// Sends one message to every worker; each is one outstanding piece of work.
    fn send_all(&self, attempt: &Arc<Attempt>, message: impl Fn(Arc<Attempt>) -> Message) {
        attempt.add_outstanding(self.shared.inboxes.len());
        for inbox in &self.shared.inboxes {
            inbox.push(message(Arc::clone(attempt)));
        }
    }

    fn start(&mut self, plan: Plan, trace: bool) -> Phase {
        let number = plan.attempt + 1;
        let id = self.shared.topology_ids[self.topology.index as usize];
        let entry = Entry::Plan { topology: id, microbatch: plan.microbatch, attempt: number };
        let ranges: Vec<Vec<(u64, u64)>> = plan
            .ranges
            .iter()
            .map(|ranges| ranges.iter().map(|range| (range.start, range.end)).collect())
            .collect();
        let topology = self.topology.index as usize;
        let appended = self.shared.commits.plan(topology, plan.microbatch, |buffer| {
            entry.encode_plan(&ranges, buffer);
        });
        let calls = self.shared.calls.as_ref().filter(|_| self.topology.async_calls);
        let attempt = Arc::new(Attempt::new(
            Arc::clone(&self.topology),
            plan.microbatch,
            number,
            plan.ranges,
            trace,
            Arc::clone(&self.signal),
            calls.map(|calls| Arc::clone(calls.signal())),
        ));
        match appended {
            Ok(()) => {
                self.shared.event(ClusterEvent::Planned {
                    topology: self.topology.name,
                    microbatch: attempt.id,
                    attempt: number,
                    records: attempt.records(),
                });
                if self.topology.async_calls {
                    // What calls do outside cannot be undone. If the plan were lost, the same id
                    // could come to stand for other records.
                    let plan = self.shared.log.sequenced();
                    self.shared.log.want_durable(plan);
                    Phase::Starting(attempt, plan)
                } else {
                    self.begin(attempt)
                }
            }
            Err(error) => self.fail(&attempt, error),
        }
    }

    fn begin(&self, attempt: Arc<Attempt>) -> Phase {
        self.send_all(&attempt, Message::Begin);
        Phase::Processing(attempt)
    }

    /// What follows when the log refuses an entry of an attempt.
    fn fail(&mut self, attempt: &Arc<Attempt>, error: LogError) -> Phase {
        if !matches!(error, LogError::DiskFull { .. } | LogError::EntryTooLarge { .. }) {
            return self.broken(error);
        }
        attempt.fail(AttemptFailure {
            module: self.shared.module,
            topology: self.topology.name,
            microbatch: attempt.id,
            attempt: attempt.number,
            task: 0,
            statement: "",
            location: None,
            record: None,
            message: error.to_string(),
        });
        self.discard(Arc::clone(attempt))
    }

    fn broken(&mut self, error: LogError) -> Phase {
        self.status.stop(error.into());
        self.shared.progress.notify();
        Phase::Broken
    }

    fn discard(&self, attempt: Arc<Attempt>) -> Phase {
        self.send_all(&attempt, Message::Discard);
        Phase::Discarding(attempt)
    }

    fn retry(&mut self, attempt: &Attempt, now: Duration) -> Phase {
        let failure = attempt.failure().map(Arc::new);
        // A failure behind a hop knows its record only in an attempt that traces: try that first,
        // and report what it finds.
        let report = attempt.trace || failure.as_ref().is_none_or(|f| f.record.is_some());
        let mut failed = 0;
        self.status.update(|status| {
            status.failed_attempts += 1;
            failed = status.failed_attempts;
            if report {
                status.last_failure.clone_from(&failure);
            }
        });
        if let Some(failure) = failure {
            if report {
                tracing::warn!(%failure, "microbatch attempt failed");
            } else {
                tracing::debug!(%failure, "microbatch attempt failed; the next one traces its record");
            }
            self.shared.event(ClusterEvent::AttemptFailed { failure });
        }
        self.shared.progress.notify();
        let pause = if report {
            FIRST_BACKOFF.saturating_mul(1 << (failed - 1).min(16)).min(LONGEST_BACKOFF)
        } else {
            Duration::ZERO
        };
        let plan = Plan {
            microbatch: attempt.id,
            attempt: attempt.number,
            ranges: attempt.ranges.clone(),
        };
        Phase::Planned { plan, trace: true, not_before: now + pause }
    }

    fn commit(&mut self, attempt: Arc<Attempt>) -> Phase {
        self.shared.event(ClusterEvent::Prepared {
            topology: self.topology.name,
            microbatch: attempt.id,
            attempt: attempt.number,
        });
        let entry = Entry::Commit {
            topology: self.shared.topology_ids[self.topology.index as usize],
            microbatch: attempt.id,
            attempt: attempt.number,
        };
        let ends: Vec<Vec<u64>> = attempt
            .ranges
            .iter()
            .map(|ranges| ranges.iter().map(|range| range.end).collect())
            .collect();
        let topology = self.topology.index as usize;
        let committed = self.shared.commits.commit(topology, attempt.id, ends.clone(), |buffer| {
            entry.encode(&[], buffer);
        });
        match committed {
            Ok(position) => {
                self.shared.log.want_durable(position);
                self.committed = attempt.id;
                self.positions = ends;
                self.status.update(|status| {
                    status.failed_attempts = 0;
                    status.last_failure = None;
                });
                self.send_all(&attempt, |attempt| Message::Seal(attempt, position));
                self.unpublished.push_back((attempt, position));
                Phase::Idle
            }
            Err(error) => self.fail(&attempt, error),
        }
    }

    /// Tells of the commits that have become visible; says whether there were any.
    fn publish(&mut self) -> bool {
        if self.unpublished.is_empty() {
            return false;
        }
        self.shared.commits.publish();
        let visible = self.shared.commits.horizon().visible();
        let mut any = false;
        while let Some((attempt, _)) =
            self.unpublished.pop_front_if(|(_, position)| position.get() <= visible)
        {
            self.published(&attempt);
            any = true;
        }
        if any {
            let memory = self.shared.commits.horizon().memory();
            self.shared.checkpoints.raise_if_due(&self.shared.log, memory);
        }
        any
    }

    fn published(&mut self, attempt: &Attempt) {
        let is_last = self.unpublished.is_empty() && matches!(self.phase, Phase::Idle);
        self.status.update(|status| {
            status.processed += attempt.records();
            status.committed = attempt.id;
            status.idle = is_last;
        });
        self.shared.event(ClusterEvent::Committed {
            topology: self.topology.name,
            microbatch: attempt.id,
            attempt: attempt.number,
        });
        self.shared.progress.notify();
        let memory = self.shared.commits.horizon().memory();
        self.shared.checkpoints.raise_if_due(&self.shared.log, memory);
    }

    /// Whether a microbatch may begin, as far as memory is concerned.
    fn has_room(&self) -> bool {
        self.unpublished.len() < MOST_UNPUBLISHED
            && self.shared.commits.horizon().memory().overlay() <= self.limits.overlay_bytes
    }
}

impl Component for Coordinator {
    fn step(&mut self, now: Duration) -> Step {
        if self.publish() {
            return Step::Worked;
        }
        if !self.unpublished.is_empty()
            && let Some(error) = self.shared.log.failure()
        {
            self.unpublished.clear();
            self.phase = self.broken(error);
            return Step::Worked;
        }
        let (phase, step) = match std::mem::replace(&mut self.phase, Phase::Broken) {
            Phase::Idle if !self.has_room() => (Phase::Idle, Step::Idle),
            Phase::Idle => match self.new_ranges() {
                Some(ranges) if now < self.gather_until && !self.is_full(&ranges) => {
                    (Phase::Idle, Step::IdleUntil(self.gather_until))
                }
                Some(ranges) if self.status.begin() => {
                    self.gather_until = now + GATHERING;
                    let plan = Plan { microbatch: self.committed + 1, attempt: 0, ranges };
                    (self.start(plan, false), Step::Worked)
                }
                _ => (Phase::Idle, Step::Idle),
            },
            Phase::Planned { plan, trace, not_before } if now < not_before => {
                (Phase::Planned { plan, trace, not_before }, Step::IdleUntil(not_before))
            }
            Phase::Planned { plan, trace, .. } => (self.start(plan, trace), Step::Worked),
            Phase::Starting(attempt, plan) if self.shared.log.durable() >= plan => {
                (self.begin(attempt), Step::Worked)
            }
            Phase::Starting(attempt, plan) => match self.shared.log.failure() {
                Some(error) => (self.broken(error), Step::Worked),
                None => (Phase::Starting(attempt, plan), Step::Idle),
            },
            Phase::Processing(attempt) if attempt.is_finished() => {
                if attempt.has_failed() {
                    (self.discard(attempt), Step::Worked)
                } else if self.topology.is_local() {
                    (self.commit(attempt), Step::Worked)
                } else {
                    self.send_all(&attempt, Message::Prepare);
                    (Phase::Preparing(attempt), Step::Worked)
                }
            }
            Phase::Preparing(attempt) if attempt.is_finished() => {
                if attempt.has_failed() {
                    (self.discard(attempt), Step::Worked)
                } else {
                    (self.commit(attempt), Step::Worked)
                }
            }
            Phase::Discarding(attempt) if attempt.is_finished() => {
                (self.retry(&attempt, now), Step::Worked)
            }
            waiting => (waiting, Step::Idle),
        };
        self.phase = phase;
        step
    }
}
