//! How a walk over places ends early.

use crate::error::{KeyError, PathError};

/// Why a walk over places ended before all of them were seen.
#[derive(Debug)]
pub enum Halt {
    /// It failed. The error is on the heap, so that the result goes from call to call in registers.
    Failed(Box<PathError>),
    /// Who looks has seen enough.
    Enough,
}

/// What is said of each place: whether to go on.
pub type Visit = Result<(), Halt>;

impl From<PathError> for Halt {
    fn from(error: PathError) -> Self {
        Self::Failed(Box::new(error))
    }
}

impl From<Box<PathError>> for Halt {
    fn from(error: Box<PathError>) -> Self {
        Self::Failed(error)
    }
}

impl From<KeyError> for Halt {
    fn from(error: KeyError) -> Self {
        PathError::from(error).into()
    }
}

/// A walk that may have ended early because enough was seen.
#[inline(always)]
pub(crate) fn to_the_end(visit: Visit) -> Result<(), PathError> {
    match visit {
        Ok(()) | Err(Halt::Enough) => Ok(()),
        Err(Halt::Failed(error)) => Err(*error),
    }
}
