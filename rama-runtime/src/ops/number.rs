//! Numbers.

use std::iter::Sum;

/// The integers of Rust.
pub trait Integer: Copy + Ord {
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;

    /// The sum, if the type has it.
    fn checked_add(self, other: Self) -> Option<Self>;

    /// The difference, if the type has it.
    fn checked_sub(self, other: Self) -> Option<Self>;

    /// Whether 2 divides it.
    fn is_even(self) -> bool;
}

macro_rules! integers {
    ($($t:ident)*) => {$(
        impl Integer for $t {
            const ZERO: $t = 0;
            const ONE: $t = 1;

            #[inline]
            fn checked_add(self, other: $t) -> Option<$t> {
                self.checked_add(other)
            }

            #[inline]
            fn checked_sub(self, other: $t) -> Option<$t> {
                self.checked_sub(other)
            }

            #[inline]
            fn is_even(self) -> bool {
                self & 1 == 0
            }
        }
    )*};
}

integers!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

/// One more.
///
/// ```
/// assert_eq!(rama_runtime::ops::inc(-1), 0);
/// ```
///
/// # Panics
///
/// When the type has no greater number.
#[inline]
pub fn inc<T: Integer>(n: T) -> T {
    n.checked_add(T::ONE).expect("`inc` of the greatest number of its type")
}

/// One less.
///
/// ```
/// assert_eq!(rama_runtime::ops::dec(8_u64), 7);
/// ```
///
/// # Panics
///
/// When the type has no smaller number.
#[inline]
pub fn dec<T: Integer>(n: T) -> T {
    n.checked_sub(T::ONE).expect("`dec` of the least number of its type")
}

/// Whether 2 divides the number.
///
/// ```
/// use rama_runtime::ops::is_even;
///
/// assert!(is_even(0) && is_even(-2) && !is_even(7));
/// ```
#[inline]
pub fn is_even<T: Integer>(n: T) -> bool {
    n.is_even()
}

/// Whether 2 does not divide the number.
///
/// ```
/// use rama_runtime::ops::is_odd;
///
/// assert!(is_odd(-1) && !is_odd(4_u8));
/// ```
#[inline]
pub fn is_odd<T: Integer>(n: T) -> bool {
    !n.is_even()
}

/// The smaller of two values; the first if they are equal.
///
/// ```
/// assert_eq!(rama_runtime::ops::min("b", "a"), "a");
/// ```
#[inline]
pub fn min<T: Ord>(a: T, b: T) -> T {
    a.min(b)
}

/// The greater of two values; the second if they are equal.
///
/// ```
/// assert_eq!(rama_runtime::ops::max(3, 5), 5);
/// ```
#[inline]
pub fn max<T: Ord>(a: T, b: T) -> T {
    a.max(b)
}

/// The sum of the elements of a collection.
///
/// ```
/// let total: i64 = rama_runtime::ops::sum(&[1, 2, 3]);
/// assert_eq!(total, 6);
/// ```
#[inline]
pub fn sum<I, T>(elements: I) -> T
where
    I: IntoIterator,
    T: Sum<I::Item>,
{
    elements.into_iter().sum()
}
