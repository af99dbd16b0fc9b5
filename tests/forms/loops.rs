//! `loop<-` and `continue>` with boundaries in the body, several iterations asked for at once, and
//! loops in loops.

use std::sync::LazyLock;

use rama::{PMap, defmodule};

use crate::{Rows, Runs, check, check_by, row, run, texts};

defmodule! {
    pub module Loops {
        depot *numbers: i64, random;

        microbatch topo {
            pstate $$out: Rows;
            pstate $$log: PMap<i64, i64>;

            sources! {
                source> *numbers :> %mb;
                %mb() :> *n;
                anchor> <start>;

                // The rest runs at once for what is emitted, and then the body goes on.
                |hash(*n);
                local_transform> $$log.key(*n).termval(0);
                loop<- [*i = 0, *before: i64 = -1 :> *at] {
                    :> *i * 10;
                    local_select> $$log.key(*n).nil_to_val(0) :> *seen;
                    :> *i * 10 + *seen % 10;
                    +compound $$out { row("bodies", (*n, *i, *before)) => +count() };
                    // An arm that ends so does not go on.
                    <<if *i < 3 { continue> *i + 1, *seen; }
                    +compound $$out { row("ends of bodies", (*n, *i)) => +count() };
                }
                local_select> $$log.key(*n).nil_to_val(0) :> *count;
                +compound $$out { row("rests", (*n, *at, *count)) => +count() };
                local_transform> $$log.key(*n).termval(*count + 1);

                // Hops in the body, before and after an emission and before `continue>`.
                hook> <start>;
                loop<- [*i = *n % 3, *sum = 0 :> *total, *steps] {
                    |hash(*i);
                    *sum + *i :> *sum;
                    <<shadowif *i % 2 == 0 { :> *sum, *i; |global; *sum + 1_000 :> *sum; }
                    filter> *i < 5;
                    |hash((*i, *sum));
                    continue> *i + 1, *sum;
                }
                |hash(*steps);
                +compound $$out { row("hops", (*n, *total, *steps)) => +count() };

                // Several iterations, synchronous: the first asked for with all that it asks for.
                hook> <start>;
                |hash(*n);
                local_transform> $$log.key(-1 - *n).termval(0);
                loop<- [*path = "r".to_owned(), *depth = 0 :> *node] {
                    :> *path.clone();
                    filter> *depth < 2;
                    continue> format!("{}a", *path), *depth + 1;
                    continue> format!("{}b", *path), *depth + 1;
                }
                local_select> $$log.key(-1 - *n).nil_to_val(0) :> *position;
                local_transform> $$log.key(-1 - *n).termval(*position + 1);
                +compound $$out { row("several", (*n, *position, &*node)) => +count() };

                // The same in parallel, over hops.
                hook> <start>;
                loop<- [*node = *n % 3 + 1 :> *found] {
                    |hash(*node);
                    :> *node;
                    filter> *node < 20;
                    continue> *node * 2;
                    |hash(*node + 1);
                    continue> *node * 2 + 1;
                    %range(0, 0) :> *never;
                    continue> *never;
                }
                +compound $$out { row("tree", (*n, *found)) => +count() };

                // For each emit of an operation in the body.
                hook> <start>;
                loop<- [*depth = 0, *value = *n :> *leaf] {
                    <<if *depth == 3 {
                        :> *value;
                    } else {
                        %range(0, *depth + 1) :> *k;
                        |hash(*k);
                        continue> *depth + 1, *value * 10 + *k;
                    }
                }
                +compound $$out { row("fan", *leaf) => +count() };
            }
        }

        microbatch nested {
            pstate $$nested_rows: Rows;

            sources! {
                source> *numbers :> %mb;
                %mb() :> *n;
                anchor> <start>;

                // Both hop, the inner one emits many times, and each time the outer goes on.
                loop<- [*i = 0, *path: Vec<i64> = vec![*n] :> *done] {
                    |hash(*i);
                    <<if *i == 2 {
                        :> *path.clone();
                    } else {
                        loop<- [*j = 0 :> *step] {
                            |hash(*j + 7);
                            :> *j;
                            |global;
                            <<if *j < 2 { continue> *j + 1; }
                        }
                        |hash(*step);
                        [*path.clone(), vec![*step]].concat() :> *path;
                        continue> *i + 1, *path;
                    }
                }
                +compound $$nested_rows { row("loops that hop", &*done) => +count() };

                // An inner loop in an arm, whose emissions are those of the outer.
                hook> <start>;
                loop<- [*i = 0 :> *v, *w] {
                    <<if *i % 2 == 0 {
                        loop<- [*j = *i :> *x] { <<if *j < 3 { :> *j; continue> *j + 1; } }
                        |all;
                        filter> %current_task_id() == 0;
                    } else {
                        100 :> *x;
                    }
                    :> *i, *x;
                    filter> *x == 100 || *x == *i;
                    filter> *i < 3;
                    continue> *i + 1;
                }
                +compound $$nested_rows { row("loop in an arm", (*n, *v, *w)) => +count() };

                // No variables out, and none at all that is emitted.
                hook> <start>;
                loop<- [*i = 0] { <<if *i < 3 { |hash(*i); :>; continue> *i + 1; } }
                +compound $$nested_rows { row("without values", *n) => +count() };
                hook> <start>;
                loop<- [*i = 0 :> *never] {
                    filter> *i < 3;
                    continue> *i + 1;
                    filter> false;
                    :> *i;
                }
                throw> "never emitted: {}", *never;
                hook> <start>;
                loop<- [*i = 0 :> *nothing] {
                    <<if *i < 3 { |all; continue> *i + 1; } else { filter> *i > 3; :> *i; }
                }
                throw> "never emitted: {}", *nothing;

                // What a loop's body shadows is shadowed in it only.
                hook> <start>;
                5 :> *x;
                loop<- [*x = *x + 1 :> *y] {
                    |hash(*x);
                    *x + 10 :> *x;
                    <<if *x < 40 { continue> *x; } else { :> *x; }
                }
                +compound $$nested_rows { row("shadowed", (*n, *x, *y)) => +count() };

                // In place, without hops, over hops around it.
                hook> <start>;
                |hash(*n);
                loop<- [*a = 252 + *n, *b = 105 :> *gcd] {
                    <<if *b == 0 { :> *a; } else { continue> *b, *a % *b; }
                }
                |global;
                +compound $$nested_rows { row("in place", (*n, *gcd)) => +count() };

                hook> <start>;
                filter> *n == 0;
                loop<- [*i = 0, *sum = 0 :> *sum] {
                    |direct(*i % %module_instance_info().num_tasks);
                    <<if *i < 500 { continue> *i + 1, *sum + *i; } else { :> *sum; }
                }
                +compound $$nested_rows { row("long", *sum) => +count() };

                // From 5 each value that is not negative.
                hook> <start>;
                loop<- [*i = 5 :> *v] { <<if *i >= 0 { |hash(*i); :> *i; continue> *i - 1; } }
                +compound $$nested_rows { row("countdown", *v) => +count() };

                hook> <start>;
                <<each vec![1, 2] :> *e {
                    loop<- [*i = 0 :> *v] { |hash(*e); :> *i; filter> *i < *e; continue> *i + 1; }
                    +compound $$nested_rows { row("in each", (*n, *e, *v)) => +count() };
                }
                +compound $$nested_rows { row("after each", *n) => +count() };
            }
        }
    }
}

