//! Maps of keys to numbers, and maps of maps.

use std::collections::{BTreeMap, HashMap};

use rama::path_of;

use super::data::{COUNT, maps, numbers};
use super::{Options, Outcome, case};

/// The cases of these.
pub fn run(options: &Options) -> Vec<Option<Outcome>> {
    let keys: Vec<i64> = numbers().iter().map(|n| n % (COUNT / 10)).collect();
    let some: Vec<i64> = (0..COUNT / 10).map(|n| n * 7).collect();
    let sorted: BTreeMap<i64, i64> = (0..COUNT).map(|n| (n, n)).collect();
    let map: HashMap<i64, i64> = (0..COUNT).map(|n| (n, n)).collect();
    vec![
        case(
            options,
            "increment each value of maps of maps",
            &maps(),
            |data| {
                let all = path_of::<HashMap<i64, HashMap<i64, i64>>>().map_vals().map_vals();
                all.term(|n| n + 1).transform_in(data).expect("no path fails");
            },
            |data| data.values_mut().flat_map(HashMap::values_mut).for_each(|n| *n += 1),
        ),
        case(
            options,
            "increment one value of maps of maps, by two keys",
            &maps(),
            |data| {
                for key in &keys {
                    let at = path_of::<HashMap<i64, HashMap<i64, i64>>>().key(*key).key(*key);
                    at.nil_to_val(0).term(|n| n + 1).transform_in(data).expect("no path fails");
                }
            },
            |data| {
                for key in &keys {
                    *data.entry(*key).or_default().entry(*key).or_insert(0) += 1;
                }
            },
        ),
        case(
            options,
            "select one value of maps of maps, by two keys",
            &maps(),
            |data| {
                let at = |key| path_of::<HashMap<i64, HashMap<i64, i64>>>().key(key).key(key);
                keys.iter()
                    .filter_map(|key| at(*key).select_one_from(data).expect("no path fails"))
                    .sum::<i64>()
            },
            |data| {
                let at = |key| data.get(key).and_then(|inner| inner.get(key));
                keys.iter().filter_map(|key| at(key).copied()).sum::<i64>()
            },
        ),
        case(
            options,
            "the values between two keys of a sorted map",
            &sorted,
            |data| {
                let range = path_of::<BTreeMap<i64, i64>>().sorted_map_range(1_000, 90_000);
                range.map_vals().select_from(data).expect("no path fails")
            },
            |data| data.range(1_000..90_000).map(|(_, n)| *n).collect::<Vec<_>>(),
        ),
        case(
            options,
            "increment the values between two keys of a sorted map",
            &sorted,
            |data| {
                let range = path_of::<BTreeMap<i64, i64>>().sorted_map_range(1_000, 90_000);
                range.map_vals().term(|n| n + 1).transform_in(data).expect("no path fails");
            },
            |data| data.range_mut(1_000..90_000).for_each(|(_, n)| *n += 1),
        ),
        case(
            options,
            "the values under some keys of a map",
            &map,
            |data| {
                let some = path_of::<HashMap<i64, i64>>().sub_map(some.iter().copied());
                some.map_vals().select_from(data).expect("no path fails")
            },
            |data| some.iter().filter_map(|key| data.get(key).copied()).collect::<Vec<_>>(),
        ),
        case(
            options,
            "increment the values under some keys of a map",
            &map,
            |data| {
                let some = path_of::<HashMap<i64, i64>>().sub_map(some.iter().copied());
                some.map_vals().term(|n| n + 1).transform_in(data).expect("no path fails");
            },
            |data| {
                for key in &some {
                    if let Some(n) = data.get_mut(key) {
                        *n += 1;
                    }
                }
            },
        ),
        case(
            options,
            "increment the values under some keys of a sorted map",
            &sorted,
            |data| {
                let some = path_of::<BTreeMap<i64, i64>>().sub_map(some.iter().copied());
                some.map_vals().term(|n| n + 1).transform_in(data).expect("no path fails");
            },
            |data| {
                for key in &some {
                    if let Some(n) = data.get_mut(key) {
                        *n += 1;
                    }
                }
            },
        ),
        case(
            options,
            "the number of entries between two keys of a sorted map",
            &sorted,
            |data| {
                let range = path_of::<BTreeMap<i64, i64>>().sorted_map_range(1_000, 90_000);
                range.count().select_one_from(data).expect("no path fails")
            },
            |data| data.range(1_000..90_000).count(),
        ),
        case(
            options,
            "the entries between two keys of a sorted map, as one value",
            &sorted,
            |data| {
                let range = path_of::<BTreeMap<i64, i64>>().sorted_map_range(1_000, 90_000);
                range.select_one_from(data).expect("no path fails")
            },
            |data| data.range(1_000..90_000).map(|(k, v)| (*k, *v)).collect::<BTreeMap<_, _>>(),
        ),
        case(
            options,
            "remove the entries between two keys of a sorted map",
            &sorted,
            |data| {
                let range = path_of::<BTreeMap<i64, i64>>().sorted_map_range(1_000, 90_000);
                range.none().transform_in(data).expect("no path fails");
            },
            |data| data.extract_if(1_000..90_000, |_, _| true).for_each(drop),
        ),
        case(
            options,
            "remove the even values of a sorted map",
            &sorted,
            |data| {
                let even = path_of::<BTreeMap<i64, i64>>().map_vals().filter_pred(|n| n % 2 == 0);
                even.none().transform_in(data).expect("no path fails");
            },
            |data| data.retain(|_, n| *n % 2 != 0),
        ),
        case(
            options,
            "remove the even values of a map",
            &map,
            |data| {
                let even = path_of::<HashMap<i64, i64>>().map_vals().filter_pred(|n| n % 2 == 0);
                even.none().transform_in(data).expect("no path fails");
            },
            |data| data.retain(|_, n| *n % 2 != 0),
        ),
        case(
            options,
            "increment the values of the entries of a sorted map (all)",
            &sorted,
            |data| {
                let all = path_of::<BTreeMap<i64, i64>>().all();
                all.term(|(key, n)| (key, n + 1)).transform_in(data).expect("no path fails");
            },
            |data| data.values_mut().for_each(|n| *n += 1),
        ),
        case(
            options,
            "move every entry of a sorted map (all)",
            &sorted,
            |data| {
                let all = path_of::<BTreeMap<i64, i64>>().all();
                all.term(|(key, n)| (key + 1, n + 1)).transform_in(data).expect("no path fails");
            },
            |data| {
                let all = std::mem::take(data).into_iter();
                *data = all.map(|(key, n)| (key + 1, n + 1)).collect();
            },
        ),
        case(
            options,
            "rename every key of a map (map_keys)",
            &map,
            |data| {
                let keys = path_of::<HashMap<i64, i64>>().map_keys();
                keys.term(|key| key + COUNT).transform_in(data).expect("no path fails");
            },
            |data| {
                let all = std::mem::take(data).into_iter();
                *data = all.map(|(key, n)| (key + COUNT, n)).collect();
            },
        ),
        case(
            options,
            "rename some keys of a sorted map (map_keys)",
            &sorted,
            |data| {
                let keys = path_of::<BTreeMap<i64, i64>>().map_keys();
                let some = keys.filter_pred(|key| key % 100 == 0);
                some.term(|key| -key).transform_in(data).expect("no path fails");
            },
            |data| {
                let some: Vec<(i64, i64)> = data.extract_if(.., |key, _| key % 100 == 0).collect();
                data.extend(some.into_iter().map(|(key, n)| (-key, n)));
            },
        ),
        case(
            options,
            "the values at keys that are there (must)",
            &map,
            |data| {
                some.iter()
                    .filter_map(|key| {
                        path_of::<HashMap<i64, i64>>()
                            .must(*key)
                            .select_first_from(data)
                            .expect("no path fails")
                    })
                    .sum::<i64>()
            },
            |data| some.iter().filter_map(|key| data.get(key)).sum::<i64>(),
        ),
        case(
            options,
            "increment the values at keys that are there (must)",
            &map,
            |data| {
                for key in &some {
                    path_of::<HashMap<i64, i64>>()
                        .must(*key)
                        .term(|n| n + 1)
                        .transform_in(data)
                        .expect("no path fails");
                }
            },
            |data| {
                for key in &some {
                    if let Some(n) = data.get_mut(key) {
                        *n += 1;
                    }
                }
            },
        ),
        case(
            options,
            "put new keys (key, nil_to_val)",
            &map,
            |data| {
                for key in &some {
                    path_of::<HashMap<i64, i64>>()
                        .key(-*key)
                        .nil_to_val(3)
                        .term(|n| n + 1)
                        .transform_in(data)
                        .expect("no path fails");
                }
            },
            |data| {
                for key in &some {
                    *data.entry(-*key).or_insert(3) += 1;
                }
            },
        ),
        case(
            options,
            "remove keys (key, none)",
            &map,
            |data| {
                for key in &some {
                    path_of::<HashMap<i64, i64>>()
                        .key(*key)
                        .none()
                        .transform_in(data)
                        .expect("no path fails");
                }
            },
            |data| {
                for key in &some {
                    data.remove(key);
                }
            },
        ),
        case(
            options,
            "all values of a sorted map (map_vals)",
            &sorted,
            |data| {
                path_of::<BTreeMap<i64, i64>>().map_vals().select_from(data).expect("no path fails")
            },
            |data| data.values().copied().collect::<Vec<_>>(),
        ),
        case(
            options,
            "increment all values of a sorted map (map_vals)",
            &sorted,
            |data| {
                path_of::<BTreeMap<i64, i64>>()
                    .map_vals()
                    .term(|n| n + 1)
                    .transform_in(data)
                    .expect("no path fails");
            },
            |data| {
                data.values_mut().for_each(|n| *n += 1);
            },
        ),
        case(
            options,
            "all keys of a map (map_keys)",
            &map,
            |data| {
                path_of::<HashMap<i64, i64>>().map_keys().select_from(data).expect("no path fails")
            },
            |data| data.keys().copied().collect::<Vec<_>>(),
        ),
        case(
            options,
            "rename keys one by one (map_key)",
            &map,
            |data| {
                for key in &some {
                    path_of::<HashMap<i64, i64>>()
                        .map_key(*key)
                        .term(|key| -key)
                        .transform_in(data)
                        .expect("no path fails");
                }
            },
            |data| {
                for key in &some {
                    if let Some(n) = data.remove(key) {
                        data.insert(-*key, n);
                    }
                }
            },
        ),
        case(
            options,
            "the entries of a map (all)",
            &map,
            |data| path_of::<HashMap<i64, i64>>().all().select_from(data).expect("no path fails"),
            |data| data.iter().map(|(k, v)| (*k, *v)).collect::<Vec<_>>(),
        ),
        case(
            options,
            "the first entries of a sorted map (from start)",
            &sorted,
            |data| {
                path_of::<BTreeMap<i64, i64>>()
                    .sorted_map_range_from_start(50_000)
                    .map_vals()
                    .select_from(data)
                    .expect("no path fails")
            },
            |data| data.values().take(50_000).copied().collect::<Vec<_>>(),
        ),
    ]
}
