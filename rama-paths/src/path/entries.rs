//! The entries of a map, or of a range of it, drawn in order.

use std::ops::Bound;

use super::{Location, Visit};
use crate::error::PathError;
use crate::key::KeyBytes;
use crate::schema::Ordered;
use crate::store::{Handle, Held, Node, ReadPlace, Stretch, View};

/// Which entries of a map: those between two keys, and how many of them.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Span {
    pub(crate) start: Bound<KeyBytes>,
    pub(crate) end: Bound<KeyBytes>,
    pub(crate) amount: Amount,
    /// These keys alone, in order, each once.
    pub(crate) keys: Option<Vec<KeyBytes>>,
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
        Self { start: Bound::Unbounded, end: Bound::Unbounded, amount: Amount::All, keys: None };

    /// From a key on, up to but without another one.
    pub(crate) fn between(start: KeyBytes, end: KeyBytes) -> Self {
        Self { start: Bound::Included(start), end: Bound::Excluded(end), ..Self::ALL }
    }

    /// The first entries, at most so many.
    pub(crate) fn first(most: usize) -> Self {
        Self { amount: Amount::First(most), ..Self::ALL }
    }

    /// The last entries, at most so many.
    pub(crate) fn last(most: usize) -> Self {
        Self { amount: Amount::Last(most), ..Self::ALL }
    }

    /// The entries of some keys.
    pub(crate) fn of_keys(mut keys: Vec<KeyBytes>) -> Self {
        keys.sort_unstable();
        keys.dedup();
        Self { keys: Some(keys), ..Self::ALL }
    }

    /// Whether the end is not behind the start.
    pub(crate) fn is_empty(&self) -> bool {
        use Bound::{Excluded, Included};
        match (&self.start, &self.end) {
            (Included(start), Included(end)) => start > end,
            (Included(start) | Excluded(start), Included(end) | Excluded(end)) => start >= end,
            _ => false,
        }
    }

    fn is_all(&self) -> bool {
        matches!(
            self,
            Self {
                start: Bound::Unbounded,
                end: Bound::Unbounded,
                amount: Amount::All,
                keys: None
            }
        )
    }
}

/// The entries of a structure within a span, not read yet.
#[doc(hidden)]
pub struct Entries<'a, M: Ordered> {
    /// Of the structure, if it is there.
    pub(crate) handle: Option<Handle>,
    pub(crate) below: View<'a, Node<M::Element>>,
    pub(crate) span: Span,
}

impl<'a, M: Ordered> Entries<'a, M> {
    /// All entries of the structure at a place.
    #[inline]
    pub(crate) fn of(place: &ReadPlace<'a, M>) -> Self {
        Self { handle: place.slot.get().copied(), below: place.below, span: Span::ALL }
    }

    /// Hands every entry to `f`, in order of the keys. Rows are drawn in pages, and none behind the
    /// page with the last entry.
    pub(crate) fn each<F>(&self, mut f: F) -> Visit
    where
        F: FnMut(KeyBytes, <M::Element as Location>::Slot) -> Visit,
    {
        let Some(handle) = self.handle else {
            return Ok(());
        };
        if let Some(keys) = &self.span.keys {
            for key in keys {
                if let Some(slot) = self.below.get(handle.id, key)?.into_owned() {
                    f(key.clone(), slot)?;
                }
            }
            return Ok(());
        }
        let Span { start, end, amount, .. } = &self.span;
        if self.span.is_empty() {
            return Ok(());
        }
        let (start, end) = (start.as_ref(), end.as_ref());
        let stretch = Stretch { structure: handle.id, start, end, backward: false };
        match *amount {
            Amount::All => {
                let mut rows = self.below.range(stretch, None);
                while let Some((key, slot)) = rows.next()? {
                    f(key, slot)?;
                }
            }
            Amount::First(most) => {
                let mut rows = self.below.range(stretch, Some(most));
                for _ in 0..most {
                    let Some((key, slot)) = rows.next()? else { break };
                    f(key, slot)?;
                }
            }
            // Drawn from the end, and handed out in order.
            Amount::Last(most) => {
                let mut last = Vec::new();
                let mut rows = self.below.range(Stretch { backward: true, ..stretch }, Some(most));
                while last.len() < most
                    && let Some(row) = rows.next()?
                {
                    last.push(row);
                }
                last.into_iter().rev().try_for_each(|(key, slot)| f(key, slot))?;
            }
        }
        Ok(())
    }

    /// The places of the elements, in order of the keys.
    pub(crate) fn places<F>(&self, mut f: F) -> Visit
    where
        F: FnMut(KeyBytes, ReadPlace<'a, M::Element>) -> Visit,
    {
        let below = self.below.below();
        self.each(|key, slot| f(key, ReadPlace { slot: Held::Owned(slot), below }))
    }

    /// The keys, in order.
    pub(crate) fn keys(&self) -> Result<Vec<KeyBytes>, PathError> {
        let mut keys = Vec::new();
        super::to_the_end(self.each(|key, _| {
            keys.push(key);
            Ok(())
        }))?;
        Ok(keys)
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
        super::to_the_end(self.each(|_, _| {
            count += 1;
            Ok(())
        }))?;
        Ok(count)
    }
}

/// A stored structure whose entries can be gone through in order: a map, a set, a vector, or a range
/// of one.
pub trait HasEntries: Location {
    /// The structure.
    #[doc(hidden)]
    type Rows: Ordered;

    /// The entries that are meant.
    #[doc(hidden)]
    fn entries(place: ReadPlace<'_, Self>) -> Entries<'_, Self::Rows>;
}

#[diagnostic::do_not_recommend]
impl<M: Ordered> HasEntries for M {
    type Rows = M;

    #[inline]
    fn entries(place: ReadPlace<'_, M>) -> Entries<'_, M> {
        Entries::of(&place)
    }
}
