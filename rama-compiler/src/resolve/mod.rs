//! Stage two: what every name means. Variables get their bindings, objects are
//! known or not; every mistake in names and places is found here.
//!
//! Names shadow, so each binding is a [`VarId`] of its own. After branches
//! exactly the variables that all of them bind are in scope; a shadowing survives
//! only if all shadow, else the older value is visible again.

mod objects;
mod scope;
mod statement;

use crate::ast::{
    Code, Kind, Module, Operation, OperationForm, Param, Part, Source, Statement, VarId,
};
use crate::errors::{self, Errors};
use scope::Scope;
use statement::Resolver;
use std::collections::BTreeSet;

/// What code may do, by where it stands.
pub(crate) enum Unit {
    Topology,
    /// A `ramaop`.
    Operation {
        streams: Vec<String>,
        carried: VarId,
        calls_itself: bool,
    },
    /// A `ramafn`.
    Function {
        params: usize,
    },
    StandAlone,
}

/// The objects that code can name; `None` where rustc knows them and we do not.
#[derive(Default)]
pub(crate) struct Known {
    depots: Option<Vec<String>>,
    pstates: Option<Vec<String>>,
    /// Those of `pstates` that are found without a key.
    global: Vec<String>,
}

/// Resolves the names of `module` in place.
pub(crate) fn module(module: &mut Module, errors: &mut Errors) {
    objects::distinct(module, errors);
    let known = objects::known(module);
    for source in module.topologies.iter_mut().flat_map(|topology| &mut topology.sources) {
        self::source(source, &known, errors);
    }
}

/// Resolves sources in a file of their own.
pub(crate) fn part(part: &mut Part, errors: &mut Errors) {
    for source in &mut part.sources {
        self::source(source, &Known::default(), errors);
    }
}

fn source(source: &mut Source, known: &Known, errors: &mut Errors) {
    if let Some(depots) = &known.depots
        && !depots.iter().any(|depot| source.depot == depot)
    {
        errors.push(errors::unknown_depot(&source.depot, depots));
    }
    let mut names = names(&source.code.body);
    names.extend(source.emit.pattern.binds.iter().map(|bind| bind.name.to_string()));
    let mut resolver = Resolver::new(known, &Unit::Topology, names, errors);
    let mut scope = Scope::default();
    resolver.pattern(&mut source.emit.pattern, &mut scope);
    resolver.block(&mut source.code.body, &mut scope, false);
    source.code.vars = resolver.vars;
}

/// Resolves the names of an operation.
pub(crate) fn operation(operation: &mut Operation, errors: &mut Errors) {
    let pstates = operation.params.iter().filter_map(|param| match param {
        Param::PState { name, .. } => Some(name.to_string()),
        Param::Value { .. } => None,
    });
    let known =
        Known { depots: Some(Vec::new()), pstates: Some(pstates.collect()), global: Vec::new() };
    let mut names = names(&operation.code.body);
    names.extend(Param::values(&operation.params).map(|(binding, _)| binding.name.to_string()));
    let mut unit = match &operation.form {
        OperationForm::Function { .. } => {
            Unit::Function { params: Param::values(&operation.params).count() }
        }
        OperationForm::Operation { streams, .. } => Unit::Operation {
            streams: streams
                .iter()
                .filter_map(|stream| stream.name.as_ref().map(ToString::to_string))
                .collect(),
            carried: 0,
            calls_itself: calls_itself(&operation.code.body),
        },
    };
    let mut resolver = Resolver::new(&known, &Unit::StandAlone, names, errors);
    if let (
        Unit::Operation { carried, calls_itself, .. },
        OperationForm::Operation { carried: in_form, calls_itself: recursive, .. },
    ) = (&mut unit, &mut operation.form)
    {
        let what = if *calls_itself { "ret" } else { "carried" };
        *carried = resolver.hidden(what, operation.name.span());
        (*in_form, *recursive) = (*carried, *calls_itself);
    }
    resolver.unit = &unit;
    let before = resolver.errors.len();
    let mut scope = Scope::default();
    resolver.params(&mut operation.params, &mut scope);
    resolver.block(&mut operation.code.body, &mut scope, true);
    let vars = resolver.vars;
    operation.code.vars = vars;
    if !matches!(operation.form, OperationForm::Function { .. }) {
        return;
    }
    for param in &operation.params {
        if let Param::PState { name, .. } = param {
            errors.push(errors::boundary_in_function(name.span(), "a PState"));
        }
    }
    if let OperationForm::Function { output } = &operation.form
        && output.to_string() == "()"
        && emits_value(&operation.code.body)
    {
        errors.push(errors::function_without_output(&operation.name, false));
    }
    // Beside another mistake it may be that one which hides the emission.
    if errors.len() == before && !emits(&operation.code.body) {
        let name = &operation.name;
        errors.push(errors::function_without_emission(name.span(), &name.to_string()));
    }
}

