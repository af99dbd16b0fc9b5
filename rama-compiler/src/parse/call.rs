//! Calls of operations: `%op(args) name> pattern, other> <anchor> pattern :> pattern`.

use super::{block, hoist, path, pattern, rust};
use crate::ast::{Argument, Call, CallTarget, Statement, StreamOutput};
use crate::errors::{self, Errors};
use crate::tokens;
use proc_macro2::{Delimiter, Group, Ident, TokenTree};
use syn::Result;

/// Reads a statement that is the call of an operation and nothing more.
pub(crate) fn call(
    code: &[TokenTree],
    found: &mut Vec<Statement>,
    errors: &mut Errors,
) -> Result<Option<Call>> {
    let Some((path, args, length)) = head(code) else {
        return match (code.first(), tokens::ident(code.get(1))) {
            (first, Some(name)) if tokens::is_punct(first, '%') && code.len() > 2 => {
                let arrow = !tokens::arrows(code).is_empty();
                if arrow { Err(errors::call_form(name)) } else { Ok(None) }
            }
            (first, Some(name)) if tokens::is_punct(first, '%') => Err(errors::call_form(name)),
            _ => Ok(None),
        };
    };
    let rest = &code[length..];
    if !rest.is_empty() && stream_start(rest).is_none() {
        return match rest.first() {
            // An expression that begins with an operation.
            Some(TokenTree::Ident(word)) if *word == "as" => Ok(None),
            Some(TokenTree::Punct(punct)) if !matches!(punct.as_char(), '%' | '$' | ':') => {
                Ok(None)
            }
            _ => Err(super::statement::missing_before(rest)),
        };
    }
    let args = arguments(args, found, errors)?;
    let outputs = outputs(rest, errors)?;
    let path = parse_path(&path)?;
    Ok(Some(Call { path, args, outputs, target: CallTarget::Unknown }))
}

/// `%path::of::<T>(args)`: the path, the arguments, and how many tokens they are.
pub(crate) fn head(code: &[TokenTree]) -> Option<(Vec<TokenTree>, &Group, usize)> {
    if !tokens::is_punct(code.first(), '%') {
        return None;
    }
    let mut at = 1;
    loop {
        tokens::ident(code.get(at))?;
        at += 1;
        if !(tokens::is_joint(code.get(at), ':') && tokens::is_punct(code.get(at + 1), ':')) {
            break;
        }
        at += 2;
        if tokens::is_punct(code.get(at), '<') {
            let mut depth = 0_usize;
            loop {
                let token = code.get(at)?;
                at += 1;
                if tokens::is_punct(Some(token), '<') {
                    depth += 1;
                } else if tokens::is_punct(Some(token), '>') {
                    depth -= 1;
                    if depth == 0 {
                        break;
                    }
                }
            }
            if !(tokens::is_joint(code.get(at), ':') && tokens::is_punct(code.get(at + 1), ':')) {
                break;
            }
            at += 2;
        }
    }
    let args = tokens::group(code.get(at), Delimiter::Parenthesis)?;
    Some((code[1..at].to_vec(), args, at + 1))
}

pub(crate) fn parse_path(code: &[TokenTree]) -> Result<syn::Path> {
    syn::parse2(tokens::stream(code)).map_err(|error| errors::operation_path(&error))
}

/// The arguments of a call: values, and PStates by their handle.
pub(crate) fn arguments(
    args: &Group,
    found: &mut Vec<Statement>,
    errors: &mut Errors,
) -> Result<Vec<Argument>> {
    let code = tokens::list(args.stream());
    let mut arguments = Vec::new();
    let mut values: Vec<TokenTree> = Vec::new();
    let mut flush = |values: &mut Vec<TokenTree>, arguments: &mut Vec<Argument>| -> Result<()> {
        let code = hoist::hoist(&std::mem::take(values), found, errors)?;
        arguments.extend(rust::args(&code)?.into_iter().map(Argument::Value));
        Ok(())
    };
    // Commas inside angles are in the pieces of one value, so values are parsed together.
    for piece in tokens::split_commas(&code) {
        if tokens::is_punct(piece.first(), '$') {
            flush(&mut values, &mut arguments)?;
            let form = |span| errors::pstate_argument(span);
            let (pstate, behind) = path::pstate(piece, &form, args.span())?;
            if let Some(extra) = behind.first() {
                return Err(errors::pstate_argument(extra.span()));
            }
            arguments.push(Argument::PState(pstate));
        } else {
            if let (false, Some(first)) = (values.is_empty(), piece.first()) {
                let mut comma = proc_macro2::Punct::new(',', proc_macro2::Spacing::Alone);
                comma.set_span(first.span());
                values.push(TokenTree::Punct(comma));
            }
            values.extend(piece.iter().cloned());
        }
    }
    flush(&mut values, &mut arguments)?;
    Ok(arguments)
}

