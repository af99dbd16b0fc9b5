//! Paths within paths: what a navigator does with the path that a closure makes of its place.

use super::nav::Root;
use super::plain::SeenOf;
use super::{Halt, Navigator, PStatePath, Selectable, Visit, to_the_end};
use crate::error::PathError;
use crate::schema::Schema;
use crate::store::{Change, Current, ReadPlace, WritePlace, WriteView, Written};

/// A path that begins at the place that another path has reached.
///
/// The closures of `filter_selected`, `collect`, `if_path` and their like get one that stays at the
/// place, and make it longer.
///
/// `N` are the navigators of the path so far.
pub type SubPath<O, N> = PStatePath<O, Root<<N as Navigator>::Here, <N as Navigator>::Presence>>;

/// The navigators that a closure adds at a place.
#[inline(always)]
pub(crate) fn navigators<O, N, M>(make: impl FnOnce(SubPath<O, N>) -> PStatePath<O, M>) -> M
where
    N: Navigator,
{
    make(PStatePath::at_root(Root::new(), 0)).nav
}

/// Whether a path leads anywhere from a place.
#[inline(always)]
pub(crate) fn leads_anywhere<M: Navigator>(
    nav: &M,
    place: ReadPlace<'_, M::Schema>,
) -> Result<bool, PathError> {
    let mut found = false;
    let visit = nav.read(place, &mut |_: &M::Collected, _: ReadPlace<'_, M::Here>| -> Visit {
        found = true;
        Err(Halt::Enough)
    });
    to_the_end(visit)?;
    Ok(found)
}

/// As [`leads_anywhere`], of a value in memory.
#[inline(always)]
pub(crate) fn leads_anywhere_in<M: Navigator>(
    nav: &M,
    seen: SeenOf<'_, M::Schema>,
) -> Result<bool, PathError> {
    let mut found = false;
    let visit = nav.read_in(seen, &mut |_: &M::Collected, _: SeenOf<'_, M::Here>| -> Visit {
        found = true;
        Err(Halt::Enough)
    });
    to_the_end(visit)?;
    Ok(found)
}

/// Adds everything that a path selects from a value in memory.
#[inline(always)]
pub(crate) fn select_into_in<M>(
    nav: &M,
    seen: SeenOf<'_, M::Schema>,
    selected: &mut Vec<SelectedBy<M>>,
) -> Result<(), PathError>
where
    M: Navigator<Here: Selectable>,
{
    to_the_end(nav.select_all_in(seen, selected))
}

/// Adds what `make` gives for each value that a path selects from a value in memory, one by one.
#[inline(always)]
pub(crate) fn push_each_in<M, T>(
    nav: &M,
    seen: SeenOf<'_, M::Schema>,
    into: &mut Vec<T>,
    make: impl Fn(&M::Collected, SelectedBy<M>) -> T,
) -> Visit
where
    M: Navigator<Here: Selectable>,
{
    nav.read_in(seen, &mut |collected: &M::Collected, seen: SeenOf<'_, M::Here>| {
        if let Some(value) = M::Here::take_in::<M::Presence>(seen)? {
            into.push(make(collected, value));
        }
        Ok(())
    })
}

/// What a path selects first from a value in memory, and how many.
#[inline(always)]
pub(crate) fn first_in<M>(
    nav: &M,
    seen: SeenOf<'_, M::Schema>,
) -> Result<(Option<SelectedBy<M>>, usize), PathError>
where
    M: Navigator<Here: Selectable>,
{
    let (mut first, mut found) = (None, 0);
    let visit = nav.read_in(seen, &mut |_: &M::Collected, seen: SeenOf<'_, M::Here>| {
        if let Some(value) = M::Here::take_in::<M::Presence>(seen)? {
            found += 1;
            if found == 1 {
                first = Some(value);
            }
        }
        Ok(())
    });
    to_the_end(visit)?;
    Ok((first, found))
}

