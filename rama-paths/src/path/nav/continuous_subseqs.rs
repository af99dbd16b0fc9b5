//! `continuous_subseqs(pred)`: the runs of a list whose elements fulfil a condition.

use std::ops::Range;

use super::splice::InMemoryList;
use crate::key::KeyHash;
use crate::path::plain::{Altered, Fate, Fated, Spot, SpotOf, write_part, write_value};
use crate::path::{
    Many, Navigator, PStatePath, Present, StdSeq, ValueAt, Visit, Which, WriteNavigator,
};
use crate::store::{Held, ReadPlace, WritePlace, Written};

/// See [`PStatePath::continuous_subseqs`].
#[derive(Debug, Clone)]
pub struct ContinuousSubseqs<N, F> {
    prev: N,
    test: F,
}

/// The longest runs of elements that fulfil a condition.
#[inline]
fn runs<C: StdSeq>(list: &C, test: impl Fn(&C::Item) -> bool) -> Vec<Range<usize>> {
    let (mut runs, mut index) = (Vec::<Range<usize>>::new(), 0);
    // The walk is never stopped.
    let _ = C::each(Held::Stored(list), &Which::All, |item| {
        if item.get().is_some_and(&test) {
            match runs.last_mut() {
                Some(run) if run.end == index => run.end += 1,
                _ => runs.push(index..index + 1),
            }
        }
        index += 1;
        Ok(())
    });
    runs
}

/// Writes every run of a list through `f`; says whether something changed.
#[inline(always)]
fn write_runs<C: StdSeq>(
    list: &mut C,
    test: impl Fn(&C::Item) -> bool,
    mut f: impl FnMut(&mut C) -> Fated,
) -> Altered {
    let mut new = Vec::new();
    for run in runs(list, test) {
        let mut part = list.copy_part(&Which::Within(run.clone()));
        match f(&mut part)? {
            Fate::Kept => {}
            Fate::Changed => new.push((run, part)),
            Fate::Removed => new.push((run, C::default())),
        }
    }
    let changed = !new.is_empty();
    // From the end, so that the others stay where they are.
    new.into_iter().rev().for_each(|(run, part)| list.put_part(&Which::Within(run), part));
    Ok(changed)
}

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to every longest run of elements of a list in memory that fulfil a condition, each as
    /// one list.
    ///
    /// - *Select*: the runs, in order.
    /// - *Transform*: what a run becomes takes its place, and may be longer or shorter; `none` removes
    ///   it.
    ///
    /// ```
    /// use rama_paths::{PStatePath, Root};
    ///
    /// let path = || PStatePath::<(), Root<Vec<i64>>>::new();
    /// let mut list = vec![1, 2, 4, 3, 6];
    /// let even = path().continuous_subseqs(|n| n % 2 == 0);
    /// assert_eq!(even.select_from(&list)?, [vec![2, 4], vec![6]]);
    /// even.term(|run| vec![run.len() as i64]).transform_in(&mut list)?;
    /// assert_eq!(list, [1, 2, 3, 1]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn continuous_subseqs<F, M>(self, test: F) -> PStatePath<O, M>
    where
        N::Here: InMemoryList<Then<ContinuousSubseqs<N, F>> = M>,
        F: Fn(&<<N::Here as InMemoryList>::List as StdSeq>::Item) -> bool,
    {
        self.then(|nav| <N::Here as InMemoryList>::then(ContinuousSubseqs { prev: nav, test }))
    }
}

impl<N, C, P> Navigator for ContinuousSubseqs<N, P>
where
    N: Navigator,
    N::Here: ValueAt<Value = C>,
    C: StdSeq,
    P: Fn(&C::Item) -> bool,
{
    type Schema = N::Schema;
    type Here = <N::Here as ValueAt>::Part<C>;
    type Presence = Present;
    type Emits = Many;
    type Collected = N::Collected;

    #[inline(always)]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.prev.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            let Some(list) = place.slot.get() else { return Ok(()) };
            runs(list, &self.test).into_iter().try_for_each(|run| {
                f(collected, ReadPlace::computed(list.copy_part(&Which::Within(run))))
            })
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.prev.leading_key()
    }
}

impl<N, P> WriteNavigator for ContinuousSubseqs<N, P>
where
    N: WriteNavigator,
    N::Here: StdSeq,
    P: Fn(&<N::Here as StdSeq>::Item) -> bool,
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
                |list, ids| {
                    write_runs(list, &self.test, |part| {
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
            spot.change(
                || None,
                |list| write_runs(list, &self.test, |part| f(collected, Spot::there(part))),
            )
        })
    }
}
