//! `count()`: the number of elements of a collection, or of a range of one.

use crate::key::{Key, KeyHash};
use crate::path::plain::{Seen, SeenOf, for_std};
use crate::path::{
    Collection, HasEntries, Location, Navigator, PStatePath, Present, ReadOnly, SortedRange, Visit,
    Which,
};
use crate::schema::{Ordered, PMap, PSet, PVec, Schema, Tracking};
use crate::store::ReadPlace;

/// A collection, or a range of one, whose elements can be counted.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no entries to count: `.count()` needs a map, a set or a list, or a range of one, at this place of the path",
    label = "there is no collection at this place of the path"
)]
pub trait Counted: Location {
    /// `X` itself, where elements can be counted: see [`Value::Then`](crate::path::Value::Then).
    #[doc(hidden)]
    type Then<X>;

    /// `X` itself.
    #[doc(hidden)]
    fn then<X>(navigator: X) -> Self::Then<X>;

    /// Hands the number of elements at every place to `f`.
    #[doc(hidden)]
    fn count_each<N, F>(nav: &N, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        N: Navigator<Here = Self>,
        F: FnMut(&N::Collected, usize) -> Visit;

    /// As [`count_each`](Self::count_each), in a value in memory.
    #[doc(hidden)]
    #[inline]
    fn count_each_in<N, F>(nav: &N, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        N: Navigator<Here = Self>,
        F: FnMut(&N::Collected, usize) -> Visit,
    {
        top.place().map_or(Ok(()), |top| Self::count_each(nav, top, f))
    }

    /// Adds what `make` gives for the number of elements at every place of a value in memory.
    #[doc(hidden)]
    #[inline]
    fn counts_into_in<N, T>(
        nav: &N,
        top: SeenOf<'_, N::Schema>,
        into: &mut Vec<T>,
        make: impl Fn(&N::Collected, usize) -> T,
    ) -> Visit
    where
        N: Navigator<Here = Self>,
    {
        push_counts(nav, top, into, make)
    }
}

/// Adds what `make` gives for the number of elements at every place, one by one.
#[inline(always)]
fn push_counts<N, T>(
    nav: &N,
    top: SeenOf<'_, N::Schema>,
    into: &mut Vec<T>,
    make: impl Fn(&N::Collected, usize) -> T,
) -> Visit
where
    N: Navigator<Here: Counted>,
{
    N::Here::count_each_in(nav, top, &mut |collected: &N::Collected, count| {
        into.push(make(collected, count));
        Ok(())
    })
}

macro_rules! counted {
    ($([$($generics:tt)*] $at:ty;)*) => {$(
        impl<$($generics)*> Counted for $at {
            type Then<X> = X;

            fn then<X>(navigator: X) -> X {
                navigator
            }

            #[inline(always)]
            fn count_each<N, F>(nav: &N, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
            where
                N: Navigator<Here = Self>,
                F: FnMut(&N::Collected, usize) -> Visit,
            {
                nav.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, $at>| {
                    f(collected, <$at>::entries(place).count()?)
                })
            }
        }
    )*};
}

counted! {
    [K: Key, V: Schema, C: Tracking] PMap<K, V, C>;
    [T: Key, C: Tracking] PSet<T, C>;
    [T: Schema] PVec<T>;
    [M: Ordered] SortedRange<M>;
}

for_std!([maps, sets, seqs]: Counted {
    type Then<X> = X;

    fn then<X>(navigator: X) -> X {
        navigator
    }

    #[inline(always)]
    fn count_each<N, F>(nav: &N, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        N: Navigator<Here = Self>,
        F: FnMut(&N::Collected, usize) -> Visit,
    {
        nav.read_parts(top, &mut |collected: &N::Collected, whole, which| {
            f(collected, whole.get().map_or(0, |whole| whole.count(which)))
        })
    }

    #[inline(always)]
    fn count_each_in<N, F>(nav: &N, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        N: Navigator<Here = Self>,
        F: FnMut(&N::Collected, usize) -> Visit,
    {
        nav.read_parts_in(top, &mut |collected: &N::Collected, whole, which| {
            f(collected, whole.get().map_or(0, |whole| whole.count(which)))
        })
    }

    #[inline(always)]
    fn counts_into_in<N, U>(
        nav: &N,
        top: SeenOf<'_, N::Schema>,
        into: &mut Vec<U>,
        make: impl Fn(&N::Collected, usize) -> U,
    ) -> Visit
    where
        N: Navigator<Here = Self>,
    {
        if N::SIDE_BY_SIDE {
            return nav.map_into_in(top, into, |collected, whole| {
                make(collected, whole.count(&Which::All))
            });
        }
        push_counts(nav, top, into, make)
    }
});

/// See [`PStatePath::count`].
#[derive(Debug, Clone)]
pub struct Count<N>(N);

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to the number of elements of a collection, or of a range of one.
    ///
    /// - *Select*: `usize`; 0 where the collection is absent.
    /// - *Transform*: read only.
    /// - *Cost*: one row for a nested structure, and for a `PVec`. The size of the map or set at the
    ///   top of a PState is not kept: it is counted, and is that of one partition. A range is counted
    ///   too.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, PStatePath, Root};
    ///
    /// let mut tags = Partition::<PMap<i64, PMap<String, u8>>>::new();
    /// let path = || PStatePath::<(), Root<PMap<i64, PMap<String, u8>>>>::new();
    /// tags.transform(path().key(5).key("red").termval(1))?;
    /// assert_eq!(tags.select_one(&path().key(5).count())?, 1);
    /// assert_eq!(tags.select_one(&path().key(6).count())?, 0);
    /// assert_eq!(tags.select_one(&path().count())?, 1);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn count<M>(self) -> PStatePath<O, M>
    where
        N::Here: Counted<Then<Count<N>> = M>,
    {
        self.then(|nav| N::Here::then(Count(nav)))
    }
}

impl<N> Navigator for Count<N>
where
    N: Navigator,
    N::Here: Counted,
{
    type Schema = N::Schema;
    type Here = ReadOnly<usize>;
    type Presence = Present;
    type Emits = N::Emits;
    type Collected = N::Collected;

    #[inline(always)]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        N::Here::count_each(&self.0, top, &mut |collected: &N::Collected, count| {
            f(collected, ReadPlace::computed(count))
        })
    }

    #[inline(always)]
    fn read_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, SeenOf<'_, Self::Here>) -> Visit,
    {
        N::Here::count_each_in(&self.0, top, &mut |collected: &N::Collected, count| {
            f(collected, Seen::There(&count))
        })
    }

    #[inline(always)]
    fn select_into_in<T>(
        &self,
        top: SeenOf<'_, N::Schema>,
        into: &mut Vec<T>,
        make: impl Fn(&N::Collected, usize) -> T,
    ) -> Visit {
        N::Here::counts_into_in(&self.0, top, into, make)
    }

    #[inline(always)]
    fn expected_in(&self, top: SeenOf<'_, N::Schema>) -> usize {
        self.0.expected_in(top)
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.0.leading_key()
    }
}
