//! Ranges of stored structures as a whole: selected and written as one value, or removed.

use std::collections::{BTreeMap, BTreeSet};

use super::entries::Span;
use super::kind::{HoldsStored, HoldsWhole, StructureKind};
use super::list::{in_list, indexes};
use super::moved::MapRows;
use super::nav::{StoredRange, in_structure};
use super::plain::{Fate, Fated, SpotOf, as_spot, write_part};
use super::{
    Entries, HasEntries, Location, Navigator, Presence, Selectable, SortedRange, Value,
    WriteNavigator, to_the_end,
};
use crate::error::PathError;
use crate::key::{Key, KeyBytes};
use crate::schema::{Ordered, PMap, PSet, PVec, Schema, Tracking};
use crate::store::{AsOf, Change, Handle, Ids, View, WritePlace, Written};

/// A stored structure, of which ranges can be removed.
pub trait Ranged: Ordered {
    /// Removes the entries of a range.
    #[doc(hidden)]
    fn remove_range(place: WritePlace<'_, Self>, span: &Span) -> Written<Self>;
}

/// A stored structure of values, of which a range can be one value: a `BTreeMap` of a map, a
/// `BTreeSet` of a set, a `Vec` of a list.
#[diagnostic::on_unimplemented(
    message = "a range of `{Self}` cannot be one value: its elements are structures, or its keys have no order in Rust; go on with `.map_vals()` or `.all()`",
    label = "not a range of values"
)]
pub trait WholeRange: Ranged {
    /// The value.
    type Whole: Value + Default;

    /// The entries as a value.
    #[doc(hidden)]
    fn whole(entries: &Entries<'_, Self>) -> Result<Self::Whole, PathError>;

    /// Writes the entries of a range as one value through `f`.
    #[doc(hidden)]
    fn write_whole<F>(place: WritePlace<'_, Self>, span: &Span, f: F) -> Written<Self>
    where
        F: FnOnce(WritePlace<'_, Self::Whole>) -> Written<Self::Whole>;
}

/// A chain of navigators that leads to values which can be written, or to ranges that are written as
/// one value.
#[diagnostic::on_unimplemented(
    message = "what this path leads to cannot be written here: `.count()` and `.view(…)` give values that are stored nowhere, and a range of a stored structure is one value only right before the end of the path",
    label = "this path ends at something that is not written"
)]
pub trait WriteValues: Navigator<Schema: Schema> {
    /// The type of the values.
    type Whole: Value;

    /// Writes every value through `f`.
    #[doc(hidden)]
    fn write_values<F>(
        &self,
        top: WritePlace<'_, Self::Schema>,
        f: &mut F,
    ) -> Written<Self::Schema>
    where
        F: FnMut(&Self::Collected, WritePlace<'_, Self::Whole>) -> Written<Self::Whole>;

    /// As [`write_values`](Self::write_values), of a value in memory.
    #[doc(hidden)]
    #[inline]
    fn write_values_in<F>(&self, top: SpotOf<'_, Self::Schema>, f: &mut F) -> Fated
    where
        F: FnMut(&Self::Collected, SpotOf<'_, Self::Whole>) -> Fated,
    {
        top.into_place::<Self::Schema>(&mut Ids::none(), |top| {
            self.write_values(top, &mut |collected, place: WritePlace<'_, Self::Whole>| {
                as_spot(place, |spot, _| f(collected, spot))
            })
        })
    }
}

#[diagnostic::do_not_recommend]
impl<N> WriteValues for N
where
    N: WriteNavigator,
    N::Here: Value,
{
    type Whole = N::Here;

    #[inline(always)]
    fn write_values<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, N::Here>) -> Written<N::Here>,
    {
        self.write(top, f)
    }

    #[inline(always)]
    fn write_values_in<F>(&self, top: SpotOf<'_, N::Schema>, f: &mut F) -> Fated
    where
        F: FnMut(&N::Collected, SpotOf<'_, N::Here>) -> Fated,
    {
        self.write_in(top, f)
    }
}

#[diagnostic::do_not_recommend]
impl<N> WriteValues for StoredRange<N>
where
    N: WriteNavigator,
    N::Here: WholeRange,
{
    type Whole = <N::Here as WholeRange>::Whole;

    fn write_values<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, Self::Whole>) -> Written<Self::Whole>,
    {
        self.prev.write(top, &mut |collected: &N::Collected, place: WritePlace<'_, N::Here>| {
            N::Here::write_whole(place, &self.span, |place| f(collected, place))
        })
    }
}

macro_rules! holds_whole {
    ($([$($generics:tt)*] $of:ty, $element:ident => $whole:ty;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> HoldsWhole<SortedRange<$of>> for StructureKind
        where
            $element::Kind: HoldsStored<$element>,
        {
            // Unknown where the elements are structures, so that this is the only error.
            type Value = <$element::Kind as HoldsStored<$element>>::Then<$whole>;
            type Then<X> = <$element::Kind as HoldsStored<$element>>::Then<X>;

            #[inline]
            fn then<X>(navigator: X) -> Self::Then<X> {
                $element::Kind::then(navigator)
            }
        }
    )*};
}

holds_whole! {
    [K: Key + Ord, V: Schema, C: Tracking] PMap<K, V, C>, V => BTreeMap<K, V>;
    [T: Schema] PVec<T>, T => Vec<T>;
}

#[diagnostic::do_not_recommend]
impl<T: Key + Ord, C: Tracking> HoldsWhole<SortedRange<PSet<T, C>>> for StructureKind {
    type Value = BTreeSet<T>;
    type Then<X> = X;

