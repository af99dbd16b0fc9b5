//! The committed rows of one node, in layers.
//!
//! From the newest to the oldest:
//!
//! - **sealed**: write sets of commits, each with its position, kept apart while a commit is not
//!   durable yet or a running read is older than it;
//! - **active**: decoded rows newer than the last checkpoint. Sealed ones are *folded* into it;
//! - **frozen**: what was active when the running checkpoint began;
//! - **cache**: decoded rows that are also in the last checkpoint; bounded, and thrown away by halves;
//! - **backing**: the last checkpoint, encoded.
//!
//! Nothing beneath the sealed layer is newer than any running read, so a read needs to look at
//! positions only there, and may use the newest backing. A lock is held for one row or one page of
//! rows, and never while the backing is read.

use std::collections::VecDeque;
use std::ops::Bound;
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::backing::Backing;
use super::horizon::{AsOf, Horizon, Memory};
use super::page::{Page, PageBuilder};
use super::sorted::SortedMap;
use super::table::Table;
use super::writes::WriteRows;
use crate::error::{PathError, StoreError};
use crate::key::KeyBytes;
use crate::schema::Slot;

/// Rows moved at a time from the frozen layer into the cache.
const MOVED_AT_ONCE: usize = 1_000;

/// Committed rows: (structure id, element key) -> slot.
#[derive(Debug)]
pub(crate) struct Rows<T> {
    node: u32,
    horizon: Arc<Horizon>,
    layers: RwLock<Layers<T>>,
}

struct Layers<T> {
    /// Oldest first.
    sealed: VecDeque<Sealed<T>>,
    active: Table<T>,
    frozen: Option<Arc<Table<T>>>,
    /// Bytes of `frozen` as it was frozen.
    frozen_bytes: usize,
    young: Table<T>,
    old: Table<T>,
    backing: Option<Arc<dyn Backing>>,
    /// Structures from here on are younger than the last freeze: they have no rows beneath `active`.
    next_structure: u64,
    /// Every row of the backing is also in memory.
    complete: bool,
    /// Folded removals of structures that may have rows beneath `active`.
    dropped: Vec<u64>,
    /// The ones that the running checkpoint takes down.
    frozen_dropped: Vec<u64>,
    /// An empty write set whose memory is used again.
    spare: Option<WriteRows<T>>,
}

impl<T> std::fmt::Debug for Layers<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Layers").field("sealed", &self.sealed.len()).finish_non_exhaustive()
    }
}

struct Sealed<T> {
    position: u64,
    bytes: usize,
    rows: WriteRows<T>,
    /// Of `rows`, made when a range is read.
    top_order: OnceLock<Vec<u32>>,
}

/// The key of a row in the backing: the structure's id, its bytes counted, then the element's key.
pub(crate) fn row_key(structure: u64, key: &[u8]) -> KeyBytes {
    let bytes = structure.to_be_bytes();
    let skip = (structure.leading_zeros() / 8) as usize;
    let mut row = KeyBytes::new();
    row.push((bytes.len() - skip) as u8);
    row.extend(&bytes[skip..]);
    row.extend(key);
    row
}

/// Takes the structure's id off the key of a row in the backing.
pub(crate) fn split_row_key(row: &[u8]) -> Option<(u64, &[u8])> {
    let (len, rest) = row.split_first()?;
    if *len > 8 {
        return None;
    }
    let (id, key) = rest.split_at_checked(usize::from(*len))?;
    Some((id.iter().fold(0, |id, byte| (id << 8) | u64::from(*byte)), key))
}

impl<T> Rows<T> {
    pub(crate) fn new(node: u32, horizon: &Arc<Horizon>) -> Self {
        let layers = Layers {
            sealed: VecDeque::new(),
            active: Table::default(),
            frozen: None,
            frozen_bytes: 0,
            young: Table::default(),
            old: Table::default(),
            backing: None,
            next_structure: 0,
            complete: true,
            dropped: Vec::new(),
            frozen_dropped: Vec::new(),
            spare: None,
        };
        Self { node, horizon: Arc::clone(horizon), layers: RwLock::new(layers) }
    }

    pub(crate) fn node(&self) -> u32 {
        self.node
    }

    // Under these locks no code of the user's runs but drops of old values.

