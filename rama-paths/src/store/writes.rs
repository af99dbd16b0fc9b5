//! The write set of one node: typed, decoded, not locked.

use std::hint::black_box;
use std::ops::Bound;
use std::sync::atomic::{AtomicU64, Ordering};

use postcard::ser_flavors::Size;

use super::costs::Costs;
use super::listed::{Entry, ListedMap, hash};
use super::marks::row_bytes;
use super::page::Stretch;
use super::resident::{NO_PLACE, Place, Resident};
use super::sorted::SortedMap;
use crate::key::KeyBytes;
use crate::schema::Slot;

/// One in so many slots is measured for the estimate of memory.
const MEASURED: u32 = 32;

/// No row's place was seen.
const NOTHING_NOTED: u64 = NO_PLACE as u64;

/// By what a noted place is known to be that of a row, or of its structure: nearly always.
#[inline]
fn tag(structure: u64, key: &KeyBytes) -> u32 {
    if structure == 0 { (hash(key) >> 32) as u32 } else { structure as u32 }
}

/// What came of looking for a row among the written ones. As long as nothing is written.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Sought {
    /// Nobody looked.
    Not,
    Absent,
    /// Where in `top` it lies.
    At(u32),
}

/// Uncommitted rows; `None` is a removed one.
#[derive(Debug)]
pub(crate) struct WriteRows<T> {
    top: ListedMap<KeyBytes, Option<T>>,
    nested: ListedMap<u64, SortedMap<Option<T>>>,
    /// The places of the committed rows of those in `top`, and of the structures in `nested`.
    places: (Vec<Place>, Vec<Place>),
    /// Whose place was seen last, see [`WriteRows::note`], and the place.
    noted: AtomicU64,
    /// Committed structures whose rows all go.
    dropped: Vec<u64>,
    /// Slots that were put.
    puts: u32,
    /// Of the measured ones: how many, and their bytes when encoded.
    measured: (u32, usize),
    /// Rows in `nested`.
    nested_rows: usize,
    /// Bytes of memory behind keys that were put in.
    key_heap: usize,
}

impl<T> Default for WriteRows<T> {
    fn default() -> Self {
        Self {
            top: ListedMap::default(),
            nested: ListedMap::default(),
            places: (Vec::new(), Vec::new()),
            noted: AtomicU64::new(NOTHING_NOTED),
            dropped: Vec::new(),
            puts: 0,
            measured: (0, 0),
            nested_rows: 0,
            key_heap: 0,
        }
    }
}

impl<T> WriteRows<T> {
    pub(crate) fn is_empty(&self) -> bool {
        self.top.is_empty() && self.nested.is_empty() && self.dropped.is_empty()
    }

    /// An empty one with room for as much as another has.
    pub(crate) fn like(other: &Self) -> Self {
        let rows = (other.top.len(), other.nested.len());
        Self {
            top: ListedMap::with_capacity(rows.0),
            nested: ListedMap::with_capacity(rows.1),
            places: (Vec::with_capacity(rows.0), Vec::with_capacity(rows.1)),
            ..Self::default()
        }
    }

    /// Gives back memory if most of it is spare, since it is not to be filled soon.
    pub(crate) fn give_back_spare(&mut self) {
        self.top.give_back_spare();
        self.nested.give_back_spare();
        self.places.0.shrink_to(self.top.len());
        self.places.1.shrink_to(self.nested.len());
    }

    /// Whether there are rows, and all of them are of nested structures.
    pub(crate) fn is_nested_only(&self) -> bool {
        self.top.is_empty() && !self.nested.is_empty()
    }

    /// Rows of nested structures.
    pub(crate) fn nested_rows(&self) -> usize {
        self.nested_rows
    }

    /// Whether there are rows of a nested structure.
    #[inline]
    pub(crate) fn has_structure(&self, structure: u64) -> bool {
        self.nested.get(&structure).is_some()
    }

