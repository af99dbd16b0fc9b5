//! The module and its declarations.

use super::{at, nearest};
use crate::print;
use proc_macro2::{Ident, Span, TokenStream};
use syn::Error;

pub(crate) fn module_header(error: &Error) -> Error {
    at(
        error.span(),
        format!(
            "{error}\nhelp: a module is written `pub module Name {{ depot *d: Type, …; microbatch name {{ … }} }}`"
        ),
    )
}

pub(crate) fn unknown_declaration(span: Span, found: &str) -> Error {
    match nearest(found, ["depot", "microbatch", "path_function"]) {
        Some(near) => {
            at(span, format!("unknown declaration `{found}`\nhelp: did you mean `{near}`?"))
        }
        None => at(
            span,
            format!(
                "unknown declaration `{found}`\nhelp: a module holds `depot *name: Type, hash_by(.field);`, `microbatch name {{ … }}` and `path_function name = |value: Type| …;`"
            ),
        ),
    }
}

pub(crate) fn unknown_topology_part(span: Span, found: &str) -> Error {
    match nearest(found, ["pstate", "sources"]) {
        Some(near) => {
            let near = if near == "sources" { "sources!" } else { near };
            at(
                span,
                format!(
                    "unknown declaration `{found}` in a topology\nhelp: did you mean `{near}`?"
                ),
            )
        }
        None => at(
            span,
            format!(
                "unknown declaration `{found}` in a topology\nhelp: a topology holds `pstate $$name: Schema;` and `sources! {{ … }}`"
            ),
        ),
    }
}

/// The form of the whole is said by [`module_header`].
pub(crate) fn expected_module(word: &Ident) -> Error {
    at(word.span(), "expected `module`")
}

pub(crate) fn sources_without_block(span: Span) -> Error {
    at(span, "`sources!` has no block\nhelp: write `sources! { … }`")
}

/// A declaration that ends too early is blamed on its end.
pub(crate) fn declaration_ended(end: Span, error: &Error, form: &str) -> Error {
    at(end, format!("{error}\nhelp: write `{form}`"))
}

pub(crate) fn declaration(error: &Error, form: &str) -> Error {
    at(error.span(), format!("{error}\nhelp: write `{form}`"))
}

pub(crate) fn depot_without_option(span: Span) -> Error {
    at(
        span,
        "a depot says how its records are spread over the tasks\nhelp: write `, hash_by(.field)`, or `random`, `disallow` or `global`",
    )
}

pub(crate) fn unknown_depot_option(option: &Ident, known: &[&str]) -> Error {
    let help = match nearest(&option.to_string(), known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "write `hash_by(.field)`, `hash_by(path::to::function)`, `random`, `disallow` or `global`".into(),
    };
    at(option.span(), format!("unknown depot option `{option}`\nhelp: {help}"))
}

pub(crate) fn unknown_pstate_option(option: &Ident, known: &[&str]) -> Error {
    let help = match nearest(&option.to_string(), known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            "write `global`, `private`, `initial(value)` or `key_partitioner(path::to::function)`"
                .into()
        }
    };
    at(option.span(), format!("unknown PState option `{option}`\nhelp: {help}"))
}

pub(crate) fn pstate_option_form(span: Span) -> Error {
    at(
        span,
        "expected `,` and an option\nhelp: write `, global`, `, private`, `, initial(value)` or `, key_partitioner(path::to::function)`",
    )
}

pub(crate) fn pstate_option_argument(span: Span, option: &str) -> Error {
    let (what, form) = match option {
        "initial" => ("`initial` takes one value", "initial(0)"),
        "key_partitioner" => (
            "`key_partitioner` takes the path of a function",
            "key_partitioner(path::to::function)",
        ),
        option => {
            return at(
                span,
                format!(
                    "`{option}` takes no arguments\nhelp: write `, {option}`, and a comma before the next option"
                ),
            );
        }
    };
    at(span, format!("{what}\nhelp: write `{form}`"))
}

pub(crate) fn pstate_option_twice(option: &Ident) -> Error {
    at(option.span(), format!("`{option}` is given twice\nhelp: remove one of the two"))
}

pub(crate) fn pstate_options_contradict(second: &Ident, first: &str, why: &str) -> Error {
    at(
        second.span(),
        format!("`{second}` contradicts `{first}`: {why}\nhelp: remove one of the two"),
    )
}

pub(crate) fn name_form(span: Span) -> Error {
    at(span, "this is not a name\nhelp: write `#[name = \"name\"]`")
}

pub(crate) fn one_dollar(span: Span, name: &Ident) -> Error {
    at(span, format!("a PState is written with two `$`\nhelp: write `$${name}`"))
}

pub(crate) fn named_topology(span: Span) -> Error {
    at(
        span,
        "a topology has no computed name\nhelp: `#[name = …]` stands before modules, depots and PStates",
    )
}

pub(crate) fn named_path_function(span: Span) -> Error {
    at(
        span,
        "a path function has no computed name\nhelp: write the name that paths call it by: `path_function name = …;`",
    )
}

pub(crate) fn path_function_arguments(span: Span, found: usize) -> Error {
    at(
        span,
        format!(
            "a path function takes one to four arguments, and this one {found}\nhelp: the first is the value at the place, up to three more stand in the path: `|value: Type, other: Type| …`"
        ),
    )
}

pub(crate) fn path_function_without_type(span: Span, pattern: &TokenStream) -> Error {
    let pattern = print::stream(pattern);
    at(
        span,
        format!(
            "nothing says what type this argument has: it is read from data\nhelp: write `{pattern}: Type`"
        ),
    )
}

pub(crate) fn path_function_reference(span: Span, ty: &TokenStream) -> Error {
    let owned = match print::stream(ty).as_str() {
        "str" => "String".to_owned(),
        text => match text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
            Some(item) => format!("Vec<{item}>"),
            None => text.to_owned(),
        },
    };
    at(
        span,
        format!(
            "a path function takes its arguments by value: they are read from data\nhelp: write `{owned}`"
        ),
    )
}

pub(crate) fn same_path_function(second: &Ident) -> Error {
    at(
        second.span(),
        format!(
            "path function `{second}` is declared twice, and paths call it by its name\nhelp: rename one of the two"
        ),
    )
}

pub(crate) fn same_name(second: &Ident, what: &str, first: &str) -> Error {
    at(
        second.span(),
        format!(
            "`{second}` names {first} and {what}; their handles would be the same `Self::{second}`\nhelp: rename one of the two"
        ),
    )
}

pub(crate) fn unknown_depot(depot: &Ident, known: &[String]) -> Error {
    let help = match nearest(&depot.to_string(), known) {
        Some(near) => format!("did you mean `*{near}`?"),
        None => format!("declare it in the module: `depot *{depot}: Type, hash_by(.field);`"),
    };
    at(depot.span(), format!("unknown depot `*{depot}`\nhelp: {help}"))
}

pub(crate) fn unknown_pstate(pstate: &Ident, known: &[String], operation: bool) -> Error {
    let help = match nearest(&pstate.to_string(), known) {
        Some(near) => format!("did you mean `$${near}`?"),
        None if operation => {
            format!("make it a parameter of the operation: `$${pstate}: Schema`")
        }
        None => format!("declare it in the topology that writes it: `pstate $${pstate}: Schema;`"),
    };
    at(pstate.span(), format!("unknown PState `$${pstate}`\nhelp: {help}"))
}
