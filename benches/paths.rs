//! Paths on plain data beside loops written by hand for the same work.
//!
//! Each case runs both in turn, many times, in one process, on the same data; their results are
//! compared once. Printed are the medians and the ratio: how many times as long the path takes.
//!
//! `cargo bench --bench paths -- [--rounds N] [--only TEXT]`

#![allow(missing_docs)]

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::hint::black_box;
use std::time::{Duration, Instant};

use clap::Parser;
use rama::{CustomNav, Record, RecursivePath, path_of};
use serde::{Deserialize, Serialize};

#[derive(Parser)]
struct Options {
    /// How often each case is run by either.
    #[arg(long, default_value_t = 101)]
    rounds: usize,
    /// Only the cases that have this in their names.
    #[arg(long, default_value = "")]
    only: String,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

/// What a case came to.
struct Outcome {
    name: &'static str,
    path: Duration,
    hand: Duration,
}

/// Runs both on copies of `data`, in turn.
fn case<D: Clone + PartialEq, R: PartialEq>(
    options: &Options,
    name: &'static str,
    data: &D,
    path: impl Fn(&mut D) -> R,
    hand: impl Fn(&mut D) -> R,
) -> Option<Outcome> {
    if !name.contains(&options.only) {
        return None;
    }
    let (mut by_path, mut by_hand) = (data.clone(), data.clone());
    assert!(path(&mut by_path) == hand(&mut by_hand), "{name}: results differ");
    assert!(by_path == by_hand, "{name}: data differ");
    let timed = |run: &dyn Fn(&mut D) -> R| {
        let mut data = data.clone();
        let start = Instant::now();
        let result = run(black_box(&mut data));
        let took = start.elapsed();
        black_box((result, data));
        took
    };
    let (mut paths, mut hands) = (Vec::new(), Vec::new());
    for _ in 0..options.rounds {
        paths.push(timed(&path));
        hands.push(timed(&hand));
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        times[times.len() / 2]
    };
    Some(Outcome { name, path: median(&mut paths), hand: median(&mut hands) })
}

const COUNT: i64 = 100_000;

fn numbers() -> Vec<i64> {
    (0..COUNT).map(|n| n.wrapping_mul(2_654_435_761) % 1_000).collect()
}

fn lists() -> Vec<Vec<i64>> {
    (0..COUNT / 10).map(|n| (n..n + 10).collect()).collect()
}

fn maps() -> HashMap<i64, HashMap<i64, i64>> {
    (0..COUNT / 10).map(|n| (n, (n..n + 10).map(|m| (m, m)).collect())).collect()
}

fn names() -> Vec<String> {
    (0..COUNT / 10).map(|n| format!("a name that is longer than most: {n}")).collect()
}

fn run(options: &Options) -> Vec<Option<Outcome>> {
    let keys: Vec<i64> = numbers().iter().map(|n| n % (COUNT / 10)).collect();
    let some: Vec<i64> = (0..COUNT / 10).map(|n| n * 7).collect();
    let far: Vec<i64> = (0..COUNT).map(|n| if n == COUNT - 10 { 999 } else { n % 998 }).collect();
    let sorted: BTreeMap<i64, i64> = (0..COUNT).map(|n| (n, n)).collect();
    let map: HashMap<i64, i64> = (0..COUNT).map(|n| (n, n)).collect();
    let set: BTreeSet<i64> = (0..COUNT).collect();
    let hashed: HashSet<i64> = (0..COUNT).collect();
    vec![
        case(
            options,
            "increment each number of a list",
            &numbers(),
            |data| {
                path_of::<Vec<i64>>()
                    .all()
                    .term(|n| n + 1)
                    .transform_in(data)
                    .expect("no path fails")
            },
            |data| data.iter_mut().for_each(|n| *n += 1),
        ),
        case(
            options,
            "increment the even numbers of a list",
            &numbers(),
            |data| {
                let even = path_of::<Vec<i64>>().all().filter_pred(|n| n % 2 == 0);
                even.term(|n| n + 1).transform_in(data).expect("no path fails");
            },
            |data| data.iter_mut().filter(|n| **n % 2 == 0).for_each(|n| *n += 1),
        ),
        case(
            options,
            "remove the even numbers of a list",
            &numbers(),
            |data| {
                let even = path_of::<Vec<i64>>().all().filter_pred(|n| n % 2 == 0);
                even.none().transform_in(data).expect("no path fails");
            },
            |data| data.retain(|n| n % 2 != 0),
        ),
        case(
            options,
            "select the numbers below 500 of lists of lists",
            &lists(),
            |data| {
                let small = path_of::<Vec<Vec<i64>>>().all().all().filter_less_than(500);
                small.select_from(data).expect("no path fails")
            },
            |data| data.iter().flatten().copied().filter(|n| *n < 500).collect::<Vec<_>>(),
        ),
        case(
            options,
            "increment the last number of each list",
            &lists(),
            |data| {
                let last = path_of::<Vec<Vec<i64>>>().all().last();
                last.term(|n| n + 1).transform_in(data).expect("no path fails");
            },
            |data| {
                for list in data {
                    if let Some(last) = list.last_mut() {
                        *last += 1;
                    }
                }
            },
        ),
        case(
            options,
            "append to each list",
            &lists(),
            |data| {
                let end = path_of::<Vec<Vec<i64>>>().all().after_elem();
                end.termval(7).transform_in(data).expect("no path fails");
            },
            |data| data.iter_mut().for_each(|list| list.push(7)),
        ),
        case(
            options,
            "increment each value of maps of maps",
            &maps(),
            |data| {
                let all = path_of::<HashMap<i64, HashMap<i64, i64>>>().map_vals().map_vals();
                all.term(|n| n + 1).transform_in(data).expect("no path fails");
            },
            |data| data.values_mut().flat_map(HashMap::values_mut).for_each(|n| *n += 1),
        ),
        case(
            options,
            "increment one value of maps of maps, by two keys",
            &maps(),
            |data| {
                for key in &keys {
                    let at = path_of::<HashMap<i64, HashMap<i64, i64>>>().key(*key).key(*key);
                    at.nil_to_val(0).term(|n| n + 1).transform_in(data).expect("no path fails");
                }
            },
            |data| {
                for key in &keys {
                    *data.entry(*key).or_default().entry(*key).or_insert(0) += 1;
                }
            },
        ),
        case(
            options,
            "select one value of maps of maps, by two keys",
            &maps(),
            |data| {
                let at = |key| path_of::<HashMap<i64, HashMap<i64, i64>>>().key(key).key(key);
                keys.iter()
                    .filter_map(|key| at(*key).select_one_from(data).expect("no path fails"))
                    .sum::<i64>()
            },
            |data| {
                let at = |key| data.get(key).and_then(|inner| inner.get(key));
                keys.iter().filter_map(|key| at(key).copied()).sum::<i64>()
            },
        ),
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
            "the first number above 998 of a list, far behind",
            &far,
            |data| {
                let above = path_of::<Vec<i64>>().all().filter_greater_than(998);
                above.select_first_from(data).expect("no path fails")
            },
            |data| data.iter().copied().find(|n| *n > 998),
        ),
        case(
            options,
            "reverse the even numbers of a list",
            &numbers(),
            |data| {
                let even = path_of::<Vec<i64>>()
                    .filtered_list(|number| number.filter_pred(|n| n % 2 == 0));
                let reversed = |mut even: Vec<i64>| {
                    even.reverse();
                    even
                };
                even.term(reversed).transform_in(data).expect("no path fails");
            },
            |data| {
                let even: Vec<i64> = data.iter().copied().filter(|n| n % 2 == 0).collect();
                let mut even = even.into_iter().rev();
                for n in data.iter_mut().filter(|n| **n % 2 == 0) {
                    if let Some(other) = even.next() {
                        *n = other;
                    }
                }
            },
        ),
        case(
            options,
            "the values between two keys of a sorted map",
            &sorted,
            |data| {
                let range = path_of::<BTreeMap<i64, i64>>().sorted_map_range(1_000, 90_000);
                range.map_vals().select_from(data).expect("no path fails")
            },
            |data| data.range(1_000..90_000).map(|(_, n)| *n).collect::<Vec<_>>(),
        ),
        case(
            options,
            "increment the values between two keys of a sorted map",
            &sorted,
            |data| {
                let range = path_of::<BTreeMap<i64, i64>>().sorted_map_range(1_000, 90_000);
                range.map_vals().term(|n| n + 1).transform_in(data).expect("no path fails");
            },
            |data| data.range_mut(1_000..90_000).for_each(|(_, n)| *n += 1),
        ),
        case(
            options,
            "two branches for each list",
            &lists(),
            |data| {
                let both = path_of::<Vec<Vec<i64>>>().all();
                let both = both.multi_path(|list| (list.first(), list.last()));
                both.term(|n| n * 3).transform_in(data).expect("no path fails");
            },
            |data| {
                for list in data {
                    if let Some(first) = list.first_mut() {
                        *first *= 3;
                    }
                    if let Some(last) = list.last_mut() {
                        *last *= 3;
                    }
                }
            },
        ),
        case(
            options,
            "the numbers of a sublist",
            &numbers(),
            |data| {
                let part = path_of::<Vec<i64>>().sublist(1_000, 90_000).all();
                part.select_from(data).expect("no path fails")
            },
            |data| data[1_000..90_000].to_vec(),
        ),
        case(
            options,
            "increment the numbers of a sublist",
            &numbers(),
            |data| {
                let part = path_of::<Vec<i64>>().sublist(1_000, 90_000).all();
                part.term(|n| n + 1).transform_in(data).expect("no path fails");
            },
            |data| data[1_000..90_000].iter_mut().for_each(|n| *n += 1),
        ),
        case(
            options,
            "reverse a sublist, as one value",
            &numbers(),
            |data| {
                let part = path_of::<Vec<i64>>().sublist(1_000, 90_000);
                let reversed = |mut part: Vec<i64>| {
                    part.reverse();
                    part
                };
                part.term(reversed).transform_in(data).expect("no path fails");
            },
            |data| {
                let mut part = data[1_000..90_000].to_vec();
                part.reverse();
                data.splice(1_000..90_000, part);
            },
        ),
        case(
            options,
            "the values under some keys of a map",
            &map,
            |data| {
                let some = path_of::<HashMap<i64, i64>>().sub_map(some.iter().copied());
                some.map_vals().select_from(data).expect("no path fails")
            },
            |data| some.iter().filter_map(|key| data.get(key).copied()).collect::<Vec<_>>(),
        ),
        case(
            options,
            "increment the values under some keys of a map",
            &map,
            |data| {
                let some = path_of::<HashMap<i64, i64>>().sub_map(some.iter().copied());
                some.map_vals().term(|n| n + 1).transform_in(data).expect("no path fails");
            },
            |data| {
                for key in &some {
                    if let Some(n) = data.get_mut(key) {
                        *n += 1;
                    }
                }
            },
        ),
        case(
            options,
            "increment the values under some keys of a sorted map",
            &sorted,
            |data| {
                let some = path_of::<BTreeMap<i64, i64>>().sub_map(some.iter().copied());
                some.map_vals().term(|n| n + 1).transform_in(data).expect("no path fails");
            },
            |data| {
                for key in &some {
                    if let Some(n) = data.get_mut(key) {
                        *n += 1;
                    }
                }
            },
        ),
        case(
            options,
            "the elements of a range of a sorted set",
            &set,
            |data| {
                let range = path_of::<BTreeSet<i64>>().sorted_set_range(1_000, 90_000);
                range.all().select_from(data).expect("no path fails")
            },
            |data| data.range(1_000..90_000).copied().collect::<Vec<_>>(),
        ),
        case(
            options,
            "negate the elements of a range of a sorted set",
            &set,
            |data| {
                let range = path_of::<BTreeSet<i64>>().sorted_set_range(1_000, 90_000);
                range.all().term(|n| -n).transform_in(data).expect("no path fails");
            },
            |data| {
                let range: Vec<i64> = data.extract_if(1_000..90_000, |_| true).collect();
                data.extend(range.into_iter().map(|n| -n));
            },
        ),
        case(
            options,
            "the number of entries between two keys of a sorted map",
            &sorted,
            |data| {
                let range = path_of::<BTreeMap<i64, i64>>().sorted_map_range(1_000, 90_000);
                range.count().select_one_from(data).expect("no path fails")
            },
            |data| data.range(1_000..90_000).count(),
        ),
        case(
            options,
            "the entries between two keys of a sorted map, as one value",
            &sorted,
            |data| {
                let range = path_of::<BTreeMap<i64, i64>>().sorted_map_range(1_000, 90_000);
                range.select_one_from(data).expect("no path fails")
            },
            |data| data.range(1_000..90_000).map(|(k, v)| (*k, *v)).collect::<BTreeMap<_, _>>(),
        ),
        case(
            options,
            "remove the entries between two keys of a sorted map",
            &sorted,
            |data| {
                let range = path_of::<BTreeMap<i64, i64>>().sorted_map_range(1_000, 90_000);
                range.none().transform_in(data).expect("no path fails");
            },
            |data| data.extract_if(1_000..90_000, |_, _| true).for_each(drop),
        ),
        case(
            options,
            "remove the even values of a sorted map",
            &sorted,
            |data| {
                let even = path_of::<BTreeMap<i64, i64>>().map_vals().filter_pred(|n| n % 2 == 0);
                even.none().transform_in(data).expect("no path fails");
            },
            |data| data.retain(|_, n| *n % 2 != 0),
        ),
        case(
            options,
            "remove the even values of a map",
            &map,
            |data| {
                let even = path_of::<HashMap<i64, i64>>().map_vals().filter_pred(|n| n % 2 == 0);
                even.none().transform_in(data).expect("no path fails");
            },
            |data| data.retain(|_, n| *n % 2 != 0),
        ),
        case(
            options,
            "sort all numbers of lists of lists (subselect)",
            &lists(),
            |data| {
                let all = path_of::<Vec<Vec<i64>>>().subselect(|lists| lists.all().all());
                let sorted = |mut all: Vec<i64>| {
                    all.sort_unstable();
                    all
                };
                all.term(sorted).transform_in(data).expect("no path fails");
            },
            |data| {
                let mut all: Vec<i64> = data.iter().flatten().copied().collect();
                all.sort_unstable();
                for (n, new) in data.iter_mut().flatten().zip(all) {
                    *n = new;
                }
            },
        ),
        case(
            options,
            "the first number of each list beside the list (collect)",
            &lists(),
            |data| {
                let first = path_of::<Vec<Vec<i64>>>().all().collect(|list| list.all()).first();
                first.select_from(data).expect("no path fails")
            },
            |data| {
                let first = |list: &Vec<i64>| Some((list.clone(), *list.first()?));
                data.iter().filter_map(first).collect::<Vec<_>>()
            },
        ),
        case(
            options,
            "the first number of each list",
            &lists(),
            |data| {
                let first = path_of::<Vec<Vec<i64>>>().all().first();
                first.select_from(data).expect("no path fails")
            },
            |data| data.iter().filter_map(|list| list.first().copied()).collect::<Vec<_>>(),
        ),
        case(
            options,
            "increment the fourth number of each list",
            &lists(),
            |data| {
                let fourth = path_of::<Vec<Vec<i64>>>().all().nth(3);
                fourth.term(|n| n + 1).transform_in(data).expect("no path fails");
            },
            |data| {
                for list in data {
                    if let Some(fourth) = list.get_mut(3) {
                        *fourth += 1;
                    }
                }
            },
        ),
        case(
            options,
            "the last number of a sublist of each list",
            &lists(),
            |data| {
                let last = path_of::<Vec<Vec<i64>>>().all().sublist(2, 7).last();
                last.select_from(data).expect("no path fails")
            },
            |data| {
                let last =
                    |list: &Vec<i64>| list[2.min(list.len())..7.min(list.len())].last().copied();
                data.iter().filter_map(last).collect::<Vec<_>>()
            },
        ),
        case(
            options,
            "which of some elements a set has",
            &hashed,
            |data| {
                let at = |item| path_of::<HashSet<i64>>().set_elem(item);
                some.iter()
                    .filter_map(|item| at(*item).select_first_from(data).expect("no path fails"))
                    .sum::<i64>()
            },
            |data| some.iter().filter_map(|item| data.get(item)).sum::<i64>(),
        ),
        case(
            options,
            "negate some elements of a set",
            &hashed,
            |data| {
                for item in &some {
                    let at = path_of::<HashSet<i64>>().set_elem(*item);
                    at.term(|n| -n).transform_in(data).expect("no path fails");
                }
            },
            |data| {
                for item in &some {
                    if let Some(item) = data.take(item) {
                        data.insert(-item);
                    }
                }
            },
        ),
        case(
            options,
            "the last number of lists whose first one is even (if_path)",
            &lists(),
            |data| {
                let last = path_of::<Vec<Vec<i64>>>()
                    .all()
                    .if_path(|list| list.first().filter_pred(|n| n % 2 == 0), |list| list.last());
                last.select_from(data).expect("no path fails")
            },
            |data| {
                let is_even = |list: &&Vec<i64>| list.first().is_some_and(|n| n % 2 == 0);
                let even = data.iter().filter(is_even);
                even.filter_map(|list| list.last().copied()).collect::<Vec<_>>()
            },
        ),
        case(
            options,
            "increment the last number of lists whose first one is even (if_path)",
            &lists(),
            |data| {
                let last = path_of::<Vec<Vec<i64>>>()
                    .all()
                    .if_path(|list| list.first().filter_pred(|n| n % 2 == 0), |list| list.last());
                last.term(|n| n + 1).transform_in(data).expect("no path fails");
            },
            |data| {
                for list in data {
                    if list.first().is_some_and(|n| n % 2 == 0)
                        && let Some(last) = list.last_mut()
                    {
                        *last += 1;
                    }
                }
            },
        ),
        case(
            options,
            "increment the values of the entries of a sorted map (all)",
            &sorted,
            |data| {
                let all = path_of::<BTreeMap<i64, i64>>().all();
                all.term(|(key, n)| (key, n + 1)).transform_in(data).expect("no path fails");
            },
            |data| data.values_mut().for_each(|n| *n += 1),
        ),
        case(
            options,
            "move every entry of a sorted map (all)",
            &sorted,
            |data| {
                let all = path_of::<BTreeMap<i64, i64>>().all();
                all.term(|(key, n)| (key + 1, n + 1)).transform_in(data).expect("no path fails");
            },
            |data| {
                let all = std::mem::take(data).into_iter();
                *data = all.map(|(key, n)| (key + 1, n + 1)).collect();
            },
        ),
        case(
            options,
            "rename every key of a map (map_keys)",
            &map,
            |data| {
                let keys = path_of::<HashMap<i64, i64>>().map_keys();
                keys.term(|key| key + COUNT).transform_in(data).expect("no path fails");
            },
            |data| {
                let all = std::mem::take(data).into_iter();
                *data = all.map(|(key, n)| (key + COUNT, n)).collect();
            },
        ),
        case(
            options,
            "rename some keys of a sorted map (map_keys)",
            &sorted,
            |data| {
                let keys = path_of::<BTreeMap<i64, i64>>().map_keys();
                let some = keys.filter_pred(|key| key % 100 == 0);
                some.term(|key| -key).transform_in(data).expect("no path fails");
            },
            |data| {
                let some: Vec<(i64, i64)> = data.extract_if(.., |key, _| key % 100 == 0).collect();
                data.extend(some.into_iter().map(|(key, n)| (-key, n)));
            },
        ),
    ]
}

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

