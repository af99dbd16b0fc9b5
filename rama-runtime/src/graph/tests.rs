//! What the printers print.

use super::{
    Graph, GraphEdge, GraphEdgeKind, GraphNode, GraphNodeKind, GraphPState, GraphTopology,
};

fn graph() -> Graph {
    crate::dsl::graph(&[
        GraphTopology {
            name: "counts",
            pstates: &[
                GraphPState { name: "counts", schema: "PMap<String, u64>", options: &[] },
                GraphPState { name: "total", schema: "u64", options: &["global", "initial(0)"] },
            ],
            nodes: &[
                GraphNode {
                    name: "words_1",
                    kind: GraphNodeKind::Entry,
                    carries: &[],
                    statements: &["source> *words :> %microbatch", "%microbatch() :> *word"],
                },
                GraphNode {
                    name: "hash_2",
                    kind: GraphNodeKind::Hop,
                    carries: &["word", "n"],
                    statements: &["f(\"a\\b\") :> *x"],
                },
                GraphNode {
                    name: "loop_3",
                    kind: GraphNodeKind::Loop,
                    carries: &["i"],
                    statements: &[],
                },
            ],
            edges: &[
                GraphEdge { from: 0, to: 1, kind: GraphEdgeKind::Hop, text: "|hash(*word)" },
                GraphEdge { from: 1, to: 2, kind: GraphEdgeKind::Enter, text: "" },
                GraphEdge { from: 2, to: 2, kind: GraphEdgeKind::Continue, text: "continue> *i" },
            ],
        },
        GraphTopology { name: "empty", pstates: &[], nodes: &[], edges: &[] },
    ])
}

#[test]
fn as_text() {
    let text = "\
topology counts
  $$counts: PMap<String, u64>
  $$total: u64, global, initial(0)
  words_1 (entry)
    source> *words :> %microbatch
    %microbatch() :> *word
    -> hash_2 (hop): |hash(*word)
  hash_2 (hop): *word, *n
    f(\"a\\b\") :> *x
    -> loop_3 (enter)
  loop_3 (loop): *i
    -> loop_3 (continue): continue> *i

topology empty
";
    assert_eq!(graph().to_string(), text);
    assert_eq!(Graph::default().to_string(), "");
}

#[test]
fn as_mermaid() {
    let text = "\
flowchart TD
  subgraph t0[\"counts\"]
    t0n0([\"<b>words_1</b><br/>source#gt; *words :#gt; %microbatch<br/>%microbatch() :#gt; *word\"])
    t0n1[\"<b>hash_2</b><br/>f(#quot;a\\b#quot;) :#gt; *x\"]
    t0n2{{\"<b>loop_3</b>\"}}
    t0n0 ==>|\"|hash(*word)\"| t0n1
    t0n1 --> t0n2
    t0n2 -.->|\"continue#gt; *i\"| t0n2
  end
  subgraph t1[\"empty\"]
  end
";
    assert_eq!(graph().mermaid(), text);
}

#[test]
fn as_dot() {
    let text = "\
digraph module {
  node [shape=box, fontname=\"monospace\"];
  subgraph cluster_0 {
    label=\"counts\";
    t0n0 [label=\"words_1\\nsource> *words :> %microbatch\\l%microbatch() :> *word\\l\", shape=cds];
    t0n1 [label=\"hash_2\\nf(\\\"a\\\\b\\\") :> *x\\l\"];
    t0n2 [label=\"loop_3\\n\", shape=hexagon];
    t0n0 -> t0n1 [style=bold, label=\"|hash(*word)\"];
    t0n1 -> t0n2 [style=solid, label=\"\"];
    t0n2 -> t0n2 [style=dashed, label=\"continue> *i\"];
  }
  subgraph cluster_1 {
    label=\"empty\";
  }
}
";
    assert_eq!(graph().dot(), text);
}
