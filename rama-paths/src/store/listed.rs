//! A hash map whose entries lie in a list, in the order in which they came.
//!
//! A write set is filled, read as a whole and emptied once per attempt: the list is written and read
//! from front to back, and looking for what is not there touches a small table of positions only.

use std::hash::{BuildHasher, Hash};

use hashbrown::HashTable;
use hashbrown::hash_table::{self, VacantEntry};
use rustc_hash::FxBuildHasher;

/// A map of at most 2³² entries.
#[derive(Debug)]
pub(crate) struct ListedMap<K, V> {
    entries: Vec<(K, V)>,
    /// Where in the list each key lies.
    positions: HashTable<u32>,
}

impl<K, V> Default for ListedMap<K, V> {
    fn default() -> Self {
        Self { entries: Vec::new(), positions: HashTable::new() }
    }
}

/// Positions for which a table has room at least.
const SMALLEST_TABLE: usize = 4;

/// So many keys are sought before the first entry is looked at: the processor then waits for many at a
/// time.
pub(crate) const SOUGHT_AT_ONCE: usize = 32;

/// The hash that keys are sought by.
#[inline]
pub(crate) fn hash<K: Hash>(key: &K) -> u64 {
    FxBuildHasher.hash_one(key)
}

impl<K: Hash + Eq, V> ListedMap<K, V> {
    /// An empty one with room for so many entries.
    pub(crate) fn with_capacity(entries: usize) -> Self {
        Self { entries: Vec::with_capacity(entries), positions: HashTable::with_capacity(entries) }
    }

    /// Gives back memory if most of it is spare.
    pub(crate) fn give_back_spare(&mut self) {
        if self.entries.len() < self.entries.capacity() / 4 {
            let Self { entries, positions } = self;
            entries.shrink_to_fit();
            positions.shrink_to_fit(|at| hash(&entries[*at as usize].0));
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    #[inline]
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        let at = self.positions.find(hash(key), |at| self.entries[*at as usize].0 == *key)?;
        Some(&self.entries[*at as usize].1)
    }

    /// Shows what are most likely the entries of the keys with these hashes to `f`: for each hash one,
    /// which may be that of another key, or none. Then the hash goes to `missing`.
    ///
    /// All are sought before the first is shown, and none of their keys is looked at: the processor
    /// then waits for many at a time.
    #[inline]
    pub(crate) fn likely<'a>(
        &'a self,
        hashes: &[u64],
        mut f: impl FnMut(&'a K, &'a V),
        mut missing: impl FnMut(u64),
    ) {
        let mut places = [0; SOUGHT_AT_ONCE];
        for hashes in hashes.chunks(SOUGHT_AT_ONCE) {
            let mut count = 0;
            for hash in hashes {
                let mut first = |at: &u32| {
                    places[count] = *at;
                    true
                };
                match self.positions.find(*hash, &mut first) {
                    Some(_) => count += 1,
                    None => missing(*hash),
                }
            }
            for at in &places[..count] {
                let (key, value) = self.at(*at);
                f(key, value);
            }
        }
    }

    /// Where in the list a key lies.
    #[inline]
    pub(crate) fn position(&self, key: &K) -> Option<u32> {
        self.positions.find(hash(key), |at| self.entries[*at as usize].0 == *key).copied()
    }

    /// As [`position`](Self::position), which is most likely `guess`: then one look tells.
    #[inline]
    pub(crate) fn position_near(&self, key: &K, guess: u32) -> Option<u32> {
        match self.entries.get(guess as usize) {
            Some((there, _)) if there == key => Some(guess),
            _ => self.position(key),
        }
    }

    /// Makes room for as many positions again. The entries are read from front to back, which is quicker
    /// than to look each up from its position in the old table.
    #[cold]
    fn grow(&mut self) {
        let mut positions = HashTable::with_capacity(2 * self.entries.len().max(SMALLEST_TABLE));
        for (at, (key, _)) in (0..).zip(&self.entries) {
            positions.insert_unique(hash(key), at, |at| hash(&self.entries[*at as usize].0));
        }
        self.positions = positions;
    }

