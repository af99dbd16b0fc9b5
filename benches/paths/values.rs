//! What is no collection, or more than one: structs, tuples, options, strings, trees.

use rama::{Again, PathWithin, Record, RecursivePath, Start, path_of};
use serde::{Deserialize, Serialize};

use super::data::{COUNT, names};
use super::{Options, Outcome, case};

#[derive(Clone, PartialEq, Serialize, Deserialize, Record)]
struct Account {
    name: String,
    funds: i64,
}

#[derive(Clone, PartialEq, Serialize, Deserialize, Record)]
struct Tree(i64, Vec<Tree>);

impl Tree {
    fn of_depth(depth: i64) -> Self {
        let children = if depth == 0 { 0 } else { 10 };
        Self(depth, (0..children).map(|_| Self::of_depth(depth - 1)).collect())
    }
}

/// The labels of a tree, each before those beneath it.
struct Labels;

impl RecursivePath for Labels {
    type From = Tree;
    type To = i64;

    fn path(&self, tree: Start<Tree>, again: Again<'_, Self>) -> impl PathWithin<Tree, i64> {
        tree.multi_path(|tree| (tree.field(|f| f.0), tree.field(|f| f.1).all().follow(again)))
    }
}

/// The labels of those trees that have none beneath them.
struct Leaves;

impl RecursivePath for Leaves {
    type From = Tree;
    type To = i64;

    fn path(&self, tree: Start<Tree>, again: Again<'_, Self>) -> impl PathWithin<Tree, i64> {
        tree.if_path_else(
            |tree| tree.field(|f| f.1).first(),
            |tree| tree.field(|f| f.1).all().follow(again),
            |tree| tree.field(|f| f.0),
        )
    }
}

fn collect_leaves(Tree(label, children): &Tree, into: &mut Vec<i64>) {
    match children.is_empty() {
        true => into.push(*label),
        false => children.iter().for_each(|child| collect_leaves(child, into)),
    }
}

fn double_even_labels(Tree(label, children): &mut Tree) {
    if *label % 2 == 0 {
        *label *= 2;
    }
    children.iter_mut().for_each(double_even_labels);
}

fn collect_labels(Tree(label, children): &Tree, into: &mut Vec<i64>) {
    into.push(*label);
    children.iter().for_each(|child| collect_labels(child, into));
}

fn increment_labels(Tree(label, children): &mut Tree) {
    *label += 1;
    children.iter_mut().for_each(increment_labels);
}

