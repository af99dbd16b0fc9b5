//! Nodes: the tree of tables that a schema makes.

use std::sync::Arc;

use super::backing::Backing;
use super::delta::{self, Op};
use super::frozen::{FrozenChange, write_frozen};
use super::horizon::Horizon;
use super::listed::hash;
use super::rows::Rows;
use super::writes::WriteRows;
use super::{Handle, Ids};
use crate::error::{PathError, StoreError};
use crate::schema::Schema;

/// What a checkpoint writes to.
#[doc(hidden)]
pub type FrozenSink<'a> = dyn FnMut(FrozenChange<'_>) -> Result<(), StoreError> + 'a;

/// One node of a schema, for those who know the schema only as data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeInfo {
    /// The node's id: a hash of its place in the schema.
    pub id: u32,
    /// Whether its slots are handles of nested structures; their rows are in these nodes.
    pub nested: Vec<u32>,
}

/// The tables of a part of a schema.
///
/// A node's id is a hash of its place in the schema (the id of the node above and of the field), so
/// that it stays when fields are added, removed or reordered.
pub trait Tables: Send + Sync + 'static {
    /// The write set over these tables.
    type Writes: Default + Send + 'static;

    /// Empty tables beneath the node `above`.
    fn new(above: u32, horizon: &Arc<Horizon>) -> Self;

    /// What is beneath a value, which is nothing; `None` of the tables of structures.
    fn of_value() -> Option<(Self::Writes, &'static Self)> {
        None
    }

    /// Whether nothing is written.
    fn is_empty(writes: &Self::Writes) -> bool;

    /// Estimated bytes of memory of the write set.
    fn bytes(writes: &Self::Writes) -> usize;

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

    /// Puts the write set on top of the tables, as that of the commit at `position`.
    fn seal(&self, writes: &mut Self::Writes, position: u64);

    /// Folds what was sealed up to `position` into the rows that every read sees.
    fn fold(&self, position: u64);

    /// Merges what was sealed and cannot be folded, as far as no read can tell.
    fn merge_sealed(&self, visible: u64, pins: &[u64]);

    /// Drops the rows in memory of a structure whose parent is gone.
    fn drop_resident(&self, structure: u64);

    /// Freezes the folded rows for a checkpoint.
    fn freeze(&self, next_structure: u64);

    /// Hands the frozen rows to `sink`.
    ///
    /// # Errors
    ///
    /// When a value does not serialize, and those of `sink`.
    fn write_frozen(&self, sink: &mut FrozenSink<'_>) -> Result<(), StoreError>;

    /// The frozen rows are durable, in `backing`.
    fn finish(&self, backing: &Arc<dyn Backing>);

    /// The rows that are there when a module is opened.
    fn attach(&self, backing: &Arc<dyn Backing>, next_structure: u64);

    /// Another way to the same rows.
    fn replace_backing(&self, backing: &Arc<dyn Backing>);

    /// Makes room in caches that are full.
    fn age_cache(&self);

    /// Fetches rows of the structure at the top into the processor's cache, and the last ones of
    /// structures nested right in it: what are most likely those of the keys with these hashes. Only
    /// where the elements of one structure lie here.
    fn prefetch(&self, _writes: &Self::Writes, _hashes: &[u64]) {}

    /// Fetches the last rows of nested structures, most likely those whose ids have these hashes. Only
    /// where the elements of one structure lie here.
    fn prefetch_nested(&self, _writes: &Self::Writes, _hashes: &[u64]) {}

    /// Forgets the write set.
    fn clear(writes: &mut Self::Writes);

    /// Drops the written rows of the structure `id`, and of those nested in it.
    fn drop_structure(writes: &mut Self::Writes, id: u64, ids: &Ids);

    /// The number of rows.
    ///
    /// # Errors
    ///
    /// When the backing cannot be read.
    fn total(&self) -> Result<usize, PathError>;

    /// Lists the nodes that lie directly beneath `above`.
    fn roots(above: u32, out: &mut Vec<u32>);

    /// Lists all nodes.
    fn nodes(above: u32, out: &mut Vec<NodeInfo>);
}

/// No tables.
impl Tables for () {
    type Writes = ();

    fn new(_above: u32, _horizon: &Arc<Horizon>) -> Self {}

    #[inline(always)]
    fn of_value() -> Option<((), &'static ())> {
        Some(((), &()))
    }

    fn is_empty(_writes: &()) -> bool {
        true
    }

    fn bytes(_writes: &()) -> usize {
        0
    }

    fn encode(_writes: &(), _above: u32, _out: &mut Vec<u8>) -> Result<(), StoreError> {
        Ok(())
    }

    fn decode(_writes: &mut (), _above: u32, _op: &Op<'_>) -> Result<bool, StoreError> {
        Ok(false)
    }

    fn seal(&self, _writes: &mut (), _position: u64) {}

    fn fold(&self, _position: u64) {}

    fn merge_sealed(&self, _visible: u64, _pins: &[u64]) {}

    fn drop_resident(&self, _structure: u64) {}

    fn freeze(&self, _next_structure: u64) {}

