//! The interpreter: what each navigator leads to, on stored structures and on values in memory.

mod elements;
mod parts;
mod paths;
mod places;
mod tests_of_values;

use std::borrow::Cow;

use super::check::check;
use super::cursor::{AtCursor, Cursor, StoredStructure, StructureKind};
use super::{
    DataPath, DataPathError, Datum, DatumError, FunctionFailure, PathFunctions, Step, StepPosition,
};
use crate::error::PathError;
use crate::path::{Halt, Span, Visit};

pub(super) use parts::{Picked, pick, runs};
pub(super) use places::{missing_field, tuple_index};
pub(super) use tests_of_values::default;

/// Where a path is.
#[derive(Clone)]
pub(super) enum At<'a> {
    /// At a place of a PState.
    Stored(Cursor<'a>),
    /// At a range of a structure.
    Range(&'a dyn StoredStructure, &'a Span),
    /// At a value in memory.
    Value(Cow<'a, Datum>),
    /// At a place of a value, or of a PState, that holds none.
    Absent,
}

impl At<'_> {
    /// The same place once more.
    pub(super) fn again(&self) -> At<'_> {
        match self {
            At::Stored(cursor) => At::Stored(*cursor),
            At::Range(structure, span) => At::Range(*structure, span),
            At::Value(value) => At::Value(Cow::Borrowed(value)),
            At::Absent => At::Absent,
        }
    }

    /// What there is, in words.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            At::Stored(Cursor::Value(_)) => "a stored value",
            At::Stored(Cursor::Fields(_)) => "fixed keys",
            At::Stored(Cursor::Structure(structure)) => match structure.kind() {
                StructureKind::Map => "a stored map",
                StructureKind::Set => "a stored set",
                StructureKind::List => "a stored list",
            },
            At::Range(structure, _) => match structure.kind() {
                StructureKind::Map => "a range of a stored map",
                StructureKind::Set => "a range of a stored set",
                StructureKind::List => "a range of a stored list",
            },
            At::Value(value) => value.kind(),
            At::Absent => "nothing",
        }
    }
}

/// Why a walk ended early.
pub(super) enum Stop {
    /// Who looks has seen enough.
    Enough,
    /// It failed.
    Failed(Box<DataPathError>),
}

/// What is said of each place: whether to go on.
pub(super) type Walk = Result<(), Stop>;

impl From<DataPathError> for Stop {
    fn from(error: DataPathError) -> Self {
        Stop::Failed(Box::new(error))
    }
}

impl From<PathError> for Stop {
    fn from(error: PathError) -> Self {
        DataPathError::Stored(error).into()
    }
}

/// What is called with a place and with what was collected on the way there.
pub(super) type Next<'f> = dyn FnMut(&[Datum], At<'_>) -> Walk + 'f;

/// A step, by where it stands.
#[derive(Clone, Copy)]
pub(super) struct Trail<'t> {
    /// The step that holds the path of this one, and which of its paths it is.
    above: Option<(&'t Trail<'t>, usize)>,
    index: usize,
    navigator: &'static str,
}

impl<'t> Trail<'t> {
    /// Before the first step of the whole path.
    fn top() -> Self {
        Trail { above: None, index: 0, navigator: "" }
    }

    /// The step at an index of the same path.
    pub(super) fn at(self, index: usize, step: &Step) -> Self {
        Trail { index, navigator: step.name(), ..self }
    }

