//! The committed rows of a partition, shared between its task and readers on other threads.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use super::place::{Change, Current};
use super::{
    Handle, Ids, Node, NodeWrites, ReadPlace, Tables, View, WritePlace, WriteView, Written,
    modify_row,
};
use crate::error::PathError;
use crate::key::KeyBytes;
use crate::path::{SelectPath, SinglePath};
use crate::schema::Schema;

/// Committed rows behind their lock. Only the owner's `apply` writes them.
pub(super) struct State<S: Schema> {
    rows: RwLock<Node<S>>,
}

impl<S: Schema> Default for State<S> {
    fn default() -> Self {
        Self { rows: RwLock::new(Node::default()) }
    }
}

impl<S: Schema> State<S> {
    /// A reader's panic changes nothing, and `apply` runs no code of the user's but drops of old
    /// values: a poisoned lock says nothing about the rows.
    fn read(&self) -> RwLockReadGuard<'_, Node<S>> {
        self.rows.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn select<P: SelectPath<Schema = S>>(
        &self,
        writes: Option<&NodeWrites<S>>,
        path: &P,
    ) -> Result<Vec<P::Value>, PathError> {
        let rows = self.read();
        let mut values = Vec::new();
        path.read(top(writes, &rows), &mut |value| {
            values.push(value);
            Ok(())
        })?;
        Ok(values)
    }

    pub(super) fn select_one<P: SinglePath<Schema = S>>(
        &self,
        writes: Option<&NodeWrites<S>>,
        path: &P,
    ) -> Result<P::Value, PathError> {
        let rows = self.read();
        let mut found = None;
        path.read(top(writes, &rows), &mut |value| {
            found = Some(value);
            Ok(())
        })?;
        found.ok_or(PathError::NotOne { many: false })
    }

    pub(super) fn write<F>(
        &self,
        writes: &mut NodeWrites<S>,
        ids: &mut Ids,
        f: F,
    ) -> Result<(), PathError>
    where
        F: FnOnce(WritePlace<'_, S>) -> Written<S>,
    {
        let rows = self.read();
        let mut f = Some(f);
        let mut once = |place: WritePlace<'_, S>| match f.take() {
            Some(f) => f(place),
            None => Ok(Change::Keep),
        };
        match S::top() {
            // A structure at the top has no row: it is always there and its handle never changes.
            Some(slot) => once(WritePlace {
                current: Current::known(Some(slot)),
                below: WriteView { writes: &mut writes.below, rows: &rows.below },
                ids,
            })
            .map(|_| ()),
            None => {
                let mut handle = Some(Handle::TOP);
                modify_row(writes, &rows, ids, &mut handle, false, &KeyBytes::new(), &mut once)
            }
        }
    }

    pub(super) fn apply(&self, writes: &mut NodeWrites<S>) {
        let mut rows = self.rows.write().unwrap_or_else(PoisonError::into_inner);
        rows.apply(writes);
    }

    pub(super) fn row_count(&self) -> usize {
        self.read().total()
    }
}

/// The place at the top of a PState.
fn top<'a, S: Schema>(writes: Option<&'a NodeWrites<S>>, rows: &'a Node<S>) -> ReadPlace<'a, S> {
    let view = View { writes, rows };
    ReadPlace {
        slot: S::top().or_else(|| view.get(Handle::TOP.id, &KeyBytes::new())).into(),
        below: view.below(),
    }
}

/// A handle to the committed rows of a partition, for readers on any thread.
///
/// Each read sees what some whole number of [`apply`](super::AnyPartition::apply) calls left; a
/// later read never sees less. A read holds back `apply` while it runs.
pub struct Committed<S: Schema> {
    state: Arc<State<S>>,
}

impl<S: Schema> Committed<S> {
    pub(super) fn new(state: Arc<State<S>>) -> Self {
        Self { state }
    }

    /// Selects everything the path leads to, in order.
    ///
    /// # Errors
    ///
    /// Those of the path's navigators.
    pub fn select<P: SelectPath<Schema = S>>(&self, path: &P) -> Result<Vec<P::Value>, PathError> {
        self.state.select(None, path)
    }

    /// Selects the one value of a path that emits exactly once.
    ///
    /// # Errors
    ///
    /// Those of the path's navigators.
    pub fn select_one<P: SinglePath<Schema = S>>(&self, path: &P) -> Result<P::Value, PathError> {
        self.state.select_one(None, path)
    }
}

impl<S: Schema> Clone for Committed<S> {
    fn clone(&self) -> Self {
        Self { state: Arc::clone(&self.state) }
    }
}
