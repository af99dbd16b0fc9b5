//! Which PStates a piece of code reaches, so that their rows are fetched before it runs.
//!
//! Most of the time of an event that reads or writes rows at random is waiting for memory, one row
//! after the other. Where several frames wait to be run, the rows that they will most likely reach
//! are fetched into the processor's cache together: those of the key that sent the frames here, in
//! the PStates that the same code reached before. It is a guess, and nothing hangs on it.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Event;

/// So many frames are looked ahead.
pub(crate) const LOOKAHEAD: usize = 32;

/// Some PStates of a module, a bit for each of the first 64.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PStates(u64);

impl PStates {
    /// Adds the PState with this index.
    #[inline]
    pub(crate) fn add(&mut self, index: u32) {
        self.0 |= 1_u64.checked_shl(index).unwrap_or(0);
    }

    fn indexes(self) -> impl Iterator<Item = usize> {
        (0..u64::BITS as usize).filter(move |index| self.0 >> index & 1 == 1)
    }
}

/// The PStates that some code has reached so far, on all tasks.
#[derive(Debug, Default)]
pub(crate) struct Reached(AtomicU64);

impl Reached {
    /// Their indexes.
    pub(crate) fn indexes(&self) -> impl Iterator<Item = usize> {
        self.pstates().indexes()
    }

    fn pstates(&self) -> PStates {
        PStates(self.0.load(Ordering::Relaxed))
    }

    /// Whether there is any.
    #[inline]
    pub(crate) fn any(&self) -> bool {
        self.pstates() != PStates::default()
    }
}

impl Event<'_> {
    /// Fetches the rows of some keys, given by their [`rows`](rama_paths::KeyHash::rows), that code
    /// most likely reaches.
    pub(crate) fn fetch_ahead(&self, code: &Reached, keys: &[u64]) {
        for index in code.indexes() {
            if let Some(partition) = self.task.partitions.get(index) {
                partition.prefetch(keys);
            }
        }
    }

    /// Some code begins to run.
    pub(crate) fn begin_reaching(&mut self) {
        self.task.reached = PStates::default();
    }

    /// The code has run: notes what it reached.
    pub(crate) fn note_reached(&self, code: &Reached) {
        let PStates(reached) = self.task.reached;
        // Read first: what code reaches hardly ever changes, and other tasks read it, too.
        if reached & !code.pstates().0 != 0 {
            code.0.fetch_or(reached, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PStates;

    #[test]
    fn pstates_behind_the_first_64_are_none() {
        let mut pstates = PStates::default();
        for index in [0, 63, 64, 70, u32::MAX] {
            pstates.add(index);
        }
        assert_eq!(pstates.indexes().collect::<Vec<_>>(), [0, 63]);
    }
}
