//! Stage two: what every name means. Variables get their bindings, objects are
//! known or not; every mistake in names is found here.
//!
//! Names shadow, so each binding is a [`VarId`] of its own. After an `<<if`
//! exactly the variables that both arms bind are in scope; a shadowing survives
//! only if both arms shadow, else the older value is visible again.

use crate::ast::{
    Expr, If, Kind, Mark, Merge, Module, Pattern, Place, Source, Statement, Step, Template, Use,
    Var, VarId,
};
use crate::errors::{self, Errors};
use crate::tokens;
use proc_macro2::Ident;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Resolves the names of `module` in place.
pub(crate) fn module(module: &mut Module, errors: &mut Errors) {
    objects(module, errors);
    let unreadable = || module.unreadable.iter().cloned();
    let depots = module.depots.iter().map(|depot| depot.name.to_string());
    let depots: Vec<String> = depots.chain(unreadable()).collect();
    let pstates = module.topologies.iter().flat_map(|topology| &topology.pstates);
    let pstates: Vec<String> =
        pstates.map(|pstate| pstate.name.to_string()).chain(unreadable()).collect();
    for source in module.topologies.iter_mut().flat_map(|topology| &mut topology.sources) {
        if !depots.iter().any(|depot| source.depot == depot) {
            errors.push(errors::unknown_depot(&source.depot, &depots));
        }
        let names = names(source);
        let mut resolver = Resolver { pstates: &pstates, names, vars: Vec::new(), errors };
        let mut scope = Scope::default();
        resolver.pattern(&mut source.emit.pattern, &mut scope);
        resolver.block(&mut source.body, &mut scope);
        source.vars = resolver.vars;
    }
}

/// Depots, PStates and topologies become handles of one type, so each name is taken once.
fn objects(module: &Module, errors: &mut Errors) {
    let depots =
        module.depots.iter().map(|depot| (&depot.name, format!("depot `*{}`", depot.name)));
    let topologies = module.topologies.iter().flat_map(|topology| {
        let pstates = topology
            .pstates
            .iter()
            .map(|pstate| (&pstate.name, format!("PState `$${}`", pstate.name)));
        std::iter::once((&topology.name, format!("topology `{}`", topology.name))).chain(pstates)
    });
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

/// Every name that a section binds anywhere.
fn names(source: &Source) -> BTreeSet<String> {
    fn of_block(block: &[Statement], names: &mut BTreeSet<String>) {
        for statement in block {
            match &statement.kind {
                Kind::If(inner) => inner.arms().into_iter().for_each(|arm| of_block(arm, names)),
                kind => of_pattern(kind.pattern(), names),
            }
        }
    }
    fn of_pattern(pattern: Option<&Pattern>, names: &mut BTreeSet<String>) {
        names.extend(
            pattern
                .into_iter()
                .flat_map(|pattern| &pattern.binds)
                .map(|bind| bind.name.to_string()),
        );
    }
    let mut names = BTreeSet::new();
    of_pattern(Some(&source.emit.pattern), &mut names);
    of_block(&source.body, &mut names);
    names
}

/// What is in scope at one point.
#[derive(Clone, Default)]
struct Scope {
    /// Visible bindings; `None` for a name that an erroneous statement bound.
    visible: BTreeMap<String, Option<VarId>>,
    /// Names that only one arm of an `<<if` before here bound.
    one_arm: BTreeSet<String>,
    /// What was visible where the innermost arm began.
    before_arm: BTreeMap<String, Option<VarId>>,
}

struct Resolver<'a> {
    pstates: &'a [String],
    names: BTreeSet<String>,
    vars: Vec<Var>,
    errors: &'a mut Errors,
}

