//! Forms with arms that come together.

use super::context::Context;
use super::{Generator, Open};
use crate::ast::{Arm, Block, Case, Expr, Pattern, Statement, Stmt, Type, Variant};
use crate::form::Form;
use crate::scope::{self, Joins, Scope};

impl Generator {
    /// An arm. One that may end need not go on.
    fn arm(&mut self, scope: Scope, context: &Context, may_end: bool) -> Block {
        let count = self.rng.usize(0..4);
        let mut open = Open::new(scope);
        let inner = context.deeper();
        self.fill(&mut open, &inner, count);
        if open.statements.is_empty() && self.chance(50) {
            self.effect(&mut open, &inner);
        }
        if may_end && self.chance(20) {
            self.end(&mut open, &inner);
        }
        if !may_end {
            self.go_on(&mut open, &inner);
        }
        open.statements
    }

    /// Ends a block with something behind which nothing is reached.
    fn end(&mut self, open: &mut Open, context: &Context) {
        if context.again.as_ref().is_some_and(|again| again.is_guarded) && self.chance(70) {
            self.continues(open, context);
        } else if !context.is_pure && self.is_on(Form::FilterFalse) {
            self.effect(open, context);
            self.mark(Form::FilterFalse);
            self.push(open, Stmt::Filter(Expr::False));
        }
    }

    /// Makes sure that what follows the block is reached from its end.
    pub(super) fn go_on(&mut self, open: &mut Open, context: &Context) {
        if !scope::goes_on(&open.statements) {
            self.value(open, context);
        }
    }

    /// Arms, for each what it begins with in scope; often all bind the same name at their ends.
    fn arms(&mut self, scopes: Vec<Scope>, context: &Context) -> Vec<Block> {
        let mine = std::mem::take(&mut self.pending);
        let lasts = self.rng.usize(0..scopes.len().max(1));
        let mut found: Vec<(Scope, Block)> = Vec::new();
        for (at, scope) in scopes.into_iter().enumerate() {
            let body = self.arm(scope.clone(), context, at != lasts);
            found.push((scope, body));
        }
        if self.chance(60) {
            let of = self.plain();
            let pattern = self.pattern(&of, &mut Vec::new());
            for (scope, body) in &mut found {
                self.bind_at_end(scope, body, &of, &pattern, context);
            }
        }
        self.pending = mine;
        found.into_iter().map(|(_, body)| body).collect()
    }

    /// Adds `expr :> pattern;` to an arm that goes on.
    fn bind_at_end(
        &mut self,
        scope: &Scope,
        body: &mut Vec<Statement>,
        of: &Type,
        pattern: &Pattern,
        context: &Context,
    ) {
        let Some(scope) = scope::block(body, scope.clone(), &mut Joins::new()) else { return };
        let value = self.expr(of, &scope, context);
        let mut open = Open::new(scope);
        self.mark(Form::Value);
        self.push(&mut open, Stmt::Value(vec![value], vec![pattern.clone()]));
        body.append(&mut open.statements);
    }

    /// `<<if`
    pub(super) fn if_block(&mut self, open: &mut Open, context: &Context) {
        let count = if self.is_on(Form::ElseIf) && self.chance(30) { 2 } else { 1 };
        let scope = open.scope();
        let conditions: Vec<Expr> = (0..count).map(|_| self.condition(&scope, context)).collect();
        let with_else = self.chance(65);
        self.mark(Form::If);
        if count > 1 {
            self.mark(Form::ElseIf);
        }
        let mut bodies = self.arms(vec![scope; count + usize::from(with_else)], context);
        let otherwise = if with_else { bodies.pop() } else { None };
        self.push(open, Stmt::If(arms(conditions, bodies), otherwise));
    }

    /// `<<cond`
    pub(super) fn cond(&mut self, open: &mut Open, context: &Context) {
        let count = self.rng.usize(1..=3);
        let scope = open.scope();
        let conditions: Vec<Expr> = (0..count).map(|_| self.condition(&scope, context)).collect();
        let with_default = self.with_default(context, Form::Cond, Form::CondDefault);
        let mut bodies = self.arms(vec![scope; count + usize::from(with_default)], context);
        let default = if with_default { bodies.pop() } else { None };
        self.push(open, Stmt::Cond(arms(conditions, bodies), default));
    }

