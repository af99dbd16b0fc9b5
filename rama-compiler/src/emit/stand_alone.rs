//! A stand-alone block: an expression that runs and returns what it emits.

use super::body::Body;
use super::env::{Env, Place};
use super::names::{Glue, glue_span};
use super::state;
use crate::ast::{Kind, Statement, Target};
use crate::plan::CodePlan;
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

pub(crate) fn stand_alone(
    plan: &CodePlan<'_>,
    warnings: &TokenStream,
    is_whole: bool,
) -> TokenStream {
    let env = Env::new(Place::StandAlone);
    let glue = Glue::of(std::iter::once(plan));
    let span = glue_span(Span::call_site());
    let labels = state::labels(plan, &glue, "");
    let states = state::states(plan, &env, &glue);
    let is_async = state::async_calls(plan);
    let cx = glue.name("cx", Span::call_site());
    let emitted = glue.name("emitted", Span::call_site());
    let body = Body::write(plan, &env, &glue, &plan.entry, &[], |_| TokenStream::new());
    let emits = emits(&plan.code.body);
    let (before, after) = if emits {
        (
            quote_spanned!(span=> let #emitted = ::rama::dsl::Emitted::new();),
            quote_spanned!(span=> #emitted.into_vec()),
        )
    } else {
        (TokenStream::new(), TokenStream::new())
    };
    let code = quote_spanned! {span=> {
        #before
        let mut topology = ::rama::dsl::StandAlone::new();
        #is_async
        #labels
        topology.entry(|#cx| { #body });
        #states
        topology.run();
        #after
    }};
    let lints = quote!(#[allow(clippy::all, clippy::pedantic, unused_variables, unused_mut, unused_parens, unused_braces, unused_labels, unreachable_code)]);
    if is_whole {
        quote!({ #warnings #lints let emitted = #code; emitted })
    } else {
        let code = super::for_editors(&quote!(let _ = #code;));
        quote!({
            #[allow(unreachable_code)]
            { #code ::core::unreachable!() }
        })
    }
}

pub(super) fn emits(block: &[Statement]) -> bool {
    block.iter().any(|statement| match &statement.kind {
        Kind::Emission(emission) if emission.target == Target::Collect => true,
        kind => kind.blocks().into_iter().any(|block| emits(block)),
    })
}
