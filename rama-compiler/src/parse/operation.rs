//! Operations at item level: `ramafn name(…) -> T { … }` and `ramaop name(…) :> T { … }`.

use super::{block, hoist, pattern, statement};
use crate::ast::{Binding, Code, Operation, OperationForm, Param, Stream};
use crate::errors::{self, Errors};
use crate::tokens;
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Result, Token, Type, Visibility};

/// Reads the operations of `dataflow! { … }`.
pub(crate) fn operations(input: TokenStream, errors: &mut Errors) -> Vec<Operation> {
    hoist::begin();
    let code = tokens::list(input);
    let mut found = Vec::new();
    let mut start = 0;
    for at in 0..code.len() {
        if tokens::is_punct(code.get(at), ';') {
            if start < at {
                errors.push(errors::operation_without_body(tokens::last_span(&code[start..at])));
            }
            start = at + 1;
        } else if tokens::group(code.get(at), Delimiter::Brace).is_some() {
            let item = &code[start..=at];
            start = at + 1;
            found.extend(read(item, errors));
        }
    }
    if start < code.len() {
        let blame = tokens::last_span(&code);
        errors.push(errors::operation_without_body(blame));
    }
    found
}

fn read(item: &[TokenTree], errors: &mut Errors) -> Option<Operation> {
    let Some((TokenTree::Group(body), head)) = item.split_last() else { return None };
    let parsed = (|input: ParseStream| {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis: Visibility = input.parse()?;
        let word = input.call(Ident::parse_any)?;
        if word != "ramafn" && word != "ramaop" {
            return Err(errors::unknown_item(&word));
        }
        let name: Ident = input.parse()?;
        let mut generics: syn::Generics = input.parse()?;
        let args: Group = input.parse().map_err(|_| errors::no_parameters(&name))?;
        if args.delimiter() != Delimiter::Parenthesis {
            return Err(errors::no_parameters(&name));
        }
        let rest: TokenStream = input.parse()?;
        // `where` stands at the end.
        let mut rest = tokens::list(rest);
        if let Some(at) = rest.iter().position(|token| tokens::is_ident(Some(token), "where")) {
            generics.where_clause = Some(syn::parse2(tokens::stream(&rest[at..]))?);
            rest.truncate(at);
        }
        Ok((attrs, vis, word, name, generics, args, rest))
    })
    .parse2(tokens::stream(head));
    let (attrs, vis, word, name, generics, args, rest) = errors
        .take(parsed.map_err(|error| errors::operation_header(error, tokens::last_span(head))))?;
    let params = errors.take(params(&args))?;
    let form = if word == "ramafn" {
        match returned(&rest) {
            Some(output) => OperationForm::Function { output },
            None => {
                errors.push(errors::operation_output(&word, &name));
                return None;
            }
        }
    } else {
        let streams = errors.take(streams(&rest))?;
        OperationForm::Operation { streams, carried: 0, calls_itself: false }
    };
    let body = block::block(&tokens::list(body.stream()), errors);
    let code = Code { body, vars: Vec::new() };
    Some(Operation { attrs, vis, name, generics, params, form, code })
}

/// `(*a: A, %f: Fun<…>, $$p: Schema)`
pub(crate) fn params(args: &Group) -> Result<Vec<Param>> {
    let mut ended = false;
    let parser = |input: ParseStream| {
        let mut found = Vec::new();
        while !input.is_empty() {
            let param = param(input);
            ended = input.is_empty();
            found.push(param?);
            if !ended {
                input
                    .parse::<Token![,]>()
                    .map_err(|_| errors::parameter_not_ended(input.span()))?;
            }
        }
        Ok(found)
    };
    parser.parse2(args.stream()).map_err(|error| match error.to_string().contains("help: ") {
        true => error,
        false if ended => errors::parameter(args.span_close()),
        false => errors::parameter(error.span()),
    })
}

fn param(input: ParseStream) -> Result<Param> {
    if input.peek(Token![$]) {
        let (name, wrong) = super::path::pstate_name(input)?;
        if let Some(error) = wrong {
            return Err(error);
        }
        input.parse::<Token![:]>().map_err(|_| errors::parameter(name.span()))?;
        let schema: Type = input.parse()?;
        return Ok(Param::PState { name, schema: quote!(#schema) });
    }
    let is_operation = input.peek(Token![%]);
    if is_operation {
        input.parse::<Token![%]>()?;
    } else if input.peek(Token![*]) {
        input.parse::<Token![*]>()?;
    } else {
        return Err(errors::parameter(input.span()));
    }
    let name: Ident = input.parse()?;
    input.parse::<Token![:]>().map_err(|_| match is_operation {
        true => errors::operation_without_type(&name),
        false => errors::parameter(name.span()),
    })?;
    let ty: Type = input.parse()?;
    let mut binding = Binding::new(String::new(), name);
    if is_operation {
        let operation = pattern::operation_type(&ty)
            .ok_or_else(|| errors::operation_without_type(&binding.name))?;
        binding.operation = Some(operation);
    }
    Ok(Param::Value { operation: binding.operation, binding, ty: quote!(#ty) })
}

/// What a `ramafn` returns: `-> T`, or nothing for `()`.
pub(crate) fn returned(code: &[TokenTree]) -> Option<TokenStream> {
    match code {
        [] => Some(quote!(())),
        [dash, arrow, ty @ ..]
            if tokens::is_joint(Some(dash), '-') && tokens::is_punct(Some(arrow), '>') =>
        {
            let ty = tokens::stream(ty);
            syn::parse2::<Type>(ty.clone()).is_ok().then_some(ty)
        }
        _ => None,
    }
}

/// The name of the stream that is declared here with `name>`, or none with `:>`.
fn stream_start(code: &[TokenTree]) -> Option<Option<&Ident>> {
    if !tokens::is_punct(code.get(1), '>') {
        return None;
    }
    match code.first() {
        Some(TokenTree::Ident(name)) => Some(Some(name)),
        first => tokens::is_punct(first, ':').then_some(None),
    }
}

/// `name> A, B name2> C :> D, E`; the default stream is always there and comes last.
pub(crate) fn streams(code: &[TokenTree]) -> Result<Vec<Stream>> {
    let mut found: Vec<Stream> = Vec::new();
    let (mut default, mut has_default) = (Vec::new(), false);
    let mut rest = code;
    while let Some(start) = rest.first() {
        if tokens::is_punct(rest.first(), ',') && !found.is_empty() {
            rest = &rest[1..];
            continue;
        }
        let Some(name) = stream_start(rest) else {
            return Err(errors::streams_form(start.span()));
        };
        let name = name.cloned();
        let end = tokens::until(rest, 2, |rest| stream_start(rest).is_some());
        let parser = syn::punctuated::Punctuated::<Type, Token![,]>::parse_terminated;
        let types = parser
            .parse2(tokens::stream(&rest[2..end]))
            .map_err(|error| errors::streams_form(error.span()))?;
        let types: Vec<TokenStream> = types.into_iter().map(|ty| quote!(#ty)).collect();
        rest = &rest[end..];
        if found.iter().any(|known| known.name == name) || (name.is_none() && has_default) {
            let span = name.as_ref().map_or_else(|| start.span(), Ident::span);
            return Err(errors::output_twice(span));
        }
        has_default |= name.is_none();
        match name {
            None => default = types,
            Some(name) => {
                if statement::Words::is_keyword(&name) || name == "output" {
                    return Err(errors::stream_name(&name));
                }
                found.push(Stream { name: Some(name), types });
            }
        }
    }
    found.push(Stream { name: None, types: default });
    Ok(found)
}
