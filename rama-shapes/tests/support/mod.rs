//! What the compiled shapes call, and how they are run.
#![allow(dead_code, missing_docs, clippy::unwrap_used)]

pub mod backing;
pub mod compiled;
pub mod content;
pub mod same;
pub mod stored;
pub mod values;

use rama::paths::PathError;
use rama_shapes::interpret::Fault;

/// What the environment says about the suite.
pub fn variable(name: &str) -> Option<u64> {
    // As the build script saw it, since that made the shapes.
    let text = match name {
        "RAMA_SHAPES" => option_env!("RAMA_SHAPES"),
        "RAMA_SHAPES_SEED" => option_env!("RAMA_SHAPES_SEED"),
        _ => option_env!("RAMA_SHAPES_ONLY"),
    };
    text?.parse().ok()
}

/// An error of the library as one of the model.
pub fn fault(error: PathError) -> Fault {
    match error {
        PathError::Absent => Fault::Absent,
        PathError::NotOne { found } => Fault::NotOne { found },
        PathError::CollectOne { found } => Fault::CollectOne { found },
        PathError::Subselect { expected, found } => Fault::Subselect { expected, found },
        other => panic!("no error that a path can give: {other}"),
    }
}
