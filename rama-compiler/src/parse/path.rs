//! Paths into a PState, `$$p.key(*k).field`, and the templates of `+compound`.

use super::rust;
use crate::ast::{Entry, Path, Place, Step, Template};
use crate::{editor, errors, tokens};
use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use syn::parse::ParseStream;
use syn::{Result, Token};

/// The aggregators of `+compound`.
pub(crate) const AGGREGATORS: &[&str] = &["sum", "count", "max", "min"];

/// Parses `$$p`; in what `macro_rules!` makes one `$` is enough, since there `$$` cannot be written.
pub(crate) fn pstate<'t>(
    code: &'t [TokenTree],
    error: &dyn Fn(Span) -> syn::Error,
    blame: Span,
) -> Result<(Ident, &'t [TokenTree])> {
    let span = code.first().map_or(blame, TokenTree::span);
    let [first, rest @ ..] = code else { return Err(error(span)) };
    if !tokens::is_punct(Some(first), '$') {
        return Err(error(span));
    }
    let rest = match rest {
        [second, rest @ ..] if tokens::is_punct(Some(second), '$') => rest,
        rest => rest,
    };
    match rest {
        [TokenTree::Ident(name), ..]
            if rest.len() + 1 == code.len() && tokens::stands_in_source(span) =>
        {
            Err(errors::one_dollar(span, name))
        }
        [TokenTree::Ident(name), rest @ ..] => Ok((name.clone(), rest)),
        _ => Err(error(span)),
    }
}

/// The same at the start of a declaration, which is read all the same: with what is wrong about it.
pub(crate) fn pstate_name(input: ParseStream) -> Result<(Ident, Option<syn::Error>)> {
    let span = input.span();
    input.parse::<Token![$]>()?;
    let whole = input.peek(Token![$]);
    if whole {
        input.parse::<Token![$]>()?;
    }
    let name: Ident = input.parse()?;
    let error = (!whole && tokens::stands_in_source(span)).then(|| errors::one_dollar(span, &name));
    Ok((name, error))
}

/// Parses a whole path.
pub(crate) fn path(code: &[TokenTree], keyword: &Ident) -> Result<Path> {
    let form = |span| errors::path_form(span, &keyword.to_string());
    let (pstate, mut rest) = pstate(code, &form, keyword.span())?;
    let mut steps = Vec::new();
    while let Some(token) = rest.first() {
        if !tokens::is_punct(Some(token), '.') {
            return Err(after_path(rest));
        }
        let Some(name) = tokens::ident(rest.get(1)) else {
            return Err(errors::path_segment(token.span()));
        };
        rest = &rest[2..];
        let turbofish = turbofish(&mut rest);
        match tokens::group(rest.first(), Delimiter::Parenthesis) {
            Some(args) => {
                let args = rust::args(&tokens::list(args.stream()))?;
                steps.push(Step::Navigator { name: name.clone(), turbofish, args });
                rest = &rest[1..];
            }
            None => steps.push(Step::Field(name.clone())),
        }
    }
    Ok(Path { pstate, steps })
}

fn after_path(rest: &[TokenTree]) -> syn::Error {
    let span = rest.first().map_or_else(Span::call_site, TokenTree::span);
    match rest.first() {
        Some(TokenTree::Ident(_)) => errors::missing_semicolon(span, &tokens::first_word(rest)),
        Some(TokenTree::Punct(sigil)) if matches!(sigil.as_char(), '*' | '%') => {
            errors::missing_semicolon(span, &tokens::first_word(rest))
        }
        _ => errors::path_segment(span),
    }
}

/// Takes `::<…>` off the front.
fn turbofish(rest: &mut &[TokenTree]) -> TokenStream {
    let starts = tokens::is_punct(rest.first(), ':')
        && tokens::is_punct(rest.get(1), ':')
        && tokens::is_punct(rest.get(2), '<');
    if !starts {
        return TokenStream::new();
    }
    let mut depth = 0_usize;
    for (at, token) in rest.iter().enumerate() {
        if tokens::is_punct(Some(token), '<') {
            depth += 1;
        } else if tokens::is_punct(Some(token), '>')
            && !tokens::is_joint(rest.get(at.wrapping_sub(1)), '-')
        {
            depth -= 1;
            if depth == 0 {
                let (taken, after) = rest.split_at(at + 1);
                *rest = after;
                return tokens::stream(taken);
            }
        }
    }
    TokenStream::new()
}

/// Parses `$$p { … }`, what follows `+compound`.
pub(crate) fn compound(code: &[TokenTree], keyword: &Ident) -> Result<(Ident, Template)> {
    let (name, rest) = pstate(code, &errors::compound_form, keyword.span())?;
    match rest {
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::Brace => {
            Ok((name, level(group)?))
        }
        [TokenTree::Group(group), extra, ..] if group.delimiter() == Delimiter::Brace => {
            level(group)?;
            Err(match tokens::arrows(rest).first() {
                Some(1) => errors::emits_nothing(extra.span(), "+compound"),
                _ => errors::missing_semicolon(extra.span(), &tokens::first_word(&rest[1..])),
            })
        }
        [other, ..] => Err(errors::compound_form(other.span())),
        [] => Err(errors::compound_form(keyword.span())),
    }
}

fn level(group: &proc_macro2::Group) -> Result<Template> {
    let code = tokens::list(group.stream());
    let entries: Vec<Entry> =
        tokens::split_commas(&code).into_iter().map(entry).collect::<Result<_>>()?;
    if entries.is_empty() {
        return Err(errors::compound_template(group.span()));
    }
    Ok(Template::Level(entries))
}

fn entry(code: &[TokenTree]) -> Result<Entry> {
    let blame = code.first().map_or_else(Span::call_site, TokenTree::span);
    if let [TokenTree::Ident(field), colon, rest @ ..] = code
        && tokens::is_punct(Some(colon), ':')
        && !tokens::is_punct(rest.first(), ':')
    {
        return Ok(Entry {
            place: Place::Field(field.clone()),
            template: template(rest, colon.span())?,
        });
    }
    let Some(arrow) = (0..code.len())
        .find(|at| tokens::is_joint(code.get(*at), '=') && tokens::is_punct(code.get(at + 1), '>'))
    else {
        return Err(errors::compound_entry(blame));
    };
    let key = rust::expr(&code[..arrow], || errors::compound_entry(blame))?;
    Ok(Entry {
        place: Place::Key(key),
        template: template(&code[arrow + 2..], code[arrow].span())?,
    })
}

fn template(code: &[TokenTree], blame: Span) -> Result<Template> {
    match code {
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::Brace => level(group),
        [plus, TokenTree::Ident(name), rest @ ..] if tokens::is_punct(Some(plus), '+') => {
            if !AGGREGATORS.iter().any(|known| name == known) && !editor::guesses() {
                return Err(errors::unknown_aggregator(name, AGGREGATORS));
            }
            match rest {
                [] => Ok(Template::Aggregator { name: name.clone(), args: Vec::new() }),
                [TokenTree::Group(args)] if args.delimiter() == Delimiter::Parenthesis => {
                    Ok(Template::Aggregator {
                        name: name.clone(),
                        args: rust::args(&tokens::list(args.stream()))?,
                    })
                }
                [other, ..] => Err(errors::compound_template(other.span())),
            }
        }
        [other, ..] => Err(errors::compound_template(other.span())),
        [] => Err(errors::compound_template(blame)),
    }
}
