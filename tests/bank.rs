//! The bank module end to end: the known case on every task count, on threads and under seeds, its
//! invariants under random loads, and what clients see.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use common::{
    BankTransferModule, Deposit, check_bank, check_known_case, known_case, read_bank, transfer,
};
use rama::disk::MemDisk;
use rama::{AckLevel, InProcessCluster, SelectError};

const PARALLELISM: [(usize, usize); 7] =
    [(1, 1), (2, 1), (2, 2), (4, 2), (8, 2), (16, 2), (16, 16)];

#[test]
fn known_case_on_threads() {
    for (tasks, threads) in PARALLELISM {
        for level in [AckLevel::None, AckLevel::AppendAck, AckLevel::Ack] {
            let cluster = InProcessCluster::temporary().unwrap();
            cluster.launch(BankTransferModule, tasks, threads).unwrap();
            known_case(&cluster, level);
            cluster.close().unwrap();
        }
    }
}

#[test]
fn known_case_under_a_thousand_seeds() {
    for seed in 0..1_000 {
        let (tasks, threads) = PARALLELISM[seed as usize % PARALLELISM.len()];
        let level = [AckLevel::None, AckLevel::Ack][seed as usize / 7 % 2];
        let cluster = InProcessCluster::builder()
            .disk(Arc::new(MemDisk::new()))
            .data_dir("/data")
            .simulated(seed)
            .microbatch_max_records(1 + seed % 5)
            .emit_max_records(1 + seed % 3)
            .build()
            .unwrap();
        cluster.launch(BankTransferModule, tasks, threads).unwrap();
        known_case(&cluster, level);
        cluster.close().unwrap();
    }
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let run = |seed: u64| {
        let events = Arc::new(std::sync::Mutex::new(Vec::new()));
        let seen = Arc::clone(&events);
        let cluster = InProcessCluster::builder()
            .disk(Arc::new(MemDisk::new()))
            .data_dir("/data")
            .simulated(seed)
            .microbatch_max_records(3)
            .event_hook(move |event| seen.lock().unwrap().push(format!("{event:?}")))
            .build()
            .unwrap();
        cluster.launch(BankTransferModule, 4, 2).unwrap();
        random_load(&cluster, seed, 50);
        cluster.close().unwrap();
        events.lock().unwrap().clone()
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7), run(8));
}

/// Deposits and transfers between a few accounts, some of which fail.
fn random_load(cluster: &InProcessCluster, seed: u64, count: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let deposits = cluster.depot(BankTransferModule::deposit_depot);
    let transfers = cluster.depot(BankTransferModule::transfer_depot);
    for number in 0..count {
        let from = random.i64(0..10);
        if random.u8(..4) == 0 {
            let deposit = Deposit { user_id: from, amt: random.i64(1..100) };
            deposits.append_with(deposit, AckLevel::None).unwrap();
        } else {
            let to = (from + random.i64(1..10)) % 10;
            let amt = random.i64(1..60);
            transfers.append_with(transfer(number, from, to, amt), AckLevel::None).unwrap();
        }
        cluster.simulate(random.usize(..5));
    }
    cluster.sync().unwrap();
    cluster.wait_for_microbatch_processed_count(BankTransferModule::banking, count).unwrap();
}

#[test]
fn random_loads_keep_the_invariants_on_threads() {
    for (tasks, threads) in PARALLELISM {
        let cluster = InProcessCluster::builder().microbatch_max_records(100).build().unwrap();
        cluster.launch(BankTransferModule, tasks, threads).unwrap();
        random_load(&cluster, tasks as u64, 3_000);
        check_bank(&read_bank(&cluster));
    }
}

#[test]
fn random_loads_keep_the_invariants_under_seeds() {
    for seed in 0..200 {
        let (tasks, threads) = PARALLELISM[seed as usize % PARALLELISM.len()];
        let cluster = InProcessCluster::builder()
            .disk(Arc::new(MemDisk::new()))
            .data_dir("/data")
            .simulated(seed)
            .microbatch_max_records(1 + seed % 20)
            .build()
            .unwrap();
        cluster.launch(BankTransferModule, tasks, threads).unwrap();
        random_load(&cluster, seed, 60);
        check_bank(&read_bank(&cluster));
    }
}

#[test]
fn closed_and_opened_again_everything_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let cluster = InProcessCluster::open(dir.path()).unwrap();
    cluster.launch(BankTransferModule, 4, 2).unwrap();
    known_case(&cluster, AckLevel::None);
    cluster.close().unwrap();
    for threads in [1, 2, 4] {
        let cluster = InProcessCluster::open(dir.path()).unwrap();
        cluster.launch(BankTransferModule, 4, threads).unwrap();
        cluster.wait_for_microbatch_processed_count(BankTransferModule::banking, 7).unwrap();
        check_known_case(&cluster);
        let status = cluster.microbatch_status(BankTransferModule::banking).unwrap();
        assert_eq!((status.processed, status.idle), (7, true));
        cluster.close().unwrap();
    }
}

