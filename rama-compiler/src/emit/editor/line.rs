//! The statements of a block, one after the other.

use super::super::env::{Env, Place};
use super::super::slots::LOOKING;
use super::super::state::output_type;
use crate::ast::{
    self, Anonymous, Argument, Block, Call, CallTarget, Emission, Expr, Form, Head, Kind, Loop,
    Merge, Param, Partitioner, PartitionerKind, Path, Pattern, Space, Statement, Step, Target,
    Template, Var, VarId, goes_on,
};
use crate::plan::Then;
use crate::plan::layout::{Attached, Item, Layout};
use crate::tokens;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use std::collections::BTreeSet;

/// Of what we add nothing may seem to be the user's: it stands nowhere.
pub(super) fn ours() -> Span {
    Span::mixed_site()
}

/// What the value of a variable is called, to which the variable is a reference.
pub(super) fn hidden(var: VarId) -> Ident {
    format_ident!("__value_{var}", span = ours())
}

fn loop_value(number: usize) -> Ident {
    format_ident!("__loop_{number}", span = ours())
}

pub(super) struct Line<'c> {
    env: Env<'c>,
    vars: &'c [Var],
    /// Names that are bound where the line is.
    scope: BTreeSet<String>,
    /// Bindings that assign to a local which branches share.
    shared: BTreeSet<VarId>,
    /// In the body of an anonymous operation.
    is_anonymous: bool,
}

/// What branches that meet have to write.
struct Meeting {
    before: TokenStream,
    after: TokenStream,
    /// At the end of each branch.
    ends: Vec<TokenStream>,
}

impl<'c> Line<'c> {
    pub(super) fn new(env: Env<'c>, vars: &'c [Var]) -> Self {
        let (scope, shared) = (BTreeSet::new(), BTreeSet::new());
        Line { env, vars, scope, shared, is_anonymous: false }
    }

