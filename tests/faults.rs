//! Faults in user code, on the disk, and in what a data directory holds: each is a clear error, the
//! process lives on, and nothing is lost or done twice.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use common::{BankTransferModule, Deposit, check_bank, check_known_case, known_case, read_bank};
use rama::disk::MemDisk;
use rama::log::LogOptions;
use rama::{
    AckLevel, AppendError, ClusterEvent, InProcessCluster, LaunchError, PMap, StorageOptions,
    WaitError, defmodule,
};

/// Panics for the number 13 while the budget lasts.
static BUDGET: AtomicI64 = AtomicI64::new(0);

fn unlucky(number: i64) -> i64 {
    if number == 13 && BUDGET.fetch_sub(1, Ordering::SeqCst) > 0 {
        panic!("{number} is unlucky");
    }
    number
}

defmodule! {
    /// Counts numbers, and panics over some.
    pub module UnluckyModule {
        depot *numbers: i64, hash_by(identity);

        microbatch counting {
            pstate $$counts: PMap<i64, i64>;

            sources! {
                source> *numbers :> %microbatch;
                %microbatch() :> *number;
                +compound $$counts { *number => +count() };
                |hash(*number + 1);
                unlucky(*number) :> *same;
                +compound $$counts { *same + 1_000 => +count() };
            }
        }
    }
}

fn identity(number: &i64) -> i64 {
    *number
}

fn counts(cluster: &InProcessCluster, tasks: usize) -> Vec<(i64, i64)> {
    let counts = cluster.pstate(UnluckyModule::counts);
    let mut all: Vec<_> =
        (0..tasks).flat_map(|task| counts.at_task(task).select(|p| p.all()).unwrap()).collect();
    all.sort();
    all
}

/// One test, since the budget of panics is one.
#[test]
fn a_panic_fails_the_attempt_with_its_place_and_the_retry_is_exactly_once() {
    for (tasks, threads) in [(1, 1), (4, 2), (16, 4)] {
        // Two failures, then it works.
        BUDGET.store(2, Ordering::SeqCst);
        let cluster = InProcessCluster::temporary().unwrap();
        cluster.launch(UnluckyModule, tasks, threads).unwrap();
        let numbers = cluster.depot(UnluckyModule::numbers);
        for number in 0..50 {
            numbers.append_with(number, AckLevel::None).unwrap();
        }
        cluster.wait_for_microbatch_processed_count(UnluckyModule::counting, 50).unwrap();
        let expected: Vec<(i64, i64)> =
            (0..50).map(|n| (n, 1)).chain((1_000..1_050).map(|n| (n, 1))).collect();
        assert_eq!(counts(&cluster, tasks), expected);

        // For ever: waiting says why, and names everything.
        BUDGET.store(i64::MAX, Ordering::SeqCst);
        // So many before it that it is not among the first that are run together.
        numbers.append_all(std::iter::repeat_n(7, 600).chain([13])).unwrap();
        let error =
            cluster.wait_for_microbatch_processed_count(UnluckyModule::counting, 651).unwrap_err();
        let WaitError::Failing { failure, .. } = &error else { panic!("{error}") };
        assert_eq!(failure.module, "UnluckyModule");
        assert_eq!(failure.topology, "counting");
        assert_eq!(failure.message, "panic: 13 is unlucky");
        assert_eq!(failure.statement, "unlucky(*number) :> *same");
        let line = include_str!("faults.rs")
            .lines()
            .position(|line| line.trim() == "unlucky(*number) :> *same;")
            .unwrap();
        assert_eq!(failure.location, Some(format!("tests/faults.rs:{}", line + 1)));
        let record = failure.record.as_ref().unwrap();
        assert_eq!(record.depot, "numbers");
        let depot = numbers.read(record.partition as usize, record.offset..record.offset + 1);
        assert_eq!(depot.unwrap(), [13]);
        if tasks == 1 {
            assert_eq!(record.offset, 650);
        }
        // Nothing of failed attempts is visible, appends go on, and it recovers by itself.
        numbers.append(8).unwrap();
        assert!(counts(&cluster, tasks).iter().all(|(n, count)| *n != 1_013 || *count == 1));
        BUDGET.store(0, Ordering::SeqCst);
        cluster.wait_for_microbatch_processed_count(UnluckyModule::counting, 652).unwrap();
        for (number, count) in counts(&cluster, tasks) {
            let expected = match number {
                7 | 1_007 => 601,
                8 | 13 | 1_008 | 1_013 => 2,
                _ => 1,
            };
            assert_eq!(count, expected, "{number}");
        }
        let status = cluster.microbatch_status(UnluckyModule::counting).unwrap();
        assert_eq!((status.failed_attempts, status.last_failure.is_none()), (0, true));
    }
}

