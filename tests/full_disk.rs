//! A full disk is not a failure: appends are refused with the directory's name, reads go on, nothing
//! acknowledged is lost, and when space returns everything goes on by itself. Also when the process
//! dies while the disk is full.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use common::{Bank, BankTransferModule, Deposit, check_bank, read_bank, transfer};
use rama::disk::MemDisk;
use rama::log::{LogError, LogOptions};
use rama::paths::PathError;
use rama::{
    AckLevel, AppendError, ClusterBuilder, ClusterEvent, InProcessCluster, SelectError, Snapshot,
    StorageOptions,
};

const TASKS: usize = 4;
const USERS: i64 = 6;
/// How many seeds to run.
const SEEDS: &str = "RAMA_TEST_FULL_DISKS";

/// An error with all its sources.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text += &format!(": {error}");
        source = error.source();
    }
    text
}

/// Whether an error names the data directory, and says what is wrong with its disk.
fn says_full(text: &str) -> bool {
    text.contains("/data") && (text.contains("is full") || text.contains("no space left"))
}

/// What clients know of the records they appended.
#[derive(Debug, Default)]
struct Sent {
    /// By amount: each deposit has its own.
    deposits: BTreeMap<i64, Fate>,
    transfers: BTreeMap<String, Fate>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    /// It is there once.
    Acked,
    /// It is there once or not at all.
    Unknown,
    /// It is not there.
    Refused,
}

impl Fate {
    /// Of an append's result on a disk that may be full. Says what is wrong by panicking.
    fn of(result: Result<(), AppendError>, level: AckLevel) -> Fate {
        let (fate, error) = match result {
            Ok(()) if level == AckLevel::None => return Fate::Unknown,
            Ok(()) => return Fate::Acked,
            Err(error @ AppendError::Refused { source: LogError::DiskFull { .. }, .. }) => {
                (Fate::Refused, error)
            }
            Err(error @ AppendError::Unknown { source: LogError::DiskFull { .. }, .. }) => {
                (Fate::Unknown, error)
            }
            Err(error) => panic!("{}", chain(&error)),
        };
        let text = chain(&error);
        assert!(says_full(&text), "{text}");
        fate
    }

    fn check(self, name: &dyn std::fmt::Debug, found: usize) {
        let right = match self {
            Fate::Acked => found == 1,
            Fate::Unknown => found <= 1,
            Fate::Refused => found == 0,
        };
        assert!(right, "{name:?}, {self:?}, is there {found} times");
    }
}

impl Sent {
    /// Everything that is in the depots is there because it was sent, as often as it must be.
    fn check(&self, bank: &Bank) {
        let mut deposits: BTreeMap<i64, usize> = BTreeMap::new();
        for deposit in &bank.deposits {
            *deposits.entry(deposit.amt).or_default() += 1;
        }
        let mut transfers: BTreeMap<&str, usize> = BTreeMap::new();
        for transfer in &bank.transfers {
            *transfers.entry(&transfer.transfer_id).or_default() += 1;
        }
        for (amt, fate) in &self.deposits {
            fate.check(amt, deposits.remove(amt).unwrap_or(0));
        }
        for (id, fate) in &self.transfers {
            fate.check(id, transfers.remove(&**id).unwrap_or(0));
        }
        assert!(deposits.is_empty() && transfers.is_empty(), "{deposits:?} {transfers:?}");
    }
}

/// What PStates hold, of one instant.
#[derive(Debug, PartialEq)]
struct State {
    funds: BTreeMap<i64, i64>,
    outgoing: BTreeMap<(i64, String), (i64, i64, bool)>,
    incoming: BTreeMap<(i64, String), (i64, i64, bool)>,
}

impl State {
    fn read(cluster: &InProcessCluster, at: &Snapshot) -> Result<State, SelectError> {
        let funds = cluster.pstate(BankTransferModule::funds).as_of(at);
        let outgoing = cluster.pstate(BankTransferModule::outgoing).as_of(at);
        let incoming = cluster.pstate(BankTransferModule::incoming).as_of(at);
        let mut state =
            State { funds: BTreeMap::new(), outgoing: BTreeMap::new(), incoming: BTreeMap::new() };
        for task in 0..TASKS {
            state.funds.extend(funds.at_task(task).select(|p| p.all())?);
            let (outgoing, incoming) = (outgoing.at_task(task), incoming.at_task(task));
            for user in outgoing.select(|p| p.map_keys())? {
                for (id, row) in outgoing.select(|p| p.key(user).all())? {
                    state.outgoing.insert((user, id), (row.to_user_id, row.amt, row.success));
                }
            }
            for user in incoming.select(|p| p.map_keys())? {
                for (id, row) in incoming.select(|p| p.key(user).all())? {
                    state.incoming.insert((user, id), (row.from_user_id, row.amt, row.success));
                }
            }
        }
        Ok(state)
    }

