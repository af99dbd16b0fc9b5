//! Futures that a spawner of the user's runs.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

use super::{Called, Dropped, Gate, World, after_polls, everywhere};
use crate::cluster::InProcessCluster;

type Spawned = Pin<Box<dyn Future<Output = ()> + Send>>;

/// An executor with threads of its own.
struct Executor {
    queue: mpsc::Sender<Arc<Task>>,
}

struct Task {
    future: Mutex<Option<Spawned>>,
    queue: mpsc::Sender<Arc<Task>>,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        // It may have stopped.
        let _ = self.queue.send(Arc::clone(&self));
    }
}

impl Executor {
    fn start(threads: usize) -> Arc<Executor> {
        let (queue, tasks) = mpsc::channel::<Arc<Task>>();
        let tasks = Arc::new(Mutex::new(tasks));
        for _ in 0..threads {
            let tasks = Arc::clone(&tasks);
            thread::spawn(move || {
                loop {
                    let Ok(task) = tasks.lock().expect("no panic").recv() else { return };
                    let mut slot = task.future.lock().expect("no panic");
                    if let Some(future) = &mut *slot {
                        let waker = Waker::from(Arc::clone(&task));
                        let polled = future.as_mut().poll(&mut Context::from_waker(&waker));
                        if polled.is_ready() {
                            *slot = None;
                        }
                    }
                }
            });
        }
        Arc::new(Executor { queue })
    }

    fn spawn(&self, future: Spawned) {
        let queue = self.queue.clone();
        let task = Arc::new(Task { future: Mutex::new(Some(future)), queue });
        self.queue.send(task).expect("it runs");
    }
}

#[test]
fn a_spawner_runs_calls_on_its_threads() {
    static FAILS: AtomicBool = AtomicBool::new(false);
    static THREADS: Mutex<Vec<thread::ThreadId>> = Mutex::new(Vec::new());

    struct Elsewhere;

    impl World for Elsewhere {
        fn call(n: u64, _: u64) -> Called {
            Box::pin(async move {
                THREADS.lock().expect("no panic").push(thread::current().id());
                after_polls(n % 4).await;
                if n == 11 && FAILS.swap(false, Ordering::SeqCst) {
                    panic!("over there");
                }
                Ok(n)
            })
        }
    }

    let executor = Executor::start(2);
    let builder = || {
        let executor = Arc::clone(&executor);
        InProcessCluster::builder()
            .microbatch_max_records(50)
            .async_calls_limit(8)
            .spawner(Arc::new(move |future| executor.spawn(future)))
    };
    everywhere::<Elsewhere>(builder, |tested| {
        FAILS.store(true, Ordering::SeqCst);
        tested.append::<Elsewhere>(0..500);
        tested.wait::<Elsewhere>(500);
        tested.check(0..500, |n| n);
        let failures = tested.failures();
        assert!(failures[0].starts_with("panic: over there in module"), "{failures:?}");
        tested.cluster.close().expect("it closes");
    });
    let mut threads = std::mem::take(&mut *THREADS.lock().expect("no panic"));
    threads.sort_by_key(|id| format!("{id:?}"));
    threads.dedup();
    assert!(threads.len() <= 2, "{threads:?}");
}

#[test]
fn cancelled_calls_are_dropped_and_forgotten_by_the_executor() {
    static GATE: Gate = Gate::new();
    static FIRST: AtomicBool = AtomicBool::new(false);
    static MADE: AtomicUsize = AtomicUsize::new(0);
    static DROPPED: AtomicUsize = AtomicUsize::new(0);
    static SPAWNED: AtomicUsize = AtomicUsize::new(0);
    static FORGOTTEN: AtomicUsize = AtomicUsize::new(0);

    struct Late;

    impl World for Late {
        fn call(n: u64, _: u64) -> Called {
            let is_first = FIRST.load(Ordering::SeqCst);
            Box::pin(async move {
                MADE.fetch_add(1, Ordering::SeqCst);
                let _dropped = Dropped(&DROPPED);
                if n == 0 && FIRST.swap(false, Ordering::SeqCst) {
                    after_polls(20).await;
                    return Err("no".to_owned());
                }
                if is_first {
                    GATE.passed().await;
                    // Would be stored if the attempt that made the call was not forgotten.
                    return Ok(u64::MAX);
                }
                Ok(n)
            })
        }
    }

    let executor = Executor::start(2);
    let builder = || {
        let executor = Arc::clone(&executor);
        InProcessCluster::builder().spawner(Arc::new(move |future| {
            SPAWNED.fetch_add(1, Ordering::SeqCst);
            executor.spawn(Box::pin(async move {
                let _forgotten = Dropped(&FORGOTTEN);
                future.await;
            }));
        }))
    };
    everywhere::<Late>(builder, |tested| {
        GATE.close();
        FIRST.store(true, Ordering::SeqCst);
        tested.append_together::<Late>(0..12);
        tested.wait::<Late>(12);
        GATE.open();
        tested.check(0..12, |n| n);
        tested.append::<Late>(12..14);
        tested.wait::<Late>(14);
        tested.check(0..14, |n| n);
        tested.cluster.close().expect("it closes");
        for _ in 0..10_000 {
            if MADE.load(Ordering::SeqCst) == DROPPED.load(Ordering::SeqCst)
                && SPAWNED.load(Ordering::SeqCst) == FORGOTTEN.load(Ordering::SeqCst)
            {
                return;
            }
            thread::sleep(Duration::from_millis(1));
        }
        panic!("calls {MADE:?}, dropped {DROPPED:?}; spawned {SPAWNED:?}, forgotten {FORGOTTEN:?}");
    });
}

#[test]
fn a_spawner_that_runs_futures_in_place() {
    struct InPlace;

    impl World for InPlace {
        fn call(n: u64, _: u64) -> Called {
            Box::pin(async move { Ok(n) })
        }
    }

    let builder = || {
        InProcessCluster::builder().async_calls_limit(2).spawner(Arc::new(|mut future| {
            let polled = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert_eq!(polled, Poll::Ready(()));
        }))
    };
    everywhere::<InPlace>(builder, |tested| {
        tested.append::<InPlace>(0..300);
        tested.wait::<InPlace>(300);
        tested.check(0..300, |n| n);
        tested.cluster.close().expect("it closes");
    });
}

#[test]
fn a_spawner_that_drops_or_panics_fails_the_attempt() {
    struct Lost;

    impl World for Lost {
        fn call(n: u64, _: u64) -> Called {
            Box::pin(async move { Ok(n) })
        }
    }

    for panics in [false, true] {
        let builder = || {
            let calls = AtomicUsize::new(0);
            InProcessCluster::builder().spawner(Arc::new(move |mut future| {
                if calls.fetch_add(1, Ordering::SeqCst) == 3 {
                    assert!(!panics, "no room");
                    return;
                }
                let _ = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            }))
        };
        everywhere::<Lost>(builder, |tested| {
            tested.append::<Lost>(0..20);
            tested.wait::<Lost>(20);
            tested.check(0..20, |n| n);
            let failures = tested.failures();
            let [failure] = &failures[..] else { panic!("{failures:?}") };
            let text = if panics { "panic: no room" } else { "the spawner dropped" };
            assert!(failure.starts_with(text), "{failure}");
            tested.cluster.close().expect("it closes");
        });
    }
}
