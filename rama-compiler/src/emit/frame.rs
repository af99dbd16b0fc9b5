//! Frames: tuples of live variables, in groups of twelve where they are longer.

use super::names;
use crate::ast::VarId;
use crate::plan::{CodePlan, Op, StateId};
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use std::collections::VecDeque;

/// The longest flat tuple that can be carried.
const LONGEST: usize = 12;

/// `(a, b)`, or `((a, …), (m, …))` where there are more than twelve.
pub(crate) fn tuple(mut elements: Vec<TokenStream>) -> TokenStream {
    while elements.len() > LONGEST {
        elements = elements.chunks(LONGEST).map(flat).collect();
    }
    flat(&elements)
}

fn flat(elements: &[TokenStream]) -> TokenStream {
    match elements {
        [one] => quote!((#one,)),
        elements => quote!((#(#elements),*)),
    }
}

/// The frame of a state as the pattern of its closure.
pub(crate) fn pattern(plan: &CodePlan<'_>, state: StateId) -> TokenStream {
    let vars = plan.states[state].frame.iter().map(|var| {
        let name = names::owned_at_binding(plan, *var);
        quote!(#name)
    });
    tuple(vars.collect())
}

/// One witness per variable, each at the variable's first mention behind the
/// boundary: there rustc says that a value cannot be carried. It blames one
/// element of the tuple only if tuple and call, which are at `hop`, are in the
/// same syntax context as the elements: the user's.
pub(crate) fn witnesses(plan: &CodePlan<'_>, state: StateId, hop: Span) -> TokenStream {
    let frame = &plan.states[state].frame;
    let mut spans: Vec<Span> = frame
        .iter()
        .map(|var| {
            mention(plan, &plan.states[state].ops, *var)
                .unwrap_or_else(|| plan.code.vars[*var].name.span())
        })
        .collect();
    while spans.len() > LONGEST {
        spans = spans.chunks(LONGEST).filter_map(|group| group.first().copied()).collect();
    }
    let witnesses: Vec<TokenStream> =
        spans.into_iter().map(|span| quote_spanned!(span=> ::rama::dsl::w())).collect();
    match witnesses.as_slice() {
        [one] => quote_spanned!(hop=> (#one,)),
        witnesses => quote_spanned!(hop=> (#(#witnesses),*)),
    }
}

/// The token that first mentions the variable at place `at` of the frame of a state, in that state or
/// behind it.
pub(super) fn mention_behind(plan: &CodePlan<'_>, state: StateId, at: usize) -> Option<Span> {
    let state = plan.states.get(state)?;
    mention(plan, &state.ops, *state.frame.get(at)?)
}

/// The token that first mentions `var` in `ops` or in what they lead to.
fn mention(plan: &CodePlan<'_>, ops: &[Op<'_>], var: VarId) -> Option<Span> {
    let mut seen: Vec<(StateId, VarId)> = Vec::new();
    let mut todo = VecDeque::new();
    if let Some(found) = mention_here(plan, ops, var, &mut todo) {
        return Some(found);
    }
    while let Some((state, var)) = todo.pop_front() {
        if seen.contains(&(state, var)) {
            continue;
        }
        seen.push((state, var));
        if let Some(found) = mention_here(plan, &plan.states[state].ops, var, &mut todo) {
            return Some(found);
        }
    }
    None
}

/// As [`mention`], in `ops` alone; where the variable goes from there is added to `todo`.
fn mention_here(
    plan: &CodePlan<'_>,
    ops: &[Op<'_>],
    var: VarId,
    todo: &mut VecDeque<(StateId, VarId)>,
) -> Option<Span> {
    for op in ops {
        let exprs = op.statement().map(|statement| statement.kind.exprs()).unwrap_or_default();
        let mut uses = exprs.iter().flat_map(|expr| &expr.uses);
        if let Some(found) = uses.find(|mention| mention.var == Some(var)) {
            return Some(found.name.span());
        }
        for block in op.blocks() {
            if let Some(found) = mention_here(plan, block, var, todo) {
                return Some(found);
            }
        }
        for jump in op.jumps() {
            let at = jump.frame.iter().position(|passed| *passed == var);
            let next = plan.states.get(jump.state);
            if let Some((at, next)) = at.zip(next)
                && let Some(name) = next.frame.get(at)
            {
                todo.push_back((jump.state, *name));
            }
        }
    }
    None
}
