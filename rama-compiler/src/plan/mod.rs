//! Stage three: the continuation state machine. Code up to a boundary is one
//! state; what the rest needs from before travels in its frame.
//!
//! A state is a flat list of [`Op`]s. It ends where code moves to another task
//! ([`Op::Hop`]), where branches meet again ([`Op::Enter`]), or where an operation
//! runs what follows ([`Op::Call`]).

mod graph;
pub(crate) mod layout;
mod live;
mod lower;
mod print;

use crate::ast::{Anonymous, Call, Code, Module, Partitioner, Pattern, Source, Statement, VarId};
pub(crate) use graph::graph;
pub(crate) use live::{live_before, live_into};
pub(crate) use lower::{Then, code, sources};
use proc_macro2::{Ident, Span};
use std::collections::BTreeSet;

/// Variables that are still needed.
pub(crate) type Live = BTreeSet<VarId>;

/// A state, by its place in [`CodePlan::states`].
pub(crate) type StateId = usize;

/// The plan of one topology, source by source.
pub(crate) struct TopologyPlan<'a> {
    pub(crate) sources: Vec<SourcePlan<'a>>,
}

pub(crate) struct SourcePlan<'a> {
    pub(crate) source: &'a Source,
    pub(crate) plan: CodePlan<'a>,
}

/// Statements that are compiled together.
pub(crate) struct CodePlan<'a> {
    pub(crate) code: &'a Code,
    /// What runs first.
    pub(crate) entry: Vec<Op<'a>>,
    pub(crate) states: Vec<State<'a>>,
    /// The states, each after everything that leads to it.
    pub(crate) order: Vec<StateId>,
}

/// What runs when a frame arrives.
pub(crate) struct State<'a> {
    pub(crate) label: String,
    pub(crate) kind: StateKind<'a>,
    /// The boundary behind which a frame may come from another task; without
    /// one the state is only entered in step.
    pub(crate) hopped: Option<Span>,
    /// The live variables, in order of binding; of a loop its own variables first.
    pub(crate) frame: Vec<VarId>,
    pub(crate) ops: Vec<Op<'a>>,
}

