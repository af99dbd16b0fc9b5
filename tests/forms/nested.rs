//! Calls of operations within expressions: wherever an expression may stand, with hops.

use std::sync::LazyLock;

use rama::{PMap, dataflow, defmodule};

use crate::{Rows, Runs, check, check_by, row, run, texts};

dataflow! {
    /// Twice, on the task of each.
    ramaop twice(*n: i64) :> i64 { |hash(*n); :> *n; |hash(*n + 1); :> *n + 1; }
    /// Once, elsewhere.
    ramaop hop(*n: i64) :> i64 { |hash(*n * 7 + 3); :> *n; }
    ramaop is_even(*n: i64) :> bool { |hash(*n); :> *n % 2 == 0; }
    ramaop never(*n: i64) :> bool { throw> "{} was evaluated", *n; :> true; }
    ramaop name(*n: i64) :> String { |global; :> format!("n{n}"); }
    ramaop sum(*a: i64, *b: i64) :> i64 { |hash(*a + *b); :> %hop(*a) + %hop(*b); }
    ramaop count_of($$counts: PMap<String, i64>, *key: String) :> i64 {
        |hash(*key);
        local_select> $$counts.key(*key).nil_to_val(0) :> *count;
        :> *count;
    }
}

defmodule! {
    pub module Nested {
        depot *numbers: i64, random;

        microbatch topo {
            pstate $$out: Rows;
            pstate $$counts: PMap<String, i64>;
            pstate $$deeper: PMap<i64, PMap<String, i64>>;

            sources! {
                source> *numbers :> %mb;
                %mb() :> *n;
                anchor> <start>;

                // In keys and values of paths, and in partitioners.
                |hash(%name(*n % 3));
                local_select> $$counts.key(%name(*n % 3)).nil_to_val(%hop(*n)) :> *absent;
                assert> %hop(*absent) == *n;
                +compound $$out { row("wrote", *n) => +count() };

                hook> <start>;
                |hash(*n);
                local_transform> $$deeper.key(%hop(*n) + 100).key(%name(%hop(*n)))
                    .termval(%twice(*n));
                local_select> $$deeper.key(*n + 100).key(format!("n{n}")) :> *value;
                +compound $$out { row("transformed to", (*n, *value)) => +count() };

                // In partitioners.
                hook> <start>;
                |hash(%hop(*n) + %twice(*n));
                +compound $$out { row("partitioned", *n) => +count() };
                |direct((%hop(*n) as usize) % %module_instance_info().num_tasks);
                %current_task_id() :> *task;
                +compound $$out { row("directed", (*n, *task)) => +count() };

                // In conditions; behind a left side that decides, nothing is evaluated.
                hook> <start>;
                filter> %hop(*n) < 10;
                <<if %is_even(*n) && (*n > 3 || %is_even(*n / 2)) || *n == 7 && !%is_even(*n) {
                    "yes".to_owned() :> *answer;
                } else <<if %twice(*n) == *n {
                    "once".to_owned() :> *answer;
                } else {
                    "no".to_owned() :> *answer;
                }
                +compound $$out { row("if", (*n, &*answer)) => +count() };

                hook> <start>;
                *n < 100 || %never(*n) :> *a;
                *n > 100 && %never(*n) :> *b;
                (*n >= 0 || %never(*n) && %never(*n)) && (*n > 5 && %is_even(*n)) :> *c;
                *n % 3 == 0 && %twice(*n) > *n || *n % 3 == 1 && %hop(*n) >= 0 :> *d;
                +compound $$out { row("short circuit", (*n, *a, *b, *c, *d)) => +count() };

                hook> <start>;
                <<cond {
                    case> %hop(*n) < 2 => { "small".to_owned() :> *size; }
                    case> %twice(*n) % 5 == 0 => { "five".to_owned() :> *size; }
                    default> => { |global; "other".to_owned() :> *size; }
                }
                +compound $$out { row("cond", (*n, &*size)) => +count() };

                hook> <start>;
                <<switch %hop(*n) % 4 {
                    case> 1 => { |global; 1 :> *v; }
                    case> 2 => { 2 :> *v; }
                    default> => { %twice(%hop(*n)) :> *v; }
                }
                +compound $$out { row("switch", (*n, *v)) => +count() };

                hook> <start>;
                <<subsource (%is_even(*n), %name(*n).clone()) {
                    case> (true, *text) => { |hash(*text); *text :> *t; }
                    case> (false, _) => { %name(%hop(*n) * 10) :> *t; }
                }
                +compound $$out { row("subsource", (*n, &*t)) => +count() };

                // Left to right, the values of the left ones kept across the hops of the right ones.
                hook> <start>;
                format!("{}-{}-{}", %name(*n), %twice(*n), %hop(%twice(*n * 10))) :> *text;
                +compound $$out { row("left to right", &*text) => +count() };

                // In arguments, in headers of loops, in `continue>`, in emissions.
                hook> <start>;
                %sum(%twice(*n), %hop(*n) * 2) :> *s;
                +compound $$out { row("arguments", (*n, *s)) => +count() };

                hook> <start>;
                loop<- [*i = %hop(0), *acc: i64 = %twice(*n) :> *out] {
                    <<if %hop(*i) == 3 {
                        :> %hop(*acc) + 1;
                    } else {
                        continue> %hop(*i) + 1, *acc * 10 + %hop(*i);
                    }
                }
                +compound $$out { row("loop", (*n, *out)) => +count() };

                hook> <start>;
                <<each vec![%hop(*n), %twice(*n)] :> *e {
                    |hash(*e);
                    +compound $$out { row("each", (*n, *e)) => +count() };
                }
                +compound $$out { row("after each", *n) => +count() };

                hook> <start>;
                <<shadowif %is_even(*n) { %hop(*n) + 50 :> *n; }
                assert> %hop(*n) >= 0, "{}", %hop(*n);
                match %twice(*n) { m if m % 2 == 0 => m * 2, m => -m } :> *m;
                +compound $$out { row("rust", *m) => +count() };

                hook> <start>;
                [%explode(vec![1, 2]), %explode(vec![10, 20, 30])].iter().sum::<i64>()
                    + %range(0, 2) * 100 :> *sum;
                |hash(*sum);
                +compound $$out { row("many", *sum) => +count() };

                hook> <start>;
                select> $$deeper.key(%hop(*n) + 1_000).key(%name(*n)) :> *none;
                +compound $$out { row("select", (*n, *none)) => +count() };

                hook> <start>;
                %count_of($$counts, %name(*n % 3)) + 0 * %hop(*n) :> *count;
                +compound $$out { row("with a pstate", (*n, *count >= 0)) => +count() };
            }
        }
    }
}

