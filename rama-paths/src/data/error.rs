//! Why a path as data cannot be followed.

use std::fmt;

use super::{DataPath, DatumError, FunctionFailure};
use crate::error::PathError;

/// A step of a path, for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepPosition {
    /// The navigator's name; empty for the top of the path.
    pub navigator: &'static str,
    /// The index of the step, from 0. For a step of a path within another one: the index of the step
    /// that holds the path, which of its paths it is, and the index in there, and so on.
    pub position: Vec<usize>,
}

impl fmt::Display for StepPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.position.is_empty() {
            return f.write_str("the top of the path");
        }
        write!(f, "step ")?;
        for (at, index) in self.position.iter().enumerate() {
            write!(f, "{}{index}", if at == 0 { "" } else { "." })?;
        }
        write!(f, ", `{}`", self.navigator)
    }
}

/// A path as data that cannot be followed. Where it says `at`, that is the step that fails.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DataPathError {
    /// The steps of the path are too many, one after the other and within each other.
    #[error(
        "the path has more than {} steps, one after the other and within each other",
        DataPath::MOST_STEPS
    )]
    TooLong,
    /// A key is no key of the structure.
    #[error("{at}: this is no key here, which is of type `{expected}`: {reason}")]
    NotAKey {
        /// The step.
        at: StepPosition,
        /// The type of the keys.
        expected: String,
        /// What is wrong.
        reason: String,
    },
    /// The navigator needs something else than there is.
    #[error("{at}: it needs {expected}, and there is {found}")]
    Misplaced {
        /// The step.
        at: StepPosition,
        /// What it needs.
        expected: &'static str,
        /// What there is.
        found: &'static str,
    },
    /// There is no such field.
    #[error("{at}: there is no field `{name}`{}", those(.known))]
    UnknownField {
        /// The step.
        at: StepPosition,
        /// The name.
        name: String,
        /// The fields that there are.
        known: Vec<String>,
    },
    /// A function gave no result.
    #[error("{at}: {source}")]
    FunctionFailed {
        /// The step.
        at: StepPosition,
        /// Why.
        source: FunctionFailure,
    },
    /// The path ends at something that is stored element by element.
    #[error(
        "{at}: the path ends at {found}, which is stored element by element and cannot be selected as a whole; go on with `all`, `key`, `map_keys`, `map_vals`, `field` or `count`"
    )]
    WholeStructure {
        /// The step.
        at: StepPosition,
        /// What is there.
        found: &'static str,
    },
    /// Two values have no order.
    #[error("{at}: {found} cannot be compared with {other}")]
    Incomparable {
        /// The step.
        at: StepPosition,
        /// The value at the place.
        found: &'static str,
        /// The other one.
        other: &'static str,
    },
    /// `one` met another number of places than one.
    #[error("{at}: it needs exactly one place, and the path leads to {found}")]
    NotOne {
        /// The step.
        at: StepPosition,
        /// How many there are.
        found: usize,
    },
    /// The path of `collect_one` selected another number of values than one.
    #[error("{at}: its path has to select one value, and it selected {found}")]
    NotOneCollected {
        /// The step.
        at: StepPosition,
        /// How many it selected.
        found: usize,
    },
    /// A navigator that writes stands in a path that is selected.
    #[error("{at}: it writes, and this path is selected; it may end the path of `transformed`")]
    WriteInSelect {
        /// The step.
        at: StepPosition,
    },
    /// What is to be written can only be read.
    #[error("{at}: what it leads to can only be read, and this path writes")]
    CannotBeWritten {
        /// The step.
        at: StepPosition,
    },
    /// A path that is to write does not.
    #[error(
        "{at}: this path has to write, and does not end with `term`, `termval`, `none` or `multi_transform`"
    )]
    NoWrite {
        /// The step that it ends with.
        at: StepPosition,
    },
    /// A step stands behind the end of a write.
    #[error("{at}: a write ends there, and steps follow")]
    BehindWrite {
        /// The step.
        at: StepPosition,
    },
    /// A value that is absent was to be changed.
    #[error("{at}: the value is absent; put `nil_to_val` or `must` before it")]
    Absent {
        /// The step.
        at: StepPosition,
    },
    /// A field was to be removed.
    #[error("{at}: a field cannot be removed")]
    NotRemovable {
        /// The step.
        at: StepPosition,
    },
    /// What `subselect` leads to was written as a list of another length.
    #[error("{at}: it leads to {expected} values, and {found} were to take their place")]
    OtherLength {
        /// The step.
        at: StepPosition,
        /// How many values the path leads to.
        expected: usize,
        /// How many were to take their place.
        found: usize,
    },
    /// A stored value cannot be turned into data.
    #[error("{at}: the value there is no data: {source}")]
    NotData {
        /// The step.
        at: StepPosition,
        /// What is wrong.
        source: DatumError,
    },
    /// The path has to lead to exactly one place.
    #[error("the path has to select exactly one value, and it selected {found}")]
    SelectOne {
        /// How many it selected.
        found: usize,
    },
    /// The stored rows cannot be read.
    #[error(transparent)]
    Stored(#[from] PathError),
}

fn those(known: &[String]) -> String {
    if known.is_empty() {
        return String::new();
    }
    format!("; there are: {}", known.join(", "))
}