    /// Before the first step of a path within this step.
    pub(super) fn within(&'t self, path: usize) -> Trail<'t> {
        Trail { above: Some((self, path)), index: 0, navigator: "" }
    }

    pub(super) fn position(self) -> StepPosition {
        // Of a path without steps, it is the step that holds it.
        let mut trail = match (self.navigator, self.above) {
            ("", Some((above, _))) => *above,
            _ => self,
        };
        let navigator = trail.navigator;
        if navigator.is_empty() {
            return StepPosition { navigator, position: Vec::new() };
        }
        let mut position = vec![trail.index];
        while let Some((above, path)) = trail.above {
            position.extend([path, above.index]);
            trail = *above;
        }
        position.reverse();
        StepPosition { navigator, position }
    }

    pub(super) fn misplaced(self, expected: &'static str, found: &At<'_>) -> Stop {
        let found = found.kind();
        DataPathError::Misplaced { at: self.position(), expected, found }.into()
    }

    pub(super) fn function(self, source: FunctionFailure) -> Stop {
        DataPathError::FunctionFailed { at: self.position(), source }.into()
    }

    pub(super) fn no_datum(self, source: DatumError) -> Stop {
        DataPathError::NotData { at: self.position(), source }.into()
    }

    pub(super) fn wrong_key(self, wrong: super::WrongKey) -> Stop {
        let super::WrongKey { expected, reason } = wrong;
        DataPathError::NotAKey { at: self.position(), expected, reason }.into()
    }
}

/// Follows one path, and keeps the error that it meets.
pub(super) struct Reader<'r> {
    path: &'r DataPath,
    run: Run<'r>,
    failed: Option<Box<DataPathError>>,
}

impl<'r> Reader<'r> {
    pub(super) fn of(
        path: &'r DataPath,
        functions: &'r PathFunctions,
    ) -> Result<Self, DataPathError> {
        check(path)?;
        Ok(Reader { path, run: Run { functions }, failed: None })
    }

    /// Hands all that the path selects from a place to `f`.
    pub(super) fn visit(&mut self, top: At<'_>, f: &mut dyn FnMut(Datum)) -> Visit {
        let walked = self.run.select(self.path, Trail::top(), top, &mut |collected, value| {
            f(with_collected(collected, value));
            Ok(())
        });
        keep(walked, &mut self.failed)
    }

    pub(super) fn finish(self, visited: Result<(), PathError>) -> Result<(), DataPathError> {
        match self.failed {
            Some(error) => Err(*error),
            None => visited.map_err(Into::into),
        }
    }
}

/// A walk within one over stored rows: these know no other errors than their own.
fn keep(walked: Walk, failed: &mut Option<Box<DataPathError>>) -> Visit {
    match walked {
        Ok(()) => Ok(()),
        Err(Stop::Enough) => Err(Halt::Enough),
        Err(Stop::Failed(error)) => {
            *failed = Some(error);
            Err(Halt::Enough)
        }
    }
}

/// Runs a walk over stored rows, each of which is gone on from.
fn over_rows(visit: impl FnOnce(&mut dyn FnMut(Walk) -> Visit) -> Visit) -> Walk {
    let (mut failed, mut enough) = (None, false);
    let visited = visit(&mut |walked| {
        enough = matches!(walked, Err(Stop::Enough));
        keep(walked, &mut failed)
    });
    match (visited, failed) {
        (_, Some(error)) => Err(Stop::Failed(error)),
        (Err(Halt::Failed(error)), None) => Err((*error).into()),
        _ if enough => Err(Stop::Enough),
        _ => Ok(()),
    }
}

/// A value, with what was collected on the way before it.
pub(super) fn with_collected(collected: &[Datum], value: Datum) -> Datum {
    if collected.is_empty() {
        return value;
    }
    Datum::List(collected.iter().cloned().chain([value]).collect())
}

/// A run of a path.
#[derive(Clone, Copy)]
pub(super) struct Run<'r> {
    pub(super) functions: &'r PathFunctions,
}

