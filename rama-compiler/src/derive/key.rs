//! `#[derive(Key)]`: the encoding of a struct or an enum as a key, in the order of derived `Ord`.

use crate::errors;
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{
    Data, DeriveInput, Error, Expr, ExprLit, ExprUnary, Fields, Ident, Lit, Member, Result, Token,
    UnOp, Variant, parse_quote,
};

/// Expands `#[derive(Key)]`.
pub(crate) fn key(input: TokenStream) -> TokenStream {
    syn::parse2(input).and_then(expand).unwrap_or_else(Error::into_compile_error)
}

fn expand(input: DeriveInput) -> Result<TokenStream> {
    let name = &input.ident;
    let mut generics = input.generics.clone();
    if let Some(lifetime) = generics.lifetimes().next() {
        return Err(errors::key_with_a_lifetime(lifetime.lifetime.span()));
    }
    let text = name.to_string();
    let (encode, decode) = match &input.data {
        Data::Union(union) => {
            return Err(errors::key_of_a_union(union.union_token.span));
        }
        Data::Struct(data) => {
            let Arm { pattern, encode, value } = arm(quote!(Self), &data.fields);
            (quote!(let #pattern = *self; #encode), quote!(::core::result::Result::Ok(#value)))
        }
        Data::Enum(data) => of_enum(&text, &data.variants)?,
    };

    let params: Vec<Ident> = generics.type_params().map(|p| p.ident.clone()).collect();
    for param in params {
        generics.make_where_clause().predicates.push(parse_quote!(#param: ::rama::paths::Key));
    }
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #impl_generics ::rama::paths::Key for #name #type_generics #where_clause {
            fn encode_key(&self, out: &mut ::rama::paths::KeyBytes) {
                let _ = &out;
                #encode
            }

            fn decode_key(
                input: &mut &[u8],
            ) -> ::core::result::Result<Self, ::rama::paths::KeyError> {
                let _ = &input;
                #decode
            }
        }
    })
}

fn of_enum(
    text: &str,
    variants: &Punctuated<Variant, Token![,]>,
) -> Result<(TokenStream, TokenStream)> {
    check_order(variants)?;
    let (mut encode, mut decode) = (TokenStream::new(), TokenStream::new());
    for (index, variant) in variants.iter().enumerate() {
        let Ok(index) = u8::try_from(index) else {
            return Err(errors::too_many_variants(variant.ident.span()));
        };
        let ident = &variant.ident;
        let Arm { pattern, encode: fields, value } = arm(quote!(Self::#ident), &variant.fields);
        encode.extend(quote!(#pattern => { out.push(#index); #fields }));
        decode.extend(quote!(#index => ::core::result::Result::Ok(#value),));
    }
    Ok((
        quote!(match *self { #encode }),
        quote! {
            match <u8 as ::rama::paths::Key>::decode_key(input)? {
                #decode
                _ => ::core::result::Result::Err(
                    ::rama::paths::KeyError::Invalid { type_name: #text },
                ),
            }
        },
    ))
}

/// A struct or a variant: how it is taken apart, and put together again.
struct Arm {
    pattern: TokenStream,
    encode: TokenStream,
    value: TokenStream,
}

fn arm(constructor: TokenStream, fields: &Fields) -> Arm {
    let (mut pattern, mut encode, mut value) =
        (TokenStream::new(), TokenStream::new(), TokenStream::new());
    for (index, field) in fields.iter().enumerate() {
        let member = field.ident.clone().map_or_else(|| Member::from(index), Member::Named);
        let (ty, part) = (&field.ty, format_ident!("part_{index}"));
        // Both say the same of a type that is no key, so that it is one error.
        let span = ty.span().resolved_at(Span::call_site());
        pattern.extend(quote!(#member: ref #part,));
        encode.extend(quote_spanned!(span=> <#ty as ::rama::paths::Key>::encode_key(#part, out);));
        value.extend(
            quote_spanned!(span=> #member: <#ty as ::rama::paths::Key>::decode_key(input)?,),
        );
    }
    Arm {
        pattern: quote!(#constructor { #pattern }),
        encode,
        value: quote!(#constructor { #value }),
    }
}

/// The order of an enum is that of its discriminants; that of the encoding is as they are declared.
fn check_order(variants: &Punctuated<Variant, Token![,]>) -> Result<()> {
    let mut before: Option<i128> = None;
    for variant in variants {
        let next = before.map_or(Some(0), |before| before.checked_add(1));
        let this = match &variant.discriminant {
            None => next,
            Some((_, expr)) => match number(expr) {
                Some(number) if before.is_none_or(|before| before < number) => Some(number),
                Some(_) => {
                    return Err(errors::variants_out_of_order(expr.span()));
                }
                None => {
                    return Err(errors::unknown_order(expr.span()));
                }
            },
        };
        before = this;
    }
    Ok(())
}

/// The number that an expression is, if it is one.
fn number(expr: &Expr) -> Option<i128> {
    match expr {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => number.base10_parse().ok(),
        Expr::Lit(ExprLit { lit: Lit::Byte(byte), .. }) => Some(byte.value().into()),
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => number(expr)?.checked_neg(),
        Expr::Paren(paren) => number(&paren.expr),
        Expr::Group(group) => number(&group.expr),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::key;

    #[test]
    fn a_byte_says_which_variant_it_is() {
        let with = |n: usize| {
            let variants: Vec<String> = (0..n).map(|i| format!("V{i}")).collect();
            let item = format!("enum E {{ {} }}", variants.join(", "));
            key(item.parse().expect("the item is made of tokens")).to_string()
        };
        assert!(!with(256).contains("compile_error"));
        assert!(with(257).contains("at most 256 variants"));
    }
}