defmodule! {
    /// Updates what may be absent.
    pub module AbsentModule {
        depot *numbers: i64, random;
        depot *closed: i64, disallow;

        microbatch updating {
            pstate $$values: PMap<i64, i64>;

            sources! {
                source> *numbers :> %microbatch;
                %microbatch() :> *number;
                local_transform> $$values.key(*number).term(|v| v + 1);
            }
        }
    }
}

#[test]
fn an_error_of_a_path_fails_the_attempt_like_a_panic() {
    let cluster = InProcessCluster::temporary().unwrap();
    cluster.launch(AbsentModule, 2, 1).unwrap();
    cluster.depot(AbsentModule::numbers).append(5).unwrap();
    let error = cluster
        .wait_for_microbatch_processed_count(AbsentModule::updating, 1)
        .unwrap_err()
        .to_string();
    assert!(error.contains("`term` on an absent value"), "{error}");
    assert!(error.contains("local_transform> $$values.key(*number).term(|v| v + 1)"), "{error}");
    let error = cluster.depot(AbsentModule::closed).append(1).unwrap_err();
    assert!(matches!(error, AppendError::Disallowed { depot: "closed" }), "{error}");
}

/// All files below a directory with their contents.
fn contents(dir: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(contents(&path));
        } else {
            files.push((path.clone(), std::fs::read(&path).unwrap()));
        }
    }
    files.sort();
    files
}

fn launch_error<M: rama::Module>(dir: &Path, module: M, tasks: usize) -> LaunchError {
    let before = contents(dir);
    let cluster = InProcessCluster::open(dir).unwrap();
    let error = cluster.launch(module, tasks, 1).unwrap_err();
    drop(cluster);
    let after = contents(dir);
    let names = |files: &[(std::path::PathBuf, Vec<u8>)]| -> Vec<String> {
        files.iter().map(|(path, bytes)| format!("{} {}", path.display(), bytes.len())).collect()
    };
    assert_eq!(names(&after), names(&before), "the failed launch changed something: {error}");
    assert!(after == before, "the failed launch changed something: {error}");
    error
}

/// The bank module as it might have been written at another time.
mod changed {
    pub mod record {
        use rama::{PMap, Record, defmodule};
        use serde::{Deserialize, Serialize};

        /// Fields swapped: postcard alone would not notice.
        #[derive(Clone, Serialize, Deserialize, Record)]
        pub struct Deposit {
            pub amt: i64,
            pub user_id: i64,
        }

        defmodule! {
            pub module BankTransferModule {
                depot *transfer_depot: crate::common::Transfer, hash_by(.from_user_id);
                depot *deposit_depot: Deposit, hash_by(.user_id);
                microbatch banking {
                    pstate $$funds: PMap<i64, i64>;
                    pstate $$outgoing: PMap<i64, PMap<String, crate::common::Outgoing>>;
                    pstate $$incoming: PMap<i64, PMap<String, crate::common::Incoming>>;
                    sources! {
                        source> *transfer_depot :> %microbatch;
                        %microbatch() :> _;
                        source> *deposit_depot :> %microbatch;
                        %microbatch() :> _;
                    }
                }
            }
        }
    }