    /// Forgets the rows of a structure.
    pub(crate) fn forget_structure(&mut self, structure: u64) {
        if let Some(rows) = self.take_structure(structure) {
            self.nested_rows -= rows.len();
        }
    }

    /// Visits the rows of nested structures, until there is an error.
    pub(crate) fn try_each_nested<E>(
        &self,
        mut f: impl FnMut(u64, &KeyBytes, Option<&T>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.nested.iter().try_for_each(|(structure, rows)| {
            let mut rows = rows.range(Bound::Unbounded, Bound::Unbounded);
            rows.try_for_each(|(key, slot)| f(*structure, key, slot.as_ref()))
        })
    }

    /// The estimated bytes of memory behind a slot.
    pub(crate) fn mean_heap(&self) -> usize {
        let (count, bytes) = self.measured;
        bytes.checked_div(count as usize).unwrap_or(0)
    }

    /// The estimated bytes of memory of all rows.
    pub(crate) fn bytes(&self) -> usize {
        let row = row_bytes::<T>(&KeyBytes::new(), self.mean_heap());
        let rows = (self.top.len() + self.nested_rows) * row;
        rows + self.key_heap + self.dropped.len() * size_of::<u64>()
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

    /// Looks for a row of the structure at the top.
    #[inline]
    pub(crate) fn seek(&self, structure: u64, key: &KeyBytes) -> Sought {
        if structure != 0 {
            return Sought::Not;
        }
        self.top.position(key).map_or(Sought::Absent, Sought::At)
    }

    /// As [`get`](Self::get), where it may have been looked for already.
    #[inline]
    pub(crate) fn get_sought(
        &self,
        sought: Sought,
        structure: u64,
        key: &KeyBytes,
    ) -> Option<&Option<T>> {
        match sought {
            Sought::Not => self.get(structure, key),
            Sought::Absent => None,
            Sought::At(at) => Some(self.top.at(at).1),
        }
    }

    /// As [`Resident::prefetch_top`]; hands the hashes of what is not written to `missing`.
    pub(crate) fn prefetch_top(&self, hashes: &[u64], missing: impl FnMut(u64)) {
        let mut sum = 0;
        self.top.likely(hashes, |key, _| sum += key.len(), missing);
        black_box(sum);
    }

    /// Fetches what are most likely the written rows of the structures whose ids have these hashes.
    pub(crate) fn prefetch_nested(&self, hashes: &[u64]) {
        let mut sum = 0;
        self.nested.likely(hashes, |_, rows| sum += rows.len(), |_| {});
        black_box(sum);
    }

    /// Forgets what was written of a row that has no committed one beneath it.
    pub(crate) fn forget(&mut self, structure: u64, key: &KeyBytes) {
        Costs::count(|costs| costs.writes += 1);
        if structure == 0 {
            if let Some((_, at)) = self.top.remove_placed(key) {
                self.places.0.swap_remove(at);
                self.let_go_of_key(key);
            }
        } else if let Some(rows) = self.nested.get_mut(&structure) {
            let is_gone = rows.remove(key).is_some();
            if rows.len() == 0 {
                self.take_structure(structure);
            }
            if is_gone {
                self.nested_rows -= 1;
                self.let_go_of_key(key);
            }
        }
    }

    /// A row with this key is gone. Equal keys may take different memory.
    fn let_go_of_key(&mut self, key: &KeyBytes) {
        self.key_heap = self.key_heap.saturating_sub(key.heap_bytes());
    }

    fn take_structure(&mut self, structure: u64) -> Option<SortedMap<Option<T>>> {
        let (rows, at) = self.nested.remove_placed(&structure)?;
        self.places.1.swap_remove(at);
        if self.key_heap > 0 {
            rows.each(|key, _| self.let_go_of_key(key));
        }
        Some(rows)
    }

    /// Remembers the place of a committed row that is read, for when it is written next: then it need
    /// not be sought again once the write is committed.
    #[inline]
    pub(crate) fn note(&self, structure: u64, key: &KeyBytes, place: Place) {
        self.noted
            .store(u64::from(tag(structure, key)) << 32 | u64::from(place), Ordering::Relaxed);
    }

    /// The place that was noted, if it was for this row. It may have been for another one.
    #[inline]
    fn noted(&self, structure: u64, key: &KeyBytes) -> Place {
        let noted = self.noted.load(Ordering::Relaxed);
        if (noted >> 32) as u32 == tag(structure, key) { noted as Place } else { NO_PLACE }
    }

    /// Says the place of a committed structure, if its first row was written just now.
    #[inline]
    pub(crate) fn place_structure(&mut self, structure: u64, place: Place) {
        if let (Some((last, _)), Some(of_last)) = (self.nested.last(), self.places.1.last_mut())
            && *last == structure
        {
            *of_last = place;
        }
    }

    /// Drops all rows of a structure and hands out the written ones; `committed` says whether it can
    /// have committed ones.
    pub(crate) fn drop_structure(
        &mut self,
        structure: u64,
        committed: bool,
    ) -> Option<SortedMap<Option<T>>> {
        if committed {
            self.dropped.push(structure);
        }
        let rows = self.take_structure(structure)?;
        self.nested_rows -= rows.len();
        Some(rows)
    }

    /// What was written of a stretch, in its order.
    pub(crate) fn ordered(&self, stretch: Stretch<'_>) -> Vec<(&KeyBytes, &Option<T>)> {
        if stretch.structure == 0 {
            let mut rows: Vec<_> =
                self.top.iter().filter(|(key, _)| stretch.contains(key)).collect();
            rows.sort_unstable_by_key(|(key, _)| *key);
            if stretch.backward {
                rows.reverse();
            }
            return rows;
        }
        let Some(rows) = self.nested.get(&stretch.structure) else { return Vec::new() };
        let rows = rows.range(stretch.start, stretch.end);
        if stretch.backward { rows.rev().collect() } else { rows.collect() }
    }

    /// Where the rows of the structure at the top lie, in order of their keys.
    pub(crate) fn top_order(&self) -> Vec<u32> {
        self.top.sorted_positions()
    }

    /// Hands up to `max` rows of a stretch, in its order, to `f`; says whether there are more.
    /// `top_order` is [`WriteRows::top_order`].
    pub(crate) fn range<'a>(
        &'a self,
        stretch: Stretch<'_>,
        max: usize,
        top_order: impl FnOnce() -> &'a [u32],
        f: impl FnMut(&'a KeyBytes, &'a Option<T>),
    ) -> bool {
        let Stretch { structure, start, end, backward } = stretch;
        if structure != 0 {
            let Some(rows) = self.nested.get(&structure) else { return false };
            return some_of(rows.range(start, end), backward, max, f);
        }
        if self.top.is_empty() {
            return false;
        }
        let order = top_order();
        let first = order.partition_point(|at| stretch.is_behind(self.top.at(*at).0));
        let last = order.partition_point(|at| !stretch.is_before(self.top.at(*at).0));
        let rows = order[first..last.max(first)].iter().map(|at| self.top.at(*at));
        some_of(rows, backward, max, f)
    }

    /// Shows every row to `f`.
    pub(crate) fn each_row(&self, mut f: impl FnMut(u64, &KeyBytes, Option<&T>)) {
        for (key, slot) in self.top.iter() {
            f(0, key, slot.as_ref());
        }
        for (structure, rows) in self.nested.iter() {
            rows.each(|key, slot| f(*structure, key, slot.as_ref()));
        }
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
            for (key, slot) in rows.range(Bound::Unbounded, Bound::Unbounded) {
                row(state, *structure, key, slot.as_ref())?;
            }
        }
        Ok(())
    }

