//! Values in memory as they are read.

use crate::path::Location;
use crate::store::{AsOf, Held, ReadPlace, Tables, View};

/// A value in memory, where a path has come to read.
///
/// It is no more than a reference, so that nothing is copied from navigator to navigator: what is at a
/// [`ReadPlace`] may be a row of its own, and has the tables beneath it beside it.
#[derive(Debug)]
#[doc(hidden)]
pub enum Seen<'a, T> {
    /// This is there.
    There(&'a T),
    /// This has been made, and may be taken.
    Made(&'a mut Option<T>),
    /// Nothing is there.
    Nothing,
}

/// What is seen where there may be an `L`.
pub(crate) type SeenOf<'a, L> = Seen<'a, <L as Location>::Slot>;

impl<'a, T> Seen<'a, T> {
    /// The value.
    #[inline(always)]
    pub(crate) fn get(&self) -> Option<&T> {
        match self {
            Self::There(value) => Some(value),
            Self::Made(value) => value.as_ref(),
            Self::Nothing => None,
        }
    }

    /// The same once more.
    #[inline(always)]
    pub(crate) fn again(&self) -> Seen<'_, T> {
        self.get().into()
    }

    /// The value, or the default where there is nothing.
    #[inline(always)]
    pub(crate) fn or(self, default: &'a T) -> Self {
        match self {
            Self::Nothing => Self::There(default),
            seen => seen,
        }
    }

    /// As what a place holds.
    #[inline(always)]
    pub(crate) fn held(self) -> Held<'a, T> {
        match self {
            Self::There(value) => Held::Stored(value),
            Self::Made(value) => value.take().into(),
            Self::Nothing => Held::Nothing,
        }
    }

    /// As a place, unless it is one of a structure: those are in no value.
    #[inline(always)]
    pub(crate) fn place<L: Location<Slot = T>>(self) -> Option<ReadPlace<'a, L>> {
        let (_, rows) = L::Tables::of_value()?;
        Some(ReadPlace { slot: self.held(), below: View { writes: None, rows, at: AsOf::LATEST } })
    }
}

impl<T: Clone> Seen<'_, T> {
    /// The value, as one of its own.
    #[inline(always)]
    pub(crate) fn into_owned(self) -> Option<T> {
        match self {
            Self::There(value) => Some(value.clone()),
            Self::Made(value) => value.take(),
            Self::Nothing => None,
        }
    }
}

impl<'a, T> From<Option<&'a T>> for Seen<'a, T> {
    #[inline(always)]
    fn from(value: Option<&'a T>) -> Self {
        value.map_or(Self::Nothing, Self::There)
    }
}

/// Shows what is held to `f`.
#[inline(always)]
pub(crate) fn see<T, R>(held: Held<'_, T>, f: impl FnOnce(Seen<'_, T>) -> R) -> R {
    let mut made;
    // `f` is called in one place only, so that it can be inlined.
    f(match held {
        Held::Stored(value) => Seen::There(value),
        Held::Owned(value) => {
            made = Some(value);
            Seen::Made(&mut made)
        }
        Held::Nothing => Seen::Nothing,
    })
}
