//! Variables and their names.

use super::{at, list, nearest};
use proc_macro2::Ident;
use syn::Error;

/// `fields` are those of `bound` that a pattern binds under the name of their field: there the
/// pattern may be what is wrong.
pub(crate) fn unbound(name: &Ident, bound: &[String], fields: &[String]) -> Error {
    let help = match nearest(&name.to_string(), bound) {
        Some(near) if fields.iter().any(|field| field == near) => format!(
            "the pattern binds `*{near}`: write that, or, if the field is `{name}`, correct the pattern"
        ),
        Some(near) => format!("did you mean `*{near}`?"),
        None if bound.is_empty() => format!("bind it first: `expression :> *{name};`"),
        None => format!(
            "bind it first: `expression :> *{name};`; bound here: {}",
            list("*", bound, "").replace(" or ", " and ")
        ),
    };
    at(name.span(), format!("unbound variable `*{name}`\nhelp: {help}"))
}

pub(crate) fn one_arm(name: &Ident) -> Error {
    at(
        name.span(),
        format!(
            "`*{name}` is bound in only some of the branches above\nhelp: bind it in the others too: `expression :> *{name};`"
        ),
    )
}

pub(crate) fn plain_name(name: &Ident) -> Error {
    at(name.span(), format!("`{name}` is a variable of the dataflow\nhelp: write `*{name}`"))
}

pub(crate) fn plain_pattern(name: &Ident) -> Error {
    at(
        name.span(),
        format!("`{name}` binds nothing here\nhelp: write `*{name}`, or `_` to leave it out"),
    )
}

/// `joined` is the name with underscores.
pub(crate) fn kebab_name(name: &Ident, joined: &str) -> Error {
    at(
        name.span(),
        format!("a name has no `-` in it, which is a minus here\nhelp: write `*{joined}`"),
    )
}

pub(crate) fn starred_rust_pattern(name: &Ident) -> Error {
    at(
        name.span(),
        format!("a pattern inside Rust code binds Rust's own names\nhelp: write `{name}`"),
    )
}

pub(crate) fn keyword_as_name(word: Ident) -> Error {
    at(word.span(), format!("`{word}` is a Rust keyword\nhelp: choose another name"))
}

pub(crate) fn upper_case(name: &Ident, sigil: char) -> Error {
    at(
        name.span(),
        format!(
            "`{sigil}{name}` would be a static, not a variable\nhelp: write `{sigil}{}`",
            name.to_string().to_lowercase()
        ),
    )
}
