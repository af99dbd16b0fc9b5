//! Which statement comes next.

use super::context::Context;
use super::{Generator, Open};
use crate::ast::{Call, Callee, Expr, Name, Pattern, Stmt, Type};
use crate::form::Form;

/// How deep blocks may be within blocks.
const DEEPEST: usize = 4;

impl Generator {
    /// Draws up to `count` statements.
    pub(super) fn fill(&mut self, open: &mut Open, context: &Context, count: usize) {
        for _ in 0..count {
            if self.left > 0 {
                self.draw(open, context);
            }
        }
    }

    /// Draws one statement, or a few that belong together.
    pub(super) fn draw(&mut self, open: &mut Open, context: &Context) {
        let choices = self.choices(open, context);
        let all: u32 = choices.iter().map(|(_, weight)| weight).sum();
        let mut at = self.rng.u32(0..all.max(1));
        for (form, weight) in choices {
            if at < weight {
                return self.draw_form(form, open, context);
            }
            at -= weight;
        }
    }

    /// What may come next, and how often it should.
    fn choices(&self, open: &Open, context: &Context) -> Vec<(Form, u32)> {
        let shallow = context.depth < DEEPEST;
        let emits_many = !context.is_pure;
        let blocks = shallow && emits_many;
        let has_anchors = !open.walk.anchors.is_empty() && emits_many;
        let guarded = context.again.as_ref().is_some_and(|again| again.is_guarded);
        let candidates = [
            (Form::Value, 26, true),
            (Form::Filter, 5, emits_many),
            (Form::If, 9, shallow),
            (Form::CondDefault, 5, shallow),
            (Form::SwitchDefault, 5, shallow),
            (Form::Subsource, 6, shallow),
            (Form::ShadowIf, 5, shallow),
            (Form::Do, 4, shallow),
            (Form::Each, 5, blocks),
            (Form::Atomic, 5, blocks),
            (Form::Loop, 8, blocks),
            (Form::Continue, 6, guarded && emits_many),
            (Form::Explode, 5, emits_many),
            (Form::Range, 4, emits_many),
            (Form::RamaOp, 16, emits_many),
            (Form::AnonymousFn, 4, blocks),
            (Form::AnonymousOp, 5, blocks),
            (Form::Anchor, 6, emits_many),
            (Form::Hook, 3, has_anchors),
            (Form::Branch, 12, has_anchors && shallow),
            (Form::Unify, 3, has_anchors),
            (Form::Hash, 9, context.hops),
            (Form::All, 4, context.hops && context.depth < 3),
            (Form::Global, 4, context.hops),
            (Form::Direct, 6, context.hops),
            // Emits are no form of their own: they are everywhere.
            (Form::Tuple, 7, emits_many),
        ];
        let allowed = candidates.into_iter().filter(|(form, _, allowed)| {
            let other = match form {
                Form::CondDefault => self.is_on(Form::Cond) && emits_many,
                Form::SwitchDefault => self.is_on(Form::Switch) && emits_many,
                Form::Subsource => self.is_on(Form::SubsourceDefault),
                _ => false,
            };
            *allowed && (self.is_on(*form) || other)
        });
        allowed.map(|(form, weight, _)| (form, weight)).collect()
    }

    fn draw_form(&mut self, form: Form, open: &mut Open, context: &Context) {
        match form {
            Form::Filter => {
                let condition = self.condition(&open.scope(), context);
                self.mark(Form::Filter);
                self.push(open, Stmt::Filter(condition));
            }
            Form::If => self.if_block(open, context),
            Form::CondDefault => self.cond(open, context),
            Form::SwitchDefault => self.switch(open, context),
            Form::Subsource => self.subsource(open, context),
            Form::ShadowIf => self.shadow_if(open, context),
            Form::Do => self.do_block(open, context),
            Form::Each => self.each(open, context),
            Form::Atomic => self.atomic(open, context),
            Form::Loop => self.loop_block(open, context),
            Form::Continue => self.continues(open, context),
            Form::Explode => {
                let list = self.expr(&Type::List, &open.scope(), context);
                self.mark(Form::Explode);
                self.library(Callee::Explode, vec![list], open);
            }
            Form::Range => {
                let to = self.small(1, &open.scope(), context);
                let to = Expr::RemEuclid(Box::new(to), Box::new(Expr::Lit(4)));
                self.mark(Form::Range);
                self.library(Callee::Range, vec![Expr::Lit(0), to], open);
            }
            Form::RamaOp => {
                if !self.call(open, context) {
                    self.value(open, context);
                }
            }
            Form::AnonymousFn => {
                let params = vec![Type::Int; self.rng.usize(1..3)];
                self.define(open, context, &Type::Fun(params, Box::new(Type::Int)));
            }
            Form::AnonymousOp => {
                let outs = vec![Type::Int; self.rng.usize(1..3)];
                self.define(open, context, &Type::Op(vec![Type::Int], outs));
            }
            Form::Anchor => self.anchor(open, context),
            Form::Hook => self.hook(open, context),
            Form::Branch => self.branch_block(open, context),
            Form::Unify => self.unify(open),
            Form::Hash | Form::All | Form::Global | Form::Direct => self.partition(form, open),
            Form::Tuple => self.effect(open, context),
            _ => self.value(open, context),
        }
    }

