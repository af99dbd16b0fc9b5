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
pub(crate) struct Column<T>(VecDeque<T>);

impl<T> Column<T> {
    /// Appends a frame.
    pub(crate) fn push(&mut self, frame: T) {
        self.0.push_back(frame);
    }

    /// Takes the first frame.
    pub(crate) fn next(&mut self) -> Option<T> {
        self.0.pop_front()
    }
}

impl<T> From<Vec<T>> for Column<T> {
    fn from(frames: Vec<T>) -> Self {
        Column(frames.into())
    }
}

impl<T: Serialize + Any + Send> AnyColumn for Column<T> {
    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn encode(&self) -> Result<Vec<u8>, postcard::Error> {
        postcard::to_stdvec(&self.0)
    }
}