impl Run<'_> {
    /// Hands the places that a path leads to from one to `next`.
    pub(super) fn path(
        self,
        path: &DataPath,
        trail: Trail<'_>,
        collected: &[Datum],
        at: At<'_>,
        next: &mut Next<'_>,
    ) -> Walk {
        self.steps(path.steps(), 0, trail, collected, at, next)
    }

    /// As [`path`](Self::path), of steps from the one at `from` on.
    fn steps(
        self,
        steps: &[Step],
        from: usize,
        trail: Trail<'_>,
        collected: &[Datum],
        at: At<'_>,
        next: &mut Next<'_>,
    ) -> Walk {
        // `one` is about all that the steps before it lead to.
        let one = steps.iter().rposition(|step| *step == Step::One).filter(|one| *one >= from);
        if let Some(one) = one {
            let mut found = 0;
            self.steps(&steps[..one], from, trail, collected, at, &mut |collected, at| {
                found += 1;
                if found > 1 {
                    return Ok(());
                }
                self.from(steps, one + 1, trail, collected, at, next)
            })?;
            if found == 1 {
                return Ok(());
            }
            let at = trail.at(one, &Step::One).position();
            return Err(DataPathError::NotOne { at, found }.into());
        }
        self.from(steps, from, trail, collected, at, next)
    }

    /// As [`steps`](Self::steps), without a `one` among them.
    fn from(
        self,
        steps: &[Step],
        from: usize,
        trail: Trail<'_>,
        collected: &[Datum],
        at: At<'_>,
        next: &mut Next<'_>,
    ) -> Walk {
        let Some(step) = steps.get(from) else { return next(collected, at) };
        let trail = trail.at(from, step);
        self.step(step, trail, collected, at, &mut |collected, at| {
            self.from(steps, from + 1, trail, collected, at, next)
        })
    }

    /// Hands the values that a path selects from a place to `f`, and what it collected.
    pub(super) fn select(
        self,
        path: &DataPath,
        trail: Trail<'_>,
        at: At<'_>,
        f: &mut dyn FnMut(&[Datum], Datum) -> Walk,
    ) -> Walk {
        let end = match path.steps().last() {
            Some(step) => trail.at(path.steps().len() - 1, step),
            None => trail,
        };
        self.path(path, trail, &[], at, &mut |collected, at| f(collected, end.selected(at)?))
    }

    /// All values that a path selects from a place, without what it collects.
    pub(super) fn values(
        self,
        path: &DataPath,
        trail: Trail<'_>,
        at: At<'_>,
    ) -> Result<Vec<Datum>, Stop> {
        let mut values = Vec::new();
        self.select(path, trail, at, &mut |_, value| {
            values.push(value);
            Ok(())
        })?;
        Ok(values)
    }

    /// Whether a path leads anywhere from a place.
    pub(super) fn leads_anywhere(
        self,
        path: &DataPath,
        trail: Trail<'_>,
        at: At<'_>,
    ) -> Result<bool, Stop> {
        let mut found = false;
        let walked = self.path(path, trail, &[], at, &mut |_, _| {
            found = true;
            Err(Stop::Enough)
        });
        match walked {
            Err(Stop::Failed(error)) => Err(Stop::Failed(error)),
            _ => Ok(found),
        }
    }

    /// Goes on from a place by one step.
    fn step(
        self,
        step: &Step,
        trail: Trail<'_>,
        collected: &[Datum],
        at: At<'_>,
        next: &mut Next<'_>,
    ) -> Walk {
        let mut go = |at: At<'_>| next(collected, at);
        match step {
            Step::Key(key) => places::key(trail, key, at, false, &mut go),
            Step::Must(key) => places::key(trail, key, at, true, &mut go),
            Step::MapKey(key) => places::map_key(trail, key, at, &mut go),
            Step::SetElem(item) => places::set_elem(trail, item, at, &mut go),
            Step::Field(name) => places::field(trail, name, at, &mut go),
            Step::Some => places::some(trail, at, &mut go),
            Step::Nth(index) => places::nth(trail, Some(*index), at, &mut go),
            Step::First => places::nth(trail, Some(0), at, &mut go),
            Step::Last => places::nth(trail, None, at, &mut go),
            Step::Index(index) => places::index(trail, *index, at, &mut go),
            Step::Count => places::count(trail, at, &mut go),
            Step::IndexedVals => elements::indexed_vals(trail, at, &mut go),
            Step::All => elements::all(trail, at, &mut go),
            Step::MapVals => elements::map_vals(trail, at, &mut go),
            Step::MapKeys => elements::map_keys(trail, at, &mut go),
            Step::BeforeElem | Step::AfterElem | Step::BeforeIndex(_) => {
                places::new_element(trail, at)
            }
            Step::NoneElem => places::new_item(trail, at),
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
            | Step::SortedSetRangeToEnd(_) => self.part(step, trail, at, &mut go),
            Step::ContinuousSubseqs(test) => self.continuous_subseqs(test, trail, at, &mut go),
            Step::FilterPred(_)
            | Step::FilterEqual(_)
            | Step::FilterNotEqual(_)
            | Step::FilterLessThan(_)
            | Step::FilterLessThanOrEqual(_)
            | Step::FilterGreaterThan(_)
            | Step::FilterGreaterThanOrEqual(_) => match trail.value(at)? {
                Some(value) if self.holds(step, trail, &value)? => go(At::Value(value)),
                _ => Ok(()),
            },
            Step::NilToVal(_) | Step::NilToList | Step::NilToSet | Step::NilToMap => {
                self.nil_to(step, trail, at, &mut go)
            }
            Step::View(f) => match trail.value(at)? {
                Some(value) => {
                    let made = self.functions.call(f, &[&value]);
                    go(At::Value(Cow::Owned(made.map_err(|source| trail.function(source))?)))
                }
                None => Ok(()),
            },
            Step::Transformed(write) => match trail.value(at)? {
                Some(value) => {
                    let changed = self.transformed(write, trail, value.into_owned())?;
                    go(At::Value(Cow::Owned(changed)))
                }
                None => Ok(()),
            },
            Step::Subselect(path) => {
                let values = self.values(path, trail.within(0), at)?;
                go(At::Value(Cow::Owned(Datum::List(values))))
            }
            Step::FilterSelected(_)
            | Step::FilterNotSelected(_)
            | Step::IfPath { .. }
            | Step::CondPath(_)
            | Step::MultiPath(_)
            | Step::ContinueThenStay(_)
            | Step::StayThenContinue(_) => self.branch(step, trail, collected, at, next),
            Step::Collect(_)
            | Step::CollectOne(_)
            | Step::PutCollected(_)
            | Step::IsCollected(_)
            | Step::Dispense => match self.collect(step, trail, collected, at.again())? {
                Some(collected) => next(&collected, at),
                None => Ok(()),
            },
            // What `one` is about is done where the path is run.
            Step::Stay | Step::One => go(at),
            Step::Stop => Ok(()),
            Step::Term(_) | Step::Termval(_) | Step::None | Step::MultiTransform(_) => {
                Err(DataPathError::WriteInSelect { at: trail.position() }.into())
            }
        }
    }
}

