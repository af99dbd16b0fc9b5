//! Programs drawn from seeds, as a test of the compiler of the dataflow language.
//!
//! The build script draws programs and prints them as source; the tests compile that, draw the same
//! programs again, run them in an interpreter that knows nothing of states or frames, and compare.
//!
//! | module | what is in it |
//! |---|---|
//! | [`ast`] | programs as data |
//! | [`form`] | the forms of the language, and which are switched on |
//! | [`generate`] | draws programs |
//! | [`mod@print`] | writes them as source |
//! | [`scope`] | what is visible where |
//! | [`interpret`] | runs them |
//! | [`operations`] | operations for tests of other crates |
//! | [`suite`] | which programs there are |
//! | [`value`] | values and inputs |
//!
//! `RAMA_PROGRAMS=1000` makes more programs, `RAMA_PROGRAMS_SEED=5000` others, and
//! `RAMA_PROGRAMS_ONLY=17` only the one with that seed.
#![deny(missing_docs)]

pub mod ast;
pub mod form;
pub mod generate;
pub mod interpret;
pub mod operations;
pub mod print;
pub mod scope;
pub mod suite;
pub mod value;
