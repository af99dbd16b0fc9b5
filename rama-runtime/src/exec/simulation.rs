//! Drives components on the calling thread, in an order and a virtual time drawn from a seed.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{CENTURY, Clock, Component, Outside, Step};

/// Longest wait in real time before the components are looked at again.
const OUTSIDE_WAIT: Duration = Duration::from_millis(5);

/// A deterministic driver: the same seed and the same calls give the same run.
///
/// Each step picks one component at random. When all are idle the virtual clock jumps to the
/// earliest time any of them waits for.
///
/// While futures of asynchronous calls are under way and nothing else can happen now, threads outside
/// of the simulation may wake them: then virtual time passes as real time does. Such a run cannot be
/// repeated exactly; one whose futures wake each other can.
pub struct Simulation {
    clock: Clock,
    outside: Option<Arc<Outside>>,
    state: Mutex<State>,
}

/// What a round over the components did.
enum Round {
    Worked,
    /// Nothing, until the earliest time any of them waits for.
    Idle(Option<Duration>),
}

struct State {
    random: fastrand::Rng,
    components: Vec<Box<dyn Component>>,
}

impl fmt::Debug for Simulation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulation").field("now", &self.clock.now()).finish_non_exhaustive()
    }
}

impl Simulation {
    /// A simulation of `components` from a seed; `clock` must be a virtual one.
    pub fn new(seed: u64, clock: Clock, components: Vec<Box<dyn Component>>) -> Self {
        let random = fastrand::Rng::with_seed(seed);
        Simulation { clock, outside: None, state: Mutex::new(State { random, components }) }
    }

    /// The same with futures that threads outside may wake.
    pub(crate) fn with_outside(mut self, outside: Arc<Outside>) -> Self {
        self.outside = Some(outside);
        self
    }

    /// See [`super::Driver::wait_until`]; the timeout is virtual time.
    pub fn wait_until(&self, timeout: Duration, condition: &mut dyn FnMut() -> bool) -> bool {
        let deadline = self.clock.now() + timeout.min(CENTURY);
        loop {
            if condition() {
                return true;
            }
            if self.clock.now() >= deadline || !self.step_once(true) {
                return condition();
            }
        }
    }

    /// Steps `steps` times at most, ending early when nothing can happen any more. Does not wait for
    /// threads outside.
    pub fn run(&self, steps: usize) {
        for _ in 0..steps {
            if !self.step_once(false) {
                break;
            }
        }
    }

    /// Does one step that works, moving time if it must; false when nothing can happen any more.
    fn step_once(&self, may_wait: bool) -> bool {
        let outside = self.outside.as_ref().filter(|_| may_wait);
        if let Some(outside) = outside {
            // What is raised from here on may not be seen by the components.
            outside.signal.take();
        }
        let now = self.clock.now();
        let earliest = match self.round(now) {
            Round::Worked => return true,
            Round::Idle(earliest) => earliest,
        };
        if let Some(outside) = outside.filter(|outside| outside.is_awaited()) {
            let pause = earliest.map_or(OUTSIDE_WAIT, |time| time.saturating_sub(now));
            let pause = pause.clamp(Duration::from_nanos(1), OUTSIDE_WAIT);
            let began = Instant::now();
            outside.signal.wait(Some(pause));
            self.clock.advance_to(now + began.elapsed().min(pause));
            return true;
        }
        if let Some(time) = earliest {
            // At least a nanosecond, so that a component that waits for `now` moves on.
            self.clock.advance_to(time.max(now + Duration::from_nanos(1)));
        }
        earliest.is_some()
    }

    /// Steps the components from a random one on until one of them works.
    fn round(&self, now: Duration) -> Round {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let state = &mut *state;
        let count = state.components.len();
        if count == 0 {
            return Round::Idle(None);
        }
        // A random first choice, then the others in turn, so that an idle round is recognised.
        let first = state.random.usize(..count);
        let mut earliest: Option<Duration> = None;
        for offset in 0..count {
            match state.components[(first + offset) % count].step(now) {
                Step::Worked => return Round::Worked,
                Step::Idle => {}
                Step::IdleUntil(time) => {
                    earliest = Some(earliest.map_or(time, |other| other.min(time)));
                }
            }
        }
        Round::Idle(earliest)
    }

    /// See [`super::Driver::stop`].
    pub fn stop(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).components.clear();
    }
}
