//! Committed rows of a partition, for those who do not know the schema.

use std::any::Any;

use super::cursor::AtCursor;
use super::read::{At, Reader};
use super::{
    DataPath, DataPathError, Datum, PathFunctions, Step, StepPosition, StructureKind, WrongKey,
};
use crate::error::PathError;
use crate::key::{KeyBytes, KeyHash};
use crate::schema::Schema;
use crate::store::{Committed, Pin};

/// The [`Committed`] rows of a partition, whatever their schema. What each schema adds is little; the
/// rest is compiled once.
pub trait AnyCommitted: Any + Send + Sync {
    /// Pins the position that reads are as of.
    fn pin(&self) -> Pin;

    /// For downcasting to the [`Committed`].
    fn as_any(&self) -> &dyn Any;

    /// Hands the place at the top to `f`, as of a pinned position.
    #[doc(hidden)]
    fn visit(&self, pin: &Pin, f: &mut AtCursor<'_>) -> Result<(), PathError>;

    /// The bytes of a key of the structure at the top; none if it is not of this kind.
    #[doc(hidden)]
    fn top_key(&self, of: StructureKind, key: &Datum) -> Option<Result<KeyBytes, WrongKey>>;
}

impl<S: Schema> AnyCommitted for Committed<S> {
    fn pin(&self) -> Pin {
        Committed::pin(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn visit(&self, pin: &Pin, f: &mut AtCursor<'_>) -> Result<(), PathError> {
        self.visit_as_of(pin, f)
    }

    fn top_key(&self, of: StructureKind, key: &Datum) -> Option<Result<KeyBytes, WrongKey>> {
        S::top_key(of, key)
    }
}

impl dyn AnyCommitted {
    /// Hands everything that the path leads to to `f`, in order, as of a pinned position, while it is
    /// read: a page of rows is in memory at a time. The pin is one of the same horizon.
    ///
    /// # Errors
    ///
    /// See [`DataPathError`]; `f` may have got values before.
    pub fn select_data_each(
        &self,
        pin: &Pin,
        path: &DataPath,
        functions: &PathFunctions,
        f: &mut dyn FnMut(Datum),
    ) -> Result<(), DataPathError> {
        let mut reader = Reader::of(path, functions)?;
        let visited = self.visit(pin, &mut |top| reader.visit(At::Stored(top), f));
        reader.finish(visited)
    }

    /// The routing hash of a key of the map or set at the top of the PState; none if there is another
    /// thing at the top.
    pub fn key_hash(&self, key: &Datum) -> Option<Result<KeyHash, WrongKey>> {
        let of_map = self.top_key(StructureKind::Map, key);
        let key = of_map.or_else(|| self.top_key(StructureKind::Set, key))?;
        Some(key.map(|bytes| KeyHash::of_bytes(&bytes)))
    }

    /// The routing hash of the path's leading key, if it has one: its first step is `key`, `must` or
    /// `map_key` of a map, or `set_elem` of a set.
    ///
    /// # Errors
    ///
    /// [`DataPathError::NotAKey`].
    pub fn leading_key(&self, path: &DataPath) -> Result<Option<KeyHash>, DataPathError> {
        // The same place as the top, as in a typed path.
        let mut steps = path.steps().iter().enumerate();
        let Some((index, step)) = steps.find(|(_, step)| **step != Step::Stay) else {
            return Ok(None);
        };
        let key = match step {
            Step::Key(key) | Step::Must(key) | Step::MapKey(key) => {
                self.top_key(StructureKind::Map, key)
            }
            Step::SetElem(item) => self.top_key(StructureKind::Set, item),
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
}
