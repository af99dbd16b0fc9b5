//! `multi_transform(writes)`: the end of a write that runs several.

use super::root::Root;
use crate::key::KeyHash;
use crate::path::plain::{Fated, SpotInTurn, SpotOf};
use crate::path::sub::{InTurn, SubPath};
use crate::path::{Navigator, PStatePath, WriteNavigator, WritePath};
use crate::schema::Schema;
use crate::store::{WritePlace, Written};

/// Several writes at one place, as a tuple: what [`multi_transform`](PStatePath::multi_transform) takes.
pub trait Writes<S: Schema>: Clone {
    /// Runs them, one after the other.
    #[doc(hidden)]
    fn write_in_turn(self, place: WritePlace<'_, S>) -> Written<S>;

    /// As [`write_in_turn`](Self::write_in_turn), of a value in memory.
    #[doc(hidden)]
    fn write_in_turn_in(self, spot: SpotOf<'_, S>) -> Fated;
}

macro_rules! writes {
    ($($w:ident $at:tt),*) => {
        impl<S, $($w),*> Writes<S> for ($($w,)*)
        where
            S: Schema,
            $($w: WritePath<Schema = S> + Clone,)*
        {
            fn write_in_turn(self, mut place: WritePlace<'_, S>) -> Written<S> {
                let mut turns = InTurn::new(&mut place);
                $(turns.write(|place| self.$at.write(place))?;)*
                turns.finish()
            }

            #[inline(always)]
            fn write_in_turn_in(self, spot: SpotOf<'_, S>) -> Fated {
                let mut turns = SpotInTurn::new(spot);
                $(turns.write(|spot| self.$at.write_in(spot))?;)*
                Ok(turns.finish())
            }
        }
    };
}

writes!(A 0, B 1);
writes!(A 0, B 1, C 2);
writes!(A 0, B 1, C 2, D 3);
writes!(A 0, B 1, C 2, D 3, E 4);
writes!(A 0, B 1, C 2, D 3, E 4, F 5);

/// See [`PStatePath::multi_transform`].
#[derive(Debug, Clone)]
pub struct MultiTransform<N, W> {
    prev: N,
    writes: W,
}

impl<O, N: Navigator> PStatePath<O, N> {
    /// Ends a write with several, one after the other, at every place the path leads to: the closure
    /// gives a tuple of up to six.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, PStatePath, Root};
    ///
    /// let mut funds = Partition::<PMap<i64, PMap<String, i64>>>::new();
    /// let path = || PStatePath::<(), Root<PMap<i64, PMap<String, i64>>>>::new();
    /// funds.transform(path().key(1).multi_transform(|account| (
    ///     account.key("euro").termval(5),
    ///     account.key("yen").nil_to_val(100).term(|curr| curr + 1),
    /// )))?;
    /// let expected = [("euro".to_owned(), 5), ("yen".to_owned(), 101)];
    /// assert_eq!(funds.select(&path().key(1).all())?, expected);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn multi_transform<G, W>(self, writes: G) -> PStatePath<O, MultiTransform<N, W>>
    where
        G: FnOnce(SubPath<O, N>) -> W,
        N::Here: Schema,
        W: Writes<N::Here>,
    {
        let writes = writes(PStatePath::at_root(Root::new(), 0));
        self.then(|nav| MultiTransform { prev: nav, writes })
    }
}

impl<O, N, W> WritePath for PStatePath<O, MultiTransform<N, W>>
where
    N: WriteNavigator,
    W: Writes<N::Here>,
{
    type Owner = O;
    type Schema = N::Schema;

    fn pstate(&self) -> u32 {
        PStatePath::pstate(self)
    }

    fn routing(&self) -> Option<KeyHash> {
        self.nav.prev.leading_key()
    }

    fn write(self, top: WritePlace<'_, N::Schema>) -> Written<N::Schema> {
        let MultiTransform { prev, writes } = self.nav;
        prev.write(top, &mut |_: &N::Collected, place: WritePlace<'_, N::Here>| {
            writes.clone().write_in_turn(place)
        })
    }

    #[inline(always)]
    fn write_in(self, top: SpotOf<'_, N::Schema>) -> Fated {
        let MultiTransform { prev, writes } = self.nav;
        prev.write_in(top, &mut |_: &N::Collected, spot: SpotOf<'_, N::Here>| {
            writes.clone().write_in_turn_in(spot)
        })
    }
}
