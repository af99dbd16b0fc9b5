//! Drives components by operating system threads, and parks client threads until progress.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::panics::panic_message;
use super::{CENTURY, Clock, Component, Signal, Step};

/// Threads that each step their components in turn and sleep when all are idle.
#[derive(Debug)]
pub struct Threads {
    stopping: Arc<AtomicBool>,
    running: Mutex<Vec<(Arc<Signal>, JoinHandle<()>)>>,
    progress: Arc<Progress>,
}

/// Hears of a panic that ended a thread.
pub type OnPanic = Arc<dyn Fn(String) + Send + Sync>;

/// What client threads wait on: every visible change of the cluster bumps it.
#[derive(Debug, Default)]
pub struct Progress {
    waiting: AtomicUsize,
    generation: Mutex<u64>,
    changed: Condvar,
}

impl Progress {
    /// Tells waiting client threads to look at their conditions again.
    pub fn notify(&self) {
        // What the waiters look at was stored before this, and they count themselves before they
        // look: one of the two sees the other.
        fence(Ordering::SeqCst);
        if self.waiting.load(Ordering::SeqCst) > 0 {
            *self.generation.lock().unwrap_or_else(PoisonError::into_inner) += 1;
            self.changed.notify_all();
        }
    }
}

impl Threads {
    /// A driver without threads yet; `progress` is notified by those who change what clients see.
    pub fn new(progress: Arc<Progress>) -> Self {
        Threads {
            stopping: Arc::new(AtomicBool::new(false)),
            running: Mutex::new(Vec::new()),
            progress,
        }
    }

    /// Starts a thread that steps `components` until the driver stops. `signal` wakes it. If one of
    /// them panics, which user code cannot cause by itself, the thread ends with all of them, and
    /// `on_panic` hears of it.
    pub fn spawn(
        &self,
        name: String,
        signal: Arc<Signal>,
        clock: Clock,
        mut components: Vec<Box<dyn Component>>,
        on_panic: OnPanic,
    ) -> std::io::Result<()> {
        let stopping = Arc::clone(&self.stopping);
        let wake = Arc::clone(&signal);
        let run = move || {
            while !stopping.load(Ordering::SeqCst) {
                let now = clock.now();
                let mut worked = false;
                let mut deadline: Option<Duration> = None;
                for component in &mut components {
                    match component.step(now) {
                        Step::Worked => worked = true,
                        Step::Idle => {}
                        Step::IdleUntil(time) => {
                            deadline = Some(deadline.map_or(time, |earlier| earlier.min(time)));
                        }
                    }
                }
                if !worked {
                    wake.wait(deadline.map(|time| time.saturating_sub(clock.now())));
                }
            }
        };
        let handle = std::thread::Builder::new().name(name).spawn(move || {
            if let Err(payload) = catch_unwind(AssertUnwindSafe(run)) {
                on_panic(panic_message(payload));
            }
        })?;
        self.running.lock().unwrap_or_else(PoisonError::into_inner).push((signal, handle));
        Ok(())
    }

    /// See [`super::Driver::wait_until`].
    pub fn wait_until(&self, timeout: Duration, condition: &mut dyn FnMut() -> bool) -> bool {
        let deadline = Instant::now() + timeout.min(CENTURY);
        self.progress.waiting.fetch_add(1, Ordering::SeqCst);
        let mut generation =
            self.progress.generation.lock().unwrap_or_else(PoisonError::into_inner);
        let reached = loop {
            let seen = *generation;
            drop(generation);
            if condition() {
                break true;
            }
            let now = Instant::now();
            if now >= deadline || self.stopping.load(Ordering::SeqCst) {
                break false;
            }
            generation = self.progress.generation.lock().unwrap_or_else(PoisonError::into_inner);
            generation = self
                .progress
                .changed
                .wait_timeout_while(generation, deadline - now, |current| *current == seen)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        };
        self.progress.waiting.fetch_sub(1, Ordering::SeqCst);
        reached
    }

    /// See [`super::Driver::stop`]. Returns when all threads have ended.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        let running =
            std::mem::take(&mut *self.running.lock().unwrap_or_else(PoisonError::into_inner));
        for (signal, _) in &running {
            signal.raise();
        }
        for (_, handle) in running {
            // Panics were caught inside.
            let _ = handle.join();
        }
        self.progress.notify();
    }
}
