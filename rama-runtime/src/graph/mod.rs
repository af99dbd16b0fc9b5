//! The dataflow of a module as a graph: its continuations, and how they lead to each other.
//!
//! [`Module::graph`](crate::module::Module::graph) gives it; its `Display` is text,
//! [`Graph::mermaid`] and [`Graph::dot`] are for tools that draw.

mod dot;
mod mermaid;
mod text;

#[cfg(test)]
mod tests;

/// The dataflow of a module, for people to look at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    topologies: &'static [GraphTopology],
}

/// The dataflow of one topology.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GraphTopology {
    /// The topology's name.
    pub name: &'static str,
    /// The PStates it owns, in order of the source; none of sources in a file of their own.
    pub pstates: &'static [GraphPState],
    /// Its continuations, those of one source together, in order of the source.
    pub nodes: &'static [GraphNode],
    /// How they lead to each other.
    pub edges: &'static [GraphEdge],
}

/// A declared PState.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GraphPState {
    /// Its name, without its sigil.
    pub name: &'static str,
    /// The text of its schema.
    pub schema: &'static str,
    /// The texts of its options.
    pub options: &'static [&'static str],
}

/// A continuation: statements that run one after the other in one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GraphNode {
    /// Its label; of an entry, what it begins with.
    pub name: &'static str,
    /// How it is reached.
    pub kind: GraphNodeKind,
    /// The variables that come with it, without their sigils.
    pub carries: &'static [&'static str],
    /// The texts of its statements.
    pub statements: &'static [&'static str],
}

/// How a continuation is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GraphNodeKind {
    /// Records of a depot come here.
    Entry,
    /// It follows a partitioner.
    Hop,
    /// It is entered in the event that led here.
    InStep,
    /// It is the head of a loop.
    Loop,
    /// It is the body of an operation.
    Operation,
}

/// That one continuation leads to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GraphEdge {
    /// Where it begins, an index into the topology's nodes.
    pub from: usize,
    /// Where it leads, an index into the topology's nodes.
    pub to: usize,
    /// How it leads there.
    pub kind: GraphEdgeKind,
    /// The text of the partitioner or statement; may be empty.
    pub text: &'static str,
}

/// How one continuation leads to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GraphEdgeKind {
    /// By a partitioner: on another task, in a later event.
    Hop,
    /// At once, in the same event.
    Enter,
    /// By `continue>`: as another iteration.
    Continue,
    /// By a call of an operation.
    Call,
}

impl Graph {
    /// The graph of these topologies. For generated code.
    #[doc(hidden)]
    pub const fn new(topologies: &'static [GraphTopology]) -> Self {
        Graph { topologies }
    }

    /// The graphs of the topologies, in the order they are declared.
    pub fn topologies(&self) -> &'static [GraphTopology] {
        self.topologies
    }
}

impl GraphNodeKind {
    /// Its name in texts.
    fn name(self) -> &'static str {
        match self {
            GraphNodeKind::Entry => "entry",
            GraphNodeKind::Hop => "hop",
            GraphNodeKind::InStep => "in step",
            GraphNodeKind::Loop => "loop",
            GraphNodeKind::Operation => "operation",
        }
    }
}

impl GraphEdgeKind {
    /// Its name in texts.
    fn name(self) -> &'static str {
        match self {
            GraphEdgeKind::Hop => "hop",
            GraphEdgeKind::Enter => "enter",
            GraphEdgeKind::Continue => "continue",
            GraphEdgeKind::Call => "call",
        }
    }
}
