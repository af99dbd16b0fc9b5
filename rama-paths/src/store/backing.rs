//! What lies beneath the rows in memory: those of the last checkpoint.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// The rows of one partition as of its last checkpoint, by node and encoded row key.
///
/// Keys are compared as bytes. One value of this type always shows the same rows; a later
/// checkpoint is another value.
pub trait Backing: Send + Sync + 'static {
    /// Hands the encoded slot of a row to `f`, if there is one; says whether there is.
    ///
    /// # Errors
    ///
    /// When the storage cannot be read.
    fn get(&self, node: u32, key: &[u8], f: &mut dyn FnMut(&[u8])) -> Result<bool, BackingError>;

    /// Hands the rows of a node from `start` on and before `end`, in order of their keys, to `f`
    /// until it answers `false`.
    ///
    /// # Errors
    ///
    /// When the storage cannot be read.
    fn scan(
        &self,
        node: u32,
        start: &[u8],
        end: &[u8],
        f: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), BackingError>;

    /// As [`scan`](Self::scan), from the end on, in the contrary order. Unless it is told otherwise it
    /// reads them all first.
    ///
    /// # Errors
    ///
    /// When the storage cannot be read.
    fn scan_back(
        &self,
        node: u32,
        start: &[u8],
        end: &[u8],
        f: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), BackingError> {
        let mut rows: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
        self.scan(node, start, end, &mut |key, value| {
            rows.push((key.to_vec(), value.to_vec()));
            true
        })?;
        let _ = rows.iter().rev().all(|(key, value)| f(key, value));
        Ok(())
    }
}

/// Checkpointed rows that could not be read.
///
/// Cheap to clone; equal only to its clones.
#[derive(Clone)]
pub struct BackingError(Arc<dyn Error + Send + Sync>);

impl BackingError {
    /// An error of the storage.
    pub fn new(source: impl Error + Send + Sync + 'static) -> Self {
        Self(Arc::new(source))
    }
}

impl PartialEq for BackingError {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for BackingError {}

impl fmt::Debug for BackingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for BackingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Error for BackingError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}
