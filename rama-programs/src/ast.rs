//! Programs of the dataflow language as data.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::form::Form;

/// The name of a variable, an operation, a stream or an anchor, without its sigil.
pub type Name = String;

/// A place in the program where names are bound or branches come together. Each is there once.
pub type Site = usize;

/// Statements from top to bottom.
pub type Block = Vec<Statement>;

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// `i64`
    Int,
    /// `Vec<i64>`
    List,
    /// `(i64, i64)`
    Pair,
    /// `Shape`, the enum of the programs.
    Shape,
    /// `bool`, only within expressions.
    Bool,
    /// `Fun<(…,), T>`: a `ramafn` as a value.
    Fun(Vec<Type>, Box<Type>),
    /// `Op<(…,), (…)>`: a `ramaop` as a value.
    Op(Vec<Type>, Vec<Type>),
}

/// What is compared with what, and so what may be in a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// `dataflow! { … }`: emits are a sequence.
    StandAlone,
    /// A microbatch topology: emits are a multiset over all tasks.
    Topology,
}

/// A program with everything that is known of it.
#[derive(Clone, Debug)]
pub struct Program {
    /// What it was drawn from.
    pub seed: u64,
    /// Where it runs.
    pub kind: Kind,
    /// Its operations; each uses only those before it and itself.
    pub operations: Vec<Arc<Operation>>,
    /// Its statements, behind those that bind the input.
    pub body: Block,
    /// The types of what it puts out, if they are the same everywhere.
    pub outs: Vec<Type>,
    /// Which forms are where, to count those that were run.
    pub forms: BTreeMap<Site, BTreeSet<Form>>,
}

/// A `ramafn` or a `ramaop`, named or anonymous.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Its name.
    pub name: Name,
    /// A `ramafn`: emits exactly once, and is an expression.
    pub is_function: bool,
    /// Calls itself, so that its first argument says how often it still may.
    pub recursive: bool,
    /// What it takes.
    pub params: Vec<(Name, Type)>,
    /// Its named streams.
    pub streams: Vec<(Name, Vec<Type>)>,
    /// Its default stream.
    pub outs: Vec<Type>,
    /// Its statements.
    pub body: Block,
}

/// A statement and the site of what it binds.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Where what it binds is bound.
    pub site: Site,
    /// What it is.
    pub form: Stmt,
}

/// What a statement does.
#[derive(Clone, Debug)]
pub enum Stmt {
    /// `expr, expr :> *a, *b;`
    Value(Vec<Expr>, Vec<Pattern>),
    /// `%op(args) stream> *a :> *b;`
    Call {
        /// What is called.
        call: Call,
        /// The named streams that are listened to.
        streams: Vec<Stream>,
        /// The anchor of the default stream.
        anchor: Option<Name>,
        /// What the default stream binds.
        pattern: Vec<Pattern>,
    },
    /// `:> expr;` to the enclosing loop or operation, or `stream> expr;`.
    Emit(Option<Name>, Vec<Expr>),
    /// `:> expr;` in a `ramafn`, where nothing follows.
    Return(Vec<Expr>),
    /// What the program puts out: `:>` in a stand-alone block, `+compound` in a topology.
    Out(Vec<Expr>),
    /// `filter> expr;`
    Filter(Expr),
    /// `<<if` with `else <<if`, and `else` if there is one.
    If(Vec<Arm>, Option<Block>),
    /// `<<cond`
    Cond(Vec<Arm>, Option<Block>),
    /// `<<switch`
    Switch(Expr, Vec<Case<Vec<Expr>>>, Option<Block>),
    /// `<<subsource`
    Subsource(Expr, Vec<Case<Variant>>, Option<Block>),
    /// `<<shadowif`
    ShadowIf(Expr, Block),
    /// `<<do`
    Do(Block),
    /// `<<each expr :> *x { … }`
    Each(Expr, Pattern, Block),
    /// `<<atomic`
    Atomic(Block),
    /// `anchor> <a>;`
    Anchor(Name),
    /// `hook> <a>;`
    Hook(Name),
    /// `<<branch <a> { … }`
    Branch(Name, Block),
    /// `unify> <a> <b>;`
    Unify(Vec<Name>),
    /// `loop<- [*i = expr :> *out] { … }`
    Loop {
        /// The site of the variables, within the body.
        head: Site,
        /// The variables with their first values; whether the type is written.
        vars: Vec<(Name, Type, Expr, bool)>,
        /// What an emission out of it binds.
        outs: Vec<Pattern>,
        /// What one iteration does.
        body: Block,
    },
    /// `continue> expr, expr;`
    Continue(Vec<Expr>),
    /// `recur> expr, expr;`
    Recur(Vec<Expr>),
    /// `<<ramafn %f(…) -> T { … }` or `<<ramaop %f(…) :> T { … }`
    Define(Arc<Operation>),
    /// `|hash(expr);`
    Hash(Expr),
    /// `|all;`
    All,
    /// `|global;`
    Global,
    /// `|direct(expr as usize);`
    Direct(Expr),
}

/// A condition and what is done if it holds.
#[derive(Clone, Debug)]
pub struct Arm {
    /// The condition.
    pub condition: Expr,
    /// The block.
    pub body: Block,
}

