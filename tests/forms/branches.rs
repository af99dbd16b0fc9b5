//! `<<if`, `<<cond`, `<<switch`, `<<subsource` and `<<shadowif`: arms that hop, emit many times, or
//! do not go on.

use std::sync::LazyLock;

use rama::{Record, defmodule};
use serde::{Deserialize, Serialize};

use crate::{Rows, Runs, check, check_by, row, run, texts};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Record)]
pub enum Event {
    Add { key: String, by: i64 },
    Remove(i64),
    Nothing,
}

fn event(n: i64) -> Event {
    match n % 4 {
        0 => Event::Add { key: format!("k{n}"), by: n },
        1 => Event::Remove(n),
        2 => Event::Remove(-1),
        _ => Event::Nothing,
    }
}

defmodule! {
    pub module Branches {
        depot *numbers: i64, random;

        microbatch topo {
            pstate $$out: Rows;

            sources! {
                source> *numbers :> %mb;
                %mb() :> *n;
                anchor> <start>;

                <<cond {
                    case> *n % 4 == 0 => { |hash(*n); "four".to_owned() :> *text; }
                    case> *n % 6 == 0 => { "six".to_owned() :> *text; |global; }
                    case> *n % 12 == 0 => { throw> "{} came here", *n; }
                }
                +compound $$out { row("cond", (*n, &*text)) => +count() };

                hook> <start>;
                <<cond {
                    case> *n < 3 => { |hash(*n); *n * 2 :> *m; }
                    default> => { *n * 3 :> *m; }
                }
                +compound $$out { row("cond with default", (*n, *m)) => +count() };

                hook> <start>;
                <<cond {
                    case> *n == 1_000 => { 1 :> *m; }
                    default> => { filter> *n > 20; |all; *n :> *m; }
                }
                +compound $$out { row("default that filters", *m) => +count() };

                hook> <start>;
                <<switch *n % 5 {
                    case> 0, 1 => { |all; %current_task_id() :> *place; }
                    case> 2 => { 100 :> *place; }
                    case> 1, 2 => { throw> "the first arm of a value is taken"; }
                }
                +compound $$out { row("switch", (*n, *place)) => +count() };

                hook> <start>;
                format!("{}", *n % 3) :> *digit;
                <<switch *digit {
                    case> "0" => { "zero".to_owned() :> *name; }
                    case> "1", "7" => { |hash(*digit); format!("one of {}", *digit) :> *name; }
                    default> => { |global; *digit :> *name; }
                }
                +compound $$out { row("switch of text", (*n, &*digit, &*name)) => +count() };

                hook> <start>;
                event(*n) :> *event;
                <<subsource *event {
                    case> Event::Remove(-1) => { 0 :> *sum; "minus".to_owned() :> *key; }
                    case> Event::Add { *key, *by } => { |hash(*key); *by * 10 :> *sum; }
                    case> Event::Remove(*id) => {
                        *id :> *sum;
                        |global;
                        format!("r{}", *id) :> *key;
                    }
                    case> Event::Nothing => { filter> false; }
                }
                |hash(*key);
                +compound $$out { row("subsource", (&*key, *sum)) => +count() };

                hook> <start>;
                <<subsource event(*n) {
                    case> Event::Add { *by, .. } => { |hash(*by); *by :> *x; }
                    default> => { -*n :> *x; }
                }
                +compound $$out { row("subsource with default", (*n, *x)) => +count() };

                hook> <start>;
                *n :> *x;
                "old".to_owned() :> *name;
                <<shadowif *n % 3 == 0 {
                    |hash(*n + 1);
                    *x + 100 :> *x;
                    5 :> *inner;
                    format!("new {}", *inner) :> *name;
                }
                +compound $$out { row("shadowif", (*x, &*name)) => +count() };

                hook> <start>;
                <<if *n % 2 == 0 {
                    %range(0, *n % 3) :> *i;
                    |hash(*i);
                    %range(0, 2) :> *j;
                    *i * 10 + *j :> *k;
                } else {
                    -1 :> *k;
                }
                %range(0, 2) :> *twice;
                +compound $$out { row("emits of arms", (*n, *k, *twice)) => +count() };

                hook> <start>;
                %current_task_id() :> *before;
                <<if *n % 2 == 0 {
                    |direct((*before + 1) % %module_instance_info().num_tasks);
                }
                %current_task_id() == *before :> *stayed;
                +compound $$out { row("if without else", (*n, *stayed)) => +count() };

                hook> <start>;
                <<if *n % 2 == 0 {
                    |hash(*n / 2);
                    <<if *n % 3 == 0 {
                        |all;
                        filter> %current_task_id() == 0;
                        6 :> *v;
                    } else {
                        <<switch *n {
                            case> 2 => { 2 :> *v; }
                            case> 4 => { |global; %range(4, 6) :> *v; }
                        }
                    }
                } else <<if *n > 20 {
                    <<cond { case> *n > 22 => { |hash(*n); 23 :> *v; } }
                } else {
                    filter> *n > 17;
                    *n :> *v;
                }
                |hash(*v);
                +compound $$out { row("branches in branches", (*n, *v)) => +count() };
            }
        }
    }
}

