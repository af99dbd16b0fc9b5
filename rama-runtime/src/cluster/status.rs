//! What storage takes, from outside.

use super::Shared;

/// The memory and disk space that a running module's state takes. All numbers are of about the same
/// moment; those of memory are estimates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StorageStatus {
    /// Bytes of memory of rows that are newer than the last checkpoint.
    pub overlay_bytes: usize,
    /// The part of [`StorageStatus::overlay_bytes`] that is kept beside newer rows, since it is not
    /// durable yet or a running read or a snapshot needs the older ones.
    pub held_bytes: usize,
    /// Bytes of memory of decoded rows that are also in the last checkpoint.
    pub cache_bytes: usize,
    /// Bytes of log on disk.
    pub log_bytes: u64,
    /// Bytes of log behind the last checkpoint: what recovery would replay.
    pub log_bytes_behind_checkpoint: u64,
    /// Checkpoints made since the module was launched.
    pub checkpoints: u64,
}

impl StorageStatus {
    pub(super) fn of(shared: &Shared) -> StorageStatus {
        let memory = shared.commits.horizon().memory();
        let log = &shared.log;
        StorageStatus {
            overlay_bytes: memory.overlay(),
            held_bytes: memory.sealed(),
            cache_bytes: memory.cache(),
            log_bytes: log.durable().get().saturating_sub(log.start().get()),
            log_bytes_behind_checkpoint: shared.checkpoints.backlog(log),
            checkpoints: shared.checkpoints.count(),
        }
    }
}
