//! `beginning()` and `end()`: the empty parts before and behind the elements of a list.

use std::ops::Range;

use super::picked::{Picked, Told};
use crate::path::plain::for_std;
use crate::path::{Location, Navigator, PStatePath, Which};

/// A part of a list that is told by indexes.
type Indexes = Told<Range<usize>, usize>;

/// A sequence of the standard library, whose elements can be handled as a part of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no list in memory: this navigator needs a `Vec`, a `VecDeque` or a `String` at this place of the path",
    label = "there is no list in memory at this place of the path",
    note = "to a `PVec`, elements are added one by one with `.after_elem()` and `.before_elem()`"
)]
pub trait InMemoryList: Location {
    /// The list.
    #[doc(hidden)]
    type List: crate::path::StdSeq;
    /// `X` itself.
    #[doc(hidden)]
    type Then<X>;

    /// `X` itself.
    #[doc(hidden)]
    fn then<X>(navigator: X) -> <Self as InMemoryList>::Then<X>;
}

for_std!(seqs: InMemoryList {
    type List = <Self as crate::path::ValueAt>::Value;
    type Then<X> = X;

    fn then<X>(navigator: X) -> X {
        navigator
    }
});

/// Indexes behind every list are those at its end.
const END: Which<Range<usize>, usize> = Which::Within(usize::MAX..usize::MAX);

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to the empty part before the first element of a list.
    ///
    /// - *Select*: an empty list.
    /// - *Transform*: what it becomes comes before the first element; an absent list is made.
    ///
    /// ```
    /// use rama_paths::{PStatePath, Root};
    ///
    /// let path = || PStatePath::<(), Root<Vec<i64>>>::new();
    /// let mut list = vec![3];
    /// path().beginning().termval(vec![1, 2]).transform_in(&mut list)?;
    /// path().end().termval(vec![4, 5]).transform_in(&mut list)?;
    /// assert_eq!(list, [1, 2, 3, 4, 5]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn beginning<M>(self) -> PStatePath<O, M>
    where
        N::Here: InMemoryList<Then<Picked<N, Indexes>> = M>,
    {
        self.then(|nav| {
            <N::Here as InMemoryList>::then(Picked::new(nav, Told::new(Which::Within(0..0))))
        })
    }

    /// Navigates to the empty part behind the last element of a list: as
    /// [`beginning`](Self::beginning).
    #[inline]
    pub fn end<M>(self) -> PStatePath<O, M>
    where
        N::Here: InMemoryList<Then<Picked<N, Indexes>> = M>,
    {
        self.then(|nav| <N::Here as InMemoryList>::then(Picked::new(nav, Told::new(END))))
    }
}
