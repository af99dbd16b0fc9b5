//! `nil_to_val(v)`: a default for an absent value.

use crate::key::KeyHash;
use crate::path::plain::{Fated, SeenOf, SpotOf};
use crate::path::{
    HoldsValue, IsMaybe, KindAt, Navigator, PStatePath, Presence, ValueAt, Visit, WriteNavigator,
};
use crate::store::{ReadPlace, WritePlace, Written};

/// See [`PStatePath::nil_to_val`].
#[derive(Debug, Clone)]
pub struct NilToVal<N, D> {
    prev: N,
    default: D,
}

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to the value, or to `default` where there is none.
    ///
    /// - *Select*: `V`.
    /// - *Transform*: `term` gets the default; it is stored only as what `term` makes of it.
    /// - *Cost*: none of its own.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, PStatePath, Root};
    ///
    /// let mut funds = Partition::<PMap<i64, i64>>::new();
    /// let path = || PStatePath::<(), Root<PMap<i64, i64>>>::new();
    /// assert_eq!(funds.select_one(&path().key(1).nil_to_val(7))?, 7);
    /// funds.transform(path().key(1).nil_to_val(7).term(|curr| curr + 1))?;
    /// assert_eq!(funds.select_one(&path().key(1))?, Some(8));
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn nil_to_val<V, M>(self, default: V) -> PStatePath<O, M>
    where
        KindAt<N>: HoldsValue<N::Here, Value = V, Then<NilToVal<N, V>> = M>,
        N::Presence: IsMaybe,
    {
        self.then(|nav| KindAt::<N>::then(NilToVal { prev: nav, default }))
    }

    /// As [`nil_to_val`](Self::nil_to_val), with the default of the type: 0, the empty list, set or
    /// map.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, PStatePath, Root};
    ///
    /// let mut tags = Partition::<PMap<i64, Vec<String>>>::new();
    /// let path = || PStatePath::<(), Root<PMap<i64, Vec<String>>>>::new();
    /// assert_eq!(tags.select_one(&path().key(1).nil_to_default())?, [""; 0]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn nil_to_default<V, M>(self) -> PStatePath<O, M>
    where
        KindAt<N>: HoldsValue<N::Here, Value = V, Then<NilToVal<N, V>> = M>,
        N::Presence: IsMaybe,
        V: Default,
    {
        self.nil_to_val(V::default())
    }
}

impl<N, D> Navigator for NilToVal<N, D>
where
    N: Navigator,
    N::Here: ValueAt<Value = D>,
{
    type Schema = N::Schema;
    type Here = N::Here;
    type Presence = <N::Presence as Presence>::Filled;
    type Emits = N::Emits;
    type Collected = N::Collected;

    #[inline(always)]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, N::Here>) -> Visit,
    {
        self.prev.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            f(collected, ReadPlace::value(place.slot.or(Some(&self.default))))
        })
    }

    #[inline(always)]
    fn read_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, SeenOf<'_, Self::Here>) -> Visit,
    {
        self.prev.read_in(top, &mut |collected: &N::Collected, seen: SeenOf<'_, N::Here>| {
            f(collected, seen.or(&self.default))
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.prev.leading_key()
    }
}

impl<N, D> WriteNavigator for NilToVal<N, D>
where
    N: WriteNavigator,
    N::Here: ValueAt<Value = D>,
{
    #[inline(always)]
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, N::Here>) -> Written<N::Here>,
    {
        self.prev.write(top, &mut |collected: &N::Collected, place: WritePlace<'_, N::Here>| {
            let current = place.current.with_default(Some(&self.default));
            f(collected, WritePlace { current, below: place.below, ids: place.ids })
        })
    }

    #[inline(always)]
    fn write_in<F>(&self, top: SpotOf<'_, N::Schema>, f: &mut F) -> Fated
    where
        F: FnMut(&N::Collected, SpotOf<'_, Self::Here>) -> Fated,
    {
        self.prev.write_in(top, &mut |collected: &N::Collected, spot: SpotOf<'_, N::Here>| {
            f(collected, spot.with_default(Some(&self.default)))
        })
    }
}
