//! What is remembered of rows in memory for checkpoints.
//!
//! A row is *clean* if the last checkpoint has it as it is, *frozen* if the running checkpoint takes
//! it down, and *dirty* if only a later one will. Its stamp says which: the number of the checkpoint
//! that takes it down.

use rustc_hash::FxHashMap;

use super::resident::Place;
use super::sorted::SortedMap;
use crate::key::KeyBytes;

/// A row in memory.
#[derive(Debug, Clone)]
pub(super) struct Row<T> {
    /// `None` is a row known to be absent.
    pub(super) slot: Option<T>,
    stamp: u32,
    /// Estimated bytes of memory.
    bytes: u32,
}

impl<T> Row<T> {
    /// A row of a checkpoint.
    pub(super) fn clean(slot: Option<T>, bytes: usize) -> Self {
        Self { slot, stamp: 0, bytes: bytes as u32 }
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes as usize
    }

    /// A number in it, for those who only want the processor to fetch it.
    pub(super) fn touch(&self) -> usize {
        self.stamp as usize
    }
}

/// Estimated bytes of a row whose slot has `heap` bytes behind it.
pub(super) fn row_bytes<T>(key: &KeyBytes, heap: usize) -> usize {
    size_of::<(KeyBytes, Row<T>)>() + 8 + key.heap_bytes() + heap
}

/// Estimated bytes of memory of rows.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct ResidentBytes {
    dirty: usize,
    frozen: usize,
    saved: usize,
    clean: usize,
}

impl ResidentBytes {
    /// Of what must stay.
    pub(crate) fn overlay(&self) -> usize {
        self.dirty + self.frozen + self.saved
    }

    /// Of what may go.
    pub(crate) fn clean(&self) -> usize {
        self.clean
    }
}

/// The rows that the next checkpoint takes down.
///
/// Those of a small nested structure are not listed one by one: where the structure is listed, their
/// stamps say which they are. A large one may have few of them among many rows, so it lists them; but
/// one that has become large since it was listed goes on without.
#[derive(Debug, Default)]
pub(super) struct Dirty {
    /// Rows of the structure at the top.
    pub(super) top: Vec<(KeyBytes, Place)>,
    /// Nested structures.
    pub(super) structures: Vec<(u64, Place)>,
    /// Rows of nested structures that are not listed themselves.
    pub(super) rows: Vec<(u64, KeyBytes)>,
}

/// What frozen rows were when they were frozen, if they have changed or gone since.
#[derive(Debug)]
pub(super) struct Saved<T> {
    pub(super) top: FxHashMap<KeyBytes, Option<T>>,
    pub(super) nested: FxHashMap<u64, SortedMap<Option<T>>>,
}

impl<T> Default for Saved<T> {
    fn default() -> Self {
        Self { top: FxHashMap::default(), nested: FxHashMap::default() }
    }
}

/// What is remembered of the rows of one node.
#[derive(Debug)]
pub(super) struct Marks<T> {
    /// The checkpoint that takes down what is written now.
    epoch: u32,
    /// The last checkpoint that is durable.
    checkpointed: u32,
    dirty: Dirty,
    pub(super) saved: Saved<T>,
    pub(super) bytes: ResidentBytes,
}

impl<T> Default for Marks<T> {
    fn default() -> Self {
        Self {
            epoch: 1,
            checkpointed: 0,
            dirty: Dirty::default(),
            saved: Saved::default(),
            bytes: ResidentBytes::default(),
        }
    }
}

/// Whether a nested structure is listed in [`Dirty::structures`]: the number of the checkpoint for
/// which it was.
#[derive(Debug, Default)]
pub(super) struct Listed(u32);

impl<T> Marks<T> {
    pub(super) fn is_clean(&self, row: &Row<T>) -> bool {
        row.stamp <= self.checkpointed
    }

    pub(super) fn is_frozen(&self, row: &Row<T>) -> bool {
        self.checkpointed < row.stamp && row.stamp < self.epoch
    }

    /// A clean row with so many bytes has come into memory.
    pub(super) fn keep(&mut self, bytes: usize) {
        self.bytes.clean += bytes;
    }

    /// A clean row leaves memory.
    pub(super) fn evict(&mut self, row: &Row<T>) {
        self.bytes.clean -= row.bytes();
    }

    /// A row that was not there is written. It is to be listed.
    pub(super) fn new_row(&mut self, key: &KeyBytes, slot: Option<T>, heap: usize) -> Row<T> {
        let bytes = row_bytes::<T>(key, heap);
        self.bytes.dirty += bytes;
        Row { slot, stamp: self.epoch, bytes: bytes as u32 }
    }

    /// A row is written again. Says whether it is to be listed.
    pub(super) fn rewrite(
        &mut self,
        structure: u64,
        key: &KeyBytes,
        row: &mut Row<T>,
        new: (Option<T>, usize),
    ) -> bool {
        let (slot, heap) = new;
        let bytes = row_bytes::<T>(key, heap);
        let (stamp, old_bytes) = (row.stamp, row.bytes);
        let old = std::mem::replace(&mut row.slot, slot);
        self.let_go(structure, key, Row { slot: old, stamp, bytes: old_bytes });
        (row.stamp, row.bytes) = (self.epoch, bytes as u32);
        self.bytes.dirty += bytes;
        stamp != self.epoch
    }

    /// A row, or what it was, goes.
    pub(super) fn let_go(&mut self, structure: u64, key: &KeyBytes, row: Row<T>) {
        let bytes = row.bytes();
        if row.stamp == self.epoch {
            self.bytes.dirty -= bytes;
        } else if self.is_clean(&row) {
            self.bytes.clean -= bytes;
        } else {
            self.bytes.frozen -= bytes;
            self.bytes.saved += bytes;
            if structure == 0 {
                self.saved.top.insert(key.clone(), row.slot);
            } else {
                self.saved.nested.entry(structure).or_default().insert(key.clone(), row.slot);
            }
        }
    }

    /// Lists a dirty row of the structure at the top, once.
    pub(super) fn list_top(&mut self, key: KeyBytes, place: Place) {
        self.dirty.top.push((key, place));
    }

    /// Lists a dirty row of a nested structure, once, or the structure.
    #[inline]
    pub(super) fn list_nested(
        &mut self,
        structure: (u64, Place),
        listed: &mut Listed,
        is_small: bool,
        key: &KeyBytes,
    ) {
        if listed.0 == self.epoch {
            return;
        }
        if is_small {
            self.list_structure(structure, listed);
        } else {
            self.dirty.rows.push((structure.0, key.clone()));
        }
    }

    /// Lists a nested structure.
    pub(super) fn list_structure(&mut self, structure: (u64, Place), listed: &mut Listed) {
        listed.0 = self.epoch;
        self.dirty.structures.push(structure);
    }

    /// Begins a checkpoint of all dirty rows; says which those are. The one before is finished.
    pub(super) fn freeze(&mut self) -> Dirty {
        debug_assert!(self.checkpointed + 1 == self.epoch, "one checkpoint runs at a time");
        self.epoch += 1;
        self.bytes.frozen = std::mem::take(&mut self.bytes.dirty);
        std::mem::take(&mut self.dirty)
    }

    /// The checkpoint is durable: frozen rows are clean. What was saved of them is handed out, to be
    /// dropped elsewhere.
    pub(super) fn finish(&mut self) -> Saved<T> {
        self.checkpointed = self.epoch - 1;
        self.bytes.clean += std::mem::take(&mut self.bytes.frozen);
        self.bytes.saved = 0;
        std::mem::take(&mut self.saved)
    }
}
