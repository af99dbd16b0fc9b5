//! `sublist_dynamic(start, end)`: a part of a list whose ends are computed from it.

use std::borrow::Cow;

use super::picked::{Pick, Picked};
use super::splice::InMemoryList;
use crate::error::PathError;
use crate::path::plain::WhichOf;
use crate::path::{Navigator, PStatePath, StdSeq, Which};

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
    fn which<'a>(&'a self, of: &C) -> Result<Cow<'a, WhichOf<C>>, PathError> {
        let len = of.length();
        let start = (self.start)(of).min(len);
        let end = (self.end)(of, start).clamp(start, len);
        Ok(Cow::Owned(Which::Within(start..end)))
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
    #[inline]
    pub fn sublist_dynamic<S, E, M>(self, start: S, end: E) -> PStatePath<O, M>
    where
        N::Here: InMemoryList<Then<Picked<N, Computed<S, E>>> = M>,
        S: Fn(&<N::Here as InMemoryList>::List) -> usize,
        E: Fn(&<N::Here as InMemoryList>::List, usize) -> usize,
    {
        self.then(|nav| <N::Here as InMemoryList>::then(Picked::new(nav, Computed { start, end })))
    }
}
