//! Cuts code into states.
//!
//! Works from the end to the beginning: what follows a boundary is lowered
//! first, so the frame that a boundary must carry is known when it is reached.

use super::layout::{Attached, Item, Layout};
use super::{
    CodePlan, Emitter, Invoked, Jump, Live, Op, SourcePlan, State, StateId, StateKind, live_before,
    live_into,
};
use crate::ast::{
    Anonymous, Block, Call, CallTarget, Code, Kind, Loop, Merge, Pattern, Source, Statement,
    StreamOutput, Target, VarId, goes_on,
};
use proc_macro2::Ident;
use std::collections::HashMap;

/// Plans the sources of one topology; labels are counted through all of them.
pub(crate) fn sources(sources: &[Source]) -> Vec<SourcePlan<'_>> {
    let mut numbers = 0;
    sources
        .iter()
        .map(|source| SourcePlan { source, plan: code(&source.code, &mut numbers) })
        .collect()
}

/// Plans statements that are compiled together; `numbers` counts the labels.
pub(crate) fn code<'a>(code: &'a Code, numbers: &mut usize) -> CodePlan<'a> {
    let mut lowering =
        Lowering { states: Vec::new(), loops: HashMap::new(), anonymous: Vec::new() };
    let entry = lowering.block(&code.body, &Then::Nothing);
    let mut plan = CodePlan { code, entry, states: lowering.states, order: Vec::new() };
    plan.order = order(&plan);
    for at in &plan.order {
        *numbers += 1;
        let name = match &plan.states[*at].kind {
            StateKind::After(partitioner) => format!("after_{partitioner}"),
            StateKind::Join => "join".into(),
            StateKind::LoopHead => "loop".into(),
            StateKind::Output { .. } => "emitted".into(),
            StateKind::Call { call, .. } => call
                .path
                .segments
                .last()
                .map_or_else(|| "call".into(), |last| last.ident.to_string()),
            StateKind::Pages { .. } => "pages".into(),
            StateKind::Anonymous(anonymous) => anonymous.binding.name.to_string(),
        };
        let name = name.strip_prefix("r#").unwrap_or(&name).trim_start_matches('_').to_owned();
        plan.states[*at].label = format!("{name}_{numbers}");
    }
    plan
}

/// What follows a block of statements.
#[derive(Clone)]
pub(crate) enum Then {
    Nothing,
    /// The block is an arm in line: it yields these.
    Yield(Vec<VarId>),
    /// The block leads to a join, whose variables are called so here.
    Join(StateId, HashMap<VarId, VarId>),
}

/// How a loop was lowered.
#[derive(Clone)]
enum Looping {
    InLine,
    States { head: StateId, after: Option<Jump>, outer: Vec<VarId> },
}

struct Lowering<'a> {
    states: Vec<State<'a>>,
    loops: HashMap<usize, Looping>,
    /// The anonymous operations around: their states and what they close over.
    anonymous: Vec<Jump>,
}

/// What follows a statement in its block, already lowered.
struct Rest<'r, 'a> {
    ops: Vec<Op<'a>>,
    /// No statement follows: only what follows the block.
    is_end: bool,
    then: &'r Then,
    layout: &'r Layout<'a>,
}

