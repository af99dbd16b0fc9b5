//! The labels and states behind a piece of code.

use super::body::Body;
use super::env::Env;
use super::frame;
use super::names::{self, Glue, glue_span};
use crate::ast::{Argument, Call, Param};
use crate::plan::{CodePlan, Emitter, StateId, StateKind};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::LitStr;

/// `let after_hash_1 = topology.label("after_hash_1");` for each state.
pub(crate) fn labels(plan: &CodePlan<'_>, glue: &Glue, prefix: &str) -> TokenStream {
    let span = glue_span(Span::call_site());
    plan.order
        .iter()
        .map(|at| {
            let state = &plan.states[*at];
            let text = format!("{prefix}{}", state.label);
            let label = glue.name(&state.label, Span::call_site());
            let StateKind::Anonymous(anonymous) = &state.kind else {
                return quote_spanned!(span=> let #label = topology.label(#text););
            };
            let params = Param::values(&anonymous.params).map(|(_, ty)| ty);
            let args = quote!((#(#params,)*));
            let out = output_type(&anonymous.outputs);
            // There rustc says that a value which it uses cannot be carried.
            let made = if anonymous.is_operation { "op_label" } else { "fun_label" };
            let user = anonymous.binding.name.span();
            let (made, text) = (Ident::new(made, user), LitStr::new(&text, user));
            let span = glue_span(user);
            let captures = quote_spanned!(user=> _);
            quote_spanned!(span=> let #label = topology.#made::<#args, #captures, #out>(#text);)
        })
        .collect()
}

/// `topology.has_async_calls();` if it has.
pub(crate) fn async_calls(plan: &CodePlan<'_>) -> Option<TokenStream> {
    let has = plan
        .states
        .iter()
        .any(|state| matches!(state.kind, StateKind::Output { of: Emitter::Future, .. }));
    has.then(|| quote_spanned!(glue_span(Span::call_site())=> topology.has_async_calls();))
}

/// One type as it is, others as a tuple.
pub(crate) fn output_type(types: &[TokenStream]) -> TokenStream {
    match types {
        [one] => one.clone(),
        types => quote!((#(#types),*)),
    }
}

/// The states of `plan`, each after all that lead to it.
pub(crate) fn states(plan: &CodePlan<'_>, env: &Env<'_>, glue: &Glue) -> TokenStream {
    plan.order.iter().map(|at| state(plan, *at, env, glue)).collect()
}

/// Closures of a stand-alone block borrow what is around it; all others own what they need.
fn capture(env: &Env<'_>) -> Option<TokenStream> {
    (!matches!(env.place, super::env::Place::StandAlone)).then(|| quote!(move))
}

fn state(plan: &CodePlan<'_>, at: StateId, env: &Env<'_>, glue: &Glue) -> TokenStream {
    let state = &plan.states[at];
    let label = glue.name(&state.label, Span::call_site());
    let cx = glue.name("cx", Span::call_site());
    let frame = frame::pattern(plan, at);
    let span = glue_span(Span::call_site());
    let capture = capture(env);
    match &state.kind {
        StateKind::After(_) | StateKind::Join | StateKind::LoopHead => {
            let body = Body::write(plan, env, glue, &state.ops, &state.frame, |body| {
                body.references(state.frame.iter().copied())
            });
            match state.hopped {
                Some(hop) => {
                    let witnesses = frame::witnesses(plan, at, hop);
                    let define = Ident::new("define", hop);
                    quote_spanned!(span=> topology.#define(#label, #witnesses, #capture |#cx, #frame| { #body });)
                }
                None => {
                    quote_spanned!(span=> topology.define_in_step(#label, #capture |#cx, #frame| { #body });)
                }
            }
        }
        StateKind::Output { pattern, of } => {
            let value = glue.name("value", Span::call_site());
            let body = Body::write(plan, env, glue, &state.ops, &state.frame, |body| {
                let references = body.references(state.frame.iter().copied());
                let bind = match pattern {
                    Some(pattern) => body.bind(pattern, &quote!(#value), span),
                    None => quote!(let _ = #value;),
                };
                quote!(#references #bind)
            });
            let closure = quote_spanned!(span=> #capture |#cx, (#value, #frame)| { #body });
            let hop = state.hopped.unwrap_or(span);
            match of {
                Emitter::InStep => {
                    quote_spanned!(span=> topology.define_in_step(#label, #closure);)
                }
                // The operation knows whether it hops, and so what its caller may carry.
                Emitter::Called(call) => {
                    let operation = operation_name(plan, *call, glue, hop);
                    let label = glue.name(&state.label, hop);
                    let emits_to = Ident::new("emits_to", hop);
                    quote_spanned!(glue_span(hop)=> #operation.#emits_to(&mut *topology, #label, #closure);)
                }
                Emitter::Returning | Emitter::Future => {
                    let define = Ident::new("define", hop);
                    let w = quote_spanned!(hop=> (::rama::dsl::w(), ::rama::dsl::w()));
                    let returns = (*of == Emitter::Returning)
                        .then(|| quote_spanned!(span=> topology.returns(#label);));
                    quote_spanned!(span=> topology.#define(#label, #w, #closure); #returns)
                }
            }
        }
        StateKind::Call { call, outputs } => self::call(plan, at, call, outputs, env, glue),
        StateKind::Pages { to } => {
            let hop = state.hopped.unwrap_or(span);
            let define = Ident::new("define", hop);
            let w = quote_spanned!(hop=> (::rama::dsl::w(), ::rama::dsl::w()));
            let to = glue.name(&plan.states[*to].label, hop);
            let label = glue.name(&state.label, hop);
            let cx = glue.name("cx", hop);
            let values = glue.name("values", hop);
            let carried = glue.name("carried", hop);
            quote_spanned! {glue_span(hop)=>
                topology.#define(#label, #w, #capture |#cx, (#values, #carried)| {
                    #cx.emit_pages(#values, #carried, #label, #to);
                });
            }
        }
        StateKind::Anonymous(anonymous) => self::anonymous(plan, at, anonymous, env, glue),
    }
}

/// The states of the called `ramaop` are defined here, between what calls it and what it calls.
fn call(
    plan: &CodePlan<'_>,
    at: StateId,
    call: &Call,
    outputs: &[(Option<Ident>, StateId)],
    env: &Env<'_>,
    glue: &Glue,
) -> TokenStream {
    let path = &call.path;
    let user = path.segments.last().map_or_else(Span::call_site, |last| last.ident.span());
    let label = glue.name(&plan.states[at].label, user);
    let span = glue_span(user);
    let handles = call.args.iter().filter_map(|arg| match arg {
        Argument::PState(pstate) => Some(env.passed_pstate(pstate)),
        Argument::Value(_) => None,
    });
    let streams = glue.name("outputs", Span::call_site());
    let set = outputs.iter().map(|(name, state)| {
        let field = match name {
            Some(name) => name.clone(),
            None => Ident::new("output", user),
        };
        let label = glue.name(&plan.states[*state].label, Span::call_site());
        quote_spanned!(span=> #streams.#field = #label;)
    });
    // What nothing follows leads nowhere, but its name is checked.
    let unused = call
        .outputs
        .iter()
        .filter_map(|output| output.name.as_ref())
        .filter(|name| !outputs.iter().any(|(used, _)| used.as_ref() == Some(*name)));
    let unused = unused.map(|name| quote_spanned!(span=> let _ = #streams.#name;));
    let operation = operation_name(plan, at, glue, user);
    quote_spanned! {span=>
        let #operation = ::rama::dsl::operation(#path);
        let mut #streams = #operation.outputs();
        #(#set)*
        #(#unused)*
        #operation.define(&mut *topology, #(#handles,)* #label, #streams);
    }
}

/// What the operation that is called in a state is called.
fn operation_name(plan: &CodePlan<'_>, call: StateId, glue: &Glue, user: Span) -> Ident {
    glue.name(&format!("op_{}", plan.states[call].label), user)
}

fn anonymous(
    plan: &CodePlan<'_>,
    at: StateId,
    anonymous: &crate::ast::Anonymous,
    env: &Env<'_>,
    glue: &Glue,
) -> TokenStream {
    let state = &plan.states[at];
    let span = glue_span(anonymous.binding.name.span());
    let label = glue.name(&state.label, span);
    let cx = glue.name("cx", span);
    let capture = capture(env);
    let params: Vec<_> = Param::values(&anonymous.params).map(|(bind, _)| bind.var).collect();
    let names = params.iter().map(|var| names::owned_at_binding(plan, *var));
    let args = quote!((#(#names,)*));
    let captured = frame::pattern(plan, at);
    let given: Vec<_> = state.frame.iter().chain(&params).copied().collect();
    if anonymous.is_operation {
        let mut given = given;
        given.push(anonymous.ret);
        let ret = names::owned_at_binding(plan, anonymous.ret);
        let body = Body::write(plan, env, glue, &state.ops, &given, |body| {
            body.references(given.iter().copied())
        });
        return quote_spanned! {span=>
            topology.define_op(#label, #capture |#cx, (#args, #captured, #ret)| { #body });
        };
    }
    let env = Env { anonymous: Some((at, anonymous)), ..*env };
    let body = Body::write(plan, &env, glue, &state.ops, &given, |body| {
        body.references(given.iter().copied())
    });
    let captures = glue.name("captures", Span::call_site());
    let ended = env.ended_without_emission();
    quote_spanned! {span=>
        topology.define_fun(#label, #capture |#cx, #args, #captures| {
            let #captured = #label.captures(#captures);
            #body
            #ended
        });
    }
}
