//! `view(f)`: what a function makes of a value.

use crate::key::KeyHash;
use crate::path::plain::{Seen, SeenOf};
use crate::path::{
    HoldsValue, KindAt, Navigator, PStatePath, Presence, Present, ReadOnly, ValueAt, Visit,
};
use crate::store::ReadPlace;

/// See [`PStatePath::view`].
#[derive(Debug, Clone)]
pub struct View<N, G> {
    prev: N,
    f: G,
}

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to what a function makes of the value; nowhere where no value is.
    ///
    /// - *Select*: what the function returns; one can go on into it.
    /// - *Transform*: read only. `term` does what Rama's transform of a view does.
    /// - *Cost*: none of its own.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, PStatePath, Root};
    ///
    /// let mut names = Partition::<PMap<i64, String>>::new();
    /// let path = || PStatePath::<(), Root<PMap<i64, String>>>::new();
    /// names.transform(path().key(1).termval("alice".to_owned()))?;
    /// assert_eq!(names.select(&path().must(1).view(|name| name.len()))?, [5]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn view<V, U, G, M>(self, f: G) -> PStatePath<O, M>
    where
        KindAt<N>: HoldsValue<N::Here, Value = V, Then<View<N, G>> = M>,
        G: Fn(&V) -> U,
    {
        self.then(|nav| KindAt::<N>::then(View { prev: nav, f }))
    }
}

impl<N, G, U> Navigator for View<N, G>
where
    N: Navigator,
    N::Here: ValueAt,
    G: Fn(&<N::Here as ValueAt>::Value) -> U,
    U: Clone + 'static,
{
    type Schema = N::Schema;
    type Here = ReadOnly<U>;
    type Presence = Present;
    type Emits = <N::Presence as Presence>::IfPresent<N::Emits>;
    type Collected = N::Collected;

    const SIDE_BY_SIDE: bool = N::SIDE_BY_SIDE;

    #[inline(always)]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.prev.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            match place.slot.get() {
                Some(value) => f(collected, ReadPlace::computed((self.f)(value))),
                None => Ok(()),
            }
        })
    }

    #[inline(always)]
    fn read_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, SeenOf<'_, Self::Here>) -> Visit,
    {
        self.prev.read_in(
            top,
            &mut |collected: &N::Collected, seen: SeenOf<'_, N::Here>| match seen.get() {
                Some(value) => f(collected, Seen::Made(&mut Some((self.f)(value)))),
                None => Ok(()),
            },
        )
    }

    #[inline(always)]
    fn map_into_in<T>(
        &self,
        top: SeenOf<'_, N::Schema>,
        into: &mut Vec<T>,
        make: impl Fn(&N::Collected, &U) -> T,
    ) -> Visit {
        self.prev.map_into_in(top, into, |collected, value| make(collected, &(self.f)(value)))
    }

    #[inline(always)]
    fn select_into_in<T>(
        &self,
        top: SeenOf<'_, N::Schema>,
        into: &mut Vec<T>,
        make: impl Fn(&N::Collected, U) -> T,
    ) -> Visit {
        self.prev.map_into_in(top, into, |collected, value| make(collected, (self.f)(value)))
    }

    #[inline(always)]
    fn expected_in(&self, top: SeenOf<'_, N::Schema>) -> usize {
        self.prev.expected_in(top)
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.prev.leading_key()
    }
}
