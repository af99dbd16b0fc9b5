//! Attributes as the derives read them, and tokens as stable text.

use crate::errors;
use proc_macro2::{Delimiter, Ident, Spacing, TokenStream, TokenTree};
use syn::{Attribute, Meta, Result, Variant};

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
    serde_arguments(attributes).iter().any(|word| names.iter().any(|name| word == name))
}

/// What the arguments of the `#[serde(…)]` among `attributes` are called.
pub(super) fn serde_arguments(attributes: &[Attribute]) -> Vec<Ident> {
    let mut found = Vec::new();
    for attribute in attributes {
        let Meta::List(list) = &attribute.meta else { continue };
        if !list.path.is_ident("serde") {
            continue;
        }
        let mut at_start = true;
        for token in list.tokens.clone() {
            let comma = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ',');
            if let (true, TokenTree::Ident(word)) = (at_start, token) {
                found.push(word);
            }
            at_start = comma;
        }
    }
    found
}

/// Attributes that write something else than they read where neither names nor lengths are
/// encoded are errors: such records could be appended and never be read.
pub(super) fn check_readable(attributes: &[Attribute]) -> Result<()> {
    let words = serde_arguments(attributes);
    let has = |name: &str| words.iter().any(|word| word == name);
    for word in &words {
        let (reason, help) = match word.to_string().as_str() {
            "flatten" => (
                "records are encoded without field names",
                "remove it: the fields of the inner struct are then stored as a struct",
            ),
            "untagged" | "tag" | "content" => (
                "records are encoded without field names",
                "remove it: a variant is stored as its number and its fields",
            ),
            "skip_serializing_if" => (
                "every field of a record is written, in order",
                "remove it: a `None` takes no more than a byte",
            ),
            "skip_serializing" if !has("skip_deserializing") => {
                ("what is read would not be written", "write `#[serde(skip)]` to leave it out")
            }
            "skip_deserializing" if !has("skip_serializing") => {
                ("what is written would not be read", "write `#[serde(skip)]` to leave it out")
            }
            _ => continue,
        };
        return Err(errors::unstorable(word, reason, help));
    }
    Ok(())
}

/// A variant that is left out shifts the numbers of those behind it, but only where they are read.
pub(super) fn check_skipped_variants<'a>(
    variants: impl IntoIterator<Item = &'a Variant>,
) -> Result<()> {
    let mut skipped: Option<Ident> = None;
    for variant in variants {
        let words = serde_arguments(&variant.attrs);
        let skips = words.into_iter().find(|word| word == "skip" || word == "skip_deserializing");
        match (&skipped, skips) {
            (Some(word), None) => {
                return Err(errors::unstorable(
                    word,
                    "the variants behind it would be read as others",
                    "move the variant to the end of the enum",
                ));
            }
            (None, skips) => skipped = skips,
            (Some(_), Some(_)) => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::derive::record;

    /// The messages of the derive for a type.
    fn errors(item: &str) -> Vec<String> {
        let code = record(item.parse().expect("the item is made of tokens")).to_string();
        let messages = code.split("compile_error ! {").skip(1);
        messages.map(|message| message.split('"').nth(1).unwrap_or_default().to_owned()).collect()
    }

    #[test]
    fn what_cannot_be_read_back_is_an_error() {
        for (item, word) in [
            ("struct R { #[serde(skip_serializing_if = \"f\")] a: i64 }", "skip_serializing_if"),
            ("struct R(#[serde(default, skip_serializing)] i64);", "skip_serializing"),
            ("struct R { #[serde(skip_deserializing)] a: i64 }", "skip_deserializing"),
            ("struct R { #[serde(flatten)] a: Other }", "flatten"),
            ("#[serde(tag = \"t\")] struct R { a: i64 }", "tag"),
            ("#[serde(untagged)] enum R { A(i64) }", "untagged"),
            ("#[serde(rename_all = \"lowercase\", content = \"c\")] enum R { A(i64) }", "content"),
            ("enum R { A, #[serde(untagged)] B(i64) }", "untagged"),
            ("enum R { #[serde(skip_deserializing)] A, B(i64) }", "skip_deserializing"),
            ("enum R { A { #[serde(flatten)] a: Other } }", "flatten"),
            ("enum R { A, #[serde(skip)] B, C }", "skip"),
            ("#[serde(from = \"Other\", untagged)] enum R { A }", "untagged"),
        ] {
            let found = errors(item);
            assert_eq!(found.len(), 1, "in {item}: {found:?}");
            let start = format!("`#[serde({word})]` cannot be stored: ");
            assert!(found[0].starts_with(&start), "in {item}: {found:?}");
        }
    }

    #[test]
    fn what_is_read_as_written_stays_allowed() {
        for item in [
            "struct R { #[serde(skip)] a: i64, #[serde(rename = \"c\", default)] b: i64 }",
            "struct R { #[serde(skip_serializing, skip_deserializing)] a: i64 }",
            "struct R { #[serde(with = \"tag\")] a: i64 }",
            "#[serde(transparent)] struct R { flatten: i64 }",
            "enum R { A, #[serde(rename = \"untagged\")] B, #[serde(skip)] C, #[serde(skip)] D }",
        ] {
            assert_eq!(errors(item), Vec::<String>::new(), "in {item}");
        }
    }
}
