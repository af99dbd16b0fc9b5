//! Source sections: the statements of `sources!`, cut before each `source>`.

use super::{block, hoist};
use crate::ast::{Call, Code, Emit, Kind, Part, Pattern, Source, Statement, StreamOutput};
use crate::errors::{self, Errors};
use crate::tokens;
use proc_macro2::{Ident, Span, TokenStream};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Token, Visibility};

pub(crate) fn sources(statements: Vec<Statement>, errors: &mut Errors) -> Vec<Source> {
    let mut found = Vec::new();
    let mut statements = statements.into_iter().peekable();
    let mut stray = false;
    while let Some(statement) = statements.next() {
        let Kind::Source { depot, batch } = statement.kind else {
            // A source that could not be read has its message already.
            if !stray && !matches!(statement.kind, Kind::Bad { .. }) {
                errors.push(errors::before_source(statement.span));
            }
            stray = true;
            continue;
        };
        let mut section = Vec::new();
        while let Some(next) = statements.next_if(|next| !matches!(next.kind, Kind::Source { .. }))
        {
            section.push(next);
        }
        stray = false;
        found.extend(source(depot, &batch, statement.span, section, errors));
    }
    found
}

fn source(
    depot: Ident,
    batch: &Ident,
    span: Span,
    section: Vec<Statement>,
    errors: &mut Errors,
) -> Option<Source> {
    let mut section = section.into_iter();
    let emit = match section.next() {
        Some(Statement { text, kind: Kind::Call(call), .. }) => match records(call) {
            Ok((taken, pattern)) => {
                if taken != *batch {
                    errors.push(errors::unknown_batch(&taken, Some(batch)));
                }
                Some(Emit { text, batch: taken, pattern })
            }
            Err(span) => {
                errors.push(errors::emit_form(span));
                None
            }
        },
        // What could not be read has its message already.
        Some(Statement { kind: Kind::Bad { .. }, .. }) => None,
        _ => {
            errors.push(errors::source_without_emit(span, batch));
            None
        }
    };
    let body: Vec<Statement> = section.collect();
    check(&body, batch, false, errors);
    Some(Source { depot, emit: emit?, code: Code { body, vars: Vec::new() } })
}

/// `%batch() :> pattern`: its name and pattern, or what to blame.
fn records(call: Call) -> Result<(Ident, Pattern), Span> {
    let span = call.path.segments.last().map_or_else(Span::call_site, |last| last.ident.span());
    let batch = call.path.get_ident().cloned().ok_or(span)?;
    let mut outputs = call.outputs;
    match (call.args.first(), outputs.pop(), outputs.len()) {
        (
            None,
            Some(StreamOutput { name: None, anchor: None, pattern: Some(pattern), inline: None }),
            0,
        ) => Ok((batch, pattern)),
        _ => Err(span),
    }
}

/// Sources and their records stand at the head of a section, nowhere else.
fn check(body: &[Statement], batch: &Ident, inside: bool, errors: &mut Errors) {
    for statement in body {
        match &statement.kind {
            Kind::Call(call) if call.path.is_ident(batch) => {
                errors.push(errors::emit_not_first(batch, statement.span))
            }
            Kind::Source { .. } if inside => errors.push(errors::source_inside(statement.span)),
            kind => {
                for block in kind.blocks() {
                    check(block, batch, true, errors);
                }
            }
        }
    }
}

/// Reads `sources!` in a file of its own: `pub name in path::Module::topology { source> … }`.
pub(crate) fn part(input: TokenStream, errors: &mut Errors) -> Option<Part> {
    hoist::begin();
    let blame = tokens::last_span(&tokens::list(input.clone()));
    let mut ended = false;
    let header = (|input: ParseStream| {
        let parsed = header(input);
        ended = input.is_empty();
        parsed
    })
    .parse2(input);
    let (attrs, vis, name, mut module, body) = errors
        .take(header.map_err(|error| {
            errors::part_header(if ended { blame } else { error.span() }, &error)
        }))?;
    let topology = module.segments.pop().map(|last| last.ident)?;
    if module.segments.is_empty() {
        errors.push(errors::part_without_module(&topology));
        return None;
    }
    module.segments.pop_punct();
    let statements = block::block(&tokens::list(body), errors);
    let sources = sources(statements, errors);
    Some(Part { attrs, vis, name, module, topology, sources })
}

type Header = (Vec<Attribute>, Visibility, Ident, syn::Path, TokenStream);

/// `pub name in path::Module::topology { … }`
fn header(input: ParseStream) -> syn::Result<Header> {
    let attrs = input.call(Attribute::parse_outer)?;
    let vis: Visibility = input.parse()?;
    let name: Ident = input.parse()?;
    input.parse::<Token![in]>()?;
    let path = input.call(syn::Path::parse_mod_style)?;
    let body;
    syn::braced!(body in input);
    Ok((attrs, vis, name, path, body.parse::<TokenStream>()?))
}
