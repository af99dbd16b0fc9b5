//! Maps of the standard library.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::hash::{BuildHasher, Hash};
use std::ops::Bound;

use super::which::{Between, Bounds, OneOf, range_of};
use super::{Collection, Which, WhichOf, part};
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
    fn write_each<F>(&mut self, part: &WhichOf<Self>, f: F) -> Result<bool, PathError>
    where
        F: FnMut(&Self::Key, &mut Self::Item) -> Result<Entry<Self::Key>, PathError>;
}

/// As [`range_of`], of a map.
#[inline]
fn bounds<'a, K: Clone + Ord, V>(
    map: &BTreeMap<K, V>,
    part: &'a Which<Between<K>, K>,
    start_of_last: &'a mut Option<Bound<K>>,
) -> Bounds<'a, K> {
    range_of(|range| map.range(range).map(|(key, _)| key), part, start_of_last)
}

impl<K: Key + Ord, V: Record> Collection for BTreeMap<K, V> {
    type Range = Between<K>;
    type At = K;

    fn count(&self, part: &WhichOf<Self>) -> usize {
        match part {
            Which::All => self.len(),
            Which::Within(_) => {
                let mut start = None;
                let (range, most) = bounds(self, part, &mut start);
                self.range(range).take(most).count()
            }
            Which::These(keys) => keys.iter().filter(|key| self.contains_key(key)).count(),
        }
    }

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

/// Moves all entries of a map to another one.
fn put_all<K: Ord, V>(into: &mut BTreeMap<K, V>, new: &mut BTreeMap<K, V>) {
    // To append goes through all of both.
    if new.len() > into.len() / 8 {
        into.append(new);
    } else {
        into.extend(std::mem::take(new));
    }
}

impl<K: Key + Ord, V: Record> StdMap for BTreeMap<K, V> {
    type Key = K;
    type Item = V;

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
        let stored = |(key, value)| (Held::Stored(key), Held::Stored(value));
        // Ranges have a loop of their own, which is the one that is fast.
        let entries = match (map, part) {
            (Held::Stored(map), Which::These(keys)) => {
                OneOf::A(keys.iter().filter_map(|key| map.get_key_value(key)).map(stored))
            }
            (Held::Stored(map), part) => {
                let mut start = None;
                let (range, most) = bounds(map, part, &mut start);
                for (at, (key, value)) in map.range(range).enumerate() {
                    if at == most {
                        break;
                    }
                    f(Held::Stored(key), Held::Stored(value))?;
                }
                OneOf::B(std::iter::empty())
            }
            (Held::Owned(map), part) => {
                let map = if let Which::All = part { map } else { map.copy_part(part) };
                let owned = |(key, value)| (Held::Owned(key), Held::Owned(value));
                OneOf::C(map.into_iter().map(owned))
            }
            (Held::Nothing, _) => OneOf::D(std::iter::empty()),
        };
        for (key, value) in entries {
            f(key, value)?;
        }
        Ok(())
    }

    #[inline(always)]
    fn value_mut(&mut self, key: &K) -> Option<&mut V> {
        self.get_mut(key)
    }

    #[inline(always)]
    fn put(&mut self, key: K, value: V) {
        self.insert(key, value);
    }

    #[inline(always)]
    fn take_entry(&mut self, key: &K) -> Option<(K, V)> {
        self.remove_entry(key)
    }

    #[inline(always)]
    fn write_each<F>(&mut self, part: &WhichOf<Self>, mut f: F) -> Result<bool, PathError>
    where
        F: FnMut(&K, &mut V) -> Result<Entry<K>, PathError>,
    {
        let (mut changed, mut moves) = (false, Vec::new());
        if let Which::These(keys) = part {
            for key in keys {
                if let Some(value) = self.get_mut(key) {
                    changed |= note(&mut moves, key, f(key, value)?);
                }
            }
        } else {
            let mut start = None;
            let (range, most) = bounds(self, part, &mut start);
            for (at, (key, value)) in self.range_mut(range).enumerate() {
                if at == most {
                    break;
                }
                changed |= note(&mut moves, key, f(key, value)?);
            }
        }
        if !moves.is_empty() {
            move_entries(self, part, moves);
        }
        Ok(changed)
    }
}

