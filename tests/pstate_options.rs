//! The options of PStates: `global`, `private`, `initial` and `key_partitioner`, on clusters of
//! several sizes, on threads and simulated, and over what is on disk.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "common/forms.rs"]
mod forms;

use std::collections::BTreeMap;
use std::sync::Arc;

use forms::{on_clusters, process, rows};
use rama::disk::MemDisk;
use rama::{InProcessCluster, LaunchError, ManifestError, Module, PMap, SelectError};
use rama::{dataflow, defmodule, sources};

/// Keys by tens, in turn over the partitions.
pub fn by_tens(partitions: usize, key: &i64) -> usize {
    (*key as usize / 10) % partitions
}

/// One partition too far for keys from 50 on.
fn beyond(partitions: usize, key: &i64) -> usize {
    if *key < 50 { 0 } else { partitions }
}

dataflow! {
    /// Reads and counts in PStates that it is given, whatever they were declared with.
    ramaop count_in($$counts: PMap<i64, i64>, $$sums: PMap<i64, i64>, *n: i64) :> Option<i64> {
        select> $$sums.key(*n) :> *sum;
        |path($$counts.key(*n));
        +compound $$counts { *n => +count() };
        :> *sum;
    }
}

defmodule! {
    pub module Options {
        depot *numbers: i64, random;
        depot *others: i64, random;
        microbatch topo {
            pstate $$total: i64, global, initial(1_000);
            pstate $$names: PMap<i64, i64>, global;
            pstate $$tens: PMap<i64, i64>, key_partitioner(by_tens);
            pstate $$passed: PMap<i64, i64>, key_partitioner(crate::by_tens), private;
            pstate $$local: i64, initial(100 - 1);
            pstate $$seen: PMap<(usize, i64), i64>;
            pstate $$selected: PMap<i64, (usize, i64)>;
            sources! {
                source> *numbers :> %mb;
                %mb() :> *n;
                anchor> <start>;

                |global;
                local_transform> $$total.term(|sum| sum + *n);
                local_transform> $$names.key(*n).termval(-*n);

                // On its own task, by the function.
                hook> <start>;
                |path($$tens.key(*n));
                local_transform> $$tens.key(*n).termval(*n * 2);
                %current_task_id() :> *task;
                +compound $$seen { (*task, *n) => +count() };
                select> $$tens.key(*n) :> *twice;
                select> $$names.must(*n) :> *negative;
                %current_task_id() :> *task;
                assert> *task == 0 && *negative == -*n && *twice == Some(*n * 2);
                local_select> $$names.count() :> *names;
                |hash(*n);
                local_transform> $$selected.key(*n).termval((*names.min(1), *negative));

                hook> <start>;
                |path($$tens.key(*n));
                %count_in($$passed, $$tens, *n) :> _;

                hook> <start>;
                |path($$total);
                %current_task_id() :> *task;
                assert> *task == 0;
            }
            sources: in_a_file;
        }
    }
}

sources! {
    pub in_a_file in Options::topo {
        source> *others :> %mb;
        %mb() :> *n;
        |all;
        local_transform> $$local.term(|curr| curr + *n);
        select> $$total :> *total;
        assert> *total >= Some(1_000);
    }
}

fn run(cluster: &InProcessCluster, tasks: usize, threads: usize) {
    process(cluster, Options, (tasks, threads), Options::numbers, Options::topo, 0..40_i64);
    for n in 0..10 {
        cluster.depot(Options::others).append_with(n, rama::AckLevel::None).unwrap();
    }
    cluster.wait_for_microbatch_processed_count(Options::topo, 50).unwrap();
}

#[test]
fn a_global_pstate_is_on_task_0_and_read_without_a_key() {
    on_clusters(|cluster, tasks, threads| {
        run(cluster, tasks, threads);
        let total = cluster.pstate(Options::total);
        assert_eq!(total.num_partitions().unwrap(), 1);
        assert_eq!(total.select_one(|p| p).unwrap(), Some(1_000 + (0..40).sum::<i64>()));
        let names = cluster.pstate(Options::names);
        assert_eq!(names.select_one(|p| p.count()).unwrap(), 40);
        assert_eq!(names.select_one(|p| p.key(7)).unwrap(), Some(-7));
        assert_eq!(names.at_key(&9_i64).select_one(|p| p.count()).unwrap(), 40);
        let error = names.at_task(1).select_one(|p| p.count()).unwrap_err();
        assert!(matches!(error, SelectError::NoSuchTask { task: 1, tasks: 1, .. }), "{error}");
        let selected = forms::all(cluster, Options::selected);
        assert!((0..40).all(|n| selected[&n] == (1, -n)), "{selected:?}");
    });
}

