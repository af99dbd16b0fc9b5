//! A part of a collection of the standard library as one value: what `sub_map`, `subset`, `sublist`,
//! `filtered_list` and the ranges of sorted collections lead to.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use crate::error::PathError;
use crate::key::{Key, KeyBytes, KeyHash};
use crate::path::entries::Amount;
use crate::path::plain::{Fate, write_part, write_value};
use crate::path::{
    Navigator, Present, Span, StdMap, StdSet, Value, ValueAt, Visit, WriteNavigator,
};
use crate::record::Record;
use crate::store::{Held, ReadPlace, WritePlace, Written};

/// Which part of a collection `C`.
pub trait Pick<C> {
    /// Where it was.
    type At;

    /// A copy of the part, and where it is.
    fn pick(&self, from: &C) -> Result<(C, Self::At), PathError>;

    /// Puts another part in its place.
    fn put(&self, into: &mut C, at: Self::At, part: C);
}

/// A part of a collection, as one value.
#[derive(Debug, Clone)]
pub struct Picked<N, P> {
    prev: N,
    pick: P,
}

impl<N, P> Picked<N, P> {
    pub(super) fn new(prev: N, pick: P) -> Self {
        Self { prev, pick }
    }
}

impl<N, P, C> Navigator for Picked<N, P>
where
    N: Navigator,
    N::Here: ValueAt<Value = C>,
    C: Record + Default,
    P: Pick<C>,
{
    type Schema = N::Schema;
    type Here = <N::Here as ValueAt>::Part<C>;
    type Presence = Present;
    type Emits = N::Emits;
    type Collected = N::Collected;

    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.prev.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            let (part, _) = match place.slot.get() {
                Some(whole) => self.pick.pick(whole)?,
                None => self.pick.pick(&C::default())?,
            };
            f(collected, ReadPlace::computed(part))
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.prev.leading_key()
    }
}

impl<N, P> WriteNavigator for Picked<N, P>
where
    N: WriteNavigator,
    N::Here: Value + Default,
    P: Pick<N::Here>,
{
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.prev.write(top, &mut |collected: &N::Collected, place: WritePlace<'_, N::Here>| {
            let is_absent = Cell::new(false);
            write_value(
                place,
                || {
                    is_absent.set(true);
                    Some(N::Here::default())
                },
                |whole, ids| {
                    let (mut part, at) = self.pick.pick(whole)?;
                    match write_part(&mut part, ids, |place| f(collected, place))? {
                        Fate::Kept => return Ok(false),
                        Fate::Changed => self.pick.put(whole, at, part),
                        // What is absent stays so.
                        Fate::Removed if is_absent.get() => return Ok(false),
                        Fate::Removed => self.pick.put(whole, at, N::Here::default()),
                    }
                    Ok(true)
                },
            )
        })
    }
}

/// The part of a sorted collection within a span.
#[derive(Debug, Clone)]
pub struct StdSpan(pub(super) Span);

impl StdSpan {
    /// The keys that are meant, of keys in order.
    fn keys<'a, K, I>(&self, range: impl Fn(Bound<K>, Bound<K>) -> I) -> Result<Vec<K>, PathError>
    where
        K: Key,
        I: DoubleEndedIterator<Item = &'a K>,
    {
        let key = |bound: &Bound<KeyBytes>| {
            Ok::<_, PathError>(match bound {
                Bound::Unbounded => Bound::Unbounded,
                Bound::Included(key) => Bound::Included(K::from_key_bytes(key)?),
                Bound::Excluded(key) => Bound::Excluded(K::from_key_bytes(key)?),
            })
        };
        if self.0.is_empty() {
            return Ok(Vec::new());
        }
        let keys = range(key(&self.0.start)?, key(&self.0.end)?).cloned();
        Ok(match self.0.amount {
            Amount::All => keys.collect(),
            Amount::First(most) => keys.take(most).collect(),
            Amount::Last(most) => {
                let mut last: Vec<K> = keys.rev().take(most).collect();
                last.reverse();
                last
            }
        })
    }
}

impl<K: Key + Ord, V: Record> Pick<BTreeMap<K, V>> for StdSpan {
    type At = Vec<K>;

    fn pick(&self, from: &BTreeMap<K, V>) -> Result<(BTreeMap<K, V>, Vec<K>), PathError> {
        let keys: Vec<K> = self.keys(|start, end| from.range((start, end)).map(|(key, _)| key))?;
        let part = match (keys.first(), keys.last()) {
            (Some(first), Some(last)) => {
                let range = from.range(first..=last);
                range.map(|(key, value)| (key.clone(), value.clone())).collect()
            }
            _ => BTreeMap::new(),
        };
        Ok((part, keys))
    }

    fn put(&self, into: &mut BTreeMap<K, V>, at: Vec<K>, mut part: BTreeMap<K, V>) {
        if let (Some(first), Some(last)) = (at.first(), at.last()) {
            // What is between the two goes, and the part comes in its place.
            let mut from_first = into.split_off(first);
            let last = from_first.remove_entry(last);
            let behind = last.map(|(last, _)| from_first.split_off(&last));
            into.append(&mut behind.unwrap_or_default());
            // Last, since it takes the place of entries beside the range, too.
            into.append(&mut part);
        } else {
            into.append(&mut part);
        }
    }
}

impl<T: Key + Ord> Pick<BTreeSet<T>> for StdSpan {
    type At = Vec<T>;

    fn pick(&self, from: &BTreeSet<T>) -> Result<(BTreeSet<T>, Vec<T>), PathError> {
        let items: Vec<T> = self.keys(|start, end| from.range((start, end)))?;
        Ok((items.iter().cloned().collect(), items))
    }

    fn put(&self, into: &mut BTreeSet<T>, at: Vec<T>, part: BTreeSet<T>) {
        into.retain(|item| at.binary_search(item).is_err());
        into.extend(part);
    }
}

/// The entries of some keys.
fn entries<M: StdMap>(from: &M, keys: &[M::Key]) -> M {
    let mut part = M::default();
    for key in keys {
        if let Some(value) = M::find(Held::Stored(from), key).into_owned() {
            part.put(key.clone(), value);
        }
    }
    part
}

/// Some keys of a map.
#[derive(Debug, Clone)]
pub struct SomeKeys<K>(pub(super) Vec<K>);

impl<M: StdMap> Pick<M> for SomeKeys<M::Key> {
    type At = ();

    fn pick(&self, from: &M) -> Result<(M, ()), PathError> {
        Ok((entries(from, &self.0), ()))
    }

    fn put(&self, into: &mut M, (): (), mut part: M) {
        self.0.iter().for_each(|key| drop(into.take_entry(key)));
        part.drain_into(into);
    }
}

/// Some elements of a set.
#[derive(Debug, Clone)]
pub struct SomeItems<T>(pub(super) Vec<T>);

impl<C: StdSet> Pick<C> for SomeItems<C::Item> {
    type At = ();

    fn pick(&self, from: &C) -> Result<(C, ()), PathError> {
        let mut part = C::default();
        for item in &self.0 {
            if C::find(Held::Stored(from), item).is_some() {
                part.put(item.clone());
            }
        }
        Ok((part, ()))
    }

    fn put(&self, into: &mut C, (): (), mut part: C) {
        self.0.iter().for_each(|item| drop(into.take_item(item)));
        part.drain_all().into_iter().for_each(|item| into.put(item));
    }
}
