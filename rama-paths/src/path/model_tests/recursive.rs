//! Paths that follow themselves beside functions that call themselves.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::PathError;
use crate::path::nav::{Again, PathWithin, RecursivePath, Root, Start};
use crate::path::{PStatePath, Present, WriteNavigator};
use crate::record::{Record, ShapeBuilder};
use crate::schema::PMap;
use crate::store::Partition;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Tree(i64, Vec<Tree>);

impl Record for Tree {
    fn shape(shape: &mut ShapeBuilder) {
        shape.text("Tree");
    }
}

/// The label and the trees beneath it: `tree.lens(…)` of each.
macro_rules! label {
    ($tree:expr) => {
        $tree.lens(|tree: &Tree| &tree.0, |tree: &mut Tree| &mut tree.0)
    };
}
macro_rules! below {
    ($tree:expr) => {
        $tree.lens(|tree: &Tree| &tree.1, |tree: &mut Tree| &mut tree.1).all()
    };
}

/// Every label, each before those beneath it.
struct Labels;

impl RecursivePath for Labels {
    type From = Tree;
    type To = i64;

    fn path(&self, tree: Start<Tree>, again: Again<'_, Self>) -> impl PathWithin<Tree, i64> {
        tree.multi_path(|tree| (label!(tree), below!(tree).follow(again)))
    }
}

/// The labels of trees with nothing beneath them that are above a limit.
struct Leaves {
    above: i64,
}

impl RecursivePath for Leaves {
    type From = Tree;
    type To = i64;

    fn path(&self, tree: Start<Tree>, again: Again<'_, Self>) -> impl PathWithin<Tree, i64> {
        tree.cond_path(|tree| {
            (
                (below!(tree), below!(tree).follow(again)),
                (tree, label!(tree).filter_greater_than(self.above)),
            )
        })
    }
}

/// The label, and the even ones of those that the trees beneath lead to: it goes on behind itself.
struct EvenBelow;

impl RecursivePath for EvenBelow {
    type From = Tree;
    type To = i64;

    fn path(&self, tree: Start<Tree>, again: Again<'_, Self>) -> impl PathWithin<Tree, i64> {
        tree.multi_path(|tree| {
            (below!(tree).follow(again).filter_pred(|label| label % 2 == 0), label!(tree))
        })
    }
}

/// The labels of each second level, by two paths that follow each other.
struct FirstLevel;
struct SecondLevel;

impl RecursivePath for FirstLevel {
    type From = Tree;
    type To = i64;

    fn path(&self, tree: Start<Tree>, _: Again<'_, Self>) -> impl PathWithin<Tree, i64> {
        tree.multi_path(|tree| {
            (label!(tree), below!(tree).follow(Again::of(&SecondLevel)).filter_not_equal(0))
        })
    }
}

impl RecursivePath for SecondLevel {
    type From = Tree;
    type To = i64;

    fn path(&self, tree: Start<Tree>, _: Again<'_, Self>) -> impl PathWithin<Tree, i64> {
        below!(tree).follow(Again::of(&FirstLevel))
    }
}

/// Every tree beneath, each behind those beneath it.
struct Below;

impl RecursivePath for Below {
    type From = Tree;
    type To = Tree;

    fn path(&self, tree: Start<Tree>, again: Again<'_, Self>) -> impl PathWithin<Tree, Tree> {
        below!(tree).continue_then_stay(|tree| tree.follow(again))
    }
}

/// The numbers of a list. It could do without following itself.
struct Numbers;

impl RecursivePath for Numbers {
    type From = Vec<u8>;
    type To = u8;

    fn path(&self, list: Start<Vec<u8>>, _: Again<'_, Self>) -> impl PathWithin<Vec<u8>, u8> {
        list.all()
    }
}

/// Only trees with exactly one beneath them.
struct Chain;

impl RecursivePath for Chain {
    type From = Tree;
    type To = i64;

    fn path(&self, tree: Start<Tree>, again: Again<'_, Self>) -> impl PathWithin<Tree, i64> {
        tree.if_path_else(
            |tree| label!(tree).filter_less_than(0),
            |tree| label!(tree),
            |tree| below!(tree).one().follow(again),
        )
    }
}

fn trees() -> impl Strategy<Value = Tree> {
    let leaf = (-9_i64..9).prop_map(|label| Tree(label, Vec::new()));
    leaf.prop_recursive(5, 60, 5, |tree| {
        ((-9_i64..9), prop::collection::vec(tree, 0..5))
            .prop_map(|(label, below)| Tree(label, below))
    })
}

/// Trees as rows.
type Trees = PMap<i64, Tree>;

fn top() -> PStatePath<(), Root<Vec<Tree>>> {
    PStatePath::new()
}

/// Visits what the functions beside the paths lead to, in order.
type Visit<'v> = &'v mut dyn FnMut(&mut i64);

fn labels(tree: &mut Tree, f: Visit<'_>) {
    f(&mut tree.0);
    tree.1.iter_mut().for_each(|tree| labels(tree, f));
}

fn leaves(tree: &mut Tree, above: i64, f: Visit<'_>) {
    if tree.1.is_empty() && tree.0 > above {
        f(&mut tree.0);
    }
    tree.1.iter_mut().for_each(|tree| leaves(tree, above, f));
}

fn even_below(tree: &mut Tree, f: Visit<'_>) {
    for tree in &mut tree.1 {
        even_below(tree, &mut |label| {
            if *label % 2 == 0 {
                f(label);
            }
        });
    }
    f(&mut tree.0);
}

fn each_second(tree: &mut Tree, f: Visit<'_>) {
    f(&mut tree.0);
    for tree in tree.1.iter_mut().flat_map(|tree| &mut tree.1) {
        each_second(tree, &mut |label| {
            if *label != 0 {
                f(label);
            }
        });
    }
}

