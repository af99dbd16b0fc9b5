//! The committed rows of one node, in layers.
//!
//! From the newest to the oldest:
//!
//! - **sealed**: write sets of commits, each with its position, kept apart while a commit is not
//!   durable yet or a running read is older than it;
//! - **deferred**: write sets whose folding is put off until their rows are read, see [`Deferred`];
//!   beneath them those that a running checkpoint takes down;
//! - **resident**: decoded rows, see [`Resident`]. Sealed ones are *folded* into it; a checkpoint takes
//!   down those that changed since the one before; clean ones are a cache of bounded size;
//! - **backing**: the last checkpoint, encoded.
//!
//! Nothing beneath the sealed layer is newer than any running read, so a read needs to look at
//! positions only there, and may use the newest backing. A lock is held for one row or one page of
//! rows, and never while the backing is read.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::backing::Backing;
use super::costs::Costs;
use super::deferred::Deferred;
use super::frozen::Frozen;
use super::horizon::{AsOf, Horizon, Memory};
use super::page::{Page, PageBuilder, Stretch};
use super::resident::{Found, NO_PLACE, Place, Resident};
use super::writes::WriteRows;
use crate::error::PathError;
use crate::key::KeyBytes;
use crate::schema::Slot;

/// Rows that are looked at under one lock, when a checkpoint takes them down or the cache is full.
pub(super) const ROWS_AT_ONCE: usize = 256;

/// Rows that are looked at for eviction when one more is kept in a full cache.
const EVICTED_FOR_ONE: usize = 4;

/// Write sets that are kept for the next: as many as can be sealed and not folded.
const SPARES: usize = 2;

/// Write sets that were put off and are folded together with the next, once rows are read.
const CAUGHT_UP_AT_ONCE: usize = 4;

/// Committed rows: (structure id, element key) -> slot.
#[derive(Debug)]
pub(crate) struct Rows<T> {
    node: u32,
    horizon: Arc<Horizon>,
    layers: RwLock<Layers<T>>,
    /// A row of a nested structure was read since the last checkpoint began.
    was_read: AtomicBool,
}

struct Layers<T> {
    /// Oldest first.
    sealed: VecDeque<Sealed<T>>,
    deferred: Deferred<T>,
    /// Those that the running checkpoint takes down.
    frozen_sets: Option<Arc<Deferred<T>>>,
    /// A row of a nested structure was read between the beginnings of the last two checkpoints.
    reads_expected: bool,
    resident: Resident<T>,
    backing: Option<Arc<dyn Backing>>,
    /// Structures from here on are younger than the last freeze: they have no rows in a checkpoint.
    next_structure: u64,
    /// Folded removals of structures that may have rows in a checkpoint.
    dropped: Vec<u64>,
    /// What the running checkpoint takes down.
    frozen: Option<Arc<Frozen>>,
    /// Empty write sets whose memory is used again.
    spares: Vec<WriteRows<T>>,
}

impl<T> std::fmt::Debug for Layers<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Layers").field("sealed", &self.sealed.len()).finish_non_exhaustive()
    }
}

