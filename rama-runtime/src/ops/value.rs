//! Any value.

use std::fmt::Display;

/// The value itself.
///
/// ```
/// assert_eq!(rama_runtime::ops::identity("a"), "a");
/// ```
#[inline]
pub fn identity<T>(value: T) -> T {
    value
}

/// The value as text.
///
/// ```
/// assert_eq!(rama_runtime::ops::to_string(1.5), "1.5");
/// ```
pub fn to_string(value: impl Display) -> String {
    value.to_string()
}

/// Prints the value on a line of the standard output; meant for trying things out.
///
/// ```
/// rama_runtime::ops::println("here");
/// ```
pub fn println(value: impl Display) {
    println!("{value}");
}
