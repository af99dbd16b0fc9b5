//! Changing the rows of a table, which lie in leaves.

use std::ops::Bound;
use std::sync::atomic::{AtomicUsize, Ordering};

use redb::{ReadableTable, Table};

use super::error::{DatabaseError, Errors};
use super::leaf::{self, LEAF_BYTES, Row, SMALL_LEAF_BYTES};

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
///
/// The row at `at` is behind `last`, or its row, and the one before it is not. So its front is a front
/// of `last`, too.
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
    /// How many bytes the key of the last of the new rows has in common with `last`.
    kept: usize,
    /// The row at `at` is that of `last`, and ends there.
    here: Option<usize>,
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
        (self.at, self.kept, self.here) = (0, 0, None);
        (self.is_changed, self.next) = (false, None);
    }

    /// Keeps the rows before `key`, which is behind `last` and has `same` bytes in common with it. Says
    /// whether there are others behind them.
    fn pass(&mut self, key: &[u8], same: usize) -> Result<bool, &'static str> {
        let sought = leaf::seek(&self.old, key, (self.at, self.last.len(), same))?;
        let (to, kept) = match sought.start {
            to if to == self.at => (to, self.kept.min(same)),
            to => (to, sought.same),
        };
        let is_more = sought.row.is_some();
        self.here = sought.row.and_then(|(row, is_it)| is_it.then_some(row.end));
        self.keep(to)?;
        self.kept = kept;
        self.last.truncate(same);
        self.last.extend_from_slice(&key[same..]);
        Ok(is_more)
    }

    /// Keeps the rows up to `to`.
    fn keep(&mut self, to: usize) -> Result<(), &'static str> {
        let Self { old, at, new, last, kept, .. } = self;
        if *at == to {
            return Ok(());
        }
        // The row before the first of them may be another one now.
        if let Some(first) = leaf::row_at(old, *at, last.len())? {
            let with_last = first.front + leaf::common(&last[first.front..], first.rest);
            let front = with_last.min(*kept);
            if front != first.front {
                let rest = match front.checked_sub(first.front) {
                    Some(more) => [&[], &first.rest[more..]],
                    None => [&last[front..first.front], first.rest],
                };
                leaf::push_row(front, rest, first.value, new);
                *at = first.end;
            }
        }
        new.extend_from_slice(&old[*at..to]);
        *at = to;
        Ok(())
    }

    /// Sets the row of `last`.
    fn put(&mut self, value: &[u8]) {
        self.leave_out();
        leaf::push_row(self.kept, [&self.last[self.kept..], &[]], value, &mut self.new);
        self.kept = self.last.len();
        self.is_changed = true;
    }

    /// Leaves out the row of `last`; says whether there was one.
    fn leave_out(&mut self) -> bool {
        let Some(end) = self.here.take() else { return false };
        self.at = end;
        self.is_changed = true;
        true
    }

    /// Hands the row that comes next, if there is one, to `f`, and leaves it out if `f` says so; whether
    /// it did.
    fn leave_out_next(
        &mut self,
        f: impl FnOnce(&[u8], &[u8]) -> bool,
    ) -> Result<bool, &'static str> {
        let Self { old, at, last, kept, here, .. } = self;
        let Some(row) = leaf::row_at(old, *at, last.len())? else { return Ok(false) };
        let same = row.front + leaf::common(&last[row.front..], row.rest);
        last.truncate(row.front);
        last.extend_from_slice(row.rest);
        *kept = same.min(*kept);
        *here = Some(row.end);
        Ok(f(last, row.value) && self.leave_out())
    }

    /// Keeps all rows that are left.
    fn pass_all(&mut self) -> Result<(), &'static str> {
        self.keep(self.old.len())
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
        self.leaf.put(value);
        if self.leaf.new.len() >= 4 * LEAF_BYTES {
            self.spill()?;
        }
        Ok(())
    }

    /// Removes a row; says whether it was there.
    pub(crate) fn remove(&mut self, key: &[u8]) -> Result<bool, DatabaseError> {
        self.open_at(key)?;
        Ok(self.leaf.leave_out())
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
            let mut is_done = false;
            let mut take = |key: &[u8], slot: &[u8]| {
                is_done = key >= end || removed == max;
                if !is_done {
                    f(key, slot);
                    removed += 1;
                }
                !is_done
            };
            while self
                .leaf
                .leave_out_next(&mut take)
                .map_err(|problem| self.errors.damaged(problem))?
            {}
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
            let same = leaf::common(&self.leaf.last, key);
            // It is behind the last one.
            if key.get(same) > self.leaf.last.get(same) {
                let is_within =
                    self.leaf.pass(key, same).map_err(|problem| self.errors.damaged(problem))?;
                if is_within || self.next_leaf()?.is_none_or(|next| key < next) {
                    return Ok(());
                }
            }
            self.close()?;
        }
        self.load(key)?;
        self.leaf.pass(key, 0).map_err(|problem| self.errors.damaged(problem))?;
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
        if let Some(rest) = self.write_pieces(LEAF_BYTES, usize::MAX, false)? {
            (self.leaf.name, self.leaf.is_stored) = (rest.name, false);
            self.leaf.new.splice(..rest.others, rest.first);
        }
        Ok(())
    }

    /// Writes the open leaf, if there is one and it has changed.
    fn close(&mut self) -> Result<(), DatabaseError> {
        if !std::mem::take(&mut self.is_open) || !self.leaf.is_changed {
            return Ok(());
        }
        self.leaf.pass_all().map_err(|problem| self.errors.damaged(problem))?;
        while !self.leaf.new.is_empty() && self.leaf.new.len() < SMALL_LEAF_BYTES {
            let Some(next) = self.next_leaf()?.map(<[u8]>::to_vec) else { break };
            let taken = self.table.remove(&*next).map_err(self.errors.of("write"))?;
            if let Some(bytes) = taken {
                leaf::row_at(bytes.value(), 0, 0)
                    .map_err(|problem| self.errors.damaged(problem))?;
                self.leaf.new.extend_from_slice(bytes.value());
            }
            self.leaf.next = None;
        }
        if self.leaf.new.is_empty() {
            if self.leaf.is_stored {
                self.table.remove(&*self.leaf.name).map_err(self.errors.of("write"))?;
            }
        } else {
            let OpenLeaf { name, new: rows, .. } = &self.leaf;
            let total = rows.len() + name.len();
            let pieces = total.div_ceil(LEAF_BYTES);
            if pieces == 1 {
                self.table.insert(&**name, &**rows).map_err(self.errors.of("write"))?;
            } else if self.next_leaf()?.is_none() {
                // At the end of the table rows are likely to come behind these: full leaves stay.
                self.write_pieces(LEAF_BYTES, pieces, true)?;
            } else {
                self.write_pieces(total.div_ceil(pieces), pieces, true)?;
            }
        }
        Ok(())
    }

    /// Writes the new rows of the open leaf as leaves that are about `size` large, the first of them by
    /// its name; the last one only if `all` are wanted. From the one with number `planned` on they are as
    /// large as they may be. The last one, if it is not the first.
    fn write_pieces(
        &mut self,
        size: usize,
        planned: usize,
        all: bool,
    ) -> Result<Option<Piece>, DatabaseError> {
        let damaged = |problem| self.errors.damaged(problem);
        let OpenLeaf { name, new: rows, .. } = &self.leaf;
        let mut bytes = Vec::new();
        let mut piece: Option<Piece> = None;
        let (mut number, mut at, mut key) = (1, 0, Vec::new());
        while let Some(row) = leaf::row_at(rows, at, key.len()).map_err(damaged)? {
            let (name, first, others) = match &piece {
                Some(Piece { name, first, others }) => (name, &**first, *others),
                None => (name, &[][..], 0),
            };
            let len = first.len() + at - others;
            let fits = len + (row.end - at) + name.len() <= LEAF_BYTES;
            if len > 0 && !(fits && (len < size || number >= planned)) {
                let leaf = join(first, &rows[others..at], &mut bytes);
                self.table.insert(&**name, leaf).map_err(self.errors.of("write"))?;
                piece = Some(Piece::beginning_with(&key, row).map_err(damaged)?);
                number += 1;
            }
            key.truncate(row.front);
            key.extend_from_slice(row.rest);
            at = row.end;
        }
        if all {
            let (name, leaf) = match &piece {
                Some(Piece { name, first, others }) => {
                    (name, join(first, &rows[*others..], &mut bytes))
                }
                None => (name, &**rows),
            };
            self.table.insert(&**name, leaf).map_err(self.errors.of("write"))?;
        }
        Ok(piece)
    }
}

/// Some of a leaf's rows that become a leaf of their own.
struct Piece {
    name: Vec<u8>,
    /// The first of them, whose key is whole now.
    first: Vec<u8>,
    /// Where the others begin.
    others: usize,
}

impl Piece {
    /// `before` is the key of the row before.
    fn beginning_with(before: &[u8], row: Row<'_>) -> Result<Piece, &'static str> {
        let (front, rest_before) = before.split_at(row.front);
        let same = leaf::common(rest_before, row.rest);
        if row.rest.get(same) <= rest_before.get(same) {
            return Err(leaf::UNORDERED);
        }
        let mut first = Vec::new();
        leaf::push_row(0, [front, row.rest], row.value, &mut first);
        // The shortest name that is behind the row before.
        let name = [front, &row.rest[..=same]].concat();
        Ok(Piece { name, first, others: row.end })
    }
}

/// The two in one.
fn join<'a>(first: &[u8], others: &'a [u8], bytes: &'a mut Vec<u8>) -> &'a [u8] {
    if first.is_empty() {
        return others;
    }
    bytes.clear();
    bytes.extend_from_slice(first);
    bytes.extend_from_slice(others);
    bytes
}
