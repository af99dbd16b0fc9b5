//! What the derives cannot make something of.

use super::at;
use proc_macro2::{Ident, Span};
use syn::Error;

pub(crate) fn fields_without_names(name: &Ident) -> Error {
    at(
        name.span(),
        "`#[derive(PState)]` needs a struct with named fields\nhelp: give its fields names, or derive `Record` to store it as one value",
    )
}

pub(crate) fn pstate_of_an_enum(span: Span) -> Error {
    at(span, "an enum has no fixed keys\nhelp: derive `Record` to store it as one value")
}

pub(crate) fn pstate_of_a_union(span: Span) -> Error {
    at(span, "a union cannot be part of a PState\nhelp: write a struct with named fields")
}

pub(crate) fn generic_pstate(span: Span) -> Error {
    at(
        span,
        "a struct with `#[derive(PState)]` cannot have generic parameters\nhelp: write one struct for each of the types that it is used with",
    )
}

pub(crate) fn same_id(span: Span, other: &str) -> Error {
    at(
        span,
        format!(
            "this field has the same id as `{other}`\nhelp: give one of them another: `#[pstate(id = …)]`"
        ),
    )
}

pub(crate) fn unknown_field_attribute(span: Span, attribute: &str, known: &str) -> Error {
    at(
        span,
        format!("unknown argument of `#[{attribute}(…)]`\nhelp: a field may have `#[{known}]`"),
    )
}

pub(crate) fn record_of_a_union(span: Span) -> Error {
    at(span, "a union cannot be a `Record`\nhelp: use an enum")
}

pub(crate) fn borrowing_record(span: Span) -> Error {
    at(span, "a `Record` owns its data and cannot have lifetimes\nhelp: own it, as a `String` does")
}

/// `word` is an argument of `#[serde(…)]`.
pub(crate) fn unstorable(word: &Ident, reason: &str, help: &str) -> Error {
    at(word.span(), format!("`#[serde({word})]` cannot be stored: {reason}\nhelp: {help}"))
}
