//! The driver: parse, resolve, plan, emit.

use crate::errors::Errors;
use crate::{emit, parse, plan, resolve};
use proc_macro2::TokenStream;

/// What a module came to.
pub(crate) struct Compiled {
    pub(crate) code: TokenStream,
    /// The plan as text, topology by topology.
    #[cfg_attr(not(test), expect(dead_code, reason = "plans are printed by tests"))]
    pub(crate) plan: String,
    pub(crate) errors: Errors,
}

/// Compiles the input of `defmodule!`. There is always code, also beside errors.
pub(crate) fn defmodule(input: TokenStream) -> Compiled {
    let mut errors = Errors::default();
    let Some(mut module) = parse::module(input, &mut errors) else {
        return Compiled { code: TokenStream::new(), plan: String::new(), errors };
    };
    resolve::module(&mut module, &mut errors);
    let plans = plan::module(&module);
    let code = emit::module(&module, &plans, &errors);
    let plan = if cfg!(test) { text(&module, &plans) } else { String::new() };
    Compiled { code, plan, errors }
}

fn text(module: &crate::ast::Module, plans: &[plan::TopologyPlan<'_>]) -> String {
    let topologies = module.topologies.iter().zip(plans);
    topologies
        .map(|(topology, plan)| format!("topology {}\n{plan}", topology.name))
        .collect::<Vec<_>>()
        .join("\n")
}

impl Compiled {
    /// The code with the errors behind it.
    pub(crate) fn expand(self) -> TokenStream {
        let mut code = self.code;
        code.extend(self.errors.iter().map(syn::Error::to_compile_error));
        code
    }
}
