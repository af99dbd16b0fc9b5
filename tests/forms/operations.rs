//! `ramaop` and `ramafn`: streams across hops, PState parameters, generic ones, ones that call others.

use std::fmt::Debug;
use std::sync::LazyLock;

use rama::{Fun, Op, PMap, Record, dataflow, defmodule};

use crate::{Rows, Runs, check, row, run};

/// Operations of another module, one of them named as one of the library.
pub mod ops {
    use rama::dataflow;

    dataflow! {
        /// Both halves of a list, on the task of its length.
        pub ramaop explode(*list: Vec<i64>) :> Vec<i64> {
            |hash(*list.len() as i64);
            *list.len() / 2 :> *middle;
            :> *list[..*middle].to_vec();
            :> *list[*middle..].to_vec();
        }

        pub ramafn gcd(*a: i64, *b: i64) -> i64 {
            <<if *b == 0 { :> *a; } else { recur> *b, *a % *b; }
        }
    }
}

dataflow! {
    /// A stream on each way, each with a hop of its own.
    ramaop ways(*n: i64) even> i64 odd> i64, String text> String :> () {
        <<if *n % 2 == 0 {
            |hash(*n);
            even> *n;
            |all;
            filter> %current_task_id() == 0;
            even> *n + 100;
        } else {
            odd> *n, format!("odd {n}");
            |global;
            text> format!("text {n}");
            odd> *n + 100, "again".to_owned();
        }
        :>;
    }

    /// Moves from one PState to the other; emits what is left and what is there now.
    ramaop shift(
        $$from: PMap<i64, i64>,
        $$to: PMap<i64, PMap<String, i64>>,
        *key: i64,
        *name: String
    ) :> i64, i64 {
        |hash(*key);
        local_select> $$from.key(*key).nil_to_val(100) :> *left;
        local_transform> $$from.key(*key).termval(*left - 1);
        |hash(*key + 1);
        +compound $$to { *key + 1 => { *name => +count() } };
        local_select> $$to.key(*key + 1).key(*name).nil_to_val(0) :> *moved;
        |hash(*key);
        local_select> $$from.key(*key).nil_to_val(100) :> *left;
        :> *left, *moved;
    }

    ramaop note($$log: Rows, *test: String, *value: i64) :> () {
        |hash(*value);
        +compound $$log { row(&*test, *value) => +count() };
        :>;
    }

    /// Generic over what it carries.
    ramaop indexed<T: Record + Debug>(*items: Vec<T>, *by: usize) :> usize, T {
        %explode_indexed(*items) :> *i, *item;
        |direct((*i + *by) % %module_instance_info().num_tasks);
        :> *i, *item;
    }

    ramaop pair<A: Record, B: Record>(*a: A, *b: B, %f: Fun<(A,), B>) :> (A, B) {
        |all;
        filter> %current_task_id() == 0;
        :> (*a.clone(), *b.clone());
        |global;
        %f(*a.clone()) :> *c;
        :> (*a.clone(), *c.clone());
    }

    ramaop two(*n: i64) :> i64 { |hash(*n); :> *n * 2; |hash(*n + 1); :> *n * 2 + 1; }
    ramaop four(*n: i64) :> i64 { %two(*n) :> *m; |global; %two(*m) :> *k; :> *k; }
    ramaop eight(*n: i64) :> i64 { %four(*n) :> *m; %two(*m) :> *k; :> *k; }

    /// Emissions out of every kind of block.
    ramaop blocks(*n: i64) out> i64 :> i64 {
        anchor> <start>;
        <<each vec![1, 2] :> *e { |hash(*e); :> *e; }
        :> 10;
        <<atomic { %range(20, 22) :> *i; |hash(*i); :> *i; }
        :> 30;
        hook> <start>;
        loop<- [*i = 40 :> *v] { |hash(*i); :> *i; filter> *i < 42; continue> *i + 1; }
        :> *v;
        out> *v;
        hook> <start>;
        <<switch *n {
            case> 0 => { :> 50; }
            case> 1 => { |all; filter> %current_task_id() == 0; :> 51; }
        }
        <<branch <start> { |global; :> 60 + *n; }
        %ways(*n) even>> *x { |hash(*x); :> 1_000 + *x; } odd>> *x, _ { out> *x; };
        :> 70;
    }

    /// Calls itself from its loop, over hops.
    ramaop compositions(*total: i64) :> Vec<i64> {
        <<if *total == 0 { :> Vec::new(); }
        loop<- [*first = 1 :> *part] {
            |hash(*first);
            filter> *first <= *total;
            :> *first;
            continue> *first + 1;
        }
        |hash(*part);
        %self(*total - *part) :> *rest;
        |global;
        :> [vec![*part], *rest.clone()].concat();
    }

    ramaop apply_twice(%f: Op<(i64,), i64>, *n: i64) :> i64 {
        %f(*n) :> *m;
        |all;
        filter> %current_task_id() == 0;
        %f(*m) :> *k;
        :> *k;
    }

    ramafn poly(*x: i64, *y: i64) -> i64 {
        (10 * *x + 3 * *y) * (2 * *x - 5 * *y) :> *z;
        :> *z;
    }

    ramafn fib(*n: i64) -> i64 { <<if *n < 2 { :> 1; } else { :> %self(*n - 1) + %self(*n - 2); } }

    ramafn sum_to(*n: i64, *acc: i64) -> i64 {
        loop<- [*i = 0, *sum = *acc :> *out] {
            <<if *i < *n % 5 { continue> *i + 1, *sum + 1; } else { :> *sum; }
        }
        <<cond { case> *n <= 0 => { :> *out; } default> => { recur> *n - 1, *out + *n; } }
    }
}

