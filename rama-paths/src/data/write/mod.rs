//! Writes to values in memory: what `transformed` makes of one.
//!
//! A place is an `Option`: none where nothing is, and none after a write that removes it. What holds a
//! place takes it out, lets it be written, and puts back what has become of it. A write that fails
//! leaves the whole in pieces; it is of a copy that is then dropped.

mod elements;
mod parts;
mod places;

use std::borrow::Cow;

use super::read::{At, Run, Stop, Trail, with_collected};
use super::{DataPath, DataPathError, Datum, Step};

/// A place.
pub(super) type Slot = Option<Datum>;

/// What is done at the places that a path leads to; says whether it changed something.
pub(super) type End<'f> = dyn FnMut(&[Datum], &mut Slot) -> Result<bool, Stop> + 'f;

/// The place as one to read.
pub(super) fn reading(slot: &Slot) -> At<'_> {
    match slot {
        Some(value) => At::Value(Cow::Borrowed(value)),
        None => At::Absent,
    }
}

impl Run<'_> {
    /// What a write makes of a value. What is removed as a whole stays.
    pub(super) fn transformed(
        self,
        write: &DataPath,
        trail: Trail<'_>,
        value: Datum,
    ) -> Result<Datum, Stop> {
        let mut slot = Some(value.clone());
        self.change(write, trail.within(0), &[], &mut slot)?;
        Ok(slot.unwrap_or(value))
    }

    /// Runs a path that ends with a write.
    fn change(
        self,
        write: &DataPath,
        trail: Trail<'_>,
        collected: &[Datum],
        slot: &mut Slot,
    ) -> Result<bool, Stop> {
        let steps = write.steps();
        let Some((last, before)) = steps.split_last() else {
            return Err(DataPathError::NoWrite { at: trail.position() }.into());
        };
        let end = trail.at(before.len(), last);
        if !is_write(last) {
            return Err(DataPathError::NoWrite { at: end.position() }.into());
        }
        self.write_steps(before, 0, trail, collected, slot, &mut |collected, slot| {
            self.end(last, end, collected, slot)
        })
    }

    /// The end of a write.
    fn end(
        self,
        step: &Step,
        trail: Trail<'_>,
        collected: &[Datum],
        slot: &mut Slot,
    ) -> Result<bool, Stop> {
        match step {
            Step::Term(f) => {
                let Some(value) = slot.take() else {
                    return Err(DataPathError::Absent { at: trail.position() }.into());
                };
                let value = with_collected(collected, value);
                let made = self.functions.call(f, &[&value]);
                *slot = Some(made.map_err(|source| trail.function(source))?);
            }
            Step::Termval(value) => *slot = Some(value.clone()),
            Step::None => return Ok(slot.take().is_some()),
            Step::MultiTransform(writes) => {
                let mut changed = false;
                for (index, write) in writes.iter().enumerate() {
                    changed |= self.change(write, trail.within(index), collected, slot)?;
                }
                return Ok(changed);
            }
            _ => return Err(DataPathError::NoWrite { at: trail.position() }.into()),
        }
        Ok(true)
    }

    /// Writes the places that a path leads to.
    pub(super) fn write(
        self,
        path: &DataPath,
        trail: Trail<'_>,
        collected: &[Datum],
        slot: &mut Slot,
        end: &mut End<'_>,
    ) -> Result<bool, Stop> {
        self.write_steps(path.steps(), 0, trail, collected, slot, end)
    }

    /// As [`write`](Self::write), of steps from the one at `from` on.
    fn write_steps(
        self,
        steps: &[Step],
        from: usize,
        trail: Trail<'_>,
        collected: &[Datum],
        slot: &mut Slot,
        end: &mut End<'_>,
    ) -> Result<bool, Stop> {
        let one = steps.iter().rposition(|step| *step == Step::One).filter(|one| *one >= from);
        if let Some(one) = one {
            let mut found = 0;
            let mut once = |collected: &[Datum], slot: &mut Slot| {
                found += 1;
                if found > 1 {
                    return Ok(false);
                }
                self.write_from(steps, one + 1, trail, collected, slot, end)
            };
            let changed =
                self.write_steps(&steps[..one], from, trail, collected, slot, &mut once)?;
            if found == 1 {
                return Ok(changed);
            }
            let at = trail.at(one, &Step::One).position();
            return Err(DataPathError::NotOne { at, found }.into());
        }
        self.write_from(steps, from, trail, collected, slot, end)
    }

    fn write_from(
        self,
        steps: &[Step],
        from: usize,
        trail: Trail<'_>,
        collected: &[Datum],
        slot: &mut Slot,
        end: &mut End<'_>,
    ) -> Result<bool, Stop> {
        let Some(step) = steps.get(from) else { return end(collected, slot) };
        let trail = trail.at(from, step);
        self.write_step(step, trail, collected, slot, &mut |collected, slot| {
            self.write_from(steps, from + 1, trail, collected, slot, end)
        })
    }

    /// Goes on from a place by one step.
    fn write_step(
        self,
        step: &Step,
        trail: Trail<'_>,
        collected: &[Datum],
        slot: &mut Slot,
        next: &mut End<'_>,
    ) -> Result<bool, Stop> {
        let mut go = |slot: &mut Slot| next(collected, slot);
        match step {
            Step::Key(key) => places::key(trail, key, slot, false, &mut go),
            Step::Must(key) => places::key(trail, key, slot, true, &mut go),
            Step::MapKey(key) => places::map_key(trail, key, slot, &mut go),
            Step::SetElem(item) => places::set_elem(trail, item, slot, &mut go),
            Step::NoneElem => places::none_elem(trail, slot, &mut go),
            Step::Field(name) => places::field(trail, name, slot, &mut go),
            Step::Some => places::some(slot, &mut go),
            Step::Nth(index) => places::nth(trail, Some(*index), slot, &mut go),
            Step::First => places::nth(trail, Some(0), slot, &mut go),
            Step::Last => places::nth(trail, None, slot, &mut go),
            Step::Index(index) => places::index(trail, *index, slot, &mut go),
            Step::BeforeElem => places::insert(trail, Some(0), slot, &mut go),
            Step::BeforeIndex(index) => places::insert(trail, Some(*index), slot, &mut go),
            Step::AfterElem => places::insert(trail, None, slot, &mut go),
            Step::All => elements::all(trail, slot, &mut go),
            Step::MapVals => elements::map_vals(trail, slot, &mut go),
            Step::MapKeys => elements::map_keys(trail, slot, &mut go),
            Step::IndexedVals => elements::indexed_vals(trail, slot, &mut go),
            Step::ContinuousSubseqs(test) => {
                parts::continuous_subseqs(self, test, trail, slot, &mut go)
            }
            Step::Beginning
            | Step::End
            | Step::Sublist { .. }
            | Step::SublistDynamic { .. }
            | Step::FilteredList(_)
            | Step::SubMap(_)
            | Step::Subset(_)
            | Step::SortedMapRange { .. }
            | Step::SortedMapRangeFrom { .. }
            | Step::SortedMapRangeTo { .. }
            | Step::SortedMapRangeFromStart(_)
            | Step::SortedMapRangeToEnd(_)
            | Step::SortedSetRange { .. }
            | Step::SortedSetRangeFrom { .. }
            | Step::SortedSetRangeTo { .. }
            | Step::SortedSetRangeFromStart(_)
            | Step::SortedSetRangeToEnd(_) => parts::picked(self, step, trail, slot, &mut go),
            Step::Subselect(path) => parts::subselect(self, path, trail, slot, &mut go),
            Step::FilterPred(_)
            | Step::FilterEqual(_)
            | Step::FilterNotEqual(_)
            | Step::FilterLessThan(_)
            | Step::FilterLessThanOrEqual(_)
            | Step::FilterGreaterThan(_)
            | Step::FilterGreaterThanOrEqual(_) => match slot {
                Some(value) if self.holds(step, trail, value)? => go(slot),
                _ => Ok(false),
            },
            Step::NilToVal(_) | Step::NilToList | Step::NilToSet | Step::NilToMap => {
                if !matches!(slot, None | Some(Datum::Null)) {
                    return go(slot);
                }
                let mut filled = super::read::default(step).map(Cow::into_owned);
                // The default itself is not stored, only what is made of it.
                let changed = go(&mut filled)?;
                if changed {
                    *slot = filled;
                }
                Ok(changed)
            }
            Step::FilterSelected(path) => {
                match self.leads_anywhere(path, trail.within(0), reading(slot))? {
                    true => go(slot),
                    false => Ok(false),
                }
            }
            Step::FilterNotSelected(path) => {
                match self.leads_anywhere(path, trail.within(0), reading(slot))? {
                    true => Ok(false),
                    false => go(slot),
                }
            }
            Step::IfPath { condition, then, otherwise } => {
                match (self.leads_anywhere(condition, trail.within(0), reading(slot))?, otherwise) {
                    (true, _) => self.write(then, trail.within(1), collected, slot, next),
                    (false, Some(path)) => self.write(path, trail.within(2), collected, slot, next),
                    (false, None) => Ok(false),
                }
            }
            Step::CondPath(cases) => {
                for (case, index) in cases.iter().zip((0..).step_by(2)) {
                    let within = trail.within(index);
                    if self.leads_anywhere(&case.condition, within, reading(slot))? {
                        let trail = trail.within(index + 1);
                        return self.write(&case.then, trail, collected, slot, next);
                    }
                }
                Ok(false)
            }
            Step::MultiPath(paths) => {
                let mut changed = false;
                for (index, path) in paths.iter().enumerate() {
                    changed |= self.write(path, trail.within(index), collected, slot, next)?;
                }
                Ok(changed)
            }
            Step::ContinueThenStay(path) => {
                let changed = self.write(path, trail.within(0), collected, slot, next)?;
                Ok(next(collected, slot)? || changed)
            }
            Step::StayThenContinue(path) => {
                let changed = next(collected, slot)?;
                Ok(self.write(path, trail.within(0), collected, slot, next)? || changed)
            }
            Step::Collect(_)
            | Step::CollectOne(_)
            | Step::PutCollected(_)
            | Step::IsCollected(_)
            | Step::Dispense => match self.collect(step, trail, collected, reading(slot))? {
                Some(collected) => next(&collected, slot),
                None => Ok(false),
            },
            Step::Stay | Step::One => go(slot),
            Step::Stop => Ok(false),
            Step::Count | Step::View(_) | Step::Transformed(_) => {
                Err(DataPathError::CannotBeWritten { at: trail.position() }.into())
            }
            Step::Term(_) | Step::Termval(_) | Step::None | Step::MultiTransform(_) => {
                Err(DataPathError::BehindWrite { at: trail.position() }.into())
            }
        }
    }
}

