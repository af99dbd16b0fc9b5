//! Readers during full load and checkpoints: every read is of one committed state and never older than
//! the one before; reads that are held open keep showing the same, take no more memory and disk than
//! the documented limits, and are ended when they hold back too much.
#![allow(clippy::type_complexity, missing_docs, clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use rama::log::LogOptions;
use rama::paths::PathError;
use rama::{
    AckLevel, ClusterBuilder, ClusterEvent, InProcessCluster, PMap, Record, SelectError, Snapshot,
    SortedRangeFromOptions, StorageOptions, defmodule,
};
use serde::{Deserialize, Serialize};

/// Money moved from one account to another, which may owe.
#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub struct Move {
    pub from: i64,
    pub to: i64,
    pub amt: i64,
    /// Only there to fill the log.
    pub pad: Vec<u8>,
}

/// Moves in one block of an account's history; whole blocks are dropped.
const BLOCK: i64 = 16;

defmodule! {
    pub module LedgerModule {
        depot *moves: Move, hash_by(.from);

        microbatch ledger {
            /// The sum over all accounts is always 0.
            pstate $$balances: PMap<i64, i64>;
            /// Moves by sender and by receiver: the sums are always equal.
            pstate $$sent: PMap<i64, i64>;
            pstate $$received: PMap<i64, i64>;
            /// By sender, block and number of the move: what was moved. The last two blocks are kept.
            pstate $$history: PMap<i64, PMap<i64, PMap<i64, i64>>>;
            /// Two rows on the sender's task, the second under a negative key, written by two events:
            /// always equal.
            pstate $$pairs: PMap<i64, i64>;

            sources! {
                source> *moves :> %microbatch;
                %microbatch() :> Move { *from, *to, *amt, .. };
                local_select> $$sent.key(*from).nil_to_val(0) :> *number;
                *number / BLOCK :> *block;
                local_transform> $$history.key(*from).key(*block).key(*number).termval(*amt);
                local_transform> $$history.key(*from).key(*block - 2).none();
                +compound $$sent { *from => +count() };
                +compound $$pairs { *from => +count() };
                -*amt :> *taken;
                +compound $$balances { *from => +sum(*taken) };

                |hash(*to);
                +compound $$balances { *to => +sum(*amt) };
                +compound $$received { *to => +count() };

                |hash(*from);
                -1 - *from :> *mirror;
                +compound $$pairs { *mirror => +count() };
            }
        }
    }
}

const ACCOUNTS: i64 = 100;

/// A random move.
fn any_move(random: &mut fastrand::Rng, pad: usize) -> Move {
    let from = random.i64(0..ACCOUNTS);
    let to = (from + random.i64(1..ACCOUNTS)) % ACCOUNTS;
    Move { from, to, amt: random.i64(1..100), pad: vec![7; pad] }
}

/// Everything the module holds, of one instant, and what it says: how many moves were made.
#[derive(Debug, PartialEq)]
struct Ledger {
    balances: BTreeMap<i64, i64>,
    sent: BTreeMap<i64, i64>,
    received: BTreeMap<i64, i64>,
    history: BTreeMap<(i64, i64), i64>,
    pairs: BTreeMap<i64, i64>,
}

impl Ledger {
    fn moves(&self) -> i64 {
        self.sent.values().sum()
    }

    /// Checks what holds in every committed state.
    fn check(&self) {
        assert_eq!(self.balances.values().sum::<i64>(), 0, "money is conserved");
        assert_eq!(self.moves(), self.received.values().sum::<i64>(), "each move has two sides");
        check_pairs(&self.pairs);
        let senders: BTreeMap<i64, i64> =
            self.pairs.iter().filter(|(key, _)| **key >= 0).map(|(k, n)| (*k, *n)).collect();
        assert_eq!(self.sent, senders, "two PStates of one partition are of one state");
        for (from, sent) in &self.sent {
            check_history(*from, *sent, self.history.range((*from, 0)..(*from + 1, 0)));
        }
        let histories: BTreeSet<i64> = self.history.keys().map(|(from, _)| *from).collect();
        assert!(histories.iter().eq(self.sent.keys()), "a history for each sender");
    }
}

