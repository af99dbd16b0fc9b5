//! `+max`: keeps the largest.

use std::cmp::Ordering;

use super::{Aggregator, Rank};

/// See [`max`].
#[derive(Debug, Clone, Copy)]
pub struct Max<T>(T);

/// Keeps the larger of `value` and what the place holds; floats compare in total order.
///
/// ```
/// use rama_paths::aggregate::{Aggregator, max};
///
/// assert_eq!(max(2).update(Some(40)), 40);
/// assert_eq!(max(2.5).update(None), 2.5);
/// ```
pub fn max<T>(value: T) -> Max<T> {
    Max(value)
}

impl<T: Rank> Aggregator<T> for Max<T> {
    #[inline]
    fn update(self, current: Option<T>) -> T {
        match current {
            Some(current) if self.0.rank(&current) != Ordering::Greater => current,
            _ => self.0,
        }
    }
}
