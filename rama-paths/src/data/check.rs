//! What is looked at before a path is run.

use super::{DataPath, DataPathError};

/// Whether the path is short enough to be run: it is followed on the stack of the thread.
pub(super) fn check(path: &DataPath) -> Result<(), DataPathError> {
    match longest(path, DataPath::MOST_STEPS) {
        Some(_) => Ok(()),
        None => Err(DataPathError::TooLong),
    }
}

/// Steps of the longest way through a path; none if they are more than `most`.
fn longest(path: &DataPath, most: usize) -> Option<usize> {
    let mut left = most;
    for step in path.steps() {
        left = left.checked_sub(1)?;
        let mut within = 0;
        for path in step.paths() {
            within = within.max(longest(path, left)?);
        }
        left -= within;
    }
    Some(most - left)
}
