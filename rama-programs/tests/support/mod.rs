//! What the compiled programs call, and what both kinds of tests share.
#![allow(dead_code, missing_docs, clippy::unwrap_used)]

use rama::Record;
use rama_programs::value;
use serde::{Deserialize, Serialize};

pub use rama_programs::value::{appended, row, total};

/// The enum of the programs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Record)]
pub enum Shape {
    Nothing,
    One(i64),
    Two { a: i64, b: i64 },
    Many(Vec<i64>),
}

/// One record, or the surroundings of one stand-alone block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Record)]
pub struct Input {
    pub n: i64,
    pub list: Vec<i64>,
    pub pair: (i64, i64),
    pub shape: Shape,
    pub tasks: i64,
}

/// A number for a shape.
pub fn weight(shape: &Shape) -> i64 {
    match shape {
        Shape::Nothing => 0,
        Shape::One(a) => *a,
        Shape::Two { a, b } => a - b,
        Shape::Many(l) => total(l),
    }
}

/// The input as programs take it that run on `tasks` tasks.
pub fn input(of: &value::Input, tasks: u32) -> Input {
    let shape = match of.shape.clone() {
        value::Shape::Nothing => Shape::Nothing,
        value::Shape::One(a) => Shape::One(a),
        value::Shape::Two { a, b } => Shape::Two { a, b },
        value::Shape::Many(l) => Shape::Many(l),
    };
    Input { n: of.n, list: of.list.clone(), pair: of.pair, shape, tasks: tasks.into() }
}

/// What the environment says about the suite.
pub fn variable(name: &str) -> Option<u64> {
    // As the build script saw it, since that made the programs.
    let text = match name {
        "RAMA_PROGRAMS" => option_env!("RAMA_PROGRAMS"),
        "RAMA_PROGRAMS_SEED" => option_env!("RAMA_PROGRAMS_SEED"),
        _ => option_env!("RAMA_PROGRAMS_ONLY"),
    };
    text?.parse().ok()
}
