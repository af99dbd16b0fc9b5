//! Changing the rows of a table, which lie in leaves.

use std::ops::Bound;
use std::sync::atomic::{AtomicUsize, Ordering};

use redb::{ReadableTable, Table};

use super::error::{DatabaseError, Errors};
use super::leaf::{self, LEAF_BYTES, SMALL_LEAF_BYTES};

/// The rows of one table while a checkpoint is written.
///
/// One leaf is open at a time. Changes in the order of the keys go through it once, and it is written
/// when they have left it: [`finish`](Self::finish) writes the last one, and no checkpoint is committed
/// without. After an error only dropping the whole checkpoint is of use.
#[must_use = "changes are written by `finish`"]
pub(crate) struct RowsMut<'t> {
    table: Table<'t, &'static [u8], &'static [u8]>,
    errors: &'t Errors,
    /// Counts those that are not finished.
    unfinished: &'t AtomicUsize,
    leaf: OpenLeaf,
    /// Whether `leaf` is being gone through; else it is only memory for the next one.
    is_open: bool,
}

/// A leaf that is gone through.
#[derive(Default)]
struct OpenLeaf {
    /// Its key in the table.
    name: Vec<u8>,
    /// The table has a leaf of that name.
    is_stored: bool,
    /// Its rows, of which those before `at` have been gone past.
    old: Vec<u8>,
    at: usize,
    /// The rows that it has instead of those.
    new: Vec<u8>,
    /// The key that was asked for last: the next one is to be behind it.
    last: Vec<u8>,
    is_changed: bool,
    /// The name of the leaf behind it, if there is one; not known yet at first.
    next: Option<Option<Vec<u8>>>,
}

impl OpenLeaf {
    /// For the leaf of this name.
    fn reset(&mut self, name: &[u8], is_stored: bool) {
        self.name.clear();
        self.name.extend_from_slice(name);
        self.is_stored = is_stored;
        for bytes in [&mut self.old, &mut self.new, &mut self.last] {
            bytes.clear();
            bytes.shrink_to(16 * LEAF_BYTES);
        }
        (self.at, self.is_changed, self.next) = (0, false, None);
    }

