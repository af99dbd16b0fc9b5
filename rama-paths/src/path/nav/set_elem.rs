//! `set_elem(t)`: an element of a set, if it is there.

use super::all::{put_item, write_item};
use super::key::{encoded, in_structure};
use super::picked::{Picked, Told, ToldOf};
use super::sorted_map_range::StoredRange;
use crate::key::{Key, KeyArg, KeyBytes, KeyHash};
use crate::path::plain::{Fate, Fated, SeenOf, Spot, SpotOf, see, write_part, write_value};
use crate::path::{
    Location, Many, Navigator, PStatePath, Present, Span, StdSet, ValueAt, Visit, WriteNavigator,
};
use crate::schema::{Ordered, PSet, Tracking};
use crate::store::{AsOf, Change, Held, ReadPlace, View, WritePlace, Written};

/// A set: a `PSet`, a `HashSet` or a `BTreeSet`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no set: `.set_elem(…)`, `.none_elem()` and `.subset(…)` need one at this place of the path",
    label = "there is no set at this place of the path",
    note = "a set is a `PSet`, a `HashSet` or a `BTreeSet`"
)]
pub trait SetLike: Location {
    /// The type of the elements.
    type Item: Key;
    /// The navigator to an element.
    #[doc(hidden)]
    type ElemNav<N>;
    /// The navigator to the place of a new element.
    #[doc(hidden)]
    type NewNav<N>;
    /// The navigator to some of the elements.
    #[doc(hidden)]
    type SubsetNav<N>;

    /// Goes on to an element.
    #[doc(hidden)]
    fn elem_nav<N>(prev: N, item: Self::Item) -> Self::ElemNav<N>;

    /// Goes on to the place of a new element.
    #[doc(hidden)]
    fn new_nav<N>(prev: N) -> Self::NewNav<N>;

    /// Goes on to some of the elements.
    #[doc(hidden)]
    fn subset_nav<N>(prev: N, items: Vec<Self::Item>) -> Self::SubsetNav<N>;
}

impl<T: Key, C: Tracking> SetLike for PSet<T, C> {
    type Item = T;
    type ElemNav<N> = SetElem<N, T>;
    type NewNav<N> = super::NewElem<N>;
    type SubsetNav<N> = StoredRange<N>;

    fn elem_nav<N>(prev: N, item: T) -> SetElem<N, T> {
        SetElem { prev, key: encoded(&item), item }
    }

    fn new_nav<N>(prev: N) -> super::NewElem<N> {
        super::NewElem(prev)
    }

    fn subset_nav<N>(prev: N, items: Vec<T>) -> StoredRange<N> {
        StoredRange::new(prev, Span::of_keys(items.iter().map(encoded).collect()))
    }
}

macro_rules! std_sets {
    ($([$($p:ident),*] $set:ty;)*) => {$(
        std_sets!(@one [$($p),*] $set, $set);
        std_sets!(@one [$($p),*] crate::path::ReadOnly<$set>, $set);
    )*};
    (@one [$($p:ident),*] $at:ty, $set:ty) => {
        #[diagnostic::do_not_recommend]
        impl<$($p),*> SetLike for $at
        where
            $set: StdSet<Item: Key>,
        {
            type Item = <$set as StdSet>::Item;
            type ElemNav<N> = StdSetElem<N, Self::Item>;
            type NewNav<N> = super::StdNewElem<N>;
            type SubsetNav<N> = Picked<N, ToldOf<$set>>;

            fn elem_nav<N>(prev: N, item: Self::Item) -> StdSetElem<N, Self::Item> {
                StdSetElem { prev, item }
            }

            fn new_nav<N>(prev: N) -> super::StdNewElem<N> {
                super::StdNewElem(prev)
            }

            fn subset_nav<N>(prev: N, items: Vec<Self::Item>) -> Self::SubsetNav<N> {
                Picked::new(prev, Told::new(<$set as StdSet>::among(items)))
            }
        }
    };
}

std_sets! {
    [T] std::collections::BTreeSet<T>;
    [T, S] std::collections::HashSet<T, S>;
}

/// See [`PStatePath::set_elem`], of a stored set.
#[derive(Debug, Clone)]
pub struct SetElem<N, T> {
    prev: N,
    key: KeyBytes,
    item: T,
}

/// See [`PStatePath::set_elem`], of a set of the standard library.
#[derive(Debug, Clone)]
pub struct StdSetElem<N, T> {
    prev: N,
    item: T,
}

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to an element of a set if it is there, else nowhere.
    ///
    /// - *Select*: the element, 0 or 1 times.
    /// - *Transform*: it is replaced by another one; `none` removes it. Where it is not nothing
    ///   happens.
    /// - *Cost*: one row. `none` at the top of a PState does not read it.
    ///
    /// ```
    /// use rama_paths::{PMap, PSet, Partition, PStatePath, Root};
    ///
    /// let mut followers = Partition::<PMap<i64, PSet<i64>>>::new();
    /// let path = || PStatePath::<(), Root<PMap<i64, PSet<i64>>>>::new();
    /// followers.transform(path().key(1).none_elem().termval(7))?;
    /// assert_eq!(followers.select(&path().key(1).set_elem(7))?, [7]);
    /// followers.transform(path().key(1).set_elem(7).none())?;
    /// assert!(followers.select(&path().key(1).set_elem(7))?.is_empty());
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn set_elem<A, M>(self, item: A) -> PStatePath<O, M>
    where
        N::Here: SetLike<ElemNav<N> = M>,
        A: KeyArg<<N::Here as SetLike>::Item>,
    {
        self.then(|nav| N::Here::elem_nav(nav, item.to_key()))
    }
}

