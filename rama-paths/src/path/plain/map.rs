//! Maps of the standard library.

use std::cell::Cell;
use std::collections::btree_map::Entry as SortedEntry;
use std::collections::hash_map::Entry as HashEntry;
use std::collections::{BTreeMap, HashMap, btree_map};
use std::convert::Infallible;
use std::hash::{BuildHasher, Hash};
use std::ops::{Bound, RangeBounds};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::which::{Between, Bounds, count_to, range_of};
use super::{Altered, Collection, Fate, Fated, Spot, Which, WhichOf, part};
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

/// The entries of a sorted map between two bounds; all of them without an end to look for.
enum First<'a, K, V> {
    OfAll(btree_map::Iter<'a, K, V>),
    Within(btree_map::Range<'a, K, V>),
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

    write_key!(SortedEntry);

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

/// Writes every entry of a sorted map through `f`.
#[inline(always)]
fn write_sorted<K: Key + Ord, V: Record, F>(map: &mut BTreeMap<K, V>, mut f: F) -> Altered
where
    F: FnMut(&K, &mut V) -> Result<Entry<K>, Box<PathError>>,
{
    let (mut changed, mut first) = (false, None);
    // As long as every entry stays, a loop that does nothing else.
    for (key, value) in map.iter_mut() {
        let to = match f(key, value)? {
            Entry::Kept => continue,
            Entry::Changed => None,
            Entry::To(new) if new == *key => None,
            Entry::To(new) => Some(Some(new)),
            Entry::Removed => Some(None),
        };
        changed = true;
        if let Some(to) = to {
            first = Some((key.clone(), to));
            break;
        }
    }
    match first {
        Some((key, to)) => write_behind(map, key, to, f),
        None => Ok(changed),
    }
}

/// Writes the entries behind the first that does not stay where it is: its key, and its new key unless
/// it goes.
///
/// Those that do not stay are taken out at once, and put back under their new keys at the end; as soon
/// as they are many the map is built anew. If `f` fails or panics all are put back where they were.
#[inline(never)]
fn write_behind<K: Key + Ord, V: Record, F>(
    map: &mut BTreeMap<K, V>,
    first: K,
    to: Option<K>,
    mut f: F,
) -> Altered
where
    F: FnMut(&K, &mut V) -> Result<Entry<K>, Box<PathError>>,
{
    let mut moves = vec![Move { old: first, to }];
    let mut values: Vec<V> = map.remove(&moves[0].old).into_iter().collect();
    loop {
        let (known, limit) = (moves.len(), moves.len() * 64);
        let last = moves[known - 1].old.clone();
        let walk = catch_unwind(AssertUnwindSafe(|| {
            take_out(map, &last, limit, &mut moves, &mut values, &mut f)
        }));
        if let Ok(Ok(false)) = walk {
            break;
        }
        let behind = (Bound::Excluded(&last), Bound::Included(&moves[moves.len() - 1].old));
        let (new, stayed) = (moves.len() - known, map.range(behind).count());
        let are_few = matches!(walk, Ok(Ok(true))) && stayed / 8 > new;
        if are_few {
            continue;
        }
        map.extend(moves.iter().map(|of| of.old.clone()).zip(values));
        return match walk {
            Ok(Ok(_)) => write_anew(map, moves, f),
            Ok(Err(error)) => Err(error),
            Err(panic) => resume_unwind(panic),
        };
    }
    let moved = moves.into_iter().zip(values).filter_map(|(of, value)| {
        let to = of.to?;
        // One that was visited later and has stayed is the later of the two.
        (to < of.old || !map.contains_key(&to)).then_some((to, value))
    });
    let moved: Vec<(K, V)> = moved.collect();
    map.extend(moved);
    Ok(true)
}

/// The keys behind one, with no end that a walk would have to look for.
struct Behind<'a, K>(&'a K);

impl<K> RangeBounds<K> for Behind<'_, K> {
    #[inline(always)]
    fn start_bound(&self) -> Bound<&K> {
        Bound::Excluded(self.0)
    }

    #[inline(always)]
    fn end_bound(&self) -> Bound<&K> {
        Bound::Unbounded
    }
}

