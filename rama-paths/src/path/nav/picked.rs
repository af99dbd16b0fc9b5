//! A part of a collection of the standard library as one value: what `sub_map`, `subset`, `sublist`,
//! `filtered_list` and the ranges of sorted collections lead to.
//!
//! What goes on to the elements of the part visits them where they are in the collection; only what
//! needs the part as a whole gets a copy, which is put back.

use std::borrow::Cow;
use std::cell::Cell;

use crate::error::PathError;
use crate::key::{Key, KeyHash};
use crate::path::plain::{
    Altered, Fate, Fated, Seen, SeenOf, Spot, SpotOf, WhichOf, sorted_part, write_part, write_value,
};
use crate::path::{
    Between, Collection, Navigator, Present, Span, ValueAt, Visit, Which, WriteNavigator,
};
use crate::store::{Held, Ids, ReadPlace, WritePlace, Written};

/// What tells a part of a collection `C`.
pub trait Pick<C: Collection> {
    /// Which elements are meant.
    fn which<'a>(&'a self, of: &C) -> Result<Cow<'a, WhichOf<C>>, PathError>;
}

/// A part of a collection, as one value.
#[derive(Debug, Clone)]
pub struct Picked<N, P> {
    prev: N,
    pick: P,
}

impl<N, P> Picked<N, P> {
    pub(super) fn new(prev: N, pick: P) -> Self {
        Self { prev, pick }
    }
}

/// A part that is told before the collection is seen.
#[derive(Debug, Clone)]
pub struct Told<R, A>(Result<Which<R, A>, PathError>);

/// Such a part of a collection `C`.
pub(super) type ToldOf<C> = Told<<C as Collection>::Range, <C as Collection>::At>;

impl<R, A> Told<R, A> {
    pub(super) fn new(which: Which<R, A>) -> Self {
        Self(Ok(which))
    }
}

impl<K: Key> Told<Between<K>, K> {
    /// The part of a sorted collection within a span.
    pub(super) fn within(span: &Span) -> Self {
        Self(sorted_part(span))
    }
}

impl<C: Collection> Pick<C> for ToldOf<C> {
    #[inline(always)]
    fn which<'a>(&'a self, _of: &C) -> Result<Cow<'a, WhichOf<C>>, PathError> {
        self.0.as_ref().map(Cow::Borrowed).map_err(Clone::clone)
    }
}

impl<N, P, C> Navigator for Picked<N, P>
where
    N: Navigator,
    N::Here: ValueAt<Value = C>,
    C: Collection,
    P: Pick<C>,
{
    type Schema = N::Schema;
    type Here = <N::Here as ValueAt>::Part<C>;
    type Presence = Present;
    type Emits = N::Emits;
    type Collected = N::Collected;

    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.prev.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            let part = match place.slot.get() {
                Some(whole) => whole.copy_part(&*self.pick.which(whole)?),
                None => C::default(),
            };
            f(collected, ReadPlace::computed(part))
        })
    }

    #[inline(always)]
    fn read_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, SeenOf<'_, Self::Here>) -> Visit,
    {
        self.prev.read_in(top, &mut |collected: &N::Collected, seen: SeenOf<'_, N::Here>| {
            let part = match seen.get() {
                Some(whole) => whole.copy_part(&*self.pick.which(whole)?),
                None => C::default(),
            };
            f(collected, Seen::Made(&mut Some(part)))
        })
    }

    #[inline(always)]
    fn read_parts<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        Self::Here: ValueAt<Value: Collection>,
        F: FnMut(
            &N::Collected,
            Held<'_, <Self::Here as ValueAt>::Value>,
            &WhichOf<<Self::Here as ValueAt>::Value>,
        ) -> Visit,
    {
        self.prev.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            // `f` is called in one place only, so that it can be inlined.
            let which = match place.slot.get() {
                Some(whole) => self.pick.which(whole)?,
                None => Cow::Owned(Which::All),
            };
            f(collected, place.slot, &*which)
        })
    }

    #[inline(always)]
    fn read_parts_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        Self::Here: ValueAt<Value: Collection>,
        F: FnMut(
            &N::Collected,
            Seen<'_, <Self::Here as ValueAt>::Value>,
            &WhichOf<<Self::Here as ValueAt>::Value>,
        ) -> Visit,
    {
        self.prev.read_in(top, &mut |collected: &N::Collected, seen: SeenOf<'_, N::Here>| {
            // `f` is called in one place only, so that it can be inlined.
            let which = match seen.get() {
                Some(whole) => self.pick.which(whole)?,
                None => Cow::Owned(Which::All),
            };
            f(collected, seen, &*which)
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.prev.leading_key()
    }
}

