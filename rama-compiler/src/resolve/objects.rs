//! The objects of a module: each name is taken once.

use super::Known;
use crate::ast::Module;
use crate::errors::{self, Errors};
use std::collections::{HashMap, HashSet};

/// What the code of `module` can name.
pub(super) fn known(module: &Module) -> Known {
    let unreadable = || module.unreadable.iter().cloned();
    let depots = module.depots.iter().map(|depot| depot.name.to_string());
    let declared = || module.topologies.iter().flat_map(|topology| &topology.pstates);
    let pstates = declared().map(|pstate| pstate.name.to_string());
    let global = declared().filter(|pstate| pstate.has("global"));
    // Of what could not be read it is not known, so nothing is said.
    let global = global.map(|pstate| pstate.name.to_string()).chain(unreadable());
    Known {
        depots: Some(depots.chain(unreadable()).collect()),
        pstates: Some(pstates.chain(unreadable()).collect()),
        global: global.collect(),
    }
}

/// Depots, PStates and topologies become handles of one type, so each name is taken once; path
/// functions have names of their own.
pub(super) fn distinct(module: &Module, errors: &mut Errors) {
    let depots =
        module.depots.iter().map(|depot| (&depot.name, format!("depot `*{}`", depot.name)));
    let topologies = module.topologies.iter().flat_map(|topology| {
        let pstates = topology
            .pstates
            .iter()
            .map(|pstate| (&pstate.name, format!("PState `$${}`", pstate.name)));
        std::iter::once((&topology.name, format!("topology `{}`", topology.name))).chain(pstates)
    });
    let mut functions = HashSet::new();
    for function in &module.path_functions {
        if !functions.insert(function.name.to_string()) {
            errors.push(errors::same_path_function(&function.name));
        }
    }
    let mut taken: HashMap<String, String> = HashMap::new();
    for (name, what) in depots.chain(topologies) {
        match taken.get(&name.to_string()) {
            Some(first) => errors.push(errors::same_name(name, &what, first)),
            None => {
                taken.insert(name.to_string(), what);
            }
        }
    }
}
