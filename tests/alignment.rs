//! Keys that are read or written on a task that they do not live on: found in tests, unless a
//! statement means it.
#![allow(missing_docs, clippy::unwrap_used, deprecated)]

#[path = "common/forms.rs"]
mod forms;

use forms::process;
use rama::{InProcessCluster, PMap, defmodule};

defmodule! {
    pub module Placed {
        depot *numbers: i64, random;
        microbatch topo {
            pstate $$right: PMap<i64, i64>;
            pstate $$wrong: PMap<i64, i64>;
            pstate $$meant: PMap<i64, i64>;
            sources! {
                source> *numbers :> %mb;
                %mb() :> *n;
                |hash(*n);
                local_transform> $$right.key(*n).termval(1);
                local_select> $$wrong.key(*n + 1).nil_to_val(0) :> *old;
                +compound $$wrong { *n + 1 => +sum(*old + 1) };
                #[unaligned]
                local_transform> $$meant.key(*n + 1).termval(1);
                select> $$right.key(*n + 1) :> *next;
                filter> *next.is_some();
            }
        }
    }
}

fn misaligned(cluster: &InProcessCluster, tasks: usize) -> Vec<(String, &'static str, u64)> {
    let numbers = 0..40_i64;
    process(cluster, Placed, (tasks, 1), Placed::numbers, Placed::topo, numbers);
    let found = cluster.misaligned_accesses();
    for access in &found {
        assert!(access.location.contains("alignment.rs:"), "{access:?}");
        assert_ne!(access.task, access.home);
    }
    found
        .into_iter()
        .map(|access| (access.statement.to_owned(), access.pstate, access.count))
        .collect()
}

#[test]
fn accesses_on_the_wrong_task_are_found() {
    let home = |n: i64| rama::paths::key_hash(&n).task(8);
    let apart = (0..40).filter(|n| home(*n) != home(*n + 1)).count() as u64;
    assert!(apart > 20);
    let cluster = InProcessCluster::temporary().unwrap();
    assert_eq!(
        misaligned(&cluster, 8),
        [
            ("local_select> $$wrong.key(*n + 1).nil_to_val(0) :> *old".into(), "wrong", apart),
            ("+compound $$wrong { *n + 1 => +sum(*old + 1) }".into(), "wrong", apart),
        ]
    );
}

#[test]
fn with_one_task_all_keys_are_at_home() {
    let cluster = InProcessCluster::temporary().unwrap();
    assert_eq!(misaligned(&cluster, 1), []);
}

#[test]
fn the_check_can_be_switched_off() {
    let cluster = InProcessCluster::builder().check_alignment(false).build().unwrap();
    assert_eq!(misaligned(&cluster, 8), []);
}
