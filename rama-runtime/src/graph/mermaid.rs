//! Graphs as Mermaid flowcharts.

use std::fmt::Write as _;

use super::{Graph, GraphEdgeKind, GraphNode, GraphNodeKind};

impl Graph {
    /// The graph as a [Mermaid](https://mermaid.js.org) flowchart: thick arrows are hops, dashed
    /// ones `continue>`.
    pub fn mermaid(&self) -> String {
        let mut out = String::from("flowchart TD\n");
        for (t, topology) in self.topologies().iter().enumerate() {
            line(&mut out, format_args!("  subgraph t{t}[\"{}\"]", escaped(topology.name)));
            for (n, node) in topology.nodes.iter().enumerate() {
                let (open, close) = brackets(node.kind);
                line(&mut out, format_args!("    t{t}n{n}{open}\"{}\"{close}", label(node)));
            }
            for edge in topology.edges {
                let arrow = match edge.kind {
                    GraphEdgeKind::Hop => "==>",
                    GraphEdgeKind::Enter => "-->",
                    GraphEdgeKind::Continue => "-.->",
                    GraphEdgeKind::Call => "--o",
                };
                let text = match edge.text {
                    "" => String::new(),
                    text => format!("|\"{}\"|", escaped(text)),
                };
                let (from, to) = (edge.from, edge.to);
                line(&mut out, format_args!("    t{t}n{from} {arrow}{text} t{t}n{to}"));
            }
            out.push_str("  end\n");
        }
        out
    }
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = writeln!(out, "{text}");
}

fn brackets(kind: GraphNodeKind) -> (&'static str, &'static str) {
    match kind {
        GraphNodeKind::Entry => ("([", "])"),
        GraphNodeKind::Hop => ("[", "]"),
        GraphNodeKind::InStep => ("(", ")"),
        GraphNodeKind::Loop => ("{{", "}}"),
        GraphNodeKind::Operation => ("[[", "]]"),
    }
}

fn label(node: &GraphNode) -> String {
    let mut lines = vec![format!("<b>{}</b>", escaped(node.name))];
    lines.extend(node.statements.iter().map(|statement| escaped(statement)));
    lines.join("<br/>")
}

/// Text as Mermaid's entities.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for char in text.chars() {
        match char {
            '"' => out.push_str("#quot;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '&' => out.push_str("#amp;"),
            '#' => out.push_str("#35;"),
            '`' => out.push_str("#96;"),
            '\n' => out.push_str("<br/>"),
            char => out.push(char),
        }
    }
    out
}
