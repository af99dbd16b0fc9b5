//! A stored structure is not read as a whole unless the path asks for it.

use super::super::{DataPath, PathFunctions};
use crate::path::{PStatePath, nav::Root};
use crate::schema::{PMap, PVec};
use crate::store::{Costs, Partition};

type Series = PMap<i64, PMap<i64, i64>>;

fn series() -> Partition<Series> {
    let mut series = Partition::new();
    for at in 0..10_000 {
        let path = PStatePath::<(), Root<Series>>::new().key(7).key(at).termval(at);
        series.transform(path).expect("a write");
    }
    series.apply();
    series
}

/// Reads, seeks and steps.
fn costs(series: &Partition<Series>, path: &DataPath) -> [u64; 3] {
    let (selected, costs) = Costs::of(|| series.select_data(path, &PathFunctions::new()));
    selected.expect("the path can be followed");
    [costs.reads, costs.seeks, costs.steps]
}

#[test]
fn points_ranges_and_sizes() {
    let series = series();
    let at = || DataPath::new().key(7);
    assert_eq!(costs(&series, &at().key(5)), [2, 0, 0]);
    assert_eq!(costs(&series, &at().count()), [1, 0, 0]);
    assert_eq!(costs(&series, &at().sorted_map_range(5_000, 5_100).map_vals()), [1, 1, 100]);
    assert_eq!(costs(&series, &at().sorted_map_range_to_end(50).map_keys()), [1, 1, 50]);
    assert_eq!(costs(&series, &at().sub_map(vec![1, 2, 3]).all()), [4, 0, 0]);
    // Whether a path leads anywhere is known at the first place.
    let any = at().filter_selected(|map| map.map_keys().filter_greater_than(-1)).count();
    assert!(costs(&series, &any)[2] <= 128);
}

#[test]
fn the_last_element_of_a_list() {
    type List = PMap<i64, PVec<i64>>;
    let mut list = Partition::<List>::new();
    for n in 0..1000 {
        let path = PStatePath::<(), Root<List>>::new().key(1).after_elem().termval(n);
        list.transform(path).expect("a write");
    }
    list.apply();
    let path = DataPath::new().key(1).last();
    let (selected, costs) = Costs::of(|| list.select_data(&path, &PathFunctions::new()));
    assert_eq!((selected, costs.reads, costs.steps), (Ok(vec![999.into()]), 2, 0));
}
