//! `DataPath`: a list of steps, and how to write one in Rust.

use serde::{Deserialize, Deserializer, Serialize};

use super::datum::Nested;
use super::{Case, Datum, FunctionCall, Step};
use crate::path::{SortedRangeFromOptions, SortedRangeOptions, SortedRangeToOptions};

/// A path as data; see the [module](super).
///
/// In Rust it is written as a typed path is, with the same names; where a typed path takes a closure
/// that makes a path, this one does, too.
///
/// ```
/// use rama_paths::data::DataPath;
///
/// let path = DataPath::new().key(7).map_vals().filter_selected(|tags| tags.must("red"));
/// let json = r#"[{"key":7},"map_vals",{"filter_selected":[{"must":"red"}]}]"#;
/// assert_eq!(serde_json::to_string(&path)?, json);
/// assert_eq!(serde_json::from_str::<DataPath>(json)?, path);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(transparent)]
#[must_use = "a path does nothing until it is selected"]
pub struct DataPath {
    steps: Vec<Step>,
}

impl<'de> Deserialize<'de> for DataPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let _nested = Nested::enter::<D::Error>()?;
        Ok(DataPath { steps: Vec::deserialize(deserializer)? })
    }
}

fn made(path: impl FnOnce(DataPath) -> DataPath) -> DataPath {
    path(DataPath::new())
}

