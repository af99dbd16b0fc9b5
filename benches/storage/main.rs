//! Storage: what checkpoints cost, and how reads and writes fare beside loops written by hand.
//!
//! Contestants run in turn in one process: rama with at least five checkpoints in the time
//! measured, and with none; the same by hand over redb with as many write-backs as rama has
//! checkpoints; and by hand over plain logs and maps, which is the limit. All make events durable in a log before they count, and count them
//! exactly once; their final states are checked.
//!
//! - W1: 2,000,000 events of 100 bytes, counted by key, zipf; 20,000 in a microbatch, which is 10,000
//!   of each task.
//! - The same with uniform keys.
//! - 2,000,000 items appended to 1,000,000 lists, uniform.
//! - W2: 1,000,000 transfers between 200,000 accounts with both histories; 10,000 in a microbatch.
//! - W4: reads of one row and of 100, idle and while 20,000 events come in a second.
//! - How long acknowledgements take with checkpoints and without.
//!
//! In W1 and W2 rama's client waits where checkpoints would fall behind the fifth part of the events
//! that each is for; how long is printed, and in the time.
//!
//! `cargo bench --bench storage -- [--rounds N] [--short] [--only w1,uniform,lists,w2,w4,acks]`; data lie in
//! `RAMA_BENCH_DIR`, or where temporary files do.

#![allow(missing_docs)]

mod acks;
mod counting_disk;
mod generate;
mod instruments;
mod key_count;
mod latency;
mod lists;
mod modules;
mod options;
mod outcome;
mod plain_log;
mod reads;
mod table;
mod transfers;

use std::path::PathBuf;

use instruments::{checkpoint_at, no_checkpoints};
use options::Options;
use outcome::Outcome;
use table::Contestant;

/// Tasks, and threads of every contestant.
const THREADS: usize = 2;
/// A run with fewer checkpoints says nothing of them.
const LEAST_CHECKPOINTS: u64 = 5;
/// Bytes of memory for each redb database of a contestant.
const REDB_CACHE: usize = 1 << 30;