const N: i64 = 12;

static RUNS: LazyLock<Runs> =
    LazyLock::new(|| run(|| Loops, Loops::numbers, Loops::topo, Loops::out, 0..N));

static NESTED: LazyLock<Runs> =
    LazyLock::new(|| run(|| Loops, Loops::numbers, Loops::nested, Loops::nested_rows, 0..N));

#[test]
fn the_rest_runs_at_once_and_then_the_body_goes_on() {
    let rests =
        |n: i64| (0..4).flat_map(move |i| [(n, i * 10, 2 * i), (n, i * 10 + 2 * i + 1, 2 * i + 1)]);
    check(&RUNS, "rests", (0..N).flat_map(rests));
    let bodies = |n: i64| (0..4).map(move |i| (n, i, if i == 0 { -1 } else { 2 * i - 1 }));
    check(&RUNS, "bodies", (0..N).flat_map(bodies));
    check(&RUNS, "ends of bodies", (0..N).map(|n| (n, 3)));
}

#[test]
fn a_loop_goes_on_after_hops() {
    let rows = (0..N).flat_map(|n| {
        let (mut rows, mut sum) = (Vec::new(), 0);
        for i in n % 3..=5 {
            sum += i;
            if i % 2 == 0 {
                rows.push((n, sum, i));
                sum += 1_000;
            }
        }
        rows
    });
    check(&RUNS, "hops", rows);
}