    pub mod pstate {
        use rama::{PMap, defmodule};

        use crate::common::{Deposit, Incoming, Outgoing, Transfer};

        defmodule! {
            pub module BankTransferModule {
                depot *transfer_depot: Transfer, hash_by(.from_user_id);
                depot *deposit_depot: Deposit, hash_by(.user_id);
                microbatch banking {
                    pstate $$funds: PMap<i64, String>;
                    pstate $$outgoing: PMap<i64, PMap<String, Outgoing>>;
                    pstate $$incoming: PMap<i64, PMap<String, Incoming>>;
                    sources! {
                        source> *transfer_depot :> %microbatch;
                        %microbatch() :> _;
                        source> *deposit_depot :> %microbatch;
                        %microbatch() :> _;
                    }
                }
            }
        }
    }
}

#[test]
fn a_directory_that_does_not_fit_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let cluster = InProcessCluster::open(dir.path()).unwrap();
    cluster.launch(BankTransferModule, 4, 2).unwrap();
    known_case(&cluster, AckLevel::Ack);

    // In use, by this process or another.
    let other = InProcessCluster::open(dir.path()).unwrap();
    let error = other.launch(BankTransferModule, 4, 1).unwrap_err().to_string();
    assert!(error.contains("is in use by another process"), "{error}");
    cluster.close().unwrap();

    let dir = dir.path();
    let error = launch_error(dir, UnluckyModule, 4).to_string();
    assert!(
        error.contains("belongs to module BankTransferModule, not to UnluckyModule"),
        "{error}"
    );
    let error = launch_error(dir, BankTransferModule, 8).to_string();
    assert!(error.contains("has 4 tasks, and the task count cannot be changed to 8"), "{error}");
    let error = launch_error(dir, changed::record::BankTransferModule, 4).to_string();
    assert!(error.contains("depot *deposit_depot changed"), "{error}");
    assert!(
        error.contains("user_id: i64, amt: i64") && error.contains("amt: i64, user_id: i64"),
        "{error}"
    );
    let error = launch_error(dir, changed::pstate::BankTransferModule, 4).to_string();
    assert!(error.contains("PState $$funds changed"), "{error}");
    assert!(error.contains("PMap<i64, i64>") && error.contains("PMap<i64, String>"), "{error}");

    // Another format version, and a damaged manifest.
    let manifest = dir.join("MANIFEST");
    let good = std::fs::read(&manifest).unwrap();
    let mut newer = good.clone();
    newer[8] = 99;
    std::fs::write(&manifest, &newer).unwrap();
    let error = launch_error(dir, BankTransferModule, 4).to_string();
    assert!(error.contains("has format version 99"), "{error}");
    let mut damaged = good.clone();
    *damaged.last_mut().unwrap() ^= 1;
    std::fs::write(&manifest, &damaged).unwrap();
    let error = launch_error(dir, BankTransferModule, 4).to_string();
    assert!(error.contains("is damaged"), "{error}");
    std::fs::write(&manifest, &good).unwrap();

    // After all of this it opens as before.
    let cluster = InProcessCluster::open(dir).unwrap();
    cluster.launch(BankTransferModule, 4, 2).unwrap();
    check_known_case(&cluster);
}

#[test]
fn a_directory_with_other_files_is_not_taken() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("letter.txt"), "dear reader").unwrap();
    let error = launch_error(dir.path(), BankTransferModule, 4).to_string();
    assert!(
        error.contains("is not empty and not a data directory: it holds `letter.txt`"),
        "{error}"
    );
}

