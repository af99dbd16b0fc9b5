//! Paths as data: for other processes and other languages.
//!
//! A [`PStatePath`](crate::PStatePath) is a value of Rust with a type of its own. A [`DataPath`] is the
//! same path as data: a list of steps that serde reads and writes, in JSON or any other format.
//! Where a typed path has a closure it has the [name of a function](FunctionCall) that is
//! [registered](PathFunctions); where that has a value it has a [`Datum`].
//!
//! ```
//! use rama_paths::data::{DataPath, Datum, PathFunctions};
//! use rama_paths::{PMap, Partition, PStatePath, Root};
//!
//! let mut funds = Partition::<PMap<i64, i64>>::new();
//! for account in 0..5 {
//!     let path = PStatePath::<(), Root<PMap<i64, i64>>>::new();
//!     funds.transform(path.key(account).termval(account * 10))?;
//! }
//! let path: DataPath = serde_json::from_str(r#"["map_vals", {"filter_greater_than": 20}]"#)?;
//! assert_eq!(path, DataPath::new().map_vals().filter_greater_than(20));
//! let selected = funds.select_data(&path, &PathFunctions::new())?;
//! assert_eq!(serde_json::to_string(&selected)?, "[30,40]");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! In JSON a step without arguments is its name, `"map_vals"`; another one is a map with the name as its
//! one key: `{"key": 1}`, `{"sublist": {"start": 0, "end": 2}}`. Nothing else is a step: a text alone is
//! the name of a navigator, never a key. A path within a step is a list of steps again.
//!
//! The interpreter is not generic: what a schema adds are a few operations on its stored structures
//! (a cursor), and everything else is done on these and on [`Datum`]s. It reads no more of a stored
//! structure than the typed path does. Values at the end of rows are turned into data and navigated in
//! memory.

mod any;
mod check;
pub(crate) mod cursor;
mod datum;
mod error;
mod function;
mod items;
mod path;
mod read;
mod select;
mod step;
mod write;

#[cfg(test)]
mod tests;

pub use any::AnyCommitted;
pub use cursor::WrongKey;
#[doc(hidden)]
pub use cursor::{AtCursor, at_fields, field_at};
pub use datum::{Datum, DatumError};
pub use error::{DataPathError, StepPosition};
pub use function::{
    FunctionCall, FunctionFailure, PathArgument, PathFunction, PathFunctions, PathResult,
};
pub use path::DataPath;

// Not for everybody: rustc would write the names of typed navigators in full, if steps had them, too.
pub(crate) use cursor::StructureKind;
pub(crate) use step::{Case, Step};
