//! A topology: its PStates, its labels, its sources and the states behind them.

use super::body::{self, Body};
use super::env::{Env, Place};
use super::names::{Glue, glue_span, unraw};
use super::state;
use crate::ast::{PState, PStateOption, Part, Topology};
use crate::plan::{SourcePlan, TopologyPlan};
use crate::print;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

pub(crate) fn topology(topology: &Topology, plan: &TopologyPlan<'_>, glue: &Glue) -> TokenStream {
    let name = &topology.name;
    let span = glue_span(name.span());
    let pstates = topology.pstates.iter().map(|pstate| {
        let name = &pstate.name;
        let span = glue_span(name.span());
        let Some(first) = pstate.options.first() else {
            return quote_spanned!(span=> topology.pstate(Self::#name););
        };
        // rustc names what an option is called on where an option does not fit.
        let mut asked = glue.name("options", first.word.span());
        asked.set_span(first.word.span());
        let options = options(pstate);
        quote_spanned!(span=> topology.pstate_with(Self::#name, |#asked| #asked #options);)
    });
    let sources = sources(&plan.sources, Place::Module, glue);
    let parts =
        topology.parts.iter().map(|part| quote_spanned!(span=> (#part().define)(topology);));
    quote_spanned! {span=>
        module.microbatch(Self::#name, |topology| {
            #(#pstates)*
            #sources
            #(#parts)*
        });
    }
}

/// The options of a PState as calls.
pub(super) fn options(pstate: &PState) -> TokenStream {
    pstate
        .options
        .iter()
        .map(|PStateOption { word, argument }| {
            let span = word.span();
            if let (true, Some(function)) = (word == "key_partitioner", argument) {
                // Its name is kept in the data directory.
                let path = syn::parse2::<syn::Path>(function.clone()).ok();
                let last = path.and_then(|path| path.segments.last().cloned());
                let name = last.map(|last| unraw(&last.ident)).unwrap_or_default();
                quote_spanned!(span=> .#word(#function, #name))
            } else {
                quote_spanned!(span=> .#word(#argument))
            }
        })
        .collect()
}

/// The labels of sources, then the sources themselves.
fn sources(sources: &[SourcePlan<'_>], place: Place<'_>, glue: &Glue) -> TokenStream {
    let labels = sources.iter().map(|source| state::labels(&source.plan, glue, ""));
    let bodies = sources.iter().map(|plan| source(plan, place, glue));
    let is_async = sources.iter().find_map(|source| state::async_calls(&source.plan));
    quote!(#is_async #(#labels)* #(#bodies)*)
}

fn source(source: &SourcePlan<'_>, place: Place<'_>, glue: &Glue) -> TokenStream {
    let env = Env::new(place);
    let plan = &source.plan;
    let depot = env.depot(&source.source.depot);
    let emit = &source.source.emit;
    let span = glue_span(emit.batch.span());
    let cx = glue.name("cx", emit.batch.span());
    let at = body::at(&cx, &emit.text, emit.batch.span());
    let body = Body::write(plan, &env, glue, &plan.entry, &[], |body| {
        let bind = body.bind(&emit.pattern, &quote_spanned!(span=> record), span);
        quote_spanned!(span=> #at #bind)
    });
    let states = state::states(plan, &env, glue);
    quote_spanned! {glue_span(source.source.depot.span())=>
        topology.source(#depot, move |#cx, record| { #body });
        #states
    }
}

/// `sources!` in a file of its own: one function, which gives the module's definition the code and
/// the module's graph its part.
pub(crate) fn part(part: &Part, plans: &[SourcePlan<'_>], is_whole: bool) -> TokenStream {
    let Part { attrs, vis, name, module, topology, .. } = part;
    let glue = Glue::of_sources(plans);
    let code = sources(plans, Place::Part(module), &glue);
    let code = if is_whole { code } else { super::for_editors(&code) };
    // The owner's tag stands beside the module.
    let mut tags = module.clone();
    if let Some(last) = tags.segments.last_mut() {
        last.ident = super::names::tags(&last.ident);
    }
    let path = print::stream(&quote!(#module::#topology));
    let doc = format!(" Sources of topology `{path}`.");
    let undocumented = !attrs.iter().any(|attr| attr.path().is_ident("doc"));
    let doc = undocumented.then(|| quote!(#[doc = #doc]));
    let graph = super::graph::topology(&super::names::unraw(topology), &[], plans.iter());
    quote_spanned! {glue_span(name.span())=>
        #(#attrs)*
        #doc
        #[allow(clippy::all, clippy::pedantic, unused_variables, unused_mut, unused_parens, unused_braces, unused_labels, unreachable_code)]
        #vis const fn #name() -> ::rama::dsl::TopologyPart<#tags::#topology> {
            ::rama::dsl::TopologyPart {
                define: |topology: &mut ::rama::dsl::TopologyBuilder<'static, #tags::#topology>| {
                    #code
                },
                graph: #graph,
            }
        }
    }
}
