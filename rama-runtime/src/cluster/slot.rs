//! The module that runs in a cluster, and opening it again when its disk has failed.
//!
//! A failed sync is never tried again: nobody knows what it left behind. The module is closed and
//! opened from what is on disk, while clients keep their handles.

use std::any::TypeId;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use arc_swap::{ArcSwapOption, Guard};

use super::launch::Launched;
use super::{ClusterEvent, LaunchError};
use crate::exec::Signal;
use crate::log::LogError;

/// Pauses between tries to open a module again: the first, and the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Launches the module of a slot as it was launched first.
type Launch = Box<dyn Fn(Arc<Signal>) -> Result<Launched, LaunchError> + Send + Sync>;

/// Holds the module that runs, for the cluster and its clients.
#[derive(Default)]
pub(crate) struct Slot {
    current: ArcSwapOption<Launched>,
    /// Held by whoever launches, opens again, or closes.
    lifecycle: Mutex<Lifecycle>,
    /// Raised when the module has failed, or the slot is being closed.
    failed: Arc<Signal>,
}

#[derive(Default)]
struct Lifecycle {
    launch: Option<Launch>,
    supervisor: Option<JoinHandle<()>>,
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot").field("current", &self.current.load()).finish_non_exhaustive()
    }
}

impl Slot {
    fn lifecycle(&self) -> MutexGuard<'_, Lifecycle> {
        self.lifecycle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Launches a module, if none runs here.
    pub(super) fn launch(
        self: &Arc<Self>,
        name: &'static str,
        launch: Launch,
    ) -> Result<(), LaunchError> {
        let mut lifecycle = self.lifecycle();
        if let Some(running) = &*self.current.load() {
            let running = running.shared.module;
            return Err(LaunchError::AlreadyLaunched { running, module: name });
        }
        let launched = Arc::new(launch(Arc::clone(&self.failed))?);
        self.current.store(Some(Arc::clone(&launched)));
        if !launched.is_simulated() {
            let slot = Arc::clone(self);
            let supervisor = std::thread::Builder::new().name(format!("{name} supervisor"));
            match supervisor.spawn(move || slot.supervise()) {
                Ok(supervisor) => lifecycle.supervisor = Some(supervisor),
                Err(source) => {
                    self.current.store(None);
                    // No client has it yet, so there is nothing to lose.
                    let _ = launched.shut_down(true, LONGEST_PAUSE);
                    return Err(LaunchError::Thread { source });
                }
            }
        }
        lifecycle.launch = Some(launch);
        Ok(())
    }

    /// The module that runs. In a simulation, where nobody else does it, it is opened again first if
    /// it has failed.
    pub(crate) fn load(&self) -> Guard<Option<Arc<Launched>>> {
        let current = self.current.load();
        match &*current {
            Some(launched) if launched.has_failed() => {}
            _ => return current,
        }
        let is_simulated = current.as_ref().is_some_and(|launched| launched.is_simulated());
        drop(current);
        if is_simulated {
            // If it fails the old one goes on saying so.
            let _ = self.reopen();
        }
        self.current.load()
    }

    /// The module that runs, if it is the one of this type.
    pub(crate) fn load_as(&self, module: TypeId) -> Option<Arc<Launched>> {
        let current = self.load();
        current.as_ref().filter(|launched| launched.module_type == module).map(Arc::clone)
    }

    /// Opens the module again if it has failed.
    fn reopen(&self) -> Result<(), Arc<LaunchError>> {
        let lifecycle = self.lifecycle();
        let (Some(launch), Some(old)) = (&lifecycle.launch, self.current.load_full()) else {
            return Ok(());
        };
        if !old.has_failed() {
            return Ok(());
        }
        // With a healthy log, waiting appends are told that they are durable.
        let flush = old.shared.log.failure().is_none();
        if let Err(error) = old.shut_down(flush, LONGEST_PAUSE) {
            tracing::warn!(%error, "closing a module that has failed");
        }
        match launch(Arc::clone(&self.failed)) {
            Ok(launched) => {
                for (new, old) in launched.shared.statuses.iter().zip(&old.shared.statuses) {
                    let paused = old.get().paused;
                    new.update(|status| status.paused = paused);
                }
                tracing::info!(module = launched.shared.module, "opened the module again");
                let launched = Arc::new(launched);
                self.current.store(Some(Arc::clone(&launched)));
                launched.wake_coordinators();
                launched.shared.event(ClusterEvent::Reopened);
                Ok(())
            }
            Err(error) => {
                let error = Arc::new(error);
                old.shared.event(ClusterEvent::ReopenFailed { error: Arc::clone(&error) });
                Err(error)
            }
        }
    }

    /// Opens the module again whenever it fails, until the slot is closed.
    fn supervise(&self) {
        let mut pause = None;
        loop {
            self.failed.wait(pause);
            match &*self.current.load() {
                None => return,
                Some(launched) if !launched.has_failed() => continue,
                Some(_) => {}
            }
            pause = match self.reopen() {
                Ok(()) => None,
                Err(error) => {
                    let next = pause.map_or(FIRST_PAUSE, |pause: Duration| pause * 2);
                    let next = next.min(LONGEST_PAUSE);
                    tracing::error!(%error, pause = ?next, "cannot open the module again");
                    Some(next)
                }
            };
        }
    }

    /// Ends the module; with `flush`, first makes its whole log durable.
    pub(super) fn close(&self, flush: bool, timeout: Duration) -> Result<(), LogError> {
        let (launched, supervisor) = {
            let mut lifecycle = self.lifecycle();
            lifecycle.launch = None;
            (self.current.swap(None), lifecycle.supervisor.take())
        };
        if let Some(supervisor) = supervisor {
            self.failed.raise();
            // It does not panic: what it calls catches panics of users' code.
            let _ = supervisor.join();
        }
        match launched {
            Some(launched) => launched.shut_down(flush, timeout),
            None => Ok(()),
        }
    }
}
