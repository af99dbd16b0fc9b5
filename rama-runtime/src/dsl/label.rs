//! Labels: the small integers that name continuations.

use std::marker::PhantomData;

/// The index of the label that leads nowhere.
const NOWHERE: u32 = u32::MAX;

/// Names a continuation whose frame is a `T`.
///
/// A label is a small integer, the same in every process built from the same module.
pub struct Label<T> {
    pub(crate) index: u32,
    frame: PhantomData<fn(T)>,
}

impl<T> Label<T> {
    pub(crate) fn new(index: u32) -> Self {
        Label { index, frame: PhantomData }
    }

    /// The label of no continuation: a frame that goes there is dropped.
    pub fn nowhere() -> Self {
        Label::new(NOWHERE)
    }

    /// Whether this is [`Label::nowhere`].
    #[inline]
    pub(crate) fn is_nowhere(self) -> bool {
        is_nowhere(self.index)
    }
}

/// Whether this is the index of [`Label::nowhere`].
#[inline]
pub(crate) fn is_nowhere(index: u32) -> bool {
    index == NOWHERE
}

impl<T> Clone for Label<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Label<T> {}

impl<T> std::fmt::Debug for Label<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_nowhere() {
            f.write_str("Label(nowhere)")
        } else {
            write!(f, "Label({})", self.index)
        }
    }
}
