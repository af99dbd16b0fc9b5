//! Any path on anything ends with values or with an error, and never with a panic.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::{Case, DataPath, Datum, FunctionCall, Step};
use super::functions;
use crate::path::{PStatePath, nav::Root};
use crate::schema::{PMap, PSet, PVec};
use crate::store::Partition;

pub(in crate::data) fn any_datum() -> impl Strategy<Value = Datum> {
    let leaf = prop_oneof![
        Just(Datum::Null),
        any::<bool>().prop_map(Datum::from),
        (-3_i64..8).prop_map(Datum::from),
        any::<i128>().prop_map(Datum::from),
        any::<u128>().prop_map(Datum::from),
        // Of others serde_json reads the last bit back wrong.
        prop_oneof![Just(f64::NAN), Just(-0.0), any::<i32>().prop_map(|n| f64::from(n) / 4.0)]
            .prop_map(Datum::from),
        "[a-cé]{0,3}".prop_map(Datum::from),
        prop::collection::vec(any::<u8>(), 0..3).prop_map(Datum::Bytes),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Datum::List),
            prop::collection::vec((inner.clone(), inner), 0..4).prop_map(Datum::Map),
        ]
    })
}

fn any_call() -> impl Strategy<Value = FunctionCall> {
    let names: Vec<String> =
        functions().names().filter(|name| *name != "panics").map(Into::into).collect();
    let name = prop_oneof![prop::sample::select(names), Just("unknown".to_owned())];
    (name, prop::collection::vec(any_datum(), 0..2))
        .prop_map(|(name, args)| FunctionCall { name, args })
}

fn flat_step() -> BoxedStrategy<Step> {
    let d = any_datum;
    let most = || prop::option::of(0_u64..4);
    let plain = prop::sample::select(vec![
        Step::Some,
        Step::First,
        Step::Last,
        Step::IndexedVals,
        Step::All,
        Step::MapVals,
        Step::MapKeys,
        Step::BeforeElem,
        Step::AfterElem,
        Step::NoneElem,
        Step::Beginning,
        Step::End,
        Step::Count,
        Step::NilToList,
        Step::NilToSet,
        Step::NilToMap,
        Step::Stay,
        Step::Stop,
        Step::One,
        Step::Dispense,
        Step::None,
    ]);
    let index = prop_oneof![0_u64..5, Just(u64::MAX)];
    let of_datum = prop_oneof![
        d().prop_map(Step::Key),
        d().prop_map(Step::Must),
        d().prop_map(Step::MapKey),
        d().prop_map(Step::SetElem),
        d().prop_map(Step::FilterEqual),
        d().prop_map(Step::FilterNotEqual),
        d().prop_map(Step::FilterLessThan),
        d().prop_map(Step::FilterLessThanOrEqual),
        d().prop_map(Step::FilterGreaterThan),
        d().prop_map(Step::FilterGreaterThanOrEqual),
        d().prop_map(Step::NilToVal),
        d().prop_map(Step::PutCollected),
        d().prop_map(Step::Termval),
        prop::collection::vec(d(), 0..3).prop_map(Step::SubMap),
        prop::collection::vec(d(), 0..3).prop_map(Step::Subset),
    ];
    let of_index = prop_oneof![
        index.clone().prop_map(Step::Nth),
        index.clone().prop_map(Step::Index),
        index.clone().prop_map(Step::BeforeIndex),
        index.clone().prop_map(Step::SortedMapRangeFromStart),
        index.clone().prop_map(Step::SortedMapRangeToEnd),
        index.clone().prop_map(Step::SortedSetRangeFromStart),
        index.clone().prop_map(Step::SortedSetRangeToEnd),
        (index.clone(), index).prop_map(|(start, end)| Step::Sublist { start, end }),
        prop::sample::select(vec!["0", "1", "name", "9"]).prop_map(|name| Step::Field(name.into())),
    ];
    let both = || (d(), d(), any::<bool>(), any::<bool>());
    let one = || (d(), any::<bool>(), most());
    let ranges = prop_oneof![
        both().prop_map(|(from, to, inclusive_start, inclusive_end)| {
            Step::SortedMapRange { from, to, inclusive_start, inclusive_end }
        }),
        both().prop_map(|(from, to, inclusive_start, inclusive_end)| {
            Step::SortedSetRange { from, to, inclusive_start, inclusive_end }
        }),
        one().prop_map(|(from, inclusive, max_amt)| {
            Step::SortedMapRangeFrom { from, inclusive, max_amt }
        }),
        one().prop_map(|(to, inclusive, max_amt)| {
            Step::SortedMapRangeTo { to, inclusive, max_amt }
        }),
        one().prop_map(|(from, inclusive, max_amt)| {
            Step::SortedSetRangeFrom { from, inclusive, max_amt }
        }),
        one().prop_map(|(to, inclusive, max_amt)| {
            Step::SortedSetRangeTo { to, inclusive, max_amt }
        }),
    ];
    let calls = prop_oneof![
        any_call().prop_map(Step::ContinuousSubseqs),
        any_call().prop_map(Step::FilterPred),
        any_call().prop_map(Step::View),
        any_call().prop_map(Step::IsCollected),
        any_call().prop_map(Step::Term),
        (any_call(), any_call()).prop_map(|(start, end)| Step::SublistDynamic { start, end }),
    ];
    prop_oneof![4 => plain, 4 => of_datum, 3 => of_index, 2 => ranges, 2 => calls].boxed()
}

