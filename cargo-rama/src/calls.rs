//! Where the macros of the language are called in Rust code.

use crate::source::start;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use rama_compiler::layout::Macro;

/// A call with braces: `dataflow! { … }`.
#[derive(Debug)]
pub(crate) struct MacroCall {
    pub(crate) of: Macro,
    /// Behind the `!`.
    pub(crate) bang_end: usize,
    pub(crate) group: Group,
    /// Whether it stands in the input of another macro, where it need not be a call.
    pub(crate) is_inside_macro: bool,
}

/// The calls in `code`, in order, but those that `#[rustfmt::skip]` stands before or around.
pub(crate) fn calls(code: &TokenStream) -> Vec<MacroCall> {
    let mut found = Vec::new();
    find(code, false, &mut found);
    found
}

fn find(code: &TokenStream, is_inside_macro: bool, found: &mut Vec<MacroCall>) {
    let code: Vec<TokenTree> = code.clone().into_iter().collect();
    let mut skips = false;
    let mut at = 0;
    while at < code.len() {
        match &code[at..] {
            [TokenTree::Punct(hash), TokenTree::Punct(bang), TokenTree::Group(attribute), ..]
                if hash.as_char() == '#' && bang.as_char() == '!' && is_skip(attribute) =>
            {
                return;
            }
            [TokenTree::Punct(hash), TokenTree::Group(attribute), ..] if hash.as_char() == '#' => {
                skips |= is_skip(attribute);
                at += 2;
            }
            [
                TokenTree::Ident(name),
                TokenTree::Punct(bang),
                TokenTree::Ident(_),
                TokenTree::Group(_),
                ..,
            ] if name == "macro_rules" && bang.as_char() == '!' => {
                skips = false;
                at += 4;
            }
            [TokenTree::Ident(name), TokenTree::Punct(bang), TokenTree::Group(group), ..]
                if bang.as_char() == '!' =>
            {
                let braces = group.delimiter() == Delimiter::Brace;
                match Macro::named(&name.to_string()) {
                    _ if skips => {}
                    Some(of) if braces => found.push(MacroCall {
                        of,
                        bang_end: start(bang.span()) + 1,
                        group: group.clone(),
                        is_inside_macro,
                    }),
                    _ => find(&group.stream(), true, found),
                }
                skips &= !braces;
                at += 3;
            }
            [TokenTree::Group(group), ..] => {
                if !skips {
                    find(&group.stream(), is_inside_macro, found);
                }
                skips &= group.delimiter() != Delimiter::Brace;
                at += 1;
            }
            [token, ..] => {
                skips &= !matches!(token, TokenTree::Punct(mark) if mark.as_char() == ';');
                at += 1;
            }
            [] => {}
        }
    }
}

fn is_skip(attribute: &Group) -> bool {
    let text: String = attribute.stream().into_iter().map(|token| token.to_string()).collect();
    text == "rustfmt::skip"
}
