//! `update(f)`: the end of a write that changes a value where it is.

use crate::error::PathError;
use crate::key::KeyHash;
use crate::path::plain::{Fated, Spot, SpotOf, write_value};
use crate::path::{HoldsWhole, KindAt, Navigator, PStatePath, WritePath, WriteValues};
use crate::store::{WritePlace, Written};

/// See [`PStatePath::update`].
#[derive(Debug, Clone)]
pub struct Update<N, G> {
    prev: N,
    f: G,
}

impl<O, N: Navigator> PStatePath<O, N> {
    /// Ends a write: `f` changes every value the path leads to. As [`term`](Self::term), for values
    /// that are better changed than made anew.
    ///
    /// An absent value is [`PathError::Absent`], unless `nil_to_val` gives one.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, PStatePath, Root};
    ///
    /// let mut tags = Partition::<PMap<i64, Vec<String>>>::new();
    /// let path = || PStatePath::<(), Root<PMap<i64, Vec<String>>>>::new();
    /// let path = || path().key(1).nil_to_default();
    /// tags.transform(path().update(|tags| tags.push("red".to_owned())))?;
    /// assert_eq!(tags.select_one(&path())?, ["red"]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn update<V, G, M>(self, f: G) -> PStatePath<O, M>
    where
        KindAt<N>: HoldsWhole<N::Here, Value = V, Then<Update<N, G>> = M>,
        G: Fn(&mut V),
    {
        self.then(|nav| KindAt::<N>::then(Update { prev: nav, f }))
    }
}

impl<O, N, G> WritePath for PStatePath<O, Update<N, G>>
where
    N: WriteValues,
    G: Fn(&mut N::Whole),
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
        let Update { prev, f } = self.nav;
        prev.write_values(top, &mut |_: &N::Collected, place: WritePlace<'_, N::Whole>| {
            let mut is_there = false;
            let change = write_value(
                place,
                || None,
                |value, _| {
                    is_there = true;
                    f(value);
                    Ok(true)
                },
            )?;
            if is_there { Ok(change) } else { Err(PathError::Absent) }
        })
    }

    #[inline(always)]
    fn write_in(self, top: SpotOf<'_, N::Schema>) -> Fated {
        let Update { prev, f } = self.nav;
        prev.write_values_in(top, &mut |_: &N::Collected, spot: Spot<'_, N::Whole>| {
            if spot.get().is_none() {
                return Err(Box::new(PathError::Absent));
            }
            spot.change(
                || None,
                |value| {
                    f(value);
                    Ok(true)
                },
            )
        })
    }
}
