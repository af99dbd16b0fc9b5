//! `+sum`: adds.

use super::Aggregator;

/// See [`sum`].
#[derive(Debug, Clone, Copy)]
pub struct Sum<T>(T);

/// Adds `value` to the place; an absent value is 0.
///
/// # Panics
///
/// The update panics when integers overflow, in every build profile.
///
/// ```
/// use rama_paths::aggregate::{Aggregator, sum};
///
/// assert_eq!(sum(2).update(Some(40)), 42);
/// assert_eq!(sum(2).update(None), 2);
/// ```
pub fn sum<T>(value: T) -> Sum<T> {
    Sum(value)
}

/// What [`sum`] adds.
#[diagnostic::on_unimplemented(
    message = "`+sum` cannot add `{Self}`",
    label = "not an integer or a float"
)]
pub trait Summand: Sized {
    /// The sum, if it does not overflow.
    fn checked_sum(self, other: Self) -> Option<Self>;
}

macro_rules! integers {
    ($($t:ty)*) => {$(
        impl Summand for $t {
            #[inline]
            fn checked_sum(self, other: Self) -> Option<Self> {
                self.checked_add(other)
            }
        }
    )*};
}

macro_rules! floats {
    ($($t:ty)*) => {$(
        impl Summand for $t {
            #[inline]
            fn checked_sum(self, other: Self) -> Option<Self> {
                Some(self + other)
            }
        }
    )*};
}

integers!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);
floats!(f32 f64);

impl<T: Summand> Aggregator<T> for Sum<T> {
    #[inline]
    fn update(self, current: Option<T>) -> T {
        match current {
            None => self.0,
            Some(current) => current.checked_sum(self.0).unwrap_or_else(|| overflowed()),
        }
    }
}

#[cold]
fn overflowed() -> ! {
    panic!("`+sum` overflowed")
}
