//! Draws programs from seeds. Whatever is drawn is well-scoped and well-typed, and its numbers,
//! lists, loops and recursions are bounded.

mod block;
mod branch;
mod call;
mod context;
mod expr;
mod graph;
mod names;
mod operation;
mod repeat;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::ast::{Expr, Kind, Name, Operation, Pattern, Program, Site, Statement, Stmt, Type};
use crate::form::Form;
use crate::interpret::input_scope;
use crate::scope::{Joins, Scope, Walk};

use context::{Callable, Context};

/// Draws the program of `seed`, with only the `forms` given. `attempt` tells apart those that are
/// drawn because earlier ones were no good.
pub fn program(seed: u64, attempt: u64, kind: Kind, forms: &BTreeSet<Form>) -> Program {
    let mut generator = Generator {
        rng: fastrand::Rng::with_seed(seed.wrapping_mul(1_000_003).wrapping_add(attempt)),
        seed,
        kind,
        enabled: forms.clone(),
        sites: 1,
        numbers: 0,
        operations: Vec::new(),
        locals: BTreeMap::new(),
        retyped: BTreeMap::new(),
        forms: BTreeMap::new(),
        pending: BTreeSet::new(),
        left: 0,
    };
    generator.operations();
    let outs = generator.types(3);
    let body = generator.body(&outs);
    Program { seed, kind, operations: generator.operations, body, outs, forms: generator.forms }
}

struct Generator {
    rng: fastrand::Rng,
    seed: u64,
    kind: Kind,
    enabled: BTreeSet<Form>,
    /// The next site.
    sites: Site,
    /// The next number of a name that is there once.
    numbers: usize,
    operations: Vec<Arc<Operation>>,
    /// The types of variables that hold operations: their names are there once.
    locals: BTreeMap<Name, Type>,
    /// The types of variables that are bound again with other types.
    retyped: BTreeMap<(Name, Site), Type>,
    forms: BTreeMap<Site, BTreeSet<Form>>,
    /// What the statement uses that is being drawn.
    pending: BTreeSet<Form>,
    /// How many statements there may still be.
    left: usize,
}

/// A block that is being drawn.
struct Open {
    statements: Vec<Statement>,
    walk: Walk,
}

impl Open {
    fn new(scope: Scope) -> Self {
        Open { statements: Vec::new(), walk: Walk::new(scope) }
    }

    fn scope(&self) -> Scope {
        self.walk.scope.clone()
    }
}

impl Generator {
    fn is_on(&self, form: Form) -> bool {
        self.enabled.contains(&form)
    }

    fn mark(&mut self, form: Form) {
        self.pending.insert(form);
    }

    /// Whether it happens, `percent` times of a hundred.
    fn chance(&mut self, percent: u32) -> bool {
        self.rng.u32(0..100) < percent
    }

    fn site(&mut self) -> Site {
        self.sites += 1;
        self.sites
    }

    /// A name that is there once.
    fn unique(&mut self, prefix: &str) -> Name {
        self.numbers += 1;
        format!("{prefix}{}", self.numbers)
    }

    /// Between one and `most` types.
    fn types(&mut self, most: usize) -> Vec<Type> {
        (0..self.rng.usize(1..=most)).map(|_| self.plain()).collect()
    }

    /// The type of a value.
    fn plain(&mut self) -> Type {
        match self.rng.u32(0..10) {
            0..6 => Type::Int,
            6 | 7 => Type::List,
            8 => Type::Pair,
            _ => Type::Shape,
        }
    }

    /// Ends the statement that is being drawn.
    fn push(&mut self, open: &mut Open, form: Stmt) {
        let site = self.site();
        self.push_at(open, site, form);
    }

    fn push_at(&mut self, open: &mut Open, site: Site, form: Stmt) {
        let statement = Statement { site, form };
        open.walk.step(&statement, &mut Joins::new());
        open.statements.push(statement);
        let forms = std::mem::take(&mut self.pending);
        self.forms.entry(site).or_default().extend(forms);
        self.left = self.left.saturating_sub(1);
    }

    fn body(&mut self, outs: &[Type]) -> Vec<Statement> {
        let mut open = Open::new(input_scope(self.kind));
        let context = Context::of_program(self.kind, outs);
        if self.kind == Kind::StandAlone {
            self.outer_variables(&mut open);
        }
        self.left = self.rng.usize(6..=16);
        let mut due: Vec<Callable> = self.operations.iter().map(Callable::named).collect();
        due.retain(|callable| !callable.is_function);
        while self.left > 0 {
            match due.pop_if(|_| self.chance(25)) {
                Some(callable) => drop(self.call_of(&callable, &mut open, &context)),
                None => self.draw(&mut open, &context),
            }
        }
        for callable in due {
            if self.chance(70) {
                self.call_of(&callable, &mut open, &context);
            }
        }
        self.out(&mut open, &context);
        open.statements
    }

    /// Binds variables from those of the Rust code around.
    fn outer_variables(&mut self, open: &mut Open) {
        let inputs = [
            ("outer_n", "n1", Type::Int),
            ("outer_list", "l1", Type::List),
            ("outer_pair", "p1", Type::Pair),
            ("outer_shape", "s1", Type::Shape),
        ];
        for (outer, name, of) in inputs {
            self.mark(Form::Outer);
            self.mark(Form::StandAlone);
            let value = Expr::Outer(outer.to_owned(), of.clone());
            let pattern = Pattern::Bind(name.to_owned(), of, false);
            self.push(open, Stmt::Value(vec![value], vec![pattern]));
        }
    }
}