impl<'a> Lowering<'a> {
    fn block(&mut self, block: &'a [Statement], then: &Then) -> Vec<Op<'a>> {
        let mut layout = Layout::of(block, then);
        for number in (0..layout.unifies.len()).rev() {
            let chain = layout.unifies[number].1;
            let then = layout.then(chain);
            let ops = self.sequence(&layout.chains[chain], &then, &layout);
            if !ops.is_empty() {
                layout.joins[number] = Some(self.state(StateKind::Join, ops));
            }
        }
        let then = layout.then(0);
        self.sequence(&layout.chains[0], &then, &layout)
    }

    fn sequence(&mut self, items: &[Item<'a>], then: &Then, layout: &Layout<'a>) -> Vec<Op<'a>> {
        // From the end to the beginning, so that what follows a statement is there when it needs it;
        // and in a loop, since a block may have a thousand statements.
        let mut reversed: Vec<Op<'a>> = self.end(then);
        let mut live = live_into(&reversed, &Live::new());
        let mut is_end = true;
        for item in items.iter().rev() {
            let mut rest =
                || -> Vec<Op<'a>> { std::mem::take(&mut reversed).into_iter().rev().collect() };
            let tail = match item {
                Item::Statement(statement) if statement.cuts() => {
                    let ops = rest();
                    self.cut(statement, Rest { ops, is_end, then, layout })
                }
                Item::Statement(statement) => {
                    let op = self.op(statement, &live);
                    live = live_before(&op, live);
                    reversed.push(op);
                    is_end = false;
                    continue;
                }
                Item::Point(anchor) if !layout.attached(anchor).is_empty() => {
                    let ops = rest();
                    self.fork(ops, layout.attached(anchor), layout)
                }
                Item::Point(_) => continue,
            };
            is_end = false;
            live = live_into(&tail, &Live::new());
            reversed = tail.into_iter().rev().collect();
        }
        reversed.reverse();
        reversed
    }

    /// Several continuations of one point.
    fn fork(
        &mut self,
        rest: Vec<Op<'a>>,
        attached: &[Attached<'a>],
        layout: &Layout<'a>,
    ) -> Vec<Op<'a>> {
        let mut branches = vec![rest];
        for attached in attached {
            branches.push(match attached {
                Attached::Chain(chain) => {
                    let then = layout.then(*chain);
                    self.sequence(&layout.chains[*chain], &then, layout)
                }
                Attached::Block(body) => self.block(body, &Then::Nothing),
                Attached::Unify { number, arm } => {
                    let merges = &layout.unifies[*number].0.merges;
                    match layout.joins[*number] {
                        Some(state) => {
                            let frame = &self.states[state].frame;
                            let frame = frame.iter().map(|var| through(*var, merges, *arm));
                            vec![Op::Enter(Jump { state, frame: frame.collect() })]
                        }
                        None => Vec::new(),
                    }
                }
            });
        }
        branches.retain(|branch| !branch.is_empty());
        match branches.len() {
            0 => Vec::new(),
            1 => branches.remove(0),
            _ => vec![Op::Fork(branches)],
        }
    }

    /// A statement that the rest simply follows; `live` is what is needed after it.
    fn op(&mut self, statement: &'a Statement, live: &Live) -> Op<'a> {
        match &statement.kind {
            Kind::Filter { .. } => Op::Filter(statement),
            Kind::Block(block) => {
                let merges: Vec<&Merge> =
                    block.merges.iter().filter(|merge| live.contains(&merge.out)).collect();
                let outputs = merges.iter().map(|merge| merge.out).collect();
                let mut arms = Vec::new();
                for (number, arm) in block.arms.iter().enumerate() {
                    arms.push(if goes_on(arm) {
                        let yields = merges.iter().filter_map(|merge| merge.arms[number]);
                        self.block(arm, &Then::Yield(yields.collect()))
                    } else {
                        let mut ops = self.block(arm, &Then::Nothing);
                        if !ops.last().is_some_and(diverges) {
                            ops.push(Op::Stop);
                        }
                        ops
                    });
                }
                Op::Branch { statement, arms, outputs }
            }
            Kind::Atomic { body } | Kind::Each { body, .. } => {
                Op::Inner { statement, body: self.block(body, &Then::Nothing) }
            }
            Kind::Loop(inner) => {
                self.loops.insert(inner.number, Looping::InLine);
                Op::Loop { statement, body: self.block(&inner.body, &Then::Nothing) }
            }
            Kind::Anonymous(anonymous) => self.define(statement, anonymous),
            Kind::Emission(emission) => self.emission(statement, emission.target),
            Kind::Continue { target, .. } => match self.loops.get(target).cloned() {
                Some(Looping::States { head, outer, .. }) => {
                    Op::Again { statement, jump: Jump { state: head, frame: outer } }
                }
                _ => Op::Next { statement, number: *target },
            },
            Kind::Recur { .. } => Op::Recur(statement),
            _ => Op::Run(statement),
        }
    }

    fn emission(&mut self, statement: &'a Statement, target: Target) -> Op<'a> {
        match target {
            Target::Loop(number) => match self.loops.get(&number).cloned() {
                Some(Looping::States { after, .. }) => Op::EmitFromLoop { statement, to: after },
                _ => Op::Break { statement, number },
            },
            _ => Op::Emit(statement),
        }
    }

    fn define(&mut self, statement: &'a Statement, anonymous: &'a Anonymous) -> Op<'a> {
        let mut captures = Live::new();
        mentioned(&anonymous.body, &mut captures);
        let captures: Vec<VarId> =
            captures.into_iter().filter(|var| *var < anonymous.ret).collect();
        let state = self.states.len();
        self.states.push(State {
            label: String::new(),
            kind: StateKind::Anonymous(anonymous),
            hopped: anonymous.is_operation.then(|| anonymous.binding.name.span()),
            frame: captures.clone(),
            ops: Vec::new(),
        });
        let jump = Jump { state, frame: captures };
        self.anonymous.push(jump.clone());
        let ops = self.block(&anonymous.body, &Then::Nothing);
        self.anonymous.pop();
        self.states[state].ops = ops;
        Op::Define { statement, jump }
    }

    /// A statement that the rest cannot simply follow in line.
    fn cut(&mut self, statement: &'a Statement, rest: Rest<'_, 'a>) -> Vec<Op<'a>> {
        match &statement.kind {
            Kind::Partition(partitioner) => {
                let name = partitioner.name.to_string();
                let to = self.rest_as_state(StateKind::After(name), rest);
                if let Some(jump) = &to {
                    self.states[jump.state].hopped.get_or_insert(partitioner.name.span());
                }
                vec![Op::Hop { statement, to }]
            }
            Kind::Yield => {
                let to = self.rest_as_state(StateKind::After("yield".into()), rest);
                if let Some(jump) = &to {
                    self.states[jump.state].hopped.get_or_insert(statement.span);
                }
                vec![Op::Overtime { statement, to }]
            }
            Kind::Block(block) => self.branches(statement, block, rest),
            Kind::Loop(inner) => self.looping(statement, inner, rest),
            Kind::Call(call) if call.target != CallTarget::Iterator => {
                self.call(statement, call, rest)
            }
            Kind::Select { pattern, yielding: true, .. } => {
                let ops = rest.ops;
                let to = self.output(Some(pattern), Emitter::InStep, ops, None);
                let frame = self.states[to].frame.clone();
                let pages = self.push(StateKind::Pages { to }, frame.clone(), Vec::new());
                self.states[pages].hopped = Some(statement.span);
                vec![Op::Pages { statement, jump: Jump { state: pages, frame } }]
            }
            Kind::Async { pattern, .. } => {
                let ops = rest.ops;
                let state = self.output(Some(pattern), Emitter::Future, ops, None);
                self.states[state].hopped = Some(statement.span);
                let frame = self.states[state].frame.clone();
                vec![Op::Async { statement, jump: Jump { state, frame } }]
            }
            _ => vec![Op::Each { statement, body: rest.ops }],
        }
    }

    /// The way to the rest of the block as a state of its own.
    fn rest_as_state(&mut self, kind: StateKind<'a>, rest: Rest<'_, 'a>) -> Option<Jump> {
        if rest.is_end {
            return self.jump(rest.then);
        }
        if rest.ops.is_empty() {
            return None;
        }
        let state = self.state(kind, rest.ops);
        Some(Jump { state, frame: self.states[state].frame.clone() })
    }

    fn branches(
        &mut self,
        statement: &'a Statement,
        block: &'a Block,
        rest: Rest<'_, 'a>,
    ) -> Vec<Op<'a>> {
        let behind = if rest.is_end {
            rest.then.clone()
        } else {
            match self.rest_as_state(StateKind::Join, rest) {
                Some(Jump { state, frame }) => {
                    Then::Join(state, frame.into_iter().map(|var| (var, var)).collect())
                }
                None => Then::Nothing,
            }
        };
        let mut arms = Vec::new();
        for (number, arm) in block.arms.iter().enumerate() {
            let then = match &behind {
                Then::Join(state, names) if goes_on(arm) => {
                    let inside = |var: VarId| through(var, &block.merges, number);
                    let names = names.iter().map(|(to, from)| (*to, inside(*from)));
                    Then::Join(*state, names.collect())
                }
                // Only arms without boundaries yield, and those are lowered in line.
                _ => Then::Nothing,
            };
            arms.push(self.block(arm, &then));
        }
        vec![Op::Branch { statement, arms, outputs: Vec::new() }]
    }

    fn looping(
        &mut self,
        statement: &'a Statement,
        inner: &'a Loop,
        rest: Rest<'_, 'a>,
    ) -> Vec<Op<'a>> {
        let ops = rest.ops;
        let after = (!ops.is_empty()).then(|| {
            let state = self.output(inner.outputs.as_ref(), Emitter::InStep, ops, None);
            Jump { state, frame: self.states[state].frame.clone() }
        });
        // What goes around with the loop: all that it or what follows needs from before.
        let mut outer = Live::new();
        mentioned(&inner.body, &mut outer);
        outer.extend(after.iter().flat_map(|jump| &jump.frame));
        let outer: Vec<VarId> = outer.into_iter().filter(|var| *var < inner.first).collect();
        let own = inner.vars.iter().flat_map(|(pattern, _)| &pattern.binds).map(|bind| bind.var);
        let frame: Vec<VarId> = own.chain(outer.iter().copied()).collect();
        let head = self.push(StateKind::LoopHead, frame.clone(), Vec::new());
        self.loops.insert(inner.number, Looping::States { head, after, outer });
        let body = self.block(&inner.body, &Then::Nothing);
        self.states[head].ops = body;
        vec![Op::EnterLoop { statement, jump: Jump { state: head, frame } }]
    }

    fn call(
        &mut self,
        statement: &'a Statement,
        call: &'a Call,
        rest: Rest<'_, 'a>,
    ) -> Vec<Op<'a>> {
        let mut parts: Vec<(Option<Ident>, Option<&'a Pattern>, Vec<Op<'a>>)> = Vec::new();
        let inline = |output: &&'a StreamOutput| output.inline.is_some();
        for output in call.outputs.iter().filter(|output| output.name.is_some() || inline(output)) {
            let mut ops = match &output.inline {
                Some(body) => self.block(body, &Then::Nothing),
                None => Vec::new(),
            };
            if let Some(anchor) = &output.anchor {
                ops = self.fork(ops, rest.layout.attached(anchor), rest.layout);
            }
            parts.push((output.name.clone(), output.pattern.as_ref(), ops));
        }
        let own = call.outputs.iter().find(|output| output.name.is_none() && !inline(output));
        let has_default = parts.iter().any(|(name, ..)| name.is_none());
        if !has_default {
            let ops = rest.ops;
            parts.push((None, own.and_then(|output| output.pattern.as_ref()), ops));
        }
        let mut carried = Live::new();
        for (_, pattern, ops) in &parts {
            carried.extend(without(live_into(ops, &Live::new()), *pattern));
        }
        let carried: Vec<VarId> = carried.into_iter().collect();
        let single =
            matches!(call.target, CallTarget::Operation(_) | CallTarget::OwnAnonymous { .. });
        let mut outputs = Vec::new();
        for (name, pattern, ops) in parts {
            if ops.is_empty() && !(single && name.is_none()) {
                continue;
            }
            let state = self.output(pattern, Emitter::Returning, ops, Some(carried.clone()));
            self.states[state].hopped = Some(statement.span);
            outputs.push((name, state));
        }
        let op = match &call.target {
            CallTarget::Path => {
                let state = self.states.len();
                for (_, output) in &outputs {
                    if let StateKind::Output { of, .. } = &mut self.states[*output].kind {
                        *of = Emitter::Called(state);
                    }
                }
                let kind = StateKind::Call { call, outputs };
                self.push(kind, carried.clone(), Vec::new());
                Op::Call { statement, jump: Jump { state, frame: carried } }
            }
            CallTarget::OwnOperation => {
                // Where it leads to is in the outputs; the jump says what they carry.
                let state = outputs.first().map_or(usize::MAX, |(_, state)| *state);
                Op::CallItself { statement, outputs, jump: Jump { state, frame: carried } }
            }
            target => {
                let state = outputs.first().map_or(usize::MAX, |(_, state)| *state);
                let of = match (target, self.anonymous.last()) {
                    (CallTarget::Operation(var), _) => Invoked::Variable(*var),
                    (_, Some(jump)) => Invoked::Itself(jump.clone()),
                    (_, None) => return Vec::new(),
                };
                Op::Invoke { statement, of, jump: Jump { state, frame: carried } }
            }
        };
        vec![op]
    }

