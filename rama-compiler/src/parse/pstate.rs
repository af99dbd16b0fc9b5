//! `pstate $$name: Schema, options;`

use super::declaration::parse;
use crate::ast::{PState, PStateOption};
use crate::editor;
use crate::errors::{self, Errors};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::quote;
use syn::parse::ParseStream;
use syn::{Attribute, Ident, Result, Token, Type};

const PSTATE: &str = "pstate $$name: Schema;";

/// The options of a PState.
const OPTIONS: &[&str] = &["global", "private", "initial", "key_partitioner"];

/// Two options of which a PState has at most one, and why.
const CONTRADICTIONS: &[(&str, &str, &str)] = &[
    ("global", "key_partitioner", "a `global` PState has one partition for all of its keys"),
    ("initial", "key_partitioner", "only a value has an initial one, and a value has no keys"),
];

/// Reads the declaration. A mistake in its options leaves the PState declared.
pub(super) fn pstate(item: &[TokenTree], errors: &mut Errors) -> Result<PState> {
    parse(item, PSTATE, |input| {
        let (attrs, named) = super::named(input.call(Attribute::parse_outer)?)?;
        input.parse::<Ident>()?;
        let (name, wrong) = super::path::pstate_name(input)?;
        wrong.into_iter().for_each(|error| errors.push(error));
        input.parse::<Token![:]>()?;
        let schema: Type = input.parse()?;
        let mut options: Vec<PStateOption> = Vec::new();
        while !input.is_empty() {
            if !input.peek(Token![,]) {
                errors.push(errors::pstate_option_form(input.span()));
                input.parse::<TokenStream>()?;
                break;
            }
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            let option = errors.take(option(input, &options));
            options.extend(option.flatten());
        }
        Ok(PState { attrs, name, named, schema: quote!(#schema), options })
    })
}

/// Reads one option up to its comma; nothing comes back of one that is told to be wrong.
fn option(input: ParseStream, before: &[PStateOption]) -> Result<Option<PStateOption>> {
    let word = input.parse::<TokenTree>()?;
    let mut rest: Vec<TokenTree> = Vec::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        rest.push(input.parse()?);
    }
    let TokenTree::Ident(word) = word else {
        return Err(errors::pstate_option_form(word.span()));
    };
    let text = word.to_string();
    if !OPTIONS.contains(&&*text) && !editor::guesses() {
        return Err(errors::unknown_pstate_option(&word, OPTIONS));
    }
    let argument = argument(&word, &rest)?;
    if before.iter().any(|option| option.word == text) {
        return Err(errors::pstate_option_twice(&word));
    }
    for (one, other, why) in CONTRADICTIONS {
        let against = [(one, other), (other, one)].into_iter().find(|(word, _)| **word == text);
        if let Some((_, against)) = against
            && before.iter().any(|option| option.word == **against)
        {
            return Err(errors::pstate_options_contradict(&word, against, why));
        }
    }
    Ok(Some(PStateOption { word, argument }))
}

/// What stands in the parentheses behind an option.
fn argument(word: &Ident, rest: &[TokenTree]) -> Result<Option<TokenStream>> {
    let text = word.to_string();
    let wants = matches!(&*text, "initial" | "key_partitioner");
    match rest {
        [] if wants && !editor::guesses() => {
            Err(errors::pstate_option_argument(word.span(), &text))
        }
        [] => Ok(None),
        [TokenTree::Group(group)]
            if wants
                && group.delimiter() == Delimiter::Parenthesis
                && (!group.stream().is_empty() || editor::guesses()) =>
        {
            let code = group.stream();
            match &*text {
                "initial" => syn::parse2::<syn::Expr>(code.clone()).map(drop)?,
                _ => syn::parse2::<syn::Path>(code.clone()).map(drop)?,
            }
            Ok(Some(code))
        }
        [first, ..] => Err(errors::pstate_option_argument(first.span(), &text)),
    }
}
