//! Drives components on the calling thread, in an order and a virtual time drawn from a seed.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::{CENTURY, Clock, Component, Step};

/// A deterministic driver: the same seed and the same calls give the same run.
///
/// Each step picks one component at random. When all are idle the virtual clock jumps to the
/// earliest time any of them waits for.
pub struct Simulation {
    clock: Clock,
    state: Mutex<State>,
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
        Simulation { clock, state: Mutex::new(State { random, components }) }
    }

    /// See [`super::Driver::wait_until`]; the timeout is virtual time.
    pub fn wait_until(&self, timeout: Duration, condition: &mut dyn FnMut() -> bool) -> bool {
        let deadline = self.clock.now() + timeout.min(CENTURY);
        loop {
            if condition() {
                return true;
            }
            if self.clock.now() >= deadline || !self.step_once() {
                return condition();
            }
        }
    }

    /// Steps `steps` times at most, ending early when nothing can happen any more.
    pub fn run(&self, steps: usize) {
        for _ in 0..steps {
            if !self.step_once() {
                break;
            }
        }
    }

    /// Does one step that works, moving time if it must; false when nothing can happen any more.
    fn step_once(&self) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let state = &mut *state;
        let count = state.components.len();
        if count == 0 {
            return false;
        }
        // A random first choice, then the others in turn, so that an idle round is recognised.
        let first = state.random.usize(..count);
        let mut earliest: Option<Duration> = None;
        let now = self.clock.now();
        for offset in 0..count {
            match state.components[(first + offset) % count].step(now) {
                Step::Worked => return true,
                Step::Idle => {}
                Step::IdleUntil(time) => {
                    earliest = Some(earliest.map_or(time, |other| other.min(time)));
                }
            }
        }
        match earliest {
            Some(time) => {
                // At least a nanosecond, so that a component that waits for `now` moves on.
                self.clock.advance_to(time.max(now + Duration::from_nanos(1)));
                true
            }
            None => false,
        }
    }

    /// See [`super::Driver::stop`].
    pub fn stop(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).components.clear();
    }
}
