//! One statement that is not a dataflow block.

use super::path::AGGREGATORS;
use super::{block, call, hoist, keyword, partitioner, path, pattern, rust};
use crate::ast::{Emission, Kind, Statement, Target};
use crate::errors::{self, Errors};
use crate::{editor, print, tokens};
use proc_macro2::{Delimiter, Group, Ident, Spacing, Span, TokenTree};
use syn::Result;

pub(crate) use keyword::{KEYWORDS, anchor};
pub(crate) use partitioner::PARTITIONERS;

/// Which words the language has.
pub(crate) struct Words;

impl Words {
    pub(crate) fn is_keyword(word: &Ident) -> bool {
        KEYWORDS.iter().any(|known| word == known)
    }

    pub(crate) fn is_partitioner(word: &Ident) -> bool {
        PARTITIONERS.iter().any(|known| word == known)
    }
}

pub(crate) fn starts_partitioner(code: &[TokenTree]) -> bool {
    let after = code.get(2);
    tokens::is_punct(code.first(), '|')
        && tokens::ident(code.get(1)).is_some()
        && (after.is_none()
            || tokens::is_punct(after, ';')
            || tokens::group(after, Delimiter::Parenthesis).is_some()
            || tokens::is_punct(after, '$'))
}

/// At the start of a statement: what cannot go on as the parameters of a closure is meant to be a
/// partitioner, also if it is half typed.
fn seems_partitioner(code: &[TokenTree]) -> bool {
    let closure = matches!(code.get(2), Some(TokenTree::Punct(punct)) if matches!(punct.as_char(), '|' | ',' | ':' | '@'));
    let named =
        tokens::ident(code.get(1)).is_some_and(|name| !tokens::is_reserved(&name.to_string()));
    tokens::is_punct(code.first(), '|') && named && !closure
}

/// `word>` where no comparison can be meant.
pub(crate) fn starts_keyword(code: &[TokenTree]) -> Option<&Ident> {
    let word = tokens::ident(code.first())?;
    let compares = tokens::is_joint(code.get(1), '>')
        && (tokens::is_punct(code.get(2), '=') || tokens::is_punct(code.get(2), '>'));
    let named = tokens::is_value_name(&word.to_string()) || word == "continue";
    (tokens::is_punct(code.get(1), '>') && !compares && named).then_some(word)
}

/// A word of the language without its `>`, where no Rust can be meant.
fn without_mark(code: &[TokenTree], emits: bool) -> Option<&Ident> {
    let word = tokens::ident(code.first()).filter(|word| Words::is_keyword(word))?;
    let meant = match &code[1..] {
        [] => word == "yield_if_overtime",
        [TokenTree::Literal(_), ..] => true,
        [open, TokenTree::Ident(_), close, ..] if tokens::is_punct(Some(open), '<') => {
            tokens::is_punct(Some(close), '>')
        }
        [star, TokenTree::Ident(_), ..] if tokens::is_punct(Some(star), '*') => !emits,
        [mark, ..] => tokens::is_punct(Some(mark), '$'),
    };
    (meant && word != "continue").then_some(word)
}

/// Reads one statement, behind those that it must be preceded by. What is `missing` at its end
/// matters only if all else is right: half a statement is not ended either.
pub(crate) fn statement(
    code: &[TokenTree],
    missing: Option<syn::Error>,
    found: &mut Vec<Statement>,
    errors: &mut Errors,
) {
    let span = code.first().map_or_else(Span::call_site, TokenTree::span);
    let (before, right_so_far) = (found.len(), errors.len());
    let kind = match kind(code, found, errors) {
        Ok(kind) => {
            if let (Some(error), true) = (missing, errors.len() == right_so_far) {
                errors.push(error);
            }
            kind
        }
        Err(error) => {
            found.truncate(before);
            errors.push(error);
            guessed(code, found).unwrap_or_else(|| bad(code))
        }
    };
    let span = match &kind {
        Kind::Partition(partitioner) => partitioner.name.span(),
        Kind::Compound { .. } | Kind::Call(_) => code.get(1).map_or(span, TokenTree::span),
        _ => span,
    };
    found.push(Statement { text: print::statement(code), span, is_unaligned: false, kind });
}

/// In an editor, the nearest statement that can be read.
fn guessed(code: &[TokenTree], found: &mut Vec<Statement>) -> Option<Kind> {
    if !editor::guesses() {
        return None;
    }
    let before = found.len();
    editor::guesses_at(code).iter().find_map(|guess| {
        found.truncate(before);
        kind(guess, found, &mut Errors::default()).ok()
    })
}

fn bad(code: &[TokenTree]) -> Kind {
    let from = match tokens::arrows(code).first() {
        Some(arrow) => arrow + 2,
        None => 0,
    };
    Kind::Bad { binds: pattern::salvage(&code[from..]) }
}