fn check_pairs(pairs: &BTreeMap<i64, i64>) {
    for (key, count) in pairs {
        assert_eq!(pairs.get(&(-1 - key)), Some(count), "a pair of one partition is torn");
    }
}

/// The history of an account that sent so many moves: its last two blocks, without gaps.
fn check_history<'a>(
    from: i64,
    sent: i64,
    history: impl Iterator<Item = (&'a (i64, i64), &'a i64)>,
) {
    let first = (((sent - 1) / BLOCK - 1) * BLOCK).max(0);
    let numbers: Vec<i64> = history.map(|((_, number), _)| *number).collect();
    assert!(numbers.iter().copied().eq(first..sent), "{from} sent {sent}: {numbers:?}");
}

fn insert<K: Ord + std::fmt::Debug, V>(map: &mut BTreeMap<K, V>, (key, value): (K, V)) {
    // A key of two partitions.
    assert!(map.insert(key, value).is_none());
}

/// Reads all of a snapshot.
fn read_ledger(cluster: &InProcessCluster, at: &Snapshot) -> Result<Ledger, SelectError> {
    let balances = cluster.pstate(LedgerModule::balances).as_of(at);
    let sent = cluster.pstate(LedgerModule::sent).as_of(at);
    let received = cluster.pstate(LedgerModule::received).as_of(at);
    let history = cluster.pstate(LedgerModule::history).as_of(at);
    let pairs = cluster.pstate(LedgerModule::pairs).as_of(at);
    let mut ledger = Ledger {
        balances: BTreeMap::new(),
        sent: BTreeMap::new(),
        received: BTreeMap::new(),
        history: BTreeMap::new(),
        pairs: BTreeMap::new(),
    };
    for task in 0..balances.num_partitions()? {
        balances.at_task(task).select_each(|p| p.all(), |row| insert(&mut ledger.balances, row))?;
        sent.at_task(task).select_each(|p| p.all(), |row| insert(&mut ledger.sent, row))?;
        received.at_task(task).select_each(|p| p.all(), |row| insert(&mut ledger.received, row))?;
        pairs.at_task(task).select_each(|p| p.all(), |row| insert(&mut ledger.pairs, row))?;
        let history = history.at_task(task);
        for from in history.select(|p| p.map_keys())? {
            history.select_each(
                |p| p.key(from).map_vals().all(),
                |(number, amt)| insert(&mut ledger.history, ((from, number), amt)),
            )?;
        }
    }
    Ok(ledger)
}

/// Limits at which checkpoints follow each other, and reads outlast several of them.
fn small_storage() -> StorageOptions {
    StorageOptions::default()
        .checkpoint_log_bytes(40_000)
        .overlay_bytes(2 << 20)
        .cache_bytes(20_000)
        .database_cache_bytes(100_000)
        .depot_cache_bytes(10_000)
        .depot_segment_bytes(100_000)
}

fn builder() -> ClusterBuilder {
    InProcessCluster::builder()
        .microbatch_max_records(50)
        .log_options(LogOptions::default().segment_bytes(100_000).preallocate(0))
        .storage_options(small_storage())
}

/// Appends moves without waiting for them to be durable, a few hundred at a time.
struct Load<'a> {
    cluster: &'a InProcessCluster,
    random: fastrand::Rng,
    pad: usize,
    appended: u64,
}

impl<'a> Load<'a> {
    fn new(cluster: &'a InProcessCluster, seed: u64) -> Self {
        Load { cluster, random: fastrand::Rng::with_seed(seed), pad: 0, appended: 0 }
    }

    fn append(&mut self, count: u64) {
        let moves = self.cluster.depot(LedgerModule::moves);
        for _ in 0..count {
            moves.append_with(any_move(&mut self.random, self.pad), AckLevel::None).unwrap();
        }
        self.appended += count;
    }

    /// Appends, and waits until all but the last few hundred records are processed.
    fn step(&mut self) {
        self.append(200);
        self.wait_for(self.appended.saturating_sub(400));
    }

    fn wait_for(&self, count: u64) {
        self.cluster.wait_for_microbatch_processed_count(LedgerModule::ledger, count).unwrap();
    }

    fn finish(&self) {
        self.cluster.sync().unwrap();
        self.wait_for(self.appended);
    }
}

