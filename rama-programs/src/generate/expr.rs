//! Expressions. Each number is drawn with a bound of its magnitude, so that nothing overflows.

use super::Generator;
use super::context::{Callable, Context};
use crate::ast::{Arithmetic, Call, Callee, Comparison, Expr, Type};
use crate::form::Form;
use crate::scope::Scope;
use crate::value::{LARGEST, LONGEST};

impl Generator {
    /// An expression of a type, small enough to be the value of a variable.
    pub(super) fn expr(&mut self, of: &Type, scope: &Scope, context: &Context) -> Expr {
        match of {
            Type::List => self.list(scope, context),
            Type::Pair => self.pair(scope, context),
            Type::Shape => self.shape(scope, context),
            Type::Bool => self.condition(scope, context),
            _ => self.small(2, scope, context),
        }
    }

    /// An expression for each type.
    pub(super) fn exprs(&mut self, of: &[Type], scope: &Scope, context: &Context) -> Vec<Expr> {
        of.iter().map(|of| self.expr(of, scope, context)).collect()
    }

    /// A number of at most [`LARGEST`].
    pub(super) fn small(&mut self, depth: usize, scope: &Scope, context: &Context) -> Expr {
        let (expr, bound) = self.number(depth, scope, context);
        if bound <= LARGEST {
            return expr;
        }
        let by = [7, 10, 97, 1000][self.rng.usize(0..4)];
        Expr::Rem(Box::new(expr), by)
    }

    /// A number, and how large it can be.
    fn number(&mut self, depth: usize, scope: &Scope, context: &Context) -> (Expr, i64) {
        let leaf = |this: &mut Self| match this.variable(&Type::Int, scope) {
            Some(name) if this.chance(75) => (Expr::Var(name, Type::Int), LARGEST),
            _ => {
                let n = this.rng.i64(0..10);
                (Expr::Lit(n), n)
            }
        };
        if depth == 0 {
            return leaf(self);
        }
        match self.rng.u32(0..100) {
            0..25 => leaf(self),
            25..47 => {
                let ((a, of_a), (b, of_b)) = (
                    self.number(depth - 1, scope, context),
                    self.number(depth - 1, scope, context),
                );
                let (a, b) = (Box::new(a), Box::new(b));
                match self.rng.u32(0..3) {
                    0 => (Expr::Arithmetic(Arithmetic::Add, a, b), of_a + of_b),
                    1 => (Expr::Arithmetic(Arithmetic::Sub, a, b), of_a + of_b),
                    _ => (Expr::Arithmetic(Arithmetic::Mul, a, b), of_a * of_b),
                }
            }
            47..52 => {
                let by = self.rng.i64(2..8);
                let (a, _) = self.number(depth - 1, scope, context);
                (Expr::RemEuclid(Box::new(a), Box::new(Expr::Lit(by))), by)
            }
            52..58 => match self.variable(&Type::List, scope) {
                Some(list) if self.chance(50) => (Expr::Len(list), LONGEST as i64),
                Some(list) => (Expr::Total(list), LONGEST as i64 * LARGEST),
                None => leaf(self),
            },
            58..64 => match self.variable(&Type::Pair, scope) {
                Some(pair) => (Expr::Half(pair, self.rng.bool()), LARGEST),
                None => leaf(self),
            },
            64..67 => match self.variable(&Type::Shape, scope) {
                Some(shape) => (Expr::Weight(shape), LONGEST as i64 * LARGEST),
                None => leaf(self),
            },
            67..70 => {
                // What is nested in Rust's own branches would run whether they are taken or not.
                let context = Context { is_pure: true, itself: None, ..context.clone() };
                let condition = self.plain_condition(scope);
                let (a, of_a) = self.leaf_only(scope, &context);
                let (b, of_b) = self.leaf_only(scope, &context);
                let choose = Expr::Choose(Box::new(condition), Box::new(a), Box::new(b));
                (choose, of_a.max(of_b))
            }
            70..73 if context.outer => {
                self.mark(Form::Outer);
                (Expr::Outer("outer_n".into(), Type::Int), LARGEST)
            }
            73..75 if context.hops && self.is_on(Form::TaskId) => {
                self.mark(Form::TaskId);
                (Expr::TaskId, LARGEST)
            }
            _ => match self.nested(&Type::Int, scope, context) {
                Some(expr) => (expr, LARGEST),
                None => leaf(self),
            },
        }
    }

    fn leaf_only(&mut self, scope: &Scope, context: &Context) -> (Expr, i64) {
        self.number(0, scope, context)
    }

    /// Something called, with one value of this type.
    pub(super) fn nested(&mut self, of: &Type, scope: &Scope, context: &Context) -> Option<Expr> {
        let mut found: Vec<Callable> = self.callables(scope, context);
        found.retain(|callable| {
            callable.outs.as_slice() == std::slice::from_ref(of)
                && (callable.is_function || self.is_on(Form::Nested))
        });
        let library = !context.is_pure && *of == Type::Int && self.is_on(Form::Nested);
        if library && self.chance(20) && self.is_on(Form::Range) {
            self.mark(Form::Nested);
            self.mark(Form::Range);
            let args = vec![Expr::Lit(0), Expr::Lit(self.rng.i64(1..3))];
            return Some(Expr::Nested(Call { callee: Callee::Range, args }));
        }
        if library
            && self.chance(15)
            && self.is_on(Form::Explode)
            && let Some(list) = self.variable(&Type::List, scope)
        {
            self.mark(Form::Nested);
            self.mark(Form::Explode);
            let args = vec![Expr::Var(list, Type::List)];
            return Some(Expr::Nested(Call { callee: Callee::Explode, args }));
        }
        if found.is_empty() {
            return None;
        }
        let chosen = found.swap_remove(self.rng.usize(0..found.len()));
        let args = self.args(&chosen, scope, context)?;
        self.mark_call(&chosen);
        match chosen.callee {
            Callee::Named(operation) if operation.is_function => {
                Some(Expr::Function(operation, args))
            }
            callee => {
                if !chosen.is_function {
                    self.mark(Form::Nested);
                }
                Some(Expr::Nested(Call { callee, args }))
            }
        }
    }

