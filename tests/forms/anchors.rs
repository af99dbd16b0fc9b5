//! `anchor>`, `hook>`, `<<branch` and `unify>` with boundaries between them.

use std::sync::LazyLock;

use rama::{PMap, dataflow, defmodule};

use crate::{Rows, Runs, check, check_by, row, run, texts};

dataflow! {
    ramaop three_ways(*n: i64) low> i64 high> i64, String :> i64 {
        <<if *n < 6 { |hash(*n); low> *n; } else { |global; high> *n, format!("high {n}"); }
        |all;
        filter> %current_task_id() == 0;
        :> *n * 2;
    }
}

defmodule! {
    pub module Anchors {
        depot *numbers: i64, random;

        microbatch topo {
            pstate $$out: Rows;
            pstate $$steps: PMap<i64, i64>;

            sources! {
                source> *numbers :> %mb;
                %mb() :> *n;
                anchor> <start>;

                // A hook continues where its anchor is: behind the hop, with the variables of there.
                %current_task_id() :> *home;
                1 :> *x;
                |all;
                %current_task_id() :> *here;
                2 :> *x;
                anchor> <everywhere>;
                3 :> *x;
                |global;
                4 :> *x;
                anchor> <at_zero>;
                hook> <everywhere>;
                assert> %current_task_id() == *here;
                +compound $$out { row("hook behind a hop", (*n, *here, *x)) => +count() };
                hook> <at_zero>;
                assert> %current_task_id() == 0;
                +compound $$out { row("hook behind two hops", (*n, *x)) => +count() };
                hook> <start>;
                |direct(*n as usize % %module_instance_info().num_tasks);
                +compound $$out { row("hook before all hops", *n) => +count() };

                // Siblings run in the order of the source, each in full before the next, as far as
                // they stay in the event.
                hook> <start>;
                |hash(*n);
                anchor> <owner>;
                local_transform> $$steps.key(*n).termval(1);
                %range(0, 2) :> *i;
                anchor> <twice>;
                local_select> $$steps.key(*n).nil_to_val(0) :> *step;
                +compound $$out { row("first sibling", (*n, *i, *step)) => +count() };
                local_transform> $$steps.key(*n).termval(*step + 1);
                <<branch <twice> {
                    local_select> $$steps.key(*n).nil_to_val(0) :> *step;
                    +compound $$out { row("second sibling", (*n, *i, *step)) => +count() };
                    local_transform> $$steps.key(*n).termval(*step * 10);
                    |all;
                    filter> false;
                    throw> "not this far: {}", *n;
                }
                +compound $$out { row("behind the branch", (*n, *i, *step)) => +count() };
                hook> <owner>;
                local_select> $$steps.key(*n).nil_to_val(0) :> *step;
                +compound $$out { row("last sibling", (*n, *step)) => +count() };
            }
        }

        microbatch unifying {
            pstate $$unified: Rows;

            sources! {
                source> *numbers :> %mb;
                %mb() :> *n;
                0 :> *all;
                0 :> *some;
                anchor> <start>;

                filter> *n % 2 == 0;
                |hash(*n);
                "two".to_owned() :> *name;
                1 :> *all;
                1 :> *some;
                anchor> <two>;
                hook> <start>;
                filter> *n % 3 == 0;
                |all;
                *n :> *unused;
                2 :> *all;
                format!("three {}", %current_task_id()) :> *name;
                anchor> <three>;
                hook> <start>;
                filter> *n % 5 == 0;
                "five".to_owned() :> *name;
                %range(0, 2) :> *all;
                3 :> *some;
                anchor> <five>;
                unify> <two> <three> <five>;
                // On every way `*all` was shadowed, but not `*some`.
                +compound $$unified { row("three ways", (*n, &*name, *all, *some)) => +count() };
                |hash(*name);
                +compound $$unified { row("behind the unification", &*name) => +count() };

                // A point and one behind it: reached both by what passes both.
                hook> <start>;
                |hash(*n);
                anchor> <before>;
                filter> *n < 4;
                |global;
                anchor> <behind>;
                unify> <before> <behind>;
                +compound $$unified { row("a point and one behind it", *n) => +count() };

                // Within an arm anchors are the arm's own, and what they unify goes on behind it.
                hook> <start>;
                <<if *n % 2 == 0 {
                    anchor> <start>;
                    |hash(*n);
                    *n :> *v;
                    anchor> <a>;
                    hook> <start>;
                    -*n :> *v;
                    |hash(*v);
                    anchor> <b>;
                    unify> <a> <b>;
                } else {
                    1_000 :> *v;
                }
                +compound $$unified { row("unified in an arm", (*n, *v)) => +count() };

                hook> <start>;
                %three_ways(*n) low> <low> *v high> <high> *v, *text :> <double> *v;
                |hash(*v);
                anchor> <hopped>;
                hook> <high>;
                +compound $$unified { row("hook of a stream", (*v, &*text)) => +count() };
                unify> <low> <high> <hopped>;
                +compound $$unified { row("unified streams", (*n, *v)) => +count() };

                // A loop's body has anchors, too.
                hook> <start>;
                loop<- [*i = 0 :> *out] {
                    anchor> <top>;
                    |hash(*i);
                    anchor> <left>;
                    hook> <top>;
                    |global;
                    filter> *i < 2;
                    anchor> <right>;
                    unify> <left> <right>;
                    :> *i;
                    <<if *i < 2 { continue> *i + 1; }
                }
                +compound $$unified { row("anchors in a loop", *out) => +count() };
            }
        }
    }
}