    /// Checks one committed state against deposits that were all processed before, and against what
    /// was seen earlier.
    fn check(&self, deposits: &BTreeMap<i64, i64>, before: Option<&State>) {
        let mut funds = deposits.clone();
        for ((from, id), (to, amt, success)) in &self.outgoing {
            assert_eq!(self.incoming.get(&(*to, id.clone())), Some(&(*from, *amt, *success)));
            if *success {
                *funds.entry(*from).or_default() -= amt;
                *funds.entry(*to).or_default() += amt;
            }
        }
        assert_eq!(self.incoming.len(), self.outgoing.len());
        funds.retain(|user, amt| *amt != 0 || self.funds.contains_key(user));
        assert_eq!(self.funds, funds, "balances are what transfers of the same state leave");
        for (key, row) in before.iter().flat_map(|before| &before.outgoing) {
            assert_eq!(self.outgoing.get(key), Some(row), "what was seen is seen again");
        }
    }
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

/// Everything at rest: the depots hold what they must, and PStates what follows from them.
fn check_all(cluster: &InProcessCluster, sent: &Sent) -> Bank {
    let bank = read_bank(cluster);
    check_bank(&bank);
    sent.check(&bank);
    bank
}

/// What a run went through.
#[derive(Debug, Default)]
struct Seen {
    checkpoints: AtomicU64,
    checkpoints_refused: AtomicU64,
    attempts_failed: AtomicU64,
    appends_refused: AtomicU64,
    appends_unknown: AtomicU64,
    reads_while_full: AtomicU64,
    crashes_while_full: AtomicU64,
    launches_refused: AtomicU64,
}

impl Seen {
    fn add(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::SeqCst);
    }
}

fn builder(
    disk: &MemDisk,
    random: &mut fastrand::Rng,
    seen: &Arc<Seen>,
    wrong: &Arc<Mutex<Vec<String>>>,
) -> ClusterBuilder {
    let (seen, wrong) = (Arc::clone(seen), Arc::clone(wrong));
    InProcessCluster::builder()
        .disk(Arc::new(disk.clone()))
        .data_dir("/data")
        .microbatch_max_records(random.u64(1..6))
        // Space written ahead would outlast the fault.
        .log_options(LogOptions::default().preallocate(0).segment_bytes(random.u64(200..3_000)))
        .storage_options(
            StorageOptions::default()
                .checkpoint_log_bytes(random.u64(100..1_500))
                .cache_bytes(random.usize(0..3_000))
                .database_cache_bytes(random.usize(0..100_000))
                .depot_cache_bytes(1_000)
                .depot_segment_bytes(random.u64(500..4_000))
                .log_block_bytes(random.usize(1..200)),
        )
        .event_hook(move |event| match event {
            ClusterEvent::Checkpointed { .. } => Seen::add(&seen.checkpoints),
            ClusterEvent::CheckpointFailed { error } => {
                Seen::add(&seen.checkpoints_refused);
                let text = chain(&**error);
                if !says_full(&text) {
                    wrong.lock().unwrap().push(text);
                }
            }
            ClusterEvent::AttemptFailed { failure } => {
                Seen::add(&seen.attempts_failed);
                let text = chain(&**failure);
                if !says_full(&text) {
                    wrong.lock().unwrap().push(text);
                }
            }
            event @ (ClusterEvent::Reopened | ClusterEvent::ReopenFailed { .. }) => {
                wrong.lock().unwrap().push(format!("{event:?}"));
            }
            _ => {}
        })
}

/// The life of a data directory whose disk is full again and again.
struct Life<'a> {
    random: fastrand::Rng,
    disk: MemDisk,
    sent: Sent,
    number: i64,
    seen: &'a Arc<Seen>,
    wrong: Arc<Mutex<Vec<String>>>,
}

