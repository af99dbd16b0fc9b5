//! Settings of the log.

use std::time::Duration;

/// Settings of a [`Log`](super::Log). They may change from one opening to the next.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LogOptions {
    /// Size in bytes at which a segment ends and the next begins; 64 MiB. A larger entry gets a
    /// segment to itself.
    pub segment_bytes: u64,
    /// How long an entry may stay unsynced when nobody waits for it; 50 ms.
    pub max_unsynced: Duration,
    /// Bytes of entries not yet written at which the writer writes and syncs unasked; 1 MiB. Not a
    /// limit. So the disk is at work while a client that appends much has not yet begun to wait.
    pub max_buffer: usize,
    /// How long the writer waits before it tries a full disk again; 100 ms.
    pub retry_full: Duration,
    /// The largest entry in bytes; 256 MiB. Never more than 2 GiB.
    pub max_entry: usize,
    /// Bytes of zeros written ahead of the entries, so that most syncs need not record a file's
    /// growth; 1 MiB. 0 is none.
    pub preallocate: usize,
}

impl Default for LogOptions {
    fn default() -> Self {
        LogOptions {
            segment_bytes: 64 << 20,
            max_unsynced: Duration::from_millis(50),
            max_buffer: 1 << 20,
            retry_full: Duration::from_millis(100),
            max_entry: 256 << 20,
            preallocate: 1 << 20,
        }
    }
}

impl LogOptions {
    /// Sets [`LogOptions::segment_bytes`].
    pub fn segment_bytes(mut self, bytes: u64) -> Self {
        self.segment_bytes = bytes;
        self
    }

    /// Sets [`LogOptions::max_unsynced`].
    pub fn max_unsynced(mut self, age: Duration) -> Self {
        self.max_unsynced = age;
        self
    }

    /// Sets [`LogOptions::max_buffer`].
    pub fn max_buffer(mut self, bytes: usize) -> Self {
        self.max_buffer = bytes;
        self
    }

    /// Sets [`LogOptions::retry_full`].
    pub fn retry_full(mut self, pause: Duration) -> Self {
        self.retry_full = pause;
        self
    }

    /// Sets [`LogOptions::max_entry`].
    pub fn max_entry(mut self, bytes: usize) -> Self {
        self.max_entry = bytes;
        self
    }

    /// Sets [`LogOptions::preallocate`].
    pub fn preallocate(mut self, bytes: usize) -> Self {
        self.preallocate = bytes;
        self
    }
}
