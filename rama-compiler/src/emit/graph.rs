//! The plan as data, for `Module::graph()`.

use super::names::{glue_span, unraw};
use crate::ast::{Module, PState, PStateOption};
use crate::plan::{self, SourcePlan, TopologyPlan};
use crate::print;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{quote, quote_spanned};

/// `fn graph() -> Graph { … }`
pub(crate) fn graph(module: &Module, plans: &[TopologyPlan<'_>]) -> TokenStream {
    let span = glue_span(Span::call_site());
    let topologies = module.topologies.iter().zip(plans).map(|(declared, plan)| {
        let own = topology(&unraw(&declared.name), &declared.pstates, plan.sources.iter());
        // Sources in other files are graphs of their own.
        let parts = declared.parts.iter().map(|part| quote!(#part().graph));
        quote!(#own #(, #parts)*)
    });
    quote_spanned! {span=>
        fn graph() -> ::rama::Graph {
            ::rama::dsl::graph(const { &[#(#topologies),*] })
        }
    }
}

/// The graph of sources.
pub(crate) fn topology<'p>(
    name: &str,
    pstates: &[PState],
    sources: impl Iterator<Item = &'p SourcePlan<'p>>,
) -> TokenStream {
    let span = glue_span(Span::call_site());
    let (mut nodes, mut edges) = (Vec::new(), Vec::new());
    for source in sources {
        let first = nodes.len();
        let graph = plan::graph(source);
        for node in graph.nodes {
            let kind = Ident::new(node.kind, span);
            let (name, carries, statements) = (node.name, node.carries, node.statements);
            nodes.push(quote_spanned! {span=>
                ::rama::dsl::GraphNode {
                    name: #name,
                    kind: ::rama::dsl::GraphNodeKind::#kind,
                    carries: &[#(#carries),*],
                    statements: &[#(#statements),*],
                }
            });
        }
        for edge in graph.edges {
            let kind = Ident::new(edge.kind, span);
            let from = Literal::usize_unsuffixed(first + edge.from);
            let to = Literal::usize_unsuffixed(first + edge.to);
            let text = edge.text;
            edges.push(quote_spanned! {span=>
                ::rama::dsl::GraphEdge {
                    from: #from,
                    to: #to,
                    kind: ::rama::dsl::GraphEdgeKind::#kind,
                    text: #text,
                }
            });
        }
    }
    let pstates = pstates.iter().map(|pstate| {
        let (name, schema) = (unraw(&pstate.name), print::stream(&pstate.schema));
        let options = pstate.options.iter().map(|PStateOption { word, argument }| match argument {
            Some(argument) => format!("{word}({})", print::stream(argument)),
            None => word.to_string(),
        });
        quote_spanned! {span=>
            ::rama::dsl::GraphPState { name: #name, schema: #schema, options: &[#(#options),*] }
        }
    });
    quote_spanned! {span=>
        ::rama::dsl::GraphTopology {
            name: #name,
            pstates: &[#(#pstates),*],
            nodes: &[#(#nodes),*],
            edges: &[#(#edges),*],
        }
    }
}
