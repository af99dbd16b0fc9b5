//! Where partitioners go, one behind the other, and what they carry.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use rama::{InProcessCluster, PMap, dataflow, defmodule};

use crate::forms::{all, process};
use crate::{Rows, Runs, check_by, row, run, texts};

fn spread(tasks: usize, n: i64, by: usize) -> usize {
    (n as usize * by) % tasks
}

dataflow! {
    ramaop to_all_and_back(*n: i64) :> i64, usize {
        |all;
        %current_task_id() :> *from;
        |hash(*n);
        :> *n, *from;
    }
}

defmodule! {
    pub module Partitioners {
        depot *numbers: i64, global;

        microbatch topo {
            pstate $$out: Rows;
            pstate $$places: PMap<(String, i64), i64>;
            pstate $$totals: PMap<String, i64>;

            sources! {
                source> *numbers :> %mb;
                %mb() :> *n;
                %module_instance_info() :> *info;
                *info.num_tasks :> *tasks;
                // It cannot be carried, and need not be: nothing behind a hop uses it.
                std::rc::Rc::new(*n) :> *local;
                **local + 0 :> *n;
                anchor> <start>;

                |all;
                %current_task_id() :> *task;
                |global;
                +compound $$totals {
                    "all".to_owned() => +count(),
                    "tasks".to_owned() => +sum(*task as i64)
                };
                +compound $$out { row("aggregated", (*n, *task)) => +count() };

                hook> <start>;
                |all;
                %current_task_id() :> *first;
                |all;
                %current_task_id() :> *second;
                +compound $$out { row("all twice", (*first, *second)) => +count() };

                hook> <start>;
                %to_all_and_back(*n) :> *m, *from;
                |hash(*m);
                +compound $$out { row("in an operation", (*m, *from)) => +count() };

                hook> <start>;
                |shuffle;
                %current_task_id() :> *task;
                +compound $$out { row("shuffle", *task) => +count() };

                hook> <start>;
                |custom(spread, *n, 3);
                %current_task_id() :> *task;
                |direct((*task + 1) % *tasks);
                %current_task_id() :> *after;
                +compound $$out { row("custom and direct", (*n, *task, *after)) => +count() };

                // Equal keys go to one task, and it is the one where a client looks.
                hook> <start>;
                |hash((format!("key {}", *n % 3), *n % 2));
                +compound $$places { (format!("key {}", *n % 3), *n % 2) => +count() };
                %current_task_id() :> *task;
                |all;
                |path($$places.key((format!("key {}", *n % 3), *n % 2)));
                assert> %current_task_id() == *task;
                |hash($$places, (format!("key {}", *n % 3), *n % 2));
                assert> %current_task_id() == *task;
                select> $$places.key((format!("key {}", *n % 3), *n % 2)) :> *there;
                assert> *there.is_some();
                |all($$places);
                |global($$places);
                assert> %current_task_id() == 0;
                |direct($$places, *tasks - 1);
                assert> %current_task_id() == *tasks - 1;
                |direct(*numbers, 0);
                +compound $$out { row("objects", *n) => +count() };

                hook> <start>;
                loop<- [*i = 0_usize :> *at] {
                    |direct(*i % *tasks);
                    %current_task_id() :> *here;
                    :> *here;
                    filter> *i + 1 < *tasks;
                    continue> *i + 1;
                }
                +compound $$out { row("around", *at) => +count() };
            }
        }
    }
}

const N: i64 = 16;

static RUNS: LazyLock<Runs> = LazyLock::new(|| {
    run(|| Partitioners, Partitioners::numbers, Partitioners::topo, Partitioners::out, 0..N)
});

#[test]
fn what_was_on_all_tasks_is_aggregated_on_one() {
    check_by(&RUNS, "aggregated", |tasks| {
        texts((0..N).flat_map(|n| (0..tasks).map(move |task| (n, task))))
    });
    check_by(&RUNS, "all twice", |tasks| {
        let pairs = (0..tasks).flat_map(|first| (0..tasks).map(move |second| (first, second)));
        texts((0..N).flat_map(|_| pairs.clone()))
    });
    check_by(&RUNS, "in an operation", |tasks| {
        texts((0..N).flat_map(|n| (0..tasks).map(move |task| (n, task))))
    });
}

#[test]
fn shuffle_gives_each_task_the_same() {
    // All numbers are on task 0, and 16 is a multiple of every number of tasks.
    check_by(&RUNS, "shuffle", |tasks| texts((0..N as usize).map(|n| n % tasks)));
}

#[test]
fn custom_and_direct_go_where_they_are_told() {
    check_by(&RUNS, "custom and direct", |tasks| {
        texts((0..N).map(|n| {
            let task = spread(tasks, n, 3);
            (n, task, (task + 1) % tasks)
        }))
    });
    check_by(&RUNS, "around", |tasks| texts((0..N).flat_map(|_| 0..tasks)));
}

#[test]
fn partitioners_over_objects_agree_with_those_over_tasks() {
    check_by(&RUNS, "objects", |tasks| {
        texts((0..N).flat_map(|n| std::iter::repeat_n(n, tasks * tasks)))
    });
}

#[test]
fn a_client_finds_a_key_where_hash_went() {
    for (tasks, threads) in [(1, 1), (4, 2), (16, 2)] {
        let cluster = &InProcessCluster::temporary().unwrap();
        let (depot, topology) = (Partitioners::numbers, Partitioners::topo);
        process(cluster, Partitioners, (tasks, threads), depot, topology, 0..N);
        let mut places: BTreeMap<(String, i64), i64> = BTreeMap::new();
        for n in 0..N {
            *places.entry((format!("key {}", n % 3), n % 2)).or_default() += 1;
        }
        let client = cluster.pstate(Partitioners::places);
        for (key, count) in &places {
            assert_eq!(client.select_one(|p| p.key(key)).unwrap(), Some(*count), "{key:?}");
        }
        assert_eq!(all(cluster, Partitioners::places), places);
        let (count, sum) = (tasks as i64 * N, (0..tasks as i64).sum::<i64>() * N);
        let totals = BTreeMap::from([("all".into(), count), ("tasks".into(), sum)]);
        assert_eq!(all(cluster, Partitioners::totals), totals);
    }
}
