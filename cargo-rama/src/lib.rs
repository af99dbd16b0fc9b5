//! The formatter of rama's dataflow language, which `cargo rama fmt` runs: rustfmt leaves what stands
//! in the braces of a macro alone.
//!
//! The statements are found by the compiler's own parser (`rama_compiler::layout`). `builder` makes
//! a document of them, `pretty` writes it within a width, and `verify` sees to it that no token and
//! no comment is changed.

mod builder;
mod calls;
pub mod cli;
mod code;
mod files;
mod markdown;
mod pretty;
mod rust_file;
mod source;
mod spacing;
mod verify;

pub use markdown::format_markdown;
pub use rust_file::format_rust;

use std::fmt;

/// Columns that a line may take, as for rustfmt.
const WIDTH: usize = 100;

/// Why a file is not formatted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

impl Problem {
    /// A problem at a byte of `text`.
    fn at(text: &str, at: usize, message: String) -> Self {
        let before = &text[..at];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Problem { line, column, message }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)
    }
}
