//! `#[derive(PState)]`: a struct as the schema of fixed keys.

use crate::errors;
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{
    Attribute, Data, DeriveInput, Error, Fields, Generics, Ident, LitInt, Result, Type,
    WherePredicate, parse_quote,
};

/// Expands `#[derive(PState)]`.
pub(crate) fn pstate(input: TokenStream) -> TokenStream {
    syn::parse2(input).and_then(expand).unwrap_or_else(Error::into_compile_error)
}

/// A field as it is stored.
struct Entry<'a> {
    ident: &'a Ident,
    ty: &'a Type,
    docs: Vec<&'a Attribute>,
    name: String,
    id: u32,
}

fn expand(input: DeriveInput) -> Result<TokenStream> {
    let name = &input.ident;
    let fields = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => &fields.named,
            Fields::Unnamed(_) | Fields::Unit => {
                return Err(errors::fields_without_names(name));
            }
        },
        Data::Enum(data) => {
            return Err(errors::pstate_of_an_enum(data.enum_token.span));
        }
        Data::Union(data) => {
            return Err(errors::pstate_of_a_union(data.union_token.span));
        }
    };
    if let Some(lifetime) = input.generics.lifetimes().next() {
        return Err(errors::pstate_with_a_lifetime(lifetime.lifetime.span()));
    }

    let mut entries: Vec<Entry<'_>> = Vec::new();
    for field in fields {
        let Some(ident) = &field.ident else { continue };
        let text = ident.to_string();
        let text = text.strip_prefix("r#").unwrap_or(&text).to_owned();
        let (id, span) = match explicit_id(&field.attrs)? {
            Some((id, span)) => (id, span),
            None => (field_id(&text), ident.span()),
        };
        if let Some(other) = entries.iter().find(|entry| entry.id == id) {
            return Err(errors::same_id(span, &other.name));
        }
        entries.push(Entry {
            ident,
            ty: &field.ty,
            docs: field.attrs.iter().filter(|attribute| attribute.path().is_ident("doc")).collect(),
            name: text,
            id,
        });
    }
    Ok(generate(&input, &entries))
}