#[test]
fn a_partitioner_of_the_users_places_keys() {
    on_clusters(|cluster, tasks, threads| {
        run(cluster, tasks, threads);
        let expected: BTreeMap<(usize, i64), i64> =
            (0..40).map(|n| ((by_tens(tasks, &n), n), n * 2)).collect();
        assert_eq!(rows(cluster, Options::tens), expected);
        let tens = cluster.pstate(Options::tens);
        for n in 0..40 {
            assert_eq!(tens.select_one(|p| p.key(n)).unwrap(), Some(n * 2));
            assert_eq!(tens.at_key(&n).select(|p| p.must(n)).unwrap(), [n * 2]);
        }
        let seen: Vec<(usize, i64)> =
            rows(cluster, Options::seen).into_keys().map(|(_, seen)| seen).collect();
        assert!(seen.iter().all(|(task, n)| *task == by_tens(tasks, n)), "{seen:?}");
        // `+compound $$seen` is by another key, on purpose.
        let accesses = cluster.misaligned_accesses();
        assert!(accesses.iter().all(|access| access.pstate == "seen"), "{accesses:?}");
    });
}

mod initial {
    use super::*;

    defmodule! {
        pub module Initial {
            depot *numbers: i64, global;
            microbatch topo {
                pstate $$value: i64, initial(7);
                pstate $$read: PMap<i64, Option<i64>>;
                sources! {
                    source> *numbers :> %mb;
                    %mb() :> *n;
                    <<if *n % 3 == 2 {
                        local_clear> $$value;
                    } else <<if *n > 0 {
                        local_transform> $$value.nil_to_val(500).term(|value| value + *n);
                    }
                    local_select> $$value :> *now;
                    |hash(*n);
                    local_transform> $$read.key(*n).termval(*now);
                }
            }
        }
    }
}

#[test]
fn an_initial_value_is_there_until_written_and_again_when_cleared() {
    use initial::Initial;
    on_clusters(|cluster, tasks, threads| {
        process(cluster, Initial, (tasks, threads), Initial::numbers, Initial::topo, 0..6);
        let read: Vec<Option<i64>> = forms::all(cluster, Initial::read).into_values().collect();
        assert_eq!(read, [7, 8, 7, 10, 14, 7].map(Some));
        let value = cluster.pstate(Initial::value);
        for task in 0..tasks {
            assert_eq!(value.at_task(task).select_one(|p| p).unwrap(), Some(7));
        }
    });
}

#[test]
fn values_of_all_tasks_begin_with_the_initial_one() {
    on_clusters(|cluster, tasks, threads| {
        run(cluster, tasks, threads);
        let local = cluster.pstate(Options::local);
        for task in 0..tasks {
            let value = local.at_task(task).select_one(|p| p).unwrap();
            assert_eq!(value, Some(99 + (0..10).sum::<i64>()));
        }
        let error = local.select_one(|p| p);
        assert_eq!(error.is_err(), tasks > 1, "{error:?}");
    });
}

#[test]
fn a_private_pstate_is_closed_to_clients_also_by_its_plain_handle() {
    let cluster = InProcessCluster::temporary().unwrap();
    run(&cluster, 2, 1);
    let passed = cluster.pstate(Options::passed.in_module());
    let error = passed.select_one(|p| p.key(1)).unwrap_err();
    assert!(matches!(error, SelectError::Private { pstate: "passed" }), "{error}");
    assert_eq!(
        error.to_string(),
        "PState $$passed is private: only topologies of its module read it"
    );
}

mod out_of_range {
    use super::*;

    defmodule! {
        pub module OutOfRange {
            depot *numbers: i64, random;
            microbatch topo {
                pstate $$few: PMap<i64, i64>, key_partitioner(beyond);
                sources! {
                    source> *numbers :> %mb;
                    %mb() :> *n;
                    select> $$few.key(*n) :> _;
                    local_transform> $$few.key(*n).termval(*n);
                }
            }
        }
    }
}

#[test]
fn a_partition_that_is_not_there_fails_the_attempt_and_the_select() {
    use out_of_range::OutOfRange;
    let cluster = InProcessCluster::temporary().unwrap();
    process(&cluster, OutOfRange, (4, 2), OutOfRange::numbers, OutOfRange::topo, [1, 49]);
    let few = cluster.pstate(OutOfRange::few);
    assert_eq!(few.select_one(|p| p.key(49)).unwrap(), Some(49));
    let error = few.select_one(|p| p.key(50)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`beyond` chose partition 4 of $$few, which has partitions 0 to 3"
    );
    cluster.depot(OutOfRange::numbers).append_with(50, rama::AckLevel::None).unwrap();
    let failure = loop {
        let status = cluster.microbatch_status(OutOfRange::topo).unwrap();
        if let Some(failure) = status.last_failure {
            break failure;
        }
        std::thread::yield_now();
    };
    let text = format!("{failure:?}");
    assert!(text.contains("`beyond` chose partition 4 of $$few"), "{text}");
}

mod misaligned {
    use super::*;

