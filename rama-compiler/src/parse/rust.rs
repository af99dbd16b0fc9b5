//! Rust code over variables: which `*x` are variables and which names are Rust's own.

use super::sigils::Sigils;
use crate::ast::{Expr, Form, Mark, Use};
use crate::{errors, tokens};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use std::collections::HashMap;
use syn::parse::{ParseStream, Parser};
use syn::visit::{self, Visit};
use syn::{Member, Pat, Result};

/// Parses one expression.
pub(crate) fn expr(code: &[TokenTree], missing: impl FnOnce() -> syn::Error) -> Result<Expr> {
    let mut found = exprs(code)?;
    match (found.pop(), found.len()) {
        (Some(expr), 0) => Ok(expr),
        (Some(_), _) => {
            let comma = code.iter().find(|token| tokens::is_punct(Some(token), ','));
            Err(errors::second_value(comma.map_or_else(Span::call_site, TokenTree::span)))
        }
        (None, _) => Err(missing()),
    }
}

/// Parses expressions between commas.
pub(crate) fn exprs(code: &[TokenTree]) -> Result<Vec<Expr>> {
    if let Some(dollar) = find_pstate(code) {
        return Err(errors::pstate_in_rust(dollar));
    }
    let mut sigils = Sigils::default();
    let marked = sigils.mark(code);
    let mut ended = false;
    let parsed = (|input: ParseStream| {
        let mut found = Vec::new();
        while !input.is_empty() {
            match input.parse::<syn::Expr>() {
                Ok(expr) => found.push(expr),
                Err(error) => {
                    ended = input.is_empty();
                    return Err(error);
                }
            }
            if input.is_empty() {
                break;
            }
            match input.parse::<syn::Token![,]>() {
                Ok(_) => {}
                Err(_) => return Err(leftover(input, &sigils)),
            }
        }
        Ok(found)
    })
    .parse2(marked);
    let parsed = parsed.map_err(|error| errors::rust(error, tokens::last_span(code), ended))?;
    parsed.iter().map(|expr| names(expr, &sigils)).collect()
}

/// Parses expressions between commas inside of parentheses.
pub(crate) fn args(code: &[TokenTree]) -> Result<Vec<Expr>> {
    exprs(code).map_err(errors::inside_arguments)
}

/// A complete expression is followed by something: the statement was not ended.
fn leftover(input: ParseStream, sigils: &Sigils) -> syn::Error {
    match input.cursor().token_tree() {
        Some((token, _)) => errors::missing_semicolon(token.span(), &sigils.text(&token)),
        None => input.error("unexpected end"),
    }
}

fn find_pstate(code: &[TokenTree]) -> Option<Span> {
    code.iter().enumerate().find_map(|(at, token)| match token {
        TokenTree::Punct(punct)
            if punct.as_char() == '$'
                && (tokens::is_punct(code.get(at + 1), '$')
                    || tokens::ident(code.get(at + 1)).is_some()) =>
        {
            Some(punct.span())
        }
        TokenTree::Group(group) => find_pstate(&tokens::list(group.stream())),
        _ => None,
    })
}

