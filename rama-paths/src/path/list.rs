//! What navigators do to stored lists: rows by index, and a handle with the size.

use crate::error::PathError;
use crate::key::{Key as _, KeyBytes};
use crate::path::Location;
use crate::schema::Schema;
use crate::store::{
    AsOf, Change, Current, Handle, Ids, Node, NodeWrites, Stretch, View, WritePlace, WriteView,
    Written, insert_row,
};

/// The key of the element at an index.
#[inline]
pub(crate) fn element_key(at: u64) -> KeyBytes {
    let mut key = KeyBytes::new();
    at.encode_key(&mut key);
    key
}

/// A list that is being written.
pub(crate) struct List<'a, T: Schema> {
    pub(crate) writes: &'a mut NodeWrites<T>,
    pub(crate) rows: &'a Node<T>,
    pub(crate) ids: &'a mut Ids,
    pub(crate) handle: Handle,
}

type SlotOf<T> = <T as Location>::Slot;

impl<T: Schema> List<'_, T> {
    fn view(&self) -> View<'_, Node<T>> {
        View { writes: Some(&*self.writes), rows: self.rows, at: AsOf::LATEST }
    }

    /// The slot of an element.
    pub(crate) fn get(&self, at: u64) -> Result<Option<SlotOf<T>>, PathError> {
        Ok(self.view().get(self.handle.id, &element_key(at))?.into_owned())
    }

    /// The slots of all elements from an index on.
    fn slots_from(&self, at: u64) -> Result<Vec<SlotOf<T>>, PathError> {
        let mut slots = Vec::new();
        let start = element_key(at);
        let start = std::ops::Bound::Included(&start);
        let mut rows = self.view().range(Stretch { start, ..Stretch::all(self.handle.id) }, None);
        while let Some((_, slot)) = rows.next()? {
            slots.push(slot);
        }
        Ok(slots)
    }

    fn set(&mut self, at: u64, slot: Option<SlotOf<T>>) {
        let key = element_key(at);
        if slot.is_none() && self.ids.is_new(self.handle.id) {
            self.writes.rows.forget(self.handle.id, &key);
        } else {
            self.writes.rows.set(self.handle.id, key, slot);
        }
    }

    /// Writes the element at an index, which is there, through `f`.
    pub(crate) fn write<F>(&mut self, at: u64, f: &mut F) -> Result<(), PathError>
    where
        F: FnMut(WritePlace<'_, T>) -> Written<T>,
    {
        let Some(slot) = self.get(at)? else { return Ok(()) };
        if let Some(slot) = self.write_slot(&slot, f)? {
            match slot {
                Some(slot) => self.set(at, Some(slot)),
                None => self.close_gap(at)?,
            }
        }
        Ok(())
    }

    /// What `f` makes of an element: another slot, nothing, or no change. What is beneath a removed one
    /// is dropped.
    #[expect(clippy::option_option, reason = "no change, or a slot that may be none")]
    fn write_slot<F>(
        &mut self,
        slot: &SlotOf<T>,
        f: &mut F,
    ) -> Result<Option<Option<SlotOf<T>>>, PathError>
    where
        F: FnMut(WritePlace<'_, T>) -> Written<T>,
    {
        let below = &mut self.writes.below;
        let change = f(WritePlace {
            current: Current::known(Some(slot)),
            below: WriteView { writes: below, rows: &self.rows.below },
            ids: self.ids,
        })?;
        Ok(match change {
            Change::Keep | Change::Changed => None,
            Change::Put(slot) => Some(Some(slot)),
            Change::Remove => {
                T::drop_below(slot, below, self.ids);
                Some(None)
            }
        })
    }

    /// Takes out the element at an index, of which nothing is left beneath: those behind it move up.
    fn close_gap(&mut self, at: u64) -> Result<(), PathError> {
        let behind = self.slots_from(at + 1)?;
        let mut to = at;
        for slot in behind {
            self.set(to, Some(slot));
            to += 1;
        }
        self.set(to, None);
        self.handle.size = to;
        Ok(())
    }

    /// Writes the elements in a range of indexes through `f`, in order, with their indexes.
    pub(crate) fn write_range<F>(
        &mut self,
        range: std::ops::Range<u64>,
        mut f: F,
    ) -> Result<(), PathError>
    where
        F: FnMut(u64, WritePlace<'_, T>) -> Written<T>,
    {
        let (mut to, mut removed) = (range.start, false);
        for at in range.clone() {
            let Some(slot) = self.get(at)? else { break };
            match self.write_slot(&slot, &mut |place| f(at, place))? {
                None if removed => self.set(to, Some(slot)),
                None => {}
                Some(Some(slot)) => self.set(to, Some(slot)),
                Some(None) => {
                    removed = true;
                    continue;
                }
            }
            to += 1;
        }
        if removed {
            let behind = self.slots_from(range.end)?;
            for slot in behind {
                self.set(to, Some(slot));
                to += 1;
            }
            for at in to..self.handle.size {
                self.set(at, None);
            }
            self.handle.size = to;
        }
        Ok(())
    }

    /// Puts other elements, with nothing beneath them, in the place of those in a range of indexes.
    pub(crate) fn replace(
        &mut self,
        range: std::ops::Range<u64>,
        new: Vec<SlotOf<T>>,
    ) -> Result<(), PathError> {
        let stays = new.len() as u64 == range.end - range.start;
        let behind = if stays { Vec::new() } else { self.slots_from(range.end)? };
        let mut to = range.start;
        for slot in new.into_iter().chain(behind) {
            self.set(to, Some(slot));
            to += 1;
        }
        if !stays {
            for at in to..self.handle.size {
                self.set(at, None);
            }
            self.handle.size = to;
        }
        Ok(())
    }

    /// Puts what `f` makes before the element at an index, or at the end.
    pub(crate) fn insert<F>(&mut self, at: u64, f: &mut F) -> Result<(), PathError>
    where
        F: FnMut(WritePlace<'_, T>) -> Written<T>,
    {
        let at = at.min(self.handle.size);
        let (id, key) = (self.handle.id, element_key(at));
        let behind = if at < self.handle.size { self.slots_from(at)? } else { Vec::new() };
        if insert_row(self.writes, self.rows, self.ids, id, key, f)? {
            for (to, slot) in (at + 1..).zip(behind) {
                self.set(to, Some(slot));
            }
            self.handle.size += 1;
        }
        Ok(())
    }

    /// Moves an element to another index: those between move by one.
    pub(crate) fn move_to(&mut self, from: u64, to: u64) -> Result<(), PathError> {
        let to = to.min(self.handle.size.saturating_sub(1));
        if from >= self.handle.size || from == to {
            return Ok(());
        }
        let (first, last) = (from.min(to), from.max(to));
        let mut slots = Vec::new();
        for at in first..=last {
            slots.extend(self.get(at)?);
        }
        if from < to {
            slots.rotate_left(1);
        } else {
            slots.rotate_right(1);
        }
        for (at, slot) in (first..).zip(slots) {
            self.set(at, Some(slot));
        }
        Ok(())
    }
}

/// Writes the list at a place through `f`, and says what becomes of its handle. An absent list stays
/// absent, unless it is to be made.
pub(crate) fn in_list<T: Schema>(
    place: WritePlace<'_, crate::schema::PVec<T>>,
    make: bool,
    f: impl FnOnce(&mut List<'_, T>) -> Result<(), PathError>,
) -> Result<Change<Handle>, PathError> {
    let WritePlace { current, below, ids } = place;
    let before = current.stored()?.get().copied();
    let handle = match before {
        Some(handle) => handle,
        None if make => Handle { id: ids.fresh(), size: 0 },
        None => return Ok(Change::Keep),
    };
    let mut list = List { writes: below.writes, rows: below.rows, ids, handle };
    f(&mut list)?;
    let handle = list.handle;
    Ok(match before {
        Some(before) if before == handle => Change::Keep,
        None if handle.size == 0 => Change::Keep,
        _ => Change::Put(handle),
    })
}

/// The indexes that a span of a list of `size` elements means.
pub(crate) fn indexes(span: &super::Span, size: u64) -> Result<std::ops::Range<u64>, PathError> {
    use std::ops::Bound;

    let index = |key: &KeyBytes| Ok::<u64, PathError>(u64::from_key_bytes(key)?);
    let start = match &span.start {
        Bound::Unbounded => 0,
        Bound::Included(key) => index(key)?,
        Bound::Excluded(key) => index(key)?.saturating_add(1),
    };
    let end = match &span.end {
        Bound::Unbounded => size,
        Bound::Included(key) => index(key)?.saturating_add(1).min(size),
        Bound::Excluded(key) => index(key)?.min(size),
    };
    Ok(start.min(end)..end)
}