#[test]
fn impossible_parallelism_is_refused() {
    let cluster = InProcessCluster::temporary().unwrap();
    for (tasks, threads) in [(0, 1), (3, 1), (4, 0), (4, 5)] {
        let error = cluster.launch(BankTransferModule, tasks, threads).unwrap_err();
        assert!(matches!(error, LaunchError::Parallelism { .. }), "{error}");
    }
    cluster.launch(BankTransferModule, 4, 4).unwrap();
    let error = cluster.launch(UnluckyModule, 4, 4).unwrap_err();
    assert!(matches!(error, LaunchError::AlreadyLaunched { .. }), "{error}");
}

#[test]
fn a_full_disk_refuses_appends_loses_nothing_and_recovers_when_space_returns() {
    for seed in 0..40 {
        let disk = MemDisk::new();
        let cluster = InProcessCluster::builder()
            .disk(Arc::new(disk.clone()))
            .data_dir("/data")
            .simulated(seed)
            .microbatch_max_records(3)
            // Space written ahead would outlast the fault.
            .log_options(LogOptions::default().preallocate(0))
            .client_timeout(std::time::Duration::from_secs(2))
            .build()
            .unwrap();
        cluster.launch(BankTransferModule, 4, 2).unwrap();
        let deposits = cluster.depot(BankTransferModule::deposit_depot);
        disk.faults().capacity(Some(disk.used() + 600));
        let (mut acked, mut unknown, mut refused) = (0, 0, 0);
        for number in 0..100 {
            match deposits.append(Deposit { user_id: number % 7, amt: 1 }) {
                Ok(()) => acked += 1,
                Err(AppendError::Refused { source, .. }) => {
                    assert!(source.to_string().contains("/data"), "{source} names the directory");
                    refused += 1;
                }
                Err(AppendError::Unknown { source, .. }) => {
                    assert!(source.to_string().contains("/data"), "{source} names the directory");
                    unknown += 1;
                }
                Err(error) => panic!("seed {seed}: {error}"),
            }
        }
        assert!(acked > 0 && refused > 0, "seed {seed}: {acked} {unknown} {refused}");
        disk.faults().capacity(None);
        // The log finds the space by itself.
        let mut tries = 1;
        while deposits.append(Deposit { user_id: 0, amt: 1 }).is_err() {
            cluster.simulate(10);
            tries += 1;
        }
        cluster.sync().unwrap();
        let count = (0..4).map(|task| deposits.partition_offsets(task).unwrap().end).sum();
        assert!(count > acked && count <= acked + unknown + tries, "seed {seed}");
        cluster.wait_for_microbatch_processed_count(BankTransferModule::banking, count).unwrap();
        let bank = read_bank(&cluster);
        check_bank(&bank);
        cluster.close().unwrap();

        let cluster = InProcessCluster::builder()
            .disk(Arc::new(disk.clone()))
            .data_dir("/data")
            .simulated(seed)
            .build()
            .unwrap();
        cluster.launch(BankTransferModule, 4, 2).unwrap();
        cluster.wait_for_microbatch_processed_count(BankTransferModule::banking, count).unwrap();
        assert_eq!(read_bank(&cluster), bank, "seed {seed}");
    }
}