    fn write_frozen(&self, _sink: &mut FrozenSink<'_>) -> Result<(), StoreError> {
        Ok(())
    }

    fn finish(&self, _backing: &Arc<dyn Backing>) {}

    fn attach(&self, _backing: &Arc<dyn Backing>, _next_structure: u64) {}

    fn replace_backing(&self, _backing: &Arc<dyn Backing>) {}

    fn age_cache(&self) {}

    fn clear(_writes: &mut ()) {}

    fn drop_structure(_writes: &mut (), _id: u64, _ids: &Ids) {}

    fn total(&self) -> Result<usize, PathError> {
        Ok(0)
    }

    fn roots(_above: u32, _out: &mut Vec<u32>) {}

    fn nodes(_above: u32, _out: &mut Vec<NodeInfo>) {}
}

/// The rows of elements of schema `V`, and the tables beneath them.
pub struct Node<V: Schema> {
    pub(crate) rows: Rows<V::Slot>,
    pub(crate) below: V::Tables,
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

/// The id of the node of the elements of a structure at `above`, which is zero for the top of a PState.
pub const fn elements_node(above: u32) -> u32 {
    beneath(above, ELEMENTS)
}

/// What the elements of a field of a struct at `above` are beneath; see [`elements_node`].
pub const fn field_node(above: u32, field: u32) -> u32 {
    beneath(above, field)
}

impl<V: Schema> Tables for Node<V> {
    type Writes = NodeWrites<V>;

    fn new(above: u32, horizon: &Arc<Horizon>) -> Self {
        let node = beneath(above, ELEMENTS);
        Self { rows: Rows::new(node, horizon), below: V::Tables::new(node, horizon) }
    }

    fn is_empty(writes: &Self::Writes) -> bool {
        writes.rows.is_empty() && V::Tables::is_empty(&writes.below)
    }

    fn bytes(writes: &Self::Writes) -> usize {
        writes.rows.bytes() + V::Tables::bytes(&writes.below)
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

    fn seal(&self, writes: &mut Self::Writes, position: u64) {
        self.rows.seal(&mut writes.rows, position);
        self.below.seal(&mut writes.below, position);
    }

    fn fold(&self, position: u64) {
        // First what is beneath: a dropped structure's rows are then all where they can be found.
        self.below.fold(position);
        self.rows.fold(position, !V::NESTED, |slots| drop_nested::<V>(slots, &self.below));
    }

    fn merge_sealed(&self, visible: u64, pins: &[u64]) {
        self.rows.merge_sealed(visible, pins);
        self.below.merge_sealed(visible, pins);
    }

    fn drop_resident(&self, structure: u64) {
        self.rows.drop_resident(structure, |slots| drop_nested::<V>(slots, &self.below));
    }

    fn freeze(&self, next_structure: u64) {
        self.rows.freeze(next_structure);
        self.below.freeze(next_structure);
    }

    fn write_frozen(&self, sink: &mut FrozenSink<'_>) -> Result<(), StoreError> {
        write_frozen(&self.rows, sink)?;
        self.below.write_frozen(sink)
    }

    fn finish(&self, backing: &Arc<dyn Backing>) {
        self.rows.finish(Arc::clone(backing));
        self.below.finish(backing);
    }

    fn attach(&self, backing: &Arc<dyn Backing>, next_structure: u64) {
        self.rows.attach(Arc::clone(backing), next_structure);
        self.below.attach(backing, next_structure);
    }

    fn replace_backing(&self, backing: &Arc<dyn Backing>) {
        self.rows.replace_backing(Arc::clone(backing));
        self.below.replace_backing(backing);
    }

    fn age_cache(&self) {
        self.rows.age_cache();
        self.below.age_cache();
    }

    fn prefetch(&self, writes: &Self::Writes, hashes: &[u64]) {
        let (mut unwritten, mut structures) = (Vec::with_capacity(hashes.len()), Vec::new());
        writes.rows.prefetch_top(hashes, |hash| unwritten.push(hash));
        self.rows.prefetch_top(&unwritten, |slot| {
            if V::NESTED
                && let Some(handle) = slot.as_ref().and_then(V::handle)
            {
                structures.push(hash(&handle.id));
            }
        });
        if !structures.is_empty() {
            self.below.prefetch_nested(&writes.below, &structures);
        }
    }

    fn prefetch_nested(&self, writes: &Self::Writes, hashes: &[u64]) {
        writes.rows.prefetch_nested(hashes);
        self.rows.prefetch_nested(hashes);
    }

    fn clear(writes: &mut Self::Writes) {
        writes.rows.clear();
        V::Tables::clear(&mut writes.below);
    }

    fn drop_structure(writes: &mut Self::Writes, id: u64, ids: &Ids) {
        let Some(rows) = writes.rows.drop_structure(id, !ids.is_new(id)) else { return };
        if V::NESTED {
            rows.into_each(|_, slot| {
                if let Some(slot) = slot {
                    V::drop_below(&slot, &mut writes.below, ids);
                }
            });
        }
    }

    fn total(&self) -> Result<usize, PathError> {
        Ok(self.rows.total()? + self.below.total()?)
    }

    fn roots(above: u32, out: &mut Vec<u32>) {
        out.push(beneath(above, ELEMENTS));
    }

    fn nodes(above: u32, out: &mut Vec<NodeInfo>) {
        let id = beneath(above, ELEMENTS);
        let mut nested = Vec::new();
        if V::NESTED {
            V::Tables::roots(id, &mut nested);
        }
        out.push(NodeInfo { id, nested });
        V::Tables::nodes(id, out);
    }
}

/// Drops the resident rows of structures whose handles these are.
fn drop_nested<V: Schema>(slots: Vec<Option<V::Slot>>, below: &V::Tables) {
    if V::NESTED {
        for handle in slots.iter().flatten().filter_map(V::handle) {
            below.drop_resident(handle.id);
        }
    }
}

/// The tables of a field of fixed keys, and of the fields behind it. `ID` is the field's.
pub struct FieldNode<V: Schema, Rest, const ID: u32> {
    /// The rows of the field.
    pub node: Node<V>,
    /// The fields behind it.
    pub rest: Rest,
}

impl<V: Schema, Rest: Tables, const ID: u32> Tables for FieldNode<V, Rest, ID> {
    type Writes = (NodeWrites<V>, Rest::Writes);

