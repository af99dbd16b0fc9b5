//! Statements that a word opens, written `word>`.

use super::statement::{Words, emission, missing_before};
use super::{hoist, path, pattern, rust};
use crate::ast::{
    Expr, Form, Kind, Partitioner, PartitionerKind, Path, Pattern, Statement, Step, Unify,
};
use crate::errors::{self, Errors};
use crate::{print, tokens};
use proc_macro2::{Ident, Span, TokenTree};
use quote::quote_spanned;
use syn::Result;

/// The words that open a statement.
pub(crate) const KEYWORDS: &[&str] = &[
    "source",
    "local_select",
    "select",
    "yielding_select",
    "each_async",
    "local_transform",
    "local_clear",
    "filter",
    "assert",
    "throw",
    "continue",
    "recur",
    "anchor",
    "hook",
    "unify",
    "yield_if_overtime",
];

/// Whether the statement that `word` opens binds what it emits.
pub(crate) fn emits(word: &Ident) -> bool {
    ["local_select", "select", "yielding_select", "each_async"].iter().any(|known| word == known)
}

/// `local-select>` for `local_select>`.
pub(crate) fn kebab(code: &[TokenTree]) -> Option<syn::Error> {
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(word) = tokens::ident(code.get(at)) {
        words.push(word.to_string());
        if !tokens::is_punct(code.get(at + 1), '-') {
            break;
        }
        at += 2;
    }
    let snake = words.join("_");
    let known = words.len() > 1
        && KEYWORDS.iter().any(|keyword| *keyword == snake)
        && tokens::is_punct(code.get(at + 1), '>');
    let span = code.first().map_or_else(Span::call_site, TokenTree::span);
    known.then(|| errors::kebab_keyword(span, &words.join("-"), &snake))
}

type Right<'t> = Option<(Span, &'t [TokenTree])>;

/// Reads the statement that `word` opens; `left` and `right` are what stands around its arrow.
pub(crate) fn keyword(
    word: &Ident,
    left: &[TokenTree],
    right: Right<'_>,
    found: &mut Vec<Statement>,
    errors: &mut Errors,
) -> Result<Kind> {
    let name = word.to_string();
    let kind = read(word, &name, left, right, found, errors)?;
    match right {
        Some((arrow, _)) if !emits(word) && name != "source" && Words::is_keyword(word) => {
            Err(errors::emits_nothing(arrow, &format!("{name}>")))
        }
        _ => Ok(kind),
    }
}

