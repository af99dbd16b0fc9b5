//! Statements and what is inside them.

use super::{Expr, Param, Pattern, Use, VarId};
use proc_macro2::{Ident, Span, TokenStream};

pub(crate) struct Statement {
    /// The source, as `cx.at` tells it.
    pub(crate) text: String,
    /// The token that says what kind of statement this is.
    pub(crate) span: Span,
    /// `#[unaligned]`: it means a key that may live on another task.
    pub(crate) is_unaligned: bool,
    pub(crate) kind: Kind,
}

pub(crate) enum Kind {
    /// `expr, expr :> pattern;` or `expr;`
    Value { values: Vec<Expr>, pattern: Option<Pattern> },
    /// `local_select> $$p.path :> pattern;` or, over many events, `yielding_select>`
    Select { path: Path, pattern: Pattern, yielding: bool },
    /// `each_async> expr :> pattern;`: the code as an async block.
    Async { future: Expr, pattern: Pattern },
    /// `local_transform> $$p.path;`
    Transform { path: Path },
    /// `local_clear> $$p;`
    Clear { pstate: Ident },
    /// `+compound $$p { … };`
    Compound { pstate: Ident, template: Template },
    /// `filter> expr;`
    Filter { condition: Expr },
    /// `assert> expr;`, `assert> expr, "text {}", *x;`
    Assert { condition: Expr, message: Option<Expr> },
    /// `throw> "text {}", *x;`: the message as an expression.
    Throw { message: Expr },
    /// `|hash(expr);`
    Partition(Partitioner),
    /// `yield_if_overtime>;`
    Yield,
    /// `%op(args) name> pattern :> pattern;`
    Call(Call),
    /// `:> expr, expr;` or `name> expr;`
    Emission(Emission),
    /// `continue> expr, expr;`
    Continue { values: Vec<Expr>, target: usize },
    /// `recur> expr, expr;`
    Recur { values: Vec<Expr> },
    /// `<<if`, `<<subsource` and what is written in terms of them.
    Block(Block),
    /// `<<atomic { … }`
    Atomic { body: Vec<Statement> },
    /// `<<each expr :> pattern { … }`
    Each { items: Expr, pattern: Pattern, body: Vec<Statement> },
    /// `loop<- [ … ] { … }`
    Loop(Loop),
    /// `<<ramafn %f(…) -> T { … }` and `<<ramaop %f(…) :> T { … }`
    Anonymous(Anonymous),
    /// `anchor> <a>;`
    Anchor { name: Ident },
    /// `hook> <a>;`
    Hook { anchor: Ident },
    /// `<<branch <a> { … }`
    Branch { anchor: Ident, body: Vec<Statement> },
    /// `unify> <a> <b>;`
    Unify(Unify),
    /// `source> *depot :> %batch;`, only until sections are formed.
    Source { depot: Ident, batch: Ident },
    /// A statement that could not be read; what it seems to bind counts as bound.
    Bad { binds: Vec<super::Binding> },
}

/// A branching block.
pub(crate) struct Block {
    pub(crate) kind: BlockKind,
    pub(crate) head: Head,
    pub(crate) arms: Vec<Vec<Statement>>,
    /// Variables after the block; filled by `resolve`.
    pub(crate) merges: Vec<Merge>,
}

/// How the user wrote a branching block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum BlockKind {
    If,
    Cond,
    Switch,
    Subsource,
    /// What its one arm shadows stays shadowed.
    ShadowIf,
    /// `&&` or `||` with an operation behind it.
    ShortCircuit,
}

pub(crate) enum Head {
    /// Two arms: if it holds, and if not.
    If(Expr),
    /// One arm for each pattern.
    Match { value: Expr, patterns: Vec<Pattern> },
}

/// A variable after branches: what it is called in each of them. `None` where the branch does not
/// go on.
pub(crate) struct Merge {
    pub(crate) out: VarId,
    pub(crate) arms: Vec<Option<VarId>>,
}

/// `unify> <a> <b>;`
pub(crate) struct Unify {
    pub(crate) anchors: Vec<Ident>,
    /// Filled by `resolve`: one arm for each anchor.
    pub(crate) merges: Vec<Merge>,
}

/// The call of an operation.
pub(crate) struct Call {
    /// What stands between `%` and `(`.
    pub(crate) path: syn::Path,
    pub(crate) args: Vec<Argument>,
    /// Named streams and the default one, in the order written.
    pub(crate) outputs: Vec<StreamOutput>,
    /// Filled by `resolve`.
    pub(crate) target: CallTarget,
}

pub(crate) enum Argument {
    Value(Expr),
    PState(Ident),
}

