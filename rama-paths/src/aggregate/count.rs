//! `+count`: counts.

use super::Aggregator;

/// See [`count`].
#[derive(Debug, Clone, Copy)]
pub struct Count;

/// Adds 1 to the place; an absent value is 0.
///
/// # Panics
///
/// The update panics when the integer overflows, in every build profile.
///
/// ```
/// use rama_paths::aggregate::{Aggregator, count};
///
/// assert_eq!(count().update(Some(41_i64)), 42);
/// assert_eq!(count().update(None::<u32>), 1);
/// ```
pub fn count() -> Count {
    Count
}

/// What [`count`] counts in.
#[diagnostic::on_unimplemented(
    message = "`+count` counts in an integer, not in `{Self}`",
    label = "not an integer"
)]
pub trait Counter: Sized {
    /// One.
    const ONE: Self;

    /// One more, if it does not overflow.
    fn next(self) -> Option<Self>;
}

macro_rules! integers {
    ($($t:ty)*) => {$(
        impl Counter for $t {
            const ONE: Self = 1;

            #[inline]
            fn next(self) -> Option<Self> {
                self.checked_add(1)
            }
        }
    )*};
}

integers!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

impl<T: Counter> Aggregator<T> for Count {
    #[inline]
    fn update(self, current: Option<T>) -> T {
        match current {
            None => T::ONE,
            Some(current) => current.next().unwrap_or_else(|| overflowed()),
        }
    }
}

#[cold]
fn overflowed() -> ! {
    panic!("`+count` overflowed")
}
