//! `nil_to_val(v)`: a default for an absent value.

use crate::error::PathError;
use crate::key::KeyHash;
use crate::path::{IsMaybe, Location, Navigator, PStatePath, Present, Value, WriteNavigator};
use crate::schema::Schema;
use crate::store::{ReadPlace, WritePlace, Written};

/// See [`PStatePath::nil_to_val`].
#[derive(Debug, Clone)]
pub struct NilToVal<N, D> {
    prev: N,
    default: Option<D>,
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
    pub fn nil_to_val(
        self,
        default: N::Here,
    ) -> PStatePath<O, NilToVal<N, <N::Here as Location>::Slot>>
    where
        N::Here: Value,
        N::Presence: IsMaybe,
    {
        self.then(|nav| NilToVal { prev: nav, default: default.into_slot() })
    }
}

impl<N, D> Navigator for NilToVal<N, D>
where
    N: Navigator,
    N::Here: Schema<Slot = D>,
    D: 'static,
{
    type Schema = N::Schema;
    type Here = N::Here;
    type Presence = Present;
    type Emits = N::Emits;

    #[inline]
    fn read<'a, F>(&'a self, top: ReadPlace<'a, N::Schema>, f: &mut F) -> Result<(), PathError>
    where
        F: FnMut(ReadPlace<'a, N::Here>) -> Result<(), PathError>,
    {
        self.prev.read(top, &mut |place: ReadPlace<'a, N::Here>| {
            f(ReadPlace { slot: place.slot.or(self.default.as_ref()), below: place.below })
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.prev.leading_key()
    }
}

impl<N, D> WriteNavigator for NilToVal<N, D>
where
    N: WriteNavigator,
    N::Here: Schema<Slot = D>,
    D: 'static,
{
    #[inline]
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(WritePlace<'_, N::Here>) -> Written<N::Here>,
    {
        self.prev.write(top, &mut |place: WritePlace<'_, N::Here>| {
            f(WritePlace {
                current: place.current.with_default(self.default.as_ref()),
                below: place.below,
                ids: place.ids,
            })
        })
    }
}
