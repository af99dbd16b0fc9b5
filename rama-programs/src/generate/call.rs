//! Calls of operations.

use std::sync::Arc;

use super::context::{Callable, Context};
use super::{Generator, Open};
use crate::ast::{Arithmetic, Call, Callee, Expr, Operation, Stmt, Stream, Type};
use crate::form::Form;
use crate::scope::Scope;

impl Callable {
    /// One that is defined at item level.
    pub(super) fn named(operation: &Arc<Operation>) -> Self {
        Callable {
            callee: Callee::Named(operation.clone()),
            params: operation.params.iter().map(|(_, ty)| ty.clone()).collect(),
            outs: operation.outs.clone(),
            streams: operation.streams.clone(),
            recursive: operation.recursive,
            is_function: operation.is_function,
            counter: None,
        }
    }
}

impl Generator {
    /// Everything that may be called here.
    pub(super) fn callables(&self, scope: &Scope, context: &Context) -> Vec<Callable> {
        let named = self.operations.iter().map(Callable::named);
        let locals = scope.keys().filter_map(|name| {
            let (params, outs, is_function) = match self.locals.get(name)? {
                Type::Fun(params, out) => (params.clone(), vec![(**out).clone()], true),
                Type::Op(params, outs) => (params.clone(), outs.clone(), false),
                _ => return None,
            };
            Some(Callable {
                callee: Callee::Local(name.clone()),
                params,
                outs,
                streams: Vec::new(),
                recursive: false,
                is_function,
                counter: None,
            })
        });
        let found = named.chain(locals).chain(context.itself.clone());
        found.filter(|callable| callable.is_function || !context.is_pure).collect()
    }

    /// Arguments, unless no operation is in scope that could be passed.
    pub(super) fn args(
        &mut self,
        callable: &Callable,
        scope: &Scope,
        context: &Context,
    ) -> Option<Vec<Expr>> {
        let mut args = Vec::new();
        for (at, of) in callable.params.iter().enumerate() {
            args.push(match (of, &callable.counter) {
                (Type::Fun(..) | Type::Op(..), _) => {
                    let passed = self.variable(of, scope)?;
                    let form =
                        if matches!(of, Type::Fun(..)) { Form::PassFn } else { Form::PassOp };
                    self.mark(form);
                    Expr::Passed(passed)
                }
                (_, Some(counter)) if at == 0 => Expr::Arithmetic(
                    Arithmetic::Sub,
                    Box::new(Expr::Var(counter.clone(), Type::Int)),
                    Box::new(Expr::Lit(1)),
                ),
                _ if at == 0 && callable.recursive => Expr::Lit(self.rng.i64(0..3)),
                // One level less, so that calls within calls come to an end.
                (Type::Int, _) => self.small(1, scope, context),
                (of, _) => match self.variable(of, scope) {
                    Some(name) => Expr::Var(name, of.clone()),
                    None => self.constant(of),
                },
            });
        }
        Some(args)
    }

    fn constant(&mut self, of: &Type) -> Expr {
        match of {
            Type::List => Expr::List(vec![Expr::Lit(self.rng.i64(0..10))]),
            Type::Pair => Expr::Pair(Box::new(Expr::Lit(1)), Box::new(Expr::Lit(2))),
            Type::Shape => Expr::Shape(0, Vec::new()),
            _ => Expr::Lit(self.rng.i64(0..10)),
        }
    }

    /// Notes which form of operation is called.
    pub(super) fn mark_call(&mut self, chosen: &Callable) {
        match &chosen.callee {
            Callee::Named(operation) if operation.is_function => self.mark(Form::RamaFn),
            Callee::Named(operation) => {
                if operation.hops() {
                    self.mark(Form::RamaOpHops);
                }
                self.mark(Form::RamaOp);
            }
            Callee::Local(_) if chosen.is_function => self.mark(Form::AnonymousFn),
            Callee::Local(_) => self.mark(Form::AnonymousOp),
            Callee::Itself if chosen.is_function => self.mark(Form::SelfFn),
            Callee::Itself => self.mark(Form::SelfOp),
            Callee::Explode | Callee::Range => {}
        }
    }

    /// `%op(args) …;` Answers whether there was something to call.
    pub(super) fn call(&mut self, open: &mut Open, context: &Context) -> bool {
        let mut found = self.callables(&open.walk.scope, context);
        found.retain(|callable| {
            !(callable.is_function && matches!(callable.callee, Callee::Named(_)))
        });
        if found.is_empty() {
            return false;
        }
        let chosen = found.swap_remove(self.rng.usize(0..found.len()));
        self.call_of(&chosen, open, context)
    }

    /// `%op(args) …;` of this one.
    pub(super) fn call_of(
        &mut self,
        chosen: &Callable,
        open: &mut Open,
        context: &Context,
    ) -> bool {
        for of in &chosen.params {
            if self.variable(of, &open.walk.scope).is_none() {
                match of {
                    Type::Fun(..) if context.is_pure => return false,
                    Type::Fun(..) | Type::Op(..) => self.define(open, context, of),
                    _ => {}
                }
            }
        }
        let scope = open.scope();
        let Some(args) = self.args(chosen, &scope, context) else { return false };
        self.mark_call(chosen);
        let mine = std::mem::take(&mut self.pending);
        let (mut streams, mut anchors) = (Vec::new(), Vec::new());
        for (name, of) in &chosen.streams {
            if self.chance(85) {
                let stream = self.stream(name, of, &scope, context);
                anchors.extend(stream.anchor.clone());
                streams.push(stream);
            }
        }
        self.pending.extend(mine);
        let anchor = (!streams.is_empty() && self.is_on(Form::StreamAnchor) && self.chance(40))
            .then(|| self.unique("a"));
        if anchor.is_some() {
            self.mark(Form::StreamAnchor);
        }
        let pattern = self.patterns(&chosen.outs);
        let call = Call { callee: chosen.callee.clone(), args };
        self.push(open, Stmt::Call { call, streams, anchor, pattern });
        if !anchors.is_empty() {
            self.graph(open, context, &anchors);
        }
        true
    }

    fn stream(&mut self, name: &str, of: &[Type], scope: &Scope, context: &Context) -> Stream {
        let site = self.site();
        self.mark(Form::NamedStream);
        let pattern = self.patterns(of);
        let mut stream = Stream { name: name.to_owned(), site, anchor: None, pattern, hook: None };
        if self.is_on(Form::InlineHook) && self.chance(45) {
            self.mark(Form::InlineHook);
            let scope = crate::scope::bind(scope, site, &stream.pattern);
            stream.hook = Some(self.effective(scope, context, 2));
        } else if self.is_on(Form::StreamAnchor) && self.chance(85) {
            self.mark(Form::StreamAnchor);
            stream.anchor = Some(self.unique("a"));
        }
        stream
    }
}
