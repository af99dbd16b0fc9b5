//! Navigators that lead to a part of a collection: a range of rows, or a part of a value.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::ops::{Bound, Range};

use super::super::cursor::{Cursor, StoredStructure, StructureKind};
use super::super::datum::compare;
use super::super::items::{self, ListKind, items};
use super::super::{DataPathError, Datum, FunctionCall, Step};
use super::places::index_key;
use super::{At, Run, Stop, Trail, Walk};
use crate::key::KeyBytes;
use crate::path::{Amount, Span};

type Go<'g> = dyn FnMut(At<'_>) -> Walk + 'g;

/// A range in the order of keys, as a step says it.
struct Sorted<'s> {
    of: StructureKind,
    start: Option<(&'s Datum, bool)>,
    end: Option<(&'s Datum, bool)>,
    amount: Amount,
}

impl<'s> Sorted<'s> {
    fn of(step: &'s Step) -> Option<Self> {
        use StructureKind::{Map, Set};
        let first =
            |most: Option<u64>| most.map_or(Amount::All, |most| Amount::First(items::index(most)));
        let last =
            |most: Option<u64>| most.map_or(Amount::All, |most| Amount::Last(items::index(most)));
        let (of, start, end, amount) = match step {
            Step::SortedMapRange { from, to, inclusive_start, inclusive_end } => {
                (Map, Some((from, *inclusive_start)), Some((to, *inclusive_end)), Amount::All)
            }
            Step::SortedSetRange { from, to, inclusive_start, inclusive_end } => {
                (Set, Some((from, *inclusive_start)), Some((to, *inclusive_end)), Amount::All)
            }
            Step::SortedMapRangeFrom { from, inclusive, max_amt } => {
                (Map, Some((from, *inclusive)), None, first(*max_amt))
            }
            Step::SortedSetRangeFrom { from, inclusive, max_amt } => {
                (Set, Some((from, *inclusive)), None, first(*max_amt))
            }
            Step::SortedMapRangeTo { to, inclusive, max_amt } => {
                (Map, None, Some((to, *inclusive)), last(*max_amt))
            }
            Step::SortedSetRangeTo { to, inclusive, max_amt } => {
                (Set, None, Some((to, *inclusive)), last(*max_amt))
            }
            Step::SortedMapRangeFromStart(most) => (Map, None, None, first(Some(*most))),
            Step::SortedSetRangeFromStart(most) => (Set, None, None, first(Some(*most))),
            Step::SortedMapRangeToEnd(most) => (Map, None, None, last(Some(*most))),
            Step::SortedSetRangeToEnd(most) => (Set, None, None, last(Some(*most))),
            _ => return None,
        };
        Some(Sorted { of, start, end, amount })
    }

    /// The same of stored rows.
    fn span(&self, structure: &dyn StoredStructure, trail: Trail<'_>) -> Result<Span, Stop> {
        let bound = |bound: Option<(&Datum, bool)>| {
            let Some((key, inclusive)) = bound else { return Ok(Bound::Unbounded) };
            let key = structure.encode_key(key).map_err(|wrong| trail.wrong_key(wrong))?;
            Ok::<_, Stop>(if inclusive { Bound::Included(key) } else { Bound::Excluded(key) })
        };
        Ok(Span {
            start: bound(self.start)?,
            end: bound(self.end)?,
            amount: self.amount,
            keys: None,
        })
    }

    /// Whether a key of a collection in memory is between the ends.
    fn contains(&self, trail: Trail<'_>, key: &Datum) -> Result<bool, Stop> {
        let order = |end: &Datum| match compare(key, end) {
            Some(order) => Ok(order),
            None => {
                let (found, other) = (key.kind(), end.kind());
                Err(DataPathError::Incomparable { at: trail.position(), found, other })
            }
        };
        let mut within = true;
        if let Some((start, inclusive)) = self.start {
            let order = order(start)?;
            within &= order.is_gt() || (inclusive && order.is_eq());
        }
        if let Some((end, inclusive)) = self.end {
            let order = order(end)?;
            within &= order.is_lt() || (inclusive && order.is_eq());
        }
        Ok(within)
    }

    /// The places of the keys that are meant, of a collection in memory.
    fn places<'k>(
        &self,
        trail: Trail<'_>,
        keys: impl Iterator<Item = &'k Datum>,
    ) -> Result<Vec<usize>, Stop> {
        let mut found: Vec<(usize, &Datum)> = Vec::new();
        for (place, key) in keys.enumerate() {
            if self.contains(trail, key)? {
                found.push((place, key));
            }
        }
        // A map that is not kept in order has one here all the same.
        if !found.is_sorted_by(|a, b| compare(a.1, b.1) != Some(Ordering::Greater))
            && let Ok(sorted) = sorted(&found)
        {
            found = sorted;
        }
        let range = match self.amount {
            Amount::All => 0..found.len(),
            Amount::First(most) => 0..most.min(found.len()),
            Amount::Last(most) => found.len().saturating_sub(most)..found.len(),
        };
        Ok(found[range].iter().map(|(place, _)| *place).collect())
    }
}