    /// `expr, expr :> *a, *b;`
    pub(super) fn value(&mut self, open: &mut Open, context: &Context) {
        let scope = open.scope();
        let types = if self.chance(75) { vec![self.plain()] } else { self.types(3) };
        let values = self.exprs(&types, &scope, context);
        let site = self.site();
        self.mark(Form::Value);
        let top = context.depth <= 1 && !context.is_pure && context.again.is_none();
        let straight = top && types.len() == 1 && self.is_top(context) && self.chance(12);
        if straight && let Some(pattern) = self.retyped(&types[0], site, open) {
            return self.push_at(open, site, Stmt::Value(values, vec![pattern]));
        }
        let mut patterns = self.patterns(&types);
        if self.chance(15) {
            for pattern in &mut patterns {
                if let Pattern::Bind(_, _, typed) = pattern {
                    *typed = true;
                }
            }
        }
        self.push_at(open, site, Stmt::Value(values, patterns));
    }

    /// Whether the block is the body of the program, where no arms come together.
    fn is_top(&self, context: &Context) -> bool {
        context.depth == 0
    }

    fn library(&mut self, callee: Callee, args: Vec<Expr>, open: &mut Open) {
        let pattern = vec![self.pattern(&Type::Int, &mut Vec::new())];
        let call = Call { callee, args };
        self.push(open, Stmt::Call { call, streams: Vec::new(), anchor: None, pattern });
    }

    /// Something that shows that control was here: an emit or what the program puts out.
    pub(super) fn effect(&mut self, open: &mut Open, context: &Context) {
        let streams = context.streams.len();
        match self.rng.usize(0..3 + streams) {
            0 | 1 if context.outs.is_some() => self.out(open, context),
            at if at >= 3 => {
                let (name, of) = context.streams[at - 3].clone();
                self.emit_to(Some(&name), &of, open, context);
            }
            _ if context.emits.is_some() => self.emit_default(open, context),
            _ => self.out(open, context),
        }
    }

    /// `:> expr;`
    pub(super) fn emit_default(&mut self, open: &mut Open, context: &Context) {
        if let Some(of) = context.emits.clone() {
            self.emit_to(None, &of, open, context);
        }
    }

    /// `:> expr;` or `stream> expr;`
    pub(super) fn emit_to(
        &mut self,
        stream: Option<&Name>,
        of: &[Type],
        open: &mut Open,
        context: &Context,
    ) {
        let values = self.exprs(of, &open.scope(), context);
        self.push(open, Stmt::Emit(stream.cloned(), values));
    }

    /// What the program puts out, if it can from here.
    pub(super) fn out(&mut self, open: &mut Open, context: &Context) {
        let scope = open.scope();
        match context.outs.clone() {
            None => {}
            Some(Some(of)) => {
                let values = self.exprs(&of, &scope, context);
                self.push(open, Stmt::Out(values));
            }
            Some(None) => {
                let mut values = Vec::new();
                for of in self.types(3) {
                    let name = self.variable(&of, &scope);
                    values.extend(name.map(|name| Expr::Var(name, of)));
                }
                if values.is_empty() {
                    values.push(Expr::Var("tasks".into(), Type::Int));
                }
                self.push(open, Stmt::Out(values));
            }
        }
    }

    /// Any partitioner but `|all`.
    pub(super) fn hop(&mut self, open: &mut Open) {
        let mut forms = vec![Form::Hash, Form::Global, Form::Direct];
        forms.retain(|form| self.is_on(*form));
        if !forms.is_empty() {
            let form = forms[self.rng.usize(0..forms.len())];
            self.partition(form, open);
        }
    }

    fn partition(&mut self, form: Form, open: &mut Open) {
        let scope = open.scope();
        let plain = Context { is_pure: true, ..Context::default() };
        self.mark(form);
        let statement = match form {
            Form::Hash => {
                let of = if self.chance(30) { Type::Pair } else { Type::Int };
                match self.variable(&of, &scope) {
                    Some(name) => Stmt::Hash(Expr::Var(name, of)),
                    None => Stmt::Hash(self.small(1, &scope, &plain)),
                }
            }
            Form::All => Stmt::All,
            Form::Global => Stmt::Global,
            _ if scope.contains_key("tasks") && self.chance(80) => {
                let number = self.small(1, &scope, &plain);
                let tasks = Expr::Var("tasks".into(), Type::Int);
                Stmt::Direct(Expr::RemEuclid(Box::new(number), Box::new(tasks)))
            }
            _ if self.is_on(Form::TaskId) && self.rng.bool() => {
                self.mark(Form::TaskId);
                Stmt::Direct(Expr::TaskId)
            }
            _ => Stmt::Direct(Expr::Lit(0)),
        };
        self.push(open, statement);
    }
}
