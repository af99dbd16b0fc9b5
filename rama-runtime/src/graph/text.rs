//! Graphs as text.

use std::fmt;

use super::{Graph, GraphTopology};

impl fmt::Display for Graph {
    /// Each topology with its PStates and continuations, their statements, and where they lead.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, topology) in self.topologies().iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write_topology(topology, f)?;
        }
        Ok(())
    }
}

fn write_topology(topology: &GraphTopology, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    writeln!(f, "topology {}", topology.name)?;
    for pstate in topology.pstates {
        write!(f, "  $${}: {}", pstate.name, pstate.schema)?;
        for option in pstate.options {
            write!(f, ", {option}")?;
        }
        writeln!(f)?;
    }
    for (index, node) in topology.nodes.iter().enumerate() {
        write!(f, "  {} ({})", node.name, node.kind.name())?;
        for (position, variable) in node.carries.iter().enumerate() {
            write!(f, "{} *{variable}", if position == 0 { ":" } else { "," })?;
        }
        writeln!(f)?;
        for line in node.statements.iter().flat_map(|statement| statement.lines()) {
            writeln!(f, "    {line}")?;
        }
        for edge in topology.edges.iter().filter(|edge| edge.from == index) {
            let to = topology.nodes.get(edge.to).map_or("?", |node| node.name);
            write!(f, "    -> {to} ({})", edge.kind.name())?;
            if !edge.text.is_empty() {
                write!(f, ": {}", edge.text)?;
            }
            writeln!(f)?;
        }
    }
    Ok(())
}
