//! `+min`: keeps the smallest.

use std::cmp::Ordering;

use super::Aggregator;

/// See [`min`].
#[derive(Debug, Clone, Copy)]
pub struct Min<T>(T);

/// Keeps the smaller of `value` and what the place holds; floats compare in total order.
///
/// ```
/// use rama_paths::aggregate::{Aggregator, min};
///
/// assert_eq!(min(2).update(Some(40)), 2);
/// assert_eq!(min("b".to_owned()).update(None), "b");
/// ```
pub fn min<T>(value: T) -> Min<T> {
    Min(value)
}

/// What [`max`](super::max) and [`min`] compare.
#[diagnostic::on_unimplemented(
    message = "`+max` and `+min` cannot compare `{Self}`",
    label = "has no order"
)]
pub trait Rank {
    /// The order of two values.
    fn rank(&self, other: &Self) -> Ordering;
}

macro_rules! by_ord {
    ($($t:ty)*) => {$(
        impl Rank for $t {
            #[inline]
            fn rank(&self, other: &Self) -> Ordering {
                self.cmp(other)
            }
        }
    )*};
}

by_ord!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize bool char String);

macro_rules! by_total {
    ($($t:ty)*) => {$(
        impl Rank for $t {
            #[inline]
            fn rank(&self, other: &Self) -> Ordering {
                self.total_cmp(other)
            }
        }
    )*};
}

by_total!(f32 f64);

impl<T: Rank> Aggregator<T> for Min<T> {
    #[inline]
    fn update(self, current: Option<T>) -> T {
        match current {
            Some(current) if self.0.rank(&current) != Ordering::Less => current,
            _ => self.0,
        }
    }
}