    /// The dropped structures, which are forgotten here.
    pub(crate) fn take_dropped(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.dropped)
    }

    /// Moves all rows to those in memory; nothing is left but memory. Structures from
    /// `first_new_structure` on have no rows in a checkpoint.
    pub(crate) fn move_into(&mut self, resident: &mut Resident<T>, first_new_structure: u64) {
        let heap = self.mean_heap();
        let (top, nested) = &mut self.places;
        resident.put_top(self.top.emptied(), top, heap);
        resident.put_nested(self.nested.emptied(), nested, heap, first_new_structure);
        self.clear();
    }

    /// Takes over newer writes.
    pub(crate) fn absorb(&mut self, mut newer: WriteRows<T>) {
        // Rows of these stay: they have the handles of structures nested in them, which are to be
        // dropped, too, when all of this is folded.
        self.dropped.append(&mut newer.dropped);
        for (key, slot) in newer.top.drain() {
            self.insert(0, key, slot);
        }
        for (structure, rows) in newer.nested.drain() {
            rows.into_each(|key, slot| {
                self.insert(structure, key, slot);
            });
        }
        self.measured.0 += newer.measured.0;
        self.measured.1 += newer.measured.1;
    }

    fn insert(&mut self, structure: u64, key: KeyBytes, slot: Option<T>) -> Option<Option<T>> {
        let place = self.noted(structure, &key);
        let heap = key.heap_bytes();
        if structure == 0 {
            return match self.top.entry(&key) {
                Entry::Occupied(old) => Some(std::mem::replace(old, slot)),
                Entry::Vacant(entry) => {
                    entry.insert(key, slot);
                    self.key_heap += heap;
                    self.places.0.push(place);
                    None
                }
            };
        }
        let before = match self.nested.entry(&structure) {
            Entry::Occupied(rows) => rows.insert(key, slot),
            Entry::Vacant(entry) => {
                entry.insert(structure, SortedMap::one(key, slot));
                self.places.1.push(place);
                None
            }
        };
        if before.is_none() {
            self.nested_rows += 1;
            self.key_heap += heap;
        }
        before
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.top.clear();
        self.nested.clear();
        self.places.0.clear();
        self.places.1.clear();
        *self.noted.get_mut() = NOTHING_NOTED;
        self.dropped.clear();
        self.puts = 0;
        self.measured = (0, 0);
        self.nested_rows = 0;
        self.key_heap = 0;
    }
}