    /// A state that begins with an emitted value.
    fn output(
        &mut self,
        pattern: Option<&'a Pattern>,
        of: Emitter,
        ops: Vec<Op<'a>>,
        frame: Option<Vec<VarId>>,
    ) -> StateId {
        let frame = frame.unwrap_or_else(|| {
            without(live_into(&ops, &Live::new()), pattern).into_iter().collect()
        });
        self.push(StateKind::Output { pattern, of }, frame, ops)
    }

    fn state(&mut self, kind: StateKind<'a>, ops: Vec<Op<'a>>) -> StateId {
        let frame = live_into(&ops, &Live::new()).into_iter().collect();
        self.push(kind, frame, ops)
    }

    fn push(&mut self, kind: StateKind<'a>, frame: Vec<VarId>, ops: Vec<Op<'a>>) -> StateId {
        self.states.push(State { label: String::new(), kind, hopped: None, frame, ops });
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

/// What a variable behind branches is called in one of them.
fn through(var: VarId, merges: &[Merge], arm: usize) -> VarId {
    let merge = merges.iter().find(|merge| merge.out == var);
    merge.and_then(|merge| merge.arms[arm]).unwrap_or(var)
}

fn without(mut live: Live, pattern: Option<&Pattern>) -> Live {
    for bind in pattern.into_iter().flat_map(|pattern| &pattern.binds) {
        live.remove(&bind.var);
    }
    live
}

/// Whether code behind `op` is never reached, as Rust sees it too.
fn diverges(op: &Op<'_>) -> bool {
    match op {
        Op::Stop | Op::Break { .. } | Op::Next { .. } | Op::Recur(_) => true,
        Op::Run(Statement { kind: Kind::Throw { .. }, .. }) => true,
        Op::Emit(Statement { kind: Kind::Emission(emission), .. }) => {
            emission.target == Target::Function
        }
        Op::Branch { arms, .. } => arms.iter().all(|arm| arm.last().is_some_and(diverges)),
        _ => false,
    }
}

/// Every variable that `block` mentions, at any depth.
fn mentioned(block: &[Statement], found: &mut Live) {
    for statement in block {
        found.extend(statement.kind.uses());
        for inner in statement.kind.blocks() {
            mentioned(inner, found);
        }
        match &statement.kind {
            Kind::Block(block) => {
                found.extend(block.merges.iter().flat_map(|merge| merge.arms.iter().flatten()))
            }
            Kind::Unify(unify) => {
                found.extend(unify.merges.iter().flat_map(|merge| merge.arms.iter().flatten()))
            }
            _ => {}
        }
    }
}

/// The states in an order in which each stands after all that lead to it.
fn order(plan: &CodePlan<'_>) -> Vec<StateId> {
    let mut seen = vec![false; plan.states.len()];
    let (mut todo, mut found) = (Vec::new(), Vec::new());
    let mut next = Vec::new();
    led_to(&plan.entry, &mut next);
    todo.extend(next.iter().rev().map(|at| (*at, false)));
    // Depth first, without recursion: there may be a thousand states in a row.
    while let Some((at, is_done)) = todo.pop() {
        if is_done {
            found.push(at);
        } else if at < seen.len() && !std::mem::replace(&mut seen[at], true) {
            todo.push((at, true));
            next.clear();
            next.extend(plan.states[at].kind.leads_to().into_iter().rev());
            led_to(&plan.states[at].ops, &mut next);
            todo.extend(next.iter().rev().map(|at| (*at, false)));
        }
    }
    found.reverse();
    found
}

/// The states that `ops` lead to, the last first.
fn led_to(ops: &[Op<'_>], found: &mut Vec<StateId>) {
    for op in ops.iter().rev() {
        for block in op.blocks().into_iter().rev() {
            led_to(block, found);
        }
        if let Op::CallItself { outputs, .. } = op {
            found.extend(outputs.iter().rev().map(|(_, next)| *next));
        }
        found.extend(op.jumps().into_iter().map(|jump| jump.state));
    }
}