/// Estimated bytes of memory beneath the sealed layers: of what must stay, and of what may go.
#[derive(Clone, Copy)]
struct LayerBytes {
    overlay: usize,
    cache: usize,
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
            deferred: Deferred::default(),
            frozen_sets: None,
            reads_expected: false,
            resident: Resident::default(),
            backing: None,
            next_structure: 0,
            dropped: Vec::new(),
            frozen: None,
            spares: Vec::new(),
        };
        Self {
            node,
            horizon: Arc::clone(horizon),
            layers: RwLock::new(layers),
            was_read: AtomicBool::new(false),
        }
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

    /// Fetches rows as [`Resident::prefetch_top`], and those in sealed layers; shows the resident
    /// ones to `f`.
    pub(crate) fn prefetch_top(&self, hashes: &[u64], f: impl FnMut(&Option<T>)) {
        let layers = self.read();
        for sealed in &layers.sealed {
            sealed.rows.prefetch_top(hashes, |_| {});
        }
        layers.resident.prefetch_top(hashes, f);
    }

    /// As [`Resident::prefetch_nested`].
    pub(crate) fn prefetch_nested(&self, hashes: &[u64]) {
        let layers = self.read();
        for sealed in &layers.sealed {
            sealed.rows.prefetch_nested(hashes);
        }
        layers.resident.prefetch_nested(hashes);
    }

    /// Puts a write set on top, as that of the commit at `position`, and leaves an empty one.
    pub(crate) fn seal(&self, writes: &mut WriteRows<T>, position: u64) {
        if writes.is_empty() {
            return;
        }
        let bytes = writes.bytes();
        self.memory().add_sealed(bytes);
        let mut layers = self.write();
        let empty = layers.spares.pop().unwrap_or_else(|| WriteRows::like(writes));
        let rows = std::mem::replace(writes, empty);
        layers.sealed.push_back(Sealed { position, bytes, rows, top_order: OnceLock::new() });
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

    /// Begins a checkpoint of what is folded. `next_structure` is the id that the next structure gets,
    /// as of that.
    pub(crate) fn freeze(&self, next_structure: u64) {
        let mut layers = self.write();
        layers.reads_expected = self.was_read.swap(false, Ordering::Relaxed);
        // A read under way may still put what is in the last checkpoint among the resident rows.
        if layers.resident.nested.is_empty() && !layers.reads_expected {
            let sets = std::mem::take(&mut layers.deferred);
            layers.frozen_sets = (!sets.is_empty()).then(|| Arc::new(sets));
        } else {
            self.fold_deferred(&mut layers, usize::MAX);
        }
        let dirty = layers.resident.freeze();
        let dropped = std::mem::take(&mut layers.dropped);
        layers.frozen = Some(Arc::new(Frozen::new(dirty, dropped)));
        layers.next_structure = next_structure;
    }

    /// What the running checkpoint takes down.
    pub(super) fn frozen(&self) -> Option<Arc<Frozen>> {
        self.read().frozen.clone()
    }

    /// The write sets that the running checkpoint takes down.
    pub(super) fn frozen_sets(&self) -> Option<Arc<Deferred<T>>> {
        self.read().frozen_sets.clone()
    }

    /// Shows the resident rows, under the lock.
    pub(super) fn with_resident<R>(&self, f: impl FnOnce(&Resident<T>) -> R) -> R {
        f(&self.read().resident)
    }

    /// The checkpoint is durable: `backing` shows it.
    pub(crate) fn finish(&self, backing: Arc<dyn Backing>) {
        let (saved, frozen, sets) = {
            let mut layers = self.write();
            layers.backing = Some(backing);
            let before = layers.bytes();
            let saved = layers.resident.finish();
            let sets = layers.frozen_sets.take();
            if sets.is_some() {
                // The checkpoint has their rows, and nothing else.
                layers.resident.set_incomplete();
            }
            self.account(before, layers.bytes());
            (saved, layers.frozen.take(), sets)
        };
        // These may be large.
        drop((saved, frozen, sets));
    }

    /// Folds the oldest of the write sets that were put off, at most so many. No checkpoint may be
    /// taking down older ones.
    fn fold_deferred(&self, layers: &mut Layers<T>, most: usize) {
        debug_assert!(layers.frozen_sets.is_none());
        if layers.deferred.is_empty() {
            return;
        }
        let before = layers.bytes();
        for rows in layers.deferred.take_oldest(most) {
            layers.move_in(rows);
        }
        self.account(before, layers.bytes());
    }

    /// Notes that a row of a structure is read. Under the lock: a checkpoint that begins later knows.
    #[inline]
    fn note_read(&self, structure: u64) {
        if structure != 0 && !self.was_read.load(Ordering::Relaxed) {
            self.was_read.store(true, Ordering::Relaxed);
        }
    }

    /// Tells of the change in the bytes of memory.
    fn account(&self, before: LayerBytes, after: LayerBytes) {
        let memory = self.memory();
        memory.add_overlay(after.overlay.saturating_sub(before.overlay));
        memory.sub_overlay(before.overlay.saturating_sub(after.overlay));
        memory.add_cache(after.cache.saturating_sub(before.cache));
        memory.sub_cache(before.cache.saturating_sub(after.cache));
    }

    /// The rows that are there when a module is opened.
    pub(crate) fn attach(&self, backing: Arc<dyn Backing>, next_structure: u64) {
        let mut layers = self.write();
        layers.backing = Some(backing);
        layers.resident.set_incomplete();
        layers.next_structure = next_structure;
    }

    /// The same rows by another way, after a failure of the storage.
    pub(crate) fn replace_backing(&self, backing: Arc<dyn Backing>) {
        self.write().backing = Some(backing);
    }

    /// Throws clean rows away while the cache is too large, as many as are due here.
    pub(crate) fn age_cache(&self) {
        let memory = self.memory();
        let (cache, limit) = (memory.cache(), memory.cache_limit());
        if cache <= limit {
            return;
        }
        let clean = self.read().resident.bytes().clean();
        let share = (clean as u128 * limit as u128 / cache as u128) as usize;
        while memory.cache() > limit && self.evict_some() > share {}
    }

    /// Throws some clean rows away; says how many bytes of them are left.
    fn evict_some(&self) -> usize {
        let mut layers = self.write();
        let before = layers.bytes();
        layers.resident.evict(ROWS_AT_ONCE);
        self.account(before, layers.bytes());
        layers.resident.bytes().clean()
    }
}

