//! The steps of a path as data: one per navigator.

use serde::{Deserialize, Serialize};

use super::{DataPath, Datum, FunctionCall};

/// A step: a navigator, under its name, with its arguments. What each does is told at the method of
/// the same name of [`PStatePath`](crate::PStatePath).
///
/// In JSON a step without arguments is its name, `"map_vals"`; another one is a map with the name as
/// its one key: `{"key": 1}`, `{"sublist": {"start": 0, "end": 2}}`. Nothing else is a step: a text
/// alone is the name of a navigator, never a key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Step {
    /// The element of a map, maybe absent: `{"key": 1}`.
    Key(Datum),
    /// The element of a map, if it is there: `{"must": 1}`.
    Must(Datum),
    /// A field by its name: of fixed keys, of a struct that is a value; of a tuple by its index:
    /// `{"field": "name"}`, `{"field": "0"}`.
    Field(String),
    /// What is in an `Option`: `"some"`.
    Some,
    /// The element of a list at an index: `{"nth": 0}`.
    Nth(u64),
    /// The first element of a list: `"first"`.
    First,
    /// The last element of a list: `"last"`.
    Last,
    /// An index itself, if the list has an element there: `{"index": 0}`.
    Index(u64),
    /// Each element with its index: `"indexed_vals"`.
    IndexedVals,
    /// Each element of a list or set, each entry of a map: `"all"`.
    All,
    /// Each value of a map: `"map_vals"`.
    MapVals,
    /// Each key of a map: `"map_keys"`.
    MapKeys,
    /// A key of a map itself, if it is there: `{"map_key": 1}`.
    MapKey(Datum),
    /// An element of a set, if it is there: `{"set_elem": 1}`.
    SetElem(Datum),
    /// The place of a new first element: leads nowhere in a select.
    BeforeElem,
    /// The place of a new last element: leads nowhere in a select.
    AfterElem,
    /// The place of a new element before an index: leads nowhere in a select.
    BeforeIndex(u64),
    /// The place of a new element of a set: leads nowhere in a select.
    NoneElem,
    /// The empty part before a list in memory: `"beginning"`.
    Beginning,
    /// The empty part behind a list in memory: `"end"`.
    End,
    /// A part of a list: `{"sublist": {"start": 0, "end": 2}}`.
    Sublist {
        /// The index of the first element.
        start: u64,
        /// The index behind the last one.
        end: u64,
    },
    /// A part of a list in memory, whose ends functions compute: of the list; of the list and the
    /// start.
    SublistDynamic {
        /// Gives the index of the first element.
        start: FunctionCall,
        /// Gives the index behind the last one.
        end: FunctionCall,
    },
    /// The runs of a list in memory whose elements fulfil a condition:
    /// `{"continuous_subseqs": "is_even"}`.
    ContinuousSubseqs(FunctionCall),
    /// The elements of a list in memory from which a path leads anywhere, as one list:
    /// `{"filtered_list": [{"filter_greater_than": 2}]}`.
    FilteredList(DataPath),
    /// The entries of some keys: `{"sub_map": [1, 2]}`.
    SubMap(Vec<Datum>),
    /// Some elements of a set: `{"subset": [1, 2]}`.
    Subset(Vec<Datum>),
    /// A range of a map: `{"sorted_map_range": {"from": 1, "to": 5}}`.
    SortedMapRange {
        /// The first key.
        from: Datum,
        /// The key at the end.
        to: Datum,
        /// Whether the first key belongs to it; if not said, it does.
        #[serde(default = "yes")]
        inclusive_start: bool,
        /// Whether the key at the end belongs to it; if not said, it does not.
        #[serde(default)]
        inclusive_end: bool,
    },
    /// A range of a map from a key on: `{"sorted_map_range_from": {"from": 3, "max_amt": 10}}`.
    SortedMapRangeFrom {
        /// The first key.
        from: Datum,
        /// Whether it belongs to the range; if not said, it does.
        #[serde(default = "yes")]
        inclusive: bool,
        /// So many entries at most, the first ones.
        #[serde(default)]
        max_amt: Option<u64>,
    },
    /// A range of a map up to a key: `{"sorted_map_range_to": {"to": 3, "inclusive": true}}`.
    SortedMapRangeTo {
        /// The key at the end.
        to: Datum,
        /// Whether it belongs to the range; if not said, it does not.
        #[serde(default)]
        inclusive: bool,
        /// So many entries at most, the last ones.
        #[serde(default)]
        max_amt: Option<u64>,
    },
    /// The first entries of a map: `{"sorted_map_range_from_start": 10}`.
    SortedMapRangeFromStart(u64),
    /// The last entries of a map: `{"sorted_map_range_to_end": 10}`.
    SortedMapRangeToEnd(u64),
    /// A range of a set, as [`SortedMapRange`](Self::SortedMapRange).
    SortedSetRange {
        /// The first element.
        from: Datum,
        /// The element at the end.
        to: Datum,
        /// Whether the first element belongs to it; if not said, it does.
        #[serde(default = "yes")]
        inclusive_start: bool,
        /// Whether the element at the end belongs to it; if not said, it does not.
        #[serde(default)]
        inclusive_end: bool,
    },
    /// A range of a set, as [`SortedMapRangeFrom`](Self::SortedMapRangeFrom).
    SortedSetRangeFrom {
        /// The first element.
        from: Datum,
        /// Whether it belongs to the range; if not said, it does.
        #[serde(default = "yes")]
        inclusive: bool,
        /// So many elements at most, the first ones.
        #[serde(default)]
        max_amt: Option<u64>,
    },
    /// A range of a set, as [`SortedMapRangeTo`](Self::SortedMapRangeTo).
    SortedSetRangeTo {
        /// The element at the end.
        to: Datum,
        /// Whether it belongs to the range; if not said, it does not.
        #[serde(default)]
        inclusive: bool,
        /// So many elements at most, the last ones.
        #[serde(default)]
        max_amt: Option<u64>,
    },
    /// The first elements of a set: `{"sorted_set_range_from_start": 10}`.
    SortedSetRangeFromStart(u64),
    /// The last elements of a set: `{"sorted_set_range_to_end": 10}`.
    SortedSetRangeToEnd(u64),
    /// The number of elements: `"count"`.
    Count,
    /// The value, if a function says so: `{"filter_pred": "is_even"}`.
    FilterPred(FunctionCall),
    /// The value, if it is this one: `{"filter_equal": 3}`.
    FilterEqual(Datum),
    /// The value, if it is another one.
    FilterNotEqual(Datum),
    /// The value, if it is less.
    FilterLessThan(Datum),
    /// The value, if it is not greater.
    FilterLessThanOrEqual(Datum),
    /// The value, if it is greater.
    FilterGreaterThan(Datum),
    /// The value, if it is not less.
    FilterGreaterThanOrEqual(Datum),
    /// The place itself, if a path from there leads anywhere:
    /// `{"filter_selected": [{"must": "red"}]}`.
    FilterSelected(DataPath),
    /// The place itself, if a path from there leads nowhere.
    FilterNotSelected(DataPath),
    /// The value, or another one where it is absent or null: `{"nil_to_val": 0}`.
    NilToVal(Datum),
    /// The list, or an empty one.
    NilToList,
    /// The set, or an empty one.
    NilToSet,
    /// The map, or an empty one.
    NilToMap,
    /// What a function makes of the value: `{"view": "double"}`.
    View(FunctionCall),
    /// What a path that ends with a write makes of the value:
    /// `{"transformed": ["all", {"term": "double"}]}`.
    Transformed(DataPath),
    /// All that a path leads to, as one list: `{"subselect": ["all"]}`.
    Subselect(DataPath),
    /// One path or another: `{"if_path": {"if": […], "then": […], "else": […]}}`.
    IfPath {
        /// Whether this leads anywhere decides.
        #[serde(rename = "if")]
        condition: DataPath,
        /// Where it goes on then.
        then: DataPath,
        /// Where it goes on if not; nowhere, if not said.
        #[serde(rename = "else", default)]
        otherwise: Option<DataPath>,
    },
    /// The first path whose condition leads anywhere: `{"cond_path": [{"if": […], "then": […]}]}`.
    CondPath(Vec<Case>),
    /// Several paths, one after the other: `{"multi_path": [[…], […]]}`.
    MultiPath(Vec<DataPath>),
    /// The place itself.
    Stay,
    /// Nowhere.
    Stop,
    /// Where a path leads to, and then the place itself.
    ContinueThenStay(DataPath),
    /// The place itself, and then where a path leads to.
    StayThenContinue(DataPath),
    /// The one place that the path up to here leads to, else an error.
    One,
    /// The place itself, with all that a path selects beside it: `{"collect": ["map_keys"]}`.
    Collect(DataPath),
    /// The place itself, with the one value that a path selects beside it.
    CollectOne(DataPath),
    /// The place itself, with this value beside it: `{"put_collected": "x"}`.
    PutCollected(Datum),
    /// The place itself, if a function of the list of collected values says so.
    IsCollected(FunctionCall),
    /// The place itself, with nothing beside it.
    Dispense,
    /// At the end of the path of [`Transformed`](Self::Transformed): what a function makes of the
    /// value, or of the list of what is collected and the value.
    Term(FunctionCall),
    /// At the end of such a path: this value.
    Termval(Datum),
    /// At the end of such a path: the element is removed.
    None,
    /// At the end of such a path: several writes, one after the other.
    MultiTransform(Vec<DataPath>),
}

