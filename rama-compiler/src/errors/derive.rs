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

pub(crate) fn pstate_with_a_lifetime(span: Span) -> Error {
    at(
        span,
        "a struct with `#[derive(PState)]` is stored and cannot have lifetimes\nhelp: hold the value itself, `String` for `&str`",
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

pub(crate) fn key_with_a_lifetime(span: Span) -> Error {
    at(
        span,
        "a `Key` owns its data and cannot have lifetimes\nhelp: hold the value itself, `String` for `&str`",
    )
}

pub(crate) fn key_of_a_union(span: Span) -> Error {
    at(span, "a union cannot be a `Key`\nhelp: write an enum")
}

pub(crate) fn too_many_variants(span: Span) -> Error {
    at(
        span,
        "an enum with `#[derive(Key)]` has at most 256 variants: a byte says which it is\nhelp: put some of them into an enum of their own, as the field of one variant",
    )
}

pub(crate) fn variants_out_of_order(span: Span) -> Error {
    at(
        span,
        "a variant of a `Key` cannot be less than the one before it\nhelp: put the variants in the order of their numbers",
    )
}

pub(crate) fn unknown_order(span: Span) -> Error {
    at(span, "the order of a `Key` has to be known here\nhelp: write a number")
}
