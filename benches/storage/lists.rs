//! Items appended to a million lists, exactly once; an item is durable in a log before it counts.

use std::path::Path;

use rama::StorageOptions;
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};

use crate::generate::{Digest, FastMap, mix, thread_of};
use crate::instruments::{Instrumented, least_checkpoints};
use crate::modules::{ListItem, Lists};
use crate::options::Sizes;
use crate::outcome::{Outcome, Timed, is_write_back};
use crate::plain_log::PlainLog;
use crate::{REDB_CACHE, THREADS, on_threads};

const ITEMS: TableDefinition<'static, (u64, u64), u64> = TableDefinition::new("items");
const LENGTHS: TableDefinition<'static, u64, u64> = TableDefinition::new("lengths");
const META: TableDefinition<'static, &'static str, u64> = TableDefinition::new("meta");

/// Items by list, and what they must come to.
pub struct Input {
    lists: Vec<u64>,
    expected: Digest,
}

/// The place of an item, as one number.
fn place(list: u64, index: u64) -> u64 {
    mix(list ^ mix(index))
}

/// The item of this number.
fn item(number: usize) -> u64 {
    number as u64
}

impl Input {
    pub fn new(lists: Vec<u64>) -> Input {
        let (mut lengths, mut expected) = (FastMap::<u64>::default(), Digest::default());
        for (number, list) in lists.iter().enumerate() {
            let length = lengths.entry(*list).or_default();
            expected.add(place(*list, *length), item(number));
            *length += 1;
        }
        Input { lists, expected }
    }
}

pub fn run_rama(input: &Input, sizes: &Sizes, storage: StorageOptions, dir: &Path) -> Outcome {
    let checkpoints = least_checkpoints(&storage);
    let rama = Instrumented::launch(Lists, dir, sizes.event_batch / THREADS, storage);
    let depot = rama.cluster.depot(Lists::items);
    let before = rama.doings();
    let timed = Timed::start();
    let items =
        input.lists.iter().enumerate().map(|(n, list)| ListItem { list: *list, item: item(n) });
    rama.feed_and_process(Lists::appending, 0, &depot, items, sizes.event_batch, checkpoints);
    let doings = rama.doings_since(&before);
    let outcome = timed.stop(doings.checkpoints, Some(doings));

    let lists = rama.cluster.pstate(Lists::lists);
    let mut digest = Digest::default();
    for task in 0..THREADS {
        for list in lists.at_task(task).select(|path| path.map_keys()).expect("lists") {
            let items = lists.select(|path| path.key(list).all()).expect("a list");
            (0..).zip(items).for_each(|(index, item)| digest.add(place(list, index), item));
        }
    }
    assert_eq!(digest, input.expected, "rama's lists");
    rama.cluster.close().expect("close");
    outcome
}

/// Logs a thread's items of a batch and makes them durable; they and their lists go to `take`.
fn log_batch(
    log: &mut PlainLog,
    batch: &[u64],
    first: usize,
    thread: usize,
    take: &mut dyn FnMut(u64, u64),
) {
    for (number, list) in (first..).zip(batch) {
        if thread_of(*list) == thread {
            log.push_words(&[*list, item(number)]);
        }
    }
    log.commit();
    for (number, list) in (first..).zip(batch) {
        if thread_of(*list) == thread {
            take(*list, item(number));
        }
    }
}

/// Each thread: its items into a log, lists in a map, and appended items into a second log.
pub fn run_by_hand(input: &Input, sizes: &Sizes, dir: &Path) -> Outcome {
    std::fs::create_dir_all(dir).expect("a directory");
    let timed = Timed::start();
    let lists = on_threads(|me| {
        let mut log = PlainLog::create(&dir.join(format!("log-{me}")));
        let mut index = PlainLog::create(&dir.join(format!("index-{me}")));
        let mut lists = FastMap::<Vec<u64>>::default();
        for (number, batch) in input.lists.chunks(sizes.event_batch).enumerate() {
            log_batch(&mut log, batch, number * sizes.event_batch, me, &mut |list, item| {
                let items = lists.entry(list).or_default();
                index.push_words(&[list, items.len() as u64, item]);
                items.push(item);
            });
            index.push_words(&[number as u64]);
            index.commit();
        }
        lists
    });
    let outcome = timed.stop(0, None);
    let mut digest = Digest::default();
    for (list, items) in lists.into_iter().flatten() {
        (0..).zip(items).for_each(|(index, item)| digest.add(place(list, index), item));
    }
    assert_eq!(digest, input.expected, "the lists of the loop by hand");
    outcome
}

/// Each thread: its items into a log and a list in memory, which now and then is appended to tables in
/// one transaction, in key order.
pub fn run_redb(input: &Input, sizes: &Sizes, write_backs: u64, dir: &Path) -> Outcome {
    std::fs::create_dir_all(dir).expect("a directory");
    let batches = input.lists.len().div_ceil(sizes.event_batch);
    let timed = Timed::start();
    let databases = on_threads(|me| {
        let mut log = PlainLog::create(&dir.join(format!("log-{me}")));
        let path = dir.join(format!("lists-{me}.redb"));
        let database =
            Database::builder().set_cache_size(REDB_CACHE).create(path).expect("a database");
        let mut fresh: Vec<(u64, u64)> = Vec::new();
        for (number, batch) in input.lists.chunks(sizes.event_batch).enumerate() {
            log_batch(&mut log, batch, number * sizes.event_batch, me, &mut |list, item| {
                fresh.push((list, item));
            });
            if is_write_back(number, batches, write_backs) {
                write_back(&database, &mut fresh, number);
            }
        }
        assert!(fresh.is_empty(), "the last batch is written back");
        database
    });
    let outcome = timed.stop(write_backs, None);
    let mut digest = Digest::default();
    for database in &databases {
        let transaction = database.begin_read().expect("a transaction");
        let table = transaction.open_table(ITEMS).expect("a table");
        for row in table.iter().expect("rows") {
            let (key, item) = row.expect("a row");
            let (list, index) = key.value();
            digest.add(place(list, index), item.value());
        }
    }
    assert_eq!(digest, input.expected, "the lists in redb");
    outcome
}

fn write_back(database: &Database, fresh: &mut Vec<(u64, u64)>, batch: usize) {
    // Stable: the items of a list stay in order.
    fresh.sort_by_key(|(list, _)| *list);
    let transaction = database.begin_write().expect("a transaction");
    {
        let mut items = transaction.open_table(ITEMS).expect("a table");
        let mut lengths = transaction.open_table(LENGTHS).expect("a table");
        for of_list in fresh.chunk_by(|(a, _), (b, _)| a == b) {
            let list = of_list[0].0;
            let mut length = lengths.get(list).expect("a read").map_or(0, |length| length.value());
            for (_, item) in of_list {
                items.insert((list, length), item).expect("a write");
                length += 1;
            }
            lengths.insert(list, length).expect("a write");
        }
        let mut meta = transaction.open_table(META).expect("a table");
        meta.insert("batches", batch as u64 + 1).expect("a write");
    }
    transaction.commit().expect("a commit");
    fresh.clear();
}