    /// The handle of a PState or depot.
    pub(super) fn handle(&self, name: &Ident) -> TokenStream {
        match self.env.place {
            Place::Part(module) => quote_spanned!(ours()=> #module::#name),
            Place::Operation(_) => quote!(#name),
            _ => quote_spanned!(ours()=> Self::#name),
        }
    }

    /// Makes variables of values that are there.
    pub(super) fn given(&mut self, vars: &[VarId]) -> TokenStream {
        vars.iter()
            .map(|var| {
                let (name, value) = (&self.vars[*var].name, hidden(*var));
                self.scope.insert(name.to_string());
                let declared = (!self.shared.contains(var)).then(|| quote_spanned!(ours()=> let));
                quote_spanned!(ours()=> #declared #name = &#value;)
            })
            .collect()
    }

    /// The pattern with the values of its variables.
    fn pattern(&self, pattern: &Pattern) -> TokenStream {
        tokens::replace_idents(pattern.template.clone(), &mut |ident, _| {
            let bind = pattern.binds.iter().find(|bind| ident == &bind.placeholder)?;
            let value = hidden(bind.var);
            Some(quote!(#value))
        })
    }

    fn variables(&mut self, pattern: &Pattern) -> TokenStream {
        let vars: Vec<VarId> = pattern.binds.iter().map(|bind| bind.var).collect();
        self.given(&vars)
    }

    pub(super) fn bind(&mut self, pattern: &Pattern, value: &TokenStream) -> TokenStream {
        let code = self.pattern(pattern);
        let ascription = &pattern.ascription;
        let variables = self.variables(pattern);
        quote_spanned!(ours()=> let #code #ascription = #value; #variables)
    }

    fn bind_or_not(&mut self, pattern: Option<&Pattern>, value: &TokenStream) -> TokenStream {
        match pattern {
            Some(pattern) => self.bind(pattern, value),
            None => quote_spanned!(ours()=> let _ = #value;),
        }
    }

    /// Code whose names nobody sees behind it.
    fn inside(&mut self, write: impl FnOnce(&mut Self) -> TokenStream) -> TokenStream {
        let scope = self.scope.clone();
        let code = write(self);
        self.scope = scope;
        quote_spanned!(ours()=> { #code })
    }

    pub(super) fn block(&mut self, block: &[Statement]) -> TokenStream {
        let layout = Layout::of(block, &Then::Nothing);
        let mut code = TokenStream::new();
        for (unify, _) in &layout.unifies {
            code.extend(self.meet(&unify.merges).before);
        }
        code.extend(self.chain(0, &layout));
        for (_, chain) in &layout.unifies {
            code.extend(self.inside(|line| line.chain(*chain, &layout)));
        }
        code
    }

    fn chain(&mut self, chain: usize, layout: &Layout<'_>) -> TokenStream {
        let mut code = TokenStream::new();
        for item in &layout.chains[chain] {
            code.extend(match item {
                Item::Statement(statement) => self.statement(statement, layout),
                Item::Point(anchor) => self.attached(anchor, layout),
            });
        }
        code
    }

    /// What is attached to an anchor sees what the anchor sees, so it stands there.
    fn attached(&mut self, anchor: &Ident, layout: &Layout<'_>) -> TokenStream {
        let mut code = TokenStream::new();
        for attached in layout.attached(anchor) {
            code.extend(match attached {
                Attached::Chain(chain) => self.inside(|line| line.chain(*chain, layout)),
                Attached::Block(body) => self.inside(|line| line.block(body)),
                Attached::Unify { .. } => TokenStream::new(),
            });
        }
        code
    }

    /// A variable that branches bind is one local, declared before them, so that it has one name.
    /// Where an older variable has that name, the branches must still see it: there it is another.
    fn meet(&mut self, merges: &[Merge]) -> Meeting {
        let arms = merges.first().map_or(0, |merge| merge.arms.len());
        let mut meeting = Meeting {
            before: TokenStream::new(),
            after: TokenStream::new(),
            ends: vec![TokenStream::new(); arms],
        };
        for merge in merges {
            let name = &self.vars[merge.out].name;
            let is_shared = self.shared.contains(&merge.out);
            if is_shared || !self.scope.contains(&name.to_string()) {
                if !is_shared {
                    meeting.before.extend(quote_spanned!(ours()=> let #name;));
                }
                self.shared.extend(merge.arms.iter().flatten());
                continue;
            }
            let value = hidden(merge.out);
            meeting.before.extend(quote_spanned!(ours()=> let #value;));
            meeting.after.extend(quote_spanned!(ours()=> let #name = #value;));
            for (end, var) in meeting.ends.iter_mut().zip(&merge.arms) {
                if let Some(var) = var {
                    let name = &self.vars[*var].name;
                    end.extend(quote_spanned!(ours()=> #value = #name;));
                }
            }
        }
        meeting
    }

    fn met(&mut self, merges: &[Merge]) {
        for merge in merges {
            self.scope.insert(self.vars[merge.out].name.to_string());
        }
    }

    /// A value slot.
    fn value(&self, expr: &Expr) -> TokenStream {
        match (expr.form, expr.uses.first()) {
            (Form::Variable, Some(mention)) => {
                let name = &mention.name;
                quote_spanned!(ours()=> ::core::clone::Clone::clone(#name))
            }
            _ => expr.code.clone(),
        }
    }

    /// A slot that looks.
    fn look(&self, expr: &Expr) -> TokenStream {
        match (expr.form, expr.uses.first()) {
            (Form::Variable, Some(mention)) => {
                let name = &mention.name;
                quote!(#name)
            }
            _ => {
                let code = &expr.code;
                quote_spanned!(ours()=> &#code)
            }
        }
    }

    /// A key: a place is looked at, all else is as it is.
    fn key(&self, expr: &Expr) -> TokenStream {
        match expr.form {
            Form::Other => expr.code.clone(),
            _ => self.look(expr),
        }
    }

    /// Values as one.
    fn values(&self, values: &[Expr]) -> TokenStream {
        match values {
            [one] => self.value(one),
            values => {
                let values = values.iter().map(|value| self.value(value));
                quote_spanned!(ours()=> (#(#values),*))
            }
        }
    }

    fn path(&self, path: &Path) -> TokenStream {
        let handle = self.handle(&path.pstate);
        let mut code = quote_spanned!(ours()=> #handle.path());
        for (at, step) in path.steps.iter().enumerate() {
            match step {
                // The last name may be a navigator that has no arguments yet: completion looks at
                // the first of two places, all else finds the second.
                Step::Field(field) if at + 1 == path.steps.len() => {
                    let whole = self.field(field);
                    code = quote_spanned!(ours()=> { let _ = ::rama::dsl::editor::names(#code).#field; #code #whole });
                }
                Step::Field(field) => code.extend(self.field(field)),
                Step::Navigator { name, turbofish, args } => {
                    let looks = LOOKING.iter().any(|looking| name == looking);
                    let args =
                        args.iter().map(|arg| if looks { self.key(arg) } else { self.value(arg) });
                    code.extend(quote_spanned!(ours()=> .#name #turbofish (#(#args),*)));
                }
            }
        }
        code
    }

    fn field(&self, field: &Ident) -> TokenStream {
        quote_spanned!(ours()=> .field(|f| f.#field))
    }

    fn statement(&mut self, statement: &Statement, layout: &Layout<'_>) -> TokenStream {
        let span = ours();
        let exprs = |line: &Self, exprs: &[Expr]| {
            let values = exprs.iter().map(|expr| line.value(expr));
            quote_spanned!(span=> let _ = (#(#values,)*);)
        };
        match &statement.kind {
            Kind::Value { values, pattern } => {
                let value = self.values(values);
                self.bind_or_not(pattern.as_ref(), &value)
            }
            Kind::Select { path, pattern, yielding } => {
                // Which of them it is depends on the last name, so it stands behind it.
                let select = if !yielding && path.is_single() {
                    quote_spanned!(span=> cx.local_select_one(__path))
                } else {
                    quote_spanned!(span=> ::rama::dsl::editor::each(cx.local_select(__path)))
                };
                let path = self.path(path);
                let bind = self.bind(pattern, &select);
                quote_spanned!(span=> let __path = #path; #bind)
            }
            Kind::Async { future, pattern } => {
                let code = &future.code;
                self.bind(pattern, &quote_spanned!(span=> ::rama::dsl::editor::delivered(#code)))
            }
            Kind::Transform { path } => {
                let path = self.path(path);
                quote_spanned!(span=> cx.local_transform(#path);)
            }
            Kind::Clear { pstate } => {
                let handle = self.handle(pstate);
                quote_spanned!(span=> cx.local_clear(#handle);)
            }
            Kind::Compound { pstate, template } => {
                let handle = self.handle(pstate);
                self.template(&quote_spanned!(span=> #handle.path()), template)
            }
            Kind::Filter { condition } => {
                let code = &condition.code;
                quote_spanned!(span=> let _: bool = #code;)
            }
            Kind::Assert { condition, message } => {
                let code = &condition.code;
                let message = message.as_ref().map(|message| &message.code).into_iter();
                quote_spanned!(span=> let _: bool = #code; #(let _ = #message;)*)
            }
            Kind::Throw { message } => {
                let code = &message.code;
                quote_spanned!(span=> let _ = #code;)
            }
            Kind::Partition(partitioner) => self.partitioner(partitioner),
            Kind::Call(call) => self.call(call, layout),
            Kind::Emission(emission) => self.emission(emission),
            Kind::Continue { values, .. } | Kind::Recur { values } => exprs(self, values),
            Kind::Block(block) => self.branches(block),
            Kind::Atomic { body } => self.inside(|line| line.block(body)),
            Kind::Each { items, pattern, body } => {
                let items = self.value(items);
                let item = quote_spanned!(span=> ::rama::dsl::editor::each(#items));
                self.inside(|line| {
                    let bind = line.bind(pattern, &item);
                    let body = line.block(body);
                    quote!(#bind #body)
                })
            }
            Kind::Loop(inner) => self.looping(inner),
            Kind::Anonymous(anonymous) => self.anonymous(anonymous),
            Kind::Yield
            | Kind::Anchor { .. }
            | Kind::Hook { .. }
            | Kind::Branch { .. }
            | Kind::Unify(_)
            | Kind::Source { .. }
            | Kind::Bad { .. } => TokenStream::new(),
        }
    }

    fn template(&self, path: &TokenStream, template: &Template) -> TokenStream {
        match template {
            Template::Aggregator { name, args } => {
                let args = args.iter().map(|arg| self.value(arg));
                quote_spanned!(ours()=> cx.aggregate(#path, ::rama::aggregate::#name(#(#args),*));)
            }
            Template::Level(entries) => entries
                .iter()
                .map(|entry| {
                    let step = match &entry.place {
                        ast::Place::Field(field) => self.field(field),
                        ast::Place::Key(key) => {
                            let key = self.key(key);
                            quote_spanned!(ours()=> .key(#key))
                        }
                    };
                    // The path is written once for all below it, so that each token stands once.
                    let inner =
                        self.template(&quote_spanned!(ours()=> __path.clone()), &entry.template);
                    quote_spanned!(ours()=> { let __path = #path #step; #inner })
                })
                .collect(),
        }
    }

    fn partitioner(&self, partitioner: &Partitioner) -> TokenStream {
        let span = ours();
        let space = partitioner.space.as_ref().map(|space| {
            let (Space::PState(name) | Space::Depot(name)) = space;
            let handle = self.handle(name);
            quote_spanned!(span=> let _ = #handle;)
        });
        let name = &partitioner.name;
        let target = match &partitioner.kind {
            PartitionerKind::Hash(key) => {
                let key = self.look(key);
                quote_spanned!(span=> let _ = cx.#name(#key);)
            }
            PartitionerKind::Direct(task) => {
                let task = &task.code;
                quote_spanned!(span=> let _ = cx.#name(#task);)
            }
            PartitionerKind::Custom { function, args } => {
                let function = &function.code;
                let args = args.iter().map(|arg| &arg.code);
                quote_spanned!(span=> let _ = cx.#name(#function(cx.num_tasks(), #(#args),*));)
            }
            PartitionerKind::Global | PartitionerKind::Shuffle => {
                quote_spanned!(span=> let _ = cx.#name();)
            }
            // What `select>` looks at stands in its path.
            PartitionerKind::Home { pstate, key: Some(key), .. }
                if partitioner.written != "select>" =>
            {
                let (handle, key) = (self.handle(pstate), self.look(key));
                quote_spanned!(span=> let _ = cx.home(#handle, #key);)
            }
            PartitionerKind::All | PartitionerKind::Home { .. } => TokenStream::new(),
        };
        quote!(#space #target)
    }

    fn call(&mut self, call: &Call, layout: &Layout<'_>) -> TokenStream {
        let span = ours();
        let path = &call.path;
        let mut handles = TokenStream::new();
        let mut args = Vec::new();
        for arg in &call.args {
            match arg {
                Argument::Value(expr) => args.push(self.value(expr)),
                Argument::PState(pstate) => {
                    let handle = self.handle(pstate);
                    handles.extend(quote_spanned!(span=> let _ = #handle;));
                }
            }
        }
        let output = call.outputs.iter().find(|output| output.name.is_none());
        let value = match &call.target {
            CallTarget::Iterator => match args.as_slice() {
                [items] if path.is_ident("explode") => {
                    quote_spanned!(span=> ::rama::dsl::editor::each(#items))
                }
                args => {
                    quote_spanned!(span=> ::rama::dsl::editor::each(::rama::ops::#path(#(#args),*)))
                }
            },
            CallTarget::Context => quote_spanned!(span=> cx.#path(#(#args),*)),
            CallTarget::Function(_) => quote_spanned!(span=> cx.call(#path, (#(#args,)*))),
            CallTarget::Operation(_) => {
                quote_spanned!(span=> ::rama::dsl::editor::invoked(#path, (#(#args,)*)))
            }
            CallTarget::OwnFunction => {
                let name = self.env.function_name();
                quote_spanned!(span=> #name(#(#args),*))
            }
            CallTarget::OwnAnonymous { .. } | CallTarget::Unknown => {
                quote_spanned!(span=> { let _ = (#(#args,)*); ::rama::dsl::editor::any() })
            }
            CallTarget::OwnOperation | CallTarget::Path => {
                return self.called(call, &args, &handles, layout);
            }
        };
        let bind = self.bind_or_not(output.and_then(|output| output.pattern.as_ref()), &value);
        quote!(#handles #bind)
    }

    /// A `ramaop`, with its streams.
    fn called(
        &mut self,
        call: &Call,
        args: &[TokenStream],
        handles: &TokenStream,
        layout: &Layout<'_>,
    ) -> TokenStream {
        let span = ours();
        let operation = match &call.target {
            CallTarget::OwnOperation => quote_spanned!(span=> ::core::clone::Clone::clone(self)),
            _ => {
                let path = &call.path;
                quote_spanned!(span=> ::rama::dsl::operation(#path))
            }
        };
        let mut code = quote_spanned! {span=>
            let __operation = #operation;
            let _ = __operation.args((#(#args,)*));
            #handles
            let __outputs = __operation.outputs::<()>();
        };
        let mut default = TokenStream::new();
        for output in &call.outputs {
            let field = match &output.name {
                Some(name) => quote!(#name),
                None => quote_spanned!(span=> output),
            };
            let value = quote_spanned!(span=> ::rama::dsl::editor::emitted(__outputs.#field));
            if output.name.is_none() && output.inline.is_none() {
                default = self.bind_or_not(output.pattern.as_ref(), &value);
                continue;
            }
            code.extend(self.inside(|line| {
                let mut code = line.bind_or_not(output.pattern.as_ref(), &value);
                code.extend(output.inline.as_ref().map(|inline| line.block(inline)));
                let anchor = output.anchor.as_ref();
                code.extend(anchor.map(|anchor| line.attached(anchor, layout)));
                code
            }));
        }
        quote!(#code #default)
    }

    fn emission(&self, emission: &Emission) -> TokenStream {
        let span = ours();
        let values = self.values(&emission.values);
        match emission.target {
            Target::Collect => quote_spanned!(span=> emitted.push(#values);),
            Target::Function if !self.is_anonymous => {
                quote_spanned!(span=> if ::rama::dsl::editor::any() { return #values; })
            }
            Target::Loop(number) => {
                let value = loop_value(number);
                quote_spanned!(span=> #value = #values;)
            }
            _ => quote_spanned!(span=> let _ = #values;),
        }
    }

    fn branches(&mut self, block: &Block) -> TokenStream {
        let span = ours();
        let Meeting { before, after, ends } = self.meet(&block.merges);
        let arm = |line: &mut Self, number: usize, bind: Option<&Pattern>| {
            let body = &block.arms[number];
            line.inside(|line| {
                let bind = bind.map(|pattern| line.variables(pattern));
                let body_code = line.block(body);
                let end = ends.get(number).filter(|_| goes_on(body));
                quote!(#bind #body_code #end)
            })
        };
        let code = match &block.head {
            Head::If(condition) => {
                let condition = super::super::slots::condition(condition.code.clone());
                let then = arm(self, 0, None);
                let otherwise = arm(self, 1, None);
                quote_spanned!(span=> if #condition #then else #otherwise)
            }
            Head::Match { value, patterns } => {
                let value = self.value(value);
                let mut arms = TokenStream::new();
                for (number, pattern) in patterns.iter().enumerate() {
                    let code = self.pattern(pattern);
                    let arm = arm(self, number, Some(pattern));
                    arms.extend(quote_spanned!(span=> #code => #arm));
                }
                quote_spanned!(span=> match #value { #arms })
            }
        };
        self.met(&block.merges);
        quote!(#before #code #after)
    }

    fn looping(&mut self, inner: &Loop) -> TokenStream {
        let span = ours();
        let value = loop_value(inner.number);
        let firsts = inner.vars.iter().map(|(_, first)| self.value(first));
        let firsts = quote!(#(#firsts,)*);
        let types = inner.vars.iter().map(|(pattern, _)| {
            let ty: TokenStream = pattern.ascription.clone().into_iter().skip(1).collect();
            if ty.is_empty() { quote_spanned!(span=> _) } else { ty }
        });
        let types = quote!(#(#types,)*);
        let body = self.inside(|line| {
            let names = inner.vars.iter().map(|(pattern, _)| line.pattern(pattern));
            let names = quote!(#(#names,)*);
            let vars: TokenStream =
                inner.vars.iter().map(|(pattern, _)| line.variables(pattern)).collect();
            let body = line.block(&inner.body);
            quote_spanned!(span=> let (#names): (#types) = (#firsts); #vars #body)
        });
        let outputs = inner.outputs.as_ref().map(|outputs| self.bind(outputs, &quote!(#value)));
        quote_spanned!(span=> let #value; #body #outputs)
    }

    fn anonymous(&mut self, anonymous: &Anonymous) -> TokenStream {
        let span = ours();
        let types = Param::values(&anonymous.params).map(|(_, ty)| ty);
        let types = quote!((#(#types,)*));
        let out = output_type(&anonymous.outputs);
        let kind = if anonymous.is_operation { "Op" } else { "Fun" };
        let kind = Ident::new(kind, span);
        let value = hidden(anonymous.binding.var);
        let binding = self.given(&[anonymous.binding.var]);
        let outside = std::mem::replace(&mut self.is_anonymous, true);
        let body = self.inside(|line| {
            let params: Vec<VarId> =
                Param::values(&anonymous.params).map(|(bind, _)| bind.var).collect();
            let names = params.iter().map(|var| hidden(*var));
            let names = quote!((#(#names,)*));
            let given = line.given(&params);
            let body = line.block(&anonymous.body);
            quote_spanned!(span=> let #names: #types = ::rama::dsl::editor::any(); #given #body)
        });
        self.is_anonymous = outside;
        quote_spanned! {span=>
            let #value: ::rama::#kind<#types, #out> = ::rama::dsl::editor::any();
            #binding
            #body
        }
    }
}
