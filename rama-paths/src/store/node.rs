//! Nodes: the tree of tables that a schema makes.

use super::delta::{self, Op};
use super::rows::{Rows, merged};
use super::writes::WriteRows;
use super::{Handle, Ids};
use crate::error::StoreError;
use crate::schema::Schema;

/// The tables of a part of a schema.
///
/// A node's id is a hash of its place in the schema (the id of the node above and of the field), so
/// that it stays when fields are added, removed or reordered.
pub trait Tables: Default + Send + Sync + 'static {
    /// The write set over these tables.
    type Writes: Default + Send + 'static;

    /// Whether nothing is written.
    fn is_empty(writes: &Self::Writes) -> bool;

    /// Appends the write set as operations of a delta; `above` is the id of the node above.
    ///
    /// # Errors
    ///
    /// When a value does not serialize.
    fn encode(writes: &Self::Writes, above: u32, out: &mut Vec<u8>) -> Result<(), StoreError>;

    /// Puts one operation of a delta into a write set; `false` if its node is not among these.
    ///
    /// # Errors
    ///
    /// When the value does not decode.
    fn decode(writes: &mut Self::Writes, above: u32, op: &Op<'_>) -> Result<bool, StoreError>;

    /// Moves the write set into the tables.
    fn apply(&mut self, writes: &mut Self::Writes);

    /// Forgets the write set.
    fn clear(writes: &mut Self::Writes);

    /// The number of rows.
    fn total(&self) -> usize;

    /// Lists the node ids.
    fn nodes(above: u32, out: &mut Vec<u32>);
}

/// No tables.
impl Tables for () {
    type Writes = ();

    fn is_empty(_writes: &()) -> bool {
        true
    }

    fn encode(_writes: &(), _above: u32, _out: &mut Vec<u8>) -> Result<(), StoreError> {
        Ok(())
    }

    fn decode(_writes: &mut (), _above: u32, _op: &Op<'_>) -> Result<bool, StoreError> {
        Ok(false)
    }

    fn apply(&mut self, _writes: &mut ()) {}

    fn clear(_writes: &mut ()) {}

    fn total(&self) -> usize {
        0
    }

    fn nodes(_above: u32, _out: &mut Vec<u32>) {}
}

/// The rows of elements of schema `V`, and the tables beneath them.
pub struct Node<V: Schema> {
    pub(crate) rows: Rows<V::Slot>,
    pub(crate) below: V::Tables,
}

impl<V: Schema> Default for Node<V> {
    fn default() -> Self {
        Self { rows: Rows::default(), below: V::Tables::default() }
    }
}

/// The write set over a [`Node`].
pub struct NodeWrites<V: Schema> {
    pub(crate) rows: WriteRows<V::Slot>,
    pub(crate) below: <V::Tables as Tables>::Writes,
}

impl<V: Schema> Default for NodeWrites<V> {
    fn default() -> Self {
        Self { rows: WriteRows::default(), below: <V::Tables as Tables>::Writes::default() }
    }
}

/// The id of the node beneath another one.
const fn beneath(above: u32, step: u32) -> u32 {
    let mixed = (((above as u64) << 32) | step as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 32) as u32 ^ mixed as u32
}

/// The step from a structure to its elements.
const ELEMENTS: u32 = 0x656c_656d;

impl<V: Schema> Tables for Node<V> {
    type Writes = NodeWrites<V>;

    fn is_empty(writes: &Self::Writes) -> bool {
        writes.rows.is_empty() && V::Tables::is_empty(&writes.below)
    }

    fn encode(writes: &Self::Writes, above: u32, out: &mut Vec<u8>) -> Result<(), StoreError> {
        let node = beneath(above, ELEMENTS);
        delta::encode_rows(&writes.rows, node, out)?;
        V::Tables::encode(&writes.below, node, out)
    }

    fn decode(writes: &mut Self::Writes, above: u32, op: &Op<'_>) -> Result<bool, StoreError> {
        let node = beneath(above, ELEMENTS);
        if op.node == node {
            delta::decode_row(&mut writes.rows, op)?;
            return Ok(true);
        }
        V::Tables::decode(&mut writes.below, node, op)
    }

