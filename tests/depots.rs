//! Depots from outside: records by offset and by append time, whether they are in memory, in the log or
//! in segments.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use common::{BankTransferModule, Deposit};
use rama::disk::{MemDisk, RealDisk};
use rama::inspect;
use rama::log::{LogError, LogOptions};
use rama::paths::key_hash;
use rama::{
    AckLevel, AppendError, ClusterEvent, DepotReadError, InProcessCluster, PMap, Record,
    StorageOptions, defmodule,
};
use serde::{Deserialize, Serialize, Serializer};

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64
}

/// A moment after which appends have later times than those before it.
fn next_moment() -> u64 {
    let before = now();
    loop {
        let now = now();
        if now > before + 1 {
            return now;
        }
        std::hint::spin_loop();
    }
}

#[test]
fn records_are_found_by_append_time_wherever_they_lie() {
    let dir = tempfile::tempdir().unwrap();
    let storage = StorageOptions::default()
        .checkpoint_log_bytes(20_000)
        .depot_cache_bytes(0)
        .depot_segment_bytes(30_000);
    let mut moments: Vec<(u64, u64)> = Vec::new();
    let mut appended = 0;
    for life in 0..3 {
        let cluster = InProcessCluster::builder()
            .data_dir(dir.path())
            .storage_options(storage.clone())
            .build()
            .unwrap();
        cluster.launch(BankTransferModule, 2, 1).unwrap();
        let deposits = cluster.depot(BankTransferModule::deposit_depot);
        for _ in 0..25 {
            moments.push((next_moment(), appended));
            for _ in 0..200 {
                deposits
                    .append_with(Deposit { user_id: 7, amt: appended as i64 }, rama::AckLevel::None)
                    .unwrap();
                appended += 1;
            }
        }
        cluster.sync().unwrap();
        cluster.wait_for_microbatch_processed_count(BankTransferModule::banking, appended).unwrap();
        let partition = (0..2).find(|at| deposits.partition_offsets(*at).unwrap().end > 0).unwrap();
        assert_eq!(deposits.partition_offsets(partition).unwrap(), 0..appended);
        for (moment, first) in &moments {
            let found = deposits.first_offset_since(partition, *moment).unwrap();
            assert_eq!(found, *first, "life {life}");
        }
        assert_eq!(deposits.first_offset_since(partition, 0).unwrap(), 0);
        assert_eq!(deposits.first_offset_since(partition, u64::MAX).unwrap(), appended);
        assert_eq!(deposits.first_offset_since(1 - partition, 0).unwrap(), 0);
        assert!(matches!(
            deposits.first_offset_since(2, 0),
            Err(DepotReadError::NoSuchPartition { .. })
        ));
        // The same records come back from segments, from the log, and across the two.
        for range in [0..10, appended - 10..appended, appended / 2 - 50..appended / 2 + 50] {
            let records = deposits.read(partition, range.clone()).unwrap();
            let amounts: Vec<u64> = records.iter().map(|record| record.amt as u64).collect();
            assert_eq!(amounts, range.collect::<Vec<_>>());
        }
        assert_eq!(deposits.read(partition, 0..appended).unwrap().len() as u64, appended);
        if life == 0 {
            assert!(cluster.storage_status().unwrap().checkpoints > 0);
            cluster.kill();
        } else {
            cluster.close().unwrap();
        }
    }
    let files = std::fs::read_dir(dir.path().join("depots")).unwrap().count();
    assert_eq!(files, 1, "one partition has records");
}

fn unless_negative<S: Serializer>(number: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    match number {
        0.. => serializer.serialize_i64(*number),
        _ => Err(serde::ser::Error::custom("negative")),
    }
}

/// One that cannot be serialized while its number is negative.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Record)]
struct Numbered {
    #[serde(serialize_with = "unless_negative")]
    number: i64,
    text: String,
}

impl Numbered {
    fn new(number: i64, bytes: usize) -> Numbered {
        Numbered { number, text: "x".repeat(bytes) }
    }
}

defmodule! {
    module Together {
        depot *hashed: Numbered, hash_by(.number);
        depot *anywhere: Numbered, random;
        depot *alone: Numbered, global;
        depot *closed: Numbered, disallow;

        microbatch counting {
            pstate $$sums: PMap<i64, i64>;

            sources! {
                source> *hashed :> %microbatch;
                %microbatch() :> Numbered { *number, .. };
                *number % 7 :> *rest;
                |hash(*rest);
                +compound $$sums { *rest => +sum(*number) };
            }
        }
    }
}

