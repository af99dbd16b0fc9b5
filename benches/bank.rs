//! Transfers between 200,000 accounts in microbatches of 10,000, durable, beside a hand-written
//! two-phase loop over a plain log and maps. Both run in turn in one process; the ratio is printed.
//!
//! `cargo bench --bench bank -- [--rounds N] [--transfers N] [--dir D]`

#![allow(missing_docs)]

use std::collections::HashMap;
use std::fs::File;
use std::hash::{BuildHasherDefault, Hasher};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Barrier, Mutex};
use std::time::Instant;

use rama::{AckLevel, InProcessCluster, PMap, Record, defmodule};
use serde::{Deserialize, Serialize};

const ACCOUNTS: u64 = 200_000;
const INITIAL: i64 = 2_000;
const BATCH: usize = 10_000;
const THREADS: usize = 2;

#[derive(Clone, Copy, Debug, Serialize, Deserialize, Record)]
pub struct Transfer {
    pub id: u64,
    pub from: u64,
    pub to: u64,
    pub amount: i64,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize, Record)]
pub struct Deposit {
    pub account: u64,
    pub amount: i64,
}

/// To or from whom, how much, and whether it was accepted.
pub type Row = (u64, i64, bool);

defmodule! {
    /// The bank of the benchmark: histories keyed by number.
    pub module BenchBank {
        depot *transfers: Transfer, hash_by(.from);
        depot *deposits: Deposit, hash_by(.account);

        microbatch banking {
            pstate $$funds: PMap<u64, i64>;
            pstate $$outgoing: PMap<u64, PMap<u64, Row>>;
            pstate $$incoming: PMap<u64, PMap<u64, Row>>;

            sources! {
                source> *transfers :> %microbatch;
                %microbatch() :> Transfer { *id, *from, *to, *amount };
                local_select> $$funds.key(*from).nil_to_val(0) :> *funds;
                *funds >= *amount :> *ok;
                <<if *ok {
                    local_transform> $$funds.key(*from).termval(*funds - *amount);
                }
                local_transform> $$outgoing.key(*from).key(*id).termval((*to, *amount, *ok));
                filter> *ok;
                |hash(*to);
                +compound $$funds { *to => +sum(*amount) };
                local_transform> $$incoming.key(*to).key(*id).termval((*from, *amount, *ok));

                source> *deposits :> %microbatch;
                %microbatch() :> Deposit { *account, *amount };
                +compound $$funds { *account => +sum(*amount) };
            }
        }
    }
}

/// The splitmix64 finalizer.
fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn generate(count: usize) -> Vec<Transfer> {
    let mut state = 4242_u64;
    let mut below = |n: u64| {
        let random = mix(state);
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        ((u128::from(random) * u128::from(n)) >> 64) as u64
    };
    (0..count as u64)
        .map(|id| {
            let from = below(ACCOUNTS);
            let to = below(ACCOUNTS - 1);
            let to = if to >= from { to + 1 } else { to };
            Transfer { id, from, to, amount: 1 + below(1_000) as i64 }
        })
        .collect()
}

/// What a run did, for the comparison.
struct Outcome {
    seconds: f64,
    accepted: usize,
    total: i64,
}

