//! Maps of the standard library.

mod hashed;
mod sorted;
mod sorted_writes;

use super::{Altered, Collection, Fated, Spot, Which, WhichOf};
use crate::error::PathError;
use crate::key::Key;
use crate::path::Visit;
use crate::record::Record;
use crate::store::Held;

/// What became of an entry of a map whose value was written where it is.
#[derive(Debug)]
#[doc(hidden)]
pub enum Entry<K> {
    /// It is as it was.
    Kept,
    /// It has another value.
    Changed,
    /// It is to get this key.
    To(K),
    /// It is to be taken out.
    Removed,
}

/// An entry that does not stay where it is: its key, and its new one unless it goes.
struct Move<K> {
    old: K,
    to: Option<K>,
}

/// Notes what has become of an entry; says whether it changed.
#[inline(always)]
fn note<K: PartialEq + Clone>(moves: &mut Vec<Move<K>>, key: &K, entry: Entry<K>) -> bool {
    let to = match entry {
        Entry::Kept => return false,
        Entry::Changed => return true,
        Entry::To(new) if new == *key => return true,
        Entry::To(new) => Some(new),
        Entry::Removed => None,
    };
    moves.push(Move { old: key.clone(), to });
    true
}

/// A map of the standard library: `HashMap` or `BTreeMap`, of keys that can be keys of PStates.
pub trait StdMap: Collection {
    /// The type of the keys.
    type Key: Key;
    /// The type of the values.
    type Item: Record;

    /// The part under some keys, of which some may be the same.
    #[doc(hidden)]
    fn under(keys: Vec<Self::Key>) -> WhichOf<Self>;

    /// The value at a key.
    #[doc(hidden)]
    fn find<'a>(map: Held<'a, Self>, key: &Self::Key) -> Held<'a, Self::Item>;

    /// Hands every entry of a part to `f`, in the map's order.
    #[doc(hidden)]
    fn each<F>(map: Held<'_, Self>, part: &WhichOf<Self>, f: F) -> Visit
    where
        F: FnMut(Held<'_, Self::Key>, Held<'_, Self::Item>) -> Visit;

    /// The value at a key, to change.
    #[doc(hidden)]
    fn value_mut(&mut self, key: &Self::Key) -> Option<&mut Self::Item>;

    /// Writes the value at a key through `f`, which may put one where none is.
    #[doc(hidden)]
    fn write_key<F>(&mut self, key: &Self::Key, f: F) -> Altered
    where
        F: FnOnce(Spot<'_, Self::Item>) -> Fated;

    /// Puts an entry.
    #[doc(hidden)]
    fn put(&mut self, key: Self::Key, value: Self::Item);

    /// Takes an entry out.
    #[doc(hidden)]
    fn take_entry(&mut self, key: &Self::Key) -> Option<(Self::Key, Self::Item)>;

    /// Writes every entry of a part through `f`, each once, in the map's order; says whether something
    /// changed. Keys change when all were visited; of entries that end at one key the last of the old
    /// order stays.
    #[doc(hidden)]
    fn write_each<F>(&mut self, part: &WhichOf<Self>, f: F) -> Altered
    where
        F: FnMut(&Self::Key, &mut Self::Item) -> Result<Entry<Self::Key>, Box<PathError>>;
}
/// Hands every entry of a part of a map that has been made to `f`.
#[cold]
#[inline(never)]
fn each_owned<M, K, V, F>(map: Held<'_, M>, part: &WhichOf<M>, mut f: F) -> Visit
where
    M: Collection + IntoIterator<Item = (K, V)>,
    F: FnMut(Held<'_, K>, Held<'_, V>) -> Visit,
{
    let Some(map) = map.into_owned() else { return Ok(()) };
    let map = if let Which::All = part { map } else { map.copy_part(part) };
    map.into_iter().try_for_each(|(key, value)| f(Held::Owned(key), Held::Owned(value)))
}

/// [`StdMap::write_key`] of a map with values `V`, by the names that both kinds of maps share.
macro_rules! write_key {
    ($entry:ident) => {
        #[inline(always)]
        fn write_key<F>(&mut self, key: &K, f: F) -> Altered
        where
            F: FnOnce(Spot<'_, V>) -> Fated,
        {
            let mut new = None;
            if const { !std::mem::needs_drop::<K>() } {
                // The key costs nothing to copy, so that a new one is looked up once only.
                let mut entry = self.entry(key.clone());
                let spot = match &mut entry {
                    $entry::Occupied(there) => Spot::there(there.get_mut()),
                    $entry::Vacant(_) => Spot::absent(&mut new),
                };
                let fate = f(spot)?;
                return Ok(match (entry, new) {
                    ($entry::Occupied(there), _) => {
                        if fate == Fate::Removed {
                            there.remove();
                        }
                        fate != Fate::Kept
                    }
                    ($entry::Vacant(place), Some(value)) => {
                        place.insert(value);
                        true
                    }
                    ($entry::Vacant(_), None) => false,
                });
            }
            let (spot, is_there) = match self.get_mut(key) {
                Some(value) => (Spot::there(value), true),
                None => (Spot::absent(&mut new), false),
            };
            let fate = f(spot)?;
            if let Some(value) = new {
                self.insert(key.clone(), value);
                return Ok(true);
            }
            if is_there && fate == Fate::Removed {
                self.remove(key);
            }
            Ok(is_there && fate != Fate::Kept)
        }
    };
}
use write_key;
