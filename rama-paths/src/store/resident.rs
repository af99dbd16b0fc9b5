//! Decoded rows in memory, each of them once.
//!
//! Clean rows may leave memory at any time, those that a checkpoint is to take down must not; see
//! [`marks`](super::marks).

use std::collections::BTreeSet;
use std::hint::black_box;
use std::ops::Bound;
use std::sync::{Mutex, PoisonError};

use super::listed::{Entry, ListedMap, SOUGHT_AT_ONCE};
use super::marks::{Dirty, Listed, Marks, ResidentBytes, Row, Saved, row_bytes};
use super::page::Stretch;
use super::sorted::SortedMap;
use super::writes::some_of;
use crate::key::KeyBytes;

/// Rows of one nested structure that are looked at in one step of an eviction.
const EVICTED_AT_ONCE: usize = 256;

/// A nested structure.
#[derive(Debug)]
pub(super) struct Structure<T> {
    pub(super) rows: SortedMap<Row<T>>,
    /// No row of it is anywhere else only.
    complete: bool,
    listed: Listed,
}

/// Where in the lists of resident rows a row lies, or the structure it belongs to. A guess, since rows
/// leave: whoever uses it looks whether they are there.
pub(crate) type Place = u32;

/// The place of what is not known to be anywhere.
pub(crate) const NO_PLACE: Place = u32::MAX;

/// What is known of a row.
pub(crate) enum Found<'a, T> {
    Row(&'a Option<T>),
    /// It is in memory if it is anywhere, and it is not.
    Absent,
    /// It may be in the last checkpoint.
    Unknown,
}

/// Rows in memory.
#[derive(Debug)]
pub(crate) struct Resident<T> {
    pub(super) top: ListedMap<KeyBytes, Row<T>>,
    pub(super) nested: ListedMap<u64, Structure<T>>,
    /// The keys of the first so many entries of `top`, in order: brought up to date by whoever reads
    /// a range.
    order: Mutex<(usize, BTreeSet<KeyBytes>)>,
    pub(super) marks: Marks<T>,
    /// No row is anywhere else only.
    complete: bool,
    /// Where the next eviction goes on: in `top`, in `nested`, and in a structure there.
    hand: (usize, usize, Option<KeyBytes>),
}

impl<T> Default for Resident<T> {
    fn default() -> Self {
        Self {
            top: ListedMap::default(),
            nested: ListedMap::default(),
            order: Mutex::default(),
            marks: Marks::default(),
            complete: true,
            hand: (0, 0, None),
        }
    }
}

impl<T> Resident<T> {
    pub(crate) fn bytes(&self) -> ResidentBytes {
        self.marks.bytes
    }

    /// Rows may be in a checkpoint and not here.
    pub(crate) fn set_incomplete(&mut self) {
        self.complete = false;
    }

    /// Whether no row of the structure is in a checkpoint only.
    pub(crate) fn is_complete(&self, structure: u64) -> bool {
        self.complete
            || structure != 0 && self.nested.get(&structure).is_some_and(|found| found.complete)
    }

    /// What is known of a row, and its place.
    #[inline]
    pub(crate) fn find(&self, structure: u64, key: &KeyBytes) -> (Found<'_, T>, Place) {
        let (row, complete, place) = if structure == 0 {
            let place = self.top.position(key);
            (place.map(|at| self.top.at(at).1), self.complete, place)
        } else {
            let place = self.nested.position(&structure);
            match place.map(|at| self.nested.at(at).1) {
                None => (None, self.complete, place),
                Some(found) => (found.rows.get(key), self.complete || found.complete, place),
            }
        };
        let found = match row {
            Some(row) => Found::Row(&row.slot),
            None if complete => Found::Absent,
            None => Found::Unknown,
        };
        (found, place.unwrap_or(NO_PLACE))
    }

    /// Fetches what are most likely the rows of the structure at the top whose keys have these hashes
    /// into the processor's cache; shows them to `f`.
    pub(crate) fn prefetch_top(&self, hashes: &[u64], mut f: impl FnMut(&Option<T>)) {
        let mut sum = 0;
        let touch = |key: &KeyBytes, row: &Row<T>| {
            sum += key.len() + row.touch();
            f(&row.slot);
        };
        self.top.likely(hashes, touch, |_| {});
        black_box(sum);
    }

    /// Fetches what are most likely the last rows of the structures whose ids have these hashes.
    pub(crate) fn prefetch_nested(&self, hashes: &[u64]) {
        let mut sum = 0;
        let mut structures = Vec::with_capacity(hashes.len());
        self.nested.likely(
            hashes,
            |id, structure| {
                sum += *id as usize + structure.rows.len();
                structures.push(&structure.rows);
            },
            |_| {},
        );
        for rows in structures {
            sum += rows.last().map_or(0, |(key, _)| key.len());
        }
        black_box(sum);
    }

