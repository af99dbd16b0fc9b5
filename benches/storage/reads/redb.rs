//! W4 by hand over redb: a log, and a transaction a batch.

use std::path::Path;
use std::sync::Mutex;

use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};

use super::{Batch, Cases, ITEMS, Input, Store, measure, read_keys};
use crate::REDB_CACHE;
use crate::generate::event_bytes;
use crate::options::Sizes;
use crate::plain_log::PlainLog;

const COUNTS: TableDefinition<'static, u64, u64> = TableDefinition::new("counts");
const ROWS: TableDefinition<'static, (u64, u64), [u8; 16]> = TableDefinition::new("items");

struct Redb {
    database: Database,
    log: Mutex<PlainLog>,
}

impl Store for Redb {
    fn point(&self, key: u64) -> u64 {
        let transaction = self.database.begin_read().expect("a transaction");
        let table = transaction.open_table(COUNTS).expect("a table");
        let count = table.get(key).expect("a read");
        count.expect("a key that is there").value()
    }

    fn range(&self, structure: u64) -> (usize, u64) {
        let transaction = self.database.begin_read().expect("a transaction");
        let table = transaction.open_table(ROWS).expect("a table");
        let rows = table.range((structure, 0)..(structure, ITEMS)).expect("rows");
        // As rama gives them: key and value of each.
        let items: Vec<(u64, [u8; 16])> = rows
            .map(|row| {
                let (key, value) = row.expect("a row");
                (key.value().1, value.value())
            })
            .collect();
        (items.len(), items.iter().map(|(_, value)| u64::from(value[0])).sum())
    }

    fn ingest(&self, batch: &Batch) {
        let mut log = self.log.lock().expect("a lock");
        for (number, key) in (batch.first..).zip(&batch.keys) {
            log.push(&event_bytes(*key, number));
        }
        for (structure, at) in &batch.items {
            log.push_words(&[*structure, *at, 8, 8]);
        }
        log.commit();
        let transaction = self.database.begin_write().expect("a transaction");
        {
            let mut table = transaction.open_table(COUNTS).expect("a table");
            for key in &batch.keys {
                let before = table.get(key).expect("a read").map_or(0, |count| count.value());
                table.insert(key, before + 1).expect("a write");
            }
            let mut table = transaction.open_table(ROWS).expect("a table");
            for key in &batch.items {
                table.insert(key, [8; 16]).expect("a write");
            }
        }
        transaction.commit().expect("a commit");
    }

    fn checkpoints(&self) -> u64 {
        0
    }
}

fn preload(database: &Database, sizes: &Sizes) {
    let mut keys: Vec<u64> = read_keys(sizes).collect();
    keys.sort_unstable();
    let transaction = database.begin_write().expect("a transaction");
    {
        let mut table = transaction.open_table(COUNTS).expect("a table");
        for key in keys {
            table.insert(key, 1).expect("a write");
        }
        let mut table = transaction.open_table(ROWS).expect("a table");
        for structure in 0..sizes.structures {
            for at in 0..ITEMS {
                table.insert((structure, at), [7; 16]).expect("a write");
            }
        }
    }
    transaction.commit().expect("a commit");
}

pub fn run_redb(input: &Input, sizes: &Sizes, dir: &Path) -> Cases {
    std::fs::create_dir_all(dir).expect("a directory");
    let path = dir.join("reads.redb");
    let database =
        Database::builder().set_cache_size(REDB_CACHE).create(&path).expect("a database");
    preload(&database, sizes);
    let log = Mutex::new(PlainLog::create(&dir.join("log")));
    let (idle, ingesting) = measure(&Redb { database, log }, input, sizes);
    Cases { first_checkpoint: None, idle, ingesting }
}
