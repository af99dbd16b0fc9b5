//! Anchors, and what is attached to them.

use super::context::Context;
use super::{Generator, Open};
use crate::ast::{Name, Stmt};
use crate::form::Form;

impl Generator {
    /// `anchor> <a>;` and, perhaps, several chains from it that come together again.
    pub(super) fn anchor(&mut self, open: &mut Open, context: &Context) {
        let anchor = self.new_anchor(open);
        if self.is_on(Form::Hook) && self.chance(60) {
            self.graph(open, context, &[anchor]);
        }
    }

    fn new_anchor(&mut self, open: &mut Open) -> Name {
        let anchor = self.unique("a");
        self.mark(Form::Anchor);
        self.push(open, Stmt::Anchor(anchor.clone()));
        anchor
    }

    /// The chain that goes on from here, one that is hooked to each of the `anchors`, and then,
    /// mostly, what all of them lead to.
    pub(super) fn graph(&mut self, open: &mut Open, context: &Context, anchors: &[Name]) {
        let unify = self.is_on(Form::Unify) && self.is_on(Form::Anchor) && self.chance(70);
        let mut ends = Vec::new();
        for at in 0..=anchors.len() {
            if let Some(anchor) = at.checked_sub(1).map(|at| &anchors[at]) {
                self.mark(Form::Hook);
                self.push(open, Stmt::Hook(anchor.clone()));
            }
            let count = self.rng.usize(0..3);
            self.fill(open, context, count);
            if self.chance(40) {
                self.effect(open, context);
            }
            if unify {
                ends.push(self.new_anchor(open));
            } else if at < anchors.len() {
                self.effect(open, context);
            }
        }
        if unify {
            // Two are enough, and then the others lead nowhere.
            while ends.len() > 2 && self.chance(20) {
                ends.swap_remove(self.rng.usize(0..ends.len()));
            }
            self.mark(Form::Unify);
            self.push(open, Stmt::Unify(ends));
        }
    }

    /// `hook>` to any anchor of the block: what was before leads nowhere.
    pub(super) fn hook(&mut self, open: &mut Open, context: &Context) {
        let Some(anchor) = self.any_anchor(open) else { return };
        self.effect(open, context);
        self.mark(Form::Hook);
        self.push(open, Stmt::Hook(anchor));
    }

    /// `unify>` of where we are and any other anchors of the block.
    pub(super) fn unify(&mut self, open: &mut Open) {
        let Some(one) = self.any_anchor(open) else { return };
        let mut anchors = vec![one, self.new_anchor(open)];
        if let Some(other) = self.any_anchor(open).filter(|other| !anchors.contains(other)) {
            anchors.push(other);
        }
        self.mark(Form::Unify);
        self.push(open, Stmt::Unify(anchors));
    }

    /// `<<branch <a> { … }`
    pub(super) fn branch_block(&mut self, open: &mut Open, context: &Context) {
        let Some(anchor) = self.any_anchor(open) else { return };
        let found = open.walk.anchors.iter().find(|(name, _)| *name == anchor);
        let scope = found.map(|(_, scope)| scope.clone()).unwrap_or_default();
        let body = self.effective(scope, context, 3);
        self.mark(Form::Branch);
        self.push(open, Stmt::Branch(anchor, body));
    }

    fn any_anchor(&mut self, open: &Open) -> Option<Name> {
        let anchors = &open.walk.anchors;
        let at = self.rng.usize(0..anchors.len().max(1));
        anchors.get(at).map(|(name, _)| name.clone())
    }
}
