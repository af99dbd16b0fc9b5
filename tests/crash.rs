//! Nothing acknowledged is lost and nothing is done twice, whenever the process dies: `kill -9` of a
//! child process at random moments, between prepare and commit, and while a checkpoint is made and the
//! log cut; and power cuts that drop or tear whatever was not synced. Limits are so small that
//! checkpoints follow each other.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use common::{Bank, BankTransferModule, Deposit, check_bank, read_bank, transfer};
use rama::disk::MemDisk;
use rama::log::LogOptions;
use rama::{AckLevel, ClusterEvent, InProcessCluster, StorageOptions};

const TASKS: usize = 4;
const DIR: &str = "RAMA_TEST_CRASH_DIR";
const ROUND: &str = "RAMA_TEST_CRASH_ROUND";
const HOLD: &str = "RAMA_TEST_CRASH_HOLD";
/// How many power cuts to simulate.
const SEEDS: &str = "RAMA_TEST_POWER_CUTS";

/// Records that were acknowledged: how often each must be in its depot.
#[derive(Default)]
struct Acked {
    /// By amount: each deposit has its own.
    deposits: Vec<i64>,
    transfers: Vec<String>,
}

/// Every acknowledged record is there exactly once, and none of the others more than once.
fn check_acked(bank: &Bank, acked: &Acked) {
    let mut deposits: BTreeMap<i64, usize> = BTreeMap::new();
    for deposit in &bank.deposits {
        *deposits.entry(deposit.amt).or_default() += 1;
    }
    let mut transfers: BTreeMap<&str, usize> = BTreeMap::new();
    for transfer in &bank.transfers {
        *transfers.entry(&transfer.transfer_id).or_default() += 1;
    }
    assert!(
        deposits.values().chain(transfers.values()).all(|n| *n == 1),
        "a record is there twice"
    );
    for amt in &acked.deposits {
        assert!(deposits.contains_key(amt), "acknowledged deposit of {amt} is lost");
    }
    for id in &acked.transfers {
        assert!(transfers.contains_key(&**id), "acknowledged transfer {id} is lost");
    }
}

/// Limits at which checkpoints follow each other.
fn small_storage(log_bytes: u64) -> StorageOptions {
    StorageOptions::default()
        .checkpoint_log_bytes(log_bytes)
        .cache_bytes(2_000)
        .depot_cache_bytes(1_000)
        .depot_segment_bytes(2_000)
        .log_block_bytes(20)
}

fn wait_for_all(cluster: &InProcessCluster) {
    let deposits = cluster.depot(BankTransferModule::deposit_depot);
    let transfers = cluster.depot(BankTransferModule::transfer_depot);
    let count: u64 = (0..TASKS)
        .map(|task| {
            deposits.partition_offsets(task).unwrap().end
                + transfers.partition_offsets(task).unwrap().end
        })
        .sum();
    cluster.wait_for_microbatch_processed_count(BankTransferModule::banking, count).unwrap();
}

/// The child: appends with acknowledgements, one line of output for each, until it is killed. Does
/// nothing when run as a test.
#[test]
fn child_process() {
    let Ok(dir) = std::env::var(DIR) else { return };
    let round: u64 = std::env::var(ROUND).unwrap().parse().unwrap();
    let hold = std::env::var(HOLD).is_ok();
    let say = |line: String| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{line}").unwrap();
        out.flush().unwrap();
    };
    let prepared = AtomicU64::new(0);
    let cluster = InProcessCluster::builder()
        .data_dir(dir)
        .microbatch_max_records(5)
        .log_options(LogOptions::default().segment_bytes(5_000))
        // Not so small that a slow disk falls ever further behind.
        .storage_options(small_storage(4_000).depot_segment_bytes(20_000))
        .event_hook(move |event| match event {
            ClusterEvent::Prepared { .. }
                if hold && prepared.fetch_add(1, Ordering::SeqCst) == 2 =>
            {
                say("prepared".to_owned());
                // The commit never comes: the parent kills us here.
                loop {
                    std::thread::park();
                }
            }
            ClusterEvent::CheckpointBegun { .. } => say("begun".to_owned()),
            ClusterEvent::Checkpointed { .. } => say("checkpointed".to_owned()),
            ClusterEvent::CheckpointFailed { error } => say(format!("failed {error:?}")),
            ClusterEvent::AttemptFailed { failure } => say(format!("failed {failure:?}")),
            _ => {}
        })
        .build()
        .unwrap();
    cluster.launch(BankTransferModule, TASKS, 2).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..2_u64 {
            let cluster = &cluster;
            scope.spawn(move || {
                let deposits = cluster.depot(BankTransferModule::deposit_depot);
                let transfers = cluster.depot(BankTransferModule::transfer_depot);
                let mut random = fastrand::Rng::with_seed(round * 2 + thread);
                for number in 0_u64.. {
                    let from = random.i64(0..10);
                    if random.u8(..3) == 0 {
                        let amt = 1 + (round * 1_000_000 + number * 2 + thread) as i64;
                        deposits.append(Deposit { user_id: from, amt }).unwrap();
                        say(format!("deposit {amt}"));
                    } else {
                        let id = format!("{round}-{thread}-{number}");
                        let to = (from + random.i64(1..10)) % 10;
                        let amt = random.i64(1..=1 + round as i64 * 500_000);
                        transfers.append(transfer(&id, from, to, amt)).unwrap();
                        say(format!("transfer {id}"));
                    }
                }
            });
        }
    });
}

