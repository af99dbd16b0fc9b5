//! Committed rows of a partition, for those who do not know the schema.

use std::any::Any;

use super::read::{At, Reader};
use super::{DataPath, DataPathError, Datum, PathFunctions, Step, WrongKey};
use crate::key::KeyHash;
use crate::schema::Schema;
use crate::store::{Committed, Pin};

/// The [`Committed`] rows of a partition, whatever their schema.
pub trait AnyCommitted: Any + Send + Sync {
    /// Pins the position that reads are as of.
    fn pin(&self) -> Pin;

    /// Hands everything that the path leads to to `f`, in order, as of a pinned position, while it is
    /// read: a page of rows is in memory at a time. The pin is one of the same horizon.
    ///
    /// # Errors
    ///
    /// See [`DataPathError`]; `f` may have got values before.
    fn select_data_each(
        &self,
        pin: &Pin,
        path: &DataPath,
        functions: &PathFunctions,
        f: &mut dyn FnMut(Datum),
    ) -> Result<(), DataPathError>;

    /// The routing hash of a key of the map or set at the top of the PState; none if there is another
    /// thing at the top.
    fn key_hash(&self, key: &Datum) -> Option<Result<KeyHash, WrongKey>>;

    /// For downcasting to the [`Committed`].
    fn as_any(&self) -> &dyn Any;
}

impl<S: Schema> AnyCommitted for Committed<S> {
    fn pin(&self) -> Pin {
        Committed::pin(self)
    }

    fn select_data_each(
        &self,
        pin: &Pin,
        path: &DataPath,
        functions: &PathFunctions,
        f: &mut dyn FnMut(Datum),
    ) -> Result<(), DataPathError> {
        let mut reader = Reader::of(path, functions)?;
        let visited =
            self.visit_as_of(pin, &mut |top| reader.visit(At::Stored(top), &mut |datum| f(datum)));
        reader.finish(visited)
    }

    fn key_hash(&self, key: &Datum) -> Option<Result<KeyHash, WrongKey>> {
        Some(S::top_key(key)?.map(|bytes| KeyHash::of_bytes(&bytes)))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl DataPath {
    /// The key that says which partition holds what the path leads to: that of its first step, if
    /// this is `key`, `must`, `map_key` or `set_elem`.
    pub fn leading_key(&self) -> Option<&Datum> {
        match self.steps().iter().find(|step| **step != Step::Stay)? {
            Step::Key(key) | Step::Must(key) | Step::MapKey(key) | Step::SetElem(key) => Some(key),
            _ => None,
        }
    }
}
