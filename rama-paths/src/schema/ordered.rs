//! Structures whose elements are rows in order of a key.

use super::Schema;
use crate::key::Key;
use crate::store::{Handle, Node};

/// A structure stored element by element, in order of a key: a `PMap`, a `PSet`, whose elements are
/// the keys, or a `PVec`, whose keys are the indexes.
pub trait Ordered: Schema<Slot = Handle, Tables = Node<Self::Element>> {
    /// The type of the keys.
    type Key: Key;
    /// The schema of the elements.
    type Element: Schema;
    /// Whether the size is kept when the structure is nested.
    #[doc(hidden)]
    const TRACKED: bool;
}