impl<N, P> WriteNavigator for Picked<N, P>
where
    N: WriteNavigator,
    N::Here: Collection,
    P: Pick<N::Here>,
{
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.prev.write(top, &mut |collected: &N::Collected, place: WritePlace<'_, N::Here>| {
            let is_absent = Cell::new(false);
            write_value(
                place,
                || {
                    is_absent.set(true);
                    Some(N::Here::default())
                },
                |whole, ids| {
                    let which = self.pick.which(whole)?;
                    let mut part = whole.copy_part(&*which);
                    match write_part(&mut part, ids, |place| f(collected, place))? {
                        Fate::Kept => return Ok(false),
                        Fate::Changed => whole.put_part(&*which, part),
                        // What is absent stays so.
                        Fate::Removed if is_absent.get() => return Ok(false),
                        Fate::Removed => whole.put_part(&*which, N::Here::default()),
                    }
                    Ok(true)
                },
            )
        })
    }

    #[inline(always)]
    fn write_parts<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        Self::Here: Collection,
        F: FnMut(&N::Collected, &mut Self::Here, &WhichOf<Self::Here>, &mut Ids) -> Altered,
    {
        self.prev.write(top, &mut |collected: &N::Collected, place: WritePlace<'_, N::Here>| {
            write_value(
                place,
                || None,
                |whole, ids| {
                    let which = self.pick.which(whole)?;
                    f(collected, whole, &*which, ids)
                },
            )
        })
    }

    fn remove(&self, top: WritePlace<'_, N::Schema>) -> Written<N::Schema> {
        self.prev.write(top, &mut |_: &N::Collected, place: WritePlace<'_, N::Here>| {
            write_value(
                place,
                || None,
                |whole, _| {
                    let which = self.pick.which(whole)?;
                    whole.put_part(&*which, N::Here::default());
                    Ok(true)
                },
            )
        })
    }

    #[inline(always)]
    fn write_in<F>(&self, top: SpotOf<'_, N::Schema>, f: &mut F) -> Fated
    where
        F: FnMut(&N::Collected, SpotOf<'_, Self::Here>) -> Fated,
    {
        self.prev.write_in(top, &mut |collected: &N::Collected, spot: SpotOf<'_, N::Here>| {
            let is_absent = spot.get().is_none();
            spot.change(
                || Some(N::Here::default()),
                |whole| {
                    let which = self.pick.which(whole)?;
                    let mut part = whole.copy_part(&*which);
                    match f(collected, Spot::there(&mut part))? {
                        Fate::Kept => return Ok(false),
                        Fate::Changed => whole.put_part(&*which, part),
                        // What is absent stays so.
                        Fate::Removed if is_absent => return Ok(false),
                        Fate::Removed => whole.put_part(&*which, N::Here::default()),
                    }
                    Ok(true)
                },
            )
        })
    }

    #[inline(always)]
    fn write_parts_in<F>(&self, top: SpotOf<'_, N::Schema>, f: &mut F) -> Fated
    where
        Self::Here: Collection,
        F: FnMut(&N::Collected, &mut Self::Here, &WhichOf<Self::Here>) -> Altered,
    {
        self.prev.write_in(top, &mut |collected: &N::Collected, spot: SpotOf<'_, N::Here>| {
            spot.change(
                || None,
                |whole| {
                    let which = self.pick.which(whole)?;
                    f(collected, whole, &*which)
                },
            )
        })
    }

    #[inline]
    fn remove_in(&self, top: SpotOf<'_, N::Schema>) -> Fated {
        self.prev.write_in(top, &mut |_: &N::Collected, spot: SpotOf<'_, N::Here>| {
            spot.change(
                || None,
                |whole| {
                    let which = self.pick.which(whole)?;
                    whole.put_part(&*which, N::Here::default());
                    Ok(true)
                },
            )
        })
    }
}
