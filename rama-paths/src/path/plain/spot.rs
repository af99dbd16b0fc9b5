//! Places within values that are changed where they are.
//!
//! A place of a PState may be a row that is read when somebody asks, or a value that is put back
//! later. What is in memory needs none of that, and goes from navigator to navigator as a [`Spot`]:
//! no code for rows stands in the loops over it, so that they come out as written by hand.

use super::{Altered, Fate, Fated, Seen};
use crate::error::PathError;
use crate::path::Location;
use crate::record::Record;
use crate::schema::Schema;
use crate::store::{Change, Current, Held, Ids, Tables, WritePlace, WriteView, Written};

/// A place within a value that is changed where it is.
#[derive(Debug)]
#[doc(hidden)]
pub struct Spot<'a, T> {
    at: At<'a, T>,
    /// What stands for an absent value.
    default: Option<&'a T>,
}

/// A spot where there may be an `L`.
pub(crate) type SpotOf<'a, L> = Spot<'a, <L as Location>::Slot>;

#[derive(Debug)]
enum At<'a, T> {
    /// This is there.
    There(&'a mut T),
    /// This is there, and what comes instead is put here: a key of a map, or an element of a set.
    Instead(&'a T, &'a mut Option<T>),
    /// Nothing is there; what comes there is put here.
    Absent(&'a mut Option<T>),
}

impl<'a, T> Spot<'a, T> {
    /// Where a value is.
    #[inline(always)]
    pub(crate) fn there(value: &'a mut T) -> Self {
        Self { at: At::There(value), default: None }
    }

    /// Where a value is that cannot be changed there; what comes instead is put into `new`.
    #[inline(always)]
    pub(crate) fn instead(value: &'a T, new: &'a mut Option<T>) -> Self {
        Self { at: At::Instead(value, new), default: None }
    }

    /// Where nothing is; what comes there is put into `new`.
    #[inline(always)]
    pub(crate) fn absent(new: &'a mut Option<T>) -> Self {
        Self { at: At::Absent(new), default: None }
    }

    /// With what stands for an absent value.
    #[inline(always)]
    pub(crate) fn with_default(self, default: Option<&'a T>) -> Self {
        Self { at: self.at, default }
    }

    /// The same once more.
    #[inline(always)]
    pub(crate) fn again(&mut self) -> Spot<'_, T> {
        let at = match &mut self.at {
            At::There(value) => At::There(&mut **value),
            At::Instead(value, new) => At::Instead(*value, &mut **new),
            At::Absent(new) => At::Absent(&mut **new),
        };
        Spot { at, default: self.default }
    }

    /// Whether a value is there.
    #[inline(always)]
    pub(crate) fn is_there(&self) -> bool {
        !matches!(self.at, At::Absent(_))
    }

    /// The value, or the default.
    #[inline(always)]
    pub(crate) fn get(&self) -> Option<&T> {
        match &self.at {
            At::There(value) => Some(value),
            At::Instead(value, _) => Some(value),
            At::Absent(_) => self.default,
        }
    }

    /// Puts a value there.
    #[inline(always)]
    pub(crate) fn put(self, value: T) -> Fate {
        match self.at {
            At::There(place) => *place = value,
            At::Instead(_, new) | At::Absent(new) => *new = Some(value),
        }
        Fate::Changed
    }

    /// The value, if it is changed where it is; else the spot again.
    #[inline(always)]
    pub(crate) fn into_there(self) -> Result<&'a mut T, Self> {
        match self.at {
            At::There(value) => Ok(value),
            at => Err(Self { at, default: self.default }),
        }
    }

    /// To read.
    #[inline(always)]
    pub(crate) fn seen(&self) -> Seen<'_, T> {
        self.get().into()
    }

    /// Writes it through `f`, as a place of a PState.
    #[inline(always)]
    pub(crate) fn into_place<S: Schema<Slot = T>>(
        self,
        ids: &mut Ids,
        f: impl FnOnce(WritePlace<'_, S>) -> Written<S>,
    ) -> Fated {
        // In values there are no structures.
        let Some((mut writes, rows)) = S::Tables::of_value() else { return Ok(Fate::Kept) };
        let below = WriteView { writes: &mut writes, rows };
        let Self { mut at, default } = self;
        let current = match &mut at {
            At::There(value) => Current::in_place(*value),
            At::Instead(value, _) => Current::known(Some(*value)),
            At::Absent(_) => Current::known(None),
        };
        let current = current.with_default(default);
        Ok(match (f(WritePlace { current, below, ids })?, at) {
            (Change::Keep, _) => Fate::Kept,
            (Change::Changed, _) => Fate::Changed,
            (Change::Put(value), at) => Spot { at, default }.put(value),
            (Change::Remove, _) => Fate::Removed,
        })
    }
}