    /// The value of a key, or the place for it.
    #[inline]
    pub(crate) fn entry(&mut self, key: &K) -> Entry<'_, K, V> {
        if self.positions.len() == self.positions.capacity() {
            self.grow();
        }
        let Self { entries, positions } = self;
        let position = positions.entry(
            hash(key),
            |at| entries[*at as usize].0 == *key,
            |at| hash(&entries[*at as usize].0),
        );
        match position {
            hash_table::Entry::Occupied(at) => Entry::Occupied(&mut entries[*at.get() as usize].1),
            hash_table::Entry::Vacant(position) => Entry::Vacant(Vacant { entries, position }),
        }
    }

    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let at = self.positions.find(hash(key), |at| self.entries[*at as usize].0 == *key)?;
        Some(&mut self.entries[*at as usize].1)
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        self.remove_placed(key).map(|(value, _)| value)
    }

    /// Takes out the value of a key; and says where in the list it was, a place which the last entry
    /// takes.
    pub(crate) fn remove_placed(&mut self, key: &K) -> Option<(V, usize)> {
        let Self { entries, positions } = self;
        let found = positions.find_entry(hash(key), |at| entries[*at as usize].0 == *key);
        let Ok(found) = found else { return None };
        let (at, _) = found.remove();
        Some((self.fill(at as usize), at as usize))
    }

    pub(crate) fn get_at(&self, at: usize) -> Option<(&K, &V)> {
        self.entries.get(at).map(|(key, value)| (key, value))
    }

    pub(crate) fn get_at_mut(&mut self, at: usize) -> Option<(&K, &mut V)> {
        self.entries.get_mut(at).map(|(key, value)| (&*key, value))
    }

    /// Takes out the entry at a place in the list, which the last one takes.
    pub(crate) fn swap_remove_at(&mut self, at: usize) -> Option<V> {
        let hash = hash(&self.entries.get(at)?.0);
        let positions = &mut self.positions;
        if let Ok(found) = positions.find_entry(hash, |position| *position as usize == at) {
            found.remove();
        }
        Some(self.fill(at))
    }

    /// Puts the last entry in the place of one that is no longer looked for.
    fn fill(&mut self, at: usize) -> V {
        let Self { entries, positions } = self;
        let last = position(entries.len() - 1);
        if let Some(moved) =
            positions.find_mut(hash(&entries[last as usize].0), |position| *position == last)
        {
            *moved = position(at);
        }
        entries.swap_remove(at).1
    }

    /// The entry that came last.
    pub(crate) fn last(&self) -> Option<(&K, &V)> {
        self.entries.last().map(|(key, value)| (key, value))
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The entry at a place in the list.
    pub(crate) fn at(&self, position: u32) -> (&K, &V) {
        let (key, value) = &self.entries[position as usize];
        (key, value)
    }

    /// The places of all entries, in order of their keys.
    pub(crate) fn sorted_positions(&self) -> Vec<u32>
    where
        K: Ord,
    {
        let mut positions: Vec<u32> = (0..position(self.entries.len())).collect();
        positions.sort_unstable_by(|a, b| self.at(*a).0.cmp(self.at(*b).0));
        positions
    }

    /// The entries behind the first `count`. Only where none was removed.
    pub(crate) fn since(&self, count: usize) -> impl Iterator<Item = (&K, &V)> {
        self.entries[count.min(self.entries.len())..].iter().map(|(key, value)| (key, value))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    /// Shows the entries to somebody who takes them, and finds them no more. To be cleared behind that.
    pub(crate) fn emptied(&mut self) -> &mut [(K, V)] {
        self.positions.clear();
        &mut self.entries
    }

    /// Takes everything out; the memory stays.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = (K, V)> {
        self.positions.clear();
        self.entries.drain(..)
    }

    pub(crate) fn clear(&mut self) {
        self.positions.clear();
        self.entries.clear();
    }
}

/// See [`ListedMap::entry`].
pub(crate) enum Entry<'a, K, V> {
    Occupied(&'a mut V),
    Vacant(Vacant<'a, K, V>),
}

/// The place for a new entry.
pub(crate) struct Vacant<'a, K, V> {
    entries: &'a mut Vec<(K, V)>,
    position: VacantEntry<'a, u32>,
}

impl<K, V> Vacant<'_, K, V> {
    /// Where in the list it will lie.
    pub(crate) fn place(&self) -> u32 {
        position(self.entries.len())
    }

    /// Puts the entry there. The key is the one that was looked for.
    #[inline]
    pub(crate) fn insert(self, key: K, value: V) {
        self.position.insert(position(self.entries.len()));
        self.entries.push((key, value));
    }
}

fn position(at: usize) -> u32 {
    u32::try_from(at).expect("an attempt writes fewer than 2^32 rows")
}
