//! Places: what a path has reached, to read or to write.

use super::costs::Costs;
use super::horizon::AsOf;
use super::page::{Merged, Stretch, merged};
use super::rows::Rows;
use super::writes::{Sought, WriteRows};
use super::{Handle, Ids, Node, NodeWrites, Tables};
use crate::error::PathError;
use crate::key::KeyBytes;
use crate::path::Location;
use crate::record::Record;
use crate::schema::{Schema, Slot};

/// Tables to read: a write set, if any, over the committed ones.
pub struct View<'a, T: Tables> {
    pub(crate) writes: Option<&'a T::Writes>,
    pub(crate) rows: &'a T,
    pub(crate) at: AsOf<'a>,
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
    pub(crate) fn get(
        self,
        structure: u64,
        key: &KeyBytes,
    ) -> Result<Held<'a, V::Slot>, PathError> {
        if let Some(writes) = self.writes {
            return row(&writes.rows, Sought::Not, &self.rows.rows, structure, key, self.at);
        }
        Costs::count(|costs| costs.reads += 1);
        Ok(self.rows.rows.get(structure, key, self.at)?.into())
    }

    /// The rows of a stretch, in its order; `wanted` is how many the reader wants, if it knows.
    pub(crate) fn range(self, stretch: Stretch<'_>, wanted: Option<usize>) -> Merged<'a, V::Slot> {
        let writes = self.writes.map(|writes| &writes.rows);
        merged(writes, &self.rows.rows, stretch, wanted, self.at)
    }

    /// The tables beneath the rows.
    #[inline]
    pub(crate) fn below(self) -> View<'a, V::Tables> {
        View {
            writes: self.writes.map(|writes| &writes.below),
            rows: &self.rows.below,
            at: self.at,
        }
    }
}

/// A place to read: its slot, if it holds something, and the tables beneath it.
pub struct ReadPlace<'a, L: Location> {
    pub(crate) slot: Held<'a, L::Slot>,
    pub(crate) below: View<'a, L::Tables>,
}

/// No tables, to read.
pub(crate) fn no_tables<'a>() -> View<'a, ()> {
    View { writes: None, rows: &(), at: AsOf::LATEST }
}

impl<'a, L: Location<Tables = ()>> ReadPlace<'a, L> {
    /// The place of a value.
    #[inline(always)]
    pub(crate) fn value(slot: Held<'a, L::Slot>) -> Self {
        Self { slot, below: no_tables() }
    }

    /// The place of a computed value.
    #[inline(always)]
    pub(crate) fn computed(value: L::Slot) -> Self {
        Self::value(Held::Owned(value))
    }
}

impl<L: Location> ReadPlace<'_, L> {
    /// The same place once more.
    #[inline(always)]
    pub(crate) fn again(&self) -> ReadPlace<'_, L> {
        ReadPlace { slot: self.slot.get().into(), below: self.below }
    }
}

/// What a place holds.
pub enum Held<'a, T> {
    /// A slot in the write set, or in the path as a default.
    Stored(&'a T),
    /// A slot taken out of the committed rows, or a value made by the navigator.
    Owned(T),
    /// Nothing.
    Nothing,
}

impl<'a, T> Held<'a, T> {
    /// The slot.
    #[inline(always)]
    pub(crate) fn get(&self) -> Option<&T> {
        match self {
            Self::Stored(slot) => Some(slot),
            Self::Owned(slot) => Some(slot),
            Self::Nothing => None,
        }
    }

    /// Whether there is something.
    #[inline(always)]
    pub(crate) fn is_some(&self) -> bool {
        self.get().is_some()
    }

    /// The slot, or the default where there is nothing.
    #[inline(always)]
    pub(crate) fn or(self, default: Option<&'a T>) -> Self {
        match (self, default) {
            (Self::Nothing, Some(default)) => Self::Stored(default),
            (held, _) => held,
        }
    }
}

impl<T: Clone> Held<'_, T> {
    /// The slot, as a value of its own.
    #[inline(always)]
    pub(crate) fn into_owned(self) -> Option<T> {
        match self {
            Self::Stored(slot) => Some(slot.clone()),
            Self::Owned(slot) => Some(slot),
            Self::Nothing => None,
        }
    }
}

