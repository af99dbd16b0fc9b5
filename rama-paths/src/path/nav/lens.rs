//! `lens(get, get_mut)`: a part of a value that two functions find.

use std::marker::PhantomData;

use crate::error::PathError;
use crate::key::KeyHash;
use crate::path::plain::{
    Fate, Fated, Seen, SeenOf, Spot, SpotOf, new_part, part, see, write_part,
};
use crate::path::sub::{SelectedBy, push_each_in};
use crate::path::{
    HoldsValue, KindAt, Location, Navigator, PStatePath, PartOf, Presence, Value, ValueAt, Visit,
    WriteNavigator,
};
use crate::record::Record;
use crate::store::{Change, ReadPlace, WritePlace, Written};

/// See [`PStatePath::lens`], and [`PStatePath::field`] of a value.
#[derive(Debug, Clone)]
pub struct Lens<N, T, P> {
    prev: N,
    find: P,
    part: PhantomData<fn() -> T>,
}

impl<N, T, P> Lens<N, T, P> {
    pub(crate) fn new(prev: N, find: P) -> Self {
        Self { prev, find, part: PhantomData }
    }
}

/// Two functions that find a part of a value.
#[derive(Debug, Clone)]
pub struct Functions<G, W> {
    get: G,
    get_mut: W,
}

impl<S, T, G, W> PartOf<S, T> for Functions<G, W>
where
    G: Fn(&S) -> &T,
    W: Fn(&mut S) -> &mut T,
{
    #[inline(always)]
    fn get<'s>(&self, whole: &'s S) -> &'s T {
        (self.get)(whole)
    }

    #[inline(always)]
    fn get_mut<'s>(&self, whole: &'s mut S) -> &'s mut T {
        (self.get_mut)(whole)
    }
}

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to the part of a value that two functions find: one to read it, the other to change
    /// it. For structs with `#[derive(Record)]` there is [`field`](Self::field).
    ///
    /// - *Select*: the part; `Option` of it where the value may be absent.
    /// - *Transform*: the part is changed where it is. It cannot be removed, and to write one of an
    ///   absent value is an error: put `nil_to_val` before it.
    /// - *Cost*: none of its own.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, PStatePath, Root};
    /// use std::cmp::Reverse;
    ///
    /// let mut ranks = Partition::<PMap<i64, Reverse<i64>>>::new();
    /// let path = || PStatePath::<(), Root<PMap<i64, Reverse<i64>>>>::new();
    /// ranks.transform(path().key(1).termval(Reverse(5)))?;
    /// ranks.transform(path().must(1).lens(|r| &r.0, |r| &mut r.0).term(|rank| rank + 1))?;
    /// assert_eq!(ranks.select(&path().must(1).lens(|r| &r.0, |r| &mut r.0))?, [6]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn lens<V, T, G, W, M>(self, get: G, get_mut: W) -> PStatePath<O, M>
    where
        KindAt<N>: HoldsValue<N::Here, Value = V, Then<Lens<N, T, Functions<G, W>>> = M>,
        G: Fn(&V) -> &T,
        W: Fn(&mut V) -> &mut T,
        T: Record,
    {
        self.then(|nav| KindAt::<N>::then(Lens::new(nav, Functions { get, get_mut })))
    }
}

impl<N, T, P> Navigator for Lens<N, T, P>
where
    N: Navigator,
    N::Here: ValueAt,
    T: Record,
    P: PartOf<<N::Here as ValueAt>::Value, T>,
{
    type Schema = N::Schema;
    type Here = <N::Here as ValueAt>::Part<T>;
    type Presence = <N::Presence as Presence>::Fixed;
    type Emits = N::Emits;
    type Collected = N::Collected;

    const SIDE_BY_SIDE: bool = N::SIDE_BY_SIDE;

    #[inline(always)]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.prev.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            let field = part(
                place.slot,
                |whole| Some(self.find.get(whole)),
                |mut whole| Some(self.find.get_mut(&mut whole).take_out()),
            );
            f(collected, ReadPlace::value(field))
        })
    }

    #[inline(always)]
    fn read_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, SeenOf<'_, Self::Here>) -> Visit,
    {
        self.prev.read_in(
            top,
            &mut |collected: &N::Collected, seen: SeenOf<'_, N::Here>| match seen {
                Seen::There(whole) => f(collected, Seen::There(self.find.get(whole))),
                seen => self.read_other(seen, |part| f(collected, part)),
            },
        )
    }

    #[inline(always)]
    fn map_into_in<U>(
        &self,
        top: SeenOf<'_, N::Schema>,
        into: &mut Vec<U>,
        make: impl Fn(&N::Collected, &<Self::Here as Location>::Slot) -> U,
    ) -> Visit {
        self.prev.map_into_in(top, into, |collected, whole| make(collected, self.find.get(whole)))
    }

    #[inline(always)]
    fn select_into_in<U>(
        &self,
        top: SeenOf<'_, N::Schema>,
        into: &mut Vec<U>,
        make: impl Fn(&N::Collected, SelectedBy<Self>) -> U,
    ) -> Visit {
        if !N::SIDE_BY_SIDE {
            return push_each_in(self, top, into, make);
        }
        self.map_into_in(top, into, |collected, part| {
            make(collected, Self::Here::selected(part.clone()))
        })
    }

    #[inline(always)]
    fn expected_in(&self, top: SeenOf<'_, N::Schema>) -> usize {
        self.prev.expected_in(top)
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.prev.leading_key()
    }
}

