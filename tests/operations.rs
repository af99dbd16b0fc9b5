//! Operations in topologies: defined elsewhere, with boundaries, with PStates, calling themselves;
//! loops that hop; selects that find their task. On several task counts.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "common/forms.rs"]
mod forms;

use std::collections::BTreeMap;

use forms::{all, on_clusters, process};
use rama::{Op, PMap, Record, dataflow, defmodule};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub struct Edge {
    pub from: i64,
    pub to: Vec<i64>,
}

dataflow! {
    /// Counts a key on its task; emits the new count there.
    pub ramaop bump($$counts: PMap<i64, i64>, *key: i64) :> i64 {
        |hash(*key);
        +compound $$counts { *key => +count() };
        local_select> $$counts.key(*key).nil_to_val(0) :> *count;
        :> *count;
    }

    /// Emits every number below, each on the task of that number.
    pub ramaop below(*n: i64) :> i64 {
        |hash(*n);
        <<if *n > 0 {
            %below_or_self(*n) :> *m;
            %self(*m - 1) :> *k;
            :> *k;
        }
        :> *n;
    }

    ramaop below_or_self(*n: i64) :> i64 { |all; filter> %current_task_id() == 0; :> *n; }

    ramaop on_even_and_odd(*n: i64) even> i64 odd> i64 {
        |direct((*n % 2) as usize % 1);
        <<if *n % 2 == 0 { |hash(*n); even> *n; } else { odd> *n; }
    }

    ramaop apply(%f: Op<(i64,), i64>, *n: i64) :> i64 {
        |hash(*n);
        %f(*n) :> *m;
        |global;
        :> *m;
    }
}

defmodule! {
    pub module OperationModule {
        depot *numbers: i64, random;
        depot *edges: Edge, hash_by(.from);
        depot *starts: i64, hash_by(identity);

        microbatch topo {
            pstate $$counts: PMap<i64, i64>;
            pstate $$seen: PMap<String, i64>;

            sources! {
                source> *numbers :> %mb;
                %mb() :> *n;
                anchor> <start>;

                %bump($$counts, *n % 3) :> *count;
                assert> *count > 0;

                hook> <start>;
                %below(*n % 4) :> *m;
                format!("below {m}") :> *name;
                |hash(*name);
                +compound $$seen { *name => +count() };

                hook> <start>;
                %on_even_and_odd(*n) even> <even> *x odd> <odd> *x;
                unify> <even> <odd>;
                format!("parity {}", *x % 2) :> *name;
                |hash(*name);
                +compound $$seen { *name => +sum(*x) };

                hook> <start>;
                <<ramaop %shift(*a: i64) :> i64 {
                    |all;
                    filter> %current_task_id() == 0;
                    :> *a + *n;
                    :> *a;
                }
                %apply(%shift, *n) :> *b;
                "applied".to_owned() :> *name;
                |hash(*name);
                +compound $$seen { *name => +sum(*b) };
            }
        }

        microbatch graph {
            pstate $$next: PMap<i64, Vec<i64>>;
            pstate $$reached: PMap<i64, i64>;
            sources! {
                source> *edges :> %mb;
                %mb() :> Edge { *from, *to };
                local_transform> $$next.key(*from).termval(*to);

                source> *starts :> %mb;
                %mb() :> *start;
                loop<- [*node = *start, *distance = 0 :> *found, *at] {
                    select> $$next.key(*node).nil_to_val(Vec::new()) :> *nexts;
                    :> *node, *distance;
                    filter> *distance < 3;
                    %explode(*nexts) :> *next;
                    continue> *next, *distance + 1;
                }
                |hash(*found);
                local_select> $$reached.key(*found).nil_to_val(i64::MAX) :> *known;
                local_transform> $$reached.key(*found).termval(i64::min(*known, *at));
            }
        }
    }
}

/// What `%below` emits: what follows its `<<if` runs for each that its arm emits.
fn below_by_hand(n: i64) -> Vec<i64> {
    match n {
        0 => vec![0],
        n => below_by_hand(n - 1).into_iter().flat_map(|k| [k, n]).collect(),
    }
}

fn identity(n: &i64) -> i64 {
    *n
}

#[test]
fn operations_with_boundaries_and_pstates() {
    on_clusters(|cluster, tasks, threads| {
        let numbers = 0..20_i64;
        process(
            cluster,
            OperationModule,
            (tasks, threads),
            OperationModule::numbers,
            OperationModule::topo,
            numbers.clone(),
        );
        let counts = all(cluster, OperationModule::counts);
        assert_eq!(counts, BTreeMap::from([(0, 7), (1, 7), (2, 6)]));
        let mut seen: BTreeMap<String, i64> = BTreeMap::new();
        for n in numbers {
            for m in below_by_hand(n % 4) {
                *seen.entry(format!("below {m}")).or_default() += 1;
            }
            *seen.entry(format!("parity {}", n % 2)).or_default() += n;
            *seen.entry("applied".into()).or_default() += n + n + n;
        }
        assert_eq!(all(cluster, OperationModule::seen), seen);
    });
}

#[test]
fn a_parallel_search_of_a_graph() {
    on_clusters(|cluster, tasks, threads| {
        let edges = [(0, vec![1, 2]), (1, vec![3]), (2, vec![3, 4]), (3, vec![5]), (5, vec![6])];
        process(
            cluster,
            OperationModule,
            (tasks, threads),
            OperationModule::edges,
            OperationModule::graph,
            edges.map(|(from, to)| Edge { from, to }),
        );
        cluster.depot(OperationModule::starts).append(0).unwrap();
        cluster.wait_for_microbatch_processed_count(OperationModule::graph, 6).unwrap();
        let reached = all(cluster, OperationModule::reached);
        assert_eq!(reached, BTreeMap::from([(0, 0), (1, 1), (2, 1), (3, 2), (4, 2), (5, 3)]));
    });
}