fn run_rama(transfers: &[Transfer], dir: &Path) -> Outcome {
    let cluster = InProcessCluster::builder()
        .data_dir(dir)
        .microbatch_max_records((BATCH / THREADS) as u64)
        .build()
        .expect("a cluster");
    cluster.launch(BenchBank, THREADS, THREADS).expect("launch");
    let deposits = cluster.depot(BenchBank::deposits);
    let each = (0..ACCOUNTS).map(|account| Deposit { account, amount: INITIAL });
    deposits.append_all_with(each, AckLevel::None).expect("append");
    cluster.sync().expect("sync");
    cluster.wait_for_microbatch_processed_count(BenchBank::banking, ACCOUNTS).expect("deposits");

    let depot = cluster.depot(BenchBank::transfers);
    let start = Instant::now();
    // As the loop by hand does: a batch at a time.
    for batch in transfers.chunks(BATCH) {
        depot.append_all_with(batch.iter().copied(), AckLevel::None).expect("append");
    }
    cluster
        .wait_for_microbatch_processed_count(BenchBank::banking, ACCOUNTS + transfers.len() as u64)
        .expect("transfers");
    let seconds = start.elapsed().as_secs_f64();

    let funds = cluster.pstate(BenchBank::funds);
    let incoming = cluster.pstate(BenchBank::incoming);
    let (mut accepted, mut total) = (0, 0);
    for task in 0..THREADS {
        total += funds.at_task(task).select(|p| p.map_vals()).expect("funds").iter().sum::<i64>();
        let counts = incoming.at_task(task).select(|p| p.map_vals().count()).expect("incoming");
        accepted += counts.iter().sum::<usize>();
    }
    cluster.close().expect("close");
    Outcome { seconds, accepted, total }
}

/// A fast hasher for integer keys.
#[derive(Default)]
struct FastHasher(u64);

impl Hasher for FastHasher {
    fn write(&mut self, _: &[u8]) {
        unreachable!("only integers are hashed");
    }

    fn write_u64(&mut self, value: u64) {
        let product =
            u128::from(self.0 ^ value).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
        self.0 = product as u64 ^ (product >> 64) as u64;
    }

    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}

#[derive(Default)]
struct Account {
    funds: i64,
    outgoing: Vec<(u64, Row)>,
    incoming: Vec<(u64, Row)>,
}

/// An append-only file: frames of length and checksum, one write and one sync per commit.
struct PlainLog {
    file: File,
    position: u64,
    buffer: Vec<u8>,
}

impl PlainLog {
    fn create(path: PathBuf) -> PlainLog {
        let file = File::create(path).expect("a log file");
        PlainLog { file, position: 0, buffer: Vec::new() }
    }

    fn push(&mut self, words: &[u64]) {
        for word in words {
            self.buffer.extend_from_slice(&word.to_le_bytes());
        }
    }

    fn commit(&mut self) {
        if self.buffer.is_empty() {
            return;
        }
        let length = self.buffer.len() as u32;
        let crc = crc32fast::hash(&self.buffer);
        self.buffer.extend_from_slice(&length.to_le_bytes());
        self.buffer.extend_from_slice(&crc.to_le_bytes());
        self.file.write_all_at(&self.buffer, self.position).expect("a write");
        self.file.sync_data().expect("a sync");
        self.position += self.buffer.len() as u64;
        self.buffer.clear();
    }
}

fn partition(account: u64) -> usize {
    ((u128::from(mix(account)) * THREADS as u128) >> 64) as usize
}

