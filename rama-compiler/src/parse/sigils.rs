//! The `*` sigil: which stars are variables, decided before `syn` sees the tokens.
//!
//! Each `*name` where an operand can stand becomes one placeholder identifier,
//! so that `*post.len()` parses as `(*post).len()`. `%name` is the same: a variable
//! whose value is an operation. Once the code is parsed and
//! it is known which names are Rust's own, placeholders become code again.

use crate::ast::Mark;
use crate::tokens;
use proc_macro2::{Group, Ident, Punct, Spacing, TokenStream, TokenTree};
use std::collections::HashMap;

const PREFIX: &str = "__rama_variable_";

/// The stars of one piece of code.
#[derive(Default)]
pub(crate) struct Sigils {
    /// In a pattern nothing is dereferenced: each star is a variable.
    pattern: bool,
    marks: HashMap<String, Mark>,
}

impl Sigils {
    /// For what stands after `:>`.
    pub(crate) fn of_pattern() -> Self {
        Sigils { pattern: true, ..Sigils::default() }
    }

    /// `code` with a placeholder for each `*name`.
    pub(crate) fn mark(&mut self, code: &[TokenTree]) -> TokenStream {
        let mut out = TokenStream::new();
        let mut at = 0;
        while at < code.len() {
            let before = at.checked_sub(1).and_then(|at| code.get(at));
            match &code[at] {
                sigil @ TokenTree::Punct(_)
                    if (tokens::is_punct(Some(sigil), '*')
                        || tokens::is_punct(Some(sigil), '%'))
                        && !tokens::ends_operand(before) =>
                {
                    match variable(&code[at + 1..], self.pattern) {
                        Some(name) => {
                            let placeholder = format!("{PREFIX}{}", self.marks.len());
                            out.extend([TokenTree::Ident(Ident::new(&placeholder, name.span()))]);
                            let mut star = Punct::new('*', Spacing::Alone);
                            star.set_span(sigil.span());
                            let star = TokenTree::Punct(star);
                            let operation = tokens::is_punct(Some(sigil), '%');
                            let mark = Mark { star, name: name.clone(), operation };
                            self.marks.insert(placeholder, mark);
                            at += 1;
                        }
                        None => out.extend([sigil.clone()]),
                    }
                }
                TokenTree::Group(group) => {
                    let mut inner =
                        Group::new(group.delimiter(), self.mark(&tokens::list(group.stream())));
                    inner.set_span(group.span());
                    out.extend([TokenTree::Group(inner)]);
                }
                other => out.extend([other.clone()]),
            }
            at += 1;
        }
        out
    }

    /// What `ident` stands for, if it is a placeholder.
    pub(crate) fn get(&self, ident: &Ident) -> Option<&Mark> {
        self.marks.get(&ident.to_string())
    }

    /// The variable that `ident` stands for, if it is a placeholder.
    pub(crate) fn name(&self, ident: &Ident) -> Option<&Ident> {
        self.get(ident).map(|mark| &mark.name)
    }

    /// What the user wrote for this token.
    pub(crate) fn text(&self, token: &TokenTree) -> String {
        match token {
            TokenTree::Ident(ident) => match self.name(ident) {
                Some(name) => format!("*{name}"),
                None => ident.to_string(),
            },
            other => other.to_string(),
        }
    }
}

/// The name, if what follows a star is the name of a variable and not a static,
/// a path, a macro or a call whose result is dereferenced.
fn variable(after_star: &[TokenTree], pattern: bool) -> Option<&Ident> {
    let name = tokens::ident(after_star.first())?;
    let text = name.to_string();
    let next = after_star.get(1);
    let path = tokens::is_joint(next, ':') && tokens::is_punct(after_star.get(2), ':');
    let makro =
        tokens::is_punct(next, '!') && matches!(after_star.get(2), Some(TokenTree::Group(_)));
    let call = tokens::group(next, proc_macro2::Delimiter::Parenthesis).is_some();
    let named = if pattern {
        !tokens::is_reserved(&text)
    } else {
        tokens::is_value_name(&text) && !tokens::is_upper_case(&text)
    };
    (named && !path && !makro && !call).then_some(name)
}
