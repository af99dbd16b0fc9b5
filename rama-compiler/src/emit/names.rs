//! The names in the expansion: the user's, and ours that must never meet them.

use crate::ast::{Var, VarId};
use crate::plan::{CodePlan, SourcePlan, TopologyPlan};
use proc_macro2::{Ident, Span};
use std::collections::BTreeSet;

pub(crate) use crate::tokens::glue_span;

/// An identifier from text that may be a raw one.
pub(crate) fn ident(text: &str, span: Span) -> Ident {
    match text.strip_prefix("r#") {
        Some(raw) => Ident::new_raw(raw, span),
        None => Ident::new(text, span),
    }
}

/// The name without the `r#` of a raw identifier.
pub(crate) fn unraw(ident: &Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").map(str::to_owned).unwrap_or(text)
}

/// What the module of owner tags is called, which stands beside the module's type. rustc names it
/// to those who write an unknown topology, so it reads like one.
pub(crate) fn tags(module: &Ident) -> Ident {
    quote::format_ident!("topologies_of_{}", unraw(module), span = module.span())
}

/// What the struct of an operation's output streams is called. rustc names it to those who write an
/// unknown stream.
pub(crate) fn streams(operation: &Ident, span: Span) -> Ident {
    quote::format_ident!("streams_of_{}", unraw(operation), span = span)
}

/// Names of glue that the user's variables, whose owned values have spans like
/// ours, must not shadow.
pub(crate) struct Glue {
    taken: BTreeSet<String>,
}

impl Glue {
    /// For the topologies of one module.
    pub(crate) fn new(plans: &[TopologyPlan<'_>]) -> Self {
        Self::of(plans.iter().flat_map(|plan| &plan.sources).map(|source| &source.plan))
    }

    /// For the sources of one topology.
    pub(crate) fn of_sources(sources: &[SourcePlan<'_>]) -> Self {
        Self::of(sources.iter().map(|source| &source.plan))
    }

    /// For code that is expanded together.
    pub(crate) fn of<'p>(plans: impl Iterator<Item = &'p CodePlan<'p>>) -> Self {
        Glue {
            taken: plans.flat_map(|plan| &plan.code.vars).map(|var| var.owned.clone()).collect(),
        }
    }

    /// `name`, or one like it that no variable of the module has.
    pub(crate) fn name(&self, name: &str, user: Span) -> Ident {
        let mut name = name.to_owned();
        while self.taken.contains(&name) {
            name.push('_');
        }
        Ident::new(&name, glue_span(user))
    }
}

/// The owned value of a variable, mentioned at `user`.
pub(crate) fn owned(var: &Var, user: Span) -> Ident {
    ident(&var.owned, glue_span(user))
}

/// The owned value of a variable, mentioned by nobody.
pub(crate) fn owned_at_binding(plan: &CodePlan<'_>, var: VarId) -> Ident {
    let var = &plan.code.vars[var];
    owned(var, var.name.span())
}
