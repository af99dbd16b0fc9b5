//! What a check of all checksums found.

use super::Problem;

/// What [`verify`](super::verify) read and found. Its `Display` is a text for people.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Verification {
    /// Bytes of the database of checkpoints; zero if there is none.
    pub database_bytes: u64,
    /// The database's account of its free pages is right. If not, no row is concerned.
    pub free_pages_are_right: bool,
    /// Depot segments that were opened.
    pub segments: u64,
    /// Blocks that are whole.
    pub blocks: u64,
    /// Those of them that are entries of the log, whose segments are kept for them.
    pub log_blocks: u64,
    /// Bytes of these blocks.
    pub block_bytes: u64,
    /// Records in these blocks.
    pub records: u64,
    /// Segments of the log.
    pub log_segments: u64,
    /// Entries of the log that are whole.
    pub log_entries: u64,
    /// Bytes of these entries.
    pub log_bytes: u64,
    /// What is damaged: the database, then depots, then the log.
    pub problems: Vec<Problem>,
}

impl Verification {
    /// Whether nothing is damaged.
    pub fn is_whole(&self) -> bool {
        self.problems.is_empty()
    }
}