impl Life<'_> {
    fn launch(&mut self) -> InProcessCluster {
        let threads = self.random.usize(1..=TASKS);
        let builder = builder(&self.disk, &mut self.random, self.seen, &self.wrong);
        let cluster = builder.simulated(self.random.u64(..)).build().unwrap();
        cluster.launch(BankTransferModule, TASKS, threads).unwrap();
        cluster
    }

    /// Nothing went wrong but for want of space.
    fn check_events(&self) {
        assert!(self.wrong.lock().unwrap().is_empty(), "{:?}", self.wrong);
    }

    fn level(&mut self) -> AckLevel {
        if self.random.bool() { AckLevel::Ack } else { AckLevel::None }
    }

    fn deposit(&mut self, cluster: &InProcessCluster) {
        let depot = cluster.depot(BankTransferModule::deposit_depot);
        let (level, count) = (self.level(), self.random.i64(1..4));
        let (random, first) = (&mut self.random, 1_001 + self.number);
        self.number += count;
        let deposits: Vec<Deposit> = (first..)
            .map(|amt| Deposit { user_id: random.i64(0..USERS), amt })
            .take(count as usize)
            .collect();
        // One alone, or some together.
        let appended = match &*deposits {
            [deposit] => depot.append_with(deposit.clone(), level),
            _ => depot.append_all_with(deposits.clone(), level),
        };
        let fate = Fate::of(appended, level);
        self.sent.deposits.extend(deposits.iter().map(|deposit| (deposit.amt, fate)));
    }

    fn transfer(&mut self, cluster: &InProcessCluster) -> Fate {
        self.number += 1;
        let (id, level) = (format!("t{}", self.number), self.level());
        let from = self.random.i64(0..USERS);
        let to = (from + self.random.i64(1..USERS)) % USERS;
        let record = transfer(&id, from, to, self.random.i64(1..3_000));
        let depot = cluster.depot(BankTransferModule::transfer_depot);
        let fate = Fate::of(depot.append_with(record, level), level);
        match fate {
            Fate::Refused => Seen::add(&self.seen.appends_refused),
            Fate::Unknown if level == AckLevel::Ack => Seen::add(&self.seen.appends_unknown),
            _ => {}
        }
        self.sent.transfers.insert(id, fate);
        fate
    }

    /// Appends until checkpoints are made again, and what follows from all records is there.
    fn until_all_is_well(&mut self, cluster: &InProcessCluster) {
        let checkpoints = || self.seen.checkpoints.load(Ordering::SeqCst);
        let before = checkpoints();
        let (mut tries, mut in_a_row) = (0, 0);
        while in_a_row < 3 || checkpoints() == before {
            self.number += 1;
            let amt = 1_000 + self.number;
            let depot = cluster.depot(BankTransferModule::deposit_depot);
            let fate = Fate::of(depot.append(Deposit { user_id: 0, amt }), AckLevel::Ack);
            self.sent.deposits.insert(amt, fate);
            in_a_row = if fate == Fate::Acked { in_a_row + 1 } else { 0 };
            // Time stands still while anything works.
            cluster.simulate(if tries % 50 == 49 { 5_000 } else { 10 });
            tries += 1;
            assert!(tries < 2_000, "nothing goes on: {:?}", cluster.storage_status());
        }
        cluster.sync().unwrap();
        wait_for_all(cluster);
        check_all(cluster, &self.sent);
        self.check_events();
    }

    /// What a read sees while the disk is full, if it was not ended meanwhile.
    fn read(&self, cluster: &InProcessCluster) -> Option<State> {
        match State::read(cluster, &cluster.snapshot().unwrap()) {
            Ok(state) => {
                Seen::add(&self.seen.reads_while_full);
                Some(state)
            }
            Err(SelectError::Path { source: PathError::Expired, .. }) => None,
            Err(error) => panic!("{}", chain(&error)),
        }
    }

    /// Fills the disk, and goes on for a while.
    fn fill(&mut self, cluster: &InProcessCluster) {
        cluster.sync().unwrap();
        wait_for_all(cluster);
        let mut deposits = BTreeMap::new();
        for deposit in check_all(cluster, &self.sent).deposits {
            *deposits.entry(deposit.user_id).or_default() += deposit.amt;
        }
        let mut before = self.read(cluster).unwrap();
        before.check(&deposits, None);
        let faults = self.disk.faults();
        faults.seed(self.random.u64(..));
        faults.capacity(Some(self.disk.used() + self.random.u64(0..4_000)));
        let mut full = 0;
        for _ in 0..self.random.usize(20..120) {
            if self.transfer(cluster) == Fate::Refused {
                full += 1;
            }
            cluster.simulate(self.random.usize(..20));
            if self.random.u8(..6) == 0
                && let Some(now) = self.read(cluster)
            {
                now.check(&deposits, Some(&before));
                before = now;
            }
            if full > 10 {
                break;
            }
        }
        self.check_events();
    }
}

