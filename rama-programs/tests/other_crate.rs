//! Operations of another crate.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeMap;

use rama::{InProcessCluster, PMap, dataflow, defmodule};
use rama_programs::operations::{self, gcd};

defmodule! {
    pub module Sieve {
        depot *lists: Vec<i64>, random;
        microbatch sieving {
            pstate $$sums: PMap<i64, i64>;
            sources! {
                source> *lists :> %mb;
                %mb() :> *list;
                %operations::spread::<i64>(*list) :> *place, *n;
                %operations::sieve(*n, 3) divisible> <yes> *m other> <no> *m, _;
                unify> <yes> <no>;
                %operations::add($$sums, gcd(*m, 12), *place) :> *sum;
                assert> *sum >= *place;
            }
        }
    }
}

#[test]
fn operations_of_another_crate_are_called_by_their_path() {
    assert_eq!((gcd(12, 18), gcd(7, 0)), (6, 7));
    let out = dataflow! {
        %range(1, 7) :> *n;
        %operations::sieve(*n, 3) other>> *m, *rest { :> -*m, *rest; } divisible> <yes> *m;
        hook> <yes>;
        :> *m, 0;
    };
    assert_eq!(out, [(-1, 1), (-2, 2), (3, 0), (-4, 1), (-5, 2), (6, 0)]);
    for tasks in [1, 2, 8] {
        let cluster = InProcessCluster::builder()
            .disk(std::sync::Arc::new(rama::disk::MemDisk::new()))
            .data_dir("/data")
            .simulated(tasks as u64)
            .build()
            .unwrap();
        cluster.launch(Sieve, tasks, 1).unwrap();
        let lists = [vec![4, 6, 9, 12], vec![5, 8]];
        let mut expected: BTreeMap<i64, i64> = BTreeMap::new();
        for (place, n) in lists.iter().flat_map(|list| (0..).zip(list)) {
            *expected.entry(gcd(*n, 12)).or_default() += place;
        }
        for list in lists {
            cluster.depot(Sieve::lists).append(list).unwrap();
        }
        cluster.wait_for_microbatch_processed_count(Sieve::sieving, 2).unwrap();
        let sums = cluster.pstate(Sieve::sums);
        for (key, sum) in expected {
            assert_eq!(sums.select_one(|p| p.key(key)).unwrap(), Some(sum));
        }
    }
}
