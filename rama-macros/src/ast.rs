//! The module as the user wrote it: what `parse` builds, `resolve` annotates and `plan` reads.

use crate::tokens;
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::quote;
use syn::{Attribute, Visibility};

/// One binding of a variable. Names shadow, bindings do not: each has its own id,
/// counted in the order of binding within its source.
pub(crate) type VarId = usize;

pub(crate) struct Module {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
    pub(crate) depots: Vec<Depot>,
    pub(crate) topologies: Vec<Topology>,
    /// Names whose declarations could not be read: they count as declared, so
    /// that one mistake does not become many.
    pub(crate) unreadable: Vec<String>,
}

/// `depot *name: Type, partitioning;`
pub(crate) struct Depot {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) name: Ident,
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

/// `microbatch name { … }`
pub(crate) struct Topology {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) name: Ident,
    pub(crate) pstates: Vec<PState>,
    pub(crate) sources: Vec<Source>,
}

/// `pstate $$name: Schema;`
pub(crate) struct PState {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) name: Ident,
    pub(crate) schema: TokenStream,
}

/// One source section: `source> *depot :> %batch; %batch() :> pattern; body`.
pub(crate) struct Source {
    pub(crate) depot: Ident,
    pub(crate) emit: Emit,
    pub(crate) body: Vec<Statement>,
    /// Every binding of this section, by id; filled by `resolve`.
    pub(crate) vars: Vec<Var>,
}

/// `%batch() :> pattern;`
pub(crate) struct Emit {
    pub(crate) text: String,
    pub(crate) batch: Ident,
    pub(crate) pattern: Pattern,
}

pub(crate) struct Statement {
    /// The source, as `cx.at` tells it.
    pub(crate) text: String,
    /// The token that says what kind of statement this is.
    pub(crate) span: Span,
    pub(crate) kind: Kind,
}

pub(crate) enum Kind {
    /// `expr, expr :> pattern;` or `expr;`
    Value { values: Vec<Expr>, pattern: Option<Pattern> },
    /// `local_select> $$p.path :> pattern;`
    Select { path: Path, pattern: Pattern },
    /// `local_transform> $$p.path;`
    Transform { path: Path },
    /// `+compound $$p { … };`
    Compound { pstate: Ident, template: Template },
    /// `filter> expr;`
    Filter { condition: Expr },
    /// `<<if expr { … } else { … }`
    If(If),
    /// `|hash(expr);`
    Partition(Partitioner),
    /// `source> *depot :> %batch;`, only until sections are formed.
    Source { depot: Ident, batch: Ident },
    /// `%batch() :> pattern;`, only until sections are formed.
    Emit { batch: Ident, pattern: Pattern },
    /// A statement that could not be read; what it seems to bind counts as bound.
    Bad { binds: Vec<Binding> },
}

pub(crate) struct If {
    pub(crate) condition: Expr,
    pub(crate) then: Vec<Statement>,
    pub(crate) otherwise: Vec<Statement>,
    /// Variables that both arms bind; filled by `resolve`.
    pub(crate) merges: Vec<Merge>,
}

/// A variable after an `<<if`: what it is called in either arm.
pub(crate) struct Merge {
    pub(crate) out: VarId,
    pub(crate) then: VarId,
    pub(crate) otherwise: VarId,
}

pub(crate) struct Partitioner {
    pub(crate) name: Ident,
    pub(crate) kind: PartitionerKind,
}

pub(crate) enum PartitionerKind {
    Hash(Expr),
    All,
    Global,
    Direct(Expr),
}

/// `$$p.key(*k).field`
pub(crate) struct Path {
    pub(crate) pstate: Ident,
    pub(crate) steps: Vec<Step>,
}

pub(crate) enum Step {
    /// `.name::<T>(args)`
    Navigator { name: Ident, turbofish: TokenStream, args: Vec<Expr> },
    /// `.name`
    Field(Ident),
}

/// What `+compound` aggregates where.
pub(crate) enum Template {
    Aggregator { name: Ident, args: Vec<Expr> },
    Level(Vec<Entry>),
}

pub(crate) struct Entry {
    pub(crate) place: Place,
    pub(crate) template: Template,
}

pub(crate) enum Place {
    Key(Expr),
    Field(Ident),
}

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

/// A `*name` as the user wrote it.
#[derive(Clone)]
pub(crate) struct Mark {
    pub(crate) star: TokenTree,
    pub(crate) name: Ident,
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
    /// Filled by `resolve`; `None` only beside an error.
    pub(crate) var: Option<VarId>,
}

