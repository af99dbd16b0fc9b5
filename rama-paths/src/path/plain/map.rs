//! Maps of the standard library.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hash};

use super::{Fate, part};
use crate::error::PathError;
use crate::key::Key;
use crate::path::{Value, Visit};
use crate::record::Record;
use crate::store::Held;

/// A map of the standard library: `HashMap` or `BTreeMap`, of keys that can be keys of PStates.
pub trait StdMap: Value + Default {
    /// The type of the keys.
    type Key: Key;
    /// The type of the values.
    type Item: Record;

    /// The number of entries.
    #[doc(hidden)]
    fn length(&self) -> usize;

    /// The value at a key.
    #[doc(hidden)]
    fn find<'a>(map: Held<'a, Self>, key: &Self::Key) -> Held<'a, Self::Item>;

    /// Hands every entry to `f`, in the map's order.
    #[doc(hidden)]
    fn each<F>(map: Held<'_, Self>, f: F) -> Visit
    where
        F: FnMut(Held<'_, Self::Key>, Held<'_, Self::Item>) -> Visit;

    /// The value at a key, to change.
    #[doc(hidden)]
    fn value_mut(&mut self, key: &Self::Key) -> Option<&mut Self::Item>;

    /// Puts an entry.
    #[doc(hidden)]
    fn put(&mut self, key: Self::Key, value: Self::Item);

    /// Takes an entry out.
    #[doc(hidden)]
    fn take_entry(&mut self, key: &Self::Key) -> Option<(Self::Key, Self::Item)>;

    /// Moves all entries to another map.
    #[doc(hidden)]
    fn drain_into(&mut self, other: &mut Self);

    /// Writes every value through `f`; says whether something changed.
    #[doc(hidden)]
    fn write_each<F>(&mut self, f: F) -> Result<bool, PathError>
    where
        F: FnMut(&mut Self::Item) -> Result<Fate, PathError>;
}

macro_rules! std_map {
    ($map:ty, $($generics:tt)*) => {
        impl<$($generics)*> StdMap for $map {
            type Key = K;
            type Item = V;

            fn length(&self) -> usize {
                self.len()
            }

            #[inline]
            fn find<'a>(map: Held<'a, Self>, key: &K) -> Held<'a, V> {
                part(map, |map| map.get(key), |mut map| map.remove(key))
            }

            #[inline]
            fn each<F>(map: Held<'_, Self>, mut f: F) -> Visit
            where
                F: FnMut(Held<'_, K>, Held<'_, V>) -> Visit,
            {
                match map {
                    Held::Stored(map) => map
                        .iter()
                        .try_for_each(|(key, value)| f(Held::Stored(key), Held::Stored(value))),
                    Held::Owned(map) => map
                        .into_iter()
                        .try_for_each(|(key, value)| f(Held::Owned(key), Held::Owned(value))),
                    Held::Nothing => Ok(()),
                }
            }

            #[inline]
            fn value_mut(&mut self, key: &K) -> Option<&mut V> {
                self.get_mut(key)
            }

            #[inline]
            fn put(&mut self, key: K, value: V) {
                self.insert(key, value);
            }

            #[inline]
            fn take_entry(&mut self, key: &K) -> Option<(K, V)> {
                self.remove_entry(key)
            }

            fn drain_into(&mut self, other: &mut Self) {
                other.extend(std::mem::take(self));
            }

            #[inline]
            fn write_each<F>(&mut self, mut f: F) -> Result<bool, PathError>
            where
                F: FnMut(&mut V) -> Result<Fate, PathError>,
            {
                let (mut changed, mut gone) = (false, Vec::new());
                for (key, value) in self.iter_mut() {
                    match f(value)? {
                        Fate::Kept => {}
                        Fate::Changed => changed = true,
                        Fate::Removed => gone.push(key.clone()),
                    }
                }
                for key in &gone {
                    self.remove(key);
                }
                Ok(changed || !gone.is_empty())
            }
        }
    };
}

std_map!(BTreeMap<K, V>, K: Key + Ord, V: Record);
std_map!(
    HashMap<K, V, S>,
    K: Key + Eq + Hash,
    V: Record,
    S: BuildHasher + Default + Clone + Send + Sync + 'static
);
