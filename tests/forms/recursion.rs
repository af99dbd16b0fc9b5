//! `%self` across partitioners: deep, in trees, with PStates, in loops.

use std::fmt::Debug;
use std::sync::LazyLock;

use rama::{Op, PMap, Record, dataflow, defmodule};

use crate::{Rows, Runs, check, check_by, row, run, texts};

dataflow! {
    /// One hop further at each depth, with something to remember on the way back.
    ramaop deep(*n: i64, *depth: i64) :> i64 {
        format!("{}", *n + *depth) :> *remembered;
        |hash(*depth);
        <<if *depth == 0 {
            :> 0;
        } else {
            %self(*n, *depth - 1) :> *sum;
            |hash(*sum);
            assert> *remembered == format!("{}", *n + *depth);
            :> *sum + *depth;
        }
    }

    ramaop fib(*n: i64) :> i64 {
        |hash(*n);
        <<if *n < 2 {
            :> 1;
        } else {
            %self(*n - 1) :> *a;
            |global;
            %self(*n - 2) :> *b;
            :> *a + *b;
        }
    }

    /// Counts the nodes of a tree where they are; emits the leaves.
    ramaop tree($$nodes: PMap<i64, i64>, *node: i64, *depth: i64) leaf> i64 :> i64 {
        |hash(*node);
        +compound $$nodes { *node => +count() };
        <<if *depth == 0 {
            leaf> *node;
        } else {
            %range(0, 2) :> *side;
            %self($$nodes, *node * 2 + *side, *depth - 1) leaf> <leaf> *leaf :> *size;
            :> *size + 1;
            hook> <leaf>;
            leaf> *leaf;
        }
        :> 1;
    }

    /// All orders of the items.
    ramaop permutations<T: Record + Debug>(*items: Vec<T>) :> Vec<T> {
        <<cond {
            case> *items.is_empty() => { :> Vec::new(); }
            default> => {
                %explode_indexed(*items.clone()) :> *i, *first;
                |hash(*i as i64);
                [&*items[..*i], &*items[*i + 1..]].concat() :> *rest;
                %self(*rest) :> *others;
                [vec![*first.clone()], *others.clone()].concat() :> *all;
                :> *all;
            }
        }
    }

    /// Passes an operation down that grows on the way.
    ramaop grow(%f: Op<(i64,), i64>, *depth: i64) :> i64 {
        |hash(*depth);
        <<if *depth == 0 {
            %f(0) :> *x;
            :> *x;
        } else {
            <<ramaop %g(*x: i64) :> i64 { |hash(*x); %f(*x + *depth) :> *y; :> *y * 2; }
            %self(%g, *depth - 1) :> *x;
            :> *x;
        }
    }

    /// Hops first, then loops, then calls itself.
    ramaop collatz(*n: i64, *steps: i64) :> i64 {
        |hash(*n);
        loop<- [*m = *n, *s = *steps :> *odd, *at] {
            <<if *m % 2 == 0 { |hash(*m); continue> *m / 2, *s + 1; } else { :> *m, *s; }
        }
        <<if *odd == 1 { :> *at; } else { %self(*odd * 3 + 1, *at + 1) :> *end; :> *end; }
    }
}

defmodule! {
    pub module Recursion {
        depot *numbers: i64, random;

        microbatch topo {
            pstate $$out: Rows;
            pstate $$nodes: PMap<i64, i64>;

            sources! {
                source> *numbers :> %mb;
                %mb() :> *n;
                anchor> <start>;
                %deep(*n, 50) :> *sum;
                +compound $$out { row("deep", (*n, *sum)) => +count() };

                hook> <start>;
                %fib(*n) :> *f;
                +compound $$out { row("fib", (*n, *f)) => +count() };

                hook> <start>;
                filter> *n == 1;
                %tree($$nodes, 1, 3) leaf> <leaf> *leaf :> *size;
                +compound $$out { row("sizes", *size) => +count() };
                hook> <leaf>;
                select> $$nodes.key(*leaf).nil_to_val(0) :> *count;
                +compound $$out { row("leaves", (*leaf, *count)) => +count() };

                hook> <start>;
                %fib(*n % 3) :> *fib;
                +compound $$out { row("named alike", *fib) => +count() };

                hook> <start>;
                %permutations((0..*n % 4).map(|i| format!("p{i}")).collect::<Vec<String>>())
                    :> *all;
                +compound $$out { row("permutations", &*all) => +count() };

                hook> <start>;
                <<ramaop %last(*x: i64) :> i64 { |global; :> *x + *n; }
                %grow(%last, 4) :> *x;
                +compound $$out { row("grown", (*n, *x)) => +count() };

                hook> <start>;
                %collatz(*n + 1, 0) :> *steps;
                +compound $$out { row("collatz", (*n, *steps)) => +count() };
            }
        }
    }
}

const N: i64 = 8;

static RUNS: LazyLock<Runs> =
    LazyLock::new(|| run(|| Recursion, Recursion::numbers, Recursion::topo, Recursion::out, 0..N));

#[test]
fn fifty_deep_with_hops_both_ways() {
    check(&RUNS, "deep", (0..N).map(|n| (n, 50 * 51 / 2)));
}

#[test]
fn a_tree_of_calls() {
    check(&RUNS, "fib", (0..N).zip([1, 1, 2, 3, 5, 8, 13, 21]));
}

/// What `%tree` emits: one more than what its children emit, and behind its `<<if`, whose arm ends
/// behind the hook, 1 for each leaf.
fn sizes(depth: u32) -> Vec<i64> {
    match depth {
        0 => vec![1],
        _ => {
            let children = [sizes(depth - 1), sizes(depth - 1)].concat();
            let leaves = vec![1; 1 << depth];
            [children.into_iter().map(|size| size + 1).collect(), leaves].concat()
        }
    }
}

#[test]
fn a_tree_that_emits_leaves_and_writes_a_pstate() {
    check(&RUNS, "leaves", (8..16).map(|leaf| (leaf, 1)));
    check(&RUNS, "sizes", sizes(3));
}

#[test]
fn a_variable_may_have_the_name_of_an_operation() {
    check(&RUNS, "named alike", (0..N).map(|n| [1, 1, 2][n as usize % 3]));
}

fn orders(items: &[String]) -> Vec<Vec<String>> {
    if items.is_empty() {
        return vec![vec![]];
    }
    let mut all = Vec::new();
    for i in 0..items.len() {
        let mut rest = items.to_vec();
        let first = rest.remove(i);
        all.extend(orders(&rest).into_iter().map(|others| [vec![first.clone()], others].concat()));
    }
    all
}

#[test]
fn a_generic_operation_calls_itself() {
    let items = |n: i64| (0..n % 4).map(|i| format!("p{i}")).collect::<Vec<String>>();
    check(&RUNS, "permutations", (0..N).flat_map(|n| orders(&items(n))));
}

#[test]
fn an_operation_grows_on_its_way_down() {
    // Called with 0: 1 is added first, doubled last.
    check_by(&RUNS, "grown", |_| texts((0..N).map(|n| (n, (n + 10) * 16))));
}

#[test]
fn a_loop_and_a_call_of_itself_take_turns() {
    let rows = (0..N).map(|n| {
        let (mut m, mut steps) = (n + 1, 0);
        while m != 1 {
            m = if m % 2 == 0 { m / 2 } else { 3 * m + 1 };
            steps += 1;
        }
        (n, steps)
    });
    check(&RUNS, "collatz", rows);
}