impl<T: Slot> WriteRows<T> {
    /// Puts a slot, or removes it; returns what was written before, if anything was.
    pub(crate) fn set(
        &mut self,
        structure: u64,
        key: KeyBytes,
        slot: Option<T>,
    ) -> Option<Option<T>> {
        self.set_sought(Sought::Not, structure, &key, slot)
    }

    /// As [`set`](Self::set), where it may have been looked for already.
    #[inline]
    pub(crate) fn set_sought(
        &mut self,
        sought: Sought,
        structure: u64,
        key: &KeyBytes,
        slot: Option<T>,
    ) -> Option<Option<T>> {
        Costs::count(|costs| costs.writes += 1);
        if std::mem::needs_drop::<T>()
            && let Some(slot) = &slot
        {
            if self.puts.is_multiple_of(MEASURED)
                && let Ok(bytes) = postcard::serialize_with_flavor(slot, Size::default())
            {
                self.measured.0 += 1;
                self.measured.1 += bytes;
            }
            self.puts = self.puts.wrapping_add(1);
        }
        if let Sought::At(at) = sought
            && let Some((_, old)) = self.top.get_at_mut(at as usize)
        {
            return Some(std::mem::replace(old, slot));
        }
        self.insert(structure, key.clone(), slot)
    }
}

/// Hands the first `max` of some rows to `f`, or the last ones, the last first; says whether there are
/// more.
pub(super) fn some_of<'a, K: 'a, V: 'a>(
    mut rows: impl DoubleEndedIterator<Item = (&'a K, &'a V)>,
    backward: bool,
    max: usize,
    mut f: impl FnMut(&'a K, &'a V),
) -> bool {
    for _ in 0..max {
        let row = if backward { rows.next_back() } else { rows.next() };
        let Some((key, value)) = row else { return false };
        f(key, value);
    }
    rows.next().is_some()
}
