//! The order between two tasks is the order sent, across labels and branches; and fan-out over
//! cycles of tasks never blocks, however small the limits.
#![allow(missing_docs, clippy::unwrap_used)]

use std::sync::Arc;

use rama::disk::MemDisk;
use rama::{AckLevel, ClusterBuilder, InProcessCluster, PMap, Record, defmodule};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub struct Item {
    pub seq: i64,
    pub kind: u8,
    pub to: u64,
}

defmodule! {
    /// Sends items over three labels to another task and back.
    pub module ExchangeModule {
        depot *items: Item, global;

        microbatch exchange {
            /// Sequence numbers by order of arrival, on each task.
            pstate $$arrivals: PMap<i64, i64>;
            pstate $$next: PMap<u8, i64>;
            /// The same for what came back to task 0.
            pstate $$returned: PMap<i64, i64>;

            sources! {
                source> *items :> %microbatch;
                %microbatch() :> Item { *seq, *kind, *to };
                <<if *kind == 0 {
                    |direct(*to as usize);
                    *seq * 10 :> *marked;
                } else <<if *kind == 1 {
                    format!("{}", *seq) :> *text;
                    |direct(*to as usize);
                    *text.len() :> *length;
                    *seq * 10 + (*length as i64) * 0 :> *marked;
                } else {
                    *seq :> *copy;
                    |direct(*to as usize);
                    *copy * 10 :> *marked;
                }
                local_select> $$next.key(0).nil_to_val(0) :> *n;
                local_transform> $$arrivals.key(*n).termval(*marked);
                local_transform> $$next.key(0).termval(*n + 1);
                <<if *kind == 2 {
                    |global();
                    *seq :> *back;
                } else {
                    |direct(0);
                    *seq + 0 :> *back;
                }
                local_select> $$next.key(1).nil_to_val(0) :> *m;
                local_transform> $$returned.key(*m).termval(*back);
                local_transform> $$next.key(1).termval(*m + 1);
            }
        }
    }
}

fn clusters(seeds: std::ops::Range<u64>) -> impl Iterator<Item = ClusterBuilder> {
    let threads = (0..3).map(|_| InProcessCluster::builder());
    threads.chain(seeds.map(|seed| {
        InProcessCluster::builder()
            .disk(Arc::new(MemDisk::new()))
            .data_dir("/data")
            .simulated(seed)
            .emit_max_records(1 + seed % 4)
    }))
}

#[test]
fn frames_arrive_in_the_order_sent_across_labels_and_branches() {
    for (run, builder) in clusters(0..30).enumerate() {
        let tasks = [2, 4, 16][run % 3];
        let cluster = builder.microbatch_max_records(64).build().unwrap();
        cluster.launch(ExchangeModule, tasks, 1 + run % 2).unwrap();
        let items = cluster.depot(ExchangeModule::items);
        let mut random = fastrand::Rng::with_seed(run as u64);
        // Only two receivers, so that there are long interleaved sequences to each.
        let mut sent = [Vec::new(), Vec::new()];
        const COUNT: i64 = 500;
        for seq in 0..COUNT {
            let (kind, to) = (random.u8(..3), random.u64(..2));
            sent[to as usize].push(seq * 10);
            items.append_with(Item { seq, kind, to }, AckLevel::None).unwrap();
        }
        cluster
            .wait_for_microbatch_processed_count(ExchangeModule::exchange, COUNT as u64)
            .unwrap();
        let arrivals = cluster.pstate(ExchangeModule::arrivals);
        for (to, sent) in sent.iter().enumerate() {
            let arrived = arrivals.at_task(to).select(|p| p.map_vals()).unwrap();
            assert_eq!(arrived, *sent, "run {run}");
        }
        let returned = cluster.pstate(ExchangeModule::returned);
        let returned = returned.at_task(0).select(|p| p.map_vals()).unwrap();
        // What task 1 returned is in order among itself, and so is what task 0 sent to itself.
        assert_eq!(returned.len(), COUNT as usize);
        for sent in &sent {
            let of_one: Vec<i64> =
                returned.iter().map(|seq| seq * 10).filter(|seq| sent.contains(seq)).collect();
            assert_eq!(of_one, *sent, "run {run}");
        }
    }
}

defmodule! {
    /// Every item goes to all tasks, three times over.
    pub module FanOutModule {
        depot *numbers: i64, random;

        microbatch fan_out {
            pstate $$seen: PMap<i64, i64>;

            sources! {
                source> *numbers :> %microbatch;
                %microbatch() :> *number;
                |all();
                *number + 1 :> *once;
                |all();
                *once + 1 :> *twice;
                |all();
                +compound $$seen { *twice => +count() };
            }
        }
    }
}

#[test]
fn fan_out_over_a_cycle_of_tasks_with_small_limits_does_not_deadlock() {
    for (run, builder) in clusters(0..4).enumerate() {
        let (tasks, threads) = [(8, 2), (4, 4), (8, 8)][run % 3];
        let cluster = builder.in_flight_bytes(64).emit_max_records(1).build().unwrap();
        cluster.launch(FanOutModule, tasks, threads).unwrap();
        let numbers = cluster.depot(FanOutModule::numbers);
        for number in 0..40 {
            numbers.append_with(number, AckLevel::None).unwrap();
        }
        cluster.wait_for_microbatch_processed_count(FanOutModule::fan_out, 40).unwrap();
        let seen = cluster.pstate(FanOutModule::seen);
        for task in 0..tasks {
            let rows = seen.at_task(task).select(|p| p.all()).unwrap();
            let expected: Vec<(i64, i64)> =
                (2..42).map(|number| (number, (tasks * tasks) as i64)).collect();
            assert_eq!(rows, expected, "run {run}, task {task}");
        }
    }
}

#[test]
fn one_event_that_sends_too_many_frames_fails_with_a_clear_error() {
    let cluster = InProcessCluster::builder().fan_out_limit(3).build().unwrap();
    cluster.launch(FanOutModule, 4, 2).unwrap();
    cluster.depot(FanOutModule::numbers).append(1).unwrap();
    let error = cluster
        .wait_for_microbatch_processed_count(FanOutModule::fan_out, 1)
        .unwrap_err()
        .to_string();
    assert!(error.contains("one event sent more than 3 frames"), "{error}");
    assert!(error.contains("`|all()`"), "{error}");
}
