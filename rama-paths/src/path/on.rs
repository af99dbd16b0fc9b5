//! Paths on plain data: values in memory that no PState holds.

use super::plain::{Seen, Spot};
use super::{Halt, PStatePath, SelectPath, Value, WritePath, to_the_end};
use crate::error::PathError;

impl<O, N> PStatePath<O, N>
where
    Self: SelectPath,
    <Self as SelectPath>::Schema: Value,
{
    /// Selects everything the path leads to in a value, in order.
    ///
    /// # Errors
    ///
    /// Those of the path's navigators.
    ///
    /// ```
    /// use rama_paths::{PStatePath, Root};
    ///
    /// let path = PStatePath::<(), Root<Vec<Vec<i64>>>>::new();
    /// assert_eq!(path.all().last().select_from(&vec![vec![1, 2], vec![3]])?, [2, 3]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn select_from(
        &self,
        value: &<Self as SelectPath>::Schema,
    ) -> Result<Vec<<Self as SelectPath>::Value>, PathError> {
        let mut selected = Vec::new();
        to_the_end(self.select_into_in(Seen::There(value), &mut selected))?;
        Ok(selected)
    }

    /// Selects what the path leads to in a value, if it leads to exactly one place.
    ///
    /// # Errors
    ///
    /// [`PathError::NotOne`] if it leads to none or more, and those of the path's navigators.
    ///
    /// ```
    /// use rama_paths::{PStatePath, PathError, Root};
    ///
    /// let path = || PStatePath::<(), Root<Vec<i64>>>::new();
    /// assert_eq!(path().count().select_one_from(&vec![1, 2])?, 2);
    /// assert_eq!(path().all().select_one_from(&vec![1, 2]), Err(PathError::NotOne { found: 2 }));
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn select_one_from(
        &self,
        value: &<Self as SelectPath>::Schema,
    ) -> Result<<Self as SelectPath>::Value, PathError> {
        let (mut selected, mut found) = (None, 0);
        let visit = self.read_in(Seen::There(value), &mut |value| {
            found += 1;
            selected = Some(value);
            Ok(())
        });
        to_the_end(visit)?;
        selected.filter(|_| found == 1).ok_or(PathError::NotOne { found })
    }

    /// Selects the first of what the path leads to in a value; it looks no further.
    ///
    /// # Errors
    ///
    /// Those of the path's navigators.
    ///
    /// ```
    /// use rama_paths::{PStatePath, Root};
    ///
    /// let path = PStatePath::<(), Root<Vec<i64>>>::new();
    /// assert_eq!(path.all().filter_greater_than(1).select_first_from(&vec![1, 2, 3])?, Some(2));
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn select_first_from(
        &self,
        value: &<Self as SelectPath>::Schema,
    ) -> Result<Option<<Self as SelectPath>::Value>, PathError> {
        let mut selected = None;
        let visit = self.read_in(Seen::There(value), &mut |value| {
            selected = Some(value);
            Err(Halt::Enough)
        });
        to_the_end(visit)?;
        Ok(selected)
    }
}

impl<O, N> PStatePath<O, N>
where
    Self: WritePath,
    <Self as WritePath>::Schema: Value,
{
    /// Runs the write on a value, which is changed where it is.
    ///
    /// # Errors
    ///
    /// Those of the path's navigators; the value may then have changed in part.
    ///
    /// # Panics
    ///
    /// If a closure of the path does; what it was given may then be empty in the value.
    ///
    /// ```
    /// use rama_paths::{PStatePath, Root};
    ///
    /// let mut list = vec![1, 2, 3];
    /// PStatePath::<(), Root<Vec<i64>>>::new().all().term(|n| n * 2).transform_in(&mut list)?;
    /// assert_eq!(list, [2, 4, 6]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn transform_in(self, value: &mut <Self as WritePath>::Schema) -> Result<(), PathError> {
        // The top cannot be removed: `none` does not compile there.
        let _ = self.write_in(Spot::there(value))?;
        Ok(())
    }

    /// The value after the write.
    ///
    /// # Errors
    ///
    /// Those of the path's navigators.
    ///
    /// ```
    /// use rama_paths::{PStatePath, Root};
    ///
    /// let path = PStatePath::<(), Root<Vec<i64>>>::new();
    /// assert_eq!(path.first().termval(9).transform(vec![1, 2])?, [9, 2]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn transform(
        self,
        mut value: <Self as WritePath>::Schema,
    ) -> Result<<Self as WritePath>::Schema, PathError> {
        self.transform_in(&mut value)?;
        Ok(value)
    }
}
