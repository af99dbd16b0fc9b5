//! What navigators do to collections of the standard library, which are values: stored whole, or
//! in memory alone.
//!
//! A part of a borrowed value is borrowed, a part of an owned one is moved out of it; to write, a
//! part is changed where it is.

mod fields;
mod map;
mod seen;
mod seq;
mod set;
mod spot;
mod which;

#[cfg(test)]
mod tests;

pub use fields::{FieldToken, HasFields, Part, PartAt, PartOf, RecordFields};
#[doc(hidden)]
pub use map::Entry;
pub use map::StdMap;
#[doc(hidden)]
pub use seen::Seen;
pub(crate) use seen::{SeenOf, see};
pub use seq::StdSeq;
pub use set::StdSet;
#[doc(hidden)]
pub use spot::Spot;
pub(crate) use spot::{SpotInTurn, SpotOf, as_spot};
pub use which::Collection;
#[doc(hidden)]
pub use which::{Between, Which};
pub(crate) use which::{WhichOf, about, sorted_part};

use std::hash::{BuildHasher, Hash};

use rustc_hash::{FxBuildHasher, FxHashSet};

use super::Value;
use crate::error::PathError;
use crate::store::{Change, Current, Held, Ids, WritePlace, WriteView, Written};

/// What became of a part of a value that was written where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[doc(hidden)]
// As large as an error on the heap, so that a result is two registers.
#[repr(usize)]
pub enum Fate {
    /// It is as it was.
    Kept,
    /// It has changed.
    Changed,
    /// It is to be taken out of what holds it.
    Removed,
}

/// What became of a part, or why it could not be written. The error is on the heap, so that the result
/// goes from call to call in registers.
#[doc(hidden)]
pub type Fated = Result<Fate, Box<PathError>>;

/// Whether a collection was altered, or why it could not be written.
#[doc(hidden)]
pub type Altered = Result<bool, Box<PathError>>;

/// What is held within: `borrowed` of a borrowed value, `owned` of an owned one.
#[inline(always)]
pub(crate) fn part<'a, V, P>(
    held: Held<'a, V>,
    borrowed: impl FnOnce(&'a V) -> Option<&'a P>,
    owned: impl FnOnce(V) -> Option<P>,
) -> Held<'a, P> {
    match held {
        Held::Stored(value) => borrowed(value).into(),
        Held::Owned(value) => owned(value).into(),
        Held::Nothing => Held::Nothing,
    }
}

/// Leaves the first of values that are the same.
///
/// Most are told apart by a bit of their hash each, which costs less than a set of them.
fn retain_first<T: Eq + Hash>(values: &mut Vec<T>) {
    if values.len() < 2 {
        return;
    }
    // 16 bits for each value, of which one is set.
    let bits = (values.len() * 16).next_power_of_two();
    let shift = 64 - bits.trailing_zeros();
    let bit = |value: &T| {
        // The hash of a number is good in its upper bits.
        let hash = FxBuildHasher.hash_one(value).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> shift;
        ((hash >> 6) as usize, 1_u64 << (hash & 63))
    };
    let (mut seen, mut twice) = (vec![0_u64; bits.div_ceil(64)], Vec::new());
    for value in &*values {
        let (word, bit) = bit(value);
        if seen[word] & bit != 0 {
            twice.resize(seen.len(), 0_u64);
            twice[word] |= bit;
        }
        seen[word] |= bit;
    }
    if twice.is_empty() {
        return;
    }
    // Those that share their bit may be the same.
    let mut shared: FxHashSet<&T> = FxHashSet::default();
    let mut is_first = |value| {
        let (word, bit) = bit(value);
        twice[word] & bit == 0 || shared.insert(value)
    };
    let mut again = Vec::new();
    for (at, value) in values.iter().enumerate() {
        if !is_first(value) {
            again.push(at);
        }
    }
    if again.is_empty() {
        return;
    }
    let (mut at, mut again) = (0, again.into_iter().peekable());
    values.retain(|_| {
        at += 1;
        again.next_if_eq(&(at - 1)).is_none()
    });
}

