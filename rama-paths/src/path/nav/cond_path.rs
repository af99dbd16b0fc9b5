//! `cond_path(pairs)`: the path behind the first condition that leads anywhere.

use super::root::Root;
use crate::key::KeyHash;
use crate::path::plain::{Fate, Fated, SeenOf, SpotOf};
use crate::path::sub::{SubPath, leads_anywhere, leads_anywhere_in};
use crate::path::{Location, Many, Navigator, PStatePath, Presence, Visit, WriteNavigator};
use crate::store::{Change, ReadPlace, WritePlace, Written};

/// Pairs of a condition and a path, as a tuple: what [`cond_path`](PStatePath::cond_path) takes.
pub trait Cases {
    /// Where they begin.
    type From: Location;
    /// Where the paths lead to.
    type Here: Location;
    /// Whether something is there.
    type Presence: Presence;

    /// Visits every place that the path of the first case that holds leads to.
    #[doc(hidden)]
    fn read_first<F>(&self, place: ReadPlace<'_, Self::From>, f: &mut F) -> Visit
    where
        F: FnMut(ReadPlace<'_, Self::Here>) -> Visit;

    /// As [`read_first`](Self::read_first), of a value in memory.
    #[doc(hidden)]
    fn read_first_in<F>(&self, seen: SeenOf<'_, Self::From>, f: &mut F) -> Visit
    where
        F: FnMut(SeenOf<'_, Self::Here>) -> Visit;
}

/// Cases whose places can be written.
pub trait WriteCases: Cases<From: crate::schema::Schema, Here: crate::schema::Schema> {
    /// Writes every place that the path of the first case that holds leads to.
    #[doc(hidden)]
    fn write_first<F>(&self, place: WritePlace<'_, Self::From>, f: &mut F) -> Written<Self::From>
    where
        F: FnMut(WritePlace<'_, Self::Here>) -> Written<Self::Here>;

    /// As [`write_first`](Self::write_first), of a value in memory.
    #[doc(hidden)]
    fn write_first_in<F>(&self, spot: SpotOf<'_, Self::From>, f: &mut F) -> Fated
    where
        F: FnMut(SpotOf<'_, Self::Here>) -> Fated;
}

macro_rules! cases {
    ($c:ident $first:ident $at:tt $(, $d:ident $rest:ident $index:tt)*) => {
        impl<O, $c, $first, $($d, $rest),*> Cases for ((PStatePath<O, $c>, PStatePath<O, $first>), $((PStatePath<O, $d>, PStatePath<O, $rest>)),*)
        where
            $c: Navigator<Schema = $first::Schema>,
            $first: Navigator<Collected = ()>,
            $($d: Navigator<Schema = $first::Schema>,)*
            $($rest: Navigator<Schema = $first::Schema, Here = $first::Here, Collected = ()>,)*
        {
            type From = $first::Schema;
            type Here = $first::Here;
            type Presence = cases!(@or $first::Presence $(, $rest)*);

            #[inline(always)]
            fn read_first<F>(&self, place: ReadPlace<'_, Self::From>, f: &mut F) -> Visit
            where
                F: FnMut(ReadPlace<'_, Self::Here>) -> Visit,
            {
                let mut f = |_: &(), place: ReadPlace<'_, Self::Here>| f(place);
                if leads_anywhere(&self.$at.0.nav, place.again())? {
                    return self.$at.1.nav.read(place, &mut f);
                }
                $(if leads_anywhere(&self.$index.0.nav, place.again())? {
                    return self.$index.1.nav.read(place, &mut f);
                })*
                Ok(())
            }

            #[inline(always)]
            fn read_first_in<F>(&self, seen: SeenOf<'_, Self::From>, f: &mut F) -> Visit
            where
                F: FnMut(SeenOf<'_, Self::Here>) -> Visit,
            {
                if leads_anywhere_in(&self.$at.0.nav, seen.again())? {
                    return self.$at.1.nav.carry_in(seen, f);
                }
                $(if leads_anywhere_in(&self.$index.0.nav, seen.again())? {
                    return self.$index.1.nav.carry_in(seen, f);
                })*
                Ok(())
            }
        }

        impl<O, $c, $first, $($d, $rest),*> WriteCases for ((PStatePath<O, $c>, PStatePath<O, $first>), $((PStatePath<O, $d>, PStatePath<O, $rest>)),*)
        where
            $c: Navigator<Schema = $first::Schema>,
            $first: WriteNavigator<Collected = ()>,
            $($d: Navigator<Schema = $first::Schema>,)*
            $($rest: WriteNavigator<Schema = $first::Schema, Here = $first::Here, Collected = ()>,)*
        {
            fn write_first<F>(&self, place: WritePlace<'_, Self::From>, f: &mut F) -> Written<Self::From>
            where
                F: FnMut(WritePlace<'_, Self::Here>) -> Written<Self::Here>,
            {
                let mut f = |_: &(), place: WritePlace<'_, Self::Here>| f(place);
                if leads_anywhere(&self.$at.0.nav, place.reading()?)? {
                    return self.$at.1.nav.write(place, &mut f);
                }
                $(if leads_anywhere(&self.$index.0.nav, place.reading()?)? {
                    return self.$index.1.nav.write(place, &mut f);
                })*
                Ok(Change::Keep)
            }

            #[inline(always)]
            fn write_first_in<F>(&self, spot: SpotOf<'_, Self::From>, f: &mut F) -> Fated
            where
                F: FnMut(SpotOf<'_, Self::Here>) -> Fated,
            {
                if leads_anywhere_in(&self.$at.0.nav, spot.seen())? {
                    return self.$at.1.nav.carry_write_in(spot, f);
                }
                $(if leads_anywhere_in(&self.$index.0.nav, spot.seen())? {
                    return self.$index.1.nav.carry_write_in(spot, f);
                })*
                Ok(Fate::Kept)
            }
        }
    };
    (@or $so_far:ty, $next:ident $(, $rest:ident)*) => {
        cases!(@or <$so_far as Presence>::Or<$next::Presence> $(, $rest)*)
    };
    (@or $so_far:ty) => { $so_far };
}

cases!(CA A 0);
cases!(CA A 0, CB B 1);
cases!(CA A 0, CB B 1, CC C 2);
cases!(CA A 0, CB B 1, CC C 2, CD D 3);
cases!(CA A 0, CB B 1, CC C 2, CD D 3, CE E 4);
cases!(CA A 0, CB B 1, CC C 2, CD D 3, CE E 4, CG G 5);

/// See [`PStatePath::cond_path`].
#[derive(Debug, Clone)]
pub struct CondPath<N, B> {
    prev: N,
    cases: B,
}

impl<O, N: Navigator> PStatePath<O, N> {
    /// Goes on with the path of the first case whose condition leads anywhere: the closure gives a
    /// tuple of up to six pairs, of a condition and a path each, and the paths lead to the same type.
    /// Where none holds it leads nowhere.
    ///
    /// - *Select* and *transform*: what the path of the case leads to.
    /// - *Cost*: what the conditions read up to the one that holds, and the path's.
    ///
    /// ```
    /// use rama_paths::{PStatePath, Root};
    ///
    /// let path = PStatePath::<(), Root<Vec<Vec<i64>>>>::new();
    /// let lists = vec![vec![1, 2], vec![], vec![4]];
    /// let path = path.all().cond_path(|list| (
    ///     (list.nth(1), list.last()),
    ///     (list.nth(0), list.first()),
    /// ));
    /// assert_eq!(path.select_from(&lists)?, [2, 4]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn cond_path<G, B>(self, cases: G) -> PStatePath<O, CondPath<N, B>>
    where
        G: FnOnce(SubPath<O, N>) -> B,
        B: Cases<From = N::Here>,
    {
        let cases = cases(PStatePath::at_root(Root::new(), 0));
        self.then(|nav| CondPath { prev: nav, cases })
    }
}

impl<N, B> Navigator for CondPath<N, B>
where
    N: Navigator,
    B: Cases<From = N::Here>,
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
            self.cases.read_first(place, &mut |place| f(collected, place))
        })
    }

    #[inline(always)]
    fn read_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, SeenOf<'_, Self::Here>) -> Visit,
    {
        self.prev.read_in(top, &mut |collected: &N::Collected, seen: SeenOf<'_, N::Here>| {
            self.cases.read_first_in(seen, &mut |seen| f(collected, seen))
        })
    }

    #[inline(always)]
    fn carry_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(SeenOf<'_, Self::Here>) -> Visit,
    {
        self.prev.read_in(top, &mut |_: &N::Collected, seen: SeenOf<'_, N::Here>| {
            self.cases.read_first_in(seen, f)
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.prev.leading_key()
    }
}

impl<N, B> WriteNavigator for CondPath<N, B>
where
    N: WriteNavigator,
    B: WriteCases<From = N::Here>,
{
    #[inline(always)]
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.prev.write(top, &mut |collected: &N::Collected, place: WritePlace<'_, N::Here>| {
            self.cases.write_first(place, &mut |place| f(collected, place))
        })
    }

    #[inline(always)]
    fn write_in<F>(&self, top: SpotOf<'_, N::Schema>, f: &mut F) -> Fated
    where
        F: FnMut(&N::Collected, SpotOf<'_, Self::Here>) -> Fated,
    {
        self.prev.write_in(top, &mut |collected: &N::Collected, spot: SpotOf<'_, N::Here>| {
            self.cases.write_first_in(spot, &mut |spot| f(collected, spot))
        })
    }

    #[inline(always)]
    fn carry_write_in<F>(&self, top: SpotOf<'_, N::Schema>, f: &mut F) -> Fated
    where
        F: FnMut(SpotOf<'_, Self::Here>) -> Fated,
    {
        self.prev.write_in(top, &mut |_: &N::Collected, spot: SpotOf<'_, N::Here>| {
            self.cases.write_first_in(spot, f)
        })
    }
}