/// A Rust pattern whose `*x` leaves bind.
pub(crate) struct Pattern {
    /// The pattern with a placeholder where a variable binds.
    pub(crate) template: TokenStream,
    pub(crate) binds: Vec<Binding>,
}

#[derive(Clone)]
pub(crate) struct Binding {
    pub(crate) placeholder: String,
    pub(crate) name: Ident,
    /// It also names the field it is taken from: `Transfer { *amt }`.
    pub(crate) shorthand: bool,
    /// Filled by `resolve`.
    pub(crate) var: VarId,
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
}

impl Mark {
    /// The variable before the tokens `after` it: `(*x)` where they bind tighter than the star.
    pub(crate) fn variable(&self, after: &[TokenTree]) -> TokenStream {
        if !tokens::binds_tighter(after) {
            return self.dereference();
        }
        let mut group = Group::new(Delimiter::Parenthesis, self.dereference());
        group.set_span(self.name.span());
        TokenTree::Group(group).into()
    }

    /// As it was written.
    pub(crate) fn dereference(&self) -> TokenStream {
        let Mark { star, name } = self;
        quote!(#star #name)
    }
}

impl If {
    /// The arms in order.
    pub(crate) fn arms(&self) -> [&[Statement]; 2] {
        [&self.then, &self.otherwise]
    }
}

/// Navigators that lead to exactly one place.
const SINGLE: &[&str] = &[
    "key",
    "nil_to_val",
    "count",
    "field",
    "one",
    "sorted_map_range",
    "sorted_map_range_with",
    "sorted_map_range_from",
    "sorted_map_range_from_with",
    "sorted_map_range_to",
    "sorted_map_range_to_with",
    "sorted_map_range_from_start",
    "sorted_map_range_to_end",
];

impl Path {
    /// Whether the path leads to exactly one place, as its navigators' names say.
    pub(crate) fn is_single(&self) -> bool {
        self.steps.iter().all(|step| match step {
            Step::Field(_) => true,
            Step::Navigator { name, .. } => SINGLE.iter().any(|single| name == single),
        })
    }

    pub(crate) fn exprs(&self) -> impl Iterator<Item = &Expr> {
        self.steps.iter().flat_map(|step| match step {
            Step::Navigator { args, .. } => args.as_slice(),
            Step::Field(_) => &[],
        })
    }
}

impl Template {
    pub(crate) fn exprs(&self) -> Vec<&Expr> {
        match self {
            Template::Aggregator { args, .. } => args.iter().collect(),
            Template::Level(entries) => entries
                .iter()
                .flat_map(|entry| {
                    let key = match &entry.place {
                        Place::Key(key) => Some(key),
                        Place::Field(_) => None,
                    };
                    key.into_iter().chain(entry.template.exprs())
                })
                .collect(),
        }
    }

    /// How many places are aggregated into.
    pub(crate) fn leaves(&self) -> usize {
        match self {
            Template::Aggregator { .. } => 1,
            Template::Level(entries) => entries.iter().map(|entry| entry.template.leaves()).sum(),
        }
    }
}

impl Kind {
    /// The expressions that this statement itself evaluates, in order; not those inside its blocks.
    pub(crate) fn exprs(&self) -> Vec<&Expr> {
        match self {
            Kind::Value { values, .. } => values.iter().collect(),
            Kind::Select { path, .. } | Kind::Transform { path } => path.exprs().collect(),
            Kind::Compound { template, .. } => template.exprs(),
            Kind::Filter { condition } => vec![condition],
            Kind::If(block) => vec![&block.condition],
            Kind::Partition(partitioner) => partitioner.expr().into_iter().collect(),
            Kind::Source { .. } | Kind::Emit { .. } | Kind::Bad { .. } => Vec::new(),
        }
    }

    /// The pattern that binds what this statement emits.
    pub(crate) fn pattern(&self) -> Option<&Pattern> {
        match self {
            Kind::Value { pattern, .. } => pattern.as_ref(),
            Kind::Select { pattern, .. } => Some(pattern),
            _ => None,
        }
    }

    /// The variables that are mentioned, in order, with repetitions.
    pub(crate) fn uses(&self) -> impl Iterator<Item = &Use> {
        self.exprs().into_iter().flat_map(|expr| &expr.uses)
    }
}

impl Partitioner {
    pub(crate) fn expr(&self) -> Option<&Expr> {
        match &self.kind {
            PartitionerKind::Hash(expr) | PartitionerKind::Direct(expr) => Some(expr),
            PartitionerKind::All | PartitionerKind::Global => None,
        }
    }
}
