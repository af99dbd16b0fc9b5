//! `path_function name = function;`

use super::declaration::{first_word, parse};
use crate::ast::PathFunction;
use crate::errors;
use proc_macro2::TokenTree;
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprClosure, Ident, Pat, Result, Token, Type};

const PATH_FUNCTION: &str = "path_function name = |value: Type| …;";

/// A path function gets the value at a place, and up to three values that the path says.
const MOST_ARGUMENTS: usize = 4;

/// Whether the declaration that begins so is a path function.
pub(super) fn is_one(item: &[TokenTree]) -> bool {
    first_word(item).is_some_and(|(word, _)| word == "path_function")
}

pub(super) fn path_function(item: &[TokenTree]) -> Result<PathFunction> {
    parse(item, PATH_FUNCTION, |input| {
        let mut attrs = input.call(Attribute::parse_outer)?;
        attrs.retain(|attr| !attr.path().is_ident("doc"));
        if let Some(attr) = attrs.iter().find(|attr| super::is_name(attr)) {
            return Err(errors::named_path_function(attr.path().span()));
        }
        input.parse::<Ident>()?;
        let name: Ident = input.parse()?;
        if input.is_empty() {
            let function = quote!(#name);
            return Ok(PathFunction { attrs, name, function, arguments: None });
        }
        input.parse::<Token![=]>()?;
        let function: Expr = input.parse()?;
        if !input.is_empty() {
            return Err(input.error("expected `;` behind the function"));
        }
        let arguments = match &function {
            Expr::Closure(closure) => Some(check(closure)?),
            _ => None,
        };
        Ok(PathFunction { attrs, name, function: function.into_token_stream(), arguments })
    })
}

/// Nothing but its own words says what the arguments of a closure are; how many there are.
fn check(closure: &ExprClosure) -> Result<usize> {
    let count = closure.inputs.len();
    if count == 0 || count > MOST_ARGUMENTS {
        let span = closure.inputs.get(MOST_ARGUMENTS).map_or(closure.span(), Spanned::span);
        return Err(errors::path_function_arguments(span, count));
    }
    for input in &closure.inputs {
        match input {
            Pat::Type(typed) => {
                if let Type::Reference(reference) = &*typed.ty {
                    let ty = reference.elem.to_token_stream();
                    return Err(errors::path_function_reference(typed.ty.span(), &ty));
                }
            }
            untyped => {
                let pattern = untyped.to_token_stream();
                return Err(errors::path_function_without_type(untyped.span(), &pattern));
            }
        }
    }
    Ok(count)
}
