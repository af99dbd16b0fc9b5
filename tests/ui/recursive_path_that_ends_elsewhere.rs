//! A path that may follow itself leads to the type it says.

use rama::{Again, PathWithin, Record, RecursivePath, Start};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, Record)]
struct Tree(i64, Vec<Tree>);

struct Below;

impl RecursivePath for Below {
    type From = Tree;
    type To = i64;

    fn path(&self, tree: Start<Tree>, _: Again<'_, Self>) -> impl PathWithin<Tree, i64> {
        tree.field(|f| f.1)
    }
}

fn main() {}
