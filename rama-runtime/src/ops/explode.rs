//! Emitting the elements of a collection one by one.

use std::iter::Enumerate;

/// Emits each element of a collection, in its order; nothing of an empty one.
///
/// ```
/// use rama_runtime::ops::explode;
///
/// assert!(explode(vec!["a", "b"]).eq(["a", "b"]));
/// assert_eq!(explode(Vec::<i64>::new()).count(), 0);
/// ```
#[inline]
pub fn explode<I: IntoIterator>(elements: I) -> I::IntoIter {
    elements.into_iter()
}

/// Emits each element of a collection with its index, from 0.
///
/// ```
/// use rama_runtime::ops::explode_indexed;
///
/// assert!(explode_indexed(["a", "b"]).eq([(0, "a"), (1, "b")]));
/// ```
#[inline]
pub fn explode_indexed<I: IntoIterator>(elements: I) -> Enumerate<I::IntoIter> {
    elements.into_iter().enumerate()
}

/// Emits each entry of a map, in its order: the key and the value.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use rama_runtime::ops::explode_map;
///
/// let map = BTreeMap::from([("b", 2), ("a", 1)]);
/// assert!(explode_map(map).eq([("a", 1), ("b", 2)]));
/// ```
#[inline]
pub fn explode_map<K, V, M: IntoIterator<Item = (K, V)>>(map: M) -> M::IntoIter {
    map.into_iter()
}
