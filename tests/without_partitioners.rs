//! Topologies without partitioners: each task is done with a microbatch, and has what it wrote in the
//! log, when it has run its own records, whatever becomes of the others.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use rama::disk::MemDisk;
use rama::{ClusterEvent, InProcessCluster, PMap, WaitError, defmodule};

/// Panics for this number.
static UNLUCKY: AtomicI64 = AtomicI64::new(-1);

fn check(number: i64) -> i64 {
    assert_ne!(number, UNLUCKY.load(Ordering::SeqCst), "an unlucky number");
    number
}

fn identity(number: &i64) -> i64 {
    *number
}

defmodule! {
    /// Adds numbers up where they are.
    pub module SumModule {
        depot *numbers: i64, hash_by(identity);

        microbatch adding {
            pstate $$sums: PMap<i64, i64>;

            sources! {
                source> *numbers :> %microbatch;
                %microbatch() :> *number;
                check(*number) :> *same;
                +compound $$sums { *same => +sum(*number + 1) };
            }
        }
    }
}

fn sums(cluster: &InProcessCluster, tasks: usize) -> BTreeMap<i64, i64> {
    let sums = cluster.pstate(SumModule::sums);
    (0..tasks).flat_map(|task| sums.at_task(task).select(|p| p.all()).unwrap()).collect()
}

/// One test, since there is one unlucky number.
#[test]
fn what_tasks_had_prepared_when_another_failed_is_not_there_and_comes_once_also_after_a_restart() {
    for (seed, tasks, threads) in [
        (None, 1, 1),
        (None, 4, 2),
        (None, 16, 4),
        (Some(1), 2, 2),
        (Some(2), 4, 2),
        (Some(3), 4, 4),
        (Some(4), 16, 4),
    ] {
        let disk = MemDisk::new();
        let prepared = Arc::new(AtomicI64::new(0));
        let open = || {
            let count_prepared = Arc::clone(&prepared);
            let builder = InProcessCluster::builder()
                .disk(Arc::new(disk.clone()))
                .data_dir("/data")
                .event_hook(move |event| {
                    if let ClusterEvent::Prepared { .. } = event {
                        count_prepared.fetch_add(1, Ordering::SeqCst);
                    }
                });
            let cluster = match seed {
                Some(seed) => builder.simulated(seed).build().unwrap(),
                None => builder.build().unwrap(),
            };
            cluster.launch(SumModule, tasks, threads).unwrap();
            cluster
        };
        let cluster = open();
        let numbers = cluster.depot(SumModule::numbers);
        numbers.append_all(0..50).unwrap();
        cluster.wait_for_microbatch_processed_count(SumModule::adding, 50).unwrap();
        let before: BTreeMap<i64, i64> = (0..50).map(|number| (number, number + 1)).collect();
        assert_eq!(sums(&cluster, tasks), before);
        let committed = prepared.load(Ordering::SeqCst);

        // All of them in one microbatch.
        UNLUCKY.store(7_000, Ordering::SeqCst);
        cluster.pause_microbatch_topology(SumModule::adding).unwrap();
        numbers.append_all((0..50).chain(100..900).chain([7_000])).unwrap();
        cluster.resume_microbatch_topology(SumModule::adding).unwrap();
        let error =
            cluster.wait_for_microbatch_processed_count(SumModule::adding, 901).unwrap_err();
        let WaitError::Failing { failure, .. } = &error else { panic!("{error}") };
        assert!(failure.message.contains("an unlucky number"), "{failure}");
        assert_eq!(sums(&cluster, tasks), before, "nothing of it is visible");
        assert_eq!(prepared.load(Ordering::SeqCst), committed);

        // Twice in another process: first it fails there, too.
        drop(cluster);
        let cluster = open();
        assert_eq!(sums(&cluster, tasks), before);
        cluster.wait_for_microbatch_processed_count(SumModule::adding, 901).unwrap_err();
        drop(cluster);
        UNLUCKY.store(-1, Ordering::SeqCst);
        let cluster = open();
        cluster.wait_for_microbatch_processed_count(SumModule::adding, 901).unwrap();
        let mut after: BTreeMap<i64, i64> = (100..900).map(|number| (number, number + 1)).collect();
        after.extend((0..50).map(|number| (number, 2 * (number + 1))));
        after.insert(7_000, 7_001);
        assert_eq!(sums(&cluster, tasks), after, "{seed:?}, {tasks} tasks");
        cluster.close().unwrap();
        // And from the log alone.
        let cluster = open();
        assert_eq!(sums(&cluster, tasks), after);
        cluster.close().unwrap();
    }
}
