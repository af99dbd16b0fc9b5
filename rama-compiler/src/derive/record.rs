//! `#[derive(Record)]`: the shape of a struct or an enum, and its fields.

use crate::errors;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Error, Field, Fields, Ident, Result, parse_quote};

use super::attributes::{canonical, check_readable, check_skipped_variants, serde_has, serde_text};
use super::{fields, take_out};

/// Expands `#[derive(Record)]`.
pub(crate) fn record(input: TokenStream) -> TokenStream {
    syn::parse2(input).and_then(expand).unwrap_or_else(Error::into_compile_error)
}

fn expand(input: DeriveInput) -> Result<TokenStream> {
    let name = &input.ident;
    let mut body = Body { steps: TokenStream::new(), text: String::new(), all_records: true };
    body.text(&serde_text(&input.attrs));
    check_record_attributes(&input.attrs, false)?;
    check_readable(&input.attrs)?;
    // Such a type is encoded as another one, which its attributes name.
    let replaced = serde_has(&input.attrs, &["from", "into", "try_from", "remote"]);
    match &input.data {
        Data::Union(union) => {
            return Err(errors::record_of_a_union(union.union_token.span));
        }
        _ if replaced => {}
        Data::Struct(data) => body.fields(&data.fields)?,
        Data::Enum(data) => {
            body.text(" enum {");
            let mut before = " ";
            for variant in &data.variants {
                check_record_attributes(&variant.attrs, false)?;
                check_readable(&variant.attrs)?;
                body.text(before);
                body.text(&unraw(&variant.ident));
                body.text(&serde_text(&variant.attrs));
                body.fields(&variant.fields)?;
                before = ", ";
            }
            check_skipped_variants(&data.variants)?;
            body.text(" }");
        }
    }

    let mut generics = input.generics.clone();
    if let Some(lifetime) = generics.lifetimes().next() {
        return Err(errors::borrowing_record(lifetime.lifetime.span()));
    }
    let params: Vec<Ident> = generics.type_params().map(|p| p.ident.clone()).collect();
    for param in params {
        generics.make_where_clause().predicates.push(parse_quote!(#param: ::rama::paths::Record));
    }
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let text = unraw(name);
    let take_out = (!replaced && body.all_records && !is_packed(&input.attrs))
        .then(|| take_out::method(&input.data));
    let fields = (!is_packed(&input.attrs)).then(|| fields::tokens(&input, &generics));
    let steps = body.finish();
    Ok(quote! {
        #[automatically_derived]
        impl #impl_generics ::rama::paths::Record for #name #type_generics #where_clause {
            fn shape(shape: &mut ::rama::paths::ShapeBuilder) {
                shape.named::<Self>(#text, |shape| { let _ = &shape; #steps });
            }

            #take_out
        }

        #fields
    })
}

/// Whether fields have no addresses.
fn is_packed(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("repr")
            && attribute.meta.to_token_stream().to_string().contains("packed")
    })
}

fn unraw(ident: &Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").map_or(text.clone(), str::to_owned)
}

/// Whether `#[record(opaque)]` stands among the attributes; anything else in `#[record(…)]` is an
/// error.
fn check_record_attributes(attributes: &[Attribute], on_field: bool) -> Result<bool> {
    let mut opaque = false;
    for attribute in attributes {
        if !attribute.path().is_ident("record") {
            continue;
        }
        attribute.parse_nested_meta(|meta| {
            if on_field && meta.path.is_ident("opaque") {
                opaque = true;
                Ok(())
            } else {
                Err(errors::unknown_field_attribute(meta.path.span(), "record", "record(opaque)"))
            }
        })?;
    }
    Ok(opaque)
}

/// The steps that write the shape; texts that follow each other are joined.
struct Body {
    steps: TokenStream,
    text: String,
    /// Whether every field is a record.
    all_records: bool,
}

impl Body {
    fn text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn flush(&mut self) {
        let text = std::mem::take(&mut self.text);
        if !text.is_empty() {
            self.steps.extend(quote!(shape.text(#text);));
        }
    }

    fn finish(mut self) -> TokenStream {
        self.flush();
        self.steps
    }

    fn fields(&mut self, fields: &Fields) -> Result<()> {
        let (open, close) = match fields {
            Fields::Unit => return Ok(()),
            Fields::Named(_) => (" {", " }"),
            Fields::Unnamed(_) => ("(", ")"),
        };
        self.text(open);
        let mut before = if open == "(" { "" } else { " " };
        for field in fields {
            self.text(before);
            self.field(field)?;
            before = ", ";
        }
        self.text(close);
        Ok(())
    }

    fn field(&mut self, field: &Field) -> Result<()> {
        if let Some(name) = &field.ident {
            self.text(&unraw(name));
            self.text(&serde_text(&field.attrs));
            self.text(": ");
        }
        let opaque = check_record_attributes(&field.attrs, true)?;
        check_readable(&field.attrs)?;
        let ty = &field.ty;
        if serde_has(&field.attrs, &["skip"]) {
            self.all_records = false;
            self.text("skipped");
        } else if opaque || serde_has(&field.attrs, &["with", "serialize_with", "deserialize_with"])
        {
            self.all_records = false;
            self.text("opaque ");
            self.text(&canonical(quote!(#ty)));
        } else {
            self.flush();
            let span = ty.span().resolved_at(Span::call_site());
            self.steps.extend(quote_spanned!(span=> <#ty as ::rama::paths::Record>::shape(shape);));
        }
        if field.ident.is_none() {
            self.text(&serde_text(&field.attrs));
        }
        Ok(())
    }
}
