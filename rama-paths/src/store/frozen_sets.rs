//! The rows of write sets that the running checkpoint takes down, see [`Deferred`].

use std::cmp::Ordering;
use std::ops::Range;

use super::deferred::Deferred;
use super::frozen::FrozenChange;
use super::rows::row_key;
use super::writes::WriteRows;
use crate::error::StoreError;
use crate::schema::Slot;

/// A row as it lies, encoded, in a buffer of all of them: its key in the backing, then its slot.
struct EncodedRow {
    structure: u64,
    /// The first bytes of the element's key, which decide nearly every comparison.
    prefix: u64,
    /// The age of its write set: 0 is the newest.
    age: u32,
    key_len: u32,
    start: usize,
    /// Nothing if the row was removed.
    end: Option<usize>,
}

impl EncodedRow {
    fn key(&self) -> Range<usize> {
        self.start..self.start + self.key_len as usize
    }

    /// The order of the keys.
    fn cmp_key(&self, other: &Self, bytes: &[u8]) -> Ordering {
        let first = (self.structure, self.prefix).cmp(&(other.structure, other.prefix));
        first.then_with(|| bytes[self.key()].cmp(&bytes[other.key()]))
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
    let mut rows = Vec::with_capacity(sets.sets().iter().map(WriteRows::nested_rows).sum());
    let mut bytes = Vec::with_capacity(rows.capacity() * 32);
    for (age, set) in (0..).zip(sets.newest_first()) {
        set.try_each_nested(|structure, key, slot| {
            let start = bytes.len();
            let row = row_key(structure, key);
            bytes.extend_from_slice(&row);
            let mut end = None;
            if let Some(slot) = slot {
                let encoded = postcard::to_extend(slot, std::mem::take(&mut bytes));
                bytes = encoded.map_err(StoreError::Encode)?;
                end = Some(bytes.len());
            }
            let prefix = key.prefix();
            // A key is shorter than 4 GiB.
            let key_len = row.len() as u32;
            rows.push(EncodedRow { structure, prefix, age, key_len, start, end });
            Ok(())
        })?;
    }
    // Of what was written more than once the newest comes first.
    rows.sort_unstable_by(|a, b| a.cmp_key(b, &bytes).then(a.age.cmp(&b.age)));
    rows.dedup_by(|later, first| later.cmp_key(first, &bytes).is_eq());
    for row in rows {
        let key = &bytes[row.key()];
        sink(match row.end {
            Some(end) => FrozenChange::Put { node, key, value: &bytes[row.key().end..end] },
            None => FrozenChange::Remove { node, key },
        })?;
    }
    Ok(())
}
