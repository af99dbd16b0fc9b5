//! How deep what is read from outside may be nested: a message of some kilobytes must not take the
//! stack of a thread.

use std::cell::Cell;

use serde::de::Error;

/// Lists, maps and paths within each other.
pub(super) const MOST: usize = 128;

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// One level more, as long as it lives.
pub(crate) struct Nested;

impl Nested {
    /// Goes one level down.
    pub(crate) fn enter<E: Error>() -> Result<Nested, E> {
        let depth = DEPTH.get();
        if depth >= MOST {
            return Err(E::custom(format_args!("nested deeper than {MOST} levels")));
        }
        DEPTH.set(depth + 1);
        Ok(Nested)
    }
}

impl Drop for Nested {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
    }
}