fn kind(code: &[TokenTree], found: &mut Vec<Statement>, errors: &mut Errors) -> Result<Kind> {
    if let Some(error) = keyword::kebab(code) {
        return Err(error);
    }
    if let Some(TokenTree::Group(group)) = code.first()
        && is_parenthesised(group)
    {
        return Err(errors::parenthesised(group.span_open()));
    }
    // Outputs of a call may have names before their arrows, so a call is told apart first.
    if let Some(call) = call::call(code, found, errors)? {
        return Ok(Kind::Call(call));
    }
    let arrow = tokens::arrows(code).first().copied();
    let (left, right) = match arrow {
        Some(arrow) => (&code[..arrow], Some((code[arrow].span(), &code[arrow + 2..]))),
        None => (code, None),
    };
    let first = code.first();
    if let (Some(0), Some((_, right))) = (arrow, right) {
        return emission(None, right, None, found, errors);
    }
    let word = starts_keyword(code);
    let emits = match word {
        Some(word) => keyword::emits(word),
        None => !tokens::is_punct(first, '+'),
    };
    if let (None, true, Some((span, arrow))) = (right, emits, wrong_arrow(code)) {
        return Err(errors::wrong_arrow(span, arrow));
    }
    if let (None, Some(word)) = (word, without_mark(code, arrow.is_some())) {
        return Err(errors::keyword_without_mark(word));
    }
    if let Some(word) = word {
        let left = hoist::hoist(&left[2.min(left.len())..], found, errors)?;
        return keyword::keyword(word, &left, right, found, errors);
    }
    if let (true, Some(name)) = (seems_partitioner(code), tokens::ident(code.get(1))) {
        let args = hoist::hoist(&left[2.min(left.len())..], found, errors)?;
        return partitioner::partitioner(name, &args, right.map(|(span, _)| span), found);
    }
    if let (true, Some(name)) = (tokens::is_punct(first, '+'), tokens::ident(code.get(1))) {
        return if name == "compound" {
            let rest = hoist::template(&code[2..], found, errors)?;
            let (pstate, template) = path::compound(&rest, name)?;
            Ok(Kind::Compound { pstate, template })
        } else if AGGREGATORS.iter().any(|known| name == known) {
            Err(errors::aggregator_alone(name))
        } else {
            Err(errors::unknown_aggregator(name, &["compound"]))
        };
    }
    if let Some(word) = tokens::ident(first) {
        if word == "let" {
            return Err(errors::let_statement(word.span()));
        }
        if word == "loop" && tokens::group(code.get(1), Delimiter::Bracket).is_some() {
            return Err(errors::loop_form(word.span()));
        }
        if word == "else" {
            return Err(errors::else_without_if(word.span()));
        }
        if word == "if" && code.iter().any(holds_dataflow) {
            return Err(errors::plain_if(word.span()));
        }
        if ["match", "for", "while", "loop"].iter().any(|block| word == block)
            && code.iter().any(holds_dataflow)
        {
            return Err(errors::plain_block(word));
        }
    }
    let left = hoist::hoist(left, found, errors)?;
    value(&left, right)
}

/// `:> values` and `name> values`.
pub(crate) fn emission(
    stream: Option<&Ident>,
    values: &[TokenTree],
    arrow: Option<(Span, &[TokenTree])>,
    found: &mut Vec<Statement>,
    errors: &mut Errors,
) -> Result<Kind> {
    let values = hoist::hoist(values, found, errors)?;
    let values = rust::exprs(&values)?;
    let stream = stream.cloned();
    let arrow = arrow.map(|(span, binds)| (span, pattern::salvage(binds)));
    Ok(Kind::Emission(Emission { stream, values, arrow, target: Target::Unknown }))
}

/// An arrow of another language where `:>` should stand: where it is and what was written.
fn wrong_arrow(code: &[TokenTree]) -> Option<(Span, &'static str)> {
    (1..code.len()).find_map(|at| {
        let arrow = ["->", "=>", ":="].into_iter().find(|arrow| {
            let mut marks = arrow.chars();
            marks.next().is_some_and(|first| tokens::is_joint(code.get(at), first))
                && marks.next().is_some_and(|second| tokens::is_punct(code.get(at + 1), second))
        });
        let arrow = match (arrow, &code[at..]) {
            (Some("->"), _) if behind_parameters(&code[..at]) => return None,
            (Some(arrow), _) => arrow,
            // As a comparison it would be of no use.
            (None, [mark, star, TokenTree::Ident(_)])
                if tokens::is_punct(Some(mark), '>')
                    && tokens::is_punct(Some(star), '*')
                    && tokens::ends_operand(code.get(at - 1)) =>
            {
                ">"
            }
            _ => return None,
        };
        Some((code[at].span(), arrow))
    })
}

