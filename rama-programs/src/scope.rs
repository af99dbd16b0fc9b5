//! What is in scope where: the rules of the language for code that branches and comes together.

use std::collections::BTreeMap;

use crate::ast::{Block, Expr, Name, Pattern, Site, Statement, Stmt};

/// For each visible name where it was bound, the oldest first: shadowed bindings live on beneath.
pub type Scope = BTreeMap<Name, Vec<Site>>;

/// What is visible after branches came together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Join {
    /// The bindings that all branches share.
    pub shared: Scope,
    /// The names that all branches bound anew.
    pub merged: Vec<Name>,
}

/// How branches come together, by the site of the statement where they do.
pub type Joins = BTreeMap<Site, Join>;

/// Walks a block and knows what is in scope.
#[derive(Clone, Debug, Default)]
pub struct Walk {
    /// What the next statement sees.
    pub scope: Scope,
    /// What is in scope at the anchors of this block, in the order of the source.
    pub anchors: Vec<(Name, Scope)>,
}

/// Exactly the names bound in all `branches`; a shadowing survives only if all shadow, else the
/// older value is visible.
fn join(branches: &[Scope]) -> Join {
    let mut found = Join::default();
    let Some((first, others)) = branches.split_first() else { return found };
    for (name, history) in first {
        let Some(histories) =
            others.iter().map(|other| other.get(name)).collect::<Option<Vec<_>>>()
        else {
            continue;
        };
        let common = (0..history.len())
            .take_while(|at| histories.iter().all(|other| other.get(*at) == history.get(*at)))
            .count();
        let longer = |history: &Vec<Site>| history.len() > common;
        if longer(history) && histories.into_iter().all(longer) {
            found.merged.push(name.clone());
        }
        if common > 0 {
            found.shared.insert(name.clone(), history[..common].to_vec());
        }
    }
    found
}

impl Join {
    fn scope(&self, site: Site) -> Scope {
        let mut scope = self.shared.clone();
        for name in &self.merged {
            scope.entry(name.clone()).or_default().push(site);
        }
        scope
    }
}

/// Whether code behind a block is ever reached from its end.
pub fn goes_on(block: &[Statement]) -> bool {
    let goes = |block: &Block| goes_on(block);
    match block.last().map(|last| &last.form) {
        Some(Stmt::Continue(_) | Stmt::Recur(_) | Stmt::Return(_)) => false,
        Some(Stmt::Filter(Expr::False)) => false,
        Some(Stmt::Do(body)) => goes(body),
        Some(Stmt::If(arms, otherwise)) => {
            otherwise.as_ref().is_none_or(goes) || arms.iter().any(|arm| goes(&arm.body))
        }
        Some(Stmt::Cond(arms, default)) => {
            default.as_ref().is_some_and(goes) || arms.iter().any(|arm| goes(&arm.body))
        }
        Some(Stmt::Switch(_, cases, default)) => {
            default.as_ref().is_some_and(goes) || cases.iter().any(|case| goes(&case.body))
        }
        Some(Stmt::Subsource(_, cases, default)) => {
            default.as_ref().is_some_and(goes) || cases.iter().any(|case| goes(&case.body))
        }
        _ => true,
    }
}

/// Walks a whole block, notes where branches in it come together, and answers what is in scope at
/// its end, if that is ever reached.
pub fn block(block: &[Statement], scope: Scope, joins: &mut Joins) -> Option<Scope> {
    let mut walk = Walk { scope, anchors: Vec::new() };
    for statement in block {
        walk.step(statement, joins);
    }
    goes_on(block).then_some(walk.scope)
}

/// `scope` with what `patterns` bind.
pub fn bind<'p>(
    scope: &Scope,
    site: Site,
    patterns: impl IntoIterator<Item = &'p Pattern>,
) -> Scope {
    let names = patterns.into_iter().flat_map(|pattern| pattern.names()).cloned();
    bind_names(scope, site, names)
}

/// `scope` with `names` bound.
pub fn bind_names(scope: &Scope, site: Site, names: impl IntoIterator<Item = Name>) -> Scope {
    let mut scope = scope.clone();
    for name in names {
        scope.entry(name).or_default().push(site);
    }
    scope
}

impl Walk {
    /// At the beginning of a block.
    pub fn new(scope: Scope) -> Self {
        Walk { scope, anchors: Vec::new() }
    }

