//! A PState larger than the memory it may take: built, updated at random, read at random and in order,
//! and recovered, with a model beside it. The small form runs always; the large one with
//! `RAMA_TEST_STATE_MIB=4096 cargo test --release --test large_state -- --nocapture`, in a directory
//! under `RAMA_TEST_DIR` if that is set.
#![allow(missing_docs, clippy::unwrap_used)]

use std::process::Command;
use std::time::Instant;

use rama::{AckLevel, InProcessCluster, PMap, Record, StorageOptions, defmodule};
use serde::{Deserialize, Serialize};

const MIB: usize = 1 << 20;
const STATE_MIB: &str = "RAMA_TEST_STATE_MIB";
const PARENT: &str = "RAMA_TEST_DIR";
const CHILD_DIR: &str = "RAMA_TEST_LARGE_STATE_DIR";
/// Bytes of a value.
const VALUE: usize = 1_000;
const TASKS: usize = 2;

#[derive(Clone, Copy, Debug, Serialize, Deserialize, Record)]
pub struct Touch {
    pub key: u64,
    pub version: u32,
}

/// The value of a key in a version.
fn value(key: u64, version: u32) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(key << 20 | u64::from(version));
    let mut bytes = vec![0; VALUE];
    random.fill(&mut bytes);
    bytes
}

defmodule! {
    pub module Large {
        depot *touches: Touch, hash_by(.key);

        microbatch keep {
            pstate $$values: PMap<u64, Vec<u8>>;

            sources! {
                source> *touches :> %microbatch;
                %microbatch() :> Touch { *key, *version };
                local_transform> $$values.key(*key).termval(value(*key, *version));
            }
        }
    }
}

struct Limits {
    rows: u64,
    storage: StorageOptions,
    microbatch_records: u64,
    /// The process never takes more memory than this.
    resident_mib: usize,
}

fn limits(state_mib: usize) -> Limits {
    let is_large = state_mib >= 1024;
    // Overlay, rows, pages and records: 192 MiB in all, or 24.
    let unit = if is_large { 24 * MIB } else { 3 * MIB };
    Limits {
        rows: (state_mib * MIB / VALUE) as u64,
        storage: StorageOptions::default()
            .overlay_bytes(4 * unit)
            .cache_bytes(unit)
            .database_cache_bytes(2 * unit)
            .depot_cache_bytes(unit)
            .checkpoint_log_bytes(4 * unit as u64),
        microbatch_records: if is_large { 8_000 } else { 1_000 },
        resident_mib: if is_large { 512 } else { 128 },
    }
}

/// A number of kibibytes from the kernel's account of this process.
fn account(name: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse::<usize>().ok()).unwrap_or(0) / 1024
}

struct Run<'a> {
    limits: &'a Limits,
    cluster: InProcessCluster,
    appended: u64,
}

impl<'a> Run<'a> {
    fn open(limits: &'a Limits, dir: &str, appended: u64) -> Self {
        let started = Instant::now();
        let cluster = InProcessCluster::builder()
            .data_dir(dir)
            .microbatch_max_records(limits.microbatch_records)
            .storage_options(limits.storage.clone())
            .client_timeout(std::time::Duration::from_secs(600))
            .build()
            .unwrap();
        cluster.launch(Large, TASKS, TASKS).unwrap();
        println!("opened in {:?}", started.elapsed());
        Run { limits, cluster, appended }
    }

    fn touch(&mut self, key: u64, version: u32) {
        let touches = self.cluster.depot(Large::touches);
        touches.append_with(Touch { key, version }, AckLevel::None).unwrap();
        self.appended += 1;
        if self.appended.is_multiple_of(100_000) {
            self.check_memory();
        }
    }

    fn wait(&self) {
        self.cluster.sync().unwrap();
        self.cluster.wait_for_microbatch_processed_count(Large::keep, self.appended).unwrap();
        self.check_memory();
    }