impl<N, V, T, P> WriteNavigator for Lens<N, T, P>
where
    N: WriteNavigator<Here = V>,
    V: Value,
    T: Record,
    P: PartOf<V, T>,
{
    #[inline(always)]
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, T>) -> Written<T>,
    {
        self.prev.write(top, &mut |collected: &N::Collected, mut place: WritePlace<'_, V>| {
            let mut owned = None;
            let whole = match place.current.in_place_mut() {
                Some(whole) => whole,
                None => {
                    owned = place.current.take()?;
                    let Some(whole) = &mut owned else {
                        return match new_part::<T, _>(place.ids, |place| f(collected, place))? {
                            Some(_) => Err(PathError::AbsentWhole),
                            None => Ok(Change::Keep),
                        };
                    };
                    whole
                }
            };
            let field = self.find.get_mut(whole);
            let fate = write_part(field, place.ids, |place| f(collected, place))?;
            Ok(match (fate, owned) {
                (Fate::Changed, None) => Change::Changed,
                (Fate::Changed, Some(whole)) => Change::Put(whole),
                // A field cannot be removed.
                (Fate::Kept | Fate::Removed, _) => Change::Keep,
            })
        })
    }

    #[inline(always)]
    fn write_in<F>(&self, top: SpotOf<'_, N::Schema>, f: &mut F) -> Fated
    where
        F: FnMut(&N::Collected, SpotOf<'_, Self::Here>) -> Fated,
    {
        self.prev.write_in(top, &mut |collected: &N::Collected, spot: SpotOf<'_, N::Here>| {
            match spot.into_there() {
                // A field cannot be removed.
                Ok(whole) => Ok(match f(collected, Spot::there(self.find.get_mut(whole)))? {
                    Fate::Changed => Fate::Changed,
                    Fate::Kept | Fate::Removed => Fate::Kept,
                }),
                Err(spot) => self.write_other(spot, |part| f(collected, part)),
            }
        })
    }
}

impl<N, T, P> Lens<N, T, P> {
    /// Visits a part of a value that is not there, or has been made.
    #[cold]
    #[inline(never)]
    fn read_other<V, F>(&self, seen: Seen<'_, V>, f: F) -> Visit
    where
        T: Record,
        P: PartOf<V, T>,
        F: FnMut(Seen<'_, T>) -> Visit,
    {
        let part = part(
            seen.held(),
            |whole| Some(self.find.get(whole)),
            |mut whole| Some(self.find.get_mut(&mut whole).take_out()),
        );
        see(part, f)
    }

    /// Writes a part of a value that is not there, or not changed where it is.
    #[cold]
    #[inline(never)]
    fn write_other<V, F>(&self, spot: Spot<'_, V>, mut f: F) -> Fated
    where
        V: Record,
        P: PartOf<V, T>,
        F: FnMut(Spot<'_, T>) -> Fated,
    {
        if spot.get().is_none() {
            let mut new = None;
            let _ = f(Spot::absent(&mut new))?;
            return if new.is_some() {
                Err(Box::new(PathError::AbsentWhole))
            } else {
                Ok(Fate::Kept)
            };
        }
        spot.change(|| None, |whole| Ok(f(Spot::there(self.find.get_mut(whole)))? == Fate::Changed))
    }
}