    #[inline]
    fn then<X>(navigator: X) -> X {
        navigator
    }
}

#[diagnostic::do_not_recommend]
impl<M: WholeRange> Selectable for SortedRange<M> {
    type Value = M::Whole;
    type Selected<P: Presence> = P::Of<M::Whole>;

    fn take<P: Presence>(
        place: crate::store::ReadPlace<'_, Self>,
    ) -> Result<Option<P::Of<M::Whole>>, PathError> {
        Ok(P::of(Some(M::whole(&Self::entries(place))?)))
    }
}

/// What the row of an element holds.
type SlotOf<M> = <<M as Ordered>::Element as Location>::Slot;

/// The keys of a range, and its entries as one value.
fn keys_and_whole<M: Ordered, C: Default>(
    entries: &Entries<'_, M>,
    mut add: impl FnMut(&mut C, M::Key, SlotOf<M>),
) -> Result<(Vec<KeyBytes>, C), PathError> {
    let (mut keys, mut whole) = (Vec::new(), C::default());
    to_the_end(entries.each(|key, slot| {
        add(&mut whole, M::Key::from_key_bytes(&key)?, slot);
        keys.push(key);
        Ok(())
    }))?;
    Ok((keys, whole))
}

/// Removes the entries of a range of a map or set.
fn remove_entries<M: Ordered>(place: WritePlace<'_, M>, span: &Span) -> Written<M> {
    in_structure(place, |handle, place| {
        let (writes, rows, ids) = (place.below.writes, place.below.rows, place.ids);
        let below = View { writes: Some(&*writes), rows, at: AsOf::LATEST };
        let keys = Entries::<M> { handle: *handle, below, span: span.clone() }.keys()?;
        let mut rows = MapRows { writes, rows, ids, handle, tracked: M::TRACKED };
        keys.iter().try_for_each(|key| rows.remove_present(key))
    })
}

/// Writes the entries of a range of a map or set as one value `C` through `f`.
fn write_entries<M, C>(
    place: WritePlace<'_, M>,
    span: &Span,
    add: impl FnMut(&mut C, M::Key, SlotOf<M>),
    parts: impl FnOnce(C) -> Vec<(KeyBytes, SlotOf<M>)>,
    f: impl FnOnce(WritePlace<'_, C>) -> Written<C>,
) -> Written<M>
where
    M: Ordered,
    C: Value + Default,
{
    in_structure(place, |handle, place| {
        let (writes, rows, ids) = (place.below.writes, place.below.rows, place.ids);
        let below = View { writes: Some(&*writes), rows, at: AsOf::LATEST };
        let entries = Entries::<M> { handle: *handle, below, span: span.clone() };
        let (old, mut whole) = keys_and_whole(&entries, add)?;
        let new = match write_part(&mut whole, ids, f)? {
            Fate::Kept => return Ok(()),
            Fate::Changed => parts(whole),
            Fate::Removed => Vec::new(),
        };
        let mut new: BTreeMap<KeyBytes, SlotOf<M>> = new.into_iter().collect();
        let mut rows = MapRows { writes, rows, ids, handle, tracked: M::TRACKED };
        for key in &old {
            match new.remove(key) {
                Some(slot) => rows.replace(key, slot),
                None => rows.remove_present(key)?,
            }
        }
        new.into_iter().try_for_each(|(key, slot)| rows.put(&key, slot))
    })
}

fn encoded(key: &impl Key) -> KeyBytes {
    let mut bytes = KeyBytes::new();
    key.encode_key(&mut bytes);
    bytes
}

impl<K: Key, V: Schema, C: Tracking> Ranged for PMap<K, V, C> {
    fn remove_range(place: WritePlace<'_, Self>, span: &Span) -> Written<Self> {
        remove_entries(place, span)
    }
}

impl<K: Key + Ord, V: Value, C: Tracking> WholeRange for PMap<K, V, C> {
    type Whole = BTreeMap<K, V>;

    fn whole(entries: &Entries<'_, Self>) -> Result<BTreeMap<K, V>, PathError> {
        let mut whole = BTreeMap::new();
        to_the_end(entries.each(|key, value| {
            whole.insert(K::from_key_bytes(&key)?, value);
            Ok(())
        }))?;
        Ok(whole)
    }

    fn write_whole<F>(place: WritePlace<'_, Self>, span: &Span, f: F) -> Written<Self>
    where
        F: FnOnce(WritePlace<'_, BTreeMap<K, V>>) -> Written<BTreeMap<K, V>>,
    {
        let add = |whole: &mut BTreeMap<K, V>, key, value| drop(whole.insert(key, value));
        let parts = |whole: BTreeMap<K, V>| {
            whole.into_iter().map(|(key, value)| (encoded(&key), value)).collect()
        };
        write_entries(place, span, add, parts, f)
    }
}

impl<T: Key, C: Tracking> Ranged for PSet<T, C> {
    fn remove_range(place: WritePlace<'_, Self>, span: &Span) -> Written<Self> {
        remove_entries(place, span)
    }
}

impl<T: Key + Ord, C: Tracking> WholeRange for PSet<T, C> {
    type Whole = BTreeSet<T>;

    fn whole(entries: &Entries<'_, Self>) -> Result<BTreeSet<T>, PathError> {
        let mut whole = BTreeSet::new();
        to_the_end(entries.each(|key, ()| {
            whole.insert(T::from_key_bytes(&key)?);
            Ok(())
        }))?;
        Ok(whole)
    }

    fn write_whole<F>(place: WritePlace<'_, Self>, span: &Span, f: F) -> Written<Self>
    where
        F: FnOnce(WritePlace<'_, BTreeSet<T>>) -> Written<BTreeSet<T>>,
    {
        let add = |whole: &mut BTreeSet<T>, item, ()| {
            whole.insert(item);
        };
        let parts =
            |whole: BTreeSet<T>| whole.into_iter().map(|item| (encoded(&item), ())).collect();
        write_entries(place, span, add, parts, f)
    }
}

impl<T: Schema> Ranged for PVec<T> {
    fn remove_range(place: WritePlace<'_, Self>, span: &Span) -> Written<Self> {
        in_list(place, false, |list| {
            let range = indexes(span, list.handle.size)?;
            list.write_range(range, |_, _| Ok(Change::Remove))
        })
    }
}

impl<T: Value> WholeRange for PVec<T> {
    type Whole = Vec<T>;

    fn whole(entries: &Entries<'_, Self>) -> Result<Vec<T>, PathError> {
        let mut whole = Vec::new();
        to_the_end(entries.each(|_, item| {
            whole.push(item);
            Ok(())
        }))?;
        Ok(whole)
    }

    fn write_whole<F>(place: WritePlace<'_, Self>, span: &Span, f: F) -> Written<Self>
    where
        F: FnOnce(WritePlace<'_, Vec<T>>) -> Written<Vec<T>>,
    {
        in_list(place, true, |list| {
            let Handle { id, size } = list.handle;
            let below = View { writes: Some(&*list.writes), rows: list.rows, at: AsOf::LATEST };
            let handle = (size > 0).then_some(Handle { id, size });
            let mut part = Self::whole(&Entries { handle, below, span: span.clone() })?;
            let range = indexes(span, size)?;
            match write_part(&mut part, list.ids, f)? {
                Fate::Kept => Ok(()),
                Fate::Changed => list.replace(range, part),
                Fate::Removed => list.replace(range, Vec::new()),
            }
        })
    }
}
