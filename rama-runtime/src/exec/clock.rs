//! Time as components and depots see it: real, or virtual under simulation.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Where virtual calendars begin: 2020-01-01T00:00:00Z, in milliseconds since 1970.
const VIRTUAL_EPOCH_MILLIS: u64 = 1_577_836_800_000;

/// A source of time; cheap to clone.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    Real(Instant),
    Virtual(Arc<AtomicU64>),
}

impl Clock {
    /// The machine's clock.
    pub fn real() -> Self {
        Clock(Source::Real(Instant::now()))
    }

    /// A clock that stands still until [`Clock::advance_to`] moves it.
    pub fn simulated() -> Self {
        Clock(Source::Virtual(Arc::new(AtomicU64::new(0))))
    }

    /// Monotonic time since the clock was made.
    pub fn now(&self) -> Duration {
        match &self.0 {
            Source::Real(start) => start.elapsed(),
            Source::Virtual(nanos) => Duration::from_nanos(nanos.load(Ordering::SeqCst)),
        }
    }

    /// Calendar time in milliseconds since 1970 (UTC); it may go back when the machine's does.
    pub fn unix_millis(&self) -> u64 {
        match &self.0 {
            Source::Real(_) => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| since.as_millis() as u64),
            Source::Virtual(_) => VIRTUAL_EPOCH_MILLIS + self.now().as_millis() as u64,
        }
    }

    /// Moves a virtual clock forward; does nothing to a real one, or backwards.
    pub fn advance_to(&self, time: Duration) {
        if let Source::Virtual(nanos) = &self.0 {
            nanos.fetch_max(time.as_nanos() as u64, Ordering::SeqCst);
        }
    }
}