#[test]
fn after_a_failed_sync_the_module_is_opened_again_and_what_was_acknowledged_is_there() {
    for seed in 0..40 {
        let disk = MemDisk::new();
        let reopened = Arc::new(AtomicI64::new(0));
        let count_reopened = Arc::clone(&reopened);
        let cluster = InProcessCluster::builder()
            .disk(Arc::new(disk.clone()))
            .data_dir("/data")
            .simulated(seed)
            .event_hook(move |event| {
                if let ClusterEvent::Reopened = event {
                    count_reopened.fetch_add(1, Ordering::SeqCst);
                }
            })
            .build()
            .unwrap();
        cluster.launch(BankTransferModule, 4, 2).unwrap();
        let deposits = cluster.depot(BankTransferModule::deposit_depot);
        let funds = cluster.pstate(BankTransferModule::funds);
        let mut acked = 0;
        for number in 0..10 + seed as i64 {
            deposits.append(Deposit { user_id: number, amt: 1 }).unwrap();
            acked += 1;
        }
        disk.faults().fail_sync(1);
        let error = deposits.append(Deposit { user_id: 0, amt: 1 }).unwrap_err();
        assert!(matches!(error, AppendError::Unknown { .. }), "{error}");
        assert_eq!(reopened.load(Ordering::SeqCst), 0);
        // The same client goes on.
        deposits.append(Deposit { user_id: 0, amt: 1 }).unwrap();
        acked += 1;
        assert_eq!(reopened.load(Ordering::SeqCst), 1);
        let count = (0..4).map(|task| deposits.partition_offsets(task).unwrap().end).sum();
        assert!(count == acked || count == acked + 1, "seed {seed}: {count} of {acked}");
        cluster.wait_for_microbatch_processed_count(BankTransferModule::banking, count).unwrap();
        assert_eq!(funds.select_one(|p| p.key(1)).unwrap(), Some(1));
        check_bank(&read_bank(&cluster));
        cluster.close().unwrap();
    }
}

#[test]
fn on_threads_too_the_module_is_opened_again_and_a_paused_topology_stays_paused() {
    let disk = MemDisk::new();
    let (reopened, wait) = std::sync::mpsc::channel();
    let cluster = InProcessCluster::builder()
        .disk(Arc::new(disk.clone()))
        .data_dir("/data")
        .event_hook(move |event| match event {
            ClusterEvent::Reopened => reopened.send(None).unwrap(),
            ClusterEvent::ReopenFailed { error } => reopened.send(Some(error.to_string())).unwrap(),
            _ => {}
        })
        .build()
        .unwrap();
    cluster.launch(BankTransferModule, 4, 2).unwrap();
    let deposits = cluster.depot(BankTransferModule::deposit_depot);
    let mut acked = 0;
    for round in 0..5 {
        cluster.pause_microbatch_topology(BankTransferModule::banking).unwrap();
        for _ in 0..10 {
            deposits.append(Deposit { user_id: round, amt: 1 }).unwrap();
            acked += 1;
        }
        disk.faults().fail_sync(1);
        let error = deposits.append(Deposit { user_id: 0, amt: 1 }).unwrap_err();
        assert!(matches!(error, AppendError::Unknown { .. }), "{error}");
        while let Some(error) = wait.recv().unwrap() {
            println!("not yet: {error}");
        }
        let status = cluster.microbatch_status(BankTransferModule::banking).unwrap();
        assert!(status.paused);
        cluster.resume_microbatch_topology(BankTransferModule::banking).unwrap();
        let count: u64 = (0..4).map(|task| deposits.partition_offsets(task).unwrap().end).sum();
        assert!((acked..=acked + round as u64 + 1).contains(&count), "{count} of {acked}");
        cluster.wait_for_microbatch_processed_count(BankTransferModule::banking, count).unwrap();
        check_bank(&read_bank(&cluster));
    }
    cluster.close().unwrap();
}

#[test]
fn a_directory_that_lost_its_manifest_or_its_log_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let aside = dir.path();
    let dir = &aside.join("data");
    let cluster = InProcessCluster::open(dir).unwrap();
    cluster.launch(BankTransferModule, 4, 2).unwrap();
    known_case(&cluster, AckLevel::Ack);
    cluster.close().unwrap();
    let (manifest, log) = (dir.join("MANIFEST"), dir.join("log"));
    let (manifest_aside, log_aside) = (aside.join("MANIFEST"), aside.join("log"));

    std::fs::rename(&manifest, &manifest_aside).unwrap();
    for tasks in [4, 8] {
        let error = launch_error(dir, BankTransferModule, tasks).to_string();
        assert!(
            error.contains("not a data directory: it holds `state.redb` but no manifest"),
            "{error}"
        );
    }
    std::fs::rename(&manifest_aside, &manifest).unwrap();

    std::fs::rename(&log, &log_aside).unwrap();
    let error = launch_error(dir, BankTransferModule, 4).to_string();
    assert!(error.contains("has lost its log"), "{error}");
    std::fs::create_dir(&log).unwrap();
    let error = launch_error(dir, BankTransferModule, 4).to_string();
    assert!(error.contains("has lost its log"), "{error}");
    let segment = std::fs::read_dir(&log_aside).unwrap().next().unwrap().unwrap().file_name();
    std::fs::write(log.join(segment), "").unwrap();
    let error = launch_error(dir, BankTransferModule, 4).to_string();
    assert!(error.contains("has lost its log"), "{error}");
    std::fs::remove_dir_all(&log).unwrap();
    std::fs::rename(&log_aside, &log).unwrap();

    let cluster = InProcessCluster::open(dir).unwrap();
    cluster.launch(BankTransferModule, 4, 2).unwrap();
    check_known_case(&cluster);
}

