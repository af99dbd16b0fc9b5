//! The ways to other states: hops, emissions, calls of operations.

use super::super::names;
use super::super::slots::Around;
use super::{Body, glue_of, one_or_tuple};
use crate::ast::{Kind, Partitioner, PartitionerKind, Space, Statement, Target, VarId};
use crate::plan::{Invoked, Jump, Live, partitioner};
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

/// What is live where a frame leaves.
fn with_frame(after: &Live, frame: &[usize]) -> Live {
    after.iter().chain(frame).copied().collect()
}

impl Body<'_> {
    pub(super) fn hop(
        &mut self,
        statement: &Statement,
        to: Option<&Jump>,
        after: &Live,
    ) -> TokenStream {
        let Some(partitioner) = partitioner(statement) else { return TokenStream::new() };
        let (at, user) = (self.at(statement), statement.span);
        let (cx, span) = (self.cx(user), glue_of(statement));
        let partitions = partitioner.space.as_ref().map(|space| {
            let handle = match space {
                Space::PState(pstate) => self.env.pstate(pstate),
                Space::Depot(depot) => self.env.depot(depot),
            };
            quote_spanned!(span=> #cx.partitions_of(#handle))
        });
        let all = matches!(partitioner.kind, PartitionerKind::All);
        let arguments = self.partitioner_arguments(partitioner, statement);
        let method = match (&partitions, &partitioner.kind) {
            (
                Some(_),
                PartitionerKind::Hash(_)
                | PartitionerKind::Direct(_)
                | PartitionerKind::Custom { .. },
            ) => {
                format!("{}_in", partitioner.name)
            }
            _ => partitioner.name.to_string(),
        };
        let method = match &partitioner.kind {
            PartitionerKind::Home { key: Some(_), .. } => "home".to_owned(),
            PartitionerKind::Home { key: None, .. } => "home_of_global".to_owned(),
            _ => method,
        };
        let method = Ident::new(&method, user);
        let target = match (&partitions, &partitioner.kind) {
            (_, PartitionerKind::All) => TokenStream::new(),
            (Some(partitions), PartitionerKind::Custom { function, args }) => {
                let name = self.glue.name("partitions", user);
                let function = self.code(function);
                let args: Vec<TokenStream> = args.iter().map(|arg| self.code(arg)).collect();
                quote_spanned!(span=> {
                    let #name = #partitions;
                    #cx.#method(#name, #function(#name, #(#args),*))
                })
            }
            (Some(partitions), PartitionerKind::Hash(_) | PartitionerKind::Direct(_)) => {
                let name = self.glue.name("partitions", user);
                quote_spanned!(span=> { let #name = #partitions; #cx.#method(#name, #arguments) })
            }
            _ => quote_spanned!(span=> #cx.#method(#arguments)),
        };
        // Without code behind it nothing is sent, but its argument is still checked.
        let Some(jump) = to else {
            let target = (!all).then(|| quote_spanned!(span=> let _ = #target;));
            return quote!(#at #target);
        };
        let (label, frame) = (self.label(jump.state), self.frame(jump, after));
        let code = match (all, partitions) {
            (false, _) => {
                let name = self.glue.name("target", user);
                quote_spanned! {span=>
                    let #name = #target;
                    #cx.send(#name, #label, #frame);
                }
            }
            (true, None) => quote_spanned!(span=> #cx.send_all(#label, #frame);),
            (true, Some(partitions)) => {
                let name = self.glue.name("partitions", user);
                quote_spanned! {span=>
                    let #name = #partitions;
                    #cx.send_all_in(#name, #label, #frame);
                }
            }
        };
        quote!(#at #code)
    }

    /// What a partitioner looks at.
    fn partitioner_arguments(
        &mut self,
        partitioner: &Partitioner,
        statement: &Statement,
    ) -> TokenStream {
        match &partitioner.kind {
            PartitionerKind::Hash(key) => self.look(key),
            PartitionerKind::Home { pstate, key, blame } => {
                let handle = self.env.pstate(pstate);
                match key {
                    Some(key) => {
                        let key = self.look(key);
                        quote!(#handle, #key)
                    }
                    // What rustc finds wrong is that there is no key.
                    None => {
                        let handle = self.env.pstate(pstate).into_iter();
                        let located = |mut token: TokenTree| {
                            token.set_span(*blame);
                            token
                        };
                        handle.map(located).collect()
                    }
                }
            }
            PartitionerKind::Direct(task) => self.code(task),
            PartitionerKind::Custom { function, args } if partitioner.space.is_none() => {
                let cx = self.cx(statement.span);
                let function = self.code(function);
                let args: Vec<TokenStream> = args.iter().map(|arg| self.code(arg)).collect();
                let tasks = quote_spanned!(glue_of(statement)=> #cx.num_tasks());
                // The call stands in the user's context, and so is blamed as one expression.
                let first = function.clone().into_iter().next();
                let user = first.map_or(statement.span, |token| token.span());
                quote_spanned!(user=> #function(#tasks, #(#args),*))
            }
            _ => TokenStream::new(),
        }
    }

    /// `yield_if_overtime>`
    pub(super) fn overtime(
        &mut self,
        statement: &Statement,
        to: Option<&Jump>,
        after: &Live,
    ) -> TokenStream {
        let Some(jump) = to else { return self.at(statement) };
        let (at, span, cx) = (self.at(statement), glue_of(statement), self.cx(statement.span));
        let (label, values) = (self.label(jump.state), self.frame(jump, after));
        let frame = self.glue.name("frame", statement.span);
        let target = self.glue.name("target", statement.span);
        quote_spanned! {span=>
            #at
            let #frame = #values;
            if #cx.overtime() {
                let #target = #cx.here();
                #cx.send(#target, #label, #frame);
            } else {
                #cx.enter(#label, #frame);
            }
        }
    }

    /// A `loop<-` whose body is a state.
    pub(super) fn enter_loop(
        &mut self,
        statement: &Statement,
        jump: &Jump,
        after: &Live,
    ) -> TokenStream {
        let Kind::Loop(inner) = &statement.kind else { return TokenStream::new() };
        let (at, span, cx) = (self.at(statement), glue_of(statement), self.cx(statement.span));
        let live = with_frame(after, &jump.frame);
        let around = Around::new(statement, &live);
        let firsts = self.first_values(inner, &around, span);
        // The loop's own variables were just bound, so they are moved.
        let repeated = self.repeated.clone();
        for bind in inner.vars.iter().flat_map(|(pattern, _)| &pattern.binds) {
            self.repeated.remove(&bind.var);
        }
        let (label, frame) = (self.label(jump.state), self.frame(jump, after));
        self.repeated = repeated;
        quote_spanned!(span=> #at #firsts #cx.enter_loop(#label, #frame);)
    }

    /// The `continue>` of such a loop.
    pub(super) fn again(
        &mut self,
        statement: &Statement,
        jump: &Jump,
        after: &Live,
    ) -> TokenStream {
        let Kind::Continue { values, .. } = &statement.kind else { return TokenStream::new() };
        let (at, span, cx) = (self.at(statement), glue_of(statement), self.cx(statement.span));
        let live = with_frame(after, &jump.frame);
        let around = Around::new(statement, &live);
        let mut frame = self.values(values, &around);
        let own = frame.len();
        frame.extend(jump.frame.iter().enumerate().map(|(at, var)| {
            let mention = super::frame::mention_behind(self.plan, jump.state, own + at);
            self.carried_to(mention, *var, true, after)
        }));
        let frame = super::frame::tuple(frame);
        let label = self.label(jump.state);
        quote_spanned!(span=> #at #cx.again(#label, #frame);)
    }

    /// The emission of such a loop.
    pub(super) fn emit_from_loop(
        &mut self,
        statement: &Statement,
        to: Option<&Jump>,
        after: &Live,
    ) -> TokenStream {
        let Kind::Emission(emission) = &statement.kind else { return TokenStream::new() };
        let (at, span, cx) = (self.at(statement), glue_of(statement), self.cx(statement.span));
        let frame = to.map_or(&[][..], |jump| &jump.frame);
        let live = with_frame(after, frame);
        let around = Around::new(statement, &live);
        let values = self.values(&emission.values, &around);
        let values = one_or_tuple(&values, statement.span);
        let Some(jump) = to else { return quote_spanned!(span=> #at #values;) };
        let (label, frame) = (self.label(jump.state), self.frame(jump, after));
        quote_spanned!(span=> #at #cx.enter(#label, (#values, #frame));)
    }

    /// The emission of an operation or of a stand-alone block.
    pub(super) fn emit(&mut self, statement: &Statement, after: &Live) -> TokenStream {
        let Kind::Emission(emission) = &statement.kind else { return TokenStream::new() };
        let (at, span, cx) = (self.at(statement), glue_of(statement), self.cx(statement.span));
        let around = Around::new(statement, after);
        let values = self.values(&emission.values, &around);
        let values = one_or_tuple(&values, statement.span);
        let stream = emission.stream.as_ref();
        let code = match emission.target {
            Target::Stream(var) => {
                let label = self.env.stream(stream, statement.span);
                let carried = self.carried(var, true, after);
                quote_spanned!(span=> #cx.enter(#label, (#values, #carried));)
            }
            Target::Return(var) => {
                let ret = match self.env.stream_number(stream, var) {
                    Some(number) => {
                        let name = names::owned_at_binding(self.plan, var);
                        let number = syn::Index::from(number);
                        let last = !self.repeated.contains(&var) && !after.contains(&var);
                        let clone = (!last).then(|| quote!(.clone()));
                        quote!(#name.#number #clone)
                    }
                    None => self.carried(var, true, after),
                };
                quote_spanned!(span=> #cx.give_back(#ret, #values);)
            }
            Target::Collect => {
                let emitted = self.glue.name("emitted", statement.span);
                quote_spanned!(span=> #emitted.push(#values);)
            }
            Target::Function => quote_spanned!(span=> return #values;),
            Target::Loop(_) | Target::Unknown => TokenStream::new(),
        };
        quote!(#at #code)
    }

    /// A `ramaop` by its path.
    pub(super) fn call(&mut self, statement: &Statement, jump: &Jump, after: &Live) -> TokenStream {
        let Kind::Call(call) = &statement.kind else { return TokenStream::new() };
        let (at, span, cx) = (self.at(statement), glue_of(statement), self.cx(statement.span));
        let live = with_frame(after, &jump.frame);
        let around = Around::new(statement, &live);
        let args = self.call_arguments(call, &around, statement.span);
        let path = &call.path;
        let args = quote_spanned!(span=> ::rama::dsl::operation(#path).args(#args));
        let (label, carried) = (self.label(jump.state), self.frame(jump, after));
        quote_spanned!(span=> #at #cx.enter(#label, (#args, #carried));)
    }

    /// The operation around this, which says where to return to.
    pub(super) fn call_itself(
        &mut self,
        statement: &Statement,
        outputs: &[(Option<Ident>, usize)],
        jump: &Jump,
        after: &Live,
    ) -> TokenStream {
        let Kind::Call(call) = &statement.kind else { return TokenStream::new() };
        let (at, span, cx) = (self.at(statement), glue_of(statement), self.cx(statement.span));
        let live = with_frame(after, &jump.frame);
        let around = Around::new(statement, &live);
        let args = self.call_arguments(call, &around, statement.span);
        let streams = self.env.streams();
        let mut returns = Vec::new();
        for (at, stream) in streams.iter().enumerate() {
            let output_of = |stream: &Option<Ident>| {
                outputs.iter().find(|(name, _)| name.as_ref() == stream.as_ref())
            };
            returns.push(match output_of(stream) {
                Some((_, state)) => {
                    let label = self.label(*state);
                    // Each stream takes a frame of its own; the last one may have the values.
                    let last = streams[at + 1..].iter().all(|later| output_of(later).is_none());
                    let keep = if last { after.clone() } else { with_frame(after, &jump.frame) };
                    let carried = self.frame(jump, &keep);
                    quote_spanned!(span=> #cx.return_to(#label, #carried))
                }
                None => quote_spanned!(span=> ::rama::dsl::Return::nowhere()),
            });
        }
        let own = self.env.own_label(self.glue);
        let (names, values): (Vec<Ident>, Vec<TokenStream>) = returns
            .into_iter()
            .enumerate()
            .map(|(number, value)| {
                (self.glue.name(&format!("return_{number}"), statement.span), value)
            })
            .unzip();
        let given = self.glue.name("args", statement.span);
        quote_spanned! {span=>
            #at
            let #given = #args;
            #(let #names = #values;)*
            #cx.enter(#own, (#given, (#(#names,)*)));
        }
    }

    /// An operation that is a value.
    pub(super) fn invoke(
        &mut self,
        statement: &Statement,
        of: &Invoked,
        jump: &Jump,
        after: &Live,
    ) -> TokenStream {
        let Kind::Call(call) = &statement.kind else { return TokenStream::new() };
        let (at, span, cx) = (self.at(statement), glue_of(statement), self.cx(statement.span));
        let mut live = with_frame(after, &jump.frame);
        if let Invoked::Itself(itself) = of {
            live.extend(&itself.frame);
        }
        let around = Around::new(statement, &live);
        let args_value = self.call_arguments(call, &around, statement.span);
        let args = self.glue.name("args", statement.span);
        let (operation, before) = match of {
            Invoked::Variable(var) => {
                let name = names::owned_at_binding(self.plan, *var);
                (quote!(&#name), TokenStream::new())
            }
            Invoked::Itself(itself) => {
                let label = self.label(itself.state);
                let keep = with_frame(after, &jump.frame);
                let captures = self.frame(itself, &keep);
                let own = self.glue.name("own", statement.span);
                (quote!(&#own), quote_spanned!(span=> let #own = #cx.operation(#label, #captures);))
            }
        };
        let mut keep = after.clone();
        if let Invoked::Variable(var) = of {
            // It is looked at after its frame has left.
            keep.insert(*var);
        }
        let (label, carried) = (self.label(jump.state), self.frame(jump, &keep));
        let ret = self.glue.name("ret", statement.span);
        quote_spanned! {span=>
            #at
            #before
            let #args = #args_value;
            let #ret = #cx.return_to(#label, #carried);
            #cx.invoke(#operation, #args, #ret);
        }
    }

    /// `yielding_select>`
    pub(super) fn pages(
        &mut self,
        statement: &Statement,
        jump: &Jump,
        after: &Live,
    ) -> TokenStream {
        let Kind::Select { path, .. } = &statement.kind else { return TokenStream::new() };
        let (at, span, cx) = (self.at(statement), glue_of(statement), self.cx(statement.span));
        let live = with_frame(after, &jump.frame);
        let around = Around::new(statement, &live);
        let path = self.path(path, &around);
        let (label, carried) = (self.label(jump.state), self.frame(jump, after));
        let select = Ident::new("select_pages", statement.span);
        let values = self.glue.name("values", statement.span);
        quote_spanned! {span=>
            #at
            let #values = #cx.#select(#path);
            #cx.enter(#label, (#values, #carried));
        }
    }

    /// `each_async>`: its code takes the variables that it mentions with it.
    pub(super) fn each_async(
        &mut self,
        statement: &Statement,
        jump: &Jump,
        after: &Live,
    ) -> TokenStream {
        let Kind::Async { future, .. } = &statement.kind else { return TokenStream::new() };
        let (at, span, cx) = (self.at(statement), glue_of(statement), self.cx(statement.span));
        let vars: Vec<VarId> = statement.kind.uses().collect::<Live>().into_iter().collect();
        let live = with_frame(after, &jump.frame);
        let names: Vec<Ident> =
            vars.iter().map(|var| names::owned_at_binding(self.plan, *var)).collect();
        let values: Vec<TokenStream> =
            vars.iter().map(|var| self.carried(*var, true, &live)).collect();
        let users: Vec<&Ident> = vars.iter().map(|var| &self.plan.code.vars[*var].name).collect();
        // The last token of `async move { … }` is the code itself.
        let code = match future.code.clone().into_iter().last() {
            Some(TokenTree::Group(group)) => group.stream(),
            _ => TokenStream::new(),
        };
        let method = Ident::new("each_async", statement.span);
        let (label, carried) = (self.label(jump.state), self.frame(jump, after));
        // In the user's context, so that rustc blames the statement and not the whole macro.
        let name = Ident::new("__future", statement.span);
        let block = quote_spanned!(statement.span=> async move { #(let #users = &#names;)* #code });
        quote_spanned! {span=>
            #at
            let #name = {
                #(let #names = #values;)*
                #block
            };
            #cx.#method(#name, #label, #carried);
        }
    }

    /// An anonymous operation becomes a value.
    pub(super) fn define(
        &mut self,
        statement: &Statement,
        jump: &Jump,
        after: &Live,
    ) -> TokenStream {
        let Kind::Anonymous(anonymous) = &statement.kind else { return TokenStream::new() };
        let (at, span, cx) = (self.at(statement), glue_of(statement), self.cx(statement.span));
        let (label, captures) = (self.label(jump.state), self.frame(jump, after));
        let name = names::owned_at_binding(self.plan, anonymous.binding.var);
        let method = if anonymous.is_operation { "operation" } else { "fun" };
        let method = Ident::new(method, anonymous.binding.name.span());
        self.bound.insert(anonymous.binding.var);
        let references = self.references(std::iter::once(anonymous.binding.var));
        quote_spanned!(span=> #at let #name = #cx.#method(#label, #captures); #references)
    }
}
