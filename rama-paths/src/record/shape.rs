//! The builder of shapes.

use std::any::TypeId;

use super::Record;
use crate::schema::Schema;

/// Builds the text of a shape.
///
/// A named type that stands within itself is written there as `^Name`, so that the shape of a
/// recursive type ends.
#[derive(Debug, Default)]
pub struct ShapeBuilder {
    text: String,
    open: Vec<TypeId>,
}

impl ShapeBuilder {
    /// An empty shape.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes text as it is.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Writes the shape of a record type.
    pub fn record<T: Record>(&mut self) -> &mut Self {
        T::shape(self);
        self
    }

    /// Writes the shape of a schema.
    pub fn schema<S: Schema>(&mut self) -> &mut Self {
        <S as Schema>::shape(self);
        self
    }

    /// Writes `name`, then what `body` writes; within itself the type is only `^name`.
    pub fn named<T: 'static>(&mut self, name: &str, body: impl FnOnce(&mut Self)) -> &mut Self {
        let id = TypeId::of::<T>();
        if self.open.contains(&id) {
            return self.text("^").text(name);
        }
        self.open.push(id);
        self.text(name);
        body(self);
        self.open.pop();
        self
    }

    /// The text.
    pub fn finish(self) -> String {
        self.text
    }
}
