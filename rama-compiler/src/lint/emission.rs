//! Emissions that nothing reads: of an operation that is defined here, and on a stream that is only
//! given an anchor. What an operation elsewhere emits may be there for others.

use crate::ast::{
    Anonymous, Call, CallTarget, Code, Kind, Merge, Statement, StreamOutput, Target, VarId,
};
use crate::errors::{self, Warnings};
use proc_macro2::{Ident, Span};
use std::collections::BTreeSet;

/// Warns of emissions that nothing reads.
pub(super) fn check(code: &Code, warnings: &mut Warnings) {
    let mut found = Found::default();
    found.block(&code.body, false);
    for (anonymous, span) in &found.emit {
        if !found.read.contains(&anonymous.binding.var) {
            warnings.push(errors::emission_read_by_nothing(*span, &anonymous.binding.name));
        }
    }
    for (stream, anchor) in &found.streams {
        if !found.attached.contains(&anchor.to_string()) {
            warnings.push(errors::stream_read_by_nothing(stream, anchor));
        }
    }
}

#[derive(Default)]
struct Found<'c> {
    /// Anonymous operations, and where they emit first.
    emit: Vec<(&'c Anonymous, Span)>,
    /// Those of whose emissions something is made, or which are values for others.
    read: BTreeSet<VarId>,
    /// Streams that bind nothing and have an anchor.
    streams: Vec<(&'c Ident, &'c Ident)>,
    /// Anchors at which something goes on.
    attached: BTreeSet<String>,
}

impl<'c> Found<'c> {
    /// `followed`: whether code runs behind the block.
    fn block(&mut self, block: &'c [Statement], followed: bool) {
        for (at, statement) in block.iter().enumerate() {
            let followed = followed || goes_on(&block[at + 1..]);
            self.statement(statement, followed);
            // Where code goes on behind these depends on what is around them.
            let plain =
                matches!(statement.kind, Kind::Block(_) | Kind::Atomic { .. } | Kind::Each { .. });
            for inner in statement.kind.blocks() {
                self.block(inner, followed || !plain);
            }
        }
    }

    fn statement(&mut self, statement: &'c Statement, followed: bool) {
        let mentions = statement.kind.exprs().into_iter().flat_map(|expr| &expr.uses);
        self.read.extend(mentions.filter_map(|mention| mention.var));
        match &statement.kind {
            Kind::Call(call) => self.call(call, followed),
            Kind::Anonymous(anonymous) if anonymous.is_operation => {
                if let Some(span) = emission(&anonymous.body, anonymous.ret) {
                    self.emit.push((anonymous, span));
                }
                if calls_itself(&anonymous.body) {
                    self.read.insert(anonymous.binding.var);
                }
            }
            Kind::Block(block) => self.merges(&block.merges),
            Kind::Hook { anchor } | Kind::Branch { anchor, .. } => {
                self.attached.insert(anchor.to_string());
            }
            Kind::Unify(unify) => {
                self.attached.extend(unify.anchors.iter().map(ToString::to_string));
                self.merges(&unify.merges);
            }
            _ => {}
        }
    }

    fn call(&mut self, call: &'c Call, followed: bool) {
        if let CallTarget::Operation(var) = call.target
            && (followed || !call.outputs.is_empty())
        {
            self.read.insert(var);
        }
        for output in &call.outputs {
            if let StreamOutput { name: Some(name), anchor: Some(anchor), inline: None, .. } =
                output
                && binds_nothing(output)
            {
                self.streams.push((name, anchor));
            }
        }
    }

    /// An operation that branches choose is another variable behind them.
    fn merges(&mut self, merges: &[Merge]) {
        self.read.extend(merges.iter().flat_map(|merge| &merge.arms).flatten());
    }
}

/// Whether anything of what stands behind a statement is run by it, and not from an anchor.
fn goes_on(behind: &[Statement]) -> bool {
    let mut chain =
        behind.iter().take_while(|next| !matches!(next.kind, Kind::Hook { .. } | Kind::Unify(_)));
    chain.any(|next| !matches!(next.kind, Kind::Branch { .. }))
}

/// What is bound and not used has its own warning.
fn binds_nothing(output: &StreamOutput) -> bool {
    let binds = output.pattern.iter().flat_map(|pattern| &pattern.binds);
    binds.into_iter().all(|bind| bind.name.to_string().starts_with('_'))
}

/// The first emission to where `ret` says.
fn emission(block: &[Statement], ret: VarId) -> Option<Span> {
    block.iter().find_map(|statement| match &statement.kind {
        Kind::Emission(emission) if emission.target == Target::Return(ret) => Some(statement.span),
        kind => kind.blocks().into_iter().find_map(|inner| emission(inner, ret)),
    })
}

fn calls_itself(block: &[Statement]) -> bool {
    block.iter().any(|statement| {
        let own = matches!(&statement.kind, Kind::Call(call)
            if call.target == CallTarget::OwnAnonymous { operation: true });
        own || statement.kind.blocks().into_iter().any(|inner| calls_itself(inner))
    })
}
