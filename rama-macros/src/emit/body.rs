//! The body of one closure: its operations in order, as flat as Rust allows.

use super::frame;
use super::names::{self, Glue, glue_span};
use super::slots::{self, Around};
use crate::ast::{Form, If, Kind, PartitionerKind, Pattern, Place, Statement, Template, VarId};
use crate::plan::{Jump, Live, Op, SourcePlan, live_into, partitioner};
use crate::tokens;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use std::collections::BTreeSet;

pub(crate) struct Body<'p> {
    pub(crate) plan: &'p SourcePlan<'p>,
    glue: &'p Glue,
    /// Variables that Rust code or a looking slot mentions, so far.
    pub(crate) wanted: BTreeSet<VarId>,
    /// The same for the whole closure: these get a reference under the user's name.
    referenced: BTreeSet<VarId>,
    /// Variables bound in this closure, so far.
    bound: Live,
    /// Variables bound outside of the loop that is being written: never moved.
    pub(crate) repeated: Live,
    in_loop: bool,
    /// Keys of `+compound` that have been evaluated once for several places.
    keys: usize,
}

impl<'p> Body<'p> {
    /// Writes a closure's body: `head` binds what it is given, then `ops` follow.
    pub(crate) fn write(
        plan: &'p SourcePlan<'p>,
        glue: &'p Glue,
        ops: &[Op<'_>],
        given: &[VarId],
        head: impl Fn(&mut Self) -> TokenStream,
    ) -> TokenStream {
        let mut referenced = BTreeSet::new();
        // References are made where a variable is bound, but what wants them comes
        // later: the first round finds out, the second writes.
        let mut code = TokenStream::new();
        for _ in 0..2 {
            let mut body = Body {
                plan,
                glue,
                wanted: BTreeSet::new(),
                referenced,
                bound: given.iter().copied().collect(),
                repeated: Live::new(),
                in_loop: false,
                keys: 0,
            };
            code = head(&mut body);
            code.extend(body.ops(ops, &Live::new()));
            referenced = body.wanted;
        }
        code
    }

    /// The pattern with its variables as owned values.
    pub(crate) fn pattern(&mut self, pattern: &Pattern) -> TokenStream {
        self.bound.extend(pattern.binds.iter().map(|bind| bind.var));
        tokens::replace_idents(pattern.template.clone(), &mut |ident, _| {
            let bind = pattern.binds.iter().find(|bind| ident == &bind.placeholder)?;
            let name = names::owned(&self.plan.source.vars[bind.var], bind.name.span());
            Some(quote!(#name))
        })
    }

    /// `let x = &x;` for those of `vars` that Rust code mentions: the owned value
    /// stays under a name of its own, so that a frame can still move it.
    pub(crate) fn references(&mut self, vars: impl Iterator<Item = VarId>) -> TokenStream {
        let vars: BTreeSet<VarId> = vars.filter(|var| self.referenced.contains(var)).collect();
        let (names, values): (Vec<Ident>, Vec<Ident>) = vars
            .into_iter()
            .map(|var| {
                (self.plan.source.vars[var].name.clone(), names::owned_at_binding(self.plan, var))
            })
            .unzip();
        match names.as_slice() {
            [] => TokenStream::new(),
            [name] => quote!(let #name = #(&#values)*;),
            names => quote!(let (#(#names),*) = (#(&#values),*);),
        }
    }

    fn cx(&self, user: Span) -> Ident {
        self.glue.name("cx", user)
    }

    fn ops(&mut self, ops: &[Op<'_>], after: &Live) -> TokenStream {
        let mut code = TokenStream::new();
        for (at, op) in ops.iter().enumerate() {
            let live = live_into(&ops[at + 1..], after);
            code.extend(self.op(op, &live));
        }
        code
    }

    fn op(&mut self, op: &Op<'_>, after: &Live) -> TokenStream {
        match op {
            Op::Run(statement) => self.run(statement, after),
            Op::Filter(statement) => self.filter(statement),
            Op::Each { statement, body } => self.each(statement, body, after),
            Op::Branch { statement, then, otherwise, outputs } => {
                self.branch(statement, [then, otherwise], outputs, after)
            }
            Op::Yield(vars) => {
                let values: Vec<TokenStream> =
                    vars.iter().map(|var| self.carried(*var, true)).collect();
                one_or_tuple(&values, Span::call_site())
            }
            Op::Hop { statement, to } => self.hop(statement, to.as_ref()),
            Op::Enter(jump) => {
                let cx = self.cx(Span::call_site());
                let (label, frame) = (self.label(jump), self.frame(jump));
                quote!(#cx.enter(#label, #frame);)
            }
        }
    }

    /// Names the running statement in errors.
    fn at(&self, statement: &Statement) -> TokenStream {
        at(&self.cx(statement.span), &statement.text, statement.span)
    }

    fn run(&mut self, statement: &Statement, after: &Live) -> TokenStream {
        let around = Around::new(statement, after);
        let (at, cx, span) =
            (self.at(statement), self.cx(statement.span), glue_span(statement.span));
        let code = match &statement.kind {
            Kind::Value { values, pattern } => {
                let values: Vec<TokenStream> =
                    values.iter().map(|value| self.value(value, &around)).collect();
                let value = one_or_tuple(&values, statement.span);
                match pattern {
                    Some(pattern) => self.bind(pattern, &value, span),
                    None => quote_spanned!(span=> #value;),
                }
            }
            Kind::Select { path, pattern } => {
                let select = Ident::new("local_select_one", statement.span);
                let path = self.path(path, &around);
                self.bind(pattern, &quote_spanned!(span=> #cx.#select(#path)), span)
            }
            Kind::Transform { path } => {
                let transform = Ident::new("local_transform", statement.span);
                let path = self.path(path, &around);
                quote_spanned!(span=> #cx.#transform(#path);)
            }
            Kind::Compound { pstate, template } => {
                let root = self.root(pstate);
                self.template(&root, pstate.span(), template, statement, &around)
            }
            _ => TokenStream::new(),
        };
        quote!(#at #code)
    }

    fn bind(&mut self, pattern: &Pattern, value: &TokenStream, span: Span) -> TokenStream {
        let code = self.pattern(pattern);
        let references = self.references(pattern.binds.iter().map(|bind| bind.var));
        quote_spanned!(span=> let #code = #value; #references)
    }

    /// One `aggregate` per place that the template names.
    fn template(
        &mut self,
        path: &TokenStream,
        pstate: Span,
        template: &Template,
        statement: &Statement,
        around: &Around<'_>,
    ) -> TokenStream {
        match template {
            Template::Aggregator { name, args } => {
                let cx = self.cx(statement.span);
                let aggregate = Ident::new("aggregate", statement.span);
                let args: Vec<TokenStream> =
                    args.iter().map(|arg| self.value(arg, around)).collect();
                let aggregator =
                    quote_spanned!(name.span()=> ::rama::aggregate::#name(#(#args),*));
                quote_spanned!(glue_span(statement.span)=> #cx.#aggregate(#path, #aggregator);)
            }
            Template::Level(entries) => entries
                .iter()
                .map(|entry| {
                    let mut before = TokenStream::new();
                    let step = match &entry.place {
                        Place::Field(field) => self.field(field),
                        Place::Key(key) => {
                            let mut key_code = self.key(key);
                            if key.form == Form::Other && entry.template.leaves() > 1 {
                                self.keys += 1;
                                let name =
                                    self.glue.name(&format!("key_{}", self.keys), statement.span);
                                before = quote_spanned!(glue_span(statement.span)=> let #name = #key_code;);
                                key_code = quote!(&#name);
                            }
                            quote_spanned!(pstate=> .key(#key_code))
                        }
                    };
                    let inner =
                        self.template(&quote!(#path #step), pstate, &entry.template, statement, around);
                    quote!(#before #inner)
                })
                .collect(),
        }
    }

    fn filter(&mut self, statement: &Statement) -> TokenStream {
        let Kind::Filter { condition } = &statement.kind else { return TokenStream::new() };
        let at = self.at(statement);
        let code = self.code(condition);
        let stop = if self.in_loop { quote!(continue) } else { quote!(return) };
        // Not negated, so that rustc blames the user's tokens for what is no `bool`.
        let code = slots::condition(code);
        quote_spanned!(glue_span(statement.span)=> #at if #code {} else { #stop; })
    }

    fn each(&mut self, statement: &Statement, ops: &[Op<'_>], after: &Live) -> TokenStream {
        let Kind::Select { path, pattern } = &statement.kind else { return TokenStream::new() };
        let live = live_into(ops, after);
        let around = Around::new(statement, &live);
        let (at, cx) = (self.at(statement), self.cx(statement.span));
        let path = self.path(path, &around);
        let outside = (self.repeated.clone(), self.in_loop);
        self.repeated.extend(&self.bound);
        self.in_loop = true;
        let pattern_code = self.pattern(pattern);
        let references = self.references(pattern.binds.iter().map(|bind| bind.var));
        let body = self.ops(ops, after);
        (self.repeated, self.in_loop) = outside;
        let select = Ident::new("local_select", statement.span);
        quote_spanned! {glue_span(statement.span)=>
            #at
            for #pattern_code in #cx.#select(#path) { #references #body }
        }
    }

    fn branch(
        &mut self,
        statement: &Statement,
        [then, otherwise]: [&Vec<Op<'_>>; 2],
        outputs: &[VarId],
        after: &Live,
    ) -> TokenStream {
        let Kind::If(If { condition, .. }) = &statement.kind else { return TokenStream::new() };
        let span = glue_span(statement.span);
        let at = self.at(statement);
        let condition = self.code(condition);
        let before = self.bound.clone();
        let then = self.ops(then, after);
        self.bound.clone_from(&before);
        let otherwise = self.ops(otherwise, after);
        self.bound = before;
        let otherwise = (!otherwise.is_empty()).then(|| quote!(else { #otherwise }));
        let code = quote_spanned!(span=> if #condition { #then } #otherwise);
        if outputs.is_empty() {
            return quote!(#at #code);
        }
        let names: Vec<TokenStream> = outputs
            .iter()
            .map(|var| {
                let name = names::owned_at_binding(self.plan, *var);
                quote!(#name)
            })
            .collect();
        self.bound.extend(outputs);
        let names = one_or_tuple(&names, Span::call_site());
        let references = self.references(outputs.iter().copied());
        quote_spanned!(span=> #at let #names = #code; #references)
    }

    fn hop(&mut self, statement: &Statement, to: Option<&Jump>) -> TokenStream {
        let Some(partitioner) = partitioner(statement) else { return TokenStream::new() };
        let (at, user) = (self.at(statement), statement.span);
        let (cx, span) = (self.cx(user), glue_span(user));
        let method = Ident::new(&partitioner.name.to_string(), user);
        let target = match &partitioner.kind {
            PartitionerKind::Hash(key) => Some(self.look(key)),
            PartitionerKind::Direct(task) => Some(self.code(task)),
            PartitionerKind::Global => Some(TokenStream::new()),
            PartitionerKind::All => None,
        };
        // Without code behind it nothing is sent, but its argument is still checked.
        let Some(jump) = to else {
            let target = target.map(|arg| quote_spanned!(span=> let _ = #cx.#method(#arg);));
            return quote!(#at #target);
        };
        let (label, frame) = (self.label(jump), self.frame(jump));
        let code = match target {
            Some(arg) => {
                let target = self.glue.name("target", user);
                quote_spanned! {span=>
                    let #target = #cx.#method(#arg);
                    #cx.send(#target, #label, #frame);
                }
            }
            None => quote_spanned!(span=> #cx.send_all(#label, #frame);),
        };
        quote!(#at #code)
    }

    fn label(&self, jump: &Jump) -> Ident {
        self.glue.name(&self.plan.states[jump.state].label, Span::call_site())
    }

    fn frame(&mut self, jump: &Jump) -> TokenStream {
        let values = jump.frame.iter().enumerate().map(|(at, var)| {
            let last = !jump.frame[at + 1..].contains(var);
            self.carried(*var, last)
        });
        frame::tuple(values.collect())
    }

    /// A variable that leaves this closure: moved, unless a loop comes by again.
    fn carried(&self, var: VarId, last: bool) -> TokenStream {
        let name = names::owned_at_binding(self.plan, var);
        if last && !self.repeated.contains(&var) { quote!(#name) } else { quote!(#name.clone()) }
    }
}

/// Several values make a tuple, whose own tokens are at `span`.
fn one_or_tuple(values: &[TokenStream], span: Span) -> TokenStream {
    match values {
        [one] => one.clone(),
        values => quote_spanned!(span=> (#(#values),*)),
    }
}

/// Names the running statement in errors. The call carries the user's own span, since that is the
/// line that errors name.
pub(super) fn at(cx: &Ident, text: &str, user: Span) -> TokenStream {
    quote_spanned!(user=> #cx.at(#text);)
}
