//! Navigators that lead to one place at most.

use std::borrow::Cow;

use super::super::cursor::{Cursor, StructureKind};
use super::super::items::{self, items};
use super::super::{DataPathError, Datum};
use super::{At, Stop, Trail, Walk, element};
use crate::key::{Key as _, KeyBytes};
use crate::path::Span;

type Go<'g> = dyn FnMut(At<'_>) -> Walk + 'g;

/// `key(k)`, and `must(k)` if only what is there counts.
pub(super) fn key(trail: Trail<'_>, key: &Datum, at: At<'_>, must: bool, go: &mut Go<'_>) -> Walk {
    match trail.open(at)? {
        At::Stored(Cursor::Structure(map)) if map.kind() == StructureKind::Map => {
            let key = map.encode_key(key).map_err(|wrong| trail.wrong_key(wrong))?;
            element(|f| map.element(&key, f), &mut |at| {
                if must && !is_there(trail, &at)? { Ok(()) } else { go(at) }
            })
        }
        At::Value(value) if matches!(*value, Datum::Map(_) | Datum::Null) => match value.get(key) {
            Some(value) => go(At::Value(Cow::Borrowed(value))),
            None if must => Ok(()),
            None => go(At::Absent),
        },
        At::Absent if must => Ok(()),
        At::Absent => go(At::Absent),
        at => Err(trail.misplaced("a map", &at)),
    }
}

fn is_there(trail: Trail<'_>, at: &At<'_>) -> Result<bool, Stop> {
    Ok(match at {
        At::Stored(Cursor::Structure(structure)) => structure.is_there(),
        At::Stored(Cursor::Fields(fields)) => fields.is_there(),
        at => !matches!(trail.open(at.again())?, At::Absent),
    })
}

/// `map_key(k)`
pub(super) fn map_key(trail: Trail<'_>, key: &Datum, at: At<'_>, go: &mut Go<'_>) -> Walk {
    match trail.open(at)? {
        At::Stored(Cursor::Structure(map)) if map.kind() == StructureKind::Map => {
            let bytes = map.encode_key(key).map_err(|wrong| trail.wrong_key(wrong))?;
            if !map.has(&bytes)? {
                return Ok(());
            }
            // The key as its type has it: what was given may be a text for a number.
            go(At::Value(Cow::Owned(trail.key(map.decode_key(&bytes))?)))
        }
        At::Value(value) => match &*value {
            Datum::Map(entries) => match entries.iter().find(|(k, _)| k == key) {
                Some((key, _)) => go(At::Value(Cow::Borrowed(key))),
                None => Ok(()),
            },
            Datum::Null => Ok(()),
            _ => Err(trail.misplaced("a map", &At::Value(value))),
        },
        At::Absent => Ok(()),
        at => Err(trail.misplaced("a map", &at)),
    }
}

/// `set_elem(t)`
pub(super) fn set_elem(trail: Trail<'_>, item: &Datum, at: At<'_>, go: &mut Go<'_>) -> Walk {
    match trail.open(at)? {
        At::Stored(Cursor::Structure(set)) if set.kind() == StructureKind::Set => {
            let bytes = set.encode_key(item).map_err(|wrong| trail.wrong_key(wrong))?;
            if !set.has(&bytes)? {
                return Ok(());
            }
            go(At::Value(Cow::Owned(trail.key(set.decode_key(&bytes))?)))
        }
        At::Value(value) => match &*value {
            Datum::List(items) => match items.iter().find(|other| *other == item) {
                Some(item) => go(At::Value(Cow::Borrowed(item))),
                None => Ok(()),
            },
            Datum::Null => Ok(()),
            _ => Err(trail.misplaced("a set", &At::Value(value))),
        },
        At::Absent => Ok(()),
        at => Err(trail.misplaced("a set", &at)),
    }
}

/// `field(name)`
pub(super) fn field(trail: Trail<'_>, name: &str, at: At<'_>, go: &mut Go<'_>) -> Walk {
    match trail.open(at)? {
        At::Stored(Cursor::Fields(fields)) => {
            let names = fields.names();
            match names.iter().position(|known| *known == name) {
                Some(index) => element(|f| fields.field(index, f), go),
                None => Err(no_field(trail, name, names)),
            }
        }
        At::Value(value) => {
            if matches!(*value, Datum::Null) {
                return go(At::Absent);
            }
            match field_of(&value, name) {
                Some(field) => go(At::Value(Cow::Borrowed(field))),
                None => Err(missing_field(trail, name, &value)),
            }
        }
        At::Absent => go(At::Absent),
        at => Err(trail.misplaced("fixed keys or a struct", &at)),
    }
}

/// Which of the parts of a tuple a field is.
pub(in crate::data) fn tuple_index(name: &str) -> Option<usize> {
    name.parse().ok()
}

fn field_of<'a>(whole: &'a Datum, name: &str) -> Option<&'a Datum> {
    match whole {
        Datum::Map(entries) => {
            let is_it = |key: &Datum| matches!(key, Datum::Text(text) if text == name);
            entries.iter().find(|(key, _)| is_it(key)).map(|(_, value)| value)
        }
        Datum::List(parts) => parts.get(tuple_index(name)?),
        _ => None,
    }
}

