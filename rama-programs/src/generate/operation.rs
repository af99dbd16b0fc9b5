//! Operations: at item level and anonymous.

use std::sync::Arc;

use super::context::{Callable, Context};
use super::{Generator, Open};
use crate::ast::{
    Arm, Block, Callee, Comparison, Expr, Kind, Name, Operation, Statement, Stmt, Type,
};
use crate::form::Form;
use crate::interpret::INPUT;
use crate::scope::{self, Scope};

impl Operation {
    /// Whether there are partitioners in it.
    pub(super) fn hops(&self) -> bool {
        hops(&self.body)
    }
}

/// Whether there are partitioners in a block.
pub(super) fn hops(block: &[Statement]) -> bool {
    let any = |blocks: &[&Block]| blocks.iter().any(|block| hops(block));
    block.iter().any(|statement| match &statement.form {
        Stmt::Hash(_) | Stmt::All | Stmt::Global | Stmt::Direct(_) => true,
        Stmt::If(arms, otherwise) | Stmt::Cond(arms, otherwise) => {
            arms.iter().map(|arm| &arm.body).chain(otherwise).any(|block| hops(block))
        }
        Stmt::Switch(_, cases, default) => {
            cases.iter().map(|case| &case.body).chain(default).any(|block| hops(block))
        }
        Stmt::Subsource(_, cases, default) => {
            cases.iter().map(|case| &case.body).chain(default).any(|block| hops(block))
        }
        Stmt::ShadowIf(_, body)
        | Stmt::Do(body)
        | Stmt::Each(_, _, body)
        | Stmt::Atomic(body)
        | Stmt::Branch(_, body)
        | Stmt::Loop { body, .. } => any(&[body]),
        Stmt::Call { call, streams, .. } => {
            let named = matches!(&call.callee, Callee::Named(operation) if operation.hops());
            named
                || streams.iter().filter_map(|stream| stream.hook.as_ref()).any(|block| hops(block))
        }
        _ => false,
    })
}

impl Generator {
    /// The operations of the program.
    pub(super) fn operations(&mut self) {
        let functions = self.is_on(Form::RamaFn);
        let operations = self.is_on(Form::RamaOp);
        for _ in 0..self.rng.usize(0..3) {
            if functions && self.chance(55) {
                self.ramafn();
            }
            if operations {
                self.ramaop();
            }
        }
    }

    /// Names for parameters, without two of the same.
    fn params(&mut self, of: &[Type]) -> Vec<(Name, Type)> {
        let mut found: Vec<(Name, Type)> = Vec::new();
        for of in of {
            let name = match of {
                Type::Fun(..) | Type::Op(..) => self.unique("f"),
                Type::List => self.unique("l"),
                Type::Pair => self.unique("p"),
                Type::Shape => self.unique("s"),
                _ => self.unique("n"),
            };
            if name.starts_with('f') {
                self.locals.insert(name.clone(), of.clone());
            }
            found.push((name, of.clone()));
        }
        found
    }

    fn ramafn(&mut self) {
        let recursion = match self.rng.u32(0..10) {
            0..4 if self.is_on(Form::SelfFn) => Some(Form::SelfFn),
            4..7 if self.is_on(Form::Recur) => Some(Form::Recur),
            _ => None,
        };
        let types = self.types(2);
        let mut params = self.params(&types);
        let counter = self.unique("d");
        if recursion.is_some() {
            params.insert(0, (counter.clone(), Type::Int));
        }
        let out = if self.chance(75) { Type::Int } else { self.plain() };
        let context = Context { is_pure: true, depth: 1, ..Context::default() };
        let mut open = Open::new(parameters(&params));
        self.left = self.rng.usize(1..5);
        let count = self.left;
        self.fill(&mut open, &context, count);
        if let Some(form) = recursion {
            let again: Vec<Type> = params.iter().map(|(_, of)| of.clone()).collect();
            self.recursive_end(form, &counter, &again, &out, &mut open, &context);
        } else {
            self.returns(&out, &mut open, &context);
        }
        let name = format!("fn{}_{}", self.operations.len(), self.seed);
        self.operations.push(Arc::new(Operation {
            name,
            is_function: true,
            recursive: recursion.is_some(),
            params,
            streams: Vec::new(),
            outs: vec![out],
            body: open.statements,
        }));
    }

