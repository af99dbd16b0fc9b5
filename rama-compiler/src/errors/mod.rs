//! Every message the DSL compiler can say, one function per mistake, in one file for each part of the
//! language.
//!
//! Messages are lower case, in the words of the language, stand at the user's
//! token and end with `help: …` saying what to write instead.

mod anchor;
mod derive;
mod module;
mod nearest;
mod operation;
mod place;
mod source;
mod statement;
mod variable;
mod warning;

pub(crate) use anchor::*;
pub(crate) use derive::*;
pub(crate) use module::*;
pub(crate) use nearest::{is_near, nearest};
pub(crate) use operation::*;
pub(crate) use place::*;
pub(crate) use source::*;
pub(crate) use statement::*;
pub(crate) use variable::*;
pub(crate) use warning::*;

use proc_macro2::Span;
use std::fmt::Display;
use syn::Error;

/// More than this many errors help nobody: the first ones explain the rest.
const LIMIT: usize = 20;

/// The errors found so far, in the order in which they were found.
#[derive(Default)]
pub(crate) struct Errors {
    found: Vec<Error>,
}

impl Errors {
    /// Notes one mistake; beyond the limit it is dropped.
    pub(crate) fn push(&mut self, error: Error) {
        if self.found.len() < LIMIT {
            self.found.push(error);
        }
    }

    /// Notes the error of `result`, if it is one.
    pub(crate) fn take<T>(&mut self, result: Result<T, Error>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.push(error);
                None
            }
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.found.len()
    }

    /// Forgets those that were found after the first `length`.
    pub(crate) fn truncate(&mut self, length: usize) {
        self.found.truncate(length);
    }

    /// Whether nothing was wrong.
    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// What was found, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Error> {
        self.found.iter()
    }
}

/// What is not wrong and yet hardly meant, in the order in which it was found.
#[derive(Default)]
pub(crate) struct Warnings {
    found: Vec<Error>,
}

impl Warnings {
    /// Notes one; beyond the limit it is dropped.
    pub(crate) fn push(&mut self, warning: Error) {
        if self.found.len() < LIMIT {
            self.found.push(warning);
        }
    }

    /// What was found, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Error> {
        self.found.iter()
    }
}

/// `a`, `b` and `c`, each in backticks with the given sigil.
fn list<S: AsRef<str>>(before: &str, names: impl IntoIterator<Item = S>, after: &str) -> String {
    let names: Vec<String> =
        names.into_iter().map(|name| format!("`{before}{}{after}`", name.as_ref())).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [init @ .., last] => format!("{} or {last}", init.join(", ")),
    }
}

fn at(span: Span, message: impl Display) -> Error {
    Error::new(span, message)
}
