//! `nav(n)`: a navigator of the user's.

use crate::key::KeyHash;
use crate::path::plain::{
    Altered, Fate, Fated, Seen, SeenOf, Spot, SpotOf, write_part, write_value,
};
use crate::path::{
    Halt, HoldsValue, KindAt, Many, Navigator, PStatePath, Present, Value, ValueAt, Visit,
    WriteNavigator,
};
use crate::record::Record;
use crate::store::{Held, ReadPlace, WritePlace, Written};

/// A navigator of the user's: from a value `V` to parts of it, any number of them.
///
/// With `#[inline]` its methods become one loop with what goes on behind them, in whatever crate it
/// stands.
///
/// ```
/// use rama_paths::{CustomNav, PStatePath, Root};
///
/// /// The even ones of some numbers.
/// #[derive(Clone)]
/// struct Even;
///
/// impl CustomNav<Vec<i64>> for Even {
///     type To = i64;
///
///     #[inline]
///     fn select(&self, numbers: &Vec<i64>, next: &mut dyn FnMut(&i64)) {
///         numbers.iter().filter(|n| *n % 2 == 0).for_each(next);
///     }
///
///     #[inline]
///     fn transform(&self, numbers: &mut Vec<i64>, next: &mut dyn FnMut(&mut i64) -> bool) {
///         numbers.retain_mut(|n| *n % 2 != 0 || next(n));
///     }
/// }
///
/// let path = || PStatePath::<(), Root<Vec<i64>>>::new().nav(Even);
/// let mut numbers = vec![1, 2, 3, 4];
/// assert_eq!(path().select_from(&numbers)?, [2, 4]);
/// path().term(|n| n * 10).transform_in(&mut numbers)?;
/// assert_eq!(numbers, [1, 20, 3, 40]);
/// path().filter_greater_than(20).none().transform_in(&mut numbers)?;
/// assert_eq!(numbers, [1, 20, 3]);
/// # Ok::<(), rama_paths::PathError>(())
/// ```
pub trait CustomNav<V> {
    /// The type of the parts.
    type To: Record;

    /// Shows every part to `next`, in order.
    fn select(&self, value: &V, next: &mut dyn FnMut(&Self::To));

    /// Has `next` change every part, in order, where it is or as a copy that is put back. It says
    /// whether the part stays: if not it is to be taken out, by `none`.
    fn transform(&self, value: &mut V, next: &mut dyn FnMut(&mut Self::To) -> bool);
}

/// See [`PStatePath::nav`].
#[derive(Debug, Clone)]
pub struct Custom<N, C> {
    prev: N,
    custom: C,
}

impl<O, N: Navigator> PStatePath<O, N> {
    /// Goes on with a navigator of the user's; see [`CustomNav`].
    ///
    /// - *Select* and *transform*: as the navigator says; nowhere where no value is.
    #[inline]
    pub fn nav<V, C, M>(self, custom: C) -> PStatePath<O, M>
    where
        KindAt<N>: HoldsValue<N::Here, Value = V, Then<Custom<N, C>> = M>,
        C: CustomNav<V>,
    {
        self.then(|nav| KindAt::<N>::then(Custom { prev: nav, custom }))
    }
}

impl<N, C> Navigator for Custom<N, C>
where
    N: Navigator,
    N::Here: ValueAt,
    C: CustomNav<<N::Here as ValueAt>::Value>,
{
    type Schema = N::Schema;
    type Here = <N::Here as ValueAt>::Part<C::To>;
    type Presence = Present;
    type Emits = Many;
    type Collected = N::Collected;

    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.prev.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            let Some(value) = place.slot.get() else { return Ok(()) };
            let mut ended: Option<Halt> = None;
            self.custom.select(value, &mut |part| {
                if ended.is_none() {
                    ended = f(collected, ReadPlace::value(Held::Stored(part))).err();
                }
            });
            ended.map_or(Ok(()), Err)
        })
    }

    #[inline(always)]
    fn read_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, SeenOf<'_, Self::Here>) -> Visit,
    {
        self.prev.read_in(top, &mut |collected: &N::Collected, seen: SeenOf<'_, N::Here>| {
            let Some(value) = seen.get() else { return Ok(()) };
            let mut ended: Option<Halt> = None;
            self.custom.select(value, &mut |part| {
                if ended.is_none() {
                    ended = f(collected, Seen::There(part)).err();
                }
            });
            ended.map_or(Ok(()), Err)
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.prev.leading_key()
    }
}

/// Writes every part of a value through `f`; says whether something changed.
#[inline(always)]
fn write_parts<V, C: CustomNav<V>>(
    custom: &C,
    value: &mut V,
    mut f: impl FnMut(&mut C::To) -> Fated,
) -> Altered {
    let (mut changed, mut failed) = (false, None);
    custom.transform(value, &mut |part| {
        if failed.is_some() {
            return true;
        }
        match f(part) {
            Ok(fate) => {
                changed |= fate != Fate::Kept;
                fate != Fate::Removed
            }
            Err(error) => {
                failed = Some(error);
                true
            }
        }
    });
    failed.map_or(Ok(changed), Err)
}

impl<N, C> WriteNavigator for Custom<N, C>
where
    N: WriteNavigator,
    N::Here: Value,
    C: CustomNav<N::Here>,
{
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.prev.write(top, &mut |collected: &N::Collected, place: WritePlace<'_, N::Here>| {
            write_value(
                place,
                || None,
                |value, ids| {
                    write_parts(&self.custom, value, |part| {
                        write_part(part, ids, |place| f(collected, place))
                    })
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
            let write = |part: &mut C::To| f(collected, Spot::there(part));
            spot.change(|| None, |value| write_parts(&self.custom, value, write))
        })
    }
}
