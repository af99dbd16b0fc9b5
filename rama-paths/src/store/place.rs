//! Places: what a path has reached, to read or to write.

use super::rows::Rows;
use super::writes::WriteRows;
use super::{Handle, Ids, Node, NodeWrites, Tables};
use crate::error::PathError;
use crate::key::KeyBytes;
use crate::path::{Location, ReadOnly};
use crate::schema::Schema;

/// Tables to read: a write set, if any, over the committed ones.
pub struct View<'a, T: Tables> {
    pub(crate) writes: Option<&'a T::Writes>,
    pub(crate) rows: &'a T,
}

impl<T: Tables> Clone for View<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Tables> Copy for View<'_, T> {}

impl<'a, V: Schema> View<'a, Node<V>> {
    /// The slot of a row.
    #[inline]
    pub(crate) fn get(self, structure: u64, key: &KeyBytes) -> Option<&'a V::Slot> {
        if let Some(writes) = self.writes
            && let Some(slot) = writes.rows.get(structure, key)
        {
            return slot.as_ref();
        }
        self.rows.rows.get(structure, key)
    }

    /// The tables beneath the rows.
    #[inline]
    pub(crate) fn below(self) -> View<'a, V::Tables> {
        View { writes: self.writes.map(|writes| &writes.below), rows: &self.rows.below }
    }
}

/// A place to read: its slot, if it holds something, and the tables beneath it.
pub struct ReadPlace<'a, L: Location> {
    pub(crate) slot: Held<'a, L::Slot>,
    pub(crate) below: View<'a, L::Tables>,
}

impl<'a, T: 'static> ReadPlace<'a, ReadOnly<T>> {
    /// The place of a computed value.
    pub(crate) fn computed(value: T) -> Self {
        Self { slot: Held::Computed(value), below: View { writes: None, rows: &() } }
    }
}

/// What a place to read holds.
pub enum Held<'a, T> {
    /// A slot that lies in a row, or in the path as a default.
    Stored(&'a T),
    /// A value made by the navigator.
    Computed(T),
    /// Nothing.
    Nothing,
}

impl<'a, T> Held<'a, T> {
    /// The slot in a row.
    #[inline]
    pub(crate) fn get(&self) -> Option<&'a T> {
        match self {
            Self::Stored(slot) => Some(slot),
            Self::Computed(_) | Self::Nothing => None,
        }
    }
}

impl<'a, T> From<Option<&'a T>> for Held<'a, T> {
    #[inline]
    fn from(slot: Option<&'a T>) -> Self {
        slot.map_or(Self::Nothing, Self::Stored)
    }
}

/// Tables to write: a write set over the committed ones.
pub struct WriteView<'a, T: Tables> {
    pub(crate) writes: &'a mut T::Writes,
    pub(crate) rows: &'a T,
}

/// What a place to write holds now; read only if asked.
pub struct Current<'a, T> {
    source: Source<'a, T>,
    /// What stands for an absent value.
    default: Option<&'a T>,
}

enum Source<'a, T> {
    Known(Option<&'a T>),
    Row { writes: &'a WriteRows<T>, rows: &'a Rows<T>, structure: u64, key: &'a KeyBytes },
}

impl<'a, T> Current<'a, T> {
    pub(crate) fn known(slot: Option<&'a T>) -> Self {
        Self { source: Source::Known(slot), default: None }
    }

    pub(crate) fn with_default(self, default: Option<&'a T>) -> Self {
        Self { source: self.source, default }
    }

    /// What is stored.
    #[inline]
    pub(crate) fn stored(&self) -> Option<&'a T> {
        match &self.source {
            Source::Known(slot) => *slot,
            Source::Row { writes, rows, structure, key } => match writes.get(*structure, key) {
                Some(slot) => slot.as_ref(),
                None => rows.get(*structure, key),
            },
        }
    }

    /// What is stored, or the default.
    #[inline]
    pub(crate) fn get(&self) -> Option<&'a T> {
        self.stored().or(self.default)
    }
}

/// A place to write: what it holds, and the tables beneath it.
pub struct WritePlace<'a, S: Schema> {
    pub(crate) current: Current<'a, S::Slot>,
    pub(crate) below: WriteView<'a, S::Tables>,
    pub(crate) ids: &'a mut Ids,
}

/// What a write makes of a place.
pub enum Change<T> {
    /// It stays.
    Keep,
    /// It holds this now.
    Put(T),
    /// It holds nothing now.
    Remove,
}

/// What a write to a place of schema `S` comes to.
pub type Written<S> = Result<Change<<S as Location>::Slot>, PathError>;

/// Writes one row of a structure through `f`, and keeps the structure's handle.
///
/// The structure is made when a row is put into an absent one. Its size is kept if `tracked`.
///
/// # Errors
///
/// Those of `f`.
pub fn modify_row<V: Schema, F>(
    writes: &mut NodeWrites<V>,
    rows: &Node<V>,
    ids: &mut Ids,
    handle: &mut Option<Handle>,
    tracked: bool,
    key: &KeyBytes,
    f: &mut F,
) -> Result<(), PathError>
where
    F: FnMut(WritePlace<'_, V>) -> Written<V>,
{
    let NodeWrites { rows: own, below } = writes;
    let source = match handle {
        Some(handle) => Source::Row { writes: own, rows: &rows.rows, structure: handle.id, key },
        None => Source::Known(None),
    };
    let change = f(WritePlace {
        current: Current { source, default: None },
        below: WriteView { writes: below, rows: &rows.below },
        ids,
    })?;
    let tracked = tracked && *handle != Some(Handle::TOP);
    match (change, handle) {
        (Change::Keep, _) | (Change::Remove, None) => {}
        (Change::Put(slot), handle) => {
            let handle = handle.get_or_insert_with(|| Handle { id: ids.fresh(), size: 0 });
            let stored = match own.set(handle.id, key.clone(), Some(slot)) {
                Some(before) => before.is_some(),
                None => {
                    tracked && !ids.is_new(handle.id) && rows.rows.get(handle.id, key).is_some()
                }
            };
            if tracked && !stored {
                handle.size += 1;
            }
        }
        (Change::Remove, Some(handle)) => {
            if V::NESTED || tracked {
                let slot = match own.get(handle.id, key) {
                    Some(slot) => slot.as_ref(),
                    None => rows.rows.get(handle.id, key),
                };
                if let Some(slot) = slot {
                    V::drop_below(slot, below, &rows.below, ids);
                    handle.size -= u64::from(tracked);
                } else if tracked {
                    return Ok(());
                }
            }
            if ids.is_new(handle.id) {
                own.forget(handle.id, key);
            } else {
                own.set(handle.id, key.clone(), None);
            }
        }
    }
    Ok(())
}
