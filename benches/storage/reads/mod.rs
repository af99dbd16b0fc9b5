//! W4: reads of one row and of 100 rows in order, of a state larger than a microbatch changes, idle
//! and while events come in.

mod rama;
mod redb;

pub use rama::run_rama;
pub use redb::run_redb;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::generate::{Random, event_keys, rank_key};
use crate::latency::{Latencies, Quantiles};
use crate::options::Sizes;

/// Items of one structure; a range read takes all of them.
pub const ITEMS: u64 = 100;
/// Events, and changes of items, in one batch of what comes in.
const BATCH: usize = 1_000;
/// A batch comes in every so often.
const PERIOD: Duration = Duration::from_millis(50);
const READ_SEED: u64 = 77;
const CHANGE_SEED: u64 = 9;

/// The state before: each key counted once, and all structures full.
pub struct Input {
    /// Keys of the events that come in.
    keys: Vec<u64>,
}

impl Input {
    pub fn new() -> Input {
        Input { keys: event_keys(200_000) }
    }

    /// Keys and items of a batch that comes in.
    fn batch(&self, number: usize, random: &mut Random, sizes: &Sizes) -> Batch {
        let first = number * BATCH;
        let each = first..first + BATCH;
        Batch {
            first: first as u64,
            keys: each.clone().map(|at| self.keys[at % self.keys.len()]).collect(),
            items: each.map(|at| (at as u64 % sizes.structures, random.below(ITEMS))).collect(),
        }
    }
}

/// What comes in at once.
struct Batch {
    first: u64,
    keys: Vec<u64>,
    /// Structure, and key in it.
    items: Vec<(u64, u64)>,
}

/// The keys that are read.
fn read_keys(sizes: &Sizes) -> impl Iterator<Item = u64> + use<> {
    (0..sizes.keys as u64).map(rank_key)
}

/// What a reader saw.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    pub point: Quantiles,
    pub range: Quantiles,
    /// Events that came in per second.
    pub ingest: f64,
    /// Checkpoints meanwhile.
    pub checkpoints: u64,
}

/// The measurements of one contestant.
pub struct Cases {
    /// While the first checkpoint of all rows is made; rama only.
    pub first_checkpoint: Option<Measured>,
    pub idle: Measured,
    pub ingesting: Measured,
}

/// A contestant.
trait Store: Sync {
    /// The count of a key that is there.
    fn point(&self, key: u64) -> u64;
    /// All items of a structure: how many, and the sum of their first bytes.
    fn range(&self, structure: u64) -> (usize, u64);
    /// Makes a batch durable and visible.
    fn ingest(&self, batch: &Batch);
    fn checkpoints(&self) -> u64;
}

/// Reads, in turn one row and 100. Panics if it does not go on even once.
fn read(store: &impl Store, sizes: &Sizes, mut goes_on: impl FnMut() -> bool) -> Measured {
    let mut random = Random(READ_SEED);
    let (mut points, mut ranges) = (Latencies::default(), Latencies::default());
    let mut sum = 0;
    let checkpoints = store.checkpoints();
    while goes_on() {
        let key = rank_key(random.below(sizes.keys as u64));
        let before = Instant::now();
        sum += store.point(key);
        points.add(before.elapsed());
        let structure = random.below(sizes.structures);
        let before = Instant::now();
        let (count, bytes) = store.range(structure);
        ranges.add(before.elapsed());
        assert_eq!(count as u64, ITEMS, "items of structure {structure}");
        sum += bytes;
    }
    std::hint::black_box(sum);
    Measured {
        point: points.quantiles(),
        range: ranges.quantiles(),
        ingest: 0.0,
        checkpoints: store.checkpoints() - checkpoints,
    }
}

/// Batches come in at their times until told to stop; events per second.
fn ingest(store: &impl Store, input: &Input, sizes: &Sizes, stop: &AtomicBool) -> f64 {
    let mut random = Random(CHANGE_SEED);
    let start = Instant::now();
    let mut number = 0;
    while !stop.load(Ordering::Relaxed) {
        store.ingest(&input.batch(number, &mut random, sizes));
        number += 1;
        if let Some(early) = (PERIOD * number as u32).checked_sub(start.elapsed()) {
            std::thread::sleep(early);
        }
    }
    (number * BATCH) as f64 / start.elapsed().as_secs_f64()
}

/// A clock that goes on for so many seconds from now.
fn lasting(seconds: f64) -> impl FnMut() -> bool {
    let start = Instant::now();
    move || start.elapsed().as_secs_f64() < seconds
}

fn measure(store: &impl Store, input: &Input, sizes: &Sizes) -> (Measured, Measured) {
    // First caches get as full as they will.
    read(store, sizes, lasting(sizes.read_seconds / 2.0));
    let idle = read(store, sizes, lasting(sizes.read_seconds));
    let stop = AtomicBool::new(false);
    let mut ingesting = None;
    let rate = std::thread::scope(|scope| {
        let writer = scope.spawn(|| ingest(store, input, sizes, &stop));
        ingesting = Some(read(store, sizes, lasting(sizes.read_seconds)));
        stop.store(true, Ordering::Relaxed);
        writer.join().expect("a thread")
    });
    let ingesting = ingesting.expect("a measurement");
    (idle, Measured { ingest: rate, ..ingesting })
}
