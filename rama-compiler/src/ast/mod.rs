//! The program as the user wrote it: what `parse` builds, `resolve` annotates and `plan` reads.
//!
//! Here are modules, topologies and operations; `statement` has what they are made of, `expr`
//! the Rust code and the patterns in it, `flow` how code follows code.

mod expr;
mod flow;
mod statement;

pub(crate) use expr::{
    Binding, Expr, Form, Mark, OperationType, Pattern, Use, Var, VarId, is_nested,
};
pub(crate) use flow::goes_on;
pub(crate) use statement::{
    Anonymous, Argument, Block, BlockKind, Call, CallTarget, Emission, Entry, Head, Kind, Loop,
    Merge, Partitioner, PartitionerKind, Path, Place, Space, Statement, Step, StreamOutput, Target,
    Template, Unify,
};

use proc_macro2::{Ident, TokenStream};
use syn::{Attribute, Visibility};

pub(crate) struct Module {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
    /// The name that the cluster knows it by, if it is not the type's: `#[name = expression]`.
    pub(crate) named: Option<syn::Expr>,
    /// An expression, whose value has the handles as fields.
    pub(crate) is_anonymous: bool,
    pub(crate) depots: Vec<Depot>,
    pub(crate) topologies: Vec<Topology>,
    pub(crate) path_functions: Vec<PathFunction>,
    /// Names whose declarations could not be read: they count as declared, so
    /// that one mistake does not become many.
    pub(crate) unreadable: Vec<String>,
}

/// `depot *name: Type, partitioning;`
pub(crate) struct Depot {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) name: Ident,
    pub(crate) named: Option<syn::Expr>,
    pub(crate) ty: TokenStream,
    pub(crate) partitioning: Partitioning,
}

/// How a depot spreads its records over the tasks.
pub(crate) enum Partitioning {
    /// `hash_by(.field.sub)`: the tokens with their leading dot.
    Field(TokenStream),
    /// `hash_by(path::to::function)`.
    Function(TokenStream),
    /// `random`, `disallow` or `global`: the user's word.
    Word(Ident),
}

/// `path_function name = function;` or `path_function name;`
pub(crate) struct PathFunction {
    /// Without its documentation, which has no place in the expansion.
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) name: Ident,
    /// A closure, or the path of a function.
    pub(crate) function: TokenStream,
    /// How many arguments a closure has.
    pub(crate) arguments: Option<usize>,
}

/// `microbatch name { … }`
pub(crate) struct Topology {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) name: Ident,
    pub(crate) pstates: Vec<PState>,
    pub(crate) sources: Vec<Source>,
    /// Paths of `sources!` in other files.
    pub(crate) parts: Vec<syn::Path>,
}

/// `pstate $$name: Schema, options;`
pub(crate) struct PState {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) name: Ident,
    pub(crate) named: Option<syn::Expr>,
    pub(crate) schema: TokenStream,
    pub(crate) options: Vec<PStateOption>,
}

/// `global`, `private`, `initial(value)` or `key_partitioner(path::to::function)`.
pub(crate) struct PStateOption {
    pub(crate) word: Ident,
    pub(crate) argument: Option<TokenStream>,
}

impl PState {
    /// Whether it has the option `word`.
    pub(crate) fn has(&self, word: &str) -> bool {
        self.options.iter().any(|option| option.word == word)
    }
}

/// One source section: `source> *depot :> %batch; %batch() :> pattern; body`.
pub(crate) struct Source {
    pub(crate) depot: Ident,
    pub(crate) emit: Emit,
    pub(crate) code: Code,
}

/// `%batch() :> pattern;`
pub(crate) struct Emit {
    pub(crate) text: String,
    pub(crate) batch: Ident,
    pub(crate) pattern: Pattern,
}

/// `sources!` in a file of its own: `pub name in Module::topology { source> … }`.
pub(crate) struct Part {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
    /// The module, without the topology.
    pub(crate) module: syn::Path,
    pub(crate) topology: Ident,
    pub(crate) sources: Vec<Source>,
}

/// Statements that are compiled together, and all that they bind.
#[derive(Default)]
pub(crate) struct Code {
    pub(crate) body: Vec<Statement>,
    /// Every binding, by id; filled by `resolve`.
    pub(crate) vars: Vec<Var>,
}

/// `ramafn name(…) -> T { … }` or `ramaop name(…) :> T { … }`.
pub(crate) struct Operation {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
    pub(crate) generics: syn::Generics,
    pub(crate) params: Vec<Param>,
    pub(crate) form: OperationForm,
    pub(crate) code: Code,
}

pub(crate) enum OperationForm {
    /// A `ramafn` and what it returns.
    Function { output: TokenStream },
    /// A `ramaop`.
    Operation {
        streams: Vec<Stream>,
        /// What its caller carries through it, or where it returns to; filled by `resolve`.
        carried: VarId,
        /// Whether it calls itself: then callers are told apart at run time.
        calls_itself: bool,
    },
}

/// An output stream of a `ramaop`; the default one has no name and is the last.
pub(crate) struct Stream {
    pub(crate) name: Option<Ident>,
    pub(crate) types: Vec<TokenStream>,
}

/// What an operation takes.
pub(crate) enum Param {
    /// `*name: Type` or `%name: Type`
    Value { binding: Binding, operation: Option<OperationType>, ty: TokenStream },
    /// `$$name: Schema`
    PState { name: Ident, schema: TokenStream },
}

impl Param {
    /// The bindings of the values among `params`.
    pub(crate) fn values(params: &[Param]) -> impl Iterator<Item = (&Binding, &TokenStream)> {
        params.iter().filter_map(|param| match param {
            Param::Value { binding, ty, .. } => Some((binding, ty)),
            Param::PState { .. } => None,
        })
    }
}
