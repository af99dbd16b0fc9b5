//! The write set of one node: typed, decoded, not locked.

use std::ops::Bound;

use super::listed::{Entry, ListedMap};
use super::rows::Rows;
use super::sorted::SortedMap;
use crate::key::KeyBytes;

/// Uncommitted rows; `None` is a removed one.
#[derive(Debug)]
pub(crate) struct WriteRows<T> {
    top: ListedMap<KeyBytes, Option<T>>,
    nested: ListedMap<u64, SortedMap<Option<T>>>,
    /// Committed structures whose rows all go.
    dropped: Vec<u64>,
}

impl<T> Default for WriteRows<T> {
    fn default() -> Self {
        Self { top: ListedMap::default(), nested: ListedMap::default(), dropped: Vec::new() }
    }
}

impl<T> WriteRows<T> {
    pub(crate) fn is_empty(&self) -> bool {
        self.top.is_empty() && self.nested.is_empty() && self.dropped.is_empty()
    }

    #[inline]
    pub(crate) fn get(&self, structure: u64, key: &KeyBytes) -> Option<&Option<T>> {
        if structure == 0 {
            if self.top.is_empty() {
                return None;
            }
            self.top.get(key)
        } else {
            self.nested.get(&structure)?.get(key)
        }
    }

    /// Puts a slot, or removes it; returns what was written before, if anything was.
    pub(crate) fn set(
        &mut self,
        structure: u64,
        key: KeyBytes,
        slot: Option<T>,
    ) -> Option<Option<T>> {
        if structure == 0 {
            match self.top.entry(&key) {
                Entry::Occupied(old) => Some(std::mem::replace(old, slot)),
                Entry::Vacant(entry) => {
                    entry.insert(key, slot);
                    None
                }
            }
        } else {
            match self.nested.entry(&structure) {
                Entry::Occupied(rows) => rows.insert(key, slot),
                Entry::Vacant(entry) => {
                    entry.insert(structure, SortedMap::one(key, slot));
                    None
                }
            }
        }
    }

    /// Forgets what was written of a row that has no committed one beneath it.
    pub(crate) fn forget(&mut self, structure: u64, key: &KeyBytes) {
        if structure == 0 {
            self.top.remove(key);
        } else if let Some(rows) = self.nested.get_mut(&structure) {
            rows.remove(key);
            if rows.len() == 0 {
                self.nested.remove(&structure);
            }
        }
    }

    /// Drops all rows of a structure; `committed` says whether it can have committed ones.
    pub(crate) fn drop_structure(&mut self, structure: u64, committed: bool) {
        self.nested.remove(&structure);
        if committed {
            self.dropped.push(structure);
        }
    }

    /// What was written of a structure, in order of the keys.
    pub(crate) fn ordered(&self, structure: u64) -> Vec<(&KeyBytes, &Option<T>)> {
        if structure == 0 {
            let mut rows: Vec<_> = self.top.iter().collect();
            rows.sort_unstable_by_key(|(key, _)| *key);
            rows
        } else {
            self.nested
                .get(&structure)
                .map_or_else(Vec::new, |rows| rows.range(Bound::Unbounded).collect())
        }
    }

    /// The number of rows of a structure with these writes over `rows`.
    pub(crate) fn len_over(&self, rows: &Rows<T>, structure: u64) -> usize {
        let change = |(key, slot): (&KeyBytes, &Option<T>)| {
            isize::from(slot.is_some()) - isize::from(rows.get(structure, key).is_some())
        };
        let changes: isize = if structure == 0 {
            self.top.iter().map(change).sum()
        } else {
            self.nested
                .get(&structure)
                .map_or(0, |own| own.range(Bound::Unbounded).map(change).sum())
        };
        rows.len(structure).saturating_add_signed(changes)
    }

    /// Visits everything with `state`: dropped structures first, then rows.
    pub(crate) fn each<X, E>(
        &self,
        mut drop: impl FnMut(&mut X, u64) -> Result<(), E>,
        mut row: impl FnMut(&mut X, u64, &KeyBytes, Option<&T>) -> Result<(), E>,
        state: &mut X,
    ) -> Result<(), E> {
        for structure in &self.dropped {
            drop(state, *structure)?;
        }
        for (key, slot) in self.top.iter() {
            row(state, 0, key, slot.as_ref())?;
        }
        for (structure, rows) in self.nested.iter() {
            for (key, slot) in rows.range(Bound::Unbounded) {
                row(state, *structure, key, slot.as_ref())?;
            }
        }
        Ok(())
    }

    /// Moves everything into the committed rows.
    pub(crate) fn apply(&mut self, rows: &mut Rows<T>) {
        for structure in self.dropped.drain(..) {
            rows.drop_structure(structure);
        }
        rows.set_top(self.top.drain());
        for (structure, own) in self.nested.drain() {
            rows.set_nested(structure, own);
        }
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.top.clear();
        self.nested.clear();
        self.dropped.clear();
    }
}
