//! `filter_pred(f)`, `filter_equal(v)` and their kin: only where the value fulfils a condition.

use crate::key::KeyHash;
use crate::path::plain::{Fate, Fated, SeenOf, SpotOf};
use crate::path::{
    HoldsValue, KindAt, Many, Navigator, PStatePath, Present, Value, ValueAt, Visit, WriteNavigator,
};
use crate::store::{Change, ReadPlace, WritePlace, Written};

/// A condition on a value.
#[doc(hidden)]
pub trait Test<V> {
    /// Whether the value fulfils it.
    fn test(&self, value: &V) -> bool;
}

/// A condition that is a function.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Pred<F>(F);

impl<V, F: Fn(&V) -> bool> Test<V> for Pred<F> {
    #[inline(always)]
    fn test(&self, value: &V) -> bool {
        (self.0)(value)
    }
}

/// See [`PStatePath::filter_pred`], and the other filters: they differ in the condition only.
#[derive(Debug, Clone)]
pub struct Filter<N, T> {
    prev: N,
    test: T,
}

impl<O, N: Navigator> PStatePath<O, N> {
    /// Stays at the value if it fulfils a condition, else leads nowhere. Where no value is it leads
    /// nowhere, too.
    ///
    /// - *Select*: the value, 0 or 1 times.
    /// - *Transform*: values that do not fulfil the condition stay as they are.
    /// - *Cost*: the value is read.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, PStatePath, Root};
    ///
    /// let mut funds = Partition::<PMap<i64, i64>>::new();
    /// let path = || PStatePath::<(), Root<PMap<i64, i64>>>::new();
    /// for account in 0..5 {
    ///     funds.transform(path().key(account).termval(account * 10))?;
    /// }
    /// let rich = || path().map_vals().filter_pred(|funds| *funds > 20);
    /// assert_eq!(funds.select(&rich())?, [30, 40]);
    /// funds.transform(rich().term(|funds| funds - 1))?;
    /// assert_eq!(funds.select(&path().map_vals())?, [0, 10, 20, 29, 39]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn filter_pred<V, F, M>(self, test: F) -> PStatePath<O, M>
    where
        KindAt<N>: HoldsValue<N::Here, Value = V, Then<Filter<N, Pred<F>>> = M>,
        F: Fn(&V) -> bool,
    {
        self.then(|nav| KindAt::<N>::then(Filter { prev: nav, test: Pred(test) }))
    }
}

macro_rules! comparisons {
    ($($method:ident $name:ident $op:tt $bound:ident, $doc:literal;)*) => {$(
        #[doc = concat!("A condition: the value is ", $doc, " another one.")]
        #[doc(hidden)]
        #[derive(Debug, Clone)]
        pub struct $name<V>(V);

        impl<V: $bound> Test<V> for $name<V> {
            #[inline(always)]
            fn test(&self, value: &V) -> bool {
                *value $op self.0
            }
        }

        impl<O, N: Navigator> PStatePath<O, N> {
            #[doc = concat!("Stays at the value if it is ", $doc, " `other`, else leads nowhere: as")]
            /// [`filter_pred`](Self::filter_pred).
            ///
            /// ```
            /// use rama_paths::{PStatePath, Root};
            ///
            /// let path = PStatePath::<(), Root<Vec<i64>>>::new();
            #[doc = concat!("let some = path.all().", stringify!($method), "(2).select_from(&vec![1, 2, 3])?;")]
            #[doc = concat!("assert!(some.iter().all(|n| *n ", stringify!($op), " 2));")]
            /// # Ok::<(), rama_paths::PathError>(())
            /// ```
            pub fn $method<V, M>(self, other: V) -> PStatePath<O, M>
            where
                KindAt<N>: HoldsValue<N::Here, Value = V, Then<Filter<N, $name<V>>> = M>,
                V: $bound,
            {
                self.then(|nav| {
                    KindAt::<N>::then(Filter { prev: nav, test: $name(other) })
                })
            }
        }
    )*};
}

comparisons! {
    filter_equal Equal == PartialEq, "equal to";
    filter_not_equal NotEqual != PartialEq, "not equal to";
    filter_less_than LessThan < PartialOrd, "less than";
    filter_less_than_or_equal LessThanOrEqual <= PartialOrd, "less than or equal to";
    filter_greater_than GreaterThan > PartialOrd, "greater than";
    filter_greater_than_or_equal GreaterThanOrEqual >= PartialOrd, "greater than or equal to";
}

impl<N, T> Navigator for Filter<N, T>
where
    N: Navigator,
    N::Here: ValueAt,
    T: Test<<N::Here as ValueAt>::Value>,
{
    type Schema = N::Schema;
    type Here = N::Here;
    type Presence = Present;
    type Emits = Many;
    type Collected = N::Collected;

    #[inline(always)]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.prev.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            match place.slot.get() {
                Some(value) if self.test.test(value) => f(collected, place),
                _ => Ok(()),
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
                Some(value) if self.test.test(value) => f(collected, seen),
                _ => Ok(()),
            },
        )
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.prev.leading_key()
    }
}

impl<N, T> WriteNavigator for Filter<N, T>
where
    N: WriteNavigator,
    N::Here: Value,
    T: Test<N::Here>,
{
    #[inline(always)]
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.prev.write(top, &mut |collected: &N::Collected, place: WritePlace<'_, N::Here>| {
            let passes = place.current.get()?.get().is_some_and(|value| self.test.test(value));
            if passes { f(collected, place) } else { Ok(Change::Keep) }
        })
    }

    #[inline(always)]
    fn write_in<F>(&self, top: SpotOf<'_, N::Schema>, f: &mut F) -> Fated
    where
        F: FnMut(&N::Collected, SpotOf<'_, Self::Here>) -> Fated,
    {
        self.prev.write_in(top, &mut |collected: &N::Collected, spot: SpotOf<'_, N::Here>| {
            let passes = spot.get().is_some_and(|value| self.test.test(value));
            if passes { f(collected, spot) } else { Ok(Fate::Kept) }
        })
    }
}
