//! Records that stay in the log's files, which are then kept for the depot, survive power cuts as those
//! do that are copied: with single and large appends, in any mixture, and limits so small that each
//! checkpoint is about a few of them.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use rama::disk::MemDisk;
use rama::inspect;
use rama::log::LogOptions;
use rama::{AckLevel, InProcessCluster, PMap, Record, StorageOptions, defmodule};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Record)]
struct Note {
    user: i64,
    number: i64,
    text: String,
}

defmodule! {
    module Notes {
        depot *notes: Note, hash_by(.user);

        microbatch counting {
            pstate $$counts: PMap<i64, i64>;

            sources! {
                source> *notes :> %microbatch;
                %microbatch() :> Note { *user, .. };
                +compound $$counts { *user => +count() };
            }
        }
    }
}

const TASKS: usize = 2;

fn all_notes(cluster: &InProcessCluster) -> Vec<Note> {
    let notes = cluster.depot(Notes::notes);
    let partitions = (0..TASKS).map(|partition| {
        let offsets = notes.partition_offsets(partition).unwrap();
        let read = notes.read(partition, offsets).unwrap();
        // In the order in which they were appended.
        assert!(read.is_sorted_by_key(|note| note.number));
        read
    });
    let mut notes = partitions.collect::<Vec<_>>().concat();
    notes.sort_unstable();
    notes
}

/// Every acknowledged note is there once, none that was never sent, and each is counted once.
fn check(cluster: &InProcessCluster, sent: &BTreeMap<i64, (Note, bool)>, context: &str) {
    let found = all_notes(cluster);
    let mut counts: BTreeMap<i64, i64> = BTreeMap::new();
    let mut numbers = Vec::new();
    for note in &found {
        assert_eq!(sent.get(&note.number).map(|(note, _)| note), Some(note), "{context}");
        *counts.entry(note.user).or_default() += 1;
        numbers.push(note.number);
    }
    numbers.sort_unstable();
    assert!(numbers.is_sorted_by(|one, other| one < other), "{context}: one is there twice");
    for (number, _) in sent.iter().filter(|(_, (_, is_acked))| *is_acked) {
        assert!(numbers.binary_search(number).is_ok(), "{context}: note {number} is lost");
    }
    let status = cluster.wait_for_microbatch_processed_count(Notes::counting, found.len() as u64);
    status.unwrap();
    let pstate = cluster.pstate(Notes::counts);
    for user in 0..5 {
        let count = pstate.select_one(|p| p.key(user)).unwrap();
        assert_eq!(count, counts.get(&user).copied(), "{context}");
    }
}

/// Some lives, each ended by a power cut, some on a disk that is full by then; bytes of records in the log's kept files and in segments.
fn lives(seed: u64) -> (u64, u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut disk = MemDisk::new();
    let mut sent: BTreeMap<i64, (Note, bool)> = BTreeMap::new();
    let mut next = 0;
    for life in 0..5 {
        let context = format!("seed {seed}, life {life}");
        let cluster = InProcessCluster::builder()
            .disk(Arc::new(disk.clone()))
            .data_dir("/data")
            .simulated(random.u64(..))
            .microbatch_max_records(random.u64(1..20))
            .log_options(LogOptions::default().segment_bytes(random.u64(500..20_000)))
            .storage_options(
                StorageOptions::default()
                    .checkpoint_log_bytes(random.u64(1_000..8_000))
                    .depot_cache_bytes(0)
                    .depot_segment_bytes(random.u64(500..4_000))
                    .log_block_bytes(random.usize(100..1_500)),
            )
            .build()
            .unwrap();
        cluster.launch(Notes, TASKS, random.usize(1..=TASKS)).unwrap();
        check(&cluster, &sent, &context);
        if random.bool() {
            disk.faults().power_off_after(Some(random.u64(1..600)));
        }
        if random.u8(..3) == 0 {
            disk.faults().capacity(Some(disk.used() + random.u64(1_000..30_000)));
        }
        let notes = cluster.depot(Notes::notes);
        for _ in 0..random.usize(1..40) {
            let count = if random.u8(..4) == 0 { 1 } else { random.i64(1..25) };
            let new = (next..next + count).map(|number| Note {
                user: random.i64(..5),
                number,
                text: "x".repeat(random.usize(50..200)),
            });
            let new: Vec<Note> = new.collect();
            next += count;
            let level = if random.bool() { AckLevel::Ack } else { AckLevel::None };
            sent.extend(new.iter().map(|note| (note.number, (note.clone(), false))));
            if notes.append_all_with(new.iter().cloned(), level).is_err() {
                break; // the power is off, or the disk full
            }
            if level == AckLevel::Ack {
                new.iter().for_each(|note| sent.get_mut(&note.number).unwrap().1 = true);
            }
            for _ in 0..random.usize(..40) {
                cluster.simulate(1);
            }
        }
        let after = disk.crash(&mut random);
        cluster.kill();
        disk = after;
    }
    let directory = inspect::inspect(&disk, Path::new("/data")).unwrap();
    assert!(directory.problems.is_empty(), "seed {seed}: {:?}", directory.problems);
    let verified = inspect::verify(&disk, Path::new("/data")).unwrap();
    assert!(verified.is_whole(), "seed {seed}: {verified}");
    let partitions = directory.depots.iter().flat_map(|depot| &depot.partitions);
    let sum = |sum: (u64, u64), bytes: (u64, u64)| (sum.0 + bytes.0, sum.1 + bytes.1);
    partitions.map(|of| (of.log_block_bytes, of.block_bytes - of.log_block_bytes)).fold((0, 0), sum)
}

#[test]
fn power_cuts_lose_nothing_whether_records_stay_in_the_log_or_are_copied() {
    let (mut in_log, mut copied) = (0, 0);
    for seed in 0..60 {
        let bytes = lives(seed);
        (in_log, copied) = (in_log + bytes.0, copied + bytes.1);
    }
    println!("{in_log} bytes in the log's files, {copied} in segments");
    assert!(in_log > 200_000 && copied > 200_000, "{in_log} bytes in the log, {copied} copied");
}
