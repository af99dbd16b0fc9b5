//! Calls are made only for a durable plan: after a crash a microbatch has the records it had.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use super::{COUNTS, Called, Tested, World, after_polls};
use crate::cluster::InProcessCluster;
use crate::disk::MemDisk;
use crate::log::LogOptions;

#[test]
fn a_microbatch_that_called_keeps_its_records_over_a_crash() {
    /// Records that calls were made for, by microbatch.
    static CALLED: Mutex<BTreeMap<u64, BTreeSet<u64>>> = Mutex::new(BTreeMap::new());

    struct Crashing;

    impl World for Crashing {
        fn call(n: u64, microbatch: u64) -> Called {
            CALLED.lock().expect("no panic").entry(microbatch).or_default().insert(n);
            Box::pin(async move {
                after_polls(n % 3).await;
                Ok(n)
            })
        }
    }

    let mut crashes_with_calls = 0;
    for seed in 0..40 {
        CALLED.lock().expect("no panic").clear();
        let mut random = fastrand::Rng::with_seed(seed);
        let mut disk = MemDisk::new();
        let mut appended = 0;
        for life in 0..4 {
            let builder = InProcessCluster::builder()
                .microbatch_max_records(5)
                .log_options(LogOptions::default().preallocate(0))
                .disk(Arc::new(disk.clone()))
                .data_dir("/data")
                .simulated(seed * 10 + life);
            let tested = Tested::launch::<Crashing>(builder, 4, 2);
            for _ in 0..random.usize(1..6) {
                let more = random.u64(1..12);
                // Numbers are never used again, whether or not their append survives.
                tested.append::<Crashing>(appended..appended + more);
                appended += more;
                tested.cluster.simulate(random.usize(..200));
            }
            let before = CALLED.lock().expect("no panic").clone();
            crashes_with_calls += usize::from(!before.is_empty());
            disk = if random.bool() { disk.crash(&mut random) } else { disk.drop_unsynced() };
            tested.cluster.kill();
        }
        let builder = InProcessCluster::builder()
            .disk(Arc::new(disk.clone()))
            .data_dir("/data")
            .simulated(seed);
        let tested = Tested::launch::<Crashing>(builder, 4, 2);
        // Whatever was ever called stands for one microbatch: no record was called in two.
        tested.append::<Crashing>(appended..appended + 1);
        // One microbatch takes all that is left, so it is in the last one.
        let counts = tested.cluster.pstate(COUNTS);
        while counts.select_one(|p| p.key(appended)).expect("it is read").is_none() {
            tested.cluster.simulate(100);
        }
        let called = CALLED.lock().expect("no panic").clone();
        let mut owner = BTreeMap::new();
        for (microbatch, records) in &called {
            for n in records {
                let other = owner.insert(*n, *microbatch);
                assert_eq!(other, None, "seed {seed}: record {n} in {microbatch}, too");
            }
        }
        // And all that a call was made for is processed, exactly once.
        for n in owner.into_keys() {
            tested.check(n..n + 1, |n| n);
        }
        tested.cluster.kill();
    }
    assert!(crashes_with_calls > 40, "{crashes_with_calls}");
}