/// The cases of these.
pub fn run(options: &Options) -> Vec<Option<Outcome>> {
    let options_of: Vec<Option<i64>> = (0..COUNT).map(|n| (n % 3 != 0).then_some(n)).collect();
    let pairs: Vec<(i64, String)> = (0..COUNT / 10).map(|n| (n, n.to_string())).collect();
    let named = |n: i64| Account { name: format!("a name: {n}"), funds: n };
    let accounts: Vec<Account> = (0..COUNT / 10).map(named).collect();
    let tree = Tree::of_depth(4);
    vec![
        case(
            options,
            "make each name longer",
            &names(),
            |data| {
                let all = path_of::<Vec<String>>().all();
                all.term(|name| name + "!").transform_in(data).expect("no path fails");
            },
            |data| data.iter_mut().for_each(|name| name.push('!')),
        ),
        case(
            options,
            "the numbers of options (some)",
            &options_of,
            |data| {
                path_of::<Vec<Option<i64>>>().all().some().select_from(data).expect("no path fails")
            },
            |data| data.iter().copied().flatten().collect::<Vec<_>>(),
        ),
        case(
            options,
            "increment the numbers of options (some)",
            &options_of,
            |data| {
                path_of::<Vec<Option<i64>>>()
                    .all()
                    .some()
                    .term(|n| n + 1)
                    .transform_in(data)
                    .expect("no path fails");
            },
            |data| {
                data.iter_mut().flatten().for_each(|n| *n += 1);
            },
        ),
        case(
            options,
            "the second of tuples (field)",
            &pairs,
            |data| {
                path_of::<Vec<(i64, String)>>()
                    .all()
                    .field(|pair| pair.0)
                    .select_from(data)
                    .expect("no path fails")
            },
            |data| data.iter().map(|pair| pair.0).collect::<Vec<_>>(),
        ),
        case(
            options,
            "increment the first of tuples (field)",
            &pairs,
            |data| {
                path_of::<Vec<(i64, String)>>()
                    .all()
                    .field(|pair| pair.0)
                    .term(|n| n + 1)
                    .transform_in(data)
                    .expect("no path fails");
            },
            |data| {
                data.iter_mut().for_each(|pair| pair.0 += 1);
            },
        ),
        case(
            options,
            "increment a field of structs (field)",
            &accounts,
            |data| {
                path_of::<Vec<Account>>()
                    .all()
                    .field(|account| account.funds)
                    .term(|n| n + 1)
                    .transform_in(data)
                    .expect("no path fails");
            },
            |data| {
                data.iter_mut().for_each(|account| account.funds += 1);
            },
        ),
        case(
            options,
            "increment a part of structs (lens)",
            &accounts,
            |data| {
                path_of::<Vec<Account>>()
                    .all()
                    .lens(
                        |account: &Account| &account.funds,
                        |account: &mut Account| &mut account.funds,
                    )
                    .term(|n| n + 1)
                    .transform_in(data)
                    .expect("no path fails");
            },
            |data| {
                data.iter_mut().for_each(|account| account.funds += 1);
            },
        ),
        case(
            options,
            "add to a field of structs, where it is (update)",
            &accounts,
            |data| {
                path_of::<Vec<Account>>()
                    .all()
                    .field(|account| account.name)
                    .update(|name: &mut String| name.push('!'))
                    .transform_in(data)
                    .expect("no path fails");
            },
            |data| {
                data.iter_mut().for_each(|account| account.name.push('!'));
            },
        ),
        case(
            options,
            "what a function makes of names (view)",
            &names(),
            |data| {
                path_of::<Vec<String>>()
                    .all()
                    .view(|name: &String| name.to_uppercase())
                    .select_from(data)
                    .expect("no path fails")
            },
            |data| data.iter().map(|name| name.to_uppercase()).collect::<Vec<_>>(),
        ),
        case(
            options,
            "the labels of a tree (follow)",
            &tree,
            |data| {
                path_of::<Tree>()
                    .nil_to_val(Tree(0, Vec::new()))
                    .follow(&Labels)
                    .select_from(data)
                    .expect("no path fails")
            },
            |data| {
                let mut all = Vec::new();
                collect_labels(data, &mut all);
                all
            },
        ),
        case(
            options,
            "increment the labels of a tree (follow)",
            &tree,
            |data| {
                path_of::<Tree>()
                    .nil_to_val(Tree(0, Vec::new()))
                    .follow(&Labels)
                    .term(|n| n + 1)
                    .transform_in(data)
                    .expect("no path fails");
            },
            |data| {
                increment_labels(data);
            },
        ),
        case(
            options,
            "double the even labels of a tree (follow, filter_pred)",
            &tree,
            |data| {
                path_of::<Tree>()
                    .nil_to_val(Tree(0, Vec::new()))
                    .follow(&Labels)
                    .filter_pred(|label| label % 2 == 0)
                    .term(|label| label * 2)
                    .transform_in(data)
                    .expect("no path fails");
            },
            |data| {
                double_even_labels(data);
            },
        ),
        case(
            options,
            "the leaves of a tree (follow, if_path_else)",
            &tree,
            |data| {
                path_of::<Tree>()
                    .nil_to_val(Tree(0, Vec::new()))
                    .follow(&Leaves)
                    .select_from(data)
                    .expect("no path fails")
            },
            |data| {
                let mut all = Vec::new();
                collect_leaves(data, &mut all);
                all
            },
        ),
        case(
            options,
            "the letters of names (all)",
            &names(),
            |data| path_of::<Vec<String>>().all().all().select_from(data).expect("no path fails"),
            |data| data.iter().flat_map(|name| name.chars()).collect::<Vec<_>>(),
        ),
        case(
            options,
            "capitals in names (all)",
            &names(),
            |data| {
                path_of::<Vec<String>>()
                    .all()
                    .all()
                    .term(|letter| letter.to_ascii_uppercase())
                    .transform_in(data)
                    .expect("no path fails");
            },
            |data| {
                for name in data {
                    *name = name.chars().map(|letter| letter.to_ascii_uppercase()).collect();
                }
            },
        ),
        case(
            options,
            "the third letter of each name (nth)",
            &names(),
            |data| path_of::<Vec<String>>().all().nth(2).select_from(data).expect("no path fails"),
            |data| data.iter().filter_map(|name| name.chars().nth(2)).collect::<Vec<_>>(),
        ),
    ]
}
