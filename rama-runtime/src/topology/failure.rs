//! Why an attempt at a microbatch failed.

use std::fmt;

/// A depot record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordAt {
    /// The depot's name.
    pub depot: &'static str,
    /// Its partition.
    pub partition: u32,
    /// Offset within the partition.
    pub offset: u64,
}

/// Why an attempt at a microbatch failed. Nothing of the attempt is kept; the microbatch is tried
/// again with the same id and the same records.
#[derive(Clone, Debug)]
pub struct AttemptFailure {
    /// The module's name.
    pub module: &'static str,
    /// The topology's name.
    pub topology: &'static str,
    /// Id of the microbatch; the first is 1.
    pub microbatch: u64,
    /// Number of the attempt at it; the first is 1.
    pub attempt: u32,
    /// Task on which it failed.
    pub task: u32,
    /// Text of the statement that ran; empty if none did.
    pub statement: &'static str,
    /// Source file and line of the statement.
    pub location: Option<String>,
    /// The depot record that was being processed.
    pub record: Option<RecordAt>,
    /// The panic's or error's message.
    pub message: String,
}

impl fmt::Display for AttemptFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} in module {}, topology {}, microbatch {} (attempt {}) on task {}",
            self.message, self.module, self.topology, self.microbatch, self.attempt, self.task
        )?;
        if !self.statement.is_empty() {
            write!(f, ", at `{}`", self.statement)?;
        }
        if let Some(location) = &self.location {
            write!(f, " ({location})")?;
        }
        if let Some(record) = &self.record {
            write!(
                f,
                ", while processing record {} of depot *{}, partition {}",
                record.offset, record.depot, record.partition
            )?;
        }
        Ok(())
    }
}

impl std::error::Error for AttemptFailure {}
