//! Operations inside of Rust code: `f(%op(*x) + 1)`. Each becomes a statement before the one it
//! stands in, from left to right, and a variable in its place.

use super::call;
use crate::ast::{
    Block, BlockKind, Call, CallTarget, Expr, Head, Kind, Pattern, Statement, StreamOutput,
};
use crate::errors::{self, Errors};
use crate::{print, tokens};
use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, Span, TokenTree};
use std::cell::Cell;
use syn::Result;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

/// Begins to count anew: names are the same in every compilation of the same input.
pub(crate) fn begin() {
    COUNT.with(|count| count.set(0));
}

/// The name of a variable that the user did not write.
pub(crate) fn fresh(what: &str, span: Span) -> Ident {
    let number = COUNT.with(|count| {
        count.set(count.get() + 1);
        count.get()
    });
    Ident::new(&format!("__{what}_{number}"), span)
}

/// `code` with a variable for each operation called in it; their statements go to `found`.
pub(crate) fn hoist(
    code: &[TokenTree],
    found: &mut Vec<Statement>,
    errors: &mut Errors,
) -> Result<Vec<TokenTree>> {
    if !calls(code) {
        return Ok(code.to_vec());
    }
    if let Some(span) = in_closure(code) {
        return Err(errors::operation_in_closure(span));
    }
    if let Some((at, and)) = lazy(code) {
        return short_circuit(code, at, and, found, errors);
    }
    let mut out = Vec::new();
    let mut at = 0;
    while at < code.len() {
        let before = at.checked_sub(1).and_then(|at| code.get(at));
        if tokens::is_punct(code.get(at), '%')
            && !tokens::ends_operand(before)
            && let Some((path, args, length)) = call::head(&code[at..])
        {
            let whole = &code[at..at + length];
            let span = code[at + 1].span();
            let args = call::arguments(args, found, errors)?;
            let variable = fresh("nested", span);
            found.push(Statement {
                text: print::statement(whole),
                span,
                is_unaligned: false,
                kind: Kind::Call(Call {
                    path: call::parse_path(&path)?,
                    args,
                    outputs: vec![StreamOutput {
                        name: None,
                        anchor: None,
                        pattern: Some(Pattern::variable(variable.clone())),
                        inline: None,
                    }],
                    target: CallTarget::Unknown,
                }),
            });
            out.extend(starred(variable));
            at += length;
            continue;
        }
        out.push(match &code[at] {
            TokenTree::Group(group) => {
                let inner = tokens::list(group.stream());
                // The braces of a struct literal hold values, others hold statements.
                let literal = tokens::ident(before)
                    .is_some_and(|name| name.to_string().starts_with(char::is_uppercase));
                if group.delimiter() == Delimiter::Brace
                    && !literal
                    && let Some(span) = first_call(&inner)
                {
                    return Err(errors::operation_in_rust_block(span));
                }
                if let Some(span) = in_closure(&inner) {
                    return Err(errors::operation_in_closure(span));
                }
                let mut pieces = Vec::new();
                for (number, piece) in
                    inner.split(|token| tokens::is_punct(Some(token), ',')).enumerate()
                {
                    if number > 0 {
                        pieces.push(TokenTree::Punct(Punct::new(',', Spacing::Alone)));
                    }
                    pieces.extend(hoist(piece, found, errors)?);
                }
                let mut inner = Group::new(group.delimiter(), pieces.into_iter().collect());
                inner.set_span(group.span());
                TokenTree::Group(inner)
            }
            token => token.clone(),
        });
        at += 1;
    }
    Ok(out)
}

/// As [`hoist`], for what `+compound` takes: its braces hold values.
pub(crate) fn template(
    code: &[TokenTree],
    found: &mut Vec<Statement>,
    errors: &mut Errors,
) -> Result<Vec<TokenTree>> {
    let mut out = Vec::new();
    let levels =
        code.split_inclusive(|token| tokens::group(Some(token), Delimiter::Brace).is_some());
    for piece in levels {
        let (level, before) = match piece.split_last() {
            Some((TokenTree::Group(level), before)) if level.delimiter() == Delimiter::Brace => {
                (Some(level), before)
            }
            _ => (None, piece),
        };
        out.extend(hoist(before, found, errors)?);
        if let Some(level) = level {
            let inner = template(&tokens::list(level.stream()), found, errors)?;
            let mut inner = Group::new(Delimiter::Brace, inner.into_iter().collect());
            inner.set_span(level.span());
            out.push(TokenTree::Group(inner));
        }
    }
    Ok(out)
}

