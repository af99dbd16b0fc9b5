//! The expansion for rust-analyzer: the code as one straight line, in which each variable is one
//! local and each boundary just a statement. Only names and types matter, nothing of it runs.
//!
//! The expansion for rustc would do for a program that is whole. But completion compares the
//! expansions of two programs, with and without a made-up word at the cursor, by the places of their
//! tokens: so what stands before a place must not depend on what follows it, as labels, frames and
//! the texts of statements do. And a name that is several locals, one in each state, cannot be
//! renamed.

mod line;

use super::env::{Env, Place};
use super::handles;
use super::names::{self, unraw};
use crate::ast::{Module, Operation, OperationForm, Param, Part, Source};
use line::{Line, hidden, ours};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

/// A module: its items, and its code as the body of the function that would define it.
pub(crate) fn module(module: &Module, errors: &TokenStream) -> TokenStream {
    let items = handles::items(module);
    let name = &module.name;
    let ours = ours();
    let named = match (&module.named, module.is_anonymous) {
        (None, true) => quote!(""),
        (named, _) => handles::known_as(named.as_ref(), &unraw(name)),
    };
    let tags = names::tags(name);
    let depots = module.depots.iter().map(super::depot);
    let path_functions = module.path_functions.iter().map(super::path_function);
    let topologies = module.topologies.iter().map(|topology| {
        let owner = &topology.name;
        let sources = topology.sources.iter().map(|found| source(found, Place::Module));
        let parts = &topology.parts;
        let options = topology.pstates.iter().filter(|pstate| !pstate.options.is_empty());
        let options = options.map(|pstate| {
            let (name, options) = (&pstate.name, super::topology::options(pstate));
            quote_spanned!(ours=> let _ = ::rama::dsl::editor::options(Self::#name) #options;)
        });
        quote_spanned! {ours=> {
            let _ = Self::#owner;
            #(#options)*
            let cx: &mut ::rama::dsl::Cx<'_, #tags::#owner> = ::rama::dsl::editor::any();
            #(#sources)*
            #(let _ = #parts;)*
        }}
    });
    let code = quote_spanned! {ours=>
        #items

        impl ::rama::Module for #name {
            const NAME: &'static str = #named;
            fn define(module: &mut ::rama::dsl::ModuleBuilder<Self>) {
                #(#depots)*
                #(#path_functions)*
                #(#topologies)*
            }
        }
    };
    if !module.is_anonymous {
        return code;
    }
    let value = handles::value(module);
    quote!({ #code #errors #value })
}

fn source(source: &Source, place: Place<'_>) -> TokenStream {
    let env = Env::new(place);
    let ours = ours();
    let mut line = Line::new(env, &source.code.vars);
    let depot = line.handle(&source.depot);
    let record = quote_spanned!(ours=> ::rama::dsl::editor::record(#depot));
    let bind = line.bind(&source.emit.pattern, &record);
    let body = line.block(&source.code.body);
    quote!({ #bind #body })
}

/// `sources!` in a file of its own.
pub(crate) fn part(part: &Part) -> TokenStream {
    let Part { attrs, vis, name, module, topology, sources } = part;
    let mut tags = module.clone();
    if let Some(last) = tags.segments.last_mut() {
        last.ident = names::tags(&last.ident);
    }
    let sources = sources.iter().map(|found| source(found, Place::Part(module)));
    quote_spanned! {ours()=>
        #(#attrs)*
        #vis fn #name(topology: &mut ::rama::dsl::TopologyBuilder<'static, #tags::#topology>) {
            let cx: &mut ::rama::dsl::Cx<'_, #tags::#topology> = ::rama::dsl::editor::any();
            #(#sources)*
        }
    }
}

/// An operation: its item, with its code in place of its states.
pub(crate) fn operation(operation: &Operation) -> TokenStream {
    let ours = ours();
    let place = match operation.form {
        OperationForm::Function { .. } => Place::Function(operation),
        OperationForm::Operation { .. } => Place::Operation(operation),
    };
    let mut line = Line::new(Env::new(place), &operation.code.vars);
    let vars: Vec<usize> = Param::values(&operation.params).map(|(bind, _)| bind.var).collect();
    let given = line.given(&vars);
    let body = line.block(&operation.code.body);
    match &operation.form {
        OperationForm::Function { output } => {
            let Operation { attrs, vis, name, generics, params, .. } = operation;
            let names = vars.iter().map(|var| hidden(*var));
            let types = Param::values(params).map(|(_, ty)| ty);
            let (_, _, clause) = generics.split_for_impl();
            quote_spanned! {ours=>
                #(#attrs)*
                #vis fn #name #generics (#(#names: #types),*) -> #output #clause {
                    #given
                    #body
                    ::rama::dsl::editor::any()
                }
            }
        }
        OperationForm::Operation { .. } => {
            let names = vars.iter().map(|var| hidden(*var));
            let definition = quote_spanned! {ours=>
                let cx: &mut ::rama::dsl::Cx<'_, CallersTopology> = ::rama::dsl::editor::any();
                let (#(#names,)*) = ::rama::dsl::editor::emitted(__input);
                #given
                #body
            };
            super::operation::for_editors(operation, &definition)
        }
    }
}

/// A stand-alone block.
pub(crate) fn stand_alone(code: &crate::ast::Code, errors: &TokenStream) -> TokenStream {
    let mut line = Line::new(Env::new(Place::StandAlone), &code.vars);
    let body = line.block(&code.body);
    let ours = names::glue_span(proc_macro2::Span::call_site());
    let emitted = super::stand_alone::emits(&code.body);
    let emitted = emitted.then(|| quote_spanned!(ours=> emitted.into_vec()));
    quote_spanned! {ours=> {
        let emitted = ::rama::dsl::Emitted::new();
        let cx: &mut ::rama::dsl::Cx<'_, ::rama::dsl::StandAloneOwner> = ::rama::dsl::editor::any();
        #body
        #errors
        #emitted
    }}
}
