//! What a program means, in the simplest way: each statement is given "the rest" as a closure, and
//! runs it once for each emit. Nothing is known here of states, frames or events.

mod env;
mod expr;
mod statement;
#[cfg(test)]
mod tests;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use crate::ast::{Kind, Name, Operation, Pattern, Program, Site, Statement, Stmt, Type};
use crate::scope::{self, Joins};
use crate::value::{Input, Shape, Value, row};

pub use env::{Env, Here};

/// The site of the input's variables.
pub const INPUT: Site = 0;

/// What is done with an emit: to which stream, what, on which task.
type Emit<'a> = &'a dyn Fn(Option<&Name>, Vec<Value>, u32);

/// The rest.
type Then<'a> = &'a dyn Fn(Here);

/// Which task a key is on, of how many.
pub type Route = fn(&Value, u32) -> u32;

/// An operation with the variables it closes over.
pub struct Closure {
    operation: Arc<Operation>,
    env: Env,
    /// Where the parameters are bound.
    site: Site,
}

/// Where statements lead other than to the next one.
#[derive(Clone, Copy)]
struct Exits<'a> {
    /// `:>` and `stream>`
    emit: Emit<'a>,
    /// `continue>`
    again: &'a dyn Fn(Vec<Value>, u32),
    /// `recur>`
    recur: &'a dyn Fn(Vec<Value>),
    /// `%self`
    this: Option<&'a Closure>,
}

/// What a run has put out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Rows in order.
    pub rows: Vec<String>,
    /// The sites of the statements that ran.
    pub ran: BTreeSet<Site>,
    /// More steps than allowed were taken, so that the rest is missing.
    pub is_cut: bool,
}

/// Runs a program.
pub struct Interpreter<'p> {
    program: &'p Program,
    joins: Joins,
    tasks: u32,
    route: Route,
    max_steps: usize,
}

/// One run.
struct Machine<'p> {
    interpreter: &'p Interpreter<'p>,
    steps: Cell<usize>,
    rows: RefCell<Vec<String>>,
    ran: RefCell<BTreeSet<Site>>,
}

/// The variables that the input of a program is in, in order.
pub fn input_names(kind: Kind) -> [&'static str; 5] {
    match kind {
        Kind::StandAlone => ["outer_n", "outer_list", "outer_pair", "outer_shape", "outer_tasks"],
        Kind::Topology => ["n1", "l1", "p1", "s1", "tasks"],
    }
}

/// What is in scope where the body of a program begins.
pub fn input_scope(kind: Kind) -> scope::Scope {
    scope::bind_names(&scope::Scope::new(), INPUT, input_names(kind).map(str::to_owned))
}

impl<'p> Interpreter<'p> {
    /// For runs on `tasks` tasks, each of at most so many steps.
    pub fn new(program: &'p Program, tasks: u32, route: Route, max_steps: usize) -> Self {
        let mut joins = Joins::new();
        scope::block(&program.body, input_scope(program.kind), &mut joins);
        for operation in &program.operations {
            let params = operation.params.iter().map(|(name, _)| name.clone());
            let scope = scope::bind_names(&scope::Scope::new(), INPUT, params);
            scope::block(&operation.body, scope, &mut joins);
        }
        Interpreter { program, joins, tasks, route, max_steps }
    }

    /// Runs the program for one input that is on `task`.
    pub fn run(&self, input: &Input, task: u32) -> Found {
        let values = [
            Value::Int(input.n),
            Value::List(input.list.clone()),
            Value::Pair(input.pair.0, input.pair.1),
            Value::Shape(input.shape.clone()),
            Value::Int(i64::from(self.tasks)),
        ];
        let names = input_names(self.program.kind);
        let env = names
            .iter()
            .zip(values)
            .fold(Env::default(), |env, (name, value)| env.with(name, INPUT, value));
        let machine = Machine {
            interpreter: self,
            steps: Cell::new(0),
            rows: RefCell::default(),
            ran: RefCell::default(),
        };
        let exits = Exits {
            emit: &|_, _, _| panic!("an emit outside of an operation"),
            again: &|_, _| panic!("`continue>` outside of a loop"),
            recur: &|_| panic!("`recur>` outside of a function"),
            this: None,
        };
        machine.block(&self.program.body, Here { env, task }, exits, &|_| {});
        let is_cut = machine.is_over();
        Found { rows: machine.rows.into_inner(), ran: machine.ran.into_inner(), is_cut }
    }
}

