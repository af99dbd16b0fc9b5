//! W2 by rama.

use std::path::Path;

use rama::{AckLevel, StorageOptions};

use super::Input;
use super::ledger::Ledger;
use crate::THREADS;
use crate::generate::{INITIAL, Move};
use crate::instruments::{Instrumented, least_checkpoints};
use crate::modules::{Bank, Deposit, Transfer};
use crate::options::Sizes;
use crate::outcome::{Outcome, Timed};

/// The outcome, and the number of accepted transfers.
pub fn run_rama(
    input: &Input,
    sizes: &Sizes,
    storage: StorageOptions,
    dir: &Path,
) -> (Outcome, usize) {
    let checkpoints = least_checkpoints(&storage);
    let rama = Instrumented::launch(Bank, dir, sizes.transfer_batch / THREADS, storage);
    deposit(&rama, input);
    let depot = rama.cluster.depot(Bank::transfers);
    let before = rama.doings();
    let timed = Timed::start();
    let transfers = input.moves.iter().map(|each| Transfer::from(*each));
    let group = sizes.transfer_batch;
    rama.feed_and_process(Bank::banking, input.accounts, &depot, transfers, group, checkpoints);
    let doings = rama.doings_since(&before);
    let outcome = timed.stop(doings.checkpoints, Some(doings));
    let accepted = check(&rama, input);
    rama.cluster.close().expect("close");
    (outcome, accepted)
}

fn deposit(rama: &Instrumented, input: &Input) {
    let deposits = rama.cluster.depot(Bank::deposits);
    for account in 0..input.accounts {
        let deposit = Deposit { account, amount: INITIAL };
        deposits.append_with(deposit, AckLevel::None).expect("an append");
    }
    rama.cluster
        .wait_for_microbatch_processed_count(Bank::banking, input.accounts)
        .expect("deposits");
}

fn check(rama: &Instrumented, input: &Input) -> usize {
    let mut ledger = Ledger::new(input);
    let (funds, outgoing, incoming) = (
        rama.cluster.pstate(Bank::funds),
        rama.cluster.pstate(Bank::outgoing),
        rama.cluster.pstate(Bank::incoming),
    );
    for task in 0..THREADS {
        for (account, funds) in funds.at_task(task).select(|p| p.all()).expect("funds") {
            ledger.funds(account, funds);
        }
    }
    for from in 0..input.accounts {
        for (id, (to, amount, ok)) in outgoing.select(|p| p.key(from).all()).expect("a history") {
            ledger.outgoing(Move { id, from, to, amount }, ok);
        }
    }
    for to in 0..input.accounts {
        for (id, (from, amount, _)) in incoming.select(|p| p.key(to).all()).expect("a history") {
            ledger.incoming(Move { id, from, to, amount });
        }
    }
    ledger.finish()
}