    /// Keeps the rows before `key`. Says whether there are others behind them.
    fn pass(&mut self, key: &[u8]) -> Result<bool, &'static str> {
        let start = self.at;
        let mut is_more = false;
        while let Some(row) = leaf::row_at(&self.old, self.at)? {
            if row.key(&self.old) >= key {
                is_more = true;
                break;
            }
            self.at = row.end();
        }
        self.new.extend_from_slice(&self.old[start..self.at]);
        Ok(is_more)
    }

    /// Leaves out the row that comes next, if it is that of `key`; says whether it was.
    fn skip(&mut self, key: &[u8]) -> Result<bool, &'static str> {
        match leaf::row_at(&self.old, self.at)? {
            Some(row) if row.key(&self.old) == key => {
                self.at = row.end();
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    fn set_last(&mut self, key: &[u8]) {
        self.last.clear();
        self.last.extend_from_slice(key);
    }

    /// Keeps all rows that are left.
    fn pass_all(&mut self) {
        self.new.extend_from_slice(&self.old[self.at..]);
        self.at = self.old.len();
    }
}

impl<'t> RowsMut<'t> {
    pub(super) fn new(
        table: Table<'t, &'static [u8], &'static [u8]>,
        errors: &'t Errors,
        unfinished: &'t AtomicUsize,
    ) -> RowsMut<'t> {
        unfinished.fetch_add(1, Ordering::SeqCst);
        RowsMut { table, errors, unfinished, leaf: OpenLeaf::default(), is_open: false }
    }

    /// Sets a row. Fastest in the order of the keys.
    pub(crate) fn put(&mut self, key: &[u8], value: &[u8]) -> Result<(), DatabaseError> {
        self.open_at(key)?;
        self.leaf.skip(key).map_err(|problem| self.errors.damaged(problem))?;
        leaf::push_row(key, value, &mut self.leaf.new);
        self.leaf.is_changed = true;
        if self.leaf.new.len() >= 4 * LEAF_BYTES {
            self.spill()?;
        }
        Ok(())
    }

    /// Removes a row; says whether it was there.
    pub(crate) fn remove(&mut self, key: &[u8]) -> Result<bool, DatabaseError> {
        self.open_at(key)?;
        let removed = self.leaf.skip(key).map_err(|problem| self.errors.damaged(problem))?;
        self.leaf.is_changed |= removed;
        Ok(removed)
    }

    /// Removes the first rows from `start` on and before `end`, at most `max`, and hands each to
    /// `f`; says how many. Fewer than `max` means that none is left.
    pub(crate) fn drain_range(
        &mut self,
        start: &[u8],
        end: &[u8],
        max: usize,
        f: &mut dyn FnMut(&[u8], &[u8]),
    ) -> Result<usize, DatabaseError> {
        let (mut from, mut removed) = (start.to_vec(), 0);
        while &*from < end && removed < max {
            self.open_at(&from)?;
            let leaf = &mut self.leaf;
            let mut is_done = false;
            while let Some(row) =
                leaf::row_at(&leaf.old, leaf.at).map_err(|problem| self.errors.damaged(problem))?
            {
                is_done = row.key(&leaf.old) >= end || removed == max;
                if is_done {
                    break;
                }
                f(row.key(&leaf.old), row.value(&leaf.old));
                leaf.at = row.end();
                leaf.is_changed = true;
                removed += 1;
            }
            let next = self.next_leaf()?.map(<[u8]>::to_vec);
            self.close()?;
            match next {
                Some(next) if !is_done => from = next,
                _ => break,
            }
        }
        Ok(removed)
    }

    /// Writes what was changed.
    pub(crate) fn finish(mut self) -> Result<(), DatabaseError> {
        self.close()?;
        self.unfinished.fetch_sub(1, Ordering::SeqCst);
        Ok(())
    }

    /// Opens the leaf that has `key`, with all rows before it gone past.
    fn open_at(&mut self, key: &[u8]) -> Result<(), DatabaseError> {
        if self.is_open {
            if key > &*self.leaf.last {
                let is_within =
                    self.leaf.pass(key).map_err(|problem| self.errors.damaged(problem))?;
                if is_within || self.next_leaf()?.is_none_or(|next| key < next) {
                    self.leaf.set_last(key);
                    return Ok(());
                }
            }
            self.close()?;
        }
        self.load(key)?;
        self.leaf.pass(key).map_err(|problem| self.errors.damaged(problem))?;
        self.leaf.set_last(key);
        Ok(())
    }

    /// Reads the leaf that has `key`; a new one, whose name is before all keys, if there is none.
    fn load(&mut self, key: &[u8]) -> Result<(), DatabaseError> {
        self.errors.check_space()?;
        let mut leaves = self.table.range(..=key).map_err(self.errors.of("write"))?;
        match leaves.next_back() {
            Some(found) => {
                let (name, bytes) = found.map_err(self.errors.of("write"))?;
                self.leaf.reset(name.value(), true);
                self.leaf.old.extend_from_slice(bytes.value());
            }
            None => self.leaf.reset(&[], false),
        }
        self.is_open = true;
        Ok(())
    }

    /// The name of the leaf behind the open one.
    fn next_leaf(&mut self) -> Result<Option<&[u8]>, DatabaseError> {
        if self.leaf.next.is_none() {
            let behind = (Bound::Excluded(&*self.leaf.name), Bound::Unbounded);
            let mut leaves = self.table.range::<&[u8]>(behind).map_err(self.errors.of("write"))?;
            let next = match leaves.next() {
                Some(found) => Some(found.map_err(self.errors.of("write"))?.0.value().to_vec()),
                None => None,
            };
            drop(leaves);
            self.leaf.next = Some(next);
        }
        Ok(self.leaf.next.as_ref().and_then(|next| next.as_deref()))
    }

    /// Writes the first rows of a leaf that has got many, and goes on with the others.
    fn spill(&mut self) -> Result<(), DatabaseError> {
        self.errors.check_space()?;
        // While it is known: what is written lies between.
        self.next_leaf()?;
        let (name, rest) = self.write_pieces(LEAF_BYTES, false)?;
        if rest > 0 {
            (self.leaf.name, self.leaf.is_stored) = (name, false);
            self.leaf.new.drain(..rest);
        }
        Ok(())
    }

    /// Writes the open leaf, if there is one and it has changed.
    fn close(&mut self) -> Result<(), DatabaseError> {
        if !std::mem::take(&mut self.is_open) {
            return Ok(());
        }
        self.leaf.pass_all();
        if !self.leaf.is_changed {
            return Ok(());
        }
        while !self.leaf.new.is_empty() && self.leaf.new.len() < SMALL_LEAF_BYTES {
            let Some(next) = self.next_leaf()?.map(<[u8]>::to_vec) else { break };
            let taken = self.table.remove(&*next).map_err(self.errors.of("write"))?;
            if let Some(bytes) = taken {
                self.leaf.new.extend_from_slice(bytes.value());
            }
            self.leaf.next = None;
        }
        if self.leaf.new.is_empty() {
            if self.leaf.is_stored {
                self.table.remove(&*self.leaf.name).map_err(self.errors.of("write"))?;
            }
        } else {
            let total = self.leaf.new.len() + self.leaf.name.len();
            let size = match total.div_ceil(LEAF_BYTES) {
                1 => LEAF_BYTES,
                // At the end of the table rows are likely to come behind these: full leaves stay.
                _ if self.next_leaf()?.is_none() => LEAF_BYTES,
                pieces => total.div_ceil(pieces),
            };
            self.write_pieces(size, true)?;
        }
        Ok(())
    }

    /// Writes the new rows of the open leaf as leaves that are about `size` large, the first of them by
    /// its name; the last one only if `all` are wanted. The name of the last one, and where in the rows
    /// it begins.
    fn write_pieces(&mut self, size: usize, all: bool) -> Result<(Vec<u8>, usize), DatabaseError> {
        let damaged = |problem| self.errors.damaged(problem);
        let OpenLeaf { name, new: rows, .. } = &self.leaf;
        let (mut name, mut start, mut at) = (&**name, 0, 0);
        let mut last: &[u8] = &[];
        while let Some(row) = leaf::row_at(rows, at).map_err(damaged)? {
            let fits = row.end() - start + name.len() <= LEAF_BYTES && at - start < size;
            if at > start && !fits {
                self.table.insert(name, &rows[start..at]).map_err(self.errors.of("write"))?;
                (name, start) = (leaf::name_between(last, row.key(rows)), at);
            }
            last = row.key(rows);
            at = row.end();
        }
        if all {
            self.table.insert(name, &rows[start..]).map_err(self.errors.of("write"))?;
        }
        Ok((name.to_vec(), start))
    }
}
