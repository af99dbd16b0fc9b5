//! What is not wrong and yet hardly meant: warnings, found once names are resolved.
//!
//! There is none for a large value that is cloned where code moves or repeats. Whether a clone costs
//! much is a matter of its type, and types are known to rustc alone: a `Vec` may be empty, a record
//! may hold a thousand strings, and the name of a type may mean another one. A warning by name would
//! be wrong in both directions.

mod emission;
mod place;
mod reach;
mod unused;

use crate::ast::{Binding, Code, Module, Operation, Param, Part, Partitioning, Source, VarId};
use crate::errors::Warnings;

/// The warnings for a module.
pub(crate) fn module(module: &Module, warnings: &mut Warnings) {
    for source in module.topologies.iter().flat_map(|topology| &topology.sources) {
        let depot = module.depots.iter().find(|depot| depot.name == source.depot);
        let field = depot.and_then(|depot| match &depot.partitioning {
            Partitioning::Field(field) => single_field(field),
            _ => None,
        });
        source_of(source, field.as_deref(), &place::Placed::of(module), warnings);
    }
}

/// The warnings for sources in a file of their own, where the depots are not known.
pub(crate) fn part(part: &Part, warnings: &mut Warnings) {
    for source in &part.sources {
        source_of(source, None, &place::Placed::unknown(), warnings);
    }
}

fn source_of(
    source: &Source,
    field: Option<&str>,
    placed: &place::Placed,
    warnings: &mut Warnings,
) {
    let binds: Vec<&Binding> = source.emit.pattern.binds.iter().collect();
    let fields: Vec<VarId> =
        binds.iter().filter(|bind| bind.shorthand).map(|bind| bind.var).collect();
    let begins = field.and_then(|field| {
        binds.iter().find(|bind| bind.shorthand && bind.name == field).map(|bind| bind.var)
    });
    code(&source.code, &binds, warnings);
    place::check(&source.code, &fields, begins, placed, warnings);
}

/// The warnings for an operation.
pub(crate) fn operation(operation: &Operation, warnings: &mut Warnings) {
    let params: Vec<&Binding> =
        Param::values(&operation.params).map(|(binding, _)| binding).collect();
    code(&operation.code, &params, warnings);
    place::check(&operation.code, &[], None, &place::Placed::unknown(), warnings);
}

/// The warnings for a stand-alone block.
pub(crate) fn stand_alone(block: &Code, warnings: &mut Warnings) {
    code(block, &[], warnings);
}

/// Warnings for any code; `given` is what it begins with.
fn code(code: &Code, given: &[&Binding], warnings: &mut Warnings) {
    unused::check(code, given, warnings);
    emission::check(code, warnings);
    reach::check(&code.body, warnings);
}

/// The name in `.name`, if it is one field alone.
fn single_field(field: &proc_macro2::TokenStream) -> Option<String> {
    let tokens = crate::tokens::list(field.clone());
    match tokens.as_slice() {
        [_, proc_macro2::TokenTree::Ident(name)] => Some(name.to_string()),
        _ => None,
    }
}