/// What a state follows.
pub(crate) enum StateKind<'a> {
    /// A partitioner, by its name.
    After(String),
    /// Branches that meet.
    Join,
    /// The body of a `loop<-`.
    LoopHead,
    /// What a loop or a stream of a call emits: a value that the pattern takes apart, and the frame.
    Output { pattern: Option<&'a Pattern>, of: Emitter },
    /// Where a called `ramaop` begins: its states are defined here.
    Call { call: &'a Call, outputs: Vec<(Option<Ident>, StateId)> },
    /// A page of a `yielding_select>`, whose values the state after it takes.
    Pages { to: StateId },
    /// An anonymous operation; its frame are the variables it closes over.
    Anonymous(&'a Anonymous),
}

/// What emits to an output.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Emitter {
    /// A `loop<-` or the pages of a select, in step.
    InStep,
    /// The `ramaop` called in this state.
    Called(StateId),
    /// A future, in an event of its own.
    Future,
    /// An operation that returns here: one that is a value, or calls itself.
    Returning,
}

pub(crate) enum Op<'a> {
    /// A statement that emits once or nothing.
    Run(&'a Statement),
    /// `filter>`: what follows runs only if the condition holds.
    Filter(&'a Statement),
    /// Nothing that follows runs.
    Stop,
    /// A statement that emits any number of times; what follows is its body.
    Each { statement: &'a Statement, body: Vec<Op<'a>> },
    /// A branching block. With outputs, or with anything behind it, its arms run in line and yield.
    Branch { statement: &'a Statement, arms: Vec<Vec<Op<'a>>>, outputs: Vec<VarId> },
    /// The values of an arm that the code behind the block sees.
    Yield(Vec<VarId>),
    /// `<<atomic` and `<<each`: what follows runs once behind the body.
    Inner { statement: &'a Statement, body: Vec<Op<'a>> },
    /// Several continuations of one point, one after the other.
    Fork(Vec<Vec<Op<'a>>>),
    /// A `loop<-` that is one of Rust.
    Loop { statement: &'a Statement, body: Vec<Op<'a>> },
    /// The emission of such a loop.
    Break { statement: &'a Statement, number: usize },
    /// The `continue>` of such a loop.
    Next { statement: &'a Statement, number: usize },
    /// A `loop<-` whose body is a state.
    EnterLoop { statement: &'a Statement, jump: Jump },
    /// The `continue>` of such a loop; the frame behind the loop's own variables.
    Again { statement: &'a Statement, jump: Jump },
    /// The emission of such a loop, if anything follows.
    EmitFromLoop { statement: &'a Statement, to: Option<Jump> },
    /// The emission of an operation or of a stand-alone block.
    Emit(&'a Statement),
    /// `recur>`
    Recur(&'a Statement),
    /// The rest runs elsewhere. `to` is none where no code follows: nothing is sent.
    Hop { statement: &'a Statement, to: Option<Jump> },
    /// `yield_if_overtime>`
    Overtime { statement: &'a Statement, to: Option<Jump> },
    /// The rest is a state entered in the same event.
    Enter(Jump),
    /// A `ramaop` runs the rest.
    Call { statement: &'a Statement, jump: Jump },
    /// The operation around this runs itself, then the rest.
    CallItself { statement: &'a Statement, outputs: Vec<(Option<Ident>, StateId)>, jump: Jump },
    /// An operation that is a value runs the rest.
    Invoke { statement: &'a Statement, of: Invoked, jump: Jump },
    /// `yielding_select>`: the pages, then the rest.
    Pages { statement: &'a Statement, jump: Jump },
    /// `each_async>`: the rest runs when the future has delivered.
    Async { statement: &'a Statement, jump: Jump },
    /// An anonymous operation becomes a value.
    Define { statement: &'a Statement, jump: Jump },
}

/// Which operation runs.
#[derive(Clone)]
pub(crate) enum Invoked {
    Variable(VarId),
    /// The anonymous operation around the call: its state and what it closes over.
    Itself(Jump),
}

/// A frame on its way: the values of the state's variables here.
#[derive(Clone)]
pub(crate) struct Jump {
    pub(crate) state: StateId,
    pub(crate) frame: Vec<VarId>,
}

/// Plans every topology of `module`.
pub(crate) fn module(module: &Module) -> Vec<TopologyPlan<'_>> {
    module
        .topologies
        .iter()
        .map(|topology| TopologyPlan { sources: sources(&topology.sources) })
        .collect()
}

impl<'a> Op<'a> {
    /// The blocks inside this operation.
    pub(crate) fn blocks(&self) -> Vec<&[Op<'a>]> {
        match self {
            Op::Each { body, .. } | Op::Inner { body, .. } | Op::Loop { body, .. } => vec![body],
            Op::Branch { arms, .. } | Op::Fork(arms) => arms.iter().map(Vec::as_slice).collect(),
            _ => Vec::new(),
        }
    }

    /// The states that this operation itself leads to, but for those that it goes back to.
    pub(crate) fn jumps(&self) -> Vec<&Jump> {
        match self {
            Op::Hop { to, .. } | Op::Overtime { to, .. } | Op::EmitFromLoop { to, .. } => {
                to.iter().collect()
            }
            Op::Enter(jump)
            | Op::EnterLoop { jump, .. }
            | Op::Call { jump, .. }
            | Op::CallItself { jump, .. }
            | Op::Invoke { jump, .. }
            | Op::Pages { jump, .. }
            | Op::Async { jump, .. }
            | Op::Define { jump, .. } => vec![jump],
            _ => Vec::new(),
        }
    }

    /// The statement that it stands for.
    pub(crate) fn statement(&self) -> Option<&'a Statement> {
        match self {
            Op::Run(statement)
            | Op::Filter(statement)
            | Op::Each { statement, .. }
            | Op::Branch { statement, .. }
            | Op::Inner { statement, .. }
            | Op::Loop { statement, .. }
            | Op::Break { statement, .. }
            | Op::Next { statement, .. }
            | Op::EnterLoop { statement, .. }
            | Op::Again { statement, .. }
            | Op::EmitFromLoop { statement, .. }
            | Op::Emit(statement)
            | Op::Recur(statement)
            | Op::Hop { statement, .. }
            | Op::Overtime { statement, .. }
            | Op::Call { statement, .. }
            | Op::CallItself { statement, .. }
            | Op::Invoke { statement, .. }
            | Op::Pages { statement, .. }
            | Op::Async { statement, .. }
            | Op::Define { statement, .. } => Some(statement),
            Op::Stop | Op::Yield(_) | Op::Fork(_) | Op::Enter(_) => None,
        }
    }
}

impl StateKind<'_> {
    /// The states that follow from the kind alone.
    pub(crate) fn leads_to(&self) -> Vec<StateId> {
        match self {
            StateKind::Call { outputs, .. } => outputs.iter().map(|(_, state)| *state).collect(),
            StateKind::Pages { to } => vec![*to],
            _ => Vec::new(),
        }
    }
}

/// The partitioner of a [`Op::Hop`]'s statement.
pub(crate) fn partitioner(statement: &Statement) -> Option<&Partitioner> {
    match &statement.kind {
        crate::ast::Kind::Partition(partitioner) => Some(partitioner),
        _ => None,
    }
}
