//! Questions about how code flows: what goes on, what moves or repeats the code behind it.

use super::{Block, Call, CallTarget, Kind, Loop, Partitioner, Path, Statement, Target};

/// Whether code behind `block` is ever reached from its end.
pub(crate) fn goes_on(block: &[Statement]) -> bool {
    !block.last().is_some_and(|last| match &last.kind {
        Kind::Throw { .. } | Kind::Continue { .. } | Kind::Recur { .. } => true,
        Kind::Filter { condition } => condition.code.to_string() == "false",
        Kind::Emission(emission) => emission.target == Target::Function,
        Kind::Block(block) => !block.arms.iter().any(|arm| goes_on(arm)),
        _ => false,
    })
}

/// Whether `block` attaches code to anchors, so that it is not a plain sequence.
pub(crate) fn has_anchors(block: &[Statement]) -> bool {
    block.iter().any(|statement| match &statement.kind {
        Kind::Anchor { .. } | Kind::Hook { .. } | Kind::Branch { .. } | Kind::Unify(_) => true,
        Kind::Call(call) => call.outputs.iter().any(|output| output.anchor.is_some()),
        _ => false,
    })
}

impl Statement {
    /// Whether the code behind this statement cannot simply follow in line: it runs in another
    /// event, any number of times, or is reached from several places.
    pub(crate) fn cuts(&self) -> bool {
        match &self.kind {
            Kind::Partition(Partitioner { .. }) | Kind::Yield | Kind::Async { .. } => true,
            Kind::Select { path, yielding, .. } => *yielding || !Path::is_single(path),
            Kind::Call(call) => call.cuts(),
            Kind::Block(Block { arms, .. }) => arms.iter().any(|arm| block_cuts(arm)),
            Kind::Loop(inner) => !inner.is_in_line(),
            _ => false,
        }
    }
}

/// Whether anything in a block cuts it.
fn block_cuts(block: &[Statement]) -> bool {
    has_anchors(block) || block.iter().any(Statement::cuts)
}

impl Call {
    /// Whether the code behind the call is run by what is called.
    pub(crate) fn cuts(&self) -> bool {
        match self.target {
            CallTarget::Context
            | CallTarget::Function(_)
            | CallTarget::OwnFunction
            | CallTarget::OwnAnonymous { operation: false }
            | CallTarget::Unknown => false,
            CallTarget::Iterator
            | CallTarget::Operation(_)
            | CallTarget::OwnOperation
            | CallTarget::OwnAnonymous { operation: true }
            | CallTarget::Path => true,
        }
    }
}

impl Loop {
    /// Whether the loop is one of Rust: it ends with the emission or goes on with `continue>`, and
    /// nothing in it cuts.
    pub(crate) fn is_in_line(&self) -> bool {
        in_line(&self.body, self.number, true)
    }
}

/// Whether every emission and `continue>` of the loop is the last thing done where it stands.
fn in_line(block: &[Statement], number: usize, tail: bool) -> bool {
    if has_anchors(block) {
        return false;
    }
    block.iter().enumerate().all(|(at, statement)| {
        let tail = tail && at + 1 == block.len();
        match &statement.kind {
            Kind::Emission(emission) => emission.target != Target::Loop(number) || tail,
            Kind::Continue { target, .. } => *target != number || tail,
            Kind::Block(inner) => inner.arms.iter().all(|arm| in_line(arm, number, tail)),
            // What leaves a block from inside is not last in it.
            Kind::Atomic { body } | Kind::Each { body, .. } => in_line(body, number, false),
            _ => !statement.cuts(),
        }
    })
}
