//! `sublist(start, end)`: the elements of a list in a range of indexes.

use std::ops::Range;

use super::picked::{Picked, Told};
use super::sorted_map_range::StoredRange;
use crate::path::list::element_key;
use crate::path::plain::for_std;
use crate::path::{Location, Navigator, PStatePath, Span, Which};
use crate::schema::{PVec, Schema};

/// A list, of which a part can be taken: a `PVec`, a `Vec`, a `VecDeque` or a `String`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no elements by index: `.sublist(…)` needs a list at this place of the path",
    label = "there is no list at this place of the path"
)]
pub trait Sublists: Location {
    /// The navigator to a part.
    #[doc(hidden)]
    type SublistNav<N>;

    /// Goes on to a part.
    #[doc(hidden)]
    fn sublist_nav<N>(prev: N, range: Range<usize>) -> Self::SublistNav<N>;
}

impl<T: Schema> Sublists for PVec<T> {
    type SublistNav<N> = StoredRange<N>;

    fn sublist_nav<N>(prev: N, range: Range<usize>) -> StoredRange<N> {
        StoredRange::new(
            prev,
            Span::between(element_key(range.start as u64), element_key(range.end as u64)),
        )
    }
}

for_std!(seqs: Sublists {
    type SublistNav<N> = Picked<N, Told<Range<usize>, usize>>;

    fn sublist_nav<N>(prev: N, range: Range<usize>) -> Self::SublistNav<N> {
        Picked::new(prev, Told::new(Which::Within(range)))
    }
});

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to the part of a list from index `start` up to but without `end`, as far as there
    /// are elements: always once.
    ///
    /// - *Select*: the part as one value, a `Vec` of a `PVec`; of a `PVec` of structures go on with
    ///   [`all`](Self::all) or [`count`](Self::count).
    /// - *Transform*: what the part becomes takes its place, and may be longer or shorter; `none`
    ///   removes it. [`all`](Self::all) writes its elements where they are.
    /// - *Cost*: one seek, and the rows of the range; where the length changes, those behind it, too.
    ///
    /// ```
    /// use rama_paths::{PStatePath, Root};
    ///
    /// let path = || PStatePath::<(), Root<Vec<i64>>>::new();
    /// let mut list = vec![1, 2, 3, 4];
    /// assert_eq!(path().sublist(1, 3).select_one_from(&list)?, [2, 3]);
    /// path().sublist(1, 3).termval(vec![9]).transform_in(&mut list)?;
    /// assert_eq!(list, [1, 9, 4]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn sublist<M>(self, start: usize, end: usize) -> PStatePath<O, M>
    where
        N::Here: Sublists<SublistNav<N> = M>,
    {
        self.then(|nav| N::Here::sublist_nav(nav, start..end))
    }
}