    fn new(above: u32, horizon: &Arc<Horizon>) -> Self {
        Self { node: Node::new(beneath(above, ID), horizon), rest: Rest::new(above, horizon) }
    }

    fn is_empty(writes: &Self::Writes) -> bool {
        Node::<V>::is_empty(&writes.0) && Rest::is_empty(&writes.1)
    }

    fn bytes(writes: &Self::Writes) -> usize {
        Node::<V>::bytes(&writes.0) + Rest::bytes(&writes.1)
    }

    fn encode(writes: &Self::Writes, above: u32, out: &mut Vec<u8>) -> Result<(), StoreError> {
        Node::<V>::encode(&writes.0, beneath(above, ID), out)?;
        Rest::encode(&writes.1, above, out)
    }

    fn decode(writes: &mut Self::Writes, above: u32, op: &Op<'_>) -> Result<bool, StoreError> {
        Ok(Node::<V>::decode(&mut writes.0, beneath(above, ID), op)?
            || Rest::decode(&mut writes.1, above, op)?)
    }

    fn seal(&self, writes: &mut Self::Writes, position: u64) {
        self.node.seal(&mut writes.0, position);
        self.rest.seal(&mut writes.1, position);
    }

    fn fold(&self, position: u64) {
        self.node.fold(position);
        self.rest.fold(position);
    }

    fn merge_sealed(&self, visible: u64, pins: &[u64]) {
        self.node.merge_sealed(visible, pins);
        self.rest.merge_sealed(visible, pins);
    }

    fn drop_resident(&self, structure: u64) {
        self.node.drop_resident(structure);
        self.rest.drop_resident(structure);
    }

    fn freeze(&self, next_structure: u64) {
        self.node.freeze(next_structure);
        self.rest.freeze(next_structure);
    }

    fn write_frozen(&self, sink: &mut FrozenSink<'_>) -> Result<(), StoreError> {
        self.node.write_frozen(sink)?;
        self.rest.write_frozen(sink)
    }

    fn finish(&self, backing: &Arc<dyn Backing>) {
        self.node.finish(backing);
        self.rest.finish(backing);
    }

    fn attach(&self, backing: &Arc<dyn Backing>, next_structure: u64) {
        self.node.attach(backing, next_structure);
        self.rest.attach(backing, next_structure);
    }

    fn replace_backing(&self, backing: &Arc<dyn Backing>) {
        self.node.replace_backing(backing);
        self.rest.replace_backing(backing);
    }

    fn age_cache(&self) {
        self.node.age_cache();
        self.rest.age_cache();
    }

    fn clear(writes: &mut Self::Writes) {
        Node::<V>::clear(&mut writes.0);
        Rest::clear(&mut writes.1);
    }

    fn drop_structure(writes: &mut Self::Writes, id: u64, ids: &Ids) {
        Node::<V>::drop_structure(&mut writes.0, id, ids);
        Rest::drop_structure(&mut writes.1, id, ids);
    }

    fn total(&self) -> Result<usize, PathError> {
        Ok(self.node.total()? + self.rest.total()?)
    }

    fn roots(above: u32, out: &mut Vec<u32>) {
        Node::<V>::roots(beneath(above, ID), out);
        Rest::roots(above, out);
    }

    fn nodes(above: u32, out: &mut Vec<NodeInfo>) {
        Node::<V>::nodes(beneath(above, ID), out);
        Rest::nodes(above, out);
    }
}

/// The id of the structure that a slot is the handle of, from its bytes in a checkpoint.
///
/// # Errors
///
/// When the bytes are no handle.
pub fn structure_of_slot(slot: &[u8]) -> Result<u64, StoreError> {
    let handle: Handle = postcard::from_bytes(slot).map_err(StoreError::Decode)?;
    Ok(handle.id)
}
