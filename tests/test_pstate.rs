//! `rama::testing`: PStates without a cluster, and keys by task.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeMap;

use rama::aggregate::sum;
use rama::testing::{TestPState, keys_on_task, keys_on_task_among};
use rama::{PMap, PVec};

type Posts = PMap<String, PVec<i64>>;

fn posts(pstate: &TestPState<Posts>) -> BTreeMap<String, Vec<i64>> {
    let keys = pstate.select(&pstate.path().map_keys()).unwrap();
    let of = |key: &String| pstate.select(&pstate.path().key(key).all()).unwrap();
    keys.into_iter().map(|key| (key.clone(), of(&key))).collect()
}

#[test]
fn nested_structures_survive_checkpoints_and_reopening() {
    let mut pstate = TestPState::<Posts>::new();
    let mut model: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for round in 0..60_i64 {
        let key = format!("user {}", round % 7);
        if round % 11 == 10 {
            pstate.transform(pstate.path().key(&key).none()).unwrap();
            model.remove(&key);
        } else {
            pstate.transform(pstate.path().key(&key).after_elem().termval(round)).unwrap();
            model.entry(key).or_default().push(round);
        }
        pstate.commit();
        match round % 5 {
            0 => pstate.checkpoint(),
            2 | 3 => pstate.reopen(),
            _ => {}
        }
        assert_eq!(posts(&pstate), model, "round {round}");
    }
}

#[test]
fn a_checkpoint_leaves_what_is_not_committed_and_reopening_loses_it() {
    let mut pstate = TestPState::<i64>::new();
    pstate.aggregate(&pstate.path(), sum(1)).unwrap();
    pstate.commit();
    pstate.aggregate(&pstate.path(), sum(10)).unwrap();
    pstate.checkpoint();
    assert_eq!(pstate.select_one(&pstate.path()).unwrap(), Some(11));
    pstate.reopen();
    assert_eq!(pstate.select_one(&pstate.path()).unwrap(), Some(1));
}

#[test]
fn keys_are_partitioned_over_the_tasks() {
    let mut all: Vec<i64> = (0..8).flat_map(|task| keys_on_task_among(0..1000, task, 8)).collect();
    all.sort_unstable();
    assert_eq!(all, (0..1000).collect::<Vec<i64>>());
    for task in 0..8 {
        let key = keys_on_task(task, 8).nth(3).unwrap();
        assert_eq!(rama::paths::key_hash(&key).task(8) as usize, task);
    }
}

#[test]
#[should_panic(expected = "there are tasks 0 to 3, not 4")]
fn keys_of_a_task_that_is_not_there_are_refused() {
    let _ = keys_on_task(4, 4);
}