/// Writes a part of a value through `f`, where it is.
#[inline(always)]
pub(crate) fn write_part<V, F>(part: &mut V, ids: &mut Ids, f: F) -> Fated
where
    V: Value,
    F: FnOnce(WritePlace<'_, V>) -> Written<V>,
{
    let change = f(WritePlace {
        current: Current::in_place(part),
        below: WriteView { writes: &mut (), rows: &() },
        ids,
    })?;
    Ok(match change {
        Change::Keep => Fate::Kept,
        Change::Changed => Fate::Changed,
        Change::Put(value) => {
            *part = value;
            Fate::Changed
        }
        Change::Remove => Fate::Removed,
    })
}

/// What `f` makes of a part that is not there yet.
#[inline(always)]
pub(crate) fn new_part<V, F>(ids: &mut Ids, f: F) -> Result<Option<V>, PathError>
where
    V: Value,
    F: FnOnce(WritePlace<'_, V>) -> Written<V>,
{
    let change = f(WritePlace {
        current: Current::known(None),
        below: WriteView { writes: &mut (), rows: &() },
        ids,
    })?;
    Ok(match change {
        Change::Put(value) => Some(value),
        Change::Keep | Change::Changed | Change::Remove => None,
    })
}

/// Writes the value at a place through `f`, which says whether it changed something. Where nothing
/// is, `absent` may give a value; without one nothing happens.
#[inline(always)]
pub(crate) fn write_value<V, F>(
    mut place: WritePlace<'_, V>,
    absent: impl FnOnce() -> Option<V>,
    f: F,
) -> Written<V>
where
    V: Value,
    F: FnOnce(&mut V, &mut Ids) -> Altered,
{
    let mut owned = None;
    // `f` is called in one place only, and nothing is moved, so that it can be inlined.
    let value = match place.current.in_place_mut() {
        Some(value) => value,
        None => {
            owned = place.current.take()?.or_else(absent);
            let Some(value) = &mut owned else { return Ok(Change::Keep) };
            value
        }
    };
    let changed = f(value, place.ids)?;
    Ok(match owned {
        _ if !changed => Change::Keep,
        Some(value) => Change::Put(value),
        None => Change::Changed,
    })
}

/// Implements what a kind of collection offers to navigators for each of its types, stored or
/// computed.
macro_rules! for_std {
    ([$($kind:ident),+]: $family:ident $body:tt) => {
        $(for_std!($kind: $family $body);)+
    };
    (maps: $family:ident $body:tt) => {
        for_std!(@one [K, V] std::collections::BTreeMap<K, V>, StdMap, $family $body);
        for_std!(@one [K, V, S] std::collections::HashMap<K, V, S>, StdMap, $family $body);
    };
    (sets: $family:ident $body:tt) => {
        for_std!(@one [T] std::collections::BTreeSet<T>, StdSet, $family $body);
        for_std!(@one [T, S] std::collections::HashSet<T, S>, StdSet, $family $body);
    };
    (seqs: $family:ident $body:tt) => {
        for_std!(@one [T] Vec<T>, StdSeq, $family $body);
        for_std!(@one [T] std::collections::VecDeque<T>, StdSeq, $family $body);
        for_std!(@one [] String, StdSeq, $family $body);
    };
    (@one [$($p:ident),*] $c:ty, $kind:ident, $family:ident { $($body:tt)* }) => {
        impl<$($p),*> $family for $c
        where
            $c: $crate::path::$kind,
        {
            $($body)*
        }

        #[diagnostic::do_not_recommend]
        impl<$($p),*> $family for $crate::path::ReadOnly<$c>
        where
            $c: $crate::path::$kind,
        {
            $($body)*
        }
    };
}
pub(crate) use for_std;