impl Trail<'_> {
    /// What is selected of a place.
    fn selected(self, at: At<'_>) -> Result<Datum, Stop> {
        match at {
            At::Stored(Cursor::Value(value)) => {
                let datum = value.datum().map_err(|source| self.no_datum(source))?;
                Ok(datum.unwrap_or_default())
            }
            At::Value(value) => Ok(value.into_owned()),
            At::Absent => Ok(Datum::Null),
            At::Range(structure, span) if !structure.holds_structures() => {
                elements::whole(self, structure, span)
            }
            At::Stored(_) | At::Range(..) => {
                Err(DataPathError::WholeStructure { at: self.position(), found: at.kind() }.into())
            }
        }
    }

    /// The place, with a stored value as one in memory.
    pub(super) fn open<'a>(self, at: At<'a>) -> Result<At<'a>, Stop> {
        match at {
            At::Stored(Cursor::Value(value)) => {
                let datum = value.datum().map_err(|source| self.no_datum(source))?;
                Ok(datum.map_or(At::Absent, |datum| At::Value(Cow::Owned(datum))))
            }
            at => Ok(at),
        }
    }

    /// The value at a place, if it holds one; an error where a structure is.
    pub(super) fn value<'a>(self, at: At<'a>) -> Result<Option<Cow<'a, Datum>>, Stop> {
        match self.open(at)? {
            At::Value(value) => Ok(Some(value)),
            At::Absent => Ok(None),
            at => Err(self.misplaced("one value", &at)),
        }
    }
}

/// Calls `go` with what a walk over rows leads to.
fn at_cursor<'f>(
    go: &'f mut dyn FnMut(At<'_>) -> Walk,
    keep: &'f mut dyn FnMut(Walk) -> Visit,
) -> impl FnMut(Cursor<'_>) -> Visit + 'f {
    move |cursor| keep(go(At::Stored(cursor)))
}

/// The element at a place that `visit` leads to.
fn element(
    visit: impl FnOnce(&mut AtCursor<'_>) -> Visit,
    go: &mut dyn FnMut(At<'_>) -> Walk,
) -> Walk {
    over_rows(|keep| visit(&mut at_cursor(go, keep)))
}
