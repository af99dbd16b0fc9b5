//! Writes at each element.

use super::super::read::{Stop, Trail};
use super::super::{DataPathError, Datum};
use super::places::{list, move_item, written_index};
use super::{Slot, at_index, reading};

type Go<'g> = dyn FnMut(&mut Slot) -> Result<bool, Stop> + 'g;

/// `all()`
pub(super) fn all(trail: Trail<'_>, slot: &mut Slot, go: &mut Go<'_>) -> Result<bool, Stop> {
    match slot {
        None | Some(Datum::Null) => return Ok(false),
        Some(Datum::Map(_)) => {
            return Err(DataPathError::CannotBeWritten { at: trail.position() }.into());
        }
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