/// `*name`
fn starred(name: Ident) -> [TokenTree; 2] {
    let mut star = Punct::new('*', Spacing::Alone);
    star.set_span(name.span());
    [TokenTree::Punct(star), TokenTree::Ident(name)]
}

fn calls(code: &[TokenTree]) -> bool {
    first_call(code).is_some()
}

/// Where an operation is first called in `code`, at any depth.
pub(crate) fn first_call(code: &[TokenTree]) -> Option<Span> {
    code.iter().enumerate().find_map(|(at, token)| match token {
        TokenTree::Group(group) => first_call(&tokens::list(group.stream())),
        token => {
            let before = at.checked_sub(1).and_then(|at| code.get(at));
            (tokens::is_punct(Some(token), '%')
                && !tokens::ends_operand(before)
                && call::head(&code[at..]).is_some())
            .then(|| token.span())
        }
    })
}

/// Where an operation is called in the body of a closure, which runs when others call it.
fn in_closure(code: &[TokenTree]) -> Option<Span> {
    let mut at = 0;
    while at < code.len() {
        let before = at.checked_sub(1).and_then(|at| code.get(at));
        if !tokens::is_punct(code.get(at), '|') || tokens::ends_operand(before) {
            at += 1;
            continue;
        }
        let close = (at + 1..code.len()).find(|at| tokens::is_punct(code.get(*at), '|'))?;
        let end = (close + 1..code.len())
            .find(|at| tokens::is_punct(code.get(*at), ','))
            .unwrap_or(code.len());
        if let Some(span) = first_call(&code[close + 1..end]) {
            return Some(span);
        }
        at = end;
    }
    None
}

/// The loosest `||` or `&&` with an operation behind it, and whether it is an `&&`.
fn lazy(code: &[TokenTree]) -> Option<(usize, bool)> {
    ['|', '&'].into_iter().find_map(|mark| {
        let at = (1..code.len()).rev().find(|at| {
            tokens::is_joint(code.get(*at), mark)
                && tokens::is_punct(code.get(at + 1), mark)
                && tokens::ends_operand(code.get(at - 1))
        })?;
        calls(&code[at + 2..]).then_some((at, mark == '&'))
    })
}

/// `left && right` where `right` calls an operation: an `<<if`.
fn short_circuit(
    code: &[TokenTree],
    at: usize,
    and: bool,
    found: &mut Vec<Statement>,
    errors: &mut Errors,
) -> Result<Vec<TokenTree>> {
    let span = code[at].span();
    let left = hoist(&code[..at], found, errors)?;
    let left = super::rust::expr(&left, || errors::arrow_without_value(span))?;
    let result = fresh("nested", span);
    let bind = |value: Expr, name: Ident, text: String| Statement {
        text,
        span,
        is_unaligned: false,
        kind: Kind::Value { values: vec![value], pattern: Some(Pattern::variable(name)) },
    };
    let mut arm = Vec::new();
    let right = hoist(&code[at + 2..], &mut arm, errors)?;
    let right = super::rust::expr(&right, || errors::arrow_without_value(span))?;
    arm.push(bind(right, result.clone(), print::statement(&code[at + 2..])));
    let word = Ident::new(if and { "false" } else { "true" }, span);
    let known = vec![bind(Expr::plain(quote::quote!(#word)), result.clone(), word.to_string())];
    let arms = if and { vec![arm, known] } else { vec![known, arm] };
    found.push(Statement {
        text: print::statement(code),
        span,
        is_unaligned: false,
        kind: Kind::Block(Block {
            kind: BlockKind::ShortCircuit,
            head: Head::If(left),
            arms,
            merges: Vec::new(),
        }),
    });
    Ok(starred(result).to_vec())
}
