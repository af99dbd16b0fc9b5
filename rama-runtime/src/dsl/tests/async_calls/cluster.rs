//! On clusters.

use std::future::pending;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::{Called, Dropped, Gate, World, after_polls, everywhere, simulated, topology};
use crate::cluster::InProcessCluster;

const RECORDS: u64 = 60;

fn builder() -> crate::cluster::ClusterBuilder {
    InProcessCluster::builder().microbatch_max_records(9)
}

/// Waits in real time for what is not of the cluster.
fn eventually(what: &str, condition: impl Fn() -> bool) {
    let began = Instant::now();
    while !condition() {
        assert!(began.elapsed() < Duration::from_secs(20), "{what}");
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn values_are_delivered_once() {
    struct Ready;

    impl World for Ready {
        fn call(n: u64, _: u64) -> Called {
            Box::pin(async move {
                after_polls(n % 5).await;
                Ok(n * 10)
            })
        }
    }

    everywhere::<Ready>(builder, |tested| {
        tested.append::<Ready>(0..RECORDS);
        tested.wait::<Ready>(RECORDS);
        tested.check(0..RECORDS, |n| n * 10);
        assert!(tested.failures().is_empty());
        tested.cluster.close().expect("it closes");
    });
}

#[test]
fn other_threads_wake_calls() {
    struct Threads;

    impl World for Threads {
        fn call(n: u64, _: u64) -> Called {
            let (sender, receiver) = std::sync::mpsc::channel::<std::task::Waker>();
            let value = std::sync::Arc::new(Mutex::new(None));
            let set = std::sync::Arc::clone(&value);
            thread::spawn(move || {
                let Ok(waker) = receiver.recv() else { return };
                thread::sleep(Duration::from_millis(n % 7));
                *set.lock().expect("no panic") = Some(n + 1);
                waker.wake();
            });
            Box::pin(std::future::poll_fn(move |cx| {
                if let Some(value) = *value.lock().expect("no panic") {
                    return std::task::Poll::Ready(Ok(value));
                }
                let _ = sender.send(cx.waker().clone());
                std::task::Poll::Pending
            }))
        }
    }

    everywhere::<Threads>(builder, |tested| {
        tested.append::<Threads>(0..30);
        tested.wait::<Threads>(30);
        tested.check(0..30, |n| n + 1);
        tested.cluster.close().expect("it closes");
    });
}

#[test]
fn an_error_fails_the_attempt_and_the_next_calls_again() {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    static FAILS: AtomicBool = AtomicBool::new(false);

    struct Failing;

    impl World for Failing {
        fn call(n: u64, _: u64) -> Called {
            Box::pin(async move {
                CALLS.fetch_add(1, Ordering::SeqCst);
                after_polls(3).await;
                if n == 17 && FAILS.swap(false, Ordering::SeqCst) {
                    return Err("the other side said no".to_owned());
                }
                Ok(n)
            })
        }
    }

    everywhere::<Failing>(builder, |tested| {
        CALLS.store(0, Ordering::SeqCst);
        FAILS.store(true, Ordering::SeqCst);
        tested.append::<Failing>(0..RECORDS);
        tested.wait::<Failing>(RECORDS);
        tested.check(0..RECORDS, |n| n);
        let failures = tested.failures();
        let [failure] = &failures[..] else { panic!("{failures:?}") };
        assert!(failure.starts_with("the other side said no in module Calling"), "{failure}");
        assert!(failure.contains("at `each_async> call(*n) :> *value;` ("), "{failure}");
        assert!(failure.contains("async_calls.rs:"), "{failure}");
        assert!(failure.contains("while processing record "), "{failure}");
        assert!(CALLS.load(Ordering::SeqCst) > RECORDS as usize);
        tested.cluster.close().expect("it closes");
    });
}

#[test]
fn a_panic_of_a_future_fails_the_attempt() {
    static PANICS: AtomicBool = AtomicBool::new(false);

    struct Panicking;

    impl World for Panicking {
        fn call(n: u64, _: u64) -> Called {
            Box::pin(async move {
                after_polls(n % 3).await;
                assert!(n != 5 || !PANICS.swap(false, Ordering::SeqCst), "in a future");
                Ok(n)
            })
        }
    }

    everywhere::<Panicking>(builder, |tested| {
        PANICS.store(true, Ordering::SeqCst);
        tested.append::<Panicking>(0..RECORDS);
        tested.wait::<Panicking>(RECORDS);
        tested.check(0..RECORDS, |n| n);
        let failures = tested.failures();
        let [failure] = &failures[..] else { panic!("{failures:?}") };
        assert!(failure.starts_with("panic: in a future in module"), "{failure}");
        assert!(failure.contains("each_async> call(*n)"), "{failure}");
        tested.cluster.close().expect("it closes");
    });
}

#[test]
fn a_failed_attempt_cancels_its_calls_also_those_that_wait() {
    static FAILS: AtomicBool = AtomicBool::new(false);
    static DROPPED: AtomicUsize = AtomicUsize::new(0);

    struct Cancelled;

    impl World for Cancelled {
        fn call(n: u64, _: u64) -> Called {
            let dropped = Dropped(&DROPPED);
            let hangs = FAILS.load(Ordering::SeqCst);
            Box::pin(async move {
                let _dropped = dropped;
                if n == 1 && FAILS.swap(false, Ordering::SeqCst) {
                    // Not before all others of the first attempt were made.
                    after_polls(50).await;
                    return Err("no".to_owned());
                }
                if hangs {
                    pending::<()>().await;
                }
                Ok(n)
            })
        }
    }

    // The first two of a task run, the others wait.
    let builder = || InProcessCluster::builder().async_calls_limit(2);
    everywhere::<Cancelled>(builder, |tested| {
        DROPPED.store(0, Ordering::SeqCst);
        FAILS.store(true, Ordering::SeqCst);
        tested.append_together::<Cancelled>(1..20);
        tested.wait::<Cancelled>(19);
        tested.check(1..20, |n| n);
        assert!(tested.failures()[0].starts_with("no in module"));
        tested.cluster.close().expect("it closes");
        // All of both attempts, at least one of the first.
        assert!(DROPPED.load(Ordering::SeqCst) > 19);
    });
}

#[test]
fn a_failure_elsewhere_cancels_calls() {
    static FIRST: AtomicBool = AtomicBool::new(false);
    static PENDING: AtomicUsize = AtomicUsize::new(0);
    static DROPPED: AtomicUsize = AtomicUsize::new(0);

    struct Elsewhere;

    impl World for Elsewhere {
        fn call(n: u64, _: u64) -> Called {
            let first = FIRST.load(Ordering::SeqCst);
            if n == 9 && first {
                FIRST.store(false, Ordering::SeqCst);
                panic!("in the event");
            }
            Box::pin(async move {
                if first {
                    PENDING.fetch_add(1, Ordering::SeqCst);
                    let _dropped = Dropped(&DROPPED);
                    pending::<()>().await;
                }
                Ok(n)
            })
        }
    }

    // One record at a time, so that calls run before the last one panics.
    everywhere::<Elsewhere>(
        || InProcessCluster::builder().emit_max_records(1),
        |tested| {
            FIRST.store(true, Ordering::SeqCst);
            tested.append_together::<Elsewhere>(0..10);
            tested.wait::<Elsewhere>(10);
            tested.check(0..10, |n| n);
            assert!(tested.failures()[0].starts_with("panic: in the event in module"));
            tested.cluster.close().expect("it closes");
            let pending = PENDING.load(Ordering::SeqCst);
            assert_eq!(DROPPED.load(Ordering::SeqCst), pending);
        },
    );
}

#[test]
fn a_microbatch_waits_for_all_its_calls_and_others_run_meanwhile() {
    static GATE: Gate = Gate::new();
    static ENDED: AtomicUsize = AtomicUsize::new(0);

    struct Slow;

    impl World for Slow {
        fn call(n: u64, _: u64) -> Called {
            Box::pin(async move {
                if n == 3 {
                    GATE.passed().await;
                }
                ENDED.fetch_add(1, Ordering::SeqCst);
                Ok(n)
            })
        }
    }

    everywhere::<Slow>(InProcessCluster::builder, |tested| {
        GATE.close();
        ENDED.store(0, Ordering::SeqCst);
        tested.append_together::<Slow>(0..20);
        eventually("all but one end", || {
            tested.cluster.simulate(10);
            ENDED.load(Ordering::SeqCst) == 19
        });
        let wait = Duration::from_millis(50);
        let topology = topology::<Slow>();
        tested
            .cluster
            .wait_for_microbatch_processed_count_for(topology, 20, wait)
            .expect_err("one call has not ended");
        GATE.open();
        tested.wait::<Slow>(20);
        tested.check(0..20, |n| n);
        tested.cluster.close().expect("it closes");
    });
}

#[test]
fn thousands_of_calls_and_few_at_once() {
    static RUNNING: AtomicUsize = AtomicUsize::new(0);
    static MOST: AtomicUsize = AtomicUsize::new(0);

    struct Many;

    impl World for Many {
        fn call(n: u64, _: u64) -> Called {
            Box::pin(async move {
                let running = RUNNING.fetch_add(1, Ordering::SeqCst) + 1;
                MOST.fetch_max(running, Ordering::SeqCst);
                after_polls(n % 3).await;
                RUNNING.fetch_sub(1, Ordering::SeqCst);
                Ok(n)
            })
        }
    }

    // Little in flight, too: emission waits for calls.
    let builder = || InProcessCluster::builder().async_calls_limit(3).in_flight_bytes(4096);
    everywhere::<Many>(builder, |tested| {
        tested.append::<Many>(0..3000);
        tested.wait::<Many>(3000);
        tested.check(0..3000, |n| n);
        tested.cluster.close().expect("it closes");
    });
    let most = MOST.load(Ordering::SeqCst);
    assert!((3..=4 * 3).contains(&most), "{most} at once");
}

#[test]
fn the_same_seed_gives_the_same_order() {
    static ORDER: Mutex<Vec<u64>> = Mutex::new(Vec::new());

    struct Ordered;

    impl World for Ordered {
        fn call(n: u64, _: u64) -> Called {
            Box::pin(async move {
                after_polls(n * 7 % 11).await;
                ORDER.lock().expect("no panic").push(n);
                Ok(n)
            })
        }
    }

    let run = |seed| {
        let tested = super::Tested::launch::<Ordered>(simulated(builder(), seed), 4, 2);
        tested.append::<Ordered>(0..RECORDS);
        tested.wait::<Ordered>(RECORDS);
        tested.cluster.close().expect("it closes");
        std::mem::take(&mut *ORDER.lock().expect("no panic"))
    };
    let orders: Vec<Vec<u64>> = (0..4).map(run).collect();
    assert_eq!(orders, (0..4).map(run).collect::<Vec<_>>());
    assert!(orders.iter().any(|order| *order != orders[0]));
}

#[test]
fn closing_drops_calls_under_way() {
    static DROPPED: AtomicUsize = AtomicUsize::new(0);
    static MADE: AtomicUsize = AtomicUsize::new(0);

    struct Endless;

    impl World for Endless {
        fn call(_: u64, _: u64) -> Called {
            Box::pin(async move {
                let _dropped = Dropped(&DROPPED);
                MADE.fetch_add(1, Ordering::SeqCst);
                pending().await
            })
        }
    }

    everywhere::<Endless>(
        || InProcessCluster::builder().async_calls_limit(2),
        |tested| {
            DROPPED.store(0, Ordering::SeqCst);
            MADE.store(0, Ordering::SeqCst);
            tested.append_together::<Endless>(0..10);
            eventually("calls begin", || {
                tested.cluster.simulate(10);
                MADE.load(Ordering::SeqCst) >= 2
            });
            tested.cluster.close().expect("it closes");
            assert_eq!(DROPPED.load(Ordering::SeqCst), MADE.load(Ordering::SeqCst));
        },
    );
}

#[test]
fn a_topology_that_does_not_say_so_makes_no_calls() {
    struct Silent;

    impl World for Silent {
        const SAYS_SO: bool = false;

        fn call(_: u64, _: u64) -> Called {
            Box::pin(async { panic!("it is called") })
        }
    }

    everywhere::<Silent>(InProcessCluster::builder, |tested| {
        tested.append::<Silent>(0..1);
        let error = tested
            .cluster
            .wait_for_microbatch_processed_count(topology::<Silent>(), 1)
            .expect_err("it fails");
        let text = format!("{error} {:?}", tested.failures());
        assert!(text.contains("makes asynchronous calls and does not say so"), "{text}");
        tested.cluster.kill();
    });
}
