//! What each form of the dataflow language does, on several task counts, on threads and under seeds.
#![allow(missing_docs, clippy::unwrap_used, deprecated)]

#[path = "common/forms.rs"]
mod forms;

use std::collections::BTreeMap;

use forms::{all, on_clusters, process, rows};
use rama::{AckLevel, PMap, PState, Record, defmodule};
use serde::{Deserialize, Serialize};

defmodule! {
    /// Branches whose arms hop or stay, and come together again.
    pub module BranchModule {
        depot *numbers: i64, random;

        microbatch branches {
            pstate $$joined: PMap<i64, String>;
            pstate $$inner: PMap<i64, i64>;

            sources! {
                source> *numbers :> %mb;
                %mb() :> *number;
                "none".to_owned() :> *shadowed;
                <<if *number % 2 == 0 {
                    |hash(*number / 10);
                    format!("even {}", *number) :> *text;
                    "both".to_owned() :> *shadowed;
                } else <<if *number % 3 == 0 {
                    format!("three {}", *number) :> *text;
                    "both".to_owned() :> *shadowed;
                } else {
                    // An arm's own stop: what follows is not run for these.
                    filter> *number % 5 != 0;
                    |global();
                    +compound $$inner { *number => +count() };
                    |hash(*number);
                    format!("other {}", *number) :> *text;
                    "both".to_owned() :> *shadowed;
                }
                |hash(*number);
                <<if *number > 50 {
                    "large".to_owned() :> *shadowed;
                }
                local_transform> $$joined.key(*number).termval(format!("{} {}", *text, *shadowed));
            }
        }
    }
}

#[test]
fn branches_join_whether_arms_hop_or_not() {
    on_clusters(|cluster, tasks, threads| {
        let (depot, topology) = (BranchModule::numbers, BranchModule::branches);
        process(cluster, BranchModule, (tasks, threads), depot, topology, 0..100);
        let expected: BTreeMap<i64, String> = (0..100)
            .filter_map(|n| match n {
                n if n % 2 == 0 => Some((n, format!("even {n} both"))),
                n if n % 3 == 0 => Some((n, format!("three {n} both"))),
                n if n % 5 == 0 => None,
                n => Some((n, format!("other {n} both"))),
            })
            .collect();
        assert_eq!(all(cluster, BranchModule::joined), expected);
        let inner = rows(cluster, BranchModule::inner);
        let others = (0..100).filter(|n| n % 2 != 0 && n % 3 != 0 && n % 5 != 0);
        assert_eq!(inner, others.map(|n| ((0, n), 1)).collect());
    });
}

defmodule! {
    /// Operations that emit any number of times.
    pub module EmitModule {
        depot *pairs: (i64, i64), hash_by(first);

        microbatch emits {
            pstate $$friends: PMap<i64, PMap<i64, i64>>;
            /// How often each friend was told, by friend.
            pstate $$told: PMap<i64, i64>;
            pstate $$degree: PMap<i64, usize>;
            pstate $$everywhere: PMap<i64, i64>;

            sources! {
                source> *pairs :> %mb;
                %mb() :> (*user, *friend);
                local_transform> $$friends.key(*user).key(*friend).termval(*user * 100 + *friend);
                local_select> $$friends.key(*user).count() :> *degree;
                local_transform> $$degree.key(*user).termval(*degree);
                <<if *degree % 2 == 0 {
                    // As of its start: the writes below do not feed it.
                    local_select> $$friends.key(*user).all() :> *other, *value;
                    local_transform> $$friends.key(*user).key(*other + 1_000).termval(0);
                    local_transform> $$friends.key(*user).key(*other + 1_000).none();
                    filter> *value != 0;
                } else {
                    *friend :> *other;
                }
                |hash(*other);
                +compound $$told { *other => +count() };
                filter> *other == 3;
                |all();
                +compound $$everywhere { *user => +count() };
            }
        }
    }
}

fn first(pair: &(i64, i64)) -> i64 {
    pair.0
}

