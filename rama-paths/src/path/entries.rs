//! The entries of a map, or of a range of it, drawn in order.

use std::collections::VecDeque;
use std::ops::Bound;

use super::Location;
use crate::error::PathError;
use crate::key::{Key, KeyBytes};
use crate::schema::{Keyed, PMap, Schema};
use crate::store::{Handle, Node, ReadPlace, View};

/// Which entries of a map: those between two keys, and how many of them.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Span {
    pub(crate) start: Bound<KeyBytes>,
    pub(crate) end: Bound<KeyBytes>,
    pub(crate) amount: Amount,
}

/// How many of the entries between two keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Amount {
    All,
    First(usize),
    Last(usize),
}

impl Span {
    /// All entries.
    pub(crate) const ALL: Self =
        Self { start: Bound::Unbounded, end: Bound::Unbounded, amount: Amount::All };

    /// The first entries, at most so many.
    pub(crate) fn first(most: usize) -> Self {
        Self { amount: Amount::First(most), ..Self::ALL }
    }

    /// The last entries, at most so many.
    pub(crate) fn last(most: usize) -> Self {
        Self { amount: Amount::Last(most), ..Self::ALL }
    }

    fn is_all(&self) -> bool {
        matches!(self, Self { start: Bound::Unbounded, end: Bound::Unbounded, amount: Amount::All })
    }

    fn ends_before(&self, key: &KeyBytes) -> bool {
        match &self.end {
            Bound::Unbounded => false,
            Bound::Included(end) => end < key,
            Bound::Excluded(end) => end <= key,
        }
    }
}

/// The entries of a map within a span, not read yet.
#[doc(hidden)]
pub struct Entries<'a, M: Keyed> {
    /// Of the map, if it is there.
    pub(crate) handle: Option<Handle>,
    pub(crate) below: View<'a, Node<M::Value>>,
    pub(crate) span: Span,
}

impl<'a, M: Keyed> Entries<'a, M> {
    /// All entries of the map at a place.
    #[inline]
    pub(crate) fn of(place: &ReadPlace<'a, M>) -> Self {
        Self { handle: place.slot.get().copied(), below: place.below, span: Span::ALL }
    }

    /// Hands every entry to `f`, in order of the keys. Rows are drawn in pages, and none behind the
    /// page with the last entry.
    pub(crate) fn each<F>(&self, mut f: F) -> Result<(), PathError>
    where
        F: FnMut(KeyBytes, <M::Value as Location>::Slot) -> Result<(), PathError>,
    {
        let Some(handle) = self.handle else {
            return Ok(());
        };
        let (mut left, wanted) = match self.span.amount {
            Amount::First(most) => (most, Some(most)),
            Amount::Last(most) => return self.each_of_last(handle, most, f),
            Amount::All => (usize::MAX, None),
        };
        let mut rows = self.below.range(handle.id, self.span.start.as_ref(), wanted);
        while left > 0
            && let Some((key, slot)) = rows.next()?
            && !self.span.ends_before(&key)
        {
            left -= 1;
            f(key, slot)?;
        }
        Ok(())
    }

    /// Rows are drawn forward only, so the last ones are those left when the end is reached.
    fn each_of_last<F>(&self, handle: Handle, most: usize, mut f: F) -> Result<(), PathError>
    where
        F: FnMut(KeyBytes, <M::Value as Location>::Slot) -> Result<(), PathError>,
    {
        if most == 0 {
            return Ok(());
        }
        let mut last = VecDeque::new();
        let mut rows = self.below.range(handle.id, self.span.start.as_ref(), None);
        while let Some((key, slot)) = rows.next()?
            && !self.span.ends_before(&key)
        {
            if last.len() == most {
                last.pop_front();
            }
            last.push_back((key, slot));
        }
        last.into_iter().try_for_each(|(key, slot)| f(key, slot))
    }

    /// The number of entries: one that is kept, or else they are counted.
    pub(crate) fn count(&self) -> Result<usize, PathError> {
        if let Some(handle) = self.handle
            && self.span.is_all()
            && M::TRACKED
            && handle != Handle::TOP
        {
            // More elements than memory can address are not countable there either.
            return Ok(usize::try_from(handle.size).unwrap_or(usize::MAX));
        }
        let mut count = 0;
        self.each(|_, _| {
            count += 1;
            Ok(())
        })?;
        Ok(count)
    }
}

/// A structure whose entries can be gone through in order: a map, or a range of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no entries: `.all()`, `.map_keys()`, `.map_vals()` and `.count()` need a `PMap`, or a range of one, at this place of the path",
    label = "there is no map at this place of the path"
)]
pub trait HasEntries: Location {
    /// The schema of the elements.
    type Element: Schema;
}

impl<K: Key, V: Schema> HasEntries for PMap<K, V> {
    type Element = V;
}