fn full_disk(seed: u64, seen: &Arc<Seen>) {
    let mut life = Life {
        random: fastrand::Rng::with_seed(seed),
        disk: MemDisk::new(),
        sent: Sent::default(),
        number: 0,
        seen,
        wrong: Arc::default(),
    };
    for _ in 0..2 {
        let cluster = life.launch();
        cluster.sync().unwrap();
        wait_for_all(&cluster);
        check_all(&cluster, &life.sent);
        for _ in 0..2 {
            for _ in 0..life.random.usize(1..20) {
                if life.random.bool() {
                    life.deposit(&cluster);
                } else {
                    life.transfer(&cluster);
                }
                cluster.simulate(life.random.usize(..20));
            }
            life.fill(&cluster);
            if life.random.u8(..4) == 0 {
                break;
            }
            life.disk.faults().capacity(None);
            life.until_all_is_well(&cluster);
        }
        // It ends as it is, whether the disk is full or not.
        let full = life.disk.clone();
        life.disk = match life.random.u8(..4) {
            0 => {
                // Closing may fail for want of space; what was acknowledged is there all the same.
                if let Err(error) = cluster.close() {
                    let text = chain(&error);
                    assert!(text.contains("/data"), "{text}");
                }
                full.kill()
            }
            1 => {
                let left = full.kill();
                cluster.kill();
                left
            }
            2 => {
                let left = full.drop_unsynced();
                cluster.kill();
                left
            }
            _ => {
                let left = full.crash(&mut life.random);
                cluster.kill();
                left
            }
        };
        Seen::add(&seen.crashes_while_full);
        if life.random.bool() {
            life.launch_while_full();
        }
        life.check_events();
    }
    let cluster = life.launch();
    life.until_all_is_well(&cluster);
    cluster.close().unwrap();
}

impl Life<'_> {
    /// A launch on a full disk fails, saying so, or works; then the process dies.
    fn launch_while_full(&mut self) {
        self.disk.faults().capacity(Some(self.disk.used() + self.random.u64(0..200)));
        let builder = builder(&self.disk, &mut self.random, self.seen, &self.wrong);
        let cluster = builder.simulated(self.random.u64(..)).build().unwrap();
        match cluster.launch(BankTransferModule, TASKS, 1) {
            Ok(()) => {
                let state = State::read(&cluster, &cluster.snapshot().unwrap()).unwrap();
                let names: BTreeSet<_> = state.outgoing.keys().map(|(_, id)| id).collect();
                assert!(names.iter().all(|id| self.sent.transfers[*id] != Fate::Refused));
            }
            Err(error) => {
                Seen::add(&self.seen.launches_refused);
                let text = chain(&error);
                assert!(text.contains("/data"), "{text}");
            }
        }
        let left = self.disk.crash(&mut self.random);
        cluster.kill();
        self.disk = left;
    }
}

#[test]
fn a_disk_that_is_full_at_any_moment_loses_nothing_and_everything_goes_on_with_space() {
    let seeds = std::env::var(SEEDS).map_or(60, |seeds| seeds.parse().unwrap());
    let seen = Arc::new(Seen::default());
    for seed in 0..seeds {
        if let Err(panic) = std::panic::catch_unwind(|| full_disk(seed, &seen)) {
            println!("seed {seed}");
            std::panic::resume_unwind(panic);
        }
    }
    println!("{seen:?}");
    // Each of these happens often enough to mean something.
    let often = |counter: &AtomicU64| counter.load(Ordering::SeqCst) >= seeds;
    assert!(often(&seen.checkpoints) && often(&seen.checkpoints_refused), "{seen:?}");
    assert!(often(&seen.appends_refused) && often(&seen.reads_while_full), "{seen:?}");
    assert!(seen.appends_unknown.load(Ordering::SeqCst) >= seeds / 4, "{seen:?}");
    assert!(seen.attempts_failed.load(Ordering::SeqCst) >= seeds / 4, "{seen:?}");
}

/// Transfers that a writer makes until the disk is full, and again before it fills the next time.
const PER_ROUND: u64 = 2_000;

