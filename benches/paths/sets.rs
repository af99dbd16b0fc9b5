//! Sets.

use std::collections::{BTreeSet, HashSet};

use rama::path_of;

use super::data::COUNT;
use super::{Options, Outcome, case};

/// The cases of these.
pub fn run(options: &Options) -> Vec<Option<Outcome>> {
    let some: Vec<i64> = (0..COUNT / 10).map(|n| n * 7).collect();
    let set: BTreeSet<i64> = (0..COUNT).collect();
    let hashed: HashSet<i64> = (0..COUNT).collect();
    vec![
        case(
            options,
            "the elements of a range of a sorted set",
            &set,
            |data| {
                let range = path_of::<BTreeSet<i64>>().sorted_set_range(1_000, 90_000);
                range.all().select_from(data).expect("no path fails")
            },
            |data| data.range(1_000..90_000).copied().collect::<Vec<_>>(),
        ),
        case(
            options,
            "negate the elements of a range of a sorted set",
            &set,
            |data| {
                let range = path_of::<BTreeSet<i64>>().sorted_set_range(1_000, 90_000);
                range.all().term(|n| -n).transform_in(data).expect("no path fails");
            },
            |data| {
                let range: Vec<i64> = data.extract_if(1_000..90_000, |_| true).collect();
                data.extend(range.into_iter().map(|n| -n));
            },
        ),
        case(
            options,
            "which of some elements a set has",
            &hashed,
            |data| {
                let at = |item| path_of::<HashSet<i64>>().set_elem(item);
                some.iter()
                    .filter_map(|item| at(*item).select_first_from(data).expect("no path fails"))
                    .sum::<i64>()
            },
            |data| some.iter().filter_map(|item| data.get(item)).sum::<i64>(),
        ),
        case(
            options,
            "negate some elements of a set",
            &hashed,
            |data| {
                for item in &some {
                    let at = path_of::<HashSet<i64>>().set_elem(*item);
                    at.term(|n| -n).transform_in(data).expect("no path fails");
                }
            },
            |data| {
                for item in &some {
                    if let Some(item) = data.take(item) {
                        data.insert(-item);
                    }
                }
            },
        ),
        case(
            options,
            "elements of a set among some (subset)",
            &hashed,
            |data| {
                path_of::<HashSet<i64>>()
                    .subset(some.iter().copied())
                    .all()
                    .select_from(data)
                    .expect("no path fails")
            },
            |data| some.iter().filter_map(|item| data.get(item).copied()).collect::<Vec<_>>(),
        ),
        case(
            options,
            "put new elements into a set (none_elem)",
            &hashed,
            |data| {
                for item in &some {
                    path_of::<HashSet<i64>>()
                        .none_elem()
                        .termval(-*item)
                        .transform_in(data)
                        .expect("no path fails");
                }
            },
            |data| {
                for item in &some {
                    data.replace(-*item);
                }
            },
        ),
    ]
}