fn is_expired<T>(result: &Result<T, SelectError>) -> bool {
    matches!(result, Err(SelectError::Path { source: PathError::Expired, .. }))
}

/// What the readers have in common.
struct Readers<'a> {
    cluster: &'a InProcessCluster,
    tasks: usize,
    done: AtomicBool,
    /// Successful reads of each reader.
    reads: [AtomicU64; 4],
}

impl Readers<'_> {
    /// Reads again and again; each read says up to where it saw. A read may be ended under a load
    /// like this, but then it shows nothing.
    fn run(&self, reader: usize, mut read: impl FnMut() -> Result<(), SelectError>) {
        while !self.done.load(Ordering::SeqCst) {
            let result = read();
            if !is_expired(&result) {
                result.unwrap();
                self.reads[reader].fetch_add(1, Ordering::SeqCst);
            }
        }
    }

    /// Everything, as of a snapshot.
    fn snapshots(&self, reader: usize) {
        let (mut position, mut moves, mut last) = (0, 0, BTreeMap::new());
        self.run(reader, || {
            let snapshot = self.cluster.snapshot().unwrap();
            assert!(snapshot.position() >= position, "a snapshot is older than the one before");
            position = snapshot.position();
            let ledger = read_ledger(self.cluster, &snapshot)?;
            ledger.check();
            assert!(ledger.moves() >= moves, "a snapshot shows less than the one before");
            for (from, sent) in &last {
                assert!(ledger.sent[from] >= *sent, "{from}");
            }
            moves = ledger.moves();
            last = ledger.sent;
            Ok(())
        });
    }

    /// Plain reads: each is of one state of one partition.
    fn partitions(&self, reader: usize) {
        let pairs = self.cluster.pstate(LedgerModule::pairs);
        let history = self.cluster.pstate(LedgerModule::history);
        let mut last: Vec<BTreeMap<i64, i64>> = vec![BTreeMap::new(); self.tasks];
        let mut newest = BTreeMap::new();
        let mut random = fastrand::Rng::with_seed(7);
        self.run(reader, || {
            let task = random.usize(..self.tasks);
            let now: BTreeMap<i64, i64> =
                pairs.at_task(task).select(|p| p.all())?.into_iter().collect();
            check_pairs(&now);
            for (key, count) in &last[task] {
                assert!(now.get(key) >= Some(count), "{key} of task {task} has gone back");
            }
            last[task] = now;
            // One history, of one state: the last two blocks without a gap, never an older end.
            let from = random.i64(0..ACCOUNTS);
            let rows = history.select(|p| p.key(from).map_vals().all())?;
            if let Some((end, _)) = rows.last() {
                let history = rows.iter().map(|(number, amt)| ((from, *number), *amt));
                let history: BTreeMap<_, _> = history.collect();
                check_history(from, end + 1, history.iter());
                let before = newest.insert(from, *end);
                assert!(before <= Some(*end), "the history of {from} has gone back");
            }
            Ok(())
        });
    }

    /// Pages and points of a snapshot, against each other.
    fn pages(&self, reader: usize) {
        let mut random = fastrand::Rng::with_seed(8);
        self.run(reader, || {
            let snapshot = self.cluster.snapshot().unwrap();
            let sent = self.cluster.pstate(LedgerModule::sent).as_of(&snapshot);
            let received = self.cluster.pstate(LedgerModule::received).as_of(&snapshot);
            let mut sums = [0, 0];
            for (client, sum) in [sent, received].iter().zip(&mut sums) {
                for task in 0..self.tasks {
                    let mut next = Some(i64::MIN);
                    while let Some(start) = next.take() {
                        let page = SortedRangeFromOptions::new()
                            .exclude_start()
                            .max_amt(random.usize(1..40));
                        let mut seen = start;
                        client.at_task(task).select_each(
                            |p| p.sorted_map_range_from_with(start, page).all(),
                            |(account, count)| {
                                assert!(account > seen, "a page is not in order");
                                (seen, *sum) = (account, *sum + count);
                            },
                        )?;
                        next = (seen > start).then_some(seen);
                    }
                }
            }
            assert_eq!(sums[0], sums[1], "pages of one snapshot are of one state");
            let mut points = 0;
            for account in 0..ACCOUNTS {
                let client = self.cluster.pstate(LedgerModule::sent).as_of(&snapshot);
                points += client.select_one(|p| p.key(account))?.unwrap_or(0);
            }
            assert_eq!(points, sums[0], "points and pages of one snapshot are of one state");
            Ok(())
        });
    }
}

