//! W4 by rama.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use rama::{AckLevel, DepotClient, PMap, PStateClient, StorageOptions};

use super::{BATCH, Batch, Cases, ITEMS, Input, Store, measure, read, read_keys};
use crate::instruments::{Instrumented, checkpoint_at};
use crate::modules::{Item, KeyEvent, Reads};
use crate::options::Sizes;

/// Most records of one depot partition in a microbatch.
const MICROBATCH: usize = 10_000;

/// `O` is the topology's tag.
struct Rama<O: 'static> {
    rama: Instrumented,
    counts: PStateClient<O, PMap<u64, u64>>,
    items: PStateClient<O, PMap<u64, PMap<u64, [u8; 16]>>>,
    events: DepotClient<KeyEvent>,
    changes: DepotClient<Item>,
    /// Records that have come in.
    appended: AtomicU64,
}

impl<O> Rama<O> {
    /// 100 rows in order.
    fn items(&self, structure: u64) -> Vec<(u64, [u8; 16])> {
        self.items.select(|path| path.key(structure).all()).expect("items")
    }
}

impl<O> Store for Rama<O> {
    fn point(&self, key: u64) -> u64 {
        let count = self.counts.select_one(|path| path.key(key)).expect("a count");
        count.expect("a key that is there")
    }

    fn range(&self, structure: u64) -> (usize, u64) {
        let items = self.items(structure);
        (items.len(), items.iter().map(|(_, value)| u64::from(value[0])).sum())
    }

    fn ingest(&self, batch: &Batch) {
        let events = (batch.first..).zip(&batch.keys);
        self.rama.feed(
            &self.events,
            events.map(|(at, key)| KeyEvent::new(*key, at)),
            BATCH,
            |_| {},
        );
        let changes = batch.items.iter();
        let change =
            |(structure, at): &(u64, u64)| Item { structure: *structure, at: *at, value: [8; 16] };
        self.rama.feed(&self.changes, changes.map(change), BATCH, |_| {});
        let more = (batch.keys.len() + batch.items.len()) as u64;
        let all = self.appended.fetch_add(more, Ordering::Relaxed) + more;
        self.rama
            .cluster
            .wait_for_microbatch_processed_count(Reads::indexing, all)
            .expect("the batch");
    }

    fn checkpoints(&self) -> u64 {
        self.rama.doings().checkpoints
    }
}

/// Makes the state, and how many records made it.
fn preload(sizes: &Sizes, dir: &Path) -> u64 {
    let rama = Instrumented::launch(Reads, dir, MICROBATCH, StorageOptions::default());
    let (events, changes) = (rama.cluster.depot(Reads::events), rama.cluster.depot(Reads::changes));
    for (number, key) in (0..).zip(read_keys(sizes)) {
        let event = KeyEvent::new(key, number);
        events.append_with(event, AckLevel::None).expect("an append");
    }
    for structure in 0..sizes.structures {
        for at in 0..ITEMS {
            let item = Item { structure, at, value: [7; 16] };
            changes.append_with(item, AckLevel::None).expect("an append");
        }
    }
    let all = sizes.keys as u64 + sizes.structures * ITEMS;
    rama.cluster.wait_for_microbatch_processed_count(Reads::indexing, all).expect("all records");
    rama.cluster.close().expect("close");
    all
}

pub fn run_rama(input: &Input, sizes: &Sizes, dir: &Path) -> Cases {
    let appended = preload(sizes, dir);
    // Opened again, with what is in the log and not in a checkpoint under the small limit.
    let storage = checkpoint_at(sizes.read_log_bytes);
    let rama = Instrumented::launch(Reads, dir, MICROBATCH, storage);
    let store = Rama {
        counts: rama.cluster.pstate(Reads::counts),
        items: rama.cluster.pstate(Reads::items),
        events: rama.cluster.depot(Reads::events),
        changes: rama.cluster.depot(Reads::changes),
        appended: AtomicU64::new(appended),
        rama,
    };
    let mut first = true;
    let first_checkpoint =
        read(&store, sizes, || std::mem::replace(&mut first, false) || store.checkpoints() == 0);
    let (idle, ingesting) = measure(&store, input, sizes);
    let Rama { rama, .. } = store;
    rama.cluster.close().expect("close");
    Cases { first_checkpoint: Some(first_checkpoint), idle, ingesting }
}