#[test]
fn appends_that_were_not_processed_are_processed_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let cluster = InProcessCluster::open(dir.path()).unwrap();
    cluster.launch(BankTransferModule, 4, 2).unwrap();
    cluster.pause_microbatch_topology(BankTransferModule::banking).unwrap();
    let deposits = cluster.depot(BankTransferModule::deposit_depot);
    for user_id in 0..100 {
        deposits.append_with(Deposit { user_id, amt: 5 }, AckLevel::None).unwrap();
    }
    assert_eq!(cluster.microbatch_status(BankTransferModule::banking).unwrap().processed, 0);
    cluster.close().unwrap();
    let cluster = InProcessCluster::open(dir.path()).unwrap();
    cluster.launch(BankTransferModule, 4, 2).unwrap();
    cluster.wait_for_microbatch_processed_count(BankTransferModule::banking, 100).unwrap();
    let bank = read_bank(&cluster);
    assert_eq!(bank.funds.len(), 100);
    check_bank(&bank);
}

#[test]
fn a_paused_topology_processes_nothing_until_it_is_resumed() {
    let cluster = InProcessCluster::temporary().unwrap();
    cluster.launch(BankTransferModule, 2, 2).unwrap();
    cluster.pause_microbatch_topology(BankTransferModule::banking).unwrap();
    let deposits = cluster.depot(BankTransferModule::deposit_depot);
    deposits.append(Deposit { user_id: 1, amt: 5 }).unwrap();
    assert_eq!(cluster.microbatch_status(BankTransferModule::banking).unwrap().processed, 0);
    cluster.resume_microbatch_topology(BankTransferModule::banking).unwrap();
    cluster.wait_for_microbatch_processed_count(BankTransferModule::banking, 1).unwrap();
    let funds = cluster.pstate(BankTransferModule::funds);
    assert_eq!(funds.select_one(|p| p.key(1)).unwrap(), Some(5));
}

#[test]
fn async_appends_are_acknowledged_on_threads_and_under_simulation() {
    let simulated = InProcessCluster::builder()
        .disk(Arc::new(MemDisk::new()))
        .data_dir("/data")
        .simulated(3)
        .build()
        .unwrap();
    for cluster in [InProcessCluster::temporary().unwrap(), simulated] {
        cluster.launch(BankTransferModule, 4, 2).unwrap();
        let deposits = cluster.depot(BankTransferModule::deposit_depot);
        let futures: Vec<_> =
            (0..100).map(|user_id| deposits.append_async(Deposit { user_id, amt: 1 })).collect();
        for future in futures {
            cluster.block_on(future).unwrap().unwrap();
        }
        cluster.wait_for_microbatch_processed_count(BankTransferModule::banking, 100).unwrap();
        assert_eq!(read_bank(&cluster).funds.len(), 100);
    }
}

/// While money moves, each account pair's reads only ever see committed microbatches, and what a
/// reader has seen it never un-sees.
#[test]
fn readers_see_committed_state_that_never_goes_back() {
    let cluster = InProcessCluster::builder().microbatch_max_records(7).build().unwrap();
    cluster.launch(BankTransferModule, 4, 2).unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let outgoing = cluster.pstate(BankTransferModule::outgoing);
                let funds = cluster.pstate(BankTransferModule::funds);
                let mut seen = [0; 10];
                while !done.load(Ordering::SeqCst) {
                    for (user, seen) in (0_i64..).zip(&mut seen) {
                        let count = outgoing.select_one(|p| p.key(user).count()).unwrap();
                        assert!(count >= *seen, "a history got shorter");
                        let rows = outgoing.select(|p| p.key(user).all()).unwrap();
                        assert!(rows.len() >= count, "a history got shorter");
                        *seen = rows.len();
                        let amt = funds.select_one(|p| p.key(user).nil_to_val(0)).unwrap();
                        assert!(amt >= 0, "an uncommitted or torn balance was seen");
                    }
                }
            });
        }
        random_load(&cluster, 11, 5_000);
        done.store(true, Ordering::SeqCst);
    });
    check_bank(&read_bank(&cluster));
}

#[test]
fn selects_say_what_is_wrong_with_them() {
    let cluster = InProcessCluster::temporary().unwrap();
    let funds = cluster.pstate(BankTransferModule::funds);
    assert!(matches!(funds.select(|p| p.key(1)), Err(SelectError::NotLaunched { .. })));
    cluster.launch(BankTransferModule, 4, 2).unwrap();
    known_case(&cluster, AckLevel::Ack);
    let funds = cluster.pstate(BankTransferModule::funds);
    let error = funds.select(|p| p.all()).unwrap_err();
    assert!(matches!(error, SelectError::NoPartition { tasks: 4, .. }), "{error}");
    let error = funds.select_one(|p| p.must(77)).unwrap_err();
    assert!(matches!(error, SelectError::NotOne { found: 0, .. }), "{error}");
    let error = funds.at_task(4).select(|p| p.all()).unwrap_err();
    assert!(matches!(error, SelectError::NoSuchTask { task: 4, tasks: 4, .. }), "{error}");
    assert_eq!(funds.at_key(&0_i64).select_one(|p| p.key(0)).unwrap(), Some(125));
    let outgoing = cluster.pstate(BankTransferModule::outgoing);
    let error = outgoing.select_one(|p| p.key(0).all()).unwrap_err();
    assert!(matches!(error, SelectError::NotOne { found: 3, .. }), "{error}");
}
