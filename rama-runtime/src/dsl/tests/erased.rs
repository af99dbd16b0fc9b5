//! Returns, operations and functions as values.

use std::sync::atomic::{AtomicUsize, Ordering};

use rama_paths::{Record, shape_of};

use super::super::{Emitted, Fun, Label, Op, Return, StandAlone, TopologyBuilder, w};
use super::{event, states, task};

/// The same value after a journey through bytes.
fn through_bytes<T: Record>(value: &T) -> T {
    let bytes = postcard::to_stdvec(value).expect("it serializes");
    postcard::from_bytes(&bytes).expect("it deserializes")
}

#[test]
fn a_return_runs_the_rest_with_what_the_caller_kept() {
    let out = Emitted::new();
    let mut task = task(0, 1);
    let (states, rest) = states(|topology| {
        let rest = topology.label("rest");
        topology.returns(rest);
        topology.define_in_step(rest, |_, (value, (name, n)): (i64, (String, i64))| {
            out.push(format!("{name} {}", value + n));
        });
        rest
    });
    event(&mut task, &states, |cx| {
        let to = cx.return_to(rest, ("live".to_owned(), 1));
        cx.give_back(to.clone(), 10);
        cx.give_back(to.clone(), 20);
        // Twice through bytes: the second time they are not decoded in between.
        let far = through_bytes(&through_bytes(&to));
        cx.give_back(far.clone(), 30);
        cx.give_back(far, 40);
    });
    drop(states);
    assert_eq!(out.into_vec(), ["live 11", "live 21", "live 31", "live 41"]);
    assert_eq!(shape_of::<Return<i64>>(), "Return");
}

#[test]
fn a_frame_that_is_not_shared_is_not_cloned() {
    static CLONES: AtomicUsize = AtomicUsize::new(0);

    #[derive(serde::Serialize, serde::Deserialize)]
    struct Counted;

    impl Clone for Counted {
        fn clone(&self) -> Self {
            CLONES.fetch_add(1, Ordering::SeqCst);
            Counted
        }
    }

    impl Record for Counted {
        fn shape(shape: &mut rama_paths::ShapeBuilder) {
            shape.text("Counted");
        }
    }

    let mut topology = StandAlone::new();
    let rest = topology.label("rest");
    topology.returns(rest);
    topology.define_in_step(rest, |_, (_, _): ((), Counted)| {});
    topology.entry(|cx| {
        let to = cx.return_to(rest, Counted);
        cx.give_back(to.clone(), ());
        cx.give_back(to, ());
    });
    topology.run();
    assert_eq!(CLONES.load(Ordering::SeqCst), 1);
}

/// `ramaop sum(*n: u64) :> u64`, which calls itself across a hop and is not its own tail.
fn define_sum<O: 'static>(topology: &mut TopologyBuilder<'_, O>) -> Label<(u64, Return<u64>)> {
    let body = topology.label("sum");
    let after = topology.label("sum after %self");
    topology.returns(after);
    topology.define(body, (w(), w()), move |cx, (n, to): (u64, Return<u64>)| {
        if n == 0 {
            cx.give_back(to, 0);
        } else {
            let inner = cx.return_to(after, (n, to));
            let target = cx.direct(0);
            cx.send(target, body, (n - 1, inner));
        }
    });
    topology.define_in_step(after, |cx, (below, (n, to)): (u64, (u64, Return<u64>))| {
        cx.give_back(to, below + n);
    });
    body
}

#[test]
fn recursion_across_hops_comes_back() {
    let out = Emitted::new();
    let mut topology = StandAlone::new();
    let sum = define_sum(&mut topology);
    let rest = topology.label("rest");
    topology.returns(rest);
    topology.entry(|cx| {
        for n in [0, 1, 100] {
            let to = cx.return_to(rest, (n,));
            cx.enter(sum, (n, to));
        }
    });
    topology.define_in_step(rest, |_, (sum, (n,)): (u64, (u64,))| out.push((n, sum)));
    topology.run();
    assert_eq!(out.into_vec(), [(0, 0), (1, 1), (100, 5050)]);
}