impl<T> Layers<T> {
    fn bytes(&self) -> LayerBytes {
        let resident = self.resident.bytes();
        let frozen = self.frozen_sets.as_ref().map_or(0, |sets| sets.bytes());
        let overlay = resident.overlay() + self.deferred.bytes() + frozen;
        LayerBytes { overlay, cache: resident.clean() }
    }

    /// Puts the rows of a write set among the resident ones.
    fn move_in(&mut self, mut rows: WriteRows<T>) {
        rows.move_into(&mut self.resident, self.next_structure);
        self.recycle(rows);
    }

    /// Keeps the memory of an empty write set for the next.
    fn recycle(&mut self, rows: WriteRows<T>) {
        if self.spares.len() < SPARES {
            self.spares.push(rows);
        }
    }

    /// The write sets beneath the sealed layers, the newest first.
    fn beneath_sealed(&self) -> impl Iterator<Item = &WriteRows<T>> {
        let frozen = self.frozen_sets.iter().flat_map(|sets| sets.newest_first());
        self.deferred.newest_first().chain(frozen)
    }

    fn in_memory(&self, structure: u64, key: &KeyBytes, position: u64) -> (Found<'_, T>, Place) {
        for sealed in self.sealed.iter().rev() {
            if sealed.position <= position
                && let Some(slot) = sealed.rows.get(structure, key)
            {
                return (Found::Row(slot), NO_PLACE);
            }
        }
        if structure != 0 && (!self.deferred.is_empty() || self.frozen_sets.is_some()) {
            let frozen = || self.frozen_sets.as_ref()?.get(structure, key);
            if let Some(slot) = self.deferred.get(structure, key).or_else(frozen) {
                return (Found::Row(slot), NO_PLACE);
            }
        }
        self.resident.find(structure, key)
    }

    /// Where a row that is not in memory may be.
    fn beneath(&self, structure: u64) -> Option<&Arc<dyn Backing>> {
        if structure != 0 && structure >= self.next_structure {
            return None;
        }
        self.backing.as_ref()
    }
}

