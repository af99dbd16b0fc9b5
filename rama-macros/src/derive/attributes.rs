//! Attributes as the derives read them, and tokens as stable text.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use syn::{Attribute, Meta};

/// The text of tokens: the same for the same tokens, whoever printed them and however they were
/// spaced in the source.
pub(super) fn canonical(tokens: TokenStream) -> String {
    let mut text = String::new();
    let mut glued = true;
    for token in tokens {
        if !glued {
            text.push(' ');
        }
        glued = false;
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                text.push_str(open);
                text.push_str(&canonical(group.stream()));
                text.push_str(close);
            }
            TokenTree::Punct(punct) => {
                text.push(punct.as_char());
                glued = punct.spacing() == Spacing::Joint;
            }
            token => text.push_str(&token.to_string()),
        }
    }
    text
}

/// The serde attributes among `attributes`, as ` [serde(…)]` each.
pub(super) fn serde_text(attributes: &[Attribute]) -> String {
    let mut text = String::new();
    for attribute in attributes {
        if let Meta::List(list) = &attribute.meta
            && list.path.is_ident("serde")
        {
            text.push_str(" [serde(");
            text.push_str(&canonical(list.tokens.clone()));
            text.push_str(")]");
        }
    }
    text
}

/// Whether one of the arguments of `#[serde(…)]` is called one of `names`.
pub(super) fn serde_has(attributes: &[Attribute], names: &[&str]) -> bool {
    attributes.iter().any(|attribute| {
        let Meta::List(list) = &attribute.meta else {
            return false;
        };
        let mut at_start = true;
        list.path.is_ident("serde")
            && list.tokens.clone().into_iter().any(|token| {
                let found = at_start
                    && matches!(&token, TokenTree::Ident(ident) if names.iter().any(|name| ident == name));
                at_start = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ',');
                found
            })
    })
}
