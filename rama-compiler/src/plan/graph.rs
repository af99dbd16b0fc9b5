//! The plan as nodes and edges, as `Module::graph()` shows it.

use super::{Jump, Op, SourcePlan, StateId, StateKind};

/// One source and all that follows it.
pub(crate) struct Graph {
    pub(crate) nodes: Vec<Node>,
    pub(crate) edges: Vec<Edge>,
}

pub(crate) struct Node {
    pub(crate) name: String,
    /// A variant of `rama::GraphNodeKind`.
    pub(crate) kind: &'static str,
    pub(crate) carries: Vec<String>,
    pub(crate) statements: Vec<String>,
}

pub(crate) struct Edge {
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// A variant of `rama::GraphEdgeKind`.
    pub(crate) kind: &'static str,
    pub(crate) text: String,
}

/// The graph of a source; its first node is the source itself.
pub(crate) fn graph(source: &SourcePlan<'_>) -> Graph {
    let plan = &source.plan;
    let places = vec![None; plan.states.len()];
    let mut builder = Builder { places, nodes: Vec::new(), edges: Vec::new() };
    let mut statements = vec![source.source.emit.text.clone()];
    texts(&plan.entry, &mut statements);
    builder.nodes.push(Node {
        name: format!("*{}", source.source.depot),
        kind: "Entry",
        carries: Vec::new(),
        statements,
    });
    for at in &plan.order {
        builder.places[*at] = Some(builder.nodes.len());
        let state = &plan.states[*at];
        let kind = match &state.kind {
            StateKind::Call { .. } | StateKind::Anonymous(_) => "Operation",
            StateKind::LoopHead => "Loop",
            _ if state.hopped.is_some() => "Hop",
            _ => "InStep",
        };
        let mut statements = Vec::new();
        texts(&state.ops, &mut statements);
        let carries = state.frame.iter().map(|var| plan.code.vars[*var].owned.clone()).collect();
        builder.nodes.push(Node { name: state.label.clone(), kind, carries, statements });
    }
    builder.edges(0, &plan.entry);
    for at in &plan.order {
        let Some(from) = builder.places[*at] else { continue };
        for next in plan.states[*at].kind.leads_to() {
            builder.edge(from, next, "Enter", "");
        }
        builder.edges(from, &plan.states[*at].ops);
    }
    Graph { nodes: builder.nodes, edges: builder.edges }
}

struct Builder {
    /// The node of each state.
    places: Vec<Option<usize>>,
    nodes: Vec<Node>,
    edges: Vec<Edge>,
}

impl Builder {
    fn edge(&mut self, from: usize, to: StateId, kind: &'static str, text: &str) {
        if let Some(to) = self.places.get(to).copied().flatten() {
            self.edges.push(Edge { from, to, kind, text: text.to_owned() });
        }
    }

    fn edges(&mut self, from: usize, ops: &[Op<'_>]) {
        for op in ops {
            let text = op.statement().map_or("", |statement| &statement.text).to_owned();
            let kind = match op {
                Op::Hop { .. } | Op::Overtime { .. } | Op::Pages { .. } | Op::Async { .. } => "Hop",
                Op::Call { .. } | Op::CallItself { .. } | Op::Invoke { .. } | Op::Define { .. } => {
                    "Call"
                }
                _ => "Enter",
            };
            if let Op::CallItself { outputs, .. } = op {
                for (_, next) in outputs {
                    self.edge(from, *next, "Enter", &text);
                }
            } else {
                for jump in op.jumps() {
                    self.edge(from, jump.state, kind, &text);
                }
            }
            if let Op::Again { jump: Jump { state, .. }, .. } = op {
                self.edge(from, *state, "Continue", &text);
            }
            for block in op.blocks() {
                self.edges(from, block);
            }
        }
    }
}

/// The statements of `ops`, in order.
fn texts(ops: &[Op<'_>], found: &mut Vec<String>) {
    for op in ops {
        if let Some(statement) = op.statement() {
            found.push(statement.text.clone());
        }
        for block in op.blocks() {
            texts(block, found);
        }
    }
}