impl<T: Slot> Rows<T> {
    /// Folds sealed rows up to `position` into the resident ones, or puts that off, which is for
    /// nodes that are leaves: no structures are in theirs. No running read is older than `position`.
    /// Hands the resident rows of dropped nested structures to `dropped`.
    pub(crate) fn fold(
        &self,
        position: u64,
        is_leaf: bool,
        mut dropped: impl FnMut(Vec<Option<T>>),
    ) {
        // Looked at first: most nodes have nothing to fold.
        if self.read().sealed.front().is_none_or(|sealed| sealed.position > position) {
            return;
        }
        let mut layers = self.write();
        let layers = &mut *layers;
        let is_read = layers.reads_expected || self.was_read.load(Ordering::Relaxed);
        let may_wait = is_leaf && !is_read && layers.resident.nested.is_empty();
        let mut defers = layers.frozen_sets.is_some() || may_wait;
        if !defers {
            // Not all at once: a commit would take as long as many.
            self.fold_deferred(layers, CAUGHT_UP_AT_ONCE);
            defers = !layers.deferred.is_empty();
        }
        while let Some(sealed) = layers.sealed.pop_front_if(|sealed| sealed.position <= position) {
            let Sealed { mut rows, bytes, .. } = sealed;
            self.memory().sub_sealed(bytes);
            let before = layers.bytes();
            let gone = rows.take_dropped();
            if defers && rows.is_nested_only() {
                layers.deferred.push(rows);
            } else {
                layers.move_in(rows);
            }
            // Behind the rows: merged write sets may still have some of dropped structures.
            for structure in gone {
                layers.drop_structure(structure, &mut dropped);
            }
            self.account(before, layers.bytes());
        }
    }

    /// Drops the resident rows of a structure whose parent is gone; the others are found from the
    /// parent's in the backing.
    pub(crate) fn drop_resident(&self, structure: u64, mut dropped: impl FnMut(Vec<Option<T>>)) {
        let mut layers = self.write();
        let before = layers.bytes();
        layers.drop_structure(structure, &mut dropped);
        self.account(before, layers.bytes());
    }

    /// The slot of a row.
    #[inline]
    pub(crate) fn get(
        &self,
        structure: u64,
        key: &KeyBytes,
        at: AsOf<'_>,
    ) -> Result<Option<T>, PathError> {
        Ok(self.get_placed(structure, key, at)?.0)
    }

    /// The slot of a row, and its place.
    #[inline]
    pub(crate) fn get_placed(
        &self,
        structure: u64,
        key: &KeyBytes,
        at: AsOf<'_>,
    ) -> Result<(Option<T>, Place), PathError> {
        loop {
            let backing = {
                let layers = self.read();
                self.note_read(structure);
                at.check()?;
                let (found, place) = layers.in_memory(structure, key, at.position());
                match found {
                    Found::Row(slot) => return Ok((slot.clone(), place)),
                    Found::Absent => return Ok((None, place)),
                    Found::Unknown => {}
                }
                match layers.beneath(structure) {
                    Some(backing) => Arc::clone(backing),
                    None => return Ok((None, place)),
                }
            };
            match self.get_beneath(structure, key, &backing) {
                Err(PathError::Backing(_)) if !self.is_newest(&backing) => {}
                result => return result.map(|slot| (slot, NO_PLACE)),
            }
        }
    }