fn generate(input: &DeriveInput, entries: &[Entry<'_>]) -> TokenStream {
    let name = &input.ident;
    let vis = &input.vis;
    let generics = with_schemas(&input.generics);
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let (own_generics, _, own_where) = input.generics.split_for_impl();
    let tokens_name = format_ident!("{name}Fields");
    let tokens_text = tokens_name.to_string();
    let tokens_doc = format!("The fields of [`{name}`], as `.field(|f| …)` hands them out.");

    let mut tables = quote!(());
    for Entry { ty, id, .. } in entries.iter().rev() {
        let span = ty.span().resolved_at(Span::call_site());
        tables = quote_spanned!(span=> ::rama::paths::store::FieldNode<#ty, #tables, #id>);
    }

    let mut token_fields = TokenStream::new();
    let mut token_values = TokenStream::new();
    let mut field_impls = TokenStream::new();
    let mut shape = TokenStream::new();
    let mut names = TokenStream::new();
    let mut cursors = TokenStream::new();
    let mut uses = TokenStream::new();
    let mut rows = quote!(tables);
    let mut writes = quote!(writes);
    for (index, entry) in entries.iter().enumerate() {
        let Entry { ident, ty, docs, name: text, id } = entry;
        let doc = if docs.is_empty() {
            let doc = format!("Field `{text}`.");
            quote!(#[doc = #doc])
        } else {
            quote!(#(#docs)*)
        };
        token_fields
            .extend(quote!(#doc pub #ident: ::rama::paths::Field<#name #type_generics, #index>,));
        token_values.extend(quote!(#ident: ::rama::paths::Field::NEW,));
        let span = ty.span().resolved_at(Span::call_site());
        let schema = quote_spanned!(span=> type Schema = #ty;);
        field_impls.extend(quote! {
            #[automatically_derived]
            impl #impl_generics ::rama::paths::FieldAt<#index> for #name #type_generics
            #where_clause
            {
                #schema
                const ID: u32 = #id;
                fn rows(
                    tables: &<Self as ::rama::paths::path::Location>::Tables,
                ) -> &::rama::paths::store::Node<<Self as ::rama::paths::FieldAt<#index>>::Schema> {
                    &#rows.node
                }
                fn writes(
                    writes: &::rama::paths::store::WritesOf<Self>,
                ) -> &::rama::paths::store::NodeWrites<<Self as ::rama::paths::FieldAt<#index>>::Schema> {
                    &#writes.0
                }
                fn writes_mut(
                    writes: &mut ::rama::paths::store::WritesOf<Self>,
                ) -> &mut ::rama::paths::store::NodeWrites<<Self as ::rama::paths::FieldAt<#index>>::Schema> {
                    &mut #writes.0
                }
            }
        });
        let before = format!("{}{text}#{id}: ", if index == 0 { " " } else { ", " });
        shape.extend(quote!(shape.text(#before).schema::<#ty>();));
        names.extend(quote!(#text,));
        cursors.extend(quote!(#index => ::rama::paths::data::field_at::<Self, #index>(place, f),));
        uses.extend(quote!(let _ = &value.#ident;));
        rows = quote!(#rows.rest);
        writes = quote!(#writes.1);
    }

    let text = name.to_string();
    quote! {
        #[doc = #tokens_doc]
        #vis struct #tokens_name #own_generics #own_where {
            #token_fields
        }

        #[automatically_derived]
        impl #own_generics ::core::clone::Clone for #tokens_name #type_generics #own_where {
            fn clone(&self) -> Self {
                *self
            }
        }

        #[automatically_derived]
        impl #own_generics ::core::marker::Copy for #tokens_name #type_generics #own_where {}

        #[automatically_derived]
        impl #own_generics ::core::fmt::Debug for #tokens_name #type_generics #own_where {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(#tokens_text)
            }
        }

        #[automatically_derived]
        impl #impl_generics ::rama::paths::path::Location for #name #type_generics #where_clause {
            type Slot = ::rama::paths::store::Handle;
            type Tables = #tables;
            type Kind = ::rama::paths::path::StructureKind;
            type Names<P> = #tokens_name #type_generics;
        }

        #[automatically_derived]
        impl #impl_generics ::rama::paths::Schema for #name #type_generics #where_clause {
            const NESTED: bool = true;

            fn shape(shape: &mut ::rama::paths::ShapeBuilder) {
                shape.named::<Self>(#text, |shape| {
                    shape.text(" fixed {");
                    #shape
                    shape.text(" }");
                });
            }

            fn top() -> ::core::option::Option<&'static ::rama::paths::store::Handle> {
                ::core::option::Option::Some(::rama::paths::store::Handle::top())
            }

            fn handle(
                slot: &::rama::paths::store::Handle,
            ) -> ::core::option::Option<::rama::paths::store::Handle> {
                ::core::option::Option::Some(*slot)
            }

            #[allow(unused_variables)]
            fn cursor(
                place: &::rama::paths::store::ReadPlace<'_, Self>,
                f: &mut ::rama::paths::data::AtCursor<'_>,
            ) -> ::rama::paths::path::Visit {
                ::rama::paths::data::at_fields(
                    place,
                    &[#names],
                    |place, index, f| match index {
                        #cursors
                        _ => ::core::result::Result::Ok(()),
                    },
                    f,
                )
            }
        }

        #[automatically_derived]
        impl #impl_generics ::rama::paths::HasFields for #name #type_generics #where_clause {
            type Fields = #tokens_name #type_generics;
            const FIELDS: Self::Fields = #tokens_name { #token_values };
        }

        #[automatically_derived]
        impl #impl_generics ::rama::paths::FixedKeys for #name #type_generics #where_clause {}

        #field_impls

        // The fields are read through paths only, never as values: nobody calls this, it names them.
        const _: () = {
            #[allow(dead_code)]
            fn fields #own_generics(value: &#name #type_generics) #own_where {
                let _ = value;
                #uses
            }
        };
    }
}

/// The generics of the impls: a type about which nothing is said may be whatever can be stored.
fn with_schemas(generics: &Generics) -> Generics {
    let mut bounded = generics.clone();
    for param in generics.type_params() {
        let ident = &param.ident;
        let of_it = |predicate: &WherePredicate| match predicate {
            WherePredicate::Type(predicate) => {
                matches!(&predicate.bounded_ty, Type::Path(ty) if ty.path.is_ident(ident))
            }
            _ => false,
        };
        let clause = generics.where_clause.as_ref();
        if param.bounds.is_empty() && !clause.is_some_and(|all| all.predicates.iter().any(of_it)) {
            let clause = bounded.make_where_clause();
            clause.predicates.push(parse_quote!(#ident: ::rama::paths::Schema));
        }
    }
    bounded
}

/// The id in `#[pstate(id = …)]`, and where it stands.
fn explicit_id(attributes: &[Attribute]) -> Result<Option<(u32, Span)>> {
    let mut found = None;
    for attribute in attributes {
        if !attribute.path().is_ident("pstate") {
            continue;
        }
        attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("id") {
                return Err(errors::unknown_field_attribute(
                    meta.path.span(),
                    "pstate",
                    "pstate(id = …)",
                ));
            }
            let id: LitInt = meta.value()?.parse()?;
            found = Some((id.base10_parse()?, id.span()));
            Ok(())
        })?;
    }
    Ok(found)
}

/// The id of a field without an explicit one: 32-bit FNV-1a of its name, as `rama_paths::field_id`.
fn field_id(name: &str) -> u32 {
    name.bytes()
        .fold(0x811c_9dc5, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
