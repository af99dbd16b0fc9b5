//! Typed columns of frames: what a batch between two tasks holds per label.

use std::any::Any;
use std::collections::VecDeque;

use serde::Serialize;

/// A column without its type.
pub(crate) trait AnyColumn: Send {
    /// For the downcast to the typed column.
    fn as_any_mut(&mut self) -> &mut dyn Any;

    /// Serializes the frames not yet taken.
    fn encode(&self) -> Result<Vec<u8>, postcard::Error>;
}

/// Frames of type `T` in sending order.
#[derive(Debug)]
pub(crate) struct Column<T> {
    frames: VecDeque<T>,
    /// Of each frame the key that sent it, see [`KeyHash::rows`](rama_paths::KeyHash::rows), where
    /// somebody asks for it; else empty.
    keys: VecDeque<u64>,
}

impl<T> Column<T> {
    /// Appends a frame.
    pub(crate) fn push(&mut self, frame: T) {
        self.frames.push_back(frame);
    }

    /// Appends a frame, and which key sent it.
    pub(crate) fn push_with_key(&mut self, frame: T, key: u64) {
        if self.keys.len() == self.frames.len() {
            self.keys.push_back(key);
        }
        self.frames.push_back(frame);
    }

    /// Takes the first frame.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<T> {
        self.keys.pop_front();
        self.frames.pop_front()
    }

    /// The keys that sent the first `n` frames; fewer, or none, where they are not all at hand.
    pub(crate) fn keys(&self, n: usize) -> &[u64] {
        let (keys, _) = self.keys.as_slices();
        &keys[..n.min(keys.len())]
    }
}

impl<T> From<Vec<T>> for Column<T> {
    fn from(frames: Vec<T>) -> Self {
        Column { frames: frames.into(), keys: VecDeque::new() }
    }
}

impl<T: Serialize + Any + Send> AnyColumn for Column<T> {
    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn encode(&self) -> Result<Vec<u8>, postcard::Error> {
        postcard::to_stdvec(&self.frames)
    }
}

#[cfg(test)]
mod tests {
    use super::Column;

    #[test]
    fn a_frame_has_its_own_key_or_none_however_columns_are_filled_and_emptied() {
        let mut rng = fastrand::Rng::with_seed(5);
        let mut column = Column::from(vec![]);
        let (mut next, mut taken) = (0_u64, 0);
        let mut with_keys = 0;
        for _ in 0..2_000 {
            let has_keys = rng.bool();
            for _ in 0..rng.u64(..5) {
                if has_keys {
                    column.push_with_key(next, next * 10);
                } else {
                    column.push(next);
                }
                next += 1;
            }
            for _ in 0..rng.u64(..6) {
                let keys = column.keys(3);
                with_keys += usize::from(!keys.is_empty());
                for (at, key) in (taken..).zip(keys) {
                    assert_eq!(*key, at * 10, "the key of frame {at}");
                }
                if let Some(frame) = column.next() {
                    assert_eq!(frame, taken);
                    taken += 1;
                }
            }
        }
        assert!(with_keys > 100, "{with_keys}");
    }
}
