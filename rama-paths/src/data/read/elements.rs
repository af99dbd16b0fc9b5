//! Navigators that lead to each element.

use std::borrow::Cow;

use super::super::cursor::{Cursor, StoredStructure, StructureKind};
use super::super::items::items;
use super::super::{Datum, DatumError};
use super::{At, Stop, Trail, Walk, over_rows};
use crate::error::PathError;
use crate::path::Span;

type Go<'g> = dyn FnMut(At<'_>) -> Walk + 'g;

impl Trail<'_> {
    /// A key that was decoded.
    pub(super) fn key(
        self,
        decoded: Result<Result<Datum, DatumError>, PathError>,
    ) -> Result<Datum, Stop> {
        decoded?.map_err(|source| self.no_datum(source))
    }

    /// The key of an entry, and what is selected of its value.
    fn entry(
        self,
        structure: &dyn StoredStructure,
        key: &crate::key::KeyBytes,
        cursor: Cursor<'_>,
    ) -> Result<(Datum, Datum), Stop> {
        let key = self.key(structure.decode_key(key))?;
        Ok((key, self.selected(At::Stored(cursor))?))
    }
}

/// A structure and the part of it that is meant.
fn rows<'a>(at: &At<'a>) -> Option<(&'a dyn StoredStructure, &'a Span)> {
    match at {
        At::Stored(Cursor::Structure(structure)) => Some((*structure, &Span::ALL)),
        At::Range(structure, span) => Some((*structure, *span)),
        _ => None,
    }
}

fn owned(datum: Datum) -> At<'static> {
    At::Value(Cow::Owned(datum))
}

/// `all()`
pub(super) fn all(trail: Trail<'_>, at: At<'_>, go: &mut Go<'_>) -> Walk {
    let at = trail.open(at)?;
    if let Some((structure, span)) = rows(&at) {
        return match structure.kind() {
            StructureKind::List => over_rows(|keep| {
                structure.entries(span, &mut |_, cursor| keep(go(At::Stored(cursor))))
            }),
            StructureKind::Set => keys(trail, structure, span, go),
            StructureKind::Map if structure.holds_structures() => {
                Err(trail.misplaced("a collection of values (`map_vals` leads to structures)", &at))
            }
            StructureKind::Map => over_rows(|keep| {
                structure.entries(span, &mut |key, cursor| {
                    let entry = trail.entry(structure, key, cursor);
                    keep(entry.and_then(|(key, value)| go(owned(Datum::List(vec![key, value])))))
                })
            }),
        };
    }
    match at {
        At::Value(value) => match (&*value, items(&value)) {
            (Datum::Map(entries), _) => entries.iter().try_for_each(|(key, value)| {
                go(owned(Datum::List(vec![key.clone(), value.clone()])))
            }),
            (_, Some((_, items))) => {
                items.iter().try_for_each(|item| go(At::Value(Cow::Borrowed(item))))
            }
            _ => Err(trail.misplaced("a collection", &At::Value(value))),
        },
        At::Absent => Ok(()),
        at => Err(trail.misplaced("a collection", &at)),
    }
}

/// A range of a structure of values as one value.
pub(super) fn whole(
    trail: Trail<'_>,
    structure: &dyn StoredStructure,
    span: &Span,
) -> Result<Datum, Stop> {
    let mut items = Vec::new();
    if structure.kind() == StructureKind::Map {
        let mut entries = Vec::new();
        over_rows(|keep| {
            structure.entries(span, &mut |key, cursor| {
                keep(trail.entry(structure, key, cursor).map(|entry| entries.push(entry)))
            })
        })?;
        return Ok(Datum::Map(entries));
    }
    all(trail, At::Range(structure, span), &mut |item| {
        items.push(trail.selected(item)?);
        Ok(())
    })?;
    Ok(Datum::List(items))
}

fn keys(trail: Trail<'_>, structure: &dyn StoredStructure, span: &Span, go: &mut Go<'_>) -> Walk {
    over_rows(|keep| {
        structure.entries(span, &mut |key, _| {
            keep(trail.key(structure.decode_key(key)).and_then(|key| go(owned(key))))
        })
    })
}

/// `map_keys()`
pub(super) fn map_keys(trail: Trail<'_>, at: At<'_>, go: &mut Go<'_>) -> Walk {
    let at = trail.open(at)?;
    if let Some((map, span)) = rows(&at)
        && map.kind() == StructureKind::Map
    {
        return keys(trail, map, span, go);
    }
    match at {
        At::Value(value) => match &*value {
            Datum::Map(entries) => {
                entries.iter().try_for_each(|(key, _)| go(At::Value(Cow::Borrowed(key))))
            }
            Datum::Null => Ok(()),
            _ => Err(trail.misplaced("a map", &At::Value(value))),
        },
        At::Absent => Ok(()),
        at => Err(trail.misplaced("a map", &at)),
    }
}

/// `map_vals()`
pub(super) fn map_vals(trail: Trail<'_>, at: At<'_>, go: &mut Go<'_>) -> Walk {
    let at = trail.open(at)?;
    if let Some((map, span)) = rows(&at)
        && map.kind() == StructureKind::Map
    {
        return over_rows(|keep| map.entries(span, &mut |_, cursor| keep(go(At::Stored(cursor)))));
    }
    match at {
        At::Value(value) => match &*value {
            Datum::Map(entries) => {
                entries.iter().try_for_each(|(_, value)| go(At::Value(Cow::Borrowed(value))))
            }
            Datum::Null => Ok(()),
            _ => Err(trail.misplaced("a map", &At::Value(value))),
        },
        At::Absent => Ok(()),
        at => Err(trail.misplaced("a map", &at)),
    }
}

/// `indexed_vals()`
pub(super) fn indexed_vals(trail: Trail<'_>, at: At<'_>, go: &mut Go<'_>) -> Walk {
    match trail.open(at)? {
        At::Stored(Cursor::Structure(list)) if list.kind() == StructureKind::List => {
            let mut index = 0_u64;
            over_rows(|keep| {
                list.entries(&Span::ALL, &mut |_, cursor| {
                    let value = trail.selected(At::Stored(cursor));
                    index += 1;
                    keep(
                        value.and_then(|value| {
                            go(owned(Datum::List(vec![(index - 1).into(), value])))
                        }),
                    )
                })
            })
        }
        At::Value(value) => match items(&value) {
            Some((_, items)) => items.iter().enumerate().try_for_each(|(index, item)| {
                go(owned(Datum::List(vec![index.into(), item.clone()])))
            }),
            None => Err(trail.misplaced("a list", &At::Value(value))),
        },
        At::Absent => Ok(()),
        at => Err(trail.misplaced("a list", &at)),
    }
}
