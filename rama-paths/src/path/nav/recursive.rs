//! `follow(&path)`: a path that may follow itself.

use super::root::Root;
use crate::key::KeyHash;
use crate::path::plain::{Fate, Fated, Seen, SeenOf, Spot, SpotOf, as_spot, see};
use crate::path::{
    HoldsValue, KindAt, Many, Navigator, PStatePath, Present, Value, ValueAt, Visit, WriteNavigator,
};
use crate::store::{ReadPlace, WritePlace, Written};

/// Where a [`RecursivePath`] begins: at a value that is there.
pub type Start<A> = PStatePath<(), Root<A, Present>>;

/// A path within values, from an `A` to any number of `B`: what a [`RecursivePath`] gives.
#[diagnostic::on_unimplemented(
    message = "this is no path from `{A}` to `{B}` that can be written and has collected nothing",
    label = "not a path from `{A}` to `{B}`"
)]
pub trait PathWithin<A: Value, B: Value> {
    /// Its navigators.
    #[doc(hidden)]
    type Nav: WriteNavigator<Schema = A, Here = B, Collected = ()>;

    /// Its navigators.
    #[doc(hidden)]
    fn navigators(self) -> Self::Nav;
}

#[diagnostic::do_not_recommend]
impl<A, B, N> PathWithin<A, B> for PStatePath<(), N>
where
    A: Value,
    B: Value,
    N: WriteNavigator<Schema = A, Here = B, Collected = ()>,
{
    type Nav = N;

    #[inline(always)]
    fn navigators(self) -> N {
        self.nav
    }
}

/// A path within values that may follow itself: for values that hold values of their own type.
///
/// ```
/// use rama_paths::{Again, PStatePath, PathWithin, RecursivePath, Root, Start};
/// # use rama_paths::{Record, ShapeBuilder};
///
/// #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
/// struct Tree(i64, Vec<Tree>);
/// # impl Record for Tree {
/// #     fn shape(shape: &mut ShapeBuilder) { shape.text("Tree"); }
/// # }
///
/// /// The labels of a tree, each before those beneath it.
/// struct Labels;
///
/// impl RecursivePath for Labels {
///     type From = Tree;
///     type To = i64;
///
///     fn path(&self, tree: Start<Tree>, again: Again<'_, Self>) -> impl PathWithin<Tree, i64> {
///         tree.multi_path(|tree| {
///             let label = tree.lens(|tree: &Tree| &tree.0, |tree: &mut Tree| &mut tree.0);
///             let below = tree.lens(|tree: &Tree| &tree.1, |tree: &mut Tree| &mut tree.1);
///             (label, below.all().follow(again))
///         })
///     }
/// }
///
/// let mut tree = Tree(1, vec![Tree(2, vec![Tree(3, vec![])]), Tree(4, vec![])]);
/// let path = || PStatePath::<(), Root<Tree>>::new().follow(&Labels);
/// assert_eq!(path().select_from(&tree)?, [1, 2, 3, 4]);
/// path().term(|label| label * 10).transform_in(&mut tree)?;
/// assert_eq!(path().select_from(&tree)?, [10, 20, 30, 40]);
/// # Ok::<(), rama_paths::PathError>(())
/// ```
///
/// A struct with `#[derive(Record)]` has its fields without a `lens`: `tree.field(|tree| tree.1)`.
pub trait RecursivePath: Sized {
    /// The type of the values where it begins.
    type From: Value;
    /// The type of the values that it leads to.
    type To: Value;

    /// The path. Within it, it is followed as `again`: at the end of a branch that costs a call of a
    /// function, before other navigators a call through a pointer at each value besides. (Followed
    /// there as `self` it would be of a type without an end, at which rustc stops with an error.)
    ///
    /// It is made anew at each value, so that making it should cost nothing: navigators that take a
    /// value of their own, as `filter_equal` does, are to get one that is cheap to copy.
    fn path(
        &self,
        start: Start<Self::From>,
        again: Again<'_, Self>,
    ) -> impl PathWithin<Self::From, Self::To>;
}

/// A [`RecursivePath`] within itself.
#[derive(Debug)]
pub struct Again<'a, P>(&'a P);

impl<'a, P: RecursivePath> Again<'a, P> {
    /// A path as it is followed within another one that it leads back to: so paths follow each other
    /// which both do.
    #[inline(always)]
    pub fn of(path: &'a P) -> Self {
        Self(path)
    }
}

impl<P> Copy for Again<'_, P> {}

impl<P> Clone for Again<'_, P> {
    fn clone(&self) -> Self {
        *self
    }
}

