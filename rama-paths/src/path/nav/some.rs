//! `some()`: what is in an `Option`.

use crate::key::KeyHash;
use crate::path::plain::{Fate, Fated, SeenOf, Spot, SpotOf, part, see, write_part, write_value};
use crate::path::{
    Many, Navigator, PStatePath, Present, ReadOnly, Value, ValueAt, Visit, WriteNavigator,
};
use crate::record::Record;
use crate::store::{ReadPlace, WritePlace, Written};

/// A place where there is an `Option`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no `Option`: `.some()` needs a value that is one at this place of the path",
    label = "there is no `Option` at this place of the path",
    note = "what may be absent because nothing is stored needs no `.some()`: use `.must(…)`"
)]
pub trait OptionAt: ValueAt<Value = Option<Self::Item>> {
    /// The type of what is in it.
    type Item: Record;
    /// The navigator to it.
    #[doc(hidden)]
    type SomeNav<N>;

    /// Goes on to what is in it.
    #[doc(hidden)]
    fn some_nav<N>(prev: N) -> Self::SomeNav<N>;
}

impl<T: Record> OptionAt for Option<T> {
    type Item = T;
    type SomeNav<N> = SomeOf<N>;

    #[inline(always)]
    fn some_nav<N>(prev: N) -> SomeOf<N> {
        SomeOf(prev)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Record> OptionAt for ReadOnly<Option<T>> {
    type Item = T;
    type SomeNav<N> = SomeOf<N>;

    #[inline(always)]
    fn some_nav<N>(prev: N) -> SomeOf<N> {
        SomeOf(prev)
    }
}

/// See [`PStatePath::some`].
#[derive(Debug, Clone)]
pub struct SomeOf<N>(N);

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to what is in an `Option` that is a value; nowhere if it is `None` or absent.
    ///
    /// - *Select*: `T` of an `Option<T>`, 0 or 1 times.
    /// - *Transform*: what is in it is changed where it is; `none` makes the `Option` `None`. One that
    ///   is `None` stays so.
    /// - *Cost*: none of its own.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, PStatePath, Root};
    ///
    /// let mut nicks = Partition::<PMap<i64, Option<String>>>::new();
    /// let path = || PStatePath::<(), Root<PMap<i64, Option<String>>>>::new();
    /// nicks.transform(path().key(1).termval(Some("al".to_owned())))?;
    /// nicks.transform(path().key(1).some().term(|nick| nick + "!"))?;
    /// assert_eq!(nicks.select(&path().key(1).some())?, ["al!"]);
    /// nicks.transform(path().key(1).some().none())?;
    /// nicks.transform(path().key(1).some().termval("bob".to_owned()))?;
    /// assert_eq!(nicks.select_one(&path().key(1))?, Some(None));
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn some<M>(self) -> PStatePath<O, M>
    where
        N::Here: OptionAt<SomeNav<N> = M>,
    {
        self.then(|nav| N::Here::some_nav(nav))
    }
}

impl<N> Navigator for SomeOf<N>
where
    N: Navigator,
    N::Here: OptionAt,
{
    type Schema = N::Schema;
    type Here = <N::Here as ValueAt>::Part<<N::Here as OptionAt>::Item>;
    type Presence = Present;
    type Emits = Many;
    type Collected = N::Collected;

    #[inline(always)]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.0.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            let item = part(place.slot, Option::as_ref, |option| option);
            if item.is_some() { f(collected, ReadPlace::value(item)) } else { Ok(()) }
        })
    }

    #[inline(always)]
    fn read_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, SeenOf<'_, Self::Here>) -> Visit,
    {
        self.0.read_in(top, &mut |collected: &N::Collected, seen: SeenOf<'_, N::Here>| {
            let item = part(seen.held(), Option::as_ref, |option| option);
            if item.is_some() { see(item, |seen| f(collected, seen)) } else { Ok(()) }
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.0.leading_key()
    }
}

/// The spot of a value, as one of its type.
#[inline(always)]
fn of_value<V: Value>(spot: SpotOf<'_, V>) -> Spot<'_, V> {
    spot
}

impl<N, T> WriteNavigator for SomeOf<N>
where
    N: WriteNavigator<Here = Option<T>>,
    T: Record,
{
    #[inline(always)]
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, T>) -> Written<T>,
    {
        self.0.write(top, &mut |collected: &N::Collected, place: WritePlace<'_, Option<T>>| {
            write_value(
                place,
                || None,
                |option, ids| {
                    let Some(item) = option else { return Ok(false) };
                    let fate = write_part(item, ids, |place| f(collected, place))?;
                    if fate == Fate::Removed {
                        *option = None;
                    }
                    Ok(fate != Fate::Kept)
                },
            )
        })
    }

    #[inline(always)]
    fn write_in<F>(&self, top: SpotOf<'_, N::Schema>, f: &mut F) -> Fated
    where
        F: FnMut(&N::Collected, SpotOf<'_, Self::Here>) -> Fated,
    {
        self.0.write_in(top, &mut |collected: &N::Collected, spot: SpotOf<'_, Option<T>>| {
            of_value(spot).change(
                || None,
                |option: &mut Option<T>| {
                    let Some(item) = option else { return Ok(false) };
                    let fate = f(collected, Spot::there(item))?;
                    if fate == Fate::Removed {
                        *option = None;
                    }
                    Ok(fate != Fate::Kept)
                },
            )
        })
    }
}
