//! Liveness: which variables are still needed, so that frames are small and that
//! a value can be moved at its last use.

use super::{Invoked, Live, Op};
use crate::ast::{Kind, Pattern, Statement};

/// What is live before `ops`, given what is live after them.
pub(crate) fn live_into(ops: &[Op<'_>], after: &Live) -> Live {
    ops.iter().rev().fold(after.clone(), |live, op| live_before(op, live))
}

/// What is live before `op`, given what is live after it.
pub(crate) fn live_before(op: &Op<'_>, mut live: Live) -> Live {
    match op {
        Op::Run(statement) | Op::Filter(statement) => {
            unbind(statement.kind.pattern(), &mut live);
            mention(statement, &mut live);
        }
        // What stands around the code that is left may go on.
        Op::Stop => {}
        Op::Each { statement, body } => {
            live = live_into(body, &live);
            unbind(statement.kind.pattern(), &mut live);
            mention(statement, &mut live);
        }
        Op::Branch { statement, arms, outputs } => {
            for output in outputs {
                live.remove(output);
            }
            let mut before = Live::new();
            for (number, arm) in arms.iter().enumerate() {
                let mut into = live_into(arm, &live);
                if let Kind::Block(block) = &statement.kind
                    && let crate::ast::Head::Match { patterns, .. } = &block.head
                {
                    unbind(patterns.get(number), &mut into);
                }
                before.extend(into);
            }
            live = before;
            mention(statement, &mut live);
        }
        Op::Yield(vars) => live.extend(vars),
        Op::Inner { statement, body } => {
            let mut inside = live_into(body, &Live::new());
            if let Kind::Each { pattern, .. } = &statement.kind {
                unbind(Some(pattern), &mut inside);
            }
            live.extend(inside);
            mention(statement, &mut live);
        }
        Op::Fork(branches) => {
            let after = live.clone();
            live.extend(branches.iter().flat_map(|branch| live_into(branch, &after)));
        }
        Op::Loop { statement, body } => {
            unbind(statement.kind.pattern(), &mut live);
            let mut inside = live_into(body, &Live::new());
            if let Kind::Loop(inner) = &statement.kind {
                for (pattern, _) in &inner.vars {
                    unbind(Some(pattern), &mut inside);
                }
            }
            live.extend(inside);
            mention(statement, &mut live);
        }
        Op::Break { statement, .. } | Op::Next { statement, .. } | Op::Recur(statement) => {
            live.clear();
            mention(statement, &mut live);
        }
        Op::Emit(statement) => mention(statement, &mut live),
        Op::EnterLoop { statement, jump } => {
            live.extend(&jump.frame);
            if let Kind::Loop(inner) = &statement.kind {
                for (pattern, _) in &inner.vars {
                    unbind(Some(pattern), &mut live);
                }
            }
            mention(statement, &mut live);
        }
        Op::Again { statement, jump } | Op::Define { statement, jump } => {
            if let Kind::Anonymous(anonymous) = &statement.kind {
                live.remove(&anonymous.binding.var);
            }
            live.extend(&jump.frame);
            mention(statement, &mut live);
        }
        Op::Hop { statement, to }
        | Op::Overtime { statement, to }
        | Op::EmitFromLoop { statement, to } => {
            live.extend(to.iter().flat_map(|jump| &jump.frame));
            mention(statement, &mut live);
        }
        Op::Enter(jump) => live.extend(&jump.frame),
        Op::Call { statement, jump }
        | Op::CallItself { statement, jump, .. }
        | Op::Pages { statement, jump }
        | Op::Async { statement, jump } => {
            live.extend(&jump.frame);
            mention(statement, &mut live);
        }
        Op::Invoke { statement, of, jump } => {
            live.extend(&jump.frame);
            if let Invoked::Itself(itself) = of {
                live.extend(&itself.frame);
            }
            mention(statement, &mut live);
        }
    }
    live
}

fn unbind(pattern: Option<&Pattern>, live: &mut Live) {
    for bind in pattern.into_iter().flat_map(|pattern| &pattern.binds) {
        live.remove(&bind.var);
    }
}

fn mention(statement: &Statement, live: &mut Live) {
    live.extend(statement.kind.uses());
}
