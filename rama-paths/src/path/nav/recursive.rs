//! `follow(&path)`: a path that may follow itself.

use std::fmt;
use std::sync::{Arc, Weak};

use super::root::Root;
use crate::error::PathError;
use crate::key::KeyHash;
use crate::path::plain::{Fate, Seen, SeenOf, Spot, SpotOf};
use crate::path::{
    HoldsValue, KindAt, Many, Navigator, PStatePath, Present, Value, ValueAt, Visit, WriteNavigator,
};
use crate::store::{ReadPlace, WritePlace, Written};

/// What a path visits a place with.
type Read<'f, B> = dyn FnMut(ReadPlace<'_, B>) -> Visit + 'f;
/// What a path writes a place with.
type Write<'f, B> = dyn FnMut(WritePlace<'_, B>) -> Written<B> + 'f;
/// The same, of values in memory.
type ReadIn<'f, B> = dyn FnMut(Seen<'_, B>) -> Visit + 'f;
type WriteIn<'f, B> = dyn FnMut(Spot<'_, B>) -> Result<Fate, PathError> + 'f;

/// A path whose navigators are not told by its type.
trait AnyPath<A: Value, B: Value>: Send + Sync {
    fn read_any(&self, place: ReadPlace<'_, A>, f: &mut Read<'_, B>) -> Visit;
    fn write_any(&self, place: WritePlace<'_, A>, f: &mut Write<'_, B>) -> Written<A>;
    fn read_any_in(&self, seen: Seen<'_, A>, f: &mut ReadIn<'_, B>) -> Visit;
    fn write_any_in(&self, spot: Spot<'_, A>, f: &mut WriteIn<'_, B>) -> Result<Fate, PathError>;
}