/// The error of a field that a value does not have.
pub(in crate::data) fn missing_field(trail: Trail<'_>, name: &str, whole: &Datum) -> Stop {
    match whole {
        Datum::Map(entries) => {
            let names = entries.iter().filter_map(|(key, _)| match key {
                Datum::Text(text) => Some(text.as_str()),
                _ => None,
            });
            no_field(trail, name, &names.collect::<Vec<_>>())
        }
        Datum::List(parts) => {
            let names: Vec<String> = (0..parts.len().min(16)).map(|at| at.to_string()).collect();
            no_field(trail, name, &names)
        }
        _ => trail.misplaced("fixed keys or a struct", &At::Value(Cow::Borrowed(whole))),
    }
}

fn no_field(trail: Trail<'_>, name: &str, known: &[impl AsRef<str>]) -> Stop {
    let known = known.iter().take(64).map(|name| name.as_ref().to_owned()).collect();
    DataPathError::UnknownField { at: trail.position(), name: name.to_owned(), known }.into()
}

/// `some()`
pub(super) fn some(trail: Trail<'_>, at: At<'_>, go: &mut Go<'_>) -> Walk {
    match trail.value(at)? {
        Some(value) if !matches!(*value, Datum::Null) => go(At::Value(value)),
        _ => Ok(()),
    }
}

/// The bytes of an index of a stored list.
pub(super) fn index_key(index: u64) -> KeyBytes {
    let mut bytes = KeyBytes::new();
    index.encode_key(&mut bytes);
    bytes
}

/// `nth(i)`; without an index the last one.
pub(super) fn nth(trail: Trail<'_>, index: Option<u64>, at: At<'_>, go: &mut Go<'_>) -> Walk {
    match trail.open(at)? {
        At::Stored(Cursor::Structure(list)) if list.kind() == StructureKind::List => {
            let size = list.count(&Span::ALL)? as u64;
            match index.or(size.checked_sub(1)).filter(|index| *index < size) {
                Some(index) => element(|f| list.element(&index_key(index), f), go),
                None => Ok(()),
            }
        }
        At::Value(value) => {
            let Some((_, items)) = items(&value) else {
                return Err(trail.misplaced("a list", &At::Value(value)));
            };
            let at = index.map(items::index).or(items.len().checked_sub(1));
            match at.and_then(|at| items.get(at)) {
                Some(item) => go(At::Value(Cow::Borrowed(item))),
                None => Ok(()),
            }
        }
        At::Absent => Ok(()),
        at => Err(trail.misplaced("a list", &at)),
    }
}

/// `index(i)`
pub(super) fn index(trail: Trail<'_>, index: u64, at: At<'_>, go: &mut Go<'_>) -> Walk {
    let length = match trail.open(at)? {
        At::Stored(Cursor::Structure(list)) if list.kind() == StructureKind::List => {
            list.count(&Span::ALL)?
        }
        At::Value(value) => match items(&value) {
            Some((_, items)) => items.len(),
            None => return Err(trail.misplaced("a list", &At::Value(value))),
        },
        At::Absent => 0,
        at => return Err(trail.misplaced("a list", &at)),
    };
    if items::index(index) < length { go(At::Value(Cow::Owned(index.into()))) } else { Ok(()) }
}

/// `count()`
pub(super) fn count(trail: Trail<'_>, at: At<'_>, go: &mut Go<'_>) -> Walk {
    let count = match trail.open(at)? {
        At::Stored(Cursor::Structure(structure)) => structure.count(&Span::ALL)?,
        At::Range(structure, span) => structure.count(span)?,
        At::Value(value) => match (&*value, items(&value)) {
            (Datum::Map(entries), _) => entries.len(),
            (_, Some((_, items))) => items.len(),
            _ => return Err(trail.misplaced("a collection", &At::Value(value))),
        },
        At::Absent => 0,
        at => return Err(trail.misplaced("a collection", &at)),
    };
    go(At::Value(Cow::Owned(count.into())))
}

/// The place of a new element of a list: there is nothing to select.
pub(super) fn new_element(trail: Trail<'_>, at: At<'_>) -> Walk {
    match trail.open(at)? {
        At::Stored(Cursor::Structure(list)) if list.kind() == StructureKind::List => Ok(()),
        At::Absent => Ok(()),
        At::Value(value) if items(&value).is_some() => Ok(()),
        at => Err(trail.misplaced("a list", &at)),
    }
}

/// The place of a new element of a set: there is nothing to select.
pub(super) fn new_item(trail: Trail<'_>, at: At<'_>) -> Walk {
    match trail.open(at)? {
        At::Stored(Cursor::Structure(set)) if set.kind() == StructureKind::Set => Ok(()),
        At::Absent => Ok(()),
        At::Value(value) if matches!(*value, Datum::List(_) | Datum::Null) => Ok(()),
        at => Err(trail.misplaced("a set", &at)),
    }
}
