//! Leaves: every record is the schema of one serialized value.

use super::Schema;
use crate::data::cursor::{AtCursor, Cursor, ValueIn};
use crate::path::{Location, StoredKind, Visit};
use crate::record::{Record, ShapeBuilder};
use crate::store::ReadPlace;

#[diagnostic::do_not_recommend]
impl<V: Record> Location for V {
    type Slot = V;
    type Tables = ();
    type Kind = StoredKind<V>;
    type Names<P> = P;
}

#[diagnostic::do_not_recommend]
impl<V: Record> Schema for V {
    const NESTED: bool = false;

    fn shape(shape: &mut ShapeBuilder) {
        shape.record::<V>();
    }

    fn top() -> Option<&'static V> {
        None
    }

    fn cursor(place: &ReadPlace<'_, V>, f: &mut AtCursor<'_>) -> Visit {
        f(Cursor::Value(&ValueIn(place)))
    }
}
