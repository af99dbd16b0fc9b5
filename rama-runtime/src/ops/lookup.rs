//! Looking into collections.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher, Hash};

/// The value at a key of a map, or at an index of a list; none if there is none.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use rama_runtime::ops::get;
///
/// let map = BTreeMap::from([("a".to_owned(), 1)]);
/// assert_eq!(get(&map, "a"), Some(1));
/// assert_eq!(get(&map, "b"), None);
/// assert_eq!(get(&vec![10, 20], &1), Some(20));
/// ```
#[inline]
pub fn get<C, Q>(collection: &C, key: &Q) -> Option<C::Value>
where
    C: Get<Q> + ?Sized,
    Q: ?Sized,
{
    collection.get_value(key).cloned()
}

/// Whether a list or set has an element, a map a key, or a text a part.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use rama_runtime::ops::contains;
///
/// assert!(contains(&vec![1, 2], &2));
/// assert!(contains(&BTreeMap::from([("a", 1)]), "a"));
/// assert!(!contains("abc", "d"));
/// ```
#[inline]
pub fn contains<C, Q>(collection: &C, element: &Q) -> bool
where
    C: Contains<Q> + ?Sized,
    Q: ?Sized,
{
    collection.has(element)
}

/// The number of elements of a collection, or of bytes of a text.
///
/// ```
/// use rama_runtime::ops::size;
///
/// assert_eq!(size(&[1, 2, 3]), 3);
/// assert_eq!(size("ab"), 2);
/// ```
#[inline]
pub fn size<C: Size + ?Sized>(collection: &C) -> usize {
    collection.size()
}

/// The first element of a list; none of an empty one.
///
/// ```
/// use rama_runtime::ops::first;
///
/// assert_eq!(first(&[1, 2]), Some(1));
/// assert_eq!(first::<i64>(&[]), None);
/// ```
#[inline]
pub fn first<T: Clone>(list: &[T]) -> Option<T> {
    list.first().cloned()
}

/// The last element of a list; none of an empty one.
///
/// ```
/// assert_eq!(rama_runtime::ops::last(&[1, 2]), Some(2));
/// ```
#[inline]
pub fn last<T: Clone>(list: &[T]) -> Option<T> {
    list.last().cloned()
}

/// What [`get`] looks into.
pub trait Get<Q: ?Sized> {
    /// What is found.
    type Value: Clone;

    /// The value at a key or index.
    fn get_value(&self, key: &Q) -> Option<&Self::Value>;
}

/// What [`contains`] looks into.
pub trait Contains<Q: ?Sized> {
    /// Whether the element, key or part is there.
    fn has(&self, element: &Q) -> bool;
}

/// What has a [`size`].
pub trait Size {
    /// The number of elements, or of bytes of a text.
    fn size(&self) -> usize;
}

macro_rules! lists {
    ($([$($param:tt)*] $list:ty;)*) => {$(
        impl<T: Clone, $($param)*> Get<usize> for $list {
            type Value = T;

            fn get_value(&self, index: &usize) -> Option<&T> {
                self.get(*index)
            }
        }

        impl<T: PartialEq, $($param)*> Contains<T> for $list {
            fn has(&self, element: &T) -> bool {
                self.contains(element)
            }
        }

        impl<T, $($param)*> Size for $list {
            fn size(&self) -> usize {
                self.len()
            }
        }
    )*};
}

lists! {
    [] [T];
    [const N: usize] [T; N];
    [] Vec<T>;
    [] VecDeque<T>;
}

impl<K: Borrow<Q> + Ord, V: Clone, Q: Ord + ?Sized> Get<Q> for BTreeMap<K, V> {
    type Value = V;

    fn get_value(&self, key: &Q) -> Option<&V> {
        self.get(key)
    }
}

impl<K: Borrow<Q> + Ord, V, Q: Ord + ?Sized> Contains<Q> for BTreeMap<K, V> {
    fn has(&self, key: &Q) -> bool {
        self.contains_key(key)
    }
}

impl<K, V> Size for BTreeMap<K, V> {
    fn size(&self) -> usize {
        self.len()
    }
}

impl<K, V, Q, S> Get<Q> for HashMap<K, V, S>
where
    K: Borrow<Q> + Eq + Hash,
    V: Clone,
    Q: Eq + Hash + ?Sized,
    S: BuildHasher,
{
    type Value = V;

    fn get_value(&self, key: &Q) -> Option<&V> {
        self.get(key)
    }
}

impl<K, V, Q, S> Contains<Q> for HashMap<K, V, S>
where
    K: Borrow<Q> + Eq + Hash,
    Q: Eq + Hash + ?Sized,
    S: BuildHasher,
{
    fn has(&self, key: &Q) -> bool {
        self.contains_key(key)
    }
}

impl<K, V, S> Size for HashMap<K, V, S> {
    fn size(&self) -> usize {
        self.len()
    }
}

impl<T: Borrow<Q> + Ord, Q: Ord + ?Sized> Contains<Q> for BTreeSet<T> {
    fn has(&self, element: &Q) -> bool {
        self.contains(element)
    }
}

impl<T> Size for BTreeSet<T> {
    fn size(&self) -> usize {
        self.len()
    }
}

impl<T, Q, S> Contains<Q> for HashSet<T, S>
where
    T: Borrow<Q> + Eq + Hash,
    Q: Eq + Hash + ?Sized,
    S: BuildHasher,
{
    fn has(&self, element: &Q) -> bool {
        self.contains(element)
    }
}

impl<T, S> Size for HashSet<T, S> {
    fn size(&self) -> usize {
        self.len()
    }
}

impl Contains<str> for str {
    fn has(&self, part: &str) -> bool {
        self.contains(part)
    }
}

impl Contains<str> for String {
    fn has(&self, part: &str) -> bool {
        self.as_str().contains(part)
    }
}

impl Size for str {
    fn size(&self) -> usize {
        self.len()
    }
}

impl Size for String {
    fn size(&self) -> usize {
        self.len()
    }
}