impl<A, B, N> AnyPath<A, B> for N
where
    A: Value,
    B: Value,
    N: WriteNavigator<Schema = A, Here = B, Collected = ()> + Send + Sync,
{
    fn read_any(&self, place: ReadPlace<'_, A>, f: &mut Read<'_, B>) -> Visit {
        self.read(place, &mut |_: &(), place: ReadPlace<'_, B>| f(place))
    }

    fn write_any(&self, place: WritePlace<'_, A>, f: &mut Write<'_, B>) -> Written<A> {
        self.write(place, &mut |_: &(), place: WritePlace<'_, B>| f(place))
    }

    fn read_any_in(&self, seen: Seen<'_, A>, f: &mut ReadIn<'_, B>) -> Visit {
        self.read_in(seen, &mut |_: &(), seen: Seen<'_, B>| f(seen))
    }

    fn write_any_in(&self, spot: Spot<'_, A>, f: &mut WriteIn<'_, B>) -> Result<Fate, PathError> {
        self.write_in(spot, &mut |_: &(), spot: Spot<'_, B>| f(spot))
    }
}

/// A path within values, from an `A` to any number of `B`, that may follow itself: for values that
/// hold values of their own type.
///
/// ```
/// use rama_paths::{CustomNav, PStatePath, RecursivePath, Root};
/// # use rama_paths::{Record, ShapeBuilder};
///
/// #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
/// struct Tree(i64, Vec<Tree>);
/// # impl Record for Tree {
/// #     fn shape(shape: &mut ShapeBuilder) { shape.text("Tree"); }
/// # }
///
/// #[derive(Clone)]
/// struct Label;
/// # impl CustomNav<Tree> for Label {
/// #     type To = i64;
/// #     fn select(&self, tree: &Tree, next: &mut dyn FnMut(&i64)) { next(&tree.0); }
/// #     fn transform(&self, tree: &mut Tree, next: &mut dyn FnMut(&mut i64) -> bool) {
/// #         next(&mut tree.0);
/// #     }
/// # }
/// #[derive(Clone)]
/// struct Children;
/// # impl CustomNav<Tree> for Children {
/// #     type To = Vec<Tree>;
/// #     fn select(&self, tree: &Tree, next: &mut dyn FnMut(&Vec<Tree>)) { next(&tree.1); }
/// #     fn transform(&self, tree: &mut Tree, next: &mut dyn FnMut(&mut Vec<Tree>) -> bool) {
/// #         next(&mut tree.1);
/// #     }
/// # }
/// // `impl CustomNav<Tree>` for both.
///
/// let labels = RecursivePath::<Tree, i64>::new(|tree, labels| {
///     tree.multi_path(|tree| (tree.nav(Label), tree.nav(Children).all().follow(&labels)))
/// });
/// let mut tree = Tree(1, vec![Tree(2, vec![Tree(3, vec![])]), Tree(4, vec![])]);
/// let path = || PStatePath::<(), Root<Tree>>::new().follow(&labels);
/// assert_eq!(path().select_from(&tree)?, [1, 2, 3, 4]);
/// path().term(|label| label * 10).transform_in(&mut tree)?;
/// assert_eq!(path().select_from(&tree)?, [10, 20, 30, 40]);
/// # Ok::<(), rama_paths::PathError>(())
/// ```
pub struct RecursivePath<A, B>(Link<A, B>);

type Boxed<A, B> = Box<dyn AnyPath<A, B>>;

enum Link<A, B> {
    Whole(Arc<Boxed<A, B>>),
    /// Within the path itself, which would never be dropped otherwise.
    Within(Weak<Boxed<A, B>>),
}

impl<A, B> Clone for Link<A, B> {
    fn clone(&self) -> Self {
        match self {
            Self::Whole(path) => Self::Whole(Arc::clone(path)),
            Self::Within(path) => Self::Within(Weak::clone(path)),
        }
    }
}

impl<A, B> Clone for RecursivePath<A, B> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<A, B> fmt::Debug for RecursivePath<A, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecursivePath")
    }
}

impl<A: Value, B: Value> RecursivePath<A, B> {
    /// Makes a path: the closure gets the place where it begins, and the path itself, to follow it
    /// from within.
    ///
    /// The second argument is of use only in the path that the closure gives: kept elsewhere it
    /// leads nowhere once that path is gone.
    pub fn new<N>(
        make: impl FnOnce(PStatePath<(), Root<A, Present>>, Self) -> PStatePath<(), N>,
    ) -> Self
    where
        N: WriteNavigator<Schema = A, Here = B, Collected = ()> + Send + Sync + 'static,
    {
        Self(Link::Whole(Arc::new_cyclic(|path: &Weak<Boxed<A, B>>| {
            let made = make(PStatePath::at_root(Root::new(), 0), Self(Link::Within(path.clone())));
            Box::new(made.nav) as Boxed<A, B>
        })))
    }

    fn path(&self) -> Option<Arc<Boxed<A, B>>> {
        match &self.0 {
            Link::Whole(path) => Some(Arc::clone(path)),
            Link::Within(path) => path.upgrade(),
        }
    }
}

/// See [`PStatePath::follow`].
#[derive(Debug, Clone)]
pub struct Follow<N, A, B> {
    prev: N,
    path: RecursivePath<A, B>,
}

impl<O, N: Navigator> PStatePath<O, N> {
    /// Goes on with a path that may follow itself; see [`RecursivePath`].
    ///
    /// - *Select* and *transform*: what the path leads to. It is followed on the stack of the thread:
    ///   some thousand levels deep.
    #[inline]
    pub fn follow<A, B, M>(self, path: &RecursivePath<A, B>) -> PStatePath<O, M>
    where
        KindAt<N>: HoldsValue<N::Here, Value = A, Then<Follow<N, A, B>> = M>,
    {
        let path = path.clone();
        self.then(|nav| KindAt::<N>::then(Follow { prev: nav, path }))
    }
}

impl<N, A, B> Navigator for Follow<N, A, B>
where
    N: Navigator,
    N::Here: ValueAt<Value = A>,
    A: Value,
    B: Value,
{
    type Schema = N::Schema;
    type Here = <N::Here as ValueAt>::Part<B>;
    type Presence = Present;
    type Emits = Many;
    type Collected = N::Collected;

    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        let Some(path) = self.path.path() else { return Ok(()) };
        self.prev.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            path.read_any(ReadPlace::value(place.slot), &mut |place| match place.slot.is_some() {
                true => f(collected, ReadPlace::value(place.slot)),
                false => Ok(()),
            })
        })
    }

    #[inline(always)]
    fn read_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, SeenOf<'_, Self::Here>) -> Visit,
    {
        let Some(path) = self.path.path() else { return Ok(()) };
        self.prev.read_in(top, &mut |collected: &N::Collected, seen: SeenOf<'_, N::Here>| {
            path.read_any_in(seen, &mut |seen| match seen.get().is_some() {
                true => f(collected, seen),
                false => Ok(()),
            })
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.prev.leading_key()
    }
}

impl<N, A, B> WriteNavigator for Follow<N, A, B>
where
    N: WriteNavigator<Here = A>,
    A: Value,
    B: Value,
{
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, B>) -> Written<B>,
    {
        use crate::store::Change;

        let Some(path) = self.path.path() else { return Ok(Change::Keep) };
        self.prev.write(top, &mut |collected: &N::Collected, place: WritePlace<'_, A>| {
            path.write_any(place, &mut |place| f(collected, place))
        })
    }

    #[inline(always)]
    fn write_in<F>(&self, top: SpotOf<'_, N::Schema>, f: &mut F) -> Result<Fate, PathError>
    where
        F: FnMut(&N::Collected, Spot<'_, B>) -> Result<Fate, PathError>,
    {
        let Some(path) = self.path.path() else { return Ok(Fate::Kept) };
        self.prev.write_in(top, &mut |collected: &N::Collected, spot: Spot<'_, A>| {
            path.write_any_in(spot, &mut |spot| f(collected, spot))
        })
    }
}
