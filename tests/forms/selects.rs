//! `select>`, `yielding_select>`, `local_clear>` and what reads see, with boundaries around.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use rama::{PMap, Record, dataflow, defmodule};
use serde::{Deserialize, Serialize};

use crate::{Rows, Runs, check, check_by, row, run, run_phases, texts};

#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub enum Step {
    /// Writes a node and what is behind it.
    Link(i64, Vec<i64>),
    /// Reads.
    Visit(i64),
}

dataflow! {
    /// Reads at the task of a key that is computed.
    ramaop behind($$links: PMap<i64, PMap<i64, i64>>, *node: i64) :> i64, i64 {
        select> $$links.key(*node * 1 + 0).all() :> *next, *weight;
        :> *next, *weight;
    }
}

/// Takes longer than an event should.
fn slow(n: i64) -> i64 {
    std::thread::sleep(Duration::from_millis(7));
    n
}

defmodule! {
    pub module Selects {
        depot *steps: Step, global;
        depot *numbers: i64, global;

        microbatch topo {
            pstate $$out: Rows;
            pstate $$links: PMap<i64, PMap<i64, i64>>;
            pstate $$names: PMap<String, i64>;

            sources! {
                source> *steps :> %mb;
                %mb() :> *step;
                <<subsource *step {
                    case> Step::Link(*node, *next) => {
                        |hash(*node);
                        <<each *next :> *other {
                            local_transform> $$links.key(*node).key(*other)
                                .termval(*node * 10 + *other);
                        }
                        |hash(format!("name {node}"));
                        local_transform> $$names.key(format!("name {node}")).termval(*node);
                        filter> false;
                    }
                    case> Step::Visit(*node) => { *node :> *visited; }
                }
                anchor> <visit>;

                select> $$links.key(*visited - 1 + 1).all() :> *next, *weight;
                select> $$names.key(format!("name {next}")) :> *named;
                %current_task_id() :> *here;
                select> $$names.key(format!("name {next}")) :> *again;
                // It was there already.
                assert> *here == %current_task_id() && *named == *again;
                +compound $$out { row("select", (*visited, *next, *weight, *named)) => +count() };

                hook> <visit>;
                %behind($$links, *visited) :> *next, _;
                %behind($$links, *next) :> *after, *weight;
                +compound $$out { row("two away", (*visited, *after, *weight)) => +count() };

                hook> <visit>;
                select> $$links.key(*visited).count() :> *degree;
                <<if *degree > 0 {
                    select> $$links.key(*visited).map_keys() :> *first;
                } else {
                    -1 :> *first;
                }
                |global;
                +compound $$out { row("in an arm", (*visited, *degree, *first)) => +count() };
            }
        }

        microbatch reading {
            pstate $$seen: Rows;
            pstate $$pages: PMap<i64, i64>;
            pstate $$scratch: PMap<i64, i64>;

            sources! {
                source> *numbers :> %mb;
                %mb() :> *n;
                anchor> <start>;

                // Everything that a select finds is as of its beginning.
                <<if *n == 0 {
                    <<each (0..200_i64) :> *key {
                        local_transform> $$pages.key(*key).termval(*key);
                    }
                }
                local_select> $$pages.count() :> *count;
                local_select> $$pages.map_keys() :> *key;
                filter> *key < 200;
                local_transform> $$pages.key(*key + 1_000).termval(*n);
                local_transform> $$pages.key(*key + 1_000).none();
                local_transform> $$pages.key(*key).termval(-1 - *n);
                +compound $$seen { row("selected", (*n, *key < *count as i64)) => +count() };

                // Over many events, while later records write the same PState.
                hook> <start>;
                filter> *n < 3;
                local_select> $$pages.count() :> *count;
                yielding_select> $$pages.all() :> (*key, *value);
                <<if *key < 200 && *key % 50 == 0 { slow(*key) :> _; }
                +compound $$seen { row("yielded", (*n, *count)) => +count() };
                +compound $$seen {
                    row(
                        "values at the beginning",
                        (*n, *value == -1 - *n || *key >= 100_000)
                    ) => +count()
                };
                local_transform> $$pages.key(*key * 10 + 100_000 + *n).termval(0);
                |all;
                +compound $$seen { row("behind a yield", *n) => +count() };

                // Only this task's partition.
                hook> <start>;
                |all;
                +compound $$scratch { *n => +count() };
                filter> *n % 2 == 1;
                %current_task_id() :> *task;
                filter> *task == 0;
                local_clear> $$scratch;
                local_select> $$scratch.count() :> *left;
                assert> *left == 0;
                +compound $$scratch { *n => +count() };
                local_select> $$scratch.count() :> *left;
                +compound $$seen { row("cleared", (*n, *left)) => +count() };
                hook> <start>;
                |all;
                filter> *n == 7;
                local_select> $$scratch.count() :> *left;
                %current_task_id() :> *task;
                +compound $$seen { row("left", (*task, *left)) => +count() };
            }
        }
    }
}

