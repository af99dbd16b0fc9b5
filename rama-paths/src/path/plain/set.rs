//! Sets of the standard library.

use std::collections::{BTreeSet, HashSet};
use std::convert::Infallible;
use std::hash::{BuildHasher, Hash};

use super::which::{Between, count_to, range_of};
use super::{Altered, Collection, Which, WhichOf, part};
use crate::error::PathError;
use crate::path::Visit;
use crate::record::Record;
use crate::store::Held;

/// A set of the standard library: `HashSet` or `BTreeSet`.
pub trait StdSet: Collection {
    /// The type of the elements.
    type Item: Record;

    /// The part of the elements that are among some, of which some may be the same.
    #[doc(hidden)]
    fn among(items: Vec<Self::Item>) -> WhichOf<Self>;

    /// The element that equals `item`.
    #[doc(hidden)]
    fn find<'a>(set: Held<'a, Self>, item: &Self::Item) -> Held<'a, Self::Item>;

    /// Hands every element of a part to `f`, in the set's order.
    #[doc(hidden)]
    fn each<F>(set: Held<'_, Self>, part: &WhichOf<Self>, f: F) -> Visit
    where
        F: FnMut(Held<'_, Self::Item>) -> Visit;

    /// Puts an element.
    #[doc(hidden)]
    fn put(&mut self, item: Self::Item);

    /// Takes an element out.
    #[doc(hidden)]
    fn take_item(&mut self, item: &Self::Item) -> Option<Self::Item>;

    /// Puts what `f` makes of the elements of a part in their place, once all were visited: another
    /// element, none, or no change. Says whether something changed.
    #[doc(hidden)]
    fn write_each<F>(&mut self, part: &WhichOf<Self>, f: F) -> Altered
    where
        F: FnMut(&Self::Item) -> Result<Option<Option<Self::Item>>, PathError>;
}

/// Hands elements to `f`.
#[inline(never)]
fn each_of_first<'a, T: 'a, F>(mut items: impl Iterator<Item = &'a T>, mut f: F) -> Visit
where
    F: FnMut(Held<'_, T>) -> Visit,
{
    items.try_for_each(|item| f(Held::Stored(item)))
}

/// Hands every element of a part of a set that has been made to `f`.
#[cold]
#[inline(never)]
fn each_owned<S, T, F>(set: Held<'_, S>, part: &WhichOf<S>, mut f: F) -> Visit
where
    S: Collection + IntoIterator<Item = T>,
    F: FnMut(Held<'_, T>) -> Visit,
{
    let Some(set) = set.into_owned() else { return Ok(()) };
    let set = if let Which::All = part { set } else { set.copy_part(part) };
    set.into_iter().try_for_each(|item| f(Held::Owned(item)))
}

/// What becomes of elements: where each is in the part, and what takes its place.
type Changes<T> = (Vec<usize>, Vec<Option<T>>);

/// What `f` makes of elements, where it changes them.
#[inline(always)]
fn changes<'a, T: 'a>(
    items: impl Iterator<Item = (usize, &'a T)>,
    mut f: impl FnMut(&T) -> Result<Option<Option<T>>, PathError>,
) -> Result<Changes<T>, PathError> {
    let mut changes = (Vec::new(), Vec::new());
    for (at, item) in items {
        if let Some(to) = f(item)? {
            changes.0.push(at);
            changes.1.push(to);
        }
    }
    Ok(changes)
}

impl<T: Record + Ord> Collection for BTreeSet<T> {
    type Range = Between<T>;
    type At = T;

    #[inline]
    fn most(range: &Between<T>) -> Option<usize> {
        Some(range.most()).filter(|most| *most < usize::MAX)
    }

    #[inline]
    fn count(&self, part: &WhichOf<Self>) -> usize {
        match part {
            Which::All => self.len(),
            Which::Within(_) => {
                let mut start = None;
                let (range, most) = range_of(|range| self.range(range), part, &mut start);
                count_to(self.range(range), most)
            }
            Which::These(items) => items.iter().filter(|item| self.contains(item)).count(),
        }
    }

    #[inline]
    fn copy_part(&self, part: &WhichOf<Self>) -> Self {
        match part {
            Which::All => self.clone(),
            Which::Within(_) => {
                let mut start = None;
                let (range, most) = range_of(|range| self.range(range), part, &mut start);
                self.range(range).take(most).cloned().collect()
            }
            Which::These(items) => {
                items.iter().filter_map(|item| self.get(item)).cloned().collect()
            }
        }
    }

    #[inline]
    fn put_part(&mut self, part: &WhichOf<Self>, new: Self) {
        match part {
            Which::All => self.clear(),
            Which::Within(_) => {
                let mut start = None;
                let (range, most) = range_of(|range| self.range(range), part, &mut start);
                self.extract_if(range, |_| true).take(most).for_each(drop);
            }
            Which::These(items) => items.iter().for_each(|item| drop(self.take(item))),
        }
        put_all(self, new);
    }
}

/// Puts elements into a set.
fn put_all<T: Ord>(into: &mut BTreeSet<T>, mut new: BTreeSet<T>) {
    // To append goes through all of both.
    if new.len() > into.len() / 8 {
        into.append(&mut new);
    } else {
        new.into_iter().for_each(|item| drop(into.replace(item)));
    }
}

impl<T: Record + Ord> StdSet for BTreeSet<T> {
    type Item = T;

    #[inline]
    fn among(mut items: Vec<T>) -> WhichOf<Self> {
        items.sort_unstable();
        items.dedup();
        Which::These(items)
    }

    #[inline(always)]
    fn find<'a>(set: Held<'a, Self>, item: &T) -> Held<'a, T> {
        part(set, |set| set.get(item), |mut set| set.take(item))
    }

    #[inline(always)]
    fn each<F>(set: Held<'_, Self>, part: &WhichOf<Self>, mut f: F) -> Visit
    where
        F: FnMut(Held<'_, T>) -> Visit,
    {
        // Each has a loop of its own: that is the one that is fast.
        match (set, part) {
            (Held::Stored(set), Which::All) => {
                for item in set {
                    f(Held::Stored(item))?;
                }
                Ok(())
            }
            (Held::Stored(set), Which::Within(_)) => {
                let mut start = None;
                let (range, most) = range_of(|range| set.range(range), part, &mut start);
                // Without a count to keep, the most frequent case is as fast as by hand.
                if most < usize::MAX {
                    return each_of_first(set.range(range).take(most), f);
                }
                for item in set.range(range) {
                    f(Held::Stored(item))?;
                }
                Ok(())
            }
            (Held::Stored(set), Which::These(items)) => {
                for item in items.iter().filter_map(|item| set.get(item)) {
                    f(Held::Stored(item))?;
                }
                Ok(())
            }
            (set, part) => each_owned(set, part, f),
        }
    }

    #[inline(always)]
    fn put(&mut self, item: T) {
        self.replace(item);
    }

    #[inline(always)]
    fn take_item(&mut self, item: &T) -> Option<T> {
        self.take(item)
    }

    #[inline(always)]
    fn write_each<F>(&mut self, part: &WhichOf<Self>, f: F) -> Altered
    where
        F: FnMut(&T) -> Result<Option<Option<T>>, PathError>,
    {
        let mut start = None;
        let (range, most) = range_of(|range| self.range(range), part, &mut start);
        let (at, to) = match part {
            Which::These(items) => {
                let items = items.iter().enumerate();
                changes(items.filter_map(|(at, item)| Some((at, self.get(item)?))), f)?
            }
            _ => changes(self.range(range).take(most).enumerate(), f)?,
        };
        if at.is_empty() {
            return Ok(false);
        }
        if let Which::These(items) = part {
            at.iter().for_each(|at| drop(self.take(&items[*at])));
        } else {
            let (mut index, mut due) = (0, at.iter().peekable());
            let taken = self.extract_if(range, |_| {
                index += 1;
                due.next_if_eq(&&(index - 1)).is_some()
            });
            taken.take(at.len()).for_each(drop);
        }
        put_all(self, to.into_iter().flatten().collect());
        Ok(true)
    }
}

impl<T, S> Collection for HashSet<T, S>
where
    T: Record + Eq + Hash,
    S: BuildHasher + Default + Clone + Send + Sync + 'static,
{
    type Range = Infallible;
    type At = T;

    #[inline]
    fn count(&self, part: &WhichOf<Self>) -> usize {
        match part {
            Which::All => self.len(),
            Which::Within(never) => match *never {},
            Which::These(items) => items.iter().filter(|item| self.contains(item)).count(),
        }
    }

    #[inline]
    fn copy_part(&self, part: &WhichOf<Self>) -> Self {
        match part {
            Which::All => self.clone(),
            Which::Within(never) => match *never {},
            Which::These(items) => {
                items.iter().filter_map(|item| self.get(item)).cloned().collect()
            }
        }
    }

    #[inline]
    fn put_part(&mut self, part: &WhichOf<Self>, new: Self) {
        match part {
            Which::All => self.clear(),
            Which::Within(never) => match *never {},
            Which::These(items) => items.iter().for_each(|item| drop(self.take(item))),
        }
        new.into_iter().for_each(|item| self.put(item));
    }
}

impl<T, S> StdSet for HashSet<T, S>
where
    T: Record + Eq + Hash,
    S: BuildHasher + Default + Clone + Send + Sync + 'static,
{
    type Item = T;

    #[inline]
    fn among(mut items: Vec<T>) -> WhichOf<Self> {
        super::retain_first(&mut items);
        Which::These(items)
    }

    #[inline(always)]
    fn find<'a>(set: Held<'a, Self>, item: &T) -> Held<'a, T> {
        part(set, |set| set.get(item), |mut set| set.take(item))
    }

    #[inline(always)]
    fn each<F>(set: Held<'_, Self>, part: &WhichOf<Self>, mut f: F) -> Visit
    where
        F: FnMut(Held<'_, T>) -> Visit,
    {
        match (set, part) {
            (Held::Stored(set), Which::All) => {
                for item in set {
                    f(Held::Stored(item))?;
                }
                Ok(())
            }
            (Held::Stored(set), Which::These(items)) => {
                for item in items.iter().filter_map(|item| set.get(item)) {
                    f(Held::Stored(item))?;
                }
                Ok(())
            }
            (set, part) => each_owned(set, part, f),
        }
    }

    #[inline(always)]
    fn put(&mut self, item: T) {
        self.replace(item);
    }

    #[inline(always)]
    fn take_item(&mut self, item: &T) -> Option<T> {
        self.take(item)
    }

    #[inline(always)]
    fn write_each<F>(&mut self, part: &WhichOf<Self>, f: F) -> Altered
    where
        F: FnMut(&T) -> Result<Option<Option<T>>, PathError>,
    {
        let (at, to) = match part {
            Which::All => changes(self.iter().enumerate(), f)?,
            Which::Within(never) => match *never {},
            Which::These(items) => {
                let items = items.iter().enumerate();
                changes(items.filter_map(|(at, item)| Some((at, self.get(item)?))), f)?
            }
        };
        if at.is_empty() {
            return Ok(false);
        }
        if let Which::These(items) = part {
            at.iter().for_each(|at| drop(self.take(&items[*at])));
        } else {
            let (mut index, mut due) = (0, at.iter().peekable());
            let taken = self.extract_if(|_| {
                index += 1;
                due.next_if_eq(&&(index - 1)).is_some()
            });
            taken.take(at.len()).for_each(drop);
        }
        to.into_iter().flatten().for_each(|item| self.put(item));
        Ok(true)
    }
}
