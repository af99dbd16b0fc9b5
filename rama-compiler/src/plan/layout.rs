//! Which code of a block is attached to which of its points: a block with anchors is several
//! chains of statements.

use super::StateId;
use super::lower::Then;
use crate::ast::{Kind, Statement, Unify};
use proc_macro2::Ident;
use std::collections::{HashMap, HashSet};

/// A block as chains.
pub(crate) struct Layout<'a> {
    pub(crate) chains: Vec<Vec<Item<'a>>>,
    /// What is attached to each anchor, in order of the source.
    attached: HashMap<String, Vec<Attached<'a>>>,
    /// The chains behind each `unify>`.
    pub(crate) unifies: Vec<(&'a Unify, usize)>,
    /// The states that those chains became.
    pub(crate) joins: Vec<Option<StateId>>,
    /// The chain that the block ends with: what follows the block follows it.
    pub(crate) last: usize,
    pub(crate) then: Then,
    /// The points named so far.
    known: HashSet<String>,
}

#[derive(Clone, Copy)]
pub(crate) enum Item<'a> {
    Statement(&'a Statement),
    /// A point that code is attached to.
    Point(&'a Ident),
}

/// What is attached to an anchor.
#[derive(Clone, Copy)]
pub(crate) enum Attached<'a> {
    Chain(usize),
    /// The block of a `<<branch`.
    Block(&'a [Statement]),
    /// The way into an `unify>`: which one, and which of its arms this is.
    Unify {
        number: usize,
        arm: usize,
    },
}

impl<'a> Layout<'a> {
    pub(crate) fn of(block: &'a [Statement], then: &Then) -> Layout<'a> {
        let mut layout = Layout {
            chains: vec![Vec::new()],
            attached: HashMap::new(),
            unifies: Vec::new(),
            joins: Vec::new(),
            last: 0,
            then: then.clone(),
            known: HashSet::new(),
        };
        for statement in block {
            match &statement.kind {
                Kind::Anchor { name } => layout.point(name),
                Kind::Hook { anchor } => {
                    let chain = layout.chain();
                    layout.attach(anchor, Attached::Chain(chain));
                }
                Kind::Branch { anchor, body } => layout.attach(anchor, Attached::Block(body)),
                Kind::Unify(unify) => {
                    let number = layout.unifies.len();
                    for (arm, anchor) in unify.anchors.iter().enumerate() {
                        layout.attach(anchor, Attached::Unify { number, arm });
                    }
                    let chain = layout.chain();
                    layout.unifies.push((unify, chain));
                    layout.joins.push(None);
                }
                kind => {
                    layout.push(Item::Statement(statement));
                    if let Kind::Call(call) = kind {
                        // The points of streams are reached by the call, not by the chain.
                        for output in &call.outputs {
                            if let (Some(_), Some(anchor)) = (&output.name, &output.anchor) {
                                layout.known.insert(anchor.to_string());
                            }
                        }
                        let own = call
                            .outputs
                            .iter()
                            .find(|output| output.name.is_none())
                            .and_then(|output| output.anchor.as_ref());
                        if let Some(anchor) = own {
                            layout.point(anchor);
                        }
                    }
                }
            }
        }
        layout
    }

    /// Names a point of the chain. A name that is taken has its message already, and would lead in
    /// a circle.
    fn point(&mut self, anchor: &'a Ident) {
        if self.known.insert(anchor.to_string()) {
            self.push(Item::Point(anchor));
        }
    }

    fn push(&mut self, item: Item<'a>) {
        self.chains[self.last].push(item);
    }

    /// Begins another chain.
    fn chain(&mut self) -> usize {
        self.chains.push(Vec::new());
        self.last = self.chains.len() - 1;
        self.last
    }

    /// Attaches code to a point; to one that is not there yet nothing can be attached.
    fn attach(&mut self, anchor: &Ident, what: Attached<'a>) {
        if !self.known.contains(&anchor.to_string()) {
            return;
        }
        self.attached.entry(anchor.to_string()).or_default().push(what);
    }

    /// What is attached to an anchor.
    pub(crate) fn attached(&self, anchor: &Ident) -> &[Attached<'a>] {
        self.attached.get(&anchor.to_string()).map_or(&[], Vec::as_slice)
    }

    /// What follows a chain.
    pub(crate) fn then(&self, chain: usize) -> Then {
        if chain == self.last { self.then.clone() } else { Then::Nothing }
    }
}
