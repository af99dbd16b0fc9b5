//! Typed schemas, keys, paths and aggregators, and the storage of one partition of a PState.
//!
//! This crate knows nothing of tasks, topologies or logs. Its rooms:
//!
//! | module | what is in it |
//! |---|---|
//! | [`key`] | keys whose byte order is value order, and the routing hash |
//! | [`record`] | what may be stored, and the shape of it |
//! | [`schema`] | how a PState is laid out: maps, fixed keys, values |
//! | [`store`] | the rows of one partition, its write set and its deltas |
//! | [`path`] | typed paths made of navigators |
//! | [`aggregate`] | aggregators that fold a value into a location |
//! | [`data`] | paths as data, for other processes and languages |
//! | [`error`] | the errors of all of these |
//!
//! ```
//! use rama_paths::{PMap, Partition, PStatePath, Root};
//!
//! let mut funds = Partition::<PMap<String, i64>>::new();
//! let path = || PStatePath::<(), Root<PMap<String, i64>>>::new();
//! funds.transform(path().key("alice").termval(100))?;
//! funds.transform(path().key("alice").term(|curr| curr - 30))?;
//! assert_eq!(funds.select_one(&path().key("alice"))?, Some(70));
//! assert_eq!(funds.select_one(&path().key("bob").nil_to_val(0))?, 0);
//! # Ok::<(), rama_paths::PathError>(())
//! ```

pub mod aggregate;
pub mod data;
pub mod error;
pub mod key;
pub mod path;
pub mod record;
pub mod schema;
pub mod store;

pub use aggregate::Aggregator;
pub use error::{KeyError, PathError, StoreError};
pub use key::{KEY_ENCODING_VERSION, Key, KeyArg, KeyBytes, KeyHash, ROUTING_VERSION, key_hash};
pub use path::nav::{Again, CustomNav, PathWithin, RecursivePath, Root, Start};
pub use path::{
    FieldToken, HasFields, Navigator, PStatePath, Part, PartAt, PartOf, RecordFields, SelectPath,
    SinglePath, SortedRange, SortedRangeFromOptions, SortedRangeOptions, SortedRangeToOptions,
    WritePath,
};
pub use record::{Record, ShapeBuilder, shape_of};
pub use schema::{
    Field, FieldAt, FixedKeys, PMap, PSet, PVec, Schema, Tracked, Tracking, Untracked, field_id,
    schema_shape_of,
};
pub use store::{
    AnyPartition, AnyRows, Backing, BackingError, Committed, Costs, DELTA_VERSION, FrozenChange,
    Horizon, Memory, NodeInfo, Partition, Pin, structure_of_slot, structure_range,
};
pub use uuid::Uuid;

/// A path that begins at a value or a schema `S`, of no PState in particular: for plain data.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use rama_paths::path_of;
///
/// let mut scores = BTreeMap::from([(1_i64, vec![3_i64, 4]), (2, vec![5])]);
/// let scores_of = |player: i64| path_of::<BTreeMap<i64, Vec<i64>>>().key(player);
/// assert_eq!(scores_of(1).nil_to_default().all().select_from(&scores)?, [3, 4]);
/// scores_of(3).nil_to_default().after_elem().termval(9).transform_in(&mut scores)?;
/// assert_eq!(scores[&3], [9]);
/// # Ok::<(), rama_paths::PathError>(())
/// ```
pub fn path_of<S: path::Location>() -> PStatePath<(), Root<S>> {
    PStatePath::at_root(Root::new(), 0)
}