const N: i64 = 12;

static RUNS: LazyLock<Runs> =
    LazyLock::new(|| run(|| Nested, Nested::numbers, Nested::topo, Nested::out, 0..N));

#[test]
fn in_keys_and_values_of_paths() {
    check(&RUNS, "wrote", 0..N);
    // The write is where the last call has gone: the task of `n` and of `n + 1`.
    let rows = (0..N).flat_map(|n| [(n, Some(n)), (n, Some(n + 1))]);
    check(&RUNS, "transformed to", rows);
}

#[test]
fn in_partitioners() {
    check(&RUNS, "partitioned", (0..N).flat_map(|n| [n, n]));
    check_by(&RUNS, "directed", |tasks| {
        texts((0..N).flat_map(|n| [n, n]).map(|n| (n, n as usize % tasks)))
    });
}

#[test]
fn in_conditions() {
    let rows = (0..10).flat_map(|n| {
        let even = n % 2 == 0;
        let yes = even && (n > 3 || n / 2 % 2 == 0) || n == 7;
        // Twice, the first time with the same number.
        if yes { vec![(n, "yes")] } else { vec![(n, "once"), (n, "no")] }
    });
    check(&RUNS, "if", rows);
    let rows = (0..N).flat_map(|n| match n {
        0 | 1 => vec![(n, "small")],
        n => [n, n + 1].map(|m| (n, if m % 5 == 0 { "five" } else { "other" })).to_vec(),
    });
    check(&RUNS, "cond", rows);
    let rows = (0..N).flat_map(|n| match n % 4 {
        1 => vec![(n, 1)],
        2 => vec![(n, 2)],
        _ => vec![(n, n), (n, n + 1)],
    });
    check(&RUNS, "switch", rows);
    let rows =
        (0..N).map(|n| (n, if n % 2 == 0 { format!("n{n}") } else { format!("n{}", n * 10) }));
    check(&RUNS, "subsource", rows);
}

#[test]
fn behind_a_left_side_that_decides_nothing_is_called() {
    let rows = (0..N).flat_map(|n| {
        let row = |d: bool| (n, true, false, n > 5 && n % 2 == 0, d);
        match n % 3 {
            0 => vec![row(false), row(true)],
            1 => vec![row(true)],
            _ => vec![row(false)],
        }
    });
    check(&RUNS, "short circuit", rows);
}

#[test]
fn from_left_to_right_with_values_kept_across_hops() {
    let rows = (0..N).flat_map(|n| {
        [n, n + 1]
            .into_iter()
            .flat_map(move |m| [n * 10, n * 10 + 1].map(|k| format!("n{n}-{m}-{k}")))
    });
    check(&RUNS, "left to right", rows);
    check(&RUNS, "arguments", (0..N).flat_map(|n| [(n, 3 * n), (n, 3 * n + 1)]));
    let many = [1, 2]
        .into_iter()
        .flat_map(|a| [10, 20, 30].into_iter().flat_map(move |b| [a + b, a + b + 100]));
    check(&RUNS, "many", (0..N).flat_map(|_| many.clone()));
}

#[test]
fn in_loops_and_other_blocks() {
    let rows = (0..N).flat_map(|n| [n, n + 1].map(|acc| (n, acc * 1_000 + 13)));
    check(&RUNS, "loop", rows);
    check(&RUNS, "each", (0..N).flat_map(|n| [(n, n), (n, n), (n, n), (n, n + 1)]));
    check(&RUNS, "after each", (0..N).flat_map(|n| [n, n]));
    let rows = (0..N).map(|n| if n % 2 == 0 { n + 50 } else { n }).flat_map(|n| [n, n + 1]);
    check(&RUNS, "rust", rows.map(|m| if m % 2 == 0 { m * 2 } else { -m }));
}

#[test]
fn with_pstates() {
    check(&RUNS, "select", (0..N).map(|n| (n, None::<i64>)));
    check(&RUNS, "with a pstate", (0..N).map(|n| (n, true)));
}
