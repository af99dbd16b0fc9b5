//! `<<ramaop %f` and `<<ramafn %f`: what they close over, and their values across partitioners,
//! through branches, in loops and in each other. Simulated clusters turn values into bytes at hops.

use std::sync::LazyLock;

use rama::{Fun, Op, PMap, dataflow, defmodule};

use crate::{Rows, Runs, check, check_by, row, run, texts};

dataflow! {
    /// An operation that makes operations.
    ramaop adder(*by: i64) :> Op<(i64,), i64> {
        <<ramaop %add(*x: i64) :> i64 { |hash(*x); :> *x + *by; |global; :> *x - *by; }
        |hash(*by);
        :> %add;
    }

    ramaop the_same(%f: Op<(i64,), i64>) :> Op<(i64,), i64> { |global; :> %f; }

    ramaop run_all(%f: Op<(i64,), i64>, %g: Op<(i64,), i64>, *x: i64) :> i64 {
        |hash(*x);
        <<if *x % 2 == 0 {
            %the_same(%f) :> %h: Op<(i64,), i64>;
        } else {
            |global;
            %the_same(%g) :> %h: Op<(i64,), i64>;
        }
        |hash(*x + 1);
        %h(*x) :> *y;
        |global;
        :> *y;
    }

    /// Applies as often as said, with a hop each time.
    ramaop times(%f: Op<(i64,), i64>, *count: i64, *x: i64) :> i64 {
        <<if *count == 0 {
            :> *x;
        } else {
            |hash(*count);
            %f(*x) :> *y;
            |hash(*y);
            %self(%f, *count - 1, *y) :> *z;
            :> *z;
        }
    }

    ramaop map_sum(%f: Fun<(i64,), i64>, *items: Vec<i64>) :> i64 {
        |all;
        filter> %current_task_id() == 0;
        loop<- [*i = 0, *sum = 0 :> *total] {
            <<if *i < *items.len() {
                |hash(*i as i64);
                continue> *i + 1, *sum + %f(*items[*i]);
            } else {
                :> *sum;
            }
        }
        :> *total;
    }

    ramaop compose(%f: Fun<(i64,), i64>, %g: Fun<(i64,), i64>, *x: i64) :> i64 {
        |hash(*x);
        :> %g(%f(*x));
    }
}

defmodule! {
    pub module Anonymous {
        depot *numbers: i64, random;

        microbatch topo {
            pstate $$out: Rows;
            pstate $$counts: PMap<i64, i64>;

            sources! {
                source> *numbers :> %mb;
                %mb() :> *n;
                <<ramaop %plus(*x: i64) :> i64 { |hash(*x); :> *x + 1; }
                <<ramaop %times_two(*x: i64) :> i64 { :> *x * 2; |hash(*x); :> *x * 2 + 1; }
                anchor> <start>;

                // Closes over variables, and hops; called behind another hop.
                format!("n{}", *n) :> *text;
                vec![*n, *n + 1] :> *list;
                <<ramaop %say(*x: i64, *prefix: String) :> String, i64 {
                    %explode(*list) :> *item;
                    |hash(*item);
                    :> format!("{} {} {}", *prefix, *text, *item + *x), *item;
                    |all;
                    filter> %current_task_id() == 0 && *item == *n;
                    :> "again".to_owned(), *item;
                }
                |hash(*n);
                "shadowed".to_owned() :> *text;
                %say(10, "a".to_owned()) :> *said, *item;
                +compound $$out { row("closes over", (*n, &*said, *item, &*text)) => +count() };

                // Chosen by branches, on either side of hops.
                hook> <start>;
                <<if *n % 3 == 0 {
                    <<ramaop %chosen(*x: i64) :> i64 { |hash(*x); :> *x + *n; }
                    |hash(*n);
                } else {
                    100 :> *factor;
                    <<ramaop %chosen(*x: i64) :> i64 { :> *x * *factor; |global; :> *x; }
                    |all;
                    filter> %current_task_id() == 0;
                }
                |hash(*n + 5);
                %chosen(*n) :> *y;
                +compound $$out { row("chosen", (*n, *y)) => +count() };

                hook> <start>;
                <<switch *n % 3 {
                    case> 0 => { <<ramafn %fun(*x: i64) -> i64 { :> *x + 1; } }
                    case> 1 => { |global; <<ramafn %fun(*x: i64) -> i64 { :> *x * *n; } }
                }
                |hash(*n);
                %fun(7) :> *v;
                +compound $$out { row("chosen function", (*n, *v)) => +count() };

                // Made by an operation.
                hook> <start>;
                %adder(*n) :> %add: Op<(i64,), i64>;
                |global;
                %add(1_000) :> *sum;
                |hash(*sum);
                %add(*sum) :> *sum;
                +compound $$out { row("made", (*n, *sum)) => +count() };

                // In each other: one that closes over another, and over itself by name.
                hook> <start>;
                <<ramaop %inner(*x: i64) :> i64 { |hash(*x); :> *x + *n; :> *x; }
                <<ramaop %outer(*x: i64) :> i64 {
                    <<ramaop %most_inner(*y: i64) :> i64 { |global; %inner(*y + *x) :> *z; :> *z; }
                    |all;
                    filter> %current_task_id() == 0;
                    %most_inner(100) :> *z;
                    %inner(*z) :> *w;
                    :> *w;
                }
                |hash(*n);
                %outer(5) :> *w;
                +compound $$out { row("in each other", (*n, *w)) => +count() };

                hook> <start>;
                <<ramaop %walk(*k: i64) :> i64 {
                    |hash(*k);
                    :> *k * 100 + *n;
                    filter> *k > 0;
                    %self(*k - 1) :> *deeper;
                    |global;
                    :> *deeper;
                }
                %walk(*n % 4) :> *k;
                +compound $$out { row("calls itself", *k) => +count() };

                hook> <start>;
                %run_all(%plus, %times_two, *n) :> *x;
                %run_all(%times_two, %plus, *x) :> *y;
                +compound $$out { row("both", (*n, *y)) => +count() };

                hook> <start>;
                %times(%times_two, 3, *n) :> *x;
                +compound $$out { row("three times", (*n, *x)) => +count() };

                // Functions.
                hook> <start>;
                <<ramafn %scale(*x: i64) -> i64 {
                    <<if *x % 2 == 0 { :> *x * *n; } else { :> -*x; }
                }
                <<ramafn %shifted(*x: i64) -> i64 { :> %scale(*x + 1) + 1; }
                |hash(*n);
                %map_sum(%shifted, vec![1, 2, 3, 4]) :> *sum;
                |global;
                %map_sum(%scale, vec![*n]) :> *second;
                %compose(%scale, %shifted, *n) :> *third;
                +compound $$out { row("functions", (*n, *sum, *second, *third)) => +count() };

                // An operation kept in a loop, and one made in each iteration.
                hook> <start>;
                loop<- [*i = 0, *x = *n :> *y] {
                    <<ramaop %step(*v: i64) :> i64 { |hash(*v); :> *v + *i; }
                    |hash(*i);
                    %step(*x) :> *x;
                    %plus(*x) :> *x;
                    <<if *i < 4 { continue> *i + 1, *x; } else { :> *x; }
                }
                +compound $$out { row("in a loop", (*n, *y)) => +count() };

                // It writes the PStates of the topology, on the task where it is.
                hook> <start>;
                <<ramaop %count(*key: i64) :> i64 {
                    |hash(*key);
                    +compound $$counts { *key => +count() };
                    local_select> $$counts.key(*key).nil_to_val(0) :> *count;
                    :> *count;
                }
                |global;
                %count(*n % 3) :> *count;
                assert> *count > 0;
                +compound $$out { row("counted", *n % 3) => +count() };

                // In a nested call, with a hop.
                hook> <start>;
                %plus(%times_two(*n) + 1) * 10 :> *v;
                |hash(%plus(*v));
                +compound $$out { row("nested", (*n, *v)) => +count() };
            }
        }
    }
}

