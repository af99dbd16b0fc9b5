//! Statements that emit once or nothing.

use super::super::names::{self, glue_span};
use super::super::slots::{self, Around};
use super::{Body, arguments, glue_of, one_or_tuple};
use crate::ast::{Argument, Call, CallTarget, Expr, Form, Kind, Place, Statement, Template};
use crate::plan::Live;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

impl Body<'_> {
    pub(super) fn run(&mut self, statement: &Statement, after: &Live) -> TokenStream {
        let around = Around::new(statement, after);
        let (at, cx, span) = (self.at(statement), self.cx(statement.span), glue_of(statement));
        let code = match &statement.kind {
            Kind::Value { values, pattern } => {
                let values = self.values(values, &around);
                let value = one_or_tuple(&values, statement.span);
                match pattern {
                    Some(pattern) => self.bind(pattern, &value, span),
                    None => quote_spanned!(span=> #value;),
                }
            }
            Kind::Select { path, pattern, .. } => {
                let select = Ident::new("local_select_one", statement.span);
                let path = self.path(path, &around);
                self.bind(pattern, &quote_spanned!(span=> #cx.#select(#path)), span)
            }
            Kind::Transform { path } => {
                let transform = Ident::new("local_transform", statement.span);
                let path = self.path(path, &around);
                quote_spanned!(span=> #cx.#transform(#path);)
            }
            Kind::Clear { pstate } => {
                let clear = Ident::new("local_clear", statement.span);
                let handle = self.env.pstate(pstate);
                quote_spanned!(span=> #cx.#clear(#handle);)
            }
            Kind::Compound { pstate, template } => {
                let root = self.root(pstate);
                self.template(&root, pstate.span(), template, statement, &around)
            }
            Kind::Assert { condition, message } => {
                let condition = slots::condition(self.code(condition));
                let message = match message {
                    Some(message) => self.code(message),
                    None => {
                        let text = format!("`{}` does not hold", statement.text);
                        quote_spanned!(span=> #text)
                    }
                };
                let throw = self.throw(&message, statement.span);
                quote_spanned!(span=> if #condition {} else { #throw; })
            }
            Kind::Throw { message } => {
                let message = self.code(message);
                let throw = self.throw(&message, statement.span);
                quote_spanned!(span=> #throw;)
            }
            Kind::Call(call) => self.single_call(call, statement, &around),
            _ => TokenStream::new(),
        };
        quote!(#at #code)
    }

    pub(super) fn values(&mut self, values: &[Expr], around: &Around<'_>) -> Vec<TokenStream> {
        values.iter().map(|value| self.value(value, around)).collect()
    }

    /// Fails the event, or panics where there is none.
    fn throw(&self, message: &TokenStream, user: Span) -> TokenStream {
        let span = glue_span(user);
        if self.env.is_function() {
            return quote_spanned!(span=> ::core::panic!("{}", #message));
        }
        let cx = self.cx(user);
        quote_spanned!(span=> #cx.throw(#message))
    }

    /// The arguments of a call as a tuple.
    pub(super) fn call_arguments(
        &mut self,
        call: &Call,
        around: &Around<'_>,
        span: Span,
    ) -> TokenStream {
        let values = self.call_values(call, around);
        arguments(&values, span)
    }

    pub(super) fn call_values(&mut self, call: &Call, around: &Around<'_>) -> Vec<TokenStream> {
        call.args
            .iter()
            .filter_map(|arg| match arg {
                Argument::Value(expr) => Some(self.value(expr, around)),
                Argument::PState(_) => None,
            })
            .collect()
    }

    /// A call that emits exactly once, in step.
    fn single_call(
        &mut self,
        call: &Call,
        statement: &Statement,
        around: &Around<'_>,
    ) -> TokenStream {
        let (cx, span) = (self.cx(statement.span), glue_of(statement));
        let value = match &call.target {
            CallTarget::Context => {
                let path = &call.path;
                let args = self.call_values(call, around);
                quote_spanned!(span=> #cx.#path(#(#args),*))
            }
            CallTarget::Function(var) => {
                let function = names::owned_at_binding(self.plan, *var);
                let args = self.call_arguments(call, around, statement.span);
                quote_spanned!(span=> #cx.call(&#function, #args))
            }
            CallTarget::OwnFunction => {
                let name = self.env.function_name();
                let args = self.call_values(call, around);
                quote_spanned!(span=> #name(#(#args),*))
            }
            CallTarget::OwnAnonymous { .. } => {
                let args = self.call_arguments(call, around, statement.span);
                let (label, captures) = self.env.own_anonymous(self);
                let own = self.glue.name("own", statement.span);
                quote_spanned!(span=> {
                    let #own = #cx.fun(#label, #captures);
                    #cx.call(&#own, #args)
                })
            }
            _ => return TokenStream::new(),
        };
        let output = call.outputs.iter().find(|output| output.name.is_none());
        match output.and_then(|output| output.pattern.as_ref()) {
            Some(pattern) => self.bind(pattern, &value, span),
            None => quote_spanned!(span=> #value;),
        }
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
                let args = self.values(args, around);
                let aggregator = quote_spanned!(name.span()=> ::rama::aggregate::#name(#(#args),*));
                quote_spanned!(glue_of(statement)=> #cx.#aggregate(#path, #aggregator);)
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
                                before =
                                    quote_spanned!(glue_of(statement)=> let #name = #key_code;);
                                key_code = quote!(&#name);
                            }
                            quote_spanned!(pstate=> .key(#key_code))
                        }
                    };
                    let inner = self.template(
                        &quote!(#path #step),
                        pstate,
                        &entry.template,
                        statement,
                        around,
                    );
                    quote!(#before #inner)
                })
                .collect(),
        }
    }

    pub(super) fn filter(&mut self, statement: &Statement) -> TokenStream {
        let Kind::Filter { condition } = &statement.kind else { return TokenStream::new() };
        let at = self.at(statement);
        let code = self.code(condition);
        let stop = self.stop();
        // Not negated, so that rustc blames the user's tokens for what is no `bool`.
        let code = slots::condition(code);
        quote_spanned!(glue_of(statement)=> #at if #code {} else { #stop; })
    }
}