/// A case of [`Step::CondPath`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    /// Whether this leads anywhere decides.
    #[serde(rename = "if")]
    pub(crate) condition: DataPath,
    /// Where it goes on then.
    pub(crate) then: DataPath,
}

fn yes() -> bool {
    true
}

impl Step {
    /// The navigator's name.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Step::Key(_) => "key",
            Step::Must(_) => "must",
            Step::Field(_) => "field",
            Step::Some => "some",
            Step::Nth(_) => "nth",
            Step::First => "first",
            Step::Last => "last",
            Step::Index(_) => "index",
            Step::IndexedVals => "indexed_vals",
            Step::All => "all",
            Step::MapVals => "map_vals",
            Step::MapKeys => "map_keys",
            Step::MapKey(_) => "map_key",
            Step::SetElem(_) => "set_elem",
            Step::BeforeElem => "before_elem",
            Step::AfterElem => "after_elem",
            Step::BeforeIndex(_) => "before_index",
            Step::NoneElem => "none_elem",
            Step::Beginning => "beginning",
            Step::End => "end",
            Step::Sublist { .. } => "sublist",
            Step::SublistDynamic { .. } => "sublist_dynamic",
            Step::ContinuousSubseqs(_) => "continuous_subseqs",
            Step::FilteredList(_) => "filtered_list",
            Step::SubMap(_) => "sub_map",
            Step::Subset(_) => "subset",
            Step::SortedMapRange { .. } => "sorted_map_range",
            Step::SortedMapRangeFrom { .. } => "sorted_map_range_from",
            Step::SortedMapRangeTo { .. } => "sorted_map_range_to",
            Step::SortedMapRangeFromStart(_) => "sorted_map_range_from_start",
            Step::SortedMapRangeToEnd(_) => "sorted_map_range_to_end",
            Step::SortedSetRange { .. } => "sorted_set_range",
            Step::SortedSetRangeFrom { .. } => "sorted_set_range_from",
            Step::SortedSetRangeTo { .. } => "sorted_set_range_to",
            Step::SortedSetRangeFromStart(_) => "sorted_set_range_from_start",
            Step::SortedSetRangeToEnd(_) => "sorted_set_range_to_end",
            Step::Count => "count",
            Step::FilterPred(_) => "filter_pred",
            Step::FilterEqual(_) => "filter_equal",
            Step::FilterNotEqual(_) => "filter_not_equal",
            Step::FilterLessThan(_) => "filter_less_than",
            Step::FilterLessThanOrEqual(_) => "filter_less_than_or_equal",
            Step::FilterGreaterThan(_) => "filter_greater_than",
            Step::FilterGreaterThanOrEqual(_) => "filter_greater_than_or_equal",
            Step::FilterSelected(_) => "filter_selected",
            Step::FilterNotSelected(_) => "filter_not_selected",
            Step::NilToVal(_) => "nil_to_val",
            Step::NilToList => "nil_to_list",
            Step::NilToSet => "nil_to_set",
            Step::NilToMap => "nil_to_map",
            Step::View(_) => "view",
            Step::Transformed(_) => "transformed",
            Step::Subselect(_) => "subselect",
            Step::IfPath { .. } => "if_path",
            Step::CondPath(_) => "cond_path",
            Step::MultiPath(_) => "multi_path",
            Step::Stay => "stay",
            Step::Stop => "stop",
            Step::ContinueThenStay(_) => "continue_then_stay",
            Step::StayThenContinue(_) => "stay_then_continue",
            Step::One => "one",
            Step::Collect(_) => "collect",
            Step::CollectOne(_) => "collect_one",
            Step::PutCollected(_) => "put_collected",
            Step::IsCollected(_) => "is_collected",
            Step::Dispense => "dispense",
            Step::Term(_) => "term",
            Step::Termval(_) => "termval",
            Step::None => "none",
            Step::MultiTransform(_) => "multi_transform",
        }
    }

    /// The paths within it, in their order.
    pub(super) fn paths(&self) -> Vec<&DataPath> {
        match self {
            Step::FilteredList(path)
            | Step::FilterSelected(path)
            | Step::FilterNotSelected(path)
            | Step::Transformed(path)
            | Step::Subselect(path)
            | Step::ContinueThenStay(path)
            | Step::StayThenContinue(path)
            | Step::Collect(path)
            | Step::CollectOne(path) => vec![path],
            Step::IfPath { condition, then, otherwise } => {
                [condition, then].into_iter().chain(otherwise).collect()
            }
            Step::CondPath(cases) => {
                cases.iter().flat_map(|case| [&case.condition, &case.then]).collect()
            }
            Step::MultiPath(paths) | Step::MultiTransform(paths) => paths.iter().collect(),
            _ => Vec::new(),
        }
    }
}