defmodule! {
    pub module Operations {
        depot *numbers: i64, random;

        microbatch topo {
            pstate $$out: Rows;
            pstate $$left: PMap<i64, i64>;
            pstate $$moved: PMap<i64, PMap<String, i64>>;

            sources! {
                source> *numbers :> %mb;
                %mb() :> *n;
                anchor> <start>;

                %ways(*n) even> <even> *x odd> <odd> *x, *text text> <text> *text;
                +compound $$out { row("default", *n) => +count() };
                hook> <odd>;
                +compound $$out { row("odd", (*x, &*text)) => +count() };
                unify> <even> <odd>;
                |hash(*x);
                +compound $$out { row("even and odd", (*n, *x)) => +count() };
                hook> <text>;
                +compound $$out { row("text", &*text) => +count() };

                hook> <start>;
                %ways(*n)
                    odd>> *x, *text {
                        |hash(*text);
                        +compound $$out { row("hooked", (*x, &*text)) => +count() };
                    }
                    even>> *x {
                        %explode(vec![*x, *x + 1]) :> *y;
                        |hash(*y);
                        +compound $$out { row("hooked too", *y) => +count() };
                    };

                hook> <start>;
                %shift($$left, $$moved, *n % 3, format!("m{}", *n % 2)) :> *l, *m;
                assert> *l < 100 && *m > 0;
                local_select> $$left.key(*n % 3) :> *still;
                +compound $$out { row("shifted", (*n % 3, *still.is_some())) => +count() };

                hook> <start>;
                %note($$out, "noted".to_owned(), *n % 4);
                %note($$out, "noted twice".to_owned(), *n % 2 + 10);
                +compound $$out { row("after notes", *n) => +count() };

                hook> <start>;
                %indexed(vec![format!("a{}", *n), "b".to_owned()], *n as usize) :> *i, *word;
                %indexed::<(i64, bool)>(vec![(*n, true)], *i) :> _, *tuple;
                +compound $$out { row("generic", (*i, &*word, *tuple)) => +count() };

                hook> <start>;
                <<ramafn %length(*s: String) -> usize { :> *s.len() + *n as usize; }
                %pair(format!("n{}", *n), 0_usize, %length) :> (*s, *length);
                <<ramafn %negative(*k: i64) -> i64 { :> -*k; }
                %pair(*length as i64, *n, %negative) :> *both;
                +compound $$out { row("generic with a function", (&*s, *both)) => +count() };

                hook> <start>;
                %eight(*n) :> *m;
                +compound $$out { row("eight", (*n, *m)) => +count() };

                hook> <start>;
                filter> *n < 3;
                %blocks(*n) out> <out> *v :> <default> *v;
                +compound $$out { row("blocks", (*n, *v)) => +count() };
                hook> <out>;
                +compound $$out { row("out of blocks", (*n, *v)) => +count() };

                hook> <start>;
                %compositions(*n % 5) :> *parts;
                +compound $$out { row("compositions", &*parts) => +count() };

                hook> <start>;
                <<ramaop %near(*x: i64) :> i64 { :> *x - *n; |hash(*x); :> *x + *n; }
                %apply_twice(%near, 100) :> *x;
                +compound $$out { row("applied twice", (*n, *x)) => +count() };

                hook> <start>;
                %ops::explode((0..*n % 4).collect::<Vec<i64>>()) :> *half;
                |global;
                %self::ops::explode(*half) :> *quarter;
                +compound $$out { row("paths", (*n, &*quarter)) => +count() };

                hook> <start>;
                poly(*n, 2) :> *p;
                |hash(*p);
                ops::gcd(252 + *n, 105) + fib(*n % 6) :> *g;
                |global;
                +compound $$out { row("functions", (*p, *g, sum_to(*n, 0))) => +count() };
            }
        }
    }
}

const N: i64 = 12;