/// Tells threads to end.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn on_threads_too_a_full_disk_is_waited_out() {
    let disk = MemDisk::new();
    let (checkpointed, checkpoints) = channel();
    let (refused, refusals) = channel();
    let cluster = InProcessCluster::builder()
        .disk(Arc::new(disk.clone()))
        .data_dir("/data")
        .microbatch_max_records(20)
        .log_options(LogOptions::default().preallocate(0).segment_bytes(20_000))
        .storage_options(
            StorageOptions::default()
                .checkpoint_log_bytes(5_000)
                .cache_bytes(3_000)
                .database_cache_bytes(100_000)
                .depot_cache_bytes(1_000)
                .depot_segment_bytes(10_000),
        )
        .event_hook(move |event| {
            if let ClusterEvent::Checkpointed { .. } = event {
                // The test may have ended.
                let _ = checkpointed.send(());
            }
        })
        .build()
        .unwrap();
    cluster.launch(BankTransferModule, TASKS, 2).unwrap();
    let depot = cluster.depot(BankTransferModule::deposit_depot);
    let mut sent = Sent::default();
    let mut deposits = BTreeMap::new();
    for user_id in 0..USERS {
        let amt = 1_000_000 + user_id;
        depot.append(Deposit { user_id, amt }).unwrap();
        sent.deposits.insert(amt, Fate::Acked);
        deposits.insert(user_id, amt);
    }
    wait_for_all(&cluster);
    let (done, round) = (AtomicBool::new(false), AtomicU64::new(0));
    std::thread::scope(|scope| {
        // Also if an assertion fails.
        let stop = Stop(&done);
        let (cluster, done, round, deposits) = (&cluster, &done, &round, &deposits);
        let writers = [0, 1].map(|writer| {
            let refused = refused.clone();
            scope.spawn(move || {
                let transfers = cluster.depot(BankTransferModule::transfer_depot);
                let mut random = fastrand::Rng::with_seed(writer);
                let (mut fates, mut taken) = (BTreeMap::new(), 0);
                for number in 0_u64.. {
                    // Enough to fill the disk; without an end, processing would fall ever farther behind.
                    let most = || (round.load(Ordering::SeqCst) + 1) * PER_ROUND;
                    while taken >= most() && !done.load(Ordering::SeqCst) {
                        std::thread::yield_now();
                    }
                    if done.load(Ordering::SeqCst) {
                        break;
                    }
                    let id = format!("{writer}-{number}");
                    let from = random.i64(0..USERS);
                    let to = (from + random.i64(1..USERS)) % USERS;
                    let record = transfer(&id, from, to, random.i64(1..3_000));
                    let fate = Fate::of(transfers.append(record), AckLevel::Ack);
                    if fate == Fate::Refused {
                        // There are many.
                        let _ = refused.send(writer);
                        std::thread::yield_now();
                    } else {
                        taken += 1;
                    }
                    fates.insert(id, fate);
                }
                fates
            })
        });
        let reader = scope.spawn(move || {
            let mut before: Option<State> = None;
            while !done.load(Ordering::SeqCst) {
                match State::read(cluster, &cluster.snapshot().unwrap()) {
                    Ok(now) => {
                        now.check(deposits, before.as_ref());
                        before = Some(now);
                    }
                    Err(SelectError::Path { source: PathError::Expired, .. }) => {}
                    Err(error) => panic!("{}", chain(&error)),
                }
            }
        });
        let ended = || reader.is_finished() || writers.iter().any(|writer| writer.is_finished());
        let wait = Duration::from_secs(60);
        let mut random = fastrand::Rng::with_seed(9);
        for _ in 0..6 {
            if ended() {
                break;
            }
            disk.faults().capacity(Some(disk.used() + random.u64(0..20_000)));
            let mut left = BTreeSet::from([0, 1]);
            while !left.is_empty() && !ended() {
                match refusals.recv_timeout(wait) {
                    Ok(writer) => left.remove(&writer),
                    Err(_) => panic!(
                        "not refused {left:?} {:?} used {} {:?}",
                        cluster.storage_status(),
                        disk.used(),
                        disk
                    ),
                };
            }
            // As said, reads go on.
            let state = State::read(cluster, &cluster.snapshot().unwrap());
            if let Ok(state) = state {
                state.check(deposits, None);
            }
            disk.faults().capacity(None);
            round.fetch_add(1, Ordering::SeqCst);
            // One may have been made before; the second is not.
            checkpoints.try_iter().for_each(drop);
            for _ in 0..2 {
                checkpoints.recv_timeout(wait).unwrap();
            }
            refusals.try_iter().for_each(drop);
            round.fetch_add(1, Ordering::SeqCst);
        }
        drop(stop);
        for writer in writers {
            match writer.join() {
                Ok(fates) => sent.transfers.extend(fates),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        if let Err(panic) = reader.join() {
            std::panic::resume_unwind(panic);
        }
    });
    // The log may not have seen yet that there is space.
    while let Err(error) = cluster.sync() {
        assert!(matches!(error, LogError::DiskFull { .. }), "{error}");
        std::thread::yield_now();
    }
    wait_for_all(&cluster);
    let bank = check_all(&cluster, &sent);
    cluster.close().unwrap();
    let reopened =
        InProcessCluster::builder().disk(Arc::new(disk.clone())).data_dir("/data").build().unwrap();
    reopened.launch(BankTransferModule, TASKS, 4).unwrap();
    assert_eq!(check_all(&reopened, &sent), bank);
}
