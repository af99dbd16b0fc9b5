//! What the macros do for rust-analyzer: the same stages over code that is repaired where it is half
//! typed, and an expansion of its own, see [`emit::editor`](crate::emit::editor).

mod repair;

use crate::compile::Compiled;
use crate::errors::Errors;
use crate::{emit, parse, resolve};
use proc_macro2::TokenStream;
use std::cell::Cell;
use std::sync::OnceLock;

thread_local! {
    static REPAIRED: Cell<bool> = const { Cell::new(false) };
}

/// Whether rust-analyzer expands, in its server for procedural macros; else it is the compiler.
pub(crate) fn is_on() -> bool {
    static ON: OnceLock<bool> = OnceLock::new();
    *ON.get_or_init(|| {
        let program = std::env::current_exe().unwrap_or_default();
        program.file_stem().is_some_and(|name| name.to_string_lossy().starts_with("rust-analyzer"))
    })
}

/// Whether code is read that is repaired: then a statement may be guessed at.
pub(crate) fn guesses() -> bool {
    REPAIRED.get()
}

pub(crate) use repair::guesses_at;
#[cfg(test)]
pub(crate) use repair::repair;

/// Reads the repaired input; its mistakes are those of the input, which are told already.
fn read<T>(input: TokenStream, read: impl FnOnce(TokenStream, &mut Errors) -> T) -> T {
    REPAIRED.set(true);
    let read = read(repair::repair(input), &mut Errors::default());
    REPAIRED.set(false);
    read
}

fn compiled(code: TokenStream, errors: Errors) -> Compiled {
    Compiled { code, plan: String::new(), errors }
}

fn inside(errors: &Errors) -> TokenStream {
    errors
        .iter()
        .map(|error| {
            let error = error.to_compile_error();
            quote::quote!(#error;)
        })
        .collect()
}

pub(crate) fn defmodule(input: TokenStream) -> Compiled {
    fn module(input: TokenStream, errors: &mut Errors) -> Option<crate::ast::Module> {
        let mut module = parse::module(input, errors)?;
        resolve::module(&mut module, errors);
        Some(module)
    }
    let mut errors = Errors::default();
    module(input.clone(), &mut errors);
    let Some(module) = read(input, module) else { return compiled(TokenStream::new(), errors) };
    let code = emit::editor::module(&module, &inside(&errors));
    compiled(code, if module.is_anonymous { Errors::default() } else { errors })
}

pub(crate) fn sources(input: TokenStream) -> Compiled {
    fn part(input: TokenStream, errors: &mut Errors) -> Option<crate::ast::Part> {
        let mut part = parse::part(input, errors)?;
        resolve::part(&mut part, errors);
        Some(part)
    }
    let mut errors = Errors::default();
    part(input.clone(), &mut errors);
    let code = read(input, part).map(|part| emit::editor::part(&part)).unwrap_or_default();
    compiled(code, errors)
}

pub(crate) fn operations(input: TokenStream) -> Compiled {
    fn operations(input: TokenStream, errors: &mut Errors) -> Vec<crate::ast::Operation> {
        let mut operations = parse::operations(input, errors);
        for operation in &mut operations {
            resolve::operation(operation, errors);
        }
        operations
    }
    let mut errors = Errors::default();
    operations(input.clone(), &mut errors);
    let code = read(input, operations).iter().map(emit::editor::operation).collect();
    compiled(code, errors)
}

pub(crate) fn stand_alone(input: TokenStream) -> Compiled {
    fn block(input: TokenStream, errors: &mut Errors) -> crate::ast::Code {
        let mut block = parse::stand_alone(input, errors);
        resolve::stand_alone(&mut block, errors);
        block
    }
    let mut errors = Errors::default();
    block(input.clone(), &mut errors);
    let code = emit::editor::stand_alone(&read(input, block), &inside(&errors));
    compiled(code, Errors::default())
}