    fn apply(&mut self, writes: &mut Self::Writes) {
        writes.rows.apply(&mut self.rows);
        self.below.apply(&mut writes.below);
    }

    fn clear(writes: &mut Self::Writes) {
        writes.rows.clear();
        V::Tables::clear(&mut writes.below);
    }

    fn total(&self) -> usize {
        self.rows.total() + self.below.total()
    }

    fn nodes(above: u32, out: &mut Vec<u32>) {
        let node = beneath(above, ELEMENTS);
        out.push(node);
        V::Tables::nodes(node, out);
    }
}

/// The tables of a field of fixed keys, and of the fields behind it. `ID` is the field's.
pub struct FieldNode<V: Schema, Rest, const ID: u32> {
    /// The rows of the field.
    pub node: Node<V>,
    /// The fields behind it.
    pub rest: Rest,
}

impl<V: Schema, Rest: Default, const ID: u32> Default for FieldNode<V, Rest, ID> {
    fn default() -> Self {
        Self { node: Node::default(), rest: Rest::default() }
    }
}

impl<V: Schema, Rest: Tables, const ID: u32> Tables for FieldNode<V, Rest, ID> {
    type Writes = (NodeWrites<V>, Rest::Writes);

    fn is_empty(writes: &Self::Writes) -> bool {
        Node::<V>::is_empty(&writes.0) && Rest::is_empty(&writes.1)
    }

    fn encode(writes: &Self::Writes, above: u32, out: &mut Vec<u8>) -> Result<(), StoreError> {
        Node::<V>::encode(&writes.0, beneath(above, ID), out)?;
        Rest::encode(&writes.1, above, out)
    }

    fn decode(writes: &mut Self::Writes, above: u32, op: &Op<'_>) -> Result<bool, StoreError> {
        Ok(Node::<V>::decode(&mut writes.0, beneath(above, ID), op)?
            || Rest::decode(&mut writes.1, above, op)?)
    }

    fn apply(&mut self, writes: &mut Self::Writes) {
        self.node.apply(&mut writes.0);
        self.rest.apply(&mut writes.1);
    }

    fn clear(writes: &mut Self::Writes) {
        Node::<V>::clear(&mut writes.0);
        Rest::clear(&mut writes.1);
    }

    fn total(&self) -> usize {
        self.node.total() + self.rest.total()
    }

    fn nodes(above: u32, out: &mut Vec<u32>) {
        Node::<V>::nodes(beneath(above, ID), out);
        Rest::nodes(above, out);
    }
}

/// The tables of the fields of fixed keys.
pub trait FieldTables: Tables {
    /// Drops the rows of every field of the structure with this handle.
    fn drop_structure(&self, handle: &Handle, writes: &mut Self::Writes, ids: &Ids);
}

impl FieldTables for () {
    fn drop_structure(&self, _handle: &Handle, _writes: &mut (), _ids: &Ids) {}
}

impl<V: Schema, Rest: FieldTables, const ID: u32> FieldTables for FieldNode<V, Rest, ID> {
    fn drop_structure(&self, handle: &Handle, writes: &mut Self::Writes, ids: &Ids) {
        drop_structure::<V>(handle.id, &mut writes.0, &self.node, ids);
        self.rest.drop_structure(handle, &mut writes.1, ids);
    }
}

/// Drops all rows of a structure with elements of schema `V`, and of the structures nested in it.
pub fn drop_structure<V: Schema>(
    structure: u64,
    writes: &mut NodeWrites<V>,
    rows: &Node<V>,
    ids: &Ids,
) {
    if V::NESTED {
        let NodeWrites { rows: own, below } = writes;
        for (_, slot) in merged(Some(own), &rows.rows, structure) {
            V::drop_below(slot, below, &rows.below, ids);
        }
    }
    writes.rows.drop_structure(structure, !ids.is_new(structure));
}
