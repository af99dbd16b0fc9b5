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