/// Whether the parameters of a closure or of a function's type end here, so that an arrow tells
/// what it returns.
fn behind_parameters(code: &[TokenTree]) -> bool {
    const FUNCTIONS: &[&str] =
        &["fn", "Fn", "FnMut", "FnOnce", "AsyncFn", "AsyncFnMut", "AsyncFnOnce"];
    match code {
        [.., TokenTree::Ident(word), TokenTree::Group(group)] => {
            group.delimiter() == Delimiter::Parenthesis
                && FUNCTIONS.iter().any(|function| word == function)
        }
        code => tokens::is_punct(code.last(), '|'),
    }
}

fn value(left: &[TokenTree], right: Option<(Span, &[TokenTree])>) -> Result<Kind> {
    if let (true, Some(name), true) = (
        tokens::is_punct(left.first(), '*'),
        tokens::ident(left.get(1)),
        tokens::is_punct(left.get(2), '='),
    ) && !tokens::is_joint(left.get(2), '=')
    {
        return Err(errors::assignment(name, left[2].span()));
    }
    if let Some((name, span, operator)) = compound_assignment(left) {
        return Err(errors::compound_assignment(name, span, &operator));
    }
    let values = rust::exprs(left)?;
    let Some((arrow, right)) = right else { return Ok(Kind::Value { values, pattern: None }) };
    if values.is_empty() {
        return Err(errors::arrow_without_value(arrow));
    }
    Ok(Kind::Value { values, pattern: Some(pattern::pattern(right, arrow)?) })
}

/// `*x += …` and the like: the variable, where the operator is, and what it is.
fn compound_assignment(code: &[TokenTree]) -> Option<(&Ident, Span, String)> {
    let [star, TokenTree::Ident(name), rest @ ..] = code else { return None };
    let ends = rest.iter().position(|token| !matches!(token, TokenTree::Punct(_)))?;
    // The marks that belong together: a star may follow.
    let glued = rest[..ends].iter().position(
        |token| matches!(token, TokenTree::Punct(punct) if punct.spacing() == Spacing::Alone),
    );
    let operator: String = rest[..=glued?].iter().map(ToString::to_string).collect();
    let known = ["+=", "-=", "*=", "/=", "%=", "^=", "&=", "|=", "<<=", ">>="];
    (tokens::is_punct(Some(star), '*') && known.contains(&operator.as_str()))
        .then(|| (name, rest[0].span(), operator))
}

/// Whether a statement begins with parentheses that stand around a statement, as in Clojure.
fn is_parenthesised(group: &Group) -> bool {
    let code = tokens::list(group.stream());
    if group.delimiter() != Delimiter::Parenthesis {
        return false;
    }
    let operator = matches!(code.first(), Some(TokenTree::Punct(punct)) if matches!(punct.as_char(), '+' | '/' | '>' | '='));
    // Two operands beside each other.
    let called = matches!(code.as_slice(), [TokenTree::Ident(word), second, ..]
        if !tokens::is_reserved(&word.to_string())
            && (matches!(second, TokenTree::Ident(_) | TokenTree::Literal(_))
                && !tokens::is_ident(Some(second), "as")));
    operator
        || called
        || !tokens::arrows(&code).is_empty()
        || keyword::kebab(&code).is_some()
        || starts_keyword(&code).is_some_and(Words::is_keyword)
        || block::starts_block(&code)
        || (starts_partitioner(&code)
            || tokens::is_punct(code.first(), '|')
                && tokens::ident(code.get(1)).is_some_and(Words::is_partitioner))
}

/// Whether a group of a Rust expression holds statements of the dataflow.
fn holds_dataflow(token: &TokenTree) -> bool {
    let TokenTree::Group(group) = token else { return false };
    let code = tokens::list(group.stream());
    let fresh = |at: usize| {
        at == 0
            || tokens::is_punct(code.get(at - 1), ';')
            || matches!(code.get(at - 1), Some(TokenTree::Group(_)))
    };
    !tokens::arrows(&code).is_empty()
        || (0..code.len()).any(|at| {
            fresh(at)
                && (block::starts_block(&code[at..])
                    || block::starts_loop(&code[at..])
                    || starts_partitioner(&code[at..])
                    || starts_keyword(&code[at..]).is_some_and(Words::is_keyword)
                    || (tokens::is_punct(code.get(at), '+')
                        && tokens::is_ident(code.get(at + 1), "compound")))
        })
        || code.iter().any(holds_dataflow)
}

/// A statement is complete, but something follows.
pub(crate) fn missing_before(rest: &[TokenTree]) -> syn::Error {
    let span = rest.first().map_or_else(Span::call_site, TokenTree::span);
    errors::missing_semicolon(span, &tokens::first_word(rest))
}
