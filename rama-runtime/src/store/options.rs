//! Settings of checkpoints and of the memory that state takes.

/// How much memory state and records may take, and when checkpoints are made. The settings may change
/// from one launch to the next.
///
/// Rows that were written since the last checkpoint lie in memory, decoded (the *overlay*); those that
/// are in the last checkpoint are read from the database through two caches.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StorageOptions {
    /// Bytes of memory for rows that are newer than the last checkpoint; 512 MiB. At half of it a
    /// checkpoint is made, and while they take more no microbatch begins. A microbatch whose own
    /// writes take more than half of it on one task thread fails.
    pub overlay_bytes: usize,
    /// Bytes of memory for decoded rows that are also in the last checkpoint; 256 MiB.
    pub cache_bytes: usize,
    /// Bytes of memory for pages of the database of checkpoints; 128 MiB.
    pub database_cache_bytes: usize,
    /// Bytes of memory for depot records that are also in segments, over all depots; 64 MiB. Records
    /// newer than the last checkpoint are in memory anyway, and the memory of those that it let go of is
    /// kept for as many to come.
    pub depot_cache_bytes: usize,
    /// Bytes of log behind the last checkpoint at which the next is made; 256 MiB. Recovery replays
    /// about this much at most.
    pub checkpoint_log_bytes: u64,
    /// Bytes at which a depot segment ends and the next begins; 64 MiB.
    pub depot_segment_bytes: u64,
    /// Records that are appended together stay where the log has them, instead of being copied into
    /// depot segments, if those of one partition take at least so many bytes, and if such records are
    /// two thirds of the log behind the last checkpoint; 16 KiB. The log's files are then kept for
    /// them, with what else is in these. `usize::MAX` copies all.
    pub log_block_bytes: usize,
}

impl Default for StorageOptions {
    fn default() -> Self {
        StorageOptions {
            overlay_bytes: 512 << 20,
            cache_bytes: 256 << 20,
            database_cache_bytes: 128 << 20,
            depot_cache_bytes: 64 << 20,
            checkpoint_log_bytes: 256 << 20,
            depot_segment_bytes: 64 << 20,
            log_block_bytes: 16 << 10,
        }
    }
}

impl StorageOptions {
    /// Sets [`StorageOptions::overlay_bytes`].
    pub fn overlay_bytes(mut self, bytes: usize) -> Self {
        self.overlay_bytes = bytes;
        self
    }

    /// Sets [`StorageOptions::cache_bytes`].
    pub fn cache_bytes(mut self, bytes: usize) -> Self {
        self.cache_bytes = bytes;
        self
    }

    /// Sets [`StorageOptions::database_cache_bytes`].
    pub fn database_cache_bytes(mut self, bytes: usize) -> Self {
        self.database_cache_bytes = bytes;
        self
    }

    /// Sets [`StorageOptions::depot_cache_bytes`].
    pub fn depot_cache_bytes(mut self, bytes: usize) -> Self {
        self.depot_cache_bytes = bytes;
        self
    }

    /// Sets [`StorageOptions::checkpoint_log_bytes`].
    pub fn checkpoint_log_bytes(mut self, bytes: u64) -> Self {
        self.checkpoint_log_bytes = bytes;
        self
    }

    /// Sets [`StorageOptions::depot_segment_bytes`].
    pub fn depot_segment_bytes(mut self, bytes: u64) -> Self {
        self.depot_segment_bytes = bytes;
        self
    }

    /// Sets [`StorageOptions::log_block_bytes`].
    pub fn log_block_bytes(mut self, bytes: usize) -> Self {
        self.log_block_bytes = bytes;
        self
    }
}