const N: i64 = 12;

static RUNS: LazyLock<Runs> =
    LazyLock::new(|| run(|| Anchors, Anchors::numbers, Anchors::unifying, Anchors::unified, 0..N));

static ORDER: LazyLock<Runs> =
    LazyLock::new(|| run(|| Anchors, Anchors::numbers, Anchors::topo, Anchors::out, 0..N));

#[test]
fn a_hook_continues_at_its_anchor() {
    check_by(&ORDER, "hook behind a hop", |tasks| {
        texts((0..N).flat_map(|n| (0..tasks).map(move |task| (n, task, 2))))
    });
    check_by(&ORDER, "hook behind two hops", |tasks| {
        texts((0..N).flat_map(|n| std::iter::repeat_n((n, 4), tasks)))
    });
    check(&ORDER, "hook before all hops", 0..N);
}

#[test]
fn siblings_run_in_the_order_of_the_source() {
    // 1, read by the first, 2, read by the second, 20, and the same again.
    check(&ORDER, "first sibling", (0..N).flat_map(|n| [(n, 0, 1), (n, 1, 20)]));
    check(&ORDER, "second sibling", (0..N).flat_map(|n| [(n, 0, 2), (n, 1, 21)]));
    check(&ORDER, "behind the branch", (0..N).flat_map(|n| [(n, 0, 1), (n, 1, 20)]));
    check(&ORDER, "last sibling", (0..N).map(|n| (n, 210)));
}

#[test]
fn what_reaches_one_of_the_unified_goes_on_once() {
    let ways = |tasks: usize| {
        (0..N).flat_map(move |n| {
            let mut rows = Vec::new();
            if n % 2 == 0 {
                rows.push((n, "two".to_owned(), 1, 0));
            }
            if n % 3 == 0 {
                rows.extend((0..tasks).map(|task| (n, format!("three {task}"), 2, 0)));
            }
            if n % 5 == 0 {
                rows.extend((0..2).map(|all| (n, "five".to_owned(), all, 0)));
            }
            rows
        })
    };
    check_by(&RUNS, "three ways", |tasks| texts(ways(tasks)));
    check_by(&RUNS, "behind the unification", |tasks| texts(ways(tasks).map(|(_, name, ..)| name)));
}

#[test]
fn a_point_and_one_behind_it_unify() {
    check(&RUNS, "a point and one behind it", (0..N).chain(0..4));
}

#[test]
fn anchors_of_an_arm_are_its_own() {
    let rows =
        (0..N).flat_map(|n| if n % 2 == 0 { vec![(n, n), (n, -n)] } else { vec![(n, 1_000)] });
    check(&RUNS, "unified in an arm", rows);
}

#[test]
fn streams_have_anchors() {
    check(&RUNS, "hook of a stream", (6..N).map(|n| (n, format!("high {n}"))));
    check(&RUNS, "unified streams", (0..N).flat_map(|n| [(n, n), (n, 2 * n)]));
}

#[test]
fn anchors_within_a_loop_unify_in_each_iteration() {
    // 0 is reached once and asks for 1 on both ways, and each of those for 2.
    let rows = [(0, 2), (1, 4), (2, 4)].into_iter();
    let per_record = rows.flat_map(|(i, count)| std::iter::repeat_n(i, count));
    check(&RUNS, "anchors in a loop", (0..N).flat_map(|_| per_record.clone()));
}