/// Kills the child even if an assertion fails.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// When a child is killed.
#[derive(Clone, Copy, PartialEq)]
enum Kill {
    /// When so many appends were acknowledged, and five checkpoints made.
    After(usize),
    /// Between prepare and commit.
    Prepared,
    /// So many microseconds after a checkpoint began, when five were made.
    Checkpoint(u64),
}

/// Runs a child until it is killed; says how many checkpoints it made, and whether it died in one.
fn run_child(dir: &std::path::Path, round: u64, kill: Kill, acked: &mut Acked) -> (usize, bool) {
    let hold = kill == Kill::Prepared;
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "child_process", "--nocapture"]).stdout(Stdio::piped());
    command.env(DIR, dir).env(ROUND, round.to_string());
    if hold {
        command.env(HOLD, "1");
    }
    let mut child = Killed(command.spawn().unwrap());
    let output = BufReader::new(child.0.stdout.take().unwrap());
    let mut seen = 0;
    let mut held = false;
    let (mut checkpoints, mut in_checkpoint) = (0, false);
    for line in output.lines() {
        let line = line.unwrap();
        if let Some(amt) = line.strip_prefix("deposit ") {
            acked.deposits.push(amt.parse().unwrap());
        } else if let Some(id) = line.strip_prefix("transfer ") {
            acked.transfers.push(id.to_owned());
        } else if line == "prepared" {
            held = true;
            seen = 0;
            continue;
        } else if line == "begun" {
            in_checkpoint = true;
            if let Kill::Checkpoint(micros) = kill
                && checkpoints >= 5
            {
                let begun = std::time::Instant::now();
                while begun.elapsed().as_micros() < u128::from(micros) {
                    std::hint::spin_loop();
                }
                child.0.kill().unwrap();
                child.0.wait().unwrap();
            }
            continue;
        } else if line == "checkpointed" {
            (checkpoints, in_checkpoint) = (checkpoints + 1, false);
            continue;
        } else {
            assert!(!line.starts_with("failed "), "{line}");
            continue;
        }
        seen += 1;
        // Acknowledgements of appends that began after the prepare stood behind it in the log: once
        // a few of those are here, what was prepared is on disk, and its commit is not.
        let is_time = match kill {
            Kill::After(lines) => seen >= lines && checkpoints >= 5,
            Kill::Prepared => held && seen >= 5,
            Kill::Checkpoint(_) => false,
        };
        if is_time {
            // Lines that are already in the pipe are acknowledgements too: they are read on.
            child.0.kill().unwrap();
            child.0.wait().unwrap();
        }
    }
    assert!(!hold || held, "the child died before it prepared anything");
    (checkpoints, in_checkpoint)
}

#[test]
fn killed_at_any_moment_nothing_acknowledged_is_lost_or_doubled() {
    let dir = tempfile::tempdir().unwrap();
    let mut acked = Acked::default();
    let mut random = fastrand::Rng::with_seed(1);
    let (mut checkpoints, mut deaths_in_checkpoints) = (0, 0);
    for round in 0..100_u64 {
        let kill = match round % 5 {
            0 => Kill::Prepared,
            1 | 2 => Kill::Checkpoint(random.u64(0..6_000)),
            _ => Kill::After(random.usize(1..100)),
        };
        let hold = kill == Kill::Prepared;
        let (made, died_in_one) = run_child(dir.path(), round, kill, &mut acked);
        checkpoints += made;
        deaths_in_checkpoints += usize::from(died_in_one);
        let attempts = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&attempts);
        let cluster = InProcessCluster::builder()
            .data_dir(dir.path())
            .storage_options(small_storage(1_000 + round * 100))
            .event_hook(move |event| {
                if let ClusterEvent::Planned { attempt, .. } = event {
                    seen.lock().unwrap().push(*attempt);
                }
            })
            .build()
            .unwrap();
        cluster.launch(BankTransferModule, TASKS, 1 + round as usize % 2).unwrap();
        wait_for_all(&cluster);
        if hold {
            let first = attempts.lock().unwrap()[0];
            assert!(first > 1, "the microbatch that was prepared is tried again");
        }
        let bank = read_bank(&cluster);
        check_acked(&bank, &acked);
        check_bank(&bank);
        cluster.close().unwrap();
    }
    println!("{checkpoints} checkpoints, {deaths_in_checkpoints} deaths in one");
    assert!(acked.transfers.len() > 500, "only {} transfers", acked.transfers.len());
    assert!(checkpoints >= 300, "only {checkpoints} checkpoints");
    assert!(deaths_in_checkpoints >= 10, "only {deaths_in_checkpoints} deaths in checkpoints");
    let segments = std::fs::read_dir(dir.path().join("log")).unwrap().count();
    assert!(segments < 20, "the log was not cut: {segments} segments");
}

