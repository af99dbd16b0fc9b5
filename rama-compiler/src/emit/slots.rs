//! What a variable becomes where it stands: a place in Rust code, a value in
//! the language's own slots, a reference where the slot only looks.
//!
//! Whole arguments stand in the user's syntax context: rustc shows an expression
//! of mixed contexts as the whole macro. They name no local of ours.

use super::body::Body;
use super::names;
use crate::ast::{Expr, Form, Path, Statement, Step, VarId, is_nested};
use crate::plan::Live;
use crate::tokens;
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use std::collections::HashMap;

/// Navigators that only look at the keys they are given.
pub(super) const LOOKING: &[&str] = &[
    "key",
    "map_key",
    "must",
    "set_elem",
    "sorted_map_range",
    "sorted_map_range_from",
    "sorted_map_range_to",
    "sorted_set_range",
    "sorted_set_range_from",
    "sorted_set_range_to",
];

/// What must be known about a statement to move a value at its last use.
pub(crate) struct Around<'l> {
    /// How often the statement mentions each variable.
    mentions: HashMap<VarId, usize>,
    /// What is needed after it.
    after: &'l Live,
}

impl<'l> Around<'l> {
    pub(crate) fn new(statement: &Statement, after: &'l Live) -> Self {
        let mut mentions = HashMap::new();
        for var in statement.kind.uses() {
            *mentions.entry(var).or_insert(0) += 1;
        }
        Around { mentions, after }
    }
}

impl Body<'_> {
    /// Rust code: variables are places behind references of the user's own names.
    pub(crate) fn code(&mut self, expr: &Expr) -> TokenStream {
        let mentions = expr.uses.iter().filter_map(|mention| mention.var);
        self.wanted.extend(mentions.filter(|var| !is_nested(&self.plan.code.vars[*var].owned)));
        expr.code.clone()
    }

    /// A value slot: a bare variable is moved at its last use, else cloned.
    pub(crate) fn value(&mut self, expr: &Expr, around: &Around<'_>) -> TokenStream {
        let [mention] = expr.uses.as_slice() else { return self.code(expr) };
        let (Form::Variable, Some(var)) = (expr.form, mention.var) else { return self.code(expr) };
        let name = names::owned(&self.plan.code.vars[var], mention.name.span());
        let last = !around.after.contains(&var) && around.mentions.get(&var) == Some(&1);
        if last && !self.repeated.contains(&var) {
            quote!(#name)
        } else {
            quote_spanned!(names::glue_span(name.span())=> #name.clone())
        }
    }

    /// A slot that looks at a key: by reference where it is a place already.
    pub(crate) fn key(&mut self, expr: &Expr) -> TokenStream {
        match expr.form {
            Form::Variable => self.reference(expr),
            Form::Place => {
                let code = self.code(expr);
                let first = first_span(&code);
                quote_spanned!(first=> &#code)
            }
            Form::Other => self.code(expr),
        }
    }

    /// A slot that looks at any value.
    pub(crate) fn look(&mut self, expr: &Expr) -> TokenStream {
        match expr.form {
            Form::Variable => self.reference(expr),
            Form::Place => self.key(expr),
            Form::Other => {
                let code = self.code(expr);
                let first = first_span(&code);
                let code = parenthesised(code);
                quote_spanned!(first=> &#code)
            }
        }
    }

    fn reference(&mut self, expr: &Expr) -> TokenStream {
        let code = self.code(expr);
        match expr.uses.first() {
            Some(mention) if is_nested(&mention.name.to_string()) => quote!(&#code),
            Some(mention) => {
                let name = &mention.name;
                quote!(#name)
            }
            None => code,
        }
    }

    /// `$$p` as the start of a path.
    pub(crate) fn root(&mut self, pstate: &Ident) -> TokenStream {
        let handle = self.env.pstate(pstate);
        quote_spanned!(pstate.span()=> #handle.path())
    }

    /// A field of a struct of fixed keys.
    pub(crate) fn field(&mut self, field: &Ident) -> TokenStream {
        quote_spanned!(field.span()=> .field(|f| f.#field))
    }

    /// A whole path.
    pub(crate) fn path(&mut self, path: &Path, around: &Around<'_>) -> TokenStream {
        let mut code = self.root(&path.pstate);
        for step in &path.steps {
            code.extend(match step {
                Step::Field(field) => self.field(field),
                Step::Navigator { name, turbofish, args } => {
                    let looks = LOOKING.iter().any(|looking| name == looking);
                    let args: Vec<TokenStream> = args
                        .iter()
                        .map(|arg| if looks { self.key(arg) } else { self.value(arg, around) })
                        .collect();
                    quote_spanned!(name.span()=> .#name #turbofish (#(#args),*))
                }
            });
        }
        code
    }
}

/// `code` as a condition: a struct literal there needs parentheses.
pub(super) fn condition(code: TokenStream) -> TokenStream {
    let brace = |token| tokens::group(Some(&token), Delimiter::Brace).is_some();
    if code.clone().into_iter().any(brace) { parenthesised(code) } else { code }
}

/// `(code)`, with parentheses at the user's last token: rustc shows what stands around them.
fn parenthesised(code: TokenStream) -> TokenStream {
    let last = tokens::last_span(&tokens::list(code.clone()));
    let mut group = Group::new(Delimiter::Parenthesis, code);
    group.set_span(last);
    TokenTree::Group(group).into()
}

fn first_span(code: &TokenStream) -> Span {
    code.clone().into_iter().next().map_or_else(Span::call_site, |token| token.span())
}