    fn read(&self) -> RwLockReadGuard<'_, Layers<T>> {
        self.layers.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Layers<T>> {
        self.layers.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn memory(&self) -> &Memory {
        self.horizon.memory()
    }

    /// Puts a write set on top, as that of the commit at `position`, and leaves an empty one.
    pub(crate) fn seal(&self, writes: &mut WriteRows<T>, position: u64) {
        if writes.is_empty() {
            return;
        }
        let bytes = writes.bytes();
        self.memory().add_sealed(bytes);
        let mut layers = self.write();
        let rows = std::mem::replace(writes, layers.spare.take().unwrap_or_default());
        layers.sealed.push_back(Sealed { position, bytes, rows, top_order: OnceLock::new() });
    }

    /// Folds sealed rows up to `position` into the active ones. No running read is older than that.
    /// Hands the rows of dropped nested structures that were active to `dropped`.
    pub(crate) fn fold(&self, position: u64, mut dropped: impl FnMut(SortedMap<Option<T>>)) {
        // Looked at first: most nodes have nothing to fold.
        if self.read().sealed.front().is_none_or(|sealed| sealed.position > position) {
            return;
        }
        let mut layers = self.write();
        while let Some(sealed) = layers.sealed.pop_front_if(|sealed| sealed.position <= position) {
            let Sealed { mut rows, bytes, .. } = sealed;
            self.memory().sub_sealed(bytes);
            let before = layers.active.bytes();
            for structure in rows.take_dropped() {
                layers.drop_structure(structure, &mut dropped);
            }
            rows.move_into(&mut layers.active);
            let after = layers.active.bytes();
            self.memory().add_overlay(after.saturating_sub(before));
            self.memory().sub_overlay(before.saturating_sub(after));
            layers.spare = Some(rows);
        }
    }

    /// Drops the active rows of a structure whose parent is gone; the others are found from the
    /// parent's in the backing.
    pub(crate) fn drop_active(
        &self,
        structure: u64,
        mut dropped: impl FnMut(SortedMap<Option<T>>),
    ) {
        let mut layers = self.write();
        let before = layers.active.bytes();
        layers.drop_structure(structure, &mut dropped);
        self.memory().sub_overlay(before.saturating_sub(layers.active.bytes()));
    }

    /// Merges sealed layers that no read can tell apart, while old reads keep them from being folded.
    pub(crate) fn merge_sealed(&self, visible: u64, pins: &[u64]) {
        let mut layers = self.write();
        let mut at = 0;
        while at + 1 < layers.sealed.len() {
            let (older, newer) = (layers.sealed[at].position, layers.sealed[at + 1].position);
            let told_apart = |pin: &u64| (older..newer).contains(pin);
            if newer > visible || pins.iter().any(told_apart) {
                at += 1;
                continue;
            }
            let Some(newer) = layers.sealed.remove(at + 1) else { return };
            let older = &mut layers.sealed[at];
            let before = older.bytes;
            older.rows.absorb(newer.rows);
            (older.position, older.bytes) = (newer.position, older.rows.bytes());
            older.top_order = OnceLock::new();
            let now = older.bytes;
            self.memory().add_sealed(now);
            self.memory().sub_sealed(before + newer.bytes);
        }
    }

    /// Begins a checkpoint: what is active is frozen, and read only from now on. `next_structure` is
    /// the id that the next structure gets, as of what is folded.
    pub(crate) fn freeze(&self, next_structure: u64) {
        let mut layers = self.write();
        // A checkpoint that failed leaves its rows frozen: they are older than the active ones.
        debug_assert!(layers.frozen.is_none(), "a checkpoint begins when the last one is finished");
        let active = std::mem::take(&mut layers.active);
        layers.frozen_bytes = active.bytes();
        layers.frozen = Some(Arc::new(active));
        layers.frozen_dropped = std::mem::take(&mut layers.dropped);
        layers.next_structure = next_structure;
    }

    /// The frozen rows and dropped structures.
    pub(crate) fn frozen(&self) -> (Option<Arc<Table<T>>>, Vec<u64>) {
        let layers = self.read();
        (layers.frozen.clone(), layers.frozen_dropped.clone())
    }

    /// The checkpoint is durable: `backing` shows it, and frozen rows move into the cache.
    pub(crate) fn finish(&self, backing: Arc<dyn Backing>) {
        self.write().backing = Some(backing);
        loop {
            let mut layers = self.write();
            let layers = &mut *layers;
            let Some(frozen) = &mut layers.frozen else { return };
            // Nobody else holds it now: whoever writes checkpoints is who calls this.
            let Some(table) = Arc::get_mut(frozen) else {
                layers.complete = false;
                layers.thaw(self.memory());
                return;
            };
            let (before, heap) = (layers.young.bytes(), table.mean_heap());
            let more = table.take_some(MOVED_AT_ONCE, |structure, rows| {
                rows.into_each(|key, slot| layers.young.set(structure, key, slot, heap));
            });
            let added = layers.young.bytes().saturating_sub(before);
            self.memory().add_cache(added);
            layers.shrink_cache(self.memory());
            if !more {
                layers.thaw(self.memory());
                return;
            }
        }
    }

    /// The rows that are there when a module is opened.
    pub(crate) fn attach(&self, backing: Arc<dyn Backing>, next_structure: u64) {
        let mut layers = self.write();
        layers.backing = Some(backing);
        layers.complete = false;
        layers.next_structure = next_structure;
    }

    /// The same rows by another way, after a failure of the storage.
    pub(crate) fn replace_backing(&self, backing: Arc<dyn Backing>) {
        self.write().backing = Some(backing);
    }

    /// Makes room in the cache if it is full, so that rows that were read long ago go.
    pub(crate) fn age_cache(&self) {
        if self.memory().cache() > self.memory().cache_limit() / 4 * 3 {
            self.write().rotate_cache(self.memory());
        }
    }
}

impl<T> Layers<T> {
    fn in_memory(&self, structure: u64, key: &KeyBytes, position: u64) -> Option<&Option<T>> {
        for sealed in self.sealed.iter().rev() {
            if sealed.position <= position
                && let Some(slot) = sealed.rows.get(structure, key)
            {
                return Some(slot);
            }
        }
        if let Some(slot) = self.active.get(structure, key) {
            return Some(slot);
        }
        if let Some(slot) = self.frozen.as_ref().and_then(|frozen| frozen.get(structure, key)) {
            return Some(slot);
        }
        self.young.get(structure, key).or_else(|| self.old.get(structure, key))
    }

