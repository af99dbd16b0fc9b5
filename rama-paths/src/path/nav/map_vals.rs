//! `map_vals()`: every element of a map, or of a range of one.

use super::key::in_structure;
use crate::key::KeyHash;
use crate::path::plain::{Fate, Fated, SeenOf, Spot, SpotOf, about, for_std, see, write_part};
use crate::path::sub::SelectedBy;
use crate::path::{
    Entries, Entry, HasEntries, Location, Many, Navigator, PStatePath, Present, SortedRange,
    StdMap, ValueAt, Visit, WriteEntries, WriteNavigator,
};
use crate::schema::{Ordered, PMap, Schema, Tracking};
use crate::store::{AsOf, ReadPlace, View, WritePlace, Written, modify_row};

/// A map, or a range of one: a `PMap`, a `HashMap` or a `BTreeMap`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no entries: `.map_keys()` and `.map_vals()` need a map, or a range of one, at this place of the path",
    label = "there is no map at this place of the path"
)]
pub trait MapEntries: Location {
    /// The navigator to the elements.
    #[doc(hidden)]
    type ValsNav<N>;
    /// The navigator to the keys.
    #[doc(hidden)]
    type KeysNav<N>;

    /// Goes on to the elements.
    #[doc(hidden)]
    fn vals_nav<N>(prev: N) -> Self::ValsNav<N>;

    /// Goes on to the keys.
    #[doc(hidden)]
    fn keys_nav<N>(prev: N) -> Self::KeysNav<N>;
}

macro_rules! stored_entries {
    ($($at:ty),*) => {$(
        impl<K: crate::key::Key, V: Schema, C: Tracking> MapEntries for $at {
            type ValsNav<N> = MapVals<N>;
            type KeysNav<N> = super::MapKeys<N>;

            fn vals_nav<N>(prev: N) -> MapVals<N> {
                MapVals(prev)
            }

            fn keys_nav<N>(prev: N) -> super::MapKeys<N> {
                super::MapKeys(prev)
            }
        }
    )*};
}

stored_entries!(PMap<K, V, C>, SortedRange<PMap<K, V, C>>);

for_std!(maps: MapEntries {
    type ValsNav<N> = ValueVals<N>;
    type KeysNav<N> = super::ValueKeys<N>;

    fn vals_nav<N>(prev: N) -> ValueVals<N> {
        ValueVals(prev)
    }

    fn keys_nav<N>(prev: N) -> super::ValueKeys<N> {
        super::ValueKeys(prev)
    }
});

/// See [`PStatePath::map_vals`].
#[derive(Debug, Clone)]
pub struct MapVals<N>(pub(super) N);

/// See [`PStatePath::map_vals`], of a map of the standard library.
#[derive(Debug, Clone)]
pub struct ValueVals<N>(N);

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to every element of a map, or of a range of one, in order of the keys.
    ///
    /// - *Select*: `V` of values, any number of times; one can go on into nested structures.
    /// - *Transform*: each element that is there at the start; `none` removes them all. An absent
    ///   map stays absent.
    /// - *Cost*: every row of the map or range.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, PStatePath, Root};
    ///
    /// let mut tags = Partition::<PMap<i64, PMap<String, u8>>>::new();
    /// let path = || PStatePath::<(), Root<PMap<i64, PMap<String, u8>>>>::new();
    /// tags.transform(path().key(5).key("red").termval(1))?;
    /// tags.transform(path().key(6).key("blue").termval(2))?;
    /// tags.transform(path().map_vals().map_vals().term(|curr| curr * 10))?;
    /// assert_eq!(tags.select(&path().map_vals().map_vals())?, [10, 20]);
    /// assert_eq!(tags.select(&path().map_vals().count())?, [1, 1]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn map_vals<M>(self) -> PStatePath<O, M>
    where
        N::Here: MapEntries<ValsNav<N> = M>,
    {
        self.then(N::Here::vals_nav)
    }
}

