//! What is in scope at one point, and what is in scope where branches meet.

use super::statement::Resolver;
use crate::ast::{Merge, VarId};
use crate::errors;
use proc_macro2::Ident;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What is in scope at one point.
#[derive(Clone, Default)]
pub(super) struct Scope {
    /// Visible bindings; `None` for a name that an erroneous statement bound.
    pub(super) visible: BTreeMap<String, Option<VarId>>,
    /// Names that only some branches before here bound.
    pub(super) one_arm: BTreeSet<String>,
    /// What was visible where the innermost branch began: it may be visible again.
    pub(super) before_arm: BTreeMap<String, Option<VarId>>,
}

impl Scope {
    /// The scope of code that begins here and does not end here.
    pub(super) fn inner(&self) -> Scope {
        Scope { before_arm: self.visible.clone(), ..self.clone() }
    }
}

/// The named points of one block.
#[derive(Default)]
pub(super) struct Anchors {
    points: HashMap<String, (Scope, Vec<usize>)>,
    /// The scopes at which branches began, by number.
    scopes: Vec<Scope>,
    /// The points that lead to the current one, by number.
    path: Vec<usize>,
}

impl Anchors {
    /// The numbers of the points that lead here.
    pub(super) fn path(&self) -> Vec<usize> {
        self.path.clone()
    }

    /// Branches may begin here.
    pub(super) fn point(&mut self, scope: &Scope) {
        self.path.push(self.scopes.len());
        self.scopes.push(scope.clone());
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.points.keys().cloned().collect();
        names.sort();
        names
    }
}

impl Resolver<'_> {
    /// Names a point whose scope is `scope`, unless another has the name.
    pub(super) fn anchor(
        &mut self,
        name: &Ident,
        scope: &Scope,
        path: Vec<usize>,
        anchors: &mut Anchors,
    ) -> bool {
        let taken = anchors.points.contains_key(&name.to_string());
        if taken {
            self.errors.push(errors::anchor_twice(name));
        } else {
            anchors.points.insert(name.to_string(), (scope.inner(), path));
        }
        !taken
    }

    /// The scope at an anchor.
    pub(super) fn at_anchor(&mut self, name: &Ident, anchors: &Anchors) -> Option<Scope> {
        match anchors.points.get(&name.to_string()) {
            Some((scope, _)) => Some(scope.clone()),
            None => {
                self.errors.push(errors::unknown_anchor(name, &anchors.names()));
                None
            }
        }
    }

    /// Goes on from an anchor.
    pub(super) fn hook(&mut self, name: &Ident, scope: &mut Scope, anchors: &mut Anchors) {
        if let Some(found) = self.at_anchor(name, anchors) {
            *scope = found;
            anchors.path = anchors.points[&name.to_string()].1.clone();
        }
    }

    /// Goes on from several anchors.
    pub(super) fn unify(
        &mut self,
        names: &[Ident],
        start: &Scope,
        scope: &mut Scope,
        anchors: &mut Anchors,
    ) -> Vec<Merge> {
        let arms: Vec<Scope> =
            names.iter().filter_map(|name| self.at_anchor(name, anchors)).collect();
        if arms.len() < names.len() {
            return Vec::new();
        }
        let paths = names.iter().map(|name| &anchors.points[&name.to_string()].1);
        let common = paths
            .cloned()
            .reduce(|a, b| {
                a.into_iter().zip(b).take_while(|(a, b)| a == b).map(|(a, _)| a).collect()
            })
            .unwrap_or_default();
        let base = common.last().map_or(start, |number| &anchors.scopes[*number]).clone();
        *scope = base.clone();
        let arms: Vec<Option<Scope>> = arms.into_iter().map(Some).collect();
        let merges = self.merge(&base, &arms, scope);
        anchors.path = common;
        anchors.point(scope);
        merges
    }

    /// What is visible where `arms` meet that began at `base`; `None` for an arm that does not
    /// go on. `scope` becomes the scope behind them.
    pub(super) fn merge(
        &mut self,
        base: &Scope,
        arms: &[Option<Scope>],
        scope: &mut Scope,
    ) -> Vec<Merge> {
        let going: Vec<&Scope> = arms.iter().flatten().collect();
        if going.is_empty() {
            return Vec::new();
        }
        let changed = |arm: &Scope, name: &String| arm.visible.get(name) != base.visible.get(name);
        let mut names: BTreeSet<&String> = BTreeSet::new();
        for arm in &going {
            names.extend(arm.visible.keys().filter(|name| changed(arm, name)));
        }
        // In the order in which the first arm that goes on binds them.
        let mut merged: Vec<&String> = names
            .iter()
            .copied()
            .filter(|name| {
                going.iter().all(|arm| arm.visible.contains_key(*name) && changed(arm, name))
            })
            .collect();
        merged.sort_by_key(|name| going[0].visible[*name]);
        let mut merges = Vec::new();
        for name in &merged {
            let vars: Vec<Option<Option<VarId>>> =
                arms.iter().map(|arm| arm.as_ref().map(|arm| arm.visible[*name])).collect();
            // Of one arm alone: bound inside of it, and not yet outside.
            let same = going.len() > 1
                && going.iter().all(|arm| arm.visible[*name] == going[0].visible[*name]);
            let known: Option<Vec<Option<VarId>>> =
                vars.into_iter().map(|var| var.map_or(Some(None), |var| var.map(Some))).collect();
            match known {
                // One and the same binding, reached on several ways.
                Some(_) if same => {
                    scope.visible.insert((*name).clone(), going[0].visible[*name]);
                }
                Some(vars) => {
                    let first = vars.iter().flatten().next().copied().unwrap_or_default();
                    let bind = self.vars[first].name.clone();
                    let operation = self.vars[first].operation;
                    let out = self.bind(&bind, false, operation, scope);
                    merges.push(Merge { out, arms: vars });
                }
                // An error inside an arm has its message already.
                None => {
                    scope.visible.insert((*name).clone(), None);
                }
            }
        }
        for arm in &going {
            for (name, var) in &arm.visible {
                if changed(arm, name) && !scope.visible.contains_key(name) {
                    match var {
                        Some(_) => drop(scope.one_arm.insert(name.clone())),
                        None => drop(scope.visible.insert(name.clone(), None)),
                    }
                }
            }
        }
        for arm in &going {
            let hidden = arm.one_arm.iter().filter(|name| !scope.visible.contains_key(*name));
            scope.one_arm.extend(hidden.cloned());
        }
        merges
    }
}
