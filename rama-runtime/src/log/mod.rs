//! The write-ahead log: one per process, the only thing that a commit waits for.
//!
//! [`Log::append_with`] gives an entry its place in the log, its [`Position`], in memory; it never
//! touches the disk. The [`LogWriter`], alone, writes what was appended and syncs it: one sync for
//! all that waits. An entry never triggers a sync; a waiter does ([`Log::want_durable`]), or the age
//! or the size of what is unsynced.
//!
//! - **Invariant**: what a crash leaves is a prefix of what was sequenced, and all of what was
//!   reported durable.
//! - **Invariant**: marks in the log say how far it was durable. What is invalid before a mark is
//!   damage, and an error; only what no mark follows is cut from the end.
//! - **Invariant**: nothing on disk changes before the whole log was read and accepted.
//! - **Invariant**: a failed sync is never retried; after one nothing more becomes durable until the
//!   log is opened anew.
//!
//! The log is endless; on disk it is a row of segments, named by where they start. Those that nobody
//! needs are removed whole, the oldest first ([`Log::cut`]). `format` has the
//! bytes, `recover` the reading, `repair` what makes a log ready, `segment` and `writer` the writing, `shared` what the two sides
//! share.

#[cfg(test)]
mod crash_tests;
#[cfg(test)]
mod cut_tests;
#[cfg(test)]
mod damage_tests;
mod error;
mod format;
mod handle;
mod inspect;
mod options;
mod position;
mod reader;
mod recover;
mod repair;
mod segment;
mod shared;
#[cfg(test)]
mod tests;
mod writer;

pub use error::{LogError, OpenError};
pub(crate) use format::{file_name, is_entry, parse_file_name, payload};
pub use handle::Log;
pub(crate) use inspect::LogFiles;
pub use options::LogOptions;
pub use position::Position;
pub use reader::LogReader;
pub use shared::{DurableWatcher, WriterWaker};
pub use writer::LogWriter;

/// Where an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryAt {
    /// The end of the entry before it.
    pub start: Position,
    /// Its own end, which is its position.
    pub end: Position,
    /// Where the segment that holds it begins.
    pub segment: Position,
    /// Where in the segment's file it begins, in bytes.
    pub offset: u64,
    /// Another segment follows: the entry is certainly durable. When a log is opened, those of the
    /// last segment may not be before the opening is done.
    pub sealed: bool,
}

impl EntryAt {
    /// Bytes of its payload.
    pub(crate) fn payload_len(&self) -> usize {
        (self.end.get() - self.start.get()) as usize - format::PREFIX
    }
}

/// What [`Log::open`] and [`LogReader::read_up_to`] hand the entries to; an error ends the reading.
pub type Replay<'a, E> = dyn FnMut(EntryAt, &[u8]) -> Result<(), E> + 'a;
