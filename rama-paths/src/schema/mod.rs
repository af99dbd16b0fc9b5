//! Schemas: how a PState is laid out.
//!
//! A schema is a type. [`PMap`], [`PSet`], [`PVec`] and structs with `#[derive(PState)]` are stored
//! element by element, every other type (each [`Record`](crate::Record)) is a **leaf**: one
//! serialized value.
//!
//! | schema | what is stored |
//! |---|---|
//! | `PMap<i64, i64>` | a row per key |
//! | `PMap<i64, Vec<Post>>` | a row per key, read and written as a whole `Vec` |
//! | `PMap<i64, PMap<String, Post>>` | a row per key of either level; the inner map is never read as a whole |
//! | `PMap<i64, PSet<i64>>` | a row per key, and one per element |
//! | `PMap<i64, PVec<Post>>` | a row per key, and one per post |

mod fixed;
mod leaf;
mod map;
mod ordered;
mod set;
mod tracking;
mod vec;

#[doc(hidden)]
pub use fixed::distinct_ids;
pub use fixed::{Field, FieldAt, FixedKeys, field_id};
pub use map::PMap;
pub use ordered::Ordered;
pub use set::PSet;
pub use tracking::{Tracked, Tracking, Untracked};
pub use vec::PVec;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::data::cursor::AtCursor;
use crate::data::{Datum, StructureKind, WrongKey};
use crate::key::KeyBytes;
use crate::path::{Location, Visit};
use crate::record::ShapeBuilder;
use crate::store::{Handle, Ids, ReadPlace, Tables};

/// What a row holds of its element: a leaf's value, or the handle of a nested structure.
pub trait Slot: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {}

impl<T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static> Slot for T {}

/// A layout: [`PMap`], [`PSet`], [`PVec`], a struct with `#[derive(PState)]`, or any [`Record`](crate::Record).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be part of a PState",
    label = "not a schema",
    note = "a schema is a `PMap<K, V>`, a `PSet<T>`, a `PVec<T>`, a struct with `#[derive(PState)]`, or a value type with `#[derive(Clone, serde::Serialize, serde::Deserialize, rama::Record)]`"
)]
pub trait Schema: Location<Slot: Slot> {
    /// Whether it is stored element by element.
    #[doc(hidden)]
    const NESTED: bool;

    /// Writes the shape of the schema; see [`Record::shape`](crate::Record::shape).
    fn shape(shape: &mut ShapeBuilder);

    /// The slot of the structure at the top of a PState; nothing for a leaf.
    #[doc(hidden)]
    fn top() -> Option<&'static Self::Slot>;

    /// The handle in a slot; nothing if this is a leaf.
    #[doc(hidden)]
    fn handle(_slot: &Self::Slot) -> Option<Handle> {
        None
    }

    /// The place, for those who do not know the schema.
    #[doc(hidden)]
    fn cursor(place: &ReadPlace<'_, Self>, f: &mut AtCursor<'_>) -> Visit;

    /// The bytes of a key of this structure, for those who do not know the schema; none if it is not of
    /// this kind.
    #[doc(hidden)]
    fn top_key(_of: StructureKind, _key: &Datum) -> Option<Result<KeyBytes, WrongKey>> {
        None
    }

    /// Drops the written rows beneath `slot`.
    #[doc(hidden)]
    fn drop_below(slot: &Self::Slot, writes: &mut <Self::Tables as Tables>::Writes, ids: &Ids) {
        if let Some(handle) = Self::handle(slot) {
            Self::Tables::drop_structure(writes, handle.id, ids);
        }
    }
}

/// The shape of a schema as text.
///
/// ```
/// use rama_paths::{PMap, schema_shape_of};
///
/// assert_eq!(
///     schema_shape_of::<PMap<i64, PMap<String, Vec<u8>>>>(),
///     "PMap<i64, PMap<String, Vec<u8>>>"
/// );
/// ```
pub fn schema_shape_of<S: Schema>() -> String {
    let mut shape = ShapeBuilder::new();
    shape.schema::<S>();
    shape.finish()
}