/// What a call takes from one stream.
pub(crate) struct StreamOutput {
    /// `None` for the default stream.
    pub(crate) name: Option<Ident>,
    pub(crate) anchor: Option<Ident>,
    pub(crate) pattern: Option<Pattern>,
    /// The statements of an inline hook, `name>> pattern { … }`.
    pub(crate) inline: Option<Vec<Statement>>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum CallTarget {
    /// `resolve` was not here yet.
    Unknown,
    /// An operation of the library that gives an iterator.
    Iterator,
    /// An operation of the library that asks the context.
    Context,
    /// A variable whose value is a function.
    Function(VarId),
    /// A variable whose value is an operation.
    Operation(VarId),
    /// The `ramafn` around the call.
    OwnFunction,
    /// The `ramaop` around the call; for an anonymous one its variables.
    OwnOperation,
    /// An anonymous `ramafn` around the call.
    OwnAnonymous { operation: bool },
    /// A `ramaop` by its path.
    Path,
}

/// `:> expr, expr;` or `name> expr;`
pub(crate) struct Emission {
    pub(crate) stream: Option<Ident>,
    pub(crate) values: Vec<Expr>,
    /// A `:>` behind the values, which has nothing to bind, and what it seems to bind.
    pub(crate) arrow: Option<(Span, Vec<super::Binding>)>,
    /// Filled by `resolve`.
    pub(crate) target: Target,
}

/// Where an emission goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Target {
    /// Nowhere: beside an error.
    Unknown,
    /// Out of the loop with this number.
    Loop(usize),
    /// To a stream of the `ramaop`, whose caller's variables are in this one.
    Stream(VarId),
    /// To where a recursive or anonymous `ramaop` returns to.
    Return(VarId),
    /// Out of a stand-alone block.
    Collect,
    /// The value of a `ramafn`.
    Function,
}

/// `loop<- [*i = expr :> *out] { … }`
pub(crate) struct Loop {
    /// The variables with their first values.
    pub(crate) vars: Vec<(Pattern, Expr)>,
    /// What the rest sees of an emission.
    pub(crate) outputs: Option<Pattern>,
    pub(crate) body: Vec<Statement>,
    /// Filled by `resolve`.
    pub(crate) number: usize,
    /// Bindings from before the loop have smaller ids; filled by `resolve`.
    pub(crate) first: VarId,
}

/// An operation as a value.
pub(crate) struct Anonymous {
    pub(crate) binding: super::Binding,
    pub(crate) params: Vec<Param>,
    pub(crate) outputs: Vec<TokenStream>,
    /// A `ramaop`; else a `ramafn`.
    pub(crate) is_operation: bool,
    pub(crate) body: Vec<Statement>,
    /// Where a `ramaop` returns to; filled by `resolve`.
    pub(crate) ret: VarId,
}

pub(crate) struct Partitioner {
    pub(crate) name: Ident,
    /// As what the user wrote it: `|hash`, `|path` or `select>`.
    pub(crate) written: String,
    pub(crate) kind: PartitionerKind,
    /// The object over whose partitions it goes, if not the module's tasks.
    pub(crate) space: Option<Space>,
}

pub(crate) enum PartitionerKind {
    Hash(Expr),
    All,
    Global,
    Direct(Expr),
    Shuffle,
    Custom {
        function: Expr,
        args: Vec<Expr>,
    },
    /// `select>` and `|path`: to where a PState has a key, or all where it has no choice. `blame` is
    /// where the key should stand.
    Home {
        pstate: Ident,
        key: Option<Expr>,
        blame: Span,
    },
}

