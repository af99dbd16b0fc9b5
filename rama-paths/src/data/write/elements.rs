//! Writes at each element.

use super::super::Datum;
use super::super::read::{Stop, Trail};
use super::places::{list, move_item, written_index};
use super::{Slot, at_index, put_entry, reading};

type Go<'g> = dyn FnMut(&mut Slot) -> Result<bool, Stop> + 'g;

/// The entries of a map.
type Entries = Vec<(Datum, Datum)>;

/// `all()`
pub(super) fn all(trail: Trail<'_>, slot: &mut Slot, go: &mut Go<'_>) -> Result<bool, Stop> {
    match slot {
        None | Some(Datum::Null) => return Ok(false),
        Some(Datum::Map(entries)) => return map_entries(trail, entries, go),
        Some(_) => {}
    }
    let Some((kind, items)) = list(trail, slot)? else { return Ok(false) };
    let (mut kept, mut changed) = (Vec::with_capacity(items.len()), false);
    for item in items {
        let mut item = Some(item);
        changed |= go(&mut item)?;
        kept.extend(item);
    }
    *slot = Some(kind.of(kept));
    Ok(changed)
}

/// `all()` of a map: entries as pairs.
fn map_entries(trail: Trail<'_>, entries: &mut Entries, go: &mut Go<'_>) -> Result<bool, Stop> {
    each_entry(entries, |key, value| {
        let mut pair = Some(Datum::List(vec![key, value]));
        let changed = go(&mut pair)?;
        let entry = match pair {
            None => None,
            Some(Datum::List(pair)) => match <[Datum; 2]>::try_from(pair) {
                Ok([key, value]) => Some((key, value)),
                Err(pair) => return Err(no_entry(trail, Datum::List(pair))),
            },
            Some(other) => return Err(no_entry(trail, other)),
        };
        Ok((changed, entry))
    })
}

fn no_entry(trail: Trail<'_>, found: Datum) -> Stop {
    trail.misplaced("a key and a value", &reading(&Some(found)))
}

/// `map_keys()`
pub(super) fn map_keys(trail: Trail<'_>, slot: &mut Slot, go: &mut Go<'_>) -> Result<bool, Stop> {
    let entries = match slot {
        Some(Datum::Map(entries)) => entries,
        None | Some(Datum::Null) => return Ok(false),
        other => return Err(trail.misplaced("a map", &reading(other))),
    };
    each_entry(entries, |key, value| {
        let mut key = Some(key);
        let changed = go(&mut key)?;
        Ok((changed, key.map(|key| (key, value))))
    })
}

/// Writes every entry through `f`, which says whether it changed. When all were visited they are put one
/// after the other: of two that end at one key the later one stays.
fn each_entry(
    entries: &mut Entries,
    mut f: impl FnMut(Datum, Datum) -> Result<(bool, Option<(Datum, Datum)>), Stop>,
) -> Result<bool, Stop> {
    let (mut changed, mut moved) = (false, false);
    let mut visited = Vec::with_capacity(entries.len());
    for (key, value) in std::mem::take(entries) {
        let (did, entry) = f(key.clone(), value)?;
        changed |= did;
        moved |= entry.as_ref().is_some_and(|(to, _)| *to != key);
        visited.extend(entry);
    }
    if moved {
        visited.into_iter().for_each(|(key, value)| put_entry(entries, key, value));
    } else {
        *entries = visited;
    }
    Ok(changed)
}

/// `map_vals()`
pub(super) fn map_vals(trail: Trail<'_>, slot: &mut Slot, go: &mut Go<'_>) -> Result<bool, Stop> {
    let entries = match slot {
        Some(Datum::Map(entries)) => entries,
        None | Some(Datum::Null) => return Ok(false),
        other => return Err(trail.misplaced("a map", &reading(other))),
    };
    let mut changed = false;
    for (key, value) in std::mem::take(entries) {
        let mut value = Some(value);
        changed |= go(&mut value)?;
        entries.extend(value.map(|value| (key, value)));
    }
    Ok(changed)
}

/// An element that moves: where it is now, and where to.
type Move = (usize, usize);

/// Where an element is after one was moved.
fn after((from, to): Move, at: usize) -> usize {
    if at == from {
        to
    } else if from < at && at <= to {
        at - 1
    } else if to <= at && at < from {
        at + 1
    } else {
        at
    }
}

/// `indexed_vals()`
pub(super) fn indexed_vals(
    trail: Trail<'_>,
    slot: &mut Slot,
    go: &mut Go<'_>,
) -> Result<bool, Stop> {
    let Some((kind, mut items)) = list(trail, slot)? else { return Ok(false) };
    let (mut moves, mut changed): (Vec<Move>, bool) = (Vec::new(), false);
    // Where the element is now, and where it was.
    let (mut now, mut at) = (0, 0);
    while now < items.len() {
        let (did, gone) = at_index(&mut items, now, &mut |slot| {
            let pair = slot.take().map(|value| Datum::List(vec![at.into(), value]));
            let mut pair = pair;
            let changed = go(&mut pair)?;
            match pair {
                Some(Datum::List(mut pair)) if pair.len() == 2 => {
                    *slot = pair.pop();
                    let to = written_index(trail, &pair.pop().unwrap_or_default())?;
                    if to != at {
                        moves.push((now, to));
                    }
                }
                None => {}
                Some(other) => {
                    return Err(trail.misplaced("an index and a value", &reading(&Some(other))));
                }
            }
            Ok(changed)
        })?;
        changed |= did;
        at += 1;
        now += usize::from(!gone);
    }
    // One after the other, each where the ones before have left its element.
    let mut done: Vec<Move> = Vec::with_capacity(moves.len());
    for (from, to) in moves {
        let at = done.iter().fold(from, |at, earlier| after(*earlier, at));
        move_item(&mut items, at, to);
        done.push((at, to));
    }
    *slot = Some(kind.of(items));
    Ok(changed)
}
