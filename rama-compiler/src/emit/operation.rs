//! Operations at item level. A `ramafn` is a Rust function; a `ramaop` is a type with a function
//! that defines its states for one caller.

use super::body::{self, Body};
use super::env::{Env, Place, stream_label};
use super::names::{self, Glue, glue_span, unraw};
use super::state;
use crate::ast::{Argument, Kind, Operation, OperationForm, Param, Statement, Stream, VarId};
use crate::plan::{CodePlan, StateKind};
use crate::print;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{GenericParam, Lifetime};

/// The expansion of one operation; beside errors without its body.
pub(crate) fn operation(operation: &Operation, plan: &CodePlan<'_>, is_whole: bool) -> TokenStream {
    match &operation.form {
        OperationForm::Function { output } => function(operation, plan, output, is_whole),
        OperationForm::Operation { streams, carried, calls_itself } => {
            let form = Form { streams, carried: *carried, calls_itself: *calls_itself };
            let definition = definition(operation, plan, &form);
            let definition = if is_whole { definition } else { super::for_editors(&definition) };
            ramaop(operation, plan, &form, &definition)
        }
    }
}

/// The expansion of a `ramaop` for an editor, which does not ask where it hops.
pub(super) fn for_editors(operation: &Operation, definition: &TokenStream) -> TokenStream {
    let OperationForm::Operation { streams, carried, calls_itself } = &operation.form else {
        return TokenStream::new();
    };
    let form = Form { streams, carried: *carried, calls_itself: *calls_itself };
    let plan = CodePlan {
        code: &operation.code,
        entry: Vec::new(),
        states: Vec::new(),
        order: Vec::new(),
    };
    ramaop(operation, &plan, &form, definition)
}

