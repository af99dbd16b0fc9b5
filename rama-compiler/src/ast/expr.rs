//! Rust code over variables, and the patterns that bind them.

use crate::tokens;
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::quote;

/// One binding of a variable. Names shadow, bindings do not: each has its own id,
/// counted in the order of binding within its code.
pub(crate) type VarId = usize;

/// Rust code over variables.
pub(crate) struct Expr {
    /// The code with `*x.f` written `(*x).f`, else as the user wrote it.
    pub(crate) code: TokenStream,
    pub(crate) form: Form,
    pub(crate) uses: Vec<Use>,
    /// Names that a format string captures: uses if such a variable is bound.
    pub(crate) captures: Vec<Ident>,
    /// Stars among the tokens of macros, each with its placeholder in `code`: uses if such a
    /// variable is bound, else the macro's own business. `resolve` writes them.
    pub(crate) in_macros: Vec<(String, Mark)>,
    /// Plain names that Rust code mentions: a mistake if such a variable is bound.
    pub(crate) plain: Vec<Ident>,
}

/// A `*name` or `%name` as the user wrote it.
#[derive(Clone)]
pub(crate) struct Mark {
    /// A star, also where the user wrote `%`.
    pub(crate) star: TokenTree,
    pub(crate) name: Ident,
    /// Written with `%`.
    pub(crate) operation: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// A bare `*x`.
    Variable,
    /// `*x.a.b`
    Place,
    Other,
}

/// One mention of a variable.
pub(crate) struct Use {
    pub(crate) name: Ident,
    /// Written with `%`.
    pub(crate) operation: bool,
    /// Filled by `resolve`; `None` only beside an error.
    pub(crate) var: Option<VarId>,
}

/// A Rust pattern whose `*x` leaves bind.
pub(crate) struct Pattern {
    /// The pattern with a placeholder where a variable binds.
    pub(crate) template: TokenStream,
    /// `: Type`, or nothing.
    pub(crate) ascription: TokenStream,
    pub(crate) binds: Vec<Binding>,
}

#[derive(Clone)]
pub(crate) struct Binding {
    pub(crate) placeholder: String,
    pub(crate) name: Ident,
    /// It also names the field it is taken from: `Transfer { *amt }`.
    pub(crate) shorthand: bool,
    /// What is bound can be called: `%f: Op<…>`.
    pub(crate) operation: Option<OperationType>,
    /// Filled by `resolve`.
    pub(crate) var: VarId,
}

/// What kind of operation a value is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum OperationType {
    /// Emits once, in step: `Fun<Args, Out>`.
    Function,
    /// Emits any number of times: `Op<Args, Out>`.
    Operation,
}

/// A binding as the later stages see it.
pub(crate) struct Var {
    /// The user's token that binds it.
    pub(crate) name: Ident,
    /// What its owned value is called in the expansion: the user's name, numbered
    /// where an arm shadows a variable that is visible again after it.
    pub(crate) owned: String,
    /// It also names the field it is taken from.
    pub(crate) shorthand: bool,
    /// What kind of operation its value is, if it is one.
    pub(crate) operation: Option<OperationType>,
}

/// Whether a variable holds what an operation inside of Rust code emitted. It is mentioned once, so
/// it is not a place but the value itself.
pub(crate) fn is_nested(name: &str) -> bool {
    name.starts_with(NESTED)
}

/// How the names of such variables begin.
pub(crate) const NESTED: &str = "__nested_";

impl Mark {
    /// The variable before the tokens `after` it: `(*x)` where they bind tighter than the star.
    pub(crate) fn variable(&self, after: &[TokenTree]) -> TokenStream {
        if is_nested(&self.name.to_string()) {
            let name = Ident::new(&self.name.to_string(), tokens::glue_span(self.name.span()));
            return quote!(#name);
        }
        if !tokens::binds_tighter(after) {
            return self.dereference();
        }
        let mut group = Group::new(Delimiter::Parenthesis, self.dereference());
        group.set_span(self.name.span());
        TokenTree::Group(group).into()
    }

    /// As it was written.
    pub(crate) fn dereference(&self) -> TokenStream {
        let Mark { star, name, .. } = self;
        quote!(#star #name)
    }
}

impl Expr {
    /// A bare variable.
    pub(crate) fn variable(name: Ident) -> Expr {
        let code = quote!(*#name);
        Expr {
            code,
            form: Form::Variable,
            uses: vec![Use { name, operation: false, var: None }],
            captures: Vec::new(),
            in_macros: Vec::new(),
            plain: Vec::new(),
        }
    }

    /// Code that mentions no variable.
    pub(crate) fn plain(code: TokenStream) -> Expr {
        Expr {
            code,
            form: Form::Other,
            uses: Vec::new(),
            captures: Vec::new(),
            in_macros: Vec::new(),
            plain: Vec::new(),
        }
    }
}

impl Pattern {
    /// A pattern that binds one variable.
    pub(crate) fn variable(name: Ident) -> Pattern {
        let placeholder = format!("__rama_variable_{name}");
        let ident = Ident::new(&placeholder, name.span());
        Pattern {
            template: quote!(#ident),
            ascription: TokenStream::new(),
            binds: vec![Binding::new(placeholder, name)],
        }
    }
}

impl Binding {
    pub(crate) fn new(placeholder: String, name: Ident) -> Binding {
        Binding { placeholder, name, shorthand: false, operation: None, var: 0 }
    }
}