impl Resolver<'_> {
    fn block(&mut self, block: &mut [Statement], scope: &mut Scope) {
        for statement in block {
            self.statement(&mut statement.kind, scope);
        }
    }

    fn statement(&mut self, kind: &mut Kind, scope: &mut Scope) {
        match kind {
            Kind::Value { values, pattern } => {
                for value in values {
                    self.expr(value, scope);
                }
                if let Some(pattern) = pattern {
                    self.pattern(pattern, scope);
                }
            }
            Kind::Select { path, pattern } => {
                self.path(path, scope);
                self.pattern(pattern, scope);
            }
            Kind::Transform { path } => self.path(path, scope),
            Kind::Compound { pstate, template } => {
                self.pstate(pstate);
                self.template(template, scope);
            }
            Kind::Filter { condition } => self.expr(condition, scope),
            Kind::Partition(partitioner) => {
                use crate::ast::PartitionerKind::{All, Direct, Global, Hash};
                match &mut partitioner.kind {
                    Hash(expr) | Direct(expr) => self.expr(expr, scope),
                    All | Global => {}
                }
            }
            Kind::If(block) => self.branch(block, scope),
            Kind::Bad { binds } => {
                for bind in binds {
                    scope.visible.insert(bind.name.to_string(), None);
                }
            }
            Kind::Source { .. } | Kind::Emit { .. } => {}
        }
    }

    fn path(&mut self, path: &mut crate::ast::Path, scope: &mut Scope) {
        self.pstate(&path.pstate);
        for step in &mut path.steps {
            if let Step::Navigator { args, .. } = step {
                for arg in args {
                    self.expr(arg, scope);
                }
            }
        }
    }

    fn template(&mut self, template: &mut Template, scope: &mut Scope) {
        match template {
            Template::Aggregator { args, .. } => {
                for arg in args {
                    self.expr(arg, scope);
                }
            }
            Template::Level(entries) => {
                for entry in entries {
                    if let Place::Key(key) = &mut entry.place {
                        self.expr(key, scope);
                    }
                    self.template(&mut entry.template, scope);
                }
            }
        }
    }

    fn pstate(&mut self, pstate: &Ident) {
        if !self.pstates.iter().any(|known| pstate == known) {
            self.errors.push(errors::unknown_pstate(pstate, self.pstates));
        }
    }

    fn expr(&mut self, expr: &mut Expr, scope: &mut Scope) {
        for mention in &mut expr.uses {
            mention.var = self.lookup(&mention.name, scope);
        }
        for name in std::mem::take(&mut expr.captures) {
            if let Some(Some(var)) = scope.visible.get(&name.to_string()) {
                expr.uses.push(Use { name, var: Some(*var) });
            }
        }
        let marks = std::mem::take(&mut expr.in_macros);
        if !marks.is_empty() {
            self.in_macros(expr, &marks, scope);
        }
        if let Some(plain) =
            expr.plain.iter().find(|name| scope.visible.contains_key(&name.to_string()))
        {
            self.errors.push(errors::plain_name(plain));
        }
    }

    /// Stars in macros: what is no variable of the dataflow is left to rustc.
    fn in_macros(&mut self, expr: &mut Expr, marks: &[(String, Mark)], scope: &Scope) {
        let code = std::mem::take(&mut expr.code);
        expr.code = tokens::replace_idents(code, &mut |ident, after| {
            let (_, mark) = marks.iter().find(|(placeholder, _)| ident == placeholder)?;
            Some(match scope.visible.get(&mark.name.to_string()) {
                Some(var) => {
                    expr.uses.push(Use { name: mark.name.clone(), var: *var });
                    mark.variable(after)
                }
                None => mark.dereference(),
            })
        });
    }

    fn lookup(&mut self, name: &Ident, scope: &mut Scope) -> Option<VarId> {
        let text = name.to_string();
        if let Some(var) = scope.visible.get(&text) {
            return *var;
        }
        if scope.one_arm.contains(&text) {
            self.errors.push(errors::one_arm(name));
        } else {
            let known = || scope.visible.iter().filter_map(|(name, var)| Some((name, (*var)?)));
            let bound: Vec<String> = known().map(|(name, _)| name.clone()).collect();
            let fields: Vec<String> = known()
                .filter(|(_, var)| self.vars[*var].shorthand)
                .map(|(name, _)| name.clone())
                .collect();
            self.errors.push(errors::unbound(name, &bound, &fields));
        }
        // One mistake, one message: from here on the name counts as bound.
        scope.visible.insert(text, None);
        None
    }

    fn pattern(&mut self, pattern: &mut Pattern, scope: &mut Scope) {
        // A name twice in one pattern is one variable: the alternatives of `A(*x) | B(*x)`.
        let mut bound: BTreeMap<String, VarId> = BTreeMap::new();
        for bind in &mut pattern.binds {
            let text = bind.name.to_string();
            if tokens::is_upper_case(&text) || !tokens::is_value_name(&text) {
                self.errors.push(errors::upper_case(&bind.name));
            }
            bind.var = match bound.get(&text) {
                Some(var) => *var,
                None => self.bind(&bind.name, bind.shorthand, scope),
            };
            bound.insert(text, bind.var);
        }
    }

    fn bind(&mut self, name: &Ident, shorthand: bool, scope: &mut Scope) -> VarId {
        let text = name.to_string();
        let owned = match scope.before_arm.get(&text) {
            Some(Some(hidden)) => self.next_name(&text, &self.vars[*hidden].owned),
            _ => text.clone(),
        };
        let var = self.vars.len();
        self.vars.push(Var { name: name.clone(), owned, shorthand });
        scope.one_arm.remove(&text);
        scope.visible.insert(text, Some(var));
        var
    }

    /// Within an arm a shadowed variable lives on, so the new one is told apart by a number.
    fn next_name(&self, name: &str, hidden: &str) -> String {
        let number = hidden
            .strip_prefix(name)
            .and_then(|rest| rest.strip_prefix('_'))
            .and_then(|rest| rest.parse().ok());
        let mut number: usize = number.unwrap_or(1);
        loop {
            number += 1;
            let owned = format!("{name}_{number}");
            if !self.names.contains(&owned) {
                return owned;
            }
        }
    }

    fn branch(&mut self, block: &mut If, scope: &mut Scope) {
        self.expr(&mut block.condition, scope);
        let arm = |scope: &Scope| Scope { before_arm: scope.visible.clone(), ..scope.clone() };
        let (mut then, mut otherwise) = (arm(scope), arm(scope));
        self.block(&mut block.then, &mut then);
        self.block(&mut block.otherwise, &mut otherwise);
        let rebound = |arm: &Scope| -> Vec<(String, Option<VarId>)> {
            let changed =
                arm.visible.iter().filter(|(name, var)| scope.visible.get(*name) != Some(*var));
            changed.map(|(name, var)| (name.clone(), *var)).collect()
        };
        let (in_then, in_otherwise) = (rebound(&then), rebound(&otherwise));
        let mut merged: Vec<(String, Option<(VarId, VarId)>)> = Vec::new();
        for (name, var) in &in_then {
            if let Some((_, other)) = in_otherwise.iter().find(|(other, _)| other == name) {
                merged.push((name.clone(), var.zip(*other)));
            }
        }
        merged.sort_by_key(|(_, vars)| vars.map(|(var, _)| var));
        for (name, vars) in &merged {
            match vars {
                Some((then, otherwise)) => {
                    let bind = self.vars[*then].name.clone();
                    let out = self.bind(&bind, false, scope);
                    block.merges.push(Merge { out, then: *then, otherwise: *otherwise });
                }
                None => {
                    scope.visible.insert(name.clone(), None);
                }
            }
        }
        for (name, var) in in_then.iter().chain(&in_otherwise) {
            if !scope.visible.contains_key(name) {
                // An error inside the arm has its message already.
                match var {
                    Some(_) => drop(scope.one_arm.insert(name.clone())),
                    None => drop(scope.visible.insert(name.clone(), None)),
                }
            }
        }
        scope.one_arm.extend(
            then.one_arm
                .into_iter()
                .chain(otherwise.one_arm)
                .filter(|name| !scope.visible.contains_key(name)),
        );
    }
}
