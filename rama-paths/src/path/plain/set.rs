//! Sets of the standard library.

use std::collections::{BTreeSet, HashSet};
use std::hash::{BuildHasher, Hash};

use super::part;
use crate::path::{Value, Visit};
use crate::record::Record;
use crate::store::Held;

/// A set of the standard library: `HashSet` or `BTreeSet`.
pub trait StdSet: Value + Default {
    /// The type of the elements.
    type Item: Record;

    /// The number of elements.
    #[doc(hidden)]
    fn length(&self) -> usize;

    /// The element that equals `item`.
    #[doc(hidden)]
    fn find<'a>(set: Held<'a, Self>, item: &Self::Item) -> Held<'a, Self::Item>;

    /// Hands every element to `f`, in the set's order.
    #[doc(hidden)]
    fn each<F>(set: Held<'_, Self>, f: F) -> Visit
    where
        F: FnMut(Held<'_, Self::Item>) -> Visit;

    /// Puts an element.
    #[doc(hidden)]
    fn put(&mut self, item: Self::Item);

    /// Takes an element out.
    #[doc(hidden)]
    fn take_item(&mut self, item: &Self::Item) -> Option<Self::Item>;

    /// The elements, of which none is left.
    #[doc(hidden)]
    fn drain_all(&mut self) -> Vec<Self::Item>;
}

macro_rules! std_set {
    ($set:ty, $($generics:tt)*) => {
        impl<$($generics)*> StdSet for $set {
            type Item = T;

            fn length(&self) -> usize {
                self.len()
            }

            #[inline]
            fn find<'a>(set: Held<'a, Self>, item: &T) -> Held<'a, T> {
                part(set, |set| set.get(item), |mut set| set.take(item))
            }

            #[inline]
            fn each<F>(set: Held<'_, Self>, mut f: F) -> Visit
            where
                F: FnMut(Held<'_, T>) -> Visit,
            {
                match set {
                    Held::Stored(set) => set.iter().try_for_each(|item| f(Held::Stored(item))),
                    Held::Owned(set) => set.into_iter().try_for_each(|item| f(Held::Owned(item))),
                    Held::Nothing => Ok(()),
                }
            }

            #[inline]
            fn put(&mut self, item: T) {
                self.replace(item);
            }

            #[inline]
            fn take_item(&mut self, item: &T) -> Option<T> {
                <$set>::take(self, item)
            }

            fn drain_all(&mut self) -> Vec<T> {
                std::mem::take(self).into_iter().collect()
            }
        }
    };
}

std_set!(BTreeSet<T>, T: Record + Ord);
std_set!(
    HashSet<T, S>,
    T: Record + Eq + Hash,
    S: BuildHasher + Default + Clone + Send + Sync + 'static
);
