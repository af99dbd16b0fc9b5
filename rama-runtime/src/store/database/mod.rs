//! The database of checkpoints: the rows of all partitions as of the last checkpoint, in one file.
//!
//! A checkpoint is one write transaction of one redb database: it writes the rows that changed
//! since the last one and a metadata record, and is there wholly or not at all. Rows are read from
//! snapshots, which go on showing their checkpoint while the next one is written.
//!
//! - What a commit reported as done is durable. After a crash the database shows the last
//!   checkpoint that was committed, or the one whose commit was under way; the metadata says which.
//! - A file that cannot be read is an error, and is never replaced by an empty one.
//! - After a failed write or sync nothing is read from or written to the file any more; the
//!   database must be opened anew ([`CheckpointDatabase::reopen`]).
//!
//! The file takes no lock of its own: that of the data directory covers it.
//!
//! | table | key | value |
//! |---|---|---|
//! | `rows/{pstate}/{task}/{node}` | not behind the first row, and behind the rows before | a leaf of rows: structure id and element key, slot in postcard |
//! | `garbage` | PState, task, node, structure | nothing |
//! | `blocks` | depot, partition, first offset | where the block is |
//! | `checkpoint` | `metadata` | record of what the checkpoint is of |
//! | `format` | `version` | format version |

mod backend;
#[cfg(test)]
mod crash_tests;
mod error;
#[cfg(test)]
mod file_tests;
mod inspect;
mod leaf;
#[cfg(test)]
mod leaf_tests;
mod leaves;
mod open;
mod overlay;
mod partition;
mod rows_mut;
mod snapshot;
mod tables;
#[cfg(test)]
mod tests;
mod writer;

pub use error::DatabaseError;
pub(crate) use inspect::Inspection;
pub(crate) use open::{CheckpointDatabase, STATE};
pub(crate) use rows_mut::RowsMut;
pub(crate) use snapshot::Snapshot;
pub(crate) use tables::{Garbage, RowTable};
pub(crate) use writer::CheckpointWriter;
