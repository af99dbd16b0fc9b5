use rama::{PMap, Record, defmodule};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, Record)]
pub struct Reading {
    pub sensor: String,
    pub hour: i64,
}

defmodule! {
    pub module Sensors {
        depot *readings: Reading, hash_by(.sensor);

        microbatch hours {
            pstate $$counts: PMap<String, PMap<i64, i64>>;

            sources! {
                source> *readings :> %microbatch;
                %microbatch() :> Reading { *sensor, *hour };
                local_transform> $$counts.all().term(|entry| entry);
                drop((*sensor, *hour));
            }
        }
    }
}

fn main() {}