/// What is selected of the places that a path `M` leads to.
pub type SelectedBy<M> =
    <<M as Navigator>::Here as Selectable>::Selected<<M as Navigator>::Presence>;

/// Everything that a path selects from a place.
#[inline(always)]
pub(crate) fn select<M>(
    nav: &M,
    place: ReadPlace<'_, M::Schema>,
) -> Result<Vec<SelectedBy<M>>, PathError>
where
    M: Navigator<Here: Selectable>,
{
    let mut selected = Vec::new();
    select_into(nav, place, &mut selected)?;
    Ok(selected)
}

/// Adds everything that a path selects from a place.
#[inline(always)]
pub(crate) fn select_into<M>(
    nav: &M,
    place: ReadPlace<'_, M::Schema>,
    selected: &mut Vec<SelectedBy<M>>,
) -> Result<(), PathError>
where
    M: Navigator<Here: Selectable>,
{
    to_the_end(nav.select_into(place, selected, |_, value| value))
}

/// A place that is written several times, one after the other.
pub(crate) struct InTurn<'a, 'p, S: Schema> {
    place: &'a mut WritePlace<'p, S>,
    /// What it holds in place of what it held.
    pending: Option<Option<S::Slot>>,
    /// What was there has been dropped, with everything beneath.
    dropped: bool,
    changed_in_place: bool,
}

impl<'a, 'p, S: Schema> InTurn<'a, 'p, S> {
    #[inline(always)]
    pub(crate) fn new(place: &'a mut WritePlace<'p, S>) -> Self {
        Self { place, pending: None, dropped: false, changed_in_place: false }
    }

    /// Writes it once more: `f` sees what those before have made of it.
    #[inline(always)]
    pub(crate) fn write(
        &mut self,
        f: impl FnOnce(WritePlace<'_, S>) -> Written<S>,
    ) -> Result<(), PathError> {
        let WritePlace { current, below, ids } = &mut *self.place;
        let default = current.default();
        let now = match &self.pending {
            None => current.again(),
            Some(slot) => Current::known(slot.as_ref()).with_default(default),
        };
        let rows = below.rows;
        let change =
            f(WritePlace { current: now, below: WriteView { writes: below.writes, rows }, ids })?;
        match change {
            Change::Keep => Ok(()),
            Change::Changed => {
                self.changed_in_place = true;
                Ok(())
            }
            Change::Put(slot) => self.put(slot),
            Change::Remove => self.remove(),
        }
    }

    #[inline(always)]
    fn put(&mut self, slot: S::Slot) -> Result<(), PathError> {
        let WritePlace { current, below, ids } = &mut *self.place;
        match &self.pending {
            None => match current.put_in_place(slot) {
                Ok(()) => self.changed_in_place = true,
                Err(slot) => self.pending = Some(Some(slot)),
            },
            Some(before) => {
                // Something new in the place of what was removed.
                if before.is_none() && S::NESTED && !self.dropped {
                    if let Some(slot) = current.stored()?.get() {
                        S::drop_below(slot, below.writes, ids);
                    }
                    self.dropped = true;
                }
                self.pending = Some(Some(slot));
            }
        }
        Ok(())
    }

    #[inline(always)]
    fn remove(&mut self) -> Result<(), PathError> {
        let WritePlace { current, below, ids } = &mut *self.place;
        // What the place held at first is dropped by what holds the place.
        if let Some(Some(slot)) = &self.pending
            && S::NESTED
            && (self.dropped || !current.stored()?.is_some())
        {
            S::drop_below(slot, below.writes, ids);
        }
        self.pending = Some(None);
        Ok(())
    }

    /// What has become of the place.
    #[inline(always)]
    pub(crate) fn finish(self) -> Written<S> {
        Ok(match self.pending {
            Some(Some(slot)) => Change::Put(slot),
            Some(None) => Change::Remove,
            None if self.changed_in_place => Change::Changed,
            None => Change::Keep,
        })
    }
}