#[test]
fn what_follows_runs_for_every_emit_of_a_branch() {
    let pairs: Vec<(i64, i64)> = (0..60).map(|n| (n % 4, n / 4 % 7)).collect();
    on_clusters(|cluster, tasks, threads| {
        let (depot, topology) = (EmitModule::pairs, EmitModule::emits);
        process(cluster, EmitModule, (tasks, threads), depot, topology, pairs.clone());
        let mut friends: BTreeMap<i64, BTreeMap<i64, i64>> = BTreeMap::new();
        let mut told: BTreeMap<i64, i64> = BTreeMap::new();
        let mut everywhere: BTreeMap<i64, i64> = BTreeMap::new();
        for (user, friend) in &pairs {
            let friends = friends.entry(*user).or_default();
            friends.insert(*friend, user * 100 + friend);
            let others: Vec<i64> = if friends.len().is_multiple_of(2) {
                friends.iter().filter(|(_, value)| **value != 0).map(|(other, _)| *other).collect()
            } else {
                vec![*friend]
            };
            for other in others {
                *told.entry(other).or_default() += 1;
                if other == 3 {
                    *everywhere.entry(*user).or_default() += 1;
                }
            }
        }
        assert_eq!(all(cluster, EmitModule::told), told);
        let degrees = friends.iter().map(|(user, friends)| (*user, friends.len())).collect();
        assert_eq!(all(cluster, EmitModule::degree), degrees);
        let on_all: BTreeMap<(usize, i64), i64> = (0..tasks)
            .flat_map(|task| everywhere.iter().map(move |(user, n)| ((task, *user), *n)))
            .collect();
        assert_eq!(rows(cluster, EmitModule::everywhere), on_all);
    });
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Record)]
pub enum Shape {
    Circle { radius: i64 },
    Square(i64),
}

/// Fixed keys with a nested map.
#[derive(PState)]
pub struct Totals {
    pub count: i64,
    pub largest: i64,
    pub smallest: i64,
    pub by_size: PMap<i64, u64>,
}

defmodule! {
    /// Patterns, values in slots, compound templates, and long frames.
    pub module FormsModule {
        depot *shapes: (String, Shape), hash_by(.0);
        depot *ordered: i64, global;

        microbatch forms {
            pstate $$totals: PMap<String, Totals>;
            pstate $$sums: PMap<String, i64>;
            pstate $$order: PMap<i64, i64>;

            sources! {
                source> *shapes :> %shapes;
                %shapes() :> (*name, *shape);
                match *shape {
                    Shape::Circle { radius } => (radius, 1),
                    Shape::Square(side) => (side, 2),
                } :> *size, *kind;
                // `*size` is a place in Rust code, and a value in slots.
                let_it_be(*size) :> Bounds { low: *low, *high };
                +compound $$totals {
                    *name => {
                        count: +count(),
                        largest: +max(*high),
                        smallest: +min(*low),
                        by_size: { *size => +count(), *size + 1_000 => +sum(1) }
                    }
                };
                (*size + 1, *size + 2, *size + 3) :> (*a, *b, *c);
                [*a, *b, *c].iter().sum::<i64>() :> *d;
                *d + 1 :> *e;
                *e + 1 :> *f;
                *f + 1 :> *g;
                *g + 1 :> *h;
                *h + 1 :> *i;
                *i + 1 :> *j;
                *j + 1 :> *k;
                *k + *kind :> *l;
                format!("{name}!") :> *loud;
                |hash(*loud);
                *a + *b + *c + *d + *e + *f + *g + *h + *i + *j + *k + *l + *low + *high :> *sum;
                +compound $$sums { *loud => +sum(*sum) };

                source> *ordered :> %ordered;
                %ordered() :> *n;
                local_select> $$order.count() :> *position;
                local_transform> $$order.key(*position as i64).termval(*n);
            }
        }
    }
}

pub struct Bounds {
    pub low: i64,
    pub high: i64,
}

fn let_it_be(size: i64) -> Bounds {
    Bounds { low: -size, high: size * 2 }
}

