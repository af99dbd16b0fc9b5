//! Operations, their calls and their streams.

use super::{at, nearest};
use proc_macro2::{Ident, Span};
use std::fmt::Display;
use syn::Error;

pub(crate) fn call_form(name: &Ident) -> Error {
    at(name.span(), format!("`%{name}` is not called\nhelp: write `%{name}(…) :> *result;`"))
}

pub(crate) fn pstate_argument(span: Span) -> Error {
    at(span, "an operation takes a whole PState\nhelp: pass its name alone, `$$pstate`")
}

pub(crate) fn inline_hook_form(span: Span) -> Error {
    at(
        span,
        "an inline hook is a block\nhelp: write `name>> *value { … }`, or `name> *value` to bind",
    )
}

pub(crate) fn stream_twice(span: Span) -> Error {
    at(span, "this stream is taken twice\nhelp: use an anchor, and `<<branch` or `hook>`")
}

pub(crate) fn operation_in_rust_block(span: Span) -> Error {
    at(
        span,
        "an operation cannot be called inside a block of Rust code\nhelp: call it first: `%op(*value) :> *result;`",
    )
}

pub(crate) fn operation_in_closure(span: Span) -> Error {
    at(
        span,
        "an operation cannot be called inside a closure\nhelp: emit the values first: `%explode(*list) :> *value;`",
    )
}

pub(crate) fn operation_path(error: &Error) -> Error {
    at(error.span(), format!("{error}\nhelp: an operation is called as `%path::to::op(…)`"))
}

pub(crate) fn stream_without_pattern(name: &Ident) -> Error {
    at(
        name.span(),
        format!("`{name}>` binds nothing\nhelp: name what is emitted: `{name}> *value`"),
    )
}

pub(crate) fn operation_without_type(name: &Ident) -> Error {
    at(
        name.span(),
        format!(
            "`%{name}` needs the type of an operation\nhelp: write `%{name}: Fun<(i64,), i64>` for one that emits once, `%{name}: Op<(i64,), i64>` for others"
        ),
    )
}

pub(crate) fn not_an_operation(name: &Ident) -> Error {
    at(
        name.span(),
        format!("`*{name}` is a value and no operation\nhelp: operations are bound as `%{name}`"),
    )
}

/// `%name` as a value.
pub(crate) fn unknown_operation(name: &Ident, known: &[String]) -> Error {
    let help = match nearest(&name.to_string(), known) {
        Some(near) => format!("did you mean `%{near}`?"),
        None => format!(
            "call it, `%{name}(…)`, or define it first: `<<ramaop %{name}(…) :> Type {{ … }}`"
        ),
    };
    at(name.span(), format!("no variable `%{name}` holds an operation\nhelp: {help}"))
}

pub(crate) fn self_outside(span: Span) -> Error {
    at(span, "`%self` stands outside of an operation\nhelp: call the operation by its name")
}

pub(crate) fn circle(call: &Ident, start: &Ident, caller: &Ident) -> Error {
    let message = if start == caller {
        format!("`{start}` calls itself by its name\nhelp: write `%self(…)`")
    } else {
        format!(
            "`{start}` and `{caller}` call each other in a circle\nhelp: make them one operation that calls `%self(…)`"
        )
    };
    at(call.span(), message)
}

pub(crate) fn anonymous_form(word: &Ident) -> Error {
    let form = if word == "ramafn" {
        "<<ramafn %f(*x: i64) -> i64 { … :> *y; }"
    } else {
        "<<ramaop %f(*x: i64) :> i64 { … :> *y; }"
    };
    at(word.span(), format!("this does not define an operation\nhelp: write `{form}`"))
}

pub(crate) fn anonymous_streams(word: &Ident) -> Error {
    at(
        word.span(),
        "an anonymous operation has one output stream\nhelp: write a `ramaop` in `dataflow! { … }` for more",
    )
}

pub(crate) fn pstate_parameter(name: &Ident) -> Error {
    at(
        name.span(),
        "an anonymous operation sees the PStates around it\nhelp: leave the parameter out",
    )
}

pub(crate) fn parameter(span: Span) -> Error {
    at(
        span,
        "a parameter is a variable with its type\nhelp: write `*value: Type`, `%operation: Op<…>` or `$$pstate: Schema`",
    )
}

pub(crate) fn parameter_not_ended(span: Span) -> Error {
    at(span, "this does not continue the parameter\nhelp: parameters stand between commas")
}

pub(crate) fn parameter_twice(name: &Ident) -> Error {
    at(name.span(), format!("`{name}` names two parameters\nhelp: choose another name"))
}

pub(crate) fn no_parameters(name: &Ident) -> Error {
    at(
        name.span(),
        format!("`{name}` has no parameters\nhelp: write `{name}(*value: Type)`, or `{name}()`"),
    )
}

pub(crate) fn output_twice(span: Span) -> Error {
    at(span, "this stream is declared twice\nhelp: give all its types once: `:> Type, Type`")
}

pub(crate) fn unknown_item(word: &Ident) -> Error {
    at(
        word.span(),
        format!(
            "unknown definition `{word}`\nhelp: `dataflow!` holds `ramafn name(*a: A) -> B {{ … }}` and `ramaop name(*a: A) :> B {{ … }}`"
        ),
    )
}

pub(crate) fn operation_header(error: Error, end: Span) -> Error {
    if error.to_string().contains("help: ") {
        return error;
    }
    let span = if error.to_string().contains("unexpected end") { end } else { error.span() };
    at(
        span,
        format!(
            "{error}\nhelp: write `ramafn name(*a: A) -> B {{ … }}` or `ramaop name(*a: A) :> B {{ … }}`"
        ),
    )
}

pub(crate) fn operation_without_body(span: Span) -> Error {
    at(span, "this operation has no body\nhelp: write `{ … :> *value; }` behind it")
}

pub(crate) fn operation_output(word: &Ident, name: &Ident) -> Error {
    at(
        name.span(),
        format!(
            "a `{word}` says what it returns with `->`\nhelp: write `{word} {name}(…) -> Type {{ … }}`"
        ),
    )
}

pub(crate) fn streams_form(span: Span) -> Error {
    at(
        span,
        "a `ramaop` says what it emits\nhelp: write `:> Type, Type`, or `name> Type` for another stream",
    )
}

pub(crate) fn stream_name(name: &Ident) -> Error {
    at(
        name.span(),
        format!("`{name}>` is a word of the language\nhelp: choose another name for the stream"),
    )
}

pub(crate) fn part_without_module(topology: &Ident) -> Error {
    part_header(topology.span(), &"expected a topology of a module")
}

pub(crate) fn part_header(span: Span, error: &dyn Display) -> Error {
    at(
        span,
        format!("{error}\nhelp: write `pub name in path::to::Module::topology {{ source> … }}`"),
    )
}
