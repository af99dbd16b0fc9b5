//! Runs modules on clusters of several sizes, and reads what they made.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::sync::Arc;

use rama::disk::MemDisk;
use rama::{AckLevel, Depot, InProcessCluster, Microbatch, Module, PMap, PState, Record};

/// Runs `check` on clusters of several sizes, on threads and simulated.
pub fn on_clusters(mut check: impl FnMut(&InProcessCluster, usize, usize)) {
    for (tasks, threads) in [(1, 1), (2, 2), (4, 2), (8, 2), (16, 2)] {
        let cluster = InProcessCluster::builder().microbatch_max_records(7).build().unwrap();
        check(&cluster, tasks, threads);
        for seed in 0..4 {
            let cluster = InProcessCluster::builder()
                .disk(Arc::new(MemDisk::new()))
                .data_dir("/data")
                .simulated(seed)
                .microbatch_max_records(3 + seed)
                .emit_max_records(1 + seed)
                .build()
                .unwrap();
            check(&cluster, tasks, threads);
        }
    }
}

/// Launches a module, appends records, and waits until they are processed.
pub fn process<M: Module, O, T: Record>(
    cluster: &InProcessCluster,
    module: M,
    (tasks, threads): (usize, usize),
    depot: Depot<M, T>,
    topology: Microbatch<M, O>,
    records: impl IntoIterator<Item = T>,
) {
    cluster.launch(module, tasks, threads).unwrap();
    let depot = cluster.depot(depot);
    let mut count = 0;
    for record in records {
        depot.append_with(record, AckLevel::None).unwrap();
        count += 1;
    }
    cluster.wait_for_microbatch_processed_count(topology, count).unwrap();
}

/// All rows of a top-level map, from all tasks, with the task of each.
pub fn rows<O: 'static, K: rama::Key + Ord, V: Record>(
    cluster: &InProcessCluster,
    pstate: PState<O, PMap<K, V>>,
) -> BTreeMap<(usize, K), V> {
    let client = cluster.pstate(pstate);
    (0..client.num_partitions().unwrap())
        .flat_map(|task| {
            let rows = client.at_task(task).select(|p| p.all()).unwrap();
            rows.into_iter().map(move |(key, value)| ((task, key), value))
        })
        .collect()
}

/// As [`rows`], of a PState whose keys each live on one task only.
pub fn all<O: 'static, K: rama::Key + Ord, V: Record>(
    cluster: &InProcessCluster,
    pstate: PState<O, PMap<K, V>>,
) -> BTreeMap<K, V> {
    let rows = rows(cluster, pstate);
    let count = rows.len();
    let all: BTreeMap<K, V> = rows.into_iter().map(|((_, key), value)| (key, value)).collect();
    assert_eq!(all.len(), count, "a key is on two tasks");
    all
}