/// Lives of a cluster on a disk whose power is cut at random steps: four at least, and as many as it
/// takes for five checkpoints. What the last one left is looked at, too. How many checkpoints there were.
fn power_cuts(seed: u64) -> u64 {
    let checkpoints = Arc::new(AtomicU64::new(0));
    let mut random = fastrand::Rng::with_seed(seed);
    let mut acked = Acked::default();
    let mut disk = MemDisk::new();
    for round in 0.. {
        let cut = Arc::new(AtomicBool::new(false));
        // Some lives end between prepare and commit.
        let hold = random.bool();
        let (at, prepared) = (random.u64(..3), AtomicU64::new(0));
        let flag = Arc::clone(&cut);
        let made = Arc::clone(&checkpoints);
        let cluster = InProcessCluster::builder()
            .disk(Arc::new(disk.clone()))
            .data_dir("/data")
            .simulated(random.u64(..))
            .microbatch_max_records(random.u64(1..6))
            .log_options(LogOptions::default().segment_bytes(random.u64(200..2_000)))
            .storage_options(small_storage(random.u64(100..800)))
            .event_hook(move |event| match event {
                ClusterEvent::Prepared { .. }
                    if hold && prepared.fetch_add(1, Ordering::SeqCst) == at =>
                {
                    flag.store(true, Ordering::SeqCst);
                }
                ClusterEvent::Checkpointed { .. } => {
                    made.fetch_add(1, Ordering::SeqCst);
                }
                _ => {}
            })
            .build()
            .unwrap();
        cluster.launch(BankTransferModule, TASKS, random.usize(1..=TASKS)).unwrap();
        wait_for_all(&cluster);
        let bank = read_bank(&cluster);
        check_acked(&bank, &acked);
        check_bank(&bank);
        if round >= 4 && checkpoints.load(Ordering::SeqCst) >= 5 {
            break;
        }
        assert!(round < 200, "no 5 checkpoints in so many lives");
        let deposits = cluster.depot(BankTransferModule::deposit_depot);
        let transfers = cluster.depot(BankTransferModule::transfer_depot);
        if random.bool() {
            // In the middle of whatever a component does to the disk.
            disk.faults().power_off_after(Some(random.u64(1..400)));
        }
        let appends = random.i64(1..40);
        for number in 0..appends {
            if cut.load(Ordering::SeqCst) {
                break;
            }
            let level = if random.bool() { AckLevel::Ack } else { AckLevel::None };
            let from = random.i64(0..6);
            if random.u8(..3) == 0 {
                // One alone, or some together, which live on several tasks.
                let amt = 1 + round * 1_000 + number;
                let amts: Vec<i64> =
                    (0..random.i64(1..5)).map(|more| amt + more * 1_000_000).collect();
                let each = (from..).zip(&amts).map(|(user_id, amt)| Deposit { user_id, amt: *amt });
                let appended = match amts.len() {
                    1 => deposits.append_with(Deposit { user_id: from, amt }, level),
                    _ => deposits.append_all_with(each, level),
                };
                if appended.is_err() {
                    break; // the power is off
                }
                if level == AckLevel::Ack {
                    acked.deposits.extend(amts);
                }
            } else {
                let id = format!("{round}-{number}");
                let (to, amt) = ((from + random.i64(1..6)) % 6, random.i64(1..2_000));
                if transfers.append_with(transfer(&id, from, to, amt), level).is_err() {
                    break;
                }
                if level == AckLevel::Ack {
                    acked.transfers.push(id);
                }
            }
            for _ in 0..random.usize(..30) {
                if cut.load(Ordering::SeqCst) {
                    break;
                }
                cluster.simulate(1);
            }
        }
        let after = disk.crash(&mut random);
        cluster.kill();
        disk = after;
    }
    checkpoints.load(Ordering::SeqCst)
}

#[test]
fn power_cuts_that_tear_unsynced_writes_lose_nothing_acknowledged() {
    let seeds = std::env::var(SEEDS).map_or(200, |seeds| seeds.parse().unwrap());
    let mut checkpoints = 0;
    for seed in 0..seeds {
        match std::panic::catch_unwind(|| power_cuts(seed)) {
            Ok(made) => checkpoints += made,
            Err(_) => panic!("seed {seed}"),
        }
    }
    println!("{seeds} seeds, {checkpoints} checkpoints");
}
