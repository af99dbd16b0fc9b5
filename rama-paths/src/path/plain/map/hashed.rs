//! `HashMap`.

use std::collections::HashMap;
use std::collections::hash_map::Entry as TableEntry;
use std::convert::Infallible;
use std::hash::{BuildHasher, Hash};

use super::{Entry, Move, StdMap, each_owned, note, write_key};
use crate::error::PathError;
use crate::key::Key;
use crate::path::Visit;
use crate::path::plain::{
    Altered, Collection, Fate, Fated, Spot, Which, WhichOf, part, retain_first,
};
use crate::record::Record;
use crate::store::Held;

impl<K, V, S> Collection for HashMap<K, V, S>
where
    K: Key + Eq + Hash,
    V: Record,
    S: BuildHasher + Default + Clone + Send + Sync + 'static,
{
    type Range = Infallible;
    type At = K;

    #[inline]
    fn count(&self, part: &WhichOf<Self>) -> usize {
        match part {
            Which::All => self.len(),
            Which::Within(never) => match *never {},
            Which::These(keys) => keys.iter().filter(|key| self.contains_key(key)).count(),
        }
    }

    #[inline]
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

    #[inline]
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

    #[inline]
    fn under(mut keys: Vec<K>) -> WhichOf<Self> {
        retain_first(&mut keys);
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
        match (map, part) {
            (Held::Stored(map), Which::All) => {
                for (key, value) in map {
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

    write_key!(TableEntry);

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
fn write_all<K, V, S, F>(map: &mut HashMap<K, V, S>, mut f: F) -> Altered
where
    K: Eq + Hash,
    S: BuildHasher + Clone,
    F: FnMut(&K, &mut V) -> Result<Entry<K>, Box<PathError>>,
{
    let (mut changed, mut failed) = (false, None);
    // Of the entries that are not taken out, as far as the last one that moves, whether they move;
    // and where to.
    let (mut stayed, mut moves, mut to) = (0, Vec::new(), Vec::new());
    let taken = map.extract_if(|key, value| {
        if failed.is_some() {
            return false;
        }
        match f(key, value) {
            Ok(Entry::Kept) => {}
            Ok(Entry::Changed) => changed = true,
            Ok(Entry::To(new)) => {
                changed = true;
                if new != *key {
                    moves.resize(stayed, false);
                    moves.push(true);
                    to.push(new);
                }
            }
            Ok(Entry::Removed) => {
                changed = true;
                return true;
            }
            Err(error) => failed = Some(error),
        }
        stayed += 1;
        false
    });
    taken.for_each(drop);
    match failed {
        Some(error) => return Err(error),
        None if to.is_empty() => {}
        None => move_all(map, moves, to),
    }
    Ok(changed)
}

/// Moves entries of a map: as far as `moves` goes it says of each entry, in the map's order, whether
/// it moves; `to` says where to.
fn move_all<K, V, S>(map: &mut HashMap<K, V, S>, moves: Vec<bool>, to: Vec<K>)
where
    K: Eq + Hash,
    S: BuildHasher + Clone,
{
    let mut moves = moves.into_iter();
    if to.len() <= map.len() / 2 {
        let moved = map.extract_if(|_, _| moves.next() == Some(true)).map(|(_, value)| value);
        let moved: Vec<(K, V)> = to.into_iter().zip(moved).collect();
        return map.extend(moved);
    }
    // What is taken out leaves marks, behind which one would have to look on: a new map is faster.
    let anew = HashMap::with_capacity_and_hasher(map.len(), map.hasher().clone());
    let old = std::mem::replace(map, anew);
    if to.len() == old.len() {
        return map.extend(to.into_iter().zip(old.into_values()));
    }
    let mut to = to.into_iter();
    for (key, value) in old {
        let new = if moves.next() == Some(true) { to.next() } else { None };
        match new {
            Some(new) => drop(map.insert(new, value)),
            // One that has moved there stays.
            None => {
                map.entry(key).or_insert(value);
            }
        }
    }
}
