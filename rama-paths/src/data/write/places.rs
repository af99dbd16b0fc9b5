//! Writes at one place.

use super::super::items::{self, ListKind, into_items};
use super::super::read::{Stop, Trail, missing_field, tuple_index};
use super::super::{DataPathError, Datum};
use super::{Slot, at_index, put_entry, put_item, reading};

type Go<'g> = dyn FnMut(&mut Slot) -> Result<bool, Stop> + 'g;

/// Takes the elements of a list out of their place, to be put back; none where nothing is.
pub(super) fn list(
    trail: Trail<'_>,
    slot: &mut Slot,
) -> Result<Option<(ListKind, Vec<Datum>)>, Stop> {
    let Some(value) = slot.take_if(|value| *value != Datum::Null) else { return Ok(None) };
    match into_items(value) {
        Ok(list) => Ok(Some(list)),
        Err(value) => Err(trail.misplaced("a list", &reading(&Some(value)))),
    }
}

/// `key(k)`, and `must(k)` if only what is there counts.
pub(super) fn key(
    trail: Trail<'_>,
    key: &Datum,
    slot: &mut Slot,
    must: bool,
    go: &mut Go<'_>,
) -> Result<bool, Stop> {
    let entries = match slot {
        Some(Datum::Map(entries)) => entries,
        None | Some(Datum::Null) => {
            if must {
                return Ok(false);
            }
            let mut new = None;
            let changed = go(&mut new)?;
            if let Some(value) = new {
                *slot = Some(Datum::Map(vec![(key.clone(), value)]));
            }
            return Ok(changed);
        }
        other => return Err(trail.misplaced("a map", &reading(other))),
    };
    match entries.iter().position(|(k, _)| k == key) {
        Some(at) => {
            let mut value = Some(std::mem::take(&mut entries[at].1));
            let changed = go(&mut value)?;
            match value {
                Some(value) => entries[at].1 = value,
                None => drop(entries.remove(at)),
            }
            Ok(changed)
        }
        None if must => Ok(false),
        None => {
            let mut new = None;
            let changed = go(&mut new)?;
            if let Some(value) = new {
                put_entry(entries, key.clone(), value);
            }
            Ok(changed)
        }
    }
}

/// `map_key(k)`
pub(super) fn map_key(
    trail: Trail<'_>,
    key: &Datum,
    slot: &mut Slot,
    go: &mut Go<'_>,
) -> Result<bool, Stop> {
    let entries = match slot {
        Some(Datum::Map(entries)) => entries,
        None | Some(Datum::Null) => return Ok(false),
        other => return Err(trail.misplaced("a map", &reading(other))),
    };
    let Some(at) = entries.iter().position(|(k, _)| k == key) else { return Ok(false) };
    let (key, value) = entries.remove(at);
    let mut key = Some(key);
    let changed = go(&mut key)?;
    if let Some(key) = key {
        put_entry(entries, key, value);
    }
    Ok(changed)
}

/// The elements of a set; none where nothing is.
fn set<'s>(trail: Trail<'_>, slot: &'s mut Slot) -> Result<Option<&'s mut Vec<Datum>>, Stop> {
    match slot {
        Some(Datum::List(items)) => Ok(Some(items)),
        None | Some(Datum::Null) => Ok(None),
        other => Err(trail.misplaced("a set", &reading(other))),
    }
}

/// `set_elem(t)`
pub(super) fn set_elem(
    trail: Trail<'_>,
    item: &Datum,
    slot: &mut Slot,
    go: &mut Go<'_>,
) -> Result<bool, Stop> {
    let Some(items) = set(trail, slot)? else { return Ok(false) };
    let Some(at) = items.iter().position(|other| other == item) else { return Ok(false) };
    let mut item = Some(items.remove(at));
    let changed = go(&mut item)?;
    if let Some(item) = item {
        put_item(items, item);
    }
    Ok(changed)
}

/// `none_elem()`
pub(super) fn none_elem(trail: Trail<'_>, slot: &mut Slot, go: &mut Go<'_>) -> Result<bool, Stop> {
    let mut new = None;
    match set(trail, slot)? {
        Some(items) => {
            go(&mut new)?;
            Ok(new.is_some_and(|item| put_item(items, item)))
        }
        None => {
            go(&mut new)?;
            let Some(item) = new else { return Ok(false) };
            *slot = Some(Datum::List(vec![item]));
            Ok(true)
        }
    }
}

