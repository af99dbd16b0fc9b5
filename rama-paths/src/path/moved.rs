//! Entries of stored maps that get other keys: their rows move, and what is beneath them is not read.

use std::collections::BTreeMap;

use super::nav::in_structure;
use super::{Entries, Location, Span, to_the_end};
use crate::error::PathError;
use crate::key::KeyBytes;
use crate::schema::{Ordered, Schema};
use crate::store::{
    AsOf, Change, Handle, Ids, Node, NodeWrites, View, WritePlace, Written, modify_row,
};

/// What the row of an element holds.
type SlotOf<M> = <<M as Ordered>::Element as Location>::Slot;

/// What became of an entry.
pub(crate) enum Entry<T> {
    /// It stays as it is.
    Kept,
    /// It gets this key and this slot.
    Put(KeyBytes, T),
    /// It goes.
    Removed,
}

/// An entry that does not stay as it is: its old key, and its new one with its slot unless it goes.
struct Moved<T> {
    old: KeyBytes,
    to: Option<(KeyBytes, T)>,
}

/// The rows of a map that is being written.
pub(crate) struct MapRows<'a, V: Schema> {
    pub(crate) writes: &'a mut NodeWrites<V>,
    pub(crate) rows: &'a Node<V>,
    pub(crate) ids: &'a mut Ids,
    pub(crate) handle: &'a mut Option<Handle>,
    pub(crate) tracked: bool,
}

impl<V: Schema> MapRows<'_, V> {
    fn modify(&mut self, key: &KeyBytes, change: Change<V::Slot>) -> Result<(), PathError> {
        let Self { writes, rows, ids, handle, tracked } = self;
        let mut change = Some(change);
        modify_row(writes, rows, ids, handle, *tracked, key, &mut |_| {
            Ok(change.take().unwrap_or(Change::Keep))
        })
    }

    /// Removes an entry with all that is beneath it.
    pub(crate) fn remove(&mut self, key: &KeyBytes) -> Result<(), PathError> {
        self.modify(key, Change::Remove)
    }

    /// Removes an entry that is there. Its row is read only if something is beneath it.
    pub(crate) fn remove_present(&mut self, key: &KeyBytes) -> Result<(), PathError> {
        if V::NESTED {
            return self.remove(key);
        }
        self.take(key);
        Ok(())
    }

    /// Puts another slot into the row of an entry that is there; nothing is beneath it.
    pub(crate) fn replace(&mut self, key: &KeyBytes, slot: V::Slot) {
        if let Some(handle) = &*self.handle {
            self.writes.rows.set(handle.id, key.clone(), Some(slot));
        }
    }

    /// Takes the row of an entry that is there out; what is beneath it stays.
    pub(crate) fn take(&mut self, key: &KeyBytes) {
        let Some(handle) = &mut *self.handle else { return };
        if self.ids.is_new(handle.id) {
            self.writes.rows.forget(handle.id, key);
        } else {
            self.writes.rows.set(handle.id, key.clone(), None);
        }
        handle.size -= u64::from(self.tracked && *handle != Handle::TOP);
    }

    /// Puts an entry that has been taken out under a key, in the place of what is there.
    pub(crate) fn put(&mut self, key: &KeyBytes, slot: V::Slot) -> Result<(), PathError> {
        if V::NESTED {
            self.remove(key)?;
        }
        self.modify(key, Change::Put(slot))
    }

    /// Moves entries, which are in order of their old keys. `visited` are the keys of all that were
    /// looked at, in order.
    fn apply(&mut self, visited: &[KeyBytes], moved: Vec<Moved<V::Slot>>) -> Result<(), PathError> {
        let lost = lost(visited, &moved);
        // All rows go from where they were before any comes to where another one has been.
        for (Moved { old, to }, is_lost) in moved.iter().zip(&lost) {
            match to {
                Some((new, _)) if !is_lost && new == old => {}
                Some(_) if !is_lost => self.take(old),
                _ => self.remove_present(old)?,
            }
        }
        for (Moved { old, to }, is_lost) in moved.into_iter().zip(lost) {
            match to {
                Some((new, slot)) if !is_lost && new == old => self.replace(&new, slot),
                Some((new, slot)) if !is_lost => self.put(&new, slot)?,
                _ => {}
            }
        }
        Ok(())
    }
}

/// Which entries lose their place to one that was visited later and ends at the same key.
fn lost<T>(visited: &[KeyBytes], moved: &[Moved<T>]) -> Vec<bool> {
    let mut last = BTreeMap::new();
    for (at, entry) in moved.iter().enumerate() {
        if let Some((new, _)) = &entry.to {
            last.insert(new, at);
        }
    }
    let has_stayed = |key: &KeyBytes| {
        visited.binary_search(key).is_ok() && moved.binary_search_by(|of| of.old.cmp(key)).is_err()
    };
    let is_lost = |(at, entry): (usize, &Moved<T>)| {
        let Some((new, _)) = &entry.to else { return false };
        last.get(new) != Some(&at) || (new > &entry.old && has_stayed(new))
    };
    moved.iter().enumerate().map(is_lost).collect()
}

/// Writes entries of a map through `f`, each once: all are visited before any row changes. Of entries
/// that end at one key the last of the old order stays.
pub(crate) fn write_entries<M, F>(map: WritePlace<'_, M>, span: &Span, mut f: F) -> Written<M>
where
    M: Ordered,
    F: FnMut(&KeyBytes, SlotOf<M>, &mut Ids) -> Result<Entry<SlotOf<M>>, PathError>,
{
    in_structure(map, |handle, place| {
        let (writes, rows, ids) = (place.below.writes, place.below.rows, place.ids);
        let below = View { writes: Some(&*writes), rows, at: AsOf::LATEST };
        let entries = Entries::<M> { handle: *handle, below, span: span.clone() };
        let (mut visited, mut moved) = (Vec::new(), Vec::new());
        to_the_end(entries.each(|key, slot| {
            let to = match f(&key, slot, ids)? {
                Entry::Kept => None,
                Entry::Put(new, slot) => Some(Some((new, slot))),
                Entry::Removed => Some(None),
            };
            moved.extend(to.map(|to| Moved { old: key.clone(), to }));
            visited.push(key);
            Ok(())
        }))?;
        let mut rows = MapRows { writes, rows, ids, handle, tracked: M::TRACKED };
        rows.apply(&visited, moved)
    })
}