    fn list(&mut self, scope: &Scope, context: &Context) -> Expr {
        let variable = self.variable(&Type::List, scope);
        match (self.rng.u32(0..10), variable) {
            (0..3, Some(name)) => Expr::Var(name, Type::List),
            (3..5, Some(name)) => {
                let plus = match self.variable(&Type::Int, scope) {
                    Some(n) => Expr::Rem(Box::new(Expr::Var(n, Type::Int)), self.rng.i64(2..20)),
                    None => Expr::Lit(self.rng.i64(0..10)),
                };
                Expr::Mapped(name, self.rng.i64(2..50), Box::new(plus))
            }
            (5..7, Some(name)) => {
                let element = self.small(1, scope, context);
                Expr::Appended(Box::new(Expr::Var(name, Type::List)), Box::new(element))
            }
            (7, _) if context.outer => {
                self.mark(Form::Outer);
                Expr::Outer("outer_list".into(), Type::List)
            }
            _ => {
                match self.chance(30).then(|| self.nested(&Type::List, scope, context)).flatten() {
                    Some(expr) => expr,
                    None => {
                        let count = self.rng.usize(0..4);
                        Expr::List((0..count).map(|_| self.small(1, scope, context)).collect())
                    }
                }
            }
        }
    }

    fn pair(&mut self, scope: &Scope, context: &Context) -> Expr {
        match self.variable(&Type::Pair, scope) {
            Some(name) if self.chance(30) => Expr::Var(name, Type::Pair),
            _ => {
                let (a, b) = (self.small(1, scope, context), self.small(1, scope, context));
                Expr::Pair(Box::new(a), Box::new(b))
            }
        }
    }

    fn shape(&mut self, scope: &Scope, context: &Context) -> Expr {
        if let Some(name) = self.variable(&Type::Shape, scope)
            && self.chance(30)
        {
            return Expr::Var(name, Type::Shape);
        }
        let variant = self.rng.usize(0..4);
        let fields = match variant {
            0 => Vec::new(),
            3 => vec![self.list(scope, context)],
            count => (0..count).map(|_| self.small(1, scope, context)).collect(),
        };
        Expr::Shape(variant, fields)
    }

    /// A truth value; more often true than not.
    pub(super) fn condition(&mut self, scope: &Scope, context: &Context) -> Expr {
        match self.rng.u32(0..10) {
            0..6 => self.compare(scope, context),
            6 => {
                let (a, b) = (self.compare(scope, context), self.short(scope, context));
                Expr::And(Box::new(a), Box::new(b))
            }
            7 | 8 => {
                let (a, b) = (self.compare(scope, context), self.short(scope, context));
                Expr::Or(Box::new(a), Box::new(b))
            }
            _ => Expr::Not(Box::new(self.compare(scope, context))),
        }
    }

    /// What stands behind `&&` or `||`.
    fn short(&mut self, scope: &Scope, context: &Context) -> Expr {
        let is_on = self.is_on(Form::NestedShort);
        if !is_on {
            let context = Context { is_pure: true, itself: None, ..context.clone() };
            return self.plain_or(scope, &context);
        }
        if self.chance(40)
            && let Some(nested @ Expr::Nested(_)) = self.nested(&Type::Int, scope, context)
        {
            self.mark(Form::NestedShort);
            let number = Expr::RemEuclid(Box::new(nested), Box::new(Expr::Lit(3)));
            return Expr::Compare(Comparison::NotEqual, Box::new(number), Box::new(Expr::Lit(1)));
        }
        self.compare(scope, context)
    }

    fn plain_or(&mut self, scope: &Scope, context: &Context) -> Expr {
        let (a, _) = self.leaf_only(scope, context);
        let (b, _) = self.leaf_only(scope, context);
        Expr::Compare(Comparison::Less, Box::new(a), Box::new(b))
    }

    /// A comparison of variables in which nothing is called.
    pub(super) fn plain_condition(&mut self, scope: &Scope) -> Expr {
        let context = Context { is_pure: true, ..Context::default() };
        self.plain_or(scope, &context)
    }

    fn compare(&mut self, scope: &Scope, context: &Context) -> Expr {
        let (a, _) = self.number(1, scope, context);
        if self.chance(60) {
            let by = self.rng.i64(2..6);
            let number = Expr::RemEuclid(Box::new(a), Box::new(Expr::Lit(by)));
            let how = [Comparison::NotEqual, Comparison::LessOrEqual][self.rng.usize(0..2)];
            let than = Expr::Lit(self.rng.i64(0..by));
            return Expr::Compare(how, Box::new(number), Box::new(than));
        }
        let (b, _) = self.number(1, scope, context);
        let how =
            [Comparison::Less, Comparison::LessOrEqual, Comparison::NotEqual, Comparison::Equal]
                [self.rng.usize(0..4)];
        Expr::Compare(how, Box::new(a), Box::new(b))
    }
}
