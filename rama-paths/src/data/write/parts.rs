//! Writes of parts of collections: what a part has become takes its place.

use std::ops::Range;

use super::super::items::{ListKind, into_items, items};
use super::super::read::{Picked, Run, Stop, Trail, pick, runs};
use super::super::{DataPath, DataPathError, Datum, FunctionCall, Step};
use super::places::list;
use super::{Slot, put_entry, put_item, reading};

type Go<'g> = dyn FnMut(&mut Slot) -> Result<bool, Stop> + 'g;

/// A part of a collection.
pub(super) fn picked(
    run: Run<'_>,
    step: &Step,
    trail: Trail<'_>,
    slot: &mut Slot,
    go: &mut Go<'_>,
) -> Result<bool, Stop> {
    let (part, at) = pick(run, step, trail, slot.as_ref())?;
    let empty = match &part {
        Datum::Map(_) => Datum::Map(Vec::new()),
        Datum::Text(_) => Datum::Text(String::new()),
        Datum::Bytes(_) => Datum::Bytes(Vec::new()),
        _ => Datum::List(Vec::new()),
    };
    let mut part = Some(part);
    if !go(&mut part)? {
        return Ok(false);
    }
    if part.is_none() && matches!(slot, None | Some(Datum::Null)) {
        // What is absent stays so.
        return Ok(false);
    }
    let part = part.unwrap_or_else(|| empty.clone());
    let whole = slot.take().filter(|whole| *whole != Datum::Null).unwrap_or(empty);
    *slot = Some(put(trail, whole, at, part)?);
    Ok(true)
}

fn put(trail: Trail<'_>, whole: Datum, at: Picked, part: Datum) -> Result<Datum, Stop> {
    match (at, whole) {
        (Picked::Entries(places), Datum::Map(mut entries)) => {
            let Datum::Map(part) = part else {
                return Err(trail.misplaced("a map to take its place", &reading(&Some(part))));
            };
            remove_all(&mut entries, places);
            part.into_iter().for_each(|(key, value)| put_entry(&mut entries, key, value));
            Ok(Datum::Map(entries))
        }
        (Picked::Items(places), Datum::List(mut items)) => {
            let (_, part) = new_list(trail, part)?;
            remove_all(&mut items, places);
            for item in part {
                put_item(&mut items, item);
            }
            Ok(Datum::List(items))
        }
        (Picked::Row(range), whole) => {
            let (kind, mut items) = new_list(trail, whole)?;
            items.splice(range, new_list(trail, part)?.1);
            Ok(kind.of(items))
        }
        (Picked::Filtered(places), whole) => {
            let (kind, items) = new_list(trail, whole)?;
            Ok(kind.of(put_filtered(items, &places, new_list(trail, part)?.1)))
        }
        (_, whole) => Ok(whole),
    }
}

fn new_list(trail: Trail<'_>, list: Datum) -> Result<(ListKind, Vec<Datum>), Stop> {
    into_items(list)
        .map_err(|other| trail.misplaced("a list to take its place", &reading(&Some(other))))
}

fn remove_all<T>(items: &mut Vec<T>, mut places: Vec<usize>) {
    places.sort_unstable();
    places.into_iter().rev().for_each(|place| drop(items.remove(place)));
}

/// Elements go back to where they were, in order: the places of those that are missing are removed,
/// those that are left come behind the last place, or at the end.
fn put_filtered(items: Vec<Datum>, places: &[usize], part: Vec<Datum>) -> Vec<Datum> {
    let (mut new, mut whole) = (part.into_iter(), Vec::with_capacity(items.len()));
    let mut places = places.iter().copied().peekable();
    let mut behind = None;
    for (place, item) in items.into_iter().enumerate() {
        if places.next_if_eq(&place).is_none() {
            whole.push(item);
            continue;
        }
        whole.extend(new.next());
        behind = Some(whole.len());
    }
    let behind = behind.unwrap_or(whole.len());
    whole.splice(behind..behind, new);
    whole
}

/// `continuous_subseqs(f)`
pub(super) fn continuous_subseqs(
    run: Run<'_>,
    test: &FunctionCall,
    trail: Trail<'_>,
    slot: &mut Slot,
    go: &mut Go<'_>,
) -> Result<bool, Stop> {
    let Some((kind, mut list)) = list(trail, slot)? else { return Ok(false) };
    let mut new: Vec<(Range<usize>, Vec<Datum>)> = Vec::new();
    for run in runs(run, test, trail, &list)? {
        let mut part = Some(kind.of(list[run.clone()].to_vec()));
        if go(&mut part)? {
            let part = match part {
                Some(part) => new_list(trail, part)?.1,
                None => Vec::new(),
            };
            new.push((run, part));
        }
    }
    let changed = !new.is_empty();
    // From the end, so that the others stay where they are.
    for (run, part) in new.into_iter().rev() {
        list.splice(run, part);
    }
    *slot = Some(kind.of(list));
    Ok(changed)
}

/// `subselect(path)`
pub(super) fn subselect(
    run: Run<'_>,
    path: &DataPath,
    trail: Trail<'_>,
    slot: &mut Slot,
    go: &mut Go<'_>,
) -> Result<bool, Stop> {
    let values = run.values(path, trail.within(0), reading(slot))?;
    let expected = values.len();
    let mut list = Some(Datum::List(values));
    if !go(&mut list)? {
        return Ok(false);
    }
    let Some(list) = list else {
        // All of them are removed.
        return run
            .write(path, trail.within(0), &[], slot, &mut |_, slot| Ok(slot.take().is_some()));
    };
    let Some((_, new)) = items(&list) else {
        return Err(trail.misplaced("a list to take its place", &reading(&Some(list))));
    };
    let found = new.len();
    if found != expected {
        return Err(DataPathError::OtherLength { at: trail.position(), expected, found }.into());
    }
    let mut new = new.iter().cloned();
    run.write(path, trail.within(0), &[], slot, &mut |_, slot| {
        *slot = new.next();
        Ok(true)
    })
}
