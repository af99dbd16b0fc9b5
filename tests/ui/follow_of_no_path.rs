//! A path follows what is a path.

use rama::{Again, PathWithin, Record, RecursivePath, Start, path_of};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, Record)]
struct Tree(i64, Vec<Tree>);

struct Labels;

impl RecursivePath for Labels {
    type From = Tree;
    type To = i64;

    fn path(&self, tree: Start<Tree>, again: Again<'_, Self>) -> impl PathWithin<Tree, i64> {
        tree.multi_path(|tree| (tree.field(|f| f.0), tree.field(|f| f.1).all().follow(again)))
    }
}

fn main() {
    let labels = path_of::<Vec<Tree>>().all().follow(Labels);
    drop(labels);
}