impl Machine<'_> {
    fn is_over(&self) -> bool {
        self.steps.get() > self.interpreter.max_steps
    }

    fn put_out(&self, values: &[Value]) {
        let values: Vec<&dyn std::fmt::Debug> =
            values.iter().map(|value| value as &dyn std::fmt::Debug).collect();
        self.rows.borrow_mut().push(row(&values));
    }

    /// Runs a block, and `end` each time its end is reached.
    fn block(&self, block: &[Statement], here: Here, exits: Exits<'_>, end: Then<'_>) {
        self.from(block, 0, here, exits, end);
    }

    /// Runs what is from statement `at` on.
    fn from(&self, block: &[Statement], at: usize, here: Here, exits: Exits<'_>, end: Then<'_>) {
        self.steps.set(self.steps.get() + 1);
        if self.is_over() {
            return;
        }
        let Some(statement) = block.get(at) else { return end(here) };
        match &statement.form {
            // What is before it does not lead here.
            Stmt::Hook(_) | Stmt::Unify(_) => return,
            // It is beside what is before it.
            Stmt::Branch(..) => return self.from(block, at + 1, here, exits, end),
            _ => {}
        }
        self.ran.borrow_mut().insert(statement.site);
        self.statement(block, at, here, exits, end);
    }

    /// Runs what is attached to an anchor, in the order of the source; `next` is what follows it.
    fn reached(
        &self,
        block: &[Statement],
        anchor: &Name,
        next: Option<usize>,
        here: &Here,
        exits: Exits<'_>,
        end: Then<'_>,
    ) {
        if let Some(next) = next {
            self.from(block, next, here.clone(), exits, end);
        }
        for (at, statement) in block.iter().enumerate() {
            let ran = || self.ran.borrow_mut().insert(statement.site);
            match &statement.form {
                Stmt::Hook(to) if to == anchor => {
                    ran();
                    self.from(block, at + 1, here.clone(), exits, end);
                }
                Stmt::Branch(to, body) if to == anchor => {
                    ran();
                    self.block(body, here.clone(), exits, &|_| {});
                }
                Stmt::Unify(anchors) if anchors.contains(anchor) => {
                    ran();
                    let here = self.joined(statement.site, here);
                    self.from(block, at + 1, here, exits, end);
                }
                _ => {}
            }
        }
    }

    /// Where control is behind the statement at `site`, if it came there with `here`.
    fn joined(&self, site: Site, here: &Here) -> Here {
        Here { env: here.env.join(site, &self.interpreter.joins[&site]), task: here.task }
    }

    fn named(&self, operation: &Arc<Operation>) -> Closure {
        Closure { operation: operation.clone(), env: Env::default(), site: INPUT }
    }

    /// Runs an operation.
    fn invoke(&self, closure: &Closure, args: Vec<Value>, task: u32, emit: Emit<'_>) {
        if closure.operation.is_function {
            let value = self.function(closure, args);
            return emit(None, vec![value], task);
        }
        let exits = Exits {
            emit,
            again: &|_, _| panic!("`continue>` outside of a loop"),
            recur: &|_| panic!("`recur>` outside of a function"),
            this: Some(closure),
        };
        let env = closure.params(args);
        self.block(&closure.operation.body, Here { env, task }, exits, &|_| {});
    }

    /// The value of a function.
    fn function(&self, closure: &Closure, args: Vec<Value>) -> Value {
        let mut args = args;
        loop {
            let value = RefCell::new(Vec::new());
            let again = RefCell::new(Vec::new());
            let exits = Exits {
                emit: &|_, values, _| value.borrow_mut().extend(values),
                again: &|_, _| panic!("`continue>` outside of a loop"),
                recur: &|args| again.borrow_mut().push(args),
                this: Some(closure),
            };
            let env = closure.params(args);
            self.block(&closure.operation.body, Here { env, task: 0 }, exits, &|_| {});
            match (value.take().as_slice(), again.take().pop()) {
                ([value], None) => return value.clone(),
                ([], Some(next)) => args = next,
                // Nothing is compared with what a run that was cut gives.
                _ if self.is_over() => return some_value(&closure.operation.outs[0]),
                (values, _) => panic!("`{}` emits {values:?}", closure.operation.name),
            }
        }
    }
}

impl Closure {
    fn params(&self, args: Vec<Value>) -> Env {
        let params = &self.operation.params;
        assert_eq!(params.len(), args.len(), "arguments of `{}`", self.operation.name);
        params
            .iter()
            .zip(args)
            .fold(self.env.clone(), |env, ((name, _), value)| env.with(name, self.site, value))
    }

    /// An anonymous operation, made where `env` is bound.
    fn new(operation: &Arc<Operation>, env: &Env, site: Site) -> Rc<Self> {
        Rc::new(Closure { operation: operation.clone(), env: env.clone(), site })
    }
}

fn some_value(of: &Type) -> Value {
    match of {
        Type::List => Value::List(Vec::new()),
        Type::Pair => Value::Pair(0, 0),
        Type::Shape => Value::Shape(Shape::Nothing),
        _ => Value::Int(0),
    }
}

/// Binds what a stream of a call emitted.
fn received(here: &Here, site: Site, pattern: &[Pattern], values: Vec<Value>, task: u32) -> Here {
    Here { env: here.env.bind_all(site, pattern, values), task }
}