#[test]
fn each_read_is_of_one_committed_state_and_never_older_than_the_one_before() {
    for (tasks, threads) in [(1, 1), (2, 2), (4, 2), (4, 4)] {
        let start = std::time::Instant::now();
        let cluster = builder().build().unwrap();
        cluster.launch(LedgerModule, tasks, threads).unwrap();
        let (done, reads) = (AtomicBool::new(false), [const { AtomicU64::new(0) }; 4]);
        let readers = &Readers { cluster: &cluster, tasks, done, reads };
        let mut load = Load::new(&cluster, tasks as u64);
        std::thread::scope(|scope| {
            let run = |reader| match reader {
                0 | 1 => readers.snapshots(reader),
                2 => readers.partitions(reader),
                _ => readers.pages(reader),
            };
            let running = [0, 1, 2, 3].map(|reader| scope.spawn(move || run(reader)));
            let enough = || {
                cluster.storage_status().unwrap().checkpoints >= CHECKPOINTS
                    && readers.reads.iter().all(|reads| reads.load(Ordering::SeqCst) >= READS)
            };
            // A reader that failed says so when it is joined.
            while !enough() && !running.iter().any(|reader| reader.is_finished()) {
                load.step();
            }
            readers.done.store(true, Ordering::SeqCst);
            for reader in running {
                if let Err(panic) = reader.join() {
                    std::panic::resume_unwind(panic);
                }
            }
        });
        println!(
            "{:?} {tasks} tasks: {:?}, {} moves {:?}",
            start.elapsed(),
            readers.reads,
            load.appended,
            cluster.storage_status()
        );
        let t = std::time::Instant::now();
        load.finish();
        println!("finish {:?}", t.elapsed());
        let ledger = read_ledger(&cluster, &cluster.snapshot().unwrap()).unwrap();
        ledger.check();
        assert_eq!(ledger.moves() as u64, load.appended);
        cluster.close().unwrap();
    }
}

/// Checkpoints and reads of each reader before a load may end.
const CHECKPOINTS: u64 = 12;
const READS: u64 = 30;

/// What happened to the storage.
#[derive(Debug, PartialEq)]
enum Happened {
    Checkpointed,
    ReadsEnded { reads: usize, overlay_bytes: usize, log_bytes: u64 },
}

/// A cluster that tells of its checkpoints.
fn listening(builder: ClusterBuilder) -> (InProcessCluster, Receiver<Happened>) {
    let (sender, events) = channel();
    let hook = move |event: &ClusterEvent| {
        let happened = match event {
            ClusterEvent::Checkpointed { .. } => Happened::Checkpointed,
            ClusterEvent::ReadsEnded { reads, overlay_bytes, log_bytes } => Happened::ReadsEnded {
                reads: *reads,
                overlay_bytes: *overlay_bytes,
                log_bytes: *log_bytes,
            },
            _ => return,
        };
        // The test may have ended.
        let _ = sender.send(happened);
    };
    (builder.event_hook(hook).build().unwrap(), events)
}

/// The end of reads among what has happened so far.
fn reads_ended(events: &Receiver<Happened>) -> Option<(usize, usize, u64)> {
    events.try_iter().find_map(|happened| match happened {
        Happened::ReadsEnded { reads, overlay_bytes, log_bytes } => {
            Some((reads, overlay_bytes, log_bytes))
        }
        Happened::Checkpointed => None,
    })
}

/// Works on until so many checkpoints were made.
fn until_checkpoints(load: &mut Load<'_>, events: &Receiver<Happened>, count: usize) {
    let mut made = 0;
    while made < count {
        load.step();
        for happened in events.try_iter() {
            assert_eq!(happened, Happened::Checkpointed, "no read holds anything back");
            made += 1;
        }
    }
}

/// Bytes of the files in a directory.
fn bytes_in(dir: &Path) -> u64 {
    let files = std::fs::read_dir(dir).unwrap();
    // A segment may be removed in between.
    files.filter_map(|file| file.unwrap().metadata().ok()).map(|file| file.len()).sum()
}

