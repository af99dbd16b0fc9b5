//! Forms that repeat or group: `loop<-`, `<<each`, `<<atomic`, `<<do`.

use super::context::{Again, Context};
use super::{Generator, Open};
use crate::ast::{Arithmetic, Arm, Block, Call, Callee, Comparison, Expr, Pattern, Stmt, Type};
use crate::form::Form;
use crate::scope::{self, Scope};

impl Generator {
    /// A block of up to `most` statements that, mostly, emits something.
    pub(super) fn effective(&mut self, scope: Scope, context: &Context, most: usize) -> Block {
        let mine = std::mem::take(&mut self.pending);
        let mut open = Open::new(scope);
        let inner = context.deeper();
        let count = self.rng.usize(0..=most);
        self.fill(&mut open, &inner, count);
        if self.chance(80) {
            self.effect(&mut open, &inner);
        }
        self.pending = mine;
        open.statements
    }

    /// `<<do`
    pub(super) fn do_block(&mut self, open: &mut Open, context: &Context) {
        let mut inner = Open::new(open.scope());
        let count = self.rng.usize(1..4);
        self.fill(&mut inner, &context.deeper(), count);
        self.go_on(&mut inner, &context.deeper());
        self.mark(Form::Do);
        self.push(open, Stmt::Do(inner.statements));
    }

    /// `<<each`
    pub(super) fn each(&mut self, open: &mut Open, context: &Context) {
        let scope = open.scope();
        let items = self.expr(&Type::List, &scope, context);
        let pattern = self.pattern(&Type::Int, &mut Vec::new());
        let site = self.site();
        let body = self.effective(scope::bind(&scope, site, [&pattern]), context, 3);
        self.mark(Form::Each);
        self.push_at(open, site, Stmt::Each(items, pattern, body));
    }

    /// `<<atomic`
    pub(super) fn atomic(&mut self, open: &mut Open, context: &Context) {
        let body = self.effective(open.scope(), context, 3);
        self.mark(Form::Atomic);
        self.push(open, Stmt::Atomic(body));
    }

    /// `loop<-`
    pub(super) fn loop_block(&mut self, open: &mut Open, context: &Context) {
        let scope = open.scope();
        let counter = self.unique("i");
        let first = Expr::Lit(self.rng.i64(1..4));
        let mut vars = vec![(counter.clone(), Type::Int, first, self.rng.bool())];
        let mut taken = Vec::new();
        let types: Vec<Type> = (0..self.rng.usize(0..3)).map(|_| self.plain()).collect();
        for of in &types {
            let name = self.fresh_name(of, &mut taken);
            let value = self.expr(of, &scope, context);
            vars.push((name, of.clone(), value, self.rng.bool()));
        }
        let emits = if self.chance(15) { Vec::new() } else { self.types(2) };
        // Their types are written, since rustc cannot infer those of a loop that never emits.
        let mut outs = self.patterns(&emits);
        outs.iter_mut().for_each(Pattern::write_types);
        let mine = std::mem::take(&mut self.pending);
        let head = self.site();
        let names = vars.iter().map(|(name, ..)| name.clone());
        let mut inner = Open::new(scope::bind_names(&scope, head, names));
        let again = Again { counter, vars: types, is_guarded: false };
        let stand_alone = self.kind == crate::ast::Kind::StandAlone;
        let within = Context {
            emits: Some(emits),
            // There `:>` would be one of the loop.
            outs: if stand_alone { None } else { context.outs.clone() },
            again: Some(again),
            ..context.deeper()
        };
        let count = self.rng.usize(0..3);
        self.fill(&mut inner, &within, count);
        self.guarded_continue(&mut inner, &within);
        let count = self.rng.usize(0..2);
        self.fill(&mut inner, &within, count);
        if self.chance(85) {
            self.emit_default(&mut inner, &within);
        }
        self.pending = mine;
        self.mark(Form::Loop);
        if super::operation::hops(&inner.statements) {
            self.mark(Form::LoopHops);
        }
        self.push(open, Stmt::Loop { head, vars, outs, body: inner.statements });
    }

    /// `<<if *i > 0 { … continue> … }`
    fn guarded_continue(&mut self, open: &mut Open, context: &Context) {
        let Some(again) = context.again.clone() else { return };
        let zero_less = Expr::Compare(
            Comparison::Less,
            Box::new(Expr::Lit(0)),
            Box::new(Expr::Var(again.counter.clone(), Type::Int)),
        );
        let guarded =
            Context { again: Some(Again { is_guarded: true, ..again }), ..context.deeper() };
        let mut then = Open::new(open.scope());
        let count = self.rng.usize(0..2);
        self.fill(&mut then, &guarded, count);
        if self.chance(20) && self.is_on(Form::SeveralContinues) && self.is_on(Form::Range) {
            let pattern = self.pattern(&Type::Int, &mut Vec::new());
            let call = Call { callee: Callee::Range, args: vec![Expr::Lit(0), Expr::Lit(2)] };
            self.mark(Form::SeveralContinues);
            let range =
                Stmt::Call { call, streams: Vec::new(), anchor: None, pattern: vec![pattern] };
            self.push(&mut then, range);
        }
        self.continues(&mut then, &guarded);
        let otherwise = self.chance(50).then(|| self.effective(open.scope(), context, 2));
        self.mark(Form::If);
        let arm = Arm { condition: zero_less, body: then.statements };
        self.push(open, Stmt::If(vec![arm], otherwise));
    }

    /// One or two `continue>`, the last statement of them being one.
    pub(super) fn continues(&mut self, open: &mut Open, context: &Context) {
        let several = self.is_on(Form::SeveralContinues) && self.chance(30);
        self.continue_once(open, context);
        if several {
            let count = self.rng.usize(0..2);
            self.fill(open, context, count);
            self.mark(Form::SeveralContinues);
            self.continue_once(open, context);
        }
    }

    fn continue_once(&mut self, open: &mut Open, context: &Context) {
        let Some(again) = context.again.clone() else { return };
        let scope = open.scope();
        let less = Expr::Arithmetic(
            Arithmetic::Sub,
            Box::new(Expr::Var(again.counter, Type::Int)),
            Box::new(Expr::Lit(1)),
        );
        let mut values = vec![less];
        values.extend(self.exprs(&again.vars, &scope, context));
        self.mark(Form::Continue);
        self.push(open, Stmt::Continue(values));
    }
}
