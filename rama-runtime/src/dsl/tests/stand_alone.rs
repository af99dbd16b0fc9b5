//! Stand-alone blocks.

use std::cell::Cell;

use super::super::{Emitted, StandAlone, TopologyType, w};
use super::failure;

#[test]
fn a_block_borrows_from_outside_and_runs_all_frames() {
    let offset = 10;
    let names = ["a".to_owned(), "b".to_owned()];
    let out = Emitted::new();
    let mut topology = StandAlone::new();
    let hopped = topology.label("hopped");
    topology.entry(|cx| {
        for (i, name) in names.iter().enumerate() {
            let target = cx.hash(name);
            cx.send(target, hopped, (i, name.clone()));
        }
        out.push(format!("{:?}", cx.current_topology_type()));
    });
    topology.define(hopped, (w(), w()), |cx, (i, name): (usize, String)| {
        out.push(format!("{name}{}", i + offset));
        if i == 0 {
            cx.send_all(hopped, (i + 2, name));
        }
    });
    topology.run();
    assert_eq!(out.into_vec(), ["StandAlone", "a10", "b11", "a12"]);
    assert_eq!(names.len(), 2);
    assert_eq!(TopologyType::StandAlone, TopologyType::StandAlone);
}

#[test]
fn the_entry_runs_once_and_may_hold_what_is_not_shared() {
    let count = Cell::new(0);
    let moved = vec![1, 2, 3];
    let mut topology = StandAlone::new();
    topology.entry(|_| count.set(count.get() + moved.into_iter().sum::<i32>()));
    topology.run();
    assert_eq!(count.get(), 6);
}

#[test]
fn panics_and_failures_have_their_own_message() {
    let block = |body: fn()| {
        failure(|| {
            let mut topology = StandAlone::new();
            topology.entry(|_| body());
            topology.run();
        })
    };
    assert_eq!(block(|| panic!("mine {}", 1)), "panic: mine 1");
    let thrown = failure(|| {
        let mut topology = StandAlone::new();
        topology.entry(|cx| cx.throw(format_args!("no {}", 7)));
        topology.run();
    });
    assert_eq!(thrown, "panic: no 7");
    let microbatch = failure(|| {
        let mut topology = StandAlone::new();
        topology.entry(|cx| {
            cx.current_microbatch_id();
        });
        topology.run();
    });
    assert!(microbatch.contains("outside a microbatch topology"), "{microbatch}");
}

#[test]
#[should_panic(expected = "continuation `rest` was never defined")]
fn a_label_without_a_body_is_found_at_once() {
    let mut topology = StandAlone::new();
    topology.label::<()>("rest");
    topology.run();
}