/// `case> … => { … }`
#[derive(Clone, Debug)]
pub struct Case<T> {
    /// Where the pattern binds.
    pub site: Site,
    /// What is compared with.
    pub what: T,
    /// The block.
    pub body: Block,
}

/// A named stream of a call.
#[derive(Clone, Debug)]
pub struct Stream {
    /// Its name.
    pub name: Name,
    /// Where its pattern binds.
    pub site: Site,
    /// `name> <a>`
    pub anchor: Option<Name>,
    /// What it binds.
    pub pattern: Vec<Pattern>,
    /// `name>> pattern { … }`
    pub hook: Option<Block>,
}

/// A pattern of what is bound.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// `*x`, and whether the type is written behind it.
    Bind(Name, Type, bool),
    /// `(a, b)`
    Pair(Box<Pattern>, Box<Pattern>),
    /// `_`
    Any,
}

impl Pattern {
    /// Writes the types of all that it binds, where a type can stand.
    pub fn write_types(&mut self) {
        if let Pattern::Bind(_, _, is_written) = self {
            *is_written = true;
        }
    }
}

/// A pattern of the enum `Shape`.
#[derive(Clone, Debug)]
pub enum Variant {
    /// `Shape::Nothing`
    Nothing,
    /// `Shape::One(a)`
    One(Pattern),
    /// `Shape::Two { a: …, b: … }`
    Two(Pattern, Pattern),
    /// `Shape::Many(l)`
    Many(Pattern),
}

/// What is called with `%`.
#[derive(Clone, Debug)]
pub enum Callee {
    /// A `ramaop` of the program.
    Named(Arc<Operation>),
    /// A variable that holds a `ramafn` or a `ramaop`.
    Local(Name),
    /// `%self`
    Itself,
    /// `%explode`
    Explode,
    /// `%range`
    Range,
}

/// `%op(args)`
#[derive(Clone, Debug)]
pub struct Call {
    /// What is called.
    pub callee: Callee,
    /// What it takes.
    pub args: Vec<Expr>,
}

/// How two numbers make one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arithmetic {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
}

/// How two numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
}

/// Rust code over variables.
#[derive(Clone, Debug)]
pub enum Expr {
    /// `3_i64`, never negative.
    Lit(i64),
    /// `false`
    False,
    /// `*x`
    Var(Name, Type),
    /// A variable of the Rust code around a stand-alone block.
    Outer(Name, Type),
    /// `%f` as an argument.
    Passed(Name),
    /// `a + b`
    Arithmetic(Arithmetic, Box<Expr>, Box<Expr>),
    /// `a % 7`
    Rem(Box<Expr>, i64),
    /// `a.rem_euclid(b)`
    RemEuclid(Box<Expr>, Box<Expr>),
    /// `if c { a } else { b }`
    Choose(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `l.len() as i64` of a variable.
    Len(Name),
    /// `total(&l)` of a variable.
    Total(Name),
    /// `p.0` or `p.1` of a variable.
    Half(Name, bool),
    /// `weight(&s)` of a variable.
    Weight(Name),
    /// `vec![a, b]`
    List(Vec<Expr>),
    /// A closure over each element of a variable: `element % n + b`.
    Mapped(Name, i64, Box<Expr>),
    /// `appended(l, a)`: with another element, of bounded length.
    Appended(Box<Expr>, Box<Expr>),
    /// `(a, b)`
    Pair(Box<Expr>, Box<Expr>),
    /// A value of the enum `Shape` from the values of its fields.
    Shape(usize, Vec<Expr>),
    /// `name(args)`: a `ramafn`.
    Function(Arc<Operation>, Vec<Expr>),
    /// `%op(args)` within an expression, with one value.
    Nested(Call),
    /// `%current_task_id() as i64`
    TaskId,
    /// `a < b`
    Compare(Comparison, Box<Expr>, Box<Expr>),
    /// `a && b`
    And(Box<Expr>, Box<Expr>),
    /// `a || b`
    Or(Box<Expr>, Box<Expr>),
    /// `!a`
    Not(Box<Expr>),
}

impl Pattern {
    /// The names that it binds, in order.
    pub fn names(&self) -> Vec<&Name> {
        match self {
            Pattern::Bind(name, ..) => vec![name],
            Pattern::Pair(first, second) => {
                first.names().into_iter().chain(second.names()).collect()
            }
            Pattern::Any => Vec::new(),
        }
    }
}

impl Variant {
    /// Which one it is.
    pub fn number(&self) -> usize {
        match self {
            Variant::Nothing => 0,
            Variant::One(_) => 1,
            Variant::Two(..) => 2,
            Variant::Many(_) => 3,
        }
    }

    /// The patterns of its fields.
    pub fn fields(&self) -> Vec<&Pattern> {
        match self {
            Variant::Nothing => Vec::new(),
            Variant::One(field) | Variant::Many(field) => vec![field],
            Variant::Two(first, second) => vec![first, second],
        }
    }
}

impl Operation {
    /// Its type as a value.
    pub fn ty(&self) -> Type {
        let params = self.params.iter().map(|(_, ty)| ty.clone()).collect();
        match (self.is_function, self.outs.as_slice()) {
            (true, [out]) => Type::Fun(params, Box::new(out.clone())),
            _ => Type::Op(params, self.outs.clone()),
        }
    }
}
