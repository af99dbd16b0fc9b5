//! Frozen rows: what the running checkpoint takes down.

use std::cmp::Ordering;
use std::hint::black_box;
use std::ops::Bound;
use std::sync::{Mutex, PoisonError};

use super::frozen_sets;
use super::listed::SOUGHT_AT_ONCE;
use super::marks::{Dirty, Marks};
use super::resident::{Place, Resident, Structure};
use super::rows::{ROWS_AT_ONCE, Rows, row_key};
use crate::error::StoreError;
use crate::key::KeyBytes;
use crate::schema::Slot;

/// What the running checkpoint takes down of one node.
#[derive(Debug)]
pub(super) struct Frozen {
    /// Sorted by whoever writes them.
    dirty: Mutex<Dirty>,
    dropped: Vec<u64>,
}

impl Frozen {
    pub(super) fn new(dirty: Dirty, dropped: Vec<u64>) -> Self {
        Self { dirty: Mutex::new(dirty), dropped }
    }
}

/// A row as it was frozen; without a slot it is one that was removed.
type FrozenRow<T> = (u64, KeyBytes, Option<T>);

/// Which nested structures are left, and behind which row of the first of them.
struct Left<'a> {
    structures: &'a [(u64, Place)],
    behind: Option<KeyBytes>,
}

impl<T: Clone> Resident<T> {
    /// Appends some frozen rows of the structure at the top to `page`.
    fn frozen_top(&self, some: &[(KeyBytes, Place)], page: &mut Vec<FrozenRow<T>>) {
        let mut places = Vec::with_capacity(SOUGHT_AT_ONCE);
        for some in some.chunks(SOUGHT_AT_ONCE) {
            places.extend(some.iter().map(|(key, place)| self.top.position_near(key, *place)));
            for ((key, _), place) in some.iter().zip(places.drain(..)) {
                let slot = match place.map(|at| self.top.at(at).1) {
                    Some(row) if self.marks.is_frozen(row) => Some(&row.slot),
                    // It has changed since.
                    _ => self.marks.saved.top.get(key),
                };
                page.extend(slot.map(|slot| (0, key.clone(), slot.clone())));
            }
        }
    }

    /// Appends the frozen rows of the next nested structures to `page`, until there are enough.
    fn frozen_structures(&self, left: &mut Left<'_>, page: &mut Vec<FrozenRow<T>>) {
        let mut found = Vec::with_capacity(SOUGHT_AT_ONCE);
        while !left.structures.is_empty() && page.len() < ROWS_AT_ONCE {
            let some = &left.structures[..left.structures.len().min(SOUGHT_AT_ONCE)];
            found.extend(some.iter().map(|(id, place)| {
                let at = self.nested.position_near(id, *place)?;
                Some(self.nested.at(at).1)
            }));
            let lasts = found.iter().flatten().filter_map(|structure| structure.rows.last());
            black_box(lasts.map(|(key, _)| key.len()).sum::<usize>());
            for ((id, _), structure) in some.iter().zip(found.drain(..)) {
                left.behind = frozen_of(&self.marks, *id, structure, left.behind.take(), page);
                if left.behind.is_some() {
                    break;
                }
                left.structures = &left.structures[1..];
            }
        }
    }

    /// Appends some frozen rows of nested structures that are not listed themselves to `page`. Fastest
    /// in the order of the ids.
    fn frozen_rows(&self, some: &[(u64, KeyBytes)], page: &mut Vec<FrozenRow<T>>) {
        let mut last: Option<(u64, &Structure<T>)> = None;
        for (structure, key) in some {
            if last.is_none_or(|(known, _)| known != *structure) {
                last = self.nested.get(structure).map(|found| (*structure, found));
            }
            let slot = match last.and_then(|(_, found)| found.rows.get(key)) {
                Some(row) if self.marks.is_frozen(row) => Some(&row.slot),
                // It has changed since, or gone with its structure, if not before it was frozen.
                _ => self.marks.saved.nested.get(structure).and_then(|saved| saved.get(key)),
            };
            page.extend(slot.map(|slot| (*structure, key.clone(), slot.clone())));
        }
    }
}

