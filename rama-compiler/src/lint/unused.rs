//! Variables that nothing mentions.

use crate::ast::{Binding, Code, Kind, Merge, Param, Statement, VarId};
use crate::errors::{self, Warnings};
use std::collections::BTreeSet;

/// Warns of variables that are bound and never mentioned.
pub(super) fn check(code: &Code, given: &[&Binding], warnings: &mut Warnings) {
    let mut found = Found::default();
    for bind in given {
        found.bound.push((*bind).clone());
    }
    found.block(&code.body);
    // A variable behind branches is its name in each of them.
    let mut grows = true;
    while grows {
        grows = false;
        for merge in &found.merges {
            if found.used.contains(&merge.0) {
                for var in &merge.1 {
                    grows |= found.used.insert(*var);
                }
            }
        }
    }
    let mut seen = BTreeSet::new();
    for bind in &found.bound {
        let name = bind.name.to_string();
        if !found.used.contains(&bind.var) && !name.starts_with('_') && seen.insert(bind.var) {
            warnings.push(errors::unused_variable(&bind.name, bind.shorthand));
        }
    }
}

#[derive(Default)]
struct Found {
    bound: Vec<Binding>,
    used: BTreeSet<VarId>,
    merges: Vec<(VarId, Vec<VarId>)>,
}

impl Found {
    fn block(&mut self, block: &[Statement]) {
        for statement in block {
            self.used.extend(statement.kind.uses());
            for pattern in statement.kind.patterns() {
                self.bound.extend(pattern.binds.iter().cloned());
            }
            match &statement.kind {
                Kind::Block(block) => self.merges(&block.merges),
                Kind::Unify(unify) => self.merges(&unify.merges),
                Kind::Anonymous(anonymous) => {
                    self.bound.push(anonymous.binding.clone());
                    self.bound
                        .extend(Param::values(&anonymous.params).map(|(bind, _)| bind.clone()));
                }
                _ => {}
            }
            for inner in statement.kind.blocks() {
                self.block(inner);
            }
        }
    }

    fn merges(&mut self, merges: &[Merge]) {
        for merge in merges {
            self.merges.push((merge.out, merge.arms.iter().flatten().copied().collect()));
        }
    }
}