    /// Where a row that is not in memory may be.
    fn beneath(&self, structure: u64) -> Option<&Arc<dyn Backing>> {
        if structure != 0 && structure >= self.next_structure {
            return None;
        }
        self.backing.as_ref()
    }

    fn drop_structure(&mut self, structure: u64, dropped: &mut impl FnMut(SortedMap<Option<T>>)) {
        if let Some(rows) = self.active.take_structure(structure) {
            dropped(rows);
        }
        if structure < self.next_structure {
            self.dropped.push(structure);
        }
    }

    fn thaw(&mut self, memory: &Memory) {
        self.frozen = None;
        self.frozen_dropped.clear();
        memory.sub_overlay(std::mem::take(&mut self.frozen_bytes));
    }

    /// Throws the older half of the cache away; the younger becomes the older.
    fn rotate_cache(&mut self, memory: &Memory) {
        let young = std::mem::take(&mut self.young);
        let old = std::mem::replace(&mut self.old, young);
        memory.sub_cache(old.bytes());
        self.complete &= old.is_empty();
    }

    fn shrink_cache(&mut self, memory: &Memory) {
        if memory.cache() > memory.cache_limit() {
            self.rotate_cache(memory);
            // All of it was young.
            if memory.cache() > memory.cache_limit() {
                self.rotate_cache(memory);
            }
        } else if self.young.bytes() > memory.cache_limit() / 2 && self.old.is_empty() {
            self.rotate_cache(memory);
        }
    }
}

impl<T: Slot> Rows<T> {
    /// The slot of a row.
    #[inline]
    pub(crate) fn get(
        &self,
        structure: u64,
        key: &KeyBytes,
        at: AsOf<'_>,
    ) -> Result<Option<T>, PathError> {
        loop {
            let backing = {
                let layers = self.read();
                at.check()?;
                if let Some(slot) = layers.in_memory(structure, key, at.position()) {
                    return Ok(slot.clone());
                }
                match layers.beneath(structure) {
                    Some(backing) if !layers.complete => Arc::clone(backing),
                    _ => return Ok(None),
                }
            };
            match self.get_beneath(structure, key, &backing) {
                Err(PathError::Backing(_)) if !self.is_newest(&backing) => {}
                result => return result,
            }
        }
    }

    /// A backing may fail once another has taken its place.
    fn is_newest(&self, backing: &Arc<dyn Backing>) -> bool {
        self.read().backing.as_ref().is_some_and(|newest| Arc::ptr_eq(newest, backing))
    }

    fn get_beneath(
        &self,
        structure: u64,
        key: &KeyBytes,
        backing: &Arc<dyn Backing>,
    ) -> Result<Option<T>, PathError> {
        let mut found = Ok(None);
        let mut heap = 0;
        backing.get(self.node, &row_key(structure, key), &mut |bytes| {
            heap = heap_bytes::<T>(bytes.len());
            found = postcard::from_bytes(bytes).map(Some);
        })?;
        let slot: Option<T> = found.map_err(PathError::Undecodable)?;
        let mut layers = self.write();
        // A later checkpoint may hold another value of the row.
        if layers.backing.as_ref().is_some_and(|newest| Arc::ptr_eq(newest, backing)) {
            let before = layers.young.bytes();
            layers.young.set(structure, key.clone(), slot.clone(), heap);
            self.memory().add_cache(layers.young.bytes() - before);
            layers.shrink_cache(self.memory());
        }
        Ok(slot)
    }