const N: i64 = 24;

static RUNS: LazyLock<Runs> =
    LazyLock::new(|| run(|| Branches, Branches::numbers, Branches::topo, Branches::out, 0..N));

#[test]
fn the_first_case_that_holds_is_taken_and_without_one_nothing_behind_runs() {
    let rows = (0..N).filter_map(|n| match n {
        n if n % 4 == 0 => Some((n, "four")),
        n if n % 6 == 0 => Some((n, "six")),
        _ => None,
    });
    check(&RUNS, "cond", rows);
}

#[test]
fn a_default_is_taken_when_no_case_holds() {
    check(&RUNS, "cond with default", (0..N).map(|n| (n, if n < 3 { n * 2 } else { n * 3 })));
}

#[test]
fn what_a_default_filters_does_not_go_on() {
    check_by(&RUNS, "default that filters", |tasks| {
        texts((21..N).flat_map(|n| std::iter::repeat_n(n, tasks)))
    });
}

#[test]
fn a_switch_takes_the_first_arm_of_a_value_and_none_if_none_fits() {
    check_by(&RUNS, "switch", |tasks| {
        texts((0..N).flat_map(|n| match n % 5 {
            0 | 1 => (0..tasks).map(|task| (n, task)).collect(),
            2 => vec![(n, 100)],
            _ => vec![],
        }))
    });
}

#[test]
fn a_switch_compares_text_with_literals() {
    let rows = (0..N).map(|n| match n % 3 {
        0 => (n, "0", "zero"),
        1 => (n, "1", "one of 1"),
        _ => (n, "2", "2"),
    });
    check(&RUNS, "switch of text", rows);
}

#[test]
fn a_subsource_takes_the_first_pattern_that_matches_and_binds_it_across_hops() {
    let rows = (0..N).filter_map(|n| match event(n) {
        Event::Add { key, by } => Some((key, by * 10)),
        Event::Remove(-1) => Some(("minus".into(), 0)),
        Event::Remove(id) => Some((format!("r{id}"), id)),
        Event::Nothing => None,
    });
    check(&RUNS, "subsource", rows);
}

#[test]
fn a_subsource_may_have_a_default() {
    check(&RUNS, "subsource with default", (0..N).map(|n| (n, if n % 4 == 0 { n } else { -n })));
}

#[test]
fn what_shadowif_shadows_stays_shadowed() {
    let rows = (0..N).map(|n| if n % 3 == 0 { (n + 100, "new 5") } else { (n, "old") });
    check(&RUNS, "shadowif", rows);
}

#[test]
fn what_follows_branches_runs_once_for_each_emit_of_an_arm() {
    let rows = (0..N).flat_map(|n| {
        let values: Vec<i64> = match n % 2 {
            0 => (0..n % 3).flat_map(|i| [i * 10, i * 10 + 1]).collect(),
            _ => vec![-1],
        };
        values.into_iter().flat_map(move |k| [(n, k, 0), (n, k, 1)])
    });
    check(&RUNS, "emits of arms", rows);
}

#[test]
fn what_follows_runs_where_its_arm_went() {
    check_by(&RUNS, "if without else", |tasks| {
        texts((0..N).map(|n| (n, n % 2 != 0 || tasks == 1)))
    });
}

#[test]
fn branches_within_branches_come_together_for_each_that_goes_on() {
    let rows = (0..N).flat_map(|n| {
        let values: Vec<i64> = match n {
            n if n % 6 == 0 => vec![6],
            2 => vec![2],
            4 => vec![4, 5],
            23 => vec![23],
            19 => vec![19],
            _ => vec![],
        };
        values.into_iter().map(move |v| (n, v))
    });
    check(&RUNS, "branches in branches", rows);
}
