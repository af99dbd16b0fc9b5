//! Statements.

use std::cell::RefCell;

use super::{Closure, Exits, Here, Machine, Then, received};
use crate::ast::{Block, Comparison, Expr, Name, Pattern, Site, Statement, Stmt};
use crate::value::Value;

impl Machine<'_> {
    /// Runs the statement at `at` and, for each of its emits, what is behind it.
    pub(super) fn statement(
        &self,
        block: &[Statement],
        at: usize,
        here: Here,
        exits: Exits<'_>,
        end: Then<'_>,
    ) {
        let Statement { site, form } = &block[at];
        let site = *site;
        let next = |here: Here| self.from(block, at + 1, here, exits, end);
        let joined = |here: Here| next(self.joined(site, &here));
        match form {
            Stmt::Value(values, patterns) => self.all(values, &here, &exits, &|values, task| {
                next(received(&here, site, patterns, values, task));
            }),
            Stmt::Call { call, streams, anchor, pattern } => {
                self.call(call, &here, &exits, &|stream, values, task| match stream {
                    None => {
                        let here = received(&here, site, pattern, values, task);
                        match anchor {
                            Some(anchor) => {
                                self.reached(block, anchor, Some(at + 1), &here, exits, end);
                            }
                            None => next(here),
                        }
                    }
                    Some(name) => {
                        let Some(stream) = streams.iter().find(|stream| stream.name == *name)
                        else {
                            return;
                        };
                        let here = received(&here, stream.site, &stream.pattern, values, task);
                        if let Some(hook) = &stream.hook {
                            self.block(hook, here.clone(), exits, &|_| {});
                        }
                        if let Some(anchor) = &stream.anchor {
                            self.reached(block, anchor, None, &here, exits, end);
                        }
                    }
                });
            }
            Stmt::Emit(stream, values) => self.all(values, &here, &exits, &|values, task| {
                (exits.emit)(stream.as_ref(), values, task);
                next(here.on(task));
            }),
            Stmt::Return(values) => {
                self.all(values, &here, &exits, &|values, task| (exits.emit)(None, values, task));
            }
            Stmt::Out(values) => self.all(values, &here, &exits, &|values, task| {
                self.put_out(&values);
                next(here.on(task));
            }),
            Stmt::Filter(condition) => self.when(condition, &here, exits, &next, &|_| {}),
            Stmt::If(arms, otherwise) => {
                let conditions: Vec<(&Expr, &Block)> =
                    arms.iter().map(|arm| (&arm.condition, &arm.body)).collect();
                let nothing = Block::new();
                let otherwise = otherwise.as_ref().unwrap_or(&nothing);
                self.first(&conditions, Some(otherwise), &here, exits, &joined);
            }
            Stmt::Cond(arms, default) => {
                let conditions: Vec<(&Expr, &Block)> =
                    arms.iter().map(|arm| (&arm.condition, &arm.body)).collect();
                self.first(&conditions, default.as_ref(), &here, exits, &joined);
            }
            Stmt::Switch(value, cases, default) => {
                self.eval(value, &here, &exits, &|value, task| {
                    let here = here.on(task);
                    let conditions: Vec<(Expr, &Block)> = cases
                        .iter()
                        .map(|case| (equals_any(&value, &case.what), &case.body))
                        .collect();
                    let conditions: Vec<(&Expr, &Block)> =
                        conditions.iter().map(|(condition, body)| (condition, *body)).collect();
                    self.first(&conditions, default.as_ref(), &here, exits, &joined);
                });
            }
            Stmt::Subsource(value, cases, default) => {
                self.eval(value, &here, &exits, &|value, task| {
                    let Value::Shape(shape) = &value else { panic!("not a shape: {value:?}") };
                    let found = cases.iter().find_map(|case| {
                        let env = here.env.bind_shape(case.site, &case.what, shape)?;
                        Some((env, &case.body))
                    });
                    let otherwise = default.as_ref().map(|body| (here.env.clone(), body));
                    match found.or(otherwise) {
                        Some((env, body)) => self.block(body, Here { env, task }, exits, &joined),
                        None => panic!("no case for {value:?}"),
                    }
                });
            }
            Stmt::ShadowIf(condition, body) => {
                let then = |here: Here| self.block(body, here, exits, &joined);
                self.when(condition, &here, exits, &then, &joined);
            }
            Stmt::Do(body) => self.block(body, here, exits, &next),
            Stmt::Each(items, pattern, body) => self.eval(items, &here, &exits, &|items, task| {
                for item in items.list() {
                    let env = here.env.bind(site, pattern, Value::Int(*item));
                    self.block(body, Here { env, task }, exits, &|_| {});
                }
                next(here.on(task));
            }),
            Stmt::Atomic(body) => {
                self.block(body, here.clone(), exits, &|_| {});
                next(here);
            }
            Stmt::Anchor(anchor) => {
                self.reached(block, anchor, Some(at + 1), &here, exits, end);
            }
            Stmt::Loop { head, vars, outs, body } => {
                let first: Vec<Expr> = vars.iter().map(|(_, _, value, _)| value.clone()).collect();
                let names: Vec<&Name> = vars.iter().map(|(name, ..)| name).collect();
                let head = Head { site: *head, names, outs, out_site: site, body };
                self.all(&first, &here, &exits, &|values, task| {
                    self.iterate(&head, values, &here.on(task), exits, &next);
                });
            }
            Stmt::Continue(values) => self.all(values, &here, &exits, &|values, task| {
                (exits.again)(values, task);
                // As the last one of a block it ends more than that.
                if at + 1 < block.len() {
                    next(here.on(task));
                }
            }),
            Stmt::Recur(values) => {
                self.all(values, &here, &exits, &|values, _| (exits.recur)(values));
            }
            Stmt::Define(operation) => {
                let closure = Value::Operation(Closure::new(operation, &here.env, site));
                next(Here { env: here.env.with(&operation.name, site, closure), task: here.task });
            }
            Stmt::Hash(key) => self.eval(key, &here, &exits, &|key, _| {
                next(here.on((self.interpreter.route)(&key, self.interpreter.tasks)));
            }),
            Stmt::All => (0..self.interpreter.tasks).for_each(|task| next(here.on(task))),
            Stmt::Global => next(here.on(0)),
            Stmt::Direct(target) => self.eval(target, &here, &exits, &|target, _| {
                let task = u32::try_from(target.int()).ok();
                match task.filter(|task| *task < self.interpreter.tasks) {
                    Some(task) => next(here.on(task)),
                    None => panic!("no task {target:?}"),
                }
            }),
            Stmt::Hook(_) | Stmt::Branch(..) | Stmt::Unify(_) => {
                unreachable!("`from` does not lead here")
            }
        }
    }

    fn when(
        &self,
        condition: &Expr,
        here: &Here,
        exits: Exits<'_>,
        holds: Then<'_>,
        fails: Then<'_>,
    ) {
        self.eval(condition, here, &exits, &|condition, task| {
            let then = if condition.bool() { holds } else { fails };
            then(here.on(task));
        });
    }

    /// Runs the block behind the first condition that holds.
    fn first(
        &self,
        conditions: &[(&Expr, &Block)],
        default: Option<&Block>,
        here: &Here,
        exits: Exits<'_>,
        then: Then<'_>,
    ) {
        match conditions.split_first() {
            Some(((condition, body), others)) => self.when(
                condition,
                here,
                exits,
                &|here| self.block(body, here, exits, then),
                &|here| self.first(others, default, &here, exits, then),
            ),
            None => {
                if let Some(default) = default {
                    self.block(default, here.clone(), exits, then);
                }
            }
        }
    }

    /// Runs a loop: what one iteration begins runs after it, the first begun first, each with
    /// everything that it begins.
    fn iterate(
        &self,
        head: &Head<'_>,
        first: Vec<Value>,
        here: &Here,
        exits: Exits<'_>,
        then: Then<'_>,
    ) {
        let mut waiting = vec![(first, here.task)];
        while let Some((values, task)) = waiting.pop() {
            if self.is_over() {
                return;
            }
            let begun = RefCell::new(Vec::new());
            let inner = Exits {
                emit: &|stream, values, task| match stream {
                    None => then(received(here, head.out_site, head.outs, values, task)),
                    Some(_) => (exits.emit)(stream, values, task),
                },
                again: &|values, task| begun.borrow_mut().push((values, task)),
                ..exits
            };
            let env = head
                .names
                .iter()
                .zip(values)
                .fold(here.env.clone(), |env, (name, value)| env.with(name, head.site, value));
            self.block(head.body, Here { env, task }, inner, &|_| {});
            waiting.extend(begun.into_inner().into_iter().rev());
        }
    }
}

/// A loop.
struct Head<'a> {
    site: Site,
    names: Vec<&'a Name>,
    outs: &'a [Pattern],
    out_site: Site,
    body: &'a Block,
}

/// Whether `value` is one of `others`, as an expression.
fn equals_any(value: &Value, others: &[Expr]) -> Expr {
    let number = value.int();
    let equal = |other: &Expr| {
        Expr::Compare(Comparison::Equal, Box::new(Expr::Lit(number)), Box::new(other.clone()))
    };
    others
        .iter()
        .map(equal)
        .reduce(|a, b| Expr::Or(Box::new(a), Box::new(b)))
        .unwrap_or(Expr::False)
}