    /// `<<switch`
    pub(super) fn switch(&mut self, open: &mut Open, context: &Context) {
        let scope = open.scope();
        let by = self.rng.i64(2..5);
        let number = self.small(1, &scope, context);
        let value = Expr::RemEuclid(Box::new(number), Box::new(Expr::Lit(by)));
        let mut numbers: Vec<i64> = (0..by).collect();
        self.rng.shuffle(&mut numbers);
        let mut cases: Vec<Vec<Expr>> = Vec::new();
        while let Some(number) = numbers.pop() {
            match cases.last_mut() {
                Some(case) if self.chance(30) => case.push(Expr::Lit(number)),
                Some(_) if self.chance(30) => {}
                _ => cases.push(vec![Expr::Lit(number)]),
            }
        }
        if self.chance(25)
            && let Some(name) = self.variable(&Type::Int, &scope)
        {
            cases.push(vec![Expr::Var(name, Type::Int)]);
        }
        let with_default = self.with_default(context, Form::Switch, Form::SwitchDefault);
        let count = cases.len() + usize::from(with_default);
        let mut bodies = self.arms(vec![scope; count], context);
        let default = if with_default { bodies.pop() } else { None };
        let cases = cases
            .into_iter()
            .zip(bodies)
            .map(|(what, body)| Case { site: self.site(), what, body })
            .collect();
        self.push(open, Stmt::Switch(value, cases, default));
    }

    fn with_default(&mut self, context: &Context, without: Form, with: Form) -> bool {
        let with_default = context.is_pure || !self.is_on(without) || self.chance(55);
        let with_default = with_default && self.is_on(with);
        self.mark(if with_default { with } else { without });
        with_default
    }

    /// `<<subsource`
    pub(super) fn subsource(&mut self, open: &mut Open, context: &Context) {
        let scope = open.scope();
        let value = self.shape_value(&scope, context);
        let mut variants = vec![0, 1, 2, 3];
        self.rng.shuffle(&mut variants);
        let with_default =
            self.is_on(Form::SubsourceDefault) && (!self.is_on(Form::Subsource) || self.chance(50));
        self.mark(if with_default { Form::SubsourceDefault } else { Form::Subsource });
        if with_default {
            variants.truncate(self.rng.usize(1..4));
        }
        let heads: Vec<(usize, Variant)> =
            variants.into_iter().map(|number| (self.site(), self.variant(number))).collect();
        let mut scopes: Vec<Scope> = heads
            .iter()
            .map(|(site, variant)| scope::bind(&scope, *site, variant.fields()))
            .collect();
        if with_default {
            scopes.push(scope);
        }
        let mut bodies = self.arms(scopes, context);
        let default = if with_default { bodies.pop() } else { None };
        let cases = heads
            .into_iter()
            .zip(bodies)
            .map(|((site, what), body)| Case { site, what, body })
            .collect();
        self.push(open, Stmt::Subsource(value, cases, default));
    }

    fn shape_value(&mut self, scope: &Scope, context: &Context) -> Expr {
        match self.variable(&Type::Shape, scope) {
            Some(name) if self.chance(75) => Expr::Var(name, Type::Shape),
            _ => self.expr(&Type::Shape, scope, context),
        }
    }

    fn variant(&mut self, number: usize) -> Variant {
        let mut taken = Vec::new();
        let mut field = |this: &mut Self, of: Type| {
            if this.chance(20) { Pattern::Any } else { this.pattern(&of, &mut taken) }
        };
        match number {
            0 => Variant::Nothing,
            1 => Variant::One(field(self, Type::Int)),
            2 => Variant::Two(field(self, Type::Int), field(self, Type::Int)),
            _ => Variant::Many(field(self, Type::List)),
        }
    }

    /// `<<shadowif`
    pub(super) fn shadow_if(&mut self, open: &mut Open, context: &Context) {
        let scope = open.scope();
        let condition = self.condition(&scope, context);
        let mine = std::mem::take(&mut self.pending);
        let of = self.plain();
        let mut inner = Open::new(scope.clone());
        let count = self.rng.usize(0..2);
        self.fill(&mut inner, &context.deeper(), count);
        if let Some(name) = self.variable(&of, &scope).filter(|name| may_be_bound(name)) {
            let value = self.expr(&of, &inner.scope(), context);
            self.mark(Form::Value);
            let pattern = Pattern::Bind(name, of, false);
            self.push(&mut inner, Stmt::Value(vec![value], vec![pattern]));
        }
        self.go_on(&mut inner, &context.deeper());
        self.pending = mine;
        self.mark(Form::ShadowIf);
        self.push(open, Stmt::ShadowIf(condition, inner.statements));
    }
}

/// Whether a variable may be bound again: counters may not, nor those whose types change.
fn may_be_bound(name: &str) -> bool {
    name.starts_with(['n', 'l', 'p', 's'])
}

fn arms(conditions: Vec<Expr>, bodies: Vec<Block>) -> Vec<Arm> {
    conditions.into_iter().zip(bodies).map(|(condition, body)| Arm { condition, body }).collect()
}
