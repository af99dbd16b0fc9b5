//! Writing the entries of a `BTreeMap`, of which some get other keys or go.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::{Bound, RangeBounds};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::sorted::bounds;
use super::{Entry, Move};
use crate::error::PathError;
use crate::key::Key;
use crate::path::plain::which::Between;
use crate::path::plain::{Altered, Which};
use crate::record::Record;

/// Writes every entry of a sorted map through `f`.
#[inline(always)]
pub(super) fn write_sorted<K: Key + Ord, V: Record, F>(
    map: &mut BTreeMap<K, V>,
    mut f: F,
) -> Altered
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
pub(super) fn move_entries<K: Key + Ord, V: Record>(
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

/// Moves all entries of a map to another one.
pub(super) fn put_all<K: Ord, V>(into: &mut BTreeMap<K, V>, new: &mut BTreeMap<K, V>) {
    // To append goes through all of both.
    if new.len() > into.len() / 8 {
        into.append(new);
    } else {
        into.extend(std::mem::take(new));
    }
}
