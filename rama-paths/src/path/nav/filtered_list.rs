//! `filtered_list(path)`: the elements of a list from which a path leads anywhere, as one list.

use std::borrow::Cow;

use super::picked::{Pick, Picked};
use super::root::Root;
use super::splice::InMemoryList;
use crate::error::PathError;
use crate::path::plain::{WhichOf, see};
use crate::path::sub::leads_anywhere_in;
use crate::path::{Navigator, PStatePath, Present, StdSeq, Which, to_the_end};
use crate::store::Held;

/// The elements from which a path leads anywhere.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Matching<M>(M);

impl<C, M> Pick<C> for Matching<M>
where
    C: StdSeq,
    M: Navigator<Schema = C::Item>,
{
    fn which<'a>(&'a self, of: &C) -> Result<Cow<'a, WhichOf<C>>, PathError> {
        let (mut places, mut at) = (Vec::new(), 0);
        // Every index is noted, and the next one over it unless it is meant: whether one is meant
        // can often not be foretold, and a branch for it would be taken wrongly.
        let (mut last, mut meant) = ([0; 64], 0);
        let visit = C::each(Held::Stored(of), &Which::All, |item| {
            last[meant] = at;
            at += 1;
            meant += usize::from(see(item, |seen| leads_anywhere_in(&self.0, seen))?);
            if meant == last.len() {
                places.extend_from_slice(&last);
                meant = 0;
            }
            Ok(())
        });
        to_the_end(visit)?;
        places.extend_from_slice(&last[..meant]);
        Ok(Cow::Owned(Which::These(places)))
    }
}

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to the elements of a list in memory from which a path leads anywhere, as one list.
    ///
    /// - *Select*: the list.
    /// - *Transform*: its elements go back to where they were, in order. Where it has become shorter
    ///   the last ones of those places are removed, where longer the others come behind the last of
    ///   them.
    ///
    /// ```
    /// use rama_paths::{PStatePath, Root};
    ///
    /// let path = || PStatePath::<(), Root<Vec<i64>>>::new();
    /// let mut list = vec![1, 8, 3, 6, 5];
    /// let even = path().filtered_list(|item| item.filter_pred(|n| n % 2 == 0));
    /// assert_eq!(even.select_one_from(&list)?, [8, 6]);
    /// even.term(|mut even| { even.sort(); even }).transform_in(&mut list)?;
    /// assert_eq!(list, [1, 6, 3, 8, 5]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn filtered_list<G, Q, M>(self, path: G) -> PStatePath<O, M>
    where
        N::Here: InMemoryList<Then<Picked<N, Matching<Q>>> = M>,
        G: FnOnce(
            PStatePath<O, Root<<<N::Here as InMemoryList>::List as StdSeq>::Item, Present>>,
        ) -> PStatePath<O, Q>,
    {
        let made = path(PStatePath::at_root(Root::new(), 0));
        self.then(|nav| <N::Here as InMemoryList>::then(Picked::new(nav, Matching(made.nav))))
    }
}