fn read(
    word: &Ident,
    name: &str,
    left: &[TokenTree],
    right: Right<'_>,
    found: &mut Vec<Statement>,
    errors: &mut Errors,
) -> Result<Kind> {
    match name {
        "source" => source(word, left, right),
        "local_select" | "yielding_select" => {
            let path = path::path(left, word)?;
            let Some((arrow, right)) = right else {
                return Err(errors::select_without_arrow(word.span(), name));
            };
            let pattern = pattern::pattern(right, arrow)?;
            Ok(Kind::Select { path, pattern, yielding: name == "yielding_select" })
        }
        "select" => {
            let mut path = path::path(left, word)?;
            let Some((arrow, right)) = right else {
                return Err(errors::select_without_arrow(word.span(), name));
            };
            let pattern = pattern::pattern(right, arrow)?;
            route(&mut path, word, found);
            Ok(Kind::Select { path, pattern, yielding: false })
        }
        "each_async" => {
            let Some((arrow, right)) = right else {
                return Err(errors::async_without_arrow(word.span()));
            };
            let pattern = pattern::pattern(right, arrow)?;
            if left.is_empty() {
                return Err(errors::async_without_code(word.span()));
            }
            // What stands in it is the code of an async block: `.await` and `?` are its own.
            let code = tokens::stream(left);
            let code = tokens::list(quote_spanned!(word.span()=> async move { #code }));
            // What is wrong is found in the user's own tokens, not in the block around them.
            let future = rust::expr(&code, || errors::async_without_code(word.span()))
                .map_err(|error| rust::exprs(left).err().unwrap_or(error))?;
            Ok(Kind::Async { future, pattern })
        }
        "local_transform" => Ok(Kind::Transform { path: path::path(left, word)? }),
        "local_clear" => {
            let path = path::path(left, word)?;
            match path.steps.first() {
                None => Ok(Kind::Clear { pstate: path.pstate }),
                Some(Step::Field(name) | Step::Navigator { name, .. }) => {
                    Err(errors::clear_of_a_path(name.span()))
                }
            }
        }
        "filter" => {
            let condition =
                rust::expr(left, || errors::keyword_without_condition(word.span(), "filter"))?;
            Ok(Kind::Filter { condition })
        }
        "assert" => {
            let comma = left.iter().position(|token| tokens::is_punct(Some(token), ','));
            let (condition, message) = match comma {
                Some(comma) => (&left[..comma], Some(message(&left[comma + 1..], word)?)),
                None => (left, None),
            };
            let condition =
                rust::expr(condition, || errors::keyword_without_condition(word.span(), "assert"))?;
            Ok(Kind::Assert { condition, message })
        }
        "throw" => Ok(Kind::Throw { message: message(left, word)? }),
        "continue" => Ok(Kind::Continue { values: rust::exprs(left)?, target: 0 }),
        "recur" => Ok(Kind::Recur { values: rust::exprs(left)? }),
        "anchor" => Ok(Kind::Anchor { name: anchor(left, word)? }),
        "hook" => Ok(Kind::Hook { anchor: anchor(left, word)? }),
        "unify" => {
            let anchors = anchors(left, word)?;
            let again = anchors.iter().skip(1).find(|name| anchors[0] == **name);
            if anchors.len() < 2 || again.is_some() {
                return Err(errors::unify_form(again.unwrap_or(word).span()));
            }
            Ok(Kind::Unify(Unify { anchors, merges: Vec::new() }))
        }
        "yield_if_overtime" => match left.first() {
            None => Ok(Kind::Yield),
            Some(extra) => Err(errors::keyword_takes_nothing(extra.span(), name)),
        },
        "else" => Err(errors::else_without_if(word.span())),
        "case" | "default" => Err(errors::case_outside(word)),
        _ if errors::is_near(name, KEYWORDS) || tokens::is_punct(left.first(), '$') => {
            Err(errors::unknown_keyword(word, KEYWORDS))
        }
        _ => emission(Some(word), left, right, found, errors),
    }
}

/// The message of `throw>` and `assert>`: a format string with its values, or one value.
fn message(code: &[TokenTree], word: &Ident) -> Result<Expr> {
    let Some(first) = code.first() else {
        return Err(errors::keyword_without_message(word.span(), &word.to_string()));
    };
    let formatted =
        matches!(first, TokenTree::Literal(literal) if literal.to_string().starts_with('"'));
    if !formatted {
        return rust::expr(code, || {
            errors::keyword_without_message(word.span(), &word.to_string())
        });
    }
    let code = tokens::stream(code);
    let wrapped = quote_spanned!(first.span()=> format!(#code));
    rust::expr(&tokens::list(wrapped), || {
        errors::keyword_without_message(word.span(), &word.to_string())
    })
}

/// `<name>`
pub(crate) fn anchor(code: &[TokenTree], word: &Ident) -> Result<Ident> {
    let mut found = anchors(code, word)?;
    match (found.pop(), found.len()) {
        (Some(anchor), 0) => Ok(anchor),
        _ => Err(errors::anchor_form(word.span(), &word.to_string())),
    }
}

/// `<a> <b>`
fn anchors(code: &[TokenTree], word: &Ident) -> Result<Vec<Ident>> {
    let form = || errors::anchor_form(word.span(), &word.to_string());
    let mut found = Vec::new();
    let mut rest = code;
    while let [open, TokenTree::Ident(name), close, behind @ ..] = rest {
        if !tokens::is_punct(Some(open), '<') || !tokens::is_punct(Some(close), '>') {
            return Err(form());
        }
        found.push(name.clone());
        rest = behind;
    }
    match rest.first() {
        Some(next)
            if found.is_empty()
                || matches!(next, TokenTree::Punct(mark) if matches!(mark.as_char(), ',' | '<')) =>
        {
            Err(form())
        }
        Some(_) => Err(missing_before(rest)),
        None if found.is_empty() => Err(form()),
        None => Ok(found),
    }
}

/// Where a path that finds its task by itself leads. A leading key that is more than a variable is
/// evaluated once, before.
pub(crate) fn route(path: &mut Path, word: &Ident, found: &mut Vec<Statement>) {
    let pstate = path.pstate.clone();
    let (blame, key) = match path.steps.first_mut() {
        None => (pstate.span(), None),
        Some(Step::Field(name)) => (name.span(), None),
        Some(Step::Navigator { name, args, .. }) => {
            let leads = ["key", "must"].iter().any(|known| name == known);
            (
                name.span(),
                if let (true, [key]) = (leads, args.as_mut_slice()) { Some(key) } else { None },
            )
        }
    };
    let (to, key) = match key {
        None => (format!("$${pstate}"), None),
        Some(key) => {
            let to = print::stream(&key.code);
            let variable = match (key.form, key.uses.as_slice()) {
                (Form::Variable, [mention]) => mention.name.clone(),
                _ => {
                    let variable = hoist::fresh("key", blame);
                    let value = std::mem::replace(key, Expr::variable(variable.clone()));
                    found.push(Statement {
                        text: to.clone(),
                        span: blame,
                        is_unaligned: false,
                        kind: Kind::Value {
                            values: vec![value],
                            pattern: Some(Pattern::variable(variable.clone())),
                        },
                    });
                    variable
                }
            };
            (to, Some(Expr::variable(variable)))
        }
    };
    let hash = Ident::new("hash", word.span());
    found.push(Statement {
        text: format!("{word}> to {to}"),
        span: word.span(),
        is_unaligned: false,
        kind: Kind::Partition(Partitioner {
            name: hash,
            written: if word == "path" { "|path".into() } else { format!("{word}>") },
            kind: PartitionerKind::Home { pstate, key, blame },
            space: None,
        }),
    });
}

fn source(word: &Ident, left: &[TokenTree], right: Right<'_>) -> Result<Kind> {
    let form = || errors::source_form(word.span());
    let [star, TokenTree::Ident(depot)] = left else { return Err(form()) };
    let Some((_, [percent, TokenTree::Ident(batch), rest @ ..])) = right else {
        return Err(form());
    };
    if !tokens::is_punct(Some(star), '*') || !tokens::is_punct(Some(percent), '%') {
        return Err(form());
    }
    match rest.first() {
        Some(_) => Err(missing_before(rest)),
        None => Ok(Kind::Source { depot: depot.clone(), batch: batch.clone() }),
    }
}