    defmodule! {
        pub module Misaligned {
            depot *numbers: i64, random;
            microbatch topo {
                pstate $$all: PMap<i64, i64>, global;
                pstate $$tens: PMap<i64, i64>, key_partitioner(by_tens);
                sources! {
                    source> *numbers :> %mb;
                    %mb() :> *n;
                    |all;
                    local_select> $$all.count() :> _;
                    #[unaligned]
                    local_select> $$all.key(*n) :> _;
                    local_select> $$tens.key(*n) :> _;
                }
            }
        }
    }
}

#[test]
fn accesses_beside_the_options_are_misaligned() {
    use misaligned::Misaligned;
    for tasks in [1, 2, 8] {
        let cluster = InProcessCluster::builder().check_alignment(true).build().unwrap();
        process(&cluster, Misaligned, (tasks, 1), Misaligned::numbers, Misaligned::topo, 0..20_i64);
        let found: Vec<(&str, u64)> = cluster
            .misaligned_accesses()
            .iter()
            .map(|access| (access.pstate, access.count))
            .collect();
        let apart = 20 * (tasks as u64 - 1);
        let expected = [("all", apart), ("tens", apart)];
        assert_eq!(found, if tasks == 1 { &[][..] } else { &expected }, "{tasks} tasks");
    }
}

/// Modules of one name that differ in the placement of their PState.
macro_rules! placed {
    ($($place:ident: $schema:ty $(, $option:ident $(($argument:path))?)*;)*) => {$(
        mod $place {
            use super::*;
            defmodule! {
                #[name = "Placed"]
                pub module Placed {
                    depot *numbers: i64, random;
                    microbatch topo {
                        pstate $value: $schema $(, $option $(($argument))?)*;
                        sources! {
                            source> *numbers :> %mb;
                            %mb() :> *n;
                            |path($value.key(*n));
                            local_transform> $value.key(*n).termval(*n);
                        }
                    }
                }
            }
        }
    )*};
}

placed! {
    hashed: PMap<i64, i64>;
    global: PMap<i64, i64>, global;
    hidden: PMap<i64, i64>, global, private;
    by_function: PMap<i64, i64>, key_partitioner(crate::by_tens);
    by_another: PMap<i64, i64>, key_partitioner(beyond);
}

fn launch<M: Module>(disk: &MemDisk, module: M) -> Result<InProcessCluster, LaunchError> {
    let disk = Arc::new(disk.clone());
    let cluster =
        InProcessCluster::builder().disk(disk).data_dir("/data").simulated(1).build().unwrap();
    cluster.launch(module, 4, 1).map(|()| cluster)
}

#[test]
fn placement_is_kept_in_the_data_directory() {
    let disk = MemDisk::new();
    let cluster = launch(&disk, global::Placed).unwrap();
    for n in 0..20 {
        cluster.depot(global::Placed::numbers).append(n).unwrap();
    }
    cluster.wait_for_microbatch_processed_count(global::Placed::topo, 20).unwrap();
    cluster.close().unwrap();

    let refused = |result: Result<InProcessCluster, LaunchError>, what: &str| {
        let error = result.map(|_| ()).unwrap_err();
        let LaunchError::Directory(ManifestError::Changed { change, .. }) = &error else {
            panic!("{error:?}");
        };
        assert!(change.contains(what), "{change}");
    };
    refused(launch(&disk, hashed::Placed), "stored as PMap<i64, i64>, global, owned by");
    refused(launch(&disk, by_function::Placed), "key_partitioner(by_tens), owned by");

    // Who may read it is not of the data.
    launch(&disk, hidden::Placed).unwrap().close().unwrap();
    let cluster = launch(&disk, global::Placed).unwrap();
    let value = cluster.pstate(global::Placed::value);
    assert_eq!(value.select_one(|p| p.count()).unwrap(), 20);
    cluster.close().unwrap();

    let disk = MemDisk::new();
    launch(&disk, by_function::Placed).unwrap().close().unwrap();
    refused(
        launch(&disk, by_another::Placed),
        "declared as PMap<i64, i64>, key_partitioner(beyond)",
    );
    refused(launch(&disk, global::Placed), "key_partitioner(by_tens)");
    launch(&disk, by_function::Placed).unwrap().close().unwrap();
}

#[test]
fn the_graph_shows_options() {
    let graph = Options::graph().to_string();
    let lines: Vec<&str> = graph.lines().collect();
    assert_eq!(
        lines[..6],
        [
            "topology topo",
            "  $$total: i64, global, initial(1_000)",
            "  $$names: PMap<i64, i64>, global",
            "  $$tens: PMap<i64, i64>, key_partitioner(by_tens)",
            "  $$passed: PMap<i64, i64>, key_partitioner(crate::by_tens), private",
            "  $$local: i64, initial(100 - 1)",
        ]
    );
}
