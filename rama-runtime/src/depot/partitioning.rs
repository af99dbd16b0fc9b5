//! How a record finds its partition of a depot.

use rama_paths::KeyHash;

/// Where a record that a client appends goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// To this partition.
    Partition(u32),
    /// Any partition will do.
    Any,
    /// Clients may not append to this depot.
    Disallowed,
}

/// A depot's partitioning, see [`hash_by`], [`random`], [`disallow`] and [`global`].
pub trait DepotPartitioning<T>: Send + Sync {
    /// Kept in the data directory: a depot cannot be opened with another kind.
    fn kind(&self) -> &'static str;

    /// Number of partitions in a module of `tasks` tasks.
    fn partitions(&self, tasks: u32) -> u32 {
        tasks
    }

    /// Where `record` goes; `partitions` is what [`DepotPartitioning::partitions`] answered.
    fn choose(&self, record: &T, partitions: u32) -> Choice;

    /// The key by which `record` goes where it goes, if it is by a key. It is asked for again when
    /// records are processed, to fetch rows of that key ahead; a panic then comes to nothing.
    fn key(&self, _record: &T) -> Option<KeyHash> {
        None
    }
}

/// See [`hash_by`].
#[derive(Clone, Copy, Debug)]
pub struct HashBy<F>(F);

/// Records whose extracted keys are equal share a partition, in append order.
pub fn hash_by<T, F: Fn(&T) -> KeyHash + Send + Sync>(extract: F) -> HashBy<F> {
    HashBy(extract)
}

impl<T, F: Fn(&T) -> KeyHash + Send + Sync> DepotPartitioning<T> for HashBy<F> {
    fn kind(&self) -> &'static str {
        "hash_by"
    }

    fn choose(&self, record: &T, partitions: u32) -> Choice {
        Choice::Partition((self.0)(record).task(partitions))
    }

    fn key(&self, record: &T) -> Option<KeyHash> {
        Some((self.0)(record))
    }
}

/// See [`random`].
#[derive(Clone, Copy, Debug)]
pub struct Random;

/// Each record goes to a random partition; there is no order between records.
pub fn random() -> Random {
    Random
}

impl<T> DepotPartitioning<T> for Random {
    fn kind(&self) -> &'static str {
        "random"
    }

    fn choose(&self, _: &T, _: u32) -> Choice {
        Choice::Any
    }
}

/// See [`disallow`].
#[derive(Clone, Copy, Debug)]
pub struct Disallow;

/// Clients may not append; only topologies may.
pub fn disallow() -> Disallow {
    Disallow
}

impl<T> DepotPartitioning<T> for Disallow {
    fn kind(&self) -> &'static str {
        "disallow"
    }

    fn choose(&self, _: &T, _: u32) -> Choice {
        Choice::Disallowed
    }
}

/// See [`global`].
#[derive(Clone, Copy, Debug)]
pub struct Global;

/// One partition, on task 0: all records are in one order.
pub fn global() -> Global {
    Global
}

impl<T> DepotPartitioning<T> for Global {
    fn kind(&self) -> &'static str {
        "global"
    }

    fn partitions(&self, _: u32) -> u32 {
        1
    }

    fn choose(&self, _: &T, _: u32) -> Choice {
        Choice::Partition(0)
    }
}
