//! Whole modules through all stages: each snapshot holds the module, its plan
//! and its expansion. Mistakes are in [`mistakes`].

mod forms;
mod fuzz;
mod lints;
mod mistakes;

use crate::compile;
use proc_macro2::TokenStream;

/// Compiles a module and snapshots what it came to.
fn check(name: &str, module: &str) {
    let input: TokenStream = module.parse().expect("the module is made of tokens");
    let compiled = compile::defmodule(input);
    let errors: Vec<String> = compiled.errors.iter().map(ToString::to_string).collect();
    assert_eq!(errors, Vec::<String>::new());
    let mut file: syn::File = syn::parse2(compiled.code).expect("the expansion is Rust");
    // The graph is the plan once more, as data.
    for item in &mut file.items {
        if let syn::Item::Impl(item) = item {
            item.items.retain(
                |item| !matches!(item, syn::ImplItem::Fn(item) if item.sig.ident == "graph"),
            );
        }
    }
    let code = prettyplease::unparse(&file);
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, format!("{module}\n==== plan ====\n\n{}\n==== expansion ====\n\n{code}", compiled.plan));
    });
}

macro_rules! modules {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                check(stringify!($name), include_str!(concat!("modules/", stringify!($name), ".rama")));
            }
        )*
    };
}

modules! {
    all_tasks
    bank
    both_arms_hop
    compound
    depots_only
    each
    filters
    many_variables
    nested_ifs
    one_arm_hops
    rust_code
    shadowing
}
