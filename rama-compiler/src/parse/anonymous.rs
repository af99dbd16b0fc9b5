//! Operations as values: `<<ramafn %f(*x: T) -> R { … }` and `<<ramaop %f(*x: T) :> R { … }`.

use super::{block, operation};
use crate::ast::{Anonymous, Binding, OperationType, Param};
use crate::errors::{self, Errors};
use crate::tokens;
use proc_macro2::{Delimiter, Group, Ident, TokenTree};
use syn::Result;

/// Reads what stands behind `<<ramafn` or `<<ramaop`, and its body.
pub(crate) fn anonymous(
    word: &Ident,
    head: &[TokenTree],
    body: &Group,
    errors: &mut Errors,
) -> Result<Anonymous> {
    let is_operation = word == "ramaop";
    let form = || errors::anonymous_form(word);
    let [percent, TokenTree::Ident(name), args, rest @ ..] = head else { return Err(form()) };
    if !tokens::is_punct(Some(percent), '%') {
        return Err(form());
    }
    let args = tokens::group(Some(args), Delimiter::Parenthesis).ok_or_else(form)?;
    let params = operation::params(args)?;
    if let Some(pstate) = params.iter().find_map(|param| match param {
        Param::PState { name, .. } => Some(name),
        Param::Value { .. } => None,
    }) {
        return Err(errors::pstate_parameter(pstate));
    }
    let outputs = if is_operation {
        let streams = operation::streams(rest)?;
        match streams.as_slice() {
            [] => Vec::new(),
            [stream] if stream.name.is_none() => stream.types.clone(),
            _ => return Err(errors::anonymous_streams(word)),
        }
    } else {
        vec![operation::returned(rest).ok_or_else(form)?]
    };
    let mut binding = Binding::new(String::new(), name.clone());
    binding.operation =
        Some(if is_operation { OperationType::Operation } else { OperationType::Function });
    let body = block::block(&tokens::list(body.stream()), errors);
    Ok(Anonymous { binding, params, outputs, is_operation, body, ret: 0 })
}