#[test]
fn patterns_templates_and_long_frames_do_what_they_say() {
    on_clusters(|cluster, tasks, threads| {
        let shapes: Vec<(String, Shape)> = (0..40)
            .map(|n: i64| {
                let shape = match n % 2 {
                    0 => Shape::Circle { radius: n },
                    _ => Shape::Square(n / 3),
                };
                (format!("name {}", n % 5), shape)
            })
            .collect();
        let (depot, topology) = (FormsModule::shapes, FormsModule::forms);
        process(cluster, FormsModule, (tasks, threads), depot, topology, shapes.clone());

        let totals = cluster.pstate(FormsModule::totals);
        let mut sums: BTreeMap<String, i64> = BTreeMap::new();
        let mut expected: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        for (name, shape) in &shapes {
            let (s, kind) = match shape {
                Shape::Circle { radius } => (*radius, 1),
                Shape::Square(side) => (*side, 2),
            };
            expected.entry(name.clone()).or_default().push(s);
            let d = 3 * s + 6;
            // a to c, d to k in steps of one, l, low and high.
            let sum = d + (0..8).map(|step| d + step).sum::<i64>() + (d + 7 + kind) + s;
            *sums.entry(format!("{name}!")).or_default() += sum;
        }
        assert_eq!(all(cluster, FormsModule::sums), sums);
        for (name, sizes) in expected {
            let count = totals.select_one(|p| p.key(&name).field(|f| f.count)).unwrap();
            assert_eq!(count, Some(sizes.len() as i64));
            let largest = totals.select_one(|p| p.key(&name).field(|f| f.largest)).unwrap();
            assert_eq!(largest, sizes.iter().map(|size| size * 2).max());
            let smallest = totals.select_one(|p| p.key(&name).field(|f| f.smallest)).unwrap();
            assert_eq!(smallest, sizes.iter().map(|size| -size).min());
            let by_size = totals.select(|p| p.key(&name).field(|f| f.by_size).all()).unwrap();
            let mut counts: BTreeMap<i64, u64> = BTreeMap::new();
            for size in &sizes {
                *counts.entry(*size).or_default() += 1;
                *counts.entry(*size + 1_000).or_default() += 1;
            }
            assert_eq!(by_size, counts.into_iter().collect::<Vec<_>>());
        }

        let ordered = cluster.depot(FormsModule::ordered);
        assert_eq!(ordered.num_partitions().unwrap(), 1);
        for n in 0..30 {
            ordered.append_with(n * n, AckLevel::None).unwrap();
        }
        cluster.wait_for_microbatch_processed_count(FormsModule::forms, 70).unwrap();
        let order = rows(cluster, FormsModule::order);
        assert_eq!(order, (0..30).map(|n| ((0, n), n * n)).collect());
    });
}

defmodule! {
    /// Two topologies over one depot; the second reads what the first wrote.
    pub module TwoTopologiesModule {
        depot *numbers: i64, hash_by(same);

        microbatch writer {
            pstate $$squares: PMap<i64, i64>;
            sources! {
                source> *numbers :> %mb;
                %mb() :> *n;
                local_transform> $$squares.key(*n).termval(*n * *n);
            }
        }

        microbatch reader {
            pstate $$seen: PMap<i64, Option<i64>>;
            sources! {
                source> *numbers :> %mb;
                %mb() :> *n;
                local_select> $$squares.key(*n) :> *square;
                local_transform> $$seen.key(*n).termval(*square);
            }
        }
    }
}

fn same(n: &i64) -> i64 {
    *n
}

#[test]
fn a_topology_reads_what_another_has_committed() {
    on_clusters(|cluster, tasks, threads| {
        cluster.launch(TwoTopologiesModule, tasks, threads).unwrap();
        cluster.pause_microbatch_topology(TwoTopologiesModule::reader).unwrap();
        let numbers = cluster.depot(TwoTopologiesModule::numbers);
        for n in 0..20 {
            numbers.append_with(n, AckLevel::None).unwrap();
        }
        cluster.wait_for_microbatch_processed_count(TwoTopologiesModule::writer, 20).unwrap();
        cluster.pause_microbatch_topology(TwoTopologiesModule::writer).unwrap();
        for n in 20..40 {
            numbers.append_with(n, AckLevel::None).unwrap();
        }
        cluster.resume_microbatch_topology(TwoTopologiesModule::reader).unwrap();
        cluster.wait_for_microbatch_processed_count(TwoTopologiesModule::reader, 40).unwrap();
        let expected = (0..40).map(|n| (n, (n < 20).then_some(n * n))).collect();
        assert_eq!(all(cluster, TwoTopologiesModule::seen), expected);
    });
}