/// Each call of a `ramaop` defines its states once more, so operations that call each other in a
/// circle would never be done.
pub(crate) fn acyclic(operations: &[Operation], errors: &mut Errors) {
    for start in operations {
        let (mut todo, mut seen) = (vec![&start.name], BTreeSet::new());
        while let Some(name) = todo.pop() {
            let Some(from) = operations.iter().find(|operation| operation.name == *name) else {
                continue;
            };
            for called in calls(&from.code.body) {
                if *called == start.name && seen.insert(start.name.to_string()) {
                    errors.push(errors::circle(called, &start.name, &from.name));
                    return;
                }
                if seen.insert(called.to_string()) {
                    todo.push(called);
                }
            }
        }
    }
}

/// The operations that code calls by name.
fn calls(block: &[Statement]) -> Vec<&proc_macro2::Ident> {
    let mut found = Vec::new();
    for statement in block {
        if let Kind::Call(call) = &statement.kind
            && call.target == crate::ast::CallTarget::Path
        {
            found.extend(call.path.get_ident());
        }
        for inner in statement.kind.blocks() {
            found.extend(calls(inner));
        }
    }
    found
}

/// Resolves the names of a stand-alone block.
pub(crate) fn stand_alone(code: &mut Code, errors: &mut Errors) {
    let known = Known { depots: Some(Vec::new()), pstates: Some(Vec::new()), ..Known::default() };
    let names = names(&code.body);
    let mut resolver = Resolver::new(&known, &Unit::StandAlone, names, errors);
    resolver.block(&mut code.body, &mut Scope::default(), false);
    code.vars = resolver.vars;
}

/// Every name that `block` binds anywhere.
fn names(block: &[Statement]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(block, &mut found);
    return found;

    fn collect(block: &[Statement], found: &mut BTreeSet<String>) {
        for statement in block {
            let patterns = statement.kind.patterns();
            found.extend(
                patterns
                    .into_iter()
                    .flat_map(|pattern| &pattern.binds)
                    .map(|bind| bind.name.to_string()),
            );
            if let Kind::Anonymous(anonymous) = &statement.kind {
                found.insert(anonymous.binding.name.to_string());
                found.extend(
                    Param::values(&anonymous.params).map(|(bind, _)| bind.name.to_string()),
                );
            }
            for inner in statement.kind.blocks() {
                collect(inner, found);
            }
        }
    }
}

/// Whether code calls the operation it is the body of; an anonymous one inside has a self of its
/// own.
fn calls_itself(block: &[Statement]) -> bool {
    block.iter().any(|statement| match &statement.kind {
        Kind::Anonymous(_) => false,
        Kind::Call(call) if call.path.is_ident("self") => true,
        kind => kind.blocks().into_iter().any(|block| calls_itself(block)),
    })
}

/// Whether the body of a function emits something else than nothing or `()`.
fn emits_value(block: &[Statement]) -> bool {
    block.iter().any(|statement| match &statement.kind {
        Kind::Anonymous(_) => false,
        Kind::Emission(emission) if emission.target == crate::ast::Target::Function => {
            emission.values.iter().any(|value| {
                value.form != crate::ast::Form::Other
                    || value
                        .code
                        .clone()
                        .into_iter()
                        .any(|token| matches!(token, proc_macro2::TokenTree::Literal(_)))
            })
        }
        kind => kind.blocks().into_iter().any(|block| emits_value(block)),
    })
}

/// Whether any statement of the body of a function is its emission.
pub(crate) fn emits(block: &[Statement]) -> bool {
    block.iter().any(|statement| match &statement.kind {
        Kind::Anonymous(_) => false,
        Kind::Emission(emission) => emission.target == crate::ast::Target::Function,
        Kind::Bad { .. } => true,
        kind => kind.blocks().into_iter().any(|block| emits(block)),
    })
}
