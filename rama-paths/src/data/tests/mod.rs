//! Paths as data beside typed paths: the same values at the same cost.

mod costs;
mod errors;
mod fuzz;
mod in_memory;
mod stored;
mod writes;

use serde::Serialize;

use super::{DataPath, DataPathError, Datum, PathFunctions};
use crate::error::PathError;
use crate::path::SelectPath;
use crate::schema::Schema;
use crate::store::{Costs, Partition};

/// The functions that the paths of these tests call.
fn functions() -> PathFunctions {
    PathFunctions::new()
        .with("is_even", |n: i64| n % 2 == 0)
        .with("is_below", |n: i64, other: i64| n < other)
        .with("double", |n: i64| n * 2)
        .with("length", |text: String| text.len())
        .with("half", |list: Vec<i64>| list.len() / 2)
        .with("behind", |list: Vec<i64>, _start: usize| list.len())
        .with("sorted", |mut list: Vec<i64>| {
            list.sort_unstable();
            list
        })
        .with("sum", |(collected, n): (i64, i64)| collected + n)
        .with("first_is_one", |(first,): (i64,)| first == 1)
        .with("turned", |(at, n): (usize, i64)| (6 - at, n))
        .with("counted", |(n, _): (i64, Vec<i64>)| vec![n])
        .with("panics", |n: i64| -> i64 { panic!("no {n}") })
}

/// What is selected, with every value as a datum.
fn as_data<V: Serialize>(values: Result<Vec<V>, PathError>) -> Vec<Datum> {
    let values = values.expect("the typed path can be followed");
    values.iter().map(|value| Datum::of(value).expect("the value is data")).collect()
}

/// The path behind a trip through JSON and one through postcard.
fn travelled(path: &DataPath) -> DataPath {
    let json = serde_json::to_string(path).expect("the path is written");
    let path: DataPath = serde_json::from_str(&json).expect("the path is read");
    let bytes = postcard::to_stdvec(&path).expect("the path is written");
    postcard::from_bytes(&bytes).expect("the path is read")
}

/// Both forms select the same at the same cost, of what is written and of what is committed.
fn assert_same<S, P>(partition: &mut Partition<S>, typed: &P, data: &DataPath, text: &str)
where
    S: Schema,
    P: SelectPath<Schema = S, Value: Serialize>,
{
    let (functions, travelled) = (functions(), travelled(data));
    for is_committed in [false, true] {
        let (expected, cost) = Costs::of(|| partition.select(typed));
        let expected = as_data(expected);
        let (found, cost_of_data) = Costs::of(|| partition.select_data(&travelled, &functions));
        assert_eq!(found.as_ref(), Ok(&expected), "{text}");
        // What leads nowhere whatever there is, as `stop`, is not even looked for by a typed path.
        if !expected.is_empty() {
            assert_eq!(cost_of_data, cost, "{text}");
        }
        partition.apply();
        if is_committed {
            let committed = partition.committed().select_data(data, &functions);
            assert_eq!(committed, Ok(expected), "{text}");
        }
    }
}

/// Cases that are written alike in both forms, or in one and then in the other.
macro_rules! same {
    ($partition:expr, $top:expr; $($rest:tt)*) => {
        same!(@cases $partition, $top; $($rest)*)
    };
    (@cases $partition:expr, $top:expr;) => {};
    (@cases $partition:expr, $top:expr; [$($typed:tt)*] = [$($data:tt)*]; $($rest:tt)*) => {
        $crate::data::tests::assert_same(
            $partition,
            &$top $($typed)*,
            &$crate::data::DataPath::new() $($data)*,
            stringify!($($data)*),
        );
        same!(@cases $partition, $top; $($rest)*);
    };
    (@cases $partition:expr, $top:expr; [$($both:tt)*]; $($rest:tt)*) => {
        same!(@cases $partition, $top; [$($both)*] = [$($both)*]; $($rest)*);
    };
}
pub(super) use fuzz::any_datum;
use same;

/// The error of a path on a partition.
fn failure<S: Schema>(partition: &Partition<S>, path: &DataPath) -> DataPathError {
    partition.select_data(path, &functions()).expect_err("the path cannot be followed")
}
