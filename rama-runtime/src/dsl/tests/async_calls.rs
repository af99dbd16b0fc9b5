//! Asynchronous calls, in the form that the macro gives them.

mod cluster;
mod durability;
mod spawner;
mod stand_alone;

use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

use rama_paths::PMap;

use super::super::{ModuleBuilder, random, w};
use crate::client::AckLevel;
use crate::cluster::{ClusterBuilder, ClusterEvent, InProcessCluster};
use crate::depot::Depot;
use crate::disk::MemDisk;
use crate::module::Module;
use crate::pstate::PState;
use crate::topology::{AttemptFailure, Microbatch};

type Called = Pin<Box<dyn Future<Output = Result<u64, String>> + Send>>;

/// What is outside: what the module's calls reach. Each test has one of its own.
trait World: 'static {
    /// Called for record `n` in a microbatch; the attempts at one have the same id.
    fn call(n: u64, microbatch: u64) -> Called;

    /// Whether the topology says that it makes calls.
    const SAYS_SO: bool = true;
}

/// For each record: a call, and across a hop its value and how often it was stored.
struct Calling<W>(PhantomData<W>);

struct Owner;

const VALUES: PState<Owner, PMap<u64, u64>> = PState::new("values", 0);
const COUNTS: PState<Owner, PMap<u64, u64>> = PState::new("counts", 1);

const fn numbers<W>() -> Depot<Calling<W>, u64> {
    Depot::new("numbers", 0)
}

const fn topology<W>() -> Microbatch<Calling<W>, Owner> {
    Microbatch::new("topology", 0)
}

impl<W: World> Module for Calling<W> {
    const NAME: &'static str = "Calling";

    fn define(module: &mut ModuleBuilder<Self>) {
        module.depot(numbers::<W>(), random());
        module.microbatch(topology::<W>(), |topology| {
            topology.pstate(VALUES);
            topology.pstate(COUNTS);
            if W::SAYS_SO {
                topology.has_async_calls();
            }
            let called = topology.label("called");
            let stored = topology.label("stored");
            topology.source(numbers::<W>(), move |cx, n: u64| {
                let microbatch = cx.current_microbatch_id();
                cx.at("each_async> call(*n) :> *value;");
                cx.each_async(W::call(n, microbatch), called, (n,));
            });
            topology.define(called, (w(), w()), move |cx, (value, (n,)): (u64, (u64,))| {
                let target = cx.hash(&n);
                cx.send(target, stored, (n, value));
            });
            topology.define(stored, (w(), w()), |cx, (n, value): (u64, u64)| {
                cx.local_transform(VALUES.path().key(n).termval(value));
                cx.local_transform(COUNTS.path().key(n).nil_to_val(0).term(|count| count + 1));
            });
        });
    }
}

/// A cluster that keeps its failures.
struct Tested {
    cluster: InProcessCluster,
    failures: Arc<Mutex<Vec<Arc<AttemptFailure>>>>,
}

impl Tested {
    fn launch<W: World>(builder: ClusterBuilder, tasks: usize, threads: usize) -> Tested {
        let failures = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&failures);
        let cluster = builder
            .event_hook(move |event| {
                if let ClusterEvent::AttemptFailed { failure } = event {
                    kept.lock().expect("no panic").push(Arc::clone(failure));
                }
            })
            .build()
            .expect("it builds");
        cluster.launch(Calling::<W>(PhantomData), tasks, threads).expect("it launches");
        Tested { cluster, failures }
    }

    fn append<W: World>(&self, numbers: std::ops::Range<u64>) {
        self.append_with::<W>(numbers, AckLevel::None);
    }

    fn append_with<W: World>(&self, numbers: std::ops::Range<u64>, level: AckLevel) {
        let depot = self.cluster.depot(self::numbers::<W>());
        for n in numbers {
            depot.append_with(n, level).expect("it is appended");
        }
    }

    /// Appends records that one microbatch will take: it takes what is durable when it begins.
    fn append_together<W: World>(&self, numbers: std::ops::Range<u64>) {
        self.cluster.pause_microbatch_topology(topology::<W>()).expect("it pauses");
        self.append_with::<W>(numbers, AckLevel::AppendAck);
        self.cluster.resume_microbatch_topology(topology::<W>()).expect("it goes on");
    }

    fn wait<W: World>(&self, count: u64) {
        self.cluster
            .wait_for_microbatch_processed_count(topology::<W>(), count)
            .expect("it is processed");
    }

    /// Each record is stored once, with its value.
    fn check(&self, numbers: std::ops::Range<u64>, value: impl Fn(u64) -> u64) {
        let (values, counts) = (self.cluster.pstate(VALUES), self.cluster.pstate(COUNTS));
        for n in numbers {
            assert_eq!(values.select_one(|p| p.key(n)).expect("it is read"), Some(value(n)));
            assert_eq!(counts.select_one(|p| p.key(n)).expect("it is read"), Some(1), "{n}");
        }
    }

    fn failures(&self) -> Vec<String> {
        let failures = self.failures.lock().expect("no panic");
        failures.iter().map(|failure| failure.to_string()).collect()
    }
}

/// On threads and simulated, with few and several tasks.
fn everywhere<W: World>(builder: impl Fn() -> ClusterBuilder, test: impl Fn(Tested)) {
    for (tasks, threads) in [(1, 1), (4, 2)] {
        test(Tested::launch::<W>(builder(), tasks, threads));
        for seed in 0..3 {
            test(Tested::launch::<W>(simulated(builder(), seed), tasks, threads));
        }
    }
}

fn simulated(builder: ClusterBuilder, seed: u64) -> ClusterBuilder {
    builder.disk(Arc::new(MemDisk::new())).data_dir("/data").simulated(seed)
}

/// Ready after so many polls, having woken itself each time.
fn after_polls(polls: u64) -> impl Future<Output = ()> + Send + 'static {
    let mut left = polls;
    poll_fn(move |cx| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
}

/// Opened once; whoever waits is woken by whoever opens it.
struct Gate {
    /// None when it is open.
    waiting: Mutex<Option<Vec<Waker>>>,
}

impl Gate {
    const fn new() -> Gate {
        Gate { waiting: Mutex::new(None) }
    }

    fn close(&self) {
        *self.waiting.lock().expect("no panic") = Some(Vec::new());
    }

    fn open(&self) {
        for waker in self.waiting.lock().expect("no panic").take().into_iter().flatten() {
            waker.wake();
        }
    }

    fn passed(&'static self) -> impl Future<Output = ()> + Send + 'static {
        poll_fn(|cx| match &mut *self.waiting.lock().expect("no panic") {
            Some(waiting) => {
                waiting.push(cx.waker().clone());
                Poll::Pending
            }
            None => Poll::Ready(()),
        })
    }
}

/// Counts itself when it is dropped.
struct Dropped(&'static AtomicUsize);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}