    /// Takes rows of the structure at the top, each of another key, out of a list; `guesses` are their
    /// places.
    pub(crate) fn put_top(
        &mut self,
        rows: &mut [(KeyBytes, Option<T>)],
        guesses: &[Place],
        heap: usize,
    ) {
        let Self { top, marks, .. } = self;
        let mut places = Vec::with_capacity(SOUGHT_AT_ONCE);
        for (some, guesses) in rows.chunks_mut(SOUGHT_AT_ONCE).zip(guesses.chunks(SOUGHT_AT_ONCE)) {
            // Sought in a loop that does nothing else, the processor waits for many at a time.
            let guessed = some.iter().zip(guesses);
            let mut sum = 0;
            places.extend(guessed.map(|((key, _), guess)| {
                let place = top.position_near(key, *guess)?;
                sum += top.at(place).1.touch();
                Some(place)
            }));
            black_box(sum);
            for (row, place) in some.iter_mut().zip(places.drain(..)) {
                let (key, slot) = std::mem::take(row);
                let there = place.and_then(|at| Some((at, top.get_at_mut(at as usize)?.1)));
                if let Some((at, row)) = there {
                    if marks.rewrite(0, &key, row, (slot, heap)) {
                        marks.list_top(key, at);
                    }
                } else if let Entry::Vacant(entry) = top.entry(&key) {
                    let row = marks.new_row(&key, slot, heap);
                    marks.list_top(key.clone(), entry.place());
                    entry.insert(key, row);
                }
            }
        }
    }

    /// Takes rows of nested structures out of a list; `guesses` are the structures' places. Those from
    /// `first_new` on have no rows in a checkpoint.
    pub(crate) fn put_nested(
        &mut self,
        structures: &mut [(u64, SortedMap<Option<T>>)],
        guesses: &[Place],
        heap: usize,
        first_new: u64,
    ) {
        let mut places = Vec::with_capacity(SOUGHT_AT_ONCE);
        let chunks = structures.chunks_mut(SOUGHT_AT_ONCE).zip(guesses.chunks(SOUGHT_AT_ONCE));
        for (some, guesses) in chunks {
            // As in `put_top`, with the last row of each structure: most rows come behind it.
            let guessed = some.iter().zip(guesses);
            places.extend(guessed.map(|((structure, rows), guess)| {
                let at = self.nested.position_near(structure, *guess)?;
                let found = &self.nested.at(at).1.rows;
                Some((at, rows.first().is_some_and(|(first, _)| found.is_before(first))))
            }));
            for ((structure, rows), place) in some.iter_mut().zip(places.drain(..)) {
                let rows = std::mem::take(rows);
                match place {
                    Some((at, behind)) => self.put_rows((*structure, at), rows, behind, heap),
                    None => self.put_structure(*structure, rows, heap, first_new),
                }
            }
        }
    }

    /// Writes rows of a structure that is here; `behind` says whether all are behind those here.
    fn put_rows(
        &mut self,
        id: (u64, Place),
        rows: SortedMap<Option<T>>,
        behind: bool,
        heap: usize,
    ) {
        let Self { nested, marks, .. } = self;
        let Some((_, found)) = nested.get_at_mut(id.1 as usize) else { return };
        let Structure { rows: here, listed, .. } = found;
        let is_small = here.is_small();
        rows.into_each(|key, slot| {
            if behind {
                marks.list_nested(id, listed, is_small, &key);
                let row = marks.new_row(&key, slot, heap);
                here.push_behind(key, row);
                return;
            }
            here.upsert(key, |key, row| match row {
                Some(row) => {
                    if marks.rewrite(id.0, key, row, (slot, heap)) {
                        marks.list_nested(id, listed, is_small, key);
                    }
                    None
                }
                None => {
                    marks.list_nested(id, listed, is_small, key);
                    Some(marks.new_row(key, slot, heap))
                }
            });
        });
    }

    /// Writes rows of a structure that is not here.
    fn put_structure(
        &mut self,
        structure: u64,
        rows: SortedMap<Option<T>>,
        heap: usize,
        first_new: u64,
    ) {
        let Self { nested, marks, complete, .. } = self;
        let Entry::Vacant(entry) = nested.entry(&structure) else { return };
        let mut listed = Listed::default();
        marks.list_structure((structure, entry.place()), &mut listed);
        let rows = rows.map(|key, slot| marks.new_row(key, slot, heap));
        let complete = *complete || structure >= first_new;
        entry.insert(structure, Structure { rows, complete, listed });
    }

    /// Keeps a row of the last checkpoint, unless it is here already.
    pub(crate) fn keep(&mut self, structure: u64, key: KeyBytes, slot: Option<T>, heap: usize) {
        let bytes = row_bytes::<T>(&key, heap);
        let row = Row::clean(slot, bytes);
        if structure == 0 {
            let Entry::Vacant(entry) = self.top.entry(&key) else { return };
            entry.insert(key, row);
        } else {
            match self.nested.entry(&structure) {
                Entry::Vacant(entry) => {
                    let rows = SortedMap::one(key, row);
                    let listed = Listed::default();
                    entry.insert(structure, Structure { rows, complete: false, listed });
                }
                Entry::Occupied(found) if found.rows.get(&key).is_some() => return,
                Entry::Occupied(found) => {
                    found.rows.insert(key, row);
                }
            }
        }
        self.marks.keep(bytes);
    }

