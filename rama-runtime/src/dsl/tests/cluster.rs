//! The same on clusters: several tasks, on threads and simulated, with batches through bytes.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rama_paths::{PMap, PStatePath, Uuid};

use super::super::{Cx, Label, ModuleBuilder, Return, TopologyBuilder, TopologyType, random, w};
use crate::client::AckLevel;
use crate::cluster::InProcessCluster;
use crate::depot::Depot;
use crate::disk::MemDisk;
use crate::module::Module;
use crate::pstate::PState;
use crate::topology::Microbatch;

/// For every record `n` sums 1 to `n` by an operation that calls itself on other tasks, in a loop
/// whose body hops. The first record of each run panics once, in the middle of a loop.
struct Sums;

struct Owner;

const NUMBERS: Depot<Sums, u64> = Depot::new("numbers", 0);
const SUMS: PState<Owner, PMap<u64, u64>> = PState::new("sums", 0);
const IDS: PState<Owner, PMap<u64, Uuid>> = PState::new("ids", 1);
const OLD: PState<Owner, PMap<u64, u64>> = PState::new("old", 2);
const TOPOLOGY: Microbatch<Sums, Owner> = Microbatch::new("topology", 0);

/// Whether the next loop panics; clusters are tested one after the other.
static PANIC: AtomicBool = AtomicBool::new(false);

type Sum = (u64, Return<u64>);

impl Module for Sums {
    const NAME: &'static str = "Sums";

    fn define(module: &mut ModuleBuilder<Self>) {
        module.depot(NUMBERS, random());
        module.microbatch(TOPOLOGY, |topology| {
            topology.pstate(SUMS);
            topology.pstate(IDS);
            topology.pstate(OLD);
            let sum = define_sum(topology);
            define_numbers(topology, sum);
        });
    }
}

/// `ramaop sum(*n) :> u64`: across `|custom`, with what is waiting carried along.
fn define_sum(topology: &mut TopologyBuilder<'static, Owner>) -> Label<Sum> {
    let body = topology.label("sum");
    let after = topology.label("after");
    topology.returns(after);
    topology.define(body, (w(), w()), move |cx, (n, to): Sum| {
        if n == 0 {
            return cx.give_back(to, 0);
        }
        let inner = cx.return_to(after, (n, to));
        let target = cx.custom(n as usize % cx.num_tasks());
        cx.send(target, body, (n - 1, inner));
    });
    topology.define_in_step(after, |cx: &mut Cx<'_, Owner>, (below, (n, to)): (u64, Sum)| {
        cx.give_back(to, below + n);
    });
    body
}

fn define_numbers(topology: &mut TopologyBuilder<'static, Owner>, sum: Label<Sum>) {
    let head = topology.label("loop");
    let shuffled = topology.label("shuffled");
    let summed = topology.label("summed");
    let resumed = topology.label("resumed");
    let stored = topology.label("stored");
    topology.source(NUMBERS, move |cx, n: u64| {
        assert_eq!(cx.current_topology_type(), TopologyType::Microbatch);
        assert!(cx.current_microbatch_id() > 0);
        assert_eq!(cx.module_instance_info().module_name, "Sums");
        cx.enter_loop(head, (0, n));
    });
    // loop<- [*i = 0] { |shuffle; <<if *i < *n { continue> *i + 1; } else { :> *i; } }
    topology.define_in_step(head, move |cx, (i, n): (u64, u64)| {
        let target = cx.shuffle();
        cx.send(target, shuffled, (i, n));
    });
    topology.define(shuffled, (w(), w()), move |cx, (i, n): (u64, u64)| {
        if i < n {
            cx.again(head, (i + 1, n));
            assert!(!PANIC.swap(false, Ordering::SeqCst), "in the middle of a loop");
            return;
        }
        let to = cx.return_to(summed, (n,));
        cx.enter(sum, (i, to));
    });
    topology.returns(summed);
    topology.define_in_step(summed, move |cx, (sum, (n,)): (u64, (u64,))| {
        // yield_if_overtime>
        if cx.overtime() {
            let here = cx.here();
            cx.send(here, resumed, (n, sum));
        } else {
            cx.enter(resumed, (n, sum));
        }
    });
    topology.define(resumed, (w(), w()), move |cx, (n, sum): (u64, u64)| {
        let target = cx.hash_in(cx.partitions_of(SUMS), &n);
        cx.send(target, stored, (n, sum));
    });
    topology.define(stored, (w(), w()), |cx, (n, sum): (u64, u64)| {
        let id = cx.random_uuid7();
        cx.local_transform(SUMS.path().key(n).termval(sum));
        cx.local_transform(IDS.path().key(n).termval(id));
        cx.local_clear(OLD);
        cx.local_transform(OLD.path().key(n).termval(n));
    });
}

fn check(cluster: InProcessCluster, tasks: usize, threads: usize) {
    cluster.launch(Sums, tasks, threads).expect("it launches");
    PANIC.store(true, Ordering::SeqCst);
    let depot = cluster.depot(NUMBERS);
    for n in 0..40 {
        depot.append_with(n, AckLevel::None).expect("it is appended");
    }
    cluster.wait_for_microbatch_processed_count(TOPOLOGY, 40).expect("it is processed");
    assert!(!PANIC.load(Ordering::SeqCst), "an attempt panicked");

    let (sums, ids, old) = (cluster.pstate(SUMS), cluster.pstate(IDS), cluster.pstate(OLD));
    let mut all = BTreeSet::new();
    let mut found = 0;
    for n in 0..40 {
        let sum = sums.select_one(|p| p.key(n)).expect("it is read");
        assert_eq!(sum, Some(n * (n + 1) / 2), "of {n}");
        all.insert(ids.select_one(|p| p.key(n)).expect("it is read"));
        let kept = old.select_one(|p: PStatePath<_, _>| p.key(n)).expect("it is read");
        found += usize::from(kept == Some(n));
    }
    assert_eq!(all.len(), 40, "ids differ");
    assert!((1..=tasks).contains(&found), "each task keeps its last, not {found}");
    cluster.close().expect("it closes");
}

#[test]
fn loops_recursion_and_yielding_over_several_tasks() {
    for (tasks, threads) in [(1, 1), (4, 2), (8, 2)] {
        let builder = || InProcessCluster::builder().microbatch_max_records(7);
        let threaded = builder().event_target_time(Duration::from_micros(50));
        check(threaded.build().expect("it builds"), tasks, threads);
        for seed in 0..4 {
            let disk = Arc::new(MemDisk::new());
            let simulated = builder().disk(disk).data_dir("/data").simulated(seed);
            check(simulated.build().expect("it builds"), tasks, threads);
        }
    }
}
