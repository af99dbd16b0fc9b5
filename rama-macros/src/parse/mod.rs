//! Stage one: tokens to [`ast`](crate::ast). Finds what is wrong in the form of
//! the module; what names mean is the next stage's business.

mod declaration;
mod path;
mod pattern;
mod rust;
mod section;
mod sigils;
mod statement;

use crate::ast::Module;
use crate::errors::{self, Errors};
use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Ident, Result, Visibility};

/// Reads a module. Without a header there is no name to put anything under: then
/// nothing comes back.
pub(crate) fn module(input: TokenStream, errors: &mut Errors) -> Option<Module> {
    let header = (|input: ParseStream| header(input)).parse2(input);
    let (attrs, vis, name, body) =
        errors.take(header.map_err(|error| errors::module_header(&error)))?;
    let mut module = Module {
        attrs,
        vis,
        name,
        depots: Vec::new(),
        topologies: Vec::new(),
        unreadable: Vec::new(),
    };
    declaration::module(body, &mut module, errors);
    Some(module)
}

fn header(input: ParseStream) -> Result<(Vec<Attribute>, Visibility, Ident, TokenStream)> {
    let attrs = input.call(Attribute::parse_outer)?;
    let vis: Visibility = input.parse()?;
    let word: Ident = input.parse()?;
    if word != "module" {
        return Err(syn::Error::new(word.span(), "expected `module`"));
    }
    let name: Ident = input.parse()?;
    let body;
    syn::braced!(body in input);
    let body = body.parse()?;
    if !input.is_empty() {
        return Err(input.error("unexpected tokens after the module"));
    }
    Ok((attrs, vis, name, body))
}