fn lints() -> TokenStream {
    quote!(#[allow(clippy::all, clippy::pedantic, unused_variables, unused_mut, unused_parens, unused_braces, unused_labels, unreachable_code)])
}

fn function(
    operation: &Operation,
    plan: &CodePlan<'_>,
    output: &TokenStream,
    is_whole: bool,
) -> TokenStream {
    let Operation { attrs, vis, name, generics, params, code, .. } = operation;
    let env = Env::new(Place::Function(operation));
    let glue = Glue::of(std::iter::once(plan));
    let vars: Vec<VarId> = Param::values(params).map(|(bind, _)| bind.var).collect();
    let names: Vec<Ident> = vars.iter().map(|var| names::owned_at_binding(plan, *var)).collect();
    let types = Param::values(params).map(|(_, ty)| ty);
    let body = Body::write(plan, &env, &glue, &plan.entry, &vars, |body| {
        body.references(vars.iter().copied())
    });
    let ended = env.ended_without_emission();
    let span = glue_span(name.span());
    let body = if body::recurs(&code.body) {
        let next = glue.name("next", name.span());
        let label = Lifetime::new("'recur", Span::mixed_site());
        quote_spanned! {span=>
            let mut #next = (#(#names,)*);
            #label: loop {
                let (#(#names,)*) = #next;
                #body
                #ended
            }
        }
    } else {
        quote_spanned!(span=> #body #ended)
    };
    let body = if is_whole {
        body
    } else {
        let body = super::for_editors(&body);
        quote!(#body ::core::unreachable!())
    };
    let lints = lints();
    let (_, _, clause) = generics.split_for_impl();
    quote! {
        #(#attrs)*
        #lints
        #vis fn #name #generics (#(#names: #types),*) -> #output #clause { #body }
    }
}

/// What a `ramaop` says of itself.
struct Form<'p> {
    streams: &'p [Stream],
    carried: VarId,
    calls_itself: bool,
}

fn ramaop(
    operation: &Operation,
    plan: &CodePlan<'_>,
    form: &Form<'_>,
    definition: &TokenStream,
) -> TokenStream {
    let Operation { attrs, vis, name, params, .. } = operation;
    let span = glue_span(name.span());
    let docs = docs(operation, form);
    let generics = &without_borrows(&operation.generics);
    let (impl_generics, type_generics, clause) = generics.split_for_impl();
    let outputs_name = names::streams(name, span);
    let args: Vec<&TokenStream> = Param::values(params).map(|(_, ty)| ty).collect();
    let args = quote!((#(#args,)*));
    let marker = marker(generics);
    let carried = carried_generic();
    let fields: Vec<Ident> = form
        .streams
        .iter()
        .map(|stream| stream.name.clone().unwrap_or_else(|| Ident::new("output", name.span())))
        .collect();
    let types: Vec<TokenStream> =
        form.streams.iter().map(|stream| state::output_type(&stream.types)).collect();
    // A struct uses all its type parameters; one more field would be one more stream to rustc.
    let field_types = types.iter().enumerate().map(|(at, ty)| match at {
        0 if !generics.params.is_empty() => {
            quote!(<#ty as ::rama::dsl::Beside<#marker>>::Itself)
        }
        _ => ty.clone(),
    });
    // An operation that stays in its event can pass anything through; others what can be carried.
    let loops = plan.states.iter().any(|state| matches!(state.kind, StateKind::LoopHead));
    let bound = if hops(plan, form) {
        quote_spanned!(span=> ::rama::Record)
    } else if loops {
        quote!(::core::clone::Clone + ::core::marker::Send + 'static)
    } else {
        quote!(::core::clone::Clone + 'static)
    };
    // What is only read may be any topology's; what is written, or passed on, the caller's own.
    let (mut handles, mut readers) = (Vec::new(), Vec::new());
    for param in params {
        let Param::PState { name: pstate, schema } = param else { continue };
        let owner = if writes(&operation.code.body, pstate) {
            Ident::new("CallersTopology", Span::call_site())
        } else {
            readers.push(format_ident!("OwnersTopology{}", readers.len()));
            readers[readers.len() - 1].clone()
        };
        handles.push(quote!(#pstate: ::rama::PState<#owner, #schema>,));
    }
    let mut with_carried = generics.clone();
    with_carried.params.push(GenericParam::Type(carried.clone().into()));
    let (outputs_impl, outputs_type, _) = with_carried.split_for_impl();
    let lints = lints();
    // Beside errors nothing of the code is there for rustc, so its names count as used.
    quote_spanned! {span=>
        #(#attrs)*
        #docs
        #[allow(non_camel_case_types)]
        #[derive(Clone, Copy, Debug)]
        #vis struct #name #impl_generics #clause {
            __types: ::core::marker::PhantomData<fn() -> #marker>,
        }

        // What makes it is a function and not the type itself, since a variable may have the name
        // of a function.
        #[doc(hidden)]
        #[allow(missing_docs, unreachable_pub)]
        #vis fn #name #impl_generics (
            operation: ::rama::dsl::CalledWithPercent<#name #type_generics>,
        ) -> ! #clause {
            operation.never()
        }

        impl #impl_generics ::rama::dsl::IsOperation for #name #type_generics #clause {
            fn operation() -> Self {
                #name { __types: ::core::marker::PhantomData }
            }
        }

        #[doc(hidden)]
        #[allow(non_camel_case_types, missing_docs, missing_debug_implementations, unreachable_pub)]
        #vis struct #outputs_name #outputs_impl #clause {
            #(pub #fields: ::rama::dsl::Label<(#field_types, #carried)>,)*
        }

        #lints
        impl #impl_generics #name #type_generics #clause {
            /// The arguments, each checked where it is written.
            #[doc(hidden)]
            #vis fn args(&self, args: #args) -> #args {
                args
            }

            /// Where the output streams lead: nowhere, until a caller says.
            #[doc(hidden)]
            #vis fn outputs<#carried>(&self) -> #outputs_name #outputs_type {
                #outputs_name {
                    #(#fields: ::rama::dsl::Label::nowhere(),)*
                }
            }

            /// Defines what a caller does with what the operation emits, in the event that emits
            /// it. Whether the caller's frame can be carried is asked once, by `define`.
            #[doc(hidden)]
            #vis fn emits_to<'__s, CallersTopology: 'static, __Out: 'static, #carried: 'static>(
                &self,
                topology: &mut ::rama::dsl::TopologyBuilder<'__s, CallersTopology>,
                label: ::rama::dsl::Label<(__Out, #carried)>,
                body: impl ::core::ops::Fn(&mut ::rama::dsl::Cx<'_, CallersTopology>, (__Out, #carried))
                    + ::core::marker::Send
                    + ::core::marker::Sync
                    + '__s,
            ) {
                topology.define_in_step(label, body);
            }

            /// Defines the states of the operation for one caller.
            #[doc(hidden)]
            #vis fn define<'__s, CallersTopology: 'static, #carried: #bound #(, #readers: 'static)*>(
                &self,
                topology: &mut ::rama::dsl::TopologyBuilder<'__s, CallersTopology>,
                #(#handles)*
                __input: ::rama::dsl::Label<(#args, #carried)>,
                __outputs: #outputs_name #outputs_type,
            ) {
                #definition
            }
        }
    }
}

/// Whether code writes a PState, or passes it to an operation that may.
fn writes(block: &[Statement], pstate: &Ident) -> bool {
    block.iter().any(|statement| {
        let here = match &statement.kind {
            Kind::Transform { path } => path.pstate == *pstate,
            Kind::Clear { pstate: written } | Kind::Compound { pstate: written, .. } => {
                written == pstate
            }
            Kind::Call(call) => call
                .args
                .iter()
                .any(|arg| matches!(arg, Argument::PState(passed) if passed == pstate)),
            _ => false,
        };
        here || statement.kind.blocks().into_iter().any(|inner| writes(inner, pstate))
    })
}

/// Whether a frame of the caller may leave the event while the operation has it.
fn hops(plan: &CodePlan<'_>, form: &Form<'_>) -> bool {
    form.calls_itself
        || plan
            .states
            .iter()
            .any(|state| state.hopped.is_some() || matches!(state.kind, StateKind::Call { .. }))
}

/// The type parameter for what the caller carries through.
fn carried_generic() -> Ident {
    Ident::new("CarriedByTheCaller", Span::call_site())
}

/// What is in a frame borrows nothing, so its types need not say so: it is said where they say the
/// rest.
fn without_borrows(generics: &syn::Generics) -> syn::Generics {
    let mut generics = generics.clone();
    for param in &mut generics.params {
        let GenericParam::Type(param) = param else { continue };
        let clause = generics.where_clause.iter_mut().flat_map(|clause| &mut clause.predicates);
        let bounds = clause.into_iter().find_map(|predicate| match predicate {
            syn::WherePredicate::Type(bound) => match &bound.bounded_ty {
                syn::Type::Path(path) if path.path.is_ident(&param.ident) => {
                    Some(&mut bound.bounds)
                }
                _ => None,
            },
            _ => None,
        });
        bounds.unwrap_or(&mut param.bounds).push(syn::parse_quote!('static));
    }
    generics
}

/// A type that mentions every type parameter.
fn marker(generics: &syn::Generics) -> TokenStream {
    let types = generics.params.iter().filter_map(|param| match param {
        GenericParam::Type(param) => Some(&param.ident),
        _ => None,
    });
    quote!((#(#types,)*))
}

/// What rustdoc says of a `ramaop`: what it takes and emits.
fn docs(operation: &Operation, form: &Form<'_>) -> TokenStream {
    let documented = operation.attrs.iter().any(|attr| attr.path().is_ident("doc"));
    let separator = documented.then(|| quote!(#[doc = ""]));
    let takes = operation.params.iter().map(|param| match param {
        Param::Value { binding, ty, operation } => {
            let sigil = if operation.is_some() { "%" } else { "*" };
            format!("{sigil}{}: {}", binding.name, print::stream(ty))
        }
        Param::PState { name, schema } => format!("$${name}: {}", print::stream(schema)),
    });
    let takes: Vec<String> = takes.collect();
    let emits = form.streams.iter().map(|stream| {
        let types: Vec<String> = stream.types.iter().map(print::stream).collect();
        match &stream.name {
            Some(name) => format!("{name}> {}", types.join(", ")),
            None => format!(":> {}", types.join(", ")),
        }
    });
    let emits: Vec<String> = emits.collect();
    let text =
        format!(" Operation: `%{}({}) {}`", operation.name, takes.join(", "), emits.join(" "));
    let text = text.replace(" :> `", "`");
    quote!(#separator #[doc = #text])
}

/// The body of `define`.
fn definition(operation: &Operation, plan: &CodePlan<'_>, form: &Form<'_>) -> TokenStream {
    let env = Env::new(Place::Operation(operation));
    let glue = Glue::of(std::iter::once(plan));
    let span = glue_span(operation.name.span());
    let prefix = format!("{}.", unraw(&operation.name));
    let labels = state::labels(plan, &glue, &prefix);
    let states = state::states(plan, &env, &glue);
    let cx = glue.name("cx", operation.name.span());
    let vars: Vec<VarId> = Param::values(&operation.params).map(|(bind, _)| bind.var).collect();
    let names = vars.iter().map(|var| names::owned_at_binding(plan, *var));
    let args = quote!((#(#names,)*));
    let carried = names::owned_at_binding(plan, form.carried);
    let mut given = vars.clone();
    given.push(form.carried);
    let body = Body::write(plan, &env, &glue, &plan.entry, &given, |body| {
        body.references(given.iter().copied())
    });
    let streams: Vec<(Ident, Ident)> = form
        .streams
        .iter()
        .map(|stream| {
            let label = Ident::new(&stream_label(stream.name.as_ref()), span);
            let field = stream.name.clone();
            let field = field.unwrap_or_else(|| Ident::new("output", operation.name.span()));
            (label, field)
        })
        .collect();
    let (stream_labels, fields): (Vec<Ident>, Vec<Ident>) = streams.into_iter().unzip();
    let is_async = state::async_calls(plan);
    let own = env.own_label(&glue);
    let text = unraw(&operation.name);
    let (before, entry) = if form.calls_itself {
        // Callers differ in what they carry, so inside it is erased.
        let types = Param::values(&operation.params).map(|(_, ty)| ty);
        let outs = form.streams.iter().map(|stream| state::output_type(&stream.types));
        let (args_name, carried_name) =
            (glue.name("args", Span::call_site()), glue.name("carried", Span::call_site()));
        let ret = glue.name("ret", Span::call_site());
        let returns: Vec<TokenStream> = stream_labels
            .iter()
            .enumerate()
            .map(|(number, label)| {
                let clone = (number + 1 < stream_labels.len()).then(|| quote!(.clone()));
                quote_spanned!(span=> #cx.return_to(#label, #carried_name #clone))
            })
            .collect();
        let return_names: Vec<Ident> = (0..returns.len())
            .map(|number| glue.name(&format!("return_{number}"), Span::call_site()))
            .collect();
        let before = quote_spanned! {span=>
            let #own: ::rama::dsl::Label<((#(#types,)*), (#(::rama::dsl::Return<#outs>,)*))> =
                topology.label(#text);
            #(topology.returns(#stream_labels);)*
            topology.define_in_step(__input, move |#cx, (#args_name, #carried_name)| {
                #(let #return_names = #returns;)*
                let #ret = (#(#return_names,)*);
                #cx.enter(#own, (#args_name, #ret));
            });
        };
        let entry = quote_spanned! {span=>
            topology.define_in_step(#own, move |#cx, (#args, #carried)| { #body });
        };
        (before, entry)
    } else {
        let entry = quote_spanned! {span=>
            topology.define_in_step(__input, move |#cx, (#args, #carried)| { #body });
        };
        (TokenStream::new(), entry)
    };
    quote_spanned! {span=>
        #is_async
        #(let #stream_labels = __outputs.#fields;)*
        #labels
        #before
        #entry
        #states
    }
}
