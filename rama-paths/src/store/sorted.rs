//! A map in key order: off the heap with one entry, a plain vector while it is small.

use std::collections::{BTreeMap, btree_map};
use std::ops::Bound;
use std::slice;

use crate::key::KeyBytes;

/// Up to this many entries are a vector: most nested structures have few.
const SMALL: usize = 32;

/// A map in key order.
#[derive(Debug, Clone)]
pub(crate) enum SortedMap<T> {
    One((KeyBytes, T)),
    Small(Vec<(KeyBytes, T)>),
    Large(BTreeMap<KeyBytes, T>),
}

impl<T> Default for SortedMap<T> {
    fn default() -> Self {
        Self::Small(Vec::new())
    }
}

impl<T> SortedMap<T> {
    /// A map with one entry.
    #[inline]
    pub(crate) fn one(key: KeyBytes, value: T) -> Self {
        Self::One((key, value))
    }

    /// Whether it is one that can be gone through at any time, for it has few entries.
    pub(crate) fn is_small(&self) -> bool {
        !matches!(self, Self::Large(_))
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Small(entries) => entries.len(),
            Self::Large(entries) => entries.len(),
        }
    }

    #[inline]
    pub(crate) fn get(&self, key: &KeyBytes) -> Option<&T> {
        match self {
            Self::One((only, value)) => (only == key).then_some(value),
            Self::Small(entries) => find(entries, key).ok().map(|at| &entries[at].1),
            Self::Large(entries) => entries.get(key),
        }
    }

    /// The same keys with other values.
    pub(crate) fn map<U>(self, mut f: impl FnMut(&KeyBytes, T) -> U) -> SortedMap<U> {
        let mut map = |(key, value)| {
            let value = f(&key, value);
            (key, value)
        };
        match self {
            Self::One(only) => SortedMap::One(map(only)),
            Self::Small(entries) => SortedMap::Small(entries.into_iter().map(map).collect()),
            Self::Large(entries) => SortedMap::Large(entries.into_iter().map(map).collect()),
        }
    }

    /// The first entry.
    #[inline]
    pub(crate) fn first(&self) -> Option<(&KeyBytes, &T)> {
        match self {
            Self::One((only, value)) => Some((only, value)),
            Self::Small(entries) => entries.first().map(|(key, value)| (key, value)),
            Self::Large(entries) => entries.first_key_value(),
        }
    }

    /// The last entry.
    #[inline]
    pub(crate) fn last(&self) -> Option<(&KeyBytes, &T)> {
        match self {
            Self::One((only, value)) => Some((only, value)),
            Self::Small(entries) => entries.last().map(|(key, value)| (key, value)),
            Self::Large(entries) => entries.last_key_value(),
        }
    }

    /// Whether a key is behind all that are here. Touches the last one, so that it is at hand.
    #[inline]
    pub(crate) fn is_before(&self, key: &KeyBytes) -> bool {
        self.last().is_none_or(|(last, _)| last < key)
    }

    /// Puts in an entry whose key is behind all that are here.
    pub(crate) fn push_behind(&mut self, key: KeyBytes, value: T) {
        debug_assert!(self.is_before(&key));
        match self {
            Self::Small(entries) if entries.len() < SMALL => entries.push((key, value)),
            _ => {
                self.insert(key, value);
            }
        }
    }

    /// Shows the value of a key to `f`, to be changed; where there is none, puts in what `f` gives.
    pub(crate) fn upsert(
        &mut self,
        key: KeyBytes,
        f: impl FnOnce(&KeyBytes, Option<&mut T>) -> Option<T>,
    ) {
        match self {
            Self::One((only, value)) if *only == key => {
                f(&key, Some(value));
            }
            Self::Small(entries) => match find(entries, &key) {
                Ok(at) => {
                    f(&key, Some(&mut entries[at].1));
                }
                Err(at) => match f(&key, None) {
                    Some(value) if entries.len() < SMALL => entries.insert(at, (key, value)),
                    Some(value) => {
                        self.insert(key, value);
                    }
                    None => {}
                },
            },
            Self::Large(entries) => match entries.entry(key) {
                btree_map::Entry::Occupied(mut entry) => {
                    let key = entry.key().clone();
                    f(&key, Some(entry.get_mut()));
                }
                btree_map::Entry::Vacant(entry) => {
                    if let Some(value) = f(entry.key(), None) {
                        entry.insert(value);
                    }
                }
            },
            Self::One(_) => {
                if let Some(value) = f(&key, None) {
                    self.insert(key, value);
                }
            }
        }
    }

    /// Sets the value of a key; returns the old one.
    pub(crate) fn insert(&mut self, key: KeyBytes, value: T) -> Option<T> {
        match self {
            Self::One((only, old)) if *only == key => Some(std::mem::replace(old, value)),
            Self::One(_) => {
                let mut entries = Vec::with_capacity(2);
                entries.push((key, value));
                if let Self::One(only) = std::mem::take(self) {
                    let at = usize::from(only.0 > entries[0].0);
                    entries.insert(at, only);
                }
                *self = Self::Small(entries);
                None
            }
            Self::Small(entries) => match find(entries, &key) {
                Ok(at) => Some(std::mem::replace(&mut entries[at].1, value)),
                Err(at) if entries.len() < SMALL => {
                    entries.insert(at, (key, value));
                    None
                }
                Err(_) => {
                    let mut large: BTreeMap<_, _> = std::mem::take(entries).into_iter().collect();
                    large.insert(key, value);
                    *self = Self::Large(large);
                    None
                }
            },
            Self::Large(entries) => entries.insert(key, value),
        }
    }

    pub(crate) fn remove(&mut self, key: &KeyBytes) -> Option<T> {
        match self {
            Self::One((only, _)) if only != key => None,
            Self::One(_) => match std::mem::take(self) {
                Self::One((_, value)) => Some(value),
                Self::Small(_) | Self::Large(_) => None,
            },
            Self::Small(entries) => find(entries, key).ok().map(|at| entries.remove(at).1),
            Self::Large(entries) => entries.remove(key),
        }
    }

    /// The entries between two keys, the second of which is not before the first, in order.
    pub(crate) fn range(
        &self,
        start: Bound<&KeyBytes>,
        end: Bound<&KeyBytes>,
    ) -> SortedRange<'_, T> {
        let entries = match self {
            Self::One(only) => slice::from_ref(only),
            Self::Small(entries) => entries,
            Self::Large(entries) => {
                return SortedRange::Large(entries.range::<KeyBytes, _>((start, end)));
            }
        };
        let at = match start {
            Bound::Unbounded => 0,
            Bound::Included(key) => entries.partition_point(|(k, _)| k < key),
            Bound::Excluded(key) => entries.partition_point(|(k, _)| k <= key),
        };
        let to = match end {
            Bound::Unbounded => entries.len(),
            Bound::Included(key) => entries.partition_point(|(k, _)| k <= key),
            Bound::Excluded(key) => entries.partition_point(|(k, _)| k < key),
        };
        SortedRange::Small(entries[at..to.max(at)].iter())
    }

    /// Shows every entry to `f`, in order.
    #[inline]
    pub(crate) fn each(&self, mut f: impl FnMut(&KeyBytes, &T)) {
        self.range(Bound::Unbounded, Bound::Unbounded).for_each(|(k, v)| f(k, v));
    }

    /// Moves every entry to `f`, in order.
    #[inline]
    pub(crate) fn into_each(self, mut f: impl FnMut(KeyBytes, T)) {
        match self {
            Self::One((key, value)) => f(key, value),
            Self::Small(entries) => entries.into_iter().for_each(|(k, v)| f(k, v)),
            Self::Large(entries) => entries.into_iter().for_each(|(k, v)| f(k, v)),
        }
    }
}

#[inline]
fn find<T>(entries: &[(KeyBytes, T)], key: &KeyBytes) -> Result<usize, usize> {
    // Keys mostly come in order: then one comparison with the last one tells.
    match entries.last() {
        None => Err(0),
        Some((last, _)) if last < key => Err(entries.len()),
        Some(_) => entries.binary_search_by(|(k, _)| k.cmp(key)),
    }
}

/// Entries of a [`SortedMap`] in order.
#[derive(Debug)]
pub(crate) enum SortedRange<'a, T> {
    Small(slice::Iter<'a, (KeyBytes, T)>),
    Large(btree_map::Range<'a, KeyBytes, T>),
}

impl<'a, T> Iterator for SortedRange<'a, T> {
    type Item = (&'a KeyBytes, &'a T);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Small(entries) => entries.next().map(|(k, v)| (k, v)),
            Self::Large(entries) => entries.next(),
        }
    }
}

impl<T> DoubleEndedIterator for SortedRange<'_, T> {
    fn next_back(&mut self) -> Option<Self::Item> {
        match self {
            Self::Small(entries) => entries.next_back().map(|(k, v)| (k, v)),
            Self::Large(entries) => entries.next_back(),
        }
    }
}
