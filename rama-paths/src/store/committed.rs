//! The committed rows of a partition, shared between its task and readers on other threads.

use std::sync::Arc;

use super::horizon::{AsOf, Horizon, Pin};
use super::place::{Change, Current};
use super::{
    Handle, Ids, Node, NodeWrites, ReadPlace, Tables, View, WritePlace, WriteView, Written,
    modify_row,
};
use crate::data::cursor::AtCursor;
use crate::error::PathError;
use crate::key::KeyBytes;
use crate::path::{SelectPath, SinglePath, to_the_end};
use crate::schema::Schema;

/// The rows of a partition and the horizon of those who read them.
pub(super) struct State<S: Schema> {
    pub(super) rows: Node<S>,
    pub(super) horizon: Arc<Horizon>,
    /// What a value at the top is while nothing was written.
    initial: Option<S::Slot>,
}

impl<S: Schema> State<S> {
    pub(super) fn new(horizon: Arc<Horizon>, initial: Option<S::Slot>) -> Self {
        Self { rows: Node::new(0, &horizon), horizon, initial }
    }

    pub(super) fn select<P: SelectPath<Schema = S>>(
        &self,
        writes: Option<&NodeWrites<S>>,
        at: AsOf<'_>,
        path: &P,
        f: &mut impl FnMut(P::Value),
    ) -> Result<(), PathError> {
        let top = top(View { writes, rows: &self.rows, at }, self.initial.as_ref())?;
        let visit = path.read(top, &mut |value| {
            f(value);
            Ok(())
        });
        to_the_end(visit)
    }

    /// Hands the place at the top to `f`.
    pub(super) fn visit(
        &self,
        writes: Option<&NodeWrites<S>>,
        at: AsOf<'_>,
        f: &mut AtCursor<'_>,
    ) -> Result<(), PathError> {
        let top = top(View { writes, rows: &self.rows, at }, self.initial.as_ref())?;
        to_the_end(S::cursor(&top, f))
    }

    pub(super) fn select_all<P: SelectPath<Schema = S>>(
        &self,
        writes: Option<&NodeWrites<S>>,
        at: AsOf<'_>,
        path: &P,
    ) -> Result<Vec<P::Value>, PathError> {
        let mut values = Vec::new();
        let top = top(View { writes, rows: &self.rows, at }, self.initial.as_ref())?;
        to_the_end(path.select_into(top, &mut values))?;
        Ok(values)
    }

    pub(super) fn select_one<P: SinglePath<Schema = S>>(
        &self,
        writes: Option<&NodeWrites<S>>,
        at: AsOf<'_>,
        path: &P,
    ) -> Result<P::Value, PathError> {
        let mut found = None;
        self.select(writes, at, path, &mut |value| found = Some(value))?;
        found.ok_or(PathError::NotOne { found: 0 })
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
        let rows = &self.rows;
        let mut f = Some(f);
        let mut once = |place: WritePlace<'_, S>| {
            let Some(f) = f.take() else { return Ok(Change::Keep) };
            match &self.initial {
                Some(initial) if !place.current.stored()?.is_some() => {
                    let current = Current::known(Some(initial));
                    f(WritePlace { current, below: place.below, ids: place.ids })
                }
                _ => f(place),
            }
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
                modify_row(writes, rows, ids, &mut handle, false, &KeyBytes::new(), &mut once)
            }
        }
    }
}

/// The place at the top of a PState.
fn top<'a, S: Schema>(
    view: View<'a, Node<S>>,
    initial: Option<&'a S::Slot>,
) -> Result<ReadPlace<'a, S>, PathError> {
    let slot = match S::top() {
        Some(slot) => Some(slot).into(),
        None => view.get(Handle::TOP.id, &KeyBytes::new())?.or(initial),
    };
    Ok(ReadPlace { slot, below: view.below() })
}

/// A handle to the committed rows of a partition, for readers on any thread.
///
/// Each read is as of one position: that of the newest visible commit when it began, or of a
/// [`Pin`]. It sees all of the commits up to there and nothing of the later ones; a later read never
/// sees less. A read holds nobody up: not the partition's owner, not other readers.
///
/// Every read fails with [`PathError::Backing`] when the last checkpoint cannot be read, and with
/// [`PathError::Expired`] when it held back so much that it was ended.
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
        self.select_as_of(&self.pin(), path)
    }

    /// Selects the one value of a path that emits exactly once.
    ///
    /// # Errors
    ///
    /// Those of the path's navigators.
    pub fn select_one<P: SinglePath<Schema = S>>(&self, path: &P) -> Result<P::Value, PathError> {
        self.state.select_one(None, AsOf::pinned(&self.pin()), path)
    }

    /// Hands the place at the top to `f`, as of a pinned position.
    pub(crate) fn visit_as_of(&self, pin: &Pin, f: &mut AtCursor<'_>) -> Result<(), PathError> {
        self.state.visit(None, AsOf::pinned(pin), f)
    }

    /// Pins the position that reads are as of.
    pub fn pin(&self) -> Pin {
        self.state.horizon.pin()
    }

    /// As [`select`](Self::select), as of a pinned position. The pin is one of the same horizon.
    ///
    /// # Errors
    ///
    /// Those of the path's navigators.
    pub fn select_as_of<P: SelectPath<Schema = S>>(
        &self,
        pin: &Pin,
        path: &P,
    ) -> Result<Vec<P::Value>, PathError> {
        self.state.select_all(None, AsOf::pinned(pin), path)
    }

    /// Hands everything the path leads to to `f`, in order, while it is read: a page of rows is in
    /// memory at a time.
    ///
    /// # Errors
    ///
    /// Those of the path's navigators; `f` may have got values before.
    pub fn select_each_as_of<P: SelectPath<Schema = S>>(
        &self,
        pin: &Pin,
        path: &P,
        mut f: impl FnMut(P::Value),
    ) -> Result<(), PathError> {
        self.state.select(None, AsOf::pinned(pin), path, &mut f)
    }
}

impl<S: Schema> Clone for Committed<S> {
    fn clone(&self) -> Self {
        Self { state: Arc::clone(&self.state) }
    }
}