/// `$$p` or `*depot` in `|hash($$p, *key)`.
pub(crate) enum Space {
    PState(Ident),
    Depot(Ident),
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

/// Navigators that lead to exactly one place.
const SINGLE: &[&str] = &[
    "beginning",
    "collect",
    "collect_one",
    "count",
    "dispense",
    "end",
    "field",
    "key",
    "lens",
    "nil_to_default",
    "nil_to_val",
    "one",
    "put_collected",
    "sorted_map_range",
    "sorted_map_range_from",
    "sorted_map_range_from_start",
    "sorted_map_range_from_with",
    "sorted_map_range_to",
    "sorted_map_range_to_end",
    "sorted_map_range_to_with",
    "sorted_map_range_with",
    "sorted_set_range",
    "sorted_set_range_from",
    "sorted_set_range_from_start",
    "sorted_set_range_from_with",
    "sorted_set_range_to",
    "sorted_set_range_to_end",
    "sorted_set_range_to_with",
    "sorted_set_range_with",
    "stay",
    "sub_map",
    "sublist",
    "sublist_dynamic",
    "subselect",
    "subset",
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

impl Partitioner {
    pub(crate) fn exprs(&self) -> Vec<&Expr> {
        match &self.kind {
            PartitionerKind::Hash(expr) | PartitionerKind::Direct(expr) => vec![expr],
            PartitionerKind::Custom { function, args } => {
                std::iter::once(function).chain(args).collect()
            }
            PartitionerKind::Home { key, .. } => key.iter().collect(),
            PartitionerKind::All | PartitionerKind::Global | PartitionerKind::Shuffle => Vec::new(),
        }
    }
}

impl Kind {
    /// The expressions that this statement itself evaluates, in order; not those inside its blocks.
    pub(crate) fn exprs(&self) -> Vec<&Expr> {
        match self {
            Kind::Value { values, .. } | Kind::Continue { values, .. } | Kind::Recur { values } => {
                values.iter().collect()
            }
            Kind::Emission(emission) => emission.values.iter().collect(),
            Kind::Select { path, .. } | Kind::Transform { path } => path.exprs().collect(),
            Kind::Compound { template, .. } => template.exprs(),
            Kind::Filter { condition } => vec![condition],
            Kind::Async { future, .. } => vec![future],
            Kind::Assert { condition, message } => {
                std::iter::once(condition).chain(message).collect()
            }
            Kind::Throw { message } => vec![message],
            Kind::Block(block) => match &block.head {
                Head::If(condition) => vec![condition],
                Head::Match { value, .. } => vec![value],
            },
            Kind::Each { items, .. } => vec![items],
            Kind::Loop(inner) => inner.vars.iter().map(|(_, value)| value).collect(),
            Kind::Partition(partitioner) => partitioner.exprs(),
            Kind::Call(call) => call
                .args
                .iter()
                .filter_map(|arg| match arg {
                    Argument::Value(expr) => Some(expr),
                    Argument::PState(_) => None,
                })
                .collect(),
            Kind::Clear { .. }
            | Kind::Yield
            | Kind::Atomic { .. }
            | Kind::Anonymous(_)
            | Kind::Anchor { .. }
            | Kind::Hook { .. }
            | Kind::Branch { .. }
            | Kind::Unify(_)
            | Kind::Source { .. }
            | Kind::Bad { .. } => Vec::new(),
        }
    }

    /// The patterns that bind what the rest of the block sees of this statement.
    pub(crate) fn pattern(&self) -> Option<&Pattern> {
        match self {
            Kind::Value { pattern, .. } => pattern.as_ref(),
            Kind::Select { pattern, .. } | Kind::Async { pattern, .. } => Some(pattern),
            Kind::Loop(inner) => inner.outputs.as_ref(),
            Kind::Call(call) => call
                .outputs
                .iter()
                .find(|output| output.name.is_none())
                .and_then(|output| output.pattern.as_ref()),
            _ => None,
        }
    }

    /// The variables that are mentioned, in order, with repetitions; also one that is called, and
    /// what an emission carries.
    pub(crate) fn uses(&self) -> impl Iterator<Item = VarId> {
        let called = match self {
            Kind::Call(Call {
                target: CallTarget::Function(var) | CallTarget::Operation(var),
                ..
            }) => Some(*var),
            Kind::Emission(Emission {
                target: Target::Stream(var) | Target::Return(var), ..
            }) => Some(*var),
            _ => None,
        };
        let mentions = self.exprs().into_iter().flat_map(|expr| &expr.uses);
        called.into_iter().chain(mentions.filter_map(|mention: &Use| mention.var))
    }

    /// The blocks of statements inside this one, in order.
    pub(crate) fn blocks(&self) -> Vec<&Vec<Statement>> {
        match self {
            Kind::Block(block) => block.arms.iter().collect(),
            Kind::Atomic { body } | Kind::Each { body, .. } | Kind::Branch { body, .. } => {
                vec![body]
            }
            Kind::Loop(inner) => vec![&inner.body],
            Kind::Anonymous(anonymous) => vec![&anonymous.body],
            Kind::Call(call) => {
                call.outputs.iter().filter_map(|output| output.inline.as_ref()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Every pattern of this statement itself.
    pub(crate) fn patterns(&self) -> Vec<&Pattern> {
        match self {
            Kind::Block(Block { head: Head::Match { patterns, .. }, .. }) => {
                patterns.iter().collect()
            }
            Kind::Each { pattern, .. } => vec![pattern],
            Kind::Loop(inner) => {
                inner.vars.iter().map(|(pattern, _)| pattern).chain(&inner.outputs).collect()
            }
            Kind::Call(call) => {
                call.outputs.iter().filter_map(|output| output.pattern.as_ref()).collect()
            }
            kind => kind.pattern().into_iter().collect(),
        }
    }
}
