//! `multi_path(paths)`: several paths, one after the other.

use super::root::Root;
use crate::key::KeyHash;
use crate::path::plain::{Fated, SeenOf, SpotInTurn, SpotOf};
use crate::path::sub::{InTurn, SubPath};
use crate::path::{Location, Many, Navigator, PStatePath, Presence, Visit, WriteNavigator};
use crate::store::{ReadPlace, WritePlace, Written};

/// Several paths from one place to the same type, as a tuple: what
/// [`multi_path`](PStatePath::multi_path) takes.
pub trait Branches {
    /// Where they begin.
    type From: Location;
    /// Where they lead to.
    type Here: Location;
    /// Whether something is there.
    type Presence: Presence;

    /// Visits every place that they lead to, path by path.
    #[doc(hidden)]
    fn read_each<F>(&self, place: ReadPlace<'_, Self::From>, f: &mut F) -> Visit
    where
        F: FnMut(ReadPlace<'_, Self::Here>) -> Visit;

    /// As [`read_each`](Self::read_each), of a value in memory.
    #[doc(hidden)]
    fn read_each_in<F>(&self, seen: SeenOf<'_, Self::From>, f: &mut F) -> Visit
    where
        F: FnMut(SeenOf<'_, Self::Here>) -> Visit;
}

/// Several paths whose places can be written.
pub trait WriteBranches:
    Branches<From: crate::schema::Schema, Here: crate::schema::Schema>
{
    /// Writes every place that they lead to, path by path.
    #[doc(hidden)]
    fn write_each<F>(&self, place: WritePlace<'_, Self::From>, f: &mut F) -> Written<Self::From>
    where
        F: FnMut(WritePlace<'_, Self::Here>) -> Written<Self::Here>;

    /// As [`write_each`](Self::write_each), of a value in memory.
    #[doc(hidden)]
    fn write_each_in<F>(&self, spot: SpotOf<'_, Self::From>, f: &mut F) -> Fated
    where
        F: FnMut(SpotOf<'_, Self::Here>) -> Fated;
}

macro_rules! branches {
    ($first:ident $at:tt, $($rest:ident $index:tt),*) => {
        impl<O, $first, $($rest),*> Branches for (PStatePath<O, $first>, $(PStatePath<O, $rest>),*)
        where
            $first: Navigator<Collected = ()>,
            $($rest: Navigator<Schema = $first::Schema, Here = $first::Here, Collected = ()>,)*
        {
            type From = $first::Schema;
            type Here = $first::Here;
            type Presence = branches!(@or $first::Presence, $($rest),*);

            #[inline(always)]
            fn read_each<F>(&self, place: ReadPlace<'_, Self::From>, f: &mut F) -> Visit
            where
                F: FnMut(ReadPlace<'_, Self::Here>) -> Visit,
            {
                let mut f = |_: &(), place: ReadPlace<'_, Self::Here>| f(place);
                self.$at.nav.read(place.again(), &mut f)?;
                $(self.$index.nav.read(place.again(), &mut f)?;)*
                Ok(())
            }

            #[inline(always)]
            fn read_each_in<F>(&self, seen: SeenOf<'_, Self::From>, f: &mut F) -> Visit
            where
                F: FnMut(SeenOf<'_, Self::Here>) -> Visit,
            {
                self.$at.nav.carry_in(seen.again(), f)?;
                $(self.$index.nav.carry_in(seen.again(), f)?;)*
                Ok(())
            }
        }

        impl<O, $first, $($rest),*> WriteBranches for (PStatePath<O, $first>, $(PStatePath<O, $rest>),*)
        where
            $first: WriteNavigator<Collected = ()>,
            $($rest: WriteNavigator<Schema = $first::Schema, Here = $first::Here, Collected = ()>,)*
        {
            #[inline(always)]
            fn write_each<F>(&self, mut place: WritePlace<'_, Self::From>, f: &mut F) -> Written<Self::From>
            where
                F: FnMut(WritePlace<'_, Self::Here>) -> Written<Self::Here>,
            {
                let mut f = |_: &(), place: WritePlace<'_, Self::Here>| f(place);
                let mut turns = InTurn::new(&mut place);
                turns.write(|place| self.$at.nav.write(place, &mut f))?;
                $(turns.write(|place| self.$index.nav.write(place, &mut f))?;)*
                turns.finish()
            }

            #[inline(always)]
            fn write_each_in<F>(&self, spot: SpotOf<'_, Self::From>, f: &mut F) -> Fated
            where
                F: FnMut(SpotOf<'_, Self::Here>) -> Fated,
            {
                let mut turns = SpotInTurn::new(spot);
                turns.write(|spot| self.$at.nav.carry_write_in(spot, f))?;
                $(turns.write(|spot| self.$index.nav.carry_write_in(spot, f))?;)*
                Ok(turns.finish())
            }
        }
    };
    (@or $so_far:ty, $next:ident $(, $rest:ident)*) => {
        branches!(@or <$so_far as Presence>::Or<$next::Presence> $(, $rest)*)
    };
    (@or $so_far:ty) => { $so_far };
}

branches!(A 0, B 1);
branches!(A 0, B 1, C 2);
branches!(A 0, B 1, C 2, D 3);
branches!(A 0, B 1, C 2, D 3, E 4);
branches!(A 0, B 1, C 2, D 3, E 4, G 5);

/// See [`PStatePath::multi_path`].
#[derive(Debug, Clone)]
pub struct MultiPath<N, B> {
    prev: N,
    branches: B,
}

/// A path and then the place itself.
type ThenStay<O, N, Q> = MultiPath<N, (PStatePath<O, Q>, SubPath<O, N>)>;
/// The place itself and then a path.
type StayThen<O, N, Q> = MultiPath<N, (SubPath<O, N>, PStatePath<O, Q>)>;

impl<O, N: Navigator> PStatePath<O, N> {
    /// Goes on with several paths, one after the other: the closure gives a tuple of up to six, which
    /// lead to the same type.
    ///
    /// - *Select*: what each of them leads to; what two lead to is selected twice.
    /// - *Transform*: in turn: each sees what those before it have written.
    /// - *Cost*: that of the paths.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, PStatePath, Root};
    ///
    /// let mut funds = Partition::<PMap<String, i64>>::new();
    /// let path = || PStatePath::<(), Root<PMap<String, i64>>>::new();
    /// let both = || path().multi_path(|funds| (funds.key("alice"), funds.key("bob")));
    /// funds.transform(both().nil_to_val(0).term(|curr| curr + 5))?;
    /// assert_eq!(funds.select(&both())?, [Some(5), Some(5)]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn multi_path<G, B>(self, paths: G) -> PStatePath<O, MultiPath<N, B>>
    where
        G: FnOnce(SubPath<O, N>) -> B,
        B: Branches<From = N::Here>,
    {
        let branches = paths(PStatePath::at_root(Root::new(), 0));
        self.then(|nav| MultiPath { prev: nav, branches })
    }

    /// Goes on with a path, and then with the place itself: places come before what holds them
    /// (post-order). The path leads to the type of the place.
    ///
    /// ```
    /// use rama_paths::{PStatePath, Root};
    ///
    /// let path = PStatePath::<(), Root<i64>>::new();
    /// let path = path.nil_to_val(0).continue_then_stay(|n| n.filter_greater_than(1));
    /// assert_eq!(path.select_from(&2)?, [2, 2]);
    /// assert_eq!(path.select_from(&1)?, [1]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn continue_then_stay<G, Q>(self, path: G) -> PStatePath<O, ThenStay<O, N, Q>>
    where
        G: FnOnce(SubPath<O, N>) -> PStatePath<O, Q>,
        (PStatePath<O, Q>, SubPath<O, N>): Branches<From = N::Here>,
    {
        self.multi_path(|place| (path(place), place))
    }

    /// Goes on with the place itself, and then with a path: places come behind what holds them
    /// (pre-order). The path leads to the type of the place.
    ///
    /// ```
    /// use rama_paths::{PStatePath, Root};
    ///
    /// let path = || PStatePath::<(), Root<i64>>::new().nil_to_val(0);
    /// let path = path().stay_then_continue(|n| n.filter_greater_than(2));
    /// let mut number = 2;
    /// path.term(|n| n + 1).transform_in(&mut number)?;
    /// assert_eq!(number, 4);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn stay_then_continue<G, Q>(self, path: G) -> PStatePath<O, StayThen<O, N, Q>>
    where
        G: FnOnce(SubPath<O, N>) -> PStatePath<O, Q>,
        (SubPath<O, N>, PStatePath<O, Q>): Branches<From = N::Here>,
    {
        self.multi_path(|place| (place, path(place)))
    }
}

impl<N, B> Navigator for MultiPath<N, B>
where
    N: Navigator,
    B: Branches<From = N::Here>,
{
    type Schema = N::Schema;
    type Here = B::Here;
    type Presence = B::Presence;
    type Emits = Many;
    type Collected = N::Collected;

    #[inline(always)]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.prev.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            self.branches.read_each(place, &mut |place| f(collected, place))
        })
    }

    #[inline(always)]
    fn read_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, SeenOf<'_, Self::Here>) -> Visit,
    {
        self.prev.read_in(top, &mut |collected: &N::Collected, seen: SeenOf<'_, N::Here>| {
            self.branches.read_each_in(seen, &mut |seen| f(collected, seen))
        })
    }

    #[inline(always)]
    fn carry_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(SeenOf<'_, Self::Here>) -> Visit,
    {
        self.prev.read_in(top, &mut |_: &N::Collected, seen: SeenOf<'_, N::Here>| {
            self.branches.read_each_in(seen, f)
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.prev.leading_key()
    }
}

impl<N, B> WriteNavigator for MultiPath<N, B>
where
    N: WriteNavigator,
    B: WriteBranches<From = N::Here>,
{
    #[inline(always)]
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.prev.write(top, &mut |collected: &N::Collected, place: WritePlace<'_, N::Here>| {
            self.branches.write_each(place, &mut |place| f(collected, place))
        })
    }

    #[inline(always)]
    fn write_in<F>(&self, top: SpotOf<'_, N::Schema>, f: &mut F) -> Fated
    where
        F: FnMut(&N::Collected, SpotOf<'_, Self::Here>) -> Fated,
    {
        self.prev.write_in(top, &mut |collected: &N::Collected, spot: SpotOf<'_, N::Here>| {
            self.branches.write_each_in(spot, &mut |spot| f(collected, spot))
        })
    }

    #[inline(always)]
    fn carry_write_in<F>(&self, top: SpotOf<'_, N::Schema>, f: &mut F) -> Fated
    where
        F: FnMut(SpotOf<'_, Self::Here>) -> Fated,
    {
        self.prev.write_in(top, &mut |_: &N::Collected, spot: SpotOf<'_, N::Here>| {
            self.branches.write_each_in(spot, f)
        })
    }
}