fn database_bytes(cluster: &InProcessCluster) -> u64 {
    std::fs::metadata(cluster.data_dir().join("state.redb")).unwrap().len()
}

/// Works off everything, and waits until the log has been cut to this.
fn until_log_is_below(load: &mut Load<'_>, events: &Receiver<Happened>, bytes: u64) {
    load.finish();
    let behind = || load.cluster.storage_status().unwrap().log_bytes_behind_checkpoint;
    while behind() >= small_storage().checkpoint_log_bytes {
        let happened = events.recv_timeout(Duration::from_secs(60)).unwrap();
        assert_eq!(happened, Happened::Checkpointed, "no read holds anything back");
    }
    // Segments are removed by the log's thread, between other work.
    let log = load.cluster.data_dir().join("log");
    let moves = load.cluster.depot(LedgerModule::moves);
    for _ in 0..100 {
        if bytes_in(&log) <= bytes {
            return;
        }
        moves.append(any_move(&mut load.random, 0)).unwrap();
        load.appended += 1;
    }
    panic!("the log still takes {} bytes, not {bytes}", bytes_in(&log));
}

#[test]
fn held_snapshots_keep_showing_the_same_until_they_take_too_much_memory() {
    let limit = small_storage().overlay_bytes;
    // Two microbatches are not visible yet, one runs.
    let most = limit + (1 << 20);
    let (cluster, events) = listening(builder());
    cluster.launch(LedgerModule, 4, 2).unwrap();
    let mut load = Load::new(&cluster, 1);
    until_checkpoints(&mut load, &events, 10);
    let database = database_bytes(&cluster);

    for round in 0..5 {
        // Not for long: they stay what they are, and nothing is ended.
        let mut held = Vec::new();
        for _ in 0..4 {
            let snapshot = cluster.snapshot().unwrap();
            let ledger = read_ledger(&cluster, &snapshot).unwrap();
            ledger.check();
            held.push((snapshot, ledger));
            load.step();
            for (snapshot, ledger) in &held {
                assert_eq!(read_ledger(&cluster, snapshot).unwrap(), *ledger);
            }
        }
        let moves: Vec<i64> = held.iter().map(|(_, ledger)| ledger.moves()).collect();
        assert!(moves.is_sorted() && moves[0] < moves[3], "{moves:?}");
        let status = cluster.storage_status().unwrap();
        assert!(status.held_bytes > 0 && status.overlay_bytes <= most, "{status:?}");
        // The others go on when one is dropped, whichever.
        drop(held.remove(round % 4));
        load.step();
        for (snapshot, ledger) in &held {
            assert_eq!(read_ledger(&cluster, snapshot).unwrap(), *ledger);
        }
        drop(held);
        until_checkpoints(&mut load, &events, 2);
        let status = cluster.storage_status().unwrap();
        assert!(status.overlay_bytes <= limit / 2 + (1 << 20), "{status:?}");

        // For too long.
        let snapshot = cluster.snapshot().unwrap();
        let ledger = read_ledger(&cluster, &snapshot).unwrap();
        let mut most_seen = 0;
        let mut steps = 0;
        let (reads, overlay_bytes, _) = loop {
            let read = read_ledger(&cluster, &snapshot);
            if !is_expired(&read) {
                assert_eq!(read.unwrap(), ledger);
            }
            load.step();
            most_seen = most_seen.max(cluster.storage_status().unwrap().overlay_bytes);
            if let Some(ended) = reads_ended(&events) {
                break ended;
            }
            steps += 1;
            assert!(steps < 1_000, "the snapshot is still held: {:?}", cluster.storage_status());
        };
        assert_eq!(reads, 1);
        assert!(overlay_bytes > limit, "ended at {overlay_bytes} bytes already");
        assert!(most_seen.max(overlay_bytes) <= most, "{most_seen} {overlay_bytes}");
        assert!(is_expired(&read_ledger(&cluster, &snapshot)));
        let error = cluster.pstate(LedgerModule::sent).as_of(&snapshot).select(|p| p.key(0));
        assert!(is_expired(&error), "{error:?}");
        // It stands in nobody's way, though it is still there.
        until_checkpoints(&mut load, &events, 5);
        read_ledger(&cluster, &cluster.snapshot().unwrap()).unwrap().check();
        assert!(is_expired(&read_ledger(&cluster, &snapshot.clone())));
        let status = cluster.storage_status().unwrap();
        assert!(status.overlay_bytes <= limit / 2 + (1 << 20), "{status:?}");
        until_log_is_below(&mut load, &events, 400_000);
        println!("{most_seen} bytes of overlay, {} of the database", database_bytes(&cluster));
    }
    let grown = database_bytes(&cluster);
    assert!(grown <= 2 * database, "the database grew from {database} to {grown} bytes");
    load.finish();
    let ledger = read_ledger(&cluster, &cluster.snapshot().unwrap()).unwrap();
    ledger.check();
    assert_eq!(ledger.moves() as u64, load.appended);
    cluster.close().unwrap();
}

