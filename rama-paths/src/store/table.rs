//! Decoded rows in memory: those newer than the last checkpoint, or those kept because they may be
//! read again.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::{Mutex, PoisonError};

use super::listed::{Entry, ListedMap};
use super::sorted::SortedMap;
use crate::key::KeyBytes;

/// Rows in memory; `None` is a row known to be absent.
#[derive(Debug)]
pub(crate) struct Table<T> {
    top: ListedMap<KeyBytes, Option<T>>,
    nested: ListedMap<u64, SortedMap<Option<T>>>,
    /// The keys of the first so many entries of `top`, in order: brought up to date by whoever reads
    /// a range.
    order: Mutex<(usize, BTreeSet<KeyBytes>)>,
    /// Estimated bytes of memory.
    bytes: usize,
    /// How many rows were put, and the bytes behind their slots.
    put: (usize, usize),
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            top: ListedMap::default(),
            nested: ListedMap::default(),
            order: Mutex::default(),
            bytes: 0,
            put: (0, 0),
        }
    }
}

/// Estimated bytes of a row whose slot has `heap` bytes behind it.
pub(crate) fn row_bytes<T>(key: &KeyBytes, heap: usize) -> usize {
    size_of::<(KeyBytes, Option<T>)>() + 8 + key.heap_bytes() + heap
}

impl<T> Table<T> {
    pub(crate) fn is_empty(&self) -> bool {
        self.top.is_empty() && self.nested.is_empty()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The estimated bytes of memory behind a slot.
    pub(crate) fn mean_heap(&self) -> usize {
        self.put.1.checked_div(self.put.0).unwrap_or(0)
    }

    #[inline]
    pub(crate) fn get(&self, structure: u64, key: &KeyBytes) -> Option<&Option<T>> {
        if structure == 0 {
            if self.top.is_empty() {
                return None;
            }
            self.top.get(key)
        } else {
            if self.nested.is_empty() {
                return None;
            }
            self.nested.get(&structure)?.get(key)
        }
    }

    /// Puts a row of the structure at the top.
    pub(crate) fn set_top(&mut self, key: KeyBytes, slot: Option<T>, heap: usize) {
        match self.top.entry(&key) {
            Entry::Occupied(old) => *old = slot,
            Entry::Vacant(entry) => {
                self.bytes += row_bytes::<T>(&key, heap);
                self.put = (self.put.0 + 1, self.put.1 + heap);
                entry.insert(key, slot);
            }
        }
    }

    /// Puts rows of a nested structure.
    pub(crate) fn set_nested(&mut self, structure: u64, own: SortedMap<Option<T>>, heap: usize) {
        match self.nested.entry(&structure) {
            Entry::Vacant(entry) => {
                own.each(|key, _| self.bytes += row_bytes::<T>(key, heap));
                self.put = (self.put.0 + own.len(), self.put.1 + own.len() * heap);
                entry.insert(structure, own);
            }
            Entry::Occupied(rows) => own.into_each(|key, slot| {
                let bytes = row_bytes::<T>(&key, heap);
                if rows.insert(key, slot).is_none() {
                    self.bytes += bytes;
                    self.put = (self.put.0 + 1, self.put.1 + heap);
                }
            }),
        }
    }

    /// Puts one row of any structure.
    pub(crate) fn set(&mut self, structure: u64, key: KeyBytes, slot: Option<T>, heap: usize) {
        if structure == 0 {
            self.set_top(key, slot, heap);
        } else {
            self.set_nested(structure, SortedMap::one(key, slot), heap);
        }
    }

    /// Takes out all rows of a nested structure.
    pub(crate) fn take_structure(&mut self, structure: u64) -> Option<SortedMap<Option<T>>> {
        let rows = self.nested.remove(&structure)?;
        let heap = self.mean_heap();
        rows.each(|key, _| {
            self.bytes = self.bytes.saturating_sub(row_bytes::<T>(key, heap));
        });
        Some(rows)
    }

    /// Takes out some rows, any, until about `count` are taken; they are `f`'s. Says whether there
    /// are more.
    pub(crate) fn take_some(
        &mut self,
        count: usize,
        mut f: impl FnMut(u64, SortedMap<Option<T>>),
    ) -> bool {
        for _ in 0..count {
            if let Some((key, slot)) = self.top.pop() {
                f(0, SortedMap::one(key, slot));
            } else if let Some((structure, rows)) = self.nested.pop() {
                f(structure, rows);
            } else {
                break;
            }
        }
        !self.is_empty()
    }

    /// Hands up to `max` rows of a structure, from `start` on, in order, to `f`; says whether there
    /// are more.
    pub(crate) fn range<'a>(
        &'a self,
        structure: u64,
        start: Bound<&KeyBytes>,
        max: usize,
        mut f: impl FnMut(&KeyBytes, &'a Option<T>),
    ) -> bool {
        let mut count = 0;
        if structure != 0 {
            let Some(rows) = self.nested.get(&structure) else { return false };
            for (key, slot) in rows.range(start) {
                if count == max {
                    return true;
                }
                count += 1;
                f(key, slot);
            }
            return false;
        }
        if self.top.is_empty() {
            return false;
        }
        let mut order = self.order.lock().unwrap_or_else(PoisonError::into_inner);
        let (covered, keys) = &mut *order;
        keys.extend(self.top.since(*covered).map(|(key, _)| key.clone()));
        *covered = self.top.len();
        for key in keys.range::<KeyBytes, _>((start, Bound::Unbounded)) {
            if count == max {
                return true;
            }
            count += 1;
            if let Some(slot) = self.top.get(key) {
                f(key, slot);
            }
        }
        false
    }

    /// Visits every row, in order of structure and key.
    pub(crate) fn each_sorted<E>(
        &self,
        mut f: impl FnMut(u64, &KeyBytes, Option<&T>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut top: Vec<_> = self.top.iter().collect();
        top.sort_unstable_by_key(|(key, _)| *key);
        for (key, slot) in top {
            f(0, key, slot.as_ref())?;
        }
        let mut nested: Vec<_> = self.nested.iter().collect();
        nested.sort_unstable_by_key(|(structure, _)| **structure);
        for (structure, rows) in nested {
            for (key, slot) in rows.range(Bound::Unbounded) {
                f(*structure, key, slot.as_ref())?;
            }
        }
        Ok(())
    }
}