#[test]
fn records_appended_together_keep_their_order_and_survive_crashes() {
    // Those that are large enough stay in the log's files, or none does.
    for (tasks, log_block_bytes) in
        [(1, usize::MAX), (2, usize::MAX), (4, 16_000), (2, 16_000), (1, 16_000)]
    {
        let dir = tempfile::tempdir().unwrap();
        // So small that each life crosses checkpoints, with records in files only.
        let storage = StorageOptions::default()
            .checkpoint_log_bytes(300_000)
            .depot_cache_bytes(1_000)
            .log_block_bytes(log_block_bytes);
        let mut next = 0;
        for life in 0..3 {
            let (made, checkpoints) = std::sync::mpsc::channel();
            let cluster = InProcessCluster::builder()
                .data_dir(dir.path())
                .storage_options(storage.clone())
                .event_hook(move |event| {
                    if let ClusterEvent::Checkpointed { .. } = event {
                        let _ = made.send(());
                    }
                })
                .build()
                .unwrap();
            cluster.launch(Together, tasks, tasks.min(2)).unwrap();
            let hashed = cluster.depot(Together::hashed);
            let mut append = |count: i64, bytes, together: bool| {
                let records = (next..next + count).map(|number| Numbered::new(number, bytes));
                match together {
                    true => hashed.append_all(records).unwrap(),
                    false => records.for_each(|record| hashed.append(record).unwrap()),
                }
                next += count;
            };
            // Some fit into one entry of the log, others take many; single ones lie between.
            append(1, 10, true);
            append(500, 10, true);
            append(3, 10, false);
            append(2_000, 500, true);
            append(0, 10, true);
            append(3, 10, false);
            append(50, 70_000, true);
            let status =
                cluster.wait_for_microbatch_processed_count(Together::counting, next as u64);
            status.unwrap();
            checkpoints.recv_timeout(Duration::from_secs(60)).unwrap();

            let mut found = Vec::new();
            for partition in 0..tasks {
                let offsets = hashed.partition_offsets(partition).unwrap();
                let records = hashed.read(partition, offsets).unwrap();
                assert!(records.is_sorted_by_key(|record| record.number), "life {life}");
                found.extend(records.into_iter().map(|record| record.number));
            }
            found.sort_unstable();
            assert_eq!(found, (0..next).collect::<Vec<_>>(), "life {life}, {tasks} tasks");
            let sums = cluster.pstate(Together::sums);
            for rest in 0..7 {
                let expected: i64 = (0..next).filter(|number| number % 7 == rest).sum();
                assert_eq!(sums.select_one(|p| p.key(rest)).unwrap(), Some(expected));
            }
            cluster.kill();
        }
        let report = inspect::inspect(&RealDisk::new(), dir.path()).unwrap();
        let partitions = &report.depots[0].partitions;
        let stay: u64 = partitions.iter().map(|of| of.log_block_bytes).sum();
        assert_eq!(stay > 1_000_000, log_block_bytes == 16_000, "{report}");
    }
}

#[test]
fn each_partitioner_takes_records_together() {
    let cluster = InProcessCluster::temporary().unwrap();
    cluster.launch(Together, 4, 2).unwrap();
    let records = || (0..200).map(|number| Numbered::new(number, 1));
    let (anywhere, alone) = (cluster.depot(Together::anywhere), cluster.depot(Together::alone));
    anywhere.append_all(records()).unwrap();
    let ends: Vec<u64> = (0..4).map(|at| anywhere.partition_offsets(at).unwrap().end).collect();
    assert_eq!(ends.iter().sum::<u64>(), 200);
    assert!(ends.iter().all(|end| *end > 0), "{ends:?}");
    cluster.block_on(alone.append_all_async(records())).unwrap().unwrap();
    assert_eq!(alone.read(0, 0..200).unwrap(), records().collect::<Vec<_>>());
    // Without an acknowledgement they have their places, and become durable.
    cluster.block_on(alone.append_all_async_with(records(), AckLevel::None)).unwrap().unwrap();
    cluster.sync().unwrap();
    assert_eq!(alone.partition_offsets(0).unwrap(), 0..400);
    let error = cluster.depot(Together::closed).append_all(records()).unwrap_err();
    assert!(matches!(error, AppendError::Disallowed { depot: "closed" }), "{error}");
}