static RUNS: LazyLock<Runs> = LazyLock::new(|| {
    run(|| Operations, Operations::numbers, Operations::topo, Operations::out, 0..N)
});

#[test]
fn streams_emit_across_hops_and_unify() {
    check(&RUNS, "default", 0..N);
    check(&RUNS, "even and odd", (0..N).flat_map(|n| [(n, n), (n, n + 100)]));
    let odd = (0..N).filter(|n| n % 2 == 1);
    let rows = odd.clone().flat_map(|n| [(n, format!("odd {n}")), (n + 100, "again".into())]);
    check(&RUNS, "odd", rows.clone());
    check(&RUNS, "text", odd.map(|n| format!("text {n}")));
    check(&RUNS, "hooked", rows);
    let even = (0..N).step_by(2).flat_map(|n| [n, n + 1, n + 100, n + 101]);
    check(&RUNS, "hooked too", even);
}

#[test]
fn an_operation_writes_two_pstates() {
    check(&RUNS, "shifted", (0..N).map(|n| (n % 3, true)));
}

#[test]
fn an_operation_without_values_goes_on() {
    check(&RUNS, "noted", (0..N).map(|n| n % 4));
    check(&RUNS, "noted twice", (0..N).map(|n| n % 2 + 10));
    check(&RUNS, "after notes", 0..N);
}

#[test]
fn generic_operations_carry_any_record() {
    let rows = (0..N).flat_map(|n| [(0, format!("a{n}"), (n, true)), (1, "b".into(), (n, true))]);
    check(&RUNS, "generic", rows);
    let rows = (0..N).flat_map(|n| {
        let s = format!("n{n}");
        let lengths = [0, s.len() as i64 + n];
        lengths.into_iter().flat_map(move |l| [(s.clone(), (l, n)), (s.clone(), (l, -l))])
    });
    check(&RUNS, "generic with a function", rows);
}

#[test]
fn operations_call_operations() {
    check(&RUNS, "eight", (0..N).flat_map(|n| (n * 8..n * 8 + 8).map(move |m| (n, m))));
}

#[test]
fn an_operation_emits_out_of_every_block() {
    let rows = (0..3).flat_map(|n| {
        let mut rows = vec![1, 2, 10, 20, 21, 30, 40, 41, 42, 60 + n];
        // What is behind the switch runs if an arm was taken; the branch is not behind it.
        rows.extend(match n {
            0 => vec![50, 70, 1_000, 1_100],
            1 => vec![51, 70],
            _ => vec![],
        });
        rows.into_iter().map(move |v| (n, v))
    });
    check(&RUNS, "blocks", rows);
    let outs = (0..3).flat_map(|n| [40, 41, 42].map(|v| (n, v)));
    check(&RUNS, "out of blocks", outs.chain([(1, 1), (1, 101)]));
}

fn compositions_by_hand(total: i64) -> Vec<Vec<i64>> {
    let longer = (1..=total).flat_map(|first| {
        compositions_by_hand(total - first)
            .into_iter()
            .map(move |rest| [vec![first], rest].concat())
    });
    (total == 0).then(Vec::new).into_iter().chain(longer).collect()
}

#[test]
fn an_operation_calls_itself_from_a_loop() {
    check(&RUNS, "compositions", (0..N).flat_map(|n| compositions_by_hand(n % 5)));
}

#[test]
fn an_operation_takes_an_operation() {
    let near = |x: i64, n: i64| [x - n, x + n];
    let rows =
        (0..N).flat_map(|n| near(100, n).into_iter().flat_map(move |x| near(x, n).map(|x| (n, x))));
    check(&RUNS, "applied twice", rows);
}

fn halves(list: &[i64]) -> [Vec<i64>; 2] {
    let (a, b) = list.split_at(list.len() / 2);
    [a.to_vec(), b.to_vec()]
}

#[test]
fn operations_are_called_by_path() {
    let rows = (0..N).flat_map(|n| {
        let list: Vec<i64> = (0..n % 4).collect();
        halves(&list).into_iter().flat_map(|half| halves(&half)).map(move |quarter| (n, quarter))
    });
    check(&RUNS, "paths", rows);
}

#[test]
fn functions_are_called_on_either_side_of_hops() {
    assert_eq!([poly(1, 2), poly(10, 3)], [-128, 545]);
    let fibs = [1, 1, 2, 3, 5, 8];
    let gcd = |a: i64, b: i64| (1..=b).filter(|d| a % d == 0 && b % d == 0).max().unwrap();
    let sum = |n: i64| (1..=n).map(|m| m + m % 5).sum::<i64>();
    let rows = (0..N).map(|n| {
        let p = (10 * n + 6) * (2 * n - 10);
        (p, gcd(252 + n, 105) + fibs[n as usize % 6], sum(n))
    });
    check(&RUNS, "functions", rows);
}