/// Takes entries of a part out, and puts those back that get another key. Of entries that end at one
/// key the last of the old order stays.
fn move_entries<K: Key + Ord, V: Record>(
    map: &mut BTreeMap<K, V>,
    part: &Which<Between<K>, K>,
    moves: Vec<Move<K>>,
) {
    let few = moves.len() < map.len() / 8;
    if !few && let Which::All = part {
        return move_many(map, moves);
    }
    // Of a range, its last key.
    let mut start = None;
    let (range, most) = bounds(map, part, &mut start);
    let mut last = range.1.cloned();
    if most < usize::MAX {
        let key = map.range(range).take(most).last();
        last = key.map_or(last, |(key, _)| Bound::Included(key.clone()));
    }
    // The new keys and the old ones, with the values.
    let mut moved: Vec<(K, K, V)> = Vec::new();
    if few || matches!(part, Which::These(_)) {
        for Move { old, to } in moves {
            let value = map.remove(&old);
            moved.extend(to.zip(value).map(|(to, value)| (to, old, value)));
        }
    } else {
        let (mut due, mut new) = (Vec::new(), Vec::new());
        for Move { old, to } in moves {
            due.push(old);
            new.push(to);
        }
        let mut due = due.iter().peekable();
        let taken = map.extract_if(range, |key, _| due.next_if(|old| *old == key).is_some());
        for (to, (old, value)) in new.into_iter().zip(taken) {
            moved.extend(to.map(|to| (to, old, value)));
        }
    }
    let is_in_part = |key: &K| match (part, &last) {
        (Which::These(keys), _) => keys.binary_search(key).is_ok(),
        (_, Bound::Included(last)) => key <= last,
        (_, Bound::Excluded(last)) => key < last,
        (_, Bound::Unbounded) => true,
    };
    // One that was visited later and has stayed is the later of the two.
    moved.retain(|(to, old, _)| to < old || !is_in_part(to) || !map.contains_key(to));
    // Of those with one key the last stays.
    put_all(map, &mut moved.into_iter().map(|(to, _, value)| (to, value)).collect());
}

/// As [`move_entries`], of all entries, of which many move: the map is built anew.
fn move_many<K: Key + Ord, V: Record>(map: &mut BTreeMap<K, V>, moves: Vec<Move<K>>) {
    let len = map.len();
    let mut moves = moves.into_iter().peekable();
    let entries = std::mem::take(map).into_iter();
    let entries = entries.filter_map(|(key, value)| match moves.next_if(|of| of.old == key) {
        Some(Move { to, .. }) => Some((to?, value)),
        None => Some((key, value)),
    });
    let mut all = Vec::with_capacity(len);
    all.extend(entries);
    // Of those with one key the last stays.
    *map = all.into_iter().collect();
}

impl<K, V, S> Collection for HashMap<K, V, S>
where
    K: Key + Eq + Hash,
    V: Record,
    S: BuildHasher + Default + Clone + Send + Sync + 'static,
{
    type Range = Infallible;
    type At = K;

    fn count(&self, part: &WhichOf<Self>) -> usize {
        match part {
            Which::All => self.len(),
            Which::Within(never) => match *never {},
            Which::These(keys) => keys.iter().filter(|key| self.contains_key(key)).count(),
        }
    }

    fn copy_part(&self, part: &WhichOf<Self>) -> Self {
        match part {
            Which::All => self.clone(),
            Which::Within(never) => match *never {},
            Which::These(keys) => {
                let entries = keys.iter().filter_map(|key| self.get_key_value(key));
                entries.map(|(key, value)| (key.clone(), value.clone())).collect()
            }
        }
    }

    fn put_part(&mut self, part: &WhichOf<Self>, new: Self) {
        match part {
            Which::All => self.clear(),
            Which::Within(never) => match *never {},
            Which::These(keys) => keys.iter().for_each(|key| drop(self.remove(key))),
        }
        self.extend(new);
    }
}