    /// Takes out all rows of a nested structure; hands out their slots.
    pub(crate) fn take_structure(&mut self, structure: u64) -> Vec<Option<T>>
    where
        T: Clone,
    {
        let Some(found) = self.nested.remove(&structure) else { return Vec::new() };
        let mut slots = Vec::with_capacity(found.rows.len());
        let marks = &mut self.marks;
        found.rows.into_each(|key, row| {
            slots.push(row.slot.clone());
            marks.let_go(structure, &key, row);
        });
        slots
    }

    /// See [`Marks::freeze`].
    pub(super) fn freeze(&mut self) -> Dirty {
        self.marks.freeze()
    }

    /// See [`Marks::finish`].
    pub(super) fn finish(&mut self) -> Saved<T> {
        self.marks.finish()
    }

    /// Looks at about `count` rows and throws clean ones away.
    pub(crate) fn evict(&mut self, count: usize) {
        for _ in 0..count {
            self.evict_top();
        }
        let mut looked_at = 0;
        while looked_at < count && !self.nested.is_empty() {
            looked_at += self.evict_nested().max(1);
        }
    }

    fn evict_top(&mut self) {
        let at = if self.hand.0 < self.top.len() { self.hand.0 } else { 0 };
        self.hand.0 = at + 1;
        let Some((key, row)) = self.top.get_at(at) else { return };
        if !self.marks.is_clean(row) {
            return;
        }
        self.complete = false;
        self.marks.evict(row);
        let (covered, keys) = self.order.get_mut().unwrap_or_else(PoisonError::into_inner);
        // The last entry takes the place: the hand stays.
        self.hand.0 = at;
        let last = self.top.len() - 1;
        if at < *covered {
            keys.remove(key);
            if last < *covered {
                *covered = last;
            } else if let Some((moved, _)) = self.top.get_at(last) {
                keys.insert(moved.clone());
            }
        }
        self.top.swap_remove_at(at);
    }

    /// Evicts rows of one structure; says at how many it looked.
    fn evict_nested(&mut self) -> usize {
        let at = if self.hand.1 < self.nested.len() { self.hand.1 } else { 0 };
        let Some((_, found)) = self.nested.get_at_mut(at) else { return 0 };
        let start = match &self.hand.2 {
            Some(key) => Bound::Excluded(key),
            None => Bound::Unbounded,
        };
        let (mut looked_at, mut last, mut clean) = (0, None, Vec::new());
        for (key, row) in found.rows.range(start, Bound::Unbounded).take(EVICTED_AT_ONCE) {
            looked_at += 1;
            if self.marks.is_clean(row) {
                self.marks.evict(row);
                clean.push(key.clone());
            }
            last = Some(key.clone());
        }
        if !clean.is_empty() {
            (found.complete, self.complete) = (false, false);
        }
        if clean.len() == found.rows.len() {
            self.nested.swap_remove_at(at);
            self.hand = (self.hand.0, at, None);
            return looked_at;
        }
        for key in clean {
            found.rows.remove(&key);
        }
        // Behind the last row comes the next structure.
        self.hand = match last {
            Some(last) if looked_at == EVICTED_AT_ONCE => (self.hand.0, at, Some(last)),
            _ => (self.hand.0, at + 1, None),
        };
        looked_at
    }

    /// Hands up to `max` rows of a stretch, in its order, to `f`; says whether there are more.
    pub(crate) fn range<'a>(
        &'a self,
        stretch: Stretch<'_>,
        max: usize,
        mut f: impl FnMut(&KeyBytes, &'a Option<T>),
    ) -> bool {
        let Stretch { structure, start, end, backward } = stretch;
        if structure != 0 {
            let Some(found) = self.nested.get(&structure) else { return false };
            let rows = found.rows.range(start, end);
            return some_of(rows, backward, max, |key, row| f(key, &row.slot));
        }
        if self.top.is_empty() {
            return false;
        }
        let mut order = self.order.lock().unwrap_or_else(PoisonError::into_inner);
        let (covered, keys) = &mut *order;
        keys.extend(self.top.since(*covered).map(|(key, _)| key.clone()));
        *covered = self.top.len();
        let keys = keys.range::<KeyBytes, _>((start, end)).map(|key| (key, &()));
        some_of(keys, backward, max, |key, ()| {
            if let Some(row) = self.top.get(key) {
                f(key, &row.slot);
            }
        })
    }

    /// Visits every row, in any order.
    pub(crate) fn each(&self, mut f: impl FnMut(u64, &KeyBytes, Option<&T>)) {
        for (key, row) in self.top.iter() {
            f(0, key, row.slot.as_ref());
        }
        for (structure, found) in self.nested.iter() {
            found.rows.each(|key, row| f(*structure, key, row.slot.as_ref()));
        }
    }
}
