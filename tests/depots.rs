//! Depots from outside: records by offset and by append time, whether they are in memory, in the log or
//! in segments.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::time::{SystemTime, UNIX_EPOCH};

use common::{BankTransferModule, Deposit};
use rama::{DepotReadError, InProcessCluster, StorageOptions};

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