#[test]
fn of_records_with_one_that_cannot_be_serialized_none_is_appended() {
    let cluster = InProcessCluster::temporary().unwrap();
    cluster.launch(Together, 2, 1).unwrap();
    let hashed = cluster.depot(Together::hashed);
    let records = (0..9).chain([-1]).chain(9..20).map(|number| Numbered::new(number, 100_000));
    let error = hashed.append_all(records).unwrap_err();
    assert!(matches!(error, AppendError::Encode { depot: "hashed", .. }), "{error}");
    // The next ones go on at offset 0, in each partition.
    hashed.append_all((0..20).map(|number| Numbered::new(number, 1))).unwrap();
    cluster.wait_for_microbatch_processed_count(Together::counting, 20).unwrap();
    let ends = [0, 1].map(|at| hashed.partition_offsets(at).unwrap().end);
    assert_eq!(ends.iter().sum::<u64>(), 20);
}

#[test]
fn records_appended_together_fit_into_entries_of_any_size_and_one_that_does_not_takes_none_along() {
    let most = 2_000;
    let cluster = InProcessCluster::builder()
        .log_options(LogOptions::default().max_entry(most))
        .build()
        .unwrap();
    cluster.launch(Together, 2, 1).unwrap();
    let alone = cluster.depot(Together::alone);
    let records = |bytes: usize| (0..100).map(move |number| Numbered::new(number, bytes));
    // Many in an entry, a few, one.
    for (at, bytes) in (0_u64..).zip([1, 300, 1_300, 1_950]) {
        alone.append_all(records(bytes)).unwrap();
        let offsets = 100 * at..100 * (at + 1);
        assert_eq!(alone.read(0, offsets).unwrap(), records(bytes).collect::<Vec<_>>());
    }
    let error = alone.append_all(records(10).chain(records(most)).chain(records(10))).unwrap_err();
    let AppendError::Refused { source: LogError::EntryTooLarge { limit, .. }, .. } = error else {
        panic!("{error}");
    };
    assert_eq!(limit, most);
    cluster.sync().unwrap();
    assert_eq!(alone.partition_offsets(0).unwrap(), 0..400);
}

#[test]
fn what_a_depot_shows_outside_is_durable() {
    for seed in 0..40 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut disk = MemDisk::new();
        // By partition: the end that was seen, and how much was appended.
        let (mut seen, mut appended) = ([0; 2], [0; 2]);
        for life in 0..4 {
            let cluster = InProcessCluster::builder()
                .disk(Arc::new(disk.clone()))
                .data_dir("/data")
                .simulated(random.u64(..))
                .log_options(LogOptions::default().segment_bytes(random.u64(200..2_000)))
                .build()
                .unwrap();
            cluster.launch(Together, 2, 1).unwrap();
            let hashed = cluster.depot(Together::hashed);
            let ends = || [0, 1].map(|at| hashed.partition_offsets(at).unwrap().end);
            let recovered = ends();
            for at in [0, 1] {
                assert!(
                    (seen[at]..=appended[at]).contains(&recovered[at]),
                    "seed {seed}, life {life}"
                );
            }
            (seen, appended) = (recovered, recovered);
            for _ in 0..random.usize(1..30) {
                let records = (0..random.i64(1..6)).map(|_| Numbered::new(random.i64(0..9), 20));
                let records: Vec<Numbered> = records.collect();
                let before = ends();
                match &*records {
                    [record] => hashed.append_with(record.clone(), AckLevel::None).unwrap(),
                    _ => hashed.append_all_with(records.clone(), AckLevel::None).unwrap(),
                }
                // They have their places, and are not durable: nothing has run.
                assert_eq!(ends(), before, "seed {seed}, life {life}");
                for record in &records {
                    appended[key_hash(&record.number).task(2) as usize] += 1;
                }
                cluster.simulate(random.usize(..20));
                let now = ends();
                for at in [0, 1] {
                    assert!(
                        (seen[at]..=appended[at]).contains(&now[at]),
                        "seed {seed}, life {life}"
                    );
                    assert_eq!(hashed.read(at, 0..now[at]).unwrap().len() as u64, now[at]);
                    let beyond = hashed.read(at, 0..now[at] + 1);
                    assert!(matches!(beyond, Err(DepotReadError::NoSuchOffsets { .. })));
                }
                seen = now;
            }
            if random.bool() {
                cluster.sync().unwrap();
                seen = ends();
                assert_eq!(seen, appended, "seed {seed}, life {life}");
            }
            let after = disk.crash(&mut random);
            cluster.kill();
            disk = after;
        }
    }
}
