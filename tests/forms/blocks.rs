//! `<<do`, `<<each` and `<<atomic` with boundaries inside.

use std::sync::LazyLock;

use rama::{PMap, dataflow, defmodule};

use crate::{Rows, Runs, check, check_by, row, run, texts};

dataflow! {
    /// Emits here, then on all tasks, then nothing more.
    ramaop here_and_everywhere(*n: i64) :> i64 {
        :> *n;
        |all;
        :> *n + 100;
    }
}

defmodule! {
    pub module Blocks {
        depot *numbers: i64, random;

        microbatch topo {
            pstate $$out: Rows;
            pstate $$log: PMap<i64, PMap<i64, i64>>;

            sources! {
                source> *numbers :> %mb;
                %mb() :> *n;
                anchor> <start>;

                <<do {
                    |hash(*n);
                    *n + 1 :> *a;
                    %range(0, *n % 3) :> *b;
                    <<do { |global; *a + *b :> *c; }
                }
                +compound $$out { row("do", (*n, *a, *b, *c)) => +count() };

                hook> <start>;
                %current_task_id() :> *home;
                7 :> *x;
                <<each vec![1, 2, *n] :> *e {
                    *e :> *x;
                    filter> *x != 2;
                    |all;
                    +compound $$out { row("bodies of each", (*n, *e)) => +count() };
                }
                assert> %current_task_id() == *home;
                +compound $$out { row("after each", (*n, *x)) => +count() };

                hook> <start>;
                <<each Vec::<i64>::new() :> _ { throw> "no element"; }
                <<each (0..*n % 3) :> *i {
                    <<each (0..*i).collect::<Vec<i64>>() :> *j {
                        |hash(*j);
                        +compound $$out { row("each in each", (*n, *i, *j)) => +count() };
                    }
                    +compound $$out { row("between eaches", (*n, *i)) => +count() };
                }
                +compound $$out { row("after eaches", *n) => +count() };

                hook> <start>;
                %current_task_id() :> *home;
                5 :> *x;
                <<atomic {
                    %range(0, *n % 4) :> *i;
                    6 :> *x;
                    local_transform> $$log.key(*n).key(*i).termval(*x);
                    // Later than what follows the block, even though it is the same task.
                    |direct(*home);
                    local_transform> $$log.key(*n).key(*i + 100).termval(*x);
                    +compound $$out { row("detached", (*n, *i)) => +count() };
                }
                local_select> $$log.key(*n).count() :> *written;
                assert> %current_task_id() == *home;
                +compound $$out { row("after atomic", (*n, *written, *x)) => +count() };

                hook> <start>;
                <<atomic { filter> false; }
                <<atomic {
                    %here_and_everywhere(*n) :> *m;
                    +compound $$out { row("operation in atomic", *m) => +count() };
                }
                <<atomic {
                    <<if *n % 2 == 0 { |hash(*n); %range(0, 3) :> *y; } else { 9 :> *y; }
                    +compound $$out { row("if in atomic", (*n, *y)) => +count() };
                }
                +compound $$out { row("after three atomics", *n) => +count() };

                hook> <start>;
                loop<- [*i = 0 :> *at] {
                    <<atomic {
                        %range(0, *i) :> *k;
                        |hash(*k);
                        +compound $$out { row("atomic in loop", *k) => +count() };
                    }
                    <<if *i == 3 { :> *i; } else { |hash(*i); continue> *i + 1; }
                }
                +compound $$out { row("after the loop of atomics", (*n, *at)) => +count() };

                hook> <start>;
                // The loop of the block goes on elsewhere; what follows the block does not wait.
                <<atomic {
                    loop<- [*i = 0 :> *at] {
                        :> *i;
                        <<if *i < 3 { |hash(*i); continue> *i + 1; }
                    }
                    +compound $$out { row("loop in atomic", (*n, *at)) => +count() };
                }
                +compound $$out { row("after the atomic of a loop", *n) => +count() };
            }
        }
    }
}

const N: i64 = 12;

static RUNS: LazyLock<Runs> =
    LazyLock::new(|| run(|| Blocks, Blocks::numbers, Blocks::topo, Blocks::out, 0..N));

#[test]
fn variables_of_do_are_visible_after_it() {
    let rows = (0..N).flat_map(|n| (0..n % 3).map(move |b| (n, n + 1, b, n + 1 + b)));
    check(&RUNS, "do", rows);
}

#[test]
fn each_runs_its_body_per_element_and_the_rest_once_at_home() {
    check_by(&RUNS, "bodies of each", |tasks| {
        let bodies = (0..N).flat_map(|n| [1, 2, n].map(|e| (n, e))).filter(|(_, e)| *e != 2);
        texts(bodies.flat_map(|body| std::iter::repeat_n(body, tasks)))
    });
    check(&RUNS, "after each", (0..N).map(|n| (n, 7)));
}

#[test]
fn each_within_each() {
    let inner = (0..N).flat_map(|n| (0..n % 3).flat_map(move |i| (0..i).map(move |j| (n, i, j))));
    check(&RUNS, "each in each", inner);
    check(&RUNS, "between eaches", (0..N).flat_map(|n| (0..n % 3).map(move |i| (n, i))));
    check(&RUNS, "after eaches", 0..N);
}

#[test]
fn atomic_waits_for_synchronous_work_only() {
    check(&RUNS, "detached", (0..N).flat_map(|n| (0..n % 4).map(move |i| (n, i))));
    check(&RUNS, "after atomic", (0..N).map(|n| (n, n % 4, 5)));
}

#[test]
fn what_follows_atomic_runs_once_whatever_the_block_emits() {
    check(&RUNS, "after three atomics", 0..N);
    check_by(&RUNS, "operation in atomic", |tasks| {
        texts((0..N).flat_map(|n| std::iter::once(n).chain(std::iter::repeat_n(n + 100, tasks))))
    });
    let rows =
        (0..N).flat_map(|n| if n % 2 == 0 { vec![(n, 0), (n, 1), (n, 2)] } else { vec![(n, 9)] });
    check(&RUNS, "if in atomic", rows);
}

#[test]
fn atomic_and_loops_within_each_other() {
    let per_record = (0..=3).flat_map(|i| 0..i);
    check(&RUNS, "atomic in loop", (0..N).flat_map(|_| per_record.clone()));
    check(&RUNS, "after the loop of atomics", (0..N).map(|n| (n, 3)));
    check(&RUNS, "loop in atomic", (0..N).flat_map(|n| (0..=3).map(move |at| (n, at))));
    check(&RUNS, "after the atomic of a loop", 0..N);
}
