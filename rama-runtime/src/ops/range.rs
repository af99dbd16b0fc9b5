//! Numbers in a row.

use std::iter::FusedIterator;
use std::ops::Range;

use super::Integer;

/// Emits the integers from `from` to below `to`; nothing if `from` is not below `to`.
///
/// ```
/// use rama_runtime::ops::range;
///
/// assert!(range(2, 5).eq([2, 3, 4]));
/// assert_eq!(range(5, 2).count(), 0);
/// ```
#[inline]
pub fn range<T: Integer>(from: T, to: T) -> Range<T>
where
    Range<T>: Iterator<Item = T>,
{
    from..to
}

/// Emits `from`, `from + step` and so on, as long as they are before `to`: below it, or with a
/// negative step above it.
///
/// ```
/// use rama_runtime::ops::range_by;
///
/// assert!(range_by(0, 10, 4).eq([0, 4, 8]));
/// assert!(range_by(3, 0, -1).eq([3, 2, 1]));
/// assert!(range_by(250_u8, 255, 3).eq([250, 253]));
/// ```
///
/// # Panics
///
/// When `step` is 0.
#[inline]
pub fn range_by<T: Integer>(from: T, to: T, step: T) -> RangeBy<T> {
    assert!(step != T::ZERO, "the step of a range is not 0");
    RangeBy { next: Some(from), to, step }
}

/// The iterator of [`range_by`].
#[derive(Clone, Debug)]
pub struct RangeBy<T> {
    /// None behind the last number of the type.
    next: Option<T>,
    to: T,
    step: T,
}

impl<T: Integer> Iterator for RangeBy<T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        let next = self.next?;
        let is_before = if self.step > T::ZERO { next < self.to } else { next > self.to };
        self.next = if is_before { next.checked_add(self.step) } else { None };
        is_before.then_some(next)
    }
}

impl<T: Integer> FusedIterator for RangeBy<T> {}