    /// A page of the rows of a structure, in order of their keys.
    pub(crate) fn page(
        &self,
        structure: u64,
        start: Bound<&KeyBytes>,
        max: usize,
        at: AsOf<'_>,
    ) -> Result<Page<T>, PathError> {
        loop {
            let mut page = PageBuilder::new(max);
            let backing = {
                let layers = self.read();
                at.check()?;
                for sealed in layers.sealed.iter().rev() {
                    if sealed.position <= at.position() {
                        let order = || &**sealed.top_order.get_or_init(|| sealed.rows.top_order());
                        page.layer(|f| sealed.rows.range(structure, start, max, order, f));
                    }
                }
                page.layer(|f| layers.active.range(structure, start, max, f));
                if let Some(frozen) = &layers.frozen {
                    page.layer(|f| frozen.range(structure, start, max, f));
                }
                layers.beneath(structure).map(Arc::clone)
            };
            let Some(backing) = backing else { return Ok(page.finish()) };
            match page.over(&*backing, self.node, structure, start) {
                Err(PathError::Backing(_)) if !self.is_newest(&backing) => {}
                result => return result,
            }
        }
    }

    /// The number of rows of all structures; reads them all.
    pub(crate) fn total(&self) -> Result<usize, PathError> {
        use std::collections::BTreeSet;
        let layers = self.read();
        let mut rows = BTreeSet::new();
        if let Some(backing) = &layers.backing {
            backing.scan(self.node, &[], &[0xff], &mut |row, _| {
                rows.insert(KeyBytes::from(row));
                true
            })?;
        }
        let mut set = |structure: u64, key: &KeyBytes, is_there: bool| {
            let row = row_key(structure, key);
            if is_there { rows.insert(row) } else { rows.remove(&row) }
        };
        let tables = layers.frozen.iter().map(|frozen| &**frozen).chain([&layers.active]);
        for table in tables {
            let _ = table.each_sorted(|structure, key, slot| {
                set(structure, key, slot.is_some());
                Ok::<(), ()>(())
            });
        }
        for sealed in &layers.sealed {
            sealed.rows.each_row(|structure, key, slot| {
                set(structure, key, slot.is_some());
            });
        }
        Ok(rows.len())
    }
}

/// The bytes of memory behind a slot that is so long when encoded.
fn heap_bytes<T>(encoded: usize) -> usize {
    if std::mem::needs_drop::<T>() { encoded } else { 0 }
}

/// Hands every frozen row of a node, encoded, to `sink`, in order of the row keys.
pub(crate) fn write_frozen<T: Slot>(
    rows: &Rows<T>,
    sink: &mut dyn FnMut(FrozenChange<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let node = rows.node();
    let (frozen, dropped) = rows.frozen();
    let mut buffer = Vec::new();
    if let Some(frozen) = frozen {
        frozen.each_sorted(|structure, key, slot| {
            let row = row_key(structure, key);
            let Some(slot) = slot else {
                return sink(FrozenChange::Remove { node, key: &row });
            };
            buffer = postcard::to_extend(slot, std::mem::take(&mut buffer))
                .map_err(StoreError::Encode)?;
            let result = sink(FrozenChange::Put { node, key: &row, value: &buffer });
            buffer.clear();
            result
        })?;
    }
    for structure in dropped {
        sink(FrozenChange::Drop { node, structure })?;
    }
    Ok(())
}

/// One change that a checkpoint makes to what lies beneath a partition.
#[derive(Debug, Clone, Copy)]
pub enum FrozenChange<'a> {
    /// A row gets a value.
    Put {
        /// The node.
        node: u32,
        /// The row's key.
        key: &'a [u8],
        /// Its encoded slot.
        value: &'a [u8],
    },
    /// A row goes.
    Remove {
        /// The node.
        node: u32,
        /// The row's key.
        key: &'a [u8],
    },
    /// All rows of a structure go, and of those nested in it.
    Drop {
        /// The node.
        node: u32,
        /// The structure.
        structure: u64,
    },
}

/// The rows of a structure in the backing: the first key, and the first behind it.
pub fn structure_range(structure: u64) -> (KeyBytes, KeyBytes) {
    let end = match structure.checked_add(1) {
        Some(next) => row_key(next, &[]),
        None => KeyBytes::from(&[9_u8][..]),
    };
    (row_key(structure, &[]), end)
}
