//! Whole modules, operations and blocks through all stages: each snapshot holds the source, its
//! plan and its expansion. Mistakes are in [`mistakes`].

mod cost;
mod editor;
mod forms;
mod fuzz;
mod lints;
mod mistakes;

use crate::compile::{self, Compiled};
use proc_macro2::TokenStream;

/// Compiles a module and snapshots what it came to.
fn module(name: &str, source: &str) {
    check(name, source, compile::defmodule);
}

/// The same for operations, or a stand-alone block.
fn dataflow(name: &str, source: &str) {
    check(name, source, compile::dataflow);
}

/// The same for sources in a file of their own.
fn sources(name: &str, source: &str) {
    check(name, source, compile::sources);
}

fn check(name: &str, source: &str, compile: fn(TokenStream) -> Compiled) {
    let input: TokenStream = source.parse().expect("the source is made of tokens");
    let compiled = compile(input);
    let errors: Vec<String> = compiled.errors.iter().map(ToString::to_string).collect();
    assert_eq!(errors, Vec::<String>::new());
    let code = compiled.code;
    // An expression is shown as the body of a function.
    let file = syn::parse2::<syn::File>(code.clone())
        .or_else(|_| syn::parse2(quote::quote!(fn stand_alone() { #code })));
    let mut file = file.expect("the expansion is Rust");
    // The graph is the plan once more, as data.
    file.items.retain(
        |item| !matches!(item, syn::Item::Const(item) if item.ident.to_string().ends_with("_graph")),
    );
    for item in &mut file.items {
        if let syn::Item::Impl(item) = item {
            item.items.retain(
                |item| !matches!(item, syn::ImplItem::Fn(item) if item.sig.ident == "graph"),
            );
        }
    }
    let code = prettyplease::unparse(&file);
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, format!("{source}\n==== plan ====\n\n{}\n==== expansion ====\n\n{code}", compiled.plan));
    });
}

macro_rules! snapshots {
    ($check:ident in $folder:literal: $($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                super::$check(stringify!($name), include_str!(concat!($folder, "/", stringify!($name), ".rama")));
            }
        )*
    };
}

mod modules {
    snapshots! {
        module in "modules":
        all_tasks
        anchors
        async_calls
        bank
        both_arms_hop
        branches
        calls
        compound
        depots_only
        each
        filters
        loops
        many_variables
        nested_ifs
        one_arm_hops
        operations_as_values
        partitioners
        path_functions
        pstate_options
        reads
        rust_code
        shadowing
    }
}

mod definitions {
    snapshots! {
        dataflow in "dataflow":
        functions
        operations
        operations_that_call_themselves
        stand_alone
        stand_alone_loops
    }
}

mod parts {
    snapshots! {
        sources in "sources":
        deposits
    }
}