/// A write that may be well formed.
fn ended(path: DataPath, end: Datum) -> DataPath {
    path.step(Step::Termval(end))
}

pub(in crate::data) fn any_path() -> impl Strategy<Value = DataPath> {
    let flat = prop::collection::vec(flat_step(), 0..4).prop_map(DataPath::of);
    flat.prop_recursive(3, 12, 3, |inner| {
        let path = || inner.clone();
        let step = prop_oneof![
            path().prop_map(Step::FilteredList),
            path().prop_map(Step::FilterSelected),
            path().prop_map(Step::FilterNotSelected),
            path().prop_map(Step::Transformed),
            (path(), any_datum()).prop_map(|(path, end)| Step::Transformed(ended(path, end))),
            path().prop_map(Step::Subselect),
            path().prop_map(Step::ContinueThenStay),
            path().prop_map(Step::StayThenContinue),
            path().prop_map(Step::Collect),
            path().prop_map(Step::CollectOne),
            (path(), path(), prop::option::of(path())).prop_map(|(condition, then, otherwise)| {
                Step::IfPath { condition, then, otherwise }
            }),
            prop::collection::vec((path(), path()), 0..3).prop_map(|cases| {
                let case = |(condition, then)| Case { condition, then };
                Step::CondPath(cases.into_iter().map(case).collect())
            }),
            prop::collection::vec(path(), 0..3).prop_map(Step::MultiPath),
            prop::collection::vec(path(), 0..3).prop_map(Step::MultiTransform),
        ];
        prop::collection::vec(prop_oneof![2 => flat_step(), 1 => step], 0..4).prop_map(DataPath::of)
    })
}

type Deep = PMap<i64, PMap<String, PVec<BTreeMap<i64, Vec<i64>>>>>;

fn deep() -> Partition<Deep> {
    let mut deep = Partition::<Deep>::new();
    for (user, name, list) in [(1, "a", vec![1, 2]), (1, "b", vec![]), (2, "a", vec![3])] {
        let path = PStatePath::<(), Root<Deep>>::new().key(user).key(name).after_elem();
        deep.transform(path.termval(BTreeMap::from([(5, list)]))).expect("a write");
    }
    deep
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn on_data(value in any_datum(), path in any_path()) {
        // The outcome is of no interest: that there is one is.
        let _ = path.select_from(&value, &functions());
    }

    #[test]
    fn on_stored_structures(path in any_path()) {
        let set = Partition::<PSet<(bool, Option<String>)>>::new();
        for path in [path.clone(), DataPath::new().key(1).map_vals().stay()] {
            let _ = deep().select_data(&path, &functions());
            let _ = set.select_data(&path, &functions());
        }
    }

    #[test]
    fn behind_a_way_that_fits(path in any_path()) {
        let way = DataPath::new().key(1).map_vals().all().steps().to_vec();
        let whole: Vec<Step> = way.into_iter().chain(path.steps().iter().cloned()).collect();
        let _ = deep().select_data(&DataPath::of(whole), &functions());
    }

    #[test]
    fn paths_travel(path in any_path()) {
        let bytes = postcard::to_stdvec(&path).expect("a path is written");
        let found: DataPath = postcard::from_bytes(&bytes).expect("a path is read");
        // Floats that are no number equal nothing.
        prop_assert_eq!(format!("{:?}", found), format!("{:?}", path));
        let json = serde_json::to_string(&path).expect("a path is written");
        let found: DataPath = serde_json::from_str(&json).expect("a path is read");
        prop_assert_eq!(serde_json::to_string(&found).expect("a path is written"), json);
    }

    #[test]
    fn what_is_no_path_is_an_error(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = postcard::from_bytes::<DataPath>(&bytes);
        let _ = postcard::from_bytes::<Datum>(&bytes);
    }
}
