//! The driver: parse, resolve, plan, emit.

use crate::errors::{Errors, Warnings};
use crate::{editor, emit, lint, parse, plan, resolve};
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
    if editor::is_on() {
        return editor::defmodule(input);
    }
    let mut errors = Errors::default();
    let Some(mut module) = parse::module(input, &mut errors) else {
        return Compiled { code: TokenStream::new(), plan: String::new(), errors };
    };
    resolve::module(&mut module, &mut errors);
    let mut warnings = Warnings::default();
    lint::module(&module, &mut warnings);
    let plans = plan::module(&module);
    let code = emit::module(&module, &plans, &errors, &warnings);
    let plan = if cfg!(test) { text(&module, &plans) } else { String::new() };
    // The errors of an expression are in it.
    let inside = module.is_anonymous && !cfg!(test);
    Compiled { code, plan, errors: if inside { Errors::default() } else { errors } }
}

/// Compiles the input of `sources!` outside of `defmodule!`.
pub(crate) fn sources(input: TokenStream) -> Compiled {
    if editor::is_on() {
        return editor::sources(input);
    }
    let mut errors = Errors::default();
    let Some(mut part) = parse::part(input, &mut errors) else {
        return Compiled { code: TokenStream::new(), plan: String::new(), errors };
    };
    resolve::part(&mut part, &mut errors);
    let mut warnings = Warnings::default();
    lint::part(&part, &mut warnings);
    let plans = plan::sources(&part.sources);
    let mut code = emit::part(&part, &plans, errors.is_empty());
    code.extend(emit::warnings(&warnings, &errors));
    let plan = plans.iter().map(ToString::to_string).collect();
    Compiled { code, plan, errors }
}

/// Compiles the input of `dataflow!`: operations, or a stand-alone block.
pub(crate) fn dataflow(input: TokenStream) -> Compiled {
    match (parse::is_items(&input), editor::is_on()) {
        (true, false) => operations(input),
        (false, false) => stand_alone(input),
        (true, true) => editor::operations(input),
        (false, true) => editor::stand_alone(input),
    }
}

fn operations(input: TokenStream) -> Compiled {
    let mut errors = Errors::default();
    let mut operations = parse::operations(input, &mut errors);
    for operation in &mut operations {
        resolve::operation(operation, &mut errors);
    }
    if errors.is_empty() {
        resolve::acyclic(&operations, &mut errors);
    }
    let (mut code, mut text) = (TokenStream::new(), String::new());
    let mut warnings = Warnings::default();
    for operation in &operations {
        lint::operation(operation, &mut warnings);
        let plan = plan::code(&operation.code, &mut 0);
        code.extend(emit::operation(operation, &plan, errors.is_empty()));
        text.push_str(&format!("{}\n{plan}", operation.name));
    }
    code.extend(emit::warnings(&warnings, &errors));
    Compiled { code, plan: text, errors }
}

fn stand_alone(input: TokenStream) -> Compiled {
    let mut errors = Errors::default();
    let mut block = parse::stand_alone(input, &mut errors);
    resolve::stand_alone(&mut block, &mut errors);
    let plan = plan::code(&block, &mut 0);
    let mut warnings = Warnings::default();
    lint::stand_alone(&block, &mut warnings);
    let code = emit::stand_alone(&plan, &emit::warnings(&warnings, &errors), errors.is_empty());
    let text = plan.to_string();
    // The block is an expression, so its errors are, too.
    let errors_inside: TokenStream = errors
        .iter()
        .map(|error| {
            let error = error.to_compile_error();
            quote::quote!(#error;)
        })
        .collect();
    let code = if errors.is_empty() { code } else { quote::quote!({ #errors_inside #code }) };
    Compiled { code, plan: text, errors: if cfg!(test) { errors } else { Errors::default() } }
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
