//! Events are counted by key, exactly once; an event is durable in a log before it counts.

use std::path::Path;

use rama::StorageOptions;
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};

use crate::generate::{Digest, FastMap, event_bytes, thread_of};
use crate::instruments::{Instrumented, least_checkpoints};
use crate::modules::{KeyCount, KeyEvent};
use crate::options::Sizes;
use crate::outcome::{Outcome, Timed, is_write_back};
use crate::plain_log::PlainLog;
use crate::{REDB_CACHE, THREADS, on_threads};

const COUNTS: TableDefinition<'static, u64, u64> = TableDefinition::new("counts");
const META: TableDefinition<'static, &'static str, u64> = TableDefinition::new("meta");

/// The input, and what it must come to.
pub struct Input {
    keys: Vec<u64>,
    expected: Digest,
}

impl Input {
    pub fn new(keys: Vec<u64>) -> Input {
        let mut counts = FastMap::<u64>::default();
        for key in &keys {
            *counts.entry(*key).or_default() += 1;
        }
        Input { keys, expected: Digest::of(counts) }
    }
}

pub fn run_rama(input: &Input, sizes: &Sizes, storage: StorageOptions, dir: &Path) -> Outcome {
    let checkpoints = least_checkpoints(&storage);
    let rama = Instrumented::launch(KeyCount, dir, sizes.event_batch / THREADS, storage);
    let depot = rama.cluster.depot(KeyCount::events);
    let before = rama.doings();
    let timed = Timed::start();
    let events =
        input.keys.iter().enumerate().map(|(number, key)| KeyEvent::new(*key, number as u64));
    rama.feed_and_process(KeyCount::counting, 0, &depot, events, sizes.event_batch, checkpoints);
    let doings = rama.doings_since(&before);
    let outcome = timed.stop(doings.checkpoints, Some(doings));

    let counts = rama.cluster.pstate(KeyCount::counts);
    let of_task =
        |task| Digest::of(counts.at_task(task).select(|path| path.all()).expect("counts"));
    let digest = (0..THREADS).map(of_task).fold(Digest::default(), Digest::merge);
    assert_eq!(digest, input.expected, "rama's counts");
    rama.cluster.close().expect("close");
    outcome
}

/// Logs a thread's events of a batch and makes them durable; their keys.
fn log_batch(log: &mut PlainLog, batch: &[u64], first: usize, thread: usize, mine: &mut Vec<u64>) {
    mine.clear();
    for (number, key) in (first as u64..).zip(batch) {
        if thread_of(*key) == thread {
            log.push(&event_bytes(*key, number));
            mine.push(*key);
        }
    }
    log.commit();
}

/// Each thread: its events into a log, counts in a map, changed counts into a second log.
pub fn run_by_hand(input: &Input, sizes: &Sizes, dir: &Path) -> Outcome {
    std::fs::create_dir_all(dir).expect("a directory");
    let timed = Timed::start();
    let counts = on_threads(|me| {
        let mut log = PlainLog::create(&dir.join(format!("log-{me}")));
        let mut index = PlainLog::create(&dir.join(format!("index-{me}")));
        let (mut counts, mut changed) = (FastMap::<u64>::default(), FastMap::<u64>::default());
        let mut mine = Vec::new();
        for (number, batch) in input.keys.chunks(sizes.event_batch).enumerate() {
            log_batch(&mut log, batch, number * sizes.event_batch, me, &mut mine);
            for key in &mine {
                let count = counts.entry(*key).or_default();
                *count += 1;
                changed.insert(*key, *count);
            }
            for (key, count) in changed.drain() {
                index.push_words(&[key, count]);
            }
            index.push_words(&[number as u64]);
            index.commit();
        }
        counts
    });
    let outcome = timed.stop(0, None);
    let digest = Digest::of(counts.into_iter().flatten());
    assert_eq!(digest, input.expected, "the counts of the loop by hand");
    outcome
}

/// Each thread: its events into a log, counts of new events in a map, which now and then is added
/// to a table in one transaction, in key order.
pub fn run_redb(input: &Input, sizes: &Sizes, write_backs: u64, dir: &Path) -> Outcome {
    std::fs::create_dir_all(dir).expect("a directory");
    let batches = input.keys.len().div_ceil(sizes.event_batch);
    let timed = Timed::start();
    let databases = on_threads(|me| {
        let mut log = PlainLog::create(&dir.join(format!("log-{me}")));
        let database = open(&dir.join(format!("counts-{me}.redb")));
        let mut fresh = FastMap::<u64>::default();
        let mut mine = Vec::new();
        for (number, batch) in input.keys.chunks(sizes.event_batch).enumerate() {
            log_batch(&mut log, batch, number * sizes.event_batch, me, &mut mine);
            for key in &mine {
                *fresh.entry(*key).or_default() += 1;
            }
            if is_write_back(number, batches, write_backs) {
                write_back(&database, &mut fresh, number);
            }
        }
        assert!(fresh.is_empty(), "the last batch is written back");
        database
    });
    let outcome = timed.stop(write_backs, None);
    let digest = databases.iter().map(read_counts).fold(Digest::default(), Digest::merge);
    assert_eq!(digest, input.expected, "the counts in redb");
    outcome
}

fn open(path: &Path) -> Database {
    Database::builder().set_cache_size(REDB_CACHE).create(path).expect("a database")
}

fn write_back(database: &Database, fresh: &mut FastMap<u64>, batch: usize) {
    let mut sorted: Vec<(u64, u64)> = fresh.drain().collect();
    sorted.sort_unstable();
    let transaction = database.begin_write().expect("a transaction");
    {
        let mut table = transaction.open_table(COUNTS).expect("a table");
        for (key, count) in sorted {
            let before = table.get(key).expect("a read").map_or(0, |count| count.value());
            table.insert(key, before + count).expect("a write");
        }
        let mut meta = transaction.open_table(META).expect("a table");
        meta.insert("batches", batch as u64 + 1).expect("a write");
    }
    transaction.commit().expect("a commit");
}

fn read_counts(database: &Database) -> Digest {
    let transaction = database.begin_read().expect("a transaction");
    let table = transaction.open_table(COUNTS).expect("a table");
    Digest::of(table.iter().expect("rows").map(|row| {
        let (key, count) = row.expect("a row");
        (key.value(), count.value())
    }))
}
