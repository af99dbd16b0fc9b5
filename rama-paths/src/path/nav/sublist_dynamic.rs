//! `sublist_dynamic(start, end)`: a part of a list whose ends are computed from it.

use std::ops::Range;

use super::picked::{Pick, Picked};
use super::splice::InMemoryList;
use crate::error::PathError;
use crate::path::{Navigator, PStatePath, StdSeq};

/// Ends that are computed from a list.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Computed<S, E> {
    start: S,
    end: E,
}

impl<C, S, E> Pick<C> for Computed<S, E>
where
    C: StdSeq,
    S: Fn(&C) -> usize,
    E: Fn(&C, usize) -> usize,
{
    type At = Range<usize>;

    fn pick(&self, from: &C) -> Result<(C, Range<usize>), PathError> {
        let start = (self.start)(from).min(from.length());
        let end = (self.end)(from, start).clamp(start, from.length());
        Ok((from.part(start..end), start..end))
    }

    fn put(&self, into: &mut C, at: Range<usize>, part: C) {
        into.put_part(at, part);
    }
}

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to the part of a list in memory from an index that `start` computes from the list,
    /// up to one that `end` computes from the list and the start. Ends that do not lie in the list are
    /// moved into it.
    ///
    /// - *Select* and *transform*: as [`sublist`](Self::sublist).
    ///
    /// ```
    /// use rama_paths::{PStatePath, Root};
    ///
    /// let path = || PStatePath::<(), Root<Vec<i64>>>::new();
    /// let mut list = vec![1, 2, 3, 4];
    /// let second_half = path().sublist_dynamic(|list| list.len() / 2, |list, _| list.len());
    /// second_half.termval(vec![0]).transform_in(&mut list)?;
    /// assert_eq!(list, [1, 2, 0]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    pub fn sublist_dynamic<S, E, M>(self, start: S, end: E) -> PStatePath<O, M>
    where
        N::Here: InMemoryList<Then<Picked<N, Computed<S, E>>> = M>,
        S: Fn(&<N::Here as InMemoryList>::List) -> usize,
        E: Fn(&<N::Here as InMemoryList>::List, usize) -> usize,
    {
        self.then(|nav| <N::Here as InMemoryList>::then(Picked::new(nav, Computed { start, end })))
    }
}