fn collect_labels(Tree(label, children): &Tree, into: &mut Vec<i64>) {
    into.push(*label);
    children.iter().for_each(|child| collect_labels(child, into));
}

fn increment_labels(Tree(label, children): &mut Tree) {
    *label += 1;
    children.iter_mut().for_each(increment_labels);
}

#[derive(Clone)]
struct Even;

impl CustomNav<Vec<i64>> for Even {
    type To = i64;

    fn select(&self, numbers: &Vec<i64>, next: &mut dyn FnMut(&i64)) {
        numbers.iter().filter(|n| *n % 2 == 0).for_each(next);
    }

    fn transform(&self, numbers: &mut Vec<i64>, next: &mut dyn FnMut(&mut i64) -> bool) {
        numbers.retain_mut(|n| *n % 2 != 0 || next(n));
    }
}

/// One or more of each family of navigators that [`run`] does not have.
fn run_more(options: &Options) -> Vec<Option<Outcome>> {
    let some: Vec<i64> = (0..COUNT / 10).map(|n| n * 7).collect();
    let sorted: BTreeMap<i64, i64> = (0..COUNT).map(|n| (n, n)).collect();
    let map: HashMap<i64, i64> = (0..COUNT).map(|n| (n, n)).collect();
    let hashed: HashSet<i64> = (0..COUNT).collect();
    let deque: VecDeque<i64> = numbers().into();
    let lists = lists();
    let options_of: Vec<Option<i64>> = (0..COUNT).map(|n| (n % 3 != 0).then_some(n)).collect();
    let pairs: Vec<(i64, String)> = (0..COUNT / 10).map(|n| (n, n.to_string())).collect();
    let named = |n: i64| Account { name: format!("a name: {n}"), funds: n };
    let accounts: Vec<Account> = (0..COUNT / 10).map(named).collect();
    let tree = Tree::of_depth(4);
    let labels = RecursivePath::<Tree, i64>::new(|tree, labels| {
        tree.multi_path(|tree| {
            let label = tree.lens(|tree: &Tree| &tree.0, |tree: &mut Tree| &mut tree.0);
            let children = tree.lens(|tree: &Tree| &tree.1, |tree: &mut Tree| &mut tree.1);
            (label, children.all().follow(&labels))
        })
    });
    vec![
        case(
            options,
            "the values at keys that are there (must)",
            &map,
            |data| {
                some.iter()
                    .filter_map(|key| {
                        path_of::<HashMap<i64, i64>>()
                            .must(*key)
                            .select_first_from(data)
                            .expect("no path fails")
                    })
                    .sum::<i64>()
            },
            |data| some.iter().filter_map(|key| data.get(key)).sum::<i64>(),
        ),
        case(
            options,
            "increment the values at keys that are there (must)",
            &map,
            |data| {
                for key in &some {
                    path_of::<HashMap<i64, i64>>()
                        .must(*key)
                        .term(|n| n + 1)
                        .transform_in(data)
                        .expect("no path fails");
                }
            },
            |data| {
                for key in &some {
                    if let Some(n) = data.get_mut(key) {
                        *n += 1;
                    }
                }
            },
        ),
        case(
            options,
            "put new keys (key, nil_to_val)",
            &map,
            |data| {
                for key in &some {
                    path_of::<HashMap<i64, i64>>()
                        .key(-*key)
                        .nil_to_val(3)
                        .term(|n| n + 1)
                        .transform_in(data)
                        .expect("no path fails");
                }
            },
            |data| {
                for key in &some {
                    *data.entry(-*key).or_insert(3) += 1;
                }
            },
        ),
        case(
            options,
            "remove keys (key, none)",
            &map,
            |data| {
                for key in &some {
                    path_of::<HashMap<i64, i64>>()
                        .key(*key)
                        .none()
                        .transform_in(data)
                        .expect("no path fails");
                }
            },
            |data| {
                for key in &some {
                    data.remove(key);
                }
            },
        ),
        case(
            options,
            "all values of a sorted map (map_vals)",
            &sorted,
            |data| {
                path_of::<BTreeMap<i64, i64>>().map_vals().select_from(data).expect("no path fails")
            },
            |data| data.values().copied().collect::<Vec<_>>(),
        ),
        case(
            options,
            "increment all values of a sorted map (map_vals)",
            &sorted,
            |data| {
                path_of::<BTreeMap<i64, i64>>()
                    .map_vals()
                    .term(|n| n + 1)
                    .transform_in(data)
                    .expect("no path fails");
            },
            |data| {
                data.values_mut().for_each(|n| *n += 1);
            },
        ),
        case(
            options,
            "all keys of a map (map_keys)",
            &map,
            |data| {
                path_of::<HashMap<i64, i64>>().map_keys().select_from(data).expect("no path fails")
            },
            |data| data.keys().copied().collect::<Vec<_>>(),
        ),
        case(
            options,
            "rename keys one by one (map_key)",
            &map,
            |data| {
                for key in &some {
                    path_of::<HashMap<i64, i64>>()
                        .map_key(*key)
                        .term(|key| -key)
                        .transform_in(data)
                        .expect("no path fails");
                }
            },
            |data| {
                for key in &some {
                    if let Some(n) = data.remove(key) {
                        data.insert(-*key, n);
                    }
                }
            },
        ),
        case(
            options,
            "the entries of a map (all)",
            &map,
            |data| path_of::<HashMap<i64, i64>>().all().select_from(data).expect("no path fails"),
            |data| data.iter().map(|(k, v)| (*k, *v)).collect::<Vec<_>>(),
        ),
        case(
            options,
            "the first entries of a sorted map (from start)",
            &sorted,
            |data| {
                path_of::<BTreeMap<i64, i64>>()
                    .sorted_map_range_from_start(50_000)
                    .map_vals()
                    .select_from(data)
                    .expect("no path fails")
            },
            |data| data.values().take(50_000).copied().collect::<Vec<_>>(),
        ),
        case(
            options,
            "increment the numbers of a deque",
            &deque,
            |data| {
                path_of::<VecDeque<i64>>()
                    .all()
                    .term(|n| n + 1)
                    .transform_in(data)
                    .expect("no path fails");
            },
            |data| {
                data.iter_mut().for_each(|n| *n += 1);
            },
        ),
        case(
            options,
            "the even numbers of a deque",
            &deque,
            |data| {
                path_of::<VecDeque<i64>>()
                    .all()
                    .filter_pred(|n| n % 2 == 0)
                    .select_from(data)
                    .expect("no path fails")
            },
            |data| data.iter().copied().filter(|n| n % 2 == 0).collect::<Vec<_>>(),
        ),
        case(
            options,
            "remove the even numbers of a deque",
            &deque,
            |data| {
                path_of::<VecDeque<i64>>()
                    .all()
                    .filter_pred(|n| n % 2 == 0)
                    .none()
                    .transform_in(data)
                    .expect("no path fails");
            },
            |data| {
                data.retain(|n| n % 2 != 0);
            },
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
            "insert before the fourth of each list (before_index)",
            &lists,
            |data| {
                path_of::<Vec<Vec<i64>>>()
                    .all()
                    .before_index(3)
                    .termval(7)
                    .transform_in(data)
                    .expect("no path fails");
            },
            |data| {
                data.iter_mut().for_each(|list| list.insert(3.min(list.len()), 7));
            },
        ),
        case(
            options,
            "append a list to each list (end)",
            &lists,
            |data| {
                path_of::<Vec<Vec<i64>>>()
                    .all()
                    .end()
                    .termval(vec![7, 8, 9])
                    .transform_in(data)
                    .expect("no path fails");
            },
            |data| {
                data.iter_mut().for_each(|list| list.extend(vec![7, 8, 9]));
            },
        ),
        case(
            options,
            "move the first of each list to the end (index)",
            &lists,
            |data| {
                path_of::<Vec<Vec<i64>>>()
                    .all()
                    .index(0)
                    .termval(100)
                    .transform_in(data)
                    .expect("no path fails");
            },
            |data| {
                for list in data {
                    if !list.is_empty() {
                        let first = list.remove(0);
                        list.push(first);
                    }
                }
            },
        ),
        case(
            options,
            "the numbers with their indexes (indexed_vals)",
            &numbers(),
            |data| path_of::<Vec<i64>>().indexed_vals().select_from(data).expect("no path fails"),
            |data| data.iter().copied().enumerate().collect::<Vec<_>>(),
        ),
        case(
            options,
            "the halves of lists (sublist_dynamic)",
            &lists,
            |data| {
                path_of::<Vec<Vec<i64>>>()
                    .all()
                    .sublist_dynamic(|_| 0, |list: &Vec<i64>, _| list.len() / 2)
                    .all()
                    .select_from(data)
                    .expect("no path fails")
            },
            |data| {
                data.iter().flat_map(|list| &list[..list.len() / 2]).copied().collect::<Vec<_>>()
            },
        ),
        case(
            options,
            "the runs of numbers below 500 (continuous_subseqs)",
            &numbers(),
            |data| {
                path_of::<Vec<i64>>()
                    .continuous_subseqs(|n| *n < 500)
                    .select_from(data)
                    .expect("no path fails")
            },
            |data| {
                data.chunk_by(|a, b| (*a < 500) == (*b < 500))
                    .filter(|run| run[0] < 500)
                    .map(<[i64]>::to_vec)
                    .collect::<Vec<_>>()
            },
        ),
        case(
            options,
            "the first or last of each list (cond_path)",
            &lists,
            |data| {
                path_of::<Vec<Vec<i64>>>()
                    .all()
                    .cond_path(|list| {
                        (
                            (list.first().filter_pred(|n| n % 2 == 0), list.last()),
                            (list.first(), list.first()),
                        )
                    })
                    .select_from(data)
                    .expect("no path fails")
            },
            |data| {
                data.iter()
                    .filter_map(
                        |list| if list.first()? % 2 == 0 { list.last() } else { list.first() },
                    )
                    .copied()
                    .collect::<Vec<_>>()
            },
        ),
        case(
            options,
            "increment the first or last of each list (cond_path)",
            &lists,
            |data| {
                path_of::<Vec<Vec<i64>>>()
                    .all()
                    .cond_path(|list| {
                        (
                            (list.first().filter_pred(|n| n % 2 == 0), list.last()),
                            (list.first(), list.first()),
                        )
                    })
                    .term(|n| n + 1)
                    .transform_in(data)
                    .expect("no path fails");
            },
            |data| {
                for list in data {
                    let is_even = list.first().is_some_and(|n| n % 2 == 0);
                    let n = if is_even { list.last_mut() } else { list.first_mut() };
                    if let Some(n) = n {
                        *n += 1;
                    }
                }
            },
        ),
        case(
            options,
            "what a function makes of numbers (view)",
            &numbers(),
            |data| {
                path_of::<Vec<i64>>()
                    .all()
                    .view(|n| n * 3)
                    .select_from(data)
                    .expect("no path fails")
            },
            |data| data.iter().map(|n| n * 3).collect::<Vec<_>>(),
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
            "lists as they would be (transformed)",
            &lists,
            |data| {
                path_of::<Vec<Vec<i64>>>()
                    .all()
                    .transformed(|list| list.all().term(|n| n * 10))
                    .select_from(data)
                    .expect("no path fails")
            },
            |data| {
                data.iter()
                    .map(|list| list.iter().map(|n| n * 10).collect())
                    .collect::<Vec<Vec<_>>>()
            },
        ),
        case(
            options,
            "the labels of a tree (follow)",
            &tree,
            |data| {
                path_of::<Tree>()
                    .nil_to_val(Tree(0, Vec::new()))
                    .follow(&labels)
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
                    .follow(&labels)
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
            "a list and its numbers' double, inside first (continue_then_stay)",
            &numbers(),
            |data| {
                path_of::<Vec<i64>>()
                    .all()
                    .continue_then_stay(|n| n.filter_greater_than(500))
                    .term(|n| n + 1)
                    .transform_in(data)
                    .expect("no path fails");
            },
            |data| {
                data.iter_mut().for_each(|n| *n += if *n > 500 { 2 } else { 1 });
            },
        ),
        case(
            options,
            "lists that have an even first number (filter_selected)",
            &lists,
            |data| {
                path_of::<Vec<Vec<i64>>>()
                    .all()
                    .filter_selected(|list| list.first().filter_pred(|n| n % 2 == 0))
                    .last()
                    .select_from(data)
                    .expect("no path fails")
            },
            |data| {
                data.iter()
                    .filter(|list| list.first().is_some_and(|n| n % 2 == 0))
                    .filter_map(|list| list.last().copied())
                    .collect::<Vec<_>>()
            },
        ),
        case(
            options,
            "add the first number of each list to all (collect_one)",
            &lists,
            |data| {
                path_of::<Vec<Vec<i64>>>()
                    .all()
                    .collect_one(|list| list.nth(0))
                    .all()
                    .term(|(first, n): (i64, i64)| first + n)
                    .transform_in(data)
                    .expect("no path fails");
            },
            |data| {
                for list in data {
                    let first = list[0];
                    list.iter_mut().for_each(|n| *n += first);
                }
            },
        ),
        case(
            options,
            "two writes of each list (multi_transform)",
            &lists,
            |data| {
                path_of::<Vec<Vec<i64>>>()
                    .all()
                    .multi_transform(|list| {
                        (list.first().term(|n| n + 1), list.last().term(|n| n * 2))
                    })
                    .transform_in(data)
                    .expect("no path fails");
            },
            |data| {
                for list in data {
                    if let Some(n) = list.first_mut() {
                        *n += 1;
                    }
                    if let Some(n) = list.last_mut() {
                        *n *= 2;
                    }
                }
            },
        ),
        case(
            options,
            "set each number (termval)",
            &numbers(),
            |data| {
                path_of::<Vec<i64>>().all().termval(7).transform_in(data).expect("no path fails");
            },
            |data| {
                data.iter_mut().for_each(|n| *n = 7);
            },
        ),
        case(
            options,
            "the number of elements of each list (count)",
            &lists,
            |data| {
                path_of::<Vec<Vec<i64>>>().all().count().select_from(data).expect("no path fails")
            },
            |data| data.iter().map(Vec::len).collect::<Vec<_>>(),
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
        case(
            options,
            "elements of a set among some (subset)",
            &hashed,
            |data| {
                path_of::<HashSet<i64>>()
                    .subset(some.iter().copied())
                    .all()
                    .select_from(data)
                    .expect("no path fails")
            },
            |data| some.iter().filter_map(|item| data.get(item).copied()).collect::<Vec<_>>(),
        ),
        case(
            options,
            "put new elements into a set (none_elem)",
            &hashed,
            |data| {
                for item in &some {
                    path_of::<HashSet<i64>>()
                        .none_elem()
                        .termval(-*item)
                        .transform_in(data)
                        .expect("no path fails");
                }
            },
            |data| {
                for item in &some {
                    data.replace(-*item);
                }
            },
        ),
        case(
            options,
            "the parts of a list a user's navigator finds (nav)",
            &numbers(),
            |data| {
                path_of::<Vec<i64>>()
                    .nav(Even)
                    .term(|n| n + 1)
                    .transform_in(data)
                    .expect("no path fails");
            },
            |data| {
                data.iter_mut().filter(|n| **n % 2 == 0).for_each(|n| *n += 1);
            },
        ),
    ]
}

fn main() {
    let options = Options::parse();
    println!("{:<72}{:>10}{:>10}{:>8}", "", "path us", "hand us", "ratio");
    for Outcome { name, path, hand } in
        run(&options).into_iter().chain(run_more(&options)).flatten()
    {
        let micros = |time: Duration| time.as_secs_f64() * 1e6;
        let ratio = path.as_secs_f64() / hand.as_secs_f64();
        println!("{name:<72}{:>10.1}{:>10.1}{ratio:>8.2}", micros(path), micros(hand));
    }
}
