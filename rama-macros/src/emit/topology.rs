//! A topology: its PStates, its labels, its sources and the states behind them.

use super::body::{self, Body};
use super::frame;
use super::names::{self, Glue, glue_span};
use crate::ast::Topology;
use crate::plan::{SourcePlan, StateId, TopologyPlan};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;

pub(crate) fn topology(topology: &Topology, plan: &TopologyPlan<'_>, glue: &Glue) -> TokenStream {
    let name = &topology.name;
    let span = glue_span(name.span());
    let pstates = topology.pstates.iter().map(|pstate| {
        let name = &pstate.name;
        quote_spanned!(glue_span(name.span())=> topology.pstate(Self::#name);)
    });
    let labels = plan.sources.iter().flat_map(|source| {
        source.order.iter().map(|state| {
            let text = &source.states[*state].label;
            let label = glue.name(text, Span::call_site());
            quote_spanned!(glue_span(Span::call_site())=> let #label = topology.label(#text);)
        })
    });
    let sources = plan.sources.iter().map(|plan| source(plan, glue));
    quote_spanned! {span=>
        module.microbatch(Self::#name, |topology| {
            #(#pstates)*
            #(#labels)*
            #(#sources)*
        });
    }
}

fn source(plan: &SourcePlan<'_>, glue: &Glue) -> TokenStream {
    let depot = &plan.source.depot;
    let emit = &plan.source.emit;
    let span = glue_span(emit.batch.span());
    let cx = glue.name("cx", emit.batch.span());
    let at = body::at(&cx, &emit.text, emit.batch.span());
    let body = Body::write(plan, glue, &plan.entry, &[], |body| {
        let pattern = body.pattern(&emit.pattern);
        let references = body.references(emit.pattern.binds.iter().map(|bind| bind.var));
        quote_spanned! {span=>
            #at
            let #pattern = record;
            #references
        }
    });
    let states = plan.order.iter().map(|at| state(plan, *at, glue));
    quote_spanned! {glue_span(depot.span())=>
        topology.source(Self::#depot, move |#cx, record| { #body });
        #(#states)*
    }
}

fn state(plan: &SourcePlan<'_>, at: StateId, glue: &Glue) -> TokenStream {
    let state = &plan.states[at];
    let label = glue.name(&state.label, Span::call_site());
    let cx = glue.name("cx", Span::call_site());
    let frame = frame::pattern(plan, at);
    let body = Body::write(plan, glue, &state.ops, &state.frame, |body| {
        body.references(state.frame.iter().copied())
    });
    let span = names::glue_span(Span::call_site());
    match state.hopped {
        Some(hop) => {
            let witnesses = frame::witnesses(plan, at, hop);
            let define = Ident::new("define", hop);
            quote_spanned!(span=> topology.#define(#label, #witnesses, move |#cx, #frame| { #body });)
        }
        None => {
            quote_spanned!(span=> topology.define_in_step(#label, move |#cx, #frame| { #body });)
        }
    }
}
