//! Failures name the statement where they are, in the operation or loop that it belongs to, and an
//! attempt that is repeated has its effects once.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rama::disk::MemDisk;
use rama::{InProcessCluster, PMap, WaitError, dataflow, defmodule};

use crate::forms::{all, on_clusters, process};

fn outside(tasks: usize, by: usize) -> usize {
    tasks + by
}

dataflow! {
    ramaop checked(*n: i64) :> i64 {
        |hash(*n);
        assert> *n != 4, "{n} is four";
        :> *n;
    }

    ramafn once(*n: i64) -> i64 {
        filter> *n > 100;
        :> *n;
    }

    ramafn deeper(*n: i64) -> i64 {
        <<if *n == 0 {
            throw> "at the bottom";
        } else <<if *n > 99 {
            :> *n;
        } else {
            recur> *n - 1;
        }
    }
}

defmodule! {
    pub module Failing {
        depot *numbers: i64, random;

        microbatch topo {
            pstate $$seen: PMap<i64, i64>;

            sources! {
                source> *numbers :> %mb;
                %mb() :> *n;
                +compound $$seen { *n => +count() };
                <<switch *n {
                    case> 0 => { |hash(*n); throw> "thrown: {}", *n + 1; }
                    case> 1 => { |global; assert> *n > 1; }
                    case> 2 => { |custom(outside, 3); }
                    case> 3 => { |direct(1_000); }
                    case> 4 => { %checked(*n) :> _; }
                    case> 5 => { once(*n) :> _; }
                    case> 6 => {
                        loop<- [*i = 0] {
                            |hash(*i);
                            assert> *i < 3, "iteration {}", *i;
                            continue> *i + 1;
                        }
                    }
                    case> 7 => {
                        <<ramaop %f(*x: i64) :> i64 { |hash(*x); throw> "in {}", *x; :> *x; }
                        %f(*n) :> _;
                    }
                    case> 8 => {
                        <<atomic {
                            |all;
                            filter> %current_task_id() == 0;
                            <<each vec![*n] :> *e { throw> "element {}", *e; }
                        }
                    }
                    case> 9 => { deeper(*n) :> _; }
                    default> => { |hash(*n); }
                }
                +compound $$seen { *n => +count() };
            }
        }
    }
}

/// For each number the message, and the statement that failed.
const FAILURES: [(i64, &str, &str); 10] = [
    (0, "thrown: 1", "throw> \"thrown: {}\", *n + 1"),
    (1, "", "assert> *n > 1"),
    (2, "`|custom` to task", "|custom(outside, 3)"),
    (3, "`|direct` to task 1000, but the module has tasks 0 to", "|direct(1_000)"),
    (4, "4 is four", "assert> *n != 4, \"{n} is four\""),
    (5, "`once` ended without having emitted", "once(*n) :> _"),
    (6, "iteration 3", "assert> *i < 3, \"iteration {}\", *i"),
    (7, "in 7", "throw> \"in {}\", *x"),
    (8, "element 8", "throw> \"element {}\", *e"),
    (9, "at the bottom", "deeper(*n) :> _"),
];

#[test]
fn a_failure_says_what_and_where() {
    for (n, message, statement) in FAILURES {
        for (tasks, seed) in [(1, None), (4, Some(1)), (16, None)] {
            let mut builder = InProcessCluster::builder();
            if let Some(seed) = seed {
                builder = builder.disk(Arc::new(MemDisk::new())).data_dir("/data").simulated(seed);
            }
            let cluster = builder.build().unwrap();
            cluster.launch(Failing, tasks, 1).unwrap();
            cluster.depot(Failing::numbers).append(n).unwrap();
            let error = cluster.wait_for_microbatch_processed_count(Failing::topo, 1).unwrap_err();
            let WaitError::Failing { failure, .. } = &error else { panic!("{error}") };
            assert!(failure.message.contains(message), "{n}: {failure}");
            assert_eq!(failure.statement, statement, "{n}: {failure}");
            let line = include_str!("failure.rs")
                .lines()
                .position(|line| line.contains(&format!("{statement};")))
                .unwrap();
            assert_eq!(
                failure.location,
                Some(format!("tests/forms/failure.rs:{}", line + 1)),
                "{n}"
            );
            assert_eq!(failure.record.as_ref().unwrap().depot, "numbers");
            // Nothing of the attempt is there, and it is tried again.
            assert_eq!(all(&cluster, Failing::seen), BTreeMap::new());
            let status = cluster.microbatch_status(Failing::topo).unwrap();
            assert!(status.failed_attempts > 0, "{n}");
        }
    }
}

static BUDGET: AtomicI64 = AtomicI64::new(0);
static USED: Mutex<()> = Mutex::new(());

/// Fails as often as it is allowed.
fn risky(n: i64) -> i64 {
    if BUDGET.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |b| (b > 0).then(|| b - 1)).is_ok() {
        panic!("this time {n} fails");
    }
    n
}

/// One test at a time has the budget.
fn budget() -> MutexGuard<'static, ()> {
    USED.lock().unwrap_or_else(PoisonError::into_inner)
}

dataflow! {
    ramaop walk($$visits: PMap<i64, i64>, *n: i64) :> i64 {
        |hash(*n);
        +compound $$visits { *n => +count() };
        <<if *n > 0 {
            %self($$visits, *n - 1) :> *m;
            |hash(*m + *n);
            :> *m + 1;
        } else {
            risky(*n) :> *z;
            :> *z;
        }
    }
}

defmodule! {
    pub module Retrying {
        depot *numbers: i64, random;

        microbatch topo {
            pstate $$visits: PMap<i64, i64>;
            pstate $$steps: PMap<i64, i64>;
            pstate $$done: PMap<i64, i64>;

            sources! {
                source> *numbers :> %mb;
                %mb() :> *n;
                anchor> <start>;
                loop<- [*i = 0, *sum = 0 :> *sum, *last] {
                    |hash(*i);
                    +compound $$steps { *i => +sum(*n) };
                    <<if *i % 2 == 1 { :> *sum, *i; }
                    <<if *i == 3 && *n % 5 == 4 { risky(*n) :> _; }
                    filter> *i < 6;
                    |global;
                    continue> *i + 1, *sum + *i;
                }
                |hash(*last + 100);
                +compound $$done { *last + 100 => +sum(*sum) };

                hook> <start>;
                %walk($$visits, *n) :> *depth;
                |hash(*depth);
                +compound $$done { *depth => +count() };
            }
        }
    }
}

#[test]
fn an_attempt_that_fails_in_a_loop_or_an_operation_has_its_effects_once() {
    let _guard = budget();
    on_clusters(|cluster, tasks, threads| {
        BUDGET.store(2, Ordering::SeqCst);
        process(cluster, Retrying, (tasks, threads), Retrying::numbers, Retrying::topo, 0..10);
        assert_eq!(BUDGET.load(Ordering::SeqCst), 0);
        let sums = (0..=6).map(|i| (i, 45)).collect::<BTreeMap<i64, i64>>();
        assert_eq!(all(cluster, Retrying::steps), sums);
        let visits = (0..10).map(|n| (n, 10 - n)).collect::<BTreeMap<i64, i64>>();
        assert_eq!(all(cluster, Retrying::visits), visits);
        let mut done: BTreeMap<i64, i64> = (0..10).map(|n| (n, 1)).collect();
        for i in [1, 3, 5] {
            done.insert(100 + i, 10 * (0..i).sum::<i64>());
        }
        assert_eq!(all(cluster, Retrying::done), done);
    });
}