#[test]
fn settings_without_limits_mean_no_limit() {
    let unlimited = InProcessCluster::builder()
        .microbatch_max_records(u64::MAX)
        .emit_max_records(u64::MAX)
        .in_flight_bytes(usize::MAX)
        .fan_out_limit(usize::MAX)
        .client_timeout(std::time::Duration::MAX);
    let simulated = unlimited.clone().disk(Arc::new(MemDisk::new())).data_dir("/d").simulated(1);
    for builder in [unlimited, simulated] {
        let cluster = builder.build().unwrap();
        cluster.launch(BankTransferModule, 4, 2).unwrap();
        known_case(&cluster, AckLevel::Ack);
    }
}

/// Panics when dropped while the switch is on.
mod dropping {
    use std::sync::atomic::{AtomicBool, Ordering};

    use rama::{Record, defmodule};
    use serde::{Deserialize, Serialize};

    pub static PANIC: AtomicBool = AtomicBool::new(false);

    #[derive(Clone, Serialize, Deserialize, Record)]
    pub struct Fragile(pub i64);

    impl Drop for Fragile {
        fn drop(&mut self) {
            if PANIC.load(Ordering::SeqCst) && !std::thread::panicking() {
                panic!("dropped {}", self.0);
            }
        }
    }

    defmodule! {
        pub module FragileModule {
            depot *numbers: i64, random;
            microbatch counting {
                pstate $$sums: rama::PMap<i64, i64>;
                sources! {
                    source> *numbers :> %mb;
                    %mb() :> *number;
                    Fragile(*number) :> *fragile;
                    |all();
                    +compound $$sums { 0_i64 => +sum(*fragile.0) };
                }
            }
        }
    }
}

#[test]
fn a_value_that_panics_when_dropped_fails_the_attempt_and_not_the_thread() {
    use dropping::{FragileModule, PANIC};
    let cluster = InProcessCluster::temporary().unwrap();
    cluster.launch(FragileModule, 4, 2).unwrap();
    PANIC.store(true, Ordering::SeqCst);
    let numbers = cluster.depot(FragileModule::numbers);
    for number in 0..20 {
        numbers.append(number).unwrap();
    }
    let error =
        cluster.wait_for_microbatch_processed_count(FragileModule::counting, 20).unwrap_err();
    assert!(error.to_string().contains("panic: dropped "), "{error}");
    PANIC.store(false, Ordering::SeqCst);
    cluster.wait_for_microbatch_processed_count(FragileModule::counting, 20).unwrap();
    let sums = cluster.pstate(FragileModule::sums);
    for task in 0..4 {
        assert_eq!(sums.at_task(task).select(|p| p.all()).unwrap(), [(0, 190)]);
    }
}

