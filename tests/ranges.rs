//! Ranges of sorted maps in the dataflow language and from clients.
#![allow(missing_docs, clippy::unwrap_used)]

use rama::{
    InProcessCluster, PMap, Record, SortedRangeFromOptions, SortedRangeToOptions, defmodule,
};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub struct Reading {
    pub sensor: String,
    pub hour: i64,
}

/// Hours with readings within the day before, and the closest hour before.
type Day = (usize, Vec<i64>);

/// Hours that are kept.
const KEPT: i64 = 48;

defmodule! {
    /// Counts per hour, what the day before each hour held, and old hours thrown away.
    pub module SensorModule {
        depot *readings: Reading, hash_by(.sensor);

        microbatch hours {
            pstate $$counts: PMap<String, PMap<i64, i64>>;
            /// By sensor and hour.
            pstate $$days: PMap<String, PMap<i64, Day>>;

            sources! {
                source> *readings :> %microbatch;
                %microbatch() :> Reading { *sensor, *hour };
                +compound $$counts { *sensor => { *hour => +count() } };
                local_transform> $$counts.key(*sensor).sorted_map_range_to(*hour - KEPT)
                    .map_vals().none();
                // One place: what follows is not repeated.
                local_select> $$counts.key(*sensor).sorted_map_range(*hour - 24, *hour).count()
                    :> *day;
                1 :> *most;
                local_select> $$counts.key(*sensor)
                    .sorted_map_range_to_with(*hour, SortedRangeToOptions::new().max_amt(*most))
                    .map_keys() :> *before;
                local_transform> $$days.key(*sensor).key(*hour).termval((*day, vec![*before]));
            }
        }
    }
}

#[test]
fn modules_and_clients_read_and_write_ranges() {
    let cluster = InProcessCluster::temporary().unwrap();
    cluster.launch(SensorModule, 4, 2).unwrap();
    let readings = cluster.depot(SensorModule::readings);
    for hour in [0, 10, 20, 30, 60] {
        let sensor = "door".to_owned();
        readings.append(Reading { sensor, hour }).unwrap();
    }
    cluster.wait_for_microbatch_processed_count(SensorModule::hours, 5).unwrap();
    let days = cluster.pstate(SensorModule::days);
    assert_eq!(
        days.select(|p| p.key("door").all()).unwrap(),
        [(10, (1, vec![0])), (20, (2, vec![10])), (30, (2, vec![20])), (60, (0, vec![30]))]
    );
    let counts = cluster.pstate(SensorModule::counts);
    assert_eq!(
        counts.select(|p| p.key("door").all()).unwrap(),
        [(20, 1), (30, 1), (60, 1)],
        "hours before 12 are gone"
    );
    assert_eq!(
        counts.select(|p| p.key("door").sorted_map_range(20, 60).map_keys()).unwrap(),
        [20, 30]
    );
    let next = SortedRangeFromOptions::new().exclude_start().max_amt(1);
    assert_eq!(
        counts.select(|p| p.key("door").sorted_map_range_from_with(20, next).all()).unwrap(),
        [(30, 1)]
    );
    assert_eq!(counts.select_one(|p| p.key("door").sorted_map_range_to_end(2).count()).unwrap(), 2);
    cluster.close().unwrap();
}
