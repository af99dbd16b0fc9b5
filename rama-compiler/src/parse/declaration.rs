//! What a module and a topology declare: depots, topologies, PStates, sources.

use super::{block, path_function, pstate, section};
use crate::ast::{Depot, Module, Partitioning, Topology};
use crate::errors::{self, Errors};
use crate::tokens;
use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::quote;
use std::ops::Range;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Attribute, Ident, Result, Token, Type};

/// The words that say how a depot is partitioned.
const OPTIONS: &[&str] = &["hash_by", "random", "disallow", "global"];

const DEPOT: &str = "depot *name: Type, hash_by(.field);";

/// Reads the declarations of a module's body into `module`.
pub(crate) fn module(body: TokenStream, module: &mut Module, errors: &mut Errors) {
    for item in items(body) {
        let Some((word, span)) = first_word(&item) else { continue };
        match word.as_str() {
            "depot" => match errors.take(depot(&item)) {
                Some(depot) => module.depots.push(depot),
                None => module.unreadable.extend(declared_name(&item)),
            },
            "microbatch" => {
                let topology = topology(&item, &mut module.unreadable, errors);
                module.topologies.extend(topology);
            }
            "path_function" => {
                module.path_functions.extend(errors.take(path_function::path_function(&item)));
            }
            _ => {
                errors.push(errors::unknown_declaration(span, &word));
                module.unreadable.extend(declared_name(&item));
            }
        }
    }
}

/// What a declaration that could not be read seems to declare: its second word.
fn declared_name(item: &[TokenTree]) -> Option<String> {
    item.iter().filter_map(|token| tokens::ident(Some(token))).nth(1).map(ToString::to_string)
}

/// Splits declarations, without the `;` that ends them.
fn items(body: TokenStream) -> Vec<Vec<TokenTree>> {
    let body = tokens::list(body);
    let mut found = extents(&body);
    for extent in &mut found {
        if tokens::is_punct(body.get(extent.end - 1), ';') {
            extent.end -= 1;
        }
    }
    found.retain(|extent| !extent.is_empty());
    found.into_iter().map(|extent| body[extent].to_vec()).collect()
}

/// Where declarations are: each ends with its `;` or its brace. In a path function braces are Rust's,
/// and end it only if another declaration follows.
pub(crate) fn extents(code: &[TokenTree]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    for at in 0..code.len() {
        let semicolon = tokens::is_punct(code.get(at), ';');
        let brace = tokens::group(code.get(at), Delimiter::Brace).is_some();
        let within = || path_function::is_one(&code[start..at]) && !begins(&code[at + 1..]);
        if semicolon || (brace && !within()) {
            found.push(start..at + 1);
            start = at + 1;
        }
    }
    if start < code.len() {
        found.push(start..code.len());
    }
    found
}

/// Whether a declaration of a module begins here.
fn begins(code: &[TokenTree]) -> bool {
    tokens::is_punct(code.first(), '#')
        || ["depot", "microbatch", "path_function"]
            .iter()
            .any(|word| tokens::is_ident(code.first(), word))
}

/// The word that says what is declared, behind its attributes.
pub(super) fn first_word(item: &[TokenTree]) -> Option<(String, Span)> {
    let mut at = 0;
    while tokens::is_punct(item.get(at), '#') {
        at += 2;
    }
    item.get(at).map(|token| (token.to_string(), token.span()))
}

/// Parses one declaration; what is missing at its end is blamed on its last token.
pub(super) fn parse<T>(
    item: &[TokenTree],
    form: &str,
    parser: impl FnOnce(ParseStream) -> Result<T>,
) -> Result<T> {
    let mut ended = false;
    let parsed = (|input: ParseStream| {
        let parsed = parser(input);
        ended = parsed.is_err() && input.is_empty();
        parsed
    })
    .parse2(tokens::stream(item));
    parsed.map_err(|error| {
        if error.to_string().contains("help: ") {
            error
        } else if ended {
            errors::declaration_ended(tokens::last_span(item), &error, form)
        } else {
            errors::declaration(&error, form)
        }
    })
}