    fn check_memory(&self) {
        let peak = account("VmHWM");
        let status = self.cluster.storage_status().unwrap();
        assert!(peak < self.limits.resident_mib, "{peak} MiB resident: {status:?}");
    }

    fn check_all(&self, versions: &[u32]) {
        let started = Instant::now();
        let values = self.cluster.pstate(Large::values);
        let mut seen = vec![false; versions.len()];
        for task in 0..TASKS {
            values
                .at_task(task)
                .select_each(
                    |p| p.all(),
                    |(key, found)| {
                        let version = versions[key as usize];
                        assert!(found == value(key, version), "key {key}, version {version}");
                        assert!(!std::mem::replace(&mut seen[key as usize], true));
                    },
                )
                .unwrap();
        }
        assert!(seen.iter().all(|seen| *seen));
        println!("read in order in {:?}", started.elapsed());
    }

    fn check_some(&self, versions: &[u32], random: &mut fastrand::Rng, count: u64) {
        let started = Instant::now();
        let values = self.cluster.pstate(Large::values);
        for _ in 0..count {
            let key = random.u64(..versions.len() as u64);
            let found = values.select_one(|p| p.key(key)).unwrap();
            assert!(found == Some(value(key, versions[key as usize])), "key {key}");
        }
        println!("{count} random reads in {:?}", started.elapsed());
    }
}

/// Does nothing when run as a test.
#[test]
fn child_process() {
    let Ok(dir) = std::env::var(CHILD_DIR) else { return };
    let limits = limits(std::env::var(STATE_MIB).unwrap().parse().unwrap());
    let rows = limits.rows;
    let mut random = fastrand::Rng::with_seed(7);
    let mut versions = vec![0_u32; rows as usize];

    let mut run = Run::open(&limits, &dir, 0);
    let started = Instant::now();
    (0..rows).for_each(|key| run.touch(key, 0));
    run.wait();
    println!("{rows} rows built in {:?}", started.elapsed());
    run.check_some(&versions, &mut random, rows / 20);

    let started = Instant::now();
    for _ in 0..rows / 10 {
        let key = random.u64(..rows);
        versions[key as usize] += 1;
        run.touch(key, versions[key as usize]);
    }
    run.wait();
    println!("{} random updates in {:?}", rows / 10, started.elapsed());
    run.check_some(&versions, &mut random, rows / 20);
    let appended = run.appended;
    println!("{:?}", run.cluster.storage_status().unwrap());
    assert!(run.cluster.storage_status().unwrap().checkpoints >= 5);
    run.cluster.kill();

    let mut run = Run::open(&limits, &dir, appended);
    run.wait();
    run.check_all(&versions);
    for _ in 0..rows / 100 {
        let key = random.u64(..rows);
        versions[key as usize] += 1;
        run.touch(key, versions[key as usize]);
    }
    run.wait();
    run.check_some(&versions, &mut random, rows / 100);
    run.check_memory();
    println!("at most {} MiB resident, {} MiB now", account("VmHWM"), account("VmRSS"));
    run.cluster.close().unwrap();
}

#[test]
fn a_state_larger_than_memory_is_built_updated_read_and_recovered() {
    let mib = std::env::var(STATE_MIB).unwrap_or_else(|_| "96".to_owned());
    let parent = std::env::var(PARENT).map_or_else(|_| std::env::temp_dir(), Into::into);
    let dir = tempfile::tempdir_in(parent).unwrap();
    // A process of its own, so that no other test's memory counts.
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "child_process", "--nocapture"]);
    child.env(CHILD_DIR, dir.path().join("data")).env(STATE_MIB, &mib);
    let output = child.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    println!("{said}");
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    let file = std::fs::metadata(dir.path().join("data/state.redb")).unwrap().len();
    println!("state.redb has {} MiB", file as usize / MIB);
    assert!(file as usize >= mib.parse::<usize>().unwrap() * MIB);
}