impl<'a, T> From<Option<&'a T>> for Held<'a, T> {
    #[inline(always)]
    fn from(slot: Option<&'a T>) -> Self {
        slot.map_or(Self::Nothing, Self::Stored)
    }
}

impl<T> From<Option<T>> for Held<'_, T> {
    #[inline(always)]
    fn from(slot: Option<T>) -> Self {
        slot.map_or(Self::Nothing, Self::Owned)
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
    /// A part of a value that is being changed, to be changed where it is.
    InPlace(&'a mut T),
    Row {
        writes: &'a WriteRows<T>,
        sought: Sought,
        rows: &'a Rows<T>,
        structure: u64,
        key: &'a KeyBytes,
    },
}

impl<'a, T> Current<'a, T> {
    #[inline(always)]
    pub(crate) fn known(slot: Option<&'a T>) -> Self {
        Self { source: Source::Known(slot), default: None }
    }

    /// A part of a value that is being changed.
    #[inline(always)]
    pub(crate) fn in_place(value: &'a mut T) -> Self {
        Self { source: Source::InPlace(value), default: None }
    }

    /// What stands for an absent value.
    #[inline(always)]
    pub(crate) fn default(&self) -> Option<&'a T> {
        self.default
    }

    #[inline(always)]
    pub(crate) fn with_default(self, default: Option<&'a T>) -> Self {
        Self { source: self.source, default }
    }

    /// What is to be changed where it is.
    #[inline(always)]
    pub(crate) fn in_place_mut(&mut self) -> Option<&mut T> {
        match &mut self.source {
            Source::InPlace(value) => Some(value),
            Source::Known(_) | Source::Row { .. } => None,
        }
    }

    /// The same once more.
    #[inline(always)]
    pub(crate) fn again(&mut self) -> Current<'_, T> {
        match &mut self.source {
            Source::Known(slot) => Current { source: Source::Known(*slot), default: self.default },
            Source::InPlace(value) => {
                Current { source: Source::InPlace(value), default: self.default }
            }
            Source::Row { writes, sought, rows, structure, key } => {
                let (sought, structure) = (*sought, *structure);
                let source = Source::Row { writes, sought, rows, structure, key };
                Current { source, default: self.default }
            }
        }
    }

    /// Puts a value in the place of one that is changed where it is; gives it back if none is.
    #[inline(always)]
    pub(crate) fn put_in_place(&mut self, value: T) -> Result<(), T> {
        match &mut self.source {
            Source::InPlace(place) => {
                **place = value;
                Ok(())
            }
            Source::Known(_) | Source::Row { .. } => Err(value),
        }
    }
}

impl<T: Slot> Current<'_, T> {
    /// What is stored.
    #[inline(always)]
    pub(crate) fn stored(&self) -> Result<Held<'_, T>, PathError> {
        match &self.source {
            Source::Known(slot) => Ok((*slot).into()),
            Source::InPlace(value) => Ok(Held::Stored(value)),
            Source::Row { writes, sought, rows, structure, key } => {
                row(writes, *sought, rows, *structure, key, AsOf::LATEST)
            }
        }
    }

    /// What is stored, or the default.
    #[inline(always)]
    pub(crate) fn get(&self) -> Result<Held<'_, T>, PathError> {
        match &self.source {
            Source::InPlace(value) => Ok(Held::Stored(value)),
            Source::Known(_) | Source::Row { .. } => self.get_known_or_row(),
        }
    }

    // A function of its own, so that what is changed where it is costs little code.
    #[inline(never)]
    fn get_known_or_row(&self) -> Result<Held<'_, T>, PathError> {
        Ok(self.stored()?.or(self.default))
    }
}

impl<T: Record> Current<'_, T> {
    /// What is stored, or the default, as a value of its own. What is changed where it is has to be
    /// put back.
    #[inline(always)]
    pub(crate) fn take(self) -> Result<Option<T>, PathError> {
        match self.source {
            Source::InPlace(value) => Ok(Some(value.take_out())),
            Source::Known(_) | Source::Row { .. } => self.take_known_or_row(),
        }
    }

    #[inline(never)]
    fn take_known_or_row(self) -> Result<Option<T>, PathError> {
        Ok(self.get_known_or_row()?.into_owned())
    }
}