#[test]
fn a_damaged_log_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let cluster = InProcessCluster::open(dir.path()).unwrap();
    cluster.launch(BankTransferModule, 4, 2).unwrap();
    known_case(&cluster, AckLevel::Ack);
    cluster.close().unwrap();
    let log = dir.path().join("log");
    let segment = std::fs::read_dir(log).unwrap().next().unwrap().unwrap().path();
    let good = std::fs::read(&segment).unwrap();
    let end = good.iter().rposition(|byte| *byte != 0).unwrap();
    for at in (0..=end).step_by(7) {
        let mut damaged = good.clone();
        damaged[at] ^= 1 << (at % 8);
        std::fs::write(&segment, &damaged).unwrap();
        // The very end is the mark of a clean close: without it everything is still there.
        if at > end - 8 {
            continue;
        }
        let error = launch_error(dir.path(), BankTransferModule, 4);
        assert!(matches!(error, LaunchError::Log { .. }), "byte {at}: {error}");
    }
    std::fs::write(&segment, &good).unwrap();
    let cluster = InProcessCluster::open(dir.path()).unwrap();
    cluster.launch(BankTransferModule, 4, 2).unwrap();
    check_known_case(&cluster);
}

mod unwritable {
    use std::sync::Mutex;

    use rama::{PMap, Record, Untracked, defmodule};
    use serde::{Deserialize, Serialize, Serializer};

    /// Threads whose name ends so cannot write the rows of a checkpoint.
    pub static UNABLE: Mutex<Option<&str>> = Mutex::new(None);

    fn unless_unable<S: Serializer>(number: &i64, serializer: S) -> Result<S::Ok, S::Error> {
        let unable = *UNABLE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let thread = std::thread::current();
        if unable.is_some_and(|unable| thread.name().is_some_and(|name| name.ends_with(unable))) {
            panic!("{number} cannot be written");
        }
        serializer.serialize_i64(*number)
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Record)]
    pub struct Amount(#[serde(serialize_with = "unless_unable")] pub i64);

    defmodule! {
        pub module Histories {
            depot *numbers: i64, hash_by(identity);

            microbatch noting {
                pstate $$notes: PMap<i64, PMap<i64, Amount, Untracked>>;

                sources! {
                    source> *numbers :> %microbatch;
                    %microbatch() :> *number;
                    local_transform> $$notes.key(*number).key(0).termval(Amount(*number));
                    local_transform> $$notes.key(*number).key(1).termval(Amount(-*number));
                }
            }
        }
    }

    fn identity(number: &i64) -> i64 {
        *number
    }
}

#[test]
fn a_panic_while_a_checkpoint_is_written_stops_the_module_and_loses_nothing() {
    use unwritable::{Amount, Histories, UNABLE};
    // Two threads write.
    for unable in [" checkpoints", " checkpoints 2"] {
        let dir = tempfile::tempdir().unwrap();
        let open = || {
            let cluster = InProcessCluster::builder()
                .data_dir(dir.path())
                .storage_options(StorageOptions::default().checkpoint_log_bytes(2_000))
                .build()
                .unwrap();
            cluster.launch(Histories, 2, 2).unwrap();
            cluster
        };
        let cluster = open();
        *UNABLE.lock().unwrap() = Some(unable);
        let mut acked = Vec::new();
        let numbers = cluster.depot(Histories::numbers);
        while acked.len() < 500 && numbers.append(acked.len() as i64).is_ok() {
            acked.push(acked.len() as i64);
        }
        let error =
            cluster.wait_for_microbatch_processed_count(Histories::noting, 1_000).unwrap_err();
        assert!(matches!(error, WaitError::Stopped { .. }), "{error}");
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.contains("cannot be written"), "{unable}: {source}");
        *UNABLE.lock().unwrap() = None;
        cluster.kill();

        let cluster = open();
        let processed = acked.len() as u64;
        cluster.wait_for_microbatch_processed_count(Histories::noting, processed).unwrap();
        let notes = cluster.pstate(Histories::notes);
        for number in acked {
            let found = notes.select(|p| p.key(number).all()).unwrap();
            assert_eq!(found, [(0, Amount(number)), (1, Amount(-number))], "{unable}");
        }
        cluster.close().unwrap();
    }
}
