//! Selects and writes in the model: what each navigator means, with nothing of how it is stored.
//!
//! A place holds a value or nothing. A navigator that selects hands the places that it leads to on;
//! one that writes says what has become of its own place.

mod part;
mod read;
mod write;

use crate::data::Args;
use crate::model::Model;
use crate::path::{Read, Write};

pub use write::Top;

/// A path that could not be followed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is named as the error of paths")]
pub enum Fault {
    Absent,
    NotOne { found: usize },
    CollectOne { found: usize },
    Subselect { expected: usize, found: usize },
}

/// Why a walk ends early.
pub(crate) enum Halt {
    Fault(Fault),
    Enough,
}

pub(crate) type Visit = Result<(), Halt>;

/// What selecting says.
pub type Selected = Result<Vec<Model>, Fault>;

/// Everything that a path selects where `top` is at the top, in order.
///
/// # Errors
///
/// As the library.
///
/// # Panics
///
/// When nothing is where the type of the path says that something is.
pub fn select(path: &Read, top: Option<&Model>, args: &Args) -> Selected {
    let mut found = Vec::new();
    let visit = read::read(&path.steps, top.cloned(), &[], args, &mut |collected, value| {
        let value = match value {
            value if path.is_maybe => Model::Opt(value.map(Box::new)),
            Some(value) => value,
            None => panic!("nothing where something has to be: {path:?}"),
        };
        found.push(with_collected(collected, value));
        Ok(())
    });
    match visit {
        Ok(()) | Err(Halt::Enough) => Ok(found),
        Err(Halt::Fault(fault)) => Err(fault),
    }
}

/// What has become of the top where `top` was there.
///
/// # Errors
///
/// As the library; what was written is then to be forgotten.
pub fn transform(path: &Write, top: Option<&Model>, args: &Args) -> Result<Top, Fault> {
    write::transform(path, top.cloned(), args)
}

/// Collected values and what is reached.
fn with_collected(collected: &[Model], value: Model) -> Model {
    if collected.is_empty() {
        return value;
    }
    let mut all = collected.to_vec();
    all.push(value);
    Model::Tuple(all)
}