impl<N> Navigator for MapVals<N>
where
    N: Navigator,
    N::Here: HasEntries,
{
    type Schema = N::Schema;
    type Here = <<N::Here as HasEntries>::Rows as Ordered>::Element;
    type Presence = Present;
    type Emits = Many;
    type Collected = N::Collected;

    #[inline]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.0.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            N::Here::entries(place).places(|_, place| f(collected, place))
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.0.leading_key()
    }
}

impl<N> WriteNavigator for MapVals<N>
where
    N: WriteEntries,
    N::Here: HasEntries<Rows = N::Rows>,
{
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.0.write_entries(top, &mut |collected, map: WritePlace<'_, N::Rows>, span| {
            in_structure(map, |handle, place| {
                let (writes, rows) = (place.below.writes, place.below.rows);
                let below = View { writes: Some(&*writes), rows, at: AsOf::LATEST };
                let keys = Entries::<N::Rows> { handle: *handle, below, span: span.clone() };
                for key in &keys.keys()? {
                    let f = &mut |place: WritePlace<'_, Self::Here>| f(collected, place);
                    modify_row(writes, rows, place.ids, handle, N::Rows::TRACKED, key, f)?;
                }
                Ok(())
            })
        })
    }
}

impl<N> Navigator for ValueVals<N>
where
    N: Navigator,
    N::Here: ValueAt<Value: StdMap>,
{
    type Schema = N::Schema;
    type Here = <N::Here as ValueAt>::Part<<<N::Here as ValueAt>::Value as StdMap>::Item>;
    type Presence = Present;
    type Emits = Many;
    type Collected = N::Collected;

    #[inline(always)]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.0.read_parts(top, &mut |collected: &N::Collected, map, which| {
            StdMap::each(map, which, |_, value| f(collected, ReadPlace::value(value)))
        })
    }

    #[inline(always)]
    fn read_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, SeenOf<'_, Self::Here>) -> Visit,
    {
        self.0.read_parts_in(top, &mut |collected: &N::Collected, map, which| {
            StdMap::each(map.held(), which, |_, value| see(value, |seen| f(collected, seen)))
        })
    }

    #[inline(always)]
    fn select_into_in<T>(
        &self,
        top: SeenOf<'_, N::Schema>,
        into: &mut Vec<T>,
        make: impl Fn(&N::Collected, SelectedBy<Self>) -> T,
    ) -> Visit {
        self.0.read_parts_in(top, &mut |collected: &N::Collected, whole, which| {
            into.reserve(whole.get().map_or(0, |whole| about(whole, which)));
            StdMap::each(whole.held(), which, |_, value| {
                into.extend(
                    value.into_owned().map(|value| make(collected, Self::Here::selected(value))),
                );
                Ok(())
            })
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.0.leading_key()
    }
}

impl<N> WriteNavigator for ValueVals<N>
where
    N: WriteNavigator,
    N::Here: StdMap,
{
    #[inline(always)]
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.0.write_parts(top, &mut |collected: &N::Collected, map, which, ids| {
            map.write_each(which, |_, value| {
                Ok(match write_part(value, ids, |place| f(collected, place))? {
                    Fate::Kept => Entry::Kept,
                    Fate::Changed => Entry::Changed,
                    Fate::Removed => Entry::Removed,
                })
            })
        })
    }

    #[inline(always)]
    fn write_in<F>(&self, top: SpotOf<'_, N::Schema>, f: &mut F) -> Fated
    where
        F: FnMut(&N::Collected, SpotOf<'_, Self::Here>) -> Fated,
    {
        self.0.write_parts_in(top, &mut |collected: &N::Collected, map, which| {
            map.write_each(which, |_, value| {
                Ok(match f(collected, Spot::there(value))? {
                    Fate::Kept => Entry::Kept,
                    Fate::Changed => Entry::Changed,
                    Fate::Removed => Entry::Removed,
                })
            })
        })
    }
}