/// Selects and writes by a path and by a function: in memory, and where the trees are stored rows.
fn assert_same<N, M>(
    trees: &[Tree],
    path: PStatePath<(), N>,
    of_rows: PStatePath<(), M>,
    by_hand: impl Fn(&mut Tree, Visit<'_>),
) where
    N: WriteNavigator<Schema = Vec<Tree>, Here = i64, Presence = Present, Collected = ()> + Clone,
    M: WriteNavigator<Schema = Trees, Here = i64, Presence = Present, Collected = ()> + Clone,
{
    let (mut by_path, mut expected) = (trees.to_vec(), trees.to_vec());
    let mut selected = Vec::new();
    expected.iter_mut().for_each(|tree| by_hand(tree, &mut |label| selected.push(*label)));
    assert_eq!(path.select_from(&by_path), Ok(selected.clone()));
    expected.iter_mut().for_each(|tree| by_hand(tree, &mut |label| *label = *label * 3 + 1));
    path.term(|label| label * 3 + 1).transform_in(&mut by_path).expect("no path fails");
    assert_eq!(by_path, expected);

    let mut rows = Partition::<Trees>::new();
    let row = || PStatePath::<(), Root<Trees>>::new();
    for (key, tree) in (0..).zip(trees) {
        rows.transform(row().key(key).termval(tree.clone())).expect("a write");
    }
    assert_eq!(rows.select(&of_rows), Ok(selected));
    rows.transform(of_rows.term(|label| label * 3 + 1)).expect("a write");
    assert_eq!(rows.select(&row().map_vals()), Ok(expected));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn paths_that_follow_themselves_do_what_functions_that_call_themselves_do(
        trees in prop::collection::vec(trees(), 0..4),
        above in -9_i64..9,
    ) {
        let row = || PStatePath::<(), Root<Trees>>::new().map_vals();
        let each = || top().all();
        assert_same(&trees, each().follow(&Labels), row().follow(&Labels), labels);
        let some = Leaves { above };
        assert_same(&trees, each().follow(&some), row().follow(&some), |tree, f| {
            leaves(tree, above, f);
        });
        assert_same(&trees, each().follow(&EvenBelow), row().follow(&EvenBelow), even_below);
        assert_same(&trees, each().follow(&FirstLevel), row().follow(&FirstLevel), each_second);
        assert_same(
            &trees,
            each().follow(&Labels).filter_pred(|label| label % 3 == 0),
            row().follow(&Labels).filter_pred(|label| label % 3 == 0),
            |tree, f| labels(tree, &mut |label| if *label % 3 == 0 { f(label) }),
        );
    }

    #[test]
    fn what_is_removed_goes_from_where_it_is(trees in prop::collection::vec(trees(), 0..4)) {
        fn remove(tree: &mut Tree) {
            tree.1.iter_mut().for_each(remove);
            tree.1.retain(|tree| tree.0 % 3 != 0);
        }
        let mut expected = trees.clone();
        expected.iter_mut().for_each(remove);
        let removed = top().all().follow(&Below).filter_pred(|tree| tree.0 % 3 == 0).none();
        prop_assert_eq!(removed.transform(trees), Ok(expected));
    }
}

#[test]
fn what_is_collected_before_is_with_each_of_what_a_path_leads_to() {
    let trees = vec![Tree(1, vec![Tree(2, vec![])]), Tree(3, vec![])];
    let path = top().all().collect_one(|tree| label!(tree)).follow(&Labels);
    assert_eq!(path.select_from(&trees), Ok(vec![(1, 1), (1, 2), (3, 3)]));
}

#[test]
fn a_path_is_followed_from_elements_of_a_set_which_then_are_others() {
    let set = BTreeSet::from([vec![1, 2], vec![5]]);
    let path = || PStatePath::<(), Root<BTreeSet<Vec<u8>>>>::new().all().follow(&Numbers);
    assert_eq!(path().select_from(&set), Ok(vec![1, 2, 5]));
    let set = path().term(|n| n + 4).transform(set);
    assert_eq!(set, Ok(BTreeSet::from([vec![5, 6], vec![9]])));
}

#[test]
fn where_no_value_is_a_path_leads_nowhere_and_from_a_default_to_what_that_holds() {
    let path = || PStatePath::<(), Root<Trees>>::new().key(7);
    let mut rows = Partition::<Trees>::new();
    assert_eq!(rows.select(&path().follow(&Labels)), Ok(vec![]));
    rows.transform(path().follow(&Labels).termval(5)).expect("a write");
    assert_eq!(rows.select_one(&path()), Ok(None));
    let default = Tree(1, vec![Tree(2, vec![])]);
    let filled = path().nil_to_val(default).follow(&Labels);
    assert_eq!(rows.select(&filled), Ok(vec![1, 2]));
    rows.transform(filled.term(|label| label + 1)).expect("a write");
    assert_eq!(rows.select_one(&path()), Ok(Some(Tree(2, vec![Tree(3, vec![])]))));
}

#[test]
fn what_fails_in_the_depth_is_told() {
    let chain = Tree(1, vec![Tree(2, vec![Tree(-3, vec![])])]);
    assert_eq!(top().all().follow(&Chain).select_from(&vec![chain]), Ok(vec![-3]));
    let two = Tree(1, vec![Tree(2, vec![Tree(-3, vec![]), Tree(-4, vec![])])]);
    let path = || top().all().follow(&Chain);
    let failed = PathError::NotOne { found: 2 };
    assert_eq!(path().select_from(&vec![two.clone()]), Err(failed.clone()));
    assert_eq!(path().term(|label| label).transform(vec![two]), Err(failed));
}
