//! Equality and order of data.

use std::cmp::Ordering;

use super::Datum;

/// Equal numbers are equal whatever their types; maps are equal if they have the same entries, in
/// whatever order.
impl PartialEq for Datum {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Datum::List(a), Datum::List(b)) => a == b,
            (Datum::Map(a), Datum::Map(b)) => a.len() == b.len() && same_entries(a, b),
            _ => compare(self, other) == Some(Ordering::Equal),
        }
    }
}

/// Each entry is compared once, or hostile data would take for ever.
fn same_entries(a: &[(Datum, Datum)], b: &[(Datum, Datum)]) -> bool {
    let sorted = |entries: &[(Datum, Datum)]| {
        let mut places: Vec<usize> = (0..entries.len()).collect();
        places.sort_by(|a, b| total(&entries[*a].0, &entries[*b].0));
        places
    };
    sorted(a).into_iter().zip(sorted(b)).all(|(at, other)| a[at] == b[other])
}

/// The order of two values: as in Rust, of numbers and texts by value, of lists, tuples and structs
/// part by part, and `None` before everything else. None of values that have no order: of different
/// kinds, or where a float is no number.
pub(crate) fn compare(a: &Datum, b: &Datum) -> Option<Ordering> {
    use Datum::{Bool, Bytes, Float, Int, List, Map, Null, Text, UInt};
    match (a, b) {
        (Null, Null) => Some(Ordering::Equal),
        (Null, _) => Some(Ordering::Less),
        (_, Null) => Some(Ordering::Greater),
        (Bool(a), Bool(b)) => Some(a.cmp(b)),
        (Int(a), Int(b)) => Some(a.cmp(b)),
        (UInt(a), UInt(b)) => Some(a.cmp(b)),
        (Int(_), UInt(_)) => Some(Ordering::Less),
        (UInt(_), Int(_)) => Some(Ordering::Greater),
        (Float(a), Float(b)) => a.partial_cmp(b),
        (Float(a), Int(_) | UInt(_)) => float_to_integer(*a, b),
        (Int(_) | UInt(_), Float(b)) => float_to_integer(*b, a).map(Ordering::reverse),
        (Text(a), Text(b)) => Some(a.cmp(b)),
        (Bytes(a), Bytes(b)) => Some(a.cmp(b)),
        (List(a), List(b)) => part_by_part(a, b, compare),
        (Map(a), Map(b)) => {
            part_by_part(a, b, |(key, value), (other, its)| match compare(key, other)? {
                Ordering::Equal => compare(value, its),
                unequal => Some(unequal),
            })
        }
        _ => None,
    }
}

fn part_by_part<T>(
    a: &[T],
    b: &[T],
    compare: impl Fn(&T, &T) -> Option<Ordering>,
) -> Option<Ordering> {
    for (a, b) in a.iter().zip(b) {
        match compare(a, b)? {
            Ordering::Equal => {}
            unequal => return Some(unequal),
        }
    }
    Some(a.len().cmp(&b.len()))
}

/// 2¹²⁷, the first number that is no `i128`.
const BEYOND_I128: f64 = 170_141_183_460_469_231_731_687_303_715_884_105_728.0;

/// Exact: integers are not rounded to floats.
fn float_to_integer(float: f64, integer: &Datum) -> Option<Ordering> {
    if float.is_nan() {
        return None;
    }
    let whole = float.trunc();
    let by_whole = match integer {
        Datum::Int(integer) => match () {
            () if whole >= BEYOND_I128 => Ordering::Greater,
            () if whole < -BEYOND_I128 => Ordering::Less,
            () => (whole as i128).cmp(integer),
        },
        Datum::UInt(integer) => match () {
            () if whole >= 2.0 * BEYOND_I128 => Ordering::Greater,
            () if whole < BEYOND_I128 => Ordering::Less,
            () => (whole as u128).cmp(integer),
        },
        _ => return None,
    };
    Some(by_whole.then(float.partial_cmp(&whole)?))
}

/// An order of all data, for looking for them: by kind where [`compare`] has none.
fn total(a: &Datum, b: &Datum) -> Ordering {
    let kind = |datum: &Datum| match datum {
        Datum::Null => 0,
        Datum::Bool(_) => 1,
        Datum::Int(_) | Datum::UInt(_) | Datum::Float(_) => 2,
        Datum::Text(_) => 3,
        Datum::Bytes(_) => 4,
        Datum::List(_) => 5,
        Datum::Map(_) => 6,
    };
    kind(a).cmp(&kind(b)).then_with(|| match (a, b) {
        (Datum::Float(a), _) if a.is_nan() => match b {
            Datum::Float(b) if b.is_nan() => Ordering::Equal,
            _ => Ordering::Greater,
        },
        (_, Datum::Float(b)) if b.is_nan() => Ordering::Less,
        (Datum::List(a), Datum::List(b)) => {
            let parts = a.iter().zip(b).map(|(a, b)| total(a, b));
            parts.fold(Ordering::Equal, Ordering::then).then(a.len().cmp(&b.len()))
        }
        (Datum::Map(a), Datum::Map(b)) => {
            let parts = a.iter().zip(b).map(|(a, b)| total(&a.0, &b.0).then(total(&a.1, &b.1)));
            parts.fold(Ordering::Equal, Ordering::then).then(a.len().cmp(&b.len()))
        }
        _ => compare(a, b).unwrap_or(Ordering::Equal),
    })
}
