//! Loops whose heads are states.

use super::super::{Emitted, Label, StandAlone, w};
use super::{event, failure, states, task};

#[test]
fn the_rest_runs_at_once_and_another_iteration_when_the_body_has_ended() {
    let log = Emitted::new();
    let mut topology = StandAlone::new();
    let head = topology.label("loop");
    let rest = topology.label("rest");
    topology.entry(|cx| {
        cx.enter_loop(head, (0,));
        log.push("after".to_owned());
    });
    topology.define_in_step(head, |cx, (i,): (i32,)| {
        cx.enter(rest, (i,));
        if i < 2 {
            cx.again(head, (i + 1,));
        }
        log.push(format!("end {i}"));
    });
    topology.define_in_step(rest, |_, (i,): (i32,)| log.push(format!("emit {i}")));
    topology.run();
    let order = ["emit 0", "end 0", "emit 1", "end 1", "emit 2", "end 2", "after"];
    assert_eq!(log.into_vec(), order);
}

#[test]
fn of_two_iterations_the_first_runs_first_with_all_it_asks_for() {
    let out = Emitted::new();
    let mut topology = StandAlone::new();
    let head = topology.label("loop");
    topology.entry(|cx| cx.enter_loop(head, (String::new(),)));
    topology.define_in_step(head, |cx, (path,): (String,)| {
        out.push(path.clone());
        if path.len() < 2 {
            cx.again(head, (format!("{path}a"),));
            cx.again(head, (format!("{path}b"),));
        }
    });
    topology.run();
    assert_eq!(out.into_vec(), ["", "a", "aa", "ab", "b", "ba", "bb"]);
}

/// A graph search over 2^19 paths, and a million iterations in a row, on a small Rust stack.
#[test]
fn a_million_iterations_do_not_grow_the_rust_stack() {
    let run = || {
        let out = Emitted::new();
        let mut topology = StandAlone::new();
        let outer = topology.label("outer");
        let inner = topology.label("inner");
        topology.entry(|cx| cx.enter_loop(outer, (0_u32, 0_u64)));
        topology.define_in_step(outer, |cx, (i, sum): (u32, u64)| {
            if i < 1_000 {
                cx.enter_loop(inner, (i, sum, 0_u32));
            } else {
                out.push(sum);
            }
        });
        // What the inner loop emits continues the outer one from within the inner one's iteration.
        topology.define_in_step(inner, |cx, (i, sum, k): (u32, u64, u32)| {
            if k < 1_000 {
                cx.again(inner, (i, sum + 1, k + 1));
            } else {
                cx.again(outer, (i + 1, sum));
            }
        });
        topology.run();
        out.into_vec()
    };
    let thread = std::thread::Builder::new().stack_size(256 << 10);
    let sum = std::thread::scope(|scope| {
        thread.spawn_scoped(scope, run).expect("a thread starts").join().expect("no panic")
    });
    assert_eq!(sum, [1_000_000]);
}

/// After a hop no loop runs: iterations run when the event's code has ended, inner loops first.
#[test]
fn nested_loops_go_on_after_a_hop() {
    let log = Emitted::new();
    let mut topology = StandAlone::new();
    let outer = topology.label("outer");
    let inner = topology.label("inner");
    let hopped = topology.label("hopped");
    topology.entry(|cx| cx.enter_loop(outer, (0,)));
    topology.define_in_step(outer, |cx, (i,): (i32,)| {
        log.push(format!("outer {i}"));
        if i < 2 {
            cx.enter_loop(inner, (i, 0));
        }
    });
    topology.define_in_step(inner, |cx, (i, k): (i32, i32)| {
        let here = cx.here();
        cx.send(here, hopped, (i, k));
    });
    topology.define(hopped, (w(), w()), |cx, (i, k): (i32, i32)| {
        if k == 1 {
            // Emits first and continues then; the inner iteration still runs before the outer one.
            cx.again(outer, (i + 1,));
        }
        if k < 2 {
            cx.again(inner, (i, k + 1));
        }
        log.push(format!("end {i} {k}"));
    });
    topology.run();
    assert_eq!(
        log.into_vec(),
        [
            "outer 0", "end 0 0", "end 0 1", "outer 1", "end 0 2", "end 1 0", "end 1 1", "outer 2",
            "end 1 2"
        ]
    );
}

#[test]
fn a_loop_over_hops_runs_a_million_iterations() {
    let out = Emitted::new();
    let mut topology = StandAlone::new();
    let head = topology.label("loop");
    let hopped = topology.label("hopped");
    topology.entry(|cx| cx.enter_loop(head, (0,)));
    topology.define_in_step(head, |cx, (i,): (u32,)| {
        let target = cx.direct(0);
        cx.send(target, hopped, (i,));
    });
    topology.define(hopped, (w(),), |cx, (i,): (u32,)| {
        if i < 1_000_000 {
            cx.again(head, (i + 1,));
        } else {
            out.push(i);
        }
    });
    topology.run();
    assert_eq!(out.into_vec(), [1_000_000]);
}

#[test]
fn a_loop_within_itself_has_iterations_of_its_own() {
    let log = Emitted::new();
    let mut topology = StandAlone::new();
    let head = topology.label("loop");
    topology.entry(|cx| cx.enter_loop(head, (1, 0)));
    topology.define_in_step(head, |cx, (depth, i): (i32, i32)| {
        log.push((depth, i));
        if i == 0 {
            cx.again(head, (depth, 1));
        }
        if depth > 0 {
            cx.enter_loop(head, (depth - 1, 0));
        }
    });
    topology.run();
    assert_eq!(log.into_vec(), [(1, 0), (0, 0), (0, 1), (1, 1), (0, 0), (0, 1)]);
}

#[test]
fn a_panic_leaves_no_iterations_behind() {
    let log = Emitted::new();
    let mut task = task(0, 1);
    let (states, head) = states(|topology| {
        let (head, log) = (topology.label("loop"), &log);
        topology.define_in_step(head, move |cx, (i,): (i32,)| {
            log.push(i);
            if i == 0 {
                cx.again(head, (1,));
                cx.again(head, (2,));
            }
            assert_ne!(i, 1, "one");
        });
        head
    });
    let message = failure(|| event(&mut task, &states, |cx| cx.enter_loop(head, (0,))));
    assert!(message.contains("one"), "{message}");
    // Also what waits for the end of an event's code.
    failure(|| {
        event(&mut task, &states, |cx| {
            cx.again(head, (7,));
            cx.throw("thrown")
        });
    });
    task.abandon_batch();
    event(&mut task, &states, |cx| cx.enter_loop(head, (5,)));
    event(&mut task, &states, |cx| cx.again(head, (6,)));
    drop(states);
    assert_eq!(log.into_vec(), [0, 1, 5, 6]);
}

#[test]
fn frames_to_nowhere_are_dropped() {
    let mut task = task(0, 1);
    let (states, ()) = states(|_| {});
    event(&mut task, &states, |cx| {
        let nowhere = Label::nowhere();
        cx.enter(nowhere, ("frame",));
        cx.enter_loop(nowhere, ("frame",));
        cx.again(nowhere, ("frame",));
        let here = cx.here();
        cx.send(here, nowhere, ("frame",));
        cx.send_all(nowhere, ("frame",));
        let to = cx.return_to(Label::<(i32, ())>::nowhere(), ());
        cx.give_back(to, 1);
    });
    assert!(task.outbox.take_first().is_none());
}
