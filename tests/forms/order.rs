//! What one task sends to another arrives in the order sent, also through operations and loops.

use rama::{AckLevel, PMap, Record, dataflow, defmodule};
use serde::{Deserialize, Serialize};

use crate::forms::on_clusters;

#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub struct Item {
    pub seq: i64,
    pub kind: i64,
    pub to: usize,
}

dataflow! {
    ramaop over(*to: usize, *n: i64) :> i64 { |direct(*to); :> *n; }
    ramaop over_and_on(*to: usize, *n: i64) other> i64 :> () {
        <<if *n % 2 == 0 { |direct(*to); other> *n; } else { %over(*to, *n) :> *m; other> *m; }
    }
    ramaop apply(%f: rama::Op<(i64,), i64>, *n: i64) :> i64 { %f(*n) :> *m; :> *m; }
    ramaop down(*to: usize, *depth: i64, *n: i64) :> i64 {
        <<if *depth > 0 { %self(*to, *depth - 1, *n) :> *m; :> *m; } else { |direct(*to); :> *n; }
    }
}

defmodule! {
    pub module Order {
        depot *items: Item, global;

        microbatch topo {
            pstate $$arrived: PMap<i64, i64>;
            pstate $$returned: PMap<i64, i64>;

            sources! {
                source> *items :> %mb;
                %mb() :> Item { *seq, *kind, *to };
                <<switch *kind {
                    case> 0 => { %over(*to, *seq) :> *n; }
                    case> 1 => { loop<- [*i = *seq :> *n] { |direct(*to); :> *i; } }
                    case> 2 => {
                        <<ramaop %f(*x: i64) :> i64 { |direct(*to); :> *x; }
                        %apply(%f, *seq) :> *n;
                    }
                    case> 3 => { %over(*to, *seq) + 0 :> *n; }
                    case> 4 => {
                        %over_and_on(*to, *seq) other> <other> *n;
                        hook> <other>;
                        *n + 0 :> *n;
                    }
                    case> 5 => {
                        loop<- [*i = 0 :> *n] {
                            <<if *i < 3 {
                                continue> *i + 1;
                            } else {
                                %down(*to, 2, *seq) :> *m;
                                :> *m;
                            }
                        }
                    }
                    case> 6 => { <<do { filter> *seq >= 0; |direct(*to); } *seq :> *n; }
                    default> => { *seq :> *n; |direct(*to); yield_if_overtime>; }
                }
                local_select> $$arrived.count() :> *position;
                local_transform> $$arrived.key(*position as i64).termval(*n);
                // And back, on other ways.
                <<if *kind % 3 == 0 {
                    %over(0, *n) :> *back;
                } else {
                    loop<- [*i = *n :> *back] { |global; :> *i; }
                }
                local_select> $$returned.key(*to as i64 * 1_000).nil_to_val(0) :> *count;
                local_transform> $$returned.key(*to as i64 * 1_000).termval(*count + 1);
                local_transform> $$returned.key(*to as i64 * 1_000 + *count + 1).termval(*back);
            }
        }
    }
}

#[test]
fn the_order_between_two_tasks_is_kept_through_operations_and_loops() {
    on_clusters(|cluster, tasks, threads| {
        cluster.launch(Order, tasks, threads).unwrap();
        let items = cluster.depot(Order::items);
        let mut random = fastrand::Rng::with_seed(tasks as u64);
        let receivers = tasks.min(2);
        let mut sent = vec![Vec::new(); receivers];
        for seq in 0..150 {
            // The last kind may be suspended on its way, so it is not among these.
            let (kind, to) = (random.i64(0..7), random.usize(0..receivers));
            sent[to].push(seq);
            items.append_with(Item { seq, kind, to }, AckLevel::None).unwrap();
        }
        cluster.wait_for_microbatch_processed_count(Order::topo, 150).unwrap();
        let arrived = cluster.pstate(Order::arrived);
        let returned = cluster.pstate(Order::returned).at_task(0).select(|p| p.all()).unwrap();
        for (to, sent) in sent.iter().enumerate() {
            let values = arrived.at_task(to).select(|p| p.map_vals()).unwrap();
            assert_eq!(values, *sent, "to {to} of {tasks}");
            let keys = to as i64 * 1_000 + 1..(to as i64 + 1) * 1_000;
            let back: Vec<i64> =
                returned.iter().filter(|(key, _)| keys.contains(key)).map(|(_, n)| *n).collect();
            assert_eq!(back, *sent, "from {to} of {tasks}");
        }
    });
}
