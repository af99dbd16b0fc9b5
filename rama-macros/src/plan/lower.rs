//! Cuts a source section into states.
//!
//! Works from the end to the beginning: what follows a boundary is lowered
//! first, so the frame that a boundary must carry is known when it is reached.

use super::{Jump, Live, Op, SourcePlan, State, StateId, live_before, live_into};
use crate::ast::{If, Kind, Merge, Source, Statement, VarId};
use std::collections::HashMap;

/// Plans one source section; `numbers` counts the labels of its topology.
pub(crate) fn source<'a>(source: &'a Source, numbers: &mut usize) -> SourcePlan<'a> {
    let mut lowering = Lowering { states: Vec::new() };
    let entry = lowering.block(&source.body, &Then::Nothing);
    let mut plan = SourcePlan { source, entry, states: lowering.states, order: Vec::new() };
    plan.order = order(&plan);
    for at in &plan.order {
        *numbers += 1;
        let state = &mut plan.states[*at];
        state.label = match &state.follows {
            Some(partitioner) => format!("after_{partitioner}_{numbers}"),
            None => format!("join_{numbers}"),
        };
    }
    plan
}

/// What follows a block of statements.
#[derive(Clone)]
enum Then {
    Nothing,
    /// The block is an arm in line: it yields these.
    Yield(Vec<VarId>),
    /// The block leads to a join, whose variables are called so here.
    Join(StateId, HashMap<VarId, VarId>),
}

struct Lowering<'a> {
    states: Vec<State<'a>>,
}

impl<'a> Lowering<'a> {
    fn block(&mut self, block: &'a [Statement], then: &Then) -> Vec<Op<'a>> {
        let cut = block.iter().position(cuts).unwrap_or(block.len());
        let tail = match block.get(cut) {
            Some(statement) => self.cut(statement, &block[cut + 1..], then),
            None => self.end(then),
        };
        let mut live = live_into(&tail, &Live::new());
        let mut reversed: Vec<Op<'a>> = tail.into_iter().rev().collect();
        for statement in block[..cut].iter().rev() {
            let op = match &statement.kind {
                Kind::Filter { .. } => Op::Filter(statement),
                Kind::If(inner) => {
                    let merges = || inner.merges.iter().filter(|merge| live.contains(&merge.out));
                    let outputs = merges().map(|merge| merge.out).collect();
                    let yields =
                        |var: fn(&Merge) -> VarId| Then::Yield(merges().map(var).collect());
                    let (then, otherwise) =
                        (yields(|merge| merge.then), yields(|merge| merge.otherwise));
                    Op::Branch {
                        statement,
                        then: self.block(&inner.then, &then),
                        otherwise: self.block(&inner.otherwise, &otherwise),
                        outputs,
                    }
                }
                _ => Op::Run(statement),
            };
            live = live_before(&op, live);
            reversed.push(op);
        }
        reversed.reverse();
        reversed
    }

    /// A statement that the rest cannot simply follow in line.
    fn cut(&mut self, statement: &'a Statement, rest: &'a [Statement], then: &Then) -> Vec<Op<'a>> {
        match &statement.kind {
            Kind::Partition(partitioner) => {
                let to = if rest.is_empty() {
                    self.jump(then)
                } else {
                    let state = self.state(Some(partitioner.name.to_string()), rest, then);
                    Some(Jump { state, frame: self.states[state].frame.clone() })
                };
                if let Some(jump) = &to {
                    self.states[jump.state].hopped.get_or_insert(partitioner.name.span());
                }
                vec![Op::Hop { statement, to }]
            }
            Kind::If(inner) => {
                let [then, otherwise] = if rest.is_empty() {
                    [
                        through(then, inner, |merge| merge.then),
                        through(then, inner, |merge| merge.otherwise),
                    ]
                } else {
                    let join = self.state(None, rest, then);
                    let frame = self.states[join].frame.iter().map(|var| (*var, *var)).collect();
                    let join = Then::Join(join, frame);
                    [
                        through(&join, inner, |merge| merge.then),
                        through(&join, inner, |merge| merge.otherwise),
                    ]
                };
                let then = self.block(&inner.then, &then);
                let otherwise = self.block(&inner.otherwise, &otherwise);
                vec![Op::Branch { statement, then, otherwise, outputs: Vec::new() }]
            }
            _ => vec![Op::Each { statement, body: self.block(rest, then) }],
        }
    }

    fn state(&mut self, follows: Option<String>, rest: &'a [Statement], then: &Then) -> StateId {
        let ops = self.block(rest, then);
        let frame = live_into(&ops, &Live::new()).into_iter().collect();
        self.states.push(State { label: String::new(), follows, hopped: None, frame, ops });
        self.states.len() - 1
    }

    fn jump(&self, then: &Then) -> Option<Jump> {
        match then {
            Then::Join(state, names) => {
                let frame = self.states[*state]
                    .frame
                    .iter()
                    .map(|var| names.get(var).copied().unwrap_or(*var));
                Some(Jump { state: *state, frame: frame.collect() })
            }
            Then::Nothing | Then::Yield(_) => None,
        }
    }

    fn end(&self, then: &Then) -> Vec<Op<'a>> {
        match then {
            Then::Yield(vars) if !vars.is_empty() => vec![Op::Yield(vars.clone())],
            then => self.jump(then).map(Op::Enter).into_iter().collect(),
        }
    }
}

/// What follows an arm, where `then` follows the whole `<<if`.
fn through(then: &Then, block: &If, var: fn(&Merge) -> VarId) -> Then {
    match then {
        Then::Join(state, names) => {
            let inside =
                |name: VarId| block.merges.iter().find(|merge| merge.out == name).map_or(name, var);
            Then::Join(*state, names.iter().map(|(to, from)| (*to, inside(*from))).collect())
        }
        // Only arms without boundaries yield, and those are lowered in line.
        Then::Nothing | Then::Yield(_) => Then::Nothing,
    }
}

/// Whether a statement is a boundary, emits any number of times, or holds such a one.
fn cuts(statement: &Statement) -> bool {
    match &statement.kind {
        Kind::Partition(_) => true,
        Kind::Select { path, .. } => !path.is_single(),
        Kind::If(inner) => inner.arms().into_iter().flatten().any(cuts),
        _ => false,
    }
}

/// The states in an order in which each stands after all that lead to it.
fn order(plan: &SourcePlan<'_>) -> Vec<StateId> {
    fn visit(ops: &[Op<'_>], plan: &SourcePlan<'_>, seen: &mut [bool], found: &mut Vec<StateId>) {
        for op in ops.iter().rev() {
            for block in op.blocks().into_iter().rev() {
                visit(block, plan, seen, found);
            }
            if let Some(jump) = op.jump()
                && !std::mem::replace(&mut seen[jump.state], true)
            {
                visit(&plan.states[jump.state].ops, plan, seen, found);
                found.push(jump.state);
            }
        }
    }
    let mut found = Vec::new();
    visit(&plan.entry, plan, &mut vec![false; plan.states.len()], &mut found);
    found.reverse();
    found
}
