//! Stage three: the continuation state machine. Code up to a boundary is one
//! state; what the rest needs from before travels in its frame.
//!
//! A state is a flat list of [`Op`]s. It ends where code moves to another task
//! ([`Op::Hop`]) or where the arms of an `<<if` meet again ([`Op::Enter`]).

mod live;
mod lower;
mod print;

use crate::ast::{Module, Partitioner, Source, Statement, VarId};
pub(crate) use live::{live_before, live_into};
use proc_macro2::Span;
use std::collections::BTreeSet;

/// Variables that are still needed.
pub(crate) type Live = BTreeSet<VarId>;

/// A state, by its place in [`SourcePlan::states`].
pub(crate) type StateId = usize;

/// The plan of one topology, source by source.
pub(crate) struct TopologyPlan<'a> {
    pub(crate) sources: Vec<SourcePlan<'a>>,
}

pub(crate) struct SourcePlan<'a> {
    pub(crate) source: &'a Source,
    /// What runs for each record.
    pub(crate) entry: Vec<Op<'a>>,
    pub(crate) states: Vec<State<'a>>,
    /// The states, each after everything that leads to it.
    pub(crate) order: Vec<StateId>,
}

/// What runs when a frame arrives.
pub(crate) struct State<'a> {
    pub(crate) label: String,
    /// What the state follows: the partitioner's name, or none for a join.
    pub(crate) follows: Option<String>,
    /// The partitioner behind which a frame may come from another task; without
    /// one the state is only entered in step.
    pub(crate) hopped: Option<Span>,
    /// The live variables, in order of binding.
    pub(crate) frame: Vec<VarId>,
    pub(crate) ops: Vec<Op<'a>>,
}

pub(crate) enum Op<'a> {
    /// A statement that emits once or nothing.
    Run(&'a Statement),
    /// `filter>`: what follows runs only if the condition holds.
    Filter(&'a Statement),
    /// A statement that emits any number of times; what follows is its body.
    Each { statement: &'a Statement, body: Vec<Op<'a>> },
    /// `<<if`. With outputs, or with anything behind it, its arms run in line and yield.
    Branch {
        statement: &'a Statement,
        then: Vec<Op<'a>>,
        otherwise: Vec<Op<'a>>,
        outputs: Vec<VarId>,
    },
    /// The values of an arm that the code behind the `<<if` sees.
    Yield(Vec<VarId>),
    /// The rest runs elsewhere. `to` is none where no code follows: nothing is sent.
    Hop { statement: &'a Statement, to: Option<Jump> },
    /// The rest is a state entered in the same event.
    Enter(Jump),
}

/// A frame on its way: the values of the state's variables here.
pub(crate) struct Jump {
    pub(crate) state: StateId,
    pub(crate) frame: Vec<VarId>,
}

/// Plans every topology of `module`.
pub(crate) fn module(module: &Module) -> Vec<TopologyPlan<'_>> {
    module
        .topologies
        .iter()
        .map(|topology| {
            let mut numbers = 0;
            let sources =
                topology.sources.iter().map(|source| lower::source(source, &mut numbers)).collect();
            TopologyPlan { sources }
        })
        .collect()
}

impl Op<'_> {
    /// The blocks inside this operation.
    pub(crate) fn blocks(&self) -> Vec<&[Op<'_>]> {
        match self {
            Op::Each { body, .. } => vec![body],
            Op::Branch { then, otherwise, .. } => vec![then, otherwise],
            Op::Run(_) | Op::Filter(_) | Op::Yield(_) | Op::Hop { .. } | Op::Enter(_) => Vec::new(),
        }
    }

    /// Where this operation itself leads.
    pub(crate) fn jump(&self) -> Option<&Jump> {
        match self {
            Op::Hop { to, .. } => to.as_ref(),
            Op::Enter(jump) => Some(jump),
            _ => None,
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