/// Finds out what the names in `expr` mean and writes its code.
fn names(expr: &syn::Expr, sigils: &Sigils) -> Result<Expr> {
    let mut names = Names::new(sigils);
    names.visit_expr(expr);
    if let Some(error) = names.error {
        return Err(error);
    }
    let meanings = names.meanings;
    let code = tokens::replace_idents(expr.to_token_stream(), &mut |ident, after| {
        let mark = sigils.get(ident)?;
        let (star, name) = (&mark.star, &mark.name);
        Some(match meanings.get(&ident.to_string()) {
            Some(Meaning::Variable) => mark.variable(after),
            Some(Meaning::Shorthand) => quote!(#name: #star #name),
            Some(Meaning::InMacro) => return None,
            Some(Meaning::Rust) | None => mark.dereference(),
        })
    });
    Ok(Expr {
        code,
        form: form(expr, sigils),
        uses: names.uses,
        captures: names.captures,
        in_macros: names.in_macros,
        plain: names.plain,
    })
}

fn form(expr: &syn::Expr, sigils: &Sigils) -> Form {
    match expr {
        syn::Expr::Path(_) if is_placeholder(expr, sigils) => Form::Variable,
        syn::Expr::Field(field) if form(&field.base, sigils) != Form::Other => Form::Place,
        syn::Expr::Index(index) if form(&index.expr, sigils) != Form::Other => Form::Place,
        _ => Form::Other,
    }
}

fn is_placeholder(expr: &syn::Expr, sigils: &Sigils) -> bool {
    single_ident(expr).is_some_and(|ident| sigils.name(ident).is_some())
}

fn single_ident(expr: &syn::Expr) -> Option<&Ident> {
    match expr {
        syn::Expr::Path(path) if path.qself.is_none() => path.path.get_ident(),
        _ => None,
    }
}

enum Meaning {
    Variable,
    /// `S { *x }`, which means `S { x: *x }`.
    Shorthand,
    /// A name that Rust code binds, dereferenced.
    Rust,
    /// A variable or a name that the macro's own tokens bind.
    InMacro,
}

/// Walks Rust code knowing which names it binds itself.
struct Names<'a> {
    sigils: &'a Sigils,
    scopes: Vec<Vec<String>>,
    meanings: HashMap<String, Meaning>,
    uses: Vec<Use>,
    captures: Vec<Ident>,
    in_macros: Vec<(String, Mark)>,
    plain: Vec<Ident>,
    /// What a jump in this code leaves.
    around: Around,
    error: Option<syn::Error>,
}

/// What stands around Rust code and can be left by a jump.
#[derive(Clone, Copy, Default)]
struct Around {
    /// A closure or an `async` block: `return` is its own.
    function: bool,
    /// A loop: `break` and `continue` are its own.
    repeated: bool,
}

impl<'a> Names<'a> {
    fn new(sigils: &'a Sigils) -> Self {
        Names {
            sigils,
            scopes: vec![Vec::new()],
            meanings: HashMap::new(),
            uses: Vec::new(),
            captures: Vec::new(),
            in_macros: Vec::new(),
            plain: Vec::new(),
            around: Around::default(),
            error: None,
        }
    }

    fn is_rusts_own(&self, name: &str) -> bool {
        self.scopes.iter().flatten().any(|own| own == name)
    }

    fn scoped(&mut self, inner: impl FnOnce(&mut Self)) {
        self.scopes.push(Vec::new());
        inner(self);
        self.scopes.pop();
    }

    fn inside(&mut self, around: Around, inner: impl FnOnce(&mut Self)) {
        let outside = std::mem::replace(&mut self.around, around);
        inner(self);
        self.around = outside;
    }

    fn looping(&mut self, inner: impl FnOnce(&mut Self)) {
        self.inside(Around { repeated: true, ..self.around }, inner);
    }

    /// A jump that would leave the user's code for ours.
    fn jump(&mut self, word: &str, span: Span) {
        self.error.get_or_insert_with(|| errors::jump(span, word));
    }

