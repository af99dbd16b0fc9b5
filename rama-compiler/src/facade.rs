//! Expansions for crates that know `rama` by another name.
//!
//! Generated code says `::rama`. Where that is another crate, or none, each such path is given the
//! name that the crate has. Where it is not renamed nothing of this runs.

use crate::Expand;
use crate::tokens::{self, is_joint, is_punct};
use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};

const USUAL: &str = "rama";

/// `expand` of `input`, for a crate that calls `rama` by `name`.
pub(crate) fn under_name(name: &str, input: TokenStream, expand: Expand) -> TokenStream {
    // What the user writes behind `::` is not ours. As a raw identifier it is the same name, and
    // another token than those of the expansion.
    let input = renamed(&input, &|span| Ident::new_raw(USUAL, span)).unwrap_or(input);
    let code = expand(input);
    renamed(&code, &|span| Ident::new(name, span)).unwrap_or(code)
}

/// `code` with another name for each `rama` behind `::`; nothing if there is none.
fn renamed(code: &TokenStream, name: &dyn Fn(Span) -> Ident) -> Option<TokenStream> {
    let mut tokens = tokens::list(code.clone());
    let mut changed = false;
    for at in 0..tokens.len() {
        let new = match &tokens[at] {
            TokenTree::Ident(ident) if ident == USUAL && ends_with_colons(&tokens[..at]) => {
                Some(name(ident.span()).into())
            }
            TokenTree::Group(group) => renamed(&group.stream(), name).map(|inside| {
                let mut new = Group::new(group.delimiter(), inside);
                new.set_span(group.span());
                new.into()
            }),
            _ => None,
        };
        if let Some(new) = new {
            tokens[at] = new;
            changed = true;
        }
    }
    changed.then(|| tokens::stream(&tokens))
}

fn ends_with_colons(before: &[TokenTree]) -> bool {
    let [.., first, second] = before else { return false };
    is_joint(Some(first), ':') && is_punct(Some(second), ':')
}