/// What [`PStatePath::follow`] takes: a [`RecursivePath`], and [`Again`] within one.
#[diagnostic::on_unimplemented(
    message = "`.follow(…)` takes `&` of a type that implements `RecursivePath`, or `again` within one",
    label = "not a path that may follow itself"
)]
pub trait Followed: Copy {
    /// The path.
    type Path: RecursivePath;

    /// The path.
    #[doc(hidden)]
    fn path(&self) -> &Self::Path;

    /// Visits every place that it leads to.
    #[doc(hidden)]
    fn each<F>(self, seen: SeenBy<'_, Self>, f: &mut F) -> Visit
    where
        F: FnMut(Seen<'_, ToOf<Self>>) -> Visit;

    /// Writes every place that it leads to.
    #[doc(hidden)]
    fn write_each<F>(self, spot: SpotBy<'_, Self>, f: &mut F) -> Fated
    where
        F: FnMut(Spot<'_, ToOf<Self>>) -> Fated;
}

type FromOf<R> = <<R as Followed>::Path as RecursivePath>::From;
type ToOf<R> = <<R as Followed>::Path as RecursivePath>::To;
type SeenBy<'a, R> = Seen<'a, FromOf<R>>;
type SpotBy<'a, R> = Spot<'a, FromOf<R>>;

/// Visits every place that a path leads to.
#[inline(always)]
fn walk<P, F>(path: &P, seen: Seen<'_, P::From>, f: &mut F) -> Visit
where
    P: RecursivePath,
    F: FnMut(Seen<'_, P::To>) -> Visit,
{
    match seen.get() {
        Some(value) => walk_value(path, value, f),
        None => Ok(()),
    }
}

/// As [`walk`]. It is what calls itself, so it is what the rest is inlined into.
#[inline(never)]
fn walk_value<P, F>(path: &P, value: &P::From, f: &mut F) -> Visit
where
    P: RecursivePath,
    F: FnMut(Seen<'_, P::To>) -> Visit,
{
    navigators(path).carry_in(Seen::There(value), f)
}

/// Writes every place that a path leads to.
#[inline(always)]
fn write<P, F>(path: &P, spot: Spot<'_, P::From>, f: &mut F) -> Fated
where
    P: RecursivePath,
    F: FnMut(Spot<'_, P::To>) -> Fated,
{
    match spot.into_there() {
        Ok(value) => write_value(path, value, f),
        Err(spot) => write_copy(path, spot, f),
    }
}

/// As [`write`], of a value that is changed where it is. It is what calls itself.
#[inline(never)]
fn write_value<P, F>(path: &P, value: &mut P::From, f: &mut F) -> Fated
where
    P: RecursivePath,
    F: FnMut(Spot<'_, P::To>) -> Fated,
{
    navigators(path).carry_write_in(Spot::there(value), f)
}

/// As [`write`], of a value that cannot be changed where it is, or of what stands for an absent one.
#[cold]
#[inline(never)]
fn write_copy<P, F>(path: &P, spot: Spot<'_, P::From>, f: &mut F) -> Fated
where
    P: RecursivePath,
    F: FnMut(Spot<'_, P::To>) -> Fated,
{
    let Some(mut value) = spot.copy() else { return Ok(Fate::Kept) };
    Ok(match write_value(path, &mut value, f)? {
        Fate::Changed => spot.put(value),
        fate => fate,
    })
}

/// The navigators of a path.
#[inline(always)]
fn navigators<P: RecursivePath>(
    path: &P,
) -> impl WriteNavigator<Schema = P::From, Here = P::To, Collected = ()> {
    path.path(PStatePath::at_root(Root::new(), 0), Again(path)).navigators()
}

impl<P: RecursivePath> Followed for &P {
    type Path = P;

    #[inline(always)]
    fn path(&self) -> &P {
        self
    }

    #[inline(always)]
    fn each<F>(self, seen: SeenBy<'_, Self>, f: &mut F) -> Visit
    where
        F: FnMut(Seen<'_, P::To>) -> Visit,
    {
        walk(self, seen, f)
    }

    #[inline(always)]
    fn write_each<F>(self, spot: SpotBy<'_, Self>, f: &mut F) -> Fated
    where
        F: FnMut(Spot<'_, P::To>) -> Fated,
    {
        write(self, spot, f)
    }
}

/// Within itself a path that goes on behind itself would call itself with another `f` each time, of a
/// type without an end; so there `f` is called through a pointer.
impl<P: RecursivePath> Followed for Again<'_, P> {
    type Path = P;

    #[inline(always)]
    fn path(&self) -> &P {
        self.0
    }

    fn each<F>(self, seen: SeenBy<'_, Self>, f: &mut F) -> Visit
    where
        F: FnMut(Seen<'_, P::To>) -> Visit,
    {
        walk_erased(self.0, seen, f)
    }

    fn write_each<F>(self, spot: SpotBy<'_, Self>, f: &mut F) -> Fated
    where
        F: FnMut(Spot<'_, P::To>) -> Fated,
    {
        write_erased(self.0, spot, f)
    }
}

fn walk_erased<P: RecursivePath>(
    path: &P,
    seen: Seen<'_, P::From>,
    f: &mut dyn FnMut(Seen<'_, P::To>) -> Visit,
) -> Visit {
    walk(path, seen, &mut |seen: Seen<'_, P::To>| f(seen))
}

fn write_erased<P: RecursivePath>(
    path: &P,
    spot: Spot<'_, P::From>,
    f: &mut dyn FnMut(Spot<'_, P::To>) -> Fated,
) -> Fated {
    write(path, spot, &mut |spot: Spot<'_, P::To>| f(spot))
}

/// See [`PStatePath::follow`].
#[derive(Debug, Clone)]
pub struct Follow<N, R> {
    prev: N,
    path: R,
}

impl<O, N: Navigator> PStatePath<O, N> {
    /// Goes on with a path that may follow itself; see [`RecursivePath`].
    ///
    /// - *Select* and *transform*: what the path leads to; nothing where no value is. It is followed on
    ///   the stack of the thread: some thousand levels deep.
    #[inline]
    pub fn follow<R, M>(self, path: R) -> PStatePath<O, M>
    where
        R: Followed,
        KindAt<N>: HoldsValue<N::Here, Value = FromOf<R>, Then<Follow<N, R>> = M>,
    {
        self.then(|nav| KindAt::<N>::then(Follow { prev: nav, path }))
    }
}

impl<N, R> Navigator for Follow<N, R>
where
    N: Navigator,
    N::Here: ValueAt<Value = FromOf<R>>,
    R: Followed,
{
    type Schema = N::Schema;
    type Here = <N::Here as ValueAt>::Part<ToOf<R>>;
    type Presence = Present;
    type Emits = Many;
    type Collected = N::Collected;

    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.prev.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            see(place.slot, |seen| {
                self.path.each(seen, &mut |seen| match seen.get() {
                    Some(_) => f(collected, ReadPlace::value(seen.held())),
                    None => Ok(()),
                })
            })
        })
    }

    #[inline(always)]
    fn read_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, SeenOf<'_, Self::Here>) -> Visit,
    {
        self.prev.read_in(top, &mut |collected: &N::Collected, seen: SeenOf<'_, N::Here>| {
            self.path.each(seen, &mut |seen| match seen.get() {
                Some(_) => f(collected, seen),
                None => Ok(()),
            })
        })
    }

    #[inline(always)]
    fn carry_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(SeenOf<'_, Self::Here>) -> Visit,
    {
        let path = self.path;
        self.prev.read_in(top, &mut move |_: &N::Collected, seen: SeenOf<'_, N::Here>| {
            walk(path.path(), seen, f)
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.prev.leading_key()
    }
}

impl<N, R> WriteNavigator for Follow<N, R>
where
    N: WriteNavigator<Here = FromOf<R>>,
    R: Followed,
{
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.prev.write(top, &mut |collected: &N::Collected, place: WritePlace<'_, N::Here>| {
            as_spot(place, |spot, ids| {
                self.path.write_each(spot, &mut |spot| {
                    spot.into_place::<ToOf<R>>(ids, |place| f(collected, place))
                })
            })
        })
    }

    #[inline(always)]
    fn write_in<F>(&self, top: SpotOf<'_, N::Schema>, f: &mut F) -> Fated
    where
        F: FnMut(&N::Collected, SpotOf<'_, Self::Here>) -> Fated,
    {
        self.prev.write_in(top, &mut |collected: &N::Collected, spot: SpotOf<'_, N::Here>| {
            self.path.write_each(spot, &mut |spot| f(collected, spot))
        })
    }

    #[inline(always)]
    fn carry_write_in<F>(&self, top: SpotOf<'_, N::Schema>, f: &mut F) -> Fated
    where
        F: FnMut(SpotOf<'_, Self::Here>) -> Fated,
    {
        let path = self.path;
        self.prev.write_in(top, &mut move |_: &N::Collected, spot: SpotOf<'_, N::Here>| {
            write(path.path(), spot, f)
        })
    }
}
