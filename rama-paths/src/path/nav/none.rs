//! `none()`: the end of a write that removes.

use super::sorted_map_range::StoredRange;
use crate::key::KeyHash;
use crate::path::plain::{Fated, SpotOf};
use crate::path::{Navigator, PStatePath, Ranged, Removable, WriteNavigator, WritePath};
use crate::store::{WritePlace, Written};

/// See [`PStatePath::none`].
#[derive(Debug, Clone)]
pub struct RemoveNav<N>(N);

impl<O, N: Navigator> PStatePath<O, N> {
    /// Ends a write: every place the path leads to is removed from what holds it: the entry of a
    /// map, the field, or a nested structure with all its rows.
    ///
    /// What is absent stays so, and nothing is made. A map that loses its last entry stays, empty.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, PStatePath, Root};
    ///
    /// let mut tags = Partition::<PMap<i64, PMap<String, u8>>>::new();
    /// let path = || PStatePath::<(), Root<PMap<i64, PMap<String, u8>>>>::new();
    /// tags.transform(path().key(5).key("red").termval(1))?;
    /// tags.transform(path().key(5).none())?;
    /// assert_eq!(tags.select_one(&path().key(5).key("red"))?, None);
    /// assert_eq!(tags.select_one(&path().count())?, 0);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn none(self) -> PStatePath<O, RemoveNav<N>>
    where
        N::Presence: Removable,
    {
        self.then(RemoveNav)
    }
}

#[diagnostic::do_not_recommend]
impl<O, N> WritePath for PStatePath<O, RemoveNav<StoredRange<N>>>
where
    N: WriteNavigator<Here: Ranged>,
{
    type Owner = O;
    type Schema = N::Schema;

    fn pstate(&self) -> u32 {
        PStatePath::pstate(self)
    }

    fn routing(&self) -> Option<KeyHash> {
        self.nav.0.leading_key()
    }

    fn write(self, top: WritePlace<'_, N::Schema>) -> Written<N::Schema> {
        let StoredRange { prev, span } = self.nav.0;
        prev.write(top, &mut |_: &N::Collected, place: WritePlace<'_, N::Here>| {
            N::Here::remove_range(place, &span)
        })
    }
}

impl<O, N> WritePath for PStatePath<O, RemoveNav<N>>
where
    N: WriteNavigator,
{
    type Owner = O;
    type Schema = N::Schema;

    fn pstate(&self) -> u32 {
        PStatePath::pstate(self)
    }

    fn routing(&self) -> Option<KeyHash> {
        self.nav.0.leading_key()
    }

    #[inline(always)]
    fn write(self, top: WritePlace<'_, N::Schema>) -> Written<N::Schema> {
        self.nav.0.remove(top)
    }

    #[inline(always)]
    fn write_in(self, top: SpotOf<'_, N::Schema>) -> Fated {
        self.nav.0.remove_in(top)
    }
}
