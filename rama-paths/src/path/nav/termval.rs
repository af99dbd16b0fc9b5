//! `termval(v)`: the end of a write that sets a value.

use crate::key::KeyHash;
use crate::path::plain::{Fate, Fated, Spot, SpotOf};
use crate::path::{
    Emits, HoldsWhole, KindAt, Navigator, PStatePath, Value, WritePath, WriteValues,
};
use crate::store::{Change, WritePlace, Written};

/// See [`PStatePath::termval`].
#[derive(Debug, Clone)]
pub struct Termval<N, V> {
    prev: N,
    value: V,
}

impl<O, N: Navigator> PStatePath<O, N> {
    /// Ends a write: every place the path leads to holds `value` then.
    ///
    /// Maps above it that are absent are made.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, PStatePath, Root};
    ///
    /// let mut names = Partition::<PMap<i64, String>>::new();
    /// let path = || PStatePath::<(), Root<PMap<i64, String>>>::new();
    /// names.transform(path().key(1).termval("alice".to_owned()))?;
    /// assert_eq!(names.select_one(&path().key(1))?.as_deref(), Some("alice"));
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn termval<V, M>(self, value: V) -> PStatePath<O, M>
    where
        KindAt<N>: HoldsWhole<N::Here, Value = V, Then<Termval<N, V>> = M>,
    {
        self.then(|nav| KindAt::<N>::then(Termval { prev: nav, value }))
    }
}

impl<O, N, V> WritePath for PStatePath<O, Termval<N, V>>
where
    N: WriteValues<Whole = V>,
    V: Value,
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
        let Termval { prev, value } = self.nav;
        let mut value = Some(value);
        prev.write_values(top, &mut |_: &N::Collected, _: WritePlace<'_, V>| {
            // The only place takes the value itself.
            let value = if N::Emits::SINGLE { value.take() } else { value.clone() };
            Ok(value.map_or(Change::Keep, Change::Put))
        })
    }

    #[inline(always)]
    fn write_in(self, top: SpotOf<'_, N::Schema>) -> Fated {
        let Termval { prev, value } = self.nav;
        let mut value = Some(value);
        prev.write_values_in(top, &mut |_: &N::Collected, spot: Spot<'_, V>| {
            // The only place takes the value itself.
            let value = if N::Emits::SINGLE { value.take() } else { value.clone() };
            Ok(value.map_or(Fate::Kept, |value| spot.put(value)))
        })
    }
}