/// Two threads: log the transfers, debit and note, exchange, credit and note, prepare both index
/// logs, and commit by a single entry.
fn run_by_hand(transfers: &[Transfer], dir: &Path) -> Outcome {
    std::fs::create_dir_all(dir).expect("a directory");
    let mut accounts: Vec<HashMap<u64, Account, BuildHasherDefault<FastHasher>>> =
        (0..THREADS).map(|_| HashMap::default()).collect();
    for account in 0..ACCOUNTS {
        let row = Account { funds: INITIAL, ..Account::default() };
        accounts[partition(account)].insert(account, row);
    }
    let barrier = Barrier::new(THREADS);
    let exchange: Vec<Vec<Mutex<Vec<Transfer>>>> =
        (0..THREADS).map(|_| (0..THREADS).map(|_| Mutex::default()).collect()).collect();
    let start = Instant::now();
    let results: Vec<(usize, i64)> = std::thread::scope(|scope| {
        let handles: Vec<_> = accounts
            .iter_mut()
            .enumerate()
            .map(|(me, accounts)| {
                let (barrier, exchange) = (&barrier, &exchange);
                scope.spawn(move || {
                    let mut log = PlainLog::create(dir.join(format!("log-{me}")));
                    let mut index = PlainLog::create(dir.join(format!("index-{me}")));
                    let mut commits = PlainLog::create(dir.join(format!("commit-{me}")));
                    let mut accepted = 0;
                    for (number, batch) in transfers.chunks(BATCH).enumerate() {
                        let mine: Vec<Transfer> =
                            batch.iter().filter(|t| partition(t.from) == me).copied().collect();
                        for t in &mine {
                            log.push(&[t.id, t.from, t.to, t.amount as u64]);
                        }
                        log.commit();
                        let mut outgoing: Vec<Vec<Transfer>> = vec![Vec::new(); THREADS];
                        for t in &mine {
                            let account = accounts.entry(t.from).or_default();
                            let ok = account.funds >= t.amount;
                            account.outgoing.push((t.id, (t.to, t.amount, ok)));
                            if ok {
                                account.funds -= t.amount;
                                outgoing[partition(t.to)].push(*t);
                                accepted += 1;
                            }
                            let row = [t.from, account.funds as u64, t.id, t.to];
                            index.push(&row);
                            index.push(&[t.amount as u64, u64::from(ok)]);
                        }
                        for (to, transfers) in outgoing.into_iter().enumerate() {
                            *exchange[me][to].lock().expect("a lock") = transfers;
                        }
                        barrier.wait();
                        for from in exchange {
                            for t in from[me].lock().expect("a lock").iter() {
                                let account = accounts.entry(t.to).or_default();
                                account.funds += t.amount;
                                account.incoming.push((t.id, (t.from, t.amount, true)));
                                let row = [t.to, account.funds as u64, t.id, t.from];
                                index.push(&row);
                                index.push(&[t.amount as u64]);
                            }
                        }
                        index.commit();
                        barrier.wait();
                        if me == 0 {
                            commits.push(&[number as u64]);
                            commits.commit();
                        }
                        barrier.wait();
                    }
                    (accepted, accounts.values().map(|account| account.funds).sum())
                })
            })
            .collect();
        handles.into_iter().map(|handle| handle.join().expect("a thread")).collect()
    });
    let seconds = start.elapsed().as_secs_f64();
    let accepted = results.iter().map(|(accepted, _)| accepted).sum();
    Outcome { seconds, accepted, total: results.iter().map(|(_, total)| total).sum() }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let mut rounds = 3;
    let mut count = 1_000_000;
    let mut parent = std::env::temp_dir();
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match &*arg {
            "--rounds" => rounds = args.next().and_then(|n| n.parse().ok()).expect("a number"),
            "--transfers" => count = args.next().and_then(|n| n.parse().ok()).expect("a number"),
            "--dir" => parent = args.next().expect("a directory").into(),
            "--bench" => {}
            other => panic!("unknown argument {other}"),
        }
    }
    let transfers = generate(count);
    let directory = parent.join(format!("rama-bench-bank-{}", std::process::id()));
    let (mut ours, mut by_hand, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    println!("{ACCOUNTS} accounts, {count} transfers, microbatches of {BATCH}, {THREADS} threads");
    for round in 1..=rounds {
        let hand = run_by_hand(&transfers, &directory.join(format!("hand-{round}")));
        let rama = run_rama(&transfers, &directory.join(format!("rama-{round}")));
        for outcome in [&hand, &rama] {
            assert_eq!(outcome.total, ACCOUNTS as i64 * INITIAL, "money is conserved");
        }
        let rate = |outcome: &Outcome| count as f64 / outcome.seconds;
        let ratio = rate(&rama) / rate(&hand);
        println!(
            "round {round}: rama {:>9.0} transfers/s ({} accepted), by hand {:>9.0} ({} accepted), ratio {ratio:.3}",
            rate(&rama),
            rama.accepted,
            rate(&hand),
            hand.accepted,
        );
        ours.push(rate(&rama));
        by_hand.push(rate(&hand));
        ratios.push(ratio);
        let _ = std::fs::remove_dir_all(&directory);
    }
    println!(
        "median: rama {:.0} transfers/s, by hand {:.0}, ratio {:.3}",
        median(ours),
        median(by_hand),
        median(ratios)
    );
}
