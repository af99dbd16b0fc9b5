//! The fields of a record as tokens: what the closure of `.field(|f| …)` gets at a value.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{Data, DeriveInput, Fields, Generics, Member};

/// The tokens of a struct; nothing for an enum. `bounds` are the generics of its `Record`.
///
/// The type of the tokens stands in a block, so that its name is in nobody's way; a token is as visible as
/// its field.
pub(super) fn tokens(input: &DeriveInput, bounds: &Generics) -> TokenStream {
    let Data::Struct(data) = &input.data else { return TokenStream::new() };
    let name = &input.ident;
    let tokens_name = format_ident!("fields_of_{name}");
    let (_, type_generics, own_where) = input.generics.split_for_impl();
    let (impl_generics, _, where_clause) = bounds.split_for_impl();
    let (mut declared, mut values) = (TokenStream::new(), TokenStream::new());
    let mut found = TokenStream::new();
    for (index, field) in data.fields.iter().enumerate() {
        let (vis, ty) = (&field.vis, &field.ty);
        let member = field.ident.clone().map_or_else(|| Member::from(index), Member::Named);
        let label = field.ident.as_ref().map(|ident| quote!(#ident:));
        let doc = format!("Field `{}`.", member.to_token_stream());
        let at = Literal::usize_unsuffixed(index);
        declared.extend(quote! {
            #[doc = #doc]
            #vis #label ::rama::paths::Part<#name #type_generics, #ty, ::rama::paths::PartAt<#at>>,
        });
        values.extend(quote!(#member: ::rama::paths::Part::new(::rama::paths::PartAt::<#at>),));
        found.extend(quote! {
            #[automatically_derived]
            impl #impl_generics ::rama::paths::PartOf<#name #type_generics, #ty>
                for ::rama::paths::PartAt<#at>
            #where_clause
            {
                #[inline(always)]
                fn get<'s>(&self, whole: &'s #name #type_generics) -> &'s #ty {
                    &whole.#member
                }

                #[inline(always)]
                fn get_mut<'s>(&self, whole: &'s mut #name #type_generics) -> &'s mut #ty {
                    &mut whole.#member
                }
            }
        });
    }
    let declaration = match &data.fields {
        Fields::Named(_) => quote!(#own_where { #declared }),
        Fields::Unnamed(_) => quote!((#declared) #own_where;),
        // Nothing to navigate to.
        Fields::Unit => return TokenStream::new(),
    };
    if data.fields.is_empty() {
        return TokenStream::new();
    }
    // The tokens are named by `field` only, of whatever fields a path goes to.
    quote! {
        const _: () = {
            #[doc = "The fields, as `.field(|f| …)` hands them out."]
            #[allow(dead_code, private_interfaces, non_camel_case_types)]
            pub struct #tokens_name #impl_generics #declaration

            #[automatically_derived]
            impl #impl_generics ::rama::paths::RecordFields for #name #type_generics
            #where_clause
            {
                type Fields = #tokens_name #type_generics;
                const FIELDS: #tokens_name #type_generics = #tokens_name { #values };
            }

            #found
        };
    }
}