const N: i64 = 12;

static RUNS: LazyLock<Runs> =
    LazyLock::new(|| run(|| Anonymous, Anonymous::numbers, Anonymous::topo, Anonymous::out, 0..N));

#[test]
fn an_operation_closes_over_variables_and_hops() {
    let rows = (0..N).flat_map(|n| {
        let say = move |item: i64| (n, format!("a n{n} {}", item + 10), item, "shadowed");
        [say(n), say(n + 1), (n, "again".to_owned(), n, "shadowed")]
    });
    check(&RUNS, "closes over", rows);
}

#[test]
fn an_operation_is_chosen_by_branches() {
    let rows =
        (0..N).flat_map(|n| if n % 3 == 0 { vec![(n, 2 * n)] } else { vec![(n, 100 * n), (n, n)] });
    check(&RUNS, "chosen", rows);
    let rows = (0..N).filter_map(|n| match n % 3 {
        0 => Some((n, 8)),
        1 => Some((n, 7 * n)),
        _ => None,
    });
    check(&RUNS, "chosen function", rows);
}

#[test]
fn an_operation_is_made_by_an_operation() {
    let both = |x: i64, n: i64| [x + n, x - n];
    let rows = (0..N)
        .flat_map(|n| both(1_000, n).into_iter().flat_map(move |x| both(x, n).map(|x| (n, x))));
    check(&RUNS, "made", rows);
}

#[test]
fn operations_in_operations() {
    let inner = |x: i64, n: i64| [x + n, x];
    let rows = (0..N)
        .flat_map(|n| inner(105, n).into_iter().flat_map(move |z| inner(z, n).map(|w| (n, w))));
    check(&RUNS, "in each other", rows);
}

#[test]
fn an_anonymous_operation_calls_itself() {
    check(&RUNS, "calls itself", (0..N).flat_map(|n| (0..=n % 4).map(move |k| k * 100 + n)));
}

#[test]
fn an_operation_is_carried_by_operations() {
    let plus = |x: i64| vec![x + 1];
    let twice = |x: i64| vec![2 * x, 2 * x + 1];
    let first = move |x: i64| if x % 2 == 0 { plus(x) } else { twice(x) };
    let second = move |x: i64| if x % 2 == 0 { twice(x) } else { plus(x) };
    let rows = (0..N).flat_map(|n| first(n).into_iter().flat_map(second).map(move |y| (n, y)));
    check(&RUNS, "both", rows);
    check(&RUNS, "three times", (0..N).flat_map(|n| (8 * n..8 * n + 8).map(move |x| (n, x))));
}

#[test]
fn functions_close_over_functions() {
    let rows = (0..N).map(|n| {
        let scale = |x: i64| if x % 2 == 0 { x * n } else { -x };
        let shifted = |x: i64| scale(x + 1) + 1;
        (n, (1..=4).map(shifted).sum::<i64>(), scale(n), shifted(scale(n)))
    });
    check(&RUNS, "functions", rows);
}

#[test]
fn an_operation_is_made_in_each_iteration() {
    check(&RUNS, "in a loop", (0..N).map(|n| (n, n + 10 + 5)));
}

#[test]
fn an_anonymous_operation_writes_pstates() {
    check_by(&RUNS, "counted", |_| texts((0..N).map(|n| n % 3)));
}

#[test]
fn an_anonymous_operation_is_called_within_an_expression() {
    check(&RUNS, "nested", (0..N).flat_map(|n| [(n, (2 * n + 2) * 10), (n, (2 * n + 3) * 10)]));
}
