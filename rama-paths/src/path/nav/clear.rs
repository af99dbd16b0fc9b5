//! `clear()`: removes everything of a partition.

use std::marker::PhantomData;

use super::root::Root;
use crate::error::PathError;
use crate::key::KeyBytes;
use crate::key::KeyHash;
use crate::path::{PStatePath, WritePath};
use crate::schema::Schema;
use crate::store::{
    AsOf, Change, FieldNode, Handle, Ids, Node, NodeWrites, Stretch, Tables, View, WritePlace,
    Written, modify_row,
};

/// See [`PStatePath::clear`].
pub struct Clear<O, S> {
    pstate: u32,
    types: PhantomData<fn() -> (O, S)>,
}

impl<O, S> Clone for Clear<O, S> {
    fn clone(&self) -> Self {
        Self { pstate: self.pstate, types: PhantomData }
    }
}

impl<O, S> std::fmt::Debug for Clear<O, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clear")
    }
}

impl<O, S: Schema> PStatePath<O, Root<S>> {
    /// Ends a write at the top of a PState: everything in the partition is removed, all entries of a
    /// map, all fields, or the value.
    ///
    /// - *Cost*: every row at the top is read and removed; nested structures are dropped whole.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, PStatePath, Root};
    ///
    /// let mut tags = Partition::<PMap<i64, PMap<String, u8>>>::new();
    /// let path = || PStatePath::<(), Root<PMap<i64, PMap<String, u8>>>>::new();
    /// tags.transform(path().key(5).key("red").termval(1))?;
    /// tags.transform(path().clear())?;
    /// assert_eq!(tags.select_one(&path().count())?, 0);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn clear(self) -> Clear<O, S> {
        Clear { pstate: self.pstate(), types: PhantomData }
    }
}

#[diagnostic::do_not_recommend]
impl<O, S: Schema> WritePath for Clear<O, S> {
    type Owner = O;
    type Schema = S;

    fn pstate(&self) -> u32 {
        self.pstate
    }

    fn routing(&self) -> Option<KeyHash> {
        None
    }

    fn write(self, top: WritePlace<'_, S>) -> Written<S> {
        if S::top().is_none() {
            return Ok(Change::Remove);
        }
        top.below.rows.clear_top(top.below.writes, top.ids)?;
        Ok(Change::Keep)
    }
}

/// Tables whose rows at the top of a PState can be removed.
#[doc(hidden)]
pub trait ClearTop: Tables {
    /// Removes the rows of the structure at the top.
    ///
    /// # Errors
    ///
    /// When rows cannot be read.
    fn clear_top(&self, writes: &mut Self::Writes, ids: &mut Ids) -> Result<(), PathError>;
}

impl ClearTop for () {
    fn clear_top(&self, _writes: &mut (), _ids: &mut Ids) -> Result<(), PathError> {
        Ok(())
    }
}

impl<V: Schema> ClearTop for Node<V> {
    fn clear_top(&self, writes: &mut NodeWrites<V>, ids: &mut Ids) -> Result<(), PathError> {
        let mut keys: Vec<KeyBytes> = Vec::new();
        let view = View { writes: Some(&*writes), rows: self, at: AsOf::LATEST };
        let mut rows = view.range(Stretch::all(Handle::TOP.id), None);
        while let Some((key, _)) = rows.next()? {
            keys.push(key);
        }
        drop(rows);
        let mut top = Some(Handle::TOP);
        for key in &keys {
            modify_row(writes, self, ids, &mut top, false, key, &mut |_| Ok(Change::Remove))?;
        }
        Ok(())
    }
}

impl<V: Schema, Rest: ClearTop, const ID: u32> ClearTop for FieldNode<V, Rest, ID> {
    fn clear_top(&self, writes: &mut Self::Writes, ids: &mut Ids) -> Result<(), PathError> {
        self.node.clear_top(&mut writes.0, ids)?;
        self.rest.clear_top(&mut writes.1, ids)
    }
}