/// How many tokens name a stream here: `:>`, `:>>`, `name>` or `name>>`, whether an inline hook
/// follows, and the name.
pub(crate) fn stream_start(code: &[TokenTree]) -> Option<(usize, bool, Option<&Ident>)> {
    let name = match code.first() {
        Some(TokenTree::Ident(name)) => Some(name),
        first if tokens::is_punct(first, ':') => None,
        _ => return None,
    };
    if !tokens::is_punct(code.get(1), '>') {
        return None;
    }
    let inline = tokens::is_joint(code.get(1), '>') && tokens::is_punct(code.get(2), '>');
    Some((2 + usize::from(inline), inline, name))
}

/// Where the next stream begins behind one whose start took so many tokens: not between `<anchor>`
/// and the angles of types.
pub(crate) fn stream_end(code: &[TokenTree], taken: usize) -> usize {
    tokens::until(code, taken, |rest| stream_start(rest).is_some())
}

fn outputs(code: &[TokenTree], errors: &mut Errors) -> Result<Vec<StreamOutput>> {
    let mut found: Vec<StreamOutput> = Vec::new();
    let mut rest = code;
    while !rest.is_empty() {
        if tokens::is_punct(rest.first(), ',') && !found.is_empty() {
            rest = &rest[1..];
            continue;
        }
        let Some((taken, inline, name)) = stream_start(rest) else {
            return Err(super::statement::missing_before(rest));
        };
        let blame = rest[0].span();
        let end = stream_end(rest, taken);
        let mut piece = &rest[taken..end];
        rest = &rest[end..];
        if tokens::is_punct(piece.last(), ',') {
            piece = &piece[..piece.len() - 1];
        }
        let mut output =
            StreamOutput { name: name.cloned(), anchor: None, pattern: None, inline: None };
        if let Some(name) = name
            && super::statement::Words::is_keyword(name)
        {
            return Err(errors::missing_semicolon(blame, &format!("{name}>")));
        }
        if let [open, TokenTree::Ident(anchor), close, behind @ ..] = piece
            && tokens::is_punct(Some(open), '<')
            && tokens::is_punct(Some(close), '>')
        {
            output.anchor = Some(anchor.clone());
            piece = behind;
        }
        if inline {
            let Some((TokenTree::Group(body), head)) = piece.split_last() else {
                return Err(errors::inline_hook_form(blame));
            };
            if body.delimiter() != Delimiter::Brace || output.anchor.is_some() {
                return Err(errors::inline_hook_form(blame));
            }
            output.inline = Some(block::block(&tokens::list(body.stream()), errors));
            piece = head;
        }
        if !piece.is_empty() {
            output.pattern = Some(pattern::pattern(piece, blame)?);
        } else if output.anchor.is_none() && output.inline.is_none() {
            return Err(match name {
                Some(name) => errors::stream_without_pattern(name),
                None => errors::arrow_without_pattern(blame),
            });
        }
        found.push(output);
    }
    let mut names: Vec<Option<String>> = Vec::new();
    for output in &found {
        let name = output.name.as_ref().map(ToString::to_string);
        if names.contains(&name) {
            let span = output.name.as_ref().map_or_else(|| code[0].span(), Ident::span);
            return Err(match &name {
                Some(_) => errors::stream_twice(span),
                None => errors::two_arrows(span),
            });
        }
        names.push(name);
    }
    Ok(found)
}
