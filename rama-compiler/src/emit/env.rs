//! Where code stands: what its objects, streams and labels are called there.

use super::body::Body;
use super::names::{Glue, glue_span};
use crate::ast::{Anonymous, Operation, OperationForm, VarId};
use crate::plan::StateId;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

/// Where code stands.
#[derive(Clone, Copy)]
pub(crate) enum Place<'p> {
    /// In a module: its objects are constants of `Self`.
    Module,
    /// In a file of its own: they are constants of the module at this path.
    Part(&'p syn::Path),
    /// In a `ramaop`: they are parameters.
    Operation(&'p Operation),
    /// In a `ramafn`, which is a Rust function.
    Function(&'p Operation),
    StandAlone,
}

#[derive(Clone, Copy)]
pub(crate) struct Env<'p> {
    pub(crate) place: Place<'p>,
    /// The anonymous `ramafn` whose body this is.
    pub(crate) anonymous: Option<(StateId, &'p Anonymous)>,
}

impl<'p> Env<'p> {
    pub(crate) fn new(place: Place<'p>) -> Env<'p> {
        Env { place, anonymous: None }
    }

    /// Whether the code is a Rust function, without the context of an event.
    pub(crate) fn is_function(&self) -> bool {
        matches!(self.place, Place::Function(_))
    }

    /// What a function does where it ends without having emitted.
    pub(crate) fn ended_without_emission(&self) -> Option<TokenStream> {
        let name = match (self.anonymous, self.place) {
            (Some((_, anonymous)), _) => format!("%{}", anonymous.binding.name),
            (None, Place::Function(function)) => function.name.to_string(),
            (None, _) => return None,
        };
        Some(quote!(::rama::dsl::ended_without_emission(#name)))
    }

    /// The `ramafn` around the code.
    pub(crate) fn function_name(&self) -> TokenStream {
        match self.place {
            Place::Function(function) => {
                let name = &function.name;
                quote!(#name)
            }
            _ => TokenStream::new(),
        }
    }

    /// The label and the variables of the anonymous `ramafn` around the code.
    pub(crate) fn own_anonymous(&self, body: &Body<'_>) -> (TokenStream, TokenStream) {
        let Some((state, _)) = self.anonymous else {
            return (TokenStream::new(), TokenStream::new());
        };
        let label = body.glue.name(&body.plan.states[state].label, Span::call_site());
        let captures = body.glue.name("captures", Span::call_site());
        (quote!(#label), quote!(#label.captures(#captures)))
    }

    /// The handle of a PState.
    pub(crate) fn pstate(&self, pstate: &Ident) -> TokenStream {
        let span = pstate.span();
        match self.place {
            Place::Part(module) => quote_spanned!(span=> #module::#pstate),
            Place::Operation(_) => quote_spanned!(span=> #pstate),
            Place::Module | Place::Function(_) | Place::StandAlone => {
                quote_spanned!(span=> Self::#pstate)
            }
        }
    }

    /// The handle of a PState as an operation takes it, whatever options it was declared with.
    pub(crate) fn passed_pstate(&self, pstate: &Ident) -> TokenStream {
        let handle = self.pstate(pstate);
        quote_spanned!(pstate.span()=> #handle.in_module())
    }

    /// The handle of a depot.
    pub(crate) fn depot(&self, depot: &Ident) -> TokenStream {
        self.pstate(depot)
    }

    fn form(&self) -> Option<&'p OperationForm> {
        match self.place {
            Place::Operation(operation) => Some(&operation.form),
            _ => None,
        }
    }

    /// The output streams of the `ramaop` around the code, the default one last.
    pub(crate) fn streams(&self) -> Vec<Option<Ident>> {
        match self.form() {
            Some(OperationForm::Operation { streams, .. }) => {
                streams.iter().map(|stream| stream.name.clone()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The label that an output stream leads to.
    pub(crate) fn stream(&self, stream: Option<&Ident>, user: Span) -> TokenStream {
        let name = stream_label(stream);
        let label = Ident::new(&name, glue_span(user));
        quote!(#label)
    }

    /// The place of a stream among those that `var` returns to, if it is the `ramaop`'s own.
    pub(crate) fn stream_number(&self, stream: Option<&Ident>, var: VarId) -> Option<usize> {
        match self.form()? {
            OperationForm::Operation { streams, carried, .. } if *carried == var => {
                streams.iter().position(|known| known.name.as_ref() == stream)
            }
            _ => None,
        }
    }

    /// The label at which a `ramaop` that calls itself begins.
    pub(crate) fn own_label(&self, glue: &Glue) -> Ident {
        glue.name("itself", Span::call_site())
    }
}

/// What the label of an output stream is called in its `ramaop`: a name that no variable has, since
/// those have none with two underscores.
pub(crate) fn stream_label(stream: Option<&Ident>) -> String {
    match stream {
        Some(name) => format!("to__{}", super::names::unraw(name)),
        None => "to__output".into(),
    }
}