/// The same, with every batch going through bytes, as between processes.
#[test]
fn recursion_comes_back_through_bytes() {
    let out = Emitted::new();
    let mut task = task(0, 1);
    let (states, (sum, rest)) = states(|topology| {
        let sum = define_sum(topology);
        let rest = topology.label("rest");
        topology.returns(rest);
        topology.define_in_step(rest, |_, (sum, ()): (u64, ())| out.push(sum));
        (sum, rest)
    });
    event(&mut task, &states, |cx| {
        let to = cx.return_to(rest, ());
        cx.enter(sum, (20, to));
    });
    while let Some(batch) = task.outbox.take_first() {
        let mut batch = batch.round_trip(&states).expect("frames survive");
        let mut event = crate::task::Event { task: &mut task, states: &states, topology: 0 };
        for run in std::mem::take(&mut batch.runs) {
            states.run(&mut event, run.label, batch.column(run.label), run.n as usize);
        }
    }
    drop(states);
    assert_eq!(out.into_vec(), [210]);
}

#[test]
fn an_operation_emits_any_number_of_times() {
    let out = Emitted::new();
    let mut topology = StandAlone::new();
    let body = topology.op_label::<(i64,), (i64,), i64>("%f");
    let rest = topology.label("rest");
    topology.returns(rest);
    topology.entry(|cx| {
        let base = 100;
        let f: Op<(i64,), i64> = cx.operation(body, (base,));
        let to = cx.return_to(rest, ("near".to_owned(),));
        cx.invoke(&f, (2,), to);
        let (f, to) = (through_bytes(&f), cx.return_to(rest, ("far".to_owned(),)));
        cx.invoke(&f, (3,), through_bytes(&to));
        cx.invoke(&f, (0,), to);
    });
    topology.define_op(body, |cx, ((n,), (base,), to)| {
        for i in 0..n {
            cx.give_back(to.clone(), base + i);
        }
    });
    topology.define_in_step(rest, |_, (value, (name,)): (i64, (String,))| {
        out.push(format!("{name} {value}"));
    });
    topology.run();
    assert_eq!(out.into_vec(), ["near 100", "near 101", "far 100", "far 101", "far 102"]);
}

#[test]
fn a_function_is_called_with_what_it_captured() {
    let out = Emitted::new();
    let mut topology = StandAlone::new();
    let f = topology.fun_label::<(i64, i64), (String, i64), String>("%f");
    let hopped = topology.label("hopped");
    topology.define_fun(f, |_, (a, b), (name, c)| format!("{name} {}", a * b + c));
    topology.entry(|cx| {
        let f = cx.fun(f, ("near".to_owned(), 1));
        out.push(cx.call(&f, (2, 3)));
        let here = cx.here();
        cx.send(here, hopped, (through_bytes(&f),));
    });
    topology.define(hopped, (w(),), |cx, (f,): (Fun<(i64, i64), String>,)| {
        let again = f.clone();
        out.push(cx.call(&f, (4, 5)));
        out.push(cx.call(&again, (6, 7)));
    });
    topology.run();
    assert_eq!(out.into_vec(), ["near 7", "near 21", "near 43"]);
}

#[test]
fn bytes_of_something_else_fail_the_event() {
    let mut task = task(0, 1);
    let (states, _rest) = states(|topology| {
        let rest = topology.label("rest");
        topology.returns(rest);
        topology.define_in_step(rest, |_, (_, _): ((), String)| {});
        rest
    });
    let message = super::failure(|| {
        event(&mut task, &states, |cx| {
            let bytes = postcard::to_stdvec(&(0_u32, vec![9_u8])).expect("it serializes");
            let to: Return<()> = postcard::from_bytes(&bytes).expect("it is a return");
            cx.give_back(to, ());
        });
    });
    assert!(message.contains("a carried value cannot be read"), "{message}");
}
