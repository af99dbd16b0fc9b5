//! `BTreeMap`: parts of it, and what is done with its entries where they are.

use std::collections::BTreeMap;
use std::collections::btree_map::{Entry as TreeEntry, Iter, Range};
use std::ops::Bound;

use super::sorted_writes::{move_entries, put_all, write_sorted};
use super::{Entry, StdMap, each_owned, note, write_key};
use crate::error::PathError;
use crate::key::Key;
use crate::path::Visit;
use crate::path::plain::which::{Between, Bounds, count_to, range_of};
use crate::path::plain::{Altered, Collection, Fate, Fated, Spot, Which, WhichOf, part};
use crate::record::Record;
use crate::store::Held;

/// The entries of a sorted map between two bounds; all of them without an end to look for.
enum First<'a, K, V> {
    OfAll(Iter<'a, K, V>),
    Within(Range<'a, K, V>),
}

impl<'a, K: Ord, V> First<'a, K, V> {
    fn new(map: &'a BTreeMap<K, V>, range: (Bound<&K>, Bound<&K>)) -> Self {
        match range {
            (Bound::Unbounded, Bound::Unbounded) => Self::OfAll(map.iter()),
            _ => Self::Within(map.range(range)),
        }
    }
}

impl<'a, K, V> Iterator for First<'a, K, V> {
    type Item = (&'a K, &'a V);

    #[inline(always)]
    fn next(&mut self) -> Option<(&'a K, &'a V)> {
        match self {
            Self::OfAll(entries) => entries.next(),
            Self::Within(entries) => entries.next(),
        }
    }
}

/// Hands the first entries to `f`.
#[inline(never)]
fn each_of_first<K, V, F>(entries: First<'_, K, V>, most: usize, mut f: F) -> Visit
where
    F: FnMut(Held<'_, K>, Held<'_, V>) -> Visit,
{
    for (key, value) in entries.take(most) {
        f(Held::Stored(key), Held::Stored(value))?;
    }
    Ok(())
}

/// As [`range_of`], of a map.
#[inline]
pub(super) fn bounds<'a, K: Clone + Ord, V>(
    map: &BTreeMap<K, V>,
    part: &'a Which<Between<K>, K>,
    start_of_last: &'a mut Option<Bound<K>>,
) -> Bounds<'a, K> {
    range_of(|range| map.range(range).map(|(key, _)| key), part, start_of_last)
}

impl<K: Key + Ord, V: Record> Collection for BTreeMap<K, V> {
    type Range = Between<K>;
    type At = K;

    #[inline]
    fn most(range: &Between<K>) -> Option<usize> {
        Some(range.most()).filter(|most| *most < usize::MAX)
    }

    #[inline]
    fn count(&self, part: &WhichOf<Self>) -> usize {
        match part {
            Which::All => self.len(),
            Which::Within(_) => {
                let mut start = None;
                let (range, most) = bounds(self, part, &mut start);
                count_to(self.range(range), most)
            }
            Which::These(keys) => keys.iter().filter(|key| self.contains_key(key)).count(),
        }
    }

    #[inline]
    fn copy_part(&self, part: &WhichOf<Self>) -> Self {
        let copy = |(key, value): (&K, &V)| (key.clone(), value.clone());
        match part {
            Which::All => self.clone(),
            Which::Within(_) => {
                let mut start = None;
                let (range, most) = bounds(self, part, &mut start);
                self.range(range).take(most).map(copy).collect()
            }
            Which::These(keys) => {
                keys.iter().filter_map(|key| self.get_key_value(key)).map(copy).collect()
            }
        }
    }

    #[inline]
    fn put_part(&mut self, part: &WhichOf<Self>, mut new: Self) {
        match part {
            Which::All => self.clear(),
            Which::Within(_) => {
                let mut start = None;
                let (range, most) = bounds(self, part, &mut start);
                self.extract_if(range, |_, _| true).take(most).for_each(drop);
            }
            Which::These(keys) => keys.iter().for_each(|key| drop(self.remove(key))),
        }
        // Last, since it takes the place of entries beside the part, too.
        put_all(self, &mut new);
    }
}

impl<K: Key + Ord, V: Record> StdMap for BTreeMap<K, V> {
    type Key = K;
    type Item = V;

    #[inline]
    fn under(mut keys: Vec<K>) -> WhichOf<Self> {
        keys.sort_unstable();
        keys.dedup();
        Which::These(keys)
    }

    #[inline(always)]
    fn find<'a>(map: Held<'a, Self>, key: &K) -> Held<'a, V> {
        part(map, |map| map.get(key), |mut map| map.remove(key))
    }

    #[inline(always)]
    fn each<F>(map: Held<'_, Self>, part: &WhichOf<Self>, mut f: F) -> Visit
    where
        F: FnMut(Held<'_, K>, Held<'_, V>) -> Visit,
    {
        // Each has a loop of its own: that is the one that is fast.
        match (map, part) {
            (Held::Stored(map), Which::All) => {
                for (key, value) in map {
                    f(Held::Stored(key), Held::Stored(value))?;
                }
                Ok(())
            }
            (Held::Stored(map), Which::Within(_)) => {
                let mut start = None;
                let (range, most) = bounds(map, part, &mut start);
                // Without a count to keep, the most frequent case is as fast as by hand.
                if most < usize::MAX {
                    return each_of_first(First::new(map, range), most, f);
                }
                for (key, value) in map.range(range) {
                    f(Held::Stored(key), Held::Stored(value))?;
                }
                Ok(())
            }
            (Held::Stored(map), Which::These(keys)) => {
                for (key, value) in keys.iter().filter_map(|key| map.get_key_value(key)) {
                    f(Held::Stored(key), Held::Stored(value))?;
                }
                Ok(())
            }
            (map, part) => each_owned(map, part, f),
        }
    }

    #[inline(always)]
    fn value_mut(&mut self, key: &K) -> Option<&mut V> {
        self.get_mut(key)
    }

    write_key!(TreeEntry);

    #[inline(always)]
    fn put(&mut self, key: K, value: V) {
        self.insert(key, value);
    }

    #[inline(always)]
    fn take_entry(&mut self, key: &K) -> Option<(K, V)> {
        self.remove_entry(key)
    }

    #[inline(always)]
    fn write_each<F>(&mut self, part: &WhichOf<Self>, mut f: F) -> Altered
    where
        F: FnMut(&K, &mut V) -> Result<Entry<K>, Box<PathError>>,
    {
        let (mut changed, mut moves) = (false, Vec::new());
        match part {
            Which::All => return write_sorted(self, f),
            Which::Within(_) => {
                let mut start = None;
                let (range, most) = bounds(self, part, &mut start);
                for (at, (key, value)) in self.range_mut(range).enumerate() {
                    if at == most {
                        break;
                    }
                    changed |= note(&mut moves, key, f(key, value)?);
                }
            }
            Which::These(keys) => {
                for key in keys {
                    if let Some(value) = self.get_mut(key) {
                        changed |= note(&mut moves, key, f(key, value)?);
                    }
                }
            }
        }
        if !moves.is_empty() {
            move_entries(self, part, moves);
        }
        Ok(changed)
    }
}