/// In order of the keys, if they have one.
fn sorted<'k>(found: &[(usize, &'k Datum)]) -> Result<Vec<(usize, &'k Datum)>, ()> {
    // Of one kind, and no float that is no number: then the order is one.
    let kind = |datum: &Datum| std::mem::discriminant(datum);
    let simple = found.iter().all(|(_, key)| {
        matches!(key, Datum::Int(_) | Datum::UInt(_) | Datum::Text(_) | Datum::Bool(_))
            && kind(key) == kind(found[0].1)
    });
    if !simple {
        return Err(());
    }
    let mut sorted = found.to_vec();
    sorted.sort_by(|a, b| compare(a.1, b.1).unwrap_or(Ordering::Equal));
    Ok(sorted)
}

/// Where a part of a value is.
pub(in crate::data) enum Picked {
    /// Elements in a row.
    Row(Range<usize>),
    /// Some elements of a list, which go back to where they were.
    Filtered(Vec<usize>),
    /// Some entries of a map.
    Entries(Vec<usize>),
    /// Some elements of a set.
    Items(Vec<usize>),
}

fn nothing_picked(step: &Step) -> (Datum, Picked) {
    match step {
        Step::SubMap(_) => (Datum::Map(Vec::new()), Picked::Entries(Vec::new())),
        Step::Subset(_) => (Datum::List(Vec::new()), Picked::Items(Vec::new())),
        Step::FilteredList(_) => (Datum::List(Vec::new()), Picked::Filtered(Vec::new())),
        step => match Sorted::of(step).map(|sorted| sorted.of) {
            Some(StructureKind::Map) => (Datum::Map(Vec::new()), Picked::Entries(Vec::new())),
            Some(_) => (Datum::List(Vec::new()), Picked::Items(Vec::new())),
            None => (Datum::List(Vec::new()), Picked::Row(0..0)),
        },
    }
}

/// A part of a value in memory, and where it is.
pub(in crate::data) fn pick(
    run: Run<'_>,
    step: &Step,
    trail: Trail<'_>,
    whole: Option<&Datum>,
) -> Result<(Datum, Picked), Stop> {
    let Some(whole) = whole.filter(|whole| !matches!(whole, Datum::Null)) else {
        return Ok(nothing_picked(step));
    };
    let misplaced = |expected| trail.misplaced(expected, &At::Value(Cow::Borrowed(whole)));
    let sorted = Sorted::of(step);
    let of = match step {
        Step::SubMap(_) => StructureKind::Map,
        Step::Subset(_) => StructureKind::Set,
        _ => sorted.as_ref().map_or(StructureKind::List, |sorted| sorted.of),
    };
    match (of, whole) {
        (StructureKind::Map, Datum::Map(entries)) => {
            let places = match (step, &sorted) {
                (_, Some(sorted)) => sorted.places(trail, entries.iter().map(|(key, _)| key))?,
                (Step::SubMap(keys), None) => {
                    let meant = |place: &usize| keys.contains(&entries[*place].0);
                    (0..entries.len()).filter(meant).collect()
                }
                _ => Vec::new(),
            };
            let part = places.iter().map(|place| entries[*place].clone()).collect();
            Ok((Datum::Map(part), Picked::Entries(places)))
        }
        (StructureKind::Map, _) => Err(misplaced("a map")),
        (StructureKind::Set, Datum::List(items)) => {
            let places = match (step, &sorted) {
                (_, Some(sorted)) => sorted.places(trail, items.iter())?,
                (Step::Subset(meant), None) => {
                    (0..items.len()).filter(|place| meant.contains(&items[*place])).collect()
                }
                _ => Vec::new(),
            };
            let part = places.iter().map(|place| items[*place].clone()).collect();
            Ok((Datum::List(part), Picked::Items(places)))
        }
        (StructureKind::Set, _) => Err(misplaced("a set")),
        (StructureKind::List, whole) => {
            let Some((kind, items)) = items(whole) else { return Err(misplaced("a list")) };
            pick_of_list(run, step, trail, whole, kind, &items)
        }
    }
}

