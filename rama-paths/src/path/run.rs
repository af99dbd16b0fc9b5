//! What a path can be used for, as traits that the runtime asks for.

use super::plain::{Fated, SeenOf, SpotOf};
use super::{Collected, IsSingle, Navigator, PStatePath, Selectable, Value, Visit, WriteNavigator};
use crate::aggregate::Aggregator;
use crate::key::KeyHash;
use crate::schema::Schema;
use crate::store::{Change, Ids, ReadPlace, WritePlace, Written};

/// A path that can be selected.
#[diagnostic::on_unimplemented(
    message = "this path cannot be selected",
    label = "not a path to read",
    note = "a path that ends with `.term(…)`, `.termval(…)` or `.none()` is for `local_transform>`"
)]
pub trait SelectPath {
    /// The tag of the PState's owner.
    type Owner;
    /// The schema of the PState.
    type Schema: Schema;
    /// What is selected.
    type Value;

    /// Hands every selected value to `f`.
    #[doc(hidden)]
    fn read<F>(&self, top: ReadPlace<'_, Self::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(Self::Value) -> Visit;

    /// Adds every selected value.
    #[doc(hidden)]
    fn select_into(&self, top: ReadPlace<'_, Self::Schema>, into: &mut Vec<Self::Value>) -> Visit;

    /// As [`read`](Self::read), of a value in memory.
    #[doc(hidden)]
    fn read_in<F>(&self, top: SeenOf<'_, Self::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(Self::Value) -> Visit;

    /// As [`select_into`](Self::select_into), of a value in memory.
    #[doc(hidden)]
    fn select_into_in(&self, top: SeenOf<'_, Self::Schema>, into: &mut Vec<Self::Value>) -> Visit;

    /// The routing hash of the leading key.
    fn routing(&self) -> Option<KeyHash>;

    /// The index of the PState in its module.
    fn pstate(&self) -> u32;
}

impl<O, N> SelectPath for PStatePath<O, N>
where
    N: Navigator<Schema: Schema>,
    N::Here: Selectable,
{
    type Owner = O;
    type Schema = N::Schema;
    type Value = <N::Collected as Collected>::With<<N::Here as Selectable>::Selected<N::Presence>>;

    #[inline(always)]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(Self::Value) -> Visit,
    {
        self.nav.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            match N::Here::take::<N::Presence>(place)? {
                Some(value) => f(collected.with(value)),
                None => Ok(()),
            }
        })
    }

    #[inline(always)]
    fn select_into(&self, top: ReadPlace<'_, N::Schema>, into: &mut Vec<Self::Value>) -> Visit {
        self.nav.select_into(top, into, |collected, value| collected.with(value))
    }

    #[inline(always)]
    fn read_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(Self::Value) -> Visit,
    {
        self.nav.read_in(top, &mut |collected: &N::Collected, seen: SeenOf<'_, N::Here>| {
            match N::Here::take_in::<N::Presence>(seen)? {
                Some(value) => f(collected.with(value)),
                None => Ok(()),
            }
        })
    }

    #[inline(always)]
    fn select_into_in(&self, top: SeenOf<'_, N::Schema>, into: &mut Vec<Self::Value>) -> Visit {
        into.reserve(self.nav.expected_in(top.again()));
        self.nav.select_into_in(top, into, |collected, value| collected.with(value))
    }

    fn routing(&self) -> Option<KeyHash> {
        self.nav.leading_key()
    }

    fn pstate(&self) -> u32 {
        PStatePath::pstate(self)
    }
}

/// A path that emits exactly once.
#[diagnostic::on_unimplemented(
    message = "this needs a path that emits exactly once",
    label = "may emit any number of times",
    note = "use `select`, or say with `.one()` that there is exactly one"
)]
pub trait SinglePath: SelectPath {}

impl<O, N> SinglePath for PStatePath<O, N>
where
    N: Navigator<Schema: Schema>,
    N::Here: Selectable,
    N::Emits: IsSingle,
{
}

/// A path to one value that an aggregator can be folded into.
#[diagnostic::on_unimplemented(
    message = "an aggregator needs a path to one value",
    label = "not a path to one value"
)]
pub trait AggregatePath {
    /// The tag of the PState's owner.
    type Owner;
    /// The schema of the PState.
    type Schema: Schema;
    /// The type of the value.
    type Value: Value;

    /// The index of the PState in its module.
    fn pstate(&self) -> u32;

    /// The routing hash of the leading key, if the path has one.
    fn routing(&self) -> Option<KeyHash>;

    /// Folds the aggregator into the value.
    #[doc(hidden)]
    fn aggregate<A: Aggregator<Self::Value>>(
        &self,
        top: WritePlace<'_, Self::Schema>,
        aggregator: A,
    ) -> Written<Self::Schema>;
}

impl<O, N> AggregatePath for PStatePath<O, N>
where
    N: WriteNavigator,
    N::Here: Value,
    N::Emits: IsSingle,
{
    type Owner = O;
    type Schema = N::Schema;
    type Value = N::Here;

    fn pstate(&self) -> u32 {
        PStatePath::pstate(self)
    }

    fn routing(&self) -> Option<KeyHash> {
        self.nav.leading_key()
    }

    #[inline(always)]
    fn aggregate<A: Aggregator<N::Here>>(
        &self,
        top: WritePlace<'_, N::Schema>,
        aggregator: A,
    ) -> Written<N::Schema> {
        let mut aggregator = Some(aggregator);
        self.nav.write(top, &mut |_: &N::Collected, place: WritePlace<'_, N::Here>| {
            Ok(match aggregator.take() {
                Some(aggregator) => Change::Put(aggregator.update(place.current.take()?)),
                None => Change::Keep,
            })
        })
    }
}

/// A path that writes: it ends with `.term(…)`, `.termval(…)` or `.none()`.
#[diagnostic::on_unimplemented(
    message = "this path does not write: a write path ends with `.term(f)`, `.termval(v)` or `.none()`",
    label = "not a write path"
)]
pub trait WritePath {
    /// The tag of the PState's owner.
    type Owner;
    /// The schema of the PState.
    type Schema: Schema;

    /// The index of the PState in its module.
    fn pstate(&self) -> u32;

    /// The routing hash of the leading key, if the path has one.
    fn routing(&self) -> Option<KeyHash>;

    /// Runs the write.
    #[doc(hidden)]
    fn write(self, top: WritePlace<'_, Self::Schema>) -> Written<Self::Schema>;

    /// Runs the write on a value in memory, which is changed where it is.
    #[doc(hidden)]
    #[inline]
    fn write_in(self, top: SpotOf<'_, Self::Schema>) -> Fated
    where
        Self: Sized,
    {
        top.into_place::<Self::Schema>(&mut Ids::none(), |top| self.write(top))
    }
}

impl<W: WritePath + Clone> WritePath for &W {
    type Owner = W::Owner;
    type Schema = W::Schema;

    fn pstate(&self) -> u32 {
        W::pstate(self)
    }

    fn routing(&self) -> Option<KeyHash> {
        W::routing(self)
    }

    fn write(self, top: WritePlace<'_, Self::Schema>) -> Written<Self::Schema> {
        self.clone().write(top)
    }

    #[inline]
    fn write_in(self, top: SpotOf<'_, Self::Schema>) -> Fated {
        self.clone().write_in(top)
    }
}
