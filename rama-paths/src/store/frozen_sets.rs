//! The rows of write sets that the running checkpoint takes down, see [`Deferred`].

use std::cell::Cell;
use std::cmp::Ordering;
use std::hint::black_box;
use std::ops::Range;

use super::deferred::Deferred;
use super::frozen::FrozenChange;
use super::listed::SOUGHT_AT_ONCE;
use super::rows::row_key;
use super::writes::WriteRows;
use crate::error::StoreError;
use crate::schema::Slot;

/// Comes before the slot of a row that was not removed.
const PUT: u8 = 1;
/// Up to this size a buffer is kept for the next node, in bytes.
const KEPT: usize = 16 << 20;

thread_local! {
    /// Where a thread that writes checkpoints encodes and sorts rows: they are large, and fresh memory
    /// costs as much as filling it.
    static BUFFERS: Cell<Buffers> = const { Cell::new(Buffers::new()) };
}

/// The rows of a node, and their bytes.
struct Buffers {
    rows: Vec<EncodedRow>,
    bytes: Vec<u8>,
}

impl Buffers {
    const fn new() -> Self {
        Self { rows: Vec::new(), bytes: Vec::new() }
    }

    /// Empty ones.
    fn take() -> Self {
        BUFFERS.replace(Self::new())
    }

    /// Keeps their memory for the next node.
    fn keep(mut self) {
        self.rows.clear();
        self.bytes.clear();
        self.rows.shrink_to(KEPT / size_of::<EncodedRow>());
        self.bytes.shrink_to(KEPT);
        BUFFERS.set(self);
    }
}

/// A row as it lies, encoded, in a buffer of all of them: its key in the backing, then its slot.
struct EncodedRow {
    structure: u64,
    /// The first bytes of the element's key.
    prefix: u64,
    /// The age of its write set: 0 is the newest.
    age: u32,
    key_len: u32,
    start: usize,
    end: usize,
}

impl EncodedRow {
    fn key(&self) -> Range<usize> {
        self.start..self.start + self.key_len as usize
    }

    /// What decides nearly every comparison of keys.
    fn number(&self) -> u128 {
        u128::from(self.structure) << 64 | u128::from(self.prefix)
    }
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

/// Hands every row of write sets, encoded, to `sink`, in order of the row keys.
///
/// Write sets are gone through once and front to back, as they lie in memory; what is sorted, and read
/// in another order, is small and of one piece.
pub(super) fn write<T: Slot>(
    node: u32,
    sets: &Deferred<T>,
    sink: &mut dyn FnMut(FrozenChange<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let Buffers { mut rows, mut bytes } = Buffers::take();
    rows.reserve(sets.sets().iter().map(WriteRows::nested_rows).sum());
    for (age, set) in (0..).zip(sets.newest_first()) {
        set.try_each_nested(|structure, key, slot| {
            let start = bytes.len();
            let row = row_key(structure, key);
            bytes.extend_from_slice(&row);
            // What is removed has no slot, and a slot has a byte before it.
            if let Some(slot) = slot {
                bytes.push(PUT);
                let encoded = postcard::to_extend(slot, std::mem::take(&mut bytes));
                bytes = encoded.map_err(StoreError::Encode)?;
            }
            let prefix = key.prefix();
            // A key is shorter than 4 GiB.
            let key_len = row.len() as u32;
            rows.push(EncodedRow { structure, prefix, age, key_len, start, end: bytes.len() });
            Ok(())
        })?;
    }
    // Of what was written more than once the newest comes first.
    let key = |row: &EncodedRow| &bytes[row.key()];
    let cmp = |a: &EncodedRow, b: &EncodedRow| key(a).cmp(key(b)).then(a.age.cmp(&b.age));
    sort_by_number(&mut rows, EncodedRow::number, cmp);
    rows.dedup_by(|later, first| later.number() == first.number() && key(later) == key(first));
    for some in rows.chunks(SOUGHT_AT_ONCE) {
        // Touched in a loop that does nothing else, the processor waits for many at a time.
        let ends = some.iter().flat_map(|row| [bytes[row.start], bytes[row.end - 1]]);
        black_box(ends.map(usize::from).sum::<usize>());
        for row in some {
            let key = &bytes[row.key()];
            let rest = &bytes[row.key().end..row.end];
            sink(match rest.split_first() {
                Some((_, value)) => FrozenChange::Put { node, key, value },
                None => FrozenChange::Remove { node, key },
            })?;
        }
    }
    Buffers { rows, bytes }.keep();
    Ok(())
}