fn depot(item: &[TokenTree]) -> Result<Depot> {
    parse(item, DEPOT, |input| {
        let (attrs, named) = super::named(input.call(Attribute::parse_outer)?)?;
        input.parse::<Ident>()?;
        input.parse::<Token![*]>()?;
        let name: Ident = input.parse()?;
        input.parse::<Token![:]>()?;
        let ty: Type = input.parse()?;
        if input.is_empty() {
            return Err(errors::depot_without_option(name.span()));
        }
        input.parse::<Token![,]>()?;
        if input.is_empty() {
            return Err(errors::depot_without_option(name.span()));
        }
        let partitioning = partitioning(input)?;
        if !input.is_empty() {
            return Err(input.error("unexpected tokens after the depot's option"));
        }
        Ok(Depot { attrs, name, named, ty: quote!(#ty), partitioning })
    })
}

fn partitioning(input: ParseStream) -> Result<Partitioning> {
    let option: Ident = input.parse()?;
    match option.to_string().as_str() {
        "random" | "disallow" | "global" => Ok(Partitioning::Word(option)),
        "hash_by" => {
            let by;
            syn::parenthesized!(by in input);
            if by.peek(Token![.]) {
                let mut fields = TokenStream::new();
                while !by.is_empty() {
                    let (dot, member): (Token![.], syn::Member) = (by.parse()?, by.parse()?);
                    fields.extend(quote!(#dot #member));
                }
                Ok(Partitioning::Field(fields))
            } else {
                let function: syn::Path = by.parse()?;
                if !by.is_empty() {
                    return Err(by.error("expected the path of a function"));
                }
                Ok(Partitioning::Function(quote!(#function)))
            }
        }
        _ => Err(errors::unknown_depot_option(&option, OPTIONS)),
    }
}

fn topology(
    item: &[TokenTree],
    unreadable: &mut Vec<String>,
    errors: &mut Errors,
) -> Option<Topology> {
    let parsed =
        parse(item, "microbatch name { pstate $$name: Schema; sources! { … } }", |input| {
            let attrs = input.call(Attribute::parse_outer)?;
            input.parse::<Ident>()?;
            let name: Ident = input.parse()?;
            let body;
            syn::braced!(body in input);
            Ok((attrs, name, body.parse::<TokenStream>()?))
        });
    let (mut attrs, name, body) = errors.take(parsed)?;
    for attr in attrs.extract_if(.., |attr| super::is_name(attr)) {
        errors.push(errors::named_topology(attr.path().span()));
    }
    let (mut pstates, mut statements, mut parts) = (Vec::new(), Vec::new(), Vec::new());
    for item in items(body) {
        let Some((word, span)) = first_word(&item) else { continue };
        match word.as_str() {
            "pstate" => {
                let pstate = pstate::pstate(&item, errors);
                match errors.take(pstate) {
                    Some(pstate) => pstates.push(pstate),
                    None => unreadable.extend(declared_name(&item)),
                }
            }
            "sources" if tokens::is_punct(item.get(1), ':') => {
                parts.extend(errors.take(paths(&item[2..])).into_iter().flatten());
            }
            "sources" => match item.last() {
                Some(TokenTree::Group(group)) => {
                    statements.extend(block::block(&tokens::list(group.stream()), errors))
                }
                _ => errors.push(errors::sources_without_block(span)),
            },
            _ => {
                errors.push(errors::unknown_topology_part(span, &word));
                unreadable.extend(declared_name(&item));
            }
        }
    }
    let sources = section::sources(statements, errors);
    Some(Topology { attrs, name, pstates, sources, parts })
}

/// The paths of `sources: deposits::sources, transfers::sources;`.
fn paths(code: &[TokenTree]) -> Result<Vec<syn::Path>> {
    let paths = syn::punctuated::Punctuated::<syn::Path, Token![,]>::parse_terminated;
    let parsed = paths.parse2(tokens::stream(code));
    let parsed = parsed.map_err(|error| errors::declaration(&error, "sources: path::to::sources;"));
    Ok(parsed?.into_iter().collect())
}
