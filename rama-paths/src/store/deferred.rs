//! Write sets whose folding is put off until somebody reads their rows.
//!
//! Folding seeks the place of each row among all those in memory, which for the processor is mostly a
//! wait for memory. Rows that are only ever written, as histories and logs are, gain nothing by it: a
//! checkpoint can take them from the write sets as well, and they leave memory when it is durable. So
//! the write sets of nested structures without structures in them are kept here, beneath the sealed
//! layers and above the resident rows, as long as no nested row is resident and none was read since
//! the checkpoint before the last one began. Whoever does read looks through all of them, until the
//! next commits have folded them.
//!
//! - **Invariant**: no running read is older than a write set here, and none is older than one beneath
//!   it.
//! - **Invariant**: a row of a write set here, or of one that a running checkpoint takes down, is newer
//!   than a resident one. So nothing is folded while a checkpoint takes down write sets, and a
//!   checkpoint takes down write sets only if no nested row is resident when it begins, and none was
//!   read since the last one began: such a read may yet make one resident. Else it folds all of them
//!   first.

use super::writes::WriteRows;
use crate::key::KeyBytes;

/// More write sets are merged: whoever reads looks through all of them.
const MOST_SETS: usize = 48;

/// Write sets, the oldest first.
#[derive(Debug)]
pub(super) struct Deferred<T> {
    sets: Vec<WriteRows<T>>,
    /// Estimated bytes of memory.
    bytes: usize,
}

impl<T> Default for Deferred<T> {
    fn default() -> Self {
        Self { sets: Vec::new(), bytes: 0 }
    }
}

impl<T> Deferred<T> {
    pub(super) fn is_empty(&self) -> bool {
        self.sets.is_empty()
    }

    /// Estimated bytes of memory.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The write sets, the newest first.
    pub(super) fn newest_first(&self) -> impl Iterator<Item = &WriteRows<T>> {
        self.sets.iter().rev()
    }

    /// The write sets, the oldest first.
    pub(super) fn sets(&self) -> &[WriteRows<T>] {
        &self.sets
    }

    /// What was written of a row.
    #[inline]
    pub(super) fn get(&self, structure: u64, key: &KeyBytes) -> Option<&Option<T>> {
        self.newest_first().find_map(|rows| rows.get(structure, key))
    }

    /// Takes a write set that is newer than all others. It drops no structures.
    pub(super) fn push(&mut self, mut rows: WriteRows<T>) {
        rows.give_back_spare();
        self.bytes += rows.bytes();
        self.sets.push(rows);
        if self.sets.len() > MOST_SETS {
            self.merge_smallest();
        }
    }

    /// Takes out the oldest write sets, at most so many.
    pub(super) fn take_oldest(&mut self, most: usize) -> Vec<WriteRows<T>> {
        let rest = self.sets.split_off(most.min(self.sets.len()));
        let oldest = std::mem::replace(&mut self.sets, rest);
        self.bytes -= oldest.iter().map(WriteRows::bytes).sum::<usize>();
        oldest
    }

    /// Makes one write set of the two neighbours with the fewest rows.
    fn merge_smallest(&mut self) {
        let sizes = self.sets.windows(2).map(|two| two[0].nested_rows() + two[1].nested_rows());
        let Some((at, _)) = sizes.enumerate().min_by_key(|(_, size)| *size) else { return };
        let newer = self.sets.remove(at + 1);
        let older = &mut self.sets[at];
        self.bytes -= older.bytes() + newer.bytes();
        older.absorb(newer);
        self.bytes += older.bytes();
    }

    /// Forgets the rows of a structure.
    pub(super) fn drop_structure(&mut self, structure: u64) {
        for rows in &mut self.sets {
            self.bytes -= rows.bytes();
            rows.forget_structure(structure);
            self.bytes += rows.bytes();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Deferred, MOST_SETS};
    use crate::key::KeyBytes;
    use crate::store::writes::WriteRows;

    #[test]
    fn many_write_sets_become_few_and_the_newest_row_counts() {
        for seed in 0..10 {
            let mut random = fastrand::Rng::with_seed(seed);
            let mut deferred = Deferred::<u64>::default();
            let mut model: BTreeMap<(u64, KeyBytes), Option<u64>> = BTreeMap::new();
            for value in 0..400 {
                let mut rows = WriteRows::default();
                for _ in 0..random.usize(1..30) {
                    let structure = random.u64(1..20);
                    let key = KeyBytes::from(&[random.u8(..10)][..]);
                    let slot = (random.u8(..4) > 0).then_some(value);
                    rows.set(structure, key.clone(), slot);
                    model.insert((structure, key), slot);
                }
                deferred.push(rows);
                if random.u8(..20) == 0 {
                    let structure = random.u64(1..20);
                    deferred.drop_structure(structure);
                    model.retain(|(other, _), _| *other != structure);
                }
                assert!(deferred.sets().len() <= MOST_SETS);
            }
            for structure in 1..20 {
                for key in (0..10).map(|key| KeyBytes::from(&[key][..])) {
                    let expected = model.get(&(structure, key.clone()));
                    assert_eq!(deferred.get(structure, &key), expected, "seed {seed}");
                }
            }
            let bytes: usize = deferred.sets().iter().map(WriteRows::bytes).sum();
            assert_eq!(deferred.bytes(), bytes);
            deferred.take_oldest(7);
            let bytes: usize = deferred.sets().iter().map(WriteRows::bytes).sum();
            assert_eq!((deferred.bytes(), deferred.sets().len()), (bytes, MOST_SETS - 7));
        }
    }
}