/// The slot of a row as its owner sees it. Most that is read is written next: where it lies is noted.
#[inline]
fn row<'a, T: Slot>(
    writes: &'a WriteRows<T>,
    sought: Sought,
    rows: &Rows<T>,
    structure: u64,
    key: &KeyBytes,
    at: AsOf<'_>,
) -> Result<Held<'a, T>, PathError> {
    Costs::count(|costs| costs.reads += 1);
    if let Some(slot) = writes.get_sought(sought, structure, key) {
        return Ok(slot.as_ref().into());
    }
    let (slot, place) = rows.get_placed(structure, key, at)?;
    writes.note(structure, key, place);
    Ok(slot.into())
}

/// A place to write: what it holds, and the tables beneath it.
pub struct WritePlace<'a, S: Schema> {
    pub(crate) current: Current<'a, S::Slot>,
    pub(crate) below: WriteView<'a, S::Tables>,
    pub(crate) ids: &'a mut Ids,
}

impl<S: Schema> WritePlace<'_, S> {
    /// The place as it is now, to read.
    #[inline]
    pub(crate) fn reading(&self) -> Result<ReadPlace<'_, S>, PathError> {
        let below =
            View { writes: Some(&*self.below.writes), rows: self.below.rows, at: AsOf::LATEST };
        Ok(ReadPlace { slot: self.current.get()?, below })
    }
}

/// What a write makes of a place.
pub enum Change<T> {
    /// It stays.
    Keep,
    /// It stays where it is and has been changed there.
    Changed,
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
/// Those of `f`, and when the row cannot be read.
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
    let (source, sought) = match handle {
        Some(Handle { id: structure, .. }) => {
            let (structure, sought) = (*structure, own.seek(*structure, key));
            (Source::Row { writes: own, sought, rows: &rows.rows, structure, key }, sought)
        }
        None => (Source::Known(None), Sought::Not),
    };
    let change = f(WritePlace {
        current: Current { source, default: None },
        below: WriteView { writes: below, rows: &rows.below },
        ids,
    })?;
    let tracked = tracked && *handle != Some(Handle::TOP);
    match (change, handle) {
        // A row is never changed where it is.
        (Change::Keep | Change::Changed, _) | (Change::Remove, None) => {}
        (Change::Put(slot), handle) => {
            let handle = handle.get_or_insert_with(|| Handle { id: ids.fresh(), size: 0 });
            let stored = match own.set_sought(sought, handle.id, key, Some(slot)) {
                Some(before) => before.is_some(),
                None if tracked && !ids.is_new(handle.id) => {
                    let (stored, place) = rows.rows.has(handle.id, key, AsOf::LATEST)?;
                    own.place_structure(handle.id, place);
                    stored
                }
                None => false,
            };
            if tracked && !stored {
                handle.size += 1;
            }
        }
        (Change::Remove, Some(handle)) => {
            if V::NESTED || tracked {
                if let Some(slot) =
                    row(own, sought, &rows.rows, handle.id, key, AsOf::LATEST)?.get()
                {
                    V::drop_below(slot, below, ids);
                    handle.size -= u64::from(tracked);
                } else if tracked {
                    return Ok(());
                }
            }
            if ids.is_new(handle.id) {
                own.forget(handle.id, key);
            } else {
                own.set_sought(sought, handle.id, key, None);
            }
        }
    }
    Ok(())
}

/// Adds a row that is known to be absent from a structure; says whether it did. The size of the
/// structure is not touched.
///
/// # Errors
///
/// Those of `f`.
pub fn insert_row<V: Schema, F>(
    writes: &mut NodeWrites<V>,
    rows: &Node<V>,
    ids: &mut Ids,
    structure: u64,
    key: KeyBytes,
    f: &mut F,
) -> Result<bool, PathError>
where
    F: FnMut(WritePlace<'_, V>) -> Written<V>,
{
    let NodeWrites { rows: own, below } = writes;
    let change = f(WritePlace {
        current: Current::known(None),
        below: WriteView { writes: below, rows: &rows.below },
        ids,
    })?;
    let Change::Put(slot) = change else { return Ok(false) };
    own.set(structure, key, Some(slot));
    Ok(true)
}
