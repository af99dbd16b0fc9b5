//! What reads and writes of stored structures cost, counted.

use std::cell::Cell;
use std::ops::Sub;

/// What was done to stored structures, in rows: of a `PMap`, a `PSet`, a `PVec`, of fixed keys, or
/// the value at the top of a PState. Values in memory cost nothing here.
///
/// A row is counted when it is asked for, wherever it is found; `fetched` says how many had to be
/// fetched from the last checkpoint.
///
/// ```
/// use rama_paths::{Costs, PMap, Partition, PStatePath, Root};
///
/// let mut hours = Partition::<PMap<String, PMap<i64, i64>>>::new();
/// let path = || PStatePath::<(), Root<PMap<String, PMap<i64, i64>>>>::new();
/// for hour in 0..1000 {
///     hours.transform(path().key("JFK").key(hour).termval(1))?;
/// }
/// let range = path().key("JFK").sorted_map_range(300, 400).map_vals();
/// let (selected, costs) = Costs::of(|| hours.select(&range));
/// assert_eq!(selected?.len(), 100);
/// // The row of the inner map, and then one seek.
/// assert_eq!((costs.reads, costs.seeks, costs.steps), (1, 1, 100));
/// # Ok::<(), rama_paths::PathError>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Costs {
    /// Rows asked for by their key.
    pub reads: u64,
    /// Of these, how many were fetched from the last checkpoint.
    pub fetched: u64,
    /// How often rows were sought in their order; a long range is read in pages, each of them one.
    pub seeks: u64,
    /// Rows gone through from there on.
    pub steps: u64,
    /// Rows written or removed.
    pub writes: u64,
}

thread_local! {
    static COSTS: Cell<Costs> = const {
        Cell::new(Costs { reads: 0, fetched: 0, seeks: 0, steps: 0, writes: 0 })
    };
}

impl Costs {
    /// Runs a closure; what it returned, and what it cost on this thread.
    pub fn of<R>(f: impl FnOnce() -> R) -> (R, Costs) {
        let before = COSTS.get();
        let result = f();
        (result, COSTS.get() - before)
    }

    /// Adds to the costs of this thread.
    #[inline]
    pub(crate) fn count(add: impl FnOnce(&mut Costs)) {
        let mut costs = COSTS.get();
        add(&mut costs);
        COSTS.set(costs);
    }
}

impl Sub for Costs {
    type Output = Costs;

    fn sub(self, before: Costs) -> Costs {
        Costs {
            reads: self.reads.wrapping_sub(before.reads),
            fetched: self.fetched.wrapping_sub(before.fetched),
            seeks: self.seeks.wrapping_sub(before.seeks),
            steps: self.steps.wrapping_sub(before.steps),
            writes: self.writes.wrapping_sub(before.writes),
        }
    }
}
