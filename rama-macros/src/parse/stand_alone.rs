//! `dataflow! { … }` as an expression, and how it is told from items.

use super::{block, hoist};
use crate::ast::Code;
use crate::errors::Errors;
use crate::tokens;
use proc_macro2::TokenStream;

/// Whether `dataflow!` holds operations; else it holds statements.
pub(crate) fn is_items(input: &TokenStream) -> bool {
    let code = tokens::list(input.clone());
    tokens::is_punct(code.first(), '#')
        || tokens::is_ident(code.first(), "pub")
        || ["ramafn", "ramaop"].iter().any(|word| tokens::is_ident(code.first(), word))
}

/// Reads the statements of a stand-alone block.
pub(crate) fn stand_alone(input: TokenStream, errors: &mut Errors) -> Code {
    hoist::begin();
    Code { body: block::block(&tokens::list(input), errors), vars: Vec::new() }
}
