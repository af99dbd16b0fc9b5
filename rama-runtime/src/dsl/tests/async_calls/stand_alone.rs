//! In stand-alone blocks.

use std::future::{pending, poll_fn, ready};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use super::super::super::{Emitted, Label, StandAlone, w};
use super::super::failure;

/// Counts itself when it is dropped.
struct Dropped(Arc<AtomicUsize>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn values_arrive_in_events_of_their_own_with_what_was_carried() {
    let out = Emitted::new();
    let mut topology = StandAlone::new();
    topology.has_async_calls();
    let rest = topology.label("rest");
    let hopped = topology.label("hopped");
    topology.entry(|cx| {
        for n in 0..3_u64 {
            cx.each_async(async move { Ok::<_, String>(n * 10) }, rest, (n, "kept".to_owned()));
        }
        let here = cx.here();
        cx.send(here, hopped, ());
        out.push("entry".to_owned());
    });
    topology.define(rest, (w(), w()), |cx, (value, (n, kept)): (u64, (u64, String))| {
        out.push(format!("{value} {n} {kept}"));
        if n == 0 {
            // A call within what follows a call.
            cx.each_async(ready(Ok::<_, String>(7)), rest, (99, kept));
        }
    });
    topology.define(hopped, (), |_, ()| out.push("hopped".to_owned()));
    topology.run();
    let out = out.into_vec();
    assert_eq!(out, ["entry", "hopped", "0 0 kept", "10 1 kept", "20 2 kept", "7 99 kept"]);
}

#[test]
fn futures_are_woken_by_each_other_and_by_other_threads() {
    let out = Emitted::new();
    let mut topology = StandAlone::new();
    let rest = topology.label("rest");
    let (sender, receiver) = mpsc::channel::<std::task::Waker>();
    let is_open = Arc::new(AtomicBool::new(false));
    let opens = Arc::clone(&is_open);
    let thread = thread::spawn(move || {
        let waker = receiver.recv().expect("it is polled");
        thread::sleep(Duration::from_millis(20));
        opens.store(true, Ordering::SeqCst);
        waker.wake();
    });
    topology.entry(|cx| {
        let slow = poll_fn(move |cx| {
            if is_open.load(Ordering::SeqCst) {
                return Poll::Ready(Ok::<_, String>("slow".to_owned()));
            }
            let _ = sender.send(cx.waker().clone());
            Poll::Pending
        });
        cx.each_async(slow, rest, ());
        let mut polls = 0;
        let yielding = poll_fn(move |cx| {
            polls += 1;
            cx.waker().wake_by_ref();
            if polls < 5 { Poll::Pending } else { Poll::Ready(Ok::<_, String>("fast".to_owned())) }
        });
        cx.each_async(yielding, rest, ());
    });
    topology.define(rest, (w(), w()), |_, (name, ()): (String, ())| out.push(name));
    topology.run();
    thread.join().expect("it ends");
    assert_eq!(out.into_vec(), ["fast", "slow"]);
}

#[test]
fn more_calls_than_may_run_at_once() {
    let out = Emitted::new();
    let mut topology = StandAlone::new();
    let rest = topology.label("rest");
    topology.entry(|cx| {
        for n in 0..5000_u64 {
            cx.each_async(ready(Ok::<_, String>(n)), rest, ());
        }
    });
    topology.define(rest, (w(), w()), |_, (n, ()): (u64, ())| out.push(n));
    topology.run();
    let mut out = out.into_vec();
    out.sort_unstable();
    assert!(out.into_iter().eq(0..5000));
}

#[test]
fn errors_and_panics_end_the_block_and_cancel_the_others() {
    let run = |fails: bool| {
        let dropped = Arc::new(AtomicUsize::new(0));
        let counted = Dropped(Arc::clone(&dropped));
        let message = failure(|| {
            let mut topology = StandAlone::new();
            let rest = topology.label("rest");
            topology.entry(|cx| {
                let never = async move {
                    let _counted = counted;
                    pending::<Result<u64, String>>().await
                };
                cx.each_async(never, rest, ());
                let bad = async move {
                    assert!(fails, "in a future");
                    "seven".parse::<u64>()
                };
                cx.each_async(bad, rest, ());
            });
            topology.define(rest, (w(), w()), |_, (_, ()): (u64, ())| {});
            topology.run();
        });
        assert_eq!(dropped.load(Ordering::SeqCst), 1);
        message
    };
    assert_eq!(run(true), "panic: invalid digit found in string");
    assert_eq!(run(false), "panic: in a future");
}

#[test]
fn a_call_whose_value_goes_nowhere_is_made() {
    let calls = Arc::new(AtomicUsize::new(0));
    let mut topology = StandAlone::new();
    topology.entry(|cx| {
        let counted = Arc::clone(&calls);
        let call = async move {
            counted.fetch_add(1, Ordering::SeqCst);
            Ok::<_, String>(())
        };
        cx.each_async(call, Label::nowhere(), ());
    });
    topology.run();
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}
