//! Anchors.

use super::{at, nearest};
use proc_macro2::{Ident, Span};
use syn::Error;

pub(crate) fn anchor_form(span: Span, word: &str) -> Error {
    let form = match word {
        "branch" => "<<branch <name> { … }".into(),
        "unify" => "unify> <one> <other>;".into(),
        word => format!("{word}> <name>;"),
    };
    at(span, format!("an anchor is written in angles\nhelp: write `{form}`"))
}

pub(crate) fn unify_form(span: Span) -> Error {
    at(span, "`unify>` brings several branches together\nhelp: write `unify> <one> <other>;`")
}

pub(crate) fn unknown_anchor(anchor: &Ident, known: &[String]) -> Error {
    let help = match nearest(&anchor.to_string(), known) {
        Some(near) => format!("did you mean `<{near}>`?"),
        None => format!("name a point of this block first: `anchor> <{anchor}>;`"),
    };
    at(anchor.span(), format!("unknown anchor `<{anchor}>`\nhelp: {help}"))
}

pub(crate) fn anchor_twice(anchor: &Ident) -> Error {
    at(
        anchor.span(),
        format!("`<{anchor}>` names two points of this block\nhelp: choose another name"),
    )
}
