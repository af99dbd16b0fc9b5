//! The files in which the records of a depot's partition lie, once a checkpoint has taken them out of
//! the write-ahead log: its own segments, and segments of the log that are kept for the large entries
//! with records in them (`kept_log`, `log_block`).
//!
//! Each partition has a row of segments in a directory of its own,
//! `<data dir>/depots/<depot id>-<partition>/<first offset, 20 digits>.seg`. A segment is a header and
//! blocks, a block is a header and entries, an entry is a record. All numbers are little-endian, a
//! varint is LEB128. This is format version 1:
//!
//! ```text
//! segment  header, block*
//! header   magic "ramaseg\n" [8] | version u32 | depot u32 | partition u32 | first offset u64
//!          | crc32 u32 of the 28 bytes before
//! block    length u32 | crc32 u32 | first offset u64 | count u32 | first append millis u64 | entry*
//! entry    record's length varint | millis since the entry before varint | record
//! ```
//!
//! A block's length counts all of its bytes. Its crc covers the format version, depot and partition,
//! the segment's first offset and the block's byte position in the file, and then all of the block but
//! the crc itself: a block is valid in one place only. The records of a block have consecutive offsets;
//! the first entry's millis are zero. Blocks follow each other without gaps in a file; between their
//! offsets there may be records that stayed in the log. A segment is named by the offset of its first
//! record. A block is closed at
//! [`SegmentOptions::block_bytes`] of entries, or when a checkpoint ends; a larger record has a block
//! to itself.
//!
//! The files do not say where they end. The index does: one [`BlockRef`] per block, kept elsewhere and
//! committed together with everything else of a checkpoint.
//!
//! - **Invariant**: the index is the truth. What lies behind the last indexed block, in its segment or
//!   in later ones, is garbage of a checkpoint that was not committed, and is removed before anything
//!   is written. If that block is in the log, what lies behind the one before it in a segment stays
//!   there as waste, and another segment is begun.
//! - **Invariant**: a [`BlockRef`] is handed out only when its block, and the name of its file, are
//!   durable.
//! - **Invariant**: nothing before the end of the last indexed block is ever written again. Whole
//!   segments are removed, oldest first.
//! - **Invariant**: offsets are consecutive and append times never go back, so the index is in the
//!   order of both.
//!
//! `format` has the bytes, `names` the paths, `block_ref` the index's entries, `tail` and `writer` the
//! writing, `kept_log` and `log_block` what stays in the log, `reader` and `verify` the reading,
//! `remove` the removing.

mod block_ref;
#[cfg(test)]
mod crash_tests;
#[cfg(test)]
mod damage_tests;
mod error;
mod files;
mod format;
mod kept_log;
mod log_block;
mod names;
mod options;
mod reader;
mod remove;
mod tail;
#[cfg(test)]
mod tests;
mod verify;
mod writer;

pub(crate) use block_ref::{BlockRef, Place, first_block_since};
pub use error::SegmentError;
pub(crate) use files::{kept_log_files, segment_files};
pub(crate) use kept_log::KeptLog;
pub(crate) use options::SegmentOptions;
pub(crate) use reader::SegmentReader;
#[cfg(test)]
pub(crate) use reader::read_block;
#[cfg(test)]
pub(crate) use remove::{remove_segments_below, remove_unindexed};
pub(crate) use verify::verify;
pub(crate) use writer::PartitionWriter;