    /// Whether a row is there, and its place. What is only in the last checkpoint is not decoded.
    pub(crate) fn has(
        &self,
        structure: u64,
        key: &KeyBytes,
        at: AsOf<'_>,
    ) -> Result<(bool, Place), PathError> {
        Costs::count(|costs| costs.reads += 1);
        loop {
            let (backing, place) = {
                let layers = self.read();
                self.note_read(structure);
                at.check()?;
                let (found, place) = layers.in_memory(structure, key, at.position());
                match found {
                    Found::Row(slot) => return Ok((slot.is_some(), place)),
                    Found::Absent => return Ok((false, place)),
                    Found::Unknown => {}
                }
                match layers.beneath(structure) {
                    Some(backing) => (Arc::clone(backing), place),
                    None => return Ok((false, place)),
                }
            };
            Costs::count(|costs| costs.fetched += 1);
            match backing.get(self.node, &row_key(structure, key), &mut |_| {}) {
                Err(_) if !self.is_newest(&backing) => {}
                result => return Ok((result?, place)),
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
        Costs::count(|costs| costs.fetched += 1);
        let mut found = Ok(None);
        let mut heap = 0;
        backing.get(self.node, &row_key(structure, key), &mut |bytes| {
            heap = heap_bytes::<T>(bytes.len());
            found = postcard::from_bytes(bytes).map(Some);
        })?;
        let slot: Option<T> = found.map_err(PathError::Undecodable)?;
        let mut layers = self.write();
        // A later checkpoint may hold another value of the row. The one under way holds none that is
        // newer in a write set: what was deferred before this read began was found there, and since
        // the read was noted, what came later was folded when that checkpoint began.
        if layers.backing.as_ref().is_some_and(|newest| Arc::ptr_eq(newest, backing)) {
            let before = layers.bytes();
            layers.resident.keep(structure, key.clone(), slot.clone(), heap);
            if self.memory().cache() > self.memory().cache_limit() {
                layers.resident.evict(EVICTED_FOR_ONE);
            }
            self.account(before, layers.bytes());
        }
        Ok(slot)
    }

    /// A page of the rows of a stretch, in its order.
    pub(crate) fn page(
        &self,
        stretch: Stretch<'_>,
        max: usize,
        at: AsOf<'_>,
    ) -> Result<Page<T>, PathError> {
        let page = self.page_of(stretch, max, at)?;
        Costs::count(|costs| {
            costs.seeks += 1;
            costs.steps += page.rows.len() as u64;
        });
        Ok(page)
    }

    fn page_of(
        &self,
        stretch: Stretch<'_>,
        max: usize,
        at: AsOf<'_>,
    ) -> Result<Page<T>, PathError> {
        loop {
            let mut page = PageBuilder::new(max, stretch.backward);
            let backing = {
                let layers = self.read();
                self.note_read(stretch.structure);
                at.check()?;
                for sealed in layers.sealed.iter().rev() {
                    if sealed.position <= at.position() {
                        let order = || &**sealed.top_order.get_or_init(|| sealed.rows.top_order());
                        page.layer(|f| sealed.rows.range(stretch, max, order, f));
                    }
                }
                let structure = stretch.structure;
                for rows in layers.beneath_sealed().filter(|rows| rows.has_structure(structure)) {
                    page.layer(|f| rows.range(stretch, max, || &[], f));
                }
                page.layer(|f| layers.resident.range(stretch, max, f));
                let backing = layers.beneath(structure);
                backing.filter(|_| !layers.resident.is_complete(structure)).map(Arc::clone)
            };
            let Some(backing) = backing else { return Ok(page.finish()) };
            match page.over(&*backing, self.node, stretch) {
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
        layers.resident.each(|structure, key, slot| {
            set(structure, key, slot.is_some());
        });
        let frozen = layers.frozen_sets.iter().flat_map(|sets| sets.sets());
        let sealed = layers.sealed.iter().map(|sealed| &sealed.rows);
        for rows in frozen.chain(layers.deferred.sets()).chain(sealed) {
            rows.each_row(|structure, key, slot| {
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

impl<T: Clone> Layers<T> {
    fn drop_structure(&mut self, structure: u64, dropped: &mut impl FnMut(Vec<Option<T>>)) {
        self.deferred.drop_structure(structure);
        let slots = self.resident.take_structure(structure);
        if !slots.is_empty() {
            dropped(slots);
        }
        if structure < self.next_structure {
            self.dropped.push(structure);
        }
    }
}

/// The rows of a structure in the backing: the first key, and the first behind it.
pub fn structure_range(structure: u64) -> (KeyBytes, KeyBytes) {
    let end = match structure.checked_add(1) {
        Some(next) => row_key(next, &[]),
        None => KeyBytes::from(&[9_u8][..]),
    };
    (row_key(structure, &[]), end)
}
