//! Stage one: tokens to [`ast`](crate::ast). Finds what is wrong in the form of
//! the module; what names mean is the next stage's business.

mod anonymous;
mod block;
mod call;
mod declaration;
mod hoist;
mod keyword;
pub(crate) mod layout;
mod operation;
mod partitioner;
mod path;
mod path_function;
mod pattern;
mod pstate;
mod rust;
mod section;
mod sigils;
mod stand_alone;
mod statement;

pub(crate) use block::BLOCKS;
pub(crate) use keyword::KEYWORDS;
pub(crate) use operation::operations;
pub(crate) use partitioner::PARTITIONERS;
pub(crate) use section::part;
pub(crate) use stand_alone::{is_items, stand_alone};

use crate::ast::Module;
use crate::errors::{self, Errors};
use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Ident, Result, Visibility};

/// Reads a module. Without a header there is no name to put anything under: then
/// nothing comes back.
pub(crate) fn module(input: TokenStream, errors: &mut Errors) -> Option<Module> {
    hoist::begin();
    let header = (|input: ParseStream| header(input)).parse2(input);
    let Header { attrs, vis, name, is_anonymous, body } =
        errors.take(header.map_err(|error| errors::module_header(&error)))?;
    let kept: Vec<Attribute> = attrs.iter().filter(|attr| !is_name(attr)).cloned().collect();
    let (attrs, named) = errors.take(self::named(attrs)).unwrap_or((kept, None));
    let mut module = Module {
        attrs,
        vis,
        name,
        named,
        is_anonymous,
        depots: Vec::new(),
        topologies: Vec::new(),
        path_functions: Vec::new(),
        unreadable: Vec::new(),
    };
    declaration::module(body, &mut module, errors);
    Some(module)
}

struct Header {
    attrs: Vec<Attribute>,
    vis: Visibility,
    name: Ident,
    is_anonymous: bool,
    body: TokenStream,
}

fn header(input: ParseStream) -> Result<Header> {
    let attrs = input.call(Attribute::parse_outer)?;
    let vis: Visibility = input.parse()?;
    let word: Ident = input.parse()?;
    if word != "module" {
        return Err(errors::expected_module(&word));
    }
    let is_anonymous = input.peek(syn::token::Brace) && matches!(vis, Visibility::Inherited);
    let name =
        if is_anonymous { Ident::new("AnonymousModule", word.span()) } else { input.parse()? };
    let body;
    syn::braced!(body in input);
    let body = body.parse()?;
    if !input.is_empty() {
        return Err(input.error("unexpected tokens after the module"));
    }
    Ok(Header { attrs, vis, name, is_anonymous, body })
}

fn is_name(attr: &Attribute) -> bool {
    attr.path().is_ident("name")
}

/// Takes `#[name = expression]` out of attributes: the name of an object where it is computed.
fn named(attrs: Vec<Attribute>) -> Result<(Vec<Attribute>, Option<syn::Expr>)> {
    let (names, attrs): (Vec<Attribute>, Vec<Attribute>) = attrs.into_iter().partition(is_name);
    let mut named = None;
    for attr in names {
        let value = attr.meta.require_name_value();
        let value =
            value.map_err(|_| errors::name_form(syn::spanned::Spanned::span(attr.path())))?;
        named = Some(value.value.clone());
    }
    Ok((attrs, named))
}