/// An index or a number of elements; more of them than 64 bits count are never there.
fn number(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

macro_rules! steps {
    ($($method:ident($($arg:ident: $t:ty),*) => $step:expr;)*) => {$(
        #[doc = concat!("As [`PStatePath::", stringify!($method), "`](crate::PStatePath::", stringify!($method), ").")]
        pub fn $method(self, $($arg: $t),*) -> Self {
            self.step($step)
        }
    )*};
}

impl DataPath {
    /// Steps one after the other and within each other, at most: the longest way through a path and
    /// the paths within it. A path with more of them is refused.
    pub const MOST_STEPS: usize = 64;

    /// The path to the top.
    pub fn new() -> Self {
        Self::default()
    }

    /// The path of some steps.
    #[cfg(test)]
    pub(super) fn of(steps: Vec<Step>) -> Self {
        Self { steps }
    }

    /// Its steps.
    pub(super) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The path with one step more.
    pub(super) fn step(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// The path that goes on with another one.
    ///
    /// ```
    /// use rama_paths::data::DataPath;
    ///
    /// let from_outside: DataPath = serde_json::from_str(r#"["map_vals"]"#)?;
    /// let path = DataPath::new().key(7).then(from_outside);
    /// assert_eq!(path, DataPath::new().key(7).map_vals());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn then(mut self, path: DataPath) -> Self {
        self.steps.extend(path.steps);
        self
    }

    steps! {
        key(key: impl Into<Datum>) => Step::Key(key.into());
        must(key: impl Into<Datum>) => Step::Must(key.into());
        map_key(key: impl Into<Datum>) => Step::MapKey(key.into());
        set_elem(item: impl Into<Datum>) => Step::SetElem(item.into());
        some() => Step::Some;
        nth(index: usize) => Step::Nth(number(index));
        first() => Step::First;
        last() => Step::Last;
        index(index: usize) => Step::Index(number(index));
        indexed_vals() => Step::IndexedVals;
        all() => Step::All;
        map_vals() => Step::MapVals;
        map_keys() => Step::MapKeys;
        before_elem() => Step::BeforeElem;
        after_elem() => Step::AfterElem;
        before_index(index: usize) => Step::BeforeIndex(number(index));
        none_elem() => Step::NoneElem;
        beginning() => Step::Beginning;
        end() => Step::End;
        sublist(start: usize, end: usize) => {
            Step::Sublist { start: number(start), end: number(end) }
        };
        sublist_dynamic(start: impl Into<FunctionCall>, end: impl Into<FunctionCall>) => {
            Step::SublistDynamic { start: start.into(), end: end.into() }
        };
        continuous_subseqs(test: impl Into<FunctionCall>) => Step::ContinuousSubseqs(test.into());
        filtered_list(path: impl FnOnce(DataPath) -> DataPath) => Step::FilteredList(made(path));
        sub_map(keys: Vec<impl Into<Datum>>) => {
            Step::SubMap(keys.into_iter().map(Into::into).collect())
        };
        subset(items: Vec<impl Into<Datum>>) => {
            Step::Subset(items.into_iter().map(Into::into).collect())
        };
        subselect(path: impl FnOnce(DataPath) -> DataPath) => Step::Subselect(made(path));
        sorted_map_range_from_start(most: usize) => Step::SortedMapRangeFromStart(number(most));
        sorted_map_range_to_end(most: usize) => Step::SortedMapRangeToEnd(number(most));
        sorted_set_range_from_start(most: usize) => Step::SortedSetRangeFromStart(number(most));
        sorted_set_range_to_end(most: usize) => Step::SortedSetRangeToEnd(number(most));
        count() => Step::Count;
        filter_pred(test: impl Into<FunctionCall>) => Step::FilterPred(test.into());
        filter_equal(other: impl Into<Datum>) => Step::FilterEqual(other.into());
        filter_not_equal(other: impl Into<Datum>) => Step::FilterNotEqual(other.into());
        filter_less_than(other: impl Into<Datum>) => Step::FilterLessThan(other.into());
        filter_less_than_or_equal(other: impl Into<Datum>) => {
            Step::FilterLessThanOrEqual(other.into())
        };
        filter_greater_than(other: impl Into<Datum>) => Step::FilterGreaterThan(other.into());
        filter_greater_than_or_equal(other: impl Into<Datum>) => {
            Step::FilterGreaterThanOrEqual(other.into())
        };
        filter_selected(path: impl FnOnce(DataPath) -> DataPath) => {
            Step::FilterSelected(made(path))
        };
        filter_not_selected(path: impl FnOnce(DataPath) -> DataPath) => {
            Step::FilterNotSelected(made(path))
        };
        nil_to_val(default: impl Into<Datum>) => Step::NilToVal(default.into());
        view(f: impl Into<FunctionCall>) => Step::View(f.into());
        transformed(write: impl FnOnce(DataPath) -> DataPath) => Step::Transformed(made(write));
        if_path(
            condition: impl FnOnce(DataPath) -> DataPath,
            then: impl FnOnce(DataPath) -> DataPath
        ) => {
            Step::IfPath { condition: made(condition), then: made(then), otherwise: None }
        };
        if_path_else(
            condition: impl FnOnce(DataPath) -> DataPath,
            then: impl FnOnce(DataPath) -> DataPath,
            otherwise: impl FnOnce(DataPath) -> DataPath
        ) => {
            Step::IfPath {
                condition: made(condition),
                then: made(then),
                otherwise: Some(made(otherwise)),
            }
        };
        stay() => Step::Stay;
        stop() => Step::Stop;
        continue_then_stay(path: impl FnOnce(DataPath) -> DataPath) => {
            Step::ContinueThenStay(made(path))
        };
        stay_then_continue(path: impl FnOnce(DataPath) -> DataPath) => {
            Step::StayThenContinue(made(path))
        };
        one() => Step::One;
        collect(path: impl FnOnce(DataPath) -> DataPath) => Step::Collect(made(path));
        collect_one(path: impl FnOnce(DataPath) -> DataPath) => Step::CollectOne(made(path));
        put_collected(value: impl Into<Datum>) => Step::PutCollected(value.into());
        is_collected(test: impl Into<FunctionCall>) => Step::IsCollected(test.into());
        dispense() => Step::Dispense;
        term(f: impl Into<FunctionCall>) => Step::Term(f.into());
        termval(value: impl Into<Datum>) => Step::Termval(value.into());
        none() => Step::None;
    }

    /// As [`PStatePath::field`](crate::PStatePath::field), by name; a part of a tuple by its index as
    /// text.
    pub fn field(self, name: impl Into<String>) -> Self {
        self.step(Step::Field(name.into()))
    }

    /// As [`PStatePath::nil_to_default`](crate::PStatePath::nil_to_default), of a list.
    pub fn nil_to_list(self) -> Self {
        self.step(Step::NilToList)
    }

    /// As [`PStatePath::nil_to_default`](crate::PStatePath::nil_to_default), of a set.
    pub fn nil_to_set(self) -> Self {
        self.step(Step::NilToSet)
    }

    /// As [`PStatePath::nil_to_default`](crate::PStatePath::nil_to_default), of a map.
    pub fn nil_to_map(self) -> Self {
        self.step(Step::NilToMap)
    }

    /// As [`PStatePath::sorted_map_range`](crate::PStatePath::sorted_map_range).
    pub fn sorted_map_range(self, from: impl Into<Datum>, to: impl Into<Datum>) -> Self {
        self.sorted_map_range_with(from, to, SortedRangeOptions::new())
    }

    /// As [`PStatePath::sorted_map_range_with`](crate::PStatePath::sorted_map_range_with).
    pub fn sorted_map_range_with(
        self,
        from: impl Into<Datum>,
        to: impl Into<Datum>,
        options: SortedRangeOptions,
    ) -> Self {
        self.step(Step::SortedMapRange {
            from: from.into(),
            to: to.into(),
            inclusive_start: !options.start_excluded,
            inclusive_end: options.end_included,
        })
    }

    /// As [`PStatePath::sorted_map_range_from`](crate::PStatePath::sorted_map_range_from).
    pub fn sorted_map_range_from(self, from: impl Into<Datum>) -> Self {
        self.sorted_map_range_from_with(from, SortedRangeFromOptions::new())
    }

    /// As [`PStatePath::sorted_map_range_from_with`](crate::PStatePath::sorted_map_range_from_with).
    pub fn sorted_map_range_from_with(
        self,
        from: impl Into<Datum>,
        options: SortedRangeFromOptions,
    ) -> Self {
        self.step(Step::SortedMapRangeFrom {
            from: from.into(),
            inclusive: !options.start_excluded,
            max_amt: options.most.map(number),
        })
    }

    /// As [`PStatePath::sorted_map_range_to`](crate::PStatePath::sorted_map_range_to).
    pub fn sorted_map_range_to(self, to: impl Into<Datum>) -> Self {
        self.sorted_map_range_to_with(to, SortedRangeToOptions::new())
    }

    /// As [`PStatePath::sorted_map_range_to_with`](crate::PStatePath::sorted_map_range_to_with).
    pub fn sorted_map_range_to_with(
        self,
        to: impl Into<Datum>,
        options: SortedRangeToOptions,
    ) -> Self {
        self.step(Step::SortedMapRangeTo {
            to: to.into(),
            inclusive: options.end_included,
            max_amt: options.most.map(number),
        })
    }

    /// As [`PStatePath::sorted_set_range`](crate::PStatePath::sorted_set_range).
    pub fn sorted_set_range(self, from: impl Into<Datum>, to: impl Into<Datum>) -> Self {
        self.sorted_set_range_with(from, to, SortedRangeOptions::new())
    }

    /// As [`PStatePath::sorted_set_range_with`](crate::PStatePath::sorted_set_range_with).
    pub fn sorted_set_range_with(
        self,
        from: impl Into<Datum>,
        to: impl Into<Datum>,
        options: SortedRangeOptions,
    ) -> Self {
        self.step(Step::SortedSetRange {
            from: from.into(),
            to: to.into(),
            inclusive_start: !options.start_excluded,
            inclusive_end: options.end_included,
        })
    }

    /// As [`PStatePath::sorted_set_range_from`](crate::PStatePath::sorted_set_range_from).
    pub fn sorted_set_range_from(self, from: impl Into<Datum>) -> Self {
        self.sorted_set_range_from_with(from, SortedRangeFromOptions::new())
    }

    /// As [`PStatePath::sorted_set_range_from_with`](crate::PStatePath::sorted_set_range_from_with).
    pub fn sorted_set_range_from_with(
        self,
        from: impl Into<Datum>,
        options: SortedRangeFromOptions,
    ) -> Self {
        self.step(Step::SortedSetRangeFrom {
            from: from.into(),
            inclusive: !options.start_excluded,
            max_amt: options.most.map(number),
        })
    }

    /// As [`PStatePath::sorted_set_range_to`](crate::PStatePath::sorted_set_range_to).
    pub fn sorted_set_range_to(self, to: impl Into<Datum>) -> Self {
        self.sorted_set_range_to_with(to, SortedRangeToOptions::new())
    }

    /// As [`PStatePath::sorted_set_range_to_with`](crate::PStatePath::sorted_set_range_to_with).
    pub fn sorted_set_range_to_with(
        self,
        to: impl Into<Datum>,
        options: SortedRangeToOptions,
    ) -> Self {
        self.step(Step::SortedSetRangeTo {
            to: to.into(),
            inclusive: options.end_included,
            max_amt: options.most.map(number),
        })
    }

    /// As [`PStatePath::cond_path`](crate::PStatePath::cond_path): conditions, and where each leads.
    ///
    /// ```
    /// use rama_paths::data::{DataPath, Datum, PathFunctions};
    ///
    /// let path = || DataPath::new();
    /// let cases = [
    ///     (path().filter_less_than(2), path()),
    ///     (path(), path().stop()),
    /// ];
    /// let path = path().all().cond_path(cases);
    /// assert_eq!(path.select_from(&vec![1, 2, 0].into(), &PathFunctions::new())?, [1.into(), 0.into()]);
    /// # Ok::<(), rama_paths::data::DataPathError>(())
    /// ```
    pub fn cond_path(self, cases: impl IntoIterator<Item = (DataPath, DataPath)>) -> Self {
        let case = |(condition, then)| Case { condition, then };
        self.step(Step::CondPath(cases.into_iter().map(case).collect()))
    }

    /// As [`PStatePath::multi_path`](crate::PStatePath::multi_path).
    pub fn multi_path(self, paths: impl IntoIterator<Item = DataPath>) -> Self {
        self.step(Step::MultiPath(paths.into_iter().collect()))
    }

    /// As [`PStatePath::multi_transform`](crate::PStatePath::multi_transform).
    pub fn multi_transform(self, writes: impl IntoIterator<Item = DataPath>) -> Self {
        self.step(Step::MultiTransform(writes.into_iter().collect()))
    }
}
