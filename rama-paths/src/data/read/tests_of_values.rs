//! Navigators that look at one value.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::super::datum::compare;
use super::super::{DataPathError, Datum, Step};
use super::{At, Run, Stop, Trail, Walk};

impl Run<'_> {
    /// Whether a value fulfils the condition of a filter.
    pub(in crate::data) fn holds(
        self,
        step: &Step,
        trail: Trail<'_>,
        value: &Datum,
    ) -> Result<bool, Stop> {
        let order = |other: &Datum| match compare(value, other) {
            Some(order) => Ok(Some(order)),
            // A float that is no number is neither less nor greater.
            None if is_number(value) && is_number(other) => Ok(None),
            None => {
                let (found, other) = (value.kind(), other.kind());
                Err(DataPathError::Incomparable { at: trail.position(), found, other })
            }
        };
        Ok(match step {
            Step::FilterPred(test) => {
                let holds = self.functions.test(test, &[value]);
                holds.map_err(|source| trail.function(source))?
            }
            Step::FilterEqual(other) => value == other,
            Step::FilterNotEqual(other) => value != other,
            Step::FilterLessThan(other) => order(other)?.is_some_and(Ordering::is_lt),
            Step::FilterLessThanOrEqual(other) => order(other)?.is_some_and(Ordering::is_le),
            Step::FilterGreaterThan(other) => order(other)?.is_some_and(Ordering::is_gt),
            Step::FilterGreaterThanOrEqual(other) => order(other)?.is_some_and(Ordering::is_ge),
            _ => true,
        })
    }

    /// `nil_to_val(v)` and its kin.
    pub(super) fn nil_to(
        self,
        step: &Step,
        trail: Trail<'_>,
        at: At<'_>,
        go: &mut dyn FnMut(At<'_>) -> Walk,
    ) -> Walk {
        match trail.value(at)? {
            Some(value) if !matches!(*value, Datum::Null) => go(At::Value(value)),
            _ => match default(step) {
                Some(default) => go(At::Value(default)),
                None => go(At::Absent),
            },
        }
    }
}

/// What stands for an absent value behind `nil_to_val` and its kin.
pub(in crate::data) fn default(step: &Step) -> Option<Cow<'_, Datum>> {
    match step {
        Step::NilToVal(value) => Some(Cow::Borrowed(value)),
        Step::NilToList | Step::NilToSet => Some(Cow::Owned(Datum::List(Vec::new()))),
        Step::NilToMap => Some(Cow::Owned(Datum::Map(Vec::new()))),
        _ => None,
    }
}

fn is_number(datum: &Datum) -> bool {
    matches!(datum, Datum::Int(_) | Datum::UInt(_) | Datum::Float(_))
}
