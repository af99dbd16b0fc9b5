//! The committed rows of one node.
//!
//! The structure at the top can be huge and is read mostly by key: a hash map, with its keys in
//! order beside it. Nested structures are many and mostly small: a sorted map each.

use std::cmp::Ordering;
use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, btree_set};
use std::iter::Peekable;
use std::ops::Bound;
use std::vec;

use rustc_hash::FxHashMap;

use super::sorted::{SortedMap, SortedRange};
use super::writes::WriteRows;
use crate::key::KeyBytes;

/// Committed rows: (structure id, element key) -> slot.
#[derive(Debug)]
pub(crate) struct Rows<T> {
    top: FxHashMap<KeyBytes, T>,
    top_keys: BTreeSet<KeyBytes>,
    nested: FxHashMap<u64, SortedMap<T>>,
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self { top: FxHashMap::default(), top_keys: BTreeSet::new(), nested: FxHashMap::default() }
    }
}

impl<T> Rows<T> {
    #[inline]
    pub(crate) fn get(&self, structure: u64, key: &KeyBytes) -> Option<&T> {
        if structure == 0 { self.top.get(key) } else { self.nested.get(&structure)?.get(key) }
    }

    /// Puts rows into the structure at the top, or removes them.
    pub(crate) fn set_top(&mut self, own: impl Iterator<Item = (KeyBytes, Option<T>)>) {
        let mut added = Vec::new();
        for (key, slot) in own {
            let Some(slot) = slot else {
                if self.top.remove(&key).is_some() {
                    self.top_keys.remove(&key);
                }
                continue;
            };
            if let Some(old) = self.top.get_mut(&key) {
                *old = slot;
            } else {
                added.push(key.clone());
                self.top.insert(key, slot);
            }
        }
        // In order, so that one key finds most of its way as the one before left it in the cache.
        added.sort_unstable();
        self.top_keys.extend(added);
    }

    /// Puts rows into a nested structure, or removes them.
    pub(crate) fn set_nested(&mut self, structure: u64, own: SortedMap<Option<T>>) {
        match self.nested.entry(structure) {
            Entry::Vacant(entry) => {
                let rows = own.flatten();
                if rows.len() > 0 {
                    entry.insert(rows);
                }
            }
            Entry::Occupied(mut entry) => {
                let rows = entry.get_mut();
                own.into_each(|key, slot| {
                    match slot {
                        Some(slot) => rows.insert(key, slot),
                        None => rows.remove(&key),
                    };
                });
                if rows.len() == 0 {
                    entry.remove();
                }
            }
        }
    }

    /// Removes all rows of a nested structure.
    pub(crate) fn drop_structure(&mut self, structure: u64) {
        self.nested.remove(&structure);
    }

    /// The rows of a structure from `start` on, in order of their keys.
    pub(crate) fn range(&self, structure: u64, start: Bound<&KeyBytes>) -> RowsRange<'_, T> {
        if structure == 0 {
            let keys = self.top_keys.range::<KeyBytes, _>((start, Bound::Unbounded));
            return RowsRange::Top { keys, rows: &self.top };
        }
        match self.nested.get(&structure) {
            Some(rows) => RowsRange::Nested(rows.range(start)),
            None => RowsRange::Empty,
        }
    }

    /// The number of rows of a structure.
    pub(crate) fn len(&self, structure: u64) -> usize {
        if structure == 0 {
            self.top.len()
        } else {
            self.nested.get(&structure).map_or(0, SortedMap::len)
        }
    }

    /// The number of rows of all structures.
    pub(crate) fn total(&self) -> usize {
        self.top.len() + self.nested.values().map(SortedMap::len).sum::<usize>()
    }
}

/// Rows of one structure in order.
#[derive(Debug)]
pub(crate) enum RowsRange<'a, T> {
    Top { keys: btree_set::Range<'a, KeyBytes>, rows: &'a FxHashMap<KeyBytes, T> },
    Nested(SortedRange<'a, T>),
    Empty,
}

impl<'a, T> Iterator for RowsRange<'a, T> {
    type Item = (&'a KeyBytes, &'a T);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Top { keys, rows } => {
                let key = keys.next()?;
                rows.get(key).map(|slot| (key, slot))
            }
            Self::Nested(rows) => rows.next(),
            Self::Empty => None,
        }
    }
}

/// The rows of a structure in order, a write set over the committed ones.
pub(crate) fn merged<'a, T>(
    writes: Option<&'a WriteRows<T>>,
    rows: &'a Rows<T>,
    structure: u64,
) -> Merged<'a, T> {
    let own = writes.map_or_else(Vec::new, |writes| writes.ordered(structure));
    Merged {
        own: own.into_iter().peekable(),
        rows: rows.range(structure, Bound::Unbounded).peekable(),
    }
}

/// See [`merged`].
pub(crate) struct Merged<'a, T> {
    own: Peekable<vec::IntoIter<(&'a KeyBytes, &'a Option<T>)>>,
    rows: Peekable<RowsRange<'a, T>>,
}

impl<'a, T> Iterator for Merged<'a, T> {
    type Item = (&'a KeyBytes, &'a T);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let order = match (self.own.peek(), self.rows.peek()) {
                (Some((own, _)), Some((row, _))) => own.cmp(row),
                (Some(_), None) => Ordering::Less,
                (None, _) => Ordering::Greater,
            };
            if order == Ordering::Greater {
                return self.rows.next();
            }
            if order == Ordering::Equal {
                self.rows.next();
            }
            if let Some((key, Some(slot))) = self.own.next() {
                return Some((key, slot));
            }
        }
    }
}