#[test]
fn a_snapshot_that_holds_too_much_log_is_ended_and_the_log_is_cut() {
    let overdue = (64 << 20) + 4 * small_storage().checkpoint_log_bytes;
    let log = LogOptions::default().segment_bytes(4 << 20).preallocate(0);
    let storage = small_storage().overlay_bytes(64 << 20);
    let (cluster, events) = listening(builder().log_options(log).storage_options(storage));
    cluster.launch(LedgerModule, 2, 2).unwrap();
    let mut load = Load::new(&cluster, 2);
    until_checkpoints(&mut load, &events, 5);
    let snapshot = cluster.snapshot().unwrap();
    let ledger = read_ledger(&cluster, &snapshot).unwrap();
    load.pad = 64 << 10;
    let mut largest = 0;
    let mut steps = 0;
    let (reads, overlay_bytes, log_bytes) = loop {
        let read = read_ledger(&cluster, &snapshot);
        if !is_expired(&read) {
            assert_eq!(read.unwrap(), ledger);
        }
        load.append(50);
        load.wait_for(load.appended - 100);
        largest = largest.max(bytes_in(&cluster.data_dir().join("log")));
        if let Some(ended) = reads_ended(&events) {
            break ended;
        }
        steps += 1;
        assert!(steps < 1_000, "the snapshot is still held: {:?}", cluster.storage_status());
    };
    println!("{log_bytes} bytes of log, {overlay_bytes} of overlay, {largest} of files");
    assert_eq!(reads, 1);
    assert!(log_bytes > overdue, "ended at {log_bytes} bytes already");
    // What waits to be written is bounded, too.
    assert!(log_bytes.max(largest) <= overdue + (64 << 20) + (8 << 20), "{log_bytes} {largest}");
    // Rows that are written again and again are kept in two versions, not in all.
    assert!(overlay_bytes < 4 << 20, "{overlay_bytes}");
    assert!(is_expired(&read_ledger(&cluster, &snapshot)));
    load.pad = 0;
    until_checkpoints(&mut load, &events, 2);
    until_log_is_below(&mut load, &events, 9 << 20);
    load.finish();
    let ledger = read_ledger(&cluster, &cluster.snapshot().unwrap()).unwrap();
    ledger.check();
    assert_eq!(ledger.moves() as u64, load.appended);
    cluster.close().unwrap();
}

#[test]
fn a_read_that_is_under_way_for_too_long_is_ended() {
    let (cluster, events) = listening(builder());
    cluster.launch(LedgerModule, 1, 1).unwrap();
    let mut load = Load::new(&cluster, 3);
    // More rows than a page.
    until_checkpoints(&mut load, &events, 10);
    let history = cluster.pstate(LedgerModule::history);
    let (mut seen, mut ended) = (0, false);
    let read = history.select_each(
        |p| p.map_vals().map_vals().all(),
        |_| {
            // The read rests at its first row until it is ended.
            while seen == 0 && !ended {
                load.step();
                ended = reads_ended(&events).is_some();
            }
            seen += 1;
        },
    );
    assert!(is_expired(&read), "{read:?} after {seen} rows");
    assert!(seen > 0);
    until_checkpoints(&mut load, &events, 3);
    load.finish();
    read_ledger(&cluster, &cluster.snapshot().unwrap()).unwrap().check();
    cluster.close().unwrap();
}