impl<N, T, M> Navigator for SetElem<N, T>
where
    N: Navigator<Here = M>,
    T: Key,
    M: Ordered<Key = T, Element = ()>,
{
    type Schema = N::Schema;
    type Here = T;
    type Presence = Present;
    type Emits = Many;
    type Collected = N::Collected;

    #[inline]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.prev.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, M>| {
            let Some(handle) = place.slot.get() else { return Ok(()) };
            if place.below.get(handle.id, &self.key)?.is_some() {
                f(collected, ReadPlace::value(Held::Stored(&self.item)))
            } else {
                Ok(())
            }
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        if N::IS_ROOT { Some(KeyHash::of_bytes(&self.key)) } else { self.prev.leading_key() }
    }
}

impl<N, T, M> WriteNavigator for SetElem<N, T>
where
    N: WriteNavigator<Here = M>,
    T: Key,
    M: Ordered<Key = T, Element = ()>,
{
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, T>) -> Written<T>,
    {
        self.prev.write(top, &mut |collected: &N::Collected, set: WritePlace<'_, M>| {
            in_structure(set, |handle, place| {
                let (writes, rows, ids) = (place.below.writes, place.below.rows, place.ids);
                let view = View { writes: Some(&*writes), rows, at: AsOf::LATEST };
                let is_there = match handle {
                    Some(handle) => view.get(handle.id, &self.key)?.is_some(),
                    None => false,
                };
                if !is_there {
                    return Ok(());
                }
                let Some(new) = write_item(&self.item, ids, |place| f(collected, place))? else {
                    return Ok(());
                };
                put_item::<M>(writes, rows, ids, handle, &self.key, Change::Remove)?;
                match new {
                    Some(new) => {
                        let key = encoded(&new);
                        put_item::<M>(writes, rows, ids, handle, &key, Change::Put(()))
                    }
                    None => Ok(()),
                }
            })
        })
    }

    fn remove(&self, top: WritePlace<'_, N::Schema>) -> Written<N::Schema> {
        self.prev.write(top, &mut |_: &N::Collected, set: WritePlace<'_, M>| {
            in_structure(set, |handle, place| {
                let (writes, rows) = (place.below.writes, place.below.rows);
                put_item::<M>(writes, rows, place.ids, handle, &self.key, Change::Remove)
            })
        })
    }
}

impl<N, T> Navigator for StdSetElem<N, T>
where
    N: Navigator,
    N::Here: ValueAt<Value: StdSet<Item = T>>,
    T: Key,
{
    type Schema = N::Schema;
    type Here = <N::Here as ValueAt>::Part<T>;
    type Presence = Present;
    type Emits = Many;
    type Collected = N::Collected;

    #[inline(always)]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.prev.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            let item = StdSet::find(place.slot, &self.item);
            if item.is_some() { f(collected, ReadPlace::value(item)) } else { Ok(()) }
        })
    }

    #[inline(always)]
    fn read_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, SeenOf<'_, Self::Here>) -> Visit,
    {
        self.prev.read_in(top, &mut |collected: &N::Collected, seen: SeenOf<'_, N::Here>| {
            let item = StdSet::find(seen.held(), &self.item);
            if item.is_some() { see(item, |seen| f(collected, seen)) } else { Ok(()) }
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.prev.leading_key()
    }
}

impl<N, T> WriteNavigator for StdSetElem<N, T>
where
    N: WriteNavigator,
    N::Here: StdSet<Item = T>,
    T: Key,
{
    #[inline(always)]
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.prev.write(top, &mut |collected: &N::Collected, place: WritePlace<'_, N::Here>| {
            write_value(
                place,
                || None,
                |set, ids| {
                    let Some(mut item) = set.take_item(&self.item) else { return Ok(false) };
                    let fate = write_part(&mut item, ids, |place| f(collected, place));
                    match fate {
                        Ok(Fate::Removed) => {}
                        Ok(Fate::Kept | Fate::Changed) => set.put(item),
                        // The element goes back.
                        Err(_) => set.put(self.item.clone()),
                    }
                    Ok(fate? != Fate::Kept)
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
            spot.change(
                || None,
                |set| {
                    let Some(mut item) = set.take_item(&self.item) else { return Ok(false) };
                    let fate = f(collected, Spot::there(&mut item));
                    match fate {
                        Ok(Fate::Removed) => {}
                        Ok(Fate::Kept | Fate::Changed) => set.put(item),
                        // The element goes back.
                        Err(_) => set.put(self.item.clone()),
                    }
                    Ok(fate? != Fate::Kept)
                },
            )
        })
    }
}
