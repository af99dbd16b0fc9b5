//! The items of a module: its type, the owner tags of its topologies, and one
//! typed handle per depot, PState and topology.

use super::names::{self, unraw};
use crate::ast::Module;
use crate::print;
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{quote, quote_spanned};
use std::collections::BTreeSet;
use syn::Attribute;

/// Everything but the `Module` impl.
pub(crate) fn items(module: &Module) -> TokenStream {
    let Module { attrs, vis, name, .. } = module;
    let undocumented = !attrs.iter().any(|attr| attr.path().is_ident("doc"));
    let doc = undocumented.then(|| {
        let doc = format!(" Module `{}`.", unraw(name));
        quote!(#[doc = #doc])
    });
    let tags = names::tags(&module.name);
    // A name that is taken twice has its message already: one item is enough.
    let mut seen = BTreeSet::new();
    let owners =
        module.topologies.iter().map(|topology| &topology.name).filter(|name| seen.insert(*name));
    let handles = handles(module, &tags);
    let constants = handles.iter().map(|Handle { docs, name, ty, value }| {
        quote_spanned!(name.span()=> #docs #vis const #name: #ty = #value;)
    });
    let declared = if module.is_anonymous {
        // Nobody can name the type, so its handles are fields of its value.
        let fields = handles.iter().map(
            |Handle { docs, name, ty, .. }| quote_spanned!(name.span()=> #docs pub #name: #ty,),
        );
        quote! {
            // Whoever launches it need not use each of its objects.
            #[allow(dead_code)]
            #[derive(Clone, Copy, Debug)]
            struct #name { #(#fields)* }
        }
    } else {
        quote! {
            #(#attrs)*
            #doc
            #vis struct #name;
        }
    };
    quote! {
        #declared

        #[doc(hidden)]
        #[allow(non_snake_case, non_camel_case_types, missing_docs, missing_debug_implementations, dead_code, unreachable_pub)]
        #vis mod #tags {
            #(pub struct #owners;)*
        }

        #[allow(non_upper_case_globals, dead_code, private_interfaces, unreachable_pub)]
        impl #name {
            #(#constants)*
        }
    }
}

/// The value of an anonymous module.
pub(crate) fn value(module: &Module) -> TokenStream {
    let name = &module.name;
    let handles = handles(module, &names::tags(&module.name));
    let fields = handles.iter().map(|handle| &handle.name);
    let values = handles.iter().map(|handle| &handle.name);
    quote!(#name { #(#fields: #name::#values,)* })
}

/// The typed handle of one object.
struct Handle {
    docs: TokenStream,
    name: Ident,
    ty: TokenStream,
    value: TokenStream,
}

fn handles(module: &Module, tags: &Ident) -> Vec<Handle> {
    let mut found = Vec::new();
    for (index, depot) in module.depots.iter().enumerate() {
        let index = Literal::usize_unsuffixed(index);
        let (name, ty) = (&depot.name, &depot.ty);
        let known_as = known_as(depot.named.as_ref(), &unraw(name));
        let span = name.span();
        found.push(Handle {
            docs: docs(&depot.attrs, &format!(" Depot `*{name}` of `{}`.", print::stream(ty))),
            name: name.clone(),
            ty: quote_spanned!(span=> ::rama::Depot<Self, #ty>),
            value: quote_spanned!(span=> ::rama::Depot::new(#known_as, #index)),
        });
    }
    let mut pstates = 0_usize;
    for (index, topology) in module.topologies.iter().enumerate() {
        let index = Literal::usize_unsuffixed(index);
        let owner = &topology.name;
        for pstate in &topology.pstates {
            let number = Literal::usize_unsuffixed(pstates);
            let (name, schema) = (&pstate.name, &pstate.schema);
            let known_as = known_as(pstate.named.as_ref(), &unraw(name));
            let span = name.span();
            found.push(Handle {
                docs: docs(
                    &pstate.attrs,
                    &format!(" PState `$${name}`, written by topology `{owner}`."),
                ),
                name: name.clone(),
                ty: match (pstate.has("global"), pstate.has("private")) {
                    (false, false) => quote_spanned!(span=> ::rama::PState<#tags::#owner, #schema>),
                    (global, private) => quote_spanned! {span=>
                        ::rama::PState<#tags::#owner, #schema, ::rama::dsl::Declared<#global, #private>>
                    },
                },
                value: quote_spanned!(span=> ::rama::PState::new(#known_as, #number)),
            });
            pstates += 1;
        }
        let text = unraw(owner);
        let span = owner.span();
        found.push(Handle {
            docs: docs(&topology.attrs, &format!(" Microbatch topology `{owner}`.")),
            name: owner.clone(),
            ty: quote_spanned!(span=> ::rama::Microbatch<Self, #tags::#owner>),
            value: quote_spanned!(span=> ::rama::Microbatch::new(#text, #index)),
        });
    }
    let mut taken = BTreeSet::new();
    found.retain(|handle| taken.insert(unraw(&handle.name)));
    found
}

/// The user's words first, then what the handle is.
fn docs(attrs: &[Attribute], text: &str) -> TokenStream {
    let separated =
        attrs.iter().any(|attr| attr.path().is_ident("doc")).then(|| quote!(#[doc = ""]));
    quote!(#(#attrs)* #separated #[doc = #text])
}

/// The name of an object where it is computed; else the text of its identifier.
pub(crate) fn known_as(named: Option<&syn::Expr>, text: &str) -> TokenStream {
    match named {
        Some(named) => quote!(#named),
        None => quote!(#text),
    }
}