#[test]
fn several_iterations_run_in_the_order_asked_for() {
    // Its two iterations begin after the body has ended.
    let order = ["r", "ra", "raa", "rab", "rb", "rba", "rbb"];
    let rows =
        (0..N).flat_map(|n| (0..).zip(order).map(move |(position, node)| (n, position, node)));
    check(&RUNS, "several", rows);
}

fn tree(node: i64) -> Vec<i64> {
    match node {
        20.. => vec![node],
        _ => [vec![node], tree(node * 2), tree(node * 2 + 1)].concat(),
    }
}

#[test]
fn several_iterations_run_in_parallel_over_hops() {
    check(&RUNS, "tree", (0..N).flat_map(|n| tree(n % 3 + 1).into_iter().map(move |v| (n, v))));
}

#[test]
fn an_iteration_is_asked_for_by_each_emit() {
    let leaves = |n: i64| (0..2).flat_map(move |b| (0..3).map(move |c| n * 1_000 + b * 10 + c));
    check(&RUNS, "fan", (0..N).flat_map(leaves));
}

#[test]
fn loops_in_loops_hop_both() {
    let paths = |n: i64| (0..3).flat_map(move |a| (0..3).map(move |b| vec![n, a, b]));
    check(&NESTED, "loops that hop", (0..N).flat_map(paths));
}

#[test]
fn a_loop_in_an_arm_of_a_loop() {
    // At 0 the inner one gives 0, 1, 2, at 2 only 2; the first of them goes on.
    let rows = [(0, 0), (0, 1), (0, 2), (1, 100), (2, 2), (3, 100)];
    check_by(&NESTED, "loop in an arm", |_| {
        texts((0..N).flat_map(|n| rows.map(|(i, x)| (n, i, x))))
    });
}

#[test]
fn a_loop_may_emit_nothing_any_number_of_times() {
    check(&NESTED, "without values", (0..N).flat_map(|n| [n, n, n]));
}

#[test]
fn loop_variables_are_those_of_the_loop() {
    check(&NESTED, "shadowed", (0..N).map(|n| (n, 5, 46)));
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[test]
fn a_loop_in_place_is_a_value() {
    check(&NESTED, "in place", (0..N).map(|n| (n, gcd(252 + n, 105))));
}

#[test]
fn a_loop_hops_five_hundred_times() {
    check(&NESTED, "long", [124_750]);
}

#[test]
fn a_loop_emits_while_it_counts_down() {
    check(&NESTED, "countdown", (0..N).flat_map(|_| 0..=5));
}

#[test]
fn a_loop_in_each() {
    let rows =
        (0..N).flat_map(|n| [1, 2].into_iter().flat_map(move |e| (0..=e).map(move |v| (n, e, v))));
    check(&NESTED, "in each", rows);
    check(&NESTED, "after each", 0..N);
}
