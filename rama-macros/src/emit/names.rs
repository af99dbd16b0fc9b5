//! The names in the expansion: the user's, and ours that must never meet them.

use crate::ast::{Var, VarId};
use crate::plan::{SourcePlan, TopologyPlan};
use proc_macro2::{Ident, Span};
use std::collections::BTreeSet;

/// Where glue is located: at the user's token, resolved as ours.
pub(crate) fn glue_span(user: Span) -> Span {
    Span::mixed_site().located_at(user)
}

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

/// Names of glue that the user's variables, whose owned values have spans like
/// ours, must not shadow.
pub(crate) struct Glue {
    taken: BTreeSet<String>,
}

impl Glue {
    pub(crate) fn new(plans: &[TopologyPlan<'_>]) -> Self {
        let sources = plans.iter().flat_map(|plan| &plan.sources);
        Glue {
            taken: sources
                .flat_map(|plan| &plan.source.vars)
                .map(|var| var.owned.clone())
                .collect(),
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
pub(crate) fn owned_at_binding(plan: &SourcePlan<'_>, var: VarId) -> Ident {
    let var = &plan.source.vars[var];
    owned(var, var.name.span())
}
