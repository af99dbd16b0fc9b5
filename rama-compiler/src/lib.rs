//! The compiler of rama's dataflow language, from tokens to Rust: what the macros of `rama-macros`
//! call. It is a library of its own so that tools can read the language with the same parser.
//!
//! A module goes through four stages, each a module of this crate: `parse` (tokens to statements),
//! `resolve` (what names mean), `plan` (the continuation state machine) and `emit` (Rust). Mistakes
//! never stop it: the result holds `compile_error!` at the tokens that are wrong, beside the code
//! that could be made.

mod ast;
mod compile;
mod derive;
mod editor;
mod emit;
mod errors;
mod facade;
pub mod layout;
mod lint;
mod parse;
mod plan;
mod print;
mod resolve;
#[cfg(test)]
mod tests;
mod tokens;

use proc_macro2::TokenStream;

/// One of the expansions below.
pub type Expand = fn(TokenStream) -> TokenStream;

/// An expansion for a crate that calls `rama` by `name`.
pub fn under_name(name: &str, input: TokenStream, expand: Expand) -> TokenStream {
    facade::under_name(name, input, expand)
}

/// Expands the input of `defmodule!`.
pub fn defmodule(input: TokenStream) -> TokenStream {
    compile::defmodule(input).expand()
}

/// Expands the input of `sources!`.
pub fn sources(input: TokenStream) -> TokenStream {
    compile::sources(input).expand()
}

/// Expands the input of `dataflow!`: operations, or a stand-alone block.
pub fn dataflow(input: TokenStream) -> TokenStream {
    compile::dataflow(input).expand()
}

/// Expands `#[derive(Key)]`.
pub fn key(input: TokenStream) -> TokenStream {
    derive::key(input)
}

/// Expands `#[derive(Record)]`.
pub fn record(input: TokenStream) -> TokenStream {
    derive::record(input)
}

/// Expands `#[derive(PState)]`.
pub fn pstate(input: TokenStream) -> TokenStream {
    derive::pstate(input)
}
