//! Code that nothing reaches.

use crate::ast::{Kind, Statement};
use crate::errors::{self, Warnings};

/// Warns of statements behind one that ends the event.
pub(super) fn check(block: &[Statement], warnings: &mut Warnings) {
    for (at, statement) in block.iter().enumerate() {
        if matches!(statement.kind, Kind::Throw { .. })
            && let Some(next) = block.get(at + 1)
            // Another chain of the block begins there.
            && !matches!(next.kind, Kind::Hook { .. } | Kind::Unify(_) | Kind::Branch { .. })
        {
            warnings.push(errors::behind_throw(next.span));
        }
        for inner in statement.kind.blocks() {
            check(inner, warnings);
        }
    }
}
