//! What stands where in the input of a macro, for tools that lay it out: its items, their bodies, and
//! the items in these. It is read by the parser that also compiles it, and holds every token once,
//! in order.

use crate::errors::Errors;
use crate::{parse, print, tokens};
use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};

/// The macros of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Macro {
    /// `defmodule!`
    Defmodule,
    /// `sources!`, outside of `defmodule!`.
    Sources,
    /// `dataflow!`
    Dataflow,
}

impl Macro {
    /// The macro of this name.
    pub fn named(name: &str) -> Option<Macro> {
        match name {
            "defmodule" => Some(Macro::Defmodule),
            "sources" => Some(Macro::Sources),
            "dataflow" => Some(Macro::Dataflow),
            _ => None,
        }
    }
}

/// What stands on lines of its own: a declaration, an operation, a statement, a case.
#[derive(Clone, Debug, Default)]
pub struct Item {
    /// The attributes and documentation before it.
    pub attributes: Vec<TokenTree>,
    /// What it is made of, in order.
    pub parts: Vec<Part>,
    /// What ends it: `;`, more of them, a `,` between cases, or nothing.
    pub end: Vec<TokenTree>,
}

/// A part of an item.
#[derive(Clone, Debug)]
pub enum Part {
    /// Tokens in a row.
    Tokens(Vec<TokenTree>),
    /// A stream of a call with named streams: `even> <even> *x`.
    Stream(Vec<TokenTree>),
    /// Braces around items.
    Body(Group, Vec<Item>),
}

/// What is wrong in the input of a macro.
#[derive(Clone, Debug)]
pub struct Mistake {
    /// What the compiler says to it.
    pub message: String,
    /// The tokens that are wrong.
    pub span: Span,
}

/// The items of a macro's input.
///
/// # Errors
///
/// The mistakes that the parser finds. What names mean is not looked at.
pub fn items(of: Macro, input: TokenStream) -> Result<Vec<Item>, Vec<Mistake>> {
    let mut errors = Errors::default();
    let code = tokens::list(input.clone());
    let items = match of {
        Macro::Defmodule => {
            parse::module(input, &mut errors);
            parse::layout::module(&code)
        }
        Macro::Sources => {
            parse::part(input, &mut errors);
            parse::layout::part(&code)
        }
        Macro::Dataflow if parse::is_items(&input) => {
            parse::operations(input, &mut errors);
            parse::layout::operations(&code)
        }
        Macro::Dataflow => {
            parse::stand_alone(input, &mut errors);
            parse::layout::statements(&code)
        }
    };
    if errors.is_empty() {
        return Ok(items);
    }
    let mistake = |error: &syn::Error| Mistake { message: error.to_string(), span: error.span() };
    Err(errors.iter().map(mistake).collect())
}

/// Tokens on one line, with spaces where a user writes them.
pub fn line(tokens: &[TokenTree]) -> String {
    print::line(tokens)
}

/// How many tokens the operator is that the tokens begin with: two of `:>`, one of `*`. None if they
/// begin with something else.
pub fn operator_length(tokens: &[TokenTree]) -> usize {
    print::operator(tokens).chars().count()
}

/// The tokens as text, each operator as one word: two sources with the same words mean the same.
pub fn words(code: TokenStream) -> Vec<String> {
    let mut found = Vec::new();
    collect_words(&tokens::list(code), &mut found);
    found
}

fn collect_words(code: &[TokenTree], found: &mut Vec<String>) {
    let mut at = 0;
    while let Some(token) = code.get(at) {
        at += 1;
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::None => ("", ""),
                };
                found.push(open.into());
                collect_words(&tokens::list(group.stream()), found);
                found.push(close.into());
            }
            // `default>=> { … }`
            TokenTree::Punct(mark)
                if mark.as_char() == '>'
                    && at > 1
                    && tokens::is_ident(code.get(at - 2), "default") =>
            {
                found.push(">".into());
            }
            TokenTree::Punct(_) => {
                let operator = print::operator(&code[at - 1..]);
                at += operator.chars().count() - 1;
                found.push(operator);
            }
            TokenTree::Ident(ident) => found.push(ident.to_string()),
            TokenTree::Literal(literal) => found.push(literal.to_string()),
        }
    }
}
