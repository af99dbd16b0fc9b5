//! Parts of collections of the standard library: which elements are meant, as they lie in the
//! collection.

use std::ops::Bound;

use crate::error::PathError;
use crate::key::{Key, KeyBytes};
use crate::path::Value;
use crate::path::entries::{Amount, Span};

/// Which elements of a collection are meant.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub enum Which<R, A> {
    /// All of them.
    All,
    /// Those in a range.
    Within(R),
    /// These as far as they are there, each told once.
    These(Vec<A>),
}

/// A part of a collection `C`.
pub(crate) type WhichOf<C> = Which<<C as Collection>::Range, <C as Collection>::At>;

/// A range of a sorted collection. Its end is not before its start.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Between<K> {
    pub(super) start: Bound<K>,
    pub(super) end: Bound<K>,
    pub(super) amount: Amount,
}

/// A collection of the standard library.
pub trait Collection: Value + Default {
    /// What tells a range of it.
    #[doc(hidden)]
    type Range: Clone;
    /// What tells an element.
    #[doc(hidden)]
    type At: Clone;

    /// At most how many elements a range has, if it says so.
    #[doc(hidden)]
    #[inline]
    fn most(_range: &Self::Range) -> Option<usize> {
        None
    }

    /// The number of elements in a part.
    #[doc(hidden)]
    fn count(&self, part: &WhichOf<Self>) -> usize;

    /// A copy of a part.
    #[doc(hidden)]
    fn copy_part(&self, part: &WhichOf<Self>) -> Self;

    /// Puts other elements in the place of a part.
    #[doc(hidden)]
    fn put_part(&mut self, part: &WhichOf<Self>, new: Self);
}

/// How many elements a part has at least or about, if that is known without looking.
#[inline]
pub(crate) fn about<C: Collection>(of: &C, part: &WhichOf<C>) -> usize {
    match part {
        Which::All => of.count(part),
        Which::Within(range) => C::most(range).map_or(0, |most| most.min(of.count(&Which::All))),
        Which::These(at) => at.len(),
    }
}

/// The part of a sorted collection that a span means.
pub(crate) fn sorted_part<K: Key>(span: &Span) -> Result<Which<Between<K>, K>, PathError> {
    if span.is_empty() {
        return Ok(Which::These(Vec::new()));
    }
    let key = |bound: &Bound<KeyBytes>| {
        Ok::<_, PathError>(match bound {
            Bound::Unbounded => Bound::Unbounded,
            Bound::Included(key) => Bound::Included(K::from_key_bytes(key)?),
            Bound::Excluded(key) => Bound::Excluded(K::from_key_bytes(key)?),
        })
    };
    let (start, end) = (key(&span.start)?, key(&span.end)?);
    Ok(Which::Within(Between { start, end, amount: span.amount }))
}

impl<K> Between<K> {
    /// At most how many elements there are, counted from the start.
    #[inline]
    pub(super) fn most(&self) -> usize {
        match self.amount {
            Amount::First(most) => most,
            Amount::Last(0) => 0,
            Amount::All | Amount::Last(_) => usize::MAX,
        }
    }
}

impl<K: Clone> Between<K> {
    /// Another start, where the elements are counted from the end; `keys` are those between the
    /// bounds.
    #[inline]
    pub(super) fn start_of_last<'a>(
        &self,
        keys: impl DoubleEndedIterator<Item = &'a K>,
    ) -> Option<Bound<K>>
    where
        K: 'a,
    {
        let Amount::Last(most) = self.amount else { return None };
        let first = keys.rev().nth(most.checked_sub(1)?)?;
        Some(Bound::Included(first.clone()))
    }
}

/// How many elements of a sorted collection there are, of at most so many.
#[inline(always)]
pub(super) fn count_to(items: impl Iterator, most: usize) -> usize {
    // Without a count to keep, the most frequent case is as fast as by hand.
    if most < usize::MAX { count_some(items, most) } else { items.count() }
}

#[inline(never)]
fn count_some(items: impl Iterator, most: usize) -> usize {
    items.take(most).count()
}

/// The bounds of a part of a sorted collection, and how many elements it has at most.
pub(super) type Bounds<'a, K> = ((Bound<&'a K>, Bound<&'a K>), usize);

/// The bounds of a part of a sorted collection that is told by a range. `keys` are those of the
/// collection between two bounds.
#[inline]
pub(super) fn range_of<'a, 'k, K: Clone + 'k, I>(
    keys: impl FnOnce((Bound<&'a K>, Bound<&'a K>)) -> I,
    part: &'a Which<Between<K>, K>,
    start_of_last: &'a mut Option<Bound<K>>,
) -> Bounds<'a, K>
where
    I: DoubleEndedIterator<Item = &'k K>,
{
    let Which::Within(between) = part else {
        return ((Bound::Unbounded, Bound::Unbounded), usize::MAX);
    };
    let (start, end) = (between.start.as_ref(), between.end.as_ref());
    *start_of_last = between.start_of_last(keys((start, end)));
    ((start_of_last.as_ref().map_or(start, Bound::as_ref), end), between.most())
}
