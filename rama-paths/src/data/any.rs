//! Committed rows of a partition, for those who do not know the schema.

use std::any::Any;

use super::read::{At, Reader};
use super::{
    DataPath, DataPathError, Datum, PathFunctions, Step, StepPosition, StructureKind as Kind,
    WrongKey,
};
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

    /// The routing hash of the path's leading key, if it has one: its first step is `key`, `must` or
    /// `map_key` of a map, or `set_elem` of a set.
    ///
    /// # Errors
    ///
    /// [`DataPathError::NotAKey`].
    fn leading_key(&self, path: &DataPath) -> Result<Option<KeyHash>, DataPathError>;

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
        let key = S::top_key(Kind::Map, key).or_else(|| S::top_key(Kind::Set, key))?;
        Some(key.map(|bytes| KeyHash::of_bytes(&bytes)))
    }

    fn leading_key(&self, path: &DataPath) -> Result<Option<KeyHash>, DataPathError> {
        // The same place as the top, as in a typed path.
        let index = path.steps().iter().position(|step| *step != Step::Stay);
        let Some((index, step)) = index.and_then(|at| Some((at, path.steps().get(at)?))) else {
            return Ok(None);
        };
        let key = match step {
            Step::Key(key) | Step::Must(key) | Step::MapKey(key) => S::top_key(Kind::Map, key),
            Step::SetElem(item) => S::top_key(Kind::Set, item),
            _ => None,
        };
        match key {
            None => Ok(None),
            Some(Ok(bytes)) => Ok(Some(KeyHash::of_bytes(&bytes))),
            Some(Err(WrongKey { expected, reason })) => {
                let at = StepPosition { navigator: step.name(), position: vec![index] };
                Err(DataPathError::NotAKey { at, expected, reason })
            }
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
