//! Selecting by a path as data: from a partition, and from a value in memory.

use std::borrow::Cow;

use super::read::{At, Reader};
use super::{DataPath, DataPathError, Datum, PathFunctions};
use crate::error::PathError;
use crate::path::Visit;
use crate::schema::Schema;
use crate::store::{Committed, Partition};

/// The one of the values that were selected.
fn one(mut values: Vec<Datum>) -> Result<Datum, DataPathError> {
    match (values.len(), values.pop()) {
        (1, Some(value)) => Ok(value),
        (found, _) => Err(DataPathError::SelectOne { found }),
    }
}

/// Selects from the place that `visit` leads to.
fn select(
    path: &DataPath,
    functions: &PathFunctions,
    visit: impl FnOnce(&mut dyn FnMut(At<'_>) -> Visit) -> Result<(), PathError>,
) -> Result<Vec<Datum>, DataPathError> {
    let mut reader = Reader::of(path, functions)?;
    let mut values = Vec::new();
    let visited = visit(&mut |top| reader.visit(top, &mut |value| values.push(value)));
    reader.finish(visited)?;
    Ok(values)
}

impl<S: Schema> Partition<S> {
    /// As [`select`](Self::select), by a path as data.
    ///
    /// # Errors
    ///
    /// See [`DataPathError`].
    pub fn select_data(
        &self,
        path: &DataPath,
        functions: &PathFunctions,
    ) -> Result<Vec<Datum>, DataPathError> {
        select(path, functions, |f| self.visit(false, &mut |top| f(At::Stored(top))))
    }

    /// As [`select_data`](Self::select_data), of a path that selects exactly one value.
    ///
    /// # Errors
    ///
    /// [`DataPathError::SelectOne`] if it selects none or more; see [`DataPathError`].
    pub fn select_one_data(
        &self,
        path: &DataPath,
        functions: &PathFunctions,
    ) -> Result<Datum, DataPathError> {
        one(self.select_data(path, functions)?)
    }

    /// As [`select_data`](Self::select_data), on the committed rows only.
    ///
    /// # Errors
    ///
    /// See [`DataPathError`].
    pub fn select_data_committed(
        &self,
        path: &DataPath,
        functions: &PathFunctions,
    ) -> Result<Vec<Datum>, DataPathError> {
        select(path, functions, |f| self.visit(true, &mut |top| f(At::Stored(top))))
    }
}

impl<S: Schema> Committed<S> {
    /// As [`select`](Self::select), by a path as data.
    ///
    /// # Errors
    ///
    /// See [`DataPathError`].
    pub fn select_data(
        &self,
        path: &DataPath,
        functions: &PathFunctions,
    ) -> Result<Vec<Datum>, DataPathError> {
        let pin = self.pin();
        select(path, functions, |f| self.visit_as_of(&pin, &mut |top| f(At::Stored(top))))
    }
}

impl DataPath {
    /// Selects everything the path leads to in a value, in order.
    ///
    /// # Errors
    ///
    /// See [`DataPathError`].
    ///
    /// ```
    /// use rama_paths::data::{DataPath, Datum, PathFunctions};
    ///
    /// let lists = Datum::from(vec![vec![1, 2], vec![3]]);
    /// let path = DataPath::new().all().collect_one(|list| list.count()).last();
    /// let selected = path.select_from(&lists, &PathFunctions::new())?;
    /// assert_eq!(selected, [Datum::from((2, 2)), Datum::from((1, 3))]);
    /// # Ok::<(), rama_paths::data::DataPathError>(())
    /// ```
    pub fn select_from(
        &self,
        value: &Datum,
        functions: &PathFunctions,
    ) -> Result<Vec<Datum>, DataPathError> {
        select(self, functions, |f| crate::path::to_the_end(f(At::Value(Cow::Borrowed(value)))))
    }

    /// Selects what the path leads to in a value, if it leads to exactly one place.
    ///
    /// # Errors
    ///
    /// [`DataPathError::SelectOne`] if it leads to none or more; see [`DataPathError`].
    pub fn select_one_from(
        &self,
        value: &Datum,
        functions: &PathFunctions,
    ) -> Result<Datum, DataPathError> {
        one(self.select_from(value, functions)?)
    }
}