/// Writes the entries behind a key through `f`, and takes those out that do not stay where they are,
/// up to a limit; says whether that was reached.
#[inline(always)]
fn take_out<K: Key + Ord, V: Record, F>(
    map: &mut BTreeMap<K, V>,
    behind: &K,
    limit: usize,
    moves: &mut Vec<Move<K>>,
    values: &mut Vec<V>,
    mut f: F,
) -> Altered
where
    F: FnMut(&K, &mut V) -> Result<Entry<K>, Box<PathError>>,
{
    let gone = Cell::new(Ok(None));
    let mut taken = map.extract_if(Behind(behind), |key, value| {
        gone.set(match f(key, value) {
            Ok(Entry::Kept | Entry::Changed) => return false,
            Ok(Entry::To(new)) if new == *key => return false,
            Ok(Entry::To(new)) => Ok(Some(new)),
            Ok(Entry::Removed) => Ok(None),
            // It is taken out, so that nothing is visited behind it, and put back.
            Err(error) => Err(error),
        });
        true
    });
    while let Some((old, value)) = taken.next() {
        match gone.replace(Ok(None)) {
            Ok(to) => moves.push(Move { old, to }),
            Err(error) => {
                drop(taken);
                map.insert(old, value);
                return Err(error);
            }
        }
        values.push(value);
        if moves.len() >= limit {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Writes the entries of a map through `f`, and builds it anew; the first ones, up to the last of
/// `moves`, have been written. If `f` fails or panics all are put back where they were.
#[inline(always)]
fn write_anew<K: Key + Ord, V: Record, F>(
    map: &mut BTreeMap<K, V>,
    moves: Vec<Move<K>>,
    mut f: F,
) -> Altered
where
    F: FnMut(&K, &mut V) -> Result<Entry<K>, Box<PathError>>,
{
    let mut all: Vec<(K, V)> = Vec::with_capacity(map.len());
    // The old keys of those that move, and what goes.
    let (mut old, mut gone) = (Vec::new(), Vec::new());
    let (mut moves, mut rest) = (moves.into_iter().peekable(), std::mem::take(map).into_iter());
    let walk = catch_unwind(AssertUnwindSafe(|| {
        for entry in rest.by_ref() {
            let at = all.len();
            all.push(entry);
            let (key, value) = &mut all[at];
            let entry = match moves.peek() {
                None => f(key, value)?,
                Some(of) if of.old != *key => Entry::Kept,
                Some(_) => moves.next().and_then(|of| of.to).map_or(Entry::Removed, Entry::To),
            };
            match entry {
                Entry::Kept | Entry::Changed => {}
                Entry::To(new) => old.push((at, std::mem::replace(key, new))),
                Entry::Removed => gone.extend(all.pop()),
            }
        }
        Ok(())
    }));
    if !matches!(walk, Ok(Ok(()))) {
        for (at, key) in old {
            all[at].0 = key;
        }
        all.extend(gone);
        all.extend(rest);
    }
    // Of those with one key the last stays.
    *map = all.into_iter().collect();
    walk.unwrap_or_else(|panic| resume_unwind(panic)).map(|()| true)
}

/// Takes entries of a part out, and puts those back that get another key. Of entries that end at one
/// key the last of the old order stays.
fn move_entries<K: Key + Ord, V: Record>(
    map: &mut BTreeMap<K, V>,
    part: &Which<Between<K>, K>,
    moves: Vec<Move<K>>,
) {
    let few = moves.len() < map.len() / 8;
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
    if few || !matches!(part, Which::Within(_)) {
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
    let moved = moved.into_iter().map(|(to, _, value)| (to, value));
    if few { map.extend(moved) } else { put_all(map, &mut moved.collect()) }
}

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

    write_key!(HashEntry);

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