fn is_write(step: &Step) -> bool {
    matches!(step, Step::Term(_) | Step::Termval(_) | Step::None | Step::MultiTransform(_))
}

/// Takes the value at an index out, lets it be written, and puts back what has become of it; says
/// whether something changed, and whether it is gone.
fn at_index(
    items: &mut Vec<Datum>,
    index: usize,
    go: &mut dyn FnMut(&mut Slot) -> Result<bool, Stop>,
) -> Result<(bool, bool), Stop> {
    let mut slot = Some(std::mem::take(&mut items[index]));
    let changed = go(&mut slot)?;
    match slot {
        Some(value) => {
            items[index] = value;
            Ok((changed, false))
        }
        None => {
            items.remove(index);
            Ok((true, true))
        }
    }
}

/// Puts an entry into a map: in the place of one with the same key, else before the first that is
/// greater, so that a sorted map stays sorted.
fn put_entry(entries: &mut Vec<(Datum, Datum)>, key: Datum, value: Datum) {
    match entries.iter().position(|(other, _)| *other == key) {
        Some(at) => entries[at] = (key, value),
        None => {
            let at = entries.iter().position(|(other, _)| is_greater(other, &key));
            entries.insert(at.unwrap_or(entries.len()), (key, value));
        }
    }
}

/// Puts an element into a set, unless it is there: as [`put_entry`].
fn put_item(items: &mut Vec<Datum>, item: Datum) -> bool {
    if items.contains(&item) {
        return false;
    }
    let at = items.iter().position(|other| is_greater(other, &item));
    items.insert(at.unwrap_or(items.len()), item);
    true
}

fn is_greater(a: &Datum, b: &Datum) -> bool {
    super::datum::compare(a, b).is_some_and(std::cmp::Ordering::is_gt)
}