    /// `:> expr;` as the last act, perhaps in the arms of an `<<if`.
    fn returns(&mut self, out: &Type, open: &mut Open, context: &Context) {
        let scope = open.scope();
        if self.chance(25) {
            let condition = self.condition(&scope, context);
            let arm = |this: &mut Self| {
                let mut inner = Open::new(scope.clone());
                this.return_once(out, &mut inner, context);
                inner.statements
            };
            let (body, otherwise) = (arm(self), arm(self));
            self.mark(Form::If);
            self.push(open, Stmt::If(vec![Arm { condition, body }], Some(otherwise)));
        } else {
            self.return_once(out, open, context);
        }
    }

    fn return_once(&mut self, out: &Type, open: &mut Open, context: &Context) {
        let value = self.expr(out, &open.scope(), context);
        self.push(open, Stmt::Return(vec![value]));
    }

    /// `<<if *d > 0 { … } else { :> expr; }` with `recur>` or `%self` in the first arm.
    fn recursive_end(
        &mut self,
        form: Form,
        counter: &Name,
        params: &[Type],
        out: &Type,
        open: &mut Open,
        context: &Context,
    ) {
        let scope = open.scope();
        let itself = self_call(counter, params, std::slice::from_ref(out), &[], true);
        let mut then = Open::new(scope.clone());
        if form == Form::Recur {
            let values = self.args(&itself, &scope, context).unwrap_or_default();
            self.mark(Form::Recur);
            self.push(&mut then, Stmt::Recur(values));
        } else {
            self.mark(Form::SelfFn);
            self.call_of(&itself, &mut then, context);
            self.fill(&mut then, context, 1);
            self.return_once(out, &mut then, context);
        }
        let mut otherwise = Open::new(scope);
        self.return_once(out, &mut otherwise, context);
        let condition = positive(counter);
        let arm = Arm { condition, body: then.statements };
        self.push(open, Stmt::If(vec![arm], Some(otherwise.statements)));
    }

    fn ramaop(&mut self) {
        let recursive = self.is_on(Form::SelfOp) && self.chance(30);
        let mut types = self.types(2);
        let callback = self.rng.u32(0..10);
        if callback < 2 && self.is_on(Form::PassFn) && self.is_on(Form::AnonymousFn) {
            types.push(Type::Fun(vec![Type::Int], Box::new(Type::Int)));
        } else if callback < 4 && self.is_on(Form::PassOp) && self.is_on(Form::AnonymousOp) {
            types.push(Type::Op(vec![Type::Int], vec![Type::Int]));
        }
        let mut params = self.params(&types);
        let counter = self.unique("d");
        if recursive {
            params.insert(0, (counter.clone(), Type::Int));
        }
        let outs = if self.chance(55) { vec![Type::Int] } else { self.types(3) };
        let mut streams = Vec::new();
        if self.is_on(Form::NamedStream) && self.chance(45) {
            for name in ["left", "right"].into_iter().take(self.rng.usize(1..3)) {
                streams.push((name.to_owned(), self.types(2)));
            }
        }
        let hops = self.kind == Kind::Topology && self.is_on(Form::RamaOpHops) && self.chance(45);
        let context = Context {
            emits: Some(outs.clone()),
            streams: streams.clone(),
            hops,
            depth: 1,
            ..Context::default()
        };
        let mut open = Open::new(parameters(&params));
        self.left = self.rng.usize(2..6);
        let count = self.left;
        self.fill(&mut open, &context, count);
        if hops && self.chance(60) {
            self.hop(&mut open);
        }
        if recursive {
            let params: Vec<Type> = params.iter().map(|(_, of)| of.clone()).collect();
            self.recursion(&counter, &params, &outs, &streams, &mut open, &context);
        }
        for (name, of) in &streams {
            self.emit_to(Some(name), of, &mut open, &context);
        }
        if self.chance(90) {
            self.emit_default(&mut open, &context);
        }
        let name = format!("op{}_{}", self.operations.len(), self.seed);
        self.operations.push(Arc::new(Operation {
            name,
            is_function: false,
            recursive,
            params,
            streams,
            outs,
            body: open.statements,
        }));
    }

