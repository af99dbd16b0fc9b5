//! Sources.

use super::at;
use proc_macro2::{Ident, Span};
use syn::Error;

pub(crate) fn before_source(span: Span) -> Error {
    at(
        span,
        "this statement stands before the first `source>`, so nothing would run it\nhelp: begin with `source> *depot :> %microbatch;`",
    )
}

pub(crate) fn source_form(span: Span) -> Error {
    at(span, "this is not a source\nhelp: write `source> *depot :> %microbatch;`")
}

pub(crate) fn source_inside(span: Span) -> Error {
    at(span, "`source>` cannot stand inside a block\nhelp: move it to the top of `sources!`")
}

pub(crate) fn source_without_emit(span: Span, batch: &Ident) -> Error {
    at(
        span,
        format!(
            "nothing takes the records of this source\nhelp: write `%{batch}() :> *record;` right after it"
        ),
    )
}

pub(crate) fn unknown_batch(batch: &Ident, known: Option<&Ident>) -> Error {
    let help = match known {
        Some(known) => format!("the source above calls it `%{known}`"),
        None => "a source names it: `source> *depot :> %microbatch;`".into(),
    };
    at(batch.span(), format!("unknown `%{batch}`\nhelp: {help}"))
}

pub(crate) fn source_outside(span: Span) -> Error {
    at(
        span,
        "`source>` stands outside of a topology\nhelp: write it in the `sources!` of a topology",
    )
}

pub(crate) fn emit_not_first(batch: &Ident, span: Span) -> Error {
    at(
        span,
        format!(
            "`%{batch}()` can only be the first statement after its `source>`\nhelp: begin another source section with `source> *depot :> %{batch};`"
        ),
    )
}

pub(crate) fn emit_form(span: Span) -> Error {
    at(span, "this does not take records\nhelp: write `%microbatch() :> pattern;`")
}
