//! `dataflow! { … }` as an expression, and how it is told from items.

use super::{block, hoist};
use crate::ast::Code;
use crate::errors::Errors;
use crate::tokens;
use proc_macro2::{Delimiter, TokenStream};

/// Whether `dataflow!` holds operations; else it holds statements.
pub(crate) fn is_items(input: &TokenStream) -> bool {
    let code = tokens::list(input.clone());
    // Statements may have attributes, too, but no documentation.
    let mut at = 0;
    while tokens::is_punct(code.get(at), '#')
        && let Some(attribute) = tokens::group(code.get(at + 1), Delimiter::Bracket)
    {
        if tokens::is_ident(tokens::list(attribute.stream()).first(), "doc") {
            return true;
        }
        at += 2;
    }
    ["pub", "ramafn", "ramaop"].iter().any(|word| tokens::is_ident(code.get(at), word))
}

/// Reads the statements of a stand-alone block.
pub(crate) fn stand_alone(input: TokenStream, errors: &mut Errors) -> Code {
    hoist::begin();
    Code { body: block::block(&tokens::list(input), errors), vars: Vec::new() }
}
