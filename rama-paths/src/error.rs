//! The errors of this crate, one enum per layer.

use thiserror::Error;

use crate::store::BackingError;

/// Bytes that are not the encoding of a key.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The bytes end inside the key.
    #[error("the key bytes end inside `{type_name}`")]
    Truncated {
        /// The type that was being decoded.
        type_name: &'static str,
    },
    /// The bytes hold a value that the type does not have.
    #[error("the key bytes hold no valid `{type_name}`")]
    Invalid {
        /// The type that was being decoded.
        type_name: &'static str,
    },
    /// Bytes are left over behind the key.
    #[error("{count} bytes are left over behind the key")]
    Trailing {
        /// How many bytes are left over.
        count: usize,
    },
}

/// A path that could not be followed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PathError {
    /// `term` met a location that holds nothing.
    #[error("`term` on an absent value; put `.nil_to_val(…)` or `.must(…)` before it")]
    Absent,
    /// A field was to be written of a value that is not there.
    #[error("a field of an absent value was written; put `.nil_to_val(…)` or `.must(…)` before it")]
    AbsentWhole,
    /// `.one()` met another number of locations than one.
    #[error("`.one()` needs exactly one location, but the path leads to {found}")]
    NotOne {
        /// How many there were.
        found: usize,
    },
    /// The path of `.collect_one(…)` selected another number of values than one.
    #[error("the path of `.collect_one(…)` has to select one value, and it selected {found}")]
    CollectOne {
        /// How many it selected.
        found: usize,
    },
    /// What `.subselect(…)` leads to was written as a list of another length.
    #[error("`.subselect(…)` leads to {expected} values, and {found} were to take their place")]
    Subselect {
        /// How many values the path leads to.
        expected: usize,
        /// How many were to take their place.
        found: usize,
    },
    /// A stored key does not decode: the rows were written with another key type.
    #[error("a stored key does not decode")]
    Key(#[from] KeyError),
    /// A stored value does not decode.
    #[error("a stored value does not decode")]
    Undecodable(#[source] postcard::Error),
    /// The rows of the last checkpoint cannot be read.
    #[error("the rows of the last checkpoint cannot be read")]
    Backing(#[from] BackingError),
    /// The read took so long that the rows it needs had to make room for newer ones.
    #[error("the read is as of a position whose rows are no longer kept; read again")]
    Expired,
}

impl From<Box<PathError>> for PathError {
    fn from(error: Box<PathError>) -> Self {
        *error
    }
}

/// Stored rows or deltas that could not be written or read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A value failed to serialize.
    #[error("a value could not be serialized")]
    Encode(#[source] postcard::Error),
    /// A value failed to deserialize.
    #[error("a stored value could not be deserialized")]
    Decode(#[source] postcard::Error),
    /// The delta is of another format version.
    #[error("the delta has format version {found}, this program reads version {expected}")]
    Version {
        /// The version found.
        found: u8,
        /// The version this program reads.
        expected: u8,
    },
    /// The delta's bytes end too early or hold an unknown operation.
    #[error("the delta is malformed at byte {offset}: {what}")]
    Malformed {
        /// Byte offset within the delta.
        offset: usize,
        /// What is wrong there.
        what: &'static str,
    },
    /// The delta changes a place that the schema does not have.
    #[error("the delta changes node {node:#010x}, which the schema does not have")]
    UnknownNode {
        /// The node id.
        node: u32,
    },
    /// The delta would hand out structure ids again.
    #[error("the delta sets the structure counter to {found}, but it is already at {current}")]
    Counter {
        /// The counter in the delta.
        found: u64,
        /// The counter of the partition.
        current: u64,
    },
    /// Whoever takes the rows of a checkpoint down has failed, and knows why.
    #[error("the rows of a checkpoint cannot be written down")]
    Sink,
    /// The attempt's own writes are not yet applied or discarded.
    #[error("a delta cannot be replayed over unapplied writes")]
    PendingWrites,
}
