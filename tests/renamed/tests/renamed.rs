//! What a crate with another name for rama compiles to, run; its tests are crates of their own, which
//! use the macros, too.
#![deny(warnings, clippy::all, clippy::pedantic)]
#![allow(missing_docs)]

use rama_renamed::{Bank, Deposit, Order, numbers};
use store::{InProcessCluster, PMap, defmodule};

#[test]
fn a_module_with_operations_and_sources_in_files_runs() {
    let cluster = InProcessCluster::temporary().expect("a cluster");
    cluster.launch(Bank, 4, 2).expect("it starts");
    let deposit = Deposit { user: "ann".into(), amount: 1_000 };
    cluster.depot(Bank::deposits).append(deposit).expect("it is appended");
    let (from, to) = ("ann".into(), vec!["bob".into(), "cid".into()]);
    let orders = cluster.depot(Bank::orders);
    orders.append(Order::Share { from, to, amount: 101 }).expect("it is appended");
    orders.append(Order::Fee("bob".into(), 300)).expect("it is appended");
    cluster.wait_for_microbatch_processed_count(Bank::banking, 3).expect("it is processed");
    let accounts = cluster.pstate(Bank::accounts);
    let balance =
        |name: &str| accounts.select_one(|p| p.key(name).field(|f| f.balance)).expect("it is read");
    assert_eq!(balance("ann"), Some(991));
    assert_eq!(balance("cid"), Some(50));
    assert_eq!(balance("bob"), Some(47));
    let partner = |name: &str| {
        accounts.select_one(|p| p.key("ann").field(|f| f.partners).key(name)).expect("it is read")
    };
    assert_eq!((partner("bob"), partner("dan")), (Some(1), None));
    cluster.close().expect("it stops");
}

#[test]
fn a_stand_alone_block_runs() {
    assert_eq!(numbers(2), [(0, 0), (0, 0), (1, 0), (1, 4)]);
}

defmodule! {
    module Misaligned {
        depot *numbers: i64, random;
        microbatch topology {
            pstate $$seen: PMap<i64, i64>;
            sources! {
                source> *numbers :> %batch;
                %batch() :> *n;
                |direct(0);
                #[unaligned]
                local_transform> $$seen.key(*n).termval(0);
                +compound $$seen { *n + 1 => +count() };
            }
        }
    }
}

#[test]
fn accesses_on_the_wrong_task_are_found() {
    let cluster = InProcessCluster::temporary().expect("a cluster");
    cluster.launch(Misaligned, 4, 1).expect("it starts");
    for n in 0..20 {
        cluster.depot(Misaligned::numbers).append(n).expect("it is appended");
    }
    cluster.wait_for_microbatch_processed_count(Misaligned::topology, 20).expect("it is processed");
    let found = cluster.misaligned_accesses();
    assert!(!found.is_empty());
    assert!(found.iter().all(|access| access.location.contains("renamed.rs:")), "{found:?}");
}