    /// Goes over one statement.
    pub fn step(&mut self, statement: &Statement, joins: &mut Joins) {
        let site = statement.site;
        let before = &self.scope;
        match &statement.form {
            Stmt::Value(_, patterns) => self.scope = bind(before, site, patterns),
            Stmt::Call { streams, anchor, pattern, .. } => {
                for stream in streams {
                    let scope = bind(before, stream.site, &stream.pattern);
                    if let Some(hook) = &stream.hook {
                        block(hook, scope.clone(), joins);
                    }
                    if let Some(anchor) = &stream.anchor {
                        self.anchors.push((anchor.clone(), scope));
                    }
                }
                self.scope = bind(before, site, pattern);
                if let Some(anchor) = anchor {
                    self.anchors.push((anchor.clone(), self.scope.clone()));
                }
            }
            Stmt::If(arms, otherwise) => {
                let arms = arms.iter().map(|arm| (before.clone(), &arm.body));
                let nothing = Block::new();
                let otherwise = otherwise.as_ref().unwrap_or(&nothing);
                let arms = arms.chain([(before.clone(), otherwise)]).collect();
                self.arms(site, arms, joins);
            }
            Stmt::Cond(arms, default) => {
                let arms = arms.iter().map(|arm| (before.clone(), &arm.body));
                let default = default.iter().map(|body| (before.clone(), body));
                self.arms(site, arms.chain(default).collect(), joins);
            }
            Stmt::Switch(_, cases, default) => {
                let arms = cases.iter().map(|case| (before.clone(), &case.body));
                let default = default.iter().map(|body| (before.clone(), body));
                self.arms(site, arms.chain(default).collect(), joins);
            }
            Stmt::Subsource(_, cases, default) => {
                let arms = cases
                    .iter()
                    .map(|case| (bind(before, case.site, case.what.fields()), &case.body));
                let default = default.iter().map(|body| (before.clone(), body));
                self.arms(site, arms.chain(default).collect(), joins);
            }
            Stmt::ShadowIf(_, body) => {
                let after = block(body, before.clone(), joins);
                let shadowed = |name: &&Name| {
                    after.as_ref().is_some_and(|after| after.get(*name) != before.get(*name))
                };
                let merged: Vec<Name> = before.keys().filter(shadowed).cloned().collect();
                let found = Join { shared: before.clone(), merged };
                self.scope = found.scope(site);
                joins.insert(site, found);
            }
            Stmt::Do(body) => {
                if let Some(after) = block(body, before.clone(), joins) {
                    self.scope = after;
                }
            }
            Stmt::Each(_, pattern, body) => {
                block(body, bind(before, site, [pattern]), joins);
            }
            Stmt::Atomic(body) => {
                block(body, before.clone(), joins);
            }
            Stmt::Anchor(anchor) => self.anchors.push((anchor.clone(), before.clone())),
            Stmt::Hook(anchor) => self.scope = self.at(anchor),
            Stmt::Branch(anchor, body) => {
                block(body, self.at(anchor), joins);
            }
            Stmt::Unify(anchors) => {
                let found = join(&anchors.iter().map(|anchor| self.at(anchor)).collect::<Vec<_>>());
                self.scope = found.scope(site);
                joins.insert(site, found);
            }
            Stmt::Loop { head, vars, outs, body } => {
                let names = vars.iter().map(|(name, ..)| name.clone());
                block(body, bind_names(before, *head, names), joins);
                self.scope = bind(before, site, outs);
            }
            Stmt::Define(operation) => {
                let params = operation.params.iter().map(|(name, _)| name.clone());
                block(&operation.body, bind_names(before, site, params), joins);
                self.scope = bind_names(before, site, [operation.name.clone()]);
            }
            Stmt::Emit(..)
            | Stmt::Return(_)
            | Stmt::Out(_)
            | Stmt::Filter(_)
            | Stmt::Continue(_)
            | Stmt::Recur(_)
            | Stmt::Hash(_)
            | Stmt::All
            | Stmt::Global
            | Stmt::Direct(_) => {}
        }
    }

    fn at(&self, anchor: &Name) -> Scope {
        let found = self.anchors.iter().find(|(name, _)| name == anchor);
        found.map(|(_, scope)| scope.clone()).unwrap_or_default()
    }

    fn arms(&mut self, site: Site, arms: Vec<(Scope, &Block)>, joins: &mut Joins) {
        let after = arms.into_iter().filter_map(|(scope, body)| block(body, scope, joins));
        let found = join(&after.collect::<Vec<_>>());
        self.scope = found.scope(site);
        joins.insert(site, found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(names: &[(&str, &[Site])]) -> Scope {
        names.iter().map(|(name, sites)| (name.to_string(), sites.to_vec())).collect()
    }

    #[test]
    fn a_shadowing_survives_only_if_all_shadow() {
        let one = scope(&[("both", &[0, 1]), ("one", &[0, 2]), ("new", &[3]), ("only", &[4])]);
        let other = scope(&[("both", &[0, 5]), ("one", &[0]), ("new", &[6])]);
        let found = join(&[one, other]);
        assert_eq!(found.shared, scope(&[("both", &[0]), ("one", &[0])]));
        assert_eq!(found.merged, ["both", "new"]);
        assert_eq!(found.scope(9), scope(&[("both", &[0, 9]), ("one", &[0]), ("new", &[9])]));
    }

    #[test]
    fn one_branch_alone_keeps_all_it_bound() {
        let one = scope(&[("a", &[0, 1]), ("b", &[2])]);
        assert_eq!(join(std::slice::from_ref(&one)).scope(9), one);
    }
}
