//! Shapes of the standard types, and of a type that holds itself.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::{Record, ShapeBuilder, shape_of};

#[derive(Clone, Serialize, Deserialize)]
struct Tree {
    value: i64,
    children: Vec<Tree>,
}

impl Record for Tree {
    fn shape(shape: &mut ShapeBuilder) {
        shape.named::<Self>("Tree", |shape| {
            shape.text(" { value: ").record::<i64>();
            shape.text(", children: ").record::<Vec<Tree>>().text(" }");
        });
    }
}

#[test]
fn standard_types() {
    assert_eq!(shape_of::<[u8; 4]>(), "[u8; 4]");
    assert_eq!(shape_of::<Option<uuid::Uuid>>(), "Option<Uuid>");
    assert_eq!(shape_of::<Result<(), Box<String>>>(), "Result<(), String>");
    assert_eq!(
        shape_of::<HashMap<char, BTreeMap<(u8,), f64>>>(),
        "HashMap<char, BTreeMap<(u8), f64>>"
    );
}

#[test]
fn a_recursive_type_ends() {
    assert_eq!(
        shape_of::<(Tree, Tree)>(),
        "(Tree { value: i64, children: Vec<^Tree> }, Tree { value: i64, children: Vec<^Tree> })"
    );
}