impl<K, V, S> StdMap for HashMap<K, V, S>
where
    K: Key + Eq + Hash,
    V: Record,
    S: BuildHasher + Default + Clone + Send + Sync + 'static,
{
    type Key = K;
    type Item = V;

    fn under(mut keys: Vec<K>) -> WhichOf<Self> {
        super::retain_first(&mut keys);
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
        let stored = |(key, value)| (Held::Stored(key), Held::Stored(value));
        let entries = match (map, part) {
            (_, Which::Within(never)) => match *never {},
            (Held::Stored(map), Which::All) => OneOf::A(map.iter().map(stored)),
            (Held::Stored(map), Which::These(keys)) => {
                OneOf::B(keys.iter().filter_map(|key| map.get_key_value(key)).map(stored))
            }
            (Held::Owned(map), part) => {
                let map = if let Which::All = part { map } else { map.copy_part(part) };
                let owned = |(key, value)| (Held::Owned(key), Held::Owned(value));
                OneOf::C(map.into_iter().map(owned))
            }
            (Held::Nothing, _) => OneOf::D(std::iter::empty()),
        };
        for (key, value) in entries {
            f(key, value)?;
        }
        Ok(())
    }

    #[inline(always)]
    fn value_mut(&mut self, key: &K) -> Option<&mut V> {
        self.get_mut(key)
    }

    #[inline(always)]
    fn put(&mut self, key: K, value: V) {
        self.insert(key, value);
    }

    #[inline(always)]
    fn take_entry(&mut self, key: &K) -> Option<(K, V)> {
        self.remove_entry(key)
    }

    #[inline(always)]
    fn write_each<F>(&mut self, part: &WhichOf<Self>, mut f: F) -> Result<bool, PathError>
    where
        F: FnMut(&K, &mut V) -> Result<Entry<K>, PathError>,
    {
        let Which::These(keys) = part else { return write_all(self, f) };
        let (mut changed, mut moves) = (false, Vec::new());
        for key in keys {
            if let Some(value) = self.get_mut(key) {
                changed |= note(&mut moves, key, f(key, value)?);
            }
        }
        // All are taken out before any is put back.
        let mut moved = Vec::new();
        for Move { old, to } in moves {
            let value = self.remove(&old);
            moved.extend(to.zip(value));
        }
        self.extend(moved);
        Ok(changed)
    }
}

/// Writes every entry of a map through `f`, in one walk. A key that is changed waits for its end.
#[inline(always)]
fn write_all<K, V, S, F>(map: &mut HashMap<K, V, S>, mut f: F) -> Result<bool, PathError>
where
    K: Eq + Hash,
    S: BuildHasher + Clone,
    F: FnMut(&K, &mut V) -> Result<Entry<K>, PathError>,
{
    let (mut changed, mut failed) = (false, None);
    let to = Cell::new(None);
    let taken = map.extract_if(|key, value| {
        if failed.is_some() {
            return false;
        }
        match f(key, value) {
            Ok(Entry::Kept) => return false,
            Ok(Entry::To(new)) if new != *key => to.set(Some(new)),
            Ok(Entry::Changed | Entry::To(_)) => {
                changed = true;
                return false;
            }
            Ok(Entry::Removed) => {}
            Err(error) => {
                failed = Some(error);
                return false;
            }
        }
        changed = true;
        true
    });
    let mut moved = Vec::new();
    for (old, value) in taken {
        if let Some(new) = to.take() {
            moved.push((new, old, value));
        }
    }
    if let Some(error) = failed {
        map.extend(moved.into_iter().map(|(_, old, value)| (old, value)));
        return Err(error);
    }
    if moved.len() > map.len() {
        // What was taken out has left marks, behind which one would have to look on.
        let len = map.len() + moved.len();
        let anew = HashMap::with_capacity_and_hasher(len, map.hasher().clone());
        let stayed = std::mem::replace(map, anew);
        map.extend(stayed);
    }
    map.extend(moved.into_iter().map(|(new, _, value)| (new, value)));
    Ok(changed)
}