    fn bind_name(&mut self, name: &Ident) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.push(name.to_string());
        }
    }

    fn bind(&mut self, pattern: &Pat) {
        for name in pattern_names(pattern) {
            if let Some(starred) = self.sigils.name(&name) {
                let error = errors::starred_rust_pattern(starred);
                self.error.get_or_insert(error);
            }
            self.bind_name(&name);
        }
    }

    /// A placeholder in expression position.
    fn mention(&mut self, placeholder: &Ident, shorthand: bool) {
        let Some(mark) = self.sigils.get(placeholder).cloned() else { return };
        let (name, operation) = (mark.name, mark.operation);
        let own = self.is_rusts_own(&name.to_string());
        let meaning = match (own, shorthand) {
            (_, true) => Meaning::Shorthand,
            (true, false) => Meaning::Rust,
            (false, false) => Meaning::Variable,
        };
        self.meanings.insert(placeholder.to_string(), meaning);
        if !own {
            self.uses.push(Use { name, operation, var: None });
        }
    }

    /// A placeholder among the tokens of a macro, which may bind the name themselves.
    fn mention_in_macro(&mut self, placeholder: &Ident) {
        let Some(mark) = self.sigils.get(placeholder) else { return };
        if self.is_rusts_own(&mark.name.to_string()) {
            self.meanings.insert(placeholder.to_string(), Meaning::Rust);
        } else {
            self.meanings.insert(placeholder.to_string(), Meaning::InMacro);
            self.in_macros.push((placeholder.to_string(), mark.clone()));
        }
    }

    fn name(&mut self, ident: &Ident, shorthand: bool) {
        if self.sigils.name(ident).is_some() {
            self.mention(ident, shorthand);
        } else if tokens::is_value_name(&ident.to_string())
            && !self.is_rusts_own(&ident.to_string())
        {
            self.plain.push(ident.clone());
        }
    }

    /// The tokens of a macro: nobody knows its grammar, but stars and format strings are plain to see.
    fn macro_tokens(&mut self, code: TokenStream) {
        let code = tokens::list(code);
        for (at, token) in code.iter().enumerate() {
            match token {
                TokenTree::Ident(ident) => self.mention_in_macro(ident),
                TokenTree::Group(group) => self.macro_tokens(group.stream()),
                TokenTree::Literal(literal) => {
                    for name in captured(&literal.to_string()) {
                        let named = code[at + 1..].windows(2).any(|pair| {
                            tokens::is_ident(pair.first(), &name)
                                && tokens::is_punct(pair.get(1), '=')
                        });
                        if !named && !self.is_rusts_own(&name) && !tokens::is_reserved(&name) {
                            self.captures.push(Ident::new(&name, literal.span()));
                        }
                    }
                }
                TokenTree::Punct(_) => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Names<'_> {
    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        if let (None, Some(ident)) = (&path.qself, path.path.get_ident()) {
            self.name(ident, false);
        }
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        let function = single_ident(&call.func);
        if function.is_none_or(|name| self.sigils.name(name).is_some()) {
            self.visit_expr(&call.func);
        }
        for arg in &call.args {
            self.visit_expr(arg);
        }
    }

    fn visit_field_value(&mut self, field: &'ast syn::FieldValue) {
        match (&field.colon_token, &field.member) {
            (None, Member::Named(name)) => self.name(name, true),
            _ => self.visit_expr(&field.expr),
        }
    }

    fn visit_block(&mut self, block: &'ast syn::Block) {
        self.scoped(|names| {
            for statement in &block.stmts {
                match statement {
                    syn::Stmt::Local(local) => {
                        if let Some(init) = &local.init {
                            names.visit_expr(&init.expr);
                            if let Some((_, diverge)) = &init.diverge {
                                names.visit_expr(diverge);
                            }
                        }
                        names.bind(&local.pat);
                    }
                    syn::Stmt::Item(syn::Item::Fn(item)) => names.bind_name(&item.sig.ident),
                    syn::Stmt::Item(syn::Item::Const(item)) => names.bind_name(&item.ident),
                    syn::Stmt::Item(_) => {}
                    syn::Stmt::Expr(expr, _) => names.visit_expr(expr),
                    syn::Stmt::Macro(statement) => names.visit_macro(&statement.mac),
                }
            }
        });
    }

    fn visit_expr_closure(&mut self, closure: &'ast syn::ExprClosure) {
        self.scoped(|names| {
            for input in &closure.inputs {
                names.bind(input);
            }
            let body = Around { function: true, repeated: false };
            names.inside(body, |names| names.visit_expr(&closure.body));
        });
    }

    fn visit_expr_async(&mut self, block: &'ast syn::ExprAsync) {
        let body = Around { function: true, repeated: false };
        self.inside(body, |names| names.visit_block(&block.block));
    }

    fn visit_expr_return(&mut self, expr: &'ast syn::ExprReturn) {
        if !self.around.function {
            self.jump("return", expr.return_token.span);
        }
        visit::visit_expr_return(self, expr);
    }

    fn visit_expr_break(&mut self, expr: &'ast syn::ExprBreak) {
        // A label is the user's, so what it names is.
        if !self.around.repeated && expr.label.is_none() {
            self.jump("break", expr.break_token.span);
        }
        visit::visit_expr_break(self, expr);
    }

    fn visit_expr_continue(&mut self, expr: &'ast syn::ExprContinue) {
        if !self.around.repeated && expr.label.is_none() {
            self.jump("continue", expr.continue_token.span);
        }
    }

    fn visit_expr_loop(&mut self, expr: &'ast syn::ExprLoop) {
        self.looping(|names| names.visit_block(&expr.body));
    }

    fn visit_expr_match(&mut self, expr: &'ast syn::ExprMatch) {
        self.visit_expr(&expr.expr);
        for arm in &expr.arms {
            self.scoped(|names| {
                names.bind(&arm.pat);
                if let Pat::Guard(guarded) = &arm.pat {
                    names.visit_expr(&guarded.guard);
                }
                names.visit_expr(&arm.body);
            });
        }
    }

    fn visit_expr_if(&mut self, expr: &'ast syn::ExprIf) {
        self.scoped(|names| {
            names.visit_expr(&expr.cond);
            names.visit_block(&expr.then_branch);
        });
        if let Some((_, otherwise)) = &expr.else_branch {
            self.visit_expr(otherwise);
        }
    }

    fn visit_expr_while(&mut self, expr: &'ast syn::ExprWhile) {
        self.scoped(|names| {
            names.visit_expr(&expr.cond);
            names.looping(|names| names.visit_block(&expr.body));
        });
    }

    fn visit_expr_for_loop(&mut self, expr: &'ast syn::ExprForLoop) {
        self.visit_expr(&expr.expr);
        self.scoped(|names| {
            names.bind(&expr.pat);
            names.looping(|names| names.visit_block(&expr.body));
        });
    }

    fn visit_expr_let(&mut self, expr: &'ast syn::ExprLet) {
        self.visit_expr(&expr.expr);
        self.bind(&expr.pat);
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        self.macro_tokens(mac.tokens.clone());
    }

    fn visit_pat(&mut self, _: &'ast Pat) {}

    fn visit_type(&mut self, _: &'ast syn::Type) {}
}

/// The names that a Rust pattern binds.
pub(crate) fn pattern_names(pattern: &Pat) -> Vec<Ident> {
    struct Leaves(Vec<Ident>);
    impl<'ast> Visit<'ast> for Leaves {
        fn visit_pat_ident(&mut self, leaf: &'ast syn::PatIdent) {
            self.0.push(leaf.ident.clone());
            visit::visit_pat_ident(self, leaf);
        }
        fn visit_expr(&mut self, _: &'ast syn::Expr) {}
        fn visit_type(&mut self, _: &'ast syn::Type) {}
    }
    let mut leaves = Leaves(Vec::new());
    leaves.visit_pat(pattern);
    leaves.0
}

/// The names in braces of a format string: `"{x} {y:?} {:>width$}"`.
fn captured(literal: &str) -> Vec<String> {
    let mut found = Vec::new();
    if !literal.contains('"') {
        return found;
    }
    let text = literal.replace("{{", "");
    for piece in text.split('{').skip(1) {
        let Some((inside, _)) = piece.split_once('}') else { continue };
        let (name, spec) = inside.split_once(':').unwrap_or((inside, ""));
        let dollars = spec.split('$').rev().skip(1).map(|before| {
            let start = before
                .rfind(|char: char| !char.is_alphanumeric() && char != '_')
                .map_or(0, |at| at + 1);
            &before[start..]
        });
        for name in std::iter::once(name.trim()).chain(dollars) {
            let word = name.chars().all(|char| char.is_ascii_alphanumeric() || char == '_');
            let starts = name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_');
            if word && starts && name != "_" {
                found.push(name.to_owned());
            }
        }
    }
    found
}
