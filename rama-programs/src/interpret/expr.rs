//! Expressions: evaluated from left to right, once for each emit of an operation within them.

use std::cell::{Cell, RefCell};

use super::{Emit, Exits, Here, Machine};
use crate::ast::{Arithmetic, Call, Callee, Comparison, Expr};
use crate::value::{Shape, Value, appended, total};

impl Machine<'_> {
    /// Calls `then` with each value of `expr` and the task that it is computed on.
    pub(super) fn eval(
        &self,
        expr: &Expr,
        here: &Here,
        exits: &Exits<'_>,
        then: &dyn Fn(Value, u32),
    ) {
        let task = here.task;
        let is = |value: Value| then(value, task);
        match expr {
            Expr::Lit(n) => is(Value::Int(*n)),
            Expr::False => is(Value::Bool(false)),
            Expr::Var(name, _) | Expr::Outer(name, _) | Expr::Passed(name) => {
                is(here.env.get(name).clone());
            }
            Expr::Arithmetic(how, a, b) => self.two(a, b, here, exits, &|a, b, task| {
                let (a, b) = (a.int(), b.int());
                let value = match how {
                    Arithmetic::Add => a + b,
                    Arithmetic::Sub => a - b,
                    Arithmetic::Mul => a * b,
                };
                then(Value::Int(value), task);
            }),
            Expr::Rem(a, by) => {
                self.eval(a, here, exits, &|a, task| then(Value::Int(a.int() % by), task));
            }
            Expr::RemEuclid(a, b) => self.two(a, b, here, exits, &|a, b, task| {
                then(Value::Int(a.int().rem_euclid(b.int())), task);
            }),
            Expr::Choose(condition, a, b) => {
                self.eval(condition, here, exits, &|condition, task| {
                    let chosen = if condition.bool() { a } else { b };
                    self.eval(chosen, &here.on(task), exits, then);
                });
            }
            Expr::Len(name) => is(Value::Int(here.env.get(name).list().len() as i64)),
            Expr::Total(name) => is(Value::Int(total(here.env.get(name).list()))),
            Expr::Half(name, second) => match here.env.get(name) {
                Value::Pair(a, b) => is(Value::Int(if *second { *b } else { *a })),
                other => panic!("not a pair: {other:?}"),
            },
            Expr::Weight(name) => match here.env.get(name) {
                Value::Shape(shape) => is(Value::Int(weight(shape))),
                other => panic!("not a shape: {other:?}"),
            },
            Expr::List(elements) => self.all(elements, here, exits, &|values, task| {
                then(Value::List(values.iter().map(Value::int).collect()), task);
            }),
            Expr::Mapped(name, by, plus) => {
                let plus = self.pure(plus, here, exits).int();
                let list = here.env.get(name).list().iter().map(|element| element % by + plus);
                is(Value::List(list.collect()));
            }
            Expr::Appended(list, element) => self.two(list, element, here, exits, &|a, b, task| {
                then(Value::List(appended(a.list().to_vec(), b.int())), task);
            }),
            Expr::Pair(a, b) => self.two(a, b, here, exits, &|a, b, task| {
                then(Value::Pair(a.int(), b.int()), task);
            }),
            Expr::Shape(variant, fields) => self.all(fields, here, exits, &|values, task| {
                then(Value::Shape(shape(*variant, &values)), task);
            }),
            Expr::Function(operation, args) => self.all(args, here, exits, &|values, task| {
                then(self.function(&self.named(operation), values), task);
            }),
            Expr::Nested(call) => self.call(call, here, exits, &|stream, mut values, task| {
                if let (None, Some(value)) = (stream, values.pop()) {
                    then(value, task);
                }
            }),
            Expr::TaskId => is(Value::Int(i64::from(task))),
            Expr::Compare(how, a, b) => self.two(a, b, here, exits, &|a, b, task| {
                let (a, b) = (a.int(), b.int());
                let holds = match how {
                    Comparison::Less => a < b,
                    Comparison::LessOrEqual => a <= b,
                    Comparison::Equal => a == b,
                    Comparison::NotEqual => a != b,
                };
                then(Value::Bool(holds), task);
            }),
            Expr::And(a, b) => self.eval(a, here, exits, &|a, task| match a.bool() {
                true => self.eval(b, &here.on(task), exits, then),
                false => then(a, task),
            }),
            Expr::Or(a, b) => self.eval(a, here, exits, &|a, task| match a.bool() {
                true => then(a, task),
                false => self.eval(b, &here.on(task), exits, then),
            }),
            Expr::Not(a) => {
                self.eval(a, here, exits, &|a, task| then(Value::Bool(!a.bool()), task));
            }
        }
    }

    fn two(
        &self,
        a: &Expr,
        b: &Expr,
        here: &Here,
        exits: &Exits<'_>,
        then: &dyn Fn(&Value, &Value, u32),
    ) {
        self.eval(a, here, exits, &|a, task| {
            self.eval(b, &here.on(task), exits, &|b, task| then(&a, &b, task));
        });
    }

    /// Calls `then` with the values of `exprs`.
    pub(super) fn all(
        &self,
        exprs: &[Expr],
        here: &Here,
        exits: &Exits<'_>,
        then: &dyn Fn(Vec<Value>, u32),
    ) {
        self.more(&[], exprs, here, exits, then);
    }

    fn more(
        &self,
        before: &[Value],
        exprs: &[Expr],
        here: &Here,
        exits: &Exits<'_>,
        then: &dyn Fn(Vec<Value>, u32),
    ) {
        let Some((first, others)) = exprs.split_first() else {
            return then(before.to_vec(), here.task);
        };
        self.eval(first, here, exits, &|value, task| {
            let values: Vec<Value> = before.iter().cloned().chain([value]).collect();
            self.more(&values, others, &here.on(task), exits, then);
        });
    }

    /// The value of an expression in which nothing emits.
    fn pure(&self, expr: &Expr, here: &Here, exits: &Exits<'_>) -> Value {
        let found = RefCell::new(None);
        self.eval(expr, here, exits, &|value, _| {
            found.replace(Some(value));
        });
        match found.take() {
            Some(value) => value,
            None => panic!("no value: {expr:?}"),
        }
    }

    /// Runs what is called, and `emit` for each emit.
    pub(super) fn call(&self, call: &Call, here: &Here, exits: &Exits<'_>, emit: Emit<'_>) {
        self.all(&call.args, here, exits, &|values, task| match &call.callee {
            Callee::Named(operation) => self.invoke(&self.named(operation), values, task, emit),
            Callee::Local(name) => match here.env.get(name) {
                Value::Operation(closure) => self.invoke(closure, values, task, emit),
                other => panic!("not an operation: {other:?}"),
            },
            Callee::Itself => match exits.this {
                Some(closure) => self.invoke(closure, values, task, emit),
                None => panic!("%self outside of an operation"),
            },
            Callee::Explode => {
                for element in values[0].list().iter().take_while(|_| !self.is_over()) {
                    emit(None, vec![Value::Int(*element)], task);
                }
            }
            Callee::Range => {
                // Each emit counts as a step, so that a wrong bound does not run for long.
                let at = Cell::new(values[0].int());
                while at.get() < values[1].int() && !self.is_over() {
                    emit(None, vec![Value::Int(at.get())], task);
                    at.set(at.get() + 1);
                }
            }
        });
    }
}

fn weight(shape: &Shape) -> i64 {
    match shape {
        Shape::Nothing => 0,
        Shape::One(a) => *a,
        Shape::Two { a, b } => a - b,
        Shape::Many(l) => total(l),
    }
}

fn shape(variant: usize, values: &[Value]) -> Shape {
    match variant {
        0 => Shape::Nothing,
        1 => Shape::One(values[0].int()),
        2 => Shape::Two { a: values[0].int(), b: values[1].int() },
        _ => Shape::Many(values[0].list().to_vec()),
    }
}