impl<T: Record> Spot<'_, T> {
    /// The value, or the default, as one of its own; what is there has to be put back.
    #[inline(always)]
    pub(crate) fn take(&mut self) -> Option<T> {
        match &mut self.at {
            At::There(value) => Some(value.take_out()),
            At::Instead(..) | At::Absent(_) => self.copy(),
        }
    }

    /// The value, or the default, as one of its own. It stands alone, so that what is changed where
    /// it is costs little code.
    #[inline(never)]
    pub(crate) fn copy(&self) -> Option<T> {
        self.get().cloned()
    }

    /// Writes the value through `f`, which says whether it changed something. Where nothing is,
    /// `make` may give a value; without one nothing happens.
    #[inline(always)]
    pub(crate) fn change(
        self,
        make: impl FnOnce() -> Option<T>,
        f: impl FnOnce(&mut T) -> Altered,
    ) -> Fated {
        match self.at {
            At::There(value) => Ok(if f(value)? { Fate::Changed } else { Fate::Kept }),
            At::Instead(..) | At::Absent(_) => self.change_copy(make, f),
        }
    }

    #[cold]
    #[inline(never)]
    fn change_copy(
        self,
        make: impl FnOnce() -> Option<T>,
        f: impl FnOnce(&mut T) -> Altered,
    ) -> Fated {
        let Some(mut value) = self.copy().or_else(make) else { return Ok(Fate::Kept) };
        Ok(if f(&mut value)? { self.put(value) } else { Fate::Kept })
    }
}

/// Writes a place of a PState through `f`, as one within a value.
#[inline(always)]
pub(crate) fn as_spot<V, F>(mut place: WritePlace<'_, V>, f: F) -> Written<V>
where
    V: Schema,
    F: FnOnce(SpotOf<'_, V>, &mut Ids) -> Fated,
{
    let default = place.current.default();
    let (mut stored, mut new) = (None, None);
    let spot = match place.current.in_place_mut() {
        Some(value) => Spot::there(value),
        None => {
            stored = place.current.stored().map(Held::into_owned)?;
            match &mut stored {
                Some(value) => Spot::there(value),
                None => Spot::absent(&mut new),
            }
        }
    };
    let fate = f(spot.with_default(default), place.ids)?;
    Ok(match (fate, stored.or(new)) {
        (Fate::Kept, _) => Change::Keep,
        (Fate::Changed, Some(value)) => Change::Put(value),
        (Fate::Changed, None) => Change::Changed,
        (Fate::Removed, _) => Change::Remove,
    })
}

/// A spot that is written several times, one after the other.
pub(crate) struct SpotInTurn<'a, T> {
    spot: Spot<'a, T>,
    /// What was there has been removed.
    removed: bool,
    changed: bool,
}

impl<'a, T> SpotInTurn<'a, T> {
    #[inline(always)]
    pub(crate) fn new(spot: Spot<'a, T>) -> Self {
        Self { spot, removed: false, changed: false }
    }

    /// Writes it once more: `f` sees what those before have made of it.
    #[inline(always)]
    pub(crate) fn write(
        &mut self,
        f: impl FnOnce(Spot<'_, T>) -> Fated,
    ) -> Result<(), Box<PathError>> {
        let At::There(value) = &mut self.spot.at else { return self.write_new(f) };
        if self.removed {
            return self.write_new(f);
        }
        match f(Spot::there(&mut **value).with_default(self.spot.default))? {
            Fate::Kept => {}
            Fate::Changed => self.changed = true,
            Fate::Removed => self.removed = true,
        }
        Ok(())
    }

    /// As [`write`](Self::write), where the value is not there, or not there any more.
    #[cold]
    #[inline(never)]
    fn write_new(&mut self, f: impl FnOnce(Spot<'_, T>) -> Fated) -> Result<(), Box<PathError>> {
        let mut new = None;
        let now = match &mut self.spot.at {
            At::There(_) | At::Instead(..) if self.removed => Spot::absent(&mut new),
            At::There(value) => Spot::there(&mut **value),
            At::Instead(_, Some(value)) | At::Absent(Some(value)) => Spot::there(value),
            At::Instead(value, _) => Spot::instead(*value, &mut new),
            At::Absent(_) => Spot::absent(&mut new),
        };
        match f(now.with_default(self.spot.default))? {
            Fate::Kept => {}
            Fate::Changed => {
                self.changed = true;
                if let Some(value) = new {
                    self.removed = false;
                    let _ = self.spot.again().put(value);
                }
            }
            Fate::Removed => {
                self.removed = true;
                if let At::Instead(_, new) | At::Absent(new) = &mut self.spot.at {
                    **new = None;
                }
            }
        }
        Ok(())
    }

    /// What has become of it.
    #[inline(always)]
    pub(crate) fn finish(self) -> Fate {
        match self {
            Self { removed: true, .. } => Fate::Removed,
            Self { changed: true, .. } => Fate::Changed,
            _ => Fate::Kept,
        }
    }
}
