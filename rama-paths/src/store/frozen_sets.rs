//! The rows of write sets that the running checkpoint takes down, see [`Deferred`].

use std::cell::Cell;
use std::convert::Infallible;
use std::hint::black_box;
use std::ops::Range;

use super::deferred::Deferred;
use super::frozen::{FrozenChange, sort_by_number};
use super::listed::SOUGHT_AT_ONCE;
use super::rows::row_key;
use super::writes::WriteRows;
use crate::error::StoreError;
use crate::schema::Slot;

/// Comes before the slot of a row that was not removed.
const PUT: u8 = 1;
/// Rows that take about so many bytes of memory are encoded and sorted at a time: nobody counts what
/// that takes in turn.
const PART: usize = 16 << 20;
/// Rows that are looked at for each part, to find where it ends.
const SAMPLES: usize = 64;
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

    /// Takes the rows of write sets whose numbers are `within`, in place of those that are here.
    fn encode<T: Slot>(
        &mut self,
        sets: &Deferred<T>,
        within: impl Fn(u128) -> bool,
    ) -> Result<(), StoreError> {
        let Self { rows, bytes } = self;
        rows.clear();
        bytes.clear();
        for set in sets.newest_first() {
            set.try_each_nested(|structure, key, slot| {
                let number = number(structure, key.prefix());
                if !within(number) {
                    return Ok(());
                }
                let start = bytes.len();
                let row = row_key(structure, key);
                bytes.extend_from_slice(&row);
                // What is removed has no slot, and a slot has a byte before it.
                if let Some(slot) = slot {
                    bytes.push(PUT);
                    let encoded = postcard::to_extend(slot, std::mem::take(bytes));
                    *bytes = encoded.map_err(StoreError::Encode)?;
                }
                // Both fit: an entry of the log, which is smaller than 2 GiB, had the row.
                let (key_len, len) = (row.len() as u32, (bytes.len() - start) as u32);
                rows.push(EncodedRow { structure, prefix: key.prefix(), start, key_len, len });
                Ok(())
            })?;
        }
        Ok(())
    }

    /// Puts rows in the order of their keys. Of what was written more than once the newest is left, which
    /// lies before the older ones.
    fn sort(&mut self) {
        let Self { rows, bytes } = self;
        let key = |row: &EncodedRow| &bytes[row.key()];
        let cmp = |a: &EncodedRow, b: &EncodedRow| key(a).cmp(key(b)).then(a.start.cmp(&b.start));
        sort_by_number(rows, EncodedRow::number, cmp);
        rows.dedup_by(|later, first| later.number() == first.number() && key(later) == key(first));
    }

    fn write(
        &self,
        node: u32,
        sink: &mut dyn FnMut(FrozenChange<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let Self { rows, bytes } = self;
        for some in rows.chunks(SOUGHT_AT_ONCE) {
            // Touched in a loop that does nothing else, the processor waits for many at a time.
            let ends = some.iter().flat_map(|row| [bytes[row.start], bytes[row.end() - 1]]);
            black_box(ends.map(usize::from).sum::<usize>());
            for row in some {
                let key = &bytes[row.key()];
                let rest = &bytes[row.key().end..row.end()];
                sink(match rest.split_first() {
                    Some((_, value)) => FrozenChange::Put { node, key, value },
                    None => FrozenChange::Remove { node, key },
                })?;
            }
        }
        Ok(())
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
/// Small, as sorting moves it about.
struct EncodedRow {
    structure: u64,
    prefix: u64,
    start: usize,
    key_len: u32,
    len: u32,
}

impl EncodedRow {
    fn number(&self) -> u128 {
        number(self.structure, self.prefix)
    }

    fn key(&self) -> Range<usize> {
        self.start..self.start + self.key_len as usize
    }

    fn end(&self) -> usize {
        self.start + self.len as usize
    }
}

/// What decides nearly every comparison of rows' keys.
fn number(structure: u64, prefix: u64) -> u128 {
    u128::from(structure) << 64 | u128::from(prefix)
}

/// Hands every row of write sets, encoded, to `sink`, in order of the row keys.
///
/// Write sets are gone through front to back, as they lie in memory; what is sorted, and read in
/// another order, is small and of one piece.
pub(super) fn write<T: Slot>(
    node: u32,
    sets: &Deferred<T>,
    sink: &mut dyn FnMut(FrozenChange<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    write_in_parts(node, sets, PART, sink)
}

fn write_in_parts<T: Slot>(
    node: u32,
    sets: &Deferred<T>,
    part_bytes: usize,
    sink: &mut dyn FnMut(FrozenChange<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let cuts = cuts(sets, sets.bytes().div_ceil(part_bytes));
    let mut buffers = Buffers::take();
    let mut from = 0;
    for to in cuts.into_iter().map(Some).chain([None]) {
        let within = |number: u128| from <= number && to.is_none_or(|to| number < to);
        buffers.encode(sets, within)?;
        buffers.sort();
        buffers.write(node, sink)?;
        from = to.unwrap_or(from);
    }
    buffers.keep();
    Ok(())
}

/// Numbers that cut the rows of write sets into about equal parts, in order.
fn cuts<T>(sets: &Deferred<T>, parts: usize) -> Vec<u128> {
    if parts < 2 {
        return Vec::new();
    }
    let rows: usize = sets.sets().iter().map(WriteRows::nested_rows).sum();
    let step = (rows / (parts * SAMPLES)).max(1);
    let (mut sample, mut count) = (Vec::new(), 0);
    for set in sets.sets() {
        let Ok(()) = set.try_each_nested(|structure, key, _| {
            if count % step == 0 {
                sample.push(number(structure, key.prefix()));
            }
            count += 1;
            Ok::<(), Infallible>(())
        });
    }
    sample.sort_unstable();
    let mut cuts: Vec<u128> =
        (1..parts).filter_map(|part| sample.get(part * sample.len() / parts).copied()).collect();
    cuts.dedup();
    cuts
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Deferred, FrozenChange, WriteRows, row_key, write_in_parts};
    use crate::key::KeyBytes;

    #[test]
    fn rows_come_in_order_each_once_whatever_the_size_of_the_parts() {
        for seed in 0..20 {
            let mut random = fastrand::Rng::with_seed(seed);
            let mut deferred = Deferred::<u64>::default();
            let mut model: BTreeMap<Vec<u8>, Option<Vec<u8>>> = BTreeMap::new();
            for value in 0..random.u64(1..100) {
                let mut rows = WriteRows::default();
                for _ in 0..random.usize(1..60) {
                    // Some structures have ids of several bytes, some keys the first bytes in common.
                    let structure = random.u64(1..5) << (8 * random.u32(..3));
                    let mut key = KeyBytes::from(&[random.u8(..3); 9][..random.usize(1..10)]);
                    key.extend(&[random.u8(..4)]);
                    let slot = (random.u8(..4) > 0).then_some(value);
                    rows.set(structure, key.clone(), slot);
                    let encoded = slot.map(|slot| postcard::to_stdvec(&slot).expect("a number"));
                    model.insert(row_key(structure, &key).to_vec(), encoded);
                }
                deferred.push(rows);
            }
            for part_bytes in [1, 500, 5_000, usize::MAX] {
                let mut found: Vec<(Vec<u8>, Option<Vec<u8>>)> = Vec::new();
                let written = write_in_parts(7, &deferred, part_bytes, &mut |change| {
                    found.push(match change {
                        FrozenChange::Put { node: 7, key, value } => {
                            (key.to_vec(), Some(value.to_vec()))
                        }
                        FrozenChange::Remove { node: 7, key } => (key.to_vec(), None),
                        other => panic!("{other:?}"),
                    });
                    Ok(())
                });
                written.expect("all is written");
                let expected: Vec<_> = model.clone().into_iter().collect();
                assert!(found == expected, "seed {seed}, parts of {part_bytes}");
            }
        }
    }
}
