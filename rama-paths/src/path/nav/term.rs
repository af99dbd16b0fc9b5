//! `term(f)`: the end of a write that makes a value of the one that is there.

use crate::error::PathError;
use crate::key::KeyHash;
use crate::path::plain::{Fated, Spot, SpotOf};
use crate::path::{Collected, HoldsWhole, KindAt, Navigator, PStatePath, WritePath, WriteValues};
use crate::store::{Change, WritePlace, Written};

/// See [`PStatePath::term`].
#[derive(Debug, Clone)]
pub struct Term<N, F> {
    prev: N,
    f: F,
}

impl<O, N: Navigator> PStatePath<O, N> {
    /// Ends a write: every value the path leads to becomes `f` of it.
    ///
    /// An absent value is [`PathError::Absent`], unless `nil_to_val` gives one. A panic of `f`
    /// leaves committed rows as they are. Values that were collected come before the value, as a tuple:
    /// `.term(|(collected, curr)| …)`.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, PStatePath, PathError, Root};
    ///
    /// let mut funds = Partition::<PMap<i64, i64>>::new();
    /// let path = || PStatePath::<(), Root<PMap<i64, i64>>>::new();
    /// assert_eq!(funds.transform(path().key(1).term(|curr| curr + 5)), Err(PathError::Absent));
    /// funds.transform(path().key(1).nil_to_val(0).term(|curr| curr + 5))?;
    /// assert_eq!(funds.select_one(&path().key(1))?, Some(5));
    /// # Ok::<(), PathError>(())
    /// ```
    #[inline]
    pub fn term<V, F, M>(self, f: F) -> PStatePath<O, M>
    where
        KindAt<N>: HoldsWhole<N::Here, Value = V, Then<Term<N, F>> = M>,
        F: Fn(<N::Collected as Collected>::With<V>) -> V,
    {
        self.then(|nav| KindAt::<N>::then(Term { prev: nav, f }))
    }
}

impl<O, N, F> WritePath for PStatePath<O, Term<N, F>>
where
    N: WriteValues,
    F: Fn(<N::Collected as Collected>::With<N::Whole>) -> N::Whole,
{
    type Owner = O;
    type Schema = N::Schema;

    fn pstate(&self) -> u32 {
        PStatePath::pstate(self)
    }

    fn routing(&self) -> Option<KeyHash> {
        self.nav.prev.leading_key()
    }

    #[inline(always)]
    fn write(self, top: WritePlace<'_, N::Schema>) -> Written<N::Schema> {
        let Term { prev, f } = self.nav;
        prev.write_values(top, &mut |collected: &N::Collected, place: WritePlace<'_, N::Whole>| {
            let value = place.current.take()?.ok_or(PathError::Absent)?;
            Ok(Change::Put(f(collected.with(value))))
        })
    }

    #[inline(always)]
    fn write_in(self, top: SpotOf<'_, N::Schema>) -> Fated {
        let Term { prev, f } = self.nav;
        prev.write_values_in(top, &mut |collected: &N::Collected, mut spot: Spot<'_, N::Whole>| {
            let value = spot.take().ok_or(PathError::Absent)?;
            Ok(spot.put(f(collected.with(value))))
        })
    }
}
