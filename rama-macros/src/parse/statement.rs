//! Statements: split first, then read each one, so that a bad statement costs one statement.

use super::path::AGGREGATORS;
use super::{path, pattern, rust};
use crate::ast::{If, Kind, Partitioner, PartitionerKind, Statement};
use crate::errors::{self, Errors};
use crate::{print, tokens};
use proc_macro2::{Delimiter, Group, Ident, Span, TokenTree};
use syn::Result;

/// The words that open a statement, written `word>`.
const KEYWORDS: &[&str] = &["source", "local_select", "local_transform", "filter"];
/// The dataflow blocks, written `<<word`.
const BLOCKS: &[&str] = &["if"];
/// The partitioners, written `|word`.
const PARTITIONERS: &[&str] = &["hash", "all", "global", "direct"];
/// Rust expressions that end a statement at their brace.
const RUST_BLOCKS: &[&str] = &["if", "match", "for", "while", "loop", "unsafe"];

/// Reads the statements of a block.
pub(crate) fn block(code: &[TokenTree], errors: &mut Errors) -> Vec<Statement> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < code.len() {
        if tokens::is_punct(code.get(at), ';') {
            at += 1;
            continue;
        }
        let length = if starts_block(&code[at..]) {
            let (statement, length) = dataflow_block(&code[at..], errors);
            found.push(statement);
            length
        } else {
            let (length, missing) = statement_length(&code[at..]);
            found.push(statement(&code[at..at + length], missing, errors));
            length
        };
        at += length.max(1);
    }
    found
}

fn starts_block(code: &[TokenTree]) -> bool {
    tokens::is_joint(code.first(), '<') && tokens::is_punct(code.get(1), '<')
}

