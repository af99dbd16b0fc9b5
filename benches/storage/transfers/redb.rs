//! W2 by hand over redb: a log, changed rows in memory, and now and then one transaction of them.
//!
//! One thread: redb has one writer, and one order of transfers needs no two-phase commit.

use std::path::Path;

use redb::{Database, ReadOnlyTable, ReadableDatabase, ReadableTable, TableDefinition};

use super::Input;
use super::ledger::Ledger;
use crate::REDB_CACHE;
use crate::generate::{FastMap, INITIAL, Move};
use crate::options::Sizes;
use crate::outcome::{Outcome, Timed, is_write_back};
use crate::plain_log::PlainLog;

type Row = (u64, i64, bool);

const FUNDS: TableDefinition<'static, u64, i64> = TableDefinition::new("funds");
const OUTGOING: TableDefinition<'static, (u64, u64), Row> = TableDefinition::new("outgoing");
const INCOMING: TableDefinition<'static, (u64, u64), Row> = TableDefinition::new("incoming");
const META: TableDefinition<'static, &'static str, u64> = TableDefinition::new("meta");

/// Rows newer than the last transaction.
#[derive(Default)]
struct Overlay {
    funds: FastMap<i64>,
    outgoing: Vec<((u64, u64), Row)>,
    incoming: Vec<((u64, u64), Row)>,
}

impl Overlay {
    fn funds(&mut self, account: u64, committed: &ReadOnlyTable<u64, i64>) -> &mut i64 {
        self.funds
            .entry(account)
            .or_insert_with(|| committed.get(account).expect("a read").expect("an account").value())
    }

    fn transfer(&mut self, each: Move, committed: &ReadOnlyTable<u64, i64>) {
        let Move { id, from, to, amount } = each;
        let funds = self.funds(from, committed);
        let ok = *funds >= amount;
        if ok {
            *funds -= amount;
            *self.funds(to, committed) += amount;
            self.incoming.push(((to, id), (from, amount, ok)));
        }
        self.outgoing.push(((from, id), (to, amount, ok)));
    }

    /// Writes all rows in key order, with the number of batches they come from.
    fn write_back(&mut self, database: &Database, batches: usize) {
        let mut funds: Vec<(u64, i64)> = self.funds.drain().collect();
        funds.sort_unstable();
        self.outgoing.sort_unstable();
        self.incoming.sort_unstable();
        let transaction = database.begin_write().expect("a transaction");
        {
            let mut table = transaction.open_table(FUNDS).expect("a table");
            for (account, funds) in funds {
                table.insert(account, funds).expect("a write");
            }
            for (name, rows) in [(OUTGOING, &mut self.outgoing), (INCOMING, &mut self.incoming)] {
                let mut table = transaction.open_table(name).expect("a table");
                for (key, row) in rows.drain(..) {
                    table.insert(key, row).expect("a write");
                }
            }
            let mut meta = transaction.open_table(META).expect("a table");
            meta.insert("batches", batches as u64).expect("a write");
        }
        transaction.commit().expect("a commit");
    }
}

/// The outcome, and the number of accepted transfers.
pub fn run_redb(input: &Input, sizes: &Sizes, write_backs: u64, dir: &Path) -> (Outcome, usize) {
    std::fs::create_dir_all(dir).expect("a directory");
    let path = dir.join("bank.redb");
    let database =
        Database::builder().set_cache_size(REDB_CACHE).create(&path).expect("a database");
    let mut overlay = Overlay::default();
    overlay.funds.extend((0..input.accounts).map(|account| (account, INITIAL)));
    overlay.write_back(&database, 0);
    let batches = input.moves.len().div_ceil(sizes.transfer_batch);
    let timed = Timed::start();
    let mut log = PlainLog::create(&dir.join("log"));
    for (number, batch) in input.moves.chunks(sizes.transfer_batch).enumerate() {
        for each in batch {
            log.push_words(&each.words());
        }
        log.commit();
        let transaction = database.begin_read().expect("a transaction");
        let committed = transaction.open_table(FUNDS).expect("a table");
        for each in batch {
            overlay.transfer(*each, &committed);
        }
        if is_write_back(number, batches, write_backs) {
            overlay.write_back(&database, number + 1);
        }
    }
    let outcome = timed.stop(write_backs, None);
    (outcome, check(input, &database))
}

fn check(input: &Input, database: &Database) -> usize {
    let mut ledger = Ledger::new(input);
    let transaction = database.begin_read().expect("a transaction");
    let funds = transaction.open_table(FUNDS).expect("a table");
    for row in funds.iter().expect("rows") {
        let (account, funds) = row.expect("a row");
        ledger.funds(account.value(), funds.value());
    }
    let outgoing = transaction.open_table(OUTGOING).expect("a table");
    for row in outgoing.iter().expect("rows") {
        let (key, row) = row.expect("a row");
        let ((from, id), (to, amount, ok)) = (key.value(), row.value());
        ledger.outgoing(Move { id, from, to, amount }, ok);
    }
    let incoming = transaction.open_table(INCOMING).expect("a table");
    for row in incoming.iter().expect("rows") {
        let (key, row) = row.expect("a row");
        let ((to, id), (from, amount, _)) = (key.value(), row.value());
        ledger.incoming(Move { id, from, to, amount });
    }
    ledger.finish()
}
