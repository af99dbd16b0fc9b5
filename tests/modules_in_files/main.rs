//! Modules over several files, computed names, and the forms that have to do with tasks and time.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "../common/forms.rs"]
mod forms;

mod deposits;

use std::collections::BTreeMap;

use forms::{all, on_clusters, process, rows};
use rama::{Module, PMap, Record, defmodule};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub struct Deposit {
    pub user: i64,
    pub amount: i64,
}

defmodule! {
    #[name = concat!("Ledger", "-", "v1")]
    pub module Ledger {
        #[name = "incoming"]
        depot *deposits: Deposit, hash_by(.user);
        depot *single: i64, global;

        microbatch accounts {
            #[name = concat!("funds", 1)]
            pstate $$funds: PMap<i64, i64>;
            pstate $$shuffled: PMap<i64, i64>;

            sources: deposits::deposits;
            sources! {
                source> *single :> %mb;
                %mb() :> *user;
                |path($$funds.key(*user));
                +compound $$funds { *user => +sum(1_000) };
            }
        }

        microbatch places {
            pstate $$copies: PMap<(String, usize), i64>;
            pstate $$cleared: PMap<i64, i64>;

            sources! {
                source> *deposits :> %mb;
                %mb() :> Deposit { *user, *amount };
                anchor> <start>;

                |all($$copies);
                %current_task_id() :> *task;
                +compound $$copies { ("all".to_owned(), *task) => +count() };

                hook> <start>;
                |custom(nth, *user);
                %current_task_id() :> *task;
                +compound $$copies { ("custom".to_owned(), *task) => +count() };

                hook> <start>;
                |custom($$copies, nth, *user + 1);
                %current_task_id() :> *task;
                +compound $$copies { ("custom in".to_owned(), *task) => +count() };

                hook> <start>;
                |all(*single);
                %current_task_id() :> *task;
                +compound $$copies { ("single".to_owned(), *task) => +count() };

                hook> <start>;
                |hash(*deposits, *user);
                %current_task_id() :> *first;
                |hash($$copies, *user);
                %current_task_id() :> *second;
                |direct(*deposits, *first);
                %current_task_id() :> *third;
                assert> *first == *second && *second == *third, "{first} {second} {third}";
                yield_if_overtime>;
                |global(*single);
                assert> %current_task_id() == 0;
                assert> %current_microbatch_id() > 0;
                %module_instance_info() :> *info;
                assert> *info.module_name == "Ledger-v1";
                %random_uuid7() :> *id;
                %current_random_source() :> *random;
                *random.range(0..10_i64) :> *drawn;
                assert> (0..10).contains(&*drawn) && *id.get_version_num() == 7;
                local_transform> $$cleared.key(*user).termval(*amount);
                local_select> $$cleared.count() :> *count;
                assert> *count == 1;
                local_clear> $$cleared;

                hook> <start>;
                |hash(*user);
                %explode(0..3) :> *i;
                yielding_select> $$copies.all() :> (*key, *n);
                filter> *n < 0 || *i < 0;
                throw> "never: {:?}", *key;
            }
        }
    }
}

fn nth(tasks: usize, user: i64) -> usize {
    usize::try_from(user).unwrap() % tasks
}

fn records() -> Vec<Deposit> {
    (0..24).map(|n| Deposit { user: n % 6, amount: n }).collect()
}

#[test]
fn sources_in_other_files_are_part_of_the_topology() {
    assert_eq!(Ledger::NAME, "Ledger-v1");
    assert_eq!((Ledger::deposits.name(), Ledger::funds.name()), ("incoming", "funds1"));
    on_clusters(|cluster, tasks, threads| {
        let (depot, topology) = (Ledger::deposits, Ledger::accounts);
        process(cluster, Ledger, (tasks, threads), depot, topology, records());
        cluster.depot(Ledger::single).append(3).unwrap();
        cluster.wait_for_microbatch_processed_count(Ledger::accounts, 25).unwrap();
        let mut funds: BTreeMap<i64, i64> = BTreeMap::new();
        for Deposit { user, amount } in records() {
            *funds.entry(user).or_default() += amount;
        }
        *funds.entry(3).or_default() += 1_000;
        assert_eq!(all(cluster, Ledger::funds), funds);
        let shuffled = rows(cluster, Ledger::shuffled);
        assert_eq!(shuffled.values().sum::<i64>(), 24);
        let tasks_used: std::collections::BTreeSet<usize> =
            shuffled.keys().map(|(task, _)| *task).collect();
        assert!(tasks_used.len() >= tasks.min(4), "{tasks_used:?}");
    });
}

#[test]
fn partitioners_go_where_they_say() {
    on_clusters(|cluster, tasks, threads| {
        let (depot, topology) = (Ledger::deposits, Ledger::places);
        process(cluster, Ledger, (tasks, threads), depot, topology, records());
        let mut expected: BTreeMap<(usize, (String, usize)), i64> = BTreeMap::new();
        for Deposit { user, .. } in records() {
            let user = usize::try_from(user).unwrap();
            for task in 0..tasks {
                *expected.entry((task, ("all".into(), task))).or_default() += 1;
            }
            for (name, task) in
                [("custom", user % tasks), ("custom in", (user + 1) % tasks), ("single", 0)]
            {
                *expected.entry((task, (name.into(), task))).or_default() += 1;
            }
        }
        assert_eq!(rows(cluster, Ledger::copies), expected);
        assert_eq!(rows(cluster, Ledger::cleared), BTreeMap::new());
    });
}

#[test]
fn the_graph_of_a_module_can_be_looked_at() {
    let graph = Ledger::graph();
    let text = graph.to_string();
    assert!(text.contains("|custom(nth, *user)"), "{text}");
    assert!(graph.mermaid().contains("flowchart"), "{}", graph.mermaid());
    assert!(graph.dot().starts_with("digraph"), "{}", graph.dot());
}

#[test]
fn a_module_may_be_a_value_without_a_name() {
    on_clusters(|cluster, tasks, threads| {
        let module = defmodule! {
            module {
                depot *words: String, random;
                microbatch counting {
                    pstate $$counts: PMap<String, i64>;
                    sources! {
                        source> *words :> %mb;
                        %mb() :> *word;
                        |hash(*word);
                        +compound $$counts { *word => +count() };
                    }
                }
            }
        };
        let words = ["a", "b", "a"].map(String::from);
        process(cluster, module, (tasks, threads), module.words, module.counting, words);
        let counts = all(cluster, module.counts);
        assert_eq!(counts, BTreeMap::from([("a".into(), 2), ("b".into(), 1)]));
    });
}
