//! `if_path(condition, then)`: one path or another, as a third one leads anywhere or not.

use super::stop::Nowhere;
use crate::key::KeyHash;
use crate::path::plain::{Fated, SeenOf, SpotOf};
use crate::path::sub::{SubPath, leads_anywhere, leads_anywhere_in, navigators};
use crate::path::{Emits, Navigator, PStatePath, Presence, Visit, WriteNavigator};
use crate::store::{ReadPlace, WritePlace, Written};

/// See [`PStatePath::if_path_else`].
#[derive(Debug, Clone)]
pub struct IfPath<N, C, A, B> {
    prev: N,
    condition: C,
    then: A,
    otherwise: B,
}

/// What stands for the branch that is not told.
type OrNowhere<N, A> =
    Nowhere<<N as Navigator>::Here, <A as Navigator>::Here, <A as Navigator>::Presence>;

impl<O, N: Navigator> PStatePath<O, N> {
    /// Goes on with `then` where `condition` leads anywhere, else nowhere.
    ///
    /// - *Select* and *transform*: what `then` leads to.
    /// - *Cost*: what the condition reads up to the first place that it leads to, and the path's.
    ///
    /// ```
    /// use rama_paths::{PStatePath, Root};
    ///
    /// let path = || PStatePath::<(), Root<Vec<Vec<i64>>>>::new();
    /// let lists = vec![vec![1, 2], vec![3], vec![4, 5]];
    /// let path = path().all().if_path(|list| list.nth(1), |list| list.first());
    /// assert_eq!(path.select_from(&lists)?, [1, 4]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn if_path<G, H, C, A>(
        self,
        condition: G,
        then: H,
    ) -> PStatePath<O, IfPath<N, C, A, OrNowhere<N, A>>>
    where
        G: FnOnce(SubPath<O, N>) -> PStatePath<O, C>,
        H: FnOnce(SubPath<O, N>) -> PStatePath<O, A>,
        C: Navigator<Schema = N::Here>,
        A: Navigator<Schema = N::Here, Collected = ()>,
    {
        let (condition, then) = (navigators::<O, N, C>(condition), navigators::<O, N, A>(then));
        self.then(|nav| IfPath { prev: nav, condition, then, otherwise: Nowhere::new() })
    }

    /// Goes on with `then` where `condition` leads anywhere, else with `otherwise`; both lead to the
    /// same type.
    ///
    /// - *Select* and *transform*: what the one that is taken leads to.
    /// - *Cost*: what the condition reads up to the first place that it leads to, and the path's.
    ///
    /// ```
    /// use rama_paths::{PStatePath, Root};
    ///
    /// let path = || PStatePath::<(), Root<Vec<Vec<i64>>>>::new();
    /// let mut lists = vec![vec![1, 2], vec![3], vec![4, 5]];
    /// let path = || path().all().if_path_else(
    ///     |list| list.nth(1),
    ///     |list| list.first(),
    ///     |list| list.after_elem(),
    /// );
    /// path().termval(0).transform_in(&mut lists)?;
    /// assert_eq!(lists, [vec![0, 2], vec![3, 0], vec![0, 5]]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn if_path_else<G, H, I, C, A, B>(
        self,
        condition: G,
        then: H,
        otherwise: I,
    ) -> PStatePath<O, IfPath<N, C, A, B>>
    where
        G: FnOnce(SubPath<O, N>) -> PStatePath<O, C>,
        H: FnOnce(SubPath<O, N>) -> PStatePath<O, A>,
        I: FnOnce(SubPath<O, N>) -> PStatePath<O, B>,
        C: Navigator<Schema = N::Here>,
        A: Navigator<Schema = N::Here, Collected = ()>,
        B: Navigator<Schema = N::Here, Here = A::Here, Collected = ()>,
    {
        let (condition, then) = (navigators::<O, N, C>(condition), navigators::<O, N, A>(then));
        let otherwise = navigators::<O, N, B>(otherwise);
        self.then(|nav| IfPath { prev: nav, condition, then, otherwise })
    }
}

