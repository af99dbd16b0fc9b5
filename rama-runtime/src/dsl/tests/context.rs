//! Partitioners, and operations on the context.

use std::sync::Arc;
use std::time::Duration;

use super::super::{Target, TopologyType};
use super::{event, failure, states, task};
use crate::depot::Depot;
use crate::exec::Clock;
use crate::pstate::PState;
use crate::task::{ModuleFacts, TaskState};

#[test]
fn shuffle_reaches_all_tasks_before_any_twice() {
    let (states, ()) = states(|_| {});
    let mut orders = Vec::new();
    for id in 0..2 {
        let mut task = task(id, 8);
        for _ in 0..10 {
            let round: Vec<Target> =
                (0..8).map(|_| event(&mut task, &states, |cx| cx.shuffle())).collect();
            let mut sorted: Vec<String> = round.iter().map(|t| format!("{t:?}")).collect();
            sorted.sort();
            sorted.dedup();
            assert_eq!(sorted.len(), 8, "{round:?}");
            orders.push(round);
        }
    }
    orders.dedup();
    assert!(orders.len() > 10, "orders differ");
}

#[test]
fn a_partition_out_of_range_fails() {
    let (states, ()) = states(|_| {});
    let mut task = task(0, 4);
    let message = failure(|| {
        event(&mut task, &states, |cx| cx.custom(4));
    });
    assert_eq!(message, "`|custom` to task 4, but the module has tasks 0 to 3");
    let message = failure(|| {
        event(&mut task, &states, |cx| cx.direct_in(1, 1));
    });
    assert!(message.starts_with("`|direct` to task 1"), "{message}");
    event(&mut task, &states, |cx| {
        assert_eq!(cx.custom(3), cx.direct(3));
        assert_eq!(cx.custom_in(1, 0), cx.global());
        assert_eq!(cx.hash_in(1, &7), cx.global());
        assert_eq!(cx.hash_in(cx.num_tasks(), &7), cx.hash(&7));
        assert_eq!(cx.here(), cx.direct(cx.current_task_id()));
    });
}

#[test]
fn a_global_depot_has_one_partition() {
    let facts =
        ModuleFacts { tasks: 4, depot_partitions: vec![4, 1], ..ModuleFacts::stand_alone() };
    let mut task = TaskState::new(2, Vec::new(), Arc::new(facts));
    event(&mut task, &states(|_| {}).0, |cx| {
        assert_eq!(cx.partitions_of(Depot::<(), i64>::new("a", 0)), 4);
        assert_eq!(cx.partitions_of(Depot::<(), i64>::new("b", 1)), 1);
        assert_eq!(cx.partitions_of(PState::<(), i64>::new("p", 0)), 4);
    });
}

#[test]
fn overtime_is_by_the_clock_or_by_the_seed() {
    let clock = Clock::simulated();
    let facts = ModuleFacts { clock: clock.clone(), ..ModuleFacts::stand_alone() };
    let mut timed = TaskState::new(0, Vec::new(), Arc::new(facts));
    let (states, ()) = states(|_| {});
    event(&mut timed, &states, |cx| {
        assert!(!cx.overtime());
        clock.advance_to(Duration::from_millis(5));
        assert!(!cx.overtime());
        clock.advance_to(Duration::from_millis(6));
        assert!(cx.overtime());
    });
    event(&mut timed, &states, |cx| assert!(!cx.overtime()));

    let drawn = |seed| {
        let facts = ModuleFacts { seed: Some(seed), ..ModuleFacts::stand_alone() };
        let mut task = TaskState::new(0, Vec::new(), Arc::new(facts));
        event(&mut task, &states, |cx| (0..64).map(|_| cx.overtime()).collect::<Vec<bool>>())
    };
    assert_eq!(drawn(1), drawn(1));
    assert_ne!(drawn(1), drawn(2));
    assert!(drawn(3).contains(&true) && drawn(3).contains(&false));
}

#[test]
fn the_context_says_where_it_is() {
    let facts = ModuleFacts { name: "M", tasks: 8, threads: 2, ..ModuleFacts::stand_alone() };
    let mut task = TaskState::new(3, Vec::new(), Arc::new(facts));
    let (states, ()) = states(|_| {});
    event(&mut task, &states, |cx| {
        assert_eq!(cx.current_task_id(), 3);
        assert_eq!(cx.num_tasks(), 8);
        assert_eq!(cx.current_topology_type(), TopologyType::StandAlone);
        let info = cx.module_instance_info();
        assert_eq!((info.module_name, info.num_tasks, info.num_threads), ("M", 8, 2));
        let ids: Vec<_> = (0..5_000).map(|_| cx.random_uuid7()).collect();
        assert!(ids.is_sorted() && ids[0] < ids[4_999]);
        // The same source, not a copy of it.
        let (a, b) = (cx.current_random_source(), cx.current_random_source());
        assert_ne!(a.next_u64(), b.next_u64());
    });
    task.microbatch = Some(5);
    event(&mut task, &states, |cx| {
        assert_eq!(cx.current_microbatch_id(), 5);
        assert_eq!(cx.current_topology_type(), TopologyType::Microbatch);
    });
}
