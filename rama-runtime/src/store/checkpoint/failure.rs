//! Why a checkpoint was not made.

use std::error::Error;
use std::sync::Arc;

use rama_paths::StoreError;

use super::records::CopyError;
use crate::store::database::DatabaseError;

/// Why a checkpoint was not made.
pub(super) enum Failure {
    Database(DatabaseError),
    Copy(CopyError),
    /// Rows cannot be encoded, or those below them cannot be read.
    Row(StoreError),
}

impl Failure {
    /// Whether only space is missing, so that the same may be tried later.
    pub(super) fn is_full(&self) -> bool {
        match self {
            Failure::Database(error) => error.is_full(),
            Failure::Copy(error) => error.is_full(),
            Failure::Row(_) => false,
        }
    }

    pub(super) fn into_error(self) -> Arc<dyn Error + Send + Sync> {
        match self {
            Failure::Database(error) => Arc::new(error),
            Failure::Copy(error) => Arc::new(error),
            Failure::Row(error) => Arc::new(error),
        }
    }
}

impl From<DatabaseError> for Failure {
    fn from(error: DatabaseError) -> Self {
        Failure::Database(error)
    }
}

impl From<CopyError> for Failure {
    fn from(error: CopyError) -> Self {
        Failure::Copy(error)
    }
}
