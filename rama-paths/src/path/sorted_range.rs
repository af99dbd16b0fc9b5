//! Ranges of sorted maps: what the `sorted_map_range` navigators lead to.

use std::marker::PhantomData;
use std::ops::Bound;

use super::Location;
use super::entries::{Amount, Entries, HasEntries, Span};
use super::kind::StructureKind;
use crate::key::{Key, KeyArg, KeyBytes};
use crate::schema::Ordered;
use crate::store::{Handle, ReadPlace};

/// A range of the stored structure `M`. It is not a copy: its entries are read when one goes through
/// them, or when the path ends at it.
pub struct SortedRange<M>(PhantomData<fn() -> M>);

/// What is held of a range.
#[doc(hidden)]
#[derive(Clone)]
pub struct RangeSlot {
    /// Of the structure, if it is there.
    pub(crate) handle: Option<Handle>,
    pub(crate) span: Span,
}

impl<M: Ordered> Location for SortedRange<M> {
    type Slot = RangeSlot;
    type Tables = M::Tables;
    type Kind = StructureKind;
    type Names<P> = P;
}

impl<M: Ordered> HasEntries for SortedRange<M> {
    type Rows = M;

    #[inline]
    fn entries(place: ReadPlace<'_, Self>) -> Entries<'_, M> {
        let below = place.below;
        match place.slot.into_owned() {
            Some(RangeSlot { handle, span }) => Entries { handle, below, span },
            None => Entries { handle: None, below, span: Span::ALL },
        }
    }
}

/// Which ends belong to a range between two keys. As made, the start does and the end does not.
///
/// See [`PStatePath::sorted_map_range_with`](super::PStatePath::sorted_map_range_with).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SortedRangeOptions {
    pub(crate) start_excluded: bool,
    pub(crate) end_included: bool,
}

impl SortedRangeOptions {
    /// From the start key on, up to but without the end key.
    pub fn new() -> Self {
        Self::default()
    }

    /// Without the start key.
    #[must_use]
    pub fn exclude_start(self) -> Self {
        Self { start_excluded: true, ..self }
    }

    /// With the end key.
    #[must_use]
    pub fn include_end(self) -> Self {
        Self { end_included: true, ..self }
    }

    pub(crate) fn span<K: Key>(self, start: &impl KeyArg<K>, end: &impl KeyArg<K>) -> Span {
        let (start, end) = (encoded(start), encoded(end));
        Span {
            start: start_bound(start, self.start_excluded),
            end: end_bound(end, self.end_included),
            amount: Amount::All,
            keys: None,
        }
    }
}

/// How a range from a key on is taken. As made, with the key, up to the end of the map.
///
/// See [`PStatePath::sorted_map_range_from_with`](super::PStatePath::sorted_map_range_from_with).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SortedRangeFromOptions {
    pub(crate) start_excluded: bool,
    pub(crate) most: Option<usize>,
}

impl SortedRangeFromOptions {
    /// With the start key, up to the end of the map.
    pub fn new() -> Self {
        Self::default()
    }

    /// Without the start key.
    #[must_use]
    pub fn exclude_start(self) -> Self {
        Self { start_excluded: true, ..self }
    }

    /// At most this many entries, the first ones.
    #[must_use]
    pub fn max_amt(self, most: usize) -> Self {
        Self { most: Some(most), ..self }
    }

    pub(crate) fn span<K: Key>(self, start: &impl KeyArg<K>) -> Span {
        Span {
            start: start_bound(encoded(start), self.start_excluded),
            end: Bound::Unbounded,
            amount: self.most.map_or(Amount::All, Amount::First),
            keys: None,
        }
    }
}

/// How a range up to a key is taken. As made, without the key, from the start of the map.
///
/// See [`PStatePath::sorted_map_range_to_with`](super::PStatePath::sorted_map_range_to_with).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SortedRangeToOptions {
    pub(crate) end_included: bool,
    pub(crate) most: Option<usize>,
}

impl SortedRangeToOptions {
    /// Without the end key, from the start of the map.
    pub fn new() -> Self {
        Self::default()
    }

    /// With the end key.
    #[must_use]
    pub fn include_end(self) -> Self {
        Self { end_included: true, ..self }
    }

    /// At most this many entries, the last ones, those closest to the end key.
    #[must_use]
    pub fn max_amt(self, most: usize) -> Self {
        Self { most: Some(most), ..self }
    }

    pub(crate) fn span<K: Key>(self, end: &impl KeyArg<K>) -> Span {
        Span {
            start: Bound::Unbounded,
            end: end_bound(encoded(end), self.end_included),
            amount: self.most.map_or(Amount::All, Amount::Last),
            keys: None,
        }
    }
}

fn encoded<K: Key>(key: &impl KeyArg<K>) -> KeyBytes {
    let mut bytes = KeyBytes::new();
    key.encode(&mut bytes);
    bytes
}

fn start_bound(key: KeyBytes, excluded: bool) -> Bound<KeyBytes> {
    if excluded { Bound::Excluded(key) } else { Bound::Included(key) }
}

fn end_bound(key: KeyBytes, included: bool) -> Bound<KeyBytes> {
    if included { Bound::Included(key) } else { Bound::Excluded(key) }
}
