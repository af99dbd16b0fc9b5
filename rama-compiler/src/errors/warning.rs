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

pub(crate) fn emission_read_by_nothing(span: Span, operation: &Ident) -> Error {
    at(
        span,
        format!(
            "nothing reads what `%{operation}` emits\nhelp: name it where `%{operation}` is called: `%{operation}(…) :> *value;`, or leave the emission out"
        ),
    )
}

pub(crate) fn stream_read_by_nothing(stream: &Ident, anchor: &Ident) -> Error {
    at(
        stream.span(),
        format!(
            "nothing reads the stream `{stream}>`\nhelp: go on from it: `hook> <{anchor}>;`, or leave `{stream}>` out"
        ),
    )
}

pub(crate) fn behind_throw(span: Span) -> Error {
    at(span, "nothing behind `throw>` runs\nhelp: remove it, or put `throw>` into a branch")
}

/// `written` is the partitioner as the user wrote it, which may be a `select>`.
pub(crate) fn already_there(partitioner: &Ident, written: &str) -> Error {
    let help = if written == "select>" { "write `local_select>`" } else { "remove it" };
    at(partitioner.span(), format!("`{written}` leads to where the code already is\nhelp: {help}"))
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
