//! Records: what may be stored or carried to another task, and its shape.

mod compound;
mod shape;
mod simple;

#[cfg(test)]
mod tests;

pub use shape::ShapeBuilder;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A value that can be stored and carried to another task.
///
/// Derive it, together with `Clone` and serde's traits:
///
/// ```text
/// #[derive(Clone, serde::Serialize, serde::Deserialize, rama::Record)]
/// struct Transfer {
///     from_user_id: i64,
///     to_user_id: i64,
///     amt: i64,
/// }
/// ```
///
/// The trait is nominal: no type gets it only because it implements serde's traits. What a type
/// says of itself is its [shape](Record::shape).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored or carried to another task",
    label = "not a `Record`",
    note = "add `#[derive(Clone, serde::Serialize, serde::Deserialize, rama::Record)]` to it"
)]
pub trait Record: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// Writes the shape: a canonical text of what is encoded, with struct fields and enum variants
    /// in order. It is kept in data directories and compared when one is opened, so that two
    /// swapped fields are noticed instead of decoded as each other.
    fn shape(shape: &mut ShapeBuilder);

    /// The value, of which nothing that matters is left here: collections leave an empty one, others
    /// a copy.
    #[doc(hidden)]
    #[inline]
    fn take_out(&mut self) -> Self {
        self.clone()
    }
}

/// The shape of a record type as text.
///
/// ```
/// use rama_paths::shape_of;
///
/// assert_eq!(shape_of::<Option<(i64, Vec<String>)>>(), "Option<(i64, Vec<String>)>");
/// ```
pub fn shape_of<T: Record>() -> String {
    let mut shape = ShapeBuilder::new();
    shape.record::<T>();
    shape.finish()
}