impl<N, C, A, B> IfPath<N, C, A, B>
where
    N: Navigator,
    C: Navigator<Schema = N::Here>,
    A: Navigator<Schema = N::Here, Collected = ()>,
    B: Navigator<Schema = N::Here, Here = A::Here, Collected = ()>,
{
    /// Goes on in one of the paths.
    #[inline(always)]
    fn branch_in<F>(&self, seen: SeenOf<'_, N::Here>, f: &mut F) -> Visit
    where
        F: FnMut(SeenOf<'_, A::Here>) -> Visit,
    {
        if leads_anywhere_in(&self.condition, seen.again())? {
            self.then.carry_in(seen, f)
        } else {
            self.otherwise.carry_in(seen, f)
        }
    }

    /// As [`branch_in`](Self::branch_in), to write.
    #[inline(always)]
    fn branch_write_in<F>(&self, spot: SpotOf<'_, N::Here>, f: &mut F) -> Fated
    where
        A: WriteNavigator,
        B: WriteNavigator,
        F: FnMut(SpotOf<'_, A::Here>) -> Fated,
    {
        if leads_anywhere_in(&self.condition, spot.seen())? {
            self.then.carry_write_in(spot, f)
        } else {
            self.otherwise.carry_write_in(spot, f)
        }
    }
}

impl<N, C, A, B> Navigator for IfPath<N, C, A, B>
where
    N: Navigator,
    C: Navigator<Schema = N::Here>,
    A: Navigator<Schema = N::Here, Collected = ()>,
    B: Navigator<Schema = N::Here, Here = A::Here, Collected = ()>,
{
    type Schema = N::Schema;
    type Here = A::Here;
    type Presence = <A::Presence as Presence>::Or<B::Presence>;
    type Emits = <<N::Emits as Emits>::Then<A::Emits> as Emits>::Then<B::Emits>;
    type Collected = N::Collected;

    #[inline(always)]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, A::Here>) -> Visit,
    {
        self.prev.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            let mut go_on = |_: &(), place: ReadPlace<'_, A::Here>| f(collected, place);
            if leads_anywhere(&self.condition, place.again())? {
                self.then.read(place, &mut go_on)
            } else {
                self.otherwise.read(place, &mut go_on)
            }
        })
    }

    #[inline(always)]
    fn read_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, SeenOf<'_, Self::Here>) -> Visit,
    {
        self.prev.read_in(top, &mut |collected: &N::Collected, seen: SeenOf<'_, N::Here>| {
            self.branch_in(seen, &mut |seen| f(collected, seen))
        })
    }

    #[inline(always)]
    fn carry_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(SeenOf<'_, Self::Here>) -> Visit,
    {
        self.prev.read_in(top, &mut |_: &N::Collected, seen: SeenOf<'_, N::Here>| {
            self.branch_in(seen, f)
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.prev.leading_key()
    }
}

impl<N, C, A, B> WriteNavigator for IfPath<N, C, A, B>
where
    N: WriteNavigator,
    C: Navigator<Schema = N::Here>,
    A: WriteNavigator<Schema = N::Here, Collected = ()>,
    B: WriteNavigator<Schema = N::Here, Here = A::Here, Collected = ()>,
{
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, A::Here>) -> Written<A::Here>,
    {
        self.prev.write(top, &mut |collected: &N::Collected, place: WritePlace<'_, N::Here>| {
            let is_taken = leads_anywhere(&self.condition, place.reading()?)?;
            let mut go_on = |_: &(), place: WritePlace<'_, A::Here>| f(collected, place);
            if is_taken {
                self.then.write(place, &mut go_on)
            } else {
                self.otherwise.write(place, &mut go_on)
            }
        })
    }

    #[inline(always)]
    fn write_in<F>(&self, top: SpotOf<'_, N::Schema>, f: &mut F) -> Fated
    where
        F: FnMut(&N::Collected, SpotOf<'_, Self::Here>) -> Fated,
    {
        self.prev.write_in(top, &mut |collected: &N::Collected, spot: SpotOf<'_, N::Here>| {
            self.branch_write_in(spot, &mut |spot| f(collected, spot))
        })
    }

    #[inline(always)]
    fn carry_write_in<F>(&self, top: SpotOf<'_, N::Schema>, f: &mut F) -> Fated
    where
        F: FnMut(SpotOf<'_, Self::Here>) -> Fated,
    {
        self.prev.write_in(top, &mut |_: &N::Collected, spot: SpotOf<'_, N::Here>| {
            self.branch_write_in(spot, f)
        })
    }
}
