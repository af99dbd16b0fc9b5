//! Where statements may stand.

use super::{at, list, nearest};
use proc_macro2::{Ident, Span};
use syn::Error;

pub(crate) fn unknown_stream(stream: &Ident, known: &[String], keywords: &[&str]) -> Error {
    let text = stream.to_string();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    if known.is_empty() {
        return super::unknown_keyword(stream, keywords);
    }
    let help = match nearest(&text, known.iter().chain(keywords).copied()) {
        Some(near) => format!("did you mean `{near}>`?"),
        None => format!("the streams of this operation are {}", list("", &known, ">")),
    };
    at(stream.span(), format!("unknown statement or stream `{stream}>`\nhelp: {help}"))
}

pub(crate) fn continue_outside(span: Span) -> Error {
    at(
        span,
        "`continue>` stands outside of a loop\nhelp: write `loop<- [*n = 0 :> *out] { … }` around it",
    )
}

pub(crate) fn continue_count(span: Span, found: usize, wanted: usize) -> Error {
    let plural = if wanted == 1 { "" } else { "s" };
    at(
        span,
        format!(
            "`continue>` gives {found} and the loop has {wanted} variable{plural}\nhelp: give one value for each, in their order"
        ),
    )
}

/// What keeps a `recur>` from the function it would call.
pub(crate) enum RecurIn {
    Anonymous,
    Loop,
    Other,
}

pub(crate) fn recur_outside(span: Span, inside: RecurIn) -> Error {
    let message = match inside {
        RecurIn::Anonymous => {
            "an anonymous operation does not `recur>`\nhelp: call it by `%self(…)`, or write a `ramafn` in `dataflow! { … }`"
        }
        RecurIn::Loop => {
            "`recur>` stands inside of a loop\nhelp: emit from the loop, and write `recur>` behind it"
        }
        RecurIn::Other => {
            "`recur>` calls the `ramafn` around it again, and there is none\nhelp: use `loop<-`, or `%self(…)` in a `ramaop`"
        }
    };
    at(span, message)
}

pub(crate) fn recur_count(span: Span, found: usize, wanted: usize) -> Error {
    at(
        span,
        format!(
            "`recur>` gives {found} and the function takes {wanted}\nhelp: give one value for each parameter, in their order"
        ),
    )
}

pub(crate) fn boundary_in_function(span: Span, what: &str) -> Error {
    at(
        span,
        format!("{what} in a `ramafn`, which emits once and at once\nhelp: make it a `ramaop`"),
    )
}

pub(crate) fn emission_not_last(span: Span) -> Error {
    at(
        span,
        "a `ramafn` emits once, as the last thing it does\nhelp: move this to the end, or make it a `ramaop`",
    )
}

pub(crate) fn recur_not_last(span: Span) -> Error {
    at(
        span,
        "`recur>` begins the function anew, as the last thing it does\nhelp: put the rest into an `else`, or call `%self(…)`",
    )
}

/// A `ramafn` that returns a value says of which type.
pub(crate) fn function_without_output(name: &Ident, anonymous: bool) -> Error {
    let (sigil, before) = if anonymous { ("%", "<<") } else { ("", "") };
    at(
        name.span(),
        format!(
            "`{sigil}{name}` emits a value and does not say of which type\nhelp: write `{before}ramafn {sigil}{name}(…) -> Type {{ … }}`"
        ),
    )
}

pub(crate) fn function_without_emission(span: Span, name: &str) -> Error {
    at(span, format!("`{name}` emits nothing\nhelp: end it with `:> *value;`"))
}

pub(crate) fn in_stand_alone(span: Span, what: &str) -> Error {
    at(span, format!("{what} in a stand-alone block\nhelp: it belongs in a topology of a module"))
}

pub(crate) fn in_loop_already(span: Span) -> Error {
    at(span, "a loop variable is bound twice\nhelp: choose another name")
}

/// What `syn` found wrong in Rust code; if the code `ended` too early, behind its last token.
pub(crate) fn rust(error: Error, end: Span, ended: bool) -> Error {
    if ended { at(end, format!("{error}\nhelp: the statement ends too early here")) } else { error }
}

/// `error` is about code in parentheses, where no statement could end.
pub(crate) fn inside_arguments(error: Error) -> Error {
    inside(error, |next| format!("missing `,` before {next}\nhelp: values stand between commas"))
}

/// `error` is about what stands between `<<block` and its brace.
pub(crate) fn inside_head(error: Error, block: &str) -> Error {
    inside(error, |next| {
        format!("unexpected {next} before the block of `<<{block}`\nhelp: open it here with `{{`")
    })
}

/// `error` is about the head of a case.
pub(crate) fn inside_case(error: Error) -> Error {
    inside(error, |next| format!("unexpected {next} in a case\nhelp: write `case> … => {{ … }}`"))
}

/// `error` is about a variable of a `loop<-`.
pub(crate) fn inside_loop_header(error: Error) -> Error {
    inside(error, |next| {
        format!(
            "unexpected {next} in the head of a loop\nhelp: write `loop<- [*n = 0, *list: Vec<i64> = vec![] :> *out] {{ … }}`"
        )
    })
}

fn inside(error: Error, message: impl Fn(&str) -> String) -> Error {
    let text = error.to_string();
    let next = text.strip_prefix("missing `;` before ").and_then(|rest| rest.lines().next());
    match next {
        Some(next) => at(error.span(), message(next)),
        None => error,
    }
}

pub(crate) fn second_value(comma: Span) -> Error {
    at(comma, "one value stands here\nhelp: remove what follows the comma")
}
