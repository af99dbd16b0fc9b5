//! A wake-up call: raised by producers, awaited by one driver thread.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Raised when there may be something to do. Raising is one atomic swap while the other side is
/// awake; only a sleeping driver costs a system call.
#[derive(Debug, Default)]
pub struct Signal {
    raised: AtomicBool,
    sleeping: Mutex<bool>,
    wake: Condvar,
}

impl Signal {
    /// A signal that is not raised.
    pub fn new() -> Self {
        Self::default()
    }

    /// Raises the signal; it stays raised until it is taken.
    pub fn raise(&self) {
        if self.raised.swap(true, Ordering::SeqCst) {
            return;
        }
        // The lock orders this against a driver between its check and its sleep.
        let sleeping = *self.sleeping.lock().unwrap_or_else(PoisonError::into_inner);
        if sleeping {
            self.wake.notify_all();
        }
    }

    /// Takes the signal down; says whether it was raised.
    pub fn take(&self) -> bool {
        self.raised.swap(false, Ordering::SeqCst)
    }

    /// Sleeps until the signal is raised, or for `timeout` if one is given, and takes it down.
    pub fn wait(&self, timeout: Option<Duration>) {
        let mut sleeping = self.sleeping.lock().unwrap_or_else(PoisonError::into_inner);
        if self.take() {
            return;
        }
        *sleeping = true;
        match timeout {
            Some(timeout) => {
                sleeping = self
                    .wake
                    .wait_timeout_while(sleeping, timeout, |_| !self.raised.load(Ordering::SeqCst))
                    .unwrap_or_else(PoisonError::into_inner)
                    .0;
            }
            None => {
                sleeping = self
                    .wake
                    .wait_while(sleeping, |_| !self.raised.load(Ordering::SeqCst))
                    .unwrap_or_else(PoisonError::into_inner);
            }
        }
        *sleeping = false;
        self.take();
    }
}
