//! Partitioners, written `|word`.

use super::statement::missing_before;
use super::{keyword, path, rust};
use crate::ast::{Kind, Partitioner, PartitionerKind, Space, Statement};
use crate::{errors, tokens};
use proc_macro2::{Ident, Span, TokenTree};
use syn::Result;

/// The partitioners.
pub(crate) const PARTITIONERS: &[&str] =
    &["hash", "all", "global", "direct", "shuffle", "custom", "path"];

/// Reads `|name(args)`; `arrow` is where a `:>` stands behind it.
pub(crate) fn partitioner(
    name: &Ident,
    args: &[TokenTree],
    arrow: Option<Span>,
    found: &mut Vec<Statement>,
) -> Result<Kind> {
    let text = name.to_string();
    if !PARTITIONERS.contains(&&*text) {
        return Err(errors::unknown_partitioner(name, PARTITIONERS));
    }
    let wrong = || errors::partitioner_arguments(name);
    let code = match args {
        [] => Vec::new(),
        [TokenTree::Group(args)] => tokens::list(args.stream()),
        [TokenTree::Group(_), rest @ ..] => return Err(missing_before(rest)),
        _ => return Err(wrong()),
    };
    if let Some(arrow) = arrow {
        return Err(errors::partitioner_binds(arrow, name));
    }
    if text == "path" {
        return leading_key(name, &code, found);
    }
    let (space, code) = space(name, &code)?;
    let mut args = rust::args(&code)?.into_iter();
    let kind = match (&*text, args.next()) {
        ("hash", Some(key)) => PartitionerKind::Hash(key),
        ("direct", Some(task)) => PartitionerKind::Direct(task),
        ("custom", Some(function)) => {
            PartitionerKind::Custom { function, args: args.by_ref().collect() }
        }
        ("all", None) => PartitionerKind::All,
        ("global", None) => PartitionerKind::Global,
        ("shuffle", None) if space.is_none() => PartitionerKind::Shuffle,
        _ => return Err(wrong()),
    };
    if args.next().is_some() {
        return Err(wrong());
    }
    let written = format!("|{name}");
    Ok(Kind::Partition(Partitioner { name: name.clone(), written, kind, space }))
}

/// `|path($$p.key(*k))`
fn leading_key(name: &Ident, code: &[TokenTree], found: &mut Vec<Statement>) -> Result<Kind> {
    let mut path = path::path(code, name)?;
    keyword::route(&mut path, name, found);
    match found.pop() {
        Some(Statement { kind: Kind::Partition(partitioner), .. }) => {
            Ok(Kind::Partition(partitioner))
        }
        _ => Err(errors::partitioner_arguments(name)),
    }
}

/// Takes the object over whose partitions the partitioner goes off the front of its arguments: a
/// PState, or a variable where one argument more than needed is given, which is then a depot.
fn space(name: &Ident, code: &[TokenTree]) -> Result<(Option<Space>, Vec<TokenTree>)> {
    let pieces = tokens::split_commas(code);
    let rest = || {
        let from = pieces.first().map_or(0, |first| first.len() + 1);
        code.get(from..).unwrap_or_default().to_vec()
    };
    if tokens::is_punct(code.first(), '$') {
        let (pstate, behind) =
            path::pstate(pieces[0], &|_| errors::partitioner_arguments(name), name.span())?;
        return match behind.first() {
            None => Ok((Some(Space::PState(pstate)), rest())),
            Some(extra) => Err(errors::partitioner_space(extra.span(), name)),
        };
    }
    let needed = match name.to_string().as_str() {
        "hash" | "direct" => 1,
        "all" | "global" => 0,
        _ => return Ok((None, code.to_vec())),
    };
    match pieces.first() {
        Some([star, TokenTree::Ident(depot)])
            if pieces.len() == needed + 1 && tokens::is_punct(Some(star), '*') =>
        {
            Ok((Some(Space::Depot(depot.clone())), rest()))
        }
        _ => Ok((None, code.to_vec())),
    }
}
