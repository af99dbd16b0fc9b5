//! Places in the log.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The end of an entry, in bytes of entries since the log began.
///
/// Positions of entries grow strictly in the order of appending. An entry at `position` is durable
/// when [`Log::durable`](super::Log::durable) is at least `position`. Segments do not show in it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Position(u64);

impl Position {
    /// The start of the log: before every entry, always durable.
    pub const ZERO: Position = Position(0);

    /// The position of this many bytes.
    pub const fn new(bytes: u64) -> Self {
        Position(bytes)
    }

    /// Bytes since the log began.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
