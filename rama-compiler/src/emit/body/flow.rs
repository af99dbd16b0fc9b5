//! Blocks, loops and branches that stay in this closure.

use super::super::names;
use super::super::slots::{self, Around};
use super::{Body, Stop, glue_of, lifetime, one_or_tuple};
use crate::ast::{Block, Call, CallTarget, Head, Kind, Loop, Pattern, Statement, VarId};
use crate::plan::{Live, Op, live_into};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

impl Body<'_> {
    /// `code` in a loop or block of its own, which `stop` leaves.
    fn inside(
        &mut self,
        stop: Stop,
        repeats: bool,
        write: impl FnOnce(&mut Self) -> TokenStream,
    ) -> TokenStream {
        let outside = (self.repeated.clone(), std::mem::replace(&mut self.stop, stop));
        let bound = self.bound.clone();
        if repeats {
            self.repeated.extend(&bound);
        }
        let code = write(self);
        (self.repeated, self.stop) = outside;
        self.bound = bound;
        code
    }

    /// `for pattern in items { body }`
    fn for_each(
        &mut self,
        items: &TokenStream,
        pattern: Option<&Pattern>,
        span: Span,
        body: impl FnOnce(&mut Self) -> TokenStream,
    ) -> TokenStream {
        let label = self.fresh_label("each");
        let stop = Stop::Continue { label: label.clone(), is_near: true };
        let mut item = quote_spanned!(span=> _);
        let body = self.inside(stop, true, |this| {
            let head = match pattern {
                None => TokenStream::new(),
                Some(pattern) if pattern.ascription.is_empty() => {
                    item = this.pattern(pattern);
                    this.references(pattern.binds.iter().map(|bind| bind.var))
                }
                Some(pattern) => {
                    let name = this.glue.name("item", span);
                    item = quote!(#name);
                    this.bind(pattern, &quote!(#name), span)
                }
            };
            let body = body(this);
            quote!(#head #body)
        });
        let label = self.declared_label(&label);
        quote_spanned!(span=> #label for #item in #items { #body })
    }

    /// A statement that emits any number of times, and what follows it.
    pub(super) fn each(
        &mut self,
        statement: &Statement,
        ops: &[Op<'_>],
        after: &Live,
    ) -> TokenStream {
        let live = live_into(ops, after);
        let around = Around::new(statement, &live);
        let (at, span) = (self.at(statement), glue_of(statement));
        let (items, pattern) = match &statement.kind {
            Kind::Select { path, pattern, .. } => {
                let path = self.path(path, &around);
                let (cx, select) =
                    (self.cx(statement.span), Ident::new("local_select", statement.span));
                (quote_spanned!(span=> #cx.#select(#path)), Some(pattern))
            }
            Kind::Call(Call { path, outputs, target: CallTarget::Iterator, .. }) => {
                let Kind::Call(call) = &statement.kind else { return TokenStream::new() };
                let args = self.call_values(call, &around);
                let output = outputs.iter().find(|output| output.name.is_none());
                let items = match args.as_slice() {
                    // As it stands, so that what is no collection is one error.
                    [items] if path.is_ident("explode") => items.clone(),
                    args => quote_spanned!(statement.span=> ::rama::ops::#path(#(#args),*)),
                };
                (items, output.and_then(|output| output.pattern.as_ref()))
            }
            _ => return TokenStream::new(),
        };
        let code = self.for_each(&items, pattern, span, |this| this.ops(ops, after));
        quote!(#at #code)
    }

    /// `<<atomic` and `<<each`
    pub(super) fn inner(
        &mut self,
        statement: &Statement,
        ops: &[Op<'_>],
        after: &Live,
    ) -> TokenStream {
        let (at, span) = (self.at(statement), glue_of(statement));
        let code = match &statement.kind {
            Kind::Each { items, pattern, .. } => {
                let mut live = live_into(ops, after);
                live.extend(after);
                let around = Around::new(statement, &live);
                let items = self.value(items, &around);
                self.for_each(&items, Some(pattern), span, |this| this.ops(ops, after))
            }
            _ => {
                let label = self.fresh_label("atomic");
                let stop = Stop::Break { label: label.clone() };
                let body = self.inside(stop, false, |this| this.ops(ops, after));
                let label = self.declared_label(&label);
                quote_spanned!(span=> #label { #body })
            }
        };
        quote!(#at #code)
    }

    /// Several continuations of one point.
    pub(super) fn fork(&mut self, branches: &[Vec<Op<'_>>], after: &Live) -> TokenStream {
        let mut code = TokenStream::new();
        for (number, branch) in branches.iter().enumerate() {
            let mut live = after.clone();
            for later in &branches[number + 1..] {
                live.extend(live_into(later, after));
            }
            let label = self.fresh_label("branch");
            let stop = Stop::Break { label: label.clone() };
            let body = self.inside(stop, false, |this| this.ops(branch, &live));
            let label = self.declared_label(&label);
            code.extend(quote!(#label { #body }));
        }
        code
    }

    pub(super) fn branch(
        &mut self,
        statement: &Statement,
        arms: &[Vec<Op<'_>>],
        outputs: &[VarId],
        after: &Live,
    ) -> TokenStream {
        let Kind::Block(Block { head, .. }) = &statement.kind else { return TokenStream::new() };
        let (at, span) = (self.at(statement), glue_of(statement));
        let before = self.bound.clone();
        let code = match head {
            Head::If(condition) => {
                let condition = slots::condition(self.code(condition));
                let mut written = Vec::new();
                for arm in arms {
                    self.bound.clone_from(&before);
                    written.push(self.ops(arm, after));
                }
                let then = &written[0];
                let otherwise = written.get(1).filter(|arm| !arm.is_empty());
                let otherwise = otherwise.map(|arm| quote!(else { #arm }));
                quote_spanned!(span=> if #condition { #then } #otherwise)
            }
            Head::Match { value, patterns } => {
                let mut live = after.clone();
                live.extend(arms.iter().flat_map(|arm| live_into(arm, after)));
                let around = Around::new(statement, &live);
                let value = self.value(value, &around);
                let mut written = TokenStream::new();
                for (arm, pattern) in arms.iter().zip(patterns) {
                    self.bound.clone_from(&before);
                    let code = self.pattern(pattern);
                    let references = self.references(pattern.binds.iter().map(|bind| bind.var));
                    let arm = self.ops(arm, after);
                    written.extend(quote_spanned!(span=> #code => { #references #arm }));
                }
                quote_spanned!(statement.span=> match #value { #written })
            }
        };
        self.bound = before;
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

    /// A `loop<-` that is one of Rust: its emission leaves it.
    pub(super) fn looping(
        &mut self,
        statement: &Statement,
        ops: &[Op<'_>],
        after: &Live,
    ) -> TokenStream {
        let Kind::Loop(inner) = &statement.kind else { return TokenStream::new() };
        let span = glue_of(statement);
        let at = self.at(statement);
        let mut live = live_into(ops, &Live::new());
        live.extend(after);
        let around = Around::new(statement, &live);
        let firsts = self.first_values(inner, &around, span);
        let label = loop_label(inner.number);
        let stop = match self.stop.clone() {
            Stop::Continue { label, .. } => Stop::Continue { label, is_near: false },
            stop => stop,
        };
        let next = self.glue.name(&format!("next_{}", inner.number), statement.span);
        let names = self.loop_names(inner);
        let vars = inner.vars.iter().flat_map(|(pattern, _)| &pattern.binds).map(|bind| bind.var);
        let vars: Vec<VarId> = vars.collect();
        let body = self.inside(stop, true, |this| {
            this.bound.extend(&vars);
            let references = this.references(vars.iter().copied());
            let body = this.ops(ops, &Live::new());
            let stop = this.stop();
            quote!(#references #body #stop;)
        });
        let lifetime = lifetime(&label);
        let code = quote_spanned! {span=> {
            #firsts
            let mut #next = #names;
            #lifetime: loop {
                let #names = #next;
                #body
            }
        }};
        match &inner.outputs {
            Some(outputs) => {
                let bind = self.bind(outputs, &code, span);
                quote!(#at #bind)
            }
            None => quote!(#at #code),
        }
    }

    /// `let i: T = first;` for each variable of a loop.
    pub(super) fn first_values(
        &mut self,
        inner: &Loop,
        around: &Around<'_>,
        span: Span,
    ) -> TokenStream {
        let mut values = Vec::new();
        for (_, value) in &inner.vars {
            values.push(self.value(value, around));
        }
        // All values are computed before any name is bound: a name may shadow one of them.
        let names = self.loop_names(inner);
        let types = inner.vars.iter().map(|(pattern, _)| {
            if pattern.ascription.is_empty() {
                return quote!(_);
            }
            let ascription = pattern.ascription.clone();
            ascription.into_iter().skip(1).collect()
        });
        let types: Vec<TokenStream> = types.collect();
        match values.len() {
            0 => TokenStream::new(),
            _ => quote_spanned!(span=> let #names: (#(#types,)*) = (#(#values,)*);),
        }
    }

    /// The variables of a loop as a tuple.
    fn loop_names(&self, inner: &Loop) -> TokenStream {
        let names = inner
            .vars
            .iter()
            .flat_map(|(pattern, _)| &pattern.binds)
            .map(|bind| names::owned_at_binding(self.plan, bind.var));
        quote!((#(#names,)*))
    }

    /// The emission of a loop of Rust.
    pub(super) fn leave(
        &mut self,
        statement: &Statement,
        number: usize,
        after: &Live,
    ) -> TokenStream {
        let around = Around::new(statement, after);
        let Kind::Emission(emission) = &statement.kind else { return TokenStream::new() };
        let (at, span) = (self.at(statement), glue_of(statement));
        let values = self.values(&emission.values, &around);
        let values = (!values.is_empty()).then(|| one_or_tuple(&values, statement.span));
        let label = lifetime(&loop_label(number));
        quote_spanned!(span=> #at break #label #values;)
    }

    /// The `continue>` of a loop of Rust.
    pub(super) fn next(
        &mut self,
        statement: &Statement,
        number: usize,
        after: &Live,
    ) -> TokenStream {
        let around = Around::new(statement, after);
        let Kind::Continue { values, .. } = &statement.kind else { return TokenStream::new() };
        let (at, span) = (self.at(statement), glue_of(statement));
        let values = self.values(values, &around);
        let next = self.glue.name(&format!("next_{number}"), statement.span);
        let label = lifetime(&loop_label(number));
        quote_spanned!(span=> #at #next = (#(#values,)*); continue #label;)
    }

    /// `recur>`: the function begins anew.
    pub(super) fn recur(&mut self, statement: &Statement, after: &Live) -> TokenStream {
        let around = Around::new(statement, after);
        let Kind::Recur { values } = &statement.kind else { return TokenStream::new() };
        let values = self.values(values, &around);
        let next = self.glue.name("next", statement.span);
        let label = lifetime("'recur");
        quote_spanned!(glue_of(statement)=> #next = (#(#values,)*); continue #label;)
    }
}

fn loop_label(number: usize) -> String {
    format!("'loop_{number}")
}
