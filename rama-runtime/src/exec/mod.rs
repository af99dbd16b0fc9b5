//! The scheduler seam: components that step without blocking, and who drives them.
//!
//! Everything that runs in a cluster (task threads, coordinators, the writer of the log) is a
//! [`Component`]: `step` does a bounded piece of work and returns. Only a driver blocks. So the same
//! code runs on operating system threads ([`Threads`]) or, for tests, on one thread in an order and
//! a virtual time drawn from a seed ([`Simulation`]).

mod clock;
mod panics;
mod pool;
mod signal;
mod simulation;
mod threads;

use std::time::Duration;

pub use clock::Clock;
pub(crate) use panics::{StatementFailure, drop_quietly, panic_message};
pub(crate) use pool::{BoxFuture, Ended, Outside, Polled, Pool, Spawner};
pub use signal::Signal;
pub use simulation::Simulation;
pub use threads::{OnPanic, Progress, Threads};

/// No wait is longer: times stay far from overflow.
const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// What a component did in one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It did something and may have more to do.
    Worked,
    /// It has nothing to do until its [`Signal`] is raised.
    Idle,
    /// It has nothing to do until its [`Signal`] is raised or the clock reaches this time.
    IdleUntil(Duration),
}

/// A part of the system that is stepped by a driver.
pub trait Component: Send {
    /// Does a bounded piece of work without ever blocking. `now` is the clock's time.
    fn step(&mut self, now: Duration) -> Step;
}

/// Drives components and lets client threads wait for what those do.
#[derive(Debug)]
pub enum Driver {
    /// Operating system threads and real time.
    Threads(Threads),
    /// One thread, an order drawn from a seed, virtual time.
    Simulation(Simulation),
}

impl Driver {
    /// Waits until `condition` holds or `timeout` has passed; says whether it holds.
    ///
    /// On threads the calling thread sleeps until progress is signalled; under simulation it steps
    /// the components itself. A simulation in which nothing can happen any more answers `false`.
    pub fn wait_until(&self, timeout: Duration, condition: &mut dyn FnMut() -> bool) -> bool {
        match self {
            Driver::Threads(threads) => threads.wait_until(timeout, condition),
            Driver::Simulation(simulation) => simulation.wait_until(timeout, condition),
        }
    }

    /// Stops driving: after this no component steps any more, and all are dropped.
    pub fn stop(&self) {
        match self {
            Driver::Threads(threads) => threads.stop(),
            Driver::Simulation(simulation) => simulation.stop(),
        }
    }
}