fn links() -> Vec<(i64, Vec<i64>)> {
    (0..6).map(|n| (n, (0..n % 4).map(|k| (n + k + 1) % 8).collect())).collect()
}

static RUNS: LazyLock<Runs> = LazyLock::new(|| {
    let link = links().into_iter().map(|(node, next)| Step::Link(node, next));
    let phases = [link.collect(), (0..7).map(Step::Visit).collect()];
    run_phases(|| Selects, Selects::steps, Selects::topo, Selects::out, phases)
});

static READING: LazyLock<Runs> =
    LazyLock::new(|| run(|| Selects, Selects::numbers, Selects::reading, Selects::seen, 0..8));

/// What is behind a node, and the weight of the way there.
fn next(node: i64) -> Vec<(i64, i64)> {
    let of_node = links().into_iter().filter(|(from, _)| *from == node);
    let mut next: Vec<i64> = of_node.flat_map(|(_, next)| next).collect();
    next.sort();
    next.into_iter().map(|next| (next, node * 10 + next)).collect()
}

#[test]
fn a_select_goes_to_the_task_of_a_computed_key() {
    let rows = (0..7).flat_map(|n| {
        next(n).into_iter().map(move |(m, weight)| (n, m, weight, (m < 6).then_some(m)))
    });
    check(&RUNS, "select", rows);
}

#[test]
fn an_operation_selects_from_the_pstate_it_is_given() {
    let rows = (0..7).flat_map(|n| {
        let after = next(n).into_iter().flat_map(|(m, _)| next(m));
        after.map(move |(after, weight)| (n, after, weight))
    });
    check(&RUNS, "two away", rows);
}

#[test]
fn a_select_in_an_arm_emits_for_each() {
    let rows = (0..7).flat_map(|n| {
        let next = next(n);
        let firsts: Vec<i64> = match next.len() {
            0 => vec![-1],
            _ => next.iter().map(|(m, _)| *m).collect(),
        };
        let degree = next.len();
        firsts.into_iter().map(move |first| (n, degree, first))
    });
    check(&RUNS, "in an arm", rows);
}

#[test]
fn a_select_is_as_of_its_beginning_whatever_its_rest_writes() {
    check(&READING, "selected", (0..8).flat_map(|n| std::iter::repeat_n((n, true), 200)));
}

#[test]
fn a_yielding_select_is_as_of_its_beginning_while_others_write() {
    let runs = READING.as_ref().unwrap();
    for run in runs {
        let yielded = run.rows_of("yielded");
        let mut emits = BTreeMap::new();
        for (row, count) in &yielded {
            // As many as there were, of which 200 are always there.
            let numbers = row.trim_matches(['(', ')']).split_once(", ").unwrap();
            assert_eq!(numbers.1, count.to_string(), "{yielded:?}");
            emits.insert(numbers.0, *count);
        }
        assert_eq!(emits.keys().copied().collect::<Vec<_>>(), ["0", "1", "2"]);
        assert_eq!(emits["0"], 200);
        let values = run.rows_of("values at the beginning");
        let behind = run.rows_of("behind a yield");
        for (n, count) in emits {
            assert_eq!(values[&*format!("({n}, true)")], count);
            assert_eq!(behind[n], count * run.tasks as i64);
        }
        assert_eq!(values.len(), 3, "{values:?}");
    }
}

#[test]
fn a_clear_is_of_its_own_partition_only() {
    check(&READING, "cleared", [(1, 1), (3, 1), (5, 1), (7, 1)]);
    // On task 0 only the last number, elsewhere all.
    check_by(&READING, "left", |tasks| {
        texts((0..tasks).map(|task| (task, if task == 0 { 1 } else { 8 })))
    });
}