/// Appends the frozen rows of one structure that come behind a key, if given, to `page`, in order.
/// The key of the last row that was looked at, if there may be more behind it.
fn frozen_of<T: Clone>(
    marks: &Marks<T>,
    id: u64,
    structure: Option<&Structure<T>>,
    behind: Option<KeyBytes>,
    page: &mut Vec<FrozenRow<T>>,
) -> Option<KeyBytes> {
    let start = behind.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
    let (first, mut more) = (page.len(), None);
    if let Some(structure) = structure {
        let mut count = 0;
        let mut last = None;
        for (key, row) in structure.rows.range(start, Bound::Unbounded).take(ROWS_AT_ONCE) {
            (count, last) = (count + 1, Some(key));
            if marks.is_frozen(row) {
                page.push((id, key.clone(), row.slot.clone()));
            }
        }
        more = last.filter(|_| count == ROWS_AT_ONCE).cloned();
    }
    if let Some(saved) = marks.saved.nested.get(&id) {
        let end = more.as_ref().map_or(Bound::Unbounded, Bound::Included);
        let saved = saved.range(start, end);
        page.extend(saved.map(|(key, slot)| (id, key.clone(), slot.clone())));
        page[first..].sort_unstable_by(|(_, a, _), (_, b, _)| a.cmp(b));
    }
    more
}

/// Sorts by a number first, which is quick, and those that it leaves equal by `cmp`.
pub(super) fn sort_by_number<T, N: Ord>(
    rows: &mut [T],
    number: impl Fn(&T) -> N,
    mut cmp: impl FnMut(&T, &T) -> Ordering,
) {
    rows.sort_unstable_by_key(&number);
    for equal in rows.chunk_by_mut(|a, b| number(a) == number(b)) {
        if equal.len() > 1 {
            equal.sort_unstable_by(&mut cmp);
        }
    }
}

/// Hands every frozen row of a node, encoded, to `sink`, in order of the row keys.
pub(super) fn write_frozen<T: Slot>(
    rows: &Rows<T>,
    sink: &mut dyn FnMut(FrozenChange<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let node = rows.node();
    let Some(frozen) = rows.frozen() else { return Ok(()) };
    if let Some(sets) = rows.frozen_sets() {
        frozen_sets::write(node, &sets, sink)?;
    }
    let mut dirty = frozen.dirty.lock().unwrap_or_else(PoisonError::into_inner);
    sort_by_number(&mut dirty.top, |(key, _)| key.prefix(), |(a, _), (b, _)| a.cmp(b));
    dirty.structures.sort_unstable();
    dirty.rows.sort_unstable();

    // Copied, so that serialization, which is the user's, runs without the lock.
    let mut page = Vec::with_capacity(ROWS_AT_ONCE);
    let mut buffer = Vec::new();
    let mut write = |page: &mut Vec<FrozenRow<T>>| {
        for (structure, key, slot) in page.drain(..) {
            let key = &*row_key(structure, &key);
            let Some(slot) = slot else {
                sink(FrozenChange::Remove { node, key })?;
                continue;
            };
            buffer = postcard::to_extend(&slot, std::mem::take(&mut buffer))
                .map_err(StoreError::Encode)?;
            sink(FrozenChange::Put { node, key, value: &buffer })?;
            buffer.clear();
        }
        Ok(())
    };
    for some in dirty.top.chunks(ROWS_AT_ONCE) {
        rows.with_resident(|resident| resident.frozen_top(some, &mut page));
        write(&mut page)?;
    }
    let (mut structures, mut single) = (&*dirty.structures, &*dirty.rows);
    while !structures.is_empty() || !single.is_empty() {
        let before = |id: &u64| single.first().is_none_or(|(first, _)| id < first);
        let (some, others) = structures.split_at(structures.partition_point(|(id, _)| before(id)));
        let mut left = Left { structures: some, behind: None };
        while !left.structures.is_empty() {
            rows.with_resident(|resident| resident.frozen_structures(&mut left, &mut page));
            write(&mut page)?;
        }
        structures = others;
        let before = |id: &u64| structures.first().is_none_or(|(first, _)| id < first);
        let (some, others) = single.split_at(single.partition_point(|(id, _)| before(id)));
        for some in some.chunks(ROWS_AT_ONCE) {
            rows.with_resident(|resident| resident.frozen_rows(some, &mut page));
            write(&mut page)?;
        }
        single = others;
    }
    for structure in &frozen.dropped {
        sink(FrozenChange::Drop { node, structure: *structure })?;
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