fn starts_partitioner(code: &[TokenTree]) -> bool {
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
fn starts_keyword(code: &[TokenTree]) -> Option<&Ident> {
    let word = tokens::ident(code.first())?;
    let compares = tokens::is_joint(code.get(1), '>')
        && (tokens::is_punct(code.get(2), '=') || tokens::is_punct(code.get(2), '>'));
    (tokens::is_punct(code.get(1), '>') && !compares && tokens::is_value_name(&word.to_string()))
        .then_some(word)
}

/// How many tokens up to the end of a statement that is not a dataflow block, and what is wrong
/// with its end.
fn statement_length(code: &[TokenTree]) -> (usize, Option<syn::Error>) {
    let rust_block = tokens::ident(code.first())
        .is_some_and(|word| RUST_BLOCKS.iter().any(|known| word == known));
    for at in 1..code.len() {
        if tokens::is_punct(code.get(at), ';') {
            return (at, None);
        }
        if let Some(text) = next_statement(&code[at..], &code[at - 1]) {
            return (at, Some(errors::missing_semicolon(code[at].span(), &text)));
        }
        let brace = tokens::group(code.get(at), Delimiter::Brace).is_some();
        if rust_block && brace && !continues_after_brace(code.get(at + 1)) {
            return (at + 1, None);
        }
    }
    (code.len(), None)
}

/// Whether a Rust block expression goes on after its brace.
fn continues_after_brace(next: Option<&TokenTree>) -> bool {
    match next {
        Some(TokenTree::Ident(word)) => *word == "else" || *word == "as",
        Some(TokenTree::Punct(punct)) => {
            !matches!(punct.as_char(), '*' | '<' | '|' | '%' | '$' | '+')
        }
        Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Brace,
        Some(TokenTree::Literal(_)) | None => false,
    }
}

/// Whether another statement begins here, inside of one that was not ended.
fn next_statement(code: &[TokenTree], before: &TokenTree) -> Option<String> {
    let ended = tokens::ends_operand(Some(before));
    if let Some(word) = starts_keyword(code)
        && ended
        && KEYWORDS.iter().any(|known| word == known)
    {
        return Some(format!("{word}>"));
    }
    if starts_block(code) && tokens::is_ident(code.get(2), "if") {
        return Some("<<if".into());
    }
    let name = tokens::ident(code.get(1))?;
    if starts_partitioner(code) && ended && PARTITIONERS.iter().any(|known| name == known) {
        let last = tokens::group(code.get(2), Delimiter::Parenthesis).is_none()
            || code.get(3).is_none_or(|after| tokens::is_punct(Some(after), ';'));
        return last.then(|| format!("|{name}"));
    }
    let aggregates = tokens::is_punct(code.first(), '+')
        && name == "compound"
        && tokens::is_punct(code.get(2), '$');
    aggregates.then(|| "+compound".into())
}

/// Reads one statement that is not a dataflow block. What is `missing` at its end matters only
/// if all else is right: half a statement is not ended either.
fn statement(code: &[TokenTree], missing: Option<syn::Error>, errors: &mut Errors) -> Statement {
    let span = code.first().map_or_else(Span::call_site, TokenTree::span);
    let kind = match kind(code) {
        Ok(kind) => {
            missing.into_iter().for_each(|error| errors.push(error));
            kind
        }
        Err(error) => {
            errors.push(error);
            bad(code)
        }
    };
    let span = match &kind {
        Kind::Partition(partitioner) => partitioner.name.span(),
        Kind::Compound { .. } => code.get(1).map_or(span, TokenTree::span),
        _ => span,
    };
    Statement { text: print::statement(code), span, kind }
}

fn bad(code: &[TokenTree]) -> Kind {
    let from = match tokens::arrows(code).first() {
        Some(arrow) => arrow + 2,
        None => 0,
    };
    Kind::Bad { binds: pattern::salvage(&code[from..]) }
}

fn kind(code: &[TokenTree]) -> Result<Kind> {
    let arrow = tokens::arrows(code).first().copied();
    let (left, right) = match arrow {
        Some(arrow) => (&code[..arrow], Some((code[arrow].span(), &code[arrow + 2..]))),
        None => (code, None),
    };
    let first = code.first();
    if let Some(error) = kebab_keyword(code) {
        return Err(error);
    }
    let word = starts_keyword(code);
    let emits = match word {
        Some(word) => word == "local_select",
        None => !tokens::is_punct(first, '+'),
    };
    if let (None, true, Some((span, arrow))) = (right, emits, wrong_arrow(code)) {
        return Err(errors::wrong_arrow(span, arrow));
    }
    if let Some(word) = word {
        return keyword(word, &left[2.min(left.len())..], right);
    }
    if let (true, Some(name)) = (seems_partitioner(code), tokens::ident(code.get(1))) {
        return partitioner(name, &left[2.min(left.len())..], right.map(|(span, _)| span));
    }
    if let (true, Some(name)) = (tokens::is_punct(first, '+'), tokens::ident(code.get(1))) {
        return if name == "compound" {
            let (pstate, template) = path::compound(&code[2..], name)?;
            Ok(Kind::Compound { pstate, template })
        } else if AGGREGATORS.iter().any(|known| name == known) {
            Err(errors::aggregator_alone(name))
        } else {
            Err(errors::unknown_aggregator(name, &["compound"]))
        };
    }
    if let (true, Some(batch)) = (tokens::is_punct(first, '%'), tokens::ident(code.get(1))) {
        let called = matches!(left, [_, _, TokenTree::Group(args)] if args.delimiter() == Delimiter::Parenthesis && args.stream().is_empty());
        return match right {
            Some((arrow, right)) if called => {
                Ok(Kind::Emit { batch: batch.clone(), pattern: pattern::pattern(right, arrow)? })
            }
            _ => Err(errors::emit_form(batch.span())),
        };
    }
    if let Some(word) = tokens::ident(first) {
        if word == "let" {
            return Err(errors::let_statement(word.span()));
        }
        if word == "else" {
            return Err(errors::else_without_if(word.span()));
        }
        if word == "if" && code.iter().any(holds_dataflow) {
            return Err(errors::plain_if(word.span()));
        }
    }
    value(left, right)
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

/// `local-select>` for `local_select>`.
fn kebab_keyword(code: &[TokenTree]) -> Option<syn::Error> {
    let [TokenTree::Ident(first), dash, TokenTree::Ident(second), close, ..] = code else {
        return None;
    };
    let snake = format!("{first}_{second}");
    let known = KEYWORDS.iter().any(|keyword| *keyword == snake)
        && tokens::is_punct(Some(dash), '-')
        && tokens::is_punct(Some(close), '>');
    known.then(|| errors::kebab_keyword(first.span(), &format!("{first}-{second}"), &snake))
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
    let values = rust::exprs(left)?;
    let Some((arrow, right)) = right else { return Ok(Kind::Value { values, pattern: None }) };
    if values.is_empty() {
        return Err(errors::arrow_without_value(arrow));
    }
    Ok(Kind::Value { values, pattern: Some(pattern::pattern(right, arrow)?) })
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
                && (starts_block(&code[at..])
                    || starts_partitioner(&code[at..])
                    || starts_keyword(&code[at..])
                        .is_some_and(|word| KEYWORDS.iter().any(|known| word == known))
                    || (tokens::is_punct(code.get(at), '+')
                        && tokens::is_ident(code.get(at + 1), "compound")))
        })
        || code.iter().any(holds_dataflow)
}

