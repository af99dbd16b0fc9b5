//! Stage four: the plan as Rust. The expansion reads like the source: one call
//! per statement, one closure per state.
//!
//! Tokens of the user keep their text and span. Glue is hygienic
//! (`mixed_site`) and located at the user's token it belongs to, so that what
//! rustc finds wrong is shown there.

mod body;
pub(crate) mod editor;
mod env;
mod frame;
mod graph;
mod handles;
mod names;
mod operation;
mod slots;
mod stand_alone;
mod state;
mod topology;

pub(crate) use operation::operation;
pub(crate) use stand_alone::stand_alone;
pub(crate) use topology::part;

use crate::ast::{Depot, Module, Partitioning, PathFunction};
use crate::errors::{Errors, Warnings};
use crate::plan::TopologyPlan;
use names::{Glue, unraw};
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

/// Warnings, each as the use of something deprecated at the user's token: procedural macros have no
/// other way to warn. Beside errors there are none.
pub(crate) fn warnings(warnings: &Warnings, errors: &Errors) -> TokenStream {
    if !errors.is_empty() {
        return TokenStream::new();
    }
    warnings
        .iter()
        .map(|warning| {
            let (text, user) = (warning.to_string(), warning.span());
            let name = proc_macro2::Ident::new("warning", user);
            let declared = proc_macro2::Ident::new("warning", Span::call_site().located_at(user));
            quote! {
                const _: () = {
                    #[allow(non_upper_case_globals)]
                    #[deprecated(note = #text)]
                    const #declared: () = ();
                    #name
                };
            }
        })
        .collect()
}

/// Code for rust-analyzer alone: beside errors rustc should report nothing else, but completion
/// lives on.
fn for_editors(code: &TokenStream) -> TokenStream {
    // An attribute does not reach a condition on the same block.
    quote! {
        #[allow(unexpected_cfgs)]
        {
            #[cfg(rust_analyzer)]
            { #code }
        }
    }
}

/// The expansion of `module`. Beside errors the code of the module is left out,
/// so that rustc reports nothing else, but for rust-analyzer it stays.
pub(crate) fn module(
    module: &Module,
    plans: &[TopologyPlan<'_>],
    errors: &Errors,
    warnings: &Warnings,
) -> TokenStream {
    let items = handles::items(module);
    let define = define(module, plans);
    let name = &module.name;
    let text = match (&module.named, module.is_anonymous) {
        (None, true) => quote! {
            ::core::concat!(::core::module_path!(), ":", ::core::line!(), ":", ::core::column!())
        },
        (named, _) => handles::known_as(named.as_ref(), &unraw(name)),
    };
    let graph = errors.is_empty().then(|| graph::graph(module, plans));
    let ours = names::glue_span(Span::call_site());
    let define = if errors.is_empty() {
        quote_spanned! {ours=>
            fn define(module: &mut ::rama::dsl::ModuleBuilder<Self>) { #define }
        }
    } else {
        quote_spanned! {ours=>
            #[cfg(not(rust_analyzer))]
            fn define(module: &mut ::rama::dsl::ModuleBuilder<Self>) {}
            #[cfg(rust_analyzer)]
            fn define(module: &mut ::rama::dsl::ModuleBuilder<Self>) { #define }
        }
    };
    let unexpected = (!errors.is_empty()).then(|| quote!(#[allow(unexpected_cfgs)]));
    let warnings = self::warnings(warnings, errors);
    let code = quote! {
        #warnings
        #items

        #unexpected
        #[allow(clippy::all, clippy::pedantic, unused_variables, unused_mut, unused_parens, unused_braces, unused_labels, unreachable_code)]
        impl ::rama::Module for #name {
            const NAME: &'static str = #text;
            #define
            #graph
        }
    };
    if !module.is_anonymous {
        return code;
    }
    let value = handles::value(module);
    let errors = errors.iter().map(syn::Error::to_compile_error);
    quote!({ #code #(#errors)* #value })
}

fn define(module: &Module, plans: &[TopologyPlan<'_>]) -> TokenStream {
    let depots = module.depots.iter().map(depot);
    let glue = Glue::new(plans);
    let topologies = module
        .topologies
        .iter()
        .zip(plans)
        .map(|(topology, plan)| topology::topology(topology, plan, &glue));
    let path_functions = module.path_functions.iter().map(path_function);
    quote! {
        #(#depots)*
        #(#path_functions)*
        #(#topologies)*
    }
}

fn path_function(of: &PathFunction) -> TokenStream {
    let PathFunction { attrs, name, function, arguments } = of;
    let text = unraw(name);
    let span = names::glue_span(name.span());
    let method = match arguments {
        Some(count) => format_ident!("path_function_of_{count}", span = span),
        None => proc_macro2::Ident::new("path_function", span),
    };
    quote_spanned!(span=> #(#attrs)* module.#method(#text, #function);)
}

fn depot(depot: &Depot) -> TokenStream {
    let Depot { name, ty, .. } = depot;
    let span = names::glue_span(name.span());
    let partitioning = match &depot.partitioning {
        Partitioning::Field(fields) => {
            quote_spanned!(span=> ::rama::dsl::hash_by(|record: &#ty| ::rama::dsl::key_hash(&record #fields)))
        }
        Partitioning::Function(function) => {
            quote_spanned!(span=> ::rama::dsl::hash_by(|record: &#ty| ::rama::dsl::key_hash(&#function(record))))
        }
        Partitioning::Word(word) => quote_spanned!(span=> ::rama::dsl::#word()),
    };
    quote_spanned!(span=> module.depot(Self::#name, #partitioning);)
}