/// The name of a part of the benchmark, and what runs it.
type Part = (&'static str, fn(&Options));

/// A directory for each run, removed behind it.
struct Scratch(PathBuf);

impl Scratch {
    fn new(options: &Options, name: &str) -> Scratch {
        std::fs::create_dir_all(&options.dir).expect("a directory");
        Scratch(options.dir.join(name))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The rounds of a workload, by contestant.
#[derive(Default)]
struct Rounds {
    rama: Vec<Outcome>,
    unchecked: Vec<Outcome>,
    redb: Vec<Outcome>,
    hand: Vec<Outcome>,
}

impl Rounds {
    fn contestants(&self) -> [Contestant<'_>; 4] {
        [
            Contestant { name: "rama", rounds: &self.rama },
            Contestant { name: "rama, no checkpoints", rounds: &self.unchecked },
            Contestant { name: "redb by hand", rounds: &self.redb },
            Contestant { name: "by hand (the limit)", rounds: &self.hand },
        ]
    }

    /// Notes rama's round; how often others are to write back.
    fn push_rama(&mut self, outcome: Outcome) -> u64 {
        let checkpoints = outcome.checkpoints;
        assert!(checkpoints >= LEAST_CHECKPOINTS, "only {checkpoints} checkpoints");
        self.rama.push(outcome);
        checkpoints
    }
}

/// Runs a closure on each of two threads; what they return.
fn on_threads<T: Send>(run: impl Fn(usize) -> T + Sync) -> Vec<T> {
    std::thread::scope(|scope| {
        let run = &run;
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || run(thread))).collect();
        threads.into_iter().map(|thread| thread.join().expect("a thread")).collect()
    })
}

fn run_zipf(options: &Options) {
    let keys = generate::event_keys(options.sizes.events);
    run_key_count(options, "W1 key count, zipf", keys);
}

fn run_uniform(options: &Options) {
    let keys = generate::uniform_keys(options.sizes.events);
    run_key_count(options, "Key count, uniform", keys);
}

fn run_key_count(options: &Options, name: &str, keys: Vec<u64>) {
    let sizes = &options.sizes;
    let input = key_count::Input::new(keys);
    let scratch = |name| Scratch::new(options, name);
    let mut rounds = Rounds::default();
    for _ in 0..options.rounds {
        let storage = checkpoint_at(sizes.event_log_bytes);
        let outcome = key_count::run_rama(&input, sizes, storage, &scratch("rama").0);
        let times = rounds.push_rama(outcome);
        let dir = scratch("unchecked");
        rounds.unchecked.push(key_count::run_rama(&input, sizes, no_checkpoints(), &dir.0));
        rounds.redb.push(key_count::run_redb(&input, sizes, times, &scratch("redb").0));
        rounds.hand.push(key_count::run_by_hand(&input, sizes, &scratch("hand").0));
    }
    let (events, batch) = (sizes.events, sizes.event_batch);
    println!("\n{name}: {events} events, microbatches of {batch}");
    table::print_times(events, events * generate::EVENT_BYTES, &rounds.contestants());
}

fn run_lists(options: &Options) {
    let sizes = &options.sizes;
    let input = lists::Input::new(generate::uniform_keys(sizes.events));
    let scratch = |name| Scratch::new(options, name);
    let mut rounds = Rounds::default();
    for _ in 0..options.rounds {
        let storage = checkpoint_at(sizes.item_log_bytes);
        let outcome = lists::run_rama(&input, sizes, storage, &scratch("rama").0);
        let times = rounds.push_rama(outcome);
        let dir = scratch("unchecked");
        rounds.unchecked.push(lists::run_rama(&input, sizes, no_checkpoints(), &dir.0));
        rounds.redb.push(lists::run_redb(&input, sizes, times, &scratch("redb").0));
        rounds.hand.push(lists::run_by_hand(&input, sizes, &scratch("hand").0));
    }
    let (events, batch) = (sizes.events, sizes.event_batch);
    println!("\nAppends to a million lists: {events} items, microbatches of {batch}");
    table::print_times(events, events * generate::ITEM_BYTES, &rounds.contestants());
}

fn run_transfers(options: &Options) {
    let sizes = &options.sizes;
    let input = transfers::Input::new(sizes.transfers, sizes.accounts);
    let scratch = |name| Scratch::new(options, name);
    let mut rounds = Rounds::default();
    let mut accepted = Vec::new();
    for _ in 0..options.rounds {
        let storage = checkpoint_at(sizes.transfer_log_bytes);
        let ours = transfers::run_rama(&input, sizes, storage, &scratch("rama").0);
        let times = rounds.push_rama(ours.0);
        let dir = scratch("unchecked");
        let unchecked = transfers::run_rama(&input, sizes, no_checkpoints(), &dir.0);
        let redb = transfers::run_redb(&input, sizes, times, &scratch("redb").0);
        let hand = transfers::run_by_hand(&input, sizes, &scratch("hand").0);
        accepted.push(format!("{} {} {} {}", ours.1, unchecked.1, redb.1, hand.1));
        rounds.unchecked.push(unchecked.0);
        rounds.redb.push(redb.0);
        rounds.hand.push(hand.0);
    }
    let (count, accounts, batch) = (sizes.transfers, sizes.accounts, sizes.transfer_batch);
    println!("\nW2 transfers: {count} between {accounts} accounts, microbatches of {batch}");
    println!("accepted, by contestant: {}", accepted.join("; "));
    table::print_times(count, count * generate::TRANSFER_BYTES, &rounds.contestants());
}

fn run_reads(options: &Options) {
    let (input, sizes) = (reads::Input::new(), &options.sizes);
    let (mut rama, mut redb) = (Vec::new(), Vec::new());
    for _ in 0..options.rounds {
        rama.push(reads::run_rama(&input, sizes, &Scratch::new(options, "rama").0));
        redb.push(reads::run_redb(&input, sizes, &Scratch::new(options, "redb").0));
    }
    table::print_reads(&rama, &redb);
    table::print_first_checkpoint(&rama);
}

fn run_acks(options: &Options) {
    let sizes = &options.sizes;
    let keys = generate::event_keys(sizes.events);
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..options.rounds {
        with.push(acks::run(&keys, sizes, true, &Scratch::new(options, "with").0));
        without.push(acks::run(&keys, sizes, false, &Scratch::new(options, "without").0));
    }
    table::print_acks(&with, &without);
}

fn main() {
    let options = Options::parse();
    println!("{} rounds, {THREADS} tasks on {THREADS} threads", options.rounds);
    let parts: [Part; 6] = [
        ("w1", run_zipf),
        ("uniform", run_uniform),
        ("lists", run_lists),
        ("w2", run_transfers),
        ("w4", run_reads),
        ("acks", run_acks),
    ];
    for (name, run) in parts {
        if options.runs(name) {
            run(&options);
        }
    }
    let _ = std::fs::remove_dir_all(&options.dir);
}
