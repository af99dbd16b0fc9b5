//! Schemas and paths drawn from seeds, as a test of paths over stored structures and plain values.
//!
//! The build script draws shapes, each a schema with some paths into it, and prints them as source;
//! the tests compile that, draw the same shapes again, run both with random data, and compare with a
//! model that knows nothing of rows, write sets or checkpoints.
//!
//! | module | what is in it |
//! |---|---|
//! | [`ty`] | the types of schemas and values, as data |
//! | [`path`] | paths as data |
//! | [`generate`] | draws schemas and paths |
//! | [`mod@print`] | writes them as source |
//! | [`model`] | values as data |
//! | [`data`] | random values, and what the closures of paths do |
//! | [`interpret`] | selects and writes in the model |
//! | [`suite`] | which shapes there are |
//!
//! `RAMA_SHAPES=1000` makes more shapes, `RAMA_SHAPES_SEED=5000` others, and `RAMA_SHAPES_ONLY=17`
//! only the one with that seed. The seeds in `regressions.txt` are always among them.
#![deny(missing_docs)]

pub mod data;
pub mod generate;
pub mod interpret;
pub mod model;
pub mod path;
pub mod print;
pub mod suite;
pub mod ty;