fn keyword(word: &Ident, left: &[TokenTree], right: Option<(Span, &[TokenTree])>) -> Result<Kind> {
    match word.to_string().as_str() {
        "source" => source(word, left, right),
        "local_select" => {
            let path = path::path(left, word)?;
            let Some((arrow, right)) = right else {
                return Err(errors::select_without_arrow(word.span()));
            };
            Ok(Kind::Select { path, pattern: pattern::pattern(right, arrow)? })
        }
        "local_transform" => {
            let path = path::path(left, word)?;
            match right {
                Some((arrow, _)) => Err(errors::emits_nothing(arrow, "local_transform>")),
                None => Ok(Kind::Transform { path }),
            }
        }
        "filter" => {
            let condition = rust::expr(left, || errors::filter_without_condition(word.span()))?;
            match right {
                Some((arrow, _)) => Err(errors::emits_nothing(arrow, "filter>")),
                None => Ok(Kind::Filter { condition }),
            }
        }
        "else" => Err(errors::else_without_if(word.span())),
        _ => Err(errors::unknown_keyword(word, KEYWORDS)),
    }
}

fn source(word: &Ident, left: &[TokenTree], right: Option<(Span, &[TokenTree])>) -> Result<Kind> {
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

/// A statement is complete, but something follows.
fn missing_before(rest: &[TokenTree]) -> syn::Error {
    let span = rest.first().map_or_else(Span::call_site, TokenTree::span);
    errors::missing_semicolon(span, &tokens::first_word(rest))
}

fn partitioner(name: &Ident, args: &[TokenTree], arrow: Option<Span>) -> Result<Kind> {
    if !PARTITIONERS.iter().any(|known| name == known) {
        return Err(errors::unknown_partitioner(name, PARTITIONERS));
    }
    let takes = name == "hash" || name == "direct";
    let wrong = || errors::partitioner_arguments(name, takes);
    let args = match args {
        [] => Vec::new(),
        [TokenTree::Group(args)] => rust::exprs(&tokens::list(args.stream()))?,
        [TokenTree::Group(_), rest @ ..] => return Err(missing_before(rest)),
        _ => return Err(wrong()),
    };
    if let Some(arrow) = arrow {
        return Err(errors::partitioner_binds(arrow, name));
    }
    let mut args = args.into_iter();
    let kind = match (args.next(), takes) {
        (Some(value), true) if name == "hash" => PartitionerKind::Hash(value),
        (Some(value), true) => PartitionerKind::Direct(value),
        (None, false) if name == "all" => PartitionerKind::All,
        (None, false) => PartitionerKind::Global,
        _ => return Err(wrong()),
    };
    if args.next().is_some() {
        return Err(wrong());
    }
    Ok(Kind::Partition(Partitioner { name: name.clone(), kind }))
}

/// Reads a `<<word … { … }` and answers how many tokens it took.
fn dataflow_block(code: &[TokenTree], errors: &mut Errors) -> (Statement, usize) {
    let span = code[0].span();
    let skip = |from: usize| {
        (from..code.len())
            .find(|at| {
                tokens::is_punct(code.get(*at), ';')
                    || tokens::group(code.get(*at), Delimiter::Brace).is_some()
            })
            .map_or(code.len(), |at| at + 1)
    };
    let failed = |length: usize, errors: &mut Errors, error: syn::Error| {
        errors.push(error);
        let mut end = length;
        while tokens::is_ident(code.get(end), "else") {
            end = skip(end + 1);
        }
        let kind = Kind::Bad { binds: pattern::salvage(&code[..end]) };
        (Statement { text: print::statement(&code[..end]), span, kind }, end)
    };
    let word = tokens::ident(code.get(2));
    let Some(word) = word.filter(|word| BLOCKS.iter().any(|known| word == known)) else {
        let (at, text) = match word {
            Some(word) => (word.span(), word.to_string()),
            None => (span, String::new()),
        };
        return failed(skip(2), errors, errors::unknown_block(at, &text, BLOCKS));
    };
    let Some((body, at)) = body(code, 3) else {
        return failed(skip(3), errors, errors::block_without_body(word.span(), &word.to_string()));
    };
    let condition = rust::expr(&code[3..at], || errors::if_without_condition(word.span()));
    let condition = match condition {
        Ok(condition) => condition,
        Err(error) => return failed(at + 1, errors, error),
    };
    let then = block(&tokens::list(body.stream()), errors);
    let (otherwise, length) = otherwise(code, at + 1, errors);
    let kind = Kind::If(If { condition, then, otherwise, merges: Vec::new() });
    (Statement { text: print::statement(&code[..at]), span: word.span(), kind }, length)
}

/// The body of a block: its first brace, not counting those of a `match` in the condition.
fn body(code: &[TokenTree], from: usize) -> Option<(&Group, usize)> {
    let mut inner = 0;
    for (at, token) in code.iter().enumerate().skip(from) {
        if tokens::is_punct(Some(token), ';') {
            return None;
        }
        if tokens::is_ident(Some(token), "match") || tokens::is_ident(Some(token), "unsafe") {
            inner += 1;
        }
        if let Some(group) = tokens::group(Some(token), Delimiter::Brace) {
            if inner == 0 {
                return Some((group, at));
            }
            inner -= 1;
        }
    }
    None
}

fn otherwise(code: &[TokenTree], at: usize, errors: &mut Errors) -> (Vec<Statement>, usize) {
    let Some(word) = tokens::ident(code.get(at)).filter(|word| *word == "else") else {
        return (Vec::new(), at);
    };
    let next = code.get(at + 1);
    if let Some(group) = tokens::group(next, Delimiter::Brace) {
        return (block(&tokens::list(group.stream()), errors), at + 2);
    }
    if starts_block(&code[at + 1..]) {
        let (statement, length) = dataflow_block(&code[at + 1..], errors);
        return (vec![statement], at + 1 + length);
    }
    if tokens::is_ident(next, "if") {
        errors.push(errors::else_if(next.map_or(word.span(), TokenTree::span)));
        let end = body(code, at + 2).map_or(code.len(), |(_, at)| at + 1);
        let (_, length) = otherwise(code, end, errors);
        return (Vec::new(), length);
    }
    errors.push(errors::block_without_body(word.span(), "if"));
    (Vec::new(), at + 1)
}
