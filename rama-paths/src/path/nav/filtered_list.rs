//! `filtered_list(path)`: the elements of a list from which a path leads anywhere, as one list.

use super::picked::{Pick, Picked};
use super::root::Root;
use super::splice::InMemoryList;
use crate::error::PathError;
use crate::path::plain::Fate;
use crate::path::sub::leads_anywhere;
use crate::path::{Navigator, PStatePath, Present, StdSeq, to_the_end};
use crate::store::ReadPlace;

/// The elements from which a path leads anywhere.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Matching<M>(M);

impl<C, M> Pick<C> for Matching<M>
where
    C: StdSeq,
    M: Navigator<Schema = C::Item>,
{
    type At = Vec<usize>;

    fn pick(&self, from: &C) -> Result<(C, Vec<usize>), PathError> {
        let (mut items, mut at, mut index) = (Vec::new(), Vec::new(), 0);
        let visit = C::each(crate::store::Held::Stored(from), |item| {
            if leads_anywhere(&self.0, ReadPlace::value(item.get().into()))? {
                items.extend(item.into_owned());
                at.push(index);
            }
            index += 1;
            Ok(())
        });
        to_the_end(visit)?;
        Ok((C::of(items), at))
    }

    fn put(&self, into: &mut C, at: Vec<usize>, part: C) {
        let mut new = Vec::new();
        // Of a borrowed list nothing fails.
        let _ = C::each(crate::store::Held::Owned(part), |item| {
            new.extend(item.into_owned());
            Ok(())
        });
        let mut new = new.into_iter();
        let behind = at.last().map(|last| last + 1);
        let (mut index, mut due, mut removed) = (0, at.iter().copied().peekable(), 0);
        let _ = into.write_each(|item| {
            let is_due = due.next_if_eq(&index).is_some();
            index += 1;
            if !is_due {
                return Ok(Fate::Kept);
            }
            Ok(match new.next() {
                Some(new) => {
                    *item = new;
                    Fate::Changed
                }
                None => {
                    removed += 1;
                    Fate::Removed
                }
            })
        });
        let behind = behind.map_or_else(|| into.length(), |behind| behind - removed);
        into.put_part(behind..behind, C::of(new.collect()));
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
