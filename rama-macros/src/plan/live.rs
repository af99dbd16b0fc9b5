//! Which variables are still needed: the reason that frames are small and that
//! a value can be moved at its last use.

use super::{Live, Op};
use crate::ast::Statement;

/// What is live before `ops`, given what is live after them.
pub(crate) fn live_into(ops: &[Op<'_>], after: &Live) -> Live {
    ops.iter().rev().fold(after.clone(), |live, op| live_before(op, live))
}

/// What is live before `op`, given what is live after it.
pub(crate) fn live_before(op: &Op<'_>, mut live: Live) -> Live {
    match op {
        Op::Run(statement) | Op::Filter(statement) => {
            unbind(statement, &mut live);
            mention(statement, &mut live);
        }
        Op::Each { statement, body } => {
            live = live_into(body, &live);
            unbind(statement, &mut live);
            mention(statement, &mut live);
        }
        Op::Branch { statement, then, otherwise, outputs } => {
            for output in outputs {
                live.remove(output);
            }
            let mut before = live_into(then, &live);
            before.extend(live_into(otherwise, &live));
            live = before;
            mention(statement, &mut live);
        }
        Op::Yield(vars) => live.extend(vars),
        Op::Hop { statement, to } => {
            live.extend(to.iter().flat_map(|jump| &jump.frame));
            mention(statement, &mut live);
        }
        Op::Enter(jump) => live.extend(&jump.frame),
    }
    live
}

fn unbind(statement: &Statement, live: &mut Live) {
    for bind in statement.kind.pattern().into_iter().flat_map(|pattern| &pattern.binds) {
        live.remove(&bind.var);
    }
}

fn mention(statement: &Statement, live: &mut Live) {
    live.extend(statement.kind.uses().filter_map(|mention| mention.var));
}
