//! W2 by hand: two threads, maps of structs, and a two-phase commit over plain logs.

use std::path::Path;
use std::sync::{Barrier, Mutex};

use super::Input;
use super::ledger::Ledger;
use crate::THREADS;
use crate::generate::{FastMap, INITIAL, Move, thread_of};
use crate::options::Sizes;
use crate::outcome::{Outcome, Timed};
use crate::plain_log::PlainLog;

#[derive(Default)]
struct Account {
    funds: i64,
    /// To whom, and whether accepted.
    outgoing: Vec<(Move, bool)>,
    incoming: Vec<Move>,
}

/// What the threads share: the transfers that each has for each, and where they meet.
struct Exchange {
    boxes: [[Mutex<Vec<Move>>; THREADS]; THREADS],
    barrier: Barrier,
}

/// One thread's part.
struct Part<'a> {
    me: usize,
    accounts: FastMap<Account>,
    log: PlainLog,
    index: PlainLog,
    exchange: &'a Exchange,
}

impl Part<'_> {
    /// Logs the transfers of this thread's senders, debits and notes them, and hands them over.
    fn debit(&mut self, batch: &[Move]) {
        let mine: Vec<Move> =
            batch.iter().filter(|each| thread_of(each.from) == self.me).copied().collect();
        for each in &mine {
            self.log.push_words(&each.words());
        }
        self.log.commit();
        let mut accepted: [Vec<Move>; THREADS] = Default::default();
        for each in mine {
            let account = self.accounts.entry(each.from).or_default();
            let ok = account.funds >= each.amount;
            account.outgoing.push((each, ok));
            if ok {
                account.funds -= each.amount;
                accepted[thread_of(each.to)].push(each);
            }
            self.index.push_words(&each.words());
            self.index.push_words(&[account.funds as u64, u64::from(ok)]);
        }
        for (each, accepted) in self.exchange.boxes[self.me].iter().zip(accepted) {
            *each.lock().expect("a lock") = accepted;
        }
    }

    /// Credits and notes the transfers to this thread's receivers, and makes the batch's changes
    /// durable.
    fn credit(&mut self) {
        for from in &self.exchange.boxes {
            for each in from[self.me].lock().expect("a lock").iter() {
                let account = self.accounts.entry(each.to).or_default();
                account.funds += each.amount;
                account.incoming.push(*each);
                self.index.push_words(&each.words());
                self.index.push_words(&[account.funds as u64]);
            }
        }
        self.index.commit();
    }
}

/// The outcome, and the number of accepted transfers.
pub fn run_by_hand(input: &Input, sizes: &Sizes, dir: &Path) -> (Outcome, usize) {
    std::fs::create_dir_all(dir).expect("a directory");
    let mut accounts: [FastMap<Account>; THREADS] = Default::default();
    for account in 0..input.accounts {
        let row = Account { funds: INITIAL, ..Account::default() };
        accounts[thread_of(account)].insert(account, row);
    }
    let exchange = Exchange { boxes: Default::default(), barrier: Barrier::new(THREADS) };
    let timed = Timed::start();
    let accounts: Vec<FastMap<Account>> = std::thread::scope(|scope| {
        let threads: Vec<_> = accounts
            .into_iter()
            .enumerate()
            .map(|(me, accounts)| {
                let exchange = &exchange;
                scope.spawn(move || run_thread(me, accounts, exchange, input, sizes, dir))
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("a thread")).collect()
    });
    let outcome = timed.stop(0, None);
    (outcome, check(input, &accounts))
}

fn run_thread(
    me: usize,
    accounts: FastMap<Account>,
    exchange: &Exchange,
    input: &Input,
    sizes: &Sizes,
    dir: &Path,
) -> FastMap<Account> {
    let log = PlainLog::create(&dir.join(format!("log-{me}")));
    let index = PlainLog::create(&dir.join(format!("index-{me}")));
    let mut commits = PlainLog::create(&dir.join(format!("commits-{me}")));
    let mut part = Part { me, accounts, log, index, exchange };
    for (number, batch) in input.moves.chunks(sizes.transfer_batch).enumerate() {
        part.debit(batch);
        exchange.barrier.wait();
        part.credit();
        exchange.barrier.wait();
        if me == 0 {
            // Both have prepared: this decides.
            commits.push_words(&[number as u64]);
            commits.commit();
        }
        exchange.barrier.wait();
    }
    part.accounts
}

fn check(input: &Input, accounts: &[FastMap<Account>]) -> usize {
    let mut ledger = Ledger::new(input);
    for (number, account) in accounts.iter().flatten() {
        ledger.funds(*number, account.funds);
        for (each, ok) in &account.outgoing {
            ledger.outgoing(*each, *ok);
        }
        for each in &account.incoming {
            ledger.incoming(*each);
        }
    }
    ledger.finish()
}