fn pick_of_list(
    run: Run<'_>,
    step: &Step,
    trail: Trail<'_>,
    whole: &Datum,
    kind: ListKind,
    items: &[Datum],
) -> Result<(Datum, Picked), Stop> {
    let length = items.len();
    let row = match step {
        Step::Sublist { start, end } => {
            let end = items::index(*end).min(length);
            items::index(*start).min(end)..end
        }
        Step::SublistDynamic { start, end } => {
            let call = |call: &FunctionCall, values: &[&Datum]| {
                run.functions.index(call, values).map_err(|source| trail.function(source))
            };
            let start = call(start, &[whole])?.min(length);
            let end = call(end, &[whole, &start.into()])?;
            start..end.clamp(start, length)
        }
        Step::End => length..length,
        Step::FilteredList(path) => {
            let mut places = Vec::new();
            for (place, item) in items.iter().enumerate() {
                let at = At::Value(Cow::Borrowed(item));
                if run.leads_anywhere(path, trail.within(0), at)? {
                    places.push(place);
                }
            }
            let part = places.iter().map(|place| items[*place].clone()).collect();
            return Ok((kind.of(part), Picked::Filtered(places)));
        }
        _ => 0..0,
    };
    Ok((kind.of(items[row.clone()].to_vec()), Picked::Row(row)))
}

/// The longest runs of elements of a list that fulfil a condition.
pub(in crate::data) fn runs(
    run: Run<'_>,
    test: &FunctionCall,
    trail: Trail<'_>,
    items: &[Datum],
) -> Result<Vec<Range<usize>>, Stop> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let holds = run.functions.test(test, &[item]);
        if holds.map_err(|source| trail.function(source))? {
            match runs.last_mut() {
                Some(last) if last.end == index => last.end += 1,
                _ => runs.push(index..index + 1),
            }
        }
    }
    Ok(runs)
}

impl Run<'_> {
    /// A range of a stored structure, or a part of a value.
    pub(super) fn part(self, step: &Step, trail: Trail<'_>, at: At<'_>, go: &mut Go<'_>) -> Walk {
        let at = trail.open(at)?;
        match at {
            At::Stored(Cursor::Structure(structure)) => {
                let span = span(step, trail, structure, &at)?;
                go(At::Range(structure, &span))
            }
            At::Value(value) => {
                let (part, _) = pick(self, step, trail, Some(&value))?;
                go(At::Value(Cow::Owned(part)))
            }
            At::Absent => {
                let (part, _) = pick(self, step, trail, None)?;
                go(At::Value(Cow::Owned(part)))
            }
            at => Err(trail.misplaced("a collection", &at)),
        }
    }

    /// `continuous_subseqs(f)`
    pub(super) fn continuous_subseqs(
        self,
        test: &FunctionCall,
        trail: Trail<'_>,
        at: At<'_>,
        go: &mut Go<'_>,
    ) -> Walk {
        let Some(list) = trail.value(at)? else { return Ok(()) };
        let Some((kind, items)) = items(&list) else {
            return Err(trail.misplaced("a list in memory", &At::Value(list)));
        };
        let runs = runs(self, test, trail, &items)?;
        runs.into_iter().try_for_each(|run| go(At::Value(Cow::Owned(kind.of(items[run].to_vec())))))
    }
}

/// The rows of a stored structure that a step means.
fn span(
    step: &Step,
    trail: Trail<'_>,
    structure: &dyn StoredStructure,
    at: &At<'_>,
) -> Result<Span, Stop> {
    let keys = |keys: &[Datum]| {
        let keys = keys.iter().map(|key| structure.encode_key(key));
        let keys: Result<Vec<KeyBytes>, _> = keys.collect();
        Ok(Span::of_keys(keys.map_err(|wrong| trail.wrong_key(wrong))?))
    };
    match (step, structure.kind()) {
        (Step::Sublist { start, end }, StructureKind::List) => {
            Ok(Span::between(index_key(*start), index_key(*end)))
        }
        (Step::SubMap(of), StructureKind::Map) | (Step::Subset(of), StructureKind::Set) => keys(of),
        (step, kind) => match Sorted::of(step) {
            Some(sorted) if sorted.of == kind => sorted.span(structure, trail),
            Some(Sorted { of: StructureKind::Map, .. }) => Err(trail.misplaced("a map", at)),
            Some(_) => Err(trail.misplaced("a set", at)),
            None => Err(trail.misplaced(
                match step {
                    Step::SubMap(_) => "a map",
                    Step::Subset(_) => "a set",
                    Step::Sublist { .. } => "a list",
                    _ => "a list in memory",
                },
                at,
            )),
        },
    }
}
