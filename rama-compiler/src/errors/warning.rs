//! What is not wrong and yet hardly meant.

use super::at;
use proc_macro2::{Ident, Span};
use syn::Error;

pub(crate) fn unused_variable(name: &Ident, shorthand: bool) -> Error {
    let help = if shorthand {
        format!("leave it out of the pattern with `..`, or write `{name}: _`")
    } else {
        format!("write `_`, or `*_{name}` if that is meant")
    };
    at(name.span(), format!("unused variable `*{name}`\nhelp: {help}"))
}

pub(crate) fn behind_throw(span: Span) -> Error {
    at(span, "nothing behind `throw>` runs\nhelp: remove it, or put `throw>` into a branch")
}

pub(crate) fn already_there(span: Span, written: &str) -> Error {
    let help = match written {
        "select>" => "write `local_select>`",
        _ => "remove it",
    };
    at(span, format!("`{written}` leads to where the code already is\nhelp: {help}"))
}

pub(crate) fn on_another_task(key: &Ident, home: &Ident) -> Error {
    at(
        key.span(),
        format!(
            "the code is on the task of `*{home}`, and `*{key}` may live on another one\nhelp: write `|hash(*{key});` before, or `#[unaligned]` before this statement if that is meant"
        ),
    )
}

pub(crate) fn unknown_attribute(span: Span) -> Error {
    at(span, "unknown attribute of a statement\nhelp: statements have `#[unaligned]`")
}
