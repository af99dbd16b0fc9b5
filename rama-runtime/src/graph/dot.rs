//! Graphs in the language of Graphviz.

use std::fmt::Write as _;

use super::{Graph, GraphEdgeKind, GraphNode, GraphNodeKind};

impl Graph {
    /// The graph for [Graphviz](https://graphviz.org)' `dot`: bold arrows are hops, dashed ones
    /// `continue>`.
    pub fn dot(&self) -> String {
        let mut out =
            String::from("digraph module {\n  node [shape=box, fontname=\"monospace\"];\n");
        for (t, topology) in self.topologies().iter().enumerate() {
            line(&mut out, format_args!("  subgraph cluster_{t} {{"));
            line(&mut out, format_args!("    label=\"{}\";", escaped(topology.name)));
            for (n, node) in topology.nodes.iter().enumerate() {
                let (label, form) = (label(node), form(node.kind));
                line(&mut out, format_args!("    t{t}n{n} [label=\"{label}\"{form}];"));
            }
            for edge in topology.edges {
                let style = match edge.kind {
                    GraphEdgeKind::Hop => "bold",
                    GraphEdgeKind::Enter => "solid",
                    GraphEdgeKind::Continue => "dashed",
                    GraphEdgeKind::Call => "dotted",
                };
                let (from, to, text) = (edge.from, edge.to, escaped(edge.text));
                line(
                    &mut out,
                    format_args!("    t{t}n{from} -> t{t}n{to} [style={style}, label=\"{text}\"];"),
                );
            }
            out.push_str("  }\n");
        }
        out.push_str("}\n");
        out
    }
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = writeln!(out, "{text}");
}

fn form(kind: GraphNodeKind) -> &'static str {
    match kind {
        GraphNodeKind::Entry => ", shape=cds",
        GraphNodeKind::Hop => "",
        GraphNodeKind::InStep => ", style=rounded",
        GraphNodeKind::Loop => ", shape=hexagon",
        GraphNodeKind::Operation => ", shape=component",
    }
}

/// The name and the statements, each on a line of its own.
fn label(node: &GraphNode) -> String {
    let mut label = escaped(node.name);
    label.push_str("\\n");
    for statement in node.statements {
        label.push_str(&escaped(statement));
        label.push_str("\\l");
    }
    label
}

/// Text within the quotes of a string.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\l")
}