    /// `<<if *d > 0 { %self(*d - 1, …) :> …; … }`
    fn recursion(
        &mut self,
        counter: &Name,
        params: &[Type],
        outs: &[Type],
        streams: &[(Name, Vec<Type>)],
        open: &mut Open,
        context: &Context,
    ) {
        let itself = self_call(counter, params, outs, streams, false);
        let guarded = Context { itself: Some(itself.clone()), ..context.deeper() };
        let mut then = Open::new(open.scope());
        self.mark(Form::SelfOp);
        // What was passed as an operation is passed on.
        self.call_of(&itself, &mut then, context);
        let count = self.rng.usize(0..3);
        self.left = self.left.max(count);
        self.fill(&mut then, &guarded, count);
        if self.chance(60) {
            self.effect(&mut then, &guarded);
        }
        self.go_on(&mut then, &guarded);
        let otherwise = self.chance(50).then(|| self.effective(open.scope(), context, 2));
        let arm = Arm { condition: positive(counter), body: then.statements };
        self.mark(Form::If);
        self.push(open, Stmt::If(vec![arm], otherwise));
    }

    /// `<<ramafn %f(…) -> T { … }` or `<<ramaop %f(…) :> T { … }` of a type.
    pub(super) fn define(&mut self, open: &mut Open, context: &Context, of: &Type) {
        let (types, outs, is_function) = match of {
            Type::Fun(params, out) => (params.clone(), vec![(**out).clone()], true),
            Type::Op(params, outs) => (params.clone(), outs.clone(), false),
            _ => return,
        };
        let mine = std::mem::take(&mut self.pending);
        let params = self.params(&types);
        let site = self.site();
        let names = params.iter().map(|(name, _)| name.clone());
        let mut inner = Open::new(scope::bind_names(&open.walk.scope, site, names));
        let within = Context {
            emits: (!is_function).then(|| outs.clone()),
            is_pure: is_function,
            hops: context.hops && !is_function,
            outer: context.outer,
            depth: context.depth + 1,
            ..Context::default()
        };
        let count = self.rng.usize(0..3);
        self.fill(&mut inner, &within, count);
        match outs.as_slice() {
            [out] if is_function => self.returns(out, &mut inner, &within),
            _ => self.emit_default(&mut inner, &within),
        }
        self.pending = mine;
        let name = self.unique("f");
        self.locals.insert(name.clone(), of.clone());
        self.mark(if is_function { Form::AnonymousFn } else { Form::AnonymousOp });
        let operation = Operation {
            name,
            is_function,
            recursive: false,
            params,
            streams: Vec::new(),
            outs,
            body: inner.statements,
        };
        self.push_at(open, site, Stmt::Define(Arc::new(operation)));
    }
}

fn parameters(params: &[(Name, Type)]) -> Scope {
    scope::bind_names(&Scope::new(), INPUT, params.iter().map(|(name, _)| name.clone()))
}

fn positive(counter: &Name) -> Expr {
    let counter = Expr::Var(counter.clone(), Type::Int);
    Expr::Compare(Comparison::Less, Box::new(Expr::Lit(0)), Box::new(counter))
}

fn self_call(
    counter: &Name,
    params: &[Type],
    outs: &[Type],
    streams: &[(Name, Vec<Type>)],
    is_function: bool,
) -> Callable {
    Callable {
        callee: Callee::Itself,
        params: params.to_vec(),
        outs: outs.to_vec(),
        streams: streams.to_vec(),
        recursive: true,
        is_function,
        counter: Some(counter.clone()),
    }
}