/// `field(name)`
pub(super) fn field(
    trail: Trail<'_>,
    name: &str,
    slot: &mut Slot,
    go: &mut Go<'_>,
) -> Result<bool, Stop> {
    let place = match slot {
        Some(Datum::Map(entries)) => entries
            .iter_mut()
            .find(|(key, _)| matches!(key, Datum::Text(text) if text == name))
            .map(|(_, value)| value),
        Some(Datum::List(parts)) => tuple_index(name).and_then(|at| parts.get_mut(at)),
        None | Some(Datum::Null) => {
            return Err(DataPathError::Absent { at: trail.position() }.into());
        }
        Some(_) => None,
    };
    let Some(place) = place else {
        return Err(missing_field(trail, name, slot.as_ref().unwrap_or(&Datum::Null)));
    };
    let mut value = Some(std::mem::take(place));
    let changed = go(&mut value)?;
    let Some(value) = value else {
        return Err(DataPathError::NotRemovable { at: trail.position() }.into());
    };
    *place = value;
    Ok(changed)
}

/// `some()`
pub(super) fn some(slot: &mut Slot, go: &mut Go<'_>) -> Result<bool, Stop> {
    if matches!(slot, None | Some(Datum::Null)) {
        return Ok(false);
    }
    let changed = go(slot)?;
    // The `Option` itself is still there.
    slot.get_or_insert(Datum::Null);
    Ok(changed)
}

/// `nth(i)`; without an index the last one.
pub(super) fn nth(
    trail: Trail<'_>,
    index: Option<u64>,
    slot: &mut Slot,
    go: &mut Go<'_>,
) -> Result<bool, Stop> {
    let Some((kind, mut items)) = list(trail, slot)? else { return Ok(false) };
    let at = index.map(items::index).or(items.len().checked_sub(1));
    let changed = match at.filter(|at| *at < items.len()) {
        Some(at) => at_index(&mut items, at, go)?.0,
        None => false,
    };
    *slot = Some(kind.of(items));
    Ok(changed)
}

/// Moves an element to another index, or to the end.
pub(super) fn move_item(items: &mut Vec<Datum>, from: usize, to: usize) {
    if from < items.len() {
        let item = items.remove(from);
        items.insert(to.min(items.len()), item);
    }
}

/// An index that was written.
pub(super) fn written_index(trail: Trail<'_>, written: &Datum) -> Result<usize, Stop> {
    match written {
        Datum::Int(at) if *at >= 0 => Ok(usize::try_from(*at).unwrap_or(usize::MAX)),
        other => Err(trail.misplaced("an index", &reading(&Some(other.clone())))),
    }
}

/// `index(i)`
pub(super) fn index(
    trail: Trail<'_>,
    index: u64,
    slot: &mut Slot,
    go: &mut Go<'_>,
) -> Result<bool, Stop> {
    let Some((kind, mut items)) = list(trail, slot)? else { return Ok(false) };
    let at = items::index(index);
    let mut changed = false;
    if at < items.len() {
        let mut place = Some(Datum::from(index));
        changed = go(&mut place)?;
        match place {
            Some(to) => move_item(&mut items, at, written_index(trail, &to)?),
            None => drop(items.remove(at)),
        }
    }
    *slot = Some(kind.of(items));
    Ok(changed)
}

/// `before_elem()`, `before_index(i)`, and without an index `after_elem()`.
pub(super) fn insert(
    trail: Trail<'_>,
    index: Option<u64>,
    slot: &mut Slot,
    go: &mut Go<'_>,
) -> Result<bool, Stop> {
    let mut new = None;
    let whole = list(trail, slot)?;
    go(&mut new)?;
    let (kind, mut items) = match (whole, &new) {
        (Some(whole), _) => whole,
        (None, Some(_)) => (ListKind::List, Vec::new()),
        (None, None) => return Ok(false),
    };
    let at = index.map_or(items.len(), items::index).min(items.len());
    let is_new = new.is_some();
    items.splice(at..at, new);
    *slot = Some(kind.of(items));
    Ok(is_new)
}
